//! A file of entries or changes, read block by block.
//!
//! In memory stands the index: the first bytes of each block and where it lies. Whoever looks something up inflates one
//! block, or the next one too where an identifier has many entries.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::codec;
use crate::codec::source::Source;
use crate::crypto::digest::Digest;
use crate::feed::block;
use crate::feed::fault::ListFault;
use crate::feed::form;
use crate::feed::form::MARK;
use crate::feed::form::Row;
use crate::feed::form::TAIL_BYTES;
use crate::feed::form::Trailer;
use crate::feed::listed;
use crate::feed::listed::Listed;
use crate::feed::number::Numbered as _;
use crate::limits::FEED_BLOCK_BYTES_MAX;
use crate::limits::FEED_FOUND_MAX;
use crate::limits::FEED_INDEX_BYTES_MAX;
use crate::limits::FEED_PLAIN_BYTES_MAX;
use crate::message::identifier::Identifier;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::registry::FeedCode;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The entries of a feed, as they are sent.
    Entries,
    /// What changed, as it is sent.
    Changes,
    /// A node's own table: each entry with the number of its feed that listed it.
    Table,
}

impl Form {
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Entries => 0,
            Self::Changes => 1,
            Self::Table => 2,
        }
    }

    pub(super) fn numbered(number: u8) -> Option<Self> {
        [Self::Entries, Self::Changes, Self::Table].into_iter().find(|form| form.number() == number)
    }
}

/// What a file says that it holds. Whether it does, [`crate::feed::check`] finds out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Entries, changes or a table.
    pub form: Form,
    /// Of which class of feed.
    pub class: FeedClass,
    /// How many.
    pub items: u64,
    /// Merkle root over them, in order; of a table over its entries alone.
    pub root: Digest,
    /// How many of which kind, by number.
    pub(super) counts: BTreeMap<u8, u64>,
}

impl Summary {
    /// How many entries there are of each kind of identifier; nothing for changes.
    pub fn by_type(&self) -> Vec<(IndicatorType, u64)> {
        let counts = self.counts.iter().filter(|_| self.form != Form::Changes);
        let typed = |(number, count): (&u8, &u64)| {
            IndicatorType::numbered(*number).ok().map(|indicator| (indicator, *count))
        };
        counts.filter_map(typed).collect()
    }
}

/// One block of a file.
struct Place {
    first: Vec<u8>,
    at: u64,
    stored: usize,
    plain: usize,
}

/// A file that can be read.
pub struct List<S> {
    source: S,
    summary: Summary,
    blocks: Vec<Place>,
}

/// Says how much there is and nothing of it.
impl<S> fmt::Debug for List<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({} items)", self.summary.items)
    }
}

/// Says how far it is and nothing of it.
impl<S> fmt::Debug for Walk<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Walk(block {})", self.next)
    }
}

/// An entry that was found, and since which number of its feed it is listed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entry.
    pub listed: Listed,
    /// The number of the feed.
    pub since: u64,
}

fn bad(rule: &'static str) -> ListFault {
    ListFault::whole(FeedCode::BadForm, rule)
}

impl<S: Source> List<S> {
    /// Opens a file: reads its trailer and its index, and judges that they fit each other.
    ///
    /// # Errors
    /// When the bytes are no such file, or it is larger than one may be.
    // spec: fed-3
    pub fn open(source: S, wanted: Form) -> Result<Self, ListFault> {
        let (summary, index_at, index) = tail(&source)?;
        if summary.form != wanted {
            return Err(bad("the file is of the form that its message says"));
        }
        let (mut rest, mut blocks) = (index.as_slice(), Vec::<Place>::new());
        let (mut at, mut items, mut plain) = (0_u64, 0_u64, 0_u64);
        while let Some(row) = block::take(&mut rest)? {
            let Row(first, stored, in_plain, in_block) =
                codec::decode(row).map_err(|_| bad("a row of the index has its one form"))?;
            let place = Place {
                first: first.into_vec(),
                at,
                stored: usize::try_from(stored).unwrap_or(usize::MAX),
                plain: usize::try_from(in_plain).unwrap_or(usize::MAX),
            };
            if blocks.last().is_some_and(|before| before.first >= place.first) {
                return Err(bad("the index is in the order of the list"));
            }
            if place.plain > FEED_BLOCK_BYTES_MAX || place.stored > 2 * FEED_BLOCK_BYTES_MAX {
                return Err(bad("a block has at most 16 KiB"));
            }
            at = at.saturating_add(u64::from(stored));
            items = items.saturating_add(u64::from(in_block));
            plain = plain.saturating_add(u64::from(in_plain));
            blocks.push(place);
        }
        if at != index_at || items != summary.items {
            return Err(bad("the index names every byte and every item of the file"));
        }
        if plain > FEED_PLAIN_BYTES_MAX {
            return Err(ListFault::whole(FeedCode::TooLarge, "a list has at most 1 GiB inflated"));
        }
        Ok(Self { source, summary, blocks })
    }

    /// What it says that it holds.
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Where its bytes come from.
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// Bytes of memory that the index takes, by estimate.
    pub fn index_bytes(&self) -> usize {
        let row = |place: &Place| place.first.capacity().saturating_add(size_of::<Place>());
        self.blocks.iter().map(row).sum()
    }

    /// Its items from the first on.
    pub const fn walk(&self) -> Walk<'_, S> {
        Walk { list: self, next: 0, run: Vec::new(), at: 0 }
    }

    fn block(&self, place: &Place) -> Result<Vec<u8>, ListFault> {
        let mut stored = vec![0; place.stored];
        self.source.read_at(place.at, &mut stored)?;
        block::inflate(&stored, place.plain)
    }

    /// Every entry of a table about an identifier, at most [`FEED_FOUND_MAX`].
    ///
    /// # Errors
    /// When the identifier is of no feed, or the file cannot be read.
    // spec: fed-12
    pub fn find(&self, identifier: &Identifier) -> Result<Vec<Found>, ListFault> {
        let prefix = listed::prefix(identifier)?;
        let after =
            self.blocks.partition_point(|place| place.first.as_slice() <= prefix.as_slice());
        let mut found = Vec::new();
        for place in self.blocks.iter().skip(after.saturating_sub(1)) {
            let is_beyond = !place.first.starts_with(&prefix) && place.first > prefix;
            if is_beyond || found.len() >= FEED_FOUND_MAX {
                break;
            }
            let run = self.block(place)?;
            let mut rest = run.as_slice();
            while let Some(item) = block::take(&mut rest)? {
                if item.starts_with(&prefix) && found.len() < FEED_FOUND_MAX {
                    let (entry, since) = since(item)?;
                    found.push(Found { listed: Listed::read(entry)?, since });
                }
            }
        }
        Ok(found)
    }
}

/// The trailer of a file, where its index begins, and the index.
fn tail<S: Source>(source: &S) -> Result<(Summary, u64, Vec<u8>), ListFault> {
    let short = || bad("a list ends with its trailer and its mark");
    let mut end = [0_u8; TAIL_BYTES];
    let tail_at = source.len().checked_sub(len_of(TAIL_BYTES)).ok_or_else(short)?;
    source.read_at(tail_at, &mut end)?;
    let (len, mark) = end.split_first_chunk::<2>().ok_or_else(short)?;
    if mark != MARK {
        return Err(short());
    }
    let len = u16::from_be_bytes(*len);
    let trailer_at = tail_at.checked_sub(u64::from(len)).ok_or_else(short)?;
    let mut trailer = vec![0; usize::from(len)];
    source.read_at(trailer_at, &mut trailer)?;
    let trailer: Trailer =
        codec::decode(&trailer).map_err(|_| bad("the trailer has its one form"))?;
    let (summary, index_len) = form::summary(trailer)?;
    if index_len > len_of(FEED_INDEX_BYTES_MAX) {
        return Err(ListFault::whole(FeedCode::TooLarge, "the index of a list has at most 16 MiB"));
    }
    let index_at = trailer_at.checked_sub(index_len).ok_or_else(short)?;
    let mut index = vec![0; usize::try_from(index_len).unwrap_or_default()];
    source.read_at(index_at, &mut index)?;
    Ok((summary, index_at, index))
}

fn len_of(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// The entry of an item of a table, and since which number it is listed so.
pub(super) fn since(item: &[u8]) -> Result<(&[u8], u64), ListFault> {
    let (entry, since) =
        item.split_last_chunk::<8>().ok_or_else(|| bad("a table says since when"))?;
    Ok((entry, u64::from_be_bytes(*since)))
}

/// Items of a file, one after the other, with one block in memory.
pub struct Walk<'l, S> {
    list: &'l List<S>,
    next: usize,
    run: Vec<u8>,
    at: usize,
}

impl<S: Source> Walk<'_, S> {
    /// The next item, as it stands in the file; `None` at its end.
    ///
    /// # Errors
    /// When a block cannot be read.
    pub fn next_item(&mut self) -> Result<Option<&[u8]>, ListFault> {
        if self.at >= self.run.len() {
            let Some(place) = self.list.blocks.get(self.next) else { return Ok(None) };
            self.run = self.list.block(place)?;
            (self.next, self.at) = (self.next.saturating_add(1), 0);
        }
        let mut rest = self.run.get(self.at..).unwrap_or_default();
        let item = block::take(&mut rest)?;
        self.at = self.run.len().saturating_sub(rest.len());
        Ok(item)
    }

    /// Whether the item that was given last is the first of its block, and how the index says that it begins.
    pub(super) fn begins(&self, item_len: usize) -> Option<&[u8]> {
        let is_first = self.at == item_len.saturating_add(2);
        let place = self.next.checked_sub(1).and_then(|block| self.list.blocks.get(block));
        place.filter(|_| is_first).map(|place| place.first.as_slice())
    }
}
