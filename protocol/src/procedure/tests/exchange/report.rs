//! Intelligence that is told unasked.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::procedure::common::CommonFact;
use crate::procedure::exchange::report::ROWS;
use crate::procedure::exchange::report::Report;
use crate::procedure::exchange::report::Stage;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::tests;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::SALTS;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;
use crate::procedure::tests::convergence;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const TOLD: Fact = Fact::Common(CommonFact::Reported);
const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

#[test]
fn every_row_of_the_table_of_a_report_is_walked() {
    // shows: xch-1, xch-2, xch-3, xch-4
    let mut play = Play::<Report>::begin(0, TOLD);
    let of = play.first();
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    play.say(ASKED, TOLD);
    let foreign = play.refused(ASKS, Fact::Common(CommonFact::Valued { of }));
    assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "xch-4"));
    play.say(ASKS, WITHDRAWN);
    play.say(TRANSIT, Fact::Common(CommonFact::Valued { of }));

    let state = play.now().state;
    assert_eq!(state.stage(), Stage::Withdrawn);
    assert_eq!(state.taken(), &BTreeSet::from([agency(ASKED)]));
    assert_eq!(state.valued(), &BTreeSet::from([agency(TRANSIT)]));
    assert!(state.open_moves(&agency(ASKS)).is_empty());
    play.told("every row of the table of a report is walked", &[]);
    tests::all_walked(ROWS, &play.rules());
    let other = play.act(ASKS, &[], Fact::Note);
    assert_eq!(Report::open(&other).unwrap_err().rule, "xch-1");
}

#[test]
fn what_is_said_about_a_report_stands_beside_its_withdrawal() {
    // shows: xch-3, xch-4
    for salt in SALTS {
        let mut play = Play::<Report>::begin(salt, TOLD);
        let (of, seen) = (play.first(), play.transcript.heads());
        play.say_after(ASKED, &seen, Fact::Common(CommonFact::Valued { of }));
        play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(play.now().state.stage(), Stage::Withdrawn);
        assert_eq!(play.now().state.valued().len(), 1);
        play.told("what is said about a report stands beside its withdrawal", &["xch-3", "xch-4"]);
    }
}

fn menu(what: u8, seen: &Transcript) -> Fact {
    let of = seen.act(0).unwrap().id;
    match what % 4 {
        0 => Fact::Common(CommonFact::Acknowledged { of }),
        1 => Fact::Common(CommonFact::Valued { of }),
        2 => TOLD,
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_agree_on_a_report(
        attempts in vec(any::<convergence::Attempt>(), 1..40),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let choose = |what: u8, _: &Folded<Report>, seen: &Transcript| menu(what, seen);
        let mut play = convergence::play::<Report>(TOLD, &attempts, choose);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..4).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
