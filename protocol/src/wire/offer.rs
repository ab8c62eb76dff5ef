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
use crate::crypto::kem::Keyring;
use crate::envelope::approvals;
use crate::envelope::approvals::judge::Approved;
use crate::envelope::approvals::judge::NotApproved;
use crate::envelope::open;
use crate::envelope::open::Opened;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::identity::directory::Directory;
use crate::identity::directory::force::NotInForce;
use crate::ids::AgencyId;
use crate::log::leaf::Form;
use crate::message::handling::Classification;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::procedure::act::Stated;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::wire::dispatch;
use crate::wire::dispatch::VerifiedDispatch;
use crate::wire::place::BadPlace;
use crate::wire::place::Found;
use crate::wire::place::Place;

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
    /// Where it stands in the sender's log; present where its credential is not the sender's own of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
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
    /// What it rests on.
    pub footing: Footing,
    /// What it states; of a tombstone or a refused message, that nothing is known.
    pub stated: Stated,
}

/// What a message rests on, besides its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// Its credential is in force.
    InForce,
    /// It stands in its author's log.
    InLog,
    /// It stands below the last good checkpoint of a revocation.
    BelowLastGood,
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

    /// Judges once more what a revocation that became known meanwhile ends: the judgement was made beside the log.
    ///
    /// # Errors
    /// The code to close the connection with, when the dispatch itself has no footing any more.
    pub fn recheck(&mut self, directory: &Directory) -> Result<(), CloseCode> {
        let from = &self.dispatch.dispatch().from;
        // spec: id-41
        if directory.is_revoked(from, self.dispatch.dispatch().serial) {
            return Err(CloseCode::RevokedCredential);
        }
        for arrival in &mut self.arrivals {
            let ended = arrival
                .judged
                .as_ref()
                .is_ok_and(|message| directory.is_revoked(from, message.header().serial));
            if ended && arrival.footing != Footing::BelowLastGood {
                // It may stand below the last good checkpoint: offered again, it comes with its place there.
                return Err(CloseCode::Stopping);
            }
        }
        Ok(())
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
    pub sealing: &'a dyn Keyring,
    /// The receiver's clock.
    pub now: Timestamp,
    /// How far clocks may differ.
    pub tolerance: Span,
    /// The highest number of a staff list of its own that the author said to hold: in its greeting, or by a list since.
    pub claimed: Option<u64>,
    /// The highest classification that the receiver may hold.
    pub cleared: Classification,
}

/// Checks the dispatch of an offer and judges each message.
///
/// # Errors
/// The code to close the connection with, when the dispatch does not hold or does not fit the messages, or a body
/// waits for a key of ours; a message that fails is refused inside. Source: spec link-3, link-4, id-47.
pub fn verify(
    offer: Offer,
    from: &AgencyId,
    judge: &Judge<'_>,
) -> Result<VerifiedOffer, CloseCode> {
    let dispatch = dispatch::verify(&offer.dispatch, judge.directory, from, judge.me)
        .map_err(|_| CloseCode::BadDispatch)?;
    // spec: link-12
    let serial = dispatch.dispatch().serial;
    judge
        .directory
        .may_be_in_force((from, serial), judge.now, judge.tolerance)
        .map_err(|error| ended(&error))?;
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
        let judged = judge_message(offered, from, judge)?;
        let (judged, footing, stated) = match judged {
            Ok((verified, footing, stated)) => (Ok(verified), footing, stated),
            Err(code) => (Err(code), Footing::InForce, Stated::GONE),
        };
        arrivals.push(Arrival { digest: item.message, form, judged, footing, stated });
    }
    Ok(VerifiedOffer { dispatch, arrivals })
}

/// A message that fails is refused; the connection ends when it must be judged another time.
fn judge_message(
    offered: OfferedMessage,
    from: &AgencyId,
    judge: &Judge<'_>,
) -> Result<Result<(Verified, Footing, Stated), RefusalCode>, CloseCode> {
    let received = Received::new(offered.message.into_vec(), offered.sealed.map(ByteBuf::into_vec));
    let verified =
        open::verify(received, judge.directory, from, judge.me, judge.now, judge.tolerance)
            .map_err(|error| error.code());
    let founded = match verified {
        Ok(verified) => footing(&verified, offered.place.as_ref(), from, judge)?
            .map(|footing| (verified, footing)),
        Err(code) => Err(code),
    };
    let (verified, footing) = match founded {
        Ok(founded) => founded,
        Err(code) => return Ok(Err(code)),
    };
    // spec: orc-21
    if verified.header().handling.classification > judge.cleared {
        return Ok(Err(RefusalCode::HandlingUnsupported));
    }
    if verified.sealed().is_none() {
        return Ok(Ok((verified, footing, Stated::GONE)));
    }
    match open::open(&verified, judge.sealing) {
        Ok(opened) => {
            let approved = judge.approved(&verified, &opened)?;
            let stated = Stated::of(opened.body(), opened.words(), verified.header().created);
            Ok(approved.map(|()| (verified, footing, stated)))
        }
        Err(_) if judge.waits_for_a_key(&verified) => Err(CloseCode::Stopping),
        Err(error) => Ok(Err(error.code())),
    }
}

impl Judge<'_> {
    /// Whether a message was approved as its kind demands, by its author's own people.
    ///
    /// # Errors
    /// `stopping`, where the author goes by a staff list that it said to hold and that has not arrived: a refusal would be
    /// final, and the next greetings make both hold the same. A list that it does not say to hold never comes.
    // spec: apr-9, stf-6
    fn approved(
        &self,
        verified: &Verified,
        opened: &Opened,
    ) -> Result<Result<(), RefusalCode>, CloseCode> {
        let asked = opened.question(verified.header());
        match approvals::judge::judge(&asked, self.directory, self.tolerance) {
            Ok(Approved::NotAsked | Approved::ByAll | Approved::BrokeGlass) => Ok(Ok(())),
            Err(NotApproved::ListNotHeld { named, .. }) if self.claimed >= Some(named) => {
                Err(CloseCode::Stopping)
            }
            Err(error) => Ok(Err(error.code())),
        }
    }

    /// Whether a body is sealed to a key that a credential of ours names and that is not open yet.
    // spec: id-47
    fn waits_for_a_key(&self, verified: &Verified) -> bool {
        let ids = verified.sealed_to();
        let own = self.directory.credentials().filter(|known| known.agency() == self.me);
        let mut named = own
            .filter(|known| !self.directory.is_revoked(self.me, known.serial()))
            .map(|known| known.credential().sealing.id());
        self.sealing.among(&ids).is_none() && named.any(|id| ids.contains(&id))
    }
}

/// What a message rests on: a credential in force, or else its place in its author's log.
///
/// # Errors
/// `stopping`, where the place was made by somebody who knows other revocations than we do: a refusal would be final,
/// and the next greetings make both know the same.
// spec: env-30
fn footing(
    verified: &Verified,
    place: Option<&Place>,
    from: &AgencyId,
    judge: &Judge<'_>,
) -> Result<Result<Footing, RefusalCode>, CloseCode> {
    let author = (from, verified.header().serial);
    let Err(error) = judge.directory.may_be_in_force(author, judge.now, judge.tolerance) else {
        return Ok(Ok(Footing::InForce));
    };
    let found = place.map(|place| place.verify(verified.message(), author, judge.directory));
    Ok(match found {
        Some(Ok(Found::InLog)) => Ok(Footing::InLog),
        Some(Ok(Found::BelowLastGood)) => Ok(Footing::BelowLastGood),
        Some(Err(BadPlace::Base)) => return Err(CloseCode::Stopping),
        Some(Err(_)) | None => Err(match error {
            NotInForce::Revoked { .. } => RefusalCode::RevokedCredential,
            NotInForce::Superseded { .. } => RefusalCode::SupersededCredential,
            NotInForce::NotValid(_) => RefusalCode::ExpiredCredential,
            NotInForce::Unknown { .. } | NotInForce::OtherRoot { .. } => {
                RefusalCode::UnknownCredential
            }
        }),
    })
}

/// How a connection ends whose peer's credential is not in force. Source: spec wire-37.
pub const fn ended(error: &NotInForce) -> CloseCode {
    match error {
        NotInForce::Revoked { .. } => CloseCode::RevokedCredential,
        NotInForce::Superseded { .. } => CloseCode::SupersededCredential,
        NotInForce::NotValid(_) => CloseCode::ExpiredCredential,
        // spec: chr-12
        NotInForce::Unknown { .. } | NotInForce::OtherRoot { .. } => CloseCode::UnknownKey,
    }
}
