//! The bytes of frames and segment heads; pure.

use crate::store::entry::ENTRY_BYTES_MAX;
use crate::store::format::FORMAT;
use crate::store::format::Life;

/// Bytes before the payload of a frame.
pub(crate) const FRAME_HEAD_BYTES: usize = 4 + 8 + 4;

/// Bytes before the first frame of a segment.
pub(crate) const SEGMENT_HEAD_BYTES: usize = 8 + 4 + 16 + 8 + 4;

/// What a journal segment begins with.
pub(crate) const JOURNAL_MAGIC: [u8; 8] = *b"CNCDJRNL";

/// The head of a frame, before its payload was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHead {
    pub(crate) len: u32,
    pub(crate) sequence: u64,
    pub(crate) sum: u32,
}

/// One frame; `None` when the payload is longer than an entry may be. Source: spec store-5.
pub(crate) fn frame(life: Life, sequence: u64, payload: &[u8]) -> Option<Vec<u8>> {
    // spec: store-5
    let len = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= ENTRY_BYTES_MAX)?;
    let mut bytes = Vec::with_capacity(FRAME_HEAD_BYTES.saturating_add(payload.len()));
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&checksum(life, len, sequence, payload).to_be_bytes());
    bytes.extend_from_slice(payload);
    Some(bytes)
}

/// Reads the head of a frame; `None` when there are too few bytes or the length is none that a frame can have.
pub(crate) fn frame_head(bytes: &[u8]) -> Option<FrameHead> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let sum = u32::from_be_bytes(*rest.first_chunk::<4>()?);
    let len = u32::from_be_bytes(*len);
    usize::try_from(len).ok().filter(|len| *len <= ENTRY_BYTES_MAX)?;
    Some(FrameHead { len, sequence: u64::from_be_bytes(*sequence), sum })
}

/// Whether a payload is the one that the head was written for.
pub(crate) fn holds(life: Life, head: FrameHead, payload: &[u8]) -> bool {
    u32::try_from(payload.len()).is_ok_and(|len| len == head.len)
        && checksum(life, head.len, head.sequence, payload) == head.sum
}

/// The head of a segment, of the journal or of bodies. Source: spec store-5, store-9.
pub(crate) fn segment_head(magic: [u8; 8], life: Life, number: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SEGMENT_HEAD_BYTES);
    bytes.extend_from_slice(&magic);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.extend_from_slice(life.as_bytes());
    bytes.extend_from_slice(&number.to_be_bytes());
    let sum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

/// A peer chooses bytes that stand in payloads. It does not know the life, so it cannot make them look like a frame,
/// after which a torn tail would pass for damage.
fn checksum(life: Life, len: u32, sequence: u64, payload: &[u8]) -> u32 {
    let head = crc32c::crc32c(life.as_bytes());
    let head = crc32c::crc32c_append(head, &len.to_be_bytes());
    let head = crc32c::crc32c_append(head, &sequence.to_be_bytes());
    crc32c::crc32c_append(head, payload)
}
