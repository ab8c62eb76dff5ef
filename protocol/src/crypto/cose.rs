//! COSE, the few structures of it that cross our borders, each in one exact form.
//!
//! Uses `codec`, `signature`, `lattice`, `hpke`, `aead`. Here: COSE_Sign1 with Ed25519, under messages and dispatches.
//! [`hybrid`]: COSE_Sign with Ed25519 and ML-DSA-65, under charters and credentials. [`encrypt`]: COSE_Encrypt with
//! HPKE-9-KE, around bodies.
//!
//! A structure is read only if it is what we would have written: tag, algorithm, content type, key id, an empty
//! unprotected header, embedded content. What was received is what is verified, never a re-encoding.
//!
//! Absent on purpose: algorithms to choose from, detached content, headers that a receiver may or may not know.
//! Source: RFC 9052, RFC 9053, RFC 9864 (Ed25519), RFC 9964 (ML-DSA), draft-ietf-cose-hpke, draft-ietf-cose-hpke-pq-pqt.

pub mod encrypt;
mod frame;
mod header;
pub mod hybrid;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_bytes::Bytes;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::header::Nothing;
use crate::crypto::cose::header::Protected;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SignerAway;
use crate::crypto::signature::VerifyingKey;
use crate::limits::FRAME_BYTES_MAX;

/// Ed25519. Source: RFC 9864.
const ALG_ED25519: i64 = -19;

/// Tag 18, COSE_Sign1. Source: RFC 9052 section 2.
const TAG_SIGN1: &[u8] = &[0xd2];

/// What a signed structure holds; a signature for one is none for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// The header of a message.
    Message,
    /// The numbers of a run of messages on one link.
    Dispatch,
    /// A charter version.
    Charter,
    /// A credential.
    Credential,
    /// What a log's end and the next log's beginning are stated in.
    Succession,
    /// A member's approval of such a statement.
    Approval,
    /// The transcript of a root ceremony.
    Ceremony,
    /// What ends credentials before their time.
    Revocation,
    /// Where a node listens from now on.
    Notice,
    /// Who of an agency may vote on its messages.
    StaffList,
}

impl ContentType {
    /// The content type as it is signed. Source: spec env-6.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Message => "application/concord-message+cbor",
            Self::Dispatch => "application/concord-dispatch+cbor",
            Self::Charter => "application/concord-charter+cbor",
            Self::Credential => "application/concord-credential+cbor",
            Self::Succession => "application/concord-succession+cbor",
            Self::Approval => "application/concord-succession-approval+cbor",
            Self::Ceremony => "application/concord-ceremony+cbor",
            Self::Revocation => "application/concord-revocation+cbor",
            Self::Notice => "application/concord-address-notice+cbor",
            Self::StaffList => "application/concord-staff-list+cbor",
        }
    }
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key cannot be used now.
    #[error(transparent)]
    Away(#[from] SignerAway),
    /// A broken invariant of ours.
    #[error(transparent)]
    Encoding(#[from] EncodeError),
}

/// Why bytes are not the structure that is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// Another tag, or none.
    #[error("the bytes do not begin with the tag of this structure")]
    Tag,
    /// Not the one form of this structure.
    #[error("the structure is not in its one form")]
    Form(#[from] DecodeError),
    /// The protected header is not the one form of ours.
    #[error("the protected header is not in its one form")]
    Header(#[source] DecodeError),
    /// Another algorithm.
    #[error("the algorithm is {found:?}, expected {expected}")]
    Algorithm {
        /// The one found, if any.
        found: Option<i64>,
        /// The one that belongs there.
        expected: i64,
    },
    /// Another content type, or none: signed for another purpose.
    #[error("the structure was not made for {}", expected.text())]
    ContentType {
        /// The purpose that was asked for.
        expected: ContentType,
    },
    /// A key id where none belongs, or none where one belongs.
    #[error("a key id is missing, or out of place")]
    KeyId,
    /// Signatures or recipients that are not in ascending order of key id, or beyond their number.
    #[error("signatures or recipients out of order, twice, or too many")]
    Order,
}

/// A signed structure whose form was checked; its signature was not, until [`Sign1::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Sign1 {
    protected: Vec<u8>,
    key_id: KeyId,
    payload: Vec<u8>,
    signature: Signature,
}

/// Protected header, unprotected header, content, signature. Source: RFC 9052 section 4.2.
#[derive(Serialize, Deserialize)]
struct Sign1Frame(ByteBuf, Nothing, ByteBuf, Signature);

impl Encoded for Sign1Frame {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// Signs content. Shape: tagged COSE_Sign1, protected `{1: -19, 3: content type, 4: key id}`. Source: spec env-6.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign1(
    signer: &dyn Signer,
    content: ContentType,
    payload: &[u8],
) -> Result<Vec<u8>, SignError> {
    let key_id = signer.public().id();
    let header = Protected {
        alg: Some(ALG_ED25519),
        content: Some(content.text().into()),
        key_id: Some(key_id),
    };
    let protected = codec::encode(&header)?;
    let signature = signer.sign(&to_be_signed(&protected, payload)?)?;
    let frame = Sign1Frame(ByteBuf::from(protected), Nothing {}, ByteBuf::from(payload), signature);
    Ok(frame::encode(TAG_SIGN1, &frame)?)
}

impl Sign1 {
    /// Reads a signed structure that was made for one purpose.
    ///
    /// # Errors
    /// The first thing in which it differs from what [`sign1`] makes. Source: spec env-6, env-7.
    pub fn parse(bytes: &[u8], content: ContentType) -> Result<Self, CoseError> {
        // spec: env-7
        let Sign1Frame(protected, Nothing {}, payload, signature) =
            frame::decode(TAG_SIGN1, bytes)?;
        let header = Protected::read(&protected)?;
        header.expect_alg(ALG_ED25519)?;
        header.expect_content(content)?;
        let key_id = header.key_id.ok_or(CoseError::KeyId)?;
        Ok(Self { protected: protected.into_vec(), key_id, payload: payload.into_vec(), signature })
    }

    /// What was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The name of the key that is said to have signed.
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Checks the signature, strictly.
    ///
    /// # Errors
    /// When the structure names another key, or the signature does not hold.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), BadSignature> {
        if key.id() != self.key_id {
            return Err(BadSignature);
        }
        let signed = to_be_signed(&self.protected, &self.payload).map_err(|_| BadSignature)?;
        key.verify(&signed, &self.signature)
    }
}

/// Shape: `["Signature1", protected, external data: empty, content]`. Source: RFC 9052 section 4.4.
fn to_be_signed(protected: &[u8], payload: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let external = Bytes::new(&[]);
    codec::encode_parts(&("Signature1", Bytes::new(protected), external, Bytes::new(payload)))
}

impl fmt::Debug for Sign1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sign1({:?}, {} bytes)", self.key_id, self.payload.len())
    }
}
