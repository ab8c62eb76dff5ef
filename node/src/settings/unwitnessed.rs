//! What a node still takes while nobody vouches for its log: everything for some hours, then nothing sensitive.
//!
//! Absent on purpose: receiving. What peers send is taken and receipted as ever; it is their choice to send it.

use concord_protocol::message::handling::Classification;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

/// What the operator set. Source: spec wit-15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnwitnessedLimit {
    /// How long the head may lack a quorum before sensitive messages are refused.
    pub after: Span,
    /// The least classification that counts as sensitive; nothing does where it is `None`.
    pub from: Option<Classification>,
}

impl UnwitnessedLimit {
    /// Whether a message is refused, given since when the head lacks its quorum.
    // spec: wit-15
    pub fn refuses(
        &self,
        classification: Classification,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let is_sensitive = self.from.is_some_and(|from| classification >= from);
        is_sensitive && since.is_some_and(|since| since.after(self.after) <= now)
    }
}

#[cfg(test)]
mod tests;
