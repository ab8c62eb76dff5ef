//! What is asked about what a person looks at again.

use crate::api::ask::Answer;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::host::handle::reviews::KeepError;
use crate::host::handle::reviews::Needed;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::Reviews;
use crate::host::kept::Kept;

/// What is looked at again, and what is kept on.
pub trait AskReviews {
    /// Held messages that are looked at again by now or soon, after a place.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError>;

    /// Keeps a message until another review, for an officer's reason.
    fn keep(&self, name: MessageName, needed: Needed) -> Answer<'_, Result<Kept, KeepError>>;
}

impl AskReviews for Handle {
    fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError> {
        Self::reviews(self, after, limit)
    }

    fn keep(&self, name: MessageName, needed: Needed) -> Answer<'_, Result<Kept, KeepError>> {
        Box::pin(Self::keep(self, name, needed))
    }
}
