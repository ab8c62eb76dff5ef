//! Pure, expensive work on as many threads as the machine has: sealing, opening, checking signatures.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// The workers. What does not find one free waits its turn, in order.
#[derive(Clone, Debug)]
pub(crate) struct Workers {
    free: Arc<Semaphore>,
}

/// A worker panicked or the node stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work was not done")]
pub(crate) struct WorkLost;

impl Workers {
    pub(crate) fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count.max(1))) }
    }

    /// Runs one piece of work and waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkLost> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| WorkLost)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        done.await.map_err(|_| WorkLost)
    }
}
