//! What one verified log says of its links: the facts that two logs are held together by.
//!
//! Uses `log`, `ids`. Filled by `verify`, read by `reconcile`.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::ProcedureId;
use crate::ids::TreeSize;
use crate::limits::TILE_HASHES;
use crate::log::hash;
use crate::log::leaf::Outcome;
use crate::log::proof;
use crate::log::succession::code::Cause;
use crate::log::tile::FullTile;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;
use crate::log::tree::Tree;

/// The other side of a link, and its epoch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The peer.
    pub peer: AgencyId,
    /// The epoch.
    pub epoch: Epoch,
}

/// A `sent` leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// Place of the leaf.
    pub leaf: LeafIndex,
}

/// A `received` or `refused` leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// Place of the leaf.
    pub leaf: LeafIndex,
    /// What became of the message.
    pub outcome: Outcome,
}

/// One item of a `receipt-held` leaf: what the peer proved of its own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipted {
    /// The message.
    pub message: Digest,
    /// Place in the peer's log.
    pub index: LeafIndex,
    /// What became of the message.
    pub outcome: Outcome,
    /// The peer's log.
    pub origin: Arc<str>,
    /// Head of the peer's log in the receipt.
    pub head: Head,
}

/// Size and root of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// The facts of one log.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Whose log it is.
    pub agency: AgencyId,
    /// Digest of the charter's first version.
    pub charter: Digest,
    /// The log.
    pub origin: String,
    /// The tree, with which the root at any older size can be told.
    pub log: Grown,
    /// What was sent, in the order of the leaves.
    pub sent: BTreeMap<Line, Vec<Sent>>,
    /// What arrived, in the order of the leaves.
    pub arrived: BTreeMap<Line, Vec<Arrived>>,
    /// What was receipted.
    pub receipted: BTreeMap<(Line, LinkNumber), Receipted>,
    /// Heads of other logs that this log's evidence shows, by origin.
    pub heads: BTreeMap<String, BTreeMap<TreeSize, Digest>>,
    /// Procedures in which it asked for a handover, or was asked.
    pub requests: BTreeSet<ProcedureId>,
    /// Decisions on handovers, of its own and of others.
    pub decisions: Vec<Decision>,
    /// Leaves that say that a body was read for a purpose that is not registered.
    pub purposeless: Vec<LeafIndex>,
    /// How the log before ended, where there was one.
    pub end: Option<End>,
    /// Number of the log.
    pub number: LogNumber,
    /// Whether it is the first log of its agency.
    pub is_first: bool,
    /// How much of the log its bundle discloses.
    pub extent: Extent,
}

/// How much of a log a bundle discloses, as far as it matters for holding logs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every leaf.
    Whole,
    /// Everything about the link with one peer.
    Link(AgencyId),
    /// Some leaves, of which no link is whole.
    Part,
}

/// The end of the log before, as the first leaf says it and a quorum approved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The log that ended.
    pub origin: String,
    /// Why.
    pub cause: Cause,
    /// With how many leaves.
    pub size: TreeSize,
    /// What its agency had of it.
    pub restored: Head,
    /// The first leaf that may be lost, or other than what members saw.
    pub lost_from: LeafIndex,
    /// Who approved.
    pub approved_by: Vec<AgencyId>,
}

/// A decision on a handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The procedure.
    pub procedure: ProcedureId,
    /// Place of the leaf that holds it.
    pub leaf: LeafIndex,
}

/// A tree with all its full tiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grown {
    tree: Tree,
    full: BTreeMap<TileId, Vec<Digest>>,
}

impl Grown {
    /// Appends a leaf; gives the tiles that it filled.
    pub fn append(&mut self, leaf: &[u8]) -> Vec<FullTile> {
        self.append_hash(hash::leaf_hash(leaf))
    }

    /// Appends a leaf by its hash; gives the tiles that it filled.
    pub fn append_hash(&mut self, leaf: Digest) -> Vec<FullTile> {
        let (_, filled) = self.tree.append_hash(leaf);
        for tile in &filled {
            self.full.insert(tile.id, tile.hashes.clone());
        }
        filled
    }

    /// Its size and root.
    pub fn head(&self) -> Head {
        Head { size: self.tree.size(), root: self.tree.root() }
    }

    /// The root that it had at an older size; `None` where it never was that large.
    pub fn root_at(&self, size: TreeSize) -> Option<Digest> {
        proof::root_at(self, size).ok()
    }

    /// The partial tiles, level 0 first.
    pub fn edge(&self) -> &[Vec<Digest>] {
        self.tree.edge()
    }
}

impl Tiles for Grown {
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        self.tree.over(self).hashes(id, width)
    }
}

impl FullTiles for Grown {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.full.get(&id).cloned().ok_or(MissingTile { id, width: TILE_HASHES })
    }
}
