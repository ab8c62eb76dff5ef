//! How many messages wait for a person, counted through all that are looked at again.
//!
//! What was erased stays in the index, and the oldest come first: whoever counts only so many counts nothing in the end. So all
//! are gone through, some at a time, and not at every look.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::host::handle::ReadError;
use crate::host::handle::reviews::ReviewCounts;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::ReviewState;

/// How long a count serves: reviews come by the day.
const COUNT_LIVES: Duration = Duration::from_secs(300);

/// Where a message stands in the index, and how it stands to its dates; no state where nobody has to look at it.
pub(super) type Row = (ReviewPlace, Option<ReviewState>);

/// The last count, and since when it serves.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Option<(Stopwatch, ReviewCounts)>>);

impl Counted {
    /// The last count, or a new one where it is old.
    pub(super) fn now(
        &self,
        count: impl FnOnce() -> Result<ReviewCounts, ReadError>,
    ) -> Result<ReviewCounts, ReadError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, counts)) = &*last
            && since.elapsed() < COUNT_LIVES
        {
            return Ok(*counts);
        }
        let counts = count()?;
        *last = Some((Stopwatch::start(), counts));
        Ok(counts)
    }
}

/// Counts page by page until none comes.
// spec: era-10
pub(super) fn all(
    mut page: impl FnMut(Option<ReviewPlace>) -> Result<Vec<Row>, ReadError>,
) -> Result<ReviewCounts, ReadError> {
    let (mut counts, mut after) = (ReviewCounts::default(), None);
    loop {
        let rows = page(after)?;
        let Some((last, _)) = rows.last() else { return Ok(counts) };
        after = Some(*last);
        for state in rows.iter().filter_map(|(_, state)| *state) {
            match state {
                ReviewState::Soon => {}
                ReviewState::Due => counts.due += 1,
                ReviewState::PastErasure => counts.past_erasure += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests;
