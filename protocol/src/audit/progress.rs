//! How far a long reading or writing has come, and who lends hands to it.
//!
//! Uses nothing. A bundle of ten million leaves takes minutes: whoever waits may see how far it is, and whoever has more
//! than one processor may spread what does not depend on order.

use alloc::boxed::Box;
use core::fmt;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Hashes are compared up to the signed root.
    Tree,
    /// Leaves are judged one by one.
    Leaves,
    /// The log is read, to learn what the bundle will hold.
    Reading,
    /// The bundle is written.
    Writing,
}

impl Stage {
    /// What is said to people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Leaves => "leaves",
            Self::Reading => "reading",
            Self::Writing => "writing",
        }
    }
}

/// Is told how far it is.
pub trait Progress {
    /// So many leaves of so many are done.
    fn done(&self, stage: Stage, leaves: u64, of: u64);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn done(&self, _: Stage, _: u64, _: u64) {}
}

/// A piece of work that depends on no other.
pub struct Job<'a>(Option<Box<dyn FnOnce() + Send + 'a>>);

impl<'a> Job<'a> {
    /// Work to be done.
    pub fn new(work: impl FnOnce() + Send + 'a) -> Self {
        Self(Some(Box::new(work)))
    }

    /// Does it, once.
    pub fn work(&mut self) {
        if let Some(work) = self.0.take() {
            work();
        }
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}

/// Does pieces of work, in any order, on as many threads as it has.
pub trait Workers {
    /// Returns when every job is done.
    fn run(&self, jobs: &mut [Job<'_>]);
}

/// One hand.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Workers for Alone {
    fn run(&self, jobs: &mut [Job<'_>]) {
        jobs.iter_mut().for_each(Job::work);
    }
}
