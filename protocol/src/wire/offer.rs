//! A run of messages on the wire, and what a receiver makes of it before the engine sees it.
//!
//! Verification is pure and runs on workers; a message that fails is not an error of the offer:
//! it becomes a refusal with its code and settles its number.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::kem::Decapsulate;
use crate::envelope::open;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::log::leaf::Form;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::wire::dispatch;
use crate::wire::dispatch::VerifiedDispatch;

/// A dispatch and the messages it covers, in the same order. Source: spec wire-34.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The COSE_Sign1 bytes of the dispatch.
    pub dispatch: ByteBuf,
    /// The messages.
    pub messages: Vec<OfferedMessage>,
}

/// One message of an offer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedMessage {
    /// The COSE_Sign1 bytes of the header.
    pub message: ByteBuf,
    /// The COSE_Encrypt bytes of the body; absent for a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<ByteBuf>,
}

impl core::fmt::Debug for Offer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Offer({} messages)", self.messages.len())
    }
}

impl core::fmt::Debug for OfferedMessage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OfferedMessage")
    }
}

/// An offer whose dispatch holds and whose messages were judged one by one. Only [`verify`] makes one.
#[derive(Debug)]
pub struct VerifiedOffer {
    dispatch: VerifiedDispatch,
    arrivals: Vec<Arrival>,
}

/// One message of a verified offer.
#[derive(Debug)]
pub struct Arrival {
    /// SHA-256 of the message's COSE_Sign1 bytes, as the dispatch names it.
    pub digest: Digest,
    /// Whether the body came with it.
    pub form: Form,
    /// The message, or why it is refused.
    pub judged: Result<Verified, RefusalCode>,
}

impl VerifiedOffer {
    /// The signed dispatch.
    pub fn dispatch(&self) -> &VerifiedDispatch {
        &self.dispatch
    }

    /// The messages in order of their numbers.
    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// Takes the offer apart.
    pub fn into_parts(self) -> (VerifiedDispatch, Vec<Arrival>) {
        (self.dispatch, self.arrivals)
    }
}

/// What a receiver needs to judge an offer.
#[derive(Debug)]
pub struct Judge<'a> {
    /// Members and their credentials.
    pub directory: &'a Directory,
    /// The receiver.
    pub me: &'a AgencyId,
    /// The receiver's sealing key: a body is opened once on arrival, so that one that cannot be read is refused.
    pub sealing: &'a dyn Decapsulate,
    /// The receiver's clock.
    pub now: Timestamp,
    /// How far clocks may differ.
    pub tolerance: Span,
}

/// Checks the dispatch of an offer and judges each message.
///
/// # Errors
/// The code to close the connection with, when the dispatch does not hold or does not fit the messages;
/// a message that fails is refused inside. Source: spec link-3, link-4.
pub fn verify(
    offer: Offer,
    from: &AgencyId,
    judge: &Judge<'_>,
) -> Result<VerifiedOffer, CloseCode> {
    let dispatch = dispatch::verify(&offer.dispatch, judge.directory, from, judge.me)
        .map_err(|_| CloseCode::BadDispatch)?;
    let items = &dispatch.dispatch().items;
    if items.len() != offer.messages.len() {
        return Err(CloseCode::BadDispatch);
    }
    let mut arrivals = Vec::with_capacity(items.len());
    for (item, offered) in items.iter().zip(offer.messages) {
        let form = if offered.sealed.is_some() { Form::Whole } else { Form::Tombstone };
        // spec: link-4, wire-34
        if digest::sha256(&offered.message) != item.message || form != item.form {
            return Err(CloseCode::BadDispatch);
        }
        arrivals.push(Arrival {
            digest: item.message,
            form,
            judged: judge_message(offered, from, judge),
        });
    }
    Ok(VerifiedOffer { dispatch, arrivals })
}

fn judge_message(
    offered: OfferedMessage,
    from: &AgencyId,
    judge: &Judge<'_>,
) -> Result<Verified, RefusalCode> {
    let received = Received::new(offered.message.into_vec(), offered.sealed.map(ByteBuf::into_vec));
    let verified =
        open::verify(received, judge.directory, from, judge.me, judge.now, judge.tolerance)
            .map_err(|error| error.code())?;
    if verified.sealed().is_none() {
        return Ok(verified);
    }
    open::open(&verified, judge.sealing).map_err(|error| error.code())?;
    Ok(verified)
}
