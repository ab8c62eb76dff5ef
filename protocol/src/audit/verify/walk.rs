//! The walk over the leaves, each understood and each held against what came before it and against its evidence.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Arrived;
use crate::audit::ledger::Grown;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Sent;
use crate::audit::verify::Counts;
use crate::audit::verify::evidence::Evidence;
use crate::audit::verify::evidence::Place;
use crate::audit::verify::evidence::Settled;
use crate::audit::verify::layout::Layout;
use crate::audit::verify::people::People;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::log::tile;

/// What the walk has learned so far.
pub(super) struct Walk<'a> {
    people: &'a People,
    evidence: Evidence<'a>,
    at: LeafIndex,
    counts: Counts,
    ledger: Ledger,
    /// Messages of one's own: their recipients that have no number yet.
    own: BTreeMap<Digest, BTreeSet<AgencyId>>,
    /// Messages that were received.
    taken: BTreeSet<Digest>,
    /// Ids of messages, by author.
    ids: BTreeMap<(AgencyId, MessageId), Digest>,
    out: BTreeMap<AgencyId, Last>,
    inward: BTreeMap<AgencyId, Last>,
}

/// The last number on the link with a peer.
#[derive(Clone, Copy)]
struct Last {
    epoch: Epoch,
    number: LinkNumber,
}

impl<'a> Walk<'a> {
    pub(super) fn new(people: &'a People, layout: &Layout<'a>, log: Grown, origin: &str) -> Self {
        let charter = people.directory.charter();
        let ledger = Ledger {
            agency: people.own.clone(),
            charter: charter.digest(),
            origin: origin.to_owned(),
            log,
            sent: BTreeMap::new(),
            arrived: BTreeMap::new(),
            receipted: BTreeMap::new(),
            heads: BTreeMap::new(),
        };
        Self {
            people,
            evidence: Evidence::new(layout),
            at: LeafIndex::new(0),
            counts: Counts { credentials: people.credentials, ..Counts::default() },
            ledger,
            own: BTreeMap::new(),
            taken: BTreeSet::new(),
            ids: BTreeMap::new(),
            out: BTreeMap::new(),
            inward: BTreeMap::new(),
        }
    }

    /// Every leaf in order; the first that fails ends the walk.
    pub(super) fn leaves(&mut self, layout: &Layout<'_>) -> Result<(), Finding> {
        for entries in &layout.entries {
            let leaves = tile::read_bundle(entries.content, entries.width).unwrap_or_default();
            for bytes in leaves {
                self.leaf(bytes).map_err(|flaw| Finding {
                    part: entries.path.clone(),
                    leaf: Some(self.at),
                    flaw,
                })?;
                self.at = self.at.next();
            }
        }
        Ok(())
    }

    /// What is left when every leaf was understood: nothing that no leaf names.
    pub(super) fn finish(mut self) -> Result<(Counts, Ledger), Finding> {
        self.ledger.heads = self.evidence.finish(self.people)?;
        Ok((self.counts, self.ledger))
    }

    fn leaf(&mut self, bytes: &[u8]) -> Result<(), Flaw> {
        // spec: audit-12
        let leaf: Leaf = codec::decode(bytes).map_err(Flaw::Leaf)?;
        if self.at.get() == 0 && !matches!(leaf, Leaf::Started { .. }) {
            return Err(Flaw::NotStarted);
        }
        match leaf {
            Leaf::Started { credential, .. } => self.started(credential),
            Leaf::Message { header } => self.message(&header),
            Leaf::Sent { message, to, epoch, number } => {
                self.sent(message, Line { peer: to, epoch }, number)
            }
            Leaf::Received { message, from, epoch, number, dispatch, form, .. } => {
                let place = Place { line: Line { peer: from, epoch }, number, message, dispatch };
                self.received(&place, form)
            }
            Leaf::Refused { message, from, epoch, number, dispatch, code, .. } => {
                let place = Place { line: Line { peer: from, epoch }, number, message, dispatch };
                self.refused(&place, Outcome::Refused { code })
            }
            Leaf::ReceiptHeld { from, epoch, items, receipt, size, root } => {
                let line = Line { peer: from, epoch };
                let receipted = self.evidence.receipt(self.people, &line, receipt, (size, root))?;
                self.receipt_held(&line, &items, &receipted)
            }
            Leaf::Read { message, .. } => self.read(&message),
        }
    }

    fn started(&mut self, serial: Serial) -> Result<(), Flaw> {
        count(&mut self.counts.started);
        match self.people.directory.with_serial(&self.people.own, serial) {
            Some(_) => Ok(()),
            None => Err(Flaw::UnknownCredential { agency: self.people.own.clone(), serial }),
        }
    }

    fn message(&mut self, bytes: &[u8]) -> Result<(), Flaw> {
        count(&mut self.counts.messages);
        let own = self.people.own.clone();
        // spec: audit-13
        let header = self.people.author(bytes, &own)?;
        let message = digest::sha256(bytes);
        self.name(&own, header.id, message)?;
        let recipients = header.to.into_iter().map(|recipient| recipient.agency);
        self.own.insert(message, recipients.collect());
        Ok(())
    }

    /// An id names one message, for good.
    fn name(&mut self, author: &AgencyId, id: MessageId, message: Digest) -> Result<(), Flaw> {
        match self.ids.insert((author.clone(), id), message) {
            None => Ok(()),
            Some(before) if before == message => Err(Flaw::MessageTwice),
            Some(_) => Err(Flaw::IdReused),
        }
    }

    fn sent(&mut self, message: Digest, line: Line, number: LinkNumber) -> Result<(), Flaw> {
        count(&mut self.counts.sent);
        // spec: audit-14
        let owed = self.own.get_mut(&message).ok_or(Flaw::SentUnknown)?;
        let had = self.ledger.sent.iter().filter(|(before, _)| before.peer == line.peer);
        if !owed.remove(&line.peer) {
            let twice = had.flat_map(|(_, sent)| sent).any(|sent| sent.message == message);
            return Err(if twice {
                Flaw::SentTwice
            } else {
                Flaw::SentElsewhere { to: line.peer }
            });
        }
        follow(&mut self.out, &line, number)?;
        let leaf = self.at;
        self.ledger.sent.entry(line).or_default().push(Sent { number, message, leaf });
        Ok(())
    }

    fn received(&mut self, place: &Place, form: Form) -> Result<(), Flaw> {
        count(&mut self.counts.received);
        let header = self.evidence.header(self.people, place)?;
        if !header.to.iter().any(|recipient| recipient.agency == self.people.own) {
            return Err(Flaw::NotAddressed);
        }
        self.name(&place.line.peer, header.id, place.message)?;
        self.taken.insert(place.message);
        self.evidence.dispatch(self.people, place, Some(form))?;
        self.arrive(place, Outcome::Accepted)
    }

    fn refused(&mut self, place: &Place, outcome: Outcome) -> Result<(), Flaw> {
        count(&mut self.counts.refused);
        self.evidence.dispatch(self.people, place, None)?;
        self.arrive(place, outcome)
    }

    fn arrive(&mut self, place: &Place, outcome: Outcome) -> Result<(), Flaw> {
        follow(&mut self.inward, &place.line, place.number)?;
        let arrived =
            Arrived { number: place.number, message: place.message, leaf: self.at, outcome };
        self.ledger.arrived.entry(place.line.clone()).or_default().push(arrived);
        Ok(())
    }

    /// What a receipt settles was sent so, and was not settled before.
    fn receipt_held(
        &mut self,
        line: &Line,
        items: &[ReceiptItem],
        receipt: &Settled,
    ) -> Result<(), Flaw> {
        count(&mut self.counts.receipts);
        // spec: audit-17
        if items.is_empty() || !items.is_sorted_by(|a, b| a.number < b.number) {
            return Err(Flaw::ReceiptLeaf);
        }
        let sent: &[Sent] = self.ledger.sent.get(line).map_or(&[], Vec::as_slice);
        for item in items {
            let number = item.number;
            let receipted = receipt.of(item).ok_or(Flaw::ReceiptLeaf)?;
            let at = sent.binary_search_by_key(&number, |sent| sent.number);
            match at.ok().and_then(|at| sent.get(at)) {
                Some(sent) if sent.message == item.message => {}
                Some(_) | None => return Err(Flaw::ReceiptUnsent { number }),
            }
            count(match item.outcome {
                Outcome::Accepted => &mut self.counts.settled_accepted,
                Outcome::Refused { .. } => &mut self.counts.settled_refused,
            });
            if self.ledger.receipted.insert((line.clone(), number), receipted).is_some() {
                return Err(Flaw::ReceiptTwice { number });
            }
        }
        Ok(())
    }

    fn read(&mut self, message: &Digest) -> Result<(), Flaw> {
        count(&mut self.counts.reads);
        // spec: audit-18
        if self.own.contains_key(message) || self.taken.contains(message) {
            Ok(())
        } else {
            Err(Flaw::ReadUnknown)
        }
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Numbers of a link follow each other from 1 in each epoch, and epochs do not go back.
fn follow(
    last: &mut BTreeMap<AgencyId, Last>,
    line: &Line,
    number: LinkNumber,
) -> Result<(), Flaw> {
    // spec: audit-15
    let expected = match last.get(&line.peer) {
        Some(before) if before.epoch == line.epoch => before.number.next(),
        Some(before) if before.epoch > line.epoch => return Err(Flaw::EpochBack),
        Some(_) | None => LinkNumber::new(1),
    };
    if number != expected {
        return Err(Flaw::Number { expected, found: number });
    }
    last.insert(line.peer.clone(), Last { epoch: line.epoch, number });
    Ok(())
}
