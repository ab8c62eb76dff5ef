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

/// The books that were read last, the latest first. Shape: at most [`BOOKS_MAX`] and [`PROCEDURES_HELD_BYTES_MAX`], and
/// always the latest.
#[derive(Debug, Default)]
pub(super) struct Books {
    kept: Mutex<VecDeque<(Digest, Arc<Book>)>>,
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
        let book = match self.take(&key) {
            Some(book) => book,
            None => Arc::new(fold()?),
        };
        self.keep(key, &book);
        Ok(book)
    }

    fn take(&self, key: &Digest) -> Option<Arc<Book>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(of, _)| of == key)?;
        kept.remove(place).map(|(_, book)| book)
    }

    /// Puts a book before the others, and lets go of those that were not read for longest.
    fn keep(&self, key: Digest, book: &Arc<Book>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((key, Arc::clone(book)));
        kept.truncate(BOOKS_MAX);
        let mut bytes: usize = kept.iter().map(|(_, book)| book.bytes()).sum();
        while bytes > PROCEDURES_HELD_BYTES_MAX && kept.len() > 1 {
            let Some((_, gone)) = kept.pop_back() else { return };
            bytes = bytes.saturating_sub(gone.bytes());
        }
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
