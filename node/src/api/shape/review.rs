//! What a person looks at again, in JSON: ids and dates, and nothing that a message says.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::handle::reviews::ReviewView;
use crate::host::handle::reviews::Reviews;
use crate::host::kept::Kept;

/// A held message that is looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// The message's id.
    pub id: String,
    /// Its digest.
    pub digest: String,
    /// Its procedure.
    pub procedure: String,
    /// When the need to keep it is looked at again: as its header says, or whoever kept it on.
    pub review_on: String,
    /// When it is erased at the latest.
    pub erase_by: String,
    /// `due` when the day has come, `soon` when it comes within 30 days, `past-erasure` when it should be gone and is not.
    pub state: String,
    /// For how many months at the longest it is proposed to keep such a message before the next review.
    pub term_months: u16,
}

/// One page of what is looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewList {
    /// Earliest day first.
    pub items: Vec<Review>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<String>,
}

/// An officer's word that a message is still needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Kept)]
pub struct KeptDocument {
    /// Staff number of whoever said so.
    pub officer: String,
    /// Why.
    pub reason: String,
    /// When somebody looks at it again.
    pub next_review: String,
    /// When it was said. RFC 3339, UTC.
    pub at: String,
    /// Place of the `read` leaf of whoever said so, in the node's own log.
    pub log_index: u64,
}

impl From<&Kept> for KeptDocument {
    fn from(kept: &Kept) -> Self {
        Self {
            officer: kept.officer.to_string(),
            reason: kept.reason.to_string(),
            next_review: kept.next_review.to_string(),
            at: kept.at.to_string(),
            log_index: kept.leaf.get(),
        }
    }
}

impl From<&ReviewView> for Review {
    fn from(view: &ReviewView) -> Self {
        Self {
            id: view.id.to_string(),
            digest: view.digest.to_string(),
            procedure: view.procedure.to_string(),
            review_on: view.review_on.to_string(),
            erase_by: view.erase_by.to_string(),
            state: view.state.text().to_owned(),
            term_months: view.term_months,
        }
    }
}

impl From<&Reviews> for ReviewList {
    fn from(page: &Reviews) -> Self {
        Self {
            items: page.items.iter().map(Review::from).collect(),
            next: page.next.map(|(day, leaf)| format!("{day}.{leaf}")),
        }
    }
}
