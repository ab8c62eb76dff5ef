//! The end of a log and the beginning of the next: epochs, what is owed again, and what is taken once all the same.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::engine::Connected;
use crate::engine::Fault;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::input::Approve;
use crate::engine::input::Input;
use crate::engine::input::Renew;
use crate::engine::input::Rest;
use crate::engine::input::Ticket;
use crate::engine::record::OutboundRecord;
use crate::engine::record::Renewal;
use crate::engine::record::Settlement;
use crate::engine::record::SuccessionRecord;
use crate::engine::tests::kinds;
use crate::engine::tests::world::Memory;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::carry;
use crate::engine::tests::world::connect;
use crate::engine::tests::world::offers;
use crate::engine::tests::world::vec_of;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::identity::fixtures as members;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::limits::OUTBOX_MESSAGES_MAX;
use crate::log::leaf::Doubt;
use crate::log::leaf::Leaf;
use crate::log::succession::VerifiedSuccession;
use crate::log::succession::fault::Objection;
use crate::log::succession::fixtures;
use crate::moment::Moment;
use crate::registry::RefusalCode;

#[test]
fn a_peer_begins_both_directions_anew_and_owes_again_what_may_be_lost() {
    // shows: suc-8, suc-9, suc-10
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    exchange(&mut a, &mut b, &[1, 2]);
    a.engine_lost(&b.agency());
    a.submit(&[RECEIVER], 3);
    let held = a.engine.held(&b.agency()).cloned();

    // b has leaf 0 `started`, 1 and 2 `received`; the second one may be lost.
    let record = succeed(&mut a, fixtures::succession_of(RECEIVER, 2, 3));

    assert_eq!(record.held, held, "what was held of the old log stays as evidence");
    assert_eq!(a.engine.held(&b.agency()), None);
    assert_eq!(a.engine.log_of(&b.agency()), Some(LogNumber::new(2)));
    let (out, inbound) = a.engine.links(&b.agency()).unwrap();
    assert_eq!((out.epoch(), out.next()), (Epoch::new(2), LinkNumber::new(3)));
    assert_eq!((inbound.epoch(), inbound.cursor()), (Epoch::new(2), LinkNumber::new(0)));
    let first = settlement(&a, 1, 1);
    assert!(matches!(first, Settlement::Accepted(leaf, _) if leaf == LeafIndex::new(1)));
    assert_eq!(settlement(&a, 1, 2), Settlement::Renewed(Epoch::new(2), LinkNumber::new(1)));
    assert_eq!(settlement(&a, 1, 3), Settlement::Renewed(Epoch::new(2), LinkNumber::new(2)));
    assert_eq!(a.memory.successions[&b.agency()].renewal, Renewal::Done);
    let last: Vec<&str> = kinds(&a).into_iter().rev().take(2).collect();
    assert_eq!(last, ["sent", "sent"]);
}

#[test]
fn what_is_owed_again_fills_no_outbox_beyond_its_bound() {
    // shows: suc-18
    let b = members::agency(RECEIVER);
    let mut a = Node::started(SENDER);
    a.submit(&[RECEIVER], 1);
    a.submit(&[RECEIVER], 2);
    let record = begin(&mut a, fixtures::succession_of(RECEIVER, 2, 3));
    let lost_from = LeafIndex::new(2);
    let lost: Vec<OutboundRecord> = a.memory.outbound.values().cloned().collect();
    // New messages took all places but one.
    for number in 1..u64::try_from(OUTBOX_MESSAGES_MAX).unwrap() {
        let number = LinkNumber::new(number);
        let owed = OutboundRecord { epoch: Epoch::new(2), number, ..lost[0].clone() };
        a.memory.outbound.insert((b.clone(), Epoch::new(2), number), owed);
        a.memory.links.get_mut(&b).unwrap().out_next = number.next();
    }
    let mut a = Node::recovered(SENDER, a.memory);
    a.start();
    assert_eq!(a.engine.links(&b).unwrap().0.room(), 1);

    a.act(vec_of(page(&record, lost_from, &lost[..1], Rest::More)));
    let (out, _) = a.engine.links(&b).unwrap();
    assert_eq!((out.room(), out.waiting()), (0, OUTBOX_MESSAGES_MAX));
    let (_, actions) = a.submit(&[RECEIVER], 3);
    assert!(matches!(&actions[..], [Action::Answer(_, Answer::OutboxFull(full))] if *full == b));
    assert_eq!(settlement(&a, 1, 2), Settlement::Open, "it stays owed under its old number");

    let moment = Moment::new(a.now, [9; 32]);
    let beyond = a.engine.step(&moment, page(&record, lost_from, &lost[1..], Rest::None));
    assert_eq!(beyond.map(drop), Err(Fault::Invariant("link-inv-3")));
}

#[test]
fn a_succession_heard_again_or_of_an_earlier_log_changes_nothing() {
    // shows: suc-8
    let (mut a, b) = (Node::started(SENDER), Node::started(RECEIVER));
    succeed(&mut a, fixtures::succession_of(RECEIVER, 2, 3));
    let again = fixtures::succession_of(RECEIVER, 1, 3);

    let actions = a.act(vec_of(Input::Succeeded(Box::new(again))));

    assert_eq!(actions, []);
    assert_eq!(a.engine.links(&b.agency()).unwrap().0.epoch(), Epoch::new(2));
}

#[test]
fn the_next_log_begins_with_the_succession_and_carries_every_message() {
    // shows: suc-7, suc-9, suc-11
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let digests = exchange(&mut a, &mut b, &[1]);
    a.engine_lost(&b.agency());
    let (owed, _) = a.submit(&[RECEIVER], 2);

    let a = Node::succeeded(SENDER, a.memory, fixtures::succession_of(SENDER, 3, 6));

    let log = a.memory.log();
    assert!(matches!(&log[0], Leaf::Succession { approvals, .. } if approvals.len() == 2));
    assert!(matches!(&log[1], Leaf::Started { .. }));
    let mut rest: Vec<&str> = kinds(&a).split_off(2);
    rest.sort_unstable();
    assert_eq!(rest, ["carried", "message", "sent"]);
    assert!(log.iter().any(|leaf| matches!(leaf, Leaf::Carried { message, log, index }
        if *message == digests[0] && *log == LogNumber::new(1) && *index == LeafIndex::new(1))));
    let (out, _) = a.engine.links(&members::agency(RECEIVER)).unwrap();
    assert_eq!((out.epoch(), out.waiting()), (Epoch::new(2), 1));
    assert_eq!(settlement(&a, 1, 2), Settlement::Renewed(Epoch::new(2), LinkNumber::new(1)));
    let carried = &a.memory.messages[&owed];
    assert!(matches!(log[carried.leaf.get() as usize], Leaf::Message { .. }));
    assert_eq!(a.memory.due.len(), 2, "bodies are due as before");
}

#[test]
fn exchange_goes_on_in_the_new_epoch_and_what_was_taken_is_taken_once() {
    // shows: suc-9, suc-10
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    connect(&mut a, &mut b);
    let (_, actions) = a.submit(&[RECEIVER], 1);
    // b takes the message; its receipt is lost with a's newer data.
    b.hear_offer(&a.agency(), a.offer(&offers(actions)[0])).unwrap();
    a.submit(&[RECEIVER], 2);
    let succession = || fixtures::succession_of(SENDER, 1, 5);
    let mut a = Node::succeeded(SENDER, a.memory, succession());
    b.engine_lost(&a.agency());
    succeed(&mut b, succession());

    let (actions, _) = connect(&mut a, &mut b);
    assert_eq!(a.engine.connected(&b.agency()), Connected::Whole);
    let settled = carry(&mut a, &mut b, actions);

    assert_eq!(settled, 2);
    let (one, two) = (settlement(&a, 2, 1), settlement(&a, 2, 2));
    let outcomes = [&one, &two].map(|settled| match settled {
        Settlement::Refused(_, code) => Some(*code),
        Settlement::Open | Settlement::Accepted(..) | Settlement::Renewed(..) => None,
    });
    assert_eq!(outcomes.iter().flatten().collect::<Vec<_>>(), [&RefusalCode::Duplicate]);
    assert_eq!(b.memory.messages.len(), 2, "each message is held once");
}

#[test]
fn a_link_stays_restricted_until_both_go_by_the_same_logs() {
    // shows: wire-65
    let (a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    let succession = || fixtures::succession_of(SENDER, 0, 1);
    let mut a = Node::succeeded(SENDER, a.memory, succession());

    connect(&mut a, &mut b);
    assert_eq!(a.engine.connected(&b.agency()), Connected::Restricted);
    assert_eq!(b.engine.connected(&a.agency()), Connected::Restricted);

    succeed(&mut b, succession());
    connect(&mut a, &mut b);
    assert_eq!(a.engine.connected(&b.agency()), Connected::Whole);
    assert_eq!(b.engine.connected(&a.agency()), Connected::Whole);
}

#[test]
fn a_proposal_is_kept_and_approved_only_if_it_names_what_the_node_holds() {
    // shows: suc-6, wire-67
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    exchange(&mut a, &mut b, &[1]);
    // a holds a checkpoint of b of size 2; the statement names another one.
    let unnamed = fixtures::succession_of(RECEIVER, 1, 9);
    let statement = unnamed.statement().clone();
    let actions = a.act(vec_of(Input::Proposed(Box::new(statement.clone()))));
    assert_eq!(actions, [Action::Proposed { peer: b.agency() }]);
    assert_eq!(a.memory.proposals[&b.agency()].statement.as_ref(), statement.bytes());

    let actions = a.act(vec_of(approve(&unnamed)));

    let size = a.engine.held(&b.agency()).unwrap().size;
    let objected = Answer::SuccessionObjected(Objection::Unnamed { size });
    assert_eq!(actions, [Action::Answer(Ticket(7), objected)]);
    assert_eq!(a.memory.approvals, []);

    let mut c = Node::started(SENDER);
    let actions = c.act(vec_of(approve(&unnamed)));
    assert!(matches!(&actions[0], Action::Approve { peer, .. } if *peer == b.agency()));
    assert_eq!(actions[1], Action::Answer(Ticket(7), Answer::SuccessionApproved));
    assert_eq!(c.memory.approvals.len(), 1);
}

#[test]
fn a_proposal_that_is_said_again_is_recorded_once_also_after_a_start() {
    // shows: wire-85
    let mut a = Node::started(SENDER);
    let proposed = |size| {
        let statement = fixtures::succession_of(RECEIVER, 1, size).statement().clone();
        Input::Proposed(Box::new(statement))
    };

    assert_eq!(recorded(&mut a, vec_of(proposed(9))), 1);
    assert_eq!(recorded(&mut a, vec_of(proposed(9))), 0);
    let mut a = Node::recovered(SENDER, a.memory);
    a.start();
    assert_eq!(recorded(&mut a, vec_of(proposed(9))), 0);

    let often = [proposed(10), proposed(10), proposed(10)].into_iter().collect();
    assert_eq!(recorded(&mut a, often), 1, "another one is news, and once in a group too");
    assert_eq!(recorded(&mut a, vec_of(proposed(9))), 1, "so is the first one after it");
}

#[test]
fn a_node_in_quarantine_remembers_what_each_peer_shows_and_approves_nothing() {
    // shows: suc-6, suc-14
    let (mut a, mut b) = (Node::started(SENDER), Node::started(RECEIVER));
    exchange(&mut a, &mut b, &[1, 2]);
    let mut rolled = Memory::default();
    rolled.leaves.truncate(0);
    let mut rolled = Node::recovered(RECEIVER, rolled);

    rolled.meet(a.greeting(&b.agency()));
    assert_eq!(rolled.engine.mode().standing(), Some(Doubt::Quarantine));
    rolled.meet(a.greeting(&b.agency()));

    let shown = &rolled.memory.shown[&a.agency()];
    assert_eq!(Some(shown.size), a.engine.held(&b.agency()).map(|held| held.size));
    let actions = rolled.act(vec_of(approve(&fixtures::succession_of(SENDER, 0, 1))));
    assert_eq!(actions, [Action::Answer(Ticket(7), Answer::InDoubt(Doubt::Quarantine))]);
    assert_eq!(b.memory.shown.len(), 0, "who is in no doubt remembers nothing of it");
}

/// Both connect, and the sender's messages are settled.
fn exchange(a: &mut Node, b: &mut Node, ordinals: &[u8]) -> Vec<crate::crypto::digest::Digest> {
    connect(a, b);
    let mut digests = Vec::new();
    for ordinal in ordinals {
        let (digest, actions) = a.submit(&[RECEIVER], *ordinal);
        assert_eq!(carry(a, b, actions), 1);
        digests.push(digest);
    }
    digests
}

/// How often a proposal is recorded, and told of, by inputs in one group.
fn recorded(node: &mut Node, proposed: Vec<Input>) -> usize {
    let before = core::mem::take(&mut node.memory.proposals);
    let told = node.act(proposed).len();
    assert_eq!(node.memory.proposals.len(), told.min(1), "what is told is recorded");
    if told == 0 {
        node.memory.proposals = before;
    }
    told
}

/// Hears a peer's succession and owes again what it asks for, one number in a page.
fn succeed(node: &mut Node, succession: VerifiedSuccession) -> SuccessionRecord {
    let lost_from = succession.statement().statement().lost.first;
    let peer = succession.statement().statement().agency.clone();
    let record = begin(node, succession);
    let old: Vec<OutboundRecord> = node
        .memory
        .outbound
        .values()
        .filter(|out| out.peer == peer && out.epoch < record.epoch)
        .cloned()
        .collect();
    let pages = old.into_iter().map(|one| (vec_of(one), Rest::More));
    for (records, rest) in pages.chain([(Vec::new(), Rest::None)]) {
        node.act(vec_of(page(&record, lost_from, &records, rest)));
    }
    record
}

/// Hears a peer's succession.
fn begin(node: &mut Node, succession: VerifiedSuccession) -> SuccessionRecord {
    let actions = node.act(vec_of(Input::Succeeded(Box::new(succession))));
    let Some(Action::Succeeded(record)) = actions.into_iter().next() else {
        panic!("the succession was not taken")
    };
    record
}

/// A page of what a succession asks for that loses the leaves of the old log from `lost_from` on.
fn page(
    succession: &SuccessionRecord,
    lost_from: LeafIndex,
    records: &[OutboundRecord],
    rest: Rest,
) -> Input {
    let (succession, records) = (succession.clone(), records.to_vec());
    Input::Renew(Renew { succession, lost_from, records, rest })
}

fn approve(succession: &VerifiedSuccession) -> Input {
    Input::Approve(Box::new(Approve {
        ticket: Ticket(7),
        statement: succession.statement().clone(),
        approval: succession.approvals()[0].clone(),
    }))
}

fn settlement(node: &Node, epoch: u64, number: u64) -> Settlement {
    let peer = members::agency(RECEIVER);
    node.memory.outbound[&(peer, Epoch::new(epoch), LinkNumber::new(number))].settlement.clone()
}

impl Node {
    fn engine_lost(&mut self, peer: &crate::ids::AgencyId) {
        self.act(vec_of(Input::Lost { peer: peer.clone() }));
    }
}
