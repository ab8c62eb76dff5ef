//! A whole bundle taken apart and put together again, so that a fault lies deep and not in a digest: tiles, entry
//! bundles, manifest and digest are made anew, and the checkpoint is signed again by whoever has the log's key.

use ciborium::Value;
use concord_protocol::audit::ustar;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;

const BLOCK: usize = 512;

/// The lists that leaves name, in the order of the bundle.
pub const LISTS: [&str; 3] = ["headers", "dispatches", "receipts"];

/// A whole bundle, taken apart.
#[derive(Clone, Debug)]
pub struct Opened {
    manifest: Value,
    /// The listed parts.
    pub listed: Vec<(String, Vec<u8>)>,
    /// The leaves.
    pub leaves: Vec<Vec<u8>>,
    /// Items of the lists that leaves name.
    pub lists: [Vec<Vec<u8>>; 3],
}

impl Opened {
    /// Takes a bundle apart.
    ///
    /// # Panics
    /// When it is none, or not a whole one.
    pub fn of(bundle: &[u8]) -> Self {
        let parts = parts(bundle);
        let items = sequence(&parts[0].1);
        let manifest: Value = ciborium::from_reader(items[0].as_slice()).unwrap();
        let listed = parts[1..items.len()].to_vec();
        let (mut leaves, mut lists) = (Vec::new(), [const { Vec::new() }; 3]);
        for (path, content) in &parts[items.len()..] {
            if path.starts_with("tile/entries/") {
                leaves.extend(entries(content));
            } else if let Some(place) = LISTS.iter().position(|name| name == path) {
                lists[place] = sequence(content);
            }
        }
        Self { manifest, listed, leaves, lists }
    }

    /// Puts it together, with a checkpoint over whatever the leaves are now.
    ///
    /// # Panics
    /// When a part cannot be written.
    pub fn sealed(&self, key: &SigningKey) -> Vec<u8> {
        let mut tree = Tree::new();
        let mut level_0 = Vec::new();
        for leaf in &self.leaves {
            drop(tree.append(leaf));
            level_0.push(hash::leaf_hash(leaf));
        }
        let mut manifest = self.manifest.clone();
        let fields = manifest.as_map_mut().unwrap();
        let origin = fields[3].1.as_text().unwrap().to_owned();
        fields[4].1 = u64::try_from(self.leaves.len()).unwrap().into();
        fields[6].1 = u64::try_from(self.listed.len()).unwrap().into();
        let head = Checkpoint { origin, size: tree.size(), root: tree.root() };
        let mut listed = self.listed.clone();
        listed[0].1 = checkpoint::sign(&head, key).unwrap();

        let mut items = vec![encoded(&manifest)];
        items.extend(listed.iter().map(|(path, content)| entry(path, content)));
        let manifest: Vec<u8> = items.iter().flat_map(|item| item_of(item)).collect();
        let mut parts = vec![("manifest.cbor".to_owned(), manifest.clone())];
        parts.extend(listed);
        parts.extend(tiles(&level_0));
        parts.extend(self.bundles(tree.size()));
        for (name, items) in LISTS.iter().zip(&self.lists) {
            let content = items.iter().flat_map(|item| item_of(item)).collect();
            parts.push(((*name).to_owned(), content));
        }
        parts.push(("digest".to_owned(), digest::sha256(&manifest).as_bytes().to_vec()));
        archive(&parts)
    }

    fn bundles(&self, size: TreeSize) -> Vec<(String, Vec<u8>)> {
        let bundle = |(index, width): (u64, usize)| {
            let first = usize::try_from(index).unwrap() * 256;
            let content = tile::write_bundle(&self.leaves[first..first + width]).unwrap();
            (tile::entries_path(index, width), content)
        };
        tile::bundles_of(size).map(bundle).collect()
    }
}

/// Every tile of a tree, the lowest level first.
fn tiles(leaves: &[Digest]) -> Vec<(String, Vec<u8>)> {
    let size = TreeSize::new(u64::try_from(leaves.len()).unwrap());
    let mut levels = vec![leaves.to_vec()];
    while let Some(below) = levels.last().filter(|below| below.len() >= 256) {
        let full = below.chunks_exact(256);
        levels.push(full.map(hash::root_over).collect());
    }
    let part = |(id, width): (tile::TileId, usize)| {
        let first = usize::try_from(id.index).unwrap() * 256;
        let hashes = &levels[usize::from(id.level)][first..first + width];
        (id.path(width), tile::hash_bytes(hashes))
    };
    tile::tiles_of(size).map(part).collect()
}

fn entry(path: &str, content: &[u8]) -> Vec<u8> {
    let length = u64::try_from(content.len()).unwrap();
    let digest = digest::sha256(content).as_bytes().to_vec();
    encoded(&Value::Map(vec![
        (0.into(), path.into()),
        (1.into(), length.into()),
        (2.into(), Value::Bytes(digest)),
    ]))
}

fn encoded(tree: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(tree, &mut bytes).unwrap();
    bytes
}

fn item_of(bytes: &[u8]) -> Vec<u8> {
    encoded(&Value::Bytes(bytes.to_vec()))
}

fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, content) in parts {
        bytes.extend(ustar::header(path, u64::try_from(content.len()).unwrap()).unwrap());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

fn parts(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    while bytes[0] != 0 {
        let (head, rest) = bytes.split_at(BLOCK);
        let text = |from: usize, to: usize| {
            let field = head[from..to].split(|byte| *byte == 0).next().unwrap();
            String::from_utf8(field.to_vec()).unwrap()
        };
        let (name, prefix) = (text(0, 100), text(345, 500));
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let length = usize::from_str_radix(&text(124, 136), 8).unwrap();
        found.push((path, rest[..length].to_vec()));
        bytes = &rest[length.next_multiple_of(BLOCK)..];
    }
    found
}

fn sequence(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let item: Value = ciborium::from_reader(&mut bytes).unwrap();
        items.push(item.into_bytes().unwrap());
    }
    items
}

fn entries(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut leaves = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        leaves.push(rest[..length].to_vec());
        bytes = &rest[length..];
    }
    leaves
}
