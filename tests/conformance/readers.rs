//! Our logs before readers that others wrote, unmodified: `tlog_tiles`, `signed_note`, `ct-merkle`, `sigsum`.
//!
//! What they cannot read, and what is done here for them:
//!
//! - `tlog_tiles` 0.2 asks for tiles under the paths of Go's checksum database, `tile/8/<level>/…` and `tile/8/data/…`.
//!   C2SP has no height in its paths and says `entries`. Its reader takes tiles from a trait, so a file's name is
//!   translated here and its bytes are not. It reads no entry bundles; those are cut here and hashed by it. Its checkpoint
//!   reader takes the text of a note, and knows no cosignatures.
//! - `signed_note` 0.2 verifies signatures of type 0x01. Those of cosigners (0x04) are strangers' lines to it, which it
//!   passes over as it must; they are verified by `sigsum`, over the same bytes.
//! - `ct-merkle` 0.3 knows no files: its trees and proofs are compared with ours.
//! - `sigsum` 0.3 reads Sigsum's own proof and policy texts and neither tlog-proof nor tlog-policy. The same log, leaf,
//!   path and cosignatures are written in both, and both readers must agree on them.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use concord_node::cli::log::tiles;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::hash;
use concord_protocol::log::note;
use concord_protocol::log::note::NoteKey;
use concord_protocol::log::policy;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::tlog_proof::TlogProof;
use concord_protocol::log::tree::Tree;
use ct_merkle::InclusionProof;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use signed_note::Signer as _;
use tlog_tiles::Tile;
use tlog_tiles::TileHashReader;
use tlog_tiles::TileReader;

/// The sizes at which tiles begin, fill, and carry over.
const SIZES: [u64; 8] = [0, 1, 2, 255, 256, 257, 65_536, 70_000];

const ORIGIN: &str = "concord/mekong/la.mps/log1";

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn witness_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + number; 32])
}

fn witness(number: u8) -> CosignerKey {
    let name = format!("concord/mekong/w{number}.mps/witness");
    CosignerKey::new(&name, witness_key(number).public()).unwrap()
}

/// A log in memory.
struct Log {
    tree: Tree,
    full: Vec<(TileId, Vec<Digest>)>,
}

impl FullTiles for Log {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        let found = self.full.iter().find(|(at, _)| *at == id);
        found.map(|(_, hashes)| hashes.clone()).ok_or(MissingTile { id, width: 256 })
    }
}

impl Log {
    fn of(size: u64, leaf: impl Fn(u64) -> Vec<u8>) -> Self {
        let mut log = Self { tree: Tree::new(), full: Vec::new() };
        for index in 0..size {
            let (_, filled) = log.tree.append(&leaf(index));
            log.full.extend(filled.into_iter().map(|full| (full.id, full.hashes)));
        }
        log
    }

    fn head(&self, origin: &str) -> Checkpoint {
        let (size, root) = (self.tree.size(), self.tree.root());
        Checkpoint { origin: origin.to_owned(), size, root }
    }

    /// The signed head with the lines of three witnesses.
    fn note(&self, origin: &str) -> Vec<u8> {
        let head = self.head(origin);
        let bare = checkpoint::sign(&head, &log_key()).unwrap();
        let text = checkpoint::text(&head);
        (1..=3).fold(bare, |note, number| {
            let at = Seconds::new(1_767_225_600).unwrap();
            let key = witness(number);
            let line = cosignature::cosign(&text, at, key.name(), &witness_key(number)).unwrap();
            note::add_line(&note, &line, &key).unwrap()
        })
    }

    fn path(&self, index: u64) -> Vec<Digest> {
        let tiles = self.tree.over(self);
        proof::inclusion(&tiles, LeafIndex::new(index), self.tree.size()).unwrap()
    }
}

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf number {index}").into_bytes()
}

/// A log as files, gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn of(log: &Log) -> Self {
        let size = log.tree.size();
        let name = format!("concord-readers-{}-{size}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        drop(fs::remove_dir_all(&folder.0));
        tiles::write(&folder.0, &log.note(ORIGIN), |index, width| {
            let first = index * 256;
            let leaves: Vec<Vec<u8>> =
                (first..first + u64::try_from(width).unwrap()).map(leaf).collect();
            Ok(tile::write_bundle(&leaves).unwrap())
        })
        .unwrap();
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The folder, under the names that `tlog_tiles` asks for.
impl TileReader for Folder {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles.iter().map(|tile| read(&self.0, tile)).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn read(folder: &Path, tile: &Tile) -> Vec<u8> {
    let path = tile.path().replacen("tile/8/", "tile/", 1).replacen("/data/", "/entries/", 1);
    fs::read(folder.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Places worth looking at in a log of this size.
fn places(size: u64) -> Vec<u64> {
    let mut places: Vec<u64> =
        [0, 1, 127, 254, 255, 256, 257, 65_535, 65_536, size.saturating_sub(1)]
            .into_iter()
            .filter(|place| *place < size)
            .collect();
    places.dedup();
    places
}

#[test]
fn tlog_tiles_reads_an_exported_log() {
    // shows: log-4, log-5, log-6, log-7, log-8, log-34
    for size in SIZES {
        let log = Log::of(size, leaf);
        let folder = Folder::of(&log);
        let bytes = fs::read(folder.0.join("checkpoint")).unwrap();
        let parsed = signed_note::Note::from_bytes(&bytes).unwrap();
        let head = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
        assert_eq!((head.origin(), head.size(), head.extension()), (ORIGIN, size, ""));

        let reader = TileHashReader::new(size, *head.hash(), &folder);
        assert_eq!(tlog_tiles::tree_hash(size, &reader).unwrap(), *head.hash(), "size {size}");
        for place in places(size) {
            let width = u32::try_from((size - place / 256 * 256).min(256)).unwrap();
            let entries = read(&folder.0, &Tile::new(8, 0, place / 256, width, true));
            let bundle = tile::read_bundle(&entries, usize::try_from(width).unwrap()).unwrap();
            let entry = bundle[usize::try_from(place % 256).unwrap()];
            assert_eq!(entry, leaf(place));
            let hash = tlog_tiles::record_hash(entry);
            let path = tlog_tiles::prove_record(size, place, &reader).unwrap();
            tlog_tiles::check_record(&path, size, *head.hash(), place, hash).unwrap();
            let ours: Vec<[u8; 32]> = log.path(place).iter().map(|hash| *hash.as_bytes()).collect();
            let theirs: Vec<[u8; 32]> = path.iter().map(|hash| hash.0).collect();
            assert_eq!(ours, theirs, "leaf {place} of {size}");
        }
        for old in places(size).into_iter().filter(|old| *old > 0) {
            let path = tlog_tiles::prove_tree(size, old, &reader).unwrap();
            let then = tlog_tiles::Hash(*Log::of(old, leaf).tree.root().as_bytes());
            tlog_tiles::check_tree(&path, size, *head.hash(), old, then).unwrap();
        }
    }
}

#[test]
fn tlog_tiles_notices_one_wrong_byte() {
    let log = Log::of(257, leaf);
    let folder = Folder::of(&log);
    let at = folder.0.join("tile/0/000");
    let mut bytes = fs::read(&at).unwrap();
    bytes[40] ^= 1;
    fs::write(&at, bytes).unwrap();

    let root = tlog_tiles::Hash(*log.tree.root().as_bytes());
    let reader = TileHashReader::new(257, root, &folder);
    assert!(tlog_tiles::prove_record(257, 3, &reader).is_err());
}

#[test]
fn signed_note_verifies_our_checkpoints_and_we_its_notes() {
    // shows: log-10, log-11, log-12, log-23
    let key = NoteKey::new(ORIGIN, log_key().public()).unwrap();
    let verifier = || signed_note::StandardVerifier::new(&key.vkey()).unwrap();
    for size in [0, 1, 257] {
        let bytes = Log::of(size, leaf).note(ORIGIN);
        let parsed = signed_note::Note::from_bytes(&bytes).unwrap();
        let known = signed_note::VerifierList::new(vec![Box::new(verifier())]);
        let (verified, strangers) = parsed.verify(&known).unwrap();
        assert_eq!((verified.len(), strangers.len()), (1, 3), "three cosigners pass by");
        assert_eq!(parsed.to_bytes(), bytes);
    }
    let id = u32::from_be_bytes(key.id());
    let secret = STANDARD.encode([&[1], &[7; 32][..]].concat());
    let secret = format!("PRIVATE+KEY+{ORIGIN}+{id:08x}+{secret}");
    let signer = signed_note::StandardSigner::new(&secret).unwrap();
    assert_eq!(signer.key_id(), id);
    let mut theirs = signed_note::Note::new(b"one\n\ntwo\n", &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    let bytes = theirs.to_bytes();
    assert_eq!(note::parse(&bytes).unwrap().verify(&key), Ok("one\n\ntwo\n"));
    assert_eq!(bytes, note::sign("one\n\ntwo\n", ORIGIN, &log_key()).unwrap());
}

#[test]
fn ct_merkle_has_our_roots_and_takes_our_proofs() {
    // shows: log-1, log-2, log-7
    for size in SIZES {
        let log = Log::of(size, leaf);
        let mut theirs: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
        for index in 0..size {
            theirs.push(leaf(index));
        }
        let root = theirs.root();
        assert_eq!(root.as_bytes().as_slice(), log.tree.root().as_bytes(), "size {size}");
        for place in places(size) {
            let path = log.path(place).iter().flat_map(|hash| *hash.as_bytes()).collect();
            let path = InclusionProof::<Sha256>::try_from_bytes(path).unwrap();
            root.verify_inclusion(&leaf(place), place, &path).unwrap();
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One message in a Sigsum log, and that log.
struct Logged {
    message: Digest,
    submitter: SigningKey,
    signature: [u8; 64],
}

impl Logged {
    fn new() -> Self {
        let submitter = SigningKey::from_seed(&[9; 32]);
        let message = digest::sha256(b"a message");
        let checksum = digest::sha256(message.as_bytes());
        let said = [b"sigsum.org/v1/tree-leaf\0", &checksum.as_bytes()[..]].concat();
        let signature = *submitter.sign(&said).unwrap().as_bytes();
        Self { message, submitter, signature }
    }

    fn keyhash(&self) -> Digest {
        digest::sha256(self.submitter.public().as_bytes())
    }

    /// Source: Sigsum log, tree leaf: checksum, signature, key hash.
    fn leaf(&self) -> Vec<u8> {
        let checksum = digest::sha256(self.message.as_bytes());
        [checksum.as_bytes(), &self.signature[..], self.keyhash().as_bytes()].concat()
    }

    /// The proof as Sigsum writes it.
    fn theirs(&self, log: &Log, index: u64) -> String {
        let key = log_key().public();
        let head = log.head(&sigsum_origin());
        let text = checkpoint::text(&head);
        let sign =
            |key: &SigningKey, text: &str| hex(key.sign(text.as_bytes()).unwrap().as_bytes());
        let mut proof = format!(
            "version=2\nlog={}\nleaf={} {}\n\nsize={}\nroot_hash={}\nsignature={}\n",
            digest::sha256(key.as_bytes()),
            self.keyhash(),
            hex(&self.signature),
            head.size,
            head.root,
            sign(&log_key(), &text)
        );
        for number in 1..=3 {
            let key = witness_key(number);
            let said = format!("cosignature/v1\ntime 1767225600\n{text}");
            let keyhash = digest::sha256(key.public().as_bytes());
            proof.push_str(&format!("cosignature={keyhash} 1767225600 {}\n", sign(&key, &said)));
        }
        proof.push_str(&format!("\nleaf_index={index}\n"));
        for hash in log.path(index) {
            proof.push_str(&format!("node_hash={hash}\n"));
        }
        proof
    }
}

fn sigsum_origin() -> String {
    format!("sigsum.org/v1/tree/{}", digest::sha256(log_key().public().as_bytes()))
}

/// The same policy in both notations: `needed` of four witnesses, of which three cosign.
fn policies(needed: usize) -> (policy::Policy, sigsum::Policy) {
    let log = log_key().public();
    let mut ours = format!("log {}\n", NoteKey::new(&sigsum_origin(), log).unwrap().vkey());
    let mut theirs = format!("log {}\n", hex(log.as_bytes()));
    for number in 1..=4 {
        ours.push_str(&format!("witness w{number} {}\n", witness(number).vkey()));
        let key = hex(witness_key(number).public().as_bytes());
        theirs.push_str(&format!("witness w{number} {key}\n"));
    }
    let rest = format!("group g {needed} w1 w2 w3 w4\nquorum g\n");
    ours.push_str(&rest);
    theirs.push_str(&rest);
    (policy::parse(ours.as_bytes()).unwrap(), sigsum::Policy::parse(&theirs).unwrap())
}

#[test]
fn sigsum_and_we_agree_on_one_proof_in_two_texts() {
    // shows: log-20, log-22, log-25, log-26, log-29
    let logged = Logged::new();
    let signers = vec![sigsum::PublicKey::from(*logged.submitter.public().as_bytes())];
    let message = sigsum::Hash::from(*logged.message.as_bytes());
    for size in SIZES.into_iter().filter(|size| *size > 0) {
        let index = size / 2;
        let log = Log::of(size, |at| if at == index { logged.leaf() } else { leaf(at) });
        let theirs = sigsum::SigsumSignature::from_ascii(&logged.theirs(&log, index)).unwrap();
        let checkpoint = log.note(&sigsum_origin());
        let path = log.path(index);
        let ours = TlogProof { extra: None, index: LeafIndex::new(index), path, checkpoint };
        let ours = tlog_proof::parse(&tlog_proof::write(&ours)).unwrap();
        let hash = hash::leaf_hash(&logged.leaf());

        for (needed, enough) in [(1, true), (3, true), (4, false)] {
            let (mine, others) = policies(needed);
            let by_us = tlog_proof::verify(&ours, &hash, &mine);
            let by_them = sigsum::verify(&message, &theirs, &signers, &others);
            assert_eq!((by_us.is_ok(), by_them.is_ok()), (enough, enough), "{needed} of 4, {size}");
        }
        let judged = tlog_proof::verify(&ours, &hash, &policies(3).0).unwrap();
        assert_eq!(judged.cosigned().len(), 3);
        assert_eq!(judged.checkpoint().size, TreeSize::new(size));
    }
}
