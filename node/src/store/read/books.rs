//! Procedures that were read lately.
//!
//! Whoever judges many messages against one procedure, such as the arrivals of a batch, would fold its hundreds of messages
//! for each of them. A book is given again only while the rows that it was folded from are byte for byte the same, so that
//! what is given never depends on what was read before.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::digest::Running;
use concord_protocol::limits::PROCEDURES_HELD_BYTES_MAX;
use concord_protocol::procedure::book::Book;

use crate::store::rows::Row;

/// How many are kept at most: looking for one goes through all.
const BOOKS_MAX: usize = 32;

/// A folded message takes up to so many times the bytes that it has in the store.
const FOLDED: usize = 4;

/// The books that were read last, the latest first. Shape: at most [`BOOKS_MAX`] and [`PROCEDURES_HELD_BYTES_MAX`], and
/// always the latest.
#[derive(Debug, Default)]
pub(super) struct Books {
    kept: Mutex<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    key: Digest,
    book: Arc<Book>,
    /// About how much memory it takes.
    bytes: usize,
}

impl Books {
    /// The book of these rows; folded where it is not kept.
    // spec: pro-12
    pub(super) fn of<E>(
        &self,
        rows: &[Row],
        fold: impl FnOnce() -> Result<Book, E>,
    ) -> Result<Arc<Book>, E> {
        let key = key_of(rows);
        // Nobody waits for another one's folding: at worst two fold the same.
        let kept = match self.take(&key) {
            Some(kept) => kept,
            None => Kept::of(key, rows, fold()?),
        };
        let book = Arc::clone(&kept.book);
        self.keep(kept);
        Ok(book)
    }

    fn take(&self, key: &Digest) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|kept| kept.key == *key)?;
        kept.remove(place)
    }

    /// Puts a book before the others, and lets go of those that were not read for longest.
    fn keep(&self, latest: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front(latest);
        kept.truncate(BOOKS_MAX);
        let mut bytes = kept.iter().map(|kept| kept.bytes).fold(0, usize::saturating_add);
        while bytes > PROCEDURES_HELD_BYTES_MAX && kept.len() > 1 {
            let Some(gone) = kept.pop_back() else { return };
            bytes = bytes.saturating_sub(gone.bytes);
        }
    }
}

impl Kept {
    /// What a message says may be long: its rows say how long.
    fn of(key: Digest, rows: &[Row], book: Book) -> Self {
        let stored = rows.iter().map(|(_, value)| value.len()).fold(0, usize::saturating_add);
        let bytes = book.bytes().max(stored.saturating_mul(FOLDED));
        Self { key, book: Arc::new(book), bytes }
    }
}

/// One digest over the rows; the key of each says of which procedure and message it is.
fn key_of(rows: &[Row]) -> Digest {
    let mut digest = Running::new();
    for part in rows.iter().flat_map(|(key, value)| [key, value]) {
        digest.take(&(part.len() as u64).to_be_bytes());
        digest.take(part);
    }
    digest.digest()
}
