//! The log as the journal tells it: every leaf, and beside it whatever it names.
//!
//! Uses `journal::scan`, `kind`. What a leaf names stands in the journal record of that leaf, and a full tile in the
//! record of the leaf that filled it. So one record in memory and a place for each 256 leaves are enough to read a log
//! of any length, over and over; the embedded store, whose memory grows with the log, is not asked.
//! Absent on purpose: any meaning of what is read.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::limits::TILE_HASHES;
use concord_protocol::log::tile;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use serde_bytes::ByteBuf;

use crate::store::entry::Entry;
use crate::store::journal::Position;
use crate::store::journal::SEGMENT_HEAD;
use crate::store::journal::follow::Follower;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::JournalError;
use crate::store::journal::scan::Scan;
use crate::store::kind;
use crate::store::kind::Kind;
use crate::store::read;

/// Leaves between two places that are remembered.
const RUN: u64 = 256;

/// Why something of the log cannot be read from the journal.
#[derive(Debug, thiserror::Error)]
pub enum ChapterError {
    /// The journal.
    #[error("read the journal")]
    Journal(#[from] JournalError),
    /// A record that holds and means nothing to this program.
    #[error("the journal record {sequence} cannot be understood")]
    Record {
        /// Which.
        sequence: u64,
    },
    /// The journal has no such leaf, or not what the leaf names.
    #[error("the journal lacks the leaf {index}, or what it names")]
    Missing {
        /// Which.
        index: LeafIndex,
    },
}

/// Reads the log of one journal, forward from leaf to leaf, and from any place again.
pub struct Chapters<'a> {
    journal: &'a Follower,
    reading: RefCell<Reading<'a>>,
}

/// How far it has come.
#[derive(Default)]
struct Reading<'a> {
    scan: Option<Scan<'a>>,
    /// Before the record of the first leaf of each run, as far as was read.
    places: Vec<Position>,
    chapter: Chapter,
}

/// The leaves of one journal record, and the rest of it, undecoded.
#[derive(Default)]
struct Chapter {
    sequence: u64,
    leaves: Vec<LeafRecord>,
    rest: Vec<ByteBuf>,
    /// What its leaves name, by digest; `None` until it is asked for.
    named: Option<BTreeMap<Digest, Vec<u8>>>,
}

// spec: store-17
impl<'a> Chapters<'a> {
    /// Begins.
    pub fn of(journal: &'a Follower) -> Self {
        Self { journal, reading: RefCell::default() }
    }

    /// So many leaves from a place on.
    ///
    /// # Errors
    /// When the journal cannot be read, or has not so many.
    pub fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, ChapterError> {
        let mut reading = self.reading.borrow_mut();
        let mut leaves: Vec<Vec<u8>> = Vec::with_capacity(count.min(TILE_HASHES));
        let mut index = first;
        while leaves.len() < count {
            let (chapter, at) = reading.turn_to(self.journal, index)?;
            let here = chapter.leaves.iter().skip(at).take(count.saturating_sub(leaves.len()));
            let before = leaves.len();
            leaves.extend(here.map(|record| record.leaf.to_vec()));
            let read = u64::try_from(leaves.len().saturating_sub(before)).unwrap_or(u64::MAX);
            index = LeafIndex::new(index.get().saturating_add(read));
        }
        Ok(leaves)
    }

    /// What a leaf names by its digest.
    ///
    /// # Errors
    /// When the journal cannot be read, or the record of the leaf has nothing of that digest.
    pub fn named(&self, index: LeafIndex, digest: &Digest) -> Result<Vec<u8>, ChapterError> {
        let mut reading = self.reading.borrow_mut();
        let (chapter, _) = reading.turn_to(self.journal, index)?;
        chapter.named()?.get(digest).cloned().ok_or(ChapterError::Missing { index })
    }

    /// The hashes of a full tile, from the record of the leaf that filled it.
    fn tile(&self, id: TileId) -> Result<Vec<Digest>, ChapterError> {
        let height = u32::from(id.level).saturating_add(1).saturating_mul(8);
        let under = 1_u64.checked_shl(height).unwrap_or(0);
        let last = id.index.saturating_add(1).saturating_mul(under).saturating_sub(1);
        let index = LeafIndex::new(last);
        let mut reading = self.reading.borrow_mut();
        let (chapter, _) = reading.turn_to(self.journal, index)?;
        chapter.tile(id)?.ok_or(ChapterError::Missing { index })
    }
}

impl FullTiles for Chapters<'_> {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.tile(id).map_err(|_| MissingTile { id, width: TILE_HASHES })
    }
}

impl<'a> Reading<'a> {
    /// Turns to the record that holds a leaf; gives it, and where the leaf stands in it.
    fn turn_to(
        &mut self,
        journal: &'a Follower,
        index: LeafIndex,
    ) -> Result<(&mut Chapter, usize), ChapterError> {
        if self.chapter.place_of(index).is_none() {
            self.leap(journal, index)?;
            while self.chapter.place_of(index).is_none() {
                self.read_on(journal, index)?;
            }
        }
        let at = self.chapter.place_of(index).ok_or(ChapterError::Missing { index })?;
        Ok((&mut self.chapter, at))
    }

    /// Goes to the nearest known place before a leaf, unless this one is nearer.
    fn leap(&mut self, journal: &'a Follower, index: LeafIndex) -> Result<(), ChapterError> {
        let run = usize::try_from(index.get() / RUN).unwrap_or(usize::MAX);
        let start = Position { sequence: 0, segment: 1, offset: SEGMENT_HEAD };
        let known = self.places.get(run).or(self.places.last()).copied().unwrap_or(start);
        let ahead = self.chapter.leaves.last().is_none_or(|last| last.index < index);
        let here = self.scan.as_ref().map(Scan::place).filter(|_| ahead);
        if here.is_none_or(|here| here.sequence < known.sequence) {
            let (disk, folder) = (journal.disk.as_ref(), journal.folder.as_path());
            let from = (known.sequence, Some(known));
            self.scan = Some(Scan::begin(disk, folder, journal.life, from)?);
        }
        Ok(())
    }

    /// Reads one record on the way to a leaf.
    fn read_on(&mut self, journal: &Follower, index: LeafIndex) -> Result<(), ChapterError> {
        let missing = ChapterError::Missing { index };
        let Some(scan) = &mut self.scan else { return Err(missing) };
        let before = scan.place();
        if before.sequence >= journal.durable() {
            return Err(missing);
        }
        let Found::Frame(after, payload) = scan.next()? else { return Err(missing) };
        let chapter = Chapter::read(after.sequence, &payload)?;
        match chapter.leaves.first() {
            None => return Ok(()),
            Some(first) if first.index > index => return Err(missing),
            Some(_) => self.chapter = chapter,
        }
        for leaf in &self.chapter.leaves {
            let next = u64::try_from(self.places.len()).unwrap_or(u64::MAX).saturating_mul(RUN);
            if leaf.index.get() == next {
                self.places.push(before);
            }
        }
        Ok(())
    }
}

impl Chapter {
    fn read(sequence: u64, payload: &[u8]) -> Result<Self, ChapterError> {
        let unclear = ChapterError::Record { sequence };
        let Ok(entry) = codec::decode::<Entry>(payload) else { return Err(unclear) };
        let is_leaf = |bytes: &ByteBuf| kind::of(bytes) == Some(Kind::Leaf);
        let (leaves, rest): (Vec<ByteBuf>, Vec<ByteBuf>) =
            entry.records.into_iter().partition(is_leaf);
        let leaves = leaves.iter().map(|bytes| read::record_of(bytes, read::as_leaf).ok());
        let leaves = leaves.collect::<Option<Vec<LeafRecord>>>();
        let follows = |leaves: &Vec<LeafRecord>| {
            let place = |leaf: &LeafRecord| leaf.index.get();
            leaves.is_sorted_by(|one, next| place(one).checked_add(1) == Some(place(next)))
        };
        match leaves.filter(follows) {
            Some(leaves) => Ok(Self { sequence, leaves, rest, named: None }),
            None => Err(unclear),
        }
    }

    /// Where a leaf stands among those of the record.
    fn place_of(&self, index: LeafIndex) -> Option<usize> {
        let first = self.leaves.first()?.index.get();
        let at = usize::try_from(index.get().checked_sub(first)?).ok()?;
        (at < self.leaves.len()).then_some(at)
    }

    fn named(&mut self) -> Result<&BTreeMap<Digest, Vec<u8>>, ChapterError> {
        if self.named.is_none() {
            let mut named = BTreeMap::new();
            for bytes in &self.rest {
                named.extend(self.item(bytes)?);
            }
            self.named = Some(named);
        }
        Ok(self.named.get_or_insert_default())
    }

    /// What a record holds that a leaf can name, and its digest.
    fn item(&self, bytes: &[u8]) -> Result<Option<(Digest, Vec<u8>)>, ChapterError> {
        let item = match kind::of(bytes) {
            Some(Kind::Message) => {
                let record = self.record(bytes, read::as_message)?;
                (record.digest, record.message)
            }
            Some(Kind::Dispatch) => {
                let record = self.record(bytes, read::as_dispatch)?;
                (digest::sha256(&record.dispatch), record.dispatch)
            }
            Some(Kind::Receipt) => {
                let record = self.record(bytes, read::as_receipt)?;
                (digest::sha256(&record.receipt), record.receipt)
            }
            Some(Kind::Evidence) => {
                let record = self.record(bytes, read::evidence::as_evidence)?;
                (record.digest, record.evidence)
            }
            Some(
                Kind::Leaf
                | Kind::Tile
                | Kind::Head
                | Kind::PeerHead
                | Kind::Credential
                | Kind::Revocation
                | Kind::Notice
                | Kind::Staff
                | Kind::Succession
                | Kind::Cosigned
                | Kind::PeerCosigned,
            )
            | None => return Ok(None),
        };
        Ok(Some((item.0, item.1.into_vec())))
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<Digest>>, ChapterError> {
        for bytes in self.rest.iter().filter(|bytes| kind::of(bytes) == Some(Kind::Tile)) {
            let record = self.record(bytes, read::as_tile)?;
            if (record.level, record.index) == (id.level, id.index) {
                let hashes = tile::hashes_from(&record.hashes);
                return Ok(hashes.filter(|hashes| hashes.len() == TILE_HASHES));
            }
        }
        Ok(None)
    }

    fn record<T>(
        &self,
        bytes: &[u8],
        unwrap: impl Fn(Record) -> Option<T>,
    ) -> Result<T, ChapterError> {
        read::record_of(bytes, unwrap).map_err(|_| ChapterError::Record { sequence: self.sequence })
    }
}

impl fmt::Debug for Chapters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chapters")
    }
}
