//! A log in the store, as large as asked for: inclusion proofs out of it, and a start with it.

use std::fs;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;

use concord_node::clock::Stopwatch;
use concord_node::store::Batch;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_protocol::codec;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;
use harness::chance::Chance;
use harness::federation::Scratch;
use serde_bytes::ByteBuf;

const ORIGIN: &str = "concord/bench/la.mps/log1";

/// Leaves in each commit while the log is made.
const COMMIT: u64 = 4_096;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Inclusion proofs a second out of the store, at places that luck chooses.
    pub(crate) proofs: f64,
    /// Checks of the same proofs a second.
    pub(crate) checks: f64,
    /// Seconds from opening the directory to the tree, after a clean stop.
    pub(crate) start: f64,
    /// Seconds in which the same files are read once.
    pub(crate) read: f64,
    /// Bytes of the directory for each leaf.
    pub(crate) bytes: f64,
    /// Resident memory after the start, in MiB, of the whole process.
    pub(crate) memory_mib: f64,
}

pub(crate) fn measure(leaves: u64, times: u32) -> Run {
    let scratch = Scratch::new("bench-log");
    let folder = scratch.path().join("node");
    fs::create_dir_all(&folder).unwrap();
    fill(&folder, leaves);

    let read = seconds(|| {
        black_box(read_below(&folder));
    });
    let watch = Stopwatch::start();
    let store = open(&folder);
    let reader = store.reader();
    let tree = reader.tree().unwrap();
    let start = watch.elapsed().as_secs_f64();
    let memory_mib = crate::exchange::resident_mib(std::process::id());

    let (size, root) = (TreeSize::new(leaves), tree.root());
    let mut chance = Chance::from_seed(1);
    let below = usize::try_from(leaves).unwrap();
    let places: Vec<u64> =
        (0..times).map(|_| u64::try_from(chance.below(below)).unwrap()).collect();
    let mut paths = Vec::new();
    let building = seconds(|| {
        for place in &places {
            let tiles = tree.over(&reader);
            paths.push(proof::inclusion(&tiles, LeafIndex::new(*place), size).unwrap());
        }
    });
    let checking = seconds(|| {
        for (place, path) in places.iter().zip(&paths) {
            let leaf = hash::leaf_hash(&leaf(*place));
            proof::verify_inclusion(&leaf, LeafIndex::new(*place), size, path, &root).unwrap();
        }
    });
    Run {
        proofs: f64::from(times) / building,
        checks: f64::from(times) / checking,
        start,
        read,
        bytes: read_below(&folder) as f64 / leaves as f64,
        memory_mib,
    }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, StoreSettings::default(), ContentKey::from_bytes([5; 32])).unwrap().0
}

/// A leaf that names nothing else.
fn leaf(index: u64) -> Vec<u8> {
    let at = Timestamp::from_millis(1_768_089_600_000 + index);
    let bundle = digest::sha256(&index.to_be_bytes());
    codec::encode(&Leaf::Exported { bundle, size: TreeSize::new(index), at }).unwrap()
}

fn fill(folder: &Path, leaves: u64) {
    let (mut store, mut tree) = (open(folder), Tree::new());
    let key = SigningKey::from_seed(&[6; 32]);
    while tree.size().get() < leaves {
        let first = tree.size().get();
        let mut records = Vec::new();
        for index in first..leaves.min(first + COMMIT) {
            let bytes = leaf(index);
            let (index, full) = tree.append(&bytes);
            records.push(Record::Leaf(LeafRecord { index, leaf: ByteBuf::from(bytes) }));
            records.extend(full.into_iter().map(|full| {
                let hashes = ByteBuf::from(tile::hash_bytes(&full.hashes));
                Record::Tile(TileRecord { level: full.id.level, index: full.id.index, hashes })
            }));
        }
        let (size, root) = (tree.size(), tree.root());
        let head = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        let note = ByteBuf::from(checkpoint::sign(&head, &key).unwrap());
        records.push(Record::Head(HeadRecord { size, root, note }));
        store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    }
    store.close().unwrap();
}

fn seconds(once: impl FnOnce()) -> f64 {
    let watch = Stopwatch::start();
    once();
    watch.elapsed().as_secs_f64()
}

/// Reads every file below once. Gives back how many bytes there were.
fn read_below(folder: &Path) -> u64 {
    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        if entry.metadata().unwrap().is_dir() {
            total += read_below(&entry.path());
            continue;
        }
        let mut file = fs::File::open(entry.path()).unwrap();
        loop {
            let count = file.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            total += u64::try_from(count).unwrap();
        }
    }
    total
}
