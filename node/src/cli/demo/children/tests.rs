//! Children end with their guard.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::Command;

use concord_protocol::ids::AgencyId;
use rustix::io::Errno;
use rustix::process;
use rustix::process::Pid;

use crate::cli::demo::children::ChildError;
use crate::cli::demo::children::Children;

#[test]
fn a_child_ends_with_its_guard() {
    let children = Children::new(PathBuf::new());
    let child = spawn(&children, "la.mps");

    drop(children);

    assert_gone(child);
}

#[test]
fn a_child_ends_when_its_owner_panics() {
    let mut child = None;

    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        let children = Children::new(PathBuf::new());
        child = Some(spawn(&children, "la.mps"));
        panic!("the owner fails");
    }));

    assert!(panicked.is_err());
    assert_gone(child.expect("the child was started before the panic"));
}

#[test]
fn a_child_that_is_paused_ends_with_its_guard_too() {
    let children = Children::new(PathBuf::new());
    let child = spawn(&children, "la.mps");
    children.pause(&agency("la.mps")).expect("it runs");

    children.stop();

    assert_gone(child);
}

#[test]
fn a_child_that_does_not_listen_is_killed() {
    let children = Children::new(PathBuf::new());
    let mut deaf = Command::new("sh");
    children
        .spawn(&agency("la.mps"), deaf.args(["-c", "trap '' TERM; sleep 600 & wait; wait"]))
        .expect("sh is there");
    let child = pid(&children, "la.mps");

    children.kill(&agency("la.mps")).expect("it runs");

    assert_gone(child);
    assert!(matches!(children.check(&agency("la.mps")), Err(ChildError::NotRunning { .. })));
}

#[test]
fn nothing_is_started_once_everything_was_stopped() {
    let children = Children::new(PathBuf::new());
    children.stop();

    let refused = children.spawn(&agency("la.mps"), Command::new("sleep").arg("600"));

    assert!(matches!(refused, Err(ChildError::Stopping)));
}

#[test]
fn a_child_that_ended_by_itself_is_named() {
    let children = Children::new(PathBuf::new());
    children.spawn(&agency("la.mps"), &mut Command::new("false")).expect("false is there");

    let ended = loop {
        if let Err(error) = children.check(&agency("la.mps")) {
            break error;
        }
    };

    assert_eq!(ended.to_string(), "the node of la.mps ended by itself: exit status: 1");
}

fn spawn(children: &Children, name: &str) -> Pid {
    children.spawn(&agency(name), Command::new("sleep").arg("600")).expect("sleep is there");
    pid(children, name)
}

fn pid(children: &Children, name: &str) -> Pid {
    Pid::from_child(&children.state().running[&agency(name)])
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).expect("an agency")
}

fn assert_gone(child: Pid) {
    assert_eq!(process::test_kill_process(child), Err(Errno::SRCH));
}
