//! What a log is held against other logs by, written down while it is walked over; only where it is asked for.

use alloc::string::String;
use alloc::sync::Arc;

use crate::audit::ledger::Arrived;
use crate::audit::ledger::Decision;
use crate::audit::ledger::End;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Receipted;
use crate::audit::ledger::Sent;
use crate::audit::verify::walk::Place;
use crate::crypto::digest::Digest;
use crate::envelope::header::Header;
use crate::identity::directory::Directory;
use crate::ids::LeafIndex;
use crate::ids::PurposeCode;
use crate::ids::TreeSize;
use crate::log::checkpoint::Checkpoint;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::log::succession::VerifiedSuccession;
use crate::message::kind::Kind;
use crate::message::purpose::PurposeKind;

/// A ledger that is being written.
pub(super) struct Telling {
    pub(super) ledger: Ledger,
    /// The origin that the last receipt showed.
    origin: Option<Arc<str>>,
}

impl Place<'_> {
    fn line(&self) -> Line {
        Line { peer: self.peer.clone(), epoch: self.epoch }
    }
}

impl Telling {
    pub(super) const fn new(ledger: Ledger) -> Self {
        Self { ledger, origin: None }
    }

    pub(super) fn message(&mut self, header: &Header, leaf: LeafIndex) {
        if header.kind == Kind::HandoverRequest {
            self.ledger.requests.insert(header.procedure);
        } else if header.kind == Kind::HandoverDecision {
            self.ledger.decisions.push(Decision { procedure: header.procedure, leaf });
        }
    }

    pub(super) fn sent(&mut self, place: &Place<'_>, leaf: LeafIndex) {
        let (number, message) = (place.number, *place.message);
        self.ledger.sent.entry(place.line()).or_default().push(Sent { number, message, leaf });
    }

    pub(super) fn arrived(&mut self, place: &Place<'_>, leaf: LeafIndex, outcome: Outcome) {
        let arrived = Arrived { number: place.number, message: *place.message, leaf, outcome };
        self.ledger.arrived.entry(place.line()).or_default().push(arrived);
    }

    pub(super) fn receipted(
        &mut self,
        place: &Place<'_>,
        item: &ReceiptItem,
        checkpoint: &Checkpoint,
    ) {
        let head = Head { size: checkpoint.size, root: checkpoint.root };
        let (message, index, outcome) = (item.message, item.index, item.outcome);
        let origin = match &self.origin {
            Some(origin) if **origin == *checkpoint.origin => origin.clone(),
            Some(_) | None => Arc::from(checkpoint.origin.as_str()),
        };
        self.origin = Some(origin.clone());
        let receipted = Receipted { message, index, outcome, origin, head };
        self.ledger.receipted.entry((place.line(), place.number)).or_insert(receipted);
        self.head(&(checkpoint.origin.clone(), checkpoint.size, checkpoint.root));
    }

    /// A head of another log that this one shows.
    pub(super) fn head(&mut self, (origin, size, root): &(String, TreeSize, Digest)) {
        let heads = self.ledger.heads.entry(origin.clone()).or_default();
        heads.entry(*size).or_insert(*root);
    }

    /// How the log before ended.
    pub(super) fn succession(&mut self, succession: &VerifiedSuccession, directory: &Directory) {
        let statement = succession.statement();
        let said = statement.statement();
        self.ledger.end = Some(End {
            origin: directory.origin(&said.agency, said.from_log),
            cause: said.cause,
            size: statement.frozen(),
            restored: Head { size: said.restored.size, root: said.restored.root },
            lost_from: said.lost.first,
            approved_by: succession.approvals().iter().map(|one| one.agency().clone()).collect(),
        });
    }

    pub(super) fn read(&mut self, leaf: LeafIndex, purpose: &PurposeCode) {
        if PurposeKind::parse(purpose.as_str()).is_none() {
            self.ledger.purposeless.push(leaf);
        }
    }
}
