//! A log of a peer in memory, as large as asked for: receipts as an auditor verifies them, and cosignatures.

use std::collections::BTreeMap;
use std::hint::black_box;

use concord_node::clock::Stopwatch;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::directory::LogKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::proof;
use concord_protocol::log::tile::FullTile;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::receipt;
use concord_protocol::wire::receipt::Expected;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use serde_bytes::ByteBuf;

const ORIGIN: &str = "concord/bench/mm.mpf/log1";
const WITNESS: &str = "concord/bench/la.mps/witness";

/// Messages with a receipt of their own, at the end of the log.
const RECEIPTS: u64 = 512;

/// Operations a second, of one core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    /// Receipts of one message each, as an auditor verifies them: each with its checkpoint, which no other one has.
    pub(crate) receipts: f64,
    /// Messages that receipts of 512 cover: of each its leaf and its path, under a checkpoint that is verified once.
    pub(crate) covered: f64,
    /// Ed25519 verifications of the checkpoint's text.
    pub(crate) verify: f64,
    /// Ed25519 signatures.
    pub(crate) sign: f64,
    /// Cosignatures: the note read and verified, the growth checked, the line signed.
    pub(crate) cosign: f64,
}

/// The log: its tree and what belongs to its last leaves.
struct PeerLog {
    tree: Tree,
    tiles: BTreeMap<TileId, Vec<Digest>>,
    leaves: Vec<Vec<u8>>,
    key: SigningKey,
}

impl FullTiles for PeerLog {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.tiles.get(&id).cloned().ok_or(MissingTile { id, width: 256 })
    }
}

pub(crate) fn measure(size: u64, times: u32) -> Rates {
    let (log, older) = grown(size);
    let me = AgencyId::parse("la.mps").unwrap();
    let note = log.checkpoint();
    let public = log.key.public();
    let expected =
        Expected { origin: ORIGIN, log_keys: &[LogKey::of(public)], me: &me, held: None };
    let receipts: Vec<Vec<u8>> =
        (0..RECEIPTS).map(|number| codec::encode(&log.receipt(number, &note)).unwrap()).collect();
    let mut all = log.receipt(0, &note);
    all.items = (0..RECEIPTS).flat_map(|number| log.receipt(number, &note).items).collect();
    let all = codec::encode(&all).unwrap();
    let text = note.text();
    let signature = log.key.sign(text.as_bytes()).unwrap();
    let witness = SigningKey::from_seed(&[9; 32]);
    let path = proof::consistency(&log.tree.over(&log), older.size, TreeSize::new(size)).unwrap();
    Rates {
        receipts: rate(times, RECEIPTS, || {
            for bytes in &receipts {
                black_box(digest::sha256(bytes));
                let receipt: Receipt = codec::decode(bytes).unwrap();
                black_box(receipt::verify(&receipt, &expected).unwrap());
            }
        }),
        covered: rate(times, RECEIPTS, || {
            black_box(digest::sha256(&all));
            let receipt: Receipt = codec::decode(&all).unwrap();
            black_box(receipt::verify(&receipt, &expected).unwrap());
        }),
        verify: rate(times, 1, || public.verify(black_box(text.as_bytes()), &signature).unwrap()),
        sign: rate(times, 1, || {
            black_box(log.key.sign(text.as_bytes()).unwrap());
        }),
        cosign: rate(times, 1, || {
            let newer = checkpoint::verify(black_box(note.note()), ORIGIN, &public).unwrap();
            checkpoint::verify_growth(&older, newer.checkpoint(), &path).unwrap();
            let at = Seconds::new(1_768_089_600).unwrap();
            black_box(cosignature::cosign(&newer.text(), at, WITNESS, &witness).unwrap());
        }),
    }
}

/// A log whose last leaves are received messages, and its checkpoint before them.
fn grown(size: u64) -> (PeerLog, Checkpoint) {
    let size = size.max(2 * RECEIPTS);
    let mut log = PeerLog {
        tree: Tree::new(),
        tiles: BTreeMap::new(),
        leaves: Vec::new(),
        key: SigningKey::from_seed(&[8; 32]),
    };
    for number in 0..size - RECEIPTS {
        let (_, full) = log.tree.append_hash(digest::sha256(&number.to_be_bytes()));
        log.keep(full);
    }
    let (covered, root) = (TreeSize::new(size - RECEIPTS), log.tree.root());
    let older = Checkpoint { origin: ORIGIN.to_owned(), size: covered, root };
    for number in 0..RECEIPTS {
        let leaf = received(number);
        let (_, full) = log.tree.append(&leaf);
        log.keep(full);
        log.leaves.push(leaf);
    }
    (log, older)
}

impl PeerLog {
    fn keep(&mut self, full: Vec<FullTile>) {
        self.tiles.extend(full.into_iter().map(|tile| (tile.id, tile.hashes)));
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        let (size, root) = (self.tree.size(), self.tree.root());
        let head = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        let note = checkpoint::sign(&head, &self.key).unwrap();
        checkpoint::verify(&note, ORIGIN, &self.key.public()).unwrap()
    }

    fn receipt(&self, number: u64, note: &SignedCheckpoint) -> Receipt {
        let size = self.tree.size();
        let index = LeafIndex::new(size.get() - RECEIPTS + number);
        let path = proof::inclusion(&self.tree.over(self), index, size).unwrap();
        let leaf = ByteBuf::from(self.leaves[usize::try_from(number).unwrap()].clone());
        let item = ReceiptItem { number: LinkNumber::new(number + 1), index, leaf, path };
        Receipt {
            epoch: Epoch::new(1),
            checkpoint: ByteBuf::from(note.note().to_vec()),
            from: TreeSize::new(0),
            consistency: Vec::new(),
            items: vec![item],
        }
    }
}

fn received(number: u64) -> Vec<u8> {
    let leaf = Leaf::Received {
        message: digest::sha256(&number.to_be_bytes()),
        from: AgencyId::parse("la.mps").unwrap(),
        epoch: Epoch::new(1),
        number: LinkNumber::new(number + 1),
        dispatch: digest::sha256(b"a dispatch"),
        at: Timestamp::from_millis(1_768_089_600_000),
        form: Form::Whole,
    };
    codec::encode(&leaf).unwrap()
}

/// Operations a second, of which each call does `each`.
fn rate(times: u32, each: u64, mut call: impl FnMut()) -> f64 {
    let calls = (u64::from(times) / each).max(2);
    call();
    let watch = Stopwatch::start();
    (0..calls).for_each(|_| call());
    (calls * each) as f64 / watch.elapsed().as_secs_f64()
}
