//! Nobody is looked for by all behind the back of the agency that is asked to hand the person over.

use alloc::boxed::Box;

use super::super::ASKED;
use super::super::ASKS;
use super::super::Play;
use super::super::agency;
use super::super::handover;
use super::super::information;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::procedure::common::CommonFact;
use crate::procedure::elsewhere::wanted;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::machine::Machine;
use crate::registry::RefusalCode;

/// Whether an agency may publish a wanted notice about the person of this handover.
fn judged(play: &Play<Handover>, by: &str) -> Option<RefusalCode> {
    let machine = Machine::Handover(Box::new(play.now()));
    wanted::judge(&machine, &agency(by)).err().map(|refusal| {
        assert_eq!(refusal.rule, "xch-55");
        assert!(refusal.remedy.contains("publish-wanted"), "{refusal:?}");
        refusal.code
    })
}

#[test]
fn nobody_is_looked_for_by_all_before_both_sides_of_the_handover_know_the_same() {
    // shows: xch-55
    let unconfirmed = Some(RefusalCode::Unconfirmed);
    let mut play = handover::examined(0);
    assert_eq!(judged(&play, ASKS), unconfirmed);
    assert_eq!(judged(&play, ASKED), None, "it asks nobody");
    play.confirm(IrreversibleAct::ReleaseCustody);
    assert_eq!(judged(&play, ASKS), unconfirmed, "of another act");
    play.confirm(IrreversibleAct::PublishWanted);
    assert_eq!(judged(&play, ASKS), None);
    play.say(ASKED, handover::decided(crate::message::handover::decision::Outcome::Granted));
    assert_eq!(judged(&play, ASKS), unconfirmed, "something was said since");
    play.confirm(IrreversibleAct::PublishWanted);
    play.say(ASKS, Fact::Common(CommonFact::Withdrawn));
    assert_eq!(judged(&play, ASKS), None, "nobody is asked any more");
}

#[test]
fn a_procedure_that_is_no_handover_says_nothing_of_it() {
    // shows: xch-55
    let machine = Machine::Information(Box::new(information::assigned(0).now()));
    assert!(wanted::judge(&machine, &agency(ASKS)).is_ok());
}
