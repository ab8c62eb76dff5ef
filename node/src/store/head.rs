//! The head file: what the newest commit was, remembered outside the backups, and what it means when data disagree.
//!
//! Uses `twin`, `format`. Written after the journal and not waited for, so it may lag behind the data, never lead.
//! A data directory that is behind its head file was rolled back, and must not sign.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::TreeSize;

use crate::store::read;
use crate::store::twin::TwinFound;

/// What the head file begins with.
pub(crate) const HEAD_MAGIC: [u8; 8] = *b"CNCDHEAD";

/// Bytes of one head.
pub(crate) const HEAD_BYTES: usize = 8 + 8 + 32;

/// The newest commit: its number, and the log's head in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Number of the commit.
    pub sequence: u64,
    /// Leaves in the log.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// What the head file says about the data. Source: spec store-12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadFinding {
    /// The node is new: there are no data and there was no head.
    Fresh,
    /// Head and data say the same.
    Same,
    /// The head lies before the data: the node stopped before it was written. The data grew out of it.
    Older,
    /// There are data and no head: a restore, or a lost file.
    Missing,
    /// There is a head that cannot be read.
    Damaged,
    /// The head belongs to another node, or another life of this one.
    Foreign,
    /// The head lies after the data: they were rolled back.
    Newer(Newest),
    /// The head names another root for a size that the data have.
    Forked(Newest),
}

impl HeadFinding {
    /// Whether the node may sign with these data.
    pub const fn may_sign(self) -> bool {
        match self {
            Self::Fresh | Self::Same | Self::Older => true,
            Self::Missing | Self::Damaged | Self::Foreign | Self::Newer(_) | Self::Forked(_) => {
                false
            }
        }
    }
}

/// Compares what the head file holds with the newest commit in the data. `root_at` gives the data's root at a size.
pub(crate) fn compare<E>(
    found: &TwinFound<HEAD_BYTES>,
    data: &Newest,
    root_at: impl FnOnce(TreeSize) -> Result<Digest, E>,
) -> Result<HeadFinding, E> {
    let head = match found {
        TwinFound::Missing if data.sequence == 0 => return Ok(HeadFinding::Fresh),
        TwinFound::Missing => return Ok(HeadFinding::Missing),
        TwinFound::Damaged => return Ok(HeadFinding::Damaged),
        TwinFound::Foreign => return Ok(HeadFinding::Foreign),
        TwinFound::Held(content) => Newest::from_bytes(content),
    };
    // spec: store-12
    if head.sequence > data.sequence || head.size > data.size {
        return Ok(HeadFinding::Newer(head));
    }
    if root_at(head.size)? != head.root {
        return Ok(HeadFinding::Forked(head));
    }
    Ok(if head == *data { HeadFinding::Same } else { HeadFinding::Older })
}

impl Newest {
    /// The head before the first commit: the root of an empty tree is the hash of nothing. Source: RFC 6962 section 2.1.
    pub(crate) fn none() -> Self {
        Self {
            sequence: 0,
            size: TreeSize::new(0),
            root: concord_protocol::crypto::digest::sha256(&[]),
        }
    }

    /// The bytes: sequence, size, root.
    pub(crate) fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        let numbers = self.sequence.to_be_bytes().into_iter().chain(self.size.get().to_be_bytes());
        let parts = numbers.chain(self.root.as_bytes().iter().copied());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Reads the bytes.
    pub(crate) fn from_bytes(bytes: &[u8; HEAD_BYTES]) -> Self {
        let (mut sequence, mut size, mut root) = ([0; 8], [0; 8], [0; 32]);
        let places = sequence.iter_mut().chain(size.iter_mut()).chain(root.iter_mut());
        places.zip(bytes).for_each(|(to, from)| *to = *from);
        Self {
            sequence: u64::from_be_bytes(sequence),
            size: TreeSize::new(u64::from_be_bytes(size)),
            root: Digest::from_bytes(root),
        }
    }
}

/// The newest head among the records of a batch; its sequence is filled in by the journal.
pub(crate) fn newest_among(records: &[Record]) -> Option<Newest> {
    records.iter().rev().find_map(|record| match read::as_head(record.clone()) {
        Some(head) => Some(Newest { sequence: 0, size: head.size, root: head.root }),
        None => None,
    })
}
