//! What may be shown in court: police information is no evidence by itself, and its originator has a say.

use alloc::format;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::moment::Timestamp;
use crate::procedure::control::Control;
use crate::procedure::refusal::Refusal;

/// A message whose body is about to be shown in court.
#[derive(Clone, Copy, Debug)]
pub struct Exhibited<'e> {
    /// Which.
    pub id: &'e MessageId,
    /// Whose it is.
    pub author: &'e AgencyId,
    /// How its author marked it.
    pub handling: &'e HandlingCodes,
}

/// Refuses to show a body in court whose marking forbids it. Source: DOMAIN 4.1, 4.2 (evidential use).
///
/// # Errors
/// Which message it is, and what would make it acceptable.
// spec: orc-11
pub fn may_show(
    exhibited: &Exhibited<'_>,
    by: &AgencyId,
    control: &Control,
    at: Timestamp,
) -> Result<(), Refusal> {
    let Exhibited { id, author, handling } = exhibited;
    if handling.evidential_use == EvidentialUse::Never {
        return Err(Refusal::safeguard(
            "orc-11",
            format!("{id} is never to be used as evidence: {author} marked it so"),
            format!(
                "leave its body sealed, or let {author} send a message in its place that may be evidence"
            ),
        ));
    }
    if control.recalls_of(id).next().is_some() {
        return Err(Refusal::safeguard(
            "orc-11",
            format!("{id} was recalled by {author}"),
            "leave its body sealed",
        ));
    }
    let free = handling.evidential_use == EvidentialUse::Allowed
        && !handling.codes.contains(&HandlingCode::H1);
    if free || *author == by || control.is_evidence(by, id, at) {
        return Ok(());
    }
    Err(Refusal::safeguard(
        "orc-11",
        format!(
            "{id} may be used as evidence with the consent of {author} alone, and there is none now"
        ),
        format!(
            "ask {author} with an `onward-transfer-request` in this procedure that names the message and says `for_evidence`, and wait for the grant; or leave its body sealed"
        ),
    ))
}
