//! Witnessing: asking for a cosignature, the answer, and lifting what a quorum cosigned to those who hold receipts.
//!
//! Uses `identity`, `log`. A node has one newest checkpoint of each other log, and everything that moves it forward
//! (receipts, requests to cosign, lifts) does so by a path from exactly that size: held is witnessed.
//! What does not fit is not merely refused: [`Misfit`] is what two signed checkpoints of one log prove against it.
//!
//! Absent on purpose: the witness's key, its file and its clock (the node), and when to ask (`engine`).

mod witnesses;

pub use witnesses::Witnesses;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::limits::WITNESSED_NOTE_BYTES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::note::NoteError;
use crate::log::proof;
use crate::wire::receipt::Held;
use crate::wire::witness::witnesses::keys_of;

/// Asks the listener to cosign the newest checkpoint of the speaker's log. Source: spec wire-40.
// spec: wire-40
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessRequest {
    /// Size of the checkpoint of this log that the listener is known to hold; 0 for none.
    pub old: TreeSize,
    /// The root that the log had at that size; that of the empty tree for none.
    pub old_root: Digest,
    /// Consistency path from there; empty when `old` is 0 or the checkpoint's own size.
    pub consistency: Vec<Digest>,
    /// The speaker's signed checkpoint.
    pub checkpoint: ByteBuf,
}

/// Answers a [`WitnessRequest`]. The order of the variants is the wire format. Source: spec wire-41.
// spec: wire-41
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Witnessed {
    /// It is the largest consistent tree that the witness has seen of this log.
    Cosigned {
        /// Size of the checkpoint.
        size: TreeSize,
        /// The signature line under the checkpoint's text, with its line feed.
        line: ByteBuf,
    },
    /// The witness holds another checkpoint than the owner thinks; it carries the owner's own signature.
    Conflict {
        /// The signed note; absent when the witness holds none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkpoint: Option<ByteBuf>,
    },
    /// The witness does not cosign it.
    Refused {
        /// Why.
        code: WitnessRefusal,
    },
}

/// Why a witness does not cosign. The order of the variants is the wire format. Source: spec wire-42.
// spec: wire-42
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WitnessRefusal {
    /// The checkpoint is not signed by the owner's log key, or is no checkpoint of its log.
    Signature,
    /// The old size is above the checkpoint's.
    Sizes,
    /// The path does not lead from the old root to the checkpoint's.
    Inconsistent,
    /// The witness's clock stands before the last time that it signed for this log.
    Clock,
    /// There is evidence of misbehaviour of this log: it is cosigned no more.
    Condemned,
    /// The witness cannot write down what it cosigns, or has too much to do.
    Unable,
}

impl WitnessRefusal {
    /// The reason as it is shown to people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Sizes => "sizes",
            Self::Inconsistent => "inconsistent",
            Self::Clock => "clock",
            Self::Condemned => "condemned",
            Self::Unable => "unable",
        }
    }

    /// Whether the reason may pass by itself, so that it is worth while to ask again.
    pub const fn may_pass_away(self) -> bool {
        match self {
            Self::Clock | Self::Unable => true,
            Self::Signature | Self::Sizes | Self::Inconsistent | Self::Condemned => false,
        }
    }

    /// Whether the witness took the checkpoint for the newest all the same, so that the next path starts from it.
    pub const fn is_held(self) -> bool {
        match self {
            Self::Signature | Self::Sizes | Self::Inconsistent => false,
            Self::Clock | Self::Condemned | Self::Unable => true,
        }
    }
}

/// A checkpoint that a quorum cosigned, for those who hold receipts under it. Source: spec wire-43.
// spec: wire-43
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// Size of the checkpoint of this log that the listener is known to hold; 0 for none.
    pub from: TreeSize,
    /// The path from the smaller to the larger of `from` and the note's size; empty when they are equal or one is 0.
    pub consistency: Vec<Digest>,
    /// The checkpoint with the lines of its cosigners.
    pub note: ByteBuf,
}

/// Whose log is spoken of, and what is held of it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Origin of the log.
    pub origin: &'a str,
    /// The keys that may sign for it.
    pub log_keys: &'a [LogKey],
    /// The newest checkpoint held of it.
    pub held: Option<Held>,
}

/// A request whose checkpoint continues what is held. Only [`judge`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedWitness {
    checkpoint: SignedCheckpoint,
    held: Option<Held>,
}

/// A cosignature on a checkpoint of one's own log. Only [`cosigned`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedCosignature {
    witness: AgencyId,
    checkpoint: Checkpoint,
    key: CosignerKey,
    at: Seconds,
    line: Vec<u8>,
}

/// A checkpoint that continues or precedes what is held, with a quorum of cosignatures. Only [`lifted`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedLift {
    checkpoint: SignedCheckpoint,
    held: Option<Held>,
    cosigners: BTreeMap<AgencyId, Seconds>,
}

/// What a signed checkpoint proves against the log whose other checkpoint is held: they do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Of the size held, with another root.
    Root {
        /// What was shown.
        shown: SignedCheckpoint,
    },
    /// Larger than what is held, and grown out of another tree of that size.
    Beginning {
        /// What was shown.
        shown: SignedCheckpoint,
        /// The root of the other tree of the size held.
        old_root: Digest,
        /// The path from that root to the one shown.
        path: Vec<Digest>,
    },
}

/// Why a request is not cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// The request is wrong in itself.
    Refused(WitnessRefusal),
    /// The owner thinks that another checkpoint is held: answered with the one that is.
    Conflict,
    /// The log has two histories.
    Misfit(Box<Misfit>),
}

/// Why a lift is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiftError {
    /// The checkpoint is not the owner's.
    #[error("the checkpoint does not carry the owner's signature")]
    Checkpoint,
    /// The path starts elsewhere than at the checkpoint that is held.
    #[error("the path starts from another size than the one held")]
    WrongBase,
    /// The path does not show that one continues the other.
    #[error("the checkpoint neither continues nor precedes the one held")]
    Inconsistent,
    /// Only revoked credentials name the key that signed it, and it is beyond the last good one.
    #[error("the key that signed the checkpoint was revoked")]
    Revoked,
    /// Too few members cosigned it, of those that count now; what was a quorum may be none since.
    #[error("{found} witnesses cosigned the checkpoint, {quorum} are needed")]
    NoQuorum {
        /// Distinct members that did, the owner left out.
        found: usize,
        /// Members that must.
        quorum: usize,
        /// The checkpoint, which the owner signed and which fits what is held.
        shown: Box<SignedCheckpoint>,
    },
    /// The log has two histories.
    #[error("the checkpoint contradicts the one held")]
    Misfit(Box<Misfit>),
}

/// Checks a request in the order of the public witness protocol.
///
/// # Errors
/// The first thing that is wrong. Source: spec wire-44, C2SP tlog-witness.
pub fn judge(
    request: &WitnessRequest,
    subject: &Subject<'_>,
) -> Result<VerifiedWitness, Objection> {
    let refused = |code| Err(Objection::Refused(code));
    if request.checkpoint.len() > WITNESSED_NOTE_BYTES_MAX {
        return refused(WitnessRefusal::Signature);
    }
    // spec: wire-44
    let Ok(shown) = checkpoint::verify_by(&request.checkpoint, subject.origin, subject.log_keys)
    else {
        return refused(WitnessRefusal::Signature);
    };
    let new = shown.checkpoint();
    if request.old > new.size || new.size.get() == 0 {
        return refused(WitnessRefusal::Sizes);
    }
    if contradicts(new, subject.held) {
        return Err(Objection::Misfit(Box::new(Misfit::Root { shown })));
    }
    if request.old != subject.held.map_or(TreeSize::new(0), |held| held.size) {
        return Err(Objection::Conflict);
    }
    let Some(held) = subject.held else {
        let empty = request.consistency.is_empty() && request.old_root == hash::EMPTY_ROOT;
        return if empty {
            Ok(VerifiedWitness { checkpoint: shown, held: None })
        } else {
            refused(WitnessRefusal::Inconsistent)
        };
    };
    let (old_root, path) = (request.old_root, &request.consistency);
    if proof::verify_consistency(held.size, &old_root, new.size, &new.root, path).is_err() {
        return refused(WitnessRefusal::Inconsistent);
    }
    if old_root == held.root {
        return Ok(VerifiedWitness { checkpoint: shown, held: Some(held) });
    }
    let misfit = Misfit::Beginning { shown, old_root, path: path.clone() };
    Err(Objection::Misfit(Box::new(misfit)))
}

/// Whether a checkpoint of the size held has another root.
pub fn contradicts(shown: &Checkpoint, held: Option<Held>) -> bool {
    held.is_some_and(|held| held.size == shown.size && held.root != shown.root)
}

/// Checks a witness's cosignature on a checkpoint of one's own log.
///
/// # Errors
/// When the line is not of a witness key of this member, or does not hold.
pub fn cosigned(
    own: Checkpoint,
    (witness, line): (&AgencyId, &[u8]),
    directory: &Directory,
) -> Result<VerifiedCosignature, NoteError> {
    // spec: wire-45
    let text = checkpoint::text(&own);
    let mut refused = NoteError::Unsigned;
    for key in keys_of(directory, witness) {
        match cosignature::verify(&text, line, &key) {
            Ok(at) => {
                let (witness, line) = (witness.clone(), line.to_vec());
                return Ok(VerifiedCosignature { witness, checkpoint: own, key, at, line });
            }
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// Checks a lifted checkpoint: the owner's signature, a path from or to what is held, and the charter's quorum.
///
/// # Errors
/// The first thing that is wrong. Source: spec wire-46.
pub fn lifted(
    lift: &Lift,
    subject: &Subject<'_>,
    witnesses: &Witnesses,
) -> Result<VerifiedLift, LiftError> {
    // spec: wire-46
    let shown = match checkpoint::verify_by(&lift.note, subject.origin, subject.log_keys) {
        Ok(shown) => shown,
        Err(CheckpointError::Revoked) => return Err(LiftError::Revoked),
        Err(_) => return Err(LiftError::Checkpoint),
    };
    let new = shown.checkpoint();
    if contradicts(new, subject.held) {
        return Err(LiftError::Misfit(Box::new(Misfit::Root { shown })));
    }
    if lift.from != subject.held.map_or(TreeSize::new(0), |held| held.size) {
        return Err(LiftError::WrongBase);
    }
    let ordered = match subject.held {
        None if lift.consistency.is_empty() => Ok(()),
        None => Err(LiftError::Inconsistent),
        Some(held) => {
            let (held, new) = ((held.size, &held.root), (new.size, &new.root));
            let (old, new) = if held.0 <= new.0 { (held, new) } else { (new, held) };
            proof::verify_consistency(old.0, old.1, new.0, new.1, &lift.consistency)
                .map_err(|_| LiftError::Inconsistent)
        }
    };
    ordered?;
    let cosigners = witnesses.quorate(&shown)?;
    // What is remembered is shown to auditors, who take no line that does not hold.
    let note = witnesses.without_false_lines(shown.note());
    let checkpoint = checkpoint::verify_by(&note, subject.origin, subject.log_keys)
        .map_err(|_| LiftError::Checkpoint)?;
    Ok(VerifiedLift { checkpoint, held: subject.held, cosigners })
}

impl VerifiedWitness {
    /// The owner's checkpoint.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The older checkpoint that it was proven consistent with.
    pub const fn held(&self) -> Option<Held> {
        self.held
    }
}

impl VerifiedCosignature {
    /// Who cosigned.
    pub const fn witness(&self) -> &AgencyId {
        &self.witness
    }

    /// What was cosigned.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The witness's key, under its name.
    pub const fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// When, by the witness's clock.
    pub const fn at(&self) -> Seconds {
        self.at
    }

    /// The signature line.
    pub fn line(&self) -> &[u8] {
        &self.line
    }
}

impl VerifiedLift {
    /// The owner's checkpoint, with its cosignatures.
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// What was held when it was checked.
    pub const fn held(&self) -> Option<Held> {
        self.held
    }

    /// Who cosigned it, and when.
    pub const fn cosigners(&self) -> &BTreeMap<AgencyId, Seconds> {
        &self.cosigners
    }
}

impl Misfit {
    /// What was shown.
    pub const fn shown(&self) -> &SignedCheckpoint {
        match self {
            Self::Root { shown } | Self::Beginning { shown, .. } => shown,
        }
    }
}

#[cfg(test)]
mod tests;
