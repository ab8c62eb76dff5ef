//! Bodies that are gone: what is still owed of them goes out as a tombstone, and is receipted as one.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::input::Erase;
use crate::engine::input::Input;
use crate::engine::input::Ticket;
use crate::engine::record::BodyForm;
use crate::engine::record::Settlement;
use crate::engine::tests::settlement;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::carry;
use crate::engine::tests::world::connect;
use crate::engine::tests::world::offers;
use crate::engine::tests::world::receipts;
use crate::engine::tests::world::submission;
use crate::engine::tests::world::vec_of;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::header;
use crate::envelope::seal::Draft;
use crate::identity::fixtures as members;
use crate::ids::BasisCode;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::StaffNumber;
use crate::log::leaf::Doubt;
use crate::log::leaf::EraseCause;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::message::time::CivilDate;
use crate::moment::Span;
use crate::registry::CloseCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;

#[test]
fn an_owed_message_whose_body_is_gone_goes_out_as_a_tombstone_and_is_receipted_as_one() {
    // shows: link-8, link-9, wire-70, wire-71
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let (digest, _) = a.submit(&[RECEIVER], 1);
    lose(&mut a, digest);

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(offers(actions.clone())[0].items, [(digest, Form::Tombstone)]);
    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert!(matches!(settlement(&a, 1), Settlement::Accepted(..)));
    assert_eq!(a.memory.messages[&digest].body, BodyForm::Lost);
    assert_eq!(b.memory.messages[&digest].body, BodyForm::Absent);
    assert!(matches!(b.memory.log()[1], Leaf::Received { form: Form::Tombstone, .. }));
}

#[test]
fn that_a_number_was_offered_as_a_tombstone_outlives_a_crash() {
    // shows: link-8
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let (digest, _) = a.submit(&[RECEIVER], 1);
    lose(&mut a, digest);
    let (actions, _) = connect(&mut a, &mut b);
    // The peer takes it, and its receipt is lost with our process.
    let offer = a.offer(&offers(actions)[0]);
    assert!(!receipts(b.hear_offer(&a.agency(), offer).unwrap()).is_empty());

    let mut a = Node::recovered(SENDER, a.memory.clone());
    a.start();
    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert!(matches!(settlement(&a, 1), Settlement::Accepted(..)));
}

#[test]
fn what_the_peer_took_whole_stays_whole_when_it_is_offered_again_as_a_tombstone() {
    // shows: wire-72
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (digest, actions) = a.submit(&[RECEIVER], 1);
    let offer = a.offer(&offers(actions)[0]);
    assert!(!receipts(b.hear_offer(&a.agency(), offer).unwrap()).is_empty());
    a.act(vec_of(Input::Lost { peer: b.agency() }));
    lose(&mut a, digest);

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(offers(actions.clone())[0].items, [(digest, Form::Tombstone)]);
    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert!(b.memory.bodies.contains_key(&digest));
    assert!(matches!(b.memory.log()[1], Leaf::Received { form: Form::Whole, .. }));
}

#[test]
fn a_body_that_is_gone_is_a_tombstone_to_every_recipient_that_waits_and_to_no_other() {
    // shows: link-8
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (digest, actions) = a.submit(&[RECEIVER, THIRD], 1);
    carry(&mut a, &mut b, actions);
    let (other, _) = a.submit(&[THIRD], 2);
    lose(&mut a, digest);
    let mut c = Node::started(THIRD);

    let (actions, _) = connect(&mut a, &mut c);

    let items = &offers(actions)[0].items;
    assert_eq!(items, &[(digest, Form::Tombstone), (other, Form::Whole)]);
}

#[test]
fn that_a_message_could_expire_does_not_make_a_tombstone_of_what_was_offered_whole() {
    // shows: link-9
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let expires = Some(letters::CREATED.after(Span::from_days(1)));
    let draft = Draft { expires, respond_by: None, ..letters::opening(&[RECEIVER], 1) };
    connect(&mut a, &mut b);
    let actions = a.act(vec_of(submission(letters::signed(draft), None)));
    let mut offer = a.offer(&offers(actions)[0]);
    let stripped = Dispatch {
        charter: letters::directory().charter().charter().name.clone(),
        from: a.agency(),
        to: b.agency(),
        serial: a.engine.persona().serial,
        epoch: Epoch::new(1),
        first: LinkNumber::new(1),
        items: vec_of(DispatchItem {
            message: digest::sha256(&offer.messages[0].message),
            form: Form::Tombstone,
        }),
    };
    let signer = members::signing_key(SENDER, "signing", 1);
    offer.dispatch = ByteBuf::from(dispatch::sign(&stripped, &signer).unwrap());
    offer.messages[0].sealed = None;

    let answers = b.hear_offer(&a.agency(), offer).unwrap();
    let receipt = b.receipt(&receipts(answers)[0]);

    let refused = Action::Close { peer: b.agency(), code: CloseCode::BadReceipt };
    assert_eq!(a.hear_receipt(&b.agency(), &receipt), Ok(vec_of(refused)));
    assert_eq!(settlement(&a, 1), Settlement::Open);
}

fn lose(node: &mut Node, digest: Digest) {
    node.memory.bodies.remove(&digest);
    let record = node.memory.messages[&digest].clone();
    node.act(vec_of(Input::BodyLost(Box::new(record))));
}

#[test]
fn an_erasure_is_logged_with_cause_basis_and_officer_before_anything_is_destroyed() {
    // shows: era-1, era-2
    let mut a = Node::started(SENDER);
    let (digest, _) = a.submit(&[RECEIVER], 1);

    let actions = demanded(&mut a, digest, EraseCause::Order);

    let Some(Leaf::Erased { message, leaf, sealed, cause, basis, officer, keys_until, at }) =
        a.memory.log().pop()
    else {
        panic!("the last leaf is the erasure")
    };
    let header = header::read(&a.memory.messages[&digest].message).unwrap();
    assert_eq!((message, leaf, sealed), (digest, LeafIndex::new(1), header.sealed.digest));
    assert_eq!((cause, basis.as_str(), officer.as_str()), (EraseCause::Order, "EX-2026/7", "A-1"));
    assert_eq!((keys_until, at), (None, a.now));
    assert_eq!(a.memory.messages[&digest].body, BodyForm::Erased);
    assert_eq!(actions[0], Action::Destroy { message: digest }, "destroyed before it is answered");
    let erasure = a.memory.erasures[&digest].clone();
    assert_eq!(actions[1], Action::Answer(Ticket(9), Answer::Erased(Box::new(erasure))));
}

#[test]
fn erasing_twice_makes_one_leaf_and_the_same_answer() {
    // shows: era-3
    let mut a = Node::started(SENDER);
    let (digest, _) = a.submit(&[RECEIVER], 1);

    // Twice in one group, and once more after it, on another basis.
    let twice = [EraseCause::Order, EraseCause::Recall].map(|cause| demand(&a, digest, cause));
    let mut answers = a.act(twice.into_iter().collect());
    answers.extend(demanded(&mut a, digest, EraseCause::Recall));

    let answers: Vec<&Action> =
        answers.iter().filter(|action| matches!(action, Action::Answer(..))).collect();
    assert_eq!(answers.len(), 3);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let leaves = a.memory.log();
    assert_eq!(leaves.iter().filter(|leaf| matches!(leaf, Leaf::Erased { .. })).count(), 1);
}

#[test]
fn an_owed_message_that_is_erased_goes_out_as_a_tombstone() {
    // shows: era-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let (digest, _) = a.submit(&[RECEIVER], 1);
    demanded(&mut a, digest, EraseCause::Recall);
    a.memory.bodies.clear();

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(offers(actions.clone())[0].items, [(digest, Form::Tombstone)]);
    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert!(matches!(settlement(&a, 1), Settlement::Accepted(..)));
    let answer = demanded(&mut b, digest, EraseCause::Order);
    assert_eq!(answer, [Action::Answer(Ticket(9), Answer::NothingToErase)]);
}

#[test]
fn a_body_whose_date_has_passed_is_due_and_a_late_one_is_held_to_the_end_of_its_day() {
    // shows: era-4
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (digest, actions) = a.submit(&[RECEIVER], 1);
    let offer = a.offer(&offers(actions)[0]);
    // Letters of the fixtures are to be erased by the last day of January 2027.
    assert_eq!(a.memory.due[0].day, day("2027-01-31"));
    assert_eq!((a.memory.due[0].leaf, a.memory.due[0].message), (LeafIndex::new(1), digest));

    // The offer was judged in time; what the writer takes last is late.
    let offered = b.offered(&a.agency(), offer).unwrap();
    b.now = letters::CREATED.after(Span::from_days(3_650));
    let arrived = CivilDate::of(b.now).unwrap();
    b.act(vec_of(offered));
    assert_eq!(b.memory.due[0].day, arrived);

    // A clock that goes back does not put a body among days that are done.
    let through = day("2050-06-30");
    a.act(vec_of(Input::Retired { through }));
    a.submit(&[RECEIVER], 2);
    assert_eq!(a.memory.due[1].day, day("2050-07-01"));
    let restarted = Node::recovered(SENDER, a.memory.clone());
    assert_eq!(restarted.engine.retired_through(), Some(through));
}

#[test]
fn a_bundle_that_is_handed_out_is_logged_under_its_digest() {
    // shows: log-44
    let mut a = Node::started(SENDER);
    let (bundle, size) = (digest::sha256(b"a bundle"), a.engine.tree().size());

    let actions = a.act(vec_of(Input::Exported { ticket: Ticket(9), bundle, size }));

    assert_eq!(actions, [Action::Answer(Ticket(9), Answer::Exported(LeafIndex::new(1)))]);
    let exported = Leaf::Exported { bundle, size, at: a.now };
    assert_eq!(a.memory.log().pop(), Some(exported));
}

#[test]
fn in_quarantine_nothing_is_erased_because_nothing_can_be_logged() {
    // shows: era-7
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let (digest, _) = a.submit(&[RECEIVER], 1);
    let older = a.memory.clone();
    connect(&mut b, &mut a);
    a.submit(&[RECEIVER], 2);
    let mut shown = b.greeting(&a.agency());
    shown.your_head = a.engine.head().map(|head| head.note.clone());
    let mut rolled_back = Node::recovered(SENDER, older);
    rolled_back.meet(shown);

    let before = rolled_back.memory.leaves.len();
    let actions = demanded(&mut rolled_back, digest, EraseCause::Order);

    assert!(matches!(&actions[..], [Action::Answer(_, Answer::InDoubt(Doubt::Quarantine))]));
    assert_eq!(rolled_back.memory.leaves.len(), before);
    assert_eq!(rolled_back.memory.messages[&digest].body, BodyForm::Held);
}

fn demanded(node: &mut Node, message: Digest, cause: EraseCause) -> Vec<Action> {
    let input = demand(node, message, cause);
    node.act(vec_of(input))
}

fn demand(node: &Node, message: Digest, cause: EraseCause) -> Input {
    Input::Erase(Box::new(Erase {
        ticket: Some(Ticket(9)),
        record: node.memory.messages[&message].clone(),
        earlier: node.memory.erasures.get(&message).cloned(),
        cause,
        basis: BasisCode::parse("EX-2026/7").unwrap(),
        officer: StaffNumber::parse("A-1").unwrap(),
        keys_until: None,
    }))
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}
