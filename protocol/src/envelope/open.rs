//! The way in: what a peer handed over is verified, then opened.
//!
//! Pure: directory, clock and key are arguments. Absent on purpose: once is once (`engine`), dispatches (`wire`).

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::codec::EncodeError;
use crate::codec::value::Value;
use crate::crypto::aead::ContentKey;
use crate::crypto::aead::OpenFailed;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::encrypt::Encrypt;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::kem::Keyring;
use crate::crypto::signature::KeyId;
use crate::crypto::suite::Suite;
use crate::envelope;
use crate::envelope::SALT_BYTES;
use crate::envelope::approvals;
use crate::envelope::approvals::Approvals;
use crate::envelope::approvals::BadForm;
use crate::envelope::approvals::judge::Question;
use crate::envelope::content;
use crate::envelope::content::Frame;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::envelope::header::HeaderError;
use crate::envelope::header::SealedRef;
use crate::identity::charter::Profiles;
use crate::identity::credential::NotValid;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::Serial;
use crate::limits::CONTENT_BYTES_MAX;
use crate::message::body::Body;
use crate::message::content::Content;
use crate::message::content::SealedPart;
use crate::message::fault::FieldFault;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;

/// Bytes from a peer. Nothing is known of them.
pub struct Received {
    message: Vec<u8>,
    sealed: Option<Vec<u8>>,
}

/// A message whose author, addressee and time were checked. Only [`verify`] makes one.
#[derive(Clone)]
pub struct Verified {
    header: Header,
    digest: Digest,
    message: Vec<u8>,
    sealed: Option<Vec<u8>>,
}

/// A body that is the one its header commits to, and valid for its kind. Only opening makes one.
pub struct Opened {
    content: Value,
    read: Content,
    approvals: Option<Approvals>,
    bytes: Vec<u8>,
    salt: [u8; SALT_BYTES],
}

/// Why a message is refused, in the order in which it is found out. Each has its own code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The bytes are not the one form of a signed header.
    #[error("the message is not a signed header in its one form")]
    NotCanonical(#[source] HeaderError),
    /// The kind is not registered.
    #[error("the kind of the message is not registered")]
    UnknownKind,
    /// The sender is not a member of the charter.
    #[error("{agency} is not a member of the charter")]
    UnknownAgency {
        /// The sender that the header names.
        agency: AgencyId,
    },
    /// The sender is not the agency that handed it over.
    #[error("the message is from {agency}, which is not the agency that offers it")]
    NotItsSender {
        /// The sender that the header names.
        agency: AgencyId,
    },
    /// The sender's credential is not known.
    #[error("credential {serial} of {agency} is not known")]
    UnknownCredential {
        /// The sender.
        agency: AgencyId,
        /// The serial that the header names.
        serial: Serial,
    },
    /// The signature does not hold.
    #[error("the signature on the message does not hold")]
    BadSignature,
    /// The credential did not count when the message was made.
    #[error("the credential did not count when the message was made")]
    ExpiredCredential(#[source] NotValid),
    /// The receiver is not among the recipients.
    #[error("this agency is not among the recipients")]
    NotForUs,
    /// Made further in the future than clocks may differ.
    #[error("the message was made at {created}, now it is {now}")]
    FromTheFuture {
        /// When it says it was made.
        created: Timestamp,
        /// The receiver's clock.
        now: Timestamp,
    },
    /// It had expired.
    #[error("the message expired at {expires}")]
    Expired {
        /// When it lost its point.
        expires: Timestamp,
    },
    /// The sealed body is not the one that the header names.
    #[error("the sealed body is not the one that the header names")]
    BodyMismatch,
    /// The body is sealed with a suite that the charter in force does not list.
    #[error("the body is sealed with suite {suite}, which the charter in force does not list")]
    UnlistedSuite {
        /// The suite that its identifiers are of.
        suite: Suite,
    },
}

/// Why a body was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is none: the message came as a tombstone.
    #[error("the message came without its body")]
    Tombstone,
    /// The sealed bytes are not the one form of a sealed body.
    #[error("the sealed body is not in its one form")]
    NotCanonical(#[from] CoseError),
    /// Sealed to more or fewer keys than the header has recipients.
    #[error("the body is sealed to {found} keys, the header names {expected} recipients")]
    OtherRecipients {
        /// Keys found.
        found: usize,
        /// Recipients named.
        expected: usize,
    },
    /// Not with this key.
    #[error(transparent)]
    Closed(#[from] OpenFailed),
    /// The opened body is not the one that the header commits to.
    #[error("the body is not the one that the header commits to")]
    CommitmentMismatch,
    /// The body does not have the fields that its kind demands.
    #[error("the body has {} faults", faults.len())]
    BadBody {
        /// Each of them; none when the body is not in its one form.
        faults: Vec<FieldFault>,
    },
    /// The approvals are the ones that the header commits to, and not in their one form.
    #[error(transparent)]
    BadApprovals(#[from] BadForm),
    /// A broken invariant of ours.
    #[error(transparent)]
    Encoding(#[from] EncodeError),
}

impl Received {
    /// A message as it came: the COSE_Sign1 bytes, and the COSE_Encrypt bytes unless it is a tombstone.
    pub const fn new(message: Vec<u8>, sealed: Option<Vec<u8>>) -> Self {
        Self { message, sealed }
    }
}

/// Judges a message that `expected_from` handed to `me`.
///
/// The credential is judged by the time at which the message says it was made, so a message that waited through a
/// partition is not refused for the wait. A tombstone may have expired: that is often why it is one.
///
/// # Errors
/// The first thing that is wrong, in the order of [`VerifyError`]. Source: spec env-18 to env-24.
pub fn verify(
    received: Received,
    directory: &Directory,
    expected_from: &AgencyId,
    me: &AgencyId,
    now: Timestamp,
    tolerance: Span,
) -> Result<Verified, VerifyError> {
    let (header, signed) = header::parse(&received.message).map_err(VerifyError::from_header)?;
    let agency = &header.from.agency;
    // spec: env-20
    if directory.charter().charter().member(agency).is_none() {
        return Err(VerifyError::UnknownAgency { agency: agency.clone() });
    }
    if agency != expected_from {
        return Err(VerifyError::NotItsSender { agency: agency.clone() });
    }
    // spec: env-21
    // spec: promise-4
    let serial = header.serial;
    let Some(credential) = directory.with_serial(agency, serial) else {
        return Err(VerifyError::UnknownCredential { agency: agency.clone(), serial });
    };
    signed.verify(&credential.credential().signing).map_err(|_| VerifyError::BadSignature)?;
    credential.valid_at(header.created, tolerance).map_err(VerifyError::ExpiredCredential)?;
    // spec: env-22
    if !header.to.iter().any(|recipient| recipient.agency == *me) {
        return Err(VerifyError::NotForUs);
    }
    let sealed = received.sealed.as_deref();
    check_times(&header, sealed, now, tolerance)?;
    check_body(&header, sealed)?;
    check_suite(sealed, &directory.charter().charter().profiles)?;
    // spec: env-4
    let digest = digest::sha256(&received.message);
    Ok(Verified { header, digest, message: received.message, sealed: received.sealed })
}

// spec: env-23
fn check_times(
    header: &Header,
    sealed: Option<&[u8]>,
    now: Timestamp,
    tolerance: Span,
) -> Result<(), VerifyError> {
    if header.created > now.after(tolerance) {
        return Err(VerifyError::FromTheFuture { created: header.created, now });
    }
    match header.expires {
        Some(expires) if sealed.is_some() && expires.after(tolerance) <= now => {
            Err(VerifyError::Expired { expires })
        }
        Some(_) | None => Ok(()),
    }
}

/// What cannot be taken apart is of no suite, and does not open.
// spec: env-32
fn check_suite(sealed: Option<&[u8]>, profiles: &Profiles) -> Result<(), VerifyError> {
    match sealed.map(Encrypt::parse) {
        Some(Ok(sealed)) if !profiles.lists(sealed.suite()) => {
            Err(VerifyError::UnlistedSuite { suite: sealed.suite() })
        }
        Some(Ok(_) | Err(_)) | None => Ok(()),
    }
}

fn check_body(header: &Header, sealed: Option<&[u8]>) -> Result<(), VerifyError> {
    match sealed {
        // spec: env-14
        Some(sealed) if SealedRef::of(sealed) != header.sealed => Err(VerifyError::BodyMismatch),
        // spec: env-24
        Some(_) | None => Ok(()),
    }
}

/// Opens the body of a verified message with whichever of the receiver's sealing keys it was sealed to.
///
/// # Errors
/// When it came without body, does not open, or is not the body that the header commits to. Source: spec env-25.
pub fn open(verified: &Verified, keys: &dyn Keyring) -> Result<Opened, OpenError> {
    let sealed = verified.sealed.as_deref().ok_or(OpenError::Tombstone)?;
    open_kept(&verified.header, sealed, keys)
}

/// Opens a body of this node's own store, whose message was verified when it was taken.
///
/// # Errors
/// As [`open`].
pub fn open_kept(header: &Header, sealed: &[u8], keys: &dyn Keyring) -> Result<Opened, OpenError> {
    let (sealed, aad) = prepare(header, sealed)?;
    let key = keys.among(&sealed.key_ids()).ok_or(OpenFailed)?;
    read_plain(header, sealed.open(key, &aad)?)
}

/// Opens the sender's own copy with the content key that was kept.
///
/// # Errors
/// As [`open`].
pub fn open_own(header: &Header, sealed: &[u8], own_key: &ContentKey) -> Result<Opened, OpenError> {
    // spec: env-15
    let (sealed, aad) = prepare(header, sealed)?;
    read_plain(header, sealed.open_with(own_key, &aad)?)
}

fn prepare(header: &Header, sealed: &[u8]) -> Result<(Encrypt, Vec<u8>), OpenError> {
    let sealed = Encrypt::parse(sealed)?;
    let ids = sealed.key_ids();
    // spec: env-10
    if ids.len() != header.to.len() {
        return Err(OpenError::OtherRecipients { found: ids.len(), expected: header.to.len() });
    }
    let aad = envelope::bound_to(header, &ids)?;
    Ok((sealed, aad))
}

fn read_plain(header: &Header, plain: Vec<u8>) -> Result<Opened, OpenError> {
    let plain = Zeroizing::new(plain);
    let (salt, rest) =
        plain.split_first_chunk::<SALT_BYTES>().ok_or(OpenError::CommitmentMismatch)?;
    let (part, bytes) = take_part(header, salt, rest)?;
    // spec: env-25
    if envelope::commitment(salt, bytes) != header.commitment {
        return Err(OpenError::CommitmentMismatch);
    }
    // spec: env-12
    if bytes.len() > CONTENT_BYTES_MAX {
        return Err(OpenError::BadBody { faults: Vec::new() });
    }
    let (content, read) =
        content::read(Frame::of(header), bytes).map_err(|faults| OpenError::BadBody { faults })?;
    let approvals = part.map(approvals::read).transpose()?;
    Ok(Opened { content, read, approvals, bytes: bytes.to_vec(), salt: *salt })
}

/// The approvals that the header names, if any, and the content behind them.
// spec: apr-4
fn take_part<'p>(
    header: &Header,
    salt: &[u8; SALT_BYTES],
    rest: &'p [u8],
) -> Result<(Option<&'p [u8]>, &'p [u8]), OpenError> {
    let Some(named) = header.approvals else { return Ok((None, rest)) };
    match approvals::unframed(rest) {
        Some((part, bytes)) if approvals::commitment(salt, part) == named => {
            Ok((Some(part), bytes))
        }
        Some(_) | None => Err(OpenError::CommitmentMismatch),
    }
}

impl VerifyError {
    /// What the peer is told. Source: spec reg-2.
    // spec: env-18
    pub const fn code(&self) -> RefusalCode {
        match self {
            Self::NotCanonical(_) => RefusalCode::NotCanonical,
            Self::UnknownKind => RefusalCode::UnknownKind,
            Self::UnknownAgency { .. } => RefusalCode::UnknownAgency,
            Self::NotItsSender { .. } => RefusalCode::NotEntitled,
            Self::UnknownCredential { .. } => RefusalCode::UnknownCredential,
            Self::BadSignature => RefusalCode::BadSignature,
            Self::ExpiredCredential(_) => RefusalCode::ExpiredCredential,
            Self::NotForUs => RefusalCode::NotForUs,
            Self::FromTheFuture { .. } => RefusalCode::FromTheFuture,
            Self::Expired { .. } => RefusalCode::Expired,
            Self::BodyMismatch => RefusalCode::BodyMismatch,
            Self::UnlistedSuite { .. } => RefusalCode::UnlistedSuite,
        }
    }

    fn from_header(error: HeaderError) -> Self {
        match error {
            HeaderError::UnknownKind => Self::UnknownKind,
            HeaderError::TooLong { .. }
            | HeaderError::Cose(_)
            | HeaderError::Form(_)
            | HeaderError::Rule(_) => Self::NotCanonical(error),
        }
    }
}

impl OpenError {
    /// What the peer is told: that it does not open, and never why; or that it opens and is not a body.
    // spec: env-26
    pub const fn code(&self) -> RefusalCode {
        match self {
            Self::BadBody { .. } => RefusalCode::BadBody,
            Self::BadApprovals(_) => RefusalCode::BadApproval,
            Self::Tombstone
            | Self::NotCanonical(_)
            | Self::OtherRecipients { .. }
            | Self::Closed(_)
            | Self::CommitmentMismatch
            | Self::Encoding(_) => RefusalCode::Unopenable,
        }
    }
}

impl Verified {
    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// SHA-256 of the COSE_Sign1 bytes, as they were received.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The COSE_Sign1 bytes, as they were received.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The names of the keys that the body is sealed to; none without a body that can be taken apart.
    pub fn sealed_to(&self) -> Vec<KeyId> {
        let sealed = self.sealed.as_deref().and_then(|sealed| Encrypt::parse(sealed).ok());
        sealed.map_or_else(Vec::new, |sealed| sealed.key_ids())
    }

    /// The COSE_Encrypt bytes; `None` for a tombstone.
    pub fn sealed(&self) -> Option<&[u8]> {
        self.sealed.as_deref()
    }

    /// The bytes of message and sealed body, to be stored.
    pub fn into_bytes(self) -> (Vec<u8>, Option<Vec<u8>>) {
        (self.message, self.sealed)
    }
}

impl Opened {
    /// The content.
    pub const fn content(&self) -> &Value {
        &self.content
    }

    /// The body, read by its kind.
    pub const fn body(&self) -> &Body {
        &self.read.body
    }

    /// The words that are sealed beside the body.
    pub const fn words(&self) -> &SealedPart {
        &self.read.words
    }

    /// Who drafted and who approved it; `None` where the header names no approvals.
    pub const fn approvals(&self) -> Option<&Approvals> {
        self.approvals.as_ref()
    }

    /// What is to be asked about its approvals.
    pub const fn question<'a>(&'a self, header: &'a Header) -> Question<'a> {
        Question {
            header,
            body: &self.read.body,
            drafted_by: &self.read.words.drafted_by,
            approvals: self.approvals.as_ref(),
        }
    }

    /// The encoded content. With the salt, it shows a court that this is the body that was sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The salt.
    pub const fn salt(&self) -> &[u8; SALT_BYTES] {
        &self.salt
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} bytes)", self.message.len())
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({}, {})", self.header.id, self.digest.short())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({} bytes)", self.bytes.len())
    }
}
