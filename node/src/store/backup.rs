//! What of a node directory belongs into a backup, and up to which byte: one commit, whole, also while a node runs.
//!
//! Uses `journal::scan`. The journal only grows and is read first; a body is synced before the record that names it; so
//! the files up to these lengths are the directory as it was right after the last record that was found.
//! Absent on purpose: files beside messages, which their authors have; the embedded store, which is made again; the head, the witness's state, lock and token, which must
//! not come back; and the key slots, which are copied apart.

use std::collections::BTreeMap;
use std::path::Path;

use concord_protocol::codec;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::TreeSize;

use crate::store::bodies;
use crate::store::disk::RealDisk;
use crate::store::entry::Entry;
use crate::store::format;
use crate::store::format::FormatFound;
use crate::store::format::Life;
use crate::store::journal;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::Scan;
use crate::store::recover::OpenError;
use crate::store::recover::Places;
use crate::store::recover::unusable;

/// The store's files of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whose life it is.
    pub life: Life,
    /// The last commit in it.
    pub sequence: u64,
    /// Leaves that the signed head of that commit covers.
    pub size: TreeSize,
    /// The files, by their path in the directory, and how many of their bytes belong to it.
    pub files: Vec<(String, u64)>,
}

/// Finds the last whole commit of a directory, reading and checking the journal from its beginning.
///
/// # Errors
/// When the directory or its journal cannot be read, or is damaged: what is not sound is not worth a backup.
// spec: bak-2
// spec: fil-42
pub fn cut(dir: &Path) -> Result<Cut, OpenError> {
    let places = Places::of(dir);
    let life = match format::read(&RealDisk, dir).map_err(unusable(dir))? {
        FormatFound::Known(life) => life,
        FormatFound::Unknown(found) => return Err(OpenError::UnknownFormat { found }),
        FormatFound::Unreadable => return Err(OpenError::BadFormat),
        FormatFound::Missing => return Err(OpenError::NoFormat),
    };
    let mut scan = Scan::begin(&RealDisk, &places.journal, life, (0, None))?;
    let mut ends: BTreeMap<u32, u64> = BTreeMap::new();
    let mut segments: BTreeMap<u64, u64> = BTreeMap::new();
    let mut size = TreeSize::new(0);
    let end = loop {
        match scan.next()? {
            Found::Frame(position, payload) => {
                let sequence = position.sequence;
                let entry =
                    codec::decode::<Entry>(&payload).map_err(|_| OpenError::Entry { sequence })?;
                for placement in &entry.bodies {
                    let end = placement.offset.saturating_add(u64::from(placement.len));
                    let longest = ends.entry(placement.segment).or_default();
                    *longest = end.max(*longest);
                }
                size = head_of(&entry).unwrap_or(size);
                segments.insert(position.segment, position.offset);
            }
            Found::End(position, _) => break position,
        }
    };
    segments.insert(end.segment, end.offset);
    let journal =
        segments.iter().map(|(first, len)| (format!("journal/{}", journal::name(*first)), *len));
    let bodies =
        ends.iter().map(|(number, len)| (format!("bodies/{}", bodies::name(*number)), *len));
    Ok(Cut { life, sequence: end.sequence, size, files: journal.chain(bodies).collect() })
}

/// The size that the signed head of a commit covers.
fn head_of(entry: &Entry) -> Option<TreeSize> {
    entry.records.iter().rev().find_map(|bytes| match codec::decode::<Record>(bytes) {
        Ok(Record::Head(head)) => Some(head.size),
        _ => None,
    })
}
