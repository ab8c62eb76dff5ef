//! What a file proves and what it does not, for a person who has never seen a hash tree.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Anchor;
use crate::audit::evidence::Case;
use crate::audit::evidence::LogFork;
use crate::audit::evidence::LogOutlived;
use crate::audit::evidence::ReceiptFork;
use crate::audit::evidence::Side;
use crate::audit::evidence::WitnessFork;
use crate::audit::evidence::misfit::Misfit;
use crate::audit::evidence::misfit::Shape;
use crate::crypto::digest::Digest;
use crate::envelope::header::Header;
use crate::identity::charter::Proposal;
use crate::identity::charter::vow::Verdict;
use crate::ids::AgencyId;
use crate::ids::LinkNumber;
use crate::log::leaf::Leaf;
use crate::log::succession::VerifiedSuccession;
use crate::moment::Timestamp;
use crate::wire::dispatch::Dispatch;

pub(super) fn log_fork(accused: &AgencyId, fork: &LogFork) -> String {
    let (older, newer) = shapes(fork);
    let misfit = misfit(&older, &newer, &fork.misfit);
    format!("{accused} signed two checkpoints of log{} that do not fit: {misfit}.", fork.log)
}

fn shapes(fork: &LogFork) -> (Shape, Shape) {
    let older = Shape { size: fork.older.size, root: fork.older.root };
    (older, Shape { size: fork.newer.size, root: fork.newer.root })
}

fn misfit(older: &Shape, newer: &Shape, misfit: &Misfit) -> String {
    let (a, b) = (older.root.short(), newer.root.short());
    match misfit {
        Misfit::SameSize => {
            format!("size {} with root {a}, and the same size with root {b}", older.size)
        }
        Misfit::OtherBeginning { root, .. } => format!(
            "size {} with root {a}, and size {} with root {b}, whose first {} leaves have the root {}",
            older.size,
            newer.size,
            older.size,
            root.short()
        ),
    }
}

pub(super) fn receipt_fork(accused: &AgencyId, receipt: &ReceiptFork, leaf: &Leaf) -> String {
    let fork = log_fork(accused, &receipt.fork);
    let size = match receipt.under {
        Side::Older => receipt.fork.older.size,
        Side::Newer => receipt.fork.newer.size,
    };
    let (said, from, number) = match leaf {
        Leaf::Received { from, number, .. } => ("receipt", from.as_str(), *number),
        Leaf::Refused { from, number, .. } => ("refusal", from.as_str(), *number),
        Leaf::Started { .. }
        | Leaf::Message { .. }
        | Leaf::Sent { .. }
        | Leaf::ReceiptHeld { .. }
        | Leaf::Read { .. }
        | Leaf::Exported { .. }
        | Leaf::Erased { .. }
        | Leaf::Evidence { .. }
        | Leaf::Succession { .. }
        | Leaf::Resumed { .. }
        | Leaf::Carried { .. }
        | Leaf::Revocation { .. } => ("receipt", "a sender", LinkNumber::new(0)),
    };
    format!(
        "{fork} The {said} for number {number} from {from} stands at place {} of the one with size {size}.",
        receipt.index
    )
}

pub(super) fn witness_fork(accused: &AgencyId, fork: &WitnessFork) -> String {
    let older = Shape { size: fork.older.size, root: fork.older.root };
    let newer = Shape { size: fork.newer.size, root: fork.newer.root };
    let at = |seconds: u64| Timestamp::from_millis(seconds.saturating_mul(1000));
    format!(
        "{accused} cosigned as a witness two checkpoints of log{} of {} that do not fit: {}; it signed the times {} and {}.",
        fork.log,
        fork.owner,
        misfit(&older, &newer, &fork.misfit),
        at(fork.older.time),
        at(fork.newer.time)
    )
}

pub(super) fn number_reused(number: LinkNumber, first: &Dispatch, second: &Dispatch) -> String {
    let named = |dispatch: &Dispatch| {
        let place = number.get().saturating_sub(dispatch.first.get());
        let item = usize::try_from(place).ok().and_then(|place| dispatch.items.get(place));
        item.map(|item| item.message.short()).unwrap_or_default()
    };
    format!(
        "{} signed two messages under number {number} of its link to {} in epoch {}: {} and {}.",
        first.from,
        first.to,
        first.epoch,
        named(first),
        named(second)
    )
}

pub(super) fn id_reused(accused: &AgencyId, header: &Header, digests: (Digest, Digest)) -> String {
    let (first, second) = (digests.0.short(), digests.1.short());
    format!(
        "{accused} signed two different messages under the id {}: {first} and {second}.",
        header.id
    )
}

pub(super) fn log_outlived(succession: &VerifiedSuccession, outlived: &LogOutlived) -> String {
    let statement = succession.statement();
    let said = statement.statement();
    let approvers: Vec<&str> =
        succession.approvals().iter().map(|approval| approval.agency().as_str()).collect();
    format!(
        "{} stated that log{} ends with {} leaves, which {} approved, and signed a checkpoint of it of size {} with root {}.",
        said.agency,
        said.from_log,
        statement.frozen(),
        approvers.join(", "),
        outlived.head.size,
        outlived.head.root.short()
    )
}

pub(super) fn charter_rivals(
    accused: &AgencyId,
    (first, second): (&Proposal, &Proposal),
    verdict: Verdict,
) -> String {
    let (a, b) = (first.digest().short(), second.digest().short());
    let (older, newer) = (first.charter().version, second.charter().version);
    match verdict {
        Verdict::SameNumber | Verdict::Fit => {
            format!(
                "The root of {accused} signed two versions {older} of the charter: {a} and {b}."
            )
        }
        Verdict::PassedBy => format!(
            "The root of {accused} signed version {older} of the charter, {a}, and version {newer}, {b}, which passes it by without naming it."
        ),
    }
}

/// What a file does not prove.
pub(super) fn limits(accusation: &Accusation) -> Vec<String> {
    let accused = accusation.accused();
    let mut limits = vec![
        format!(
            "It does not prove who at {accused} did it, or why: a node put back from a backup and a stolen key sign what a liar signs."
        ),
        match accusation.case() {
            Case::LogFork(_) => "It does not say which of the two histories is true, in which leaves they differ, or when they were signed.",
            Case::ReceiptFork(_) => "It does not say which of the two histories is true; it does not prove that the message was lost, nor when anything was signed.",
            Case::WitnessFork(_) => "It does not prove that the owner of the log forked it on purpose; the times are those of the witness's own clock.",
            Case::NumberReused(_) => "It does not say which of the two messages was meant, or when they were signed.",
            Case::LogOutlived(_) => "It does not say which of the two was signed first: a checkpoint from before, which nobody showed when the end was stated, contradicts it as well.",
            Case::IdReused(_) => "It does not say which of the two messages was meant; the times in them are their author's own.",
            Case::CharterRivals(_) => "It does not say which of the two versions was signed first, nor that either came into force.",
        }
        .into(),
    ];
    // spec: evd-28
    for agency in accusation.outdated() {
        limits.push(format!(
            "It rests on a root of {agency} that was replaced since, or on a member that left: whoever stole that root can have made all of it afterwards."
        ));
    }
    if accusation.anchor() == Anchor::SelfConsistent {
        limits.push(
            "No genesis digest was given: the charter inside holds by itself, and a whole federation can be invented.".into(),
        );
    }
    limits
}
