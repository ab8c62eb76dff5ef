//! Sealing for mirrors, one question at a time, and a disk without room.

use std::env;
use std::fs;
use std::process;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorOutcome;
use concord_protocol::wire::mirror::Owner;
use concord_protocol::wire::mirror::Recall;
use serde_bytes::ByteBuf;

use crate::host::mirror;
use crate::host::mirror::keep;
use crate::host::mirror::part::NotOurs;
use crate::host::mirror::part::Sealer;
use crate::store::disk::RealDisk;
use crate::store::journal::follow::Committed;
use crate::store::mirror::MirrorFiles;
use crate::store::reserve::Room;

const ORIGIN: &str = "concord/mekong/la.mps/log1";

#[test]
fn an_entry_comes_back_as_it_was_sealed_but_for_how_the_node_stood() {
    // shows: rst-21, rst-22
    let sealer = Sealer::new(&[5; 32], ORIGIN.to_owned());
    let records = [leaf(0, 200_000), leaf(1, 700_000), head(2), Record::Mode(ModeRecord::Probing)];

    let sealed = sealer.seal(&entry(&records), 6).unwrap().unwrap();

    assert!(sealed.parts.len() > 1, "too long for one part");
    assert_eq!(sealer.open(&sealed.parts).unwrap(), records[..3]);
    let hidden = |part: &[u8]| !part.windows(32).any(|window| window == [9; 32]);
    assert!(sealed.parts.iter().all(|part| hidden(&part.sealed)), "a mirror reads nothing");
    let hashes: usize = sealed.parts.iter().map(|part| part.leaves.len()).sum();
    assert_eq!(hashes, 64, "and follows the tree");
}

#[test]
fn parts_that_were_changed_exchanged_or_left_out_do_not_open() {
    // shows: rst-22
    let sealer = Sealer::new(&[5; 32], ORIGIN.to_owned());
    let parts = sealer.seal(&entry(&[leaf(0, 900_000), head(1)]), 6).unwrap().unwrap().parts;
    let altered = |alter: &dyn Fn(&mut Vec<_>)| {
        let mut parts = parts.clone();
        alter(&mut parts);
        sealer.open(&parts)
    };

    assert_eq!(altered(&|parts| parts.swap(0, 1)), Err(NotOurs));
    assert_eq!(altered(&|parts| drop(parts.pop())), Err(NotOurs));
    assert_eq!(altered(&|parts| parts[0].previous = 5), Err(NotOurs));
    assert_eq!(altered(&|parts| parts[0].sequence = 8), Err(NotOurs));
    assert_eq!(altered(&|parts| parts[1].sealed[40] ^= 1), Err(NotOurs));
    assert_eq!(altered(&|parts| parts[0].sealed.truncate(3)), Err(NotOurs));
    assert_eq!(Sealer::new(&[6; 32], ORIGIN.to_owned()).open(&parts), Err(NotOurs));
    let other = Sealer::new(&[5; 32], "concord/mekong/la.mps/log2".to_owned());
    assert_eq!(other.open(&parts), Err(NotOurs), "another log of the same node");
}

#[test]
fn an_entry_of_nothing_but_standing_is_not_sent() {
    // shows: rst-21
    let sealer = Sealer::new(&[5; 32], ORIGIN.to_owned());

    assert!(sealer.seal(&entry(&[Record::Mode(ModeRecord::Open)]), 0).unwrap().is_none());
}

#[test]
fn a_second_question_before_the_answer_ends_the_connection() {
    // shows: wire-59, wire-60
    let (doors, _rooms) = mirror::doors();
    let ask = || Frame::Recall(Recall::Size(TreeSize::new(0)));

    assert_eq!(doors.hand_on(ask()), Ok(()));
    assert_eq!(doors.hand_on(ask()), Err(CloseCode::TooFast));
}

#[test]
fn a_mirror_without_room_says_so_and_keeps_what_it_has() {
    // shows: store-35, wire-58
    let folder = env::temp_dir().join(format!("concord-mirror-room-{}", process::id()));
    let owner = Owner { origin: ORIGIN.to_owned(), keys: Vec::new() };
    let (mut files, _) = MirrorFiles::open(Arc::new(RealDisk), &folder, owner, 4096).unwrap();
    let frame = Mirror { parts: Vec::new(), checkpoint: None };

    assert_eq!(keep::take(&mut files, &frame, Room::Low), Ok(MirrorOutcome::NoRoom));
    assert_eq!(keep::take(&mut files, &frame, Room::Ample), Err(CloseCode::BadMirror));

    assert_eq!(files.bytes(), 0);
    fs::remove_dir_all(&folder).ok();
}

fn entry(records: &[Record]) -> Committed {
    let records = records.iter().map(|record| ByteBuf::from(codec::encode(record).unwrap()));
    Committed { sequence: 7, records: records.collect() }
}

fn leaf(index: u64, bytes: usize) -> Record {
    let leaf = ByteBuf::from(vec![9; bytes]);
    Record::Leaf(LeafRecord { index: LeafIndex::new(index), leaf })
}

fn head(size: u64) -> Record {
    let (size, root) = (TreeSize::new(size), digest::sha256(b"root"));
    Record::Head(HeadRecord { size, root, note: ByteBuf::from(b"note".to_vec()) })
}
