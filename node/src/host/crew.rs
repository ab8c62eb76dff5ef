//! The threads of one run of a node, each made before the store is opened.

use std::io;
use std::num::NonZeroUsize;

use crate::transport;
use crate::workers::Workers;

/// Threads that wait for a disk: reads for the local API, pages and metrics, and what is kept for other members.
const DISK: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// Bundles that are exported at once, each of which holds a thread as long as its caller takes.
pub const EXPORTS: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// Threads that are no workers of ours: writer, witness, the one that makes tables of feeds, the one that asks a token, the end of standard input, the one
/// that opens the embedded store, and the seven of that store.
const OTHERS: usize = 13;

/// Who does what must not hold a task up.
#[derive(Clone, Debug)]
pub struct Crew {
    /// Seal, open, check signatures: as many as the settings say.
    pub workers: Workers,
    /// Wait for a disk.
    pub disk: Workers,
    /// Write bundles.
    pub exports: Workers,
}

impl Crew {
    /// Makes the threads.
    ///
    /// # Errors
    /// When the system does not give them.
    pub fn start(workers: NonZeroUsize) -> io::Result<Self> {
        Ok(Self {
            workers: Workers::start("worker", workers)?,
            disk: Workers::start("disk", DISK)?,
            exports: Workers::start("export", EXPORTS)?,
        })
    }
}

/// Threads that a node has beside those of its runtime.
pub fn threads(workers: NonZeroUsize) -> usize {
    let ours = [workers, DISK, EXPORTS, transport::NAMES];
    ours.iter().map(|kind| kind.get()).sum::<usize>().saturating_add(OTHERS)
}
