//! What reads: from the store and the published snapshot, past the writer.

use std::io::Write;

use concord_protocol::audit::progress::Unwatched;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Settlement;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::log::proof;

use crate::host::evidence;
use crate::host::evidence::Bodies;
use crate::host::evidence::Cut;
use crate::host::evidence::EvidenceError;
use crate::host::evidence::Extent;
use crate::host::handle::Direction;
use crate::host::handle::Entry;
use crate::host::handle::Filter;
use crate::host::handle::Growth;
use crate::host::handle::Handle;
use crate::host::handle::InclusionProof;
use crate::host::handle::MessageName;
use crate::host::handle::MessageView;
use crate::host::handle::Parties;
use crate::host::handle::ReadError;
use crate::host::handle::export::HeldBack;
use crate::host::view;
use crate::host::view::Delivery;
use crate::host::view::DeliveryStatus;
use crate::host::view::View;
use crate::store::journal::chapters::Chapters;
use crate::store::stopped::Notes;

impl Handle {
    /// Messages, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError> {
        let mut found = Vec::new();
        let mut before = filter.before;
        while found.len() < filter.limit {
            let page =
                self.reader().messages(before, filter.limit).map_err(|_| ReadError::Stopping)?;
            let Some(last) = page.last() else { break };
            before = Some(last.leaf);
            let wanted = page.into_iter().filter(|record| self.goes(record, filter.direction));
            for record in wanted.take(filter.limit.saturating_sub(found.len())) {
                found.push(self.message_view(record)?);
            }
        }
        Ok(found)
    }

    fn goes(&self, record: &MessageRecord, direction: Option<Direction>) -> bool {
        match direction {
            None => true,
            Some(Direction::Out) => record.from == self.around.shared.me,
            Some(Direction::In) => record.from != self.around.shared.me,
        }
    }

    /// One message.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn message(&self, name: MessageName) -> Result<MessageView, ReadError> {
        self.message_view(self.record(name)?)
    }

    fn message_view(&self, record: MessageRecord) -> Result<MessageView, ReadError> {
        let owed = self.reader().deliveries(&record.digest).map_err(|_| ReadError::Stopping)?;
        let view = self.view();
        let deliveries = owed.into_iter().map(|owed| delivery(owed, &view));
        let (erasure, kept) = (self.erasure(&record)?, self.kept(&record));
        let standing = self.standing(&record)?;
        let (sender, own) = (self.party_of(&record.from), self.party_of(&self.around.shared.me));
        let parties = Parties { sender, own };
        let deliveries = deliveries.collect();
        Ok(MessageView { record, deliveries, erasure, kept, standing, parties })
    }

    /// The proof that a message's leaf stands in the log.
    ///
    /// # Errors
    /// When there is no such message, or the store cannot be read.
    pub fn message_proof(&self, name: MessageName) -> Result<InclusionProof, ReadError> {
        self.leaf_proof(self.record(name)?.leaf)
    }

    /// The receipt of one recipient, as it was received; of several, after a succession, the newest.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn receipt_of(&self, name: MessageName, peer: &AgencyId) -> Result<Vec<u8>, ReadError> {
        let record = self.record(name)?;
        let owed = self.reader().deliveries(&record.digest).map_err(|_| ReadError::Stopping)?;
        let receipted = owed.into_iter().filter(|owed| owed.peer == *peer);
        let newest = receipted.filter_map(|owed| Some((owed.epoch, owed.receipt?))).max();
        let (epoch, first) = newest.ok_or(ReadError::NotFound)?;
        let receipt = self.reader().receipt(peer, epoch, first).map_err(|_| ReadError::Stopping)?;
        Ok(receipt.ok_or(ReadError::NotFound)?.receipt.into_vec())
    }

    /// The proof that a leaf stands in the log.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    pub fn leaf_proof(&self, index: LeafIndex) -> Result<InclusionProof, ReadError> {
        let published = self.around.shared.published();
        let head = &published.view.head;
        if index.get() >= head.size.get() {
            return Err(ReadError::NotFound);
        }
        let leaf = self
            .reader()
            .leaf(index)
            .map_err(|_| ReadError::Stopping)?
            .ok_or(ReadError::NotFound)?;
        let tiles = published.tree.over(self.reader());
        let path = proof::inclusion(&tiles, index, head.size).map_err(|_| ReadError::Stopping)?;
        Ok(InclusionProof { index, leaf, path, checkpoint: head.note.clone() })
    }

    /// The path that shows that the log only grew.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    pub fn consistency(&self, growth: Growth) -> Result<Vec<Digest>, ReadError> {
        let published = self.around.shared.published();
        if growth.from.get() == 0 || growth.from > growth.to || growth.to > published.view.head.size
        {
            return Err(ReadError::NotFound);
        }
        let tiles = published.tree.over(self.reader());
        proof::consistency(&tiles, growth.from, growth.to).map_err(|_| ReadError::Stopping)
    }

    /// Leaves in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn entries(&self, from: LeafIndex, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let leaves = self.reader().leaves(from, limit).map_err(|_| ReadError::Stopping)?;
        Ok(leaves
            .into_iter()
            .map(|record| Entry { index: record.index, leaf: record.leaf.into_vec() })
            .collect())
    }

    /// Writes the bundle that an auditor verifies offline.
    ///
    /// # Errors
    /// When nothing is within the extent, the store cannot be read, or `out` takes no more.
    pub fn export(&self, extent: &Extent, out: &mut dyn Write) -> Result<(), ReadError> {
        self.bundle(extent, None, out)
    }

    /// Writes a bundle, with bodies where something opens them.
    pub(super) fn bundle(
        &self,
        extent: &Extent,
        bodies: Option<&dyn Bodies>,
        out: &mut dyn Write,
    ) -> Result<(), ReadError> {
        let published = self.around.shared.published();
        let notes = Notes::of(self.reader()).map_err(|_| ReadError::Stopping)?;
        let cut = Cut {
            log: Chapters::of(self.reader().journal()),
            notes: &notes,
            tree: &published.tree,
            note: &published.view.head.note,
            directory: &self.around.shared.directory(),
            agency: &self.around.shared.me,
            bodies,
        };
        let mut held = HeldBack::new(out);
        match evidence::export(&cut, extent, &mut held, &Unwatched) {
            Ok(bundle) => {
                self.log_export(bundle, published.view.head.size)?;
                held.release().map_err(|_| ReadError::Stopping)
            }
            Err(EvidenceError::Changed) => Err(ReadError::Busy),
            Err(EvidenceError::Unopenable) => Err(ReadError::Unopenable),
            Err(EvidenceError::NoCheckpoint | EvidenceError::NothingThere) => {
                Err(ReadError::NotFound)
            }
            Err(
                EvidenceError::Log(_)
                | EvidenceError::Entropy(_)
                | EvidenceError::Tile
                | EvidenceError::Write(_)
                | EvidenceError::Unwritable,
            ) => Err(ReadError::Stopping),
        }
    }
}

/// How a message stands with one recipient.
fn delivery(owed: OutboundRecord, view: &View) -> Delivery {
    let peer = view.peers.iter().find(|peer| peer.agency == owed.peer);
    let offered = peer.and_then(|peer| peer.offered);
    let quorate = peer.and_then(|peer| peer.quorate);
    let status = match owed.settlement {
        // spec: chr-12
        Settlement::Open if peer.is_none() => DeliveryStatus::Undeliverable,
        Settlement::Open if offered.is_some_and(|last| owed.number <= last) => {
            DeliveryStatus::Offered
        }
        Settlement::Open => DeliveryStatus::Queued,
        // spec: suc-16
        Settlement::Renewed(epoch, number) => DeliveryStatus::Superseded { epoch, number },
        Settlement::Accepted(leaf, size) => DeliveryStatus::Receipted { leaf, size },
        Settlement::Refused(leaf, code) => DeliveryStatus::Refused { leaf, code },
    };
    let grade = match status {
        DeliveryStatus::Receipted { leaf, .. } | DeliveryStatus::Refused { leaf, .. } => {
            Some(view::grade(leaf, quorate))
        }
        DeliveryStatus::Queued
        | DeliveryStatus::Offered
        | DeliveryStatus::Undeliverable
        | DeliveryStatus::Superseded { .. } => None,
    };
    Delivery { agency: owed.peer, epoch: owed.epoch, number: owed.number, status, grade }
}
