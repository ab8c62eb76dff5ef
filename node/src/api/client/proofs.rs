//! Proofs about the node's log: as documents, and in the forms of others, as bytes.

use crate::api::client::Client;
use crate::api::client::query;
use crate::api::shape::log::LogProof;
use crate::report::Report;

impl Client {
    /// Proves that a leaf stands in the node's log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn leaf_proof(&self, index: u64) -> Result<LogProof, Report> {
        self.get(&format!("/api/v1/log/proof?index={index}"))
    }

    /// Proves that the node's log only grew.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn consistency(&self, from: u64, to: Option<u64>) -> Result<LogProof, Report> {
        let (from, to) = (from.to_string(), to.map(|to| to.to_string()));
        self.get(&query("/api/v1/log/proof", &[("from", Some(&from)), ("to", to.as_deref())]))
    }

    /// The first hashes of a tile of the node's log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn tile(&self, level: u8, index: u64, width: usize) -> Result<Vec<u8>, Report> {
        let path = format!("/api/v1/log/tile?level={level}&index={index}&width={width}");
        self.bytes(self.ask(&path)?)
    }

    /// The first leaves of an entry bundle of the node's log.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn entry_bundle(&self, index: u64, width: usize) -> Result<Vec<u8>, Report> {
        let path = format!("/api/v1/log/entry-bundle?index={index}&width={width}");
        self.bytes(self.ask(&path)?)
    }

    /// The proof file of a leaf.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn proof_file(&self, index: u64) -> Result<Vec<u8>, Report> {
        self.bytes(self.ask(&format!("/api/v1/log/proof-file?index={index}"))?)
    }

    /// A COSE receipt of a leaf.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn cose_receipt(&self, index: u64) -> Result<Vec<u8>, Report> {
        self.bytes(self.ask(&format!("/api/v1/log/receipt?index={index}"))?)
    }

    /// The policy under which proofs of the node's log can be checked.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn policy(&self) -> Result<Vec<u8>, Report> {
        self.bytes(self.ask("/api/v1/log/policy")?)
    }
}
