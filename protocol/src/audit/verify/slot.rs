//! One leaf with everything about it that depends on no other leaf: hash, form, signatures.
//!
//! This is where the time goes, and what several threads can do at once.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::audit::finding::Flaw;
use crate::audit::verify::lists::Items;
use crate::audit::verify::lists::Taken;
use crate::audit::verify::people::LogKey;
use crate::audit::verify::people::People;
use crate::audit::verify::transcript::Plain;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::identity::directory;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::leaf::Leaf;
use crate::moment::Span;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::receipt;
use crate::wire::receipt::Expected;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptError;
use crate::wire::receipt::VerifiedReceipt;

/// How far the clocks of two nodes may have differed: wider than any node's setting, for an auditor was not there.
const TOLERANCE: Span = Span::from_days(1);

/// A disclosed leaf.
pub(super) struct Slot<'b> {
    pub(super) index: LeafIndex,
    pub(super) bytes: &'b [u8],
    /// The hash at its place in the tree.
    pub(super) hash: Option<Digest>,
    /// What it says.
    pub(super) leaf: Result<Leaf, Flaw>,
    /// What it took from the lists.
    pub(super) items: Items,
    pub(super) seen: Seen,
}

/// What signatures say of one leaf. `None` where there was nothing to judge.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) header: Option<Result<Header, Flaw>>,
    pub(super) dispatch: Option<Result<Dispatch, Flaw>>,
    pub(super) receipt: Option<Result<Shown, Flaw>>,
    /// The salted body that was opened; none where it stays sealed.
    pub(super) body: Option<Result<Option<Plain>, Flaw>>,
}

/// A receipt that holds, but for the path from the checkpoint that it continues.
pub(super) struct Shown {
    pub(super) verified: VerifiedReceipt,
    /// The size that it continues.
    pub(super) from: TreeSize,
    pub(super) path: Vec<Digest>,
}

impl People {
    /// The header of a message that this agency signed while the credential it names counted.
    fn author(&self, message: &[u8], agency: &AgencyId) -> Result<Header, Flaw> {
        let (header, signed) = header::parse(message).map_err(Flaw::Message)?;
        if header.from.agency != *agency {
            return Err(Flaw::MessageAuthor { found: header.from.agency });
        }
        let serial = header.serial;
        let credential = self
            .directory
            .with_serial(agency, serial)
            .ok_or_else(|| Flaw::UnknownCredential { agency: agency.clone(), serial })?;
        signed.verify(&credential.credential().signing).map_err(|_| Flaw::MessageSignature)?;
        credential.valid_at(header.created, TOLERANCE).map_err(Flaw::MessageTime)?;
        Ok(header)
    }

    fn dispatch(&self, bytes: &[u8], named: &Digest, from: &AgencyId) -> Result<Dispatch, Flaw> {
        if digest::sha256(bytes) != *named {
            return Err(Flaw::DispatchDiffers);
        }
        let verified =
            dispatch::verify(bytes, &self.directory, from, &self.own).map_err(Flaw::Dispatch)?;
        Ok(verified.dispatch().clone())
    }

    fn receipt(&self, bytes: &[u8], named: &Digest, from: &AgencyId) -> Result<Shown, Flaw> {
        // spec: audit-17
        if digest::sha256(bytes) != *named {
            return Err(Flaw::ReceiptDiffers);
        }
        let mut receipt: Receipt = codec::decode(bytes).map_err(Flaw::ReceiptForm)?;
        if receipt.from.get() == 0 && !receipt.consistency.is_empty() {
            return Err(Flaw::Receipt(ReceiptError::WrongBase));
        }
        let (base, path) = (receipt.from, core::mem::take(&mut receipt.consistency));
        receipt.from = TreeSize::new(0);
        let verified = self.receipt_of(&receipt, from)?;
        if base > verified.checkpoint().checkpoint().size {
            return Err(Flaw::Receipt(ReceiptError::WrongBase));
        }
        Ok(Shown { verified, from: base, path })
    }

    /// The receipt under the first log key of the peer that signed its checkpoint.
    fn receipt_of(&self, receipt: &Receipt, peer: &AgencyId) -> Result<VerifiedReceipt, Flaw> {
        let mut first = None;
        for LogKey { origin, key, .. } in self.log_keys(peer) {
            let keys = [directory::LogKey::of(*key)];
            let expected = Expected { origin, log_keys: &keys, me: &self.own, held: None };
            match receipt::verify(receipt, &expected) {
                Ok(verified) => return Ok(verified),
                Err(ReceiptError::Checkpoint) => first = first.or(Some(ReceiptError::Checkpoint)),
                // The checkpoint is of this key: no other key can make the rest hold.
                Err(error) => return Err(Flaw::Receipt(error)),
            }
        }
        Err(first.map_or_else(|| Flaw::NoLogKey { origin: peer.to_string() }, Flaw::Receipt))
    }
}

impl<'b> Slot<'b> {
    pub(super) fn new(index: LeafIndex, bytes: &'b [u8], hash: Option<Digest>) -> Self {
        let items = Items::none();
        let leaf = Err(Flaw::LeafDiffers);
        Self { index, bytes, hash, leaf, items, seen: Seen::default() }
    }

    /// Hashes and reads the leaf.
    pub(super) fn read(&mut self) {
        // spec: audit-11, audit-12
        self.leaf = if self.hash == Some(hash::leaf_hash(self.bytes)) {
            codec::decode(self.bytes).map_err(Flaw::Leaf)
        } else {
            Err(Flaw::LeafDiffers)
        };
    }

    /// Verifies whatever is signed, and lets go of the bytes.
    pub(super) fn verify(&mut self, people: &People) {
        let Ok(leaf) = &self.leaf else { return };
        match leaf {
            Leaf::Message { header } => {
                self.seen.header = Some(people.author(header, &people.own));
            }
            Leaf::Received { message, from, .. } => {
                // spec: audit-16
                self.seen.header = match &self.items.header {
                    Taken::Item(bytes) if digest::sha256(bytes) != *message => {
                        Some(Err(Flaw::HeaderDiffers))
                    }
                    Taken::Item(bytes) => Some(people.author(bytes, from)),
                    Taken::Missing => Some(Err(Flaw::HeaderMissing)),
                    Taken::None | Taken::Unjudged => None,
                };
            }
            Leaf::Started { .. }
            | Leaf::Sent { .. }
            | Leaf::Refused { .. }
            | Leaf::ReceiptHeld { .. }
            | Leaf::Read { .. }
            | Leaf::Exported { .. }
            | Leaf::Erased { .. }
            | Leaf::Evidence { .. }
            | Leaf::Succession { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => {}
        }
        self.seen.body = match (&self.items.body, &self.seen.header) {
            (Taken::Item(bytes), Some(Ok(header))) => Some(Plain::of(bytes, header)),
            (Taken::Missing, _) => Some(Err(Flaw::BodyMissing)),
            (Taken::Item(_) | Taken::None | Taken::Unjudged, _) => None,
        };
        if let Leaf::Received { from, dispatch, .. } | Leaf::Refused { from, dispatch, .. } = leaf {
            self.seen.dispatch = match &self.items.dispatch {
                Taken::Item(bytes) => Some(people.dispatch(bytes, dispatch, from)),
                Taken::Missing => Some(Err(Flaw::DispatchMissing)),
                Taken::None | Taken::Unjudged => None,
            };
        }
        if let Leaf::ReceiptHeld { from, receipt, .. } = leaf {
            self.seen.receipt = match &self.items.receipt {
                Taken::Item(bytes) => Some(people.receipt(bytes, receipt, from)),
                Taken::Missing => Some(Err(Flaw::ReceiptMissing)),
                Taken::None | Taken::Unjudged => None,
            };
        }
        self.items.let_go();
    }
}
