//! What stays with the originator, whatever the procedure and wherever it stands; and what a correction touches.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::batch;
use super::handover;
use super::information;
use crate::crypto::digest;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::control::recall::RecallAction;
use crate::message::control::recall::RecallDone;
use crate::message::handling::Classification;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::handover::decision::Outcome;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::purpose::PurposeKind;
use crate::message::time::CivilDate;
use crate::moment::Timestamp;
use crate::procedure::amber;
use crate::procedure::amber::Amber;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::common::CommonFact;
use crate::procedure::control::ControlFact;
use crate::procedure::control::OnwardRecipient;
use crate::procedure::control::OnwardUse;
use crate::procedure::control::RecallOutcome;
use crate::procedure::control::Transfer;
use crate::procedure::control::passing::Passing;
use crate::procedure::control::passing::Purposed;
use crate::procedure::court;
use crate::procedure::court::Exhibited;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::information::Information;
use crate::procedure::information::stage::Stage;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::refusal::Refusal;
use crate::registry::RefusalCode;

const UNTIL: Timestamp = Timestamp::from_millis(9_000);

fn party(code: &str, name: &str) -> OnwardRecipient {
    OnwardRecipient {
        party: Party::parse(code).unwrap(),
        agency: None,
        name: digest::sha256(name.as_bytes()),
    }
}

fn criminal_court() -> OnwardRecipient {
    party("TH", "Criminal Court")
}

fn asks_to_pass_on(items: &[MessageId], to_use: OnwardUse) -> Fact {
    let recipients = Vec::from([criminal_court()]);
    Fact::Control(ControlFact::TransferAsked(Transfer {
        items: items.to_vec(),
        recipients,
        to_use,
        purpose: PurposeKind::Prosecution,
        case: None,
    }))
}

fn grants(of: MessageId) -> Fact {
    let valid_until = Some(UNTIL);
    Fact::Control(ControlFact::TransferDecided { of, granted: true, valid_until })
}

fn refuses(of: MessageId) -> Fact {
    Fact::Control(ControlFact::TransferDecided { of, granted: false, valid_until: None })
}

fn recalls(target: MessageId) -> Fact {
    Fact::Control(ControlFact::Recalled {
        targets: Vec::from([target]),
        action: RecallAction::Erase,
        effective: Timestamp::from_millis(1_000),
    })
}

fn reports(of: MessageId, done: RecallDone) -> Fact {
    let report = RecallOutcome { done, onward_copies: 1, passed_on: 0, used_in_proceedings: false };
    Fact::Control(ControlFact::RecallReported { of, report })
}

fn corrects(target: MessageId) -> Fact {
    Fact::Common(CommonFact::Corrected {
        targets: Vec::from([target]),
        material: true,
        worse: Vec::new(),
    })
}

fn corrects_a_detail(target: MessageId) -> Fact {
    Fact::Common(CommonFact::Corrected {
        targets: Vec::from([target]),
        material: false,
        worse: Vec::new(),
    })
}

/// A request that was answered, and the id of the reply.
fn answered(salt: u8) -> (Play<Information>, MessageId) {
    let mut play = information::assigned(salt);
    let both = information::answered(&[(1, ReplyStatus::Full), (2, ReplyStatus::Full)]);
    let reply = play.say(ASKED, both);
    let id = play.id(&reply);
    (play, id)
}

fn may_pass_on(
    play: &Play<Information>,
    item: &MessageId,
    (by, to): (&str, &OnwardRecipient),
    to_use: OnwardUse,
    at: u64,
) -> bool {
    let passing = Passing { by: &agency(by), item, to, to_use, at: Timestamp::from_millis(at) };
    play.now().common.control().may_pass_on(&passing)
}

fn may_be_told(play: &Play<Information>, item: &MessageId) -> bool {
    may_pass_on(play, item, (ASKS, &criminal_court()), OnwardUse::Intelligence, 1_000)
}

#[test]
fn what_is_said_about_control_moves_no_table_and_may_be_said_when_all_is_over() {
    // shows: orc-1
    let (mut play, reply) = answered(0);
    play.say(ASKS, Fact::Common(CommonFact::Valued { of: reply }));
    let before = play.now().state;

    let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&request);
    let decision = play.say(ASKED, grants(of));
    let recall = play.say(ASKED, recalls(reply));
    let of = play.id(&recall);
    let report = play.say(ASKS, reports(of, RecallDone::Erased));
    let correction = play.say(ASKED, corrects_a_detail(reply));

    assert_eq!(play.now().state.stage(), Stage::Closed);
    assert_eq!(play.now().state, before);
    for said in [request, decision, recall, report, correction] {
        assert_eq!(play.fate(&said), Fate::Noted);
    }
    assert_eq!(play.now().common.control().originator(&reply), Some(&agency(ASKED)));
}

#[test]
fn who_asks_to_pass_on_names_messages_here_that_are_of_one_other_originator() {
    // shows: orc-2
    let (mut play, reply) = answered(0);
    let request = play.first();
    let stranger = MessageId::new(Timestamp::from_millis(1), [1; 10]);
    let to_use = OnwardUse::Intelligence;

    assert_eq!(play.refused(ASKS, asks_to_pass_on(&[stranger], to_use)).rule, "orc-2");
    assert_eq!(play.refused(ASKS, asks_to_pass_on(&[request], to_use)).rule, "orc-2");
    assert_eq!(play.refused(TRANSIT, asks_to_pass_on(&[request, reply], to_use)).rule, "orc-2");
    play.say(TRANSIT, asks_to_pass_on(&[reply], to_use));
    play.told(
        "who asks to pass on names messages here that are of one other originator",
        &["orc-2"],
    );
}

#[test]
fn only_the_originator_decides_on_a_request_that_stands_here() {
    // shows: orc-3
    let (mut play, reply) = answered(0);
    let request = play.say(TRANSIT, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&request);

    let foreign = play.refused(ASKS, grants(of));
    assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "orc-3"));
    assert!(foreign.remedy.contains(ASKED), "{}", foreign.remedy);
    assert_eq!(play.refused(ASKED, grants(reply)).rule, "orc-3");
    play.say(ASKED, grants(of));
    assert!(play.now().common.control().transfer(&of).unwrap().is_decided());
    play.told("only the originator decides on a request that stands here", &["orc-3"]);
}

#[test]
fn silence_is_refusal_and_a_grant_covers_who_what_whom_what_for_and_how_long() {
    // shows: orc-4
    let (mut play, reply) = answered(0);
    let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&request);
    assert!(!may_be_told(&play, &reply), "silence");

    play.say(ASKED, grants(of));
    assert!(may_be_told(&play, &reply));
    let other = play.first();
    let to = criminal_court();
    let elsewhere = party("TH", "Another Court");
    let known = OnwardUse::Intelligence;
    assert!(!may_pass_on(&play, &other, (ASKS, &to), known, 1_000), "what");
    assert!(!may_pass_on(&play, &reply, (TRANSIT, &to), known, 1_000), "who");
    assert!(!may_pass_on(&play, &reply, (ASKS, &elsewhere), known, 1_000), "to whom");
    assert!(!may_pass_on(&play, &reply, (ASKS, &to), OnwardUse::Evidence, 1_000), "what for");
    assert!(may_pass_on(&play, &reply, (ASKS, &to), known, 8_999));
    assert!(!may_pass_on(&play, &reply, (ASKS, &to), known, 9_000), "how long");

    play.say(ASKED, refuses(of));
    assert!(!may_be_told(&play, &reply), "the later decision");

    let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Evidence));
    let of = play.id(&request);
    play.say(ASKED, grants(of));
    assert!(may_pass_on(&play, &reply, (ASKS, &to), OnwardUse::Evidence, 1_000));
    assert!(may_be_told(&play, &reply), "who may prove with it may know it");
}

#[test]
fn of_two_decisions_that_cross_the_refusal_counts() {
    // shows: orc-4
    for salt in SALTS {
        let (mut play, reply) = answered(salt);
        let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
        let of = play.id(&request);
        play.say_after(ASKED, &[request], grants(of));
        play.say_after(ASKED, &[request], refuses(of));

        assert!(!may_be_told(&play, &reply));
        play.told("of two decisions that cross the refusal counts", &["orc-4"]);
    }
}

#[test]
fn nothing_that_follows_a_refusal_lets_the_grant_beside_it_count() {
    // shows: orc-4
    for salt in SALTS {
        let (mut play, reply) = answered(salt);
        let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
        let of = play.id(&request);
        play.say_after(ASKED, &[request], grants(of));
        let refusal = play.say_after(ASKED, &[request], refuses(of));
        // Heavier than the grant: the refusal is folded first, because this rests on it.
        play.say_after(ASKS, &[refusal], recalls(play.first()));

        assert!(!may_be_told(&play, &reply));
        play.say(ASKED, grants(of));
        assert!(may_be_told(&play, &reply), "a grant that saw both takes their place");
        play.told("nothing that follows a refusal lets the grant beside it count", &["orc-4"]);
    }
}

#[test]
fn a_recall_is_the_originators_and_ends_every_grant() {
    // shows: orc-5
    for salt in SALTS {
        let (mut play, reply) = answered(salt);
        let foreign = play.refused(ASKS, recalls(reply));
        assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "orc-5"));
        let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
        let of = play.id(&request);
        play.say_after(ASKED, &[request], recalls(reply));
        play.say_after(ASKED, &[request], grants(of));

        assert!(!may_be_told(&play, &reply));
        let now = play.now();
        let recalls: Vec<_> = now.common.control().recalls_of(&reply).collect();
        assert_eq!(recalls.len(), 1);
        assert_eq!(recalls[0].action(), RecallAction::Erase);
        assert_eq!(recalls[0].effective(), Timestamp::from_millis(1_000));
        play.told("a recall is the originators and ends every grant", &["orc-5"]);
    }
}

#[test]
fn whoever_has_not_reported_on_a_recall_is_awaited() {
    // shows: orc-6
    let (mut play, reply) = answered(0);
    let recall = play.say(ASKED, recalls(reply));
    let of = play.id(&recall);
    let awaited = |play: &Play<Information>| -> Vec<_> {
        play.now().common.unreported(&of).into_iter().cloned().collect()
    };
    assert_eq!(awaited(&play), [agency(ASKS), agency(TRANSIT)]);
    assert_eq!(play.refused(ASKED, reports(of, RecallDone::Erased)).rule, "orc-6");
    assert_eq!(play.refused(ASKS, reports(reply, RecallDone::Erased)).rule, "orc-6");

    play.say(ASKS, reports(of, RecallDone::Quarantined));
    play.say(ASKS, reports(of, RecallDone::Erased));

    assert_eq!(awaited(&play), [agency(TRANSIT)]);
    let now = play.now();
    let told = now.common.control().recall(&of).unwrap().report(&agency(ASKS)).unwrap();
    assert_eq!((told.done, told.onward_copies), (RecallDone::Erased, 1));
    assert!(now.common.unreported(&reply).is_empty(), "nothing else was recalled");
    play.told("whoever has not reported on a recall is awaited", &["orc-6"]);
}

#[test]
fn a_correction_is_the_authors_of_what_it_corrects() {
    // shows: orc-7
    let (mut play, reply) = answered(0);
    let stranger = MessageId::new(Timestamp::from_millis(1), [1; 10]);

    let foreign = play.refused(ASKS, corrects(reply));
    assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "orc-7"));
    assert_eq!(play.refused(ASKED, corrects(stranger)).rule, "orc-7");
    play.say(ASKED, corrects(reply));
    play.told("a correction is the authors of what it corrects", &["orc-7"]);
}

#[test]
fn a_message_serves_another_purpose_once_its_originator_has_granted_it() {
    // shows: orc-10
    let (mut play, reply) = answered(0);
    let own = OnwardRecipient { agency: Some(agency(ASKS)), ..criminal_court() };
    let asked = Fact::Control(ControlFact::TransferAsked(Transfer {
        items: Vec::from([reply]),
        recipients: Vec::from([own]),
        to_use: OnwardUse::Intelligence,
        purpose: PurposeKind::Prosecution,
        case: Some(digest::sha256(b"CN-2026-EX-0042")),
    }));
    let may = |play: &Play<Information>, by, purpose, at| {
        let at = Timestamp::from_millis(at);
        let wanted = Purposed { purpose, case: None };
        play.now().common.control().may_use(&agency(by), &reply, wanted, at)
    };
    let prosecution = PurposeKind::Prosecution;
    let others = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&others);
    play.say(ASKED, grants(of));
    assert!(!may(&play, ASKS, prosecution, 1_000), "granted to a court, and not to itself");

    let request = play.say(ASKS, asked);
    let of = play.id(&request);
    assert!(!may(&play, ASKS, prosecution, 1_000), "silence is refusal");
    play.say(ASKED, grants(of));

    assert!(may(&play, ASKS, prosecution, 8_999));
    assert!(!may(&play, ASKS, prosecution, 9_000), "how long");
    assert!(!may(&play, ASKS, PurposeKind::Border, 1_000), "what for");
    assert!(!may(&play, TRANSIT, prosecution, 1_000), "who");
    play.say(ASKED, recalls(reply));
    assert!(!may(&play, ASKS, prosecution, 1_000), "what was taken back");
}

#[test]
fn a_message_that_has_to_be_erased_stays_as_long_as_its_originator_lets_its_reader_have_it() {
    // shows: rfi-26
    let (mut play, reply) = answered(0);
    let keeps = |play: &Play<Information>, by, at| {
        let at = Timestamp::from_millis(at);
        play.now().common.control().may_keep(&agency(by), &reply, at)
    };
    let others = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&others);
    play.say(ASKED, grants(of));
    assert!(!keeps(&play, ASKS, 1_000), "granted to a court, and not to itself");

    let own = OnwardRecipient { agency: Some(agency(ASKS)), ..criminal_court() };
    let request = play.say(
        ASKS,
        Fact::Control(ControlFact::TransferAsked(Transfer {
            items: Vec::from([reply]),
            recipients: Vec::from([own]),
            to_use: OnwardUse::Intelligence,
            purpose: PurposeKind::Prosecution,
            case: None,
        })),
    );
    assert!(!keeps(&play, ASKS, 1_000), "silence is refusal");
    let of = play.id(&request);
    play.say(ASKED, grants(of));
    assert!(keeps(&play, ASKS, 8_999));
    assert!(!keeps(&play, ASKS, 9_000), "how long");
    assert!(!keeps(&play, TRANSIT, 1_000), "who");
    play.say(ASKED, recalls(reply));
    assert!(!keeps(&play, ASKS, 1_000), "what was taken back");
}

#[test]
fn nobody_becomes_the_originator_of_a_message_by_taking_its_id() {
    // shows: orc-1
    let mut play = information::assigned(0);
    let before = play.transcript.heads();
    let both = information::answered(&[(1, ReplyStatus::Full), (2, ReplyStatus::Full)]);
    let reply = play.say(ASKED, both);
    let id = play.id(&reply);
    let request = play.say(ASKS, asks_to_pass_on(&[id], OnwardUse::Intelligence));
    let of = play.id(&request);

    let mut later = play.act(TRANSIT, &play.transcript.heads(), Fact::Note);
    later.id = id;
    assert_eq!(play.refuses(later).rule, "orc-1");
    let mut beside = play.act(TRANSIT, &before, Fact::Note);
    beside.id = id;
    play.put(beside).unwrap();

    assert_eq!(play.now().common.control().originator(&id), None);
    assert_eq!(play.refused(TRANSIT, grants(of)).rule, "orc-3");
    assert_eq!(play.refused(ASKED, grants(of)).rule, "orc-3", "of which of the two?");
    play.say(ASKED, recalls(id));
    play.told("nobody becomes the originator of a message by taking its id", &["orc-1"]);
}

fn ids(found: &[Amber]) -> Vec<MessageId> {
    found.iter().map(|amber| amber.id).collect()
}

#[test]
fn decisions_that_rest_on_what_was_corrected_turn_amber() {
    // shows: orc-8
    let mut play = handover::examined(0);
    let request = play.first();
    let deferral = play.say(ASKED, handover::decided(Outcome::Deferred));
    let grant = play.say(ASKED, handover::granted());
    play.say(ASKED, handover::held());
    assert!(amber::within(&play.transcript).is_empty());

    let before = play.transcript.heads();
    play.say(ASKS, corrects_a_detail(request));
    assert!(amber::within(&play.transcript).is_empty(), "nobody would decide otherwise");
    play.say(ASKS, corrects(request));
    let mut revocation = play.act(ASKED, &before, handover::decided(Outcome::Deferred));
    revocation.supersedes = Some(grant);
    let beside = play.put(revocation).unwrap();
    let rests = |play: &Play<Handover>| ids(&amber::within(&play.transcript));
    let expected = [deferral, grant, beside].map(|digest| play.id(&digest));
    assert_eq!(rests(&play), expected);
    let found = amber::within(&play.transcript);
    assert!(found.iter().all(|amber| amber.because == request));

    play.say(ASKED, handover::granted());
    assert_eq!(rests(&play), expected, "who decides in view of the correction is right");
}

#[test]
fn the_chapter_lists_what_decides_grants_and_plans() {
    // shows: orc-8
    let chapter = super::chapter();
    let listed = chapter.lines().find(|line| line.starts_with("Decisions, grants and plans are"));
    let printed: Vec<&str> = listed.unwrap().split('`').skip(1).step_by(2).collect();
    let kept: Vec<&str> = amber::DECIDING.iter().map(|kind| kind.text()).collect();
    assert_eq!(printed, kept);
}

#[test]
fn a_grant_to_pass_on_turns_amber_with_what_it_is_about() {
    // shows: orc-8
    let (mut play, reply) = answered(0);
    let request = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
    let of = play.id(&request);
    let grant = play.say(ASKED, grants(of));
    let correction = play.say(ASKED, corrects(reply));

    let found = amber::within(&play.transcript);

    assert_eq!(ids(&found), [play.id(&grant)]);
    assert_ne!(found[0].digest, correction);
}

#[test]
fn what_names_a_message_that_was_corrected_elsewhere_turns_amber_with_what_follows() {
    // shows: orc-9
    let elsewhere = MessageId::new(Timestamp::from_millis(1), [9; 10]);
    let mut play = handover::examined(0);
    let early = play.say(ASKED, handover::decided(Outcome::Deferred));
    play.say(ASKS, Fact::Common(CommonFact::Valued { of: elsewhere }));
    let grant = play.say(ASKED, handover::granted());

    let found = amber::across(&play.transcript, &BTreeSet::from([elsewhere]));

    assert_eq!(ids(&found), [play.id(&grant)], "not {early}, which was decided before");
    assert_eq!(found[0].because, elsewhere);
    let onward = BTreeSet::from([found[0].id]);
    assert!(amber::across(&play.transcript, &onward).is_empty());
    assert!(amber::across(&play.transcript, &BTreeSet::new()).is_empty());
    assert_eq!(amber::named(&play.transcript), BTreeSet::from([elsewhere]));
    assert_eq!(amber::of(&play.transcript, &BTreeSet::from([elsewhere])), found);
}

#[test]
fn an_operation_names_the_reports_and_a_manifest_the_decisions_on_which_it_rests() {
    // shows: orc-9
    let report = MessageId::new(Timestamp::from_millis(1), [9; 10]);
    let threat = Vec::from([report]);
    let proposal = OperationFact::Proposed { reply_by: Timestamp::from_millis(2), threat };
    assert_eq!(Fact::Operation(proposal).names(), [report]);
    let manifest = Manifest { decisions: Vec::from([report]), ..batch::version(1) };
    assert_eq!(Fact::Batch(BatchFact::Listed(manifest)).names(), [report]);
}

fn marked(used: EvidentialUse, code: HandlingCode) -> HandlingCodes {
    HandlingCodes {
        classification: Classification::Official,
        codes: BTreeSet::from([code]),
        onward: Onward::None,
        evidential_use: used,
        review_on: CivilDate::parse("2026-06-30").unwrap(),
        erase_by: CivilDate::parse("2027-01-31").unwrap(),
    }
}

/// Whether the asking side may show the other's reply in court.
fn may_show(
    play: &Play<Information>,
    item: &MessageId,
    (used, code): (EvidentialUse, HandlingCode),
    (author, by): (&str, &str),
    at: u64,
) -> Result<(), Refusal> {
    let handling = marked(used, code);
    let exhibited = Exhibited { id: item, author: &agency(author), handling: &handling };
    let now = play.now();
    court::may_show(&exhibited, &agency(by), now.common.control(), Timestamp::from_millis(at))
}

const FREE: (EvidentialUse, HandlingCode) = (EvidentialUse::Allowed, HandlingCode::H0);
const ASK: (EvidentialUse, HandlingCode) = (EvidentialUse::WithConsent, HandlingCode::H0);
const H1: (EvidentialUse, HandlingCode) = (EvidentialUse::Allowed, HandlingCode::H1);
const NEVER: (EvidentialUse, HandlingCode) = (EvidentialUse::Never, HandlingCode::H0);

#[test]
fn a_body_is_shown_in_court_by_its_marking_or_with_its_originators_consent() {
    // shows: orc-11
    for salt in SALTS {
        let (mut play, reply) = answered(salt);
        let theirs = (ASKED, ASKS);
        assert!(may_show(&play, &reply, FREE, theirs, 1).is_ok());
        for marking in [ASK, H1] {
            let refusal = may_show(&play, &reply, marking, theirs, 1).unwrap_err();
            assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "orc-11"));
            assert!(refusal.why.contains(&alloc::format!("{reply}")));
            assert!(refusal.remedy.contains(ASKED) && refusal.remedy.contains("for_evidence"));
            assert!(may_show(&play, &reply, marking, (ASKED, ASKED), 1).is_ok(), "one's own");
        }
        let known = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Intelligence));
        play.say(ASKED, grants(play.id(&known)));
        assert!(may_show(&play, &reply, ASK, theirs, 1).is_err(), "to know is not to prove");
        let asked = play.say(ASKS, asks_to_pass_on(&[reply], OnwardUse::Evidence));
        assert!(may_show(&play, &reply, ASK, theirs, 1).is_err(), "silence is refusal");
        play.say(ASKED, grants(play.id(&asked)));
        for marking in [ASK, H1] {
            assert!(may_show(&play, &reply, marking, theirs, 1).is_ok());
            assert!(may_show(&play, &reply, marking, theirs, UNTIL.millis()).is_err(), "it ended");
            assert!(may_show(&play, &reply, marking, (ASKED, TRANSIT), 1).is_err());
        }
        for by in [ASKS, ASKED] {
            assert!(may_show(&play, &reply, NEVER, (ASKED, by), 1).is_err(), "never is never");
        }
        play.say(ASKED, recalls(reply));
        for marking in [FREE, ASK, H1] {
            assert!(may_show(&play, &reply, marking, theirs, 1).is_err(), "it was recalled");
        }
        play.told(
            "a body is shown in court by its marking or with its originators consent",
            &["orc-11"],
        );
    }
}
