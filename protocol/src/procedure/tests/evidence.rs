//! Exhibits, and data that are kept: whoever was asked answers, in every procedure.

use alloc::collections::BTreeSet;

use crate::procedure::common::CommonFact;
use crate::procedure::common::Place;
use crate::procedure::evidence::EvidenceFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::plain::Plain;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::handover;
use crate::registry::RefusalCode;

const TRANSFERRED: Fact = Fact::Evidence(EvidenceFact::Transferred);
const RECEIPTED: Fact = Fact::Evidence(EvidenceFact::Receipted);
const PRESERVE: Fact = Fact::Evidence(EvidenceFact::PreservationAsked);
const PRESERVED: Fact = Fact::Evidence(EvidenceFact::PreservationAnswered);
const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

#[test]
fn whoever_was_asked_receipts_exhibits_and_nobody_for_itself() {
    // shows: pro-23
    let mut play = Play::<Plain>::begin(0, TRANSFERRED);
    for other in [ASKS, TRANSIT] {
        let refusal = play.refused(other, RECEIPTED);
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::NotEntitled, "pro-23"), "{other}");
    }
    assert_eq!(play.refused(ASKED, PRESERVED).rule, "pro-23", "it was asked for something else");
    let receipt = play.say(ASKED, RECEIPTED);
    assert_eq!(play.fate(&receipt), Fate::Noted);

    play.say(ASKED, TRANSFERRED);
    play.say(ASKS, RECEIPTED);
    assert_eq!(play.refused(TRANSIT, RECEIPTED).rule, "pro-23", "it was told twice");
    play.told("whoever was asked receipts exhibits and nobody for itself", &["pro-23"]);
}

#[test]
fn each_agency_that_is_asked_to_keep_data_answers_for_itself_and_who_asked_takes_it_back() {
    // shows: pro-23, pro-24
    let all = &[ASKS, ASKED, TRANSIT];
    let mut play = Play::<Plain>::begin_among(all, 0, PRESERVE);
    assert_eq!(play.refused(ASKS, PRESERVED).rule, "pro-23");
    for asked in [ASKED, TRANSIT] {
        play.say(asked, PRESERVED);
        let refusal = play.refused(asked, WITHDRAWN);
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::NotEntitled, "pro-24"));
    }
    let withdrawal = play.say(ASKS, WITHDRAWN);
    assert_eq!(play.fate(&withdrawal), Fate::Noted);
    play.told(
        "each agency that is asked to keep data answers for itself and who asked takes it back",
        &["pro-23", "pro-24"],
    );
}

#[test]
fn exhibits_that_go_along_in_a_handover_are_receipted_by_who_had_seen_them_coming() {
    // shows: pro-23
    let mut play = handover::examined(0);
    assert_eq!(play.refused(ASKED, RECEIPTED).rule, "pro-23", "nothing was sent");
    let before = play.transcript.heads();
    play.say(ASKS, TRANSFERRED);
    let unseen = play.act(ASKED, &before, RECEIPTED);
    assert_eq!(play.refuses(unseen).rule, "pro-23");
    let own = play.refused(ASKS, RECEIPTED);
    assert_eq!((own.code, own.rule), (RefusalCode::NotEntitled, "pro-23"));
    let receipt = play.say(ASKED, RECEIPTED);
    assert_eq!(play.fate(&receipt), Fate::Noted);
    play.told(
        "exhibits that go along in a handover are receipted by who had seen them coming",
        &["pro-23"],
    );
}

#[test]
fn an_answer_that_leaves_somebody_out_stands_aside_with_what_it_answers() {
    // shows: pro-13, pro-23
    let mut play = handover::examined(0);
    let mut receipt = play.act(ASKED, &play.transcript.heads(), RECEIPTED);
    assert_eq!(play.judge(&receipt).map_err(|refusal| refusal.rule), Err("pro-23"));
    receipt.told = BTreeSet::new();
    assert_eq!(play.judge(&receipt), Ok(Place::Aside));
}

#[test]
fn what_came_without_its_body_may_be_answered_and_taken_back() {
    // shows: pro-23, pro-24
    let mut play = Play::<Plain>::begin(0, Fact::Gone);
    play.say(ASKED, RECEIPTED);
    play.say(ASKED, PRESERVED);
    assert_eq!(play.refused(TRANSIT, RECEIPTED).rule, "pro-23");
    play.say(ASKED, WITHDRAWN);
    play.told("what came without its body may be answered and taken back", &["pro-23", "pro-24"]);
}
