//! Rounds of cosignatures between engines, and what a fork does to them.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::crypto::expand;
use crate::engine::Connected;
use crate::engine::effects::Action;
use crate::engine::input::Input;
use crate::engine::input::Occasion;
use crate::engine::input::Shown;
use crate::engine::record::Gathered;
use crate::engine::record::ModeRecord;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::carry;
use crate::engine::tests::world::connect;
use crate::engine::tests::world::vec_of;
use crate::engine::tests::world::witness::cosigns;
use crate::engine::tests::world::witness::lifts;
use crate::engine::tests::world::witness::requests;
use crate::engine::tests::world::witness::witness_all;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::identity::fixtures as members;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::moment::Span;
use crate::registry::CloseCode;
use crate::wire::greeting;
use crate::wire::witness::Misfit;
use crate::wire::witness::WitnessRefusal;

#[test]
fn a_round_ends_with_a_quorum_and_lifts_the_receipts() {
    // shows: wit-2, wit-3, wit-6, wit-7
    let mut nodes = federation();
    let size = nodes[1].engine.tree().size();

    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    assert_eq!(requests(&asked).len(), 2, "everybody but the owner is asked");
    let of_the_receiver = nodes[1].agency();
    witness_all(&mut nodes, told(&of_the_receiver, asked));

    let quorate = nodes[1].engine.quorate().unwrap();
    assert_eq!((quorate.size, quorate.cosigners.len()), (size, 2));
    assert_eq!(nodes[1].engine.unwitnessed_since(), None);
    let lifted = nodes[0].engine.peer_quorate(&of_the_receiver).unwrap();
    assert_eq!(lifted.size, size, "who holds receipts is shown the quorum");
    assert_eq!(nodes[2].engine.peer_quorate(&of_the_receiver), None, "who holds none is not");
    assert_eq!(nodes[0].memory.peers_cosigned[&of_the_receiver].size, size);
    assert_eq!(nodes[1].memory.cosigned[&Gathered::First].size, size);
    for node in [&nodes[0], &nodes[2]] {
        assert_eq!(node.engine.held(&of_the_receiver).unwrap().size, size);
    }
}

#[test]
fn the_interval_asks_for_what_is_new_and_a_person_for_a_fresh_time() {
    // shows: wit-2, wit-5
    let mut nodes = federation();
    let owner = nodes[1].agency();
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    witness_all(&mut nodes, told(&owner, asked));

    assert!(requests(&nodes[1].act(vec_of(Input::Witness(Occasion::Interval)))).is_empty());

    for node in &mut nodes {
        node.now = node.now.after(Span::from_millis(7_000));
    }
    let before = nodes[1].engine.quorate().unwrap().cosigners[0].at;
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Asked)));
    assert_eq!(requests(&asked).len(), 2, "the same size again");
    witness_all(&mut nodes, told(&owner, asked));
    let after = &nodes[1].engine.quorate().unwrap().cosigners;
    assert_eq!(after.len(), 2, "each counts once");
    assert_eq!(after[0].at, before.after(Span::from_millis(7_000)));
}

#[test]
fn a_member_has_one_line_under_a_head_however_many_keys_it_has() {
    // shows: wit-3, wit-18
    let mut nodes = federation();
    let (owner, many) = (nodes[1].agency(), members::agency(THIRD));
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    let size = nodes[1].engine.tree().size();

    // A note has room for 128 lines, and not for all of these.
    for serial in 1..=200 {
        nodes[1].hear_cosignature_under(&many, size, serial);
    }
    let round = &nodes[1].memory.cosigned[&Gathered::Round];
    assert_eq!(nodes[1].engine.round().unwrap().1, 1);
    assert_eq!(round.note.split(|byte| *byte == b'\n').count(), 4 + 3, "two lines of signatures");

    // The last one stands, here under the key that the others know, and leaves room for theirs.
    nodes[1].hear_cosignature_under(&many, size, 1);
    witness_all(&mut nodes, told(&owner, asked));
    let quorate = nodes[1].engine.quorate().unwrap();
    assert_eq!((quorate.size, quorate.cosigners.len()), (size, 2));
    assert_eq!(nodes[0].engine.peer_quorate(&owner).unwrap().size, size, "others take the note");
}

#[test]
fn a_log_at_rest_is_cosigned_again_once_a_day_and_shown_to_who_holds_receipts() {
    // shows: wit-14
    let mut nodes = federation();
    let owner = nodes[1].agency();
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    witness_all(&mut nodes, told(&owner, asked));
    let before = nodes[0].engine.peer_quorate(&owner).unwrap().clone();

    let mut asked_in_all = 0;
    for hour in 1..=49 {
        for node in &mut nodes {
            node.now = node.now.after(Span::from_millis(3_600_000));
        }
        let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
        let count = requests(&asked).len();
        assert_eq!(count, if hour % 24 == 0 { 2 } else { 0 }, "after {hour} hours");
        asked_in_all += count;
        witness_all(&mut nodes, told(&owner, asked));
    }

    assert_eq!(asked_in_all, 4, "twice each in two days");
    let after = nodes[0].engine.peer_quorate(&owner).unwrap();
    assert_eq!((after.size, after.root), (before.size, before.root));
    assert_ne!(after.note, before.note, "with the times of the second day");
    assert_eq!(nodes[0].memory.peers_cosigned[&owner].note, after.note);
}

#[test]
fn who_is_away_is_asked_when_it_is_back_and_holds_nobody_up() {
    // shows: wit-2
    let mut nodes = federation();
    let (owner, away) = (nodes[1].agency(), nodes[2].agency());
    nodes[1].act(vec_of(Input::Lost { peer: away.clone() }));
    nodes[2].act(vec_of(Input::Lost { peer: owner.clone() }));

    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    assert_eq!(requests(&asked).len(), 1);
    witness_all(&mut nodes, told(&owner, asked));
    assert_eq!(nodes[1].engine.round().unwrap().1, 1);
    assert!(nodes[1].engine.quorate().is_none());

    let greeting = nodes[2].greeting(&owner);
    let back = nodes[1].greeting(&away);
    nodes[2].meet(back);
    let asked = nodes[1].meet(greeting);
    assert_eq!(requests(&asked).len(), 1, "at link up");
    witness_all(&mut nodes, told(&owner, asked));
    assert_eq!(nodes[1].engine.quorate().unwrap().cosigners.len(), 2);
}

#[test]
fn a_silent_witness_holds_up_a_round_for_half_a_minute_at_most() {
    // shows: wit-2
    let mut nodes = federation();
    nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    grow(&mut nodes);

    let soon = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    assert!(requests(&soon).is_empty(), "the round that is going on may still get its quorum");

    nodes[1].now = nodes[1].now.after(Span::from_millis(30_000));
    let later = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    assert_eq!(requests(&later)[0].size, nodes[1].engine.tree().size());
}

#[test]
fn a_witness_holds_what_it_cosigns_before_it_does() {
    // shows: wit-1, wit-10
    let mut nodes = federation();
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    let request = requests(&asked).into_iter().find(|one| one.peer == nodes[2].agency()).unwrap();
    let (owner, frame) = (nodes[1].agency(), nodes[1].witness(&request));

    let actions = nodes[2].hear_witness(&owner, &frame).unwrap();

    assert_eq!(cosigns(&actions).len(), 1);
    assert_eq!(nodes[2].memory.held[&owner].size, request.size, "it is durable by then");
}

#[test]
fn what_was_refused_is_not_asked_again_and_a_broken_chain_starts_anew() {
    // shows: wire-42
    let mut nodes = federation();
    let (first, third) = (nodes[0].agency(), nodes[2].agency());
    nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));

    let clock = Input::Declined { peer: first.clone(), code: WitnessRefusal::Clock };
    assert!(nodes[1].act(vec_of(clock)).is_empty(), "the chain goes on");
    assert_eq!(nodes[1].engine.declined_by(&first), Some(WitnessRefusal::Clock));
    let broken = Input::Declined { peer: third.clone(), code: WitnessRefusal::Inconsistent };
    let closed = Action::Close { peer: third, code: CloseCode::BadWitness };
    assert_eq!(nodes[1].act(vec_of(broken)), [closed]);
    assert!(requests(&nodes[1].act(vec_of(Input::Witness(Occasion::Interval)))).is_empty());
}

#[test]
fn a_witness_whose_clock_stood_wrong_is_asked_again_when_it_may_be_right() {
    // shows: wit-19
    let mut nodes = federation();
    let first = nodes[0].agency();
    nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    nodes[1].act(vec_of(Input::Declined { peer: first, code: WitnessRefusal::Clock }));

    let at_once = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    nodes[1].now = nodes[1].now.after(Span::from_millis(30_000));
    let later = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));

    assert!(requests(&at_once).is_empty(), "it is hardly right yet");
    let asked = requests(&later);
    assert!(asked.iter().any(|request| request.peer == nodes[0].agency()), "{asked:?}");
}

#[test]
fn what_was_refused_for_good_is_not_asked_again_however_long_it_is() {
    // shows: wit-19
    let mut nodes = federation();
    let first = nodes[0].agency();
    nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    let condemned = Input::Declined { peer: first.clone(), code: WitnessRefusal::Condemned };
    nodes[1].act(vec_of(condemned));
    nodes[1].now = nodes[1].now.after(Span::from_millis(3_600_000));

    let later = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));

    assert!(requests(&later).iter().all(|request| request.peer != first));
}

#[test]
fn a_conflict_that_shows_a_newer_checkpoint_of_ours_is_quarantine() {
    // shows: wire-49, eng-2
    let mut nodes = federation();
    let witness = nodes[0].agency();
    let key = members::signing_key(RECEIVER, "log", 1);
    let origin = nodes[1].engine.persona().origin.clone();
    let size = TreeSize::new(nodes[1].engine.tree().size().get() + 4);
    let newer = checkpoint::Checkpoint {
        origin: origin.clone(),
        size,
        root: digest::sha256(b"another life"),
    };
    let note = checkpoint::sign(&newer, &key).unwrap();
    let shown =
        checkpoint::verify(&note, &origin, &members::verifying_key(RECEIVER, "log")).unwrap();

    let conflict = Shown { peer: witness.clone(), shown: Some(shown), root_then: None };
    let actions = nodes[1].act(vec_of(Input::Shown(Box::new(conflict))));

    assert_eq!(actions, [Action::Quarantine { peer: witness, size }]);
    assert!(matches!(nodes[1].engine.mode(), ModeRecord::Quarantined(_)));
    assert!(nodes[1].act(vec_of(Input::Witness(Occasion::Asked))).is_empty(), "it asks nobody");
}

#[test]
fn a_conflict_that_shows_nothing_new_starts_the_paths_anew() {
    // shows: wire-49
    let mut nodes = federation();
    let witness = nodes[0].agency();
    let conflict = Shown { peer: witness.clone(), shown: None, root_then: None };

    let actions = nodes[1].act(vec_of(Input::Shown(Box::new(conflict))));

    assert_eq!(actions, [Action::Close { peer: witness, code: CloseCode::BadWitness }]);
    assert_eq!(nodes[1].engine.mode(), &ModeRecord::Open);
}

#[test]
fn a_log_with_two_histories_is_cosigned_no_more() {
    // shows: wit-9
    let mut nodes = federation();
    let owner = nodes[1].agency();
    let held = nodes[0].engine.held(&owner).unwrap().clone();
    let key = members::signing_key(RECEIVER, "log", 1);
    let origin = nodes[1].engine.persona().origin.clone();
    let other = checkpoint::Checkpoint {
        origin: origin.clone(),
        size: held.size,
        root: digest::sha256(b"another history"),
    };
    let note = checkpoint::sign(&other, &key).unwrap();
    let shown =
        checkpoint::verify(&note, &origin, &members::verifying_key(RECEIVER, "log")).unwrap();
    let misfit = Misfit::Root { shown };

    let actions =
        nodes[0].act(vec_of(Input::Misfit { peer: owner.clone(), misfit: misfit.clone() }));

    let closed = Action::Close { peer: owner.clone(), code: CloseCode::BadWitness };
    assert_eq!(actions, [Action::Misfit { held, misfit }, closed]);
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    let request = requests(&asked).into_iter().find(|one| one.peer == nodes[0].agency()).unwrap();
    let frame = nodes[1].witness(&request);
    let answer = nodes[0].hear_witness(&owner, &frame).unwrap();
    assert!(cosigns(&answer).is_empty());
    assert!(
        answer.iter().any(|action| matches!(
            action,
            Action::Decline { code: WitnessRefusal::Condemned, .. }
        ))
    );
}

#[test]
fn a_greeting_with_another_head_of_the_size_held_is_evidence() {
    // shows: wire-47, wire-48
    let mut nodes = federation();
    let owner = nodes[1].agency();
    let held = nodes[0].engine.held(&owner).unwrap().clone();
    nodes[0].act(vec_of(Input::Lost { peer: owner.clone() }));
    let other = checkpoint::Checkpoint {
        origin: nodes[1].engine.persona().origin.clone(),
        size: held.size,
        root: digest::sha256(b"another history"),
    };
    let key = members::signing_key(RECEIVER, "log", 1);
    let mut greets = nodes[1].greeting(&nodes[0].agency());
    greets.own_head = Some(checkpoint::sign(&other, &key).unwrap().into());

    let actions = nodes[0].meet(greets.clone());

    assert!(actions.iter().any(|action| matches!(action, Action::Misfit { .. })), "{actions:?}");
    assert_eq!(nodes[0].engine.connected(&owner), Connected::Down);
    let forged = members::signing_key(THIRD, "log", 1);
    greets.own_head = Some(checkpoint::sign(&other, &forged).unwrap().into());
    let met = greeting::meet(greets, &letters::directory(), &owner, &nodes[0].agency());
    assert_eq!(met.unwrap_err(), CloseCode::BadFrame);
}

#[test]
fn what_was_cosigned_is_known_after_a_restart() {
    // shows: wit-7
    let mut nodes = federation();
    let owner = nodes[1].agency();
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    witness_all(&mut nodes, told(&owner, asked));

    let again = Node::recovered(RECEIVER, nodes[1].memory.clone());
    assert_eq!(again.engine.quorate(), nodes[1].engine.quorate());
    let witness = nodes[0].agency();
    assert_eq!(again.engine.cosigned_by(&witness), nodes[1].engine.cosigned_by(&witness));
    let peer = Node::recovered(SENDER, nodes[0].memory.clone());
    assert_eq!(peer.engine.peer_quorate(&owner), nodes[0].engine.peer_quorate(&owner));
}

#[test]
fn a_new_connection_is_shown_the_quorum_again() {
    // shows: wit-6
    let mut nodes = federation();
    let (owner, peer) = (nodes[1].agency(), nodes[0].agency());
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    witness_all(&mut nodes, told(&owner, asked));
    assert!(lifts(&nodes[1].act(vec_of(Input::Witness(Occasion::Interval)))).is_empty());

    nodes[1].act(vec_of(Input::Lost { peer: peer.clone() }));
    let greeting = nodes[0].greeting(&owner);
    assert_eq!(lifts(&nodes[1].meet(greeting)).len(), 1);
}

#[test]
fn whatever_is_said_in_which_order_the_chain_does_not_break() {
    // shows: wit-1
    for seed in 0..24_u64 {
        let mut nodes = federation();
        for step in 0..40_u64 {
            let drawn = expand::expand::<4>(&[9; 32], "steps", seed * 1000 + step);
            let node = usize::from(drawn[0] % 3);
            let name = nodes[node].agency();
            let actions = match drawn[1] % 4 {
                0 => {
                    grow(&mut nodes);
                    Vec::new()
                }
                1 => nodes[node].act(vec_of(Input::Witness(Occasion::Asked))),
                2 => reconnect(&mut nodes, node, usize::from(drawn[2] % 3)),
                _ => nodes[node].act(vec_of(Input::Witness(Occasion::Interval))),
            };
            // A path that does not start where the listener stands would panic here.
            witness_all(&mut nodes, told(&name, actions));
        }
        for node in &nodes {
            let quorate = node.engine.quorate().map_or(0, |quorate| quorate.size.get());
            assert!(quorate <= node.engine.tree().size().get());
        }
    }
}

/// Three nodes, all connected; the second has received a message of the first.
#[test]
fn how_long_leaves_wait_for_a_quorum_is_known_after_a_restart() {
    // shows: wit-16
    let mut nodes = federation();
    let since = nodes[1].engine.unwitnessed_since();
    assert!(since.is_some(), "nobody has cosigned anything");

    let later = nodes[1].now.after(Span::from_days(1));
    let mut again = Node::recovered(RECEIVER, nodes[1].memory.clone());
    again.now = later;
    assert_eq!(again.engine.unwitnessed_since(), since);
    again.start();
    assert_eq!(again.engine.unwitnessed_since(), since, "the leaf of the start is not the oldest");

    // What a quorum has cosigned begins no bound at the next start.
    let of_the_receiver = nodes[1].agency();
    let asked = nodes[1].act(vec_of(Input::Witness(Occasion::Interval)));
    witness_all(&mut nodes, told(&of_the_receiver, asked));
    let mut again = Node::recovered(RECEIVER, nodes[1].memory.clone());
    assert_eq!(again.engine.unwitnessed_since(), None);
    again.now = later;
    again.start();
    assert_eq!(again.engine.unwitnessed_since(), Some(later));
}

fn federation() -> Vec<Node> {
    let mut nodes = vec![Node::started(SENDER), Node::started(RECEIVER), Node::started(THIRD)];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let (left, right) = nodes.split_at_mut(b);
        connect(&mut left[a], &mut right[0]);
        for (node, other) in [(a, b), (b, a)] {
            let peer = nodes[other].agency();
            forget_questions(&mut nodes[node], &peer);
        }
    }
    grow(&mut nodes);
    nodes
}

/// What was asked at link up is taken for refused by the clock, so that a test begins with its own round.
fn forget_questions(node: &mut Node, peer: &AgencyId) {
    node.act(vec_of(Input::Declined { peer: peer.clone(), code: WitnessRefusal::Clock }));
}

/// A message from the first to the second, with its receipt.
fn grow(nodes: &mut [Node]) {
    let ordinal = u8::try_from(nodes[0].memory.leaves.len() % 251).unwrap();
    let (left, right) = nodes.split_at_mut(1);
    let (_, actions) = left[0].submit(&[RECEIVER], ordinal);
    carry(&mut left[0], &mut right[0], actions);
}

/// Two nodes lose each other and meet again; gives what the first wants then, after the second's wishes were heard.
fn reconnect(nodes: &mut [Node], a: usize, b: usize) -> Vec<Action> {
    if a == b {
        return Vec::new();
    }
    let (of_a, of_b) = (nodes[a].agency(), nodes[b].agency());
    nodes[a].act(vec_of(Input::Lost { peer: of_b.clone() }));
    nodes[b].act(vec_of(Input::Lost { peer: of_a.clone() }));
    let (from_a, from_b) = (nodes[a].greeting(&of_b), nodes[b].greeting(&of_a));
    let (wants_a, wants_b) = (nodes[a].meet(from_b), nodes[b].meet(from_a));
    let mut said = told(&of_b, wants_b);
    said.extend(told(&of_a, wants_a));
    witness_all(nodes, said);
    Vec::new()
}

fn told(speaker: &AgencyId, actions: Vec<Action>) -> Vec<(AgencyId, Action)> {
    actions.into_iter().map(|action| (speaker.clone(), action)).collect()
}
