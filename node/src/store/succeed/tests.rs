//! A move that is interrupted after any number of steps ends the same.

use std::env;
use std::fs;
use std::path::Path;
use std::process;

use concord_protocol::ids::LogNumber;

use crate::store::succeed::NEXT;
use crate::store::succeed::PARTS;
use crate::store::succeed::SWITCH;
use crate::store::succeed::Switch;
use crate::store::succeed::archive_of;
use crate::store::succeed::finish;
use crate::store::succeed::prepare;
use crate::store::succeed::steps;
use crate::store::succeed::switch;

#[test]
fn a_move_that_stops_after_any_step_is_finished_by_the_next_start() {
    // shows: suc-13
    let log = LogNumber::new(1);
    for stops_after in 0..9 {
        let dir = env::temp_dir().join(format!("concord-switch-{}-{stops_after}", process::id()));
        lay_out(&dir);
        fs::write(dir.join(SWITCH), "1\n").unwrap();
        for step in steps(&dir, log).iter().take(stops_after) {
            step.take().unwrap();
        }

        assert_eq!(finish(&dir).unwrap(), Switch::Finished(log));
        assert_eq!(finish(&dir).unwrap(), Switch::None);

        for part in PARTS {
            let archived = archive_of(&dir, log).join(part);
            assert_eq!(said(&dir.join(part)), "new", "{part} after {stops_after} steps");
            assert_eq!(said(&archived), "old", "{part} after {stops_after} steps");
        }
        assert_eq!(fs::read_to_string(archive_of(&dir, log).join("format")).unwrap(), "both");
        assert!(!dir.join(NEXT).exists());
        fs::remove_dir_all(&dir).unwrap();
    }
}

#[test]
fn a_head_file_that_is_missing_before_does_not_send_the_new_one_away() {
    // shows: suc-13
    let dir = env::temp_dir().join(format!("concord-switch-headless-{}", process::id()));
    lay_out(&dir);
    fs::remove_file(dir.join("state/head")).unwrap();

    switch(&dir, LogNumber::new(1)).unwrap();
    fs::write(dir.join(SWITCH), "1\n").unwrap();
    finish(&dir).unwrap();

    assert_eq!(said(&dir.join("state/head")), "new");
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_next_log_that_was_not_whole_is_thrown_away() {
    let dir = env::temp_dir().join(format!("concord-switch-half-{}", process::id()));
    lay_out(&dir);

    assert_eq!(finish(&dir).unwrap(), Switch::None);
    assert_eq!(said(&dir.join("journal")), "old");
    let next = prepare(&dir).unwrap();

    assert!(!next.join("journal").exists());
    fs::remove_dir_all(&dir).unwrap();
}

fn lay_out(dir: &Path) {
    fs::remove_dir_all(dir).ok();
    for (root, text) in [(dir.to_path_buf(), "old"), (dir.join(NEXT), "new")] {
        for folder in ["journal", "store", "state"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("journal/1"), text).unwrap();
        fs::write(root.join("store/1"), text).unwrap();
        fs::write(root.join("state/head"), text).unwrap();
    }
    fs::write(dir.join("format"), "both").unwrap();
}

fn said(part: &Path) -> String {
    let file = if part.is_dir() { part.join("1") } else { part.to_path_buf() };
    fs::read_to_string(file).unwrap()
}
