//! The bytes of a mirror's files.

use std::io;
use std::path::Path;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::wire::mirror::Mirror;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;

const MAGIC: [u8; 8] = *b"CNCDMIRR";
const FORMAT: u32 = 1;
const SUFFIX: &str = ".mirror";

/// Bytes before the content of a start.
const START_HEAD: usize = 8 + 4 + 4 + 4;

/// Bytes before the content of a frame.
const FRAME_HEAD: usize = 4 + 4;

/// Longest start with its content: eight levels of 255 hashes, and a checkpoint.
const START_CONTENT_MAX: usize = 128 * 1024;

/// As [`START_CONTENT_MAX`], with what stands before it.
const START_BYTES_MAX: u64 = (START_CONTENT_MAX + START_HEAD) as u64;

/// Where the tree stood when a segment was begun. Source: spec store-30.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentStart {
    /// Whose log.
    pub(crate) origin: String,
    /// The last entry before this segment; 0 for none.
    pub(crate) sequence: u64,
    /// Leaves before this segment.
    pub(crate) size: TreeSize,
    /// The right edge of the tree over them, level 0 first.
    pub(crate) edge: Vec<ByteBuf>,
    /// The owner's checkpoint over them; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<ByteBuf>,
}

impl Encoded for SegmentStart {
    const BYTES_MAX: usize = START_CONTENT_MAX;
}

/// The file of a segment.
pub(crate) fn name(number: u64) -> String {
    format!("{number:016x}{SUFFIX}")
}

/// The segments in a folder, ascending.
pub(crate) fn segments(disk: &dyn Disk, folder: &Path) -> io::Result<Vec<u64>> {
    let names = disk.names(folder)?;
    let numbers = names.iter().filter_map(|found| {
        let number = u64::from_str_radix(found.strip_suffix(SUFFIX)?, 16).ok()?;
        (name(number) == *found).then_some(number)
    });
    Ok(numbers.collect())
}

/// The bytes that a segment begins with.
pub(crate) fn start(start: &SegmentStart) -> Option<Vec<u8>> {
    let content = codec::encode(start).ok()?;
    let len = u32::try_from(content.len()).ok()?;
    let mut bytes = Vec::with_capacity(START_HEAD.saturating_add(content.len()));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(&content).to_be_bytes());
    bytes.extend_from_slice(&content);
    Some(bytes)
}

/// Reads what a segment begins with, and where its frames begin; `None` when it does not hold.
pub(crate) fn read_start(file: &dyn DiskFile) -> io::Result<Option<(SegmentStart, u64)>> {
    let head = bytes(file, 0, START_HEAD)?;
    let parsed = || {
        let (magic, rest) = head.split_first_chunk::<8>()?;
        let (format, rest) = rest.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let sum = rest.first_chunk::<4>()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        let known = *magic == MAGIC && *format == FORMAT.to_be_bytes();
        (known && len <= START_CONTENT_MAX).then_some((len, *sum))
    };
    let Some((len, sum)) = parsed() else { return Ok(None) };
    let content = bytes(file, place(START_HEAD), len)?;
    if content.len() != len || crc32c::crc32c(&content).to_be_bytes() != sum {
        return Ok(None);
    }
    let start = codec::decode::<SegmentStart>(&content).ok();
    Ok(start.map(|start| (start, place(START_HEAD.saturating_add(len)))))
}

/// Whether a file ends inside what a segment begins with: it was being begun when the node stopped, and holds nothing.
pub(crate) fn is_torn_start(file: &dyn DiskFile) -> io::Result<bool> {
    let head = bytes(file, 0, START_HEAD)?;
    let Some(len) = head.get(12..16).and_then(|len| len.first_chunk::<4>()) else {
        return Ok(true);
    };
    let whole = place(START_HEAD).saturating_add(u64::from(u32::from_be_bytes(*len)));
    Ok(file.len()? <= whole.min(START_BYTES_MAX))
}

/// The bytes of a frame.
pub(crate) fn frame(mirror: &Mirror) -> Option<Vec<u8>> {
    let content = codec::encode(mirror).ok()?;
    let len = u32::try_from(content.len()).ok()?;
    let mut bytes = Vec::with_capacity(FRAME_HEAD.saturating_add(content.len()));
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(&content).to_be_bytes());
    bytes.extend_from_slice(&content);
    Some(bytes)
}

/// Reads the frame at a place, and where the next one begins; `None` when none holds there.
pub(crate) fn read_frame(file: &dyn DiskFile, at: u64) -> io::Result<Option<(Mirror, u64)>> {
    let head = bytes(file, at, FRAME_HEAD)?;
    let parsed = || {
        let (len, rest) = head.split_first_chunk::<4>()?;
        let sum = rest.first_chunk::<4>()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        (len <= FRAME_BYTES_MAX).then_some((len, *sum))
    };
    let Some((len, sum)) = parsed() else { return Ok(None) };
    let begin = at.saturating_add(place(FRAME_HEAD));
    let content = bytes(file, begin, len)?;
    if content.len() != len || crc32c::crc32c(&content).to_be_bytes() != sum {
        return Ok(None);
    }
    let frame = codec::decode::<Mirror>(&content).ok();
    Ok(frame.map(|frame| (frame, begin.saturating_add(place(len)))))
}

fn bytes(file: &dyn DiskFile, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let read = file.read_at(&mut bytes, at)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn place(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
