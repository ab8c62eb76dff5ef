//! What nodes tell each other about third logs: what they hold, what they want, and files.
//!
//! Uses `limits`, `crypto`. Nothing is pushed: digests are told, files are asked for.
//!
//! Absent on purpose: judging a file; `audit::evidence` does, before an engine sees it.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::limits::CHECKPOINT_BYTES_MAX;
use crate::limits::EVIDENCE_BYTES_MAX;
use crate::limits::EVIDENCE_TOLD_MAX;
use crate::limits::EVIDENCE_WANTED_MAX;
use crate::limits::MEMBERS_MAX;

/// One frame about evidence. The order of the variants is the wire format. Source: spec wire-50.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvidenceTalk {
    /// What the speaker holds.
    Told(Told),
    /// Which files the speaker asks for.
    Wanted(Vec<Digest>),
    /// One file that was asked for.
    File(ByteBuf),
}

/// What a node holds that may matter to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The newest checkpoints held of the logs of third members, as signed notes.
    pub heads: Vec<ByteBuf>,
    /// Files of evidence held that the listener may be handed.
    pub files: Vec<Digest>,
}

impl EvidenceTalk {
    /// Whether the counts are within their bounds; else the connection is closed with `bad-frame`.
    pub fn is_bounded(&self) -> bool {
        // spec: wire-50
        match self {
            Self::Told(told) => {
                told.heads.len() <= MEMBERS_MAX
                    && told.heads.iter().all(|note| note.len() <= CHECKPOINT_BYTES_MAX)
                    && told.files.len() <= EVIDENCE_TOLD_MAX
            }
            Self::Wanted(files) => !files.is_empty() && files.len() <= EVIDENCE_WANTED_MAX,
            Self::File(file) => file.len() <= EVIDENCE_BYTES_MAX,
        }
    }
}
