//! Signatures that cost a hash, with the shape of Ed25519's: whoever knows a public key can make them.
//!
//! Good for a simulated federation, where the member that lies has keys of its own and forges nobody else's signature:
//! what is signed by whom, and over which bytes, is as with real ones. Bad for anything else.

#![no_std]

use sha2::Digest as _;
use sha2::Sha256;

/// A signature does not hold, or bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureError;

/// A key that signs.
#[derive(Debug)]
pub struct SigningKey {
    public: VerifyingKey,
}

/// Its public half. Shape: 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyingKey([u8; 32]);

/// A signature. Shape: 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// Signs.
pub trait Signer<S> {
    /// Signs a message.
    fn sign(&self, message: &[u8]) -> S;
}

impl SigningKey {
    /// The key of a seed.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self { public: VerifyingKey(hash(&[b"public", seed])) }
    }

    /// Its public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public
    }
}

impl Signer<Signature> for SigningKey {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::over(&self.public, message)
    }
}

impl VerifyingKey {
    /// Takes any bytes but zeros, which stand for a key that is none.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignatureError> {
        if *bytes == [0; 32] { Err(SignatureError) } else { Ok(Self(*bytes)) }
    }

    /// No key of these is weak: all are.
    pub fn is_weak(&self) -> bool {
        false
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks a signature.
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        if *signature == Signature::over(self, message) { Ok(()) } else { Err(SignatureError) }
    }
}

impl Signature {
    /// From 64 bytes.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        Self(*bytes)
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }

    fn over(public: &VerifyingKey, message: &[u8]) -> Self {
        let first = hash(&[b"signature", &public.0, message]);
        let mut bytes = [0; 64];
        let (front, back) = bytes.split_at_mut(32);
        front.copy_from_slice(&first);
        back.copy_from_slice(&hash(&[&first]));
        Self(bytes)
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}
