//! A message's signed header in JSON. No personal data stands in it.

use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::message::attachment::Attachment;
use concord_protocol::message::field::Field;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::recipient::Recipient;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// What the sender signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Header)]
pub struct HeaderDocument {
    /// Version of the header's form.
    pub version: u16,
    /// What the message is.
    pub kind: String,
    /// The procedure that it belongs to.
    pub procedure: String,
    /// Version of the procedure's set of participants.
    pub participants_version: u32,
    /// The messages that this one answers or follows, by digest.
    pub parents: Vec<String>,
    /// The message that this one takes the place of, by digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The unit within the sender's agency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whose information it is, when it is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator: Option<String>,
    /// To whom.
    pub to: Vec<RecipientDocument>,
    /// When it was made, by the sender's clock.
    pub created: String,
    /// By when an answer is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<String>,
    /// From when on it has lost its point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// How urgent it is: `U1` to `U4`.
    pub urgency: String,
    /// The originator's restrictions, as codes.
    pub handling: HandlingDocument,
    /// For what it may be used.
    pub purpose: String,
    /// On what law it rests.
    pub legal_basis: Vec<LegalBasisDocument>,
    /// The sealed body.
    pub sealed: SealedDocument,
    /// What the body is committed to.
    pub commitment: String,
    /// Files that travel beside it.
    pub attachments: Vec<AttachmentDocument>,
    /// Serial of the sender's credential.
    pub serial: u64,
    /// Whether this is an exercise.
    pub exercise: bool,
}

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Recipient)]
pub struct RecipientDocument {
    /// Who.
    pub agency: String,
    /// `action` or `information`.
    pub role: String,
}

/// Restrictions as codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HandlingCodes)]
pub struct HandlingDocument {
    /// Who may see it.
    pub classification: String,
    /// What it may be used for.
    pub codes: Vec<String>,
    /// To whom it may be passed on: a text, or `{"named": [Party]}`.
    pub onward: serde_json::Value,
    /// Whether it may become evidence.
    pub evidential_use: String,
    /// When the need to keep it is looked at again.
    pub review_on: String,
    /// When it is erased at the latest.
    pub erase_by: String,
}

/// One legal basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LegalBasis)]
pub struct LegalBasisDocument {
    /// What kind of instrument.
    pub kind: String,
    /// Its name.
    pub instrument: String,
    /// The article relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}

/// Names the sealed body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Sealed)]
pub struct SealedDocument {
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Their number.
    pub length: u64,
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentDocument {
    /// SHA-256 of the file.
    pub digest: String,
    /// Its length in bytes.
    pub length: u64,
    /// What it holds.
    pub media_type: String,
}

impl HeaderDocument {
    /// Reads the header of a stored message; `None` when it was kept although it is not a header, as a refused one is.
    pub fn read(message: &[u8]) -> Option<Self> {
        header::read(message).ok().map(Self::from)
    }
}

impl From<Header> for HeaderDocument {
    fn from(header: Header) -> Self {
        Self {
            version: header.version,
            kind: header.kind.to_string(),
            procedure: header.procedure.to_string(),
            participants_version: header.participants_version,
            parents: header.parents.iter().map(ToString::to_string).collect(),
            supersedes: header.supersedes.map(|digest| digest.to_string()),
            unit: header.from.unit.map(|unit| unit.to_string()),
            originator: header.originator.map(|agency| agency.to_string()),
            to: header.to.iter().map(RecipientDocument::from).collect(),
            created: header.created.to_string(),
            respond_by: header.respond_by.map(|time| time.to_string()),
            expires: header.expires.map(|time| time.to_string()),
            urgency: header.urgency.to_string(),
            handling: HandlingDocument::from(&header.handling),
            purpose: header.purpose.to_string(),
            legal_basis: header.legal_basis.iter().map(LegalBasisDocument::from).collect(),
            sealed: SealedDocument {
                digest: header.sealed.digest.to_string(),
                length: header.sealed.length,
            },
            commitment: header.commitment.to_string(),
            attachments: header.attachments.iter().map(AttachmentDocument::from).collect(),
            serial: header.serial.get(),
            exercise: header.exercise,
        }
    }
}

impl From<&Recipient> for RecipientDocument {
    fn from(recipient: &Recipient) -> Self {
        Self { agency: recipient.agency.to_string(), role: recipient.role.to_string() }
    }
}

impl From<&HandlingCodes> for HandlingDocument {
    fn from(handling: &HandlingCodes) -> Self {
        Self {
            classification: handling.classification.to_string(),
            codes: handling.codes.iter().map(ToString::to_string).collect(),
            onward: serde_json::to_value(handling.onward.write()).unwrap_or_default(),
            evidential_use: handling.evidential_use.to_string(),
            review_on: handling.review_on.to_string(),
            erase_by: handling.erase_by.to_string(),
        }
    }
}

impl From<&LegalBasisRef> for LegalBasisDocument {
    fn from(basis: &LegalBasisRef) -> Self {
        Self {
            kind: basis.kind.to_string(),
            instrument: basis.instrument.to_string(),
            article: basis.article.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&Attachment> for AttachmentDocument {
    fn from(attachment: &Attachment) -> Self {
        Self {
            digest: attachment.digest.to_string(),
            length: attachment.length,
            media_type: attachment.media_type.to_string(),
        }
    }
}
