//! What a command asks about evidence and alarms.

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::shape::watch::EvidenceList;
use crate::api::shape::watch::Watch;
use crate::report::Report;

impl Client {
    /// Evidence that the node holds, from a leaf on.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn evidence(&self, from: u64) -> Result<EvidenceList, Report> {
        self.get(&format!("/api/v1/evidence?from={from}"))
    }

    /// One file of evidence, byte for byte.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn evidence_file(&self, digest: &str) -> Result<Vec<u8>, Report> {
        let answer = self.ask(&format!("/api/v1/evidence/{}", escaped(digest)))?;
        self.bytes(answer)
    }

    /// Every member's log as the node sees it, and the alarms that stand.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn watch(&self) -> Result<Watch, Report> {
        self.get("/api/v1/watch")
    }
}
