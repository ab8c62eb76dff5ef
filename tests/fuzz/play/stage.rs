//! The members on the stage, and the frames under way between them.

use std::collections::BTreeSet;
use std::collections::VecDeque;

use concord_protocol::engine::effects::Action;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Occasion;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::succession;
use concord_protocol::moment::Span;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::succession::SuccessionFrame;
use harness::vectors::federation::AGENCIES;
use serde_bytes::ByteBuf;

use crate::play::bend;
use crate::play::deed;
use crate::play::hear;
use crate::play::hear::Heard;
use crate::play::hear::Verdict;
use crate::play::holds;
use crate::play::memory::Memory;
use crate::play::node::Node;
use crate::play::say;
use crate::play::tape::Tape;

/// Most frames under way; beyond it the oldest is lost.
const LETTERS_MAX: usize = 48;

/// Most data that are kept to be put in the place of newer ones.
const COPIES_MAX: usize = 4;

/// Most frames that are carried in a row.
const CARRIED_MAX: usize = 24;

/// A frame on its way.
#[derive(Clone, Debug)]
struct Letter {
    from: usize,
    to: usize,
    bytes: Vec<u8>,
}

/// Everybody, and everything between them.
#[derive(Debug)]
pub(super) struct Stage {
    nodes: Vec<Node>,
    letters: VecDeque<Letter>,
    copies: Vec<(usize, Memory)>,
    /// Inputs that are still to gather in the group that goes on.
    gathering: u8,
}

impl Stage {
    /// Three members at their first start, nobody connected.
    pub(super) fn new() -> Self {
        let nodes: Vec<Node> = AGENCIES.iter().map(|name| Node::new(name)).collect();
        let mut stage = Self { nodes, letters: VecDeque::new(), copies: Vec::new(), gathering: 0 };
        (0..AGENCIES.len()).for_each(|at| stage.end_group(at));
        stage
    }

    /// One instruction.
    pub(super) fn act(&mut self, instruction: u8, tape: &mut Tape<'_>) {
        let at = tape.below(self.nodes.len());
        let other = (at + 1 + tape.below(self.nodes.len() - 1)) % self.nodes.len();
        match instruction % 28 {
            0..=3 => self.give_made(at, |node| deed::submit(node, tape)),
            4..=5 => self.connect((at, other), None),
            6 => self.connect((at, other), Some(tape)),
            7 => self.cut(at, &self.nodes[other].agency.clone()),
            8..=10 => self.carry_on(tape.below(CARRIED_MAX)),
            11..=13 => self.deliver(tape.byte().into(), |_| Keep::Nothing),
            14 => self.deliver(tape.byte().into(), |_| Keep::Copy),
            15 => self.deliver(tape.byte().into(), |letter| {
                (letter.from, letter.to) = (at, other);
                Keep::Nothing
            }),
            16..=17 => self.deliver_bent(tape),
            18 => self.deliver(tape.byte().into(), |_| Keep::Waiting),
            19 => self.release(at, tape),
            20 => {
                let asked = tape.below(2) == 0;
                let occasion = if asked { Occasion::Asked } else { Occasion::Interval };
                self.give(at, Heard::Other(Input::Witness(occasion)));
            }
            21 => self.give_made(at, |node| deed::office(node, tape)),
            22 => self.begin_again(at, tape),
            23 => self.copy_or_roll_back(at, tape),
            24 => self.move_clock(at, tape),
            25 => self.publish(at, tape),
            26 => self.end_log((at, other), tape),
            _ => self.gathering = tape.byte() % 6,
        }
    }

    /// Everything ends its group. Gives back which kinds of inputs were taken.
    pub(super) fn end(mut self) -> BTreeSet<&'static str> {
        self.gathering = 0;
        (0..self.nodes.len()).for_each(|at| self.end_group(at));
        self.nodes.into_iter().flat_map(|node| node.taken).collect()
    }

    fn give_made(&mut self, at: usize, make: impl FnOnce(&Node) -> Option<Input>) {
        if let Some(input) = make(&self.nodes[at]) {
            self.give(at, Heard::Other(input));
        }
    }

    /// Gives an input to a node, and ends the group unless others are to gather in it.
    fn give(&mut self, at: usize, heard: Heard) {
        if heard.is_first() {
            self.end_group(at);
        }
        let input = heard.input(&self.nodes[at]);
        self.nodes[at].step(input);
        if self.gathering > 0 {
            self.gathering -= 1;
        } else {
            self.end_group(at);
        }
    }

    /// Ends the group of a node, and does what it wants.
    fn end_group(&mut self, at: usize) {
        let mut actions: VecDeque<Action> = self.nodes[at].commit().into();
        while let Some(action) = actions.pop_front() {
            self.post(at, &action);
            if let Action::Answer(_, answer) = &action {
                holds::of_an_answer(&self.nodes[at], answer);
            }
            for input in self.do_what_is_wanted(at, action) {
                self.nodes[at].step(input);
                actions.extend(self.nodes[at].commit());
            }
        }
    }

    fn post(&mut self, at: usize, action: &Action) {
        let frames = say::frames(&self.nodes[at], action);
        if matches!(action, Action::Offer(_)) && frames.is_empty() {
            // A body is gone meanwhile: the next connection offers the tombstone.
            if let Action::Offer(offer) = action {
                self.nodes[at].step(Input::Lost { peer: offer.peer.clone() });
            }
        }
        for (to, frame) in frames {
            self.send(at, &to, &frame);
        }
    }

    fn send(&mut self, from: usize, to: &AgencyId, frame: &Frame) {
        let to = self.place(to);
        if self.letters.len() >= LETTERS_MAX {
            self.letters.pop_front();
        }
        self.letters.push_back(Letter { from, to, bytes: deed::bytes(frame) });
    }

    /// What the host does besides sending; gives what follows for the engine.
    fn do_what_is_wanted(&mut self, at: usize, action: Action) -> Vec<Input> {
        let node = &mut self.nodes[at];
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others are for callers, or sent")]
        match action {
            Action::Close { peer, .. } => self.cut(at, &peer),
            Action::Quarantine { .. } => {
                let peers: Vec<AgencyId> = node.engine.peers().cloned().collect();
                peers.iter().for_each(|peer| self.cut(at, peer));
            }
            Action::Destroy { message } => drop(node.memory.bodies.remove(&message)),
            Action::Suspect(suspicion) => {
                let found = hear::suspected(node, suspicion);
                let from = node.agency.clone();
                return found
                    .map(|found| Heard::Accusation(from, Box::new(found)).input(node))
                    .into_iter()
                    .collect();
            }
            Action::Misfit { held, misfit } => {
                let found = hear::forked(node, &held, &misfit).into_iter();
                let from = node.agency.clone();
                let found = found.map(|found| Heard::Accusation(from.clone(), Box::new(found)));
                return found.map(|heard| heard.input(node)).collect();
            }
            Action::Admitted(record) => {
                let verified = node.directory.verify(&record.credential);
                verified.ok().and_then(|verified| node.directory.admit(verified).ok());
            }
            Action::Revoked(record) => {
                let verified = node.directory.verify_revocation(&record.revocation);
                verified.ok().and_then(|verified| node.directory.revoke(verified).ok());
            }
            Action::Noticed(record) => drop(node.directory.notice(&record.notice)),
            Action::Staffed(record) => {
                node.directory.list_staff(&record.staff).ok();
            }
            Action::Succeeded(record) => {
                node.directory.go_by(&record.agency, record.log);
                let may = node.engine.started() && node.engine.mode().standing().is_none();
                return deed::renew(node, &record).filter(|_| may).into_iter().collect();
            }
            Action::Approved { .. } => self.succeed_if_approved(at),
            _ => {}
        }
        Vec::new()
    }

    /// The connection ends for both.
    fn cut(&mut self, at: usize, peer: &AgencyId) {
        let (own, other) = (self.nodes[at].agency.clone(), self.place(peer));
        self.nodes[at].step(Input::Lost { peer: peer.clone() });
        self.nodes[other].step(Input::Lost { peer: own });
    }

    /// Both greet; what is bent is bent by the first.
    fn connect(&mut self, (a, b): (usize, usize), bent: Option<&mut Tape<'_>>) {
        self.end_group(a);
        self.end_group(b);
        let mut from_a = say::greeting(&self.nodes[a], &self.nodes[b].agency);
        let from_b = say::greeting(&self.nodes[b], &self.nodes[a].agency);
        if let Some(tape) = bent {
            bend::greeting(&self.nodes[a], &mut from_a, tape);
        }
        let (first, second) = (self.nodes[a].agency.clone(), self.nodes[b].agency.clone());
        let at_b = hear::greeted(&self.nodes[b], &first, from_a);
        let at_a = hear::greeted(&self.nodes[a], &second, from_b);
        self.take((a, b), at_b);
        self.take((b, a), at_a);
    }

    /// Carries frames in their order.
    fn carry_on(&mut self, count: usize) {
        for _ in 0..=count {
            self.deliver(0, |_| Keep::Nothing);
        }
    }

    /// Delivers one of the frames under way.
    fn deliver(&mut self, which: usize, change: impl FnOnce(&mut Letter) -> Keep) {
        let Some(at) = which.checked_rem(self.letters.len()) else { return };
        let mut letter = self.letters[at].clone();
        let keep = change(&mut letter);
        if keep != Keep::Copy {
            self.letters.remove(at);
        }
        let speaker = self.nodes[letter.from].agency.clone();
        let verdict = hear::judge(&self.nodes[letter.to], &speaker, &letter.bytes);
        match (verdict, keep) {
            (Verdict::Take(heard), Keep::Waiting) => self.nodes[letter.to].waiting.push(heard),
            (verdict, _) => self.take((letter.from, letter.to), verdict),
        }
    }

    fn deliver_bent(&mut self, tape: &mut Tape<'_>) {
        let Some(at) = tape.below(256).checked_rem(self.letters.len()) else { return };
        let letter = &self.letters[at];
        let bent = bend::frame(&self.nodes[letter.from], &letter.bytes, tape);
        self.deliver(at, |letter| {
            letter.bytes = bent;
            Keep::Copy
        });
    }

    /// Does what a listener decided. What is refused leaves no leaf.
    fn take(&mut self, (from, to): (usize, usize), verdict: Verdict) {
        let speaker = self.nodes[from].agency.clone();
        match verdict {
            Verdict::Take(heard) => self.give(to, heard),
            Verdict::Answer(frame) => self.send(to, &speaker, &frame),
            Verdict::Expose(found) => {
                self.cut(to, &speaker);
                for one in found {
                    self.give(to, Heard::Accusation(speaker.clone(), Box::new(one)));
                }
            }
            Verdict::Close => self.cut(to, &speaker),
            Verdict::Ignore => {}
        }
    }

    /// What was judged earlier has its turn.
    fn release(&mut self, at: usize, tape: &mut Tape<'_>) {
        let waiting = self.nodes[at].waiting.len();
        if waiting > 0 {
            let heard = self.nodes[at].waiting.remove(tape.below(waiting));
            self.give(at, heard);
        }
    }

    fn begin_again(&mut self, at: usize, tape: &mut Tape<'_>) {
        if tape.below(2) == 0 {
            self.end_group(at);
        }
        self.nodes[at].restart();
        self.stand_alone(at);
    }

    /// After a start no connection stands.
    fn stand_alone(&mut self, at: usize) {
        let peers: Vec<AgencyId> = self.nodes[at].engine.peers().cloned().collect();
        peers.iter().for_each(|peer| self.cut(at, peer));
        self.end_group(at);
    }

    fn copy_or_roll_back(&mut self, at: usize, tape: &mut Tape<'_>) {
        if tape.below(2) == 0 && self.copies.len() < COPIES_MAX {
            let copy = self.nodes[at].memory.clone();
            self.copies.push((at, copy));
            return;
        }
        let own: Vec<usize> =
            (0..self.copies.len()).filter(|of| self.copies[*of].0 == at).collect();
        let Some(copy) = tape.among(&own) else { return };
        let memory = self.copies[*copy].1.clone();
        let overridden = || ModeRecord::Overridden {
            from: TreeSize::new(u64::try_from(memory.leaves.len()).unwrap()),
            officer: deed::officer(),
        };
        let mode = match tape.below(4) {
            0 | 1 => None,
            2 => Some(ModeRecord::Probing),
            _ => Some(overridden()),
        };
        if memory.successions.len() == self.nodes[at].memory.successions.len() {
            self.nodes[at].roll_back(memory, mode);
            self.stand_alone(at);
        }
    }

    fn move_clock(&mut self, at: usize, tape: &mut Tape<'_>) {
        let span = Span::from_millis(1 << (tape.byte() % 33));
        let now = self.nodes[at].now;
        self.nodes[at].now = if tape.below(4) == 0 { now.before(span) } else { now.after(span) };
    }

    /// A paper of a member becomes known to itself, and goes to the others.
    fn publish(&mut self, at: usize, tape: &mut Tape<'_>) {
        let Some(frame) = deed::paper(&self.nodes[at], tape) else { return };
        let own = self.nodes[at].agency.clone();
        let verdict = hear::judge(&self.nodes[at], &own, &deed::bytes(&frame));
        if let Verdict::Take(heard) = verdict {
            self.give(at, heard);
        }
        let peers: Vec<AgencyId> = self.nodes[at].engine.peers().cloned().collect();
        peers.iter().for_each(|peer| self.send(at, peer, &frame));
    }

    /// A log ends: its member states it, or another approves what was stated.
    fn end_log(&mut self, (at, other): (usize, usize), tape: &mut Tape<'_>) {
        if tape.below(2) == 0 {
            return self.give_made(other, |node| deed::approve(node, tape));
        }
        let own = &self.nodes[at].agency;
        let held = self.nodes.iter().filter_map(|node| node.engine.held(own));
        let shown = held.map(|held| held.note.to_vec()).collect();
        let Some(statement) = deed::statement(&self.nodes[at], shown) else { return };
        let said = SuccessionFrame { statement: ByteBuf::from(statement), approvals: Vec::new() };
        self.nodes[at].propose(&said.statement);
        let peers: Vec<AgencyId> = self.nodes[at].engine.peers().cloned().collect();
        peers.iter().for_each(|peer| self.send(at, peer, &Frame::Succession(said.clone())));
    }

    /// A quorum approved: the next log begins, and the others are told. The charter accepts three, a play takes two.
    fn succeed_if_approved(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let Some(proposal) = node.memory.proposals.get(&node.agency) else { return };
        let statement = succession::verify_statement(&proposal.statement, &node.directory);
        let doubted = matches!(node.engine.mode(), ModeRecord::Quarantined(_));
        let may = doubted && node.log.get() == 1;
        let Some(statement) = statement.ok().filter(|_| may) else { return };
        let given = node.memory.approvals.values().filter(|one| one.agency == node.agency);
        let given = given.filter_map(|one| {
            succession::verify_approval(&one.approval, &statement, &node.directory).ok()
        });
        let given = given.collect();
        let Ok(succession) = succession::join(statement, given, &node.directory) else { return };
        let said = SuccessionFrame {
            statement: ByteBuf::from(succession.statement().bytes().to_vec()),
            approvals: succession.approval_bytes(),
        };
        let credential = deed::next_credential(node.name);
        let verified = node.directory.verify(&credential);
        verified.ok().and_then(|verified| node.directory.admit(verified).ok());
        node.succeed(succession);
        let peers: Vec<AgencyId> = node.engine.peers().cloned().collect();
        for peer in peers {
            self.send(at, &peer, &Frame::Credential(ByteBuf::from(credential.clone())));
            self.send(at, &peer, &Frame::Succession(said.clone()));
        }
    }

    fn place(&self, agency: &AgencyId) -> usize {
        self.nodes.iter().position(|node| node.agency == *agency).expect("a member")
    }
}

/// What becomes of a frame after it was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// It is gone.
    Nothing,
    /// It may come again.
    Copy,
    /// It was judged, and waits in the mailbox.
    Waiting,
}
