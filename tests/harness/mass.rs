//! A log as large as one likes, honest down to the last signature, on disk and without a node.
//!
//! One agency exchanges messages with two others, four at a time in each direction, and opens some of them: of fifteen
//! leaves four hold headers of its own, four give them numbers, one is a receipt for them, four are messages taken
//! under one dispatch, two are readings. Nothing is held in memory but the trees of the two others.

use std::cell::RefCell;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::Contents;
use concord_protocol::audit::export::Kept;
use concord_protocol::audit::export::Sink;
use concord_protocol::audit::progress::Unwatched;
use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tree::Tree;

use crate::mass::exchange::Exchange;
use crate::vectors::federation;
use crate::vectors::federation::Federation;
use crate::vectors::federation::NOW;
use crate::vectors::federation::SENDER;

mod exchange;

/// Levels of hashes that a log of 64-bit size has.
const LEVELS: u8 = 8;

/// A log that is being written.
pub(crate) struct Growing {
    tree: Tree,
    leaves: BufWriter<File>,
    at: u64,
    /// Where each run of 256 leaves begins.
    index: BufWriter<File>,
    levels: Vec<BufWriter<File>>,
    pub(crate) headers: BufWriter<File>,
    pub(crate) dispatches: BufWriter<File>,
    pub(crate) receipts: BufWriter<File>,
}

impl Growing {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        let file = |name: &str| BufWriter::new(File::create(folder.join(name)).unwrap());
        Self {
            tree: Tree::new(),
            leaves: file("leaves"),
            at: 0,
            index: file("index"),
            levels: (0..LEVELS).map(|level| file(&format!("level-{level}"))).collect(),
            headers: file("headers"),
            dispatches: file("dispatches"),
            receipts: file("receipts"),
        }
    }

    /// Appends a leaf. Gives how many there are.
    pub(crate) fn push(&mut self, leaf: &Leaf) -> u64 {
        let bytes = codec::encode(leaf).unwrap();
        if self.tree.size().get().is_multiple_of(256) {
            self.index.write_all(&self.at.to_be_bytes()).unwrap();
        }
        let entry = tile::write_bundle(&[&bytes]).unwrap();
        self.leaves.write_all(&entry).unwrap();
        self.at += u64::try_from(entry.len()).unwrap();
        let hash = hash::leaf_hash(&bytes);
        self.levels[0].write_all(hash.as_bytes()).unwrap();
        let (_, filled) = self.tree.append_hash(hash);
        for tile in filled {
            let above = hash::root_over(&tile.hashes);
            let level = usize::from(tile.id.level) + 1;
            self.levels[level].write_all(above.as_bytes()).unwrap();
        }
        self.tree.size().get()
    }

    fn finish(mut self, folder: &Path) {
        let head = Checkpoint { origin: origin(), size: self.tree.size(), root: self.tree.root() };
        let note = checkpoint::sign(&head, &federation::key(SENDER, "log")).unwrap();
        fs::write(folder.join("checkpoint"), note).unwrap();
        let lists = [self.leaves, self.index, self.headers, self.dispatches, self.receipts];
        lists.into_iter().chain(self.levels.drain(..)).for_each(|mut file| file.flush().unwrap());
    }
}

fn origin() -> String {
    let agency = federation::agency(SENDER);
    Federation::fixed().directory.origin(&agency, LogNumber::new(1))
}

/// Puts an item at the end of a list.
pub(crate) fn put(list: &mut BufWriter<File>, item: &[u8]) {
    list.write_all(&u32::try_from(item.len()).unwrap().to_be_bytes()).unwrap();
    list.write_all(item).unwrap();
}

/// Writes a log of exactly so many leaves into a folder.
///
/// # Panics
/// When the folder cannot be written.
pub fn grow(folder: &Path, leaves: u64) {
    let mut log = Growing::new(folder);
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
    log.finish(folder);
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

/// A log that was written into a folder.
#[derive(Debug)]
pub struct Mass {
    leaves: File,
    index: File,
    levels: Vec<File>,
    headers: RefCell<List>,
    dispatches: RefCell<List>,
    receipts: RefCell<List>,
    /// The run of leaves that was read last.
    run: RefCell<(u64, Vec<Vec<u8>>)>,
    note: Vec<u8>,
    size: TreeSize,
}

/// Items in the order in which leaves name them; after the last one comes the first again.
#[derive(Debug)]
struct List(io::BufReader<File>);

impl List {
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let mut len = [0; 4];
        if self.0.read_exact(&mut len).is_err() {
            self.0.seek(SeekFrom::Start(0))?;
            self.0.read_exact(&mut len)?;
        }
        let mut item = vec![0; usize::try_from(u32::from_be_bytes(len)).unwrap()];
        self.0.read_exact(&mut item)?;
        Ok(item)
    }
}

impl Mass {
    /// Opens the folder.
    ///
    /// # Panics
    /// When no log was written there.
    pub fn open(folder: &Path) -> Self {
        let file = |name: &str| File::open(folder.join(name)).unwrap();
        let list = |name: &str| RefCell::new(List(io::BufReader::new(file(name))));
        let note = fs::read(folder.join("checkpoint")).unwrap();
        let key = federation::key(SENDER, "log").public();
        let size = checkpoint::verify(&note, &origin(), &key).unwrap().checkpoint().size;
        Self {
            leaves: file("leaves"),
            index: file("index"),
            levels: (0..LEVELS).map(|level| file(&format!("level-{level}"))).collect(),
            headers: list("headers"),
            dispatches: list("dispatches"),
            receipts: list("receipts"),
            run: RefCell::new((u64::MAX, Vec::new())),
            note,
            size,
        }
    }

    /// Writes the bundle of the whole log. Gives the digest that names it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn export(&self, out: &Path) -> Digest {
        let world = Federation::fixed();
        let charter = world.verified();
        let credentials = world.directory.credentials().map(|verified| {
            let credential = verified.credential();
            (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
        });
        let key = federation::key(SENDER, "log").public();
        let contents = Contents {
            agency: federation::agency(SENDER),
            charter: charter.charter().name.clone(),
            checkpoint: checkpoint::verify(&self.note, &origin(), &key).unwrap(),
            made_at: NOW,
            scope: None,
            seed: [0; 16],
            charters: vec![(charter.charter().version, charter.bytes().to_vec())],
            credentials: credentials.collect(),
            cosignatures: Vec::new(),
            peer_checkpoints: Vec::new(),
            peer_cosigned: Vec::new(),
        };
        let mut sink = ToFile(BufWriter::with_capacity(1 << 16, File::create(out).unwrap()));
        let digest = export::write(self, &contents, &mut sink, &Unwatched).unwrap();
        sink.0.flush().unwrap();
        digest
    }

    fn read_run(&self, run: u64) -> io::Result<Vec<Vec<u8>>> {
        let mut place = [0; 8];
        self.index.read_exact_at(&mut place, run * 8)?;
        let begin = u64::from_be_bytes(place);
        let end = match self.index.read_exact_at(&mut place, (run + 1) * 8) {
            Ok(()) => u64::from_be_bytes(place),
            Err(_) => self.leaves.metadata()?.len(),
        };
        let mut bytes = vec![0; usize::try_from(end - begin).unwrap()];
        self.leaves.read_exact_at(&mut bytes, begin)?;
        let width = usize::try_from((self.size.get() - run * 256).min(256)).unwrap();
        let leaves = tile::read_bundle(&bytes, width).map_err(io::Error::other)?;
        Ok(leaves.into_iter().map(<[u8]>::to_vec).collect())
    }
}

struct ToFile(BufWriter<File>);

impl Sink for ToFile {
    type Error = io::Error;

    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.0.write_all(piece)
    }
}

impl Archive for Mass {
    type Error = io::Error;

    fn hashes(&self, id: TileId, width: usize) -> io::Result<Vec<Digest>> {
        let mut bytes = vec![0; width * 32];
        self.levels[usize::from(id.level)].read_exact_at(&mut bytes, id.index * 256 * 32)?;
        tile::hashes_from(&bytes).ok_or_else(|| io::Error::other("no hashes"))
    }

    fn leaf(&self, index: LeafIndex) -> io::Result<Vec<u8>> {
        let (run, place) = (index.get() / 256, usize::try_from(index.get() % 256).unwrap());
        let mut known = self.run.borrow_mut();
        if known.0 != run {
            *known = (run, self.read_run(run)?);
        }
        known.1.get(place).cloned().ok_or_else(|| io::Error::other("no such leaf"))
    }

    fn message(&self, _: &Digest) -> io::Result<Vec<u8>> {
        self.headers.borrow_mut().next()
    }

    fn dispatch(&self, _: &Kept) -> io::Result<Vec<u8>> {
        self.dispatches.borrow_mut().next()
    }

    fn receipt(&self, _: &Kept) -> io::Result<Vec<u8>> {
        self.receipts.borrow_mut().next()
    }

    fn evidence(&self, _: &Digest) -> io::Result<Vec<u8>> {
        Err(io::Error::other("no such evidence"))
    }
}
