//! What a message states, held against what is settled for the Party of its author.

use alloc::format;
use alloc::vec::Vec;

use crate::ids::Party;
use crate::message::body::Body;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::refusal_ground::StatedGround;
use crate::moment::Timestamp;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::zone::Zone;
use crate::procedure::profile::Profile;
use crate::procedure::profile::article::Waiver;
use crate::procedure::refusal::Refusal;

/// The kinds in which a ground is stated with its class, or a promise is done without.
pub const STATING: &[Kind] = &[
    Kind::HandoverDecision,
    Kind::IntentToRefuse,
    Kind::SpecialtyConsentDecision,
    Kind::FreezingReport,
    Kind::AssetRecoveryDecision,
    Kind::DataPreservationReply,
];

/// Whether what a body states agrees with the charter.
///
/// # Errors
/// The first thing that does not.
pub fn judge(
    profile: &Profile,
    party: &Party,
    bases: &[LegalBasisRef],
    body: &Body,
) -> Result<(), Refusal> {
    for stated in grounds(body) {
        judge_ground(profile, party, bases, stated)?;
    }
    judge_waiver(profile, party, body)
}

// spec: prf-8
fn judge_ground(
    profile: &Profile,
    party: &Party,
    bases: &[LegalBasisRef],
    stated: &StatedGround,
) -> Result<(), Refusal> {
    let (ground, said) = (stated.ground, stated.class);
    match profile.class(party, ground, bases) {
        Some(class) if class != said => Err(Refusal::safeguard(
            "prf-8",
            format!(
                "it states `{ground}` as {said}, and by the charter in force it is {class} for {party} under what the message rests on"
            ),
            format!(
                "state it as {class} and decide accordingly, or leave the ground out where it does not apply; `concord charter list` shows what is settled"
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

// spec: prf-10
fn judge_waiver(profile: &Profile, party: &Party, body: &Body) -> Result<(), Refusal> {
    match profile.waiver(party) {
        Waiver::Never if waives(body) => Err(Refusal::safeguard(
            "prf-10",
            format!(
                "it does without the promise that the person's life is spared, and by the charter in force {party} never does"
            ),
            "before a handover tell the other side of an `intent-to-refuse` with `death-penalty-no-assurance`, so that its views can bring the promise; after one let it ask for consent anew, with the promise; or refuse",
        )),
        Waiver::Never | Waiver::Lawful => Ok(()),
    }
}

/// Whether a reply that was made then leaves whoever asked, of this Party, the time that is settled before silence closes
/// the request.
///
/// # Errors
/// When silence would close it sooner.
// spec: rfi-24
pub fn judge_silence(
    profile: &Profile,
    asker: &Party,
    (made, closes_at): (Timestamp, Timestamp),
) -> Result<(), Refusal> {
    let term = profile.deadlines.fixed(Fixed::Closing);
    let earliest = term.after(made, Zone::of(asker));
    if closes_at >= earliest {
        return Ok(());
    }
    Err(Refusal::safeguard(
        "rfi-24",
        format!(
            "silence would close the request at {closes_at}, and by what is settled whoever asked has {term} for a word on the answer, until {earliest}"
        ),
        "name that time or a later one under `closes_at`, or leave it out and wait for feedback",
    ))
}

/// Of a grant, and of a consent to a further trial or an onward surrender.
fn waives(body: &Body) -> bool {
    if let Body::HandoverDecision(decision) = body {
        decision.death_penalty_waiver.is_some()
    } else if let Body::SpecialtyConsentDecision(decision) = body {
        decision.death_penalty_waiver.is_some()
    } else {
        false
    }
}

/// The grounds that a body states with their classes.
fn grounds(body: &Body) -> Vec<&StatedGround> {
    if let Body::HandoverDecision(body) = body {
        body.grounds.iter().collect()
    } else if let Body::IntentToRefuse(body) = body {
        body.grounds.iter().collect()
    } else if let Body::SpecialtyConsentDecision(body) = body {
        body.grounds.iter().collect()
    } else if let Body::FreezingReport(body) = body {
        body.per_asset.iter().flat_map(|asset| &asset.grounds).collect()
    } else if let Body::AssetRecoveryDecision(body) = body {
        body.per_asset.iter().flat_map(|asset| &asset.grounds).collect()
    } else if let Body::DataPreservationReply(body) = body {
        body.grounds.iter().collect()
    } else {
        Vec::new()
    }
}
