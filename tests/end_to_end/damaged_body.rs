//! A body segment is really damaged while messages wait: their headers go out as tombstones, and the link goes on.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use concord_node::api::shape::message::BodyState;
use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use harness::daemon::Daemon;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::wait;

#[test]
fn owed_messages_whose_segment_is_damaged_go_out_as_tombstones_and_later_ones_whole() {
    // shows: link-8, wire-70, wire-71
    let world = Federation::of("damaged-body", &["la.mps", "mm.mpf"]);
    world.agencies[0].set("greeting_wait_ms", 50);
    let sender = world.ready(0);
    let submit = |node: &Daemon, mark: &str| {
        let text = letter::report(&["mm.mpf"], mark).to_string();
        node.client().submit(text.as_bytes(), None).unwrap().message.id
    };
    // Enough of them to fill more than one offer.
    let waiting: Vec<String> =
        (0..70).map(|number| submit(&sender, &format!("waits {number}"))).collect();
    assert!(sender.stop().success());
    damage(&world.folder(0).join("bodies").join("00000001.bodies"));

    let (sender, receiver) = (world.ready(0), world.ready(1));
    let later = submit(&sender, "written after the damage");
    let (from, to) = (sender.client(), receiver.client());

    for id in waiting.iter().chain([&later]) {
        let settled = || {
            let found = from.message(id).unwrap();
            (found.deliveries[0].status == Status::Receipted).then_some(())
        };
        wait::for_up_to(Duration::from_secs(60), settled)
            .unwrap_or_else(|| panic!("{id} is not settled\n{}", sender.said()));
    }
    for id in &waiting {
        assert_eq!(from.message(id).unwrap().body, BodyState::Lost);
        assert_eq!(to.message(id).unwrap().body, BodyState::Absent);
        assert!(to.message(id).unwrap().header.is_some(), "the header came");
        let refused = from.open(id, "A-1", "investigation").unwrap_err();
        assert_eq!(refused.code, Code::NoBody);
    }
    assert_eq!(to.message(&later).unwrap().body, BodyState::Held);
    evidence::agree(&from, &to, world.genesis);
}

/// Overwrites everything after the head of a segment.
fn damage(segment: &PathBuf) {
    let mut bytes = fs::read(segment).unwrap();
    let head = 40;
    bytes[head..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(segment, bytes).unwrap();
}
