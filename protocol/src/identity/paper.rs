//! What credential and revocation have in common: a document that a member's root, and nobody else, signed.
//!
//! Uses `charter`, `root`. [`sign`] and [`open`] take the steps that are the same for both: length, form, charter,
//! member, root. What a document of one kind may say is that kind's to judge, before it is signed and after it is
//! opened; nothing that comes out of [`open`] may be relied on before that.

use alloc::vec::Vec;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::SignError;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::identity::charter::Member;
use crate::identity::charter::VerifiedCharter;
use crate::identity::root::NotByRoot;
use crate::identity::root::RootKey;
use crate::ids::AgencyId;
use crate::ids::CharterName;

/// A kind of document that a member's root alone signs.
pub trait Paper: Encoded {
    /// What no document of this kind may say.
    type Rule: Rule;

    /// How its signed form is told from others.
    const CONTENT: ContentType;

    /// The charter under which it counts.
    fn charter(&self) -> &CharterName;

    /// The agency whose root signs it.
    fn agency(&self) -> &AgencyId;
}

/// Something that no document of one kind may say.
pub trait Rule: core::error::Error + 'static {
    /// What such a document is called.
    const PAPER: &'static str;

    /// Longest signed form, in bytes.
    const BYTES_MAX: usize;
}

/// Why a document was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned<R: Rule> {
    /// It says what no such document may say.
    #[error("the {} does not hold", R::PAPER)]
    Rule(#[source] R),
    /// Ours: a value of ours has no encoding.
    #[error("the {} could not be encoded", R::PAPER)]
    Encode(#[from] EncodeError),
    /// Ours: nothing could be signed.
    #[error("the {} could not be signed", R::PAPER)]
    Sign(#[from] SignError),
}

/// Why a document cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError<R: Rule> {
    /// More bytes than such a document may have.
    #[error("a {} has at most {} bytes, this one has {len}", R::PAPER, R::BYTES_MAX)]
    TooLong {
        /// Bytes found.
        len: usize,
    },
    /// Not such a signed document at all.
    #[error("the bytes are no signed {}", R::PAPER)]
    Form(#[from] CoseError),
    /// What was signed is no such document.
    #[error("what was signed is no {}", R::PAPER)]
    Content(#[from] DecodeError),
    /// It counts under another charter.
    #[error("the {} counts under the charter {found}, not {expected}", R::PAPER)]
    OtherCharter {
        /// The charter at hand.
        expected: CharterName,
        /// The document's.
        found: CharterName,
    },
    /// The charter does not name its agency.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The document's agency.
        agency: AgencyId,
    },
    /// Not signed by the two keys of the member's root, or by more than those.
    #[error("the {} is not signed by the root of {agency} alone", R::PAPER)]
    OtherSigner {
        /// The document's agency.
        agency: AgencyId,
    },
    /// A signature of the root does not hold.
    #[error("the signature of the root of {agency} does not hold")]
    Forged {
        /// The document's agency.
        agency: AgencyId,
    },
    /// It says what no such document may say.
    #[error("the {} does not hold", R::PAPER)]
    Rule(#[source] R),
}

/// Signs a document that was judged, with both keys of a root. Source: spec id-15.
pub(super) fn sign<P: Paper>(paper: &P, root: &RootKey) -> Result<Vec<u8>, NotSigned<P::Rule>> {
    let payload = codec::encode(paper)?;
    // spec: id-15
    Ok(hybrid::sign(&root.hybrid(), P::CONTENT, &payload)?)
}

/// Opens a document up to the charter: its length, its form, its member, both signatures of the root. What it says is
/// not judged yet.
///
/// # Errors
/// The first thing that does not hold.
pub(super) fn open<'c, P: Paper>(
    bytes: &[u8],
    charter: &'c VerifiedCharter,
) -> Result<(P, &'c Member), PaperError<P::Rule>> {
    // spec: id-26
    if bytes.len() > P::Rule::BYTES_MAX {
        return Err(PaperError::TooLong { len: bytes.len() });
    }
    let signed = HybridSigned::parse(bytes, P::CONTENT)?;
    let paper: P = codec::decode(signed.payload())?;
    // spec: id-17, id-40
    if paper.charter() != charter.name() {
        let (expected, found) = (charter.name().clone(), paper.charter().clone());
        return Err(PaperError::OtherCharter { expected, found });
    }
    let agency = || paper.agency().clone();
    let Some(member) = charter.member(paper.agency()) else {
        return Err(PaperError::NotAMember { agency: agency() });
    };
    member.root.signed_alone(&signed).map_err(|error| match error {
        NotByRoot::OtherSigner => PaperError::OtherSigner { agency: agency() },
        NotByRoot::Forged => PaperError::Forged { agency: agency() },
    })?;
    Ok((paper, member))
}
