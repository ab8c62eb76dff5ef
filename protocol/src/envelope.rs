//! A message as it is sent: a signed header, and a sealed body that the header names.
//!
//! Uses `codec`, `crypto`, `identity`, `message`. The way of a message is a chain of types, and each arrow is the only
//! maker of what it points to:
//!
//! ```text
//! Draft ── seal ──▶ Sealed ── sign ──▶ Signed          out
//! Opened ◀── open ── Verified ◀── verify ── Received   in
//! ```
//!
//! The header is small, goes into the evidence log and can be verified for ever. The body can be erased; what remains
//! is its salted commitment. A header that comes without its body is a tombstone.
//!
//! Who drafted and who approved it is a part of its own beside the content ([`approvals`]). What is too long for a body
//! travels beside the message, sealed chunk by chunk under a key that the body names ([`file`]).
//!
//! Absent on purpose: dispatches (`wire`), numbers on links (`link`), who may send what (`procedure`).

pub mod approvals;
mod content;
pub mod file;
pub mod header;
pub mod open;
pub mod seal;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use serde_bytes::Bytes;

use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::crypto::signature::KeyId;
use crate::envelope::content::Frame;
use crate::envelope::header::Header;
use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::attachment::Attachment;
use crate::message::fault::FieldFault;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::submission::Submission;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;

/// Bytes of the salt before the content.
pub const SALT_BYTES: usize = 32;

/// What a core digest covers: everything that decides what the message does. Absent on purpose: id and instant, which are
/// drawn at sealing, after people voted.
struct Core<'a> {
    kind: Kind,
    procedure: ProcedureId,
    parents: &'a [Digest],
    supersedes: Option<Digest>,
    originator: Option<&'a AgencyId>,
    to: &'a [Recipient],
    respond_by: Option<Timestamp>,
    expires: Option<Timestamp>,
    urgency: Urgency,
    handling: &'a HandlingCodes,
    purpose: PurposeKind,
    legal_basis: &'a [LegalBasisRef],
    commitment: Digest,
    attachments: &'a [Attachment],
    exercise: bool,
}

/// What approvers sign: everything that decides what the message does, before it is sealed and signed.
///
/// Shape: labelled digest of `[kind, procedure, parents, supersedes, originator, recipients, respond by, expires, urgency,
/// handling, purpose, legal basis, commitment, attachments, exercise]`. Source: spec env-16.
///
/// # Errors
/// Only when a broken invariant of ours stands in the way.
pub fn core_digest(header: &Header) -> Result<Digest, EncodeError> {
    let core = Core {
        kind: header.kind,
        procedure: header.procedure,
        parents: &header.parents,
        supersedes: header.supersedes,
        originator: header.originator.as_ref(),
        to: &header.to,
        respond_by: header.respond_by,
        expires: header.expires,
        urgency: header.urgency,
        handling: &header.handling,
        purpose: header.purpose,
        legal_basis: &header.legal_basis,
        commitment: header.commitment,
        attachments: &header.attachments,
        exercise: header.exercise,
    };
    core.digest()
}

/// The same of a submission that names its procedure and its parents, with the salt that its message will have.
///
/// This is how a person's own machine computes what that person signs, from what they read.
///
/// # Errors
/// What cannot be said on that day, or by that kind.
pub fn core_digest_of(
    submission: &Submission,
    procedure: ProcedureId,
    salt: &[u8; SALT_BYTES],
    created: Timestamp,
) -> Result<Digest, Vec<FieldFault>> {
    let (kind, urgency, handling) =
        (submission.kind(), submission.urgency(), submission.handling_codes());
    let (attachments, originator) = (submission.attachments(), submission.originator());
    let frame = Frame { kind, urgency, handling: &handling, created, attachments, originator };
    let (content, _) = content::normalised(frame, &submission.content().write())?;
    let body = codec::encode(&content).map_err(|_| Vec::new())?;
    let parents = seal::in_order(submission.parents().to_vec());
    let core = Core {
        kind,
        procedure,
        parents: &parents,
        supersedes: submission.supersedes(),
        originator: submission.originator(),
        to: submission.to(),
        respond_by: submission.respond_by(),
        expires: submission.expires(),
        urgency,
        handling: &handling,
        purpose: submission.purpose(),
        legal_basis: submission.legal_basis(),
        commitment: commitment(salt, &body),
        attachments,
        exercise: submission.exercise(),
    };
    core.digest().map_err(|_| Vec::new())
}

impl Core<'_> {
    fn digest(&self) -> Result<Digest, EncodeError> {
        // spec: env-16
        let encoded = codec::encode_parts(&(
            self.kind,
            self.procedure,
            self.parents,
            self.supersedes,
            self.originator,
            self.to,
            self.respond_by,
            self.expires,
            self.urgency,
            self.handling,
            self.purpose,
            self.legal_basis,
            self.commitment,
            self.attachments,
            self.exercise,
        ))?;
        Ok(digest::labelled(Label::Core, &[&encoded]))
    }
}

/// What a body is committed to. Shape: labelled digest of salt and content. Source: spec env-13.
pub fn commitment(salt: &[u8; SALT_BYTES], content: &[u8]) -> Digest {
    // spec: env-13
    digest::labelled(Label::BodyCommitment, &[salt, content])
}

/// What a sealed body is bound to, so that nobody can strip the signature and pass the body off as its own.
///
/// Shape: `["concord/1", sender, message id, kind, procedure, [key id]]`. Source: spec env-11.
fn bound_to(header: &Header, recipients: &[KeyId]) -> Result<Vec<u8>, EncodeError> {
    // spec: env-11
    let ids: Vec<&Bytes> = recipients.iter().map(|id| Bytes::new(id.as_bytes())).collect();
    codec::encode_parts(&(
        "concord/1",
        &header.from.agency,
        header.id,
        header.kind,
        header.procedure,
        ids,
    ))
}
