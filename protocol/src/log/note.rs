//! Signed notes: a text, a blank line, and lines of signatures. Source: C2SP signed-note, spec log-10.
//!
//! Uses `crypto`. A note carries many signature lines: the log's, and those of cosigners. A line of a key that is not
//! asked about says nothing, and is passed over; a line of a key asked about that does not hold spoils the whole note.
//!
//! Absent on purpose: cosignatures (0x04, in `cosignature`), keys as text (`vkey`). The text of a note is not an
//! identity: base64 has twins that other readers take for the same; compare what the text says.

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
use crate::limits::FOREIGN_NOTE_BYTES_MAX;
use crate::limits::NOTE_LINES_MAX;

/// Signature type of Ed25519 over the note's text. Source: C2SP signed-note.
pub const ED25519: u8 = 0x01;

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A key under the name by which notes call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// A key that can judge lines of notes: a log's, or a cosigner's.
pub trait LineKey: PartialEq {
    /// What a line of this key says besides the text; of two lines the greater one counts.
    type Said: Ord;

    /// The name by which notes call the key.
    fn name(&self) -> &str;

    /// The key's id in notes.
    fn id(&self) -> [u8; 4];

    /// What the line says, if it holds. Shape of `signature`: the bytes after the key id.
    fn judge(&self, text: &str, signature: &[u8]) -> Option<Self::Said>;
}

/// A note that was read and not verified: nobody may rely on its text.
#[derive(Clone, Debug)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<SignatureLine<'a>>,
}

#[derive(Clone, Debug)]
struct SignatureLine<'a> {
    written: &'a str,
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
    /// More signature lines than a note may have.
    #[error("a note has at most {max} signature lines, this one has {len}")]
    TooMany {
        /// Lines found.
        len: usize,
        /// Lines allowed.
        max: usize,
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
        Ok(Self { name: name.to_owned(), id: line_id(name, ED25519, &key), key })
    }

    /// The name by which notes call the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id in notes: an identifier of 32 bits, not a commitment.
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The key itself.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The key as other tools take it. Shape: `<name>+<id in hex>+<base64 of type and key>`. Source: C2SP signed-note.
    pub fn vkey(&self) -> String {
        vkey_text(&self.name, self.id, ED25519, &self.key)
    }
}

/// The id by which notes call a key of this type under this name.
pub(super) fn line_id(name: &str, kind: u8, key: &VerifyingKey) -> [u8; 4] {
    // spec: log-11
    let hash = digest::sha256_of(&[name.as_bytes(), b"\n", &[kind], key.as_bytes()]);
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

/// A key as other tools take it.
pub(super) fn vkey_text(name: &str, id: [u8; 4], kind: u8, key: &VerifyingKey) -> String {
    let mut bytes = Vec::from([kind]);
    bytes.extend_from_slice(key.as_bytes());
    format!("{name}+{:08x}+{}", u32::from_be_bytes(id), STANDARD.encode(bytes))
}

impl LineKey for NoteKey {
    type Said = ();

    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        self.id
    }

    fn judge(&self, text: &str, signature: &[u8]) -> Option<()> {
        let signature = Signature::from_bytes(<[u8; 64]>::try_from(signature).ok()?);
        self.key.verify(text.as_bytes(), &signature).ok()
    }
}

/// Signs a text under a name. Shape of the result: the note, one signature line.
///
/// # Errors
/// When name or text cannot stand in a note, or the key cannot be reached.
pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Result<Vec<u8>, SignNoteError> {
    let key = NoteKey::new(name, signer.public())?;
    check_text(text)?;
    let signature = signer.sign(text.as_bytes())?;
    let line = line_text(name, key.id, signature.as_bytes());
    Ok(format!("{text}\n{line}").into_bytes())
}

/// Whether a text may stand in a note.
pub(super) fn check_text(text: &str) -> Result<(), SignNoteError> {
    if text.ends_with('\n') && !text.contains(is_control) {
        Ok(())
    } else {
        Err(SignNoteError::Text)
    }
}

/// A signature line. Shape: ends in a line feed.
pub(super) fn line_text(name: &str, id: [u8; 4], signature: &[u8]) -> String {
    let mut bytes = Vec::from(id);
    bytes.extend_from_slice(signature);
    format!("{DASH}{name} {}\n", STANDARD.encode(bytes))
}

/// What one signature line says of a text, once it is known to be of this key and to hold. Shape of `line`: ends in a
/// line feed.
///
/// # Errors
/// When it is no line, of another key, or does not hold.
pub fn verify_line<K: LineKey>(text: &str, line: &[u8], key: &K) -> Result<K::Said, NoteError> {
    let line = core::str::from_utf8(line).map_err(|_| NoteError::Utf8)?;
    let one = line.strip_suffix('\n').filter(|line| !line.contains(|c: char| c < ' '));
    let line = one.and_then(signature_line).ok_or(NoteError::Line { line: 1 })?;
    if line.name != key.name() || line.id != key.id() {
        return Err(NoteError::Stranger { id: key.id() });
    }
    key.judge(text, &line.signature).ok_or(NoteError::BadSignature)
}

/// Puts a signature line under a note, after it was verified: a bad one would spoil the note for all who know the key.
///
/// A key has one line: a line of the same key that says less makes place, and one that says more stays.
///
/// # Errors
/// When the note cannot be read, when the line is not of this key or does not hold, or when the note would be too long.
pub fn add_line<K: LineKey>(bytes: &[u8], line: &[u8], key: &K) -> Result<Vec<u8>, NoteError> {
    let note = parse(bytes)?;
    // spec: log-19
    let said = verify_line(note.text, line, key)?;
    if note.said(key)?.is_some_and(|before| before >= said) {
        return Ok(bytes.to_vec());
    }
    let mut grown = note.without(key);
    grown.extend_from_slice(line);
    parse(&grown)?;
    Ok(grown)
}

/// A note without the line of a key, which made place for another one.
///
/// # Errors
/// When the note cannot be read, or nobody else signed it.
pub fn drop_line<K: LineKey>(bytes: &[u8], key: &K) -> Result<Vec<u8>, NoteError> {
    let left = parse(bytes)?.without(key);
    parse(&left)?;
    Ok(left)
}

/// Reads a note; what it says is worth nothing before [`Note::verify`].
///
/// # Errors
/// The first thing that is wrong with the bytes.
pub fn parse(bytes: &[u8]) -> Result<Note<'_>, NoteError> {
    parse_within(bytes, CHECKPOINT_BYTES_MAX)
}

/// Reads a note of somebody else's log, whose witnesses may sign at greater length.
///
/// # Errors
/// The first thing that is wrong with the bytes.
pub fn parse_foreign(bytes: &[u8]) -> Result<Note<'_>, NoteError> {
    parse_within(bytes, FOREIGN_NOTE_BYTES_MAX)
}

fn parse_within(bytes: &[u8], max: usize) -> Result<Note<'_>, NoteError> {
    if bytes.len() > max {
        return Err(NoteError::TooLong { len: bytes.len(), max });
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
    let len = lines.split('\n').count();
    if len > NOTE_LINES_MAX {
        return Err(NoteError::TooMany { len, max: NOTE_LINES_MAX });
    }
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
    taken.then(|| SignatureLine { written: line, name, id: *id, signature: signature.to_vec() })
}

impl SignatureLine<'_> {
    fn is_of<K: LineKey>(&self, key: &K) -> bool {
        self.name == key.name() && self.id == key.id()
    }
}

impl<'a> Note<'a> {
    /// The note as it was written, but for the lines of a key.
    fn without<K: LineKey>(&self, key: &K) -> Vec<u8> {
        let mut left = Vec::from(self.text.as_bytes());
        left.push(b'\n');
        for other in self.signatures.iter().filter(|other| !other.is_of(key)) {
            left.extend_from_slice(other.written.as_bytes());
            left.push(b'\n');
        }
        left
    }

    /// The text, once this key is known to have signed it.
    ///
    /// # Errors
    /// When no line is of this key, or any line of this key does not hold.
    pub fn verify(&self, key: &NoteKey) -> Result<&'a str, NoteError> {
        match self.said(key)? {
            Some(()) => Ok(self.text),
            None => Err(NoteError::Stranger { id: key.id }),
        }
    }

    /// What the lines of this key say, the greatest of them; nothing when there is none.
    ///
    /// # Errors
    /// When any line of this key does not hold.
    pub fn said<K: LineKey>(&self, key: &K) -> Result<Option<K::Said>, NoteError> {
        let mut said = None;
        for line in self.signatures.iter().filter(|line| line.is_of(key)) {
            // spec: log-12
            let one = key.judge(self.text, &line.signature).ok_or(NoteError::BadSignature)?;
            said = said.max(Some(one));
        }
        Ok(said)
    }

    /// What stands behind the id in the line of this key that says most, as it was signed; to carry it elsewhere.
    ///
    /// # Errors
    /// When no line is of this key, or any line of this key does not hold.
    pub fn signature<K: LineKey>(&self, key: &K) -> Result<&[u8], NoteError> {
        let said = self.said(key)?;
        let mut lines = self.signatures.iter().filter(|line| line.is_of(key));
        lines
            .find(|line| key.judge(self.text, &line.signature) == said)
            .map(|line| line.signature.as_slice())
            .ok_or(NoteError::Stranger { id: key.id() })
    }

    /// Those of the known keys that signed, each once, with what they say.
    ///
    /// # Errors
    /// When any line of any known key does not hold.
    pub fn signers<'k, K: LineKey>(
        &self,
        known: &'k [K],
    ) -> Result<Vec<(&'k K, K::Said)>, NoteError> {
        let mut signers: Vec<(&K, K::Said)> = Vec::new();
        for key in known {
            // spec: log-18
            if let Some(said) = self.said(key)?
                && !signers.iter().any(|(other, _)| *other == key)
            {
                signers.push((key, said));
            }
        }
        Ok(signers)
    }

    /// The text, which nobody may rely on yet: for those who must read a name in it to know whose key to ask about.
    pub const fn unverified_text(&self) -> &'a str {
        self.text
    }
}

fn is_control(c: char) -> bool {
    c < ' ' && c != '\n'
}

pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}
