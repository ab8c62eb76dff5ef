//! The disclosed leaves in order, a few at a time: read, spread over the workers, then judged one by one.

use alloc::vec::Vec;
use core::mem;

use crate::audit::bundle::Part;
use crate::audit::bundle::sequence::ItemError;
use crate::audit::bundle::sequence::List;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::progress::Job;
use crate::audit::progress::Stage;
use crate::audit::ustar::Place;
use crate::audit::verify::layout;
use crate::audit::verify::lists::Lists;
use crate::audit::verify::people::People;
use crate::audit::verify::problems::Problems;
use crate::audit::verify::slot::Slot;
use crate::audit::verify::tree::Shown;
use crate::audit::verify::walk::Walk;
use crate::codec::source::Unreadable;
use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::tile;
use crate::log::tile::TileId;

/// Bytes that leaves may take from lists before they are judged.
const TAKEN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Leaves that one job judges.
const JOB_LEAVES: usize = 16;

/// Everything that the walk over the leaves works with.
pub(super) struct Leaves<'w, 'a> {
    pub(super) walk: &'w mut Walk<'a>,
    pub(super) lists: &'w mut Lists<'a>,
    pub(super) shown: &'w Shown<'a>,
    pub(super) size: TreeSize,
    pub(super) problems: &'w mut Problems,
}

/// A leaf of a scoped bundle, with its place.
type Disclosed = (LeafIndex, Vec<u8>);

impl Leaves<'_, '_> {
    /// Judges every leaf that is disclosed. Gives how many.
    pub(super) fn judge(&mut self) -> Result<u64, Unreadable> {
        match self.shown.layout.leaves {
            None => self.whole(),
            Some(place) => self.scoped(place),
        }
    }

    /// Entry bundle after entry bundle.
    fn whole(&mut self) -> Result<u64, Unreadable> {
        for ((index, width), place) in tile::bundles_of(self.size).zip(&self.shown.layout.entries) {
            let content = layout::read(self.shown.source, *place)?;
            match tile::read_bundle(&content, width) {
                Ok(leaves) => {
                    let places = (index.saturating_mul(256)..).map(LeafIndex::new);
                    self.tile(index, places.zip(leaves))?;
                }
                Err(error) => {
                    let path = Part::Entries(index, width).path();
                    self.problems.add(Finding::of(&path, Flaw::Entries(error)));
                }
            }
            let done = index.saturating_add(1).saturating_mul(256).min(self.size.get());
            self.walk.terms.progress.done(Stage::Leaves, done, self.size.get());
        }
        Ok(self.size.get())
    }

    /// Leaf after leaf, as many at a time as stand in one tile.
    fn scoped(&mut self, place: Place) -> Result<u64, Unreadable> {
        let mut list = List::new(self.shown.source, place);
        let mut disclosed = 0_u64;
        let mut group: Vec<Disclosed> = Vec::new();
        let mut last = None;
        loop {
            let next = match self.disclosed(&mut list, last) {
                Ok(next) => next,
                Err(Unread::Flaw(flaw)) => {
                    self.problems.add(Finding::of(&Part::Leaves.path(), flaw));
                    None
                }
                Err(Unread::Unreadable(unreadable)) => return Err(unreadable),
            };
            last = next.as_ref().map(|(index, _)| *index).or(last);
            let tile = |(index, _): &Disclosed| index.get() / 256;
            if let Some(before) = group.first().map(tile)
                && next.as_ref().map(tile) != Some(before)
            {
                let group = mem::take(&mut group);
                disclosed = disclosed.saturating_add(u64::try_from(group.len()).unwrap_or(0));
                self.tile(before, group.iter().map(|(index, leaf)| (*index, leaf.as_slice())))?;
                let done = before.saturating_add(1).saturating_mul(256).min(self.size.get());
                self.walk.terms.progress.done(Stage::Leaves, done, self.size.get());
            }
            match next {
                Some(next) => group.push(next),
                None => return Ok(disclosed),
            }
        }
    }

    /// The next leaf of a scoped bundle: its place in eight bytes, then the leaf.
    fn disclosed(
        &self,
        list: &mut List<'_>,
        last: Option<LeafIndex>,
    ) -> Result<Option<Disclosed>, Unread> {
        // spec: audit-25
        let Some(item) = list.next_item()? else { return Ok(None) };
        let Some((index, leaf)) = item.split_first_chunk::<8>() else {
            return Err(Unread::Flaw(Flaw::Order));
        };
        let index = LeafIndex::new(u64::from_be_bytes(*index));
        if last.is_some_and(|last| last >= index) || index.get() >= self.size.get() {
            return Err(Unread::Flaw(Flaw::Order));
        }
        Ok(Some((index, leaf.to_vec())))
    }

    /// The leaves of one tile.
    fn tile<'b>(
        &mut self,
        tile: u64,
        leaves: impl Iterator<Item = (LeafIndex, &'b [u8])>,
    ) -> Result<(), Unreadable> {
        let hashes = self.shown.tile(TileId { level: 0, index: tile })?;
        let hash = |index: LeafIndex| -> Option<Digest> {
            hashes.get(usize::try_from(index.get() % 256).ok()?).copied()
        };
        let mut slots: Vec<Slot<'b>> =
            leaves.map(|(index, bytes)| Slot::new(index, bytes, hash(index))).collect();
        self.spread(&mut slots, |_, slot| slot.read());
        let path = self.shown.layout.leaf_path(tile, self.size.get());
        let mut rest = slots.as_mut_slice();
        while !rest.is_empty() {
            let taken = self.take(rest)?;
            let (now, later) = rest.split_at_mut(taken);
            self.spread(now, |people, slot| slot.verify(people));
            for slot in now {
                let leaf = Some(slot.index);
                if let Err(flaw) = self.walk.judge(slot) {
                    self.problems.add(Finding { part: path.clone(), leaf, flaw });
                }
            }
            rest = later;
        }
        Ok(())
    }

    /// Hands items to leaves, until they are many bytes. Gives the number of leaves, at least one.
    fn take(&mut self, slots: &mut [Slot<'_>]) -> Result<usize, Unreadable> {
        let (mut bytes, mut taken) = (0_usize, 0_usize);
        for slot in slots {
            if let Ok(leaf) = &slot.leaf {
                slot.items = self.lists.take(leaf, self.walk.people, self.problems)?;
            }
            bytes = bytes.saturating_add(slot.items.bytes());
            taken = taken.saturating_add(1);
            if bytes > TAKEN_BYTES_MAX {
                break;
            }
        }
        Ok(taken)
    }

    fn spread(&self, slots: &mut [Slot<'_>], work: impl Fn(&People, &mut Slot<'_>) + Sync) {
        let (people, work) = (self.walk.people, &work);
        let mut jobs: Vec<Job<'_>> = slots
            .chunks_mut(JOB_LEAVES)
            .map(|some| Job::new(move || some.iter_mut().for_each(|slot| work(people, slot))))
            .collect();
        self.walk.terms.workers.run(&mut jobs);
    }
}

/// Why the next leaf of a scoped bundle was not read.
enum Unread {
    Flaw(Flaw),
    Unreadable(Unreadable),
}

impl From<ItemError> for Unread {
    fn from(error: ItemError) -> Self {
        match error {
            ItemError::Bad(bad) => Self::Flaw(Flaw::Item(bad)),
            ItemError::Unreadable(unreadable) => Self::Unreadable(unreadable),
        }
    }
}
