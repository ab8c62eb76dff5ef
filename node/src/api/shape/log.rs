//! The node's own log in JSON.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::log::leaf::Doubt;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape;
use crate::api::shape::leaf::LeafDocument;
use crate::host::handle::Entry;
use crate::host::handle::InclusionProof;
use crate::host::view::PeerView;
use crate::host::view::QuorateView;
use crate::host::view::View;

/// The newest durable head of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Head {
    /// The log's origin.
    pub origin: String,
    /// Leaves covered.
    pub size: u64,
    /// Root over them.
    pub root: String,
    /// The signed note.
    pub checkpoint: String,
    /// `open`, or why the node does not sign: `probing` or `quarantine`.
    pub standing: String,
    /// Distinct witnesses that the charter demands.
    pub quorum: u64,
    /// The newest head that a quorum of witnesses has cosigned; absent before the first.
    pub witnessed: Option<Witnessed>,
    /// Since when there are leaves that no quorum has cosigned, as far as the node knows since its start.
    pub unwitnessed_since: Option<String>,
    /// Every other member as a witness of this log.
    pub witnesses: Vec<Witness>,
}

/// A head that a quorum of witnesses has cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Witnessed {
    /// Leaves covered.
    pub size: u64,
    /// Distinct witnesses that cosigned it.
    pub cosignatures: u64,
    /// The newest time that one of them says.
    pub at: Option<String>,
    /// The signed note, with the lines of its cosigners.
    pub checkpoint: String,
}

/// One witness of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Witness {
    /// The witness.
    pub agency: String,
    /// Leaves covered by its newest cosignature; absent before the first.
    pub size: Option<u64>,
    /// When it signed that, by its clock.
    pub at: Option<String>,
    /// Why it did not cosign what it was last asked to.
    pub refused: Option<String>,
}

impl From<&View> for Head {
    fn from(view: &View) -> Self {
        let head = &view.head;
        Self {
            standing: view.mode.standing().map_or("open", Doubt::code).to_owned(),
            origin: head.origin.clone(),
            size: head.size.get(),
            root: head.root.to_string(),
            checkpoint: note(&head.note),
            quorum: u64::from(head.quorum),
            witnessed: head.quorate.as_ref().map(Witnessed::from),
            unwitnessed_since: head.unwitnessed_since.map(|since| since.to_string()),
            witnesses: view.peers.iter().map(Witness::from).collect(),
        }
    }
}

impl From<&QuorateView> for Witnessed {
    fn from(quorate: &QuorateView) -> Self {
        Self {
            size: quorate.size.get(),
            cosignatures: u64::try_from(quorate.cosignatures).unwrap_or(u64::MAX),
            at: quorate.at.map(|at| at.to_string()),
            checkpoint: note(&quorate.note),
        }
    }
}

impl From<&PeerView> for Witness {
    fn from(peer: &PeerView) -> Self {
        Self {
            agency: peer.agency.to_string(),
            size: peer.cosigned.map(|cosigned| cosigned.size.get()),
            at: peer.cosigned.map(|cosigned| cosigned.at.to_string()),
            refused: peer.declined.map(|code| code.text().to_owned()),
        }
    }
}

/// Leaves in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryList {
    /// The leaves.
    pub items: Vec<LogEntry>,
    /// The `from` of the next page; absent at the end of the log.
    pub next: Option<u64>,
}

/// One leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// Place in the log.
    pub index: u64,
    /// What it says; absent for a kind that this release does not know.
    pub leaf: Option<LeafDocument>,
    /// The leaf's bytes, which are what is hashed.
    pub bytes: String,
}

impl From<&Entry> for LogEntry {
    fn from(entry: &Entry) -> Self {
        Self {
            index: entry.index.get(),
            leaf: LeafDocument::read(&entry.leaf),
            bytes: shape::hex(&entry.leaf),
        }
    }
}

/// What `/api/v1/log/proof` answers: which of the two depends on what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LogProof {
    /// That a leaf stands in the log.
    Inclusion(Inclusion),
    /// That the log only grew.
    Consistency(Consistency),
}

/// That a leaf stands in the log. Source: RFC 9162 section 2.1.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inclusion {
    /// Place of the leaf.
    pub index: u64,
    /// The leaf's bytes.
    pub leaf: String,
    /// Sibling hashes, leaf first.
    pub path: Vec<String>,
    /// The signed checkpoint that the path leads to.
    pub checkpoint: String,
}

impl From<&InclusionProof> for Inclusion {
    fn from(proof: &InclusionProof) -> Self {
        Self {
            index: proof.index.get(),
            leaf: shape::hex(&proof.leaf),
            path: hashes(&proof.path),
            checkpoint: note(&proof.checkpoint),
        }
    }
}

/// That the log of size `from` is the beginning of the log of size `to`. Source: RFC 9162 section 2.1.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The older size.
    pub from: u64,
    /// The newer size.
    pub to: u64,
    /// The hashes that lead from one root to the other.
    pub path: Vec<String>,
    /// The signed checkpoint of size `to`, where that is the newest one.
    pub checkpoint: Option<String>,
}

/// Hashes as texts.
pub fn hashes(path: &[Digest]) -> Vec<String> {
    path.iter().map(Digest::to_string).collect()
}

/// A signed note is UTF-8 by its format; what is not is shown as it is not.
pub fn note(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
