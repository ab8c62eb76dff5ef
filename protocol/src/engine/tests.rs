//! Two engines talking to each other, no world between them.

mod accused;
mod erasure;
mod revocation;
mod standing;
mod succession;
mod witness;
mod world;

use alloc::string::ToString;

use serde_bytes::ByteBuf;
use world::Node;
use world::carry;
use world::connect;
use world::offers;
use world::receipts;
use world::submission;
use world::vec_of;

use crate::codec;
use crate::crypto::digest;
use crate::engine::Fault;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Effects;
use crate::engine::input::Input;
use crate::engine::input::Key;
use crate::engine::input::Read;
use crate::engine::input::Ticket;
use crate::engine::record::ModeRecord;
use crate::engine::record::Settlement;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::seal::Draft;
use crate::identity::fixtures as members;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::MessageId;
use crate::ids::PurposeCode;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::limits::LEAF_BYTES_MAX;
use crate::limits::RECEIPT_MESSAGES_MAX;
use crate::log::leaf::Doubt;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::moment::Moment;
use crate::moment::Span;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::greeting;
use crate::wire::offer::Offer;
use crate::wire::offer::OfferedMessage;
use crate::wire::receipt::ReceiptError;

#[test]
fn a_message_is_logged_by_both_and_the_receipt_is_held() {
    // shows: eng-5, eng-6, link-1, link-9, store-16
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);

    let (digest, actions) = a.submit(&[RECEIVER], 1);
    let settled = carry(&mut a, &mut b, actions);

    assert_eq!(settled, 1);
    assert_eq!(kinds(&a), ["started", "message", "sent", "receipt-held"]);
    assert_eq!(kinds(&b), ["started", "received"]);
    assert!(matches!(settlement(&a, 1), Settlement::Accepted(..)));
    assert!(b.memory.bodies.contains_key(&digest));
}

#[test]
fn what_was_submitted_while_the_peer_was_away_is_delivered_by_itself() {
    // shows: promise-1, promise-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    for ordinal in 1..=100 {
        let (_, actions) = a.submit(&[RECEIVER], ordinal);
        assert_eq!(offers(actions), [], "nothing is offered without a connection");
    }

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(carry(&mut a, &mut b, actions), 100);
    assert_eq!(a.engine.links(&b.agency()).unwrap().0.waiting(), 0);
}

#[test]
fn a_message_to_two_is_one_leaf_and_two_links() {
    // shows: eng-8
    let mut a = Node::started(SENDER);

    a.submit(&[RECEIVER, THIRD], 1);

    assert_eq!(kinds(&a), ["started", "message", "sent", "sent"]);
}

#[test]
fn an_offer_heard_twice_takes_effect_once_and_is_receipted_twice() {
    // shows: link-5, promise-2
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    let offer = a.offer(&offers(actions)[0]);

    let first = receipts(b.hear_offer(&a.agency(), offer.clone()).unwrap());
    let again = receipts(b.hear_offer(&a.agency(), offer).unwrap());

    assert_eq!(first[0].items, again[0].items);
    assert_eq!(kinds(&b), ["started", "received"]);
}

#[test]
fn a_receipt_that_was_lost_is_repeated_after_the_next_greeting() {
    // shows: link-7
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    b.hear_offer(&a.agency(), a.offer(&offers(actions)[0])).unwrap();
    let (mut a, mut b) = (restarted(&a, SENDER), restarted(&b, RECEIVER));

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert_eq!(kinds(&b), ["started", "received", "started"]);
}

#[test]
fn a_skipped_number_closes_the_connection_and_nothing_is_logged() {
    // shows: link-5
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    a.submit(&[RECEIVER], 1);
    let (_, second) = a.submit(&[RECEIVER], 2);

    let actions = b.hear_offer(&a.agency(), a.offer(&offers(second)[0])).unwrap();

    assert_eq!(actions, [Action::Close { peer: a.agency(), code: CloseCode::Gap }]);
    assert_eq!(kinds(&b), ["started"]);
}

#[test]
fn another_message_under_a_used_number_closes_the_connection() {
    // shows: link-5
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let mut twin = Node::recovered(SENDER, a.memory.clone());
    twin.start();
    let (_, honest) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, honest);
    twin.meet(Node::started(RECEIVER).greeting(&members::agency(SENDER)));
    let (_, lie) = twin.submit(&[RECEIVER], 2);

    let actions = b.hear_offer(&a.agency(), twin.offer(&offers(lie)[0])).unwrap();

    let closed = Action::Close { peer: a.agency(), code: CloseCode::NumberReused };
    assert_eq!(actions.last(), Some(&closed));
    // What is left to be done besides is to prove it.
    assert!(matches!(actions[..], [Action::Suspect(_), Action::Close { .. }]), "{actions:?}");
}

#[test]
fn a_message_that_cannot_be_accepted_is_refused_and_the_link_goes_on() {
    // shows: link-4
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (digest, first) = a.submit(&[RECEIVER], 1);
    a.memory.bodies.insert(digest, b"another body".to_vec());
    let settled = carry(&mut a, &mut b, first);

    let (_, second) = a.submit(&[RECEIVER], 2);
    let after = carry(&mut a, &mut b, second);

    assert_eq!((settled, after), (1, 1));
    assert!(matches!(settlement(&a, 1), Settlement::Refused(_, RefusalCode::BodyMismatch)));
    assert!(matches!(settlement(&a, 2), Settlement::Accepted(..)));
    assert_eq!(kinds(&b), ["started", "refused", "received"]);
}

#[test]
fn the_same_id_with_another_digest_is_equivocation_and_the_same_message_again_a_duplicate() {
    // shows: link-10
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let one = a.signed(&[RECEIVER], 1);
    let same = a.signed(&[RECEIVER], 1);
    let other =
        letters::signed_with(Draft { id: one.header().id, ..letters::opening(&[RECEIVER], 9) }, 9);

    for signed in [one, same, other] {
        let actions = a.act(vec_of(submission(signed, None)));
        carry(&mut a, &mut b, actions);
    }

    assert!(matches!(settlement(&a, 2), Settlement::Refused(_, RefusalCode::Duplicate)));
    assert!(matches!(settlement(&a, 3), Settlement::Refused(_, RefusalCode::Equivocation)));
}

#[test]
fn nobody_begins_a_procedure_twice() {
    // shows: pro-1, pro-11
    let mut a = Node::started(SENDER);
    let begun = letters::signed_with(letters::opening(&[RECEIVER], 1), 1);
    let id = MessageId::new(letters::CREATED, [2; 10]);
    let other = letters::signed_with(Draft { id, ..letters::opening(&[RECEIVER], 1) }, 2);
    drop(a.act(vec_of(submission(begun, None))));

    let again = a.act(vec_of(submission(other, None)));

    assert!(
        matches!(&again[..], [Action::Answer(_, Answer::OutOfPlace(refusal))] if refusal.rule == "pro-1")
    );
}

#[test]
fn a_message_that_expired_while_it_waited_settles_its_number_as_a_tombstone() {
    // shows: link-8
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let expires = Some(letters::CREATED.after(Span::from_days(1)));
    let signed =
        letters::signed(Draft { expires, respond_by: None, ..letters::opening(&[RECEIVER], 1) });
    a.act(vec_of(submission(signed, None)));
    (a.now, b.now) =
        (letters::CREATED.after(Span::from_days(2)), letters::CREATED.after(Span::from_days(2)));

    let (actions, _) = connect(&mut a, &mut b);

    assert_eq!(offers(actions.clone())[0].items[0].1, Form::Tombstone);
    assert_eq!(carry(&mut a, &mut b, actions), 1);
    assert!(b.memory.bodies.is_empty());
}

#[test]
fn the_same_submission_under_one_key_makes_one_message_and_another_is_refused() {
    // shows: api-9
    let mut a = Node::started(SENDER);
    let key = |request: &[u8]| {
        Some(Key { text: "k".to_string(), request: digest::sha256(request), earlier: None })
    };
    let first = a.signed(&[RECEIVER], 1);
    let digest = first.digest();

    let actions = a.act(alloc::vec![
        submission(first, key(b"one")),
        submission(a.signed(&[RECEIVER], 2), key(b"one")),
        submission(a.signed(&[RECEIVER], 3), key(b"two")),
    ]);

    let answers: alloc::vec::Vec<&Answer> = actions
        .iter()
        .filter_map(
            |action| if let Action::Answer(_, answer) = action { Some(answer) } else { None },
        )
        .collect();
    assert!(matches!(answers[0], Answer::Submitted { .. }));
    assert_eq!(answers[1..], [&Answer::Repeated { message: digest }, &Answer::KeyReused]);
    assert_eq!(kinds(&a), ["started", "message", "sent"]);
}

#[test]
fn a_newer_checkpoint_of_its_own_log_puts_a_node_into_quarantine() {
    // shows: eng-2
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let older = b.memory.clone();
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut rolled_back = Node::recovered(RECEIVER, older);

    let actions = rolled_back.meet(a.greeting(&b.agency()));

    assert!(matches!(&actions[..], [Action::Quarantine { .. }]));
    assert!(matches!(rolled_back.engine.mode(), ModeRecord::Quarantined(_)));
    let size = rolled_back.engine.tree().size();
    rolled_back.start();
    assert_eq!(rolled_back.engine.tree().size(), size, "nothing is appended or signed any more");
    assert!(matches!(restarted(&rolled_back, RECEIVER).engine.mode(), ModeRecord::Quarantined(_)));
}

#[test]
fn in_quarantine_submissions_and_readings_are_refused() {
    // shows: eng-2
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let older = a.memory.clone();
    connect(&mut b, &mut a);
    let (digest, _) = a.submit(&[RECEIVER], 1);
    let mut shown = b.greeting(&a.agency());
    shown.your_head = a.engine.head().map(|head| head.note.clone());
    let mut rolled_back = Node::recovered(SENDER, older);
    rolled_back.meet(shown);

    let actions = rolled_back.act(alloc::vec![
        submission(a.signed(&[RECEIVER], 2), None),
        Input::Read(Read {
            ticket: Ticket(2),
            message: digest,
            officer: StaffNumber::parse("LA-1").unwrap(),
            purpose: PurposeCode::parse("investigation").unwrap(),
        }),
    ]);

    assert_eq!(
        actions,
        [
            Action::Answer(Ticket(1), Answer::InDoubt(Doubt::Quarantine)),
            Action::Answer(Ticket(2), Answer::InDoubt(Doubt::Quarantine)),
        ]
    );
}

#[test]
fn reading_a_body_is_logged_with_officer_and_purpose() {
    // shows: eng-9
    let mut a = Node::started(SENDER);
    let (message, _) = a.submit(&[RECEIVER], 1);
    let (officer, purpose) =
        (StaffNumber::parse("LA-1").unwrap(), PurposeCode::parse("investigation").unwrap());

    let read =
        Read { ticket: Ticket(7), message, officer: officer.clone(), purpose: purpose.clone() };
    let actions = a.act(vec_of(Input::Read(read)));

    assert!(matches!(actions[..], [Action::Answer(Ticket(7), Answer::ReadRecorded(_))]));
    assert_eq!(a.memory.log().last(), Some(&Leaf::Read { message, officer, purpose, at: a.now }));
}

#[test]
fn a_receipt_that_does_not_continue_the_log_is_not_believed() {
    // shows: link-9
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    let answers = b.hear_offer(&a.agency(), a.offer(&offers(actions)[0])).unwrap();
    let honest = b.receipt(&receipts(answers)[0]);
    let peer = b.agency();

    let mut wrong_leaf = honest.clone();
    wrong_leaf.items[0].number = LinkNumber::new(2);
    let mut wrong_path = honest.clone();
    wrong_path.items[0].path.push(digest::sha256(b"surplus"));
    let mut wrong_base = honest.clone();
    wrong_base.from = TreeSize::new(0);
    let mut wrong_note = honest.clone();
    wrong_note.checkpoint = ByteBuf::from(b"no note".to_vec());
    let mut empty = honest.clone();
    empty.items.clear();

    assert_eq!(a.hear_receipt(&peer, &wrong_leaf).unwrap_err(), ReceiptError::WrongLeaf);
    assert_eq!(a.hear_receipt(&peer, &wrong_path).unwrap_err(), ReceiptError::NotIncluded);
    assert_eq!(a.hear_receipt(&peer, &wrong_base).unwrap_err(), ReceiptError::WrongBase);
    assert_eq!(a.hear_receipt(&peer, &wrong_note).unwrap_err(), ReceiptError::Checkpoint);
    assert_eq!(a.hear_receipt(&peer, &empty).unwrap_err(), ReceiptError::Bounds);
    assert!(a.hear_receipt(&peer, &honest).is_ok());
    assert_eq!(
        a.hear_receipt(&peer, &honest).unwrap_err(),
        ReceiptError::WrongBase,
        "it was taken before"
    );
}

#[test]
fn a_receipt_of_a_tombstone_does_not_settle_a_message_that_was_sent_whole() {
    // shows: link-9
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (digest, actions) = a.submit(&[RECEIVER], 1);
    let whole = a.offer(&offers(actions)[0]);
    let stripped = Dispatch {
        charter: letters::directory().charter().charter().name.clone(),
        from: a.agency(),
        to: b.agency(),
        serial: a.engine.persona().serial,
        epoch: a.engine.links(&b.agency()).unwrap().0.epoch(),
        first: LinkNumber::new(1),
        items: vec_of(DispatchItem { message: digest, form: Form::Tombstone }),
    };
    let stripped = dispatch::sign(&stripped, &members::signing_key(SENDER, "signing", 1)).unwrap();
    let message = whole.messages[0].message.clone();
    let lie = Offer {
        dispatch: ByteBuf::from(stripped),
        messages: vec_of(OfferedMessage { message, sealed: None, place: None }),
    };

    let answers = b.hear_offer(&a.agency(), lie).unwrap();
    let receipt = b.receipt(&receipts(answers)[0]);

    let refused = Action::Close { peer: b.agency(), code: CloseCode::BadReceipt };
    assert_eq!(a.hear_receipt(&b.agency(), &receipt), Ok(vec_of(refused)));
    assert_eq!(settlement(&a, 1), Settlement::Open);
}

#[test]
fn a_fork_of_the_peer_contradicts_what_is_held() {
    // shows: link-9, promise-5
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let mut fork = Node::recovered(RECEIVER, b.memory.clone());
    fork.now = letters::CREATED.after(Span::from_millis(1));
    fork.start();
    connect(&mut a, &mut b);
    let (_, first) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, first);
    fork.meet(a.greeting(&fork.agency()));
    let (_, second) = a.submit(&[RECEIVER], 2);
    let offer = a.offer(&offers(second)[0]);

    // The fork saw another past: it cannot prove that its log continues the checkpoint that A holds.
    let answers = receipts(b.hear_offer(&a.agency(), offer).unwrap());
    let mut forged = b.receipt(&answers[0]);
    forged.consistency.reverse();
    forged.consistency.push(digest::sha256(b"another branch"));

    assert_eq!(a.hear_receipt(&fork.agency(), &forged).unwrap_err(), ReceiptError::Inconsistent);
    assert!(matches!(fork.engine.mode(), ModeRecord::Quarantined(_)));
}

#[test]
fn nothing_is_appended_before_the_start() {
    // shows: eng-3
    let mut a = Node::recovered(SENDER, world::Memory::default());
    let signed = a.signed(&[RECEIVER], 1);

    let fault = a.engine.step(&Moment::new(a.now, [0; 32]), submission(signed, None)).unwrap_err();

    assert_eq!(fault, Fault::NotStarted);
}

#[test]
fn actions_come_only_through_the_commit() {
    // shows: eng-1
    // shows: promise-1
    let mut a = Node::started(SENDER);
    let signed = a.signed(&[RECEIVER], 1);
    let mut effects = Effects::default();
    for input in [submission(signed, None), Input::Checkpoint] {
        effects.absorb(a.engine.step(&Moment::new(a.now, [0; 32]), input).unwrap());
    }

    assert_eq!(effects.settle(|_| Err("the disk is gone")), Err("the disk is gone"));
}

#[test]
fn two_engines_with_the_same_inputs_make_the_same_bytes() {
    // shows: eng-4
    let run = || {
        let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
        connect(&mut a, &mut b);
        let (_, actions) = a.submit(&[RECEIVER, THIRD], 1);
        carry(&mut a, &mut b, actions);
        (a.memory.leaves, b.memory.leaves)
    };

    assert_eq!(run(), run());
}

#[test]
fn many_receipts_of_one_group_are_split_and_the_longest_fits_a_leaf() {
    // shows: wire-35
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    for ordinal in 1..=60 {
        a.submit(&[RECEIVER], ordinal);
    }
    let (actions, _) = connect(&mut a, &mut b);
    let offer = a.offer(&offers(actions)[0]);
    let again = |_| b.offered(&a.agency(), offer.clone()).unwrap();
    let inputs = (0..10).map(again).collect();

    let counts: alloc::vec::Vec<usize> =
        receipts(b.act(inputs)).iter().map(|receipt| receipt.items.len()).collect();

    assert_eq!(counts, [RECEIPT_MESSAGES_MAX, 600 - RECEIPT_MESSAGES_MAX]);
    let code = *RefusalCode::ALL.iter().max_by_key(|code| code.text().len()).unwrap();
    let item = ReceiptItem {
        number: LinkNumber::new(u64::MAX),
        message: digest::sha256(b"any"),
        index: LeafIndex::new(u64::MAX),
        outcome: Outcome::Refused { code },
    };
    let leaf = Leaf::ReceiptHeld {
        from: AgencyId::parse(&"a".repeat(64)).unwrap(),
        epoch: Epoch::new(u64::MAX),
        items: alloc::vec![item; RECEIPT_MESSAGES_MAX],
        receipt: digest::sha256(b"any"),
        size: TreeSize::new(u64::MAX),
        root: digest::sha256(b"any"),
    };
    assert!(codec::encode(&leaf).unwrap().len() <= LEAF_BYTES_MAX);
}

#[test]
fn a_receipt_in_another_order_makes_the_same_leaf() {
    // shows: eng-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    a.submit(&[RECEIVER], 1);
    a.submit(&[RECEIVER], 2);
    let (actions, _) = connect(&mut a, &mut b);
    let answers = b.hear_offer(&a.agency(), a.offer(&offers(actions)[0])).unwrap();
    let mut receipt = b.receipt(&receipts(answers)[0]);
    receipt.items.reverse();

    a.hear_receipt(&b.agency(), &receipt).unwrap();

    let Some(Leaf::ReceiptHeld { items, .. }) = a.memory.log().pop() else {
        panic!("no receipt held")
    };
    assert!(items.is_sorted_by_key(|item| item.number), "an auditor demands ascending numbers");
}

#[test]
fn an_id_that_another_author_used_first_is_still_its_authors() {
    // shows: link-10
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (theirs, actions) = a.submit(&[RECEIVER], 1);
    let offer = a.offer(&offers(actions)[0]);
    let id = a.memory.messages[&theirs].id;
    let Input::Offered(mut offered) = b.offered(&a.agency(), offer).unwrap() else {
        panic!("an offer")
    };
    // Another member saw the id, and its message with that id came first, in this group or in an earlier one.
    b.engine.group.ids.insert((members::agency(THIRD), id), digest::sha256(b"another author's"));
    offered.recalled[0].by_id = None;

    b.act(vec_of(Input::Offered(offered)));

    assert_eq!(kinds(&b), ["started", "received"]);
}

#[test]
fn a_greeting_that_forbids_to_sign_comes_before_anything_is_appended_or_not_at_all() {
    // shows: eng-2
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let older = a.memory.clone();
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut rolled_back = Node::recovered(SENDER, older);
    rolled_back.start();
    let mut shown = b.greeting(&a.agency());
    shown.your_head = a.engine.head().map(|head| head.note.clone());
    let shown = rolled_back.met(shown);
    let signed = rolled_back.signed(&[RECEIVER], 2);

    let moment = Moment::new(a.now, [0; 32]);
    drop(rolled_back.engine.step(&moment, submission(signed, None)).unwrap());
    let fault = rolled_back.engine.step(&moment, shown).unwrap_err();

    assert_eq!(
        fault,
        Fault::Invariant("eng-inv-4"),
        "leaves without a head must never become durable"
    );
}

#[test]
fn a_checkpoint_from_before_a_change_of_keys_is_still_ones_own() {
    // shows: wire-33
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut directory = letters::directory();
    directory.admit(members::verified_credential(RECEIVER, 2)).unwrap();

    let met = greeting::meet(a.greeting(&b.agency()), &directory, &a.agency(), &b.agency());

    assert!(met.unwrap().shown().is_some());
}

#[test]
fn what_comes_without_a_body_weighs_too() {
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let (digest, _) = a.submit(&[RECEIVER], 1);
    a.memory.bodies.insert(digest, b"another body".to_vec());
    let (actions, _) = connect(&mut a, &mut b);
    let refused = b.offered(&a.agency(), a.offer(&offers(actions)[0])).unwrap();

    let effects = b.engine.step(&Moment::new(b.now, [0; 32]), refused).unwrap();

    assert!(
        effects.weight() > 3 * 256,
        "a leaf, a number and a dispatch weigh {}",
        effects.weight()
    );
}

#[test]
fn a_number_that_was_not_offered_cannot_be_settled() {
    // shows: link-9
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    a.submit(&[RECEIVER], 1);
    let (actions, _) = connect(&mut a, &mut b);
    let answers = b.hear_offer(&a.agency(), a.offer(&offers(actions)[0])).unwrap();
    let receipt = b.receipt(&receipts(answers)[0]);
    a.act(vec_of(Input::Lost { peer: b.agency() }));
    let mut cursor = b.greeting(&a.agency());
    cursor.cursor.number = LinkNumber::new(0);
    let met = a.met(cursor);
    drop(a.engine.step(&Moment::new(a.now, [0; 32]), met).unwrap());

    let actions = a.hear_receipt(&b.agency(), &receipt).unwrap();

    assert!(matches!(actions[0], Action::Close { code: CloseCode::BadReceipt, .. }));
}

/// The node after a crash: everything that was committed, nothing else.
fn restarted(node: &Node, name: &'static str) -> Node {
    let mut again = Node::recovered(name, node.memory.clone());
    again.start();
    again
}

fn kinds(node: &Node) -> alloc::vec::Vec<&'static str> {
    node.memory.log().iter().map(Leaf::kind).collect()
}

fn settlement(node: &Node, number: u64) -> Settlement {
    node.memory.outbound[&(members::agency(RECEIVER), Epoch::new(1), LinkNumber::new(number))]
        .settlement
        .clone()
}
