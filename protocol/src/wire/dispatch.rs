//! The small statement, signed for one link alone, that numbers a run of messages.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signer;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::Epoch;
use crate::ids::LinkNumber;
use crate::ids::Serial;
use crate::limits::HEADER_BYTES_MAX;
use crate::limits::OFFER_MESSAGES_MAX;
use crate::log::leaf::Form;

/// A run of messages from one agency to another. Numbers are `first`, `first` + 1, and so on. Source: spec link-2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// The charter under which the link stands.
    pub charter: CharterName,
    /// The sender.
    pub from: AgencyId,
    /// The one recipient whom this concerns.
    pub to: AgencyId,
    /// The sender's credential whose signing key signs.
    pub serial: Serial,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Number of the first message.
    pub first: LinkNumber,
    /// The messages, in order; at least one.
    pub items: Vec<DispatchItem>,
}

/// One message of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchItem {
    /// SHA-256 of the message's COSE_Sign1 bytes.
    pub message: Digest,
    /// Whether the sealed body comes with it.
    pub form: Form,
}

impl Encoded for Dispatch {
    const BYTES_MAX: usize = HEADER_BYTES_MAX;
}

/// A dispatch whose signature and addressee were checked. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedDispatch {
    dispatch: Dispatch,
    digest: Digest,
    bytes: Vec<u8>,
}

impl VerifiedDispatch {
    /// What was signed.
    pub fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// SHA-256 of the COSE_Sign1 bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The COSE_Sign1 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a dispatch was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dispatch could not be signed")]
pub struct DispatchUnsigned;

/// Why a dispatch is not believed. Any of these closes the connection. Source: spec link-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// Not the deterministic encoding of a dispatch.
    #[error("the dispatch is not canonical")]
    NotCanonical,
    /// Another charter, sender or addressee.
    #[error("the dispatch is for another link")]
    WrongLink,
    /// The sender's credential with this serial is not held.
    #[error("the dispatch names a credential that is not held")]
    UnknownCredential,
    /// The signature does not hold.
    #[error("the signature on the dispatch does not hold")]
    BadSignature,
    /// No message, too many, or numbers from 0.
    #[error("a dispatch covers 1 to {OFFER_MESSAGES_MAX} messages, numbered from 1")]
    Bounds,
}

/// Signs a dispatch. Shape: COSE_Sign1 with the content type of dispatches.
///
/// # Errors
/// When the key cannot be reached.
pub fn sign(dispatch: &Dispatch, signer: &dyn Signer) -> Result<Vec<u8>, DispatchUnsigned> {
    let encoded = codec::encode(dispatch).map_err(|_| DispatchUnsigned)?;
    cose::sign1(signer, ContentType::Dispatch, &encoded).map_err(|_| DispatchUnsigned)
}

/// Reads a dispatch, within its bounds and not verified: nobody may rely on it before its signature holds.
///
/// # Errors
/// When it is not in its one form, or covers no message, too many, or a number that does not exist.
pub fn read(bytes: &[u8]) -> Result<(Dispatch, cose::Sign1), DispatchError> {
    let signed = cose::Sign1::parse(bytes, ContentType::Dispatch)
        .map_err(|_| DispatchError::NotCanonical)?;
    let dispatch: Dispatch =
        codec::decode(signed.payload()).map_err(|_| DispatchError::NotCanonical)?;
    let count = dispatch.items.len();
    if count == 0 || count > OFFER_MESSAGES_MAX || dispatch.first.get() == 0 {
        return Err(DispatchError::Bounds);
    }
    Ok((dispatch, signed))
}

/// Checks a dispatch from `from` to `me`.
///
/// # Errors
/// The first thing that is wrong. Source: spec link-3.
pub fn verify(
    bytes: &[u8],
    directory: &Directory,
    from: &AgencyId,
    me: &AgencyId,
) -> Result<VerifiedDispatch, DispatchError> {
    // spec: link-3
    let (dispatch, signed) = read(bytes)?;
    if dispatch.charter != directory.charter().charter().name
        || dispatch.from != *from
        || dispatch.to != *me
    {
        return Err(DispatchError::WrongLink);
    }
    let credential =
        directory.with_serial(from, dispatch.serial).ok_or(DispatchError::UnknownCredential)?;
    signed.verify(&credential.credential().signing).map_err(|_| DispatchError::BadSignature)?;
    Ok(VerifiedDispatch { dispatch, digest: digest::sha256(bytes), bytes: bytes.to_vec() })
}
