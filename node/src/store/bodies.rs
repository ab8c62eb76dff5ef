//! Sealed bodies, packed into segment files and encrypted once more at rest, under a random key each.
//!
//! Uses `disk`, `slots`, `protocol::crypto`. Without the second layer the node's sealing key could open the bytes again
//! from any old copy of the file; with it, a destroyed slot is the end of a body.
//! Absent on purpose: which messages there are. A body is found by its placement, which stands in the journal.
//!
//! Segment: head (magic "CNCDBODY" ‖ format u32 ‖ life (16) ‖ number u64 ‖ CRC-32C u32), then sealed texts side by side.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::expand;
use concord_protocol::limits::SEALED_BYTES_MAX;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::entry::Placement;
use crate::store::format::Life;
use crate::store::journal::SEGMENT_HEAD;
use crate::store::journal::frame;
use crate::store::reserve::Reserve;
use crate::store::slots::SlotIn;
use crate::store::slots::Slots;

/// Bytes after which a new body segment is begun.
pub(crate) const SEGMENT_BYTES: u64 = 256 * 1024 * 1024;

/// Body segments kept open for reading.
const OPEN_SEGMENTS_MAX: usize = 64;

const MAGIC: [u8; 8] = *b"CNCDBODY";
const BODY_LABEL: &[u8] = b"concord/1 body at rest";
const KEY_LABEL: &str = "body key at rest";
const NONCE_LABEL: &str = "key slot nonce";

/// A key that is used once may have any nonce.
const NONCE: [u8; aead::NONCE_BYTES] = [0; aead::NONCE_BYTES];

/// A sealed body on its way into the store.
pub struct BodyIn {
    /// The message that it belongs to.
    pub message: Digest,
    /// The COSE_Encrypt bytes, exactly as on the wire.
    pub sealed: Vec<u8>,
    /// The content key of the node's own copy, if the message is its own.
    pub own_key: Option<ContentKey>,
}

impl fmt::Debug for BodyIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyIn({:?}, {} bytes)", self.message, self.sealed.len())
    }
}

/// Where the next body and the next key go. Source: spec store-9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tail {
    /// Body segment; 0 before the first.
    pub(crate) segment: u32,
    /// Offset in it.
    pub(crate) offset: u64,
    /// The next slot.
    pub(crate) slot: u64,
}

impl Tail {
    /// Before the first body.
    pub(crate) const NONE: Self = Self { segment: 0, offset: 0, slot: 0 };

    /// The tail after a placement.
    pub(crate) fn after(self, placement: &Placement) -> Self {
        let end = placement.offset.saturating_add(u64::from(placement.len));
        let (segment, offset) = (self.segment, self.offset).max((placement.segment, end));
        Self { segment, offset, slot: self.slot.max(placement.slot.saturating_add(1)) }
    }

    /// The bytes of a tail.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&self.segment.to_be_bytes()[..], &self.offset.to_be_bytes(), &self.slot.to_be_bytes()]
            .concat()
    }

    /// Reads a tail.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (segment, rest) = bytes.split_first_chunk::<4>()?;
        let (offset, rest) = rest.split_first_chunk::<8>()?;
        Some(Self {
            segment: u32::from_be_bytes(*segment),
            offset: u64::from_be_bytes(*offset),
            slot: u64::from_be_bytes(rest.try_into().ok()?),
        })
    }
}

/// The body segments, open for appending.
#[derive(Debug)]
pub(crate) struct Bodies {
    folder: PathBuf,
    life: Life,
    file: Option<Box<dyn DiskFile>>,
    tail: Tail,
}

impl Bodies {
    /// Goes on at the tail that the journal knows; what stands after it belongs to no message and is overwritten.
    /// A segment that is gone or too short is left alone, and a new one begun.
    pub(crate) fn resume(
        disk: &dyn Disk,
        folder: &Path,
        life: Life,
        tail: Tail,
    ) -> io::Result<Self> {
        let file = match tail.segment {
            0 => None,
            number => match disk.open(&folder.join(name(number)), Opening::Existing) {
                Ok(file) => {
                    Some(file).filter(|file| file.len().is_ok_and(|len| len >= tail.offset))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
        };
        Ok(Self { folder: folder.to_path_buf(), life, file, tail })
    }

    /// Whether the segment that the tail names is there and long enough.
    pub(crate) const fn is_at_tail(&self) -> bool {
        self.file.is_some() || self.tail.segment == 0
    }

    /// Seals and appends bodies and writes their keys: two writes, two syncs, however many there are.
    ///
    /// `seed` is used for this commit and no other.
    pub(crate) fn append(
        &mut self,
        disk: &dyn Disk,
        (slots, reserve): (&Slots, &Reserve),
        bodies: &[BodyIn],
        seed: &[u8; 32],
    ) -> io::Result<Vec<Placement>> {
        let file = match self.file.take().filter(|_| self.tail.offset < SEGMENT_BYTES) {
            Some(file) => file,
            None => self.begin_segment(disk)?,
        };
        let start = self.tail;
        // spec: store-9
        let mut bytes = Vec::new();
        let mut keys = Vec::with_capacity(bodies.len());
        let mut placements = Vec::with_capacity(bodies.len());
        for (number, body) in (0..).zip(bodies) {
            let key = ContentKey::from_bytes(*expand::expand::<32>(seed, KEY_LABEL, number));
            let sealed = aead::seal(&key, &NONCE, &bound_to(&body.message), &body.sealed)
                .map_err(|_| io::ErrorKind::InvalidInput)?;
            let len = u32::try_from(sealed.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
            let Tail { segment, offset, slot } = self.tail;
            let placement = Placement { message: body.message, segment, offset, len, slot };
            self.tail = self.tail.after(&placement);
            bytes.extend_from_slice(&sealed);
            keys.push(key);
            placements.push(placement);
        }
        let filled: Vec<SlotIn<'_>> = (0..)
            .zip(bodies.iter().zip(&keys))
            .map(|(number, (body, rest))| {
                let nonce = *expand::expand::<{ aead::NONCE_BYTES }>(seed, NONCE_LABEL, number);
                SlotIn { message: body.message, rest, own: body.own_key.as_ref(), nonce }
            })
            .collect();
        // spec: store-8
        reserve.write(disk, file.as_ref(), &bytes, start.offset)?;
        file.sync()?;
        slots.write(disk, reserve, start.slot, &filled)?;
        self.file = Some(file);
        Ok(placements)
    }

    fn begin_segment(&mut self, disk: &dyn Disk) -> io::Result<Box<dyn DiskFile>> {
        let number = self.tail.segment.saturating_add(1);
        let file = disk.open(&self.folder.join(name(number)), Opening::New)?;
        file.write_at(&frame::segment_head(MAGIC, self.life, u64::from(number)), 0)?;
        disk.sync_folder(&self.folder)?;
        self.tail.segment = number;
        self.tail.offset = SEGMENT_HEAD;
        Ok(file)
    }
}

/// The body segments, open for reading; shared by all readers.
#[derive(Debug)]
pub(crate) struct BodyFiles {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    open: Mutex<BTreeMap<u32, Arc<dyn DiskFile>>>,
}

impl BodyFiles {
    /// The segments in a folder.
    pub(crate) const fn new(disk: Arc<dyn Disk>, folder: PathBuf) -> Self {
        Self { disk, folder, open: Mutex::new(BTreeMap::new()) }
    }

    /// Reads and opens one body; `None` when it cannot be opened with this key.
    pub(crate) fn read(
        &self,
        placement: &Placement,
        key: &ContentKey,
    ) -> io::Result<Option<Vec<u8>>> {
        let len = usize::try_from(placement.len).unwrap_or(usize::MAX);
        if len > SEALED_BYTES_MAX.saturating_add(aead::TAG_BYTES) {
            return Ok(None);
        }
        let file = self.segment(placement.segment)?;
        let mut sealed = vec![0; len];
        let read = file.read_at(&mut sealed, placement.offset)?;
        sealed.truncate(read);
        Ok(aead::open(key, &NONCE, &bound_to(&placement.message), &sealed).ok())
    }

    fn segment(&self, number: u32) -> io::Result<Arc<dyn DiskFile>> {
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(file) = open.get(&number) {
            return Ok(Arc::clone(file));
        }
        let file: Arc<dyn DiskFile> =
            Arc::from(self.disk.open(&self.folder.join(name(number)), Opening::Existing)?);
        if open.len() >= OPEN_SEGMENTS_MAX {
            open.clear();
        }
        open.insert(number, Arc::clone(&file));
        Ok(file)
    }
}

/// The file of a segment.
pub(crate) fn name(number: u32) -> String {
    format!("{number:08x}.bodies")
}

fn bound_to(message: &Digest) -> Vec<u8> {
    [BODY_LABEL, message.as_bytes()].concat()
}
