//! The tree, grown again from the leaves, and held against every tile and the signed root.

use alloc::collections::BTreeMap;

use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Grown;
use crate::audit::ledger::Head;
use crate::audit::verify::layout::Layout;
use crate::log::checkpoint::Checkpoint;
use crate::log::tile;
use crate::log::tile::TileId;

/// Hashes every leaf; compares every tile, full or partial, and the root.
pub(super) fn rebuild(layout: &Layout<'_>, checkpoint: &Checkpoint) -> Result<Grown, Finding> {
    // spec: audit-11
    let tiles: BTreeMap<TileId, (usize, &[u8])> =
        layout.tiles.iter().map(|(id, width, content)| (*id, (*width, *content))).collect();
    let mut grown = Grown::default();
    for entries in &layout.entries {
        let leaves = tile::read_bundle(entries.content, entries.width)
            .map_err(|error| Finding::of(&entries.path, Flaw::Entries(error)))?;
        for leaf in leaves {
            for full in grown.append(leaf) {
                compare(&tiles, full.id, &tile::hash_bytes(&full.hashes))?;
            }
        }
    }
    for (hashes, level) in grown.edge().iter().zip(0_u8..) {
        let height = u32::from(level).saturating_add(1).saturating_mul(8);
        let index = checkpoint.size.get().checked_shr(height).unwrap_or(0);
        if !hashes.is_empty() {
            compare(&tiles, TileId { level, index }, &tile::hash_bytes(hashes))?;
        }
    }
    if grown.head() == (Head { size: checkpoint.size, root: checkpoint.root }) {
        Ok(grown)
    } else {
        Err(Finding::of("checkpoint", Flaw::RootDiffers))
    }
}

fn compare(
    tiles: &BTreeMap<TileId, (usize, &[u8])>,
    id: TileId,
    hashes: &[u8],
) -> Result<(), Finding> {
    match tiles.get(&id) {
        Some((_, content)) if *content == hashes => Ok(()),
        Some((width, _)) => Err(Finding::of(&id.path(*width), Flaw::TileDiffers)),
        None => Err(Finding::of("checkpoint", Flaw::RootDiffers)),
    }
}
