//! The end of a body on the disk: its keys first, then its bytes; finished at the next start if a crash comes between.
//!
//! Uses `slots`, `bodies`, `files`, `schema`. What is to be destroyed is known from the records alone: every erasure after the
//! one that the embedded store names as the last that was finished. Doing it twice changes nothing.
//! Absent on purpose: the decision. A body is destroyed only after its `erased` leaf is durable.

use std::collections::BTreeMap;
use std::io;
use std::io::ErrorKind;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;

use crate::store::CommitError;
use crate::store::Store;
use crate::store::bodies;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::entry::Placement;
use crate::store::read::ReadError;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::schema;
use crate::store::schema::Table;

/// Erasures that are finished with the same syncs.
const AT_ONCE: usize = 256;

/// Zeros written at once.
const ZEROS: usize = 64 * 1024;

impl Store {
    /// Destroys keys and bytes of bodies whose erasure is durable. When the call returns they are gone from the disk.
    ///
    /// # Errors
    /// When anything fails; the store then takes nothing more, and the next start finishes what was begun.
    pub fn destroy(&mut self, messages: &[Digest]) -> Result<(), CommitError> {
        self.unless_stopped(|store| store.destroy_now(messages))
    }

    fn destroy_now(&mut self, messages: &[Digest]) -> Result<(), CommitError> {
        let mut placements = Vec::with_capacity(messages.len());
        let mut last = self.destroyed;
        for message in messages {
            let erasure = self.reader().erasure(message).map_err(unreadable)?;
            last = last.max(erasure.map(|erasure| erasure.leaf));
            placements.extend(self.placement(message)?);
        }
        self.wipe(&placements).map_err(CommitError::Bodies)?;
        messages.iter().try_for_each(|message| self.end_files(message))?;
        self.destroyed = last;
        Ok(())
    }

    /// Finishes what a crash interrupted: every erasure after the last one that is known to be finished.
    // spec: store-42
    pub(crate) fn finish_destructions(&mut self) -> Result<(), CommitError> {
        let known = self.reader.get(&Table::Destroyed.single()).map_err(unreadable)?;
        self.destroyed = known.and_then(|bytes| leaf_of(&bytes));
        let mut from = match self.destroyed {
            Some(last) => schema::after(&schema::erasure_by_leaf(last)),
            None => Table::ErasureByLeaf.all().from,
        };
        loop {
            let keys = Keys { from: from.clone(), until: Table::ErasureByLeaf.all().until };
            let page = self.reader.range(&keys, Order::Ascending, AT_ONCE).map_err(unreadable)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            from = schema::after(last);
            let messages: Vec<Digest> = page
                .iter()
                .filter_map(|(_, value)| value.as_slice().try_into().ok())
                .map(Digest::from_bytes)
                .collect();
            self.destroy_now(&messages)?;
        }
    }

    /// The row that says up to where erasures are finished; it travels beside a commit and never in the journal, so that
    /// a journal alone claims nothing about the other files.
    pub(crate) fn destroyed_row(&self) -> Option<Row> {
        let last = self.destroyed?;
        Some((Table::Destroyed.single(), last.get().to_be_bytes().to_vec()))
    }

    /// Ends the files beside a message whose keys are gone, unless another message still needs them.
    // spec: fil-40
    fn end_files(&self, message: &Digest) -> Result<(), CommitError> {
        let record = self.reader.message(message).map_err(unreadable)?;
        let header = record.and_then(|record| header::read(&record.message).ok());
        for file in header.map_or_else(Vec::new, |header| header.attachments) {
            let needed = |record: &MessageRecord| {
                (record.digest != *message && record.body != BodyForm::Erased).then_some(())
            };
            // spec: fil-21
            let needed = self.reader.beside(&file.digest, needed).map_err(unreadable)?;
            if needed.is_none() {
                self.files.remove(&file.digest).map_err(CommitError::Files)?;
            }
        }
        Ok(())
    }

    fn placement(&self, message: &Digest) -> Result<Option<Placement>, CommitError> {
        let found = self.reader.get(&schema::body(message)).map_err(unreadable)?;
        let found = found.map(|bytes| codec::decode::<Placement>(&bytes));
        found.transpose().map_err(|_| unreadable(ReadError::Row))
    }

    /// Overwrites keys, then bytes, and gives the room back.
    // spec: store-40, store-41
    fn wipe(&self, placements: &[Placement]) -> io::Result<()> {
        let slots: Vec<u64> = placements.iter().map(|placement| placement.slot).collect();
        self.slots.destroy(&slots)?;
        let mut segments: BTreeMap<u32, Vec<&Placement>> = BTreeMap::new();
        for placement in placements {
            segments.entry(placement.segment).or_default().push(placement);
        }
        for (segment, placements) in segments {
            let path = self.places.bodies.join(bodies::name(segment));
            let file = match self.disk.open(&path, Opening::Existing) {
                Ok(file) => file,
                // What is not there needs no erasing.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let len = file.len()?;
            let reached = |placement: &&&Placement| placement.offset < len;
            let standing: Vec<&&Placement> = placements.iter().filter(reached).collect();
            for placement in &standing {
                overwrite(file.as_ref(), placement, len)?;
            }
            file.sync()?;
            for placement in &standing {
                file.punch(placement.offset, u64::from(placement.len))?;
            }
            file.sync()?;
        }
        Ok(())
    }
}

/// Writes zeros over a sealed body, as far as the file reaches; what is zeros already is left alone.
fn overwrite(file: &dyn DiskFile, placement: &Placement, len: u64) -> io::Result<()> {
    let end = placement.offset.saturating_add(u64::from(placement.len)).min(len);
    let mut at = placement.offset;
    while at < end {
        let left = usize::try_from(end.saturating_sub(at)).unwrap_or(ZEROS);
        let mut piece = vec![0; left.min(ZEROS)];
        let read = file.read_at(&mut piece, at)?;
        piece.truncate(read);
        if piece.iter().any(|byte| *byte != 0) {
            file.write_at(&vec![0; piece.len()], at)?;
        }
        at = at.saturating_add(u64::try_from(read.max(1)).unwrap_or(u64::MAX));
    }
    Ok(())
}

fn leaf_of(bytes: &[u8]) -> Option<LeafIndex> {
    Some(LeafIndex::new(u64::from_be_bytes(bytes.try_into().ok()?)))
}

/// What is to be destroyed could not be found out: nothing is known to be gone, so the store must stop.
fn unreadable(error: ReadError) -> CommitError {
    CommitError::Unreadable(Box::new(error))
}
