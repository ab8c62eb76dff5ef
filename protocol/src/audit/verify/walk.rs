//! The walk over the leaves: what depends on order. Each leaf is held against what came before it.
//!
//! Uses `slot` for what does not depend on order, `links`, `prints`. What it remembers is stated in bytes: 10 for each
//! message taken and 10 with two bits for each member for each message of its own, 6 more for the id of either, 6 for each
//! number in an epoch after the first, 8 for each number that waits for a receipt.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::bundle::BodyUse;
use crate::audit::bundle::Part;
use crate::audit::bundle::Scope;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Head;
use crate::audit::prints::Print;
use crate::audit::prints::Prints;
use crate::audit::verify::Terms;
use crate::audit::verify::cover;
use crate::audit::verify::ended::Ended;
use crate::audit::verify::first::First;
use crate::audit::verify::links::Row;
use crate::audit::verify::links::View;
use crate::audit::verify::links::Windows;
use crate::audit::verify::notes::Quorate;
use crate::audit::verify::own;
use crate::audit::verify::people::People;
use crate::audit::verify::problems::Problems;
use crate::audit::verify::report::Counts;
use crate::audit::verify::report::Grades;
use crate::audit::verify::slot::Slot;
use crate::audit::verify::telling::Telling;
use crate::audit::verify::transcript::Transcript;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::MessageId;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::moment::Timestamp;
use crate::wire::dispatch::Dispatch;

/// What the walk has learned so far.
pub(super) struct Walk<'a> {
    pub(super) people: &'a People,
    pub(super) terms: &'a Terms<'a>,
    pub(super) scope: Option<&'a Scope>,
    pub(super) origin: &'a str,
    /// Whether this is the agency's first log.
    pub(super) is_first: bool,
    pub(super) counts: Counts,
    pub(super) grades: Grades,
    /// The earliest and the latest time that a leaf says.
    pub(super) times: Option<(Timestamp, Timestamp)>,
    /// The place after the last leaf.
    next: u64,
    /// Messages of its own: whether they were erased, who has no number yet, who has one.
    pub(super) own: Prints,
    /// Messages that were received or carried over: whether they were erased.
    pub(super) taken: Prints,
    /// Ids of messages with their authors.
    ids: Prints,
    /// Numbers of messages in epochs after the first.
    pub(super) renewed: Prints,
    pub(super) out: Row,
    inward: Row,
    pub(super) windows: Windows,
    /// The dispatch that the last leaf from each member named; nothing where it does not hold.
    current: Vec<Option<Dispatch>>,
    /// The newest head of each log that receipts showed.
    pub(super) seen: BTreeMap<String, Head>,
    pub(super) quorate: Quorate,
    /// Pieces of evidence inside, by digest.
    evidence: Vec<Accused>,
    pub(super) telling: Option<Telling>,
    /// What is in scope with the bodies inside, where it was asked for.
    pub(super) transcript: Option<Transcript>,
    /// For what the bodies inside were opened.
    pub(super) bodies: Option<BodyUse>,
    /// What the log says was revoked so far.
    pub(super) ended: Ended,
    /// The version of the charter that the last `started` leaf names.
    pub(super) version: Option<CharterVersion>,
}

/// A piece of evidence inside.
pub(super) struct Accused {
    pub(super) digest: Digest,
    /// What it proves, and against whom; nothing where it does not hold.
    pub(super) proves: Option<(EvidenceKind, AgencyId)>,
    /// Whether a leaf named it.
    pub(super) is_named: bool,
}

/// A number on the link with a peer.
#[derive(Clone, Copy)]
pub(super) struct Place<'l> {
    pub(super) peer: &'l AgencyId,
    /// The place of the peer among the members.
    pub(super) member: usize,
    pub(super) epoch: Epoch,
    pub(super) number: LinkNumber,
    pub(super) message: &'l Digest,
}

/// What the walk begins with.
pub(super) struct Begin<'a> {
    pub(super) people: &'a People,
    pub(super) terms: &'a Terms<'a>,
    pub(super) scope: Option<&'a Scope>,
    pub(super) origin: &'a str,
    pub(super) size: u64,
    pub(super) quorate: Quorate,
    pub(super) evidence: Vec<Accused>,
    pub(super) telling: Option<Telling>,
    pub(super) bodies: Option<BodyUse>,
}

/// Whether a message was told before.
#[derive(Clone, Copy)]
pub(super) enum Novelty {
    Known,
    New,
}

impl From<bool> for Novelty {
    fn from(known: bool) -> Self {
        if known { Self::Known } else { Self::New }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(begin: Begin<'a>) -> Self {
        let Begin { people, terms, scope, origin, size, quorate, evidence, telling, bodies } =
            begin;
        let view = match scope {
            None | Some(Scope::Peer { .. }) => View::Whole,
            Some(Scope::Range { from, .. }) if from.get() == 0 => View::Whole,
            Some(Scope::Range { .. }) => View::Middle,
            Some(Scope::Procedure { .. }) => View::Some,
        };
        let members = people.members.len();
        let masks = own::mask_bytes(members).saturating_mul(2);
        Self {
            people,
            terms,
            scope,
            origin,
            is_first: people.is_first_log(origin),
            counts: Counts { credentials: people.credentials, ..Counts::default() },
            grades: Grades::default(),
            times: None,
            next: 0,
            own: Prints::new(size, masks.saturating_add(4)),
            taken: Prints::new(size, 4),
            ids: Prints::new(size, 0),
            renewed: Prints::new(size, 0),
            out: Row::new(view, members),
            inward: Row::new(view, members),
            windows: Windows::default(),
            current: vec![None; members],
            seen: BTreeMap::new(),
            quorate,
            evidence,
            telling,
            transcript: terms.transcript.then(Transcript::default),
            bodies,
            ended: Ended::nothing(&people.directory),
            version: None,
        }
    }

    /// Whether everything that a leaf may rest on is disclosed.
    pub(super) const fn knows_antecedents(&self) -> bool {
        match self.scope {
            Some(Scope::Range { from, .. }) => from.get() == 0,
            None | Some(Scope::Procedure { .. } | Scope::Peer { .. }) => true,
        }
    }

    /// Judges one leaf. Gives the first thing that is wrong with it.
    #[expect(clippy::too_many_lines, reason = "a table: one arm for each kind of leaf")]
    pub(super) fn judge(&mut self, slot: &mut Slot<'_>) -> Result<(), Flaw> {
        let mut first = First::default();
        first.note(self.in_order(slot.index));
        self.next = slot.index.get().saturating_add(1);
        let leaf = match core::mem::replace(&mut slot.leaf, Err(Flaw::LeafDiffers)) {
            Ok(leaf) => leaf,
            Err(flaw) => {
                first.note(Err(flaw));
                return first.result();
            }
        };
        first.note(self.begins(slot.index, &leaf));
        self.time(&leaf, slot);
        match leaf {
            Leaf::Started { charter_version, credential, .. } => {
                count(&mut self.counts.started);
                self.ended.start(slot.index, charter_version);
                first.note(self.started(charter_version, credential));
            }
            Leaf::Message { header } => self.message(&header, slot, &mut first),
            Leaf::Sent { message, to, epoch, number } => {
                first.note(self.sent(&message, &to, (epoch, number), slot.index));
            }
            Leaf::Received { message, from, epoch, number, form, .. } => {
                count(&mut self.counts.received);
                match self.place(&from, (epoch, number), &message) {
                    Ok(place) => self.received(&place, form, slot, &mut first),
                    Err(flaw) => first.note(Err(flaw)),
                }
            }
            Leaf::Refused { message, from, epoch, number, code, .. } => {
                count(&mut self.counts.refused);
                match self.place(&from, (epoch, number), &message) {
                    Ok(place) => {
                        first.note(self.refusal_in_scope(&place));
                        let outcome = Outcome::Refused { code };
                        self.arrive(&place, (None, outcome), slot, &mut first);
                    }
                    Err(flaw) => first.note(Err(flaw)),
                }
            }
            Leaf::ReceiptHeld { from, epoch, items, size, root, .. } => {
                count(&mut self.counts.receipts);
                let said = Head { size, root };
                first.note(self.receipt_held(&from, (epoch, &items), said, slot));
                first.note(self.was_member(&from));
            }
            Leaf::Read { message, purpose, .. } => {
                count(&mut self.counts.reads);
                first.note(self.read(&message));
                if let Some(telling) = &mut self.telling {
                    telling.read(slot.index, &purpose);
                }
            }
            Leaf::Exported { size, .. } => {
                count(&mut self.counts.exports);
                // spec: audit-30
                if size.get() > slot.index.get() {
                    first.note(Err(Flaw::ExportedSize { size }));
                }
            }
            Leaf::Erased { message, leaf, sealed, .. } => {
                count(&mut self.counts.erased);
                first.note(self.erased(&message, leaf, &sealed));
                if let Some(transcript) = &mut self.transcript {
                    transcript.erased(&message, slot.index);
                }
            }
            Leaf::Evidence { evidence, kind, accused, .. } => {
                count(&mut self.counts.evidence);
                first.note(self.named(&evidence, kind, &accused));
            }
            Leaf::Succession { statement, approvals } => {
                count(&mut self.counts.successions);
                first.note(self.succeeds(&statement, &approvals, slot.index));
            }
            Leaf::Resumed { .. } => count(&mut self.counts.resumed),
            Leaf::Carried { message, .. } => {
                count(&mut self.counts.carried);
                first.note(self.carried(&message, slot.index));
            }
            Leaf::Revocation { revocation, .. } => {
                count(&mut self.counts.revocations);
                first.note(self.revoked(&revocation, slot.index));
            }
        }
        first.result()
    }

    /// Whether every leaf up to this one is there, where the scope is a range.
    fn in_order(&mut self, index: LeafIndex) -> Result<(), Flaw> {
        match self.scope {
            Some(Scope::Range { from, to }) => {
                if index < *from || index >= *to {
                    return Err(Flaw::OutOfScope);
                }
                let expected = self.next.max(from.get());
                if index.get() == expected { Ok(()) } else { Err(Flaw::Undisclosed) }
            }
            None | Some(Scope::Procedure { .. } | Scope::Peer { .. }) => Ok(()),
        }
    }

    /// How a log begins.
    fn begins(&self, index: LeafIndex, leaf: &Leaf) -> Result<(), Flaw> {
        // spec: audit-12, audit-33
        let begins = match leaf {
            Leaf::Started { .. } => self.is_first,
            Leaf::Succession { .. } => !self.is_first,
            Leaf::Message { .. }
            | Leaf::Sent { .. }
            | Leaf::Received { .. }
            | Leaf::Refused { .. }
            | Leaf::ReceiptHeld { .. }
            | Leaf::Read { .. }
            | Leaf::Exported { .. }
            | Leaf::Erased { .. }
            | Leaf::Evidence { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => false,
        };
        if index.get() == 0 && !begins { Err(Flaw::NotStarted) } else { Ok(()) }
    }

    /// The succession of the log before.
    fn succeeds(
        &mut self,
        statement: &[u8],
        approvals: &[ByteBuf],
        index: LeafIndex,
    ) -> Result<(), Flaw> {
        // spec: audit-33
        let holds = self.people.succession(statement, approvals, self.origin);
        let Some(succession) = holds.filter(|_| index.get() == 0 && !self.is_first) else {
            return Err(Flaw::Succession);
        };
        if let Some(telling) = &mut self.telling {
            telling.succession(&succession, &self.people.directory);
        }
        Ok(())
    }

    fn time(&mut self, leaf: &Leaf, slot: &Slot<'_>) {
        let at = match (leaf, &slot.seen.header) {
            (Leaf::Message { .. }, Some(Ok(header))) => Some(header.created),
            (_, _) => leaf.at(),
        };
        if let Some(at) = at {
            let (first, last) = self.times.unwrap_or((at, at));
            self.times = Some((first.min(at), last.max(at)));
        }
    }

    fn place<'l>(
        &self,
        peer: &'l AgencyId,
        (epoch, number): (Epoch, LinkNumber),
        message: &'l Digest,
    ) -> Result<Place<'l>, Flaw> {
        match self.people.place(peer) {
            Some(member) => Ok(Place { peer, member, epoch, number, message }),
            None => Err(Flaw::NotAMember { agency: peer.clone() }),
        }
    }

    pub(super) fn print(&self, message: &Digest) -> Print {
        Print::of(&self.terms.seed, &[b"m", message.as_bytes()])
    }

    /// What a message carries until it is erased: where its leaf is, and what was sealed.
    pub(super) fn whereabouts(
        &self,
        message: &Digest,
        index: LeafIndex,
        sealed: Option<&Digest>,
    ) -> [u8; 4] {
        let (kind, sealed): (&[u8], &[u8]) = match sealed {
            Some(sealed) => (b"w", sealed.as_bytes()),
            None => (b"c", &[]),
        };
        let index = index.get().to_be_bytes();
        Print::of(&self.terms.seed, &[kind, message.as_bytes(), &index, sealed]).check()
    }

    /// An id names one message, for good.
    pub(super) fn name(
        &mut self,
        author: usize,
        id: &MessageId,
        novelty: Novelty,
    ) -> Result<(), Flaw> {
        let author = u64::try_from(author).unwrap_or(u64::MAX).to_be_bytes();
        let print = Print::of(&self.terms.seed, &[b"i", &author, id.as_bytes()]);
        match self.ids.insert(print, &[]) {
            true => Ok(()),
            false => match novelty {
                Novelty::Known => Err(Flaw::MessageTwice),
                Novelty::New => Err(Flaw::IdReused),
            },
        }
    }

    fn received(&mut self, place: &Place<'_>, form: Form, slot: &mut Slot<'_>, first: &mut First) {
        let print = self.print(place.message);
        let header = match slot.seen.header.take() {
            Some(Ok(header)) => Some(header),
            Some(Err(flaw)) => {
                first.note(Err(flaw));
                None
            }
            None => None,
        };
        if let Some(header) = &header {
            // spec: audit-16
            if !header.to.iter().any(|recipient| recipient.agency == self.people.own) {
                first.note(Err(Flaw::NotAddressed));
            }
            let known = self.taken.contains(print);
            first.note(self.name(place.member, &header.id, Novelty::from(known)));
            self.rests_on_place(place.peer, header.serial);
            first.note(self.arrival_in_scope(place, header));
            if let Some(telling) = &mut self.telling {
                telling.message(header, slot.index);
            }
        }
        let sealed = header.as_ref().map(|header| &header.sealed.digest);
        let carried = self.whereabouts(place.message, slot.index, sealed);
        self.taken.insert(print, &carried);
        self.arrive(place, (Some(form), Outcome::Accepted), slot, first);
        self.opened(*place.message, header, slot, first);
    }

    /// The dispatch that covered a number: what the leaf took, or what the last leaf from this peer named.
    fn arrive(
        &mut self,
        place: &Place<'_>,
        (form, outcome): (Option<Form>, Outcome),
        slot: &mut Slot<'_>,
        first: &mut First,
    ) {
        if let Some(current) = self.current.get_mut(place.member) {
            match slot.seen.dispatch.take() {
                Some(Ok(dispatch)) => {
                    first.note(self.ended.stands(&dispatch.from, dispatch.serial));
                    *current = Some(dispatch);
                }
                Some(Err(flaw)) => {
                    *current = None;
                    first.note(Err(flaw));
                }
                None if slot.items.lacks_dispatch() => *current = None,
                None => {}
            }
            // spec: audit-16
            if current.as_ref().is_some_and(|dispatch| !cover::covers(dispatch, place, form)) {
                first.note(Err(Flaw::DispatchCover));
            }
        }
        first.note(self.inward.follow(place.member, place.epoch, place.number));
        first.note(self.was_member(place.peer));
        if let Some(telling) = &mut self.telling {
            telling.arrived(place, slot.index, outcome);
        }
    }

    /// A piece of evidence is logged once, as what it is.
    fn named(
        &mut self,
        evidence: &Digest,
        kind: EvidenceKind,
        accused: &AgencyId,
    ) -> Result<(), Flaw> {
        // spec: audit-32, audit-40
        let at = self.evidence.binary_search_by_key(evidence, |known| known.digest);
        let known = at.ok().and_then(|at| self.evidence.get_mut(at));
        let known = known.ok_or(Flaw::EvidenceMissing)?;
        if core::mem::replace(&mut known.is_named, true) {
            return Err(Flaw::EvidenceTwice);
        }
        match &known.proves {
            Some((proven, against)) if *proven == kind && against == accused => Ok(()),
            Some(_) | None => Err(Flaw::Evidence),
        }
    }

    /// What is left when every leaf was judged.
    pub(super) fn finish(&self, problems: &mut Problems) {
        if let Some(Scope::Range { to, .. }) = self.scope
            && self.next < to.get()
        {
            let leaf = Some(LeafIndex::new(self.next));
            problems.add(Finding { part: "leaves".into(), leaf, flaw: Flaw::Undisclosed });
        }
        for unnamed in self.evidence.iter().filter(|known| !known.is_named) {
            let part = Part::Evidence(unnamed.digest).path();
            problems.add(Finding::of(&part, Flaw::EvidenceUnnamed));
        }
    }
}

pub(super) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
