//! What a message has to do with other procedures: judged by whoever holds them, and never in a fold.

mod derived;
mod held;
mod wanted;

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::TRANSIT;
use super::agency;
use super::batch;
use super::handover;
use super::information;
use crate::crypto::digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::ids::ProcedureId;
use crate::message::control::recall::RecallAction;
use crate::message::handling::Classification;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::handover::decision::Outcome;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::operation::signal::Signal;
use crate::message::purpose::PurposeKind;
use crate::message::time::CivilDate;
use crate::moment::Timestamp;
use crate::procedure::amber::Amber;
use crate::procedure::batch::Batch;
use crate::procedure::book::Book;
use crate::procedure::common::CommonFact;
use crate::procedure::control::ControlFact;
use crate::procedure::control::OnwardRecipient;
use crate::procedure::control::OnwardUse;
use crate::procedure::control::Transfer;
use crate::procedure::elsewhere::arrival;
use crate::procedure::elsewhere::case::CaseUse;
use crate::procedure::elsewhere::copy::Copy;
use crate::procedure::elsewhere::decision;
use crate::procedure::elsewhere::decision::Candidate;
use crate::procedure::elsewhere::decision::Doubt;
use crate::procedure::elsewhere::person;
use crate::procedure::elsewhere::person::People;
use crate::procedure::elsewhere::received::Received;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Results;
use crate::procedure::information::Information;
use crate::procedure::machine::Machine;
use crate::procedure::operation::fact::OperationFact;

fn handover_now(play: &Play<Handover>) -> Machine {
    Machine::Handover(Box::new(play.now()))
}

fn batch_now(play: &Play<Batch>) -> Machine {
    Machine::Batch(Box::new(play.now()))
}

fn certified(transferred: &[u64]) -> Fact {
    let transferred = transferred.iter().copied().collect();
    let results = Results { transferred, ..Results::default() };
    Fact::Handover(HandoverFact::Certified { leg: 1, root: None, results })
}

/// A time, and nothing to be looked at again.
const NOW: (Timestamp, Option<Amber>) = (Timestamp::from_millis(1_000), None);

const RELEASED: Fact = Fact::Handover(HandoverFact::Released { leg: 1 });

#[test]
fn a_grant_a_release_and_a_certificate_let_a_person_go() {
    // shows: res-40
    let machine = handover_now(&handover::examined(0));
    for outcome in [Outcome::Granted, Outcome::GrantedConditional] {
        assert_eq!(person::lets_go(&handover::decided(outcome), &machine), Some(People::One));
    }
    assert_eq!(person::lets_go(&handover::decided(Outcome::Refused), &machine), None);
    assert_eq!(person::lets_go(&RELEASED, &machine), Some(People::One));
    assert_eq!(person::lets_go(&certified(&[1]), &machine), Some(People::One));
    assert_eq!(person::lets_go(&certified(&[]), &machine), None);
    assert_eq!(person::lets_go(&handover::held(), &machine), None);

    let machine = batch_now(&batch::on_the_way(0));
    let everybody = Some(People::Entries(BTreeSet::from([1, 2, 3, 4, 5])));
    assert_eq!(person::lets_go(&RELEASED, &machine), everybody);
    let two = Some(People::Entries(BTreeSet::from([2, 4])));
    assert_eq!(person::lets_go(&certified(&[2, 4]), &machine), two);
}

#[test]
fn a_rescue_holds_somebody_back_until_the_person_has_gone() {
    // shows: res-42
    let mut play = handover::examined(0);
    assert_eq!(person::held_back(&handover_now(&play)), Some(People::One));
    play.say(ASKS, Fact::Common(CommonFact::Withdrawn));
    assert_eq!(person::held_back(&handover_now(&play)), None);
    assert!(person::held_back(&batch_now(&batch::sealed_play(0))).is_some());
}

#[test]
fn go_is_what_lets_people_in() {
    // shows: res-41
    let signal = |signal: Signal| {
        let territory = Some(Party::parse("LA").unwrap());
        Fact::Operation(OperationFact::Signalled { signal, territory })
    };
    assert_eq!(person::goes_in(&signal(Signal::Go)).map(Party::as_str), Some("LA"));
    assert_eq!(person::goes_in(&signal(Signal::Abort)), None);
}

#[test]
fn an_entry_rests_on_a_decision_that_stands_in_its_own_handover() {
    // shows: bat-63
    let mut play = handover::examined(0);
    let decision = play.say(ASKED, handover::granted());
    let id = play.id(&decision);
    let judge = |play: &Play<Handover>| decision::judge(7, &id, &handover_now(play), NOW);
    assert_eq!(judge(&play), Ok(()));

    let elsewhere = decision::judge(7, &id, &batch_now(&batch::sealed_play(0)), NOW).unwrap_err();
    assert_eq!(elsewhere.rule, "bat-63");
    play.say_instead(ASKED, decision, handover::decided(Outcome::Deferred));
    let revoked = judge(&play).unwrap_err();
    assert!(revoked.why.contains("no decision stands"), "{revoked:?}");
    let again = play.say(ASKED, handover::granted());
    let replaced = judge(&play).unwrap_err();
    assert!(replaced.why.contains(&alloc::format!("{}", play.id(&again))), "{replaced:?}");

    let mut withdrawn = handover::examined(0);
    let decision = withdrawn.say(ASKED, handover::granted());
    let id = withdrawn.id(&decision);
    withdrawn.say(ASKS, Fact::Common(CommonFact::Withdrawn));
    let refusal = decision::judge(7, &id, &handover_now(&withdrawn), NOW).unwrap_err();
    assert!(refusal.why.contains("withdrawn"), "{refusal:?}");
    let mut conditional = handover::examined(0);
    let decision = conditional.say(ASKED, handover::decided(Outcome::GrantedConditional));
    let id = conditional.id(&decision);
    assert!(decision::judge(7, &id, &handover_now(&conditional), NOW).is_err());
}

#[test]
fn an_entry_means_the_decision_of_the_giving_party_and_of_several_the_one_that_counted() {
    // shows: bat-72
    let procedure = |n: u8| ProcedureId::new(Timestamp::from_millis(1), [n; 10]);
    let candidate = |n: u8, by_giver: bool, counted: bool| Candidate {
        procedure: procedure(n),
        by_giver,
        counted,
    };
    let meant = |candidates: &[Candidate]| Vec::from_iter(decision::meant(candidates));
    let (real, decoy) = (candidate(1, true, true), candidate(2, false, true));
    assert_eq!(meant(&[decoy, real]), [procedure(1)]);
    assert_eq!(meant(&[decoy]), [], "nobody else decides for the giving Party");
    let beside = candidate(3, true, false);
    assert_eq!(meant(&[beside, real]), [procedure(1)]);
    assert_eq!(meant(&[beside]), [procedure(3)], "that it did not count is told");
    let too = candidate(4, true, true);
    assert_eq!(meant(&[real, too]), [procedure(1), procedure(4)], "each of them has to carry it");
}

#[test]
fn of_several_doubts_about_an_entry_the_gravest_counts() {
    // shows: bat-68, bat-71, bat-72
    for (doubts, gravest) in [
        ([Doubt::Excluded, Doubt::Checked], Doubt::Excluded),
        ([Doubt::Checked, Doubt::Excluded], Doubt::Excluded),
        ([Doubt::Unconnected, Doubt::Excluded], Doubt::Excluded),
        ([Doubt::Checked, Doubt::Unconnected], Doubt::Unconnected),
    ] {
        assert_eq!(Doubt::gravest(doubts), Some(gravest));
    }
    assert_eq!(Doubt::gravest([]), None);
}

#[test]
fn a_message_counts_that_took_effect_in_its_procedure() {
    // shows: bat-72
    let mut play = handover::examined(0);
    let seen = play.transcript.heads();
    let grant = play.say_after(ASKED, &seen, handover::granted());
    let counted = |play: &Play<Handover>| decision::has_counted(&handover_now(play), &grant);
    assert!(counted(&play));
    play.say_after(ASKS, &seen, Fact::Common(CommonFact::Withdrawn));
    assert!(!counted(&play), "it is outranked");
    assert!(!decision::has_counted(&handover_now(&play), &digest::sha256(b"elsewhere")));
}

#[test]
fn a_person_arrives_with_a_batch_whose_last_certificate_hands_the_person_over_on_the_decision() {
    // shows: ho-77, bat-63
    let mut play = handover::examined(0);
    let decision = play.say(ASKED, handover::granted());
    let standing = play.id(&decision);
    let other = |n: u8| MessageId::new(Timestamp::from_millis(1), [n; 10]);
    let (batch, certificate) =
        batch::arrived_on(&[other(1), standing, other(3), other(4), other(5)]);
    let judge = |certificate, entry, machine: &Machine| {
        let judged = arrival::judge(&play.now().state, certificate, entry, machine);
        judged.map_err(|refusal| refusal.rule)
    };
    let machine = batch_now(&batch);
    assert_eq!(judge(&certificate, 2, &machine), Ok(()));
    assert_eq!(
        judge(&certificate, 1, &machine),
        Err("ho-77"),
        "on the decision about another person"
    );
    assert_eq!(judge(&certificate, 3, &machine), Err("ho-77"), "who escaped on the way");
    let first = batch.now().state.account().legs[0].certificate;
    assert_eq!(judge(&first, 2, &machine), Err("ho-77"), "it is not the last leg");
    let underway = batch_now(&batch::on_the_way(0));
    assert_eq!(judge(&certificate, 2, &underway), Err("ho-77"), "nobody has arrived");
    assert_eq!(judge(&certificate, 2, &handover_now(&play)), Err("ho-77"), "it is no batch");

    let arrived = HandoverFact::Arrived { certificate: other(9), entry: 2, release_due: None };
    play.say(ASKS, Fact::Handover(arrived));
    let again = decision::judge(7, &standing, &handover_now(&play), NOW).unwrap_err();
    assert!(again.why.contains("handed-over"), "nobody travels twice on it: {again:?}");
}

#[test]
fn whoever_travelled_with_others_has_to_have_arrived_before_more_is_asked_for() {
    // shows: ho-76, spc-6, spc-7
    let mut play = handover::examined(0);
    play.say(ASKED, handover::granted());
    let party = |name| Party::parse(name).unwrap();
    let (by, from) = (party("CN"), BTreeSet::from([party("LA")]));
    let procedure = ProcedureId::new(Timestamp::from_millis(1), [1; 10]);
    let remedies = |play: &Play<Handover>| {
        let handover = play.now().state;
        let received = Received { procedure, handover: &handover, by: &by, from: &from };
        let judged = [received.judge_again(), received.judge_onward(&party("VN"))];
        judged.map(|judged| judged.unwrap_err().remedy.contains("manifest arrive"))
    };
    assert_eq!(remedies(&play), [true, true]);
    let certificate = MessageId::new(Timestamp::from_millis(1), [9; 10]);
    let arrived = HandoverFact::Arrived { certificate, entry: 1, release_due: None };
    play.say(ASKS, Fact::Handover(arrived));
    assert_eq!(remedies(&play), [false, false]);
}

#[test]
fn a_recount_lets_nobody_go() {
    // shows: bat-63
    let (batch, _) = batch::arrived_on(&[]);
    assert_eq!(person::lets_go(&certified(&[1, 2]), &batch_now(&batch)), None);
}

#[test]
fn each_entry_that_was_put_up_for_sealing_has_its_own_decision() {
    // shows: bat-63
    let ids: Vec<MessageId> =
        (1..=5_u8).map(|n| MessageId::new(Timestamp::from_millis(1), [n; 10])).collect();
    let mut manifest = batch::version(1);
    manifest.decisions.clone_from(&ids);
    let play = |ready: bool| {
        let manifest = crate::procedure::batch::fact::Manifest { ready, ..manifest.clone() };
        let fact = crate::procedure::batch::fact::BatchFact::Listed(manifest);
        Play::<Batch>::begin_among(&[ASKED, TRANSIT, ASKS], 0, Fact::Batch(fact)).now().state
    };
    let whom = People::Entries(BTreeSet::from([2, 5]));
    assert_eq!(decision::of(&play(true), &whom), [(2, ids[1]), (5, ids[4])]);
    assert_eq!(decision::of(&play(false), &whom), [], "a proposal may lack some");
}

/// What China may do with a reply of Laos: tell Thailand of it, for an investigation, until the ninth second.
struct Passed {
    play: Play<Information>,
    reply: MessageId,
    consent: MessageId,
}

fn granted(to_use: OnwardUse) -> Passed {
    let mut play = information::assigned(0);
    let both = information::answered(&[(1, ReplyStatus::Full), (2, ReplyStatus::Full)]);
    let reply = play.say(ASKED, both);
    let reply = play.id(&reply);
    let thailand = OnwardRecipient {
        party: Party::parse("TH").unwrap(),
        agency: Some(agency(TRANSIT)),
        name: digest::sha256(b"the liaison desk"),
    };
    let asked = play.say(
        ASKS,
        Fact::Control(ControlFact::TransferAsked(Transfer {
            items: Vec::from([reply]),
            recipients: Vec::from([thailand]),
            to_use,
            purpose: PurposeKind::Investigation,
            case: None,
        })),
    );
    let of = play.id(&asked);
    let valid_until = Some(Timestamp::from_millis(9_000));
    let decided = Fact::Control(ControlFact::TransferDecided { of, granted: true, valid_until });
    let consent = play.say(ASKED, decided);
    let consent = play.id(&consent);
    Passed { play, reply, consent }
}

fn marked(evidential_use: EvidentialUse) -> HandlingCodes {
    HandlingCodes {
        classification: Classification::Restricted,
        codes: BTreeSet::from([HandlingCode::H2]),
        onward: Onward::OwnCompetentAuthorities,
        evidential_use,
        review_on: CivilDate::parse("2026-06-30").unwrap(),
        erase_by: CivilDate::parse("2027-01-31").unwrap(),
    }
}

/// A copy that China makes for Thailand.
struct Made {
    by: AgencyId,
    originator: AgencyId,
    consent: MessageId,
    to: Vec<AgencyId>,
    purpose: PurposeKind,
    handling: HandlingCodes,
    at: Timestamp,
}

/// Why a copy is refused; nothing when it may go.
fn refused(passed: &Passed, change: impl FnOnce(&mut Made)) -> Option<&'static str> {
    let mut made = Made {
        by: agency(ASKS),
        originator: agency(ASKED),
        consent: passed.consent,
        to: Vec::from([agency(TRANSIT)]),
        purpose: PurposeKind::Investigation,
        handling: marked(EvidentialUse::Never),
        at: Timestamp::from_millis(8_999),
    };
    change(&mut made);
    let copy = Copy {
        by: &made.by,
        originator: &made.originator,
        consent: &made.consent,
        to: made.to.iter().collect(),
        purpose: made.purpose,
        handling: &made.handling,
        at: made.at,
    };
    let judged = copy.judge(passed.play.now().common.control());
    judged.err().map(|refusal| refusal.rule)
}

#[test]
fn what_is_passed_on_is_held_against_the_decision_of_its_originator() {
    // shows: orc-13
    let mut passed = granted(OnwardUse::Intelligence);
    let other = || agency("vn.mps");
    let evidence = |made: &mut Made| made.handling = marked(EvidentialUse::WithConsent);
    assert_eq!(refused(&passed, |_| {}), None);

    let reply = passed.reply;
    let changes: [&dyn Fn(&mut Made); 7] = [
        &|made| made.consent = reply,
        &|made| made.by = other(),
        &|made| made.originator = other(),
        &|made| made.to.push(other()),
        &|made| made.at = Timestamp::from_millis(9_000),
        &|made| made.purpose = PurposeKind::Border,
        &evidence,
    ];
    for change in changes {
        assert_eq!(refused(&passed, change), Some("orc-13"));
    }
    assert_eq!(refused(&granted(OnwardUse::Evidence), evidence), None);
    let to_its_owner = refused(&passed, |made| made.to.push(agency(ASKED)));
    assert_eq!(to_its_owner, None, "it is the owner's");

    let recalled = ControlFact::Recalled {
        targets: Vec::from([reply]),
        action: RecallAction::Quarantine,
        effective: Timestamp::from_millis(1),
    };
    passed.play.say(ASKED, Fact::Control(recalled));
    assert_eq!(refused(&passed, |_| {}), Some("orc-13"));
}

#[test]
fn a_later_decision_takes_the_place_of_the_one_that_a_copy_names() {
    // shows: orc-13
    let mut passed = granted(OnwardUse::Intelligence);
    let request = {
        let control = passed.play.now();
        let first = control.common.control().transfer_by(&passed.consent).cloned();
        assert!(first.is_some_and(|case| case.is_decided()));
        let acts =
            (0..passed.play.transcript.len()).filter_map(|at| passed.play.transcript.act(at));
        acts.filter(|act| matches!(act.fact, Fact::Control(ControlFact::TransferAsked(_))))
            .map(|act| act.id)
            .next()
            .unwrap()
    };
    let refuses = ControlFact::TransferDecided { of: request, granted: false, valid_until: None };
    passed.play.say(ASKED, Fact::Control(refuses));
    assert_eq!(refused(&passed, |_| {}), Some("orc-13"));
}

#[test]
fn a_recipient_may_tighten_a_marking_and_not_relax_it() {
    // shows: orc-13
    let original = marked(EvidentialUse::Never);
    let relaxes = |change: fn(&mut HandlingCodes)| {
        let mut copy = original.clone();
        change(&mut copy);
        copy.relaxes(&original)
    };
    assert_eq!(relaxes(|_| {}), None);
    assert_eq!(relaxes(|copy| copy.classification = Classification::Confidential), None);
    assert_eq!(
        relaxes(|copy| {
            copy.codes.insert(HandlingCode::H1);
        }),
        None
    );
    assert_eq!(relaxes(|copy| copy.onward = Onward::None), None);

    let day = |text: &str| CivilDate::parse(text).unwrap();
    assert_eq!(
        relaxes(|copy| copy.classification = Classification::Official),
        Some("classification")
    );
    assert_eq!(relaxes(|copy| copy.codes.clear()), Some("codes"));
    assert_eq!(relaxes(|copy| copy.onward = Onward::AllParties), Some("onward"));
    let named = |parties: &[&str]| {
        Onward::Named(parties.iter().map(|party| Party::parse(party).unwrap()).collect())
    };
    let mut wide = original.clone();
    wide.onward = named(&["TH"]);
    assert_eq!(wide.relaxes(&original), Some("onward"));
    let mut wider = original.clone();
    wider.onward = named(&["TH", "VN"]);
    assert_eq!((wide.relaxes(&wider), wider.relaxes(&wide)), (None, Some("onward")));
    let mut longer = original.clone();
    (longer.review_on, longer.erase_by) = (day("2026-07-01"), day("2027-01-31"));
    assert_eq!(longer.relaxes(&original), Some("review_on"));
    (longer.review_on, longer.erase_by) = (day("2026-06-30"), day("2027-02-01"));
    assert_eq!(longer.relaxes(&original), Some("erase_by"));
}

#[test]
fn what_was_sent_for_a_case_is_used_in_the_case_that_its_reader_linked_first() {
    // shows: orc-17
    let (theirs, ours, other) =
        (digest::sha256(b"LA-1"), digest::sha256(b"CN-1"), digest::sha256(b"CN-2"));
    let mut play = information::assigned(0);
    let both = information::answered(&[(1, ReplyStatus::Full), (2, ReplyStatus::Full)]);
    let mut reply = play.act(ASKED, &play.transcript.heads(), both);
    reply.case = Some(theirs);
    let item = reply.id;
    play.put(reply).unwrap();
    let by = agency(ASKS);
    let judge = |play: &Play<Information>, case: &digest::Digest| {
        let at = Timestamp::from_millis(8_999);
        let purpose = PurposeKind::Investigation;
        CaseUse { by: &by, item: &item, purpose, case, at }.judge(&book(play))
    };
    assert_eq!(judge(&play, &other), Ok(()), "nobody has named a case here yet");

    for case in [ours, other] {
        let mut thanks = play.act(ASKS, &play.transcript.heads(), Fact::Note);
        thanks.case = Some(case);
        play.put(thanks).unwrap();
    }
    assert_eq!(judge(&play, &ours), Ok(()));
    let refusal = judge(&play, &other).unwrap_err();
    assert_eq!(refusal.rule, "orc-17", "a later message links nothing");
    assert!(refusal.remedy.contains("onward-transfer-request"), "{refusal:?}");

    let us = OnwardRecipient {
        party: Party::parse("CN").unwrap(),
        agency: Some(by.clone()),
        name: digest::sha256(b"another desk"),
    };
    let asks = |case| {
        Fact::Control(ControlFact::TransferAsked(Transfer {
            items: Vec::from([item]),
            recipients: Vec::from([us.clone()]),
            to_use: OnwardUse::Intelligence,
            purpose: PurposeKind::Investigation,
            case,
        }))
    };
    for (case, judged) in [(None, false), (Some(other), true)] {
        let asked = play.say(ASKS, asks(case));
        let of = play.id(&asked);
        let granted = ControlFact::TransferDecided { of, granted: true, valid_until: None };
        play.say(ASKED, Fact::Control(granted));
        assert_eq!(judge(&play, &other).is_ok(), judged, "what was granted is for the case named");
    }
}

#[test]
fn what_names_no_case_and_what_is_ones_own_is_used_in_any() {
    // shows: orc-17
    let mut play = information::assigned(0);
    let mut thanks = play.act(ASKS, &play.transcript.heads(), Fact::Note);
    thanks.case = Some(digest::sha256(b"CN-1"));
    let own = thanks.id;
    play.put(thanks).unwrap();
    let plain = play.say(ASKED, Fact::Note);
    let (by, case) = (agency(ASKS), digest::sha256(b"CN-2"));
    for item in [own, play.id(&plain)] {
        let (purpose, at) = (PurposeKind::Investigation, Timestamp::from_millis(1));
        let used = CaseUse { by: &by, item: &item, purpose, case: &case, at };
        assert_eq!(used.judge(&book(&play)), Ok(()));
    }
}

fn book(play: &Play<Information>) -> Book {
    Book::of((0..play.transcript.len()).filter_map(|place| play.transcript.act(place)).cloned())
}
