//! Threads for what must not hold a task up: expensive work, and waits for a disk, a name or a token.
//!
//! Every one is made when a node starts. A system that is short of memory or of threads gives none later, and tokio's own
//! pool, which makes them when they are needed, then panics in the task that asked: the node goes on without that task.
//! Here work waits for a thread that is there.
//!
//! Absent on purpose: making or ending a thread while the node runs.

use std::io;
use std::num::NonZeroUsize;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::thread::Builder;

use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// Address space of the stack of one thread, in bytes. Memory is taken for what is used of it, mostly a few KiB.
const STACK_BYTES: usize = 2 * 1024 * 1024;

type Job = Box<dyn FnOnce() + Send>;

/// Threads of one kind. What does not find one free waits its turn, in order; they end with the last copy of this.
#[derive(Clone, Debug)]
pub struct Workers {
    jobs: mpsc::Sender<Job>,
}

/// The work panicked or the node stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work was not done")]
pub struct WorkLost;

impl Workers {
    /// Makes so many threads.
    ///
    /// # Errors
    /// When the system does not give them; those that were made end.
    // spec: store-22
    pub fn start(name: &str, count: NonZeroUsize) -> io::Result<Self> {
        Self::with_stack(name, count, STACK_BYTES)
    }

    fn with_stack(name: &str, count: NonZeroUsize, stack_bytes: usize) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(count.get());
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 1..=count.get() {
            let waiting = Arc::clone(&waiting);
            let thread = Builder::new().name(format!("{name}-{number}")).stack_size(stack_bytes);
            drop(thread.spawn(move || work_off(&waiting))?);
        }
        Ok(Self { jobs })
    }

    /// Runs one piece of work and waits for it. What nobody waits for any more is not begun.
    ///
    /// # Errors
    /// When the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkLost> {
        let (reply, done) = oneshot::channel();
        let job = move || {
            if !reply.is_closed() {
                // Whoever stopped waiting meanwhile needs no result.
                drop(reply.send(work()));
            }
        };
        self.jobs.send(Box::new(job)).await.map_err(|_| WorkLost)?;
        done.await.map_err(|_| WorkLost)
    }
}

/// The life of one thread.
fn work_off(waiting: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(job) = next else { return };
        // Work that panics is lost, and whoever waits for it hears so; the thread is not.
        drop(panic::catch_unwind(AssertUnwindSafe(job)));
    }
}

/// Makes so many threads and ends them again: a guest that makes its own cannot say that it did not get them.
///
/// # Errors
/// When the system does not give so many at once.
// spec: store-22
pub fn rehearse(count: usize) -> io::Result<()> {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let shut = gate.lock();
        let (here, arrived) = std::sync::mpsc::channel();
        for _ in 0..count {
            let (here, gate) = (here.clone(), &gate);
            let wait = move || {
                here.send(()).ok();
                drop(gate.lock());
            };
            drop(Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, wait)?);
            // One after the other: a thread that is made and finds no memory to begin with ends the process.
            arrived.recv().ok();
        }
        drop(shut);
        Ok(())
    })
}

#[cfg(test)]
mod tests;
