//! What a person looks at again.

use crate::api::client::Client;
use crate::api::client::query;
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
}
