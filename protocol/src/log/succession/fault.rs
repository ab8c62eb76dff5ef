//! Why a statement, an approval or a succession does not count, and why a member does not approve.

use crate::codec::DecodeError;
use crate::crypto::cose::CoseError;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::APPROVAL_BYTES_MAX;
use crate::limits::MEMBERS_MAX;
use crate::limits::STATEMENT_BYTES_MAX;

/// Why a statement is not believed, whoever approves it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// More bytes than a statement may have.
    #[error("a signed statement has at most {STATEMENT_BYTES_MAX} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
    },
    /// Not a signed statement.
    #[error("the bytes are no signed statement of a succession")]
    Form(#[from] CoseError),
    /// What was signed is no statement.
    #[error("what was signed is no statement of a succession")]
    Content(#[from] DecodeError),
    /// Another charter.
    #[error("the statement counts under another charter")]
    OtherCharter,
    /// The charter does not name the agency.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The agency stated.
        agency: AgencyId,
    },
    /// The logs do not follow each other, or the charter does not accept one of them.
    #[error(
        "log {to} does not follow log {from} among the logs that the charter accepts of this member"
    )]
    Numbers {
        /// The log that ends.
        from: LogNumber,
        /// The log that begins.
        to: LogNumber,
    },
    /// The credential named is not known.
    #[error("the credential {serial} of the agency is not known")]
    UnknownCredential {
        /// Its serial.
        serial: Serial,
    },
    /// The signature does not hold under the signing key of the credential named.
    #[error("the statement is not signed by the agency's signing key")]
    BadSignature,
    /// No checkpoint, or too many.
    #[error("a statement names 1 to {MEMBERS_MAX} checkpoints of the old log, this one {found}")]
    Checkpoints {
        /// Checkpoints found.
        found: usize,
    },
    /// A checkpoint is not one of the old log.
    #[error("checkpoint {place} of the statement is not one of the old log")]
    Checkpoint {
        /// Its place, from 1.
        place: usize,
    },
    /// Checkpoints out of order, or the same twice.
    #[error(
        "the checkpoints of a statement stand in ascending order of size, then root, each once"
    )]
    Order,
    /// What was restored is not one of the checkpoints.
    #[error("what was restored is neither empty nor one of the checkpoints named")]
    Restored,
    /// The lost range does not end where the old log ends, or begins beyond what was restored.
    #[error("the lost range does not reach from what was restored to the end of the old log")]
    Lost,
}

/// Why an approval does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// More bytes than an approval may have.
    #[error("a signed approval has at most {APPROVAL_BYTES_MAX} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
    },
    /// Not a signed approval.
    #[error("the bytes are no signed approval of a succession")]
    Form(#[from] CoseError),
    /// What was signed is no approval.
    #[error("what was signed is no approval of a succession")]
    Content(#[from] DecodeError),
    /// It approves another statement.
    #[error("the approval is of another statement")]
    OtherStatement,
    /// The agency that succeeds approves itself.
    #[error("nobody approves a succession of its own")]
    Own,
    /// The credential named is not known; a stranger's never is.
    #[error("the credential {serial} of {agency} is not known")]
    UnknownCredential {
        /// The member that approves.
        agency: AgencyId,
        /// Its serial.
        serial: Serial,
    },
    /// The signature does not hold under the witness key of the credential named.
    #[error("the approval is not signed by the witness key of {agency}")]
    BadSignature {
        /// The member that approves.
        agency: AgencyId,
    },
}

/// Why a succession does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuccessionError {
    /// The statement.
    #[error("the statement does not hold")]
    Statement(#[from] StatementError),
    /// An approval.
    #[error("approval {place} does not hold")]
    Approval {
        /// Its place, from 1.
        place: usize,
        /// Why not.
        source: ApprovalError,
    },
    /// Approvals out of order, or two of one member.
    #[error("approvals stand in ascending order of agency, one of each")]
    Order,
    /// Fewer than the charter's quorum.
    #[error("{found} of {quorum} members have approved")]
    Quorum {
        /// Approvals found.
        found: usize,
        /// The charter's witness quorum.
        quorum: u16,
    },
}

/// What a member itself knows that speaks against approving a statement. Source: spec suc-6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It knows another log of the agency as the one in force.
    #[error("this node goes by log {in_force} of that agency")]
    OtherLog {
        /// That log.
        in_force: LogNumber,
    },
    /// It holds a checkpoint of the old log that the statement does not name.
    #[error(
        "this node holds a checkpoint of that log of size {size}, which the statement does not name"
    )]
    Unnamed {
        /// Its size.
        size: TreeSize,
    },
}
