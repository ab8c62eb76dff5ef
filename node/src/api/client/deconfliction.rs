//! Deconfliction: holdings, alerts, digests, and what to answer.

use serde_json::Value;

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::deconfliction::AlertList;
use crate::api::shape::deconfliction::DigestList;
use crate::api::shape::deconfliction::HoldingDocument;
use crate::api::shape::deconfliction::HoldingList;
use crate::api::shape::deconfliction::ProposalDocument;
use crate::report::Report;

impl Client {
    /// Digests of identifiers for an officer's query, in their order.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn digests(&self, identifiers: &[Value], officer: &str) -> Result<DigestList, Report> {
        let document = serde_json::json!({ "identifiers": identifiers, "officer": officer });
        self.post_json("/api/v1/deconfliction/digests", &document)
    }

    /// Enters a holding.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn hold(&self, holding: &Value) -> Result<HoldingDocument, Report> {
        self.post_json("/api/v1/deconfliction/holdings", holding)
    }

    /// The holdings of one owner.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn holdings(&self, officer: &str) -> Result<HoldingList, Report> {
        self.get(&query("/api/v1/deconfliction/holdings", &[("officer", Some(officer))]))
    }

    /// Removes a holding of its owner.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn let_go(&self, number: u64, officer: &str) -> Result<(), Report> {
        let path = format!("/api/v1/deconfliction/holdings/{number}");
        let path = self.at_path(&query(&path, &[("officer", Some(officer))]));
        let answer = self.agent.delete(path).header("authorization", self.bearer()).call();
        self.accepted(answer).map(drop)
    }

    /// Who asked about what one owner holds.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn alerts(&self, officer: &str) -> Result<AlertList, Report> {
        self.get(&query("/api/v1/deconfliction/alerts", &[("officer", Some(officer))]))
    }

    /// What to answer to the query of a procedure.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn proposal(&self, procedure: &str, officer: &str) -> Result<ProposalDocument, Report> {
        let path = format!("/api/v1/procedures/{}/deconfliction", escaped(procedure));
        self.get(&query(&path, &[("officer", Some(officer))]))
    }
}
