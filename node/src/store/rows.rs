//! The narrow trait in front of the embedded store: rows by key, a batch with its mark, nothing else.
//!
//! Uses `format`. Everything is read from here; nothing is known only here: the rows can be made again from the journal.
//! Absent on purpose: the name of the store behind it.

use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use crate::store::format::Life;

/// A row: key and value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Up to where the journal is applied, and of which life. Written in the same batch as the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The life whose journal it is.
    pub life: Life,
    /// The last record applied.
    pub sequence: u64,
}

/// Which end of a range comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// Keys from `from` up to, and without, `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The first key.
    pub from: Vec<u8>,
    /// The key after the last one.
    pub until: Vec<u8>,
}

/// Why the embedded store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// A read or write of its files failed.
    #[error("the embedded store cannot use its files ({kind})")]
    Unusable {
        /// What the operating system said.
        kind: ErrorKind,
    },
    /// It found its files damaged.
    #[error("the embedded store is damaged")]
    Damaged,
    /// It panicked, and was caught.
    #[error("the embedded store panicked")]
    Panicked,
}

impl RowsError {
    /// Whether the files are bad, so that new ones would help.
    pub(crate) const fn is_of_the_files(&self) -> bool {
        match self {
            Self::Unusable { .. } => false,
            Self::Damaged | Self::Panicked => true,
        }
    }

    /// Whether the machine refused, rather than the files being bad.
    pub(crate) const fn is_of_the_machine(&self) -> bool {
        match self {
            Self::Unusable { kind } => matches!(
                kind,
                ErrorKind::PermissionDenied
                    | ErrorKind::StorageFull
                    | ErrorKind::QuotaExceeded
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::OutOfMemory
            ),
            Self::Damaged | Self::Panicked => false,
        }
    }
}

/// The embedded store.
#[expect(clippy::missing_errors_doc, reason = "what can go wrong is [`RowsError`]")]
pub trait Rows: fmt::Debug + Send + Sync {
    /// Puts all rows and the mark, or none. Not waited for until `flush`.
    fn commit(&self, rows: Vec<Row>, mark: Mark) -> Result<(), RowsError>;

    /// One row's value.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError>;

    /// At most `limit` rows of a range.
    fn range(&self, keys: &Keys, order: Order, limit: usize) -> Result<Vec<Row>, RowsError>;

    /// The mark of the last batch; `None` in an empty store.
    fn mark(&self) -> Result<Option<Mark>, RowsError>;

    /// Makes everything committed so far durable.
    fn flush(&self) -> Result<(), RowsError>;

    /// Flushes, and leaves everything so that the next opening is fast.
    fn close(&self) -> Result<(), RowsError>;

    /// Lets go of the files, whoever still holds this: the next opening, in this process too, finds them free.
    fn give_up(&self);
}

/// Where an embedded store comes from.
#[expect(
    clippy::missing_errors_doc,
    reason = "what can go wrong is [`RowsError`], or what the system refuses"
)]
pub trait Shelf: fmt::Debug {
    /// Whether there is one to open.
    fn is_there(&self) -> bool;

    /// Opens it; makes it if it is not there. Bad files give an error, never a panic.
    fn open(&self) -> Result<Arc<dyn Rows>, RowsError>;

    /// Moves it out of the way, under a new name that is returned.
    fn set_aside(&self) -> std::io::Result<PathBuf>;
}

impl Mark {
    /// The bytes of a mark: life, sequence.
    pub(crate) fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let parts = self.life.as_bytes().iter().copied().chain(self.sequence.to_be_bytes());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Reads a mark.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (life, rest) = bytes.split_first_chunk::<16>()?;
        let sequence = u64::from_be_bytes(rest.try_into().ok()?);
        Some(Self { life: Life::from_bytes(*life), sequence })
    }
}
