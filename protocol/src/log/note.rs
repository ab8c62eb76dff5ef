//! Signed notes: a text, a blank line, and lines of signatures. Source: C2SP signed-note, spec log-10.
//!
//! Uses `crypto`. A signature line of a key that is not asked about says nothing, and is passed over.
//!
//! Absent on purpose: signature types other than Ed25519 over the text (0x01). The text of a note is not an identity:
//! base64 has twins that other readers take for the same; compare what the text says.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SignerAway;
use crate::crypto::signature::VerifyingKey;
use crate::limits::CHECKPOINT_BYTES_MAX;

/// Signature type of Ed25519 over the note's text. Source: C2SP signed-note.
const ED25519: u8 = 0x01;

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A key under the name by which notes call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// A note that was read and not verified: nobody may rely on its text.
#[derive(Clone, Debug)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<SignatureLine<'a>>,
}

#[derive(Clone, Debug)]
struct SignatureLine<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// A text cannot name a key in notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name in notes is not empty and holds no space, control character or plus sign")]
pub struct BadKeyName;

/// Why a note could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignNoteError {
    /// The name cannot stand in a note.
    #[error(transparent)]
    Name(#[from] BadKeyName),
    /// The text does not end in a line feed, or holds another control character.
    #[error("the text of a note ends in a line feed and holds no other control character")]
    Text,
    /// The key cannot be reached.
    #[error(transparent)]
    Away(#[from] SignerAway),
}

/// Why bytes are not a note, or not one to rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More bytes than a note may have.
    #[error("a note has at most {max} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not UTF-8.
    #[error("a note is UTF-8")]
    Utf8,
    /// A control character other than the line feed.
    #[error("a note holds no control character but the line feed")]
    Control,
    /// No blank line with signature lines after it, or the last line does not end.
    #[error("a note has signature lines after its last blank line")]
    Unsigned,
    /// A line after the blank one that is no signature line.
    #[error("signature line {line} is not a dash, a name and base64 of five bytes or more")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
    /// No signature line is of the key asked about.
    #[error("the note is not signed by {id:02x?} of the name expected")]
    Stranger {
        /// The key's id in notes.
        id: [u8; 4],
    },
    /// A signature line of the key asked about does not hold.
    #[error("the signature on the note does not hold")]
    BadSignature,
}

impl NoteKey {
    /// An Ed25519 key under a name.
    ///
    /// # Errors
    /// When the name cannot stand in a note.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, BadKeyName> {
        if !is_key_name(name) {
            return Err(BadKeyName);
        }
        // spec: log-11
        let hash = digest::sha256_of(&[name.as_bytes(), b"\n", &[ED25519], key.as_bytes()]);
        let [a, b, c, d, ..] = *hash.as_bytes();
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], key })
    }

    /// The key's id in notes: an identifier of 32 bits, not a commitment.
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The key as other tools take it. Shape: `<name>+<id in hex>+<base64 of type and key>`. Source: C2SP signed-note.
    pub fn vkey(&self) -> String {
        let mut key = Vec::from([ED25519]);
        key.extend_from_slice(self.key.as_bytes());
        format!("{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id), STANDARD.encode(key))
    }
}

/// Signs a text under a name. Shape of the result: the note, one signature line.
///
/// # Errors
/// When name or text cannot stand in a note, or the key cannot be reached.
pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Result<Vec<u8>, SignNoteError> {
    let key = NoteKey::new(name, signer.public())?;
    if !text.ends_with('\n') || text.contains(is_control) {
        return Err(SignNoteError::Text);
    }
    let signature = signer.sign(text.as_bytes())?;
    let mut line = Vec::from(key.id);
    line.extend_from_slice(signature.as_bytes());
    Ok(format!("{text}\n{DASH}{name} {}\n", STANDARD.encode(line)).into_bytes())
}

/// Reads a note; what it says is worth nothing before [`Note::verify`].
///
/// # Errors
/// The first thing that is wrong with the bytes.
pub fn parse(bytes: &[u8]) -> Result<Note<'_>, NoteError> {
    if bytes.len() > CHECKPOINT_BYTES_MAX {
        return Err(NoteError::TooLong { len: bytes.len(), max: CHECKPOINT_BYTES_MAX });
    }
    let note = core::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
    if note.contains(is_control) {
        return Err(NoteError::Control);
    }
    // spec: log-10
    let blank = note.rfind("\n\n").ok_or(NoteError::Unsigned)?;
    let (text, rest) = note.split_at_checked(blank.saturating_add(1)).ok_or(NoteError::Unsigned)?;
    let lines = rest
        .strip_prefix('\n')
        .and_then(|lines| lines.strip_suffix('\n'))
        .ok_or(NoteError::Unsigned)?;
    let signatures = lines
        .split('\n')
        .zip(1..)
        .map(|(text, line)| signature_line(text).ok_or(NoteError::Line { line }))
        .collect::<Result<Vec<SignatureLine<'_>>, NoteError>>()?;
    Ok(Note { text, signatures })
}

fn signature_line(line: &str) -> Option<SignatureLine<'_>> {
    let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    let taken = is_key_name(name) && !signature.is_empty();
    taken.then(|| SignatureLine { name, id: *id, signature: signature.to_vec() })
}

impl<'a> Note<'a> {
    /// The text, once this key is known to have signed it.
    ///
    /// # Errors
    /// When no line is of this key, or any line of this key does not hold.
    pub fn verify(&self, key: &NoteKey) -> Result<&'a str, NoteError> {
        let mut signed = Err(NoteError::Stranger { id: key.id });
        for line in self.signatures.iter().filter(|line| line.name == key.name && line.id == key.id)
        {
            // spec: log-12
            let signature = <[u8; 64]>::try_from(line.signature.as_slice())
                .map_err(|_| NoteError::BadSignature)?;
            let signature = Signature::from_bytes(signature);
            key.key
                .verify(self.text.as_bytes(), &signature)
                .map_err(|_| NoteError::BadSignature)?;
            signed = Ok(self.text);
        }
        signed
    }
}

fn is_control(c: char) -> bool {
    c < ' ' && c != '\n'
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}
