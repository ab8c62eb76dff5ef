//! What a mirror gives back that no node ever sent.

use std::collections::BTreeMap;
use std::time::Duration;

use concord_protocol::ids::TreeSize;
use concord_protocol::limits::MIRROR_ENTRY_PARTS_MAX;
use concord_protocol::limits::MIRROR_PART_BYTES_MAX;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Owner;
use concord_protocol::wire::mirror::Recall;
use concord_protocol::wire::mirror::RecallOutcome;
use concord_protocol::wire::mirror::Recalled;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time;
use tokio::time::Instant;

use crate::host::heal::ANSWER_WAIT;
use crate::host::heal::Asked;
use crate::host::heal::Failed;
use crate::host::heal::Patient;
use crate::host::heal::TURN_FIRST;
use crate::host::view::HealError;

#[test]
fn a_mirror_that_lies_fills_no_memory_with_an_entry_that_does_not_end() {
    // shows: wire-56
    let endless = (0..).map(|number| part(number, u32::MAX, 1024));
    assert_eq!(taken(endless), 0);
    let long = (0..).map(|number| part(number, 2, MIRROR_PART_BYTES_MAX + 1));
    assert_eq!(taken(long), 0);
    let growing = (0..).map(|number| part(number, number + 2, 1024));
    assert_eq!(taken(growing), 1);
}

#[test]
fn the_longest_entry_that_a_node_sends_is_taken_part_by_part() {
    // shows: wire-56
    let parts =
        (0..MIRROR_ENTRY_PARTS_MAX).map(|number| part(number, MIRROR_ENTRY_PARTS_MAX, 1024));
    assert_eq!(taken(parts), usize::try_from(MIRROR_ENTRY_PARTS_MAX).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_mirror_that_gives_a_little_every_minute_has_its_turn_and_no_more() {
    // shows: rst-35
    let (speech, mut asked) = mpsc::channel(1);
    let (giver, mut given) = mpsc::channel(1);
    let slow = tokio::spawn(async move {
        let mut answers: u32 = 0;
        while asked.recv().await.is_some() {
            time::sleep(ANSWER_WAIT - Duration::from_secs(1)).await;
            giver.send(little()).await.unwrap();
            answers += 1;
        }
        answers
    });
    let (weak, begun) = (speech.downgrade(), Instant::now());
    let mut mirror = Asked { given: &mut given, speech: &weak, since: begun, length: TURN_FIRST };

    let failed = loop {
        if let Err(failed) = mirror.recall(Recall::Size(TreeSize::new(0))).await {
            break failed;
        }
    };

    assert!(matches!(failed, Failed::TurnOver), "{failed:?}");
    assert!(begun.elapsed() < TURN_FIRST + ANSWER_WAIT);
    drop(speech);
    assert_eq!(slow.await.unwrap(), 11, "it gave what it was asked for, and nothing is left over");
    assert!(given.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_mirror_that_leaves_an_answer_out_has_failed_within_a_minute() {
    // shows: rst-35
    let (speech, _asked) = mpsc::channel(1);
    let (_giver, mut given) = mpsc::channel(1);
    let (weak, begun) = (speech.downgrade(), Instant::now());
    let mut mirror = Asked { given: &mut given, speech: &weak, since: begun, length: TURN_FIRST };

    let failed = mirror.recall(Recall::Size(TreeSize::new(0))).await;

    assert!(matches!(failed, Err(Failed::Mirror(HealError::Silent))), "{failed:?}");
    assert_eq!(begun.elapsed(), ANSWER_WAIT);
}

fn little() -> Recalled {
    Recalled { parts: vec![part(0, 1, 10)], outcome: RecallOutcome::More }
}

/// How many of these parts a healing node holds before it refuses one.
fn taken(parts: impl Iterator<Item = MirrorPart>) -> usize {
    let owner = Owner { origin: String::new(), keys: Vec::new() };
    let (tree, shown) = (Tree::new(), BTreeMap::new());
    let mut patient = Patient { tree, owner, shown, last: None, begun: Vec::new() };
    for part in parts.take(1000) {
        match patient.fits(&part) {
            Ok(()) => patient.begun.push(part),
            Err(error) => {
                assert_eq!(error, HealError::NotOurs);
                break;
            }
        }
    }
    patient.begun.len()
}

fn part(part: u32, of: u32, bytes: usize) -> MirrorPart {
    let (leaves, sealed) = (ByteBuf::new(), ByteBuf::from(vec![0; bytes]));
    MirrorPart { sequence: 7, previous: 6, part, of, leaves, sealed }
}
