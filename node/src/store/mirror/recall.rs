//! Giving an owner its entries back, a bounded run of parts at a time.

use std::io;

use concord_protocol::ids::TreeSize;
use concord_protocol::limits::MIRROR_PART_BYTES_MAX;
use concord_protocol::limits::MIRROR_PARTS_MAX;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Recall;
use concord_protocol::wire::mirror::RecallOutcome;
use concord_protocol::wire::mirror::Recalled;

use crate::store::disk::Opening;
use crate::store::mirror::MirrorFiles;
use crate::store::mirror::form;

/// Where an answer ended: after this part, in the frame at this place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    sequence: u64,
    part: u32,
    segment: u64,
    at: u64,
}

/// What is still looked for before parts are given.
enum Seeking {
    /// The end of the entry that brings the log to this size.
    Size(TreeSize),
    /// This part.
    Part(u64, u32),
    /// Nothing: the next part is given.
    Found,
}

impl MirrorFiles {
    /// Parts from a place on, whole frames of them at least. Source: spec wire-61, store-34.
    ///
    /// # Errors
    /// When the disk cannot be read.
    // spec: wire-61
    // spec: store-34
    pub fn recall(&mut self, from: Recall) -> io::Result<Recalled> {
        let numbers = form::segments(self.disk.as_ref(), &self.folder)?;
        let (mut seeking, begin) = self.begin(from, &numbers)?;
        let Some((first, hint)) = begin else {
            return Ok(Recalled { parts: Vec::new(), outcome: RecallOutcome::NotHeld });
        };
        let mut found = Run::default();
        for number in numbers.into_iter().filter(|number| *number >= first) {
            let file = self.disk.open(&self.folder.join(form::name(number)), Opening::Existing)?;
            let Some((start, at)) = form::read_start(file.as_ref())? else {
                return Ok(found.ending(RecallOutcome::Damaged));
            };
            // Only what was followed is given: the segment that is written may end in parts of an entry.
            let newest = self.segment.as_ref().filter(|newest| newest.number == number);
            let end = newest.map_or(file.len()?, |newest| newest.whole);
            let mut size = start.size;
            let mut at = hint.filter(|_| number == first).unwrap_or(at);
            while at < end {
                let Some((frame, after)) = form::read_frame(file.as_ref(), at)? else {
                    return Ok(found.ending(RecallOutcome::Damaged));
                };
                for part in frame.parts {
                    let leaves = u64::try_from(part.leaves.len() / 32).unwrap_or(u64::MAX);
                    size = TreeSize::new(size.get().saturating_add(leaves));
                    if !seeking.passes(&part, size) {
                        continue;
                    }
                    if !found.has_room(&part) {
                        return Ok(found.ending(RecallOutcome::More));
                    }
                    self.recalled = Some(Ended {
                        sequence: part.sequence,
                        part: part.part,
                        segment: number,
                        at,
                    });
                    found.add(part);
                }
                at = after;
            }
        }
        Ok(match seeking {
            Seeking::Found => found.ending(RecallOutcome::End),
            Seeking::Size(size) if size == self.followed.tree().size() => {
                found.ending(RecallOutcome::End)
            }
            Seeking::Size(_) | Seeking::Part(..) => found.ending(RecallOutcome::NotHeld),
        })
    }

    /// What to look for, and in which segment and at which place to begin.
    #[expect(
        clippy::type_complexity,
        reason = "a place that may be missing, with a hint that may be missing"
    )]
    fn begin(
        &self,
        from: Recall,
        numbers: &[u64],
    ) -> io::Result<(Seeking, Option<(u64, Option<u64>)>)> {
        let seeking = match from {
            Recall::Size(size) if size.get() == 0 => Seeking::Found,
            Recall::Size(size) => Seeking::Size(size),
            Recall::After { sequence, part } => Seeking::Part(sequence, part),
        };
        if let (Seeking::Part(sequence, part), Some(ended)) = (&seeking, self.recalled)
            && (ended.sequence, ended.part) == (*sequence, *part)
        {
            return Ok((seeking, Some((ended.segment, Some(ended.at)))));
        }
        let mut begin = None;
        for number in numbers {
            let file = self.disk.open(&self.folder.join(form::name(*number)), Opening::Existing)?;
            let before = match (form::read_start(file.as_ref())?, &seeking) {
                (Some((start, _)), Seeking::Size(size)) => start.size < *size,
                (Some((start, _)), Seeking::Part(sequence, _)) => start.sequence < *sequence,
                (Some(_), Seeking::Found) | (None, _) => false,
            };
            if before || begin.is_none() {
                begin = Some((*number, None));
            }
        }
        Ok((seeking, begin))
    }
}

impl Seeking {
    /// Whether a part is to be given; `size` is the size after it.
    fn passes(&mut self, part: &MirrorPart, size: TreeSize) -> bool {
        match *self {
            Self::Found => true,
            Self::Size(wanted) => {
                if part.ends_entry() && size >= wanted {
                    *self = Self::Found;
                }
                // An entry that steps over the size is given from here on: the owner finds that it does not fit.
                size > wanted
            }
            Self::Part(sequence, number) => {
                if (part.sequence, part.part) == (sequence, number) {
                    *self = Self::Found;
                }
                false
            }
        }
    }
}

/// Parts that are given together.
#[derive(Default)]
struct Run {
    parts: Vec<MirrorPart>,
    bytes: usize,
}

impl Run {
    fn has_room(&self, part: &MirrorPart) -> bool {
        let with = self.bytes.saturating_add(part.leaves.len()).saturating_add(part.sealed.len());
        self.parts.is_empty()
            || (with <= MIRROR_PART_BYTES_MAX && self.parts.len() < MIRROR_PARTS_MAX)
    }

    fn add(&mut self, part: MirrorPart) {
        self.bytes = self.bytes.saturating_add(part.leaves.len()).saturating_add(part.sealed.len());
        self.parts.push(part);
    }

    fn ending(self, outcome: RecallOutcome) -> Recalled {
        // What comes after the parts that are given is said when it is asked for.
        let outcome = if self.parts.is_empty() { outcome } else { RecallOutcome::More };
        Recalled { parts: self.parts, outcome }
    }
}
