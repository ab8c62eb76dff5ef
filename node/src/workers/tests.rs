//! Threads that are there from the start, and no others.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::panic;
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;
use tokio::task;

use crate::workers;
use crate::workers::WorkLost;
use crate::workers::Workers;

const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// More than any address space.
const NO_STACK: usize = 1 << 50;

#[tokio::test]
async fn work_is_done_by_the_threads_that_were_made_at_the_start() {
    // shows: store-22
    let workers = Workers::start("steady", TWO).unwrap();
    let mut jobs = Vec::new();
    for number in 0..100 {
        let workers = workers.clone();
        jobs.push(tokio::spawn(async move {
            workers.run(move || (number, thread::current().name().unwrap().to_owned())).await
        }));
    }

    let mut names = BTreeSet::new();
    for (number, job) in jobs.into_iter().enumerate() {
        let (done, name) = job.await.unwrap().unwrap();
        assert_eq!(done, number);
        names.insert(name);
    }
    let made = BTreeSet::from(["steady-1".to_owned(), "steady-2".to_owned()]);
    assert!(names.is_subset(&made), "{names:?}");
    assert_eq!(threads("steady-"), 2);
}

#[tokio::test]
async fn work_that_panics_is_lost_and_its_thread_is_not() {
    // shows: store-22
    let workers = Workers::start("hardy", TWO).unwrap();

    for _ in 0..4 {
        // Without a word on standard error.
        let lost = workers.run(|| panic::resume_unwind(Box::new(()))).await;
        assert_eq!(lost, Err::<(), _>(WorkLost));
    }

    assert_eq!(workers.run(|| 7).await, Ok(7));
    assert_eq!(threads("hardy-"), 2);
}

#[tokio::test]
async fn work_that_nobody_waits_for_any_more_is_not_begun() {
    let workers = Workers::start("idle", NonZeroUsize::MIN).unwrap();
    let (begun, begins) = oneshot::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let first = tokio::spawn({
        let workers = workers.clone();
        async move {
            let held = move || {
                begun.send(()).unwrap();
                wait.recv().unwrap();
            };
            workers.run(held).await
        }
    });
    begins.await.unwrap();
    let (did, done) = mpsc::channel();
    let second = tokio::spawn({
        let workers = workers.clone();
        async move { workers.run(move || did.send(()).unwrap()).await }
    });
    // It stands in the row now, and whoever asked for it goes away.
    task::yield_now().await;
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());

    go_on.send(()).unwrap();

    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(workers.run(|| ()).await, Ok(()), "the row is empty");
    assert!(done.try_recv().is_err(), "it was not begun");
}

#[test]
fn a_system_that_gives_no_thread_is_noticed_at_the_start() {
    // shows: store-22
    let refused = Workers::with_stack("none", TWO, NO_STACK).map(drop).map_err(|e| e.kind());

    assert_eq!(refused, Err(io::ErrorKind::WouldBlock));
    assert_eq!(threads("none-"), 0);
    workers::rehearse(8).unwrap();
}

/// Threads of this process whose name begins so. Source: proc(5).
fn threads(prefix: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(prefix)).count()
}
