//! For what a person may be tried, in JSON: numbers and codes, each with the message that it comes from.

use concord_protocol::ids::MessageId;
use concord_protocol::procedure::handover::Handover;
use concord_protocol::procedure::handover::fact::afterwards::Incident;
use concord_protocol::procedure::handover::fact::afterwards::Matter;
use concord_protocol::procedure::handover::fact::afterwards::Told;
use concord_protocol::procedure::handover::specialty;
use concord_protocol::procedure::machine::Machine;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::handle::specialty::ReceivedView;

/// For what the person of a procedure may be tried, over all handovers of that person that the node holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpecialtyLedger {
    /// The handovers, oldest first; the one that was asked about is among them.
    pub handovers: Vec<Received>,
}

/// What one handover lets the person be tried for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Its procedure.
    pub procedure: String,
    /// Where it stands.
    pub stage: String,
    /// The agencies that were asked for the person.
    pub from: Vec<String>,
    /// The agency that asked.
    pub to: String,
    /// The batch in which the person travelled, where the handover was carried out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// The number of the person on its manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The decision that stands; absent before there is one.
    pub decision: Option<String>,
    /// The offences that it grants, by their numbers in the request.
    pub granted: Vec<u64>,
    /// What was decided on requests for consent.
    pub consents: Vec<Consent>,
    /// What was told of the case.
    pub tried: Vec<Tried>,
    /// What ended the promise, so that the person may be tried for anything; absent while it binds.
    pub ended: Option<Ended>,
    /// Whether the person is kept where the handover led, by the last word of whoever received the person.
    pub kept: bool,
}

/// A decision on a request for consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// The message that decides.
    pub decision: String,
    /// The message that asks.
    pub request: String,
    /// `offences`, or `onward-surrender`.
    pub matter: String,
    /// The State to which the person may be given on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The offences that it covers, by their numbers in the request for consent.
    pub offences: Vec<u64>,
    /// `in-force`, `awaits-conditions`, `refused` or `replaced`.
    pub standing: String,
}

/// What was told of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    /// The message.
    pub notice: String,
    /// The offences of the request that it is about.
    pub offences: Vec<u64>,
    /// The offences by consent.
    pub by_consent: Vec<ByConsent>,
    /// Whether the person was set free.
    pub freed: bool,
}

/// An offence by consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ByConsent {
    /// The decision that gives it.
    pub consent: String,
    /// Its number in the request for consent.
    pub offence: u64,
}

/// What ended the promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// The message that says so, with its proof.
    pub message: String,
    /// `stayed-free` or `left-and-returned`.
    pub how: String,
}

impl From<Vec<ReceivedView>> for SpecialtyLedger {
    fn from(views: Vec<ReceivedView>) -> Self {
        Self { handovers: views.iter().filter_map(received).collect() }
    }
}

fn received(view: &ReceivedView) -> Option<Received> {
    let Some(Machine::Handover(folded)) = view.book.machine() else { return None };
    let handover: &Handover = &folded.state;
    let specialty = handover.specialty();
    Some(Received {
        procedure: view.procedure.to_string(),
        stage: handover.stage().text().to_owned(),
        from: handover.requested().iter().map(|agency| agency.as_str().to_owned()).collect(),
        to: handover.requesting().as_str().to_owned(),
        batch: view.travelled.map(|(batch, _)| batch.to_string()),
        entry: view.travelled.map(|(_, entry)| entry),
        decision: handover.standing().map(MessageId::to_string),
        granted: handover.granted_offences().to_vec(),
        consents: specialty.consents().iter().map(consent).collect(),
        tried: specialty.tried().iter().map(tried).collect(),
        ended: specialty.ended().and_then(ended),
        kept: specialty.is_kept(),
    })
}

fn consent((decision, consent): (&MessageId, &specialty::Consent)) -> Consent {
    let (matter, to) = match &consent.matter {
        Matter::Offences(_) => ("offences", None),
        Matter::Surrender { to, .. } => ("onward-surrender", to.as_ref()),
    };
    Consent {
        decision: decision.to_string(),
        request: consent.of.to_string(),
        matter: matter.to_owned(),
        to: to.map(|to| to.as_str().to_owned()),
        offences: consent.offences.iter().copied().collect(),
        standing: consent.standing.text().to_owned(),
    }
}

fn tried((notice, told): (&MessageId, &Told)) -> Tried {
    let by_consent = told.consented.iter();
    let by_consent = by_consent
        .map(|(consent, offence)| ByConsent { consent: consent.to_string(), offence: *offence });
    Tried {
        notice: notice.to_string(),
        offences: told.offences.iter().copied().collect(),
        by_consent: by_consent.collect(),
        freed: told.freed,
    }
}

fn ended((message, incident): &(MessageId, Incident)) -> Option<Ended> {
    let how = match incident {
        Incident::StayedFree => "stayed-free",
        Incident::LeftAndReturned => "left-and-returned",
        Incident::Gone | Incident::Other => return None,
    };
    Some(Ended { message: message.to_string(), how: how.to_owned() })
}
