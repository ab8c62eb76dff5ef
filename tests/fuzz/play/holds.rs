//! What must hold after every group, besides the engine's own invariants.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::engine::Engine;
use concord_protocol::engine::effects::Answer;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::link::outbound::Owed;
use concord_protocol::log::leaf::Leaf;

use crate::play::node::Node;

/// Checks a node whose memory had so many leaves before the group.
///
/// # Panics
/// With the first thing that does not hold.
pub(super) fn after_a_group(node: &Node, before: usize) {
    head(node);
    leaves(node, before);
    for peer in node.engine.peers() {
        let (out, _) = node.engine.links(peer).unwrap();
        let owed = (1..=out.next().get()).filter(|at| out.owed(LinkNumber::new(*at)).is_some());
        assert_eq!(owed.count(), out.waiting(), "every number owed is below the next one");
    }
    let twin = node.twin();
    for (before, after) in seen(&node.engine).iter().zip(seen(&twin)) {
        assert_eq!(*before, after, "a start makes the same engine");
    }
}

/// Checks that what a caller was told is durable.
///
/// # Panics
/// When it is not.
pub(super) fn of_an_answer(node: &Node, answer: &Answer) {
    let log = |index: LeafIndex| node.memory.log_from(usize::try_from(index.get()).unwrap()).next();
    let holds = match answer {
        Answer::Submitted { message, leaf } => {
            let Some(Leaf::Message { header }) = log(*leaf) else {
                panic!("a caller was told of a message that the log lacks")
            };
            digest::sha256(&header) == *message && node.memory.messages.contains_key(message)
        }
        Answer::Repeated { message } => node.memory.messages.contains_key(message),
        Answer::ReadRecorded(leaf) => matches!(log(*leaf), Some(Leaf::Read { .. })),
        Answer::Exported(leaf) => matches!(log(*leaf), Some(Leaf::Exported { .. })),
        Answer::Erased(record) => node.memory.erasures.get(&record.message) == Some(record),
        Answer::InDoubt(doubt) => node.engine.mode().standing() == Some(*doubt),
        Answer::KeyReused
        | Answer::NoLink(_)
        | Answer::OutboxFull(_)
        | Answer::OutOfPlace(_)
        | Answer::SuccessionApproved
        | Answer::SuccessionObjected(_)
        | Answer::NothingToErase
        | Answer::KeyBackup(_) => true,
    };
    assert!(holds, "a caller was told what is not durable: {answer:?}");
}

/// The signed head covers what is durable and nothing else.
fn head(node: &Node) {
    let tree = node.engine.tree();
    assert_eq!(*tree, node.memory.tree(), "every leaf was handed out to be remembered");
    if let Some(head) = node.engine.head() {
        assert_eq!(node.root_at(head.size), Some(head.root), "the head lies on the log");
        let signs = node.engine.started() && node.engine.mode().standing().is_none();
        assert!(!signs || head.size == tree.size(), "a group ends with a head over all of it");
    }
}

/// A number of a link is settled once, without gaps; an id of an author is taken once.
fn leaves(node: &Node, before: usize) {
    for (leaf, at) in node.memory.log_from(before).zip(before..) {
        let Some(arrived) = Arrived::of(node, &leaf) else { continue };
        let log = node.memory.log_from(0).take(at);
        let earlier: Vec<Arrived> = log.filter_map(|leaf| Arrived::of(node, &leaf)).collect();
        let numbers: BTreeSet<LinkNumber> =
            earlier.iter().filter(|one| one.line == arrived.line).map(|one| one.number).collect();
        let next = u64::try_from(numbers.len()).unwrap() + 1;
        assert_eq!(arrived.number.get(), next, "numbers of a link are settled in order, each once");
        let again = |one: &&Arrived| one.line.0 == arrived.line.0 && one.took == arrived.took;
        let again = arrived.took.and_then(|_| earlier.iter().find(again));
        assert!(again.is_none(), "what an author named once is taken once");
    }
}

/// A leaf about something that came.
struct Arrived {
    line: (AgencyId, Epoch),
    number: LinkNumber,
    /// The id of what was taken; `None` when it was refused.
    took: Option<MessageId>,
}

impl Arrived {
    fn of(node: &Node, leaf: &Leaf) -> Option<Self> {
        if let Leaf::Received { from, epoch, number, message, .. } = leaf {
            let took = Some(node.memory.messages[message].id);
            return Some(Self { line: (from.clone(), *epoch), number: *number, took });
        }
        if let Leaf::Refused { from, epoch, number, .. } = leaf {
            return Some(Self { line: (from.clone(), *epoch), number: *number, took: None });
        }
        None
    }
}

/// Everything about an engine that a start must bring back.
fn seen(engine: &Engine) -> Vec<String> {
    let head = engine.head().map(|head| (head.size, head.root));
    let quorate = engine.quorate().map(|note| (note.size, digest::sha256(&note.note)));
    let mut said = vec![
        format!("{head:?} {:?} {:?}", engine.tree().size(), engine.tree().root()),
        format!("{:?} {:?} {quorate:?}", engine.mode().standing(), engine.retired_through()),
        format!("{:?}", engine.charges().collect::<Vec<_>>()),
    ];
    said.extend(engine.peers().map(|peer| link(engine, peer)));
    said
}

fn link(engine: &Engine, peer: &AgencyId) -> String {
    let (out, inbound) = engine.links(peer).unwrap();
    let owed = (1..out.next().get()).map(|at| out.owed(LinkNumber::new(at)));
    let owed: Vec<&Owed> = owed.flatten().collect();
    let log = engine.log_of(peer).unwrap();
    let held = engine.held(peer).map(|held| (held.size, digest::sha256(&held.note)));
    let quorate = engine.peer_quorate(peer).map(|note| (note.size, digest::sha256(&note.note)));
    format!(
        "{peer:?} log {log:?} forked {} held {held:?} quorate {quorate:?} in {inbound:?} out {:?} {:?} {owed:?}",
        engine.is_forked(peer, log),
        out.epoch(),
        out.next(),
    )
}
