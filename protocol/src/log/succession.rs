//! The end of one log and the beginning of the next: a statement, and the quorum that approves it. Source: spec suc-1.
//!
//! Uses `identity`, `checkpoint`. A log that cannot be gone on with is never rewound: it ends, and the log with the next
//! number begins with this statement as its first leaf. Each arrow is the only maker of what it points to:
//! [`verify_statement`] → [`VerifiedStatement`] → [`verify_approval`] → [`VerifiedApproval`], and [`verify`] puts a
//! statement and its approvals together, for peers and auditors alike.
//!
//! Absent on purpose: whether an approval should be given (people decide, after [`objection`]), storage, the clock.

pub mod code;
pub mod fault;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::SignError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signer;
use crate::identity::charter::Charter;
use crate::identity::charter::VerifiedCharter;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::limits::APPROVAL_BYTES_MAX;
use crate::limits::MEMBERS_MAX;
use crate::limits::STATEMENT_BYTES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::hash;
use crate::log::succession::code::Cause;
use crate::log::succession::fault::ApprovalError;
use crate::log::succession::fault::Objection;
use crate::log::succession::fault::StatementError;
use crate::log::succession::fault::SuccessionError;
use crate::moment::Timestamp;

/// That a log ends, where, why, and which one follows; signed with the agency's signing key. Source: spec suc-2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The charter under which both logs stand.
    pub charter: CharterName,
    /// Whose logs they are.
    pub agency: AgencyId,
    /// The credential whose signing key signs.
    pub serial: Serial,
    /// The log that ends.
    pub from_log: LogNumber,
    /// The log that begins: the next number.
    pub to_log: LogNumber,
    /// Every checkpoint of the old log that the agency knows somebody to hold, and its own newest one: signed notes in
    /// ascending order of size, then root. The largest size is where the old log ends.
    pub last: Vec<ByteBuf>,
    /// What the agency has of the old log.
    pub restored: Restored,
    /// Which leaves of the old log may be lost or other than what members saw.
    pub lost: Lost,
    /// Why.
    pub cause: Cause,
    /// Who decided, by pseudonymous staff number.
    pub officer: StaffNumber,
    /// When, by the clock of the node.
    pub at: Timestamp,
}

/// What an agency has of its old log: one of the checkpoints named, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// Leaves.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// A range of leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// The first one.
    pub first: LeafIndex,
    /// How many, up to where the old log ends.
    pub count: u64,
}

/// That another member has looked at a statement and agrees; signed with its witness key. Source: spec suc-5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// SHA-256 of the signed statement.
    pub statement: Digest,
    /// Who approves.
    pub agency: AgencyId,
    /// The credential whose witness key signs.
    pub serial: Serial,
    /// Who decided there, by pseudonymous staff number.
    pub officer: StaffNumber,
    /// When, by the clock of the approving node.
    pub at: Timestamp,
}

impl Encoded for Statement {
    const BYTES_MAX: usize = STATEMENT_BYTES_MAX;
}

impl Encoded for Approval {
    const BYTES_MAX: usize = APPROVAL_BYTES_MAX;
}

/// A statement that its agency signed and that agrees with itself. Only [`verify_statement`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedStatement {
    statement: Statement,
    last: Vec<Checkpoint>,
    digest: Digest,
    bytes: Vec<u8>,
}

/// An approval of one statement that its member signed. Only [`verify_approval`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedApproval {
    approval: Approval,
    bytes: Vec<u8>,
}

/// A statement with the approvals of a quorum. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSuccession {
    statement: VerifiedStatement,
    approvals: Vec<VerifiedApproval>,
}

/// Signs a statement. Shape: COSE_Sign1 with the content type of successions.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign_statement(statement: &Statement, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    cose::sign1(signer, ContentType::Succession, &codec::encode(statement)?)
}

/// Signs an approval. Shape: COSE_Sign1 with the content type of approvals.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign_approval(approval: &Approval, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    cose::sign1(signer, ContentType::Approval, &codec::encode(approval)?)
}

/// Verifies a statement: its form, its agency's signature, the checkpoints it names, and that it agrees with itself.
///
/// # Errors
/// The first thing that does not hold. Source: spec suc-2, suc-3, suc-4.
pub fn verify_statement(
    bytes: &[u8],
    directory: &Directory,
) -> Result<VerifiedStatement, StatementError> {
    // spec: suc-2
    if bytes.len() > STATEMENT_BYTES_MAX {
        return Err(StatementError::TooLong { len: bytes.len() });
    }
    let signed = cose::Sign1::parse(bytes, ContentType::Succession)?;
    let statement: Statement = codec::decode(signed.payload())?;
    check_numbers(&statement, directory)?;
    let serial = statement.serial;
    let credential = directory
        .with_serial(&statement.agency, serial)
        .ok_or(StatementError::UnknownCredential { serial })?;
    signed.verify(&credential.credential().signing).map_err(|_| StatementError::BadSignature)?;
    let last = checkpoints(&statement, directory)?;
    check_extent(&statement, &last)?;
    let digest = digest::sha256(bytes);
    Ok(VerifiedStatement { statement, last, digest, bytes: bytes.to_vec() })
}

/// Verifies a member's approval of a statement.
///
/// # Errors
/// The first thing that does not hold. Source: spec suc-5.
pub fn verify_approval(
    bytes: &[u8],
    statement: &VerifiedStatement,
    directory: &Directory,
) -> Result<VerifiedApproval, ApprovalError> {
    // spec: suc-5
    if bytes.len() > APPROVAL_BYTES_MAX {
        return Err(ApprovalError::TooLong { len: bytes.len() });
    }
    let signed = cose::Sign1::parse(bytes, ContentType::Approval)?;
    let approval: Approval = codec::decode(signed.payload())?;
    if approval.statement != statement.digest {
        return Err(ApprovalError::OtherStatement);
    }
    if approval.agency == statement.statement.agency {
        return Err(ApprovalError::Own);
    }
    let agency = approval.agency.clone();
    let Some(credential) = directory.with_serial(&agency, approval.serial) else {
        return Err(ApprovalError::UnknownCredential { agency, serial: approval.serial });
    };
    if signed.verify(&credential.credential().witness).is_err() {
        return Err(ApprovalError::BadSignature { agency });
    }
    Ok(VerifiedApproval { approval, bytes: bytes.to_vec() })
}

/// Verifies a succession whole: the statement, each approval, and that they are a quorum of any version of the charter
/// that has the agency as a member.
///
/// This is what the first leaf of every log but an agency's first must pass, and all that an auditor needs for it.
///
/// # Errors
/// The first thing that does not hold. Source: spec suc-7.
pub fn verify(
    statement: &[u8],
    approvals: &[ByteBuf],
    directory: &Directory,
) -> Result<VerifiedSuccession, SuccessionError> {
    let succession = read(statement, approvals, directory)?;
    let approvals: Vec<&AgencyId> =
        succession.approvals.iter().map(VerifiedApproval::agency).collect();
    // spec: suc-7
    let agency = &succession.statement.statement.agency;
    let mut versions = directory.chain().versions().map(VerifiedCharter::charter);
    if versions.any(|version| is_quorum(version, agency, &approvals)) {
        return Ok(succession);
    }
    Err(too_few(approvals.len(), directory))
}

/// Puts a statement and those approvals of it together that count now, in ascending order of agency.
///
/// # Errors
/// When they are no quorum of the version in force.
pub fn join(
    statement: VerifiedStatement,
    approvals: Vec<VerifiedApproval>,
    directory: &Directory,
) -> Result<VerifiedSuccession, SuccessionError> {
    let mut approvals: Vec<VerifiedApproval> = approvals
        .into_iter()
        .filter(|approval| approval.approval.statement == statement.digest)
        .filter(|approval| counts_now(approval, directory))
        .collect();
    approvals.sort_by(|a, b| a.agency().cmp(b.agency()));
    approvals.dedup_by(|a, b| a.agency() == b.agency());
    check_now(&statement, &approvals, directory)?;
    Ok(VerifiedSuccession { statement, approvals })
}

/// A statement and its approvals in their order, whoever they are of.
fn read(
    statement: &[u8],
    approvals: &[ByteBuf],
    directory: &Directory,
) -> Result<VerifiedSuccession, SuccessionError> {
    let statement = verify_statement(statement, directory)?;
    let mut verified: Vec<VerifiedApproval> = Vec::new();
    for (place, bytes) in (1_usize..).zip(approvals) {
        let approval = verify_approval(bytes, &statement, directory)
            .map_err(|source| SuccessionError::Approval { place, source })?;
        if verified.last().is_some_and(|before| before.agency() >= approval.agency()) {
            return Err(SuccessionError::Order);
        }
        verified.push(approval);
    }
    Ok(VerifiedSuccession { statement, approvals: verified })
}

/// Whoever has left, or whose key was revoked or is of a root that was replaced, lends nobody a quorum any more.
fn check_now(
    statement: &VerifiedStatement,
    approvals: &[VerifiedApproval],
    directory: &Directory,
) -> Result<(), SuccessionError> {
    // spec: suc-17
    let counting = approvals.iter().filter(|approval| counts_now(approval, directory));
    let counting: Vec<&AgencyId> = counting.map(VerifiedApproval::agency).collect();
    if is_quorum(directory.charter().charter(), &statement.statement.agency, &counting) {
        return Ok(());
    }
    Err(too_few(counting.len(), directory))
}

/// Whether an approval is of a key that its member has now.
fn counts_now(approval: &VerifiedApproval, directory: &Directory) -> bool {
    let Approval { agency, serial, .. } = &approval.approval;
    let held = directory.with_serial(agency, *serial);
    held.is_some_and(|held| directory.counts(held)) && !directory.is_revoked(agency, *serial)
}

/// Whether these are a quorum under a version of the charter that has the agency as a member.
fn is_quorum(version: &Charter, agency: &AgencyId, approvals: &[&AgencyId]) -> bool {
    let members = approvals.iter().filter(|one| version.member(one).is_some());
    version.member(agency).is_some() && members.count() >= usize::from(version.witness_quorum)
}

fn too_few(found: usize, directory: &Directory) -> SuccessionError {
    SuccessionError::Quorum { found, quorum: directory.charter().charter().witness_quorum }
}

/// What a member itself knows that speaks against a statement; `None` when nothing does.
///
/// `in_force` is the log of that agency that the member goes by, `held` the newest checkpoint that it holds of it.
pub fn objection(
    statement: &VerifiedStatement,
    in_force: LogNumber,
    held: Option<(TreeSize, Digest)>,
) -> Option<Objection> {
    // spec: suc-6
    if statement.statement.from_log != in_force {
        return Some(Objection::OtherLog { in_force });
    }
    let (size, root) = held.filter(|(size, _)| size.get() > 0)?;
    let named = statement.last.iter().any(|last| last.size == size && last.root == root);
    if named { None } else { Some(Objection::Unnamed { size }) }
}

/// Both logs are the member's, and one follows the other.
fn check_numbers(statement: &Statement, directory: &Directory) -> Result<(), StatementError> {
    if statement.charter != *directory.charter().name() {
        return Err(StatementError::OtherCharter);
    }
    let agency = &statement.agency;
    let member = directory
        .chain()
        .member_ever(agency)
        .ok_or_else(|| StatementError::NotAMember { agency: agency.clone() })?;
    let (from, to) = (statement.from_log, statement.to_log);
    // spec: suc-3
    let consecutive = from.get().checked_add(1) == Some(to.get());
    if consecutive && member.logs.contains(from) && member.logs.contains(to) {
        Ok(())
    } else {
        Err(StatementError::Numbers { from, to })
    }
}

/// The checkpoints named, each signed by a log key that the agency had for the old log.
fn checkpoints(
    statement: &Statement,
    directory: &Directory,
) -> Result<Vec<Checkpoint>, StatementError> {
    let found = statement.last.len();
    if found == 0 || found > MEMBERS_MAX {
        return Err(StatementError::Checkpoints { found });
    }
    let origin: String = directory.origin(&statement.agency, statement.from_log);
    let keys = directory.log_keys(&statement.agency, statement.from_log);
    let mut last: Vec<Checkpoint> = Vec::with_capacity(found);
    for (place, note) in (1_usize..).zip(&statement.last) {
        // Also beyond a revocation: what ends a log is approved by people, who see what it says.
        let mut signed = keys.iter().map(|known| checkpoint::verify(note, &origin, &known.key));
        let signed = signed.find_map(Result::ok);
        let signed = signed.ok_or(StatementError::Checkpoint { place })?.checkpoint().clone();
        let here = (signed.size, signed.root);
        if last.last().is_some_and(|before| (before.size, before.root) >= here) {
            return Err(StatementError::Order);
        }
        last.push(signed);
    }
    Ok(last)
}

/// What was restored and what was lost fit the checkpoints named.
fn check_extent(statement: &Statement, last: &[Checkpoint]) -> Result<(), StatementError> {
    // spec: suc-4
    let Statement { restored, lost, .. } = statement;
    let empty = restored.size.get() == 0 && restored.root == hash::EMPTY_ROOT;
    let named = last.iter().any(|last| last.size == restored.size && last.root == restored.root);
    if !empty && !named {
        return Err(StatementError::Restored);
    }
    let end = last.last().map_or(0, |last| last.size.get());
    let reaches = lost.first.get().checked_add(lost.count) == Some(end);
    if reaches && lost.first.get() <= restored.size.get() {
        Ok(())
    } else {
        Err(StatementError::Lost)
    }
}

impl VerifiedStatement {
    /// What was signed.
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The checkpoints named, in ascending order.
    pub fn last(&self) -> &[Checkpoint] {
        &self.last
    }

    /// Where the old log ends: a checkpoint of it beyond this size is misbehaviour. Source: spec suc-12.
    pub fn frozen(&self) -> TreeSize {
        self.last.last().map_or(TreeSize::new(0), |last| last.size)
    }

    /// Names the statement: SHA-256 of its signed bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The COSE_Sign1 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a checkpoint contradicts that the old log ended.
    pub fn outlived_by(&self, checkpoint: &Checkpoint, directory: &Directory) -> bool {
        // spec: suc-12
        let origin = directory.origin(&self.statement.agency, self.statement.from_log);
        checkpoint.origin == origin && checkpoint.size > self.frozen()
    }
}

impl VerifiedApproval {
    /// What was signed.
    pub const fn approval(&self) -> &Approval {
        &self.approval
    }

    /// Who approves.
    pub const fn agency(&self) -> &AgencyId {
        &self.approval.agency
    }

    /// The COSE_Sign1 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl VerifiedSuccession {
    /// Whether those approvals that count now are a quorum of the version in force: before a log is left for it.
    ///
    /// # Errors
    /// When they are not. Source: spec suc-17.
    pub fn stands_now(&self, directory: &Directory) -> Result<(), SuccessionError> {
        check_now(&self.statement, &self.approvals, directory)
    }

    /// The statement.
    pub const fn statement(&self) -> &VerifiedStatement {
        &self.statement
    }

    /// The approvals, in ascending order of agency.
    pub fn approvals(&self) -> &[VerifiedApproval] {
        &self.approvals
    }

    /// The approvals as they are carried in leaves and frames.
    pub fn approval_bytes(&self) -> Vec<ByteBuf> {
        self.approvals.iter().map(|approval| ByteBuf::from(approval.bytes.clone())).collect()
    }
}
