//! The tree under the checkpoint: every tile hashed into the one above it, up to the signed root.

use alloc::vec::Vec;

use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::progress::Progress;
use crate::audit::progress::Stage;
use crate::audit::verify::layout;
use crate::audit::verify::layout::Layout;
use crate::audit::verify::problems::Problems;
use crate::codec::source::Source;
use crate::codec::source::Unreadable;
use crate::crypto::digest::Digest;
use crate::ids::TreeSize;
use crate::limits::TILE_HASHES;
use crate::log::checkpoint::Checkpoint;
use crate::log::hash;
use crate::log::proof;
use crate::log::tile;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;

/// The tiles of a bundle, read when they are asked for.
pub(super) struct Shown<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) layout: &'a Layout,
}

impl Shown<'_> {
    /// All the hashes of a tile.
    pub(super) fn tile(&self, id: TileId) -> Result<Vec<Digest>, Unreadable> {
        let Some((_, place)) = self.layout.tile(id) else { return Ok(Vec::new()) };
        Ok(tile::hashes_from(&layout::read(self.source, place)?).unwrap_or_default())
    }

    /// Compares every full tile with its hash in the tile above, and the root with the one that was signed.
    pub(super) fn compare(
        &self,
        checkpoint: &Checkpoint,
        progress: &dyn Progress,
        problems: &mut Problems,
    ) -> Result<(), Unreadable> {
        // spec: audit-11
        let mut above: Option<(TileId, Vec<Digest>)> = None;
        for (id, width, _) in &self.layout.tiles {
            let leaves = id.index.saturating_add(1).saturating_mul(256);
            if id.level == 0 && id.index % 64 == 0 {
                progress.done(
                    Stage::Tree,
                    leaves.min(checkpoint.size.get()),
                    checkpoint.size.get(),
                );
            }
            if *width < TILE_HASHES {
                continue;
            }
            let upper = TileId { level: id.level.saturating_add(1), index: id.index / 256 };
            let known = above.take().filter(|(known, _)| *known == upper);
            let (_, hashes) = match known {
                Some(known) => &*above.insert(known),
                None => &*above.insert((upper, self.tile(upper)?)),
            };
            let place = usize::try_from(id.index % 256).unwrap_or(0);
            if hashes.get(place) != Some(&hash::root_over(&self.tile(*id)?)) {
                let width = self.layout.tile(upper).map_or(0, |(width, _)| width);
                problems.add(Finding::of(&upper.path(width), Flaw::TileDiffers));
            }
        }
        if self.root_at(checkpoint.size)? != Some(checkpoint.root) {
            problems.add(Finding::of("checkpoint", Flaw::RootDiffers));
        }
        Ok(())
    }

    /// The root that the tree had at a size; `None` where it never was that large.
    pub(super) fn root_at(&self, size: TreeSize) -> Result<Option<Digest>, Unreadable> {
        Ok(proof::root_at(self, size).ok())
    }
}

impl Tiles for Shown<'_> {
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        let missing = MissingTile { id, width };
        let mut hashes = self.tile(id).map_err(|_| missing)?;
        if hashes.len() < width {
            return Err(missing);
        }
        hashes.truncate(width);
        Ok(hashes)
    }
}
