//! A mirror follows an honest owner, and nothing else.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::identity::directory::LogKey;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::hash;
use crate::log::tree::Tree;
use crate::wire::mirror;
use crate::wire::mirror::Followed;
use crate::wire::mirror::Mirror;
use crate::wire::mirror::MirrorError;
use crate::wire::mirror::MirrorPart;
use crate::wire::mirror::Owner;

const ORIGIN: &str = "concord/mekong/la.mps/log1";

#[test]
fn entries_are_followed_to_the_owners_checkpoint() {
    // shows: wire-56, wire-57
    let mut log = Log::new();
    let mut followed = Followed::default();

    for leaves in [3, 0, 300, 1] {
        let frame = log.frame(&[leaves], 1);
        assert_eq!(followed.follow(&frame, &log.owner()), Ok(()));
    }

    assert_eq!(followed.sequence(), 4);
    assert_eq!(followed.tree(), &log.tree);
    let (sequence, note) = mirror::head_of(&followed).unwrap();
    assert_eq!((sequence, note), (4, log.note()));
}

#[test]
fn an_entry_in_parts_counts_when_its_last_part_has_come() {
    // shows: wire-56, wire-57
    let mut log = Log::new();
    let whole = log.frame(&[9], 3);
    let mut followed = Followed::default();

    for (place, part) in whole.parts.iter().enumerate() {
        let last = place == 2;
        let checkpoint = whole.checkpoint.clone().filter(|_| last);
        let frame = Mirror { parts: vec![part.clone()], checkpoint };
        assert_eq!(followed.follow(&frame, &log.owner()), Ok(()));
        assert_eq!(followed.in_entry(), !last);
        assert_eq!(followed.tree().size().get(), if last { 9 } else { 0 });
    }
}

#[test]
fn what_does_not_continue_the_log_is_refused_and_changes_nothing() {
    // shows: wire-57
    let mut log = Log::new();
    let mut followed = Followed::default();
    followed.follow(&log.frame(&[2], 1), &log.owner()).unwrap();
    let good = log.frame(&[5], 2);
    let stranger = Owner { keys: vec![LogKey::of(key(9).public())], ..log.owner() };
    let altered = |alter: &dyn Fn(&mut Mirror)| {
        let mut frame = good.clone();
        alter(&mut frame);
        frame
    };
    let cases: Vec<(Mirror, MirrorError)> = vec![
        (altered(&|frame| frame.parts.clear()), MirrorError::Bounds),
        (altered(&|frame| frame.checkpoint = None), MirrorError::Bounds),
        (altered(&|frame| drop(frame.parts.pop())), MirrorError::Bounds),
        (altered(&|frame| frame.parts[0].leaves.truncate(31)), MirrorError::Bounds),
        (altered(&|frame| frame.parts[0].of = 161), MirrorError::Bounds),
        (altered(&|frame| frame.parts[0].sequence = 1), MirrorError::Order),
        (altered(&|frame| frame.parts[0].previous = 0), MirrorError::Order),
        (altered(&|frame| frame.parts.swap(0, 1)), MirrorError::Order),
        (altered(&|frame| frame.parts[0].leaves[0] ^= 1), MirrorError::OtherTree),
        (altered(&|frame| frame.checkpoint = Some(ByteBuf::new())), MirrorError::Checkpoint),
    ];

    for (frame, refusal) in cases {
        assert_eq!(followed.follow(&frame, &log.owner()), Err(refusal));
        assert_eq!((followed.sequence(), followed.tree().size().get()), (1, 2));
    }
    assert_eq!(followed.follow(&good, &stranger), Err(MirrorError::Checkpoint));
    assert_eq!(followed.follow(&good, &log.owner()), Ok(()));
}

#[test]
fn a_checkpoint_from_before_a_change_of_keys_still_counts() {
    // shows: wire-57
    let mut log = Log::new();
    let frame = log.frame(&[1], 1);
    let owner = Owner {
        keys: vec![LogKey::of(key(2).public()), LogKey::of(key(1).public())],
        ..log.owner()
    };

    assert_eq!(Followed::default().follow(&frame, &owner), Ok(()));
}

#[test]
fn a_part_is_bound_to_its_log_and_place() {
    // shows: rst-22
    let part = Log::new().frame(&[1], 1).parts.remove(0);
    let bound = part.bound_to(ORIGIN).unwrap();

    let others = [
        MirrorPart { sequence: 2, ..part.clone() },
        MirrorPart { previous: 1, ..part.clone() },
        MirrorPart { part: 1, ..part.clone() },
        MirrorPart { of: 2, ..part.clone() },
        MirrorPart { leaves: ByteBuf::new(), ..part.clone() },
    ];

    assert!(others.iter().all(|other| other.bound_to(ORIGIN).unwrap() != bound));
    assert_ne!(part.bound_to("concord/mekong/th.rtp/log1").unwrap(), bound);
}

#[test]
fn a_tree_without_the_root_of_its_checkpoint_is_not_gone_on_with() {
    // shows: store-30
    let mut log = Log::new();
    let mut followed = Followed::default();
    followed.follow(&log.frame(&[7], 1), &log.owner()).unwrap();
    let checkpoint = log.owner().checkpoint(&log.note()).unwrap();
    let mut other = log.tree.clone();
    other.append(b"one more");

    assert!(Followed::resume(1, log.tree.clone(), checkpoint.clone()).is_some());
    assert!(Followed::resume(1, other, checkpoint.clone()).is_none());
    assert!(Followed::resume(1, Tree::new(), checkpoint).is_none());
}

#[test]
fn a_log_is_named_by_the_last_label_of_its_origin() {
    assert_eq!(mirror::log_name(ORIGIN).as_deref(), Some("log1"));
    assert_eq!(mirror::log_name("concord/mekong/la.mps/.."), None);
    assert_eq!(mirror::log_name("concord/"), None);
}

/// An owner's log, as it grows.
struct Log {
    tree: Tree,
    sequence: u64,
}

impl Log {
    fn new() -> Self {
        Self { tree: Tree::new(), sequence: 0 }
    }

    fn owner(&self) -> Owner {
        Owner { origin: ORIGIN.to_string(), keys: vec![LogKey::of(key(1).public())] }
    }

    fn note(&self) -> Vec<u8> {
        let head = Checkpoint {
            origin: ORIGIN.to_string(),
            size: self.tree.size(),
            root: self.tree.root(),
        };
        checkpoint::sign(&head, &key(1)).unwrap()
    }

    /// Entries with so many leaves each, each in so many parts.
    fn frame(&mut self, entries: &[u64], of: u32) -> Mirror {
        let mut parts = Vec::new();
        for leaves in entries {
            let previous = self.sequence;
            self.sequence += 1;
            for part in 0..of {
                let here = (0..*leaves).filter(|leaf| leaf % u64::from(of) == u64::from(part));
                let mut hashes = Vec::new();
                for leaf in here {
                    let leaf = hash::leaf_hash(&[self.sequence as u8, leaf as u8]);
                    self.tree.append_hash(leaf);
                    hashes.extend_from_slice(leaf.as_bytes());
                }
                parts.push(MirrorPart {
                    sequence: self.sequence,
                    previous,
                    part,
                    of,
                    leaves: ByteBuf::from(hashes),
                    sealed: ByteBuf::from(digest::sha256(b"sealed").as_bytes().to_vec()),
                });
            }
        }
        assert!(self.tree.size() >= TreeSize::new(0));
        Mirror { parts, checkpoint: Some(ByteBuf::from(self.note())) }
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}
