//! A node directory with a log as large as one likes, honest down to the last signature, made without a node.
//!
//! One agency exchanges messages with two others, four at a time in each direction, and opens some of them: of fifteen
//! leaves four hold headers of its own, four give them numbers, one is a receipt for them, four are messages taken
//! under one dispatch, two are readings. The journal is written as spec 8.2 says, commit by commit, with what a node
//! would remember beside the leaves; there is no embedded store, and there are no bodies. Nothing is held in memory but
//! the trees of the two others.

use std::fs;
use std::path::Path;

use concord_node::clock::Stopwatch;
use concord_node::settings::Settings;
use concord_node::settings::enrolment;
use concord_node::settings::file::Initial;
use concord_node::settings::folder::NodeFolder;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_protocol::codec;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;
use serde_bytes::ByteBuf;

use crate::mass::exchange::Exchange;
use crate::mass::journal::Journal;
use crate::vectors::federation;
use crate::vectors::federation::AGENCIES;
use crate::vectors::federation::Federation;
use crate::vectors::federation::NOW;
use crate::vectors::federation::SENDER;

mod exchange;
pub mod journal;

/// A log that is being written.
pub(crate) struct Growing {
    tree: Tree,
    /// What the next commit writes.
    records: Vec<ByteBuf>,
    journal: Journal,
}

impl Growing {
    /// Appends a leaf.
    pub(crate) fn push(&mut self, leaf: &Leaf) -> LeafIndex {
        let leaf = ByteBuf::from(codec::encode(leaf).unwrap());
        let (index, filled) = self.tree.append(&leaf);
        self.remember(&Record::Leaf(LeafRecord { index, leaf }));
        for tile in filled {
            let hashes = ByteBuf::from(tile::hash_bytes(&tile.hashes));
            let (level, index) = (tile.id.level, tile.id.index);
            self.remember(&Record::Tile(TileRecord { level, index, hashes }));
        }
        index
    }

    /// Notes a record for the next commit.
    pub(crate) fn remember(&mut self, record: &Record) {
        self.records.push(ByteBuf::from(codec::encode(record).unwrap()));
    }

    /// Writes what was noted, and the head that covers it.
    pub(crate) fn commit(&mut self) {
        let (size, root) = (self.tree.size(), self.tree.root());
        let agency = federation::agency(SENDER);
        let origin = Federation::fixed().directory.origin(&agency, LogNumber::new(1));
        let key = federation::key(SENDER, "log");
        let note = checkpoint::sign(&Checkpoint { origin, size, root }, &key).unwrap();
        self.remember(&Record::Head(HeadRecord { size, root, note: ByteBuf::from(note) }));
        self.journal.append(std::mem::take(&mut self.records));
    }
}

/// Makes the directory of a stopped node whose log has exactly so many leaves.
///
/// # Panics
/// When it is there already, or cannot be written.
pub fn grow(folder: &Path, leaves: u64) {
    enrol(folder);
    let journal = Journal::begin(folder);
    let mut log = Growing { tree: Tree::new(), records: Vec::new(), journal };
    let (charter_version, credential) = (CharterVersion::new(1), Serial::new(1));
    let started = Leaf::Started { at: NOW, charter_version, credential, probed: false };
    log.push(&started);
    let mut exchange = Exchange::new();
    while log.tree.size().get() + Exchange::LEAVES <= leaves {
        exchange.once(&mut log);
    }
    while log.tree.size().get() < leaves {
        log.push(&started);
    }
    log.commit();
    log.journal.end();
}

/// Opens the store as a node does, up to the tree, and closes it cleanly. Gives the seconds up to the tree.
///
/// # Panics
/// When the directory cannot be opened.
pub fn start(folder: &Path) -> f64 {
    let watch = Stopwatch::start();
    let storage = ContentKey::from_bytes([5; 32]);
    let (store, _) = Store::open(folder, StoreSettings::default(), storage).unwrap();
    store.reader().tree().unwrap();
    let seconds = watch.elapsed().as_secs_f64();
    store.close().unwrap();
    seconds
}

/// Settings, charter and credentials; no keys, for nothing is signed there any more.
fn enrol(folder: &Path) {
    let world = Federation::fixed();
    let node = NodeFolder::at(folder);
    let initial = Initial {
        agency: SENDER.to_owned(),
        listen: None,
        advertise: Vec::new(),
        api_listen: None,
        witness_interval_ms: None,
        token: None,
    };
    node.create(&initial, &[1; 32]).unwrap();
    let settings = Settings::load(&node).unwrap();
    let genesis = world.verified().digest();
    enrolment::adopt_charter(&node, &settings, std::slice::from_ref(&world.charter), genesis)
        .unwrap();
    for (name, credential) in AGENCIES.iter().zip(&world.credentials) {
        let into = if *name == SENDER { node.own() } else { node.peers() };
        let path = NodeFolder::credential(&into, &federation::agency(name), Serial::new(1));
        fs::write(path, credential).unwrap();
    }
}

/// The most memory that this process ever had, in KiB. Source: proc(5), `VmHWM`.
///
/// # Panics
/// Where there is no `/proc`.
pub fn peak() -> u64 {
    peak_of(&fs::read_to_string("/proc/self/status").unwrap()).unwrap()
}

/// The same, from the status of a process.
pub fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
