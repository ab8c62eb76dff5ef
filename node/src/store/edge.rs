//! The right edge of the node's own tree, computed again from leaves and full tiles.
//!
//! Uses `rows`, `schema`, `protocol::log`. The edge is never stored, so it cannot be wrong in silence: its root is
//! compared with the signed one at every start.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::TILE_HASHES;
use concord_protocol::log::hash;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tree::Tree;

use crate::store::read;
use crate::store::read::Reader;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::rows::Rows;
use crate::store::schema;

/// The rows do not hold the tree that was signed, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("leaves and tiles do not have the signed root")]
pub struct BadTree;

/// The full tiles in the rows.
#[derive(Debug)]
pub(crate) struct Kept<'a>(pub(crate) &'a dyn Rows);

impl FullTiles for Kept<'_> {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        let missing = MissingTile { id, width: TILE_HASHES };
        let row = self.0.get(&schema::tile(id.level, id.index)).ok().flatten().ok_or(missing)?;
        let record = read::record_of(&row, read::as_tile).map_err(|_| missing)?;
        tile::hashes_from(&record.hashes)
            .filter(|hashes| hashes.len() == TILE_HASHES)
            .ok_or(missing)
    }
}

impl FullTiles for Reader {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        Kept(self.rows()).full(id)
    }
}

/// The tree under a signed head. Source: spec store-12.
pub(crate) fn tree(rows: &dyn Rows, head: &HeadRecord) -> Result<Tree, BadTree> {
    let size = head.size.get();
    let mut edge = vec![leaf_hashes(rows, size)?];
    for level in 1_u8..8 {
        let hashes = size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
        let below = level.saturating_sub(1);
        let roots = (hashes.saturating_sub(hashes % 256)..hashes).map(|index| {
            Kept(rows).full(TileId { level: below, index }).map(|hashes| hash::root_over(&hashes))
        });
        edge.push(roots.collect::<Result<Vec<Digest>, MissingTile>>().map_err(|_| BadTree)?);
    }
    let tree = Tree::from_edge(head.size, edge).map_err(|_| BadTree)?;
    // spec: store-12
    if tree.root() == head.root { Ok(tree) } else { Err(BadTree) }
}

/// The root that a tree in the rows had at a size.
pub(crate) fn root_at(rows: &dyn Rows, tree: &Tree, size: TreeSize) -> Result<Digest, BadTree> {
    proof::root_at(&tree.over(&Kept(rows)), size).map_err(|_| BadTree)
}

/// Hashes of the leaves after the last full tile; a leaf after the last one is as wrong as a missing one.
fn leaf_hashes(rows: &dyn Rows, size: u64) -> Result<Vec<Digest>, BadTree> {
    let from = schema::leaf(LeafIndex::new(size.saturating_sub(size % 256)));
    let keys = Keys { from, until: schema::Table::Leaf.all().until };
    let found = rows.range(&keys, Order::Ascending, TILE_HASHES).map_err(|_| BadTree)?;
    let leaf = |(_, value): (Vec<u8>, Vec<u8>)| {
        read::record_of(&value, read::as_leaf).map_err(|_| BadTree)
    };
    found.into_iter().map(|row| Ok(hash::leaf_hash(&leaf(row)?.leaf))).collect()
}
