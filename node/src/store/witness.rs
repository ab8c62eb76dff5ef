//! The witness file: what this node cosigned last of each log, remembered beside the journal and outside the backups.
//!
//! Uses `disk`. Written whole and synced before a cosignature leaves, so that a node whose data were rolled back still
//! knows what it vouched for. The journal is ahead of it or equal; where the file is ahead, the data are older than it.
//!
//! ```text
//! state/witness   "CNCDWITN", format, CRC-32C of the rest, and one deterministic value
//! ```
//!
//! Absent on purpose: keys, signing, and the clock.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::MEMBERS_MAX;
use concord_protocol::limits::WITNESSED_NOTE_BYTES_MAX;
use concord_protocol::moment::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::RealDisk;

/// What the witness file begins with.
const WITNESS_MAGIC: [u8; 8] = *b"CNCDWITN";

const WITNESS_FORMAT: u32 = 1;

/// Magic, format, checksum.
const HEADER_BYTES: usize = 8 + 4 + 4;

/// Logs that are remembered: a member has one at a time, and its former ones stay.
const LOGS_MAX: usize = 4 * MEMBERS_MAX;

/// Longest witness file, in bytes.
const WITNESS_BYTES_MAX: usize = LOGS_MAX * (WITNESSED_NOTE_BYTES_MAX + 512);

/// The newest checkpoint of one log that this node cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// Whose log it is.
    pub agency: AgencyId,
    /// The log.
    pub origin: String,
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// When it was cosigned last, to the second.
    pub at: Timestamp,
    /// The owner's signed note.
    pub note: ByteBuf,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    /// Who cosigned.
    agency: AgencyId,
    /// By origin.
    logs: Vec<Vouched>,
}

impl Encoded for Contents {
    const BYTES_MAX: usize = WITNESS_BYTES_MAX;
}

/// What was found when the file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessFinding {
    /// It holds.
    Held,
    /// There is none: the node never cosigned, or the file was lost.
    Missing,
    /// It cannot be read; it was set aside.
    Damaged,
    /// It is another agency's; it was set aside.
    Foreign,
}

/// The file, and what stands in it.
#[derive(Debug)]
pub struct WitnessFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    agency: AgencyId,
    logs: BTreeMap<String, Vouched>,
    /// After a failed write nobody knows what is on the disk.
    failed: bool,
}

/// Why nothing more is cosigned.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// The file could not be written now, or before.
    #[error("write the witness file")]
    Unwritable(#[source] io::Error),
    /// An earlier write failed.
    #[error("an earlier write of the witness file failed")]
    Failed,
    /// More logs than a federation has.
    #[error("the witness file holds {LOGS_MAX} logs already")]
    Full,
}

impl WitnessFile {
    /// Opens the file in a node's directory.
    ///
    /// # Errors
    /// When the disk cannot be read. A file that is missing, damaged or another's is a finding, not an error.
    pub fn open(dir: &Path, agency: &AgencyId) -> io::Result<(Self, WitnessFinding)> {
        Self::open_on(Arc::new(RealDisk), dir, agency)
    }

    /// Opens the file on a disk that is handed in.
    ///
    /// # Errors
    /// As [`WitnessFile::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        agency: &AgencyId,
    ) -> io::Result<(Self, WitnessFinding)> {
        let path = dir.join("state").join("witness");
        let found = disk::read_small(disk.as_ref(), &path, WITNESS_BYTES_MAX + HEADER_BYTES)?;
        let (logs, finding) = match found.map(|bytes| parse(&bytes)) {
            None => (Vec::new(), WitnessFinding::Missing),
            Some(None) => (Vec::new(), WitnessFinding::Damaged),
            Some(Some(contents)) if contents.agency != *agency => {
                (Vec::new(), WitnessFinding::Foreign)
            }
            Some(Some(contents)) => (contents.logs, WitnessFinding::Held),
        };
        if matches!(finding, WitnessFinding::Damaged | WitnessFinding::Foreign) {
            disk.rename(&path, &path.with_extension("refused"))?;
        }
        let logs = logs.into_iter().map(|log| (log.origin.clone(), log)).collect();
        Ok((Self { disk, path, agency: agency.clone(), logs, failed: false }, finding))
    }

    /// What was cosigned last of each log.
    pub fn logs(&self) -> impl Iterator<Item = &Vouched> {
        self.logs.values()
    }

    /// What was cosigned last of one log.
    pub fn last(&self, origin: &str) -> Option<&Vouched> {
        self.logs.get(origin)
    }

    /// Writes down what is about to be cosigned; durable when the call returns.
    ///
    /// # Errors
    /// When it is not; nothing may be cosigned then, nor later.
    pub fn vouch(&mut self, logs: Vec<Vouched>) -> Result<(), VouchError> {
        if self.failed {
            return Err(VouchError::Failed);
        }
        if logs.is_empty() {
            return Ok(());
        }
        // spec: wit-10
        for log in logs {
            self.logs.insert(log.origin.clone(), log);
        }
        let written = self.write();
        self.failed = written.is_err();
        written
    }

    /// Whether a write failed: nobody knows what is on the disk, and nothing more is written.
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    fn write(&self) -> Result<(), VouchError> {
        if self.logs.len() > LOGS_MAX {
            return Err(VouchError::Full);
        }
        let logs = self.logs.values().cloned().collect();
        let contents = Contents { agency: self.agency.clone(), logs };
        let bytes = to_bytes(&contents).ok_or(VouchError::Full)?;
        disk::replace_small(self.disk.as_ref(), &self.path, &bytes).map_err(VouchError::Unwritable)
    }
}

fn to_bytes(contents: &Contents) -> Option<Vec<u8>> {
    let said = codec::encode(contents).ok()?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + said.len());
    bytes.extend_from_slice(&WITNESS_MAGIC);
    bytes.extend_from_slice(&WITNESS_FORMAT.to_be_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(&said).to_be_bytes());
    bytes.extend_from_slice(&said);
    Some(bytes)
}

fn parse(bytes: &[u8]) -> Option<Contents> {
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (format, rest) = rest.split_first_chunk::<4>()?;
    let (sum, said) = rest.split_first_chunk::<4>()?;
    let holds = *magic == WITNESS_MAGIC
        && *format == WITNESS_FORMAT.to_be_bytes()
        && *sum == crc32c::crc32c(said).to_be_bytes();
    if holds { codec::decode(said).ok() } else { None }
}

#[cfg(test)]
mod tests;
