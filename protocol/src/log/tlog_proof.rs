//! Proof files: that a leaf stands in a log that witnesses saw, in one text for anyone to check. Source: C2SP
//! tlog-proof, spec log-27.
//!
//! Uses `policy`, `proof`, `note`. The text is read in its one form; what it says is worth nothing before [`verify`].
//!
//! Absent on purpose: what the extra line means. It is not signed; our nodes put the leaf there, and a leaf that was
//! hashed into the root no longer needs to be believed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::limits::PROOF_BYTES_MAX;
use crate::limits::PROOF_PATH_MAX;
use crate::log::checkpoint;
use crate::log::note;
use crate::log::note::NoteError;
use crate::log::policy;
use crate::log::policy::JudgeError;
use crate::log::policy::Judged;
use crate::log::policy::Policy;
use crate::log::proof;
use crate::log::proof::BadProof;

/// The first line.
const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// That a leaf stands in a log at a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Anything, unsigned; of our nodes the leaf. Not empty.
    pub extra: Option<Vec<u8>>,
    /// Place of the leaf.
    pub index: LeafIndex,
    /// Sibling hashes, leaf first.
    pub path: Vec<Digest>,
    /// The checkpoint's note with its cosignatures, byte for byte.
    pub checkpoint: Vec<u8>,
}

/// Why bytes are not a proof file, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct TlogProofError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: TlogProofFault,
}

/// What is wrong with a line of a proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofFault {
    /// More bytes than a proof may have.
    #[error("a proof has at most {max} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not UTF-8.
    #[error("a proof is UTF-8")]
    Utf8,
    /// A control character other than the line feed.
    #[error("a proof holds no control character but the line feed")]
    Control,
    /// The proof ends before this line does.
    #[error("the proof ends here")]
    Unfinished,
    /// Another format, or another version of this one.
    #[error("the first line is `c2sp.org/tlog-proof@v1`")]
    Version,
    /// The extra line is not base64 in its one form, or empty.
    #[error("an extra line is `extra`, a blank and base64 in its one form, and not empty")]
    Extra,
    /// Not an index in its one form.
    #[error(
        "the index line is `index`, a blank and a decimal number below 2^64 without leading zeros"
    )]
    Index,
    /// Not a hash in its one form.
    #[error("a line of the path is 32 bytes in base64 in its one form")]
    Hash,
    /// More hashes than any path has.
    #[error("a path has at most {max} hashes")]
    TooManyHashes {
        /// Hashes allowed.
        max: usize,
    },
    /// What follows the empty line is no note.
    #[error(transparent)]
    Note(NoteError),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The policy does not take the checkpoint.
    #[error(transparent)]
    Policy(#[from] JudgeError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] BadProof),
}

/// Writes a proof. An extra that is empty is left out.
pub fn write(proof: &TlogProof) -> Vec<u8> {
    // spec: log-27
    let mut text = String::from(HEAD);
    text.push('\n');
    if let Some(extra) = proof.extra.as_ref().filter(|extra| !extra.is_empty()) {
        text.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
    }
    text.push_str(&format!("index {}\n", proof.index));
    for hash in &proof.path {
        text.push_str(&STANDARD.encode(hash.as_bytes()));
        text.push('\n');
    }
    text.push('\n');
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&proof.checkpoint);
    bytes
}

/// Reads a proof in its one form.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn parse(bytes: &[u8]) -> Result<TlogProof, TlogProofError> {
    let (len, max) = (bytes.len(), PROOF_BYTES_MAX);
    if len > max {
        return Err(TlogProofError { line: 1, fault: TlogProofFault::TooLong { len, max } });
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        TlogProofError { line: line_after(before), fault: TlogProofFault::Utf8 }
    })?;
    if let Some(place) = bytes.iter().position(|byte| *byte < b' ' && *byte != b'\n') {
        let before = bytes.get(..place).unwrap_or_default();
        return Err(TlogProofError { line: line_after(before), fault: TlogProofFault::Control });
    }
    let mut lines = Lines { rest: text, line: 0 };
    lines.proof().map_err(|(fault, line)| TlogProofError { line, fault })
}

/// The line that begins after these bytes.
fn line_after(before: &[u8]) -> usize {
    before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}

/// What is left of a proof, and the number of the line read last.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<&'a str, (TlogProofFault, usize)> {
        self.line = self.line.saturating_add(1);
        let split = self.rest.split_once('\n');
        let (line, rest) = split.ok_or((TlogProofFault::Unfinished, self.line))?;
        self.rest = rest;
        Ok(line)
    }

    fn proof(&mut self) -> Result<TlogProof, (TlogProofFault, usize)> {
        // spec: log-28
        if self.next()? != HEAD {
            return Err((TlogProofFault::Version, self.line));
        }
        let mut line = self.next()?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            let decoded = STANDARD.decode(encoded).ok().filter(|bytes| !bytes.is_empty());
            extra = Some(decoded.ok_or((TlogProofFault::Extra, self.line))?);
            line = self.next()?;
        }
        let index = line.strip_prefix("index ").and_then(checkpoint::decimal);
        let index = LeafIndex::new(index.ok_or((TlogProofFault::Index, self.line))?);
        let mut path = Vec::new();
        loop {
            line = self.next()?;
            if line.is_empty() {
                break;
            }
            if path.len() == PROOF_PATH_MAX {
                let max = PROOF_PATH_MAX;
                return Err((TlogProofFault::TooManyHashes { max }, self.line));
            }
            path.push(hash(line).ok_or((TlogProofFault::Hash, self.line))?);
        }
        let first = self.line.saturating_add(1);
        let checkpoint = self.rest.as_bytes();
        note::parse_foreign(checkpoint).map_err(|error| {
            (TlogProofFault::Note(error), first.saturating_add(note_line(self.rest, error)))
        })?;
        Ok(TlogProof { extra, index, path, checkpoint: checkpoint.to_vec() })
    }
}

fn hash(line: &str) -> Option<Digest> {
    let bytes = STANDARD.decode(line).ok()?;
    <[u8; 32]>::try_from(bytes).ok().map(Digest::from_bytes)
}

/// How many lines of a note stand before the one that an error is about.
fn note_line(note: &str, error: NoteError) -> usize {
    match (error, note.rfind("\n\n").and_then(|blank| note.get(..blank))) {
        (NoteError::Line { line }, Some(text)) => line_after(text.as_bytes()).saturating_add(line),
        _ => 0,
    }
}

/// Checks that the leaf with this hash stands in a log that the policy knows, at a checkpoint that the policy takes.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(proof: &TlogProof, leaf: &Digest, policy: &Policy) -> Result<Judged, VerifyError> {
    // spec: log-29
    let judged = policy::judge(policy, &proof.checkpoint)?;
    let head = judged.checkpoint();
    proof::verify_inclusion(leaf, proof.index, head.size, &proof.path, &head.root)?;
    Ok(judged)
}
