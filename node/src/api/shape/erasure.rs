//! Erasures and copies of keys in JSON.

use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a body was erased. Header and proofs of the message remain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    /// Place of the `erased` leaf in the node's own log.
    pub log_index: u64,
    /// What demanded it: `retention`, `recall` or `order`.
    pub cause: String,
    /// The instrument that it rests on.
    pub basis: String,
    /// Who decided, by pseudonymous staff number.
    pub officer: String,
    /// When the last copy of the key dies; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_until: Option<String>,
    /// When.
    pub at: String,
}

/// That the keys of the bodies are copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyBackup {
    /// When.
    pub at: String,
    /// Until when the copy may be kept and used.
    pub until: String,
    /// The same, in milliseconds since 1970-01-01 00:00 UTC.
    pub until_ms: u64,
}

impl From<&ErasureRecord> for Erasure {
    fn from(record: &ErasureRecord) -> Self {
        Self {
            log_index: record.leaf.get(),
            cause: record.cause.code().to_owned(),
            basis: record.basis.to_string(),
            officer: record.officer.to_string(),
            keys_until: record.keys_until.map(|until| until.to_string()),
            at: record.at.to_string(),
        }
    }
}

impl From<&KeyBackupRecord> for KeyBackup {
    fn from(record: &KeyBackupRecord) -> Self {
        Self {
            at: record.at.to_string(),
            until: record.until.to_string(),
            until_ms: record.until.millis(),
        }
    }
}
