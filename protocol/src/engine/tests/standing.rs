//! A node in doubt about its own log: how it begins, what passes, how it ends.

use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::engine::Connected;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::input::Ticket;
use crate::engine::record::ModeRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::tests::kinds;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::carry;
use crate::engine::tests::world::connect;
use crate::engine::tests::world::offers;
use crate::engine::tests::world::submission;
use crate::engine::tests::world::vec_of;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::identity::fixtures as members;
use crate::ids::LinkNumber;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Doubt;
use crate::log::leaf::Leaf;
use crate::log::leaf::Resumption;
use crate::registry::CloseCode;
use crate::wire::greeting::Greeting;
use crate::wire::greeting::MirrorHead;

#[test]
fn a_probing_node_signs_only_after_all_but_the_dishonest_have_answered() {
    // shows: rst-1, rst-3, rst-9
    let mut node = probing(Node::started(SENDER));
    let others = others();
    let needed = node.engine.answers_needed();
    node.start();
    assert_eq!(kinds(&node), ["started"], "the wait is over, and nobody has answered");

    for (answered, peer) in others.iter().enumerate().take(needed) {
        assert_eq!(node.engine.mode(), &ModeRecord::Probing, "{answered} answers");
        let actions = meet_stranger(&mut node, peer);
        assert_eq!(actions.contains(&Action::Opened), answered + 1 == needed);
    }

    assert_eq!(node.engine.mode(), &ModeRecord::Open);
    assert_eq!(kinds(&node), ["started", "started", "resumed"]);
    let resumed = node.memory.log().pop().unwrap();
    assert!(
        matches!(
            &resumed,
            Leaf::Resumed {
                after: Doubt::Probing,
                how: Resumption::Probed,
                officer: None,
                from,
                ..
            } if *from == TreeSize::new(1)
        ),
        "{resumed:?}"
    );
    let connected = |peer: &&str| node.engine.connected(&members::agency(peer));
    assert!(others.iter().all(|peer| connected(peer) == Connected::Down), "each is made again");
}

#[test]
fn what_only_the_witness_file_knew_is_remembered_once_the_doubt_is_over() {
    // shows: wit-12
    let others = others();
    let (known, strangers) = others.split_first().unwrap();
    let peer = Node::started(known);
    let head = peer.engine.head().unwrap();
    let held = PeerHeadRecord {
        peer: peer.agency(),
        size: head.size,
        root: head.root,
        note: head.note.clone(),
    };
    let mut memory = Node::started(SENDER).memory;
    memory.set_mode(ModeRecord::Probing);
    memory.held.insert(peer.agency(), held.clone());
    let mut node = Node::recovered(SENDER, memory);
    node.memory.held.clear();

    node.start();
    node.meet(Greeting { your_head: None::<ByteBuf>, ..peer.greeting(&node.agency()) });
    for stranger in strangers.iter().take(node.engine.answers_needed() - 1) {
        meet_stranger(&mut node, stranger);
    }

    assert_eq!(node.engine.mode(), &ModeRecord::Open);
    assert_eq!(node.memory.held.values().collect::<Vec<_>>(), [&held]);
}

#[test]
fn a_peer_that_has_settled_numbers_which_the_data_never_used_does_not_end_the_doubt() {
    // shows: bak-10
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let older = a.memory.clone();
    // The peer takes a message and holds no newer checkpoint of its author for it.
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut restored = probing(Node::recovered(SENDER, older));
    restored.start();

    let shown = restored.engine.head().map(|head| head.note.clone());
    restored.meet(Greeting { your_head: shown, ..b.greeting(&restored.agency()) });

    assert_eq!(restored.engine.mode(), &ModeRecord::Probing);
    assert!(restored.engine.heard().is_empty());
    assert_eq!(kinds(&restored), ["started"]);
}

#[test]
fn answers_that_came_before_the_wait_ended_count() {
    // shows: rst-3
    let mut node = probing(Node::started(SENDER));
    for peer in others() {
        meet_stranger(&mut node, peer);
    }
    assert_eq!(node.engine.mode(), &ModeRecord::Probing, "the wait is not over");

    node.start();

    assert_eq!(kinds(&node), ["started", "started", "resumed"]);
}

#[test]
fn a_newer_checkpoint_ends_probing_in_quarantine() {
    // shows: rst-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let older = b.memory.clone();
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut restored = probing(Node::recovered(RECEIVER, older));

    let actions = restored.meet(a.greeting(&b.agency()));

    assert!(matches!(&actions[..], [Action::Quarantine { .. }]));
    assert!(matches!(restored.engine.mode(), ModeRecord::Quarantined(_)));
}

#[test]
fn what_a_mirror_shows_is_proof_as_well() {
    // shows: rst-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let older = a.memory.clone();
    a.submit(&[RECEIVER], 1);
    let newest = a.engine.head().unwrap().note.clone();
    let mut rolled_back = Node::recovered(SENDER, older);
    let mirrored = Some(MirrorHead { sequence: 2, checkpoint: newest });

    let actions = rolled_back.meet(Greeting { mirrored, ..b.greeting(&a.agency()) });

    assert!(matches!(&actions[..], [Action::Quarantine { .. }]), "{actions:?}");
    connect(&mut a, &mut b);
}

#[test]
fn the_largest_checkpoint_shown_in_quarantine_is_remembered() {
    // shows: rst-6
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let older = a.memory.clone();
    let greeting = |a: &Node, b: &Node| Greeting {
        your_head: a.engine.head().map(|head| head.note.clone()),
        ..b.greeting(&a.agency())
    };
    a.submit(&[RECEIVER], 1);
    let first = greeting(&a, &b);
    a.submit(&[RECEIVER], 2);
    let second = greeting(&a, &b);
    let mut rolled_back = Node::recovered(SENDER, older);

    rolled_back.meet(first.clone());
    rolled_back.meet(second);
    rolled_back.meet(first);

    let ModeRecord::Quarantined(shown) = rolled_back.engine.mode() else { panic!("quarantine") };
    assert_eq!(shown.size, a.engine.tree().size());
    assert_eq!(rolled_back.engine.connected(&b.agency()), Connected::Restricted);
    connect(&mut a, &mut b);
}

#[test]
fn a_link_with_a_side_in_doubt_carries_no_messages() {
    // shows: rst-5
    let (mut a, mut b) = (Node::started(SENDER), probing(Node::started(RECEIVER)));
    a.submit(&[RECEIVER], 1);

    let (from_a, from_b) = connect(&mut a, &mut b);

    assert_eq!((offers(from_a), offers(from_b)), (Vec::new(), Vec::new()));
    assert_eq!(a.engine.connected(&b.agency()), Connected::Restricted);
    assert_eq!(b.engine.connected(&a.agency()), Connected::Restricted);
    assert_eq!(a.engine.standing_of(&b.agency()), Some(Doubt::Probing));
}

#[test]
fn in_doubt_submissions_are_refused_with_the_doubt() {
    // shows: rst-2
    let sealed = Node::started(SENDER).signed(&[RECEIVER], 1);
    let mut node = probing(Node::started(SENDER));

    let actions = node.act(vec_of(submission(sealed, None)));

    assert_eq!(actions, [Action::Answer(Ticket(1), Answer::InDoubt(Doubt::Probing))]);
}

#[test]
fn a_peer_that_forgot_what_it_receipted_is_told_and_not_cut_off() {
    // shows: link-7
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let older = b.memory.clone();
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let rolled_back = Node::recovered(RECEIVER, older);

    let actions = a.meet(rolled_back.greeting(&a.agency()));

    assert_eq!(actions, [], "the connection stays, so that our greeting is heard");
    assert_eq!(a.engine.connected(&b.agency()), Connected::Restricted);
    let peer = members::agency(RECEIVER);
    assert_eq!(a.engine.links(&peer).unwrap().0.next(), LinkNumber::new(2));
}

#[test]
fn a_start_after_healing_or_on_an_officers_word_says_so() {
    // shows: rst-9, rst-11
    let officer = StaffNumber::parse("LA-7").unwrap();
    let cases = [
        (
            ModeRecord::Healed { from: TreeSize::new(1) },
            (Doubt::Quarantine, Resumption::Healed, None),
        ),
        (
            ModeRecord::Overridden { from: TreeSize::new(1), officer: officer.clone() },
            (Doubt::Probing, Resumption::Overridden, Some(officer)),
        ),
    ];
    for (mode, expected) in cases {
        let mut node = in_mode(Node::started(SENDER), mode);

        node.start();

        let Some(Leaf::Resumed { after, how, officer, .. }) = node.memory.log().pop() else {
            panic!("the last leaf is `resumed`")
        };
        assert_eq!((after, how, officer), expected);
        assert_eq!(node.engine.mode(), &ModeRecord::Open);
        assert_eq!(node.memory.mode(), Some(&ModeRecord::Open), "it is said once");
    }
}

#[test]
fn probed_means_that_a_checkpoint_was_confirmed_or_that_enough_hold_none() {
    // shows: rst-10
    let probed = |node: &Node| {
        let last = node.memory.log().pop();
        matches!(last, Some(Leaf::Started { probed: true, .. }))
    };
    let mut alone = Node::recovered(SENDER, Default::default());
    alone.start();
    assert!(!probed(&alone), "nobody was asked");

    let mut one = Node::recovered(SENDER, Default::default());
    meet_stranger(&mut one, RECEIVER);
    one.start();
    assert_eq!(probed(&one), one.engine.answers_needed() <= 1, "one that holds none is too few");

    let mut all = Node::recovered(SENDER, Default::default());
    for peer in others() {
        meet_stranger(&mut all, peer);
    }
    all.start();
    assert!(probed(&all), "nobody holds a checkpoint of a new log");

    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    carry(&mut a, &mut b, actions);
    let mut again = Node::recovered(RECEIVER, b.memory.clone());
    again.meet(a.greeting(&b.agency()));
    again.start();
    assert!(probed(&again), "one peer confirmed the newest checkpoint");
}

#[test]
fn a_peer_of_another_past_is_told_to_come_again_never_more() {
    // shows: rst-5
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let mut greeting = b.greeting(&a.agency());
    greeting.cursor.number = LinkNumber::new(9);

    let actions = a.meet(greeting);

    assert_eq!(actions, [Action::Close { peer: b.agency(), code: CloseCode::Gap }]);
}

fn probing(node: Node) -> Node {
    in_mode(node, ModeRecord::Probing)
}

/// The node as it comes up again in another mode.
fn in_mode(node: Node, mode: ModeRecord) -> Node {
    let name = node.name();
    let mut memory = node.memory;
    memory.set_mode(mode);
    Node::recovered(name, memory)
}

fn others() -> Vec<&'static str> {
    members::AGENCIES.iter().copied().filter(|name| *name != SENDER).collect()
}

/// Hears a peer that holds nothing of this node's log.
fn meet_stranger(node: &mut Node, peer: &'static str) -> Vec<Action> {
    let peer = Node::recovered(peer, Default::default());
    let greeting = Greeting { your_head: None::<ByteBuf>, ..peer.greeting(&node.agency()) };
    node.meet(greeting)
}
