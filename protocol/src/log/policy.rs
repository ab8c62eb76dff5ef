//! Policies: which logs are known, which witnesses, and how many of them must have cosigned. Source: C2SP tlog-policy,
//! spec log-24.
//!
//! Uses `vkey`, `note`, `cosignature`, `checkpoint`. Names of witnesses and groups mean nothing outside of the file; they
//! are bytes. [`parse`] reads a policy; [`judge`] holds a checkpoint against one.
//!
//! Absent on purpose: what URLs in a policy lead to.

mod read;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::signature::VerifyingKey;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::note;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::vkey::VkeyError;

/// A policy that was read, or made. Every group names only what stands before it, so that judging takes one pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<NoteKey>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Quorum,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Witness {
    name: Vec<u8>,
    key: CosignerKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    needed: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its place among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quorum {
    None,
    Of(Member),
}

/// Why bytes are not a policy, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More bytes than a policy may have.
    #[error("a policy has at most {max} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// More logs, witnesses or groups than a policy may have.
    #[error("a policy has at most {max} logs, witnesses and groups each")]
    TooMany {
        /// How many are allowed.
        max: usize,
    },
    /// A control character other than tab and line feed.
    #[error("a policy holds no control character but tab and line feed")]
    Control,
    /// The last line does not end.
    #[error("the last line does not end in a line feed")]
    Unfinished,
    /// The first word says nothing.
    #[error("a line begins with log, witness, group, quorum or #")]
    Keyword,
    /// Too few or too many words.
    #[error("this line is written `{form}`")]
    Words {
        /// How it is written.
        form: &'static str,
    },
    /// Not a key.
    #[error(transparent)]
    Vkey(#[from] VkeyError),
    /// A cosigner's key where a log's belongs, or the other way round.
    #[error("a log has a key of type 0x01, a witness one of type 0x04")]
    KeyRole,
    /// The key stands in an earlier line of its kind.
    #[error("the key stands in an earlier line")]
    KeyTwice,
    /// The name stands in an earlier line, or is `none`.
    #[error("the name is taken")]
    NameTaken,
    /// No earlier line defines the name.
    #[error("no earlier line defines this name")]
    NameUnknown,
    /// The name is a member of a group already.
    #[error("the name is a member of a group already")]
    MemberTwice,
    /// Not `all`, `any`, or a number from 1 to the number of members.
    #[error(
        "a group needs all, any, or a number from 1 to that of its members, without leading zeros"
    )]
    Threshold,
    /// A second quorum.
    #[error("a policy has one quorum")]
    QuorumTwice,
    /// No quorum; the line is the one after the last.
    #[error("a policy has a quorum")]
    NoQuorum,
}

/// A checkpoint that a policy takes. Only [`judge`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    checkpoint: Checkpoint,
    cosigned: Vec<Cosigned>,
}

/// One witness's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's name in notes.
    pub name: String,
    /// When it signed.
    pub at: Seconds,
}

/// Why a policy does not take a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// Not a note, or a line of a known key does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// No log of the policy has this origin, or none with it signed.
    #[error("no log of the policy signed the checkpoint under its own origin")]
    UnknownLog,
    /// The witnesses that cosigned are not a quorum.
    #[error("{found} witnesses of the policy cosigned the checkpoint; they are no quorum")]
    NoQuorum {
        /// Witnesses that did.
        found: usize,
    },
}

/// A policy that says nothing, or says it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakePolicyError {
    /// Fewer witnesses than the quorum, or a quorum of none among some.
    #[error("a quorum of {quorum} cannot be had from {witnesses} witnesses")]
    Quorum {
        /// Cosignatures needed.
        quorum: usize,
        /// Witnesses named.
        witnesses: usize,
    },
    /// A key or a name stands twice, or a name is one of the policy's own words.
    #[error("a key or a name stands twice, or a witness is called quorum or none")]
    Twice,
}

/// Reads a policy.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    read::policy(bytes)
}

/// Holds a checkpoint against a policy: a known log signed it under its own origin, and a quorum cosigned it.
///
/// # Errors
/// The first thing that does not hold.
pub fn judge(policy: &Policy, bytes: &[u8]) -> Result<Judged, JudgeError> {
    // spec: log-26
    let parsed = note::parse_foreign(bytes)?;
    let checkpoint = checkpoint::parse_foreign(parsed.unverified_text())?;
    let signed = parsed.signers(&policy.logs)?;
    if !signed.iter().any(|(log, ())| log.name() == checkpoint.origin) {
        return Err(JudgeError::UnknownLog);
    }
    let mut word = Vec::new();
    for witness in &policy.witnesses {
        word.push(parsed.said(&witness.key)?);
    }
    let cosigned: Vec<Cosigned> = policy
        .witnesses
        .iter()
        .zip(&word)
        .filter_map(|(witness, at)| Some((witness, (*at)?)))
        .map(|(witness, at)| Cosigned { name: witness.key.name().into(), at })
        .collect();
    if !policy.is_quorum(&word) {
        return Err(JudgeError::NoQuorum { found: cosigned.len() });
    }
    Ok(Judged { checkpoint, cosigned })
}

impl Judged {
    /// What the checkpoint says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The witnesses of the policy that cosigned it, in the policy's order.
    pub fn cosigned(&self) -> &[Cosigned] {
        &self.cosigned
    }
}

impl Policy {
    /// The policy of one log under a flat quorum of witnesses; a witness is named by its name in notes.
    ///
    /// # Errors
    /// When the quorum cannot be had, or a key or name stands twice.
    pub fn flat(
        log: NoteKey,
        witnesses: Vec<CosignerKey>,
        quorum: usize,
    ) -> Result<Self, MakePolicyError> {
        let count = witnesses.len();
        if quorum > count || (quorum == 0 && count > 0) {
            return Err(MakePolicyError::Quorum { quorum, witnesses: count });
        }
        let mut named: Vec<Witness> = Vec::new();
        for key in witnesses {
            let name = Vec::from(key.name().as_bytes());
            let reserved = name == b"quorum" || name == b"none";
            let twice = |other: &Witness| other.name == name || other.key.key() == key.key();
            if reserved || named.iter().any(twice) {
                return Err(MakePolicyError::Twice);
            }
            named.push(Witness { name, key });
        }
        let members = (0..count).map(Member::Witness).collect();
        let group = Group { name: Vec::from(b"quorum".as_slice()), needed: quorum, members };
        let (groups, quorum) = match count {
            0 => (Vec::new(), Quorum::None),
            _ => (Vec::from([group]), Quorum::Of(Member::Group(0))),
        };
        Ok(Self { logs: Vec::from([log]), witnesses: named, groups, quorum })
    }

    /// The logs that it knows.
    pub fn logs(&self) -> &[NoteKey] {
        &self.logs
    }

    /// The keys of the witnesses that it knows.
    pub fn witnesses(&self) -> impl Iterator<Item = &CosignerKey> {
        self.witnesses.iter().map(|witness| &witness.key)
    }

    /// The policy as text.
    pub fn text(&self) -> Vec<u8> {
        write::policy(self)
    }

    fn is_quorum(&self, word: &[Option<Seconds>]) -> bool {
        // spec: log-25
        let mut groups: Vec<bool> = Vec::new();
        for group in &self.groups {
            let stands = |member: &&Member| stands(**member, word, &groups);
            let standing = group.members.iter().filter(stands).count();
            groups.push(standing >= group.needed);
        }
        match self.quorum {
            Quorum::None => true,
            Quorum::Of(member) => stands(member, word, &groups),
        }
    }

    fn has_witness_key(&self, key: &VerifyingKey) -> bool {
        self.witnesses.iter().any(|witness| witness.key.key() == key)
    }
}

fn stands(member: Member, word: &[Option<Seconds>], groups: &[bool]) -> bool {
    match member {
        Member::Witness(place) => word.get(place).is_some_and(Option::is_some),
        Member::Group(place) => groups.get(place).is_some_and(|stands| *stands),
    }
}
