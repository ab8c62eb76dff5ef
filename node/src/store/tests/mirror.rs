//! What is kept for others: followed, synced, cut back, set aside, given back.

use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::directory::LogKey;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Owner;
use concord_protocol::wire::mirror::Recall;
use concord_protocol::wire::mirror::RecallOutcome;
use serde_bytes::ByteBuf;

use crate::store::mirror::MirrorFiles;
use crate::store::mirror::MirrorFound;
use crate::store::mirror::TakeError;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fixture::Chance;
use crate::store::tests::fixture::place;

const ORIGIN: &str = "concord/mekong/th.rtp/log1";

/// Small, so that a few entries fill one.
const SEGMENT: u64 = 4096;

#[test]
fn what_was_kept_is_there_after_a_start_and_is_given_back_whole() {
    // shows: store-30, store-31, store-34, wire-61
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    for leaves in 0..40 {
        files.take(&log.entry(leaves % 7)).unwrap();
    }

    let (mut files, found) = open(&disk.kill());

    assert_eq!(found, MirrorFound { cut: 0, aside: None });
    assert_eq!(files.followed().tree(), &log.tree);
    assert!(disk.paths(".mirror").len() > 2, "several segments");
    for (before, size) in log.sizes.clone().into_iter().filter(|(_, size)| size.get() > 0) {
        let back = all(&mut files, Recall::Size(size));
        let first_at = log.sizes.iter().position(|(_, at)| *at == size).unwrap();
        assert_eq!(back, log.parts[first_at + 1..], "after {before}");
    }
    assert_eq!(all(&mut files, Recall::Size(TreeSize::new(0))), log.parts);
}

#[test]
fn nothing_that_was_acknowledged_is_lost_in_a_crash_and_what_was_not_is_cut_off() {
    // shows: store-31, store-32
    for seed in 0..60 {
        let (disk, mut log) = (FakeDisk::default(), Log::new());
        let mut chance = Chance(seed);
        let (mut files, _) = open(&disk);
        for leaves in 0..(seed % 23) {
            files.take(&log.entry(leaves % 5)).unwrap();
        }
        let held = files.followed().sequence();
        let unfinished = log.entry_in_parts(3);
        files.take(&part_of(&unfinished, 0)).unwrap();

        let (mut files, found) = open(&disk.crash(|| chance.draw()));

        assert_eq!(found.aside, None, "seed {seed}");
        assert_eq!(files.followed().sequence(), held, "seed {seed}");
        for part in 0..3 {
            files.take(&part_of(&unfinished, part)).unwrap();
        }
        assert_eq!(files.followed().tree(), &log.tree, "seed {seed}: it goes on");
    }
}

#[test]
fn what_does_not_continue_the_log_is_refused_and_nothing_is_written() {
    // shows: store-31
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    files.take(&log.entry(3)).unwrap();
    let (used, mut wrong) = (disk.used(), log.entry(2));
    wrong.parts[0].leaves[0] ^= 1;

    assert!(matches!(files.take(&wrong), Err(TakeError::Unfit(_))));

    assert_eq!(disk.used(), used);
    let half = part_of(&log.entry_in_parts(2), 0);
    assert!(matches!(files.take(&half), Err(TakeError::Unfit(_))), "an entry is missing before");
}

#[test]
fn a_part_that_begins_an_entry_is_forgotten_with_its_connection() {
    // shows: store-32
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    files.take(&log.entry(3)).unwrap();
    let used = disk.used();
    let entry = log.entry_in_parts(2);
    files.take(&part_of(&entry, 0)).unwrap();

    files.begin_connection().unwrap();

    assert_eq!(disk.used(), used);
    files.take(&part_of(&entry, 0)).unwrap();
    files.take(&part_of(&entry, 1)).unwrap();
    assert_eq!(files.followed().tree(), &log.tree);
}

#[test]
fn a_damaged_byte_in_the_newest_segment_costs_what_stands_after_it_and_the_owner_sends_again() {
    // shows: store-32
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    let frames: Vec<Mirror> = (0..40).map(|_| log.entry(3)).collect();
    frames.iter().for_each(|frame| files.take(frame).unwrap());
    let newest = disk.paths(".mirror").pop().unwrap();
    let mut bytes = disk.bytes(&newest);
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    disk.put(&newest, bytes);

    let (mut files, found) = open(&disk);

    assert!(found.cut > 0);
    let held = usize::try_from(files.followed().sequence()).unwrap();
    assert!(held < frames.len());
    frames[held..].iter().for_each(|frame| files.take(frame).unwrap());
    assert_eq!(files.followed().tree(), &log.tree);
}

#[test]
fn a_segment_that_does_not_begin_right_is_set_aside_and_the_one_before_goes_on() {
    // shows: store-33
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    let frames: Vec<Mirror> = (0..40).map(|_| log.entry(3)).collect();
    frames.iter().for_each(|frame| files.take(frame).unwrap());
    let newest = disk.paths(".mirror").pop().unwrap();
    let mut bytes = disk.bytes(&newest);
    bytes[40] ^= 1;
    disk.put(&newest, bytes);

    let (mut files, found) = open(&disk);

    assert_eq!(found.aside, Some(newest.with_extension("damaged")));
    let held = usize::try_from(files.followed().sequence()).unwrap();
    assert!(held > 0);
    frames[held..].iter().for_each(|frame| files.take(frame).unwrap());
    assert_eq!(all(&mut files, Recall::Size(TreeSize::new(0))), log.parts);
}

#[test]
fn damage_in_the_middle_is_said_when_it_is_met_and_never_passed_over() {
    // shows: store-34
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    (0..40).for_each(|_| files.take(&log.entry(3)).unwrap());
    let second = disk.paths(".mirror")[1].clone();
    let mut bytes = disk.bytes(&second);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    disk.put(&second, bytes);

    let (parts, end) = given(&mut files, Recall::Size(TreeSize::new(0)));

    assert_eq!(end, RecallOutcome::Damaged);
    assert_eq!(parts, log.parts[..parts.len()]);
    assert!(parts.len() < log.parts.len());
}

#[test]
fn a_place_that_is_not_held_is_said_so() {
    // shows: wire-61
    let (disk, mut log) = (FakeDisk::default(), Log::new());
    let (mut files, _) = open(&disk);
    assert_eq!(given(&mut files, Recall::Size(TreeSize::new(0))).1, RecallOutcome::NotHeld);
    files.take(&log.entry(3)).unwrap();

    assert_eq!(given(&mut files, Recall::Size(TreeSize::new(9))).1, RecallOutcome::NotHeld);
    let unknown = Recall::After { sequence: 7, part: 0 };
    assert_eq!(given(&mut files, unknown).1, RecallOutcome::NotHeld);
    assert_eq!(given(&mut files, Recall::Size(TreeSize::new(3))).1, RecallOutcome::End);
}

/// Everything that is given from a place on, asked for as an owner does.
fn given(files: &mut MirrorFiles, from: Recall) -> (Vec<MirrorPart>, RecallOutcome) {
    let (mut parts, mut from) = (Vec::new(), from);
    loop {
        let recalled = files.recall(from).unwrap();
        let Some(last) = recalled.parts.last() else { return (parts, recalled.outcome) };
        from = Recall::After { sequence: last.sequence, part: last.part };
        parts.extend(recalled.parts);
    }
}

fn all(files: &mut MirrorFiles, from: Recall) -> Vec<MirrorPart> {
    let (parts, end) = given(files, from);
    assert_eq!(end, RecallOutcome::End);
    parts
}

fn open(disk: &FakeDisk) -> (MirrorFiles, MirrorFound) {
    let folder: PathBuf = place("mirrors/th.rtp/log1");
    MirrorFiles::open(Arc::new(disk.clone()), &folder, owner(), SEGMENT).unwrap()
}

fn owner() -> Owner {
    Owner { origin: ORIGIN.to_owned(), keys: vec![LogKey::of(key().public())] }
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[3; 32])
}

/// One part of an entry as a frame of its own.
fn part_of(entry: &Mirror, part: usize) -> Mirror {
    let last = part + 1 == entry.parts.len();
    let checkpoint = entry.checkpoint.clone().filter(|_| last);
    Mirror { parts: vec![entry.parts[part].clone()], checkpoint }
}

/// An owner's log, as it grows.
struct Log {
    tree: Tree,
    parts: Vec<MirrorPart>,
    /// The size after each entry of one part.
    sizes: Vec<(u64, TreeSize)>,
    sequence: u64,
}

impl Log {
    fn new() -> Self {
        Self { tree: Tree::new(), parts: Vec::new(), sizes: Vec::new(), sequence: 0 }
    }

    fn entry(&mut self, leaves: u64) -> Mirror {
        let frame = self.parts_of(leaves, 1);
        self.sizes.push((self.sequence, self.tree.size()));
        frame
    }

    fn entry_in_parts(&mut self, of: u32) -> Mirror {
        self.parts_of(2, of)
    }

    fn parts_of(&mut self, leaves: u64, of: u32) -> Mirror {
        let previous = self.sequence;
        self.sequence += 1;
        let mut parts = Vec::new();
        for part in 0..of {
            let mut hashes = Vec::new();
            for leaf in (0..leaves).filter(|_| part == 0) {
                let leaf =
                    hash::leaf_hash(&[self.sequence.to_be_bytes(), leaf.to_be_bytes()].concat());
                self.tree.append_hash(leaf);
                hashes.extend_from_slice(leaf.as_bytes());
            }
            parts.push(MirrorPart {
                sequence: self.sequence,
                previous,
                part,
                of,
                leaves: ByteBuf::from(hashes),
                sealed: ByteBuf::from(vec![7; 200]),
            });
        }
        self.parts.extend(parts.iter().cloned());
        let (size, root) = (self.tree.size(), self.tree.root());
        let head = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        Mirror { parts, checkpoint: Some(ByteBuf::from(checkpoint::sign(&head, &key()).unwrap())) }
    }
}
