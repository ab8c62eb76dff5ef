//! The journal: segments of framed records, one frame and one sync per commit.
//!
//! Uses `disk`, `format`. The moment a frame is synced is the moment from which the node may acknowledge.
//! Absent on purpose: what the frames mean.
//!
//! Segment: head (magic "CNCDJRNL" ‖ format u32 ‖ life (16) ‖ first sequence u64 ‖ CRC-32C u32), then frames.
//! Frame: length u32 ‖ sequence u64 ‖ CRC-32C u32 over life, length, sequence and payload ‖ payload. Big-endian.
//! A segment is named after its first sequence, in 16 hexadecimal digits.

pub mod chapters;
pub mod follow;
pub(crate) mod frame;
pub mod scan;

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::format::Life;
use crate::store::journal::frame::JOURNAL_MAGIC;
use crate::store::journal::frame::SEGMENT_HEAD_BYTES;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::JournalError;
use crate::store::journal::scan::Scan;
use crate::store::reserve::Reserve;

/// Bytes after which a new segment is begun.
pub(crate) const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

const SUFFIX: &str = ".journal";

/// Bytes before the first frame of a segment, as an offset.
pub(crate) const SEGMENT_HEAD: u64 = SEGMENT_HEAD_BYTES as u64;

/// A place between two frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Sequence of the frame before this place; 0 before the first.
    pub(crate) sequence: u64,
    /// First sequence of the segment.
    pub(crate) segment: u64,
    /// Offset in the segment, in bytes.
    pub(crate) offset: u64,
}

impl Position {
    /// Where the frame begins that ends here with so much content.
    pub(crate) fn begin(&self, content: usize) -> u64 {
        let frame = frame::FRAME_HEAD_BYTES.saturating_add(content);
        self.offset.saturating_sub(u64::try_from(frame).unwrap_or(u64::MAX))
    }
}

/// The journal, open for appending.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
    life: Life,
    file: Box<dyn DiskFile>,
    end: Position,
    segment_bytes: u64,
}

impl Journal {
    /// Begins the journal of a new life.
    pub(crate) fn create(disk: &dyn Disk, folder: &Path, life: Life) -> io::Result<Self> {
        let (file, end) = begin_segment(disk, folder, life, 0)?;
        Ok(Self { folder: folder.to_path_buf(), life, file, end, segment_bytes: SEGMENT_BYTES })
    }

    /// Goes on at the place where a scan ended; what follows it is cut off.
    pub(crate) fn resume(
        disk: &dyn Disk,
        folder: &Path,
        life: Life,
        end: Position,
    ) -> io::Result<Self> {
        for begun in segments(disk, folder)?.into_iter().filter(|first| *first > end.segment) {
            disk.remove(&folder.join(name(begun)))?;
            disk.sync_folder(folder)?;
        }
        let file = disk.open(&folder.join(name(end.segment)), Opening::Existing)?;
        if file.len()? > end.offset {
            // spec: store-7
            file.set_len(end.offset)?;
            file.sync()?;
        }
        Ok(Self { folder: folder.to_path_buf(), life, file, end, segment_bytes: SEGMENT_BYTES })
    }

    /// Appends one frame and makes it durable: one write, one sync.
    ///
    /// After an error nothing is known about the frame; the process must stop. Source: spec store-3.
    pub(crate) fn append(
        &mut self,
        disk: &dyn Disk,
        reserve: &Reserve,
        payload: &[u8],
    ) -> io::Result<Position> {
        if self.end.offset >= self.segment_bytes {
            (self.file, self.end) =
                begin_segment(disk, &self.folder, self.life, self.end.sequence)?;
        }
        let sequence = self.end.sequence.saturating_add(1);
        let bytes =
            frame::frame(self.life, sequence, payload).ok_or(io::ErrorKind::FileTooLarge)?;
        reserve.write(disk, self.file.as_ref(), &bytes, self.end.offset)?;
        self.file.sync()?;
        self.end.sequence = sequence;
        self.end.offset =
            self.end.offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(self.end)
    }

    /// Where the next frame will stand.
    pub(crate) const fn end(&self) -> Position {
        self.end
    }

    /// Closes segments from this length on.
    pub(crate) const fn close_segments_at(&mut self, segment_bytes: u64) {
        self.segment_bytes = segment_bytes;
    }
}

/// Makes the last record durable, if there is one after the mark.
///
/// It can be read, and still be on no disk: the process before ended between its write and its sync, or by a sync that
/// failed, after which the system forgets that there is something to sync. So it is written once more. The one before it
/// was synced, or it would not have been begun.
// spec: store-18
pub(crate) fn settle_last(
    disk: &dyn Disk,
    folder: &Path,
    life: Life,
    mark: Position,
) -> Result<(), JournalError> {
    let mut scan = Scan::begin(disk, folder, life, (mark.sequence, Some(mark)))?;
    let mut last = None;
    while let Found::Frame(end, payload) = scan.next()? {
        last = Some((end, payload));
    }
    let Some((end, payload)) = last else { return Ok(()) };
    let path = folder.join(name(end.segment));
    let frame = frame::frame(life, end.sequence, &payload).unwrap_or_default();
    let again = disk.open(&path, Opening::Existing).and_then(|file| {
        file.write_at(&frame, end.begin(payload.len()))?;
        file.sync()
    });
    again.map_err(|source| JournalError::Unwritable { path, source })
}

/// The file of the segment that begins with a sequence.
pub(crate) fn name(first: u64) -> String {
    format!("{first:016x}{SUFFIX}")
}

/// Whether a folder has no record, and never had: no segment, or a first one whose head was not finished.
pub(crate) fn is_unbegun(disk: &dyn Disk, folder: &Path) -> io::Result<bool> {
    match segments(disk, folder)?.as_slice() {
        [] => Ok(true),
        [1] => Ok(disk.open(&folder.join(name(1)), Opening::Existing)?.len()? < SEGMENT_HEAD),
        _ => Ok(false),
    }
}

/// First sequences of the segments in a folder, ascending.
pub(crate) fn segments(disk: &dyn Disk, folder: &Path) -> io::Result<Vec<u64>> {
    let names = disk.names(folder)?;
    let firsts = names.iter().filter_map(|found| {
        let first = u64::from_str_radix(found.strip_suffix(SUFFIX)?, 16).ok()?;
        (name(first) == *found).then_some(first)
    });
    Ok(firsts.collect())
}

fn begin_segment(
    disk: &dyn Disk,
    folder: &Path,
    life: Life,
    before: u64,
) -> io::Result<(Box<dyn DiskFile>, Position)> {
    let first = before.saturating_add(1);
    let head = frame::segment_head(JOURNAL_MAGIC, life, first);
    let file = disk::put_whole(disk, &folder.join(name(first)), (&head, 0))?;
    Ok((file, Position { sequence: before, segment: first, offset: SEGMENT_HEAD }))
}
