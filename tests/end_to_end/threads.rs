//! The threads of a real node: there at its start, and no others later.

use std::collections::BTreeSet;
use std::fs::File;
use std::fs::read_dir;
use std::fs::read_to_string;
use std::process::Command;
use std::thread;
use std::time::Duration;

use harness::daemon::Daemon;
use harness::daemon::LOG_FILE;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::program;
use harness::wait;

const AGENCIES: [&str; 2] = ["la.mps", "th.rtp"];
const WITHIN: Duration = Duration::from_secs(60);

/// Those who ask the node for something at once.
const CALLERS: usize = 16;

#[test]
fn a_node_makes_no_thread_after_its_start_whatever_is_asked_of_it() {
    // shows: store-22
    let world = Federation::of("threads", &AGENCIES);
    let nodes = world.all_ready();
    let before = threads(&nodes[0]);

    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let client = nodes[0].client();
            scope.spawn(move || {
                let letter = letter::report(&[AGENCIES[1]], &format!("caller {caller}"));
                client.submit(letter.to_string().as_bytes(), None).unwrap();
                assert!(!evidence::leaves(&client).is_empty());
            });
        }
        assert!(!evidence::bundle(&nodes[0].client()).is_empty());
    });

    let later: Vec<String> = threads(&nodes[0]).difference(&before).cloned().collect();
    assert_eq!(later, Vec::<String>::new(), "made after the start; before: {before:?}");
}

#[test]
fn a_node_that_does_not_get_its_threads_says_so_and_ends() {
    // shows: store-22
    let world = Federation::of("no-threads", &AGENCIES);
    // The stacks of so many threads do not fit the address space.
    world.agencies[0].set("workers", 256);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 400000; exec \"$0\" \"$@\""]).arg(program::concord());
    let log = File::create(world.folder(0).join(LOG_FILE)).unwrap();
    let mut node = Daemon::start_by(command, world.folder(0), log);

    let ended = wait::for_up_to(WITHIN, || node.has_ended()).expect("the node ends");

    assert_eq!(ended.code(), Some(1), "{}", node.said());
    let said = node.said_all();
    assert!(said.contains("error[not-started]") && said.contains("TasksMax"), "{said}");
}

/// Id and name of each thread of a node. Source: proc(5).
fn threads(node: &Daemon) -> BTreeSet<String> {
    let tasks = read_dir(format!("/proc/{}/task", node.id())).unwrap();
    let tasks = tasks.filter_map(|task| {
        let task = task.ok()?;
        let name = read_to_string(task.path().join("comm")).ok()?;
        Some(format!("{} {}", task.file_name().to_string_lossy(), name.trim()))
    });
    tasks.collect()
}
