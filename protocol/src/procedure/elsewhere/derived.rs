//! Whether what rests on a message of another agency is marked no weaker than that message.
//!
//! Whoever makes something of what it was told passes on a part of it, whether or not it says so. Of several messages on
//! which one rests each is held against it, so that it has the strictest marking of all of them.

use alloc::format;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCodes;
use crate::moment::Timestamp;
use crate::procedure::control::Control;
use crate::procedure::refusal::Refusal;

/// A message that rests on another one.
#[derive(Clone, Copy, Debug)]
pub struct Derived<'d> {
    /// Whose it is.
    pub by: &'d AgencyId,
    /// How it is marked.
    pub handling: &'d HandlingCodes,
    /// When it is made.
    pub at: Timestamp,
}

/// A message on which another one rests.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'b> {
    /// Which.
    pub id: &'b MessageId,
    /// Whose it is: its author, or the originator whom it names.
    pub originator: &'b AgencyId,
    /// How it is marked.
    pub handling: &'b HandlingCodes,
    /// What the originators said about the messages of its procedure, where that is here.
    pub control: Option<&'b Control>,
}

impl Derived<'_> {
    /// Holds its marking against that of a message on which it rests. Nobody but the originator relaxes one.
    ///
    /// # Errors
    /// Which part of it is weaker.
    // spec: orc-19
    pub fn judge(&self, basis: &Basis<'_>) -> Result<(), Refusal> {
        if basis.originator == self.by {
            return Ok(());
        }
        match self.weaker(basis) {
            None => Ok(()),
            Some(part) => Err(weaker_than(basis, part)),
        }
    }

    fn weaker(&self, basis: &Basis<'_>) -> Option<&'static str> {
        let (mine, theirs) = (self.handling, basis.handling);
        let part = mine.relaxes(theirs);
        if part.is_some() || mine.evidential_use >= theirs.evidential_use {
            return part;
        }
        // What its originator lets be shown in court may become evidence here too.
        let granted =
            basis.control.is_some_and(|said| said.is_evidence(self.by, basis.id, self.at));
        let asks = theirs.evidential_use == EvidentialUse::WithConsent;
        (!(asks && granted)).then_some("evidential_use")
    }
}

/// Why a message that names no compartment may not rest on one that does.
// spec: orc-19
pub fn without_compartment(basis: &Basis<'_>) -> Refusal {
    weaker_than(basis, "compartment")
}

fn weaker_than(basis: &Basis<'_>, part: &str) -> Refusal {
    let (id, originator) = (basis.id, basis.originator.as_str());
    Refusal::safeguard(
        "orc-19",
        format!("it rests on {id} of {originator}, and its marking is weaker: {part}"),
        format!(
            "mark it as strictly as that message, or let {originator} send one in its place that is marked otherwise"
        ),
    )
}
