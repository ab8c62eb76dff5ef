//! The way out: a draft is sealed to its recipients, then signed.
//!
//! Pure: the randomness is one seed for one message. Absent on purpose: deciding whether the message may be sent.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::codec;
use crate::codec::EncodeError;
use crate::codec::scan;
use crate::codec::scan::ScanError;
use crate::codec::value::Value;
use crate::crypto::aead::ContentKey;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::SignError;
use crate::crypto::cose::encrypt;
use crate::crypto::cose::encrypt::EncryptError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::expand;
use crate::crypto::kem::Encapsulate;
use crate::crypto::kem::SealingPublic;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signer;
use crate::crypto::suite::Suite;
use crate::envelope;
use crate::envelope::SALT_BYTES;
use crate::envelope::approvals;
use crate::envelope::approvals::Approvals;
use crate::envelope::approvals::BadForm;
use crate::envelope::approvals::judge::Question;
use crate::envelope::content;
use crate::envelope::content::Frame;
use crate::envelope::header::HEADER_VERSION;
use crate::envelope::header::Header;
use crate::envelope::header::HeaderRule;
use crate::envelope::header::SealedRef;
use crate::envelope::header::Sender;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::ids::Serial;
use crate::limits::CONTENT_BYTES_MAX;
use crate::limits::HEADER_BYTES_MAX;
use crate::message::attachment::Attachment;
use crate::message::body::Body;
use crate::message::content::Content;
use crate::message::content::SealedPart;
use crate::message::fault::FieldFault;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;

/// A message as its author means it: the header without what sealing adds, and the content.
pub struct Draft {
    /// Names the message to people.
    pub id: MessageId,
    /// What the message is.
    pub kind: Kind,
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// Version of the procedure's set of participants.
    pub participants_version: u32,
    /// The messages it answers or follows, in any order.
    pub parents: Vec<Digest>,
    /// The message it takes the place of.
    pub supersedes: Option<Digest>,
    /// Who sends it.
    pub from: Sender,
    /// Whose information it is, when it is passed on.
    pub originator: Option<AgencyId>,
    /// To whom.
    pub to: Vec<Recipient>,
    /// When it was made.
    pub created: Timestamp,
    /// By when an answer is asked for.
    pub respond_by: Option<Timestamp>,
    /// From when on it has lost its point.
    pub expires: Option<Timestamp>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The originator's restrictions, as codes.
    pub handling: HandlingCodes,
    /// For what it may be used.
    pub purpose: PurposeKind,
    /// On what law it rests.
    pub legal_basis: Vec<LegalBasisRef>,
    /// Files that travel beside it.
    pub attachments: Vec<Attachment>,
    /// The sender's credential whose signing key will sign.
    pub serial: Serial,
    /// Whether this is an exercise.
    pub exercise: bool,
    /// What is sealed.
    pub content: Value,
    /// The approvals, of a draft that was fixed before it was sent.
    pub approved: Option<Fixed>,
}

/// What was fixed of a draft so that people could vote on it, and what they said.
pub struct Fixed {
    /// The salt of the body: the commitment, which they signed, hangs on it.
    pub salt: [u8; SALT_BYTES],
    /// Their votes.
    pub approvals: Approvals,
}

/// The recipients of one message with the keys that are sealed to, and how. Only [`Recipients::find`] makes them.
#[derive(Clone, Debug)]
pub struct Recipients {
    suite: Suite,
    keys: Vec<(AgencyId, SealingPublic)>,
}

/// A recipient whose sealing key is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no credential of {agency} is known, so nothing can be sealed to it")]
pub struct UnknownRecipient {
    /// The recipient.
    pub agency: AgencyId,
}

/// Why a draft was not sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The keys are not those of the draft's recipients.
    #[error("the keys belong to other recipients than the draft names")]
    OtherRecipients,
    /// The content does not have the fields that its kind demands.
    #[error("the content has {} faults", faults.len())]
    BadBody {
        /// Each of them.
        faults: Vec<FieldFault>,
    },
    /// The content is too long.
    #[error("the content of a body has at most {CONTENT_BYTES_MAX} bytes, this one has {len}")]
    BodyTooLong {
        /// Bytes of the encoded content.
        len: usize,
    },
    /// The content holds more than a receiver would read.
    #[error("the content of a body is beyond the bounds of a reader")]
    BodyTooLarge(#[from] ScanError),
    /// The header is too long.
    #[error("a signed header has at most {HEADER_BYTES_MAX} bytes, this one would have more")]
    HeaderTooLong,
    /// The header breaks a rule.
    #[error("the header breaks a rule")]
    Rule(#[from] HeaderRule),
    /// A receiver would not read the approvals.
    #[error(transparent)]
    Approvals(#[from] BadForm),
    /// The body could not be sealed.
    #[error("the body could not be sealed")]
    Encrypt(#[from] EncryptError),
    /// A broken invariant of ours.
    #[error(transparent)]
    Encoding(#[from] EncodeError),
}

/// A draft whose body is sealed. Only [`seal`] makes one.
pub struct Sealed {
    header: Header,
    content: Content,
    approvals: Option<Approvals>,
    encoded: Vec<u8>,
    sealed: Vec<u8>,
    own_key: ContentKey,
}

/// A message that is ready to be logged and sent. Only [`sign`] makes one.
pub struct Signed {
    header: Header,
    content: Content,
    message: Vec<u8>,
    digest: Digest,
    sealed: Vec<u8>,
    own_key: ContentKey,
}

impl Recipients {
    /// Looks up the sealing key of each recipient that is in force now, or was last, and the suite of the charter.
    ///
    /// # Errors
    /// When no credential of one of them is known, or all were revoked: whoever has the keys could read.
    pub fn find(
        to: &[Recipient],
        directory: &Directory,
        now: Timestamp,
    ) -> Result<Self, UnknownRecipient> {
        let found = to.iter().map(|recipient| {
            let agency = recipient.agency.clone();
            // spec: id-46
            let known = directory.goes_by(&agency, now);
            let may = |known: &&VerifiedCredential| {
                directory.counts(known) && !directory.is_revoked(&agency, known.serial())
            };
            match known.filter(may) {
                Some(credential) => Ok((agency, credential.credential().sealing.clone())),
                None => Err(UnknownRecipient { agency }),
            }
        });
        // spec: env-31
        let suite = directory.charter().charter().profiles.preferred();
        Ok(Self { suite, keys: found.collect::<Result<_, _>>()? })
    }

    fn are(&self, to: &[Recipient]) -> bool {
        self.keys.iter().map(|(agency, _)| agency).eq(to.iter().map(|recipient| &recipient.agency))
    }
}

/// Seals the content of a draft to its recipients. `seed` is used for this message and no other.
///
/// # Errors
/// When content or header break a rule, are too long, or the keys do not fit.
pub fn seal(
    draft: Draft,
    recipients: &Recipients,
    kem: &dyn Encapsulate,
    seed: &[u8; 32],
) -> Result<Sealed, SealError> {
    if !recipients.are(&draft.to) {
        return Err(SealError::OtherRecipients);
    }
    let Draft { kind, urgency, ref handling, created, ref attachments, ref originator, .. } = draft;
    let originator = originator.as_ref();
    let frame = Frame { kind, urgency, handling, created, attachments, originator };
    let (content, read) = content::normalised(frame, &draft.content)
        .map_err(|faults| SealError::BadBody { faults })?;
    let body = codec::encode(&content)?;
    let part =
        draft.approved.as_ref().map(|fixed| approvals::write(&fixed.approvals)).transpose()?;
    let framed = part.as_deref().map(approvals::framed).transpose()?.unwrap_or_default();
    // spec: env-12
    if framed.len().saturating_add(body.len()) > CONTENT_BYTES_MAX {
        return Err(SealError::BodyTooLong { len: body.len() });
    }
    scan::check(&body)?;
    // spec: env-13
    let fixed = draft.approved.as_ref().map(|fixed| fixed.salt);
    let salt = fixed.unwrap_or_else(|| *expand::expand(seed, "body salt", 0));
    let (mut header, approvals) = draft.into_header(envelope::commitment(&salt, &body));
    header.approvals = part.as_deref().map(|part| approvals::commitment(&salt, part));

    let keys: Vec<SealingPublic> = recipients.keys.iter().map(|(_, key)| key.clone()).collect();
    let ids: Vec<KeyId> = keys.iter().map(SealingPublic::id).collect();
    let aad = envelope::bound_to(&header, &ids)?;
    let plain = Zeroizing::new([salt.as_slice(), &framed, &body].concat());
    // spec: promise-3
    let encrypted = encrypt::encrypt(recipients.suite, kem, &keys, &aad, &plain, seed)?;

    // spec: env-14
    header.sealed = SealedRef::of(&encrypted.bytes);
    header.check()?;
    let encoded = codec::encode(&header)?;
    if encoded.len() > <Header as codec::Encoded>::BYTES_MAX {
        return Err(SealError::HeaderTooLong);
    }
    Ok(Sealed {
        header,
        content: read,
        approvals,
        encoded,
        sealed: encrypted.bytes,
        own_key: encrypted.content_key,
    })
}

/// Signs the header of a sealed message with the key that its credential names.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign(sealed: Sealed, signer: &dyn Signer) -> Result<Signed, SignError> {
    // spec: env-6
    let message = cose::sign1(signer, ContentType::Message, &sealed.encoded)?;
    Ok(Signed {
        header: sealed.header,
        content: sealed.content,
        digest: digest::sha256(&message),
        message,
        sealed: sealed.sealed,
        own_key: sealed.own_key,
    })
}

impl Draft {
    fn into_header(self, commitment: Digest) -> (Header, Option<Approvals>) {
        let header = Header {
            version: HEADER_VERSION,
            id: self.id,
            kind: self.kind,
            procedure: self.procedure,
            participants_version: self.participants_version,
            parents: in_order(self.parents),
            supersedes: self.supersedes,
            from: self.from,
            originator: self.originator,
            to: self.to,
            created: self.created,
            respond_by: self.respond_by,
            expires: self.expires,
            urgency: self.urgency,
            handling: self.handling,
            purpose: self.purpose,
            legal_basis: self.legal_basis,
            // Named below, once it exists.
            sealed: SealedRef::of(&[]),
            commitment,
            approvals: None,
            attachments: self.attachments,
            serial: self.serial,
            exercise: self.exercise,
        };
        (header, self.approved.map(|fixed| fixed.approvals))
    }
}

/// Parents as they stand in a header: ascending, none twice.
pub(super) fn in_order(mut parents: Vec<Digest>) -> Vec<Digest> {
    parents.sort_unstable();
    parents.dedup();
    parents
}

impl SealedRef {
    /// Names these sealed bytes.
    pub fn of(sealed: &[u8]) -> Self {
        let length = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        Self { digest: digest::sha256(sealed), length }
    }
}

impl Sealed {
    /// The header that will be signed.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What is to be asked about its approvals.
    pub const fn question(&self) -> Question<'_> {
        Question {
            header: &self.header,
            body: &self.content.body,
            drafted_by: &self.content.words.drafted_by,
            approvals: self.approvals.as_ref(),
        }
    }
}

impl Signed {
    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The COSE_Sign1 bytes.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// SHA-256 of the COSE_Sign1 bytes: names the message to machines.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The body, as it was read before it was sealed.
    pub const fn body(&self) -> &Body {
        &self.content.body
    }

    /// The words that are sealed beside the body.
    pub const fn words(&self) -> &SealedPart {
        &self.content.words
    }

    /// The COSE_Encrypt bytes.
    pub fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    /// The content key of the sender's own copy.
    pub const fn own_key(&self) -> &ContentKey {
        &self.own_key
    }

    /// The sealed body and the content key of the sender's own copy, to be stored.
    pub fn into_body(self) -> (Vec<u8>, ContentKey) {
        (self.sealed, self.own_key)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({})", self.id)
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fixed")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.header.id)
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({}, {})", self.header.id, self.digest.short())
    }
}
