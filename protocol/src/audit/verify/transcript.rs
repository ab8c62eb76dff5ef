//! The messages of a bundle with the bodies inside: each body held against what its header commits to, and what the log
//! says became of the message.
//!
//! Only where it was asked for; then all of it is in memory.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use crate::audit::bundle::BodyUse;
use crate::audit::finding::Flaw;
use crate::audit::verify::first::First;
use crate::audit::verify::report::Grade;
use crate::audit::verify::slot::Slot;
use crate::audit::verify::walk;
use crate::audit::verify::walk::Walk;
use crate::crypto::digest::Digest;
use crate::envelope;
use crate::envelope::SALT_BYTES;
use crate::envelope::header::Header;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::message::handling::EvidentialUse;

/// The messages in scope, in the order of their leaves.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    entries: Vec<Entry>,
    places: BTreeMap<Digest, usize>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its leaf in this log.
    pub leaf: LeafIndex,
    /// Names it to machines.
    pub digest: Digest,
    /// What its author signed.
    pub header: Header,
    /// Its body, where it was opened.
    pub body: Option<Plain>,
    /// The leaf that says that the body was erased.
    pub erased: Option<LeafIndex>,
    /// The receipts that are held for it, one for each number.
    pub receipts: Vec<Receipted>,
}

/// A receipt for one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipted {
    /// Who gave it.
    pub by: AgencyId,
    /// What became of the message there.
    pub outcome: Outcome,
    /// How well it is founded.
    pub grade: Grade,
}

/// A body that was opened, with the salt that ties it to its commitment.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    salt: [u8; SALT_BYTES],
    content: Vec<u8>,
}

impl Plain {
    /// Salt and body as they stand in the bundle; nothing where the item is empty.
    // spec: audit-50
    pub(super) fn of(item: &[u8], header: &Header) -> Result<Option<Self>, Flaw> {
        if item.is_empty() {
            return Ok(None);
        }
        let (salt, content) = item.split_first_chunk::<SALT_BYTES>().ok_or(Flaw::BodyDiffers)?;
        if envelope::commitment(salt, content) != header.commitment {
            return Err(Flaw::BodyDiffers);
        }
        Ok(Some(Self { salt: *salt, content: content.to_vec() }))
    }

    /// The salt.
    pub const fn salt(&self) -> &[u8; SALT_BYTES] {
        &self.salt
    }

    /// The encoded content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plain({} bytes)", self.content.len())
    }
}

impl Transcript {
    /// The messages.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A message, where it is inside.
    pub fn entry(&self, digest: &Digest) -> Option<&Entry> {
        self.entries.get(*self.places.get(digest)?)
    }

    fn add(&mut self, entry: Entry) {
        self.places.entry(entry.digest).or_insert(self.entries.len());
        self.entries.push(entry);
    }

    fn of(&mut self, message: &Digest) -> Option<&mut Entry> {
        self.entries.get_mut(*self.places.get(message)?)
    }

    pub(super) fn erased(&mut self, message: &Digest, leaf: LeafIndex) {
        if let Some(entry) = self.of(message) {
            entry.erased = Some(leaf);
        }
    }

    pub(super) fn receipted(&mut self, by: &AgencyId, item: &ReceiptItem, grade: Grade) {
        if let Some(entry) = self.of(&item.message) {
            entry.receipts.push(Receipted { by: by.clone(), outcome: item.outcome, grade });
        }
    }
}

impl Walk<'_> {
    /// The body of a message, where it is the turn of one.
    pub(super) fn opened(
        &mut self,
        digest: Digest,
        header: Option<Header>,
        slot: &mut Slot<'_>,
        first: &mut First,
    ) {
        let body = match slot.seen.body.take() {
            Some(Ok(body)) => {
                let counter = match body {
                    Some(_) => &mut self.counts.bodies,
                    None => &mut self.counts.withheld,
                };
                walk::count(counter);
                body
            }
            Some(Err(flaw)) => {
                first.note(Err(flaw));
                None
            }
            None => None,
        };
        let Some(header) = header else { return };
        // spec: audit-51
        let forbidden = header.handling.evidential_use == EvidentialUse::Never;
        if self.bodies == Some(BodyUse::Court) && forbidden && body.is_some() {
            first.note(Err(Flaw::BodyUse));
        }
        if let Some(transcript) = &mut self.transcript {
            let (leaf, erased, receipts) = (slot.index, None, Vec::new());
            transcript.add(Entry { leaf, digest, header, body, erased, receipts });
        }
    }
}
