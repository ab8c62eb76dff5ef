//! The header: what is signed, logged and kept. No personal data and no free text stand in it.
//!
//! Absent on purpose: subject line, case references, names of staff; they stand in the body.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::Sign1;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::ids::Serial;
use crate::limits::ATTACHMENTS_MAX;
use crate::limits::HEADER_BYTES_MAX;
use crate::limits::LEGAL_BASES_MAX;
use crate::limits::PARENTS_MAX;
use crate::limits::RECIPIENTS_MAX;
use crate::limits::SEALED_BYTES_MAX;
use crate::message::attachment::Attachment;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::text::HeaderText;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;

/// The version of the header that this code writes and reads.
pub const HEADER_VERSION: u16 = 1;

/// Room for the signature and its frame beside the header, in bytes.
const FRAME_ROOM: usize = 256;

/// What the sender signs. Shape: map with integer keys in the order of the fields. Source: spec env-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`HEADER_VERSION`].
    pub version: u16,
    /// Names the message to people.
    pub id: MessageId,
    /// What the message is.
    pub kind: Kind,
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// Version of the procedure's set of participants.
    pub participants_version: u32,
    /// The messages of the procedure that this one answers or follows, by digest, ascending.
    pub parents: Vec<Digest>,
    /// The message that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Digest>,
    /// Who sends it.
    pub from: Sender,
    /// Whose information it is, when it is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator: Option<AgencyId>,
    /// To whom, in the order in which the body is sealed to them; none twice, never the sender.
    pub to: Vec<Recipient>,
    /// When it was made, by the sender's clock.
    pub created: Timestamp,
    /// By when an answer is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Timestamp>,
    /// From when on it has lost its point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The originator's restrictions, as codes.
    pub handling: HandlingCodes,
    /// For what it may be used.
    pub purpose: PurposeKind,
    /// On what law it rests.
    pub legal_basis: Vec<LegalBasisRef>,
    /// The sealed body.
    pub sealed: SealedRef,
    /// What the body is committed to.
    pub commitment: Digest,
    /// What the approvals are committed to; absent where there are none. Source: spec apr-4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Digest>,
    /// Files that travel beside it.
    pub attachments: Vec<Attachment>,
    /// The sender's credential whose signing key signs.
    pub serial: Serial,
    /// Whether this is an exercise.
    pub exercise: bool,
}

/// Who sends a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// The agency.
    pub agency: AgencyId,
    /// The unit within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<HeaderText>,
}

/// Names the sealed body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRef {
    /// SHA-256 of the COSE_Encrypt bytes.
    pub digest: Digest,
    /// Their number.
    pub length: u64,
}

impl Encoded for Header {
    const BYTES_MAX: usize = HEADER_BYTES_MAX - FRAME_ROOM;
}

/// Why a header breaks its own rules, whoever signed it. Source: spec env-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderRule {
    /// Another version.
    #[error("the header has version {found}, this node reads {HEADER_VERSION}")]
    Version {
        /// The one found.
        found: u16,
    },
    /// No recipient, or too many.
    #[error("a message has 1 to {RECIPIENTS_MAX} recipients, this one has {found}")]
    Recipients {
        /// Recipients found.
        found: usize,
    },
    /// A recipient twice, or the sender among the recipients.
    #[error("a recipient stands twice, or is the sender")]
    RecipientTwice,
    /// Too many parents.
    #[error("a message has at most {PARENTS_MAX} parents, this one has {found}")]
    Parents {
        /// Parents found.
        found: usize,
    },
    /// Parents out of order, or one twice.
    #[error("parents stand in ascending order, none twice")]
    ParentOrder,
    /// Too many legal bases.
    #[error("a message has at most {LEGAL_BASES_MAX} legal bases, this one has {found}")]
    LegalBases {
        /// Legal bases found.
        found: usize,
    },
    /// Too many attachments.
    #[error("a message has at most {ATTACHMENTS_MAX} attachments, this one has {found}")]
    Attachments {
        /// Attachments found.
        found: usize,
    },
    /// Expires, or asks for an answer, before it was made.
    #[error("a message expires, and asks for an answer, after it was made")]
    Times,
    /// The sealed body is longer than allowed.
    #[error("a sealed body has at most {SEALED_BYTES_MAX} bytes, this one has {found}")]
    SealedLength {
        /// Bytes stated.
        found: u64,
    },
}

/// Why bytes are not a signed header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// More bytes than a signed header may have.
    #[error("a signed header has at most {HEADER_BYTES_MAX} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
    },
    /// Not a signed structure that was made for a message.
    #[error("the message is not a signed header")]
    Cose(#[from] CoseError),
    /// A kind that is not registered here.
    #[error("the kind of the message is not registered")]
    UnknownKind,
    /// Not the one form of a header.
    #[error("the header is not in its one form")]
    Form(#[from] DecodeError),
    /// A rule of its own.
    #[error("the header breaks a rule")]
    Rule(#[from] HeaderRule),
}

impl Header {
    /// Checks what the form alone does not say.
    ///
    /// # Errors
    /// The first rule that is broken. Source: spec env-8.
    pub fn check(&self) -> Result<(), HeaderRule> {
        // spec: env-8
        if self.version != HEADER_VERSION {
            return Err(HeaderRule::Version { found: self.version });
        }
        self.check_recipients()?;
        self.check_lists()?;
        let too_early = |time: Option<Timestamp>| time.is_some_and(|time| time <= self.created);
        if too_early(self.expires) || too_early(self.respond_by) {
            return Err(HeaderRule::Times);
        }
        // spec: env-12
        match usize::try_from(self.sealed.length) {
            Ok(length) if length <= SEALED_BYTES_MAX => Ok(()),
            Ok(_) | Err(_) => Err(HeaderRule::SealedLength { found: self.sealed.length }),
        }
    }

    fn check_recipients(&self) -> Result<(), HeaderRule> {
        let found = self.to.len();
        if found == 0 || found > RECIPIENTS_MAX {
            return Err(HeaderRule::Recipients { found });
        }
        let mut agencies: Vec<&AgencyId> = self.to.iter().map(|to| &to.agency).collect();
        agencies.push(&self.from.agency);
        agencies.sort_unstable();
        if agencies.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(HeaderRule::RecipientTwice);
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<(), HeaderRule> {
        let (parents, bases, files) =
            (self.parents.len(), self.legal_basis.len(), self.attachments.len());
        if parents > PARENTS_MAX {
            return Err(HeaderRule::Parents { found: parents });
        }
        if self.parents.windows(2).any(|pair| pair.first() >= pair.last()) {
            return Err(HeaderRule::ParentOrder);
        }
        if bases > LEGAL_BASES_MAX {
            return Err(HeaderRule::LegalBases { found: bases });
        }
        if files > ATTACHMENTS_MAX {
            return Err(HeaderRule::Attachments { found: files });
        }
        Ok(())
    }
}

/// Reads the header of a signed message. The signature is not checked here: for a message of this node's own store,
/// which was checked when it was taken. What a peer sends goes through `open::verify`.
///
/// # Errors
/// The first thing that is wrong with the bytes.
pub fn read(message: &[u8]) -> Result<Header, HeaderError> {
    parse(message).map(|(header, _)| header)
}

/// Header and signature of a message.
pub(crate) fn parse(message: &[u8]) -> Result<(Header, Sign1), HeaderError> {
    // spec: env-3
    if message.len() > HEADER_BYTES_MAX {
        return Err(HeaderError::TooLong { len: message.len() });
    }
    let signed = Sign1::parse(message, ContentType::Message)?;
    let header = match codec::decode::<Header>(signed.payload()) {
        Ok(header) => header,
        // spec: env-19
        Err(DecodeError::Shape) if names_unknown_kind(signed.payload()) => {
            return Err(HeaderError::UnknownKind);
        }
        Err(error) => return Err(error.into()),
    };
    header.check()?;
    Ok((header, signed))
}

/// The first fields, which stay where they are in every version.
#[derive(Deserialize)]
struct Beginning {
    #[serde(rename = "version")]
    _version: u16,
    #[serde(rename = "id")]
    _id: MessageId,
    kind: alloc::string::String,
}

/// Whether a header that cannot be read names a kind that is not registered; then that is why.
fn names_unknown_kind(payload: &[u8]) -> bool {
    codec::peek::<Beginning>(payload).is_some_and(|header| Kind::parse(&header.kind).is_none())
}
