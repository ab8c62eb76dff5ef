//! What cannot be judged is not shown in court.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::message::control::recall::RecallAction;
use concord_protocol::message::custody::CustodyStatus;
use concord_protocol::message::handling::Classification;
use concord_protocol::message::handling::EvidentialUse;
use concord_protocol::message::handling::HandlingCode;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::handling::Onward;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Kept;
use concord_protocol::procedure::book::Stands;
use concord_protocol::procedure::common::CommonFact;
use concord_protocol::procedure::control::ControlFact;
use concord_protocol::procedure::court::Exhibited;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::handover::fact::Request;
use concord_protocol::procedure::refusal::Refusal;
use serde_bytes::ByteBuf;

use crate::host::handle::ReadError;
use crate::host::handle::transcript::Held;

const AUTHOR: &str = "cn.mps";
const OTHER: &str = "la.mps";

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

fn act(author: &str, name: u8, parents: &[u8], (kind, fact): (Kind, Fact)) -> Act {
    let created = Timestamp::from_millis(u64::from(name));
    let named = |name: u8| digest::sha256(&[name]);
    Act {
        digest: named(name),
        id: MessageId::new(created, [name; 10]),
        parents: parents.iter().map(|name| named(*name)).collect(),
        supersedes: None,
        author: agency(author),
        asked: BTreeSet::from([agency(if author == AUTHOR { OTHER } else { AUTHOR })]),
        told: BTreeSet::new(),
        created,
        urgency: Urgency::U3,
        respond_by: None,
        kind,
        fact,
        passed_on: None,
        case: None,
    }
}

fn request() -> Act {
    let request = Request {
        custody: CustodyStatus::Held,
        offences: 1,
        death: false,
        spared: false,
        spared_until: None,
        release_due: None,
        against: vec![],
        may_be_child: false,
    };
    let fact = Fact::Handover(HandoverFact::Requested(request));
    act(AUTHOR, 1, &[], (Kind::HandoverRequest, fact))
}

fn recall(author: &str, parents: &[u8]) -> Act {
    let fact = ControlFact::Recalled {
        targets: vec![request().id],
        action: RecallAction::Erase,
        effective: Timestamp::from_millis(9),
    };
    act(author, 2, parents, (Kind::Recall, Fact::Control(fact)))
}

fn free() -> HandlingCodes {
    HandlingCodes {
        classification: Classification::Restricted,
        codes: BTreeSet::from([HandlingCode::H0]),
        onward: Onward::OwnCompetentAuthorities,
        evidential_use: EvidentialUse::Allowed,
        review_on: CivilDate::parse("2027-03-01").unwrap(),
        erase_by: CivilDate::parse("2031-03-01").unwrap(),
    }
}

/// What these messages come to, each judged.
fn held(acts: Vec<Act>) -> Held {
    let kept = |act| Kept { act, stands: Stands::Waiting };
    Held::folded(acts.into_iter().map(kept).collect())
}

/// Whether the free request of the author may be shown by the other agency.
fn judged(held: &Held) -> Result<(), Refusal> {
    let handling = free();
    let (id, author) = (request().id, agency(AUTHOR));
    let exhibited = Exhibited { id: &id, author: &author, handling: &handling };
    held.judge(&exhibited, &agency(OTHER), Timestamp::from_millis(10))
}

#[test]
fn nothing_is_shown_of_a_procedure_whose_beginning_is_not_here() {
    // shows: orc-11
    assert!(judged(&held(vec![request()])).is_ok());
    let mut waits = request();
    waits.parents = vec![digest::sha256(b"elsewhere")];
    let waits = held(vec![waits]);
    assert_eq!(waits.book.waiting().len(), 1);
    let refusal = judged(&waits).unwrap_err();
    assert!(refusal.rule == "orc-11" && refusal.why.contains("beginning"), "{refusal:?}");
}

#[test]
fn a_recall_that_waits_or_found_no_place_is_its_authors_word_all_the_same() {
    // shows: orc-11
    let waiting = held(vec![request(), recall(AUTHOR, &[77])]);
    assert_eq!(waiting.book.waiting().len(), 1);
    let refused = held(vec![request(), recall(AUTHOR, &[])]);
    assert_eq!(refused.book.refused().len(), 1);
    for held in [waiting, refused, held(vec![request(), recall(AUTHOR, &[1])])] {
        assert!(judged(&held).unwrap_err().why.contains("recalled"));
    }
    let of_another = held(vec![request(), recall(OTHER, &[77])]);
    assert!(judged(&of_another).is_ok(), "only its author takes it back");
}

#[test]
fn what_is_held_for_a_case_is_taken_away_for_a_case_that_is_named() {
    // shows: orc-22
    let me = agency(OTHER);
    let case = digest::sha256(b"LA-2026-0001");
    let mut theirs = request();
    theirs.case = Some(digest::sha256(b"CN-2026-0009"));
    let unlinked = held(vec![theirs.clone()]);
    assert!(unlinked.names_case(&me, None).is_ok(), "no message of its own names one");

    let taken = Fact::Common(CommonFact::Acknowledged { of: request().id });
    let mut mine = act(OTHER, 2, &[1], (Kind::Acknowledgement, taken));
    mine.case = Some(case);
    let linked = held(vec![theirs, mine]);
    assert!(linked.names_case(&me, Some(&case)).is_ok());
    let refused = linked.names_case(&me, None);
    assert!(matches!(refused, Err(ReadError::OtherCase(refusal)) if refusal.rule == "orc-22"));
}

#[test]
fn a_header_that_cannot_be_read_is_a_refusal() {
    // shows: orc-11
    let act = request();
    let record = MessageRecord {
        digest: act.digest,
        id: act.id,
        from: act.author.clone(),
        at: act.created,
        leaf: LeafIndex::new(1),
        message: ByteBuf::from(b"no header".to_vec()),
        body: BodyForm::Held,
    };
    let alone = held(vec![act]);
    let refusal = alone.may_show(&record, &agency(OTHER), Timestamp::from_millis(10)).unwrap_err();
    assert!(refusal.why.contains("header"), "{refusal:?}");
}
