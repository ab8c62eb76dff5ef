//! Somebody, by the messages that may say who it is.
//!
//! What is kept are keyed digests of the marks in their bodies, for a minute at most, so that what is erased is forgotten
//! here too.

use std::collections::BTreeSet;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;

use crate::clock::Stopwatch;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// How long what is known of people is kept before their bodies are opened again.
const MARKS_LIVE: Duration = Duration::from_secs(60);

/// Somebody, by the messages that may say who it is.
#[derive(Debug, Default)]
pub(super) struct Marked {
    messages: Vec<Digest>,
    marks: Option<(Stopwatch, BTreeSet<Digest>)>,
}

impl Marked {
    pub(super) const fn by(messages: Vec<Digest>) -> Self {
        Self { messages, marks: None }
    }

    pub(super) fn messages(&self) -> &[Digest] {
        &self.messages
    }

    /// Keyed digests of the marks, read again after a minute.
    pub(super) fn marks(&mut self, shared: &Shared) -> Result<&BTreeSet<Digest>, ReadError> {
        let is_fresh = |(since, _): &(Stopwatch, BTreeSet<Digest>)| since.elapsed() < MARKS_LIVE;
        let marks = match self.marks.take().filter(is_fresh) {
            Some(kept) => kept,
            None => (Stopwatch::start(), people::marks_of(shared, &self.messages)?),
        };
        Ok(&self.marks.insert(marks).1)
    }
}
