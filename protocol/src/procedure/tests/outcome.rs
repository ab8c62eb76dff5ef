//! Outcome documents: every row of their table, every prescribed meeting, every rule about signatures.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::convergence;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::Party;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::coordination::outcome::OutcomeStanding;
use crate::message::time::CivilDate;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::outcome::Outcome;
use crate::procedure::outcome::fact::Listed;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::outcome::fact::Text;
use crate::procedure::outcome::stage::ROWS;
use crate::procedure::outcome::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

/// Who keeps the text.
const CHAIR: &str = ASKS;
/// Who signs, and for which Party.
const SIGN: [(&str, &str); 3] = [("CN", ASKS), ("LA", ASKED), ("TH", TRANSIT)];

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn party(name: &str) -> Party {
    Party::parse(name).unwrap()
}

fn party_of(who: &str) -> Party {
    party(SIGN.iter().find(|(_, agency)| *agency == who).unwrap().0)
}

/// The package of a version.
fn package(version: u64) -> Digest {
    digest::sha256(&version.to_be_bytes())
}

fn text_of(stage: OutcomeStage, version: u64) -> Text {
    let signatories = SIGN.iter().map(|(name, who)| (party(name), agency(who)));
    Text {
        stage,
        version,
        package: stage.is_frozen().then(|| package(version)),
        signatories: signatories.collect(),
        needed: 3,
        effect_on: None,
    }
}

fn text(stage: OutcomeStage, version: u64) -> Fact {
    told(OutcomeFact::Text(text_of(stage, version)))
}

fn told(fact: OutcomeFact) -> Fact {
    Fact::Outcome(fact)
}

fn signs(who: &str, version: u64) -> Fact {
    told(OutcomeFact::Signed {
        package: package(version),
        party: party_of(who),
        ad_referendum: false,
    })
}

fn signs_ad_referendum(who: &str, version: u64) -> Fact {
    told(OutcomeFact::Signed {
        package: package(version),
        party: party_of(who),
        ad_referendum: true,
    })
}

fn reopens(version: u64) -> Fact {
    told(OutcomeFact::Reopened { package: package(version) })
}

fn retracts(version: u64) -> Fact {
    told(OutcomeFact::Retracted { package: package(version) })
}

fn listed(who: &str, statement: Digest, confirmation: Option<Digest>) -> Listed {
    Listed { party: party_of(who), statement, confirmation }
}

fn records(version: u64, signatures: Vec<Listed>) -> Fact {
    told(OutcomeFact::Recorded { package: package(version), signatures })
}

fn declares(standing: OutcomeStanding, version: u64) -> Fact {
    let effective_on = CivilDate::parse("2026-07-01").ok();
    told(OutcomeFact::Declared { standing, package: Some(package(version)), effective_on })
}

fn stage(play: &Play<Outcome>) -> Stage {
    play.now().state.stage()
}

/// A text that was negotiated, version 1.
fn negotiated(salt: u8) -> Play<Outcome> {
    Play::begin(salt, text(OutcomeStage::Negotiating, 1))
}

/// Version 1 stands.
fn frozen(salt: u8) -> Play<Outcome> {
    let mut play = negotiated(salt);
    play.say(CHAIR, text(OutcomeStage::Frozen, 1));
    play
}

/// Version 1 can be signed.
fn opened(salt: u8) -> Play<Outcome> {
    let mut play = frozen(salt);
    play.say(CHAIR, text(OutcomeStage::OpenForSignature, 1));
    play
}

/// All have signed version 1; the chair has not recorded it.
fn all_signed(salt: u8) -> (Play<Outcome>, Vec<Listed>) {
    let mut play = opened(salt);
    let signatures = SIGN.iter().map(|(_, who)| listed(who, play.say(who, signs(who, 1)), None));
    let signatures = signatures.collect();
    (play, signatures)
}

fn confirm(play: &mut Play<Outcome>) {
    play.confirm_by(&[ASKS, ASKED, TRANSIT], IrreversibleAct::CompleteSigning);
}

/// All have signed version 1, and the chair has recorded it.
fn recorded(salt: u8) -> (Play<Outcome>, Digest) {
    let (mut play, signatures) = all_signed(salt);
    confirm(&mut play);
    let record = play.say(CHAIR, records(1, signatures));
    (play, record)
}

fn acknowledges(play: &Play<Outcome>, record: &Digest) -> Fact {
    Fact::Common(CommonFact::Acknowledged { of: play.id(record) })
}

/// Nobody can take it back any more.
fn signed(salt: u8) -> Play<Outcome> {
    let (mut play, record) = recorded(salt);
    for who in [ASKED, TRANSIT] {
        let acknowledged = acknowledges(&play, &record);
        play.say(who, acknowledged);
    }
    play
}

fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_a_draft_to_what_takes_its_place(),
        five_sign_one_reopens_all_sign(),
        signatures_that_come_and_go(),
        given_up_or_ended(),
    ])
}

fn from_a_draft_to_what_takes_its_place() -> BTreeSet<&'static str> {
    let mut play = Play::<Outcome>::begin(0, text(OutcomeStage::Draft, 1));
    assert_eq!(stage(&play), Stage::Drafting);
    play.say(CHAIR, text(OutcomeStage::Draft, 2));
    play.say(CHAIR, text(OutcomeStage::Negotiating, 3));
    play.say(CHAIR, text(OutcomeStage::Frozen, 3));
    assert_eq!(play.now().state.package(), Some(package(3)));
    play.say(CHAIR, text(OutcomeStage::OpenForSignature, 3));
    let mut signatures = Vec::new();
    for (_, who) in SIGN {
        signatures.push(listed(who, play.say(who, signs(who, 3)), None));
        assert_eq!(stage(&play), Stage::PartlySigned);
    }
    assert_eq!(play.now().state.signed().len(), 3);
    confirm(&mut play);
    let record = play.say(CHAIR, records(3, signatures));
    assert_eq!(play.now().state.unacknowledged().len(), 2);
    for who in [ASKED, TRANSIT] {
        assert_eq!(stage(&play), Stage::PartlySigned);
        let acknowledged = acknowledges(&play, &record);
        play.say(who, acknowledged);
    }
    assert_eq!(stage(&play), Stage::Signed);
    play.say(CHAIR, declares(OutcomeStanding::InEffect, 3));
    assert_eq!(stage(&play), Stage::InEffect);
    play.say(CHAIR, declares(OutcomeStanding::Superseded, 3));
    assert!(stage(&play).is_terminal());
    play.told("from a draft to what takes its place", &[]);
    play.rules()
}

fn five_sign_one_reopens_all_sign() -> BTreeSet<&'static str> {
    let mut play = opened(0);
    play.say(ASKS, signs(ASKS, 1));
    play.say(ASKED, signs(ASKED, 1));
    play.say(TRANSIT, reopens(1));
    assert_eq!(stage(&play), Stage::Negotiating);
    assert!(play.now().state.signed().is_empty(), "another text has no signatures");
    play.say(CHAIR, text(OutcomeStage::Frozen, 2));
    play.say(CHAIR, reopens(2));
    play.say(CHAIR, text(OutcomeStage::Negotiating, 3));
    play.say(CHAIR, text(OutcomeStage::Frozen, 3));
    play.say(CHAIR, text(OutcomeStage::OpenForSignature, 3));
    play.say(TRANSIT, signs(TRANSIT, 3));
    assert_eq!(play.now().state.missing(), [&party("CN"), &party("LA")].into());
    play.told("five sign one reopens all sign", &[]);
    play.rules()
}

fn signatures_that_come_and_go() -> BTreeSet<&'static str> {
    let mut play = opened(0);
    play.say(ASKED, signs(ASKED, 1));
    play.say(ASKED, retracts(1));
    assert_eq!(stage(&play), Stage::OpenForSignature);
    play.say(ASKED, signs(ASKED, 1));
    let waits = play.say(TRANSIT, signs_ad_referendum(TRANSIT, 1));
    play.say(ASKED, retracts(1));
    assert_eq!(stage(&play), Stage::PartlySigned);
    play.say(TRANSIT, told(OutcomeFact::Confirmed { package: package(1), statement: waits }));
    assert_eq!(play.now().state.signed(), [&party("TH")].into());
    play.told("signatures that come and go", &[]);
    play.rules()
}

fn given_up_or_ended() -> BTreeSet<&'static str> {
    let mut rules = BTreeSet::new();
    for (what, given_up) in
        [("withdrawal", WITHDRAWN), ("status", declares(OutcomeStanding::Abandoned, 1))]
    {
        let mut play = opened(0);
        play.say(ASKED, signs(ASKED, 1));
        play.say(CHAIR, given_up);
        assert_eq!(stage(&play), Stage::Abandoned);
        assert_eq!(play.refused(TRANSIT, signs(TRANSIT, 1)).code, RefusalCode::OutOfTurn);
        play.told(&format!("a document is abandoned: {what}"), &[]);
        rules.extend(play.rules());
    }
    let mut ended = signed(0);
    ended.say(CHAIR, declares(OutcomeStanding::Terminated, 1));
    assert_eq!(stage(&ended), Stage::Terminated);
    ended.told("a document is terminated", &[]);
    rules.extend(ended.rules());

    let mut without_the_chair = text_of(OutcomeStage::Frozen, 1);
    without_the_chair.signatories.remove(0);
    let mut play = negotiated(0);
    play.say(CHAIR, told(OutcomeFact::Text(without_the_chair)));
    play.say(CHAIR, reopens(1));
    assert_eq!(stage(&play), Stage::Negotiating, "a chair may reopen a text that it does not sign");
    play.told("a chair reopens a text that it does not sign", &[]);
    rules.extend(play.rules());
    rules
}

#[test]
fn the_chapter_prints_the_table_of_an_outcome_document() {
    // shows: pro-3
    super::printed("out", ROWS);
}

#[test]
fn every_row_of_the_table_of_an_outcome_document_is_walked() {
    // shows: out-1, out-2, out-3, out-4, out-5, out-6, out-7, out-8, out-9, out-10, out-11, out-12, out-13, out-14
    // shows: out-15, out-16, out-17, out-18, out-19
    super::all_walked(ROWS, &stories().into_iter().flatten().collect());
}

#[test]
fn a_document_begins_with_a_text_that_others_can_still_change() {
    // shows: out-1, out-2
    let mut play = negotiated(0);
    let begun = play.act(CHAIR, &[], text(OutcomeStage::Frozen, 1));

    let refusal = Folded::<Outcome>::begin(&begun).unwrap_err();

    assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "out-1"));
}

#[test]
fn a_text_is_numbered_anew_and_opened_as_it_was_frozen() {
    // shows: out-20
    let mut play = negotiated(0);
    assert_eq!(play.refused(CHAIR, text(OutcomeStage::Negotiating, 1)).rule, "out-20");
    play.say(CHAIR, text(OutcomeStage::Frozen, 1));
    let other = Text { needed: 2, ..text_of(OutcomeStage::OpenForSignature, 1) };
    assert_eq!(play.refused(CHAIR, told(OutcomeFact::Text(other))).rule, "out-20");
    play.say(CHAIR, reopens(1));
    assert_eq!(play.refused(CHAIR, text(OutcomeStage::Frozen, 1)).rule, "out-20");

    let mut absent = text_of(OutcomeStage::Frozen, 2);
    absent.signatories.push((party("MM"), agency("mm.mpf")));
    let refusal = play.refused(CHAIR, told(OutcomeFact::Text(absent)));
    assert_eq!(refusal.rule, "out-20");
    assert!(refusal.why.contains("mm.mpf"), "{}", refusal.why);
    play.told("a text is numbered anew and opened as it was frozen", &["out-20"]);
}

#[test]
fn a_signature_is_bound_to_the_package_that_stands() {
    // shows: out-21
    let mut play = opened(0);
    assert_eq!(play.refused(ASKED, signs(ASKED, 2)).rule, "out-21");
    assert_eq!(play.refused(ASKED, reopens(2)).rule, "out-21");
    play.say(ASKED, signs(ASKED, 1));
    assert_eq!(play.refused(ASKED, retracts(2)).rule, "out-21");
    play.told("a signature is bound to the package that stands", &["out-21"]);
}

#[test]
fn each_party_signs_once_by_the_agency_that_the_text_names_for_it() {
    // shows: out-22
    let mut play = opened(0);
    let foreign = play.refused(ASKED, signs(TRANSIT, 1));
    assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "out-22"));
    play.say(ASKED, signs(ASKED, 1));
    assert_eq!(play.refused(ASKED, signs(ASKED, 1)).rule, "out-22");
    assert_eq!(play.refused(TRANSIT, retracts(1)).rule, "out-22");
    play.told("each party signs once by the agency that the text names for it", &["out-22"]);
}

#[test]
fn a_signature_ad_referendum_counts_once_it_is_confirmed() {
    // shows: out-23
    let mut play = opened(0);
    let first = play.say(ASKS, signs(ASKS, 1));
    let second = play.say(ASKED, signs(ASKED, 1));
    let third = play.say(TRANSIT, signs_ad_referendum(TRANSIT, 1));
    let two = Vec::from([listed(ASKS, first, None), listed(ASKED, second, None)]);
    let all = |confirmation| {
        let third = listed(TRANSIT, third, confirmation);
        two.iter().cloned().chain([third]).collect::<Vec<Listed>>()
    };
    confirm(&mut play);
    assert_eq!(play.refused(CHAIR, records(1, all(None))).rule, "out-24");
    assert_eq!(play.refused(CHAIR, records(1, two.clone())).rule, "out-24", "two of three");

    let confirms = |statement| told(OutcomeFact::Confirmed { package: package(1), statement });
    assert_eq!(play.refused(TRANSIT, confirms(second)).rule, "out-23", "another's statement");
    assert_eq!(play.refused(ASKED, confirms(second)).rule, "out-23", "it waits for nothing");
    let confirmation = play.say(TRANSIT, confirms(third));
    assert_eq!(play.refused(TRANSIT, confirms(third)).rule, "out-23", "once is enough");

    confirm(&mut play);
    play.say(CHAIR, records(1, all(Some(confirmation))));
    play.told("a signature ad referendum counts once it is confirmed", &["out-23"]);
}

#[test]
fn signing_is_completed_on_confirmed_heads() {
    // shows: out-24
    let (mut play, signatures) = all_signed(0);
    let refusal = play.refused(CHAIR, records(1, signatures.clone()));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Unconfirmed, "pro-9"));

    play.confirm_by(&[ASKS, ASKED], IrreversibleAct::CompleteSigning);
    assert_eq!(play.refused(CHAIR, records(1, signatures)).code, RefusalCode::Unconfirmed);
    play.told("signing is completed on confirmed heads", &["out-24"]);
}

#[test]
fn a_quorum_is_enough_where_the_text_says_so() {
    // shows: out-24
    let by_quorum = |stage| told(OutcomeFact::Text(Text { needed: 2, ..text_of(stage, 1) }));
    let mut play = negotiated(0);
    play.say(CHAIR, by_quorum(OutcomeStage::Frozen));
    play.say(CHAIR, by_quorum(OutcomeStage::OpenForSignature));
    let one = listed(ASKS, play.say(ASKS, signs(ASKS, 1)), None);
    confirm(&mut play);
    assert_eq!(play.refused(CHAIR, records(1, Vec::from([one.clone()]))).rule, "out-24");
    let two = listed(ASKED, play.say(ASKED, signs(ASKED, 1)), None);
    play.confirm_by(&[ASKS, ASKED], IrreversibleAct::CompleteSigning);
    let record = play.say(CHAIR, records(1, Vec::from([one, two])));
    let acknowledged = acknowledges(&play, &record);
    play.say(TRANSIT, acknowledged.clone());
    assert_eq!(stage(&play), Stage::PartlySigned, "whoever has not signed completes nothing");
    play.say(ASKED, acknowledged);
    assert_eq!(stage(&play), Stage::Signed);
    play.told("a quorum is enough where the text says so", &["out-24"]);
}

#[test]
fn whoever_acknowledged_the_record_or_sent_it_stands_by_it() {
    // shows: out-25
    let (mut play, record) = recorded(0);
    let acknowledged = acknowledges(&play, &record);
    play.say(ASKED, acknowledged);

    for (who, fact) in [
        (ASKED, retracts(1)),
        (ASKED, reopens(1)),
        (CHAIR, retracts(1)),
        (CHAIR, reopens(1)),
        (CHAIR, WITHDRAWN),
    ] {
        assert_eq!(play.refused(who, fact).rule, "out-25");
    }
    play.say(TRANSIT, retracts(1));
    assert!(play.now().state.unacknowledged().is_empty(), "what it listed no longer stands");
    play.say(ASKED, retracts(1));
    play.told("whoever acknowledged the record or sent it stands by it", &["out-25"]);
}

#[test]
fn a_document_takes_effect_on_the_day_that_it_names() {
    // shows: out-26
    let day = CivilDate::parse("2026-08-01").unwrap();
    let dated = |stage| {
        told(OutcomeFact::Text(Text { needed: 2, effect_on: Some(day), ..text_of(stage, 1) }))
    };
    let mut play = negotiated(0);
    play.say(CHAIR, dated(OutcomeStage::Frozen));
    play.say(CHAIR, dated(OutcomeStage::OpenForSignature));
    let signatures: Vec<Listed> = [ASKS, ASKED]
        .into_iter()
        .map(|who| listed(who, play.say(who, signs(who, 1)), None))
        .collect();
    confirm(&mut play);
    let record = play.say(CHAIR, records(1, signatures));
    let acknowledged = acknowledges(&play, &record);
    play.say(ASKED, acknowledged);

    assert_eq!(play.refused(CHAIR, declares(OutcomeStanding::InEffect, 1)).rule, "out-26");
    assert_eq!(play.refused(CHAIR, declares(OutcomeStanding::InEffect, 2)).rule, "out-21");
    play.say(
        CHAIR,
        told(OutcomeFact::Declared {
            standing: OutcomeStanding::InEffect,
            package: Some(package(1)),
            effective_on: Some(day),
        }),
    );
    play.told("a document takes effect on the day that it names", &["out-26"]);
}

#[test]
fn a_reopening_beside_a_signature_wins() {
    // shows: out-27
    for salt in SALTS {
        let mut play = opened(salt);
        let seen = play.transcript.heads();
        let signature = play.say_after(ASKED, &seen, signs(ASKED, 1));
        let reopening = play.say_after(TRANSIT, &seen, reopens(1));

        assert_eq!(stage(&play), Stage::Negotiating);
        assert_eq!(play.fate(&signature), Fate::Outranked { by: reopening });
        play.told("a reopening beside a signature wins", &["out-27"]);
    }
}

#[test]
fn of_two_frozen_texts_neither_stands_and_the_chair_freezes_again() {
    // shows: out-28
    for salt in SALTS {
        let mut play = negotiated(salt);
        let seen = play.transcript.heads();
        let first = play.say_after(CHAIR, &seen, text(OutcomeStage::Frozen, 2));
        let open = play.say_after(CHAIR, &[first], text(OutcomeStage::OpenForSignature, 2));
        play.say_after(ASKED, &[open], signs(ASKED, 2));
        play.say_after(CHAIR, &seen, text(OutcomeStage::Frozen, 3));
        play.say_after(CHAIR, &seen, text(OutcomeStage::Frozen, 4));

        assert_eq!(stage(&play), Stage::Negotiating);
        assert_eq!(play.now().state.package(), None);
        assert!(play.now().state.signed().is_empty());
        assert_eq!(play.refused(CHAIR, text(OutcomeStage::Frozen, 4)).rule, "out-20");
        play.say(CHAIR, text(OutcomeStage::Frozen, 5));
        assert_eq!(stage(&play), Stage::TextFrozen);
        play.told("of two frozen texts neither stands and the chair freezes again", &["out-28"]);
    }
}

#[test]
fn a_retraction_beside_the_last_signature_or_the_record_leaves_the_text_partly_signed() {
    // shows: out-29
    for salt in SALTS {
        let mut play = opened(salt);
        play.say(ASKS, signs(ASKS, 1));
        play.say(ASKED, signs(ASKED, 1));
        let seen = play.transcript.heads();
        play.say_after(TRANSIT, &seen, signs(TRANSIT, 1));
        play.say_after(ASKED, &seen, retracts(1));
        assert_eq!(play.now().state.missing(), [&party("LA")].into());
        play.told(
            "a retraction beside the last signature or the record leaves the text partly signed 1",
            &["out-29"],
        );

        let (mut play, signatures) = all_signed(salt);
        confirm(&mut play);
        let seen = play.transcript.heads();
        let record = play.say_after(CHAIR, &seen, records(1, signatures));
        let retraction = play.say_after(ASKED, &seen, retracts(1));
        assert_eq!(play.fate(&record), Fate::Outranked { by: retraction });
        let acknowledged = acknowledges(&play, &record);
        play.say(TRANSIT, acknowledged);
        assert_eq!(stage(&play), Stage::PartlySigned);
        play.told(
            "a retraction beside the last signature or the record leaves the text partly signed 2",
            &["out-29"],
        );
    }
}

#[test]
fn a_retraction_or_a_reopening_beside_an_acknowledgement_of_the_record_wins() {
    // shows: out-30
    for (salt, fact, end) in SALTS.into_iter().flat_map(|salt| {
        [(salt, retracts(1), Stage::PartlySigned), (salt, reopens(1), Stage::Negotiating)]
    }) {
        let (mut play, record) = recorded(salt);
        let acknowledged = acknowledges(&play, &record);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, acknowledged);
        play.say_after(TRANSIT, &seen, fact);

        assert_eq!(stage(&play), end);
        play.told(
            &format!(
                "a retraction or a reopening beside an acknowledgement of the record wins: {end}"
            ),
            &["out-30"],
        );
    }
}

#[test]
fn signatures_and_acknowledgements_at_the_same_time_all_count() {
    // shows: out-31
    for salt in SALTS {
        let mut play = opened(salt);
        let seen = play.transcript.heads();
        let signatures: Vec<Listed> = SIGN
            .iter()
            .map(|(_, who)| listed(who, play.say_after(who, &seen, signs(who, 1)), None))
            .collect();
        assert!(play.now().state.missing().is_empty());
        confirm(&mut play);
        let record = play.say(CHAIR, records(1, signatures));
        let acknowledged = acknowledges(&play, &record);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, acknowledged.clone());
        play.say_after(TRANSIT, &seen, acknowledged);
        assert_eq!(stage(&play), Stage::Signed);
        play.told("signatures and acknowledgements at the same time all count", &["out-31"]);
    }
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, seen: &Folded<Outcome>, view: &Transcript) -> Fact {
    let version = seen.state.version();
    let acts = || (0..view.len()).rev().filter_map(|place| view.act(place));
    let statement = |of: &Party| {
        acts().find(|act| {
            matches!(&act.fact, Fact::Outcome(OutcomeFact::Signed { party, .. }) if party == of)
        })
    };
    let record = acts().find(|act| matches!(act.fact, Fact::Outcome(OutcomeFact::Recorded { .. })));
    let all = SIGN
        .iter()
        .filter_map(|(_, who)| Some(listed(who, statement(&party_of(who))?.digest, None)));
    let all: Vec<Listed> = all.collect();
    let act = IrreversibleAct::CompleteSigning;
    match what % 21 {
        0 => text(OutcomeStage::Negotiating, version + 1),
        1 | 2 => text(OutcomeStage::Frozen, version),
        3 => text(OutcomeStage::Frozen, version + 1),
        4 | 5 => text(OutcomeStage::OpenForSignature, version),
        6 => signs(ASKS, version),
        7 | 8 => signs(ASKED, version),
        9 | 10 => signs(TRANSIT, version),
        11 => signs_ad_referendum(ASKED, version),
        12 => reopens(version),
        13 => retracts(version),
        14 => Fact::Common(CommonFact::Confirmed { act, heads: view.heads() }),
        15 | 16 => records(version, all),
        17 => {
            Fact::Common(CommonFact::Acknowledged { of: record.unwrap_or(view.act(0).unwrap()).id })
        }
        18 => declares(OutcomeStanding::InEffect, version),
        19 => Fact::Common(CommonFact::Lapsed {
            of: view.act(0).unwrap().id,
            claimants_told: Vec::new(),
        }),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_of_a_document_agree_whatever_came_first(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7
        let opening = text(OutcomeStage::Negotiating, 1);
        let mut play = convergence::play::<Outcome>(opening, &attempts, menu);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let now = play.now();
        let facts: Vec<Fact> = (0..21).map(|what| menu(what, &now, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }

    #[test]
    fn of_two_messages_about_a_document_no_digest_decides(
        attempts in vec(any::<convergence::Attempt>(), 2..24),
    ) {
        // shows: pro-5
        convergence::no_digest_decides(negotiated, &attempts, menu, |now| {
            let moves = [ASKS, ASKED, TRANSIT].map(|who| now.state.open_moves(&agency(who)));
            format!("{:?} {moves:?}", now.state.stage())
        });
    }
}
