//! How rescues, and handovers with signs of a victim, bear on each other.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::custody::CustodyStatus;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::rescue::screening::ScreeningOutcome;
use concord_protocol::message::rescue::update::RescueState;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::handover::fact::Request;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::rescue::fact::RescueFact;
use concord_protocol::procedure::rescue::fact::Update;

use super::Bearing;
use super::Open;
use super::Signs;
use super::State;

const HOLDER: &str = "la.mps";
const ASKER: &str = "cn.mps";
const STRANGER: &str = "vn.mps";

fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).unwrap()
}

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(1), [name; 10])
}

fn act((place, author, other): (usize, &str, &str), kind: Kind, fact: Fact) -> Act {
    let name = u8::try_from(place).unwrap();
    let parents =
        place.checked_sub(1).map(|before| digest::sha256(&[u8::try_from(before).unwrap()]));
    Act {
        digest: digest::sha256(&[name]),
        id: MessageId::new(Timestamp::from_millis(1), [name; 10]),
        parents: parents.into_iter().collect(),
        supersedes: None,
        author: agency(author),
        asked: BTreeSet::from([agency(other)]),
        told: BTreeSet::new(),
        created: Timestamp::from_millis(1),
        urgency: Urgency::U2,
        respond_by: None,
        kind,
        fact,
        passed_on: None,
        case: None,
    }
}

fn screened(outcome: ScreeningOutcome, rerouted_from: Option<ProcedureId>) -> Fact {
    let (review, may_be_child) = (None, false);
    Fact::Handover(HandoverFact::Screened {
        outcome,
        freely: true,
        review,
        may_be_child,
        rerouted_from,
    })
}

fn says(state: RescueState, merged: &[u8], goes_on_in: Option<u8>) -> Fact {
    Fact::Rescue(RescueFact::Updated(Update {
        state,
        next_by: Timestamp::from_millis(2),
        child: None,
        consents: None,
        age_assessed: false,
        best_interests: false,
        prosecutor: true,
        home: None,
        merged: merged.iter().map(|name| (procedure(*name), agency(ASKER))).collect(),
        goes_on_in: goes_on_in.map(procedure),
    }))
}

/// A rescue in the hands of an agency, begun by a screening, as the board keeps it.
fn rescue(territory: &str, from: Option<u8>, facts: &[Fact]) -> Open {
    let begins = screened(ScreeningOutcome::PresumedVictim, from.map(procedure));
    let said = [begins].into_iter().chain(facts.iter().cloned()).enumerate();
    let acts = said.map(|(place, fact)| {
        let is_update = matches!(fact, Fact::Rescue(_));
        let kind = if is_update { Kind::RescueUpdate } else { Kind::VictimScreeningReport };
        act((place, territory, ASKER), kind, fact)
    });
    let book = Book::of(acts);
    assert!(book.refused().is_empty(), "{:?}", book.refused());
    let Some(Machine::Rescue(folded)) = book.machine() else { panic!("a rescue") };
    Open::of(&folded.state)
}

/// A handover in which its holder found signs of a victim.
fn signs() -> Signs {
    let request = Fact::Handover(HandoverFact::Requested(Request {
        custody: CustodyStatus::Held,
        offences: 1,
        death: false,
        spared: false,
        spared_until: None,
        release_due: None,
        may_be_child: false,
        against: Vec::new(),
    }));
    let book = Book::of([
        act((0, ASKER, HOLDER), Kind::HandoverRequest, request),
        act(
            (1, HOLDER, ASKER),
            Kind::VictimScreeningReport,
            screened(ScreeningOutcome::PresumedVictim, None),
        ),
    ]);
    let Some(Machine::Handover(folded)) = book.machine() else { panic!("a handover") };
    Signs::of(&folded.state, Vec::new()).unwrap()
}

fn board(rescues: Vec<(u8, Open)>) -> State {
    let rescues = rescues.into_iter().map(|(name, open)| (procedure(name), open)).collect();
    let handovers = BTreeMap::from([(procedure(9), signs())]);
    State { rescues, handovers, ..State::default() }
}

/// Whether a rescue on the board has taken over the person of handover 9.
fn is_taken_over(board: &State) -> bool {
    let nobody = BTreeSet::new();
    let same = |one: &AgencyId, other: &AgencyId| one == other;
    board.named_by(&procedure(9), &nobody, same).any(Bearing::takes_over)
}

#[test]
fn a_rescue_of_whoever_has_the_person_takes_over_and_nobody_elses() {
    // shows: res-62
    let cleared = screened(ScreeningOutcome::NoIndication, None);
    let referred = says(RescueState::ReferredToJustice, &[], None);
    let signs_again = screened(ScreeningOutcome::Victim, None);
    for (board, taken) in [
        (board(Vec::new()), false),
        (board(vec![(1, rescue(HOLDER, None, &[]))]), false),
        (board(vec![(1, rescue(HOLDER, Some(8), &[]))]), false),
        (board(vec![(1, rescue(STRANGER, Some(9), &[]))]), false),
        (board(vec![(1, rescue(HOLDER, Some(9), &[]))]), true),
        (board(vec![(1, rescue(HOLDER, Some(9), std::slice::from_ref(&cleared)))]), false),
        (board(vec![(1, rescue(HOLDER, Some(9), &[cleared.clone(), signs_again]))]), true),
        (board(vec![(1, rescue(HOLDER, Some(9), &[cleared, referred]))]), true),
    ] {
        assert_eq!(is_taken_over(&board), taken, "{board:?}");
    }
}

#[test]
fn a_rescue_that_goes_on_in_another_takes_over_as_that_one_does() {
    // shows: res-62
    let leaves = says(RescueState::Accepted, &[], Some(2));
    let takes_in = says(RescueState::Accepted, &[1], None);
    let merged = |into: Open| {
        board(vec![(1, rescue(HOLDER, Some(9), std::slice::from_ref(&leaves))), (2, into)])
    };
    assert!(is_taken_over(&merged(rescue(HOLDER, None, std::slice::from_ref(&takes_in)))));
    let foreign = merged(rescue(STRANGER, None, std::slice::from_ref(&takes_in)));
    assert!(!is_taken_over(&foreign), "another Party's rescue frees nobody");
    let named_by_a_stranger = board(vec![
        (1, rescue(STRANGER, Some(9), std::slice::from_ref(&leaves))),
        (2, rescue(HOLDER, None, std::slice::from_ref(&takes_in))),
    ]);
    assert!(!is_taken_over(&named_by_a_stranger), "whoever has the person names the handover");
    let unclear = screened(ScreeningOutcome::NoIndication, None);
    assert!(!is_taken_over(&merged(rescue(HOLDER, None, &[takes_in, unclear]))));
}

#[test]
fn rescues_that_go_on_in_each_other_govern_on_their_own() {
    // shows: res-65
    let into = |name| {
        let leaves = says(RescueState::Accepted, &[], Some(name));
        rescue(HOLDER, None, &[says(RescueState::Accepted, &[name], None), leaves])
    };
    let ring = board(vec![(1, into(2)), (2, into(1))]);
    for (name, open) in &ring.rescues {
        assert!(open.as_said.governs.is_none());
        assert!(ring.bearing(name, open).governs.is_some(), "{name}");
    }
    let taken_in = board(vec![
        (1, rescue(HOLDER, None, &[says(RescueState::Accepted, &[], Some(2))])),
        (2, rescue(HOLDER, None, &[says(RescueState::Accepted, &[1], None)])),
    ]);
    let governs = |name| {
        let name = procedure(name);
        taken_in.bearing(&name, &taken_in.rescues[&name]).governs.is_some()
    };
    assert_eq!((governs(1), governs(2)), (false, true));
}
