//! What leaves name stands in the commit of these leaves: whoever reads the journal finds both together.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::engine::effects::Batch;
use crate::engine::record::Record;
use crate::log::leaf::Leaf;

/// Demands that header, dispatch, receipt and evidence of every leaf are committed with it.
pub(super) fn assert_together(batch: &Batch) {
    let kept: BTreeSet<Digest> = batch.records.iter().filter_map(kept).collect();
    for record in &batch.records {
        let Record::Leaf(record) = record else { continue };
        let leaf: Leaf = codec::decode(&record.leaf).unwrap();
        for digest in named(&leaf) {
            assert!(kept.contains(&digest), "{leaf:?} names what is not committed with it");
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "leaves of every other kind name nothing")]
fn named(leaf: &Leaf) -> Vec<Digest> {
    match leaf {
        Leaf::Received { message, dispatch, .. } => Vec::from([*message, *dispatch]),
        Leaf::Refused { dispatch, .. } => Vec::from([*dispatch]),
        Leaf::ReceiptHeld { receipt, .. } => Vec::from([*receipt]),
        Leaf::Evidence { evidence, .. } => Vec::from([*evidence]),
        _ => Vec::new(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no leaf names any other record")]
fn kept(record: &Record) -> Option<Digest> {
    match record {
        Record::Message(record) => Some(digest::sha256(&record.message)),
        Record::Dispatch(record) => Some(digest::sha256(&record.dispatch)),
        Record::Receipt(record) => Some(digest::sha256(&record.receipt)),
        Record::Evidence(record) => Some(record.digest),
        _ => None,
    }
}
