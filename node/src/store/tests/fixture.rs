//! A small federation's worth of records, made by numbers.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreSettings;
use crate::store::bodies::BodyIn;
use crate::store::files::FilesSettings;
use crate::store::read::Reader;
use crate::store::recover::OpenError;
use crate::store::recover::Recovered;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;

/// Settings without a reserve, so that tests leave the disk alone.
pub(crate) const SETTINGS: StoreSettings = StoreSettings {
    cache_bytes: 4 * 1024 * 1024,
    reserve_bytes: 0,
    low_bytes: 0,
    segment_bytes: 64 * 1024 * 1024,
    files: FilesSettings::USUAL,
};

/// The storage key of every test.
pub(crate) fn storage() -> ContentKey {
    ContentKey::from_bytes([7; 32])
}

/// An agency of the tests.
pub(crate) fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).unwrap()
}

/// The node directory on a fake disk.
pub(crate) const DIR: &str = "/node";

/// A store on a fake disk and a fake shelf.
pub(crate) fn open(disk: &FakeDisk, shelf: &FakeShelf) -> Result<(Store, Recovered), OpenError> {
    Store::open_on(Arc::new(disk.clone()), shelf, (Path::new(DIR), SETTINGS), storage())
}

/// A place in the node directory on a fake disk.
pub(crate) fn place(name: &str) -> PathBuf {
    Path::new(DIR).join(name)
}

/// Demands that a store holds the messages of a world, whole, and nothing after them.
pub(crate) fn assert_holds(reader: &Reader, world: &World) {
    assert_eq!(reader.tree().unwrap(), world.tree);
    for number in 0..world.messages {
        let known = known(number);
        assert_eq!(reader.leaf(LeafIndex::new(number)).unwrap().as_ref(), Some(&known.leaf));
        assert_eq!(reader.message_by_id(&known.id, &agency("la.mps")).unwrap(), Some(known.digest));
        let body = reader.body(&known.digest).unwrap().unwrap();
        assert_eq!((&body.sealed, body.own_key.unwrap().expose()), (&known.sealed, &known.own_key));
    }
    let next = known(world.messages);
    assert_eq!(reader.message(&next.digest).unwrap(), None);
    assert!(reader.body(&next.digest).unwrap().is_none());
    assert_eq!(
        reader
            .outbound(&agency("th.rtp"), Epoch::new(1), LinkNumber::new(world.messages + 1))
            .unwrap(),
        None
    );
}

/// SplitMix64: small, well spread, the same everywhere.
#[derive(Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// The next number.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A folder that is removed when the test ends.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// A new, empty one.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("concord-store-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Makes batches as the engine would: one leaf per message, tiles as they fill, one head at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) tree: Tree,
    pub(crate) messages: u64,
}

/// What is known of one message after its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) digest: Digest,
    pub(crate) id: MessageId,
    pub(crate) leaf: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) own_key: [u8; 32],
}

/// Which message a number makes, before it has a place in the log.
pub(crate) fn known(number: u64) -> Known {
    let header = format!("header {number}").into_bytes();
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let len = usize::try_from(number % 97).unwrap();
    Known {
        digest: digest::sha256(&header),
        id: MessageId::new(Timestamp::from_millis(number), random),
        leaf: header,
        sealed: format!("sealed {number} ").into_bytes().repeat(len + 1),
        own_key: *digest::sha256(&number.to_be_bytes()).as_bytes(),
    }
}

impl World {
    /// The next `count` messages in one batch, each with a body, to one peer.
    pub(crate) fn batch(&mut self, count: u64) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..count {
            self.message(&mut batch);
        }
        batch.records.push(self.head());
        batch
    }

    fn message(&mut self, batch: &mut Batch) {
        let number = self.messages;
        self.messages += 1;
        let known = known(number);
        let (leaf, filled) = self.tree.append(&known.leaf);
        let peer = agency("th.rtp");
        batch.records.push(Record::Leaf(LeafRecord {
            index: leaf,
            leaf: ByteBuf::from(known.leaf.clone()),
        }));
        batch.records.extend(filled.into_iter().map(|full| {
            let hashes = ByteBuf::from(tile::hash_bytes(&full.hashes));
            Record::Tile(TileRecord { level: full.id.level, index: full.id.index, hashes })
        }));
        batch.records.push(Record::Message(MessageRecord {
            digest: known.digest,
            id: known.id,
            from: agency("la.mps"),
            at: Timestamp::from_millis(number),
            leaf,
            message: ByteBuf::from(known.leaf),
            body: BodyForm::Held,
        }));
        batch.records.push(Record::Outbound(OutboundRecord {
            peer: peer.clone(),
            epoch: Epoch::new(1),
            number: LinkNumber::new(number + 1),
            message: known.digest,
            bytes: 100,
            expires: None,
            leaf,
            settlement: Settlement::Open,
            receipt: None,
            form: Form::Whole,
        }));
        batch.records.push(Record::Link(LinkRecord {
            peer,
            out_epoch: Epoch::new(1),
            out_next: LinkNumber::new(number + 2),
            in_epoch: Epoch::new(1),
            in_cursor: LinkNumber::new(0),
            out_lowest: LinkNumber::new(1),
        }));
        let own_key = Some(ContentKey::from_bytes(known.own_key));
        batch.bodies.push(BodyIn { message: known.digest, sealed: known.sealed, own_key });
    }

    /// The head over everything so far.
    pub(crate) fn head(&self) -> Record {
        let note = ByteBuf::from(format!("note {}", self.tree.size()).into_bytes());
        Record::Head(HeadRecord { size: self.tree.size(), root: self.tree.root(), note })
    }
}
