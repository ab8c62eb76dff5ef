//! Signatures that cost a hash, with the shape of ML-DSA-65's: whoever knows a public key can make them.
//!
//! Good for a simulated federation and for nothing else; see the stand-in for Ed25519 beside it.

#![no_std]

use core::marker::PhantomData;

use sha2::Digest as _;
use sha2::Sha256;

/// Length of a public key, in bytes. Source: FIPS 204 table 2.
const PUBLIC_BYTES: usize = 1952;

/// Length of a signature, in bytes. Source: FIPS 204 table 2.
const SIGNATURE_BYTES: usize = 3309;

/// The parameter set.
#[derive(Clone, Copy, Debug)]
pub struct MlDsa65;

/// A signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureError;

/// A key that signs.
#[derive(Debug)]
pub struct SigningKey<P> {
    public: VerifyingKey<P>,
}

/// Its public half, by the 32 bytes that the others repeat.
#[derive(Clone, Copy, Debug)]
pub struct VerifyingKey<P>([u8; 32], PhantomData<P>);

/// A signature, by the 32 bytes that the others repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 32]);

/// Has a public half.
pub trait Keypair {
    /// The public half.
    type VerifyingKey;

    /// Gives it.
    fn verifying_key(&self) -> Self::VerifyingKey;
}

/// Signs.
pub trait Signer<S> {
    /// Signs a message.
    fn sign(&self, message: &[u8]) -> S;
}

/// Checks signatures.
pub trait Verifier<S> {
    /// Checks one.
    fn verify(&self, message: &[u8], signature: &S) -> Result<(), SignatureError>;
}

impl<P> SigningKey<P> {
    /// The key of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self { public: VerifyingKey(hash(&[b"lattice public", seed]), PhantomData) }
    }
}

impl<P: Copy> Keypair for SigningKey<P> {
    type VerifyingKey = VerifyingKey<P>;

    fn verifying_key(&self) -> VerifyingKey<P> {
        self.public
    }
}

impl<P> Signer<Signature> for SigningKey<P> {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::over(&self.public.0, message)
    }
}

impl<P> VerifyingKey<P> {
    /// Its bytes.
    pub fn encode(&self) -> [u8; PUBLIC_BYTES] {
        repeated(&self.0)
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8; PUBLIC_BYTES]) -> Self {
        Self(first(bytes), PhantomData)
    }
}

impl<P> Verifier<Signature> for VerifyingKey<P> {
    fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        if *signature == Signature::over(&self.0, message) { Ok(()) } else { Err(SignatureError) }
    }
}

impl Signature {
    /// Its bytes.
    pub fn encode(&self) -> [u8; SIGNATURE_BYTES] {
        repeated(&self.0)
    }

    /// From its bytes; `None` unless they repeat their first 32.
    pub fn decode(bytes: &[u8; SIGNATURE_BYTES]) -> Option<Self> {
        let signature = Self(first(bytes));
        (signature.encode() == *bytes).then_some(signature)
    }

    fn over(public: &[u8; 32], message: &[u8]) -> Self {
        Self(hash(&[b"lattice signature", public, message]))
    }
}

fn repeated<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    core::array::from_fn(|at| bytes[at % 32])
}

fn first<const N: usize>(bytes: &[u8; N]) -> [u8; 32] {
    core::array::from_fn(|at| bytes[at])
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}
