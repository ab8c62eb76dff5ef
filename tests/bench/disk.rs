//! Leaves made durable by the store, against a bare file that gets the same bytes.

use std::fs::OpenOptions;
use std::io::Write;

use concord_node::clock::Stopwatch;
use concord_node::store::Batch;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_protocol::codec;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use harness::federation::Scratch;
use serde_bytes::ByteBuf;

/// Leaves in each commit.
const LEAVES: u64 = 64;

/// Bytes of a leaf: a message's header.
const LEAF_BYTES: usize = 700;

/// Leaves a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    pub(crate) store_rate: f64,
    pub(crate) bare_rate: f64,
}

pub(crate) fn measure(commits: u64) -> Rates {
    let scratch = Scratch::new("bench-disk");
    let leaves = (commits * LEAVES) as f64;
    let batches: Vec<Vec<Record>> = (0..commits).map(batch).collect();
    let bytes: Vec<Vec<u8>> = batches
        .iter()
        .map(|records| records.iter().flat_map(|record| codec::encode(record).unwrap()).collect())
        .collect();

    let mut bare =
        OpenOptions::new().create(true).append(true).open(scratch.path().join("bare")).unwrap();
    let watch = Stopwatch::start();
    for bytes in &bytes {
        bare.write_all(bytes).unwrap();
        bare.sync_data().unwrap();
    }
    let bare_rate = leaves / watch.elapsed().as_secs_f64();

    let folder = scratch.path().join("node");
    std::fs::create_dir_all(&folder).unwrap();
    let (mut store, _) =
        Store::open(&folder, StoreSettings::default(), ContentKey::from_bytes([5; 32])).unwrap();
    let watch = Stopwatch::start();
    for records in batches {
        store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    }
    Rates { store_rate: leaves / watch.elapsed().as_secs_f64(), bare_rate }
}

fn batch(commit: u64) -> Vec<Record> {
    let first = commit * LEAVES;
    let leaf = |index| {
        Record::Leaf(LeafRecord {
            index: LeafIndex::new(index),
            leaf: ByteBuf::from(vec![9; LEAF_BYTES]),
        })
    };
    let mut records: Vec<Record> = (first..first + LEAVES).map(leaf).collect();
    let root = digest::sha256(&commit.to_be_bytes());
    let note = ByteBuf::from(vec![6; 250]);
    records.push(Record::Head(HeadRecord { size: TreeSize::new(first + LEAVES), root, note }));
    records
}
