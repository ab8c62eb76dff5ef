//! The address notice: where a node listens from now on, without the root.
//!
//! Uses `directory` only through whoever asks: a notice is signed with the signing key of a credential and changes
//! nothing but where others dial. It counts as long as that credential does; the credential's own addresses stand
//! behind it. A node that moves, or that gets another line, need not wait for a ceremony.
//!
//! Absent on purpose: keys, validity, and any say about another agency.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::SignError;
use crate::crypto::signature::Signer;
use crate::identity::credential::VerifiedCredential;
use crate::identity::credential::rules;
use crate::identity::credential::rules::RuleError;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::Serial;
use crate::limits::NOTICE_BYTES_MAX;

/// What a node signs about itself. Source: spec id-50.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The charter under which it counts.
    pub charter: CharterName,
    /// The agency.
    pub agency: AgencyId,
    /// The credential whose signing key signs.
    pub serial: Serial,
    /// Counts the notices under one credential from 1; a higher one takes the place of a lower one.
    pub sequence: u64,
    /// Where the node listens, best first. Shape: `host:port`. Empty where it only dials.
    pub addresses: Vec<String>,
}

impl Encoded for Notice {
    const BYTES_MAX: usize = NOTICE_BYTES_MAX;
}

/// Why a notice was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// It says what no notice may say.
    #[error("the notice does not hold")]
    Rule(#[from] RuleError),
    /// Ours: a value of ours has no encoding.
    #[error("the notice could not be encoded")]
    Encode(#[from] EncodeError),
    /// The key cannot be reached.
    #[error("the notice could not be signed")]
    Sign(#[from] SignError),
}

/// Why a notice is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Not a signed notice at all.
    #[error("the bytes are no signed address notice")]
    Form(#[from] CoseError),
    /// What was signed is no notice.
    #[error("what was signed is no address notice")]
    Content(#[from] DecodeError),
    /// Another charter, agency or serial than the credential's, or sequence 0.
    #[error("the notice does not belong to this credential")]
    OtherCredential,
    /// The signing key of the credential did not sign it.
    #[error("the signature on the notice does not hold")]
    BadSignature,
    /// An address.
    #[error("the notice does not hold")]
    Rule(#[from] RuleError),
}

/// Signs a notice. Shape: COSE_Sign1 with the content type of notices.
///
/// # Errors
/// When it says what no notice may say, or the key cannot be reached.
pub fn sign(notice: &Notice, signer: &dyn Signer) -> Result<Vec<u8>, NotifyError> {
    rules::addresses(notice.addresses.iter().map(String::as_str))?;
    let payload = codec::encode(notice)?;
    Ok(cose::sign1(signer, ContentType::Notice, &payload)?)
}

/// Reads a notice without believing it: to look up the credential that it names.
///
/// # Errors
/// When it is not in its one form.
pub fn read(bytes: &[u8]) -> Result<(Notice, cose::Sign1), NoticeError> {
    let signed = cose::Sign1::parse(bytes, ContentType::Notice)?;
    let notice: Notice = codec::decode(signed.payload())?;
    Ok((notice, signed))
}

/// Verifies a notice under the credential that it names.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(
    bytes: &[u8],
    credential: &VerifiedCredential,
) -> Result<VerifiedNotice, NoticeError> {
    let (notice, signed) = read(bytes)?;
    let named = credential.credential();
    // spec: id-50
    if notice.charter != named.charter
        || notice.agency != named.agency
        || notice.serial != named.serial
        || notice.sequence == 0
    {
        return Err(NoticeError::OtherCredential);
    }
    signed.verify(&named.signing).map_err(|_| NoticeError::BadSignature)?;
    rules::addresses(notice.addresses.iter().map(String::as_str))?;
    Ok(VerifiedNotice { notice, bytes: bytes.to_vec() })
}

/// A notice that the signing key of its credential signed. Made by nothing but [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedNotice {
    notice: Notice,
    bytes: Vec<u8>,
}

impl VerifiedNotice {
    /// What was signed.
    pub const fn notice(&self) -> &Notice {
        &self.notice
    }

    /// Newer notices are larger: a later credential first, then a later sequence.
    pub const fn order(&self) -> (Serial, u64) {
        (self.notice.serial, self.notice.sequence)
    }

    /// The COSE_Sign1 bytes, as they were received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
