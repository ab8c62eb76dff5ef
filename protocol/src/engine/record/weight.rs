//! How much a record weighs in a batch.

use crate::engine::record::Record;

impl Record {
    /// Bytes of the byte strings in it; what else it has is small.
    pub(crate) fn carried(&self) -> usize {
        match self {
            Self::Leaf(record) => record.leaf.len(),
            Self::Tile(record) => record.hashes.len(),
            Self::Head(record) => record.note.len(),
            Self::Message(record) => record.message.len(),
            Self::Dispatch(record) => record.dispatch.len(),
            Self::Receipt(record) => record.receipt.len(),
            Self::PeerHead(record) => record.note.len(),
            Self::Cosigned(record) => record.note.len(),
            Self::PeerCosigned(record) => record.note.len(),
            Self::Credential(record) => record.credential.len(),
            Self::Charter(record) => record.charter.len(),
            Self::Evidence(record) => record.evidence.len(),
            Self::Idempotency(record) => record.key.len(),
            Self::Proposal(record) => record.statement.len(),
            Self::Approval(record) => record.approval.len(),
            Self::Succession(record) => {
                let approvals: usize = record.approvals.iter().map(|bytes| bytes.len()).sum();
                record.statement.len().saturating_add(approvals)
            }
            Self::Shown(record) => record.note.len(),
            Self::Revocation(record) => record.revocation.len(),
            Self::Notice(record) => record.notice.len(),
            Self::Staff(record) => record.staff.len(),
            Self::Act(record) => {
                let act = &record.act;
                act.parents
                    .len()
                    .saturating_mul(34)
                    .saturating_add(act.holders().len().saturating_mul(66))
            }
            Self::Outbound(_)
            | Self::Inbound(_)
            | Self::Link(_)
            | Self::Mode(_)
            | Self::Due(_)
            | Self::Retired(_)
            | Self::Erasure(_)
            | Self::KeyBackup(_)
            | Self::Queried(_) => 0,
        }
    }
}
