//! COSE_Encrypt: one sealed text, its content key wrapped for each recipient with HPKE-9-KE.
//!
//! Uses `hpke`, `aead`, `expand`. Every recipient is quantum-resistant, as the draft demands; the identifiers are
//! those it assumes until they are registered. A second way to wrap the content key, AES key wrap under a key agreed
//! once per link and epoch, has its place in the list of recipients and is not built.
//! Absent on purpose: reasons for failing to open.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteArray;
use serde_bytes::ByteBuf;
use serde_bytes::Bytes;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::aead::ContentKey;
use crate::crypto::aead::NONCE_BYTES;
use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::SealFailed;
use crate::crypto::aead::TAG_BYTES;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::frame;
use crate::crypto::cose::header::Protected;
use crate::crypto::cose::header::Single;
use crate::crypto::expand;
use crate::crypto::hpke;
use crate::crypto::hpke::SealError;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::SealingPublic;
use crate::crypto::signature::KeyId;
use crate::crypto::suite::Suite;
use crate::limits::RECIPIENTS_MAX;
use crate::limits::SEALED_BYTES_MAX;

/// A256GCM. Source: RFC 9053 section 4.1.
const ALG_A256GCM: i64 = 3;

/// ChaCha20/Poly1305. Source: RFC 9053 section 4.3.
const ALG_CHACHA20_POLY1305: i64 = 24;

/// HPKE-9-KE, assumed. Source: draft-ietf-cose-hpke-pq-pqt.
const ALG_HPKE_9_KE: i64 = 57;

/// The nonce. Source: RFC 9052 section 3.1.
const LABEL_IV: i64 = 5;

/// The encapsulation, `ek`, assumed. Source: draft-ietf-cose-hpke.
const LABEL_EK: i64 = -4;

/// Tag 96, COSE_Encrypt. Source: RFC 9052 section 2.
const TAG_ENCRYPT: &[u8] = &[0xd8, 0x60];

/// A wrapped content key: 32 bytes and a tag.
const WRAPPED_BYTES: usize = 32 + TAG_BYTES;

/// A sealed text, and the key that opens it without any recipient's.
#[derive(Debug)]
pub struct Encrypted {
    /// The tagged COSE_Encrypt.
    pub bytes: Vec<u8>,
    /// For the sender's own copy.
    pub content_key: ContentKey,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// Nobody to seal to, too many, or one twice.
    #[error("a text is sealed to 1 to {RECIPIENTS_MAX} different keys")]
    Recipients,
    /// A recipient's key cannot be sealed to.
    #[error("the content key could not be wrapped")]
    Wrap(#[from] SealError),
    /// The text is too long.
    #[error(transparent)]
    Cipher(#[from] SealFailed),
    /// A broken invariant of ours.
    #[error(transparent)]
    Encoding(#[from] EncodeError),
}

/// A sealed text whose form was checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Encrypt {
    suite: Suite,
    protected: Vec<u8>,
    nonce: [u8; NONCE_BYTES],
    ciphertext: Vec<u8>,
    recipients: Vec<Recipient>,
}

#[derive(Clone, PartialEq, Eq)]
struct Recipient {
    key_id: KeyId,
    protected: Vec<u8>,
    carried: Encapsulation,
    wrapped: [u8; WRAPPED_BYTES],
}

/// Protected header, unprotected header, ciphertext, recipients. Source: RFC 9052 section 5.1.
#[derive(Serialize, Deserialize)]
struct EncryptFrame(
    ByteBuf,
    Single<LABEL_IV, ByteArray<NONCE_BYTES>>,
    ByteBuf,
    Vec<RecipientFrame>,
);

/// Protected header, unprotected header, wrapped content key.
#[derive(Serialize, Deserialize)]
struct RecipientFrame(ByteBuf, Single<LABEL_EK, Encapsulation>, ByteArray<WRAPPED_BYTES>);

impl Encoded for EncryptFrame {
    const BYTES_MAX: usize = SEALED_BYTES_MAX;
}

/// Seals a text for several recipients, in the order given. `seed` is used for this text and no other.
///
/// Shape: tagged COSE_Encrypt, protected `{1: 3}` or `{1: 24}` as the suite says, unprotected `{5: nonce}`, recipients with protected
/// `{1: 57, 4: key id}` and unprotected `{-4: encapsulation}`. Source: spec env-9, env-10.
///
/// # Errors
/// When the recipients are not 1 to [`RECIPIENTS_MAX`] different keys, or one cannot be sealed to.
pub fn encrypt(
    suite: Suite,
    kem: &dyn Encapsulate,
    recipients: &[SealingPublic],
    external_aad: &[u8],
    plain: &[u8],
    seed: &[u8; 32],
) -> Result<Encrypted, EncryptError> {
    check_recipients(recipients)?;
    // spec: env-9
    let content_key = ContentKey::from_bytes(*expand::expand::<32>(seed, "content key", 0));
    let nonce: [u8; NONCE_BYTES] = *expand::expand(seed, "content nonce", 0);
    let protected = codec::encode(&Protected { alg: Some(alg(suite)), ..Protected::default() })?;
    let aad = additional_data(&protected, external_aad)?;
    let ciphertext = suite.cipher().seal(&content_key, &nonce, &aad, plain)?;
    let mut frames = Vec::with_capacity(recipients.len());
    for (number, to) in (0_u64..).zip(recipients) {
        // spec: env-10
        let entropy = expand::expand(seed, "encapsulation", number);
        frames.push(wrap(suite, (kem, to), &content_key, &entropy)?);
    }
    let iv = Single(ByteArray::new(nonce));
    let frame = EncryptFrame(ByteBuf::from(protected), iv, ByteBuf::from(ciphertext), frames);
    Ok(Encrypted { bytes: frame::encode(TAG_ENCRYPT, &frame)?, content_key })
}

/// Opens a sealed text with the key of one recipient. For many texts, see [`Encrypt`].
///
/// # Errors
/// Always the same, whatever stands in the way.
pub fn decrypt(
    key: &dyn Decapsulate,
    bytes: &[u8],
    external_aad: &[u8],
) -> Result<Vec<u8>, OpenFailed> {
    Encrypt::parse(bytes).map_err(|_| OpenFailed)?.open(key, external_aad)
}

/// Opens a sealed text with its content key.
///
/// # Errors
/// Always the same, whatever stands in the way.
pub fn decrypt_with(
    content_key: &ContentKey,
    bytes: &[u8],
    external_aad: &[u8],
) -> Result<Vec<u8>, OpenFailed> {
    Encrypt::parse(bytes).map_err(|_| OpenFailed)?.open_with(content_key, external_aad)
}

impl Encrypt {
    /// Reads a sealed text.
    ///
    /// # Errors
    /// The first thing in which it differs from what [`encrypt`] makes.
    pub fn parse(bytes: &[u8]) -> Result<Self, CoseError> {
        let EncryptFrame(protected, Single(iv), ciphertext, frames) =
            frame::decode(TAG_ENCRYPT, bytes)?;
        let header = Protected::read(&protected)?;
        let suite = suite_of(&header)?;
        if header.content.is_some() || header.key_id.is_some() {
            return Err(CoseError::Header(DecodeError::Shape));
        }
        if frames.is_empty() || frames.len() > RECIPIENTS_MAX {
            return Err(CoseError::Order);
        }
        let recipients = frames.into_iter().map(Recipient::read).collect::<Result<Vec<_>, _>>()?;
        if has_twice(recipients.iter().map(|recipient| recipient.key_id)) {
            return Err(CoseError::Order);
        }
        Ok(Self {
            suite,
            protected: protected.into_vec(),
            nonce: iv.into_array(),
            ciphertext: ciphertext.into_vec(),
            recipients,
        })
    }

    /// The suite that its identifiers are of.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The names of the keys to which the text is sealed, in order.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.recipients.iter().map(|recipient| recipient.key_id).collect()
    }

    /// Opens the text with the key of one recipient.
    ///
    /// # Errors
    /// Always the same, whatever stands in the way.
    pub fn open(&self, key: &dyn Decapsulate, external_aad: &[u8]) -> Result<Vec<u8>, OpenFailed> {
        let id = key.public().id();
        let recipient = self.recipients.iter().find(|one| one.key_id == id).ok_or(OpenFailed)?;
        let content_key = recipient.unwrap(self.suite, key)?;
        self.open_with(&content_key, external_aad)
    }

    /// Opens the text with its content key.
    ///
    /// # Errors
    /// Always the same, whatever stands in the way.
    pub fn open_with(
        &self,
        content_key: &ContentKey,
        external_aad: &[u8],
    ) -> Result<Vec<u8>, OpenFailed> {
        let aad = additional_data(&self.protected, external_aad).map_err(|_| OpenFailed)?;
        self.suite.cipher().open(content_key, &self.nonce, &aad, &self.ciphertext)
    }
}

impl Recipient {
    fn read(frame: RecipientFrame) -> Result<Self, CoseError> {
        let RecipientFrame(protected, Single(carried), wrapped) = frame;
        let header = Protected::read(&protected)?;
        header.expect_alg(ALG_HPKE_9_KE)?;
        if header.content.is_some() {
            return Err(CoseError::Header(DecodeError::Shape));
        }
        let key_id = header.key_id.ok_or(CoseError::KeyId)?;
        Ok(Self { key_id, protected: protected.into_vec(), carried, wrapped: wrapped.into_array() })
    }

    /// The content key. What is wrapped for a body of one suite does not unwrap for one of another.
    fn unwrap(&self, suite: Suite, key: &dyn Decapsulate) -> Result<ContentKey, OpenFailed> {
        let info = recipient_info(suite, &self.protected).map_err(|_| OpenFailed)?;
        let bytes = hpke::open(key, &self.carried, &info, &[], &self.wrapped)?;
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| OpenFailed)?;
        Ok(ContentKey::from_bytes(bytes))
    }
}

fn check_recipients(recipients: &[SealingPublic]) -> Result<(), EncryptError> {
    let count = recipients.len();
    if count == 0 || count > RECIPIENTS_MAX || has_twice(recipients.iter().map(SealingPublic::id)) {
        return Err(EncryptError::Recipients);
    }
    Ok(())
}

fn has_twice(ids: impl Iterator<Item = KeyId>) -> bool {
    let mut ids: Vec<KeyId> = ids.collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair.first() == pair.last())
}

const fn alg(suite: Suite) -> i64 {
    match suite {
        Suite::One => ALG_A256GCM,
        Suite::Two => ALG_CHACHA20_POLY1305,
    }
}

fn suite_of(header: &Protected) -> Result<Suite, CoseError> {
    let found = Suite::ALL.into_iter().find(|suite| header.alg == Some(alg(*suite)));
    found.ok_or(CoseError::Algorithm { found: header.alg, expected: ALG_A256GCM })
}

fn wrap(
    suite: Suite,
    (kem, to): (&dyn Encapsulate, &SealingPublic),
    content_key: &ContentKey,
    entropy: &[u8; 64],
) -> Result<RecipientFrame, EncryptError> {
    let header = Protected { alg: Some(ALG_HPKE_9_KE), content: None, key_id: Some(to.id()) };
    let protected = codec::encode(&header)?;
    let info = recipient_info(suite, &protected)?;
    let (carried, wrapped) = hpke::seal(kem, to, &info, &[], content_key.expose(), entropy)?;
    let wrapped = <[u8; WRAPPED_BYTES]>::try_from(wrapped.as_slice()).map_err(|_| EncodeError)?;
    Ok(RecipientFrame(ByteBuf::from(protected), Single(carried), ByteArray::new(wrapped)))
}

/// What HPKE binds beside the key. Shape: `["HPKE Recipient", algorithm of the next layer, protected, extra: empty]`.
/// Source: draft-ietf-cose-hpke, Recipient_structure.
fn recipient_info(suite: Suite, protected: &[u8]) -> Result<Vec<u8>, EncodeError> {
    codec::encode_parts(&("HPKE Recipient", alg(suite), Bytes::new(protected), Bytes::new(&[])))
}

/// What the cipher binds. Shape: `["Encrypt", protected, external data]`. Source: RFC 9052 section 5.3.
fn additional_data(protected: &[u8], external: &[u8]) -> Result<Vec<u8>, EncodeError> {
    codec::encode_parts(&("Encrypt", Bytes::new(protected), Bytes::new(external)))
}

impl fmt::Debug for Encrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encrypt({} bytes, {} recipients)", self.ciphertext.len(), self.recipients.len())
    }
}
