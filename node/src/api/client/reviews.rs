//! What a person looks at again, and keeps on.

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::review::KeptDocument;
use crate::api::shape::review::ReviewList;
use crate::report::Report;

impl Client {
    /// One page of the held messages that are looked at again.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn reviews(
        &self,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<ReviewList, Report> {
        let limit = limit.map(|limit| limit.to_string());
        self.get(&query("/api/v1/reviews", &[("limit", limit.as_deref()), ("cursor", cursor)]))
    }

    /// Keeps a message until another review: by whom, why, and until when.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn keep(&self, id: &str, needed: [(&str, &str); 3]) -> Result<KeptDocument, Report> {
        let path = format!("/api/v1/messages/{}/review", escaped(id));
        self.post(&query(&path, &needed.map(|(name, value)| (name, Some(value)))))
    }
}
