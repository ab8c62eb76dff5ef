//! A bundle of the shortest log there is, whole and with one fault.

use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::Contents;
use concord_protocol::audit::progress::Unwatched;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tile::TileId;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::SENDER;
use super::mutate;

pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("audit", "bundle");
    let leaf = started();
    let root = hash::leaf_hash(&leaf);
    let good = written(world, &leaf, root);
    sheet.good("good", "the bundle of a log of one leaf", &["audit-2"], &good);
    let at = good.windows(leaf.len()).position(|window| window == leaf).unwrap();
    sheet.bad(
        "flipped",
        "one bit of the leaf is another",
        &["audit-11"],
        "leaf-differs",
        &mutate::flipped(&good, at),
    );
    sheet.bad(
        "longer",
        "one byte after the end",
        &["audit-2"],
        "archive",
        &[&good[..], &[0]].concat(),
    );
    sheet.bad(
        "cut",
        "the last block is missing",
        &["audit-2"],
        "archive",
        &good[..good.len() - 512],
    );
    sheet.bad(
        "other-root",
        "a checkpoint that signs another root than that of the leaf",
        &["audit-11"],
        "root-differs",
        &written(world, &leaf, digest::sha256(b"another root")),
    );
    sheet.cases
}

fn started() -> Vec<u8> {
    let leaf = Leaf::Started {
        at: NOW,
        charter_version: CharterVersion::new(1),
        credential: Serial::new(1),
        probed: false,
    };
    codec::encode(&leaf).unwrap()
}

fn written(world: &Federation, leaf: &[u8], root: Digest) -> Vec<u8> {
    let agency = federation::agency(SENDER);
    let origin = world.directory.origin(&agency, LogNumber::new(1));
    let key = federation::key(SENDER, "log");
    let head = Checkpoint { origin: origin.clone(), size: TreeSize::new(1), root };
    let note = checkpoint::sign(&head, &key).unwrap();
    let charter = world.verified();
    let credentials = world.directory.credentials().map(|verified| {
        let credential = verified.credential();
        (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
    });
    let contents = Contents {
        agency,
        charter: charter.charter().name.clone(),
        checkpoint: checkpoint::verify(&note, &origin, &key.public()).unwrap(),
        made_at: NOW,
        charters: Chain::founding(charter.clone()),
        credentials: credentials.collect(),
        scope: None,
        seed: [0; 16],
        cosignatures: Vec::new(),
        peer_checkpoints: Vec::new(),
        peer_cosigned: Vec::new(),
    };
    let mut bundle = Vec::new();
    export::write(&OneLeaf(leaf), &contents, &mut bundle, &Unwatched).unwrap();
    bundle
}

/// A log of one leaf, which names nothing else.
struct OneLeaf<'a>(&'a [u8]);

/// Nothing else is kept.
#[derive(Debug)]
struct NotKept;

impl Archive for OneLeaf<'_> {
    type Error = NotKept;

    fn hashes(&self, _: TileId, _: usize) -> Result<Vec<Digest>, NotKept> {
        Ok(vec![hash::leaf_hash(self.0)])
    }

    fn leaf(&self, _: LeafIndex) -> Result<Vec<u8>, NotKept> {
        Ok(self.0.to_vec())
    }

    fn named(&self, _: LeafIndex, _: &Digest) -> Result<Vec<u8>, NotKept> {
        Err(NotKept)
    }
}
