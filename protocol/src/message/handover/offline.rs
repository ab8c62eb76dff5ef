//! The digest that two custody officers compare and sign face to face, when no network is there.
//!
//! It follows from the certificate and its procedure alone, so that each side computes it by itself, before and after
//! the messages travel. Absent on purpose: whose keys the officers have.

use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::ids::ProcedureId;
use crate::message::field::Field;
use crate::message::handover::certificate::HandoverCertificate;

/// Which of the two officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateSide {
    /// Who gives the people.
    Releasing,
    /// Who takes them.
    Receiving,
}

impl CertificateSide {
    /// As it is hashed and written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Releasing => "releasing",
            Self::Receiving => "receiving",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Releasing, Self::Receiving].into_iter().find(|side| side.text() == text)
    }
}

/// What both officers sign. Shape: labelled digest of procedure and encoded certificate. Source: spec cer-1.
///
/// # Errors
/// Only when a broken invariant of ours stands in the way.
// spec: cer-1
pub fn certificate_digest(
    procedure: &ProcedureId,
    certificate: &HandoverCertificate,
) -> Result<Digest, EncodeError> {
    let encoded = codec::encode(&certificate.write())?;
    Ok(digest::labelled(Label::Certificate, &[procedure.as_bytes(), &encoded]))
}

/// What the key of one officer signs, so that the signature of one side never passes for the other's.
///
/// Shape: labelled digest of side, staff number and certificate digest. Source: spec cer-2.
// spec: cer-2
pub fn to_sign(side: CertificateSide, officer: &str, certificate: &Digest) -> Digest {
    let parts: [&[u8]; 3] = [side.text().as_bytes(), officer.as_bytes(), certificate.as_bytes()];
    digest::labelled(Label::CertificateSignature, &parts)
}
