//! The logs of other members, kept for them: append-only files of what the owner sealed to itself.
//!
//! Uses `disk`, `protocol::wire::mirror`. One folder for each log: `mirrors/<agency>/log<k>/`. What is kept was checked
//! against the owner's checkpoint, is synced before it is acknowledged, and is cut back to the last whole entry when
//! the file ends in something else: the owner has the rest and sends it again.
//!
//! Segment: magic "CNCDMIRR" ‖ format u32 ‖ length u32 ‖ CRC-32C u32 ‖ a `mirror-segment` (where the tree stood), then
//! frames: length u32 ‖ CRC-32C u32 ‖ a `mirror` of the wire. Big-endian.
//!
//! Absent on purpose: any way to read what is kept; the key is the owner's.

pub(crate) mod form;
mod recall;

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::identity::directory::LogKey;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::mirror::Followed;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorError;
use concord_protocol::wire::mirror::Owner;
use serde_bytes::ByteBuf;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::mirror::form::SegmentStart;

/// Length from which a segment is closed and the next begun. Opening reads one segment. Units: bytes.
pub(crate) const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;

/// One log of another member.
#[derive(Debug)]
pub struct MirrorFiles {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    owner: Owner,
    followed: Followed,
    segment: Option<Segment>,
    segment_bytes: u64,
    /// Bytes of all segments.
    bytes: u64,
    /// Where the last answer to a recall ended, so that the next one need not look for it.
    recalled: Option<recall::Ended>,
}

/// The segment that is written.
#[derive(Debug)]
struct Segment {
    number: u64,
    file: Box<dyn DiskFile>,
    /// End of the last whole entry.
    whole: u64,
    /// End of the last part.
    end: u64,
}

/// What was found when a mirror's files were opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorFound {
    /// Bytes that were cut off after the last whole entry.
    pub cut: u64,
    /// A segment that does not hold and was set aside; the owner sends again what stood in it and after it.
    pub aside: Option<PathBuf>,
}

/// Why parts were not kept.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// They do not continue what is kept.
    #[error("the parts do not continue what is kept")]
    Unfit(#[from] MirrorError),
    /// They have no encoding; they came decoded, so never.
    #[error("the parts cannot be written")]
    Unwritable,
    /// The disk.
    #[error("write the mirror")]
    Disk(#[from] io::Error),
}

impl MirrorFiles {
    /// Opens what is kept of one log. Source: spec store-30, store-32.
    ///
    /// # Errors
    /// When the disk cannot be read or cut.
    // spec: store-30
    // spec: store-32
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        owner: Owner,
        segment_bytes: u64,
    ) -> io::Result<(Self, MirrorFound)> {
        let mut files = Self {
            disk,
            folder: folder.to_path_buf(),
            owner,
            followed: Followed::default(),
            segment: None,
            segment_bytes,
            bytes: 0,
            recalled: None,
        };
        let mut found = MirrorFound { cut: 0, aside: None };
        let numbers = form::segments(files.disk.as_ref(), folder)?;
        for number in numbers.into_iter().rev() {
            let path = folder.join(form::name(number));
            let file = files.disk.open(&path, Opening::Existing)?;
            let start = form::read_start(file.as_ref())?;
            let followed = start.and_then(|(start, at)| Some((start.followed(&files.owner)?, at)));
            if let Some(followed) = followed {
                files.resume(number, file, followed, &mut found)?;
                break;
            }
            // The owner has what stood here, and sends it again.
            // spec: store-33
            if form::is_torn_start(file.as_ref())? {
                found.cut = found.cut.saturating_add(file.len()?);
                files.disk.remove(&path)?;
            } else {
                let aside = path.with_extension("damaged");
                files.disk.rename(&path, &aside)?;
                found.aside = Some(aside);
            }
            files.disk.sync_folder(folder)?;
        }
        for number in form::segments(files.disk.as_ref(), folder)? {
            let file = files.disk.open(&folder.join(form::name(number)), Opening::Existing)?;
            files.bytes = files.bytes.saturating_add(file.len()?);
        }
        Ok((files, found))
    }

    /// Follows the last segment to its last whole entry and cuts off the rest.
    fn resume(
        &mut self,
        number: u64,
        file: Box<dyn DiskFile>,
        (mut followed, at): (Followed, u64),
        found: &mut MirrorFound,
    ) -> io::Result<()> {
        let mut whole = at;
        let mut end = at;
        while let Some((frame, after)) = form::read_frame(file.as_ref(), end)? {
            if followed.follow(&frame, &self.owner).is_err() {
                break;
            }
            end = after;
            if !followed.in_entry() {
                whole = end;
            }
        }
        followed.forget_begun();
        let len = file.len()?;
        if len > whole {
            file.set_len(whole)?;
            file.sync()?;
        }
        found.cut = found.cut.saturating_add(len.saturating_sub(whole));
        self.followed = followed;
        self.segment = Some(Segment { number, file, whole, end: whole });
        Ok(())
    }

    /// How far the log is kept.
    pub const fn followed(&self) -> &Followed {
        &self.followed
    }

    /// Bytes that the log takes here.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the owner's log keys as they are known now.
    pub fn know(&mut self, keys: Vec<LogKey>) {
        self.owner.keys = keys;
    }

    /// Keeps parts: checked, written, synced. Source: spec store-31.
    ///
    /// # Errors
    /// When they do not continue what is kept, which is then as before; or when the disk fails.
    // spec: store-31
    pub fn take(&mut self, frame: &Mirror) -> Result<(), TakeError> {
        let mut next = self.followed.clone();
        if let Err(unfit) = next.follow(frame, &self.owner) {
            self.forget_parts()?;
            return Err(unfit.into());
        }
        self.segment_for_next()?;
        let bytes = form::frame(frame).ok_or(TakeError::Unwritable)?;
        let Some(segment) = &mut self.segment else { return Err(TakeError::Unwritable) };
        segment.file.write_at(&bytes, segment.end)?;
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        segment.end = segment.end.saturating_add(len);
        self.bytes = self.bytes.saturating_add(len);
        if !next.in_entry() {
            segment.file.sync()?;
            segment.whole = segment.end;
        }
        self.followed = next;
        Ok(())
    }

    /// Cuts off the parts of an entry that did not end.
    fn forget_parts(&mut self) -> io::Result<()> {
        self.followed.forget_begun();
        if let Some(segment) = self.segment.as_mut().filter(|segment| segment.end > segment.whole) {
            segment.file.set_len(segment.whole)?;
            segment.end = segment.whole;
        }
        Ok(())
    }

    /// Begins again after a connection ended inside an entry.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn begin_connection(&mut self) -> io::Result<()> {
        self.forget_parts()
    }

    /// A segment with room, begun where the tree stands.
    fn segment_for_next(&mut self) -> io::Result<()> {
        let number = match &self.segment {
            Some(segment) if self.followed.in_entry() || segment.end < self.segment_bytes => {
                return Ok(());
            }
            Some(segment) => segment.number.saturating_add(1),
            None => 1,
        };
        // Each name on the way is made durable.
        let above: Vec<&Path> = self.folder.ancestors().take(3).collect();
        for folder in above.into_iter().rev() {
            self.disk.make_folder(folder)?;
        }
        let start = form::start(&SegmentStart::of(&self.followed, &self.owner));
        let start = start.ok_or(io::ErrorKind::InvalidData)?;
        let file = self.disk.open(&self.folder.join(form::name(number)), Opening::New)?;
        file.write_at(&start, 0)?;
        file.sync()?;
        self.disk.sync_folder(&self.folder)?;
        let end = u64::try_from(start.len()).unwrap_or(u64::MAX);
        self.segment = Some(Segment { number, file, whole: end, end });
        Ok(())
    }
}

impl SegmentStart {
    /// Where a tree stands now.
    fn of(followed: &Followed, owner: &Owner) -> Self {
        let levels = followed.tree().edge().iter();
        Self {
            origin: owner.origin.clone(),
            sequence: followed.sequence(),
            size: followed.tree().size(),
            edge: levels.map(|level| ByteBuf::from(tile::hash_bytes(level))).collect(),
            checkpoint: followed.checkpoint().map(|held| ByteBuf::from(held.note().to_vec())),
        }
    }

    /// The tree as it stood; `None` when it is not the one that the owner signed.
    fn followed(&self, owner: &Owner) -> Option<Followed> {
        if self.origin != owner.origin {
            return None;
        }
        let Some(note) = &self.checkpoint else {
            return (self.size == TreeSize::new(0)).then(Followed::default);
        };
        let edge: Option<Vec<_>> = self.edge.iter().map(|level| tile::hashes_from(level)).collect();
        let tree = Tree::from_edge(self.size, edge?).ok()?;
        Followed::resume(self.sequence, tree, owner.checkpoint(note)?)
    }
}
