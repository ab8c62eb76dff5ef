//! One history of a log, kept by whoever has the log's key; two of them are a fork.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::proof;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tile::Tiles;
use concord_protocol::wire::witness::WitnessRequest;
use serde_bytes::ByteBuf;

/// A log in memory.
#[derive(Debug)]
pub struct Branch {
    origin: String,
    key: SharedSigner,
    leaves: Vec<Vec<u8>>,
}

impl Branch {
    /// Two histories of so many leaves that share their first ones, of leaves that mean nothing.
    pub fn fork(origin: &str, key: &SharedSigner, shared: u64, leaves: u64) -> [Self; 2] {
        let leaf = |tail: &str, place: u64| format!("{tail} {place}").into_bytes();
        Self::fork_of(origin, key, (shared, leaves), leaf)
    }

    /// The same, with leaves of one's own: by what they are part of, and their place.
    pub fn fork_of(
        origin: &str,
        key: &SharedSigner,
        (shared, leaves): (u64, u64),
        leaf: impl Fn(&str, u64) -> Vec<u8>,
    ) -> [Self; 2] {
        ["truth", "lie"].map(|tail| {
            let tail = |place: u64| if place < shared { "both" } else { tail };
            let leaves = (0..leaves).map(|place| leaf(tail(place), place)).collect();
            Self { origin: origin.to_owned(), key: SharedSigner::clone(key), leaves }
        })
    }

    /// One leaf.
    ///
    /// # Panics
    /// When there is none.
    pub fn leaf(&self, place: usize) -> Vec<u8> {
        self.leaves[place].clone()
    }

    /// What the log says of itself at a size.
    pub fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = proof::root_at(self, TreeSize::new(size)).expect("the leaves are there");
        Checkpoint { origin: self.origin.clone(), size: TreeSize::new(size), root }
    }

    /// The same, signed.
    pub fn note(&self, size: u64) -> Vec<u8> {
        checkpoint::sign(&self.checkpoint(size), self.key.as_ref()).expect("the key is here")
    }

    /// The path from one size to another.
    pub fn path(&self, old: u64, new: u64) -> Vec<Digest> {
        proof::consistency(self, TreeSize::new(old), TreeSize::new(new))
            .expect("the leaves are there")
    }

    /// What asks for a cosignature; this history from its beginning to its end.
    pub fn request(&self, old: u64, new: u64) -> WitnessRequest {
        WitnessRequest {
            old: TreeSize::new(old),
            old_root: self.checkpoint(old).root,
            consistency: self.path(old, new),
            checkpoint: ByteBuf::from(self.note(new)),
        }
    }
}

/// All hashes are at hand, so a tile is what its leaves make.
impl Tiles for Branch {
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        let missing = MissingTile { id, width };
        let span = 256_usize.checked_pow(u32::from(id.level)).ok_or(missing)?;
        let first = usize::try_from(id.index).ok().and_then(|index| index.checked_mul(256 * span));
        let first = first.ok_or(missing)?;
        let hash = |place: usize| {
            let start = first + place * span;
            let leaves = self.leaves.get(start..start + span).ok_or(missing)?;
            let hashes: Vec<Digest> = leaves.iter().map(|leaf| hash::leaf_hash(leaf)).collect();
            Ok(hash::root_over(&hashes))
        };
        (0..width).map(hash).collect()
    }
}
