//! COSE_Sign with two signatures for each signer, Ed25519 and ML-DSA-65: both hold, or none does.
//!
//! For what must hold for decades: charter versions, signed by several members, and credentials, signed by one root.
//! Signatures stand in ascending order of key id, so that the order in which members sign leaves no trace.
//! A structure without any signature can be written and read: that is a draft on its way from member to member.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_bytes::Bytes;

use crate::codec;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::ALG_ED25519;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::SignError;
use crate::crypto::cose::frame;
use crate::crypto::cose::header::Nothing;
use crate::crypto::cose::header::Protected;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::lattice::LatticePublic;
use crate::crypto::lattice::LatticeSignature;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::VerifyingKey;
use crate::limits::CHARTER_BYTES_MAX;
use crate::limits::MEMBERS_MAX;

/// ML-DSA-65. Source: RFC 9964.
const ALG_ML_DSA_65: i64 = -49;

/// Tag 98, COSE_Sign. Source: RFC 9052 section 2.
const TAG_SIGN: &[u8] = &[0xd8, 0x62];

/// Two keys for each member that stays and for each that is added.
const SIGNATURES_MAX: usize = 4 * MEMBERS_MAX;

/// The two keys of one signer.
#[derive(Clone, Copy, Debug)]
pub struct HybridKey<'a> {
    /// The Ed25519 key.
    pub ed25519: &'a dyn Signer,
    /// The ML-DSA-65 key.
    pub ml_dsa: &'a LatticeKey,
}

/// The public halves of the two keys of one signer.
#[derive(Clone, Copy, Debug)]
pub struct HybridPublic<'a> {
    /// The Ed25519 key.
    pub ed25519: &'a VerifyingKey,
    /// The ML-DSA-65 key.
    pub ml_dsa: &'a LatticePublic,
}

/// Content with the signatures of any number of signers. Its form was checked, its signatures were not.
#[derive(Clone, PartialEq, Eq)]
pub struct HybridSigned {
    protected: Vec<u8>,
    payload: Vec<u8>,
    signatures: BTreeMap<KeyId, OneSignature>,
}

/// One of the two signatures of a signer, with the protected header it covers.
#[derive(Clone, PartialEq, Eq)]
struct OneSignature {
    protected: Vec<u8>,
    value: Value,
}

#[derive(Clone, PartialEq, Eq)]
enum Value {
    Ed25519(Signature),
    MlDsa65(LatticeSignature),
}

/// Protected header, unprotected header, content, signatures. Source: RFC 9052 section 4.1.
#[derive(Serialize, Deserialize)]
struct SignFrame(ByteBuf, Nothing, ByteBuf, Vec<SignatureFrame>);

/// Protected header, unprotected header, signature.
#[derive(Serialize, Deserialize)]
struct SignatureFrame(ByteBuf, Nothing, ByteBuf);

impl Encoded for SignFrame {
    const BYTES_MAX: usize = CHARTER_BYTES_MAX;
}

/// Signs content with both keys of one signer. Shape: tagged COSE_Sign. Source: spec id-3.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign(
    key: &HybridKey<'_>,
    content: ContentType,
    payload: &[u8],
) -> Result<Vec<u8>, SignError> {
    let mut signed = HybridSigned::unsigned(content, payload)?;
    signed.sign(key)?;
    Ok(signed.to_bytes()?)
}

impl HybridSigned {
    /// Content that nobody has signed yet.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn unsigned(content: ContentType, payload: &[u8]) -> Result<Self, EncodeError> {
        let header = Protected { content: Some(content.text().into()), ..Protected::default() };
        let protected = codec::encode(&header)?;
        Ok(Self { protected, payload: payload.to_vec(), signatures: BTreeMap::new() })
    }

    /// Adds both signatures of one signer, or replaces them.
    ///
    /// # Errors
    /// When the key cannot be reached; nothing was added then.
    pub fn sign(&mut self, key: &HybridKey<'_>) -> Result<(), SignError> {
        let classical = key.ed25519.public().id();
        let protected = signature_header(ALG_ED25519, classical)?;
        let value = Value::Ed25519(key.ed25519.sign(&self.to_be_signed(&protected)?)?);
        let first = OneSignature { protected, value };

        let lattice = key.ml_dsa.public().id();
        let protected = signature_header(ALG_ML_DSA_65, lattice)?;
        let value = Value::MlDsa65(key.ml_dsa.sign(&self.to_be_signed(&protected)?));
        let second = OneSignature { protected, value };

        self.signatures.insert(classical, first);
        self.signatures.insert(lattice, second);
        Ok(())
    }

    /// Reads signed content that was made for one purpose.
    ///
    /// # Errors
    /// The first thing in which it differs from what [`HybridSigned::to_bytes`] writes.
    pub fn parse(bytes: &[u8], content: ContentType) -> Result<Self, CoseError> {
        let SignFrame(protected, Nothing {}, payload, frames) = frame::decode(TAG_SIGN, bytes)?;
        let header = Protected::read(&protected)?;
        header.expect_content(content)?;
        if let Some(found) = header.alg {
            return Err(CoseError::Algorithm { found: Some(found), expected: ALG_ED25519 });
        }
        if header.key_id.is_some() {
            return Err(CoseError::KeyId);
        }
        let signatures = read_signatures(frames)?;
        Ok(Self { protected: protected.into_vec(), payload: payload.into_vec(), signatures })
    }

    /// The bytes, signatures in ascending order of key id.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        let frames = self.signatures.values().map(OneSignature::frame).collect();
        let (protected, payload) = (self.protected.clone(), self.payload.clone());
        let frame = SignFrame(ByteBuf::from(protected), Nothing {}, ByteBuf::from(payload), frames);
        frame::encode(TAG_SIGN, &frame)
    }

    /// What was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The names of the keys that are said to have signed, ascending; two for each signer.
    pub fn key_ids(&self) -> impl ExactSizeIterator<Item = KeyId> {
        self.signatures.keys().copied()
    }

    /// Adds the signatures of another copy of the same content; where both have one of a key, this one's stays.
    ///
    /// Whether they hold is asked afterwards, of all of them.
    pub fn unite(&mut self, copy: &Self) {
        if self.payload != copy.payload || self.protected != copy.protected {
            return;
        }
        for (id, signature) in &copy.signatures {
            self.signatures.entry(*id).or_insert_with(|| signature.clone());
        }
    }

    /// Whether every signature of another copy is here, byte for byte.
    pub fn covers(&self, copy: &Self) -> bool {
        copy.signatures.iter().all(|(id, signature)| self.signatures.get(id) == Some(signature))
    }

    /// The same content with the signatures of one signer alone.
    #[must_use]
    pub fn of_signer(&self, signer: [KeyId; 2]) -> Self {
        let mut alone = self.clone();
        alone.signatures.retain(|id, _| signer.contains(id));
        alone
    }

    /// Checks both signatures of one signer.
    ///
    /// # Errors
    /// When either is missing or does not hold.
    pub fn verify(&self, public: &HybridPublic<'_>) -> Result<(), BadSignature> {
        self.verify_one(public.ed25519.id(), |signed, value| match value {
            Value::Ed25519(signature) => public.ed25519.verify(signed, signature),
            Value::MlDsa65(_) => Err(BadSignature),
        })?;
        self.verify_one(public.ml_dsa.id(), |signed, value| match value {
            Value::Ed25519(_) => Err(BadSignature),
            Value::MlDsa65(signature) => public.ml_dsa.verify(signed, signature),
        })
    }

    fn verify_one(
        &self,
        id: KeyId,
        check: impl FnOnce(&[u8], &Value) -> Result<(), BadSignature>,
    ) -> Result<(), BadSignature> {
        let signature = self.signatures.get(&id).ok_or(BadSignature)?;
        let signed = self.to_be_signed(&signature.protected).map_err(|_| BadSignature)?;
        check(&signed, &signature.value)
    }

    /// Shape: `["Signature", body header, signature header, external data: empty, content]`. Source: RFC 9052 section 4.4.
    fn to_be_signed(&self, protected: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let body = Bytes::new(&self.protected);
        let external = Bytes::new(&[]);
        let payload = Bytes::new(&self.payload);
        codec::encode_parts(&("Signature", body, Bytes::new(protected), external, payload))
    }
}

impl OneSignature {
    fn frame(&self) -> SignatureFrame {
        let value = match &self.value {
            Value::Ed25519(signature) => signature.as_bytes().to_vec(),
            Value::MlDsa65(signature) => signature.as_bytes().to_vec(),
        };
        SignatureFrame(ByteBuf::from(self.protected.clone()), Nothing {}, ByteBuf::from(value))
    }

    fn read(frame: SignatureFrame) -> Result<(KeyId, Self), CoseError> {
        let SignatureFrame(protected, Nothing {}, bytes) = frame;
        let header = Protected::read(&protected)?;
        if header.content.is_some() {
            return Err(CoseError::Header(codec::DecodeError::Shape));
        }
        let id = header.key_id.ok_or(CoseError::KeyId)?;
        let shape = || CoseError::Form(codec::DecodeError::Shape);
        let value = match header.alg {
            Some(ALG_ED25519) => {
                let bytes = <[u8; 64]>::try_from(bytes.as_slice()).map_err(|_| shape())?;
                Value::Ed25519(Signature::from_bytes(bytes))
            }
            Some(ALG_ML_DSA_65) => {
                Value::MlDsa65(LatticeSignature::from_bytes(&bytes).map_err(|_| shape())?)
            }
            found => return Err(CoseError::Algorithm { found, expected: ALG_ED25519 }),
        };
        Ok((id, Self { protected: protected.into_vec(), value }))
    }
}

fn signature_header(alg: i64, key_id: KeyId) -> Result<Vec<u8>, EncodeError> {
    codec::encode(&Protected { alg: Some(alg), content: None, key_id: Some(key_id) })
}

fn read_signatures(
    frames: Vec<SignatureFrame>,
) -> Result<BTreeMap<KeyId, OneSignature>, CoseError> {
    if frames.len() > SIGNATURES_MAX {
        return Err(CoseError::Order);
    }
    let mut signatures = BTreeMap::new();
    for frame in frames {
        let (id, signature) = OneSignature::read(frame)?;
        let last = signatures.last_key_value().map(|(last, _)| *last);
        if last >= Some(id) {
            return Err(CoseError::Order);
        }
        signatures.insert(id, signature);
    }
    Ok(signatures)
}

impl fmt::Debug for HybridSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HybridSigned({} bytes, {} signatures)",
            self.payload.len(),
            self.signatures.len()
        )
    }
}
