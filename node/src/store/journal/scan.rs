//! Reads the journal from a place to its end, and tells a torn tail from damage.
//!
//! Uses `journal::frame`. A bad frame is a torn tail only when nothing after it can be a later frame;
//! whether even then an acknowledged record is missing is for `recover` to say, who knows head and mark.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::format::Life;
use crate::store::journal;
use crate::store::journal::Position;
use crate::store::journal::SEGMENT_HEAD;
use crate::store::journal::frame;
use crate::store::journal::frame::FRAME_HEAD_BYTES;
use crate::store::journal::frame::JOURNAL_MAGIC;
use crate::store::journal::frame::SEGMENT_HEAD_BYTES;

const FRAME_HEAD: u64 = FRAME_HEAD_BYTES as u64;

/// Why the journal cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system says so.
    #[error("read the journal segment {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The last record cannot be written again.
    #[error("write the last record of the journal segment {path} again")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder cannot be listed.
    #[error("list the journal folder {path}")]
    Unlisted {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A frame in the middle that does not hold.
    #[error("the journal segment {path} is damaged at byte {at}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Offset of the first byte that cannot be read.
        at: u64,
    },
    /// A segment whose head is another one's.
    #[error("the journal segment {path} belongs to another node or life")]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// A segment is missing.
    #[error("the journal has no segment with record {sequence}")]
    Gap {
        /// The first record that is missing.
        sequence: u64,
    },
}

/// What a scan gives, one at a time.
#[derive(Debug)]
pub(crate) enum Found {
    /// A frame that holds, and the place after it.
    Frame(Position, Vec<u8>),
    /// The end, and how many bytes after it are no frame.
    End(Position, u64),
}

/// A scan under way; holds one frame in memory at a time.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    disk: &'a dyn Disk,
    folder: &'a Path,
    life: Life,
    /// Segments after the current one, ascending.
    later: std::vec::IntoIter<u64>,
    file: Box<dyn DiskFile>,
    len: u64,
    at: Position,
    /// Bytes of a last segment whose head was not finished.
    unfinished: u64,
}

impl<'a> Scan<'a> {
    /// Begins after the record `after`. Takes `hint` if it lies at or before that record, else the start of its segment.
    pub(crate) fn begin(
        disk: &'a dyn Disk,
        folder: &'a Path,
        life: Life,
        (after, hint): (u64, Option<Position>),
    ) -> Result<Self, JournalError> {
        let unlisted = |source| JournalError::Unlisted { path: folder.to_path_buf(), source };
        let mut segments = journal::segments(disk, folder).map_err(unlisted)?;
        let mut unfinished = 0;
        if let [_, .., last] = segments.as_slice()
            && let Some(len) = Self::unfinished(disk, folder, life, *last)?
        {
            segments.pop();
            unfinished = len;
        }
        let wanted = after.saturating_add(1);
        let count = segments.partition_point(|first| *first <= wanted);
        let first = count.checked_sub(1).and_then(|last| segments.get(last)).copied();
        let first = first.ok_or(JournalError::Gap { sequence: wanted })?;
        let later: Vec<u64> = segments.get(count..).unwrap_or_default().to_vec();
        let (file, len) = Self::open(disk, folder, life, first)?;
        let start =
            Position { sequence: first.saturating_sub(1), segment: first, offset: SEGMENT_HEAD };
        let near = hint
            .filter(|hint| hint.segment == first && hint.sequence <= after && hint.offset <= len);
        let mut scan = Self {
            disk,
            folder,
            life,
            later: later.into_iter(),
            file,
            len,
            at: near.unwrap_or(start),
            unfinished,
        };
        scan.skip_to(after)?;
        Ok(scan)
    }

    /// The current place.
    pub(crate) const fn place(&self) -> Position {
        self.at
    }

    /// The next frame, or the end.
    pub(crate) fn next(&mut self) -> Result<Found, JournalError> {
        loop {
            if let Some(payload) = self.frame_here()? {
                return Ok(Found::Frame(self.at, payload));
            }
            let rest = self.len.saturating_sub(self.at.offset);
            match self.later.next() {
                Some(first) if rest == 0 && first == self.at.sequence.saturating_add(1) => {
                    (self.file, self.len) = Self::open(self.disk, self.folder, self.life, first)?;
                    self.at = Position {
                        sequence: self.at.sequence,
                        segment: first,
                        offset: SEGMENT_HEAD,
                    };
                }
                Some(_) if rest == 0 => {
                    return Err(JournalError::Gap { sequence: self.at.sequence.saturating_add(1) });
                }
                // spec: store-6
                Some(_) => return Err(self.damaged()),
                None if self.later_frame_follows()? => return Err(self.damaged()),
                None => return Ok(Found::End(self.at, rest.saturating_add(self.unfinished))),
            }
        }
    }

    /// The bytes of a last segment whose head is not whole: it was being begun when the node stopped and has no records.
    fn unfinished(
        disk: &dyn Disk,
        folder: &Path,
        life: Life,
        last: u64,
    ) -> Result<Option<u64>, JournalError> {
        let path = folder.join(journal::name(last));
        let unreadable = |source| JournalError::Unreadable { path: path.clone(), source };
        let file = disk.open(&path, Opening::Existing).map_err(unreadable)?;
        let len = file.len().map_err(unreadable)?;
        let mut head = vec![0; SEGMENT_HEAD_BYTES];
        let read = file.read_at(&mut head, 0).map_err(unreadable)?;
        let whole = read == head.len() && head == frame::segment_head(JOURNAL_MAGIC, life, last);
        Ok((!whole && len <= SEGMENT_HEAD).then_some(len))
    }

    fn open(
        disk: &dyn Disk,
        folder: &Path,
        life: Life,
        first: u64,
    ) -> Result<(Box<dyn DiskFile>, u64), JournalError> {
        let path = folder.join(journal::name(first));
        let unreadable = |source| JournalError::Unreadable { path: path.clone(), source };
        let file = disk.open(&path, Opening::Existing).map_err(unreadable)?;
        let len = file.len().map_err(unreadable)?;
        let mut head = vec![0; SEGMENT_HEAD_BYTES];
        let read = file.read_at(&mut head, 0).map_err(unreadable)?;
        if read < head.len() {
            return Err(JournalError::Damaged { path, at: 0 });
        }
        // spec: store-1
        if head == frame::segment_head(JOURNAL_MAGIC, life, first) {
            Ok((file, len))
        } else {
            Err(JournalError::Foreign { path })
        }
    }

    fn skip_to(&mut self, after: u64) -> Result<(), JournalError> {
        while self.at.sequence < after {
            match self.next()? {
                Found::Frame(..) => {}
                Found::End(..) => return Ok(()),
            }
        }
        Ok(())
    }

    /// The frame at the current place, if one holds there; moves behind it.
    fn frame_here(&mut self) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(head) = frame::frame_head(&self.bytes(self.at.offset, FRAME_HEAD_BYTES)?) else {
            return Ok(None);
        };
        let len = usize::try_from(head.len).unwrap_or(usize::MAX);
        let begin = self.at.offset.saturating_add(FRAME_HEAD);
        let end = begin.saturating_add(u64::from(head.len));
        if head.sequence != self.at.sequence.saturating_add(1) || end > self.len {
            return Ok(None);
        }
        let payload = self.bytes(begin, len)?;
        if !frame::holds(self.life, head, &payload) {
            return Ok(None);
        }
        self.at = Position { sequence: head.sequence, segment: self.at.segment, offset: end };
        Ok(Some(payload))
    }

    /// Whether any later frame holds somewhere after the current place: then what stands here is damage, not a tear.
    fn later_frame_follows(&self) -> Result<bool, JournalError> {
        let rest = usize::try_from(self.len.saturating_sub(self.at.offset)).unwrap_or(usize::MAX);
        let bytes = self.bytes(self.at.offset, rest)?;
        let found = (1..bytes.len()).filter_map(|at| bytes.get(at..)).any(|tail| {
            // A frame after this place has at least this number, and no segment has so many frames.
            let Some(head) = frame::frame_head(tail) else { return false };
            let ahead = head.sequence.checked_sub(self.at.sequence);
            let payload = usize::try_from(head.len).ok().and_then(|len| {
                tail.get(FRAME_HEAD_BYTES..).and_then(|payload| payload.get(..len))
            });
            ahead.is_some_and(|ahead| (1..=self.len).contains(&ahead))
                && payload.is_some_and(|payload| frame::holds(self.life, head, payload))
        });
        Ok(found)
    }

    fn bytes(&self, at: u64, len: usize) -> Result<Vec<u8>, JournalError> {
        let mut bytes = vec![0; len];
        let read = self.file.read_at(&mut bytes, at).map_err(|source| self.unreadable(source))?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(journal::name(self.at.segment))
    }

    fn damaged(&self) -> JournalError {
        JournalError::Damaged { path: self.path(), at: self.at.offset }
    }

    fn unreadable(&self, source: io::Error) -> JournalError {
        JournalError::Unreadable { path: self.path(), source }
    }
}
