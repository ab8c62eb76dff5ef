//! Waiting that ends: a condition is asked again and again, with growing pauses, until it holds or time is up.
//!
//! Uses `clock`. Absent on purpose: waiting without a bound.

use std::thread;
use std::time::Duration;

use crate::clock::Stopwatch;

/// The first pause; each one is longer than the one before, up to [`PAUSE_MAX`].
const PAUSE_FIRST: Duration = Duration::from_millis(4);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_millis(64);

/// Time was up before the condition held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it did not happen within {} seconds", .within.as_secs())]
pub(crate) struct TimeUp {
    /// The time that was given.
    pub(crate) within: Duration,
}

/// Asks until there is an answer. The last question is asked after the time is up, so that a slow one counts too.
pub(crate) fn for_up_to<T>(
    within: Duration,
    mut ask: impl FnMut() -> Option<T>,
) -> Result<T, TimeUp> {
    let watch = Stopwatch::start();
    let mut pause = PAUSE_FIRST;
    loop {
        let last = watch.elapsed() >= within;
        match ask() {
            Some(answer) => return Ok(answer),
            None if last => return Err(TimeUp { within }),
            None => thread::sleep(pause),
        }
        pause = pause.saturating_add(pause / 2).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests;
