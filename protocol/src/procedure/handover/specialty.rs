//! For what a person may be tried who was handed over, and whether the person may be given on.
//!
//! What was granted stands in the decision. Here stands what came after it: consents, and what ends the promise.
//! Absent on purpose: other procedures about the same person. A fold sees its own transcript; a node looks beyond it.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;

use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::custody::CustodyStatus;
use crate::message::handover::specialty::SpecialtyConsent;
use crate::moment::Timestamp;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::afterwards::Incident;
use crate::procedure::handover::fact::afterwards::Matter;
use crate::procedure::handover::fact::afterwards::Stakes;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::fact::corrected::Worse;
use crate::procedure::refusal::Refusal;

/// What the Party that handed the person over has said since, and what became of the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specialty {
    asked: BTreeMap<MessageId, Matter>,
    /// What these can cost the person; none where they cost no life.
    stakes: BTreeMap<MessageId, Stakes>,
    consents: BTreeMap<MessageId, Consent>,
    tried: BTreeMap<MessageId, Told>,
    ended: Option<(MessageId, Incident)>,
    /// Whether whoever received the person ever told that the person was set free.
    freed: bool,
    /// Whether the person is free or gone, by the last word of whoever received the person.
    away: bool,
}

/// What was decided on a request for consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The request.
    pub of: MessageId,
    /// What was asked for.
    pub matter: Matter,
    /// The offences that it covers, by their numbers in the request for consent.
    pub offences: BTreeSet<u64>,
    /// Whether the law allows to do without the promise to spare the person's life, and the decision says so.
    pub death_waived: bool,
    /// Whether anybody may rest on it.
    pub standing: ConsentStanding,
}

/// Whether anybody may rest on a decision about consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStanding {
    /// Yes.
    InForce,
    /// Once its conditions are accepted.
    AwaitsConditions,
    /// Consent was refused.
    Refused,
    /// A later decision on the same request stands in its place.
    Replaced,
}

impl ConsentStanding {
    /// As people call it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::AwaitsConditions => "awaits-conditions",
            Self::Refused => "refused",
            Self::Replaced => "replaced",
        }
    }
}

impl Specialty {
    /// What was decided, by the message that decides.
    pub const fn consents(&self) -> &BTreeMap<MessageId, Consent> {
        &self.consents
    }

    /// What was told of the case, by the message that tells it.
    pub const fn tried(&self) -> &BTreeMap<MessageId, Told> {
        &self.tried
    }

    /// What ended the promise to try the person for what was granted only, and the message that says so.
    pub const fn ended(&self) -> Option<&(MessageId, Incident)> {
        self.ended.as_ref()
    }

    /// Whether the person is kept where the handover led, by the last word of whoever received the person.
    pub const fn is_kept(&self) -> bool {
        !self.away
    }

    /// Whether the Party that handed the person over lets the person be given on to this one.
    // spec: spc-6
    pub fn may_go_on_to(&self, to: &Party) -> bool {
        let allows = |consent: &Consent| {
            let there =
                matches!(&consent.matter, Matter::Surrender { to: Some(named), .. } if named == to);
            there && consent.standing == ConsentStanding::InForce
        };
        self.ended.is_some() || self.consents.values().any(allows)
    }

    /// Whether what is told of a case keeps the promise.
    // spec: ho-53, spc-4
    pub(super) fn judge_trial(&self, granted: &[u64], told: &Told) -> Result<(), Refusal> {
        if self.ended.is_some() {
            return Ok(());
        }
        if let Some(offence) = told.offences.iter().find(|offence| !granted.contains(offence)) {
            return Err(Refusal::safeguard(
                "ho-53",
                format!("offence {offence} of the request was not granted"),
                "try the person for what was granted; ask for more with a specialty-consent-request",
            ));
        }
        let uncovered =
            told.consented.iter().find(|(consent, offence)| !self.covers(consent, *offence));
        match uncovered {
            None => Ok(()),
            Some((consent, offence)) => Err(Refusal::safeguard(
                "spc-4",
                format!(
                    "{consent} is no consent in force that covers offence {offence} of its request"
                ),
                "name a consent that was given, once its conditions are accepted; ask for one with a specialty-consent-request",
            )),
        }
    }

    fn covers(&self, consent: &MessageId, offence: u64) -> bool {
        self.consents.get(consent).is_some_and(|consent| {
            consent.standing == ConsentStanding::InForce
                && matches!(consent.matter, Matter::Offences(_))
                && consent.offences.contains(&offence)
        })
    }

    /// Whether a decision that is made at a time is about a request for consent, about offences that it names, and costs
    /// nobody's life.
    // spec: spc-3
    pub(super) fn judge_consent(
        &self,
        of: &MessageId,
        (offences, death_waived): (&BTreeSet<u64>, bool),
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(matter) = self.asked.get(of) else {
            return Err(Refusal::out_of_turn(
                "spc-3",
                format!("{of} asks for no consent here"),
                "name the specialty-consent-request that it decides",
            ));
        };
        let asked = matter.offences();
        match offences.iter().find(|offence| **offence > asked) {
            None => self.judge_life(of, (offences, death_waived), at),
            Some(offence) => Err(Refusal::out_of_turn(
                "spc-3",
                format!(
                    "the request for consent names {asked} offences, the decision offence {offence}"
                ),
                "decide the offences of that request, by their numbers there",
            )),
        }
    }

    /// Nobody is tried for what can cost the person's life, or given on for it, unless the request for consent promises that
    /// it will not and the promise binds, or the law allows to do without. What was promised for the handover was promised
    /// for the offences of that request.
    // spec: spc-9
    fn judge_life(
        &self,
        of: &MessageId,
        (offences, death_waived): (&BTreeSet<u64>, bool),
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(stakes) = self.stakes.get(of) else { return Ok(()) };
        if death_waived || stakes.spare(offences, at) {
            return Ok(());
        }
        let why = if stakes.spared {
            "an offence that it covers can cost the person's life, and the assurance that it will not has run out"
        } else {
            "an offence that it covers can cost the person's life, and the request for consent does not promise that it will not"
        };
        Err(Refusal::safeguard(
            "spc-9",
            why,
            "refuse that offence; whoever asks sends another specialty-consent-request with the assurance no-death-penalty; or state the lawful waiver",
        ))
    }

    /// Whether a decision waits for its conditions to be accepted, and what it waited for may still be had then.
    // spec: ho-61, spc-9
    pub(super) fn judge_conditions(
        &self,
        decision: &MessageId,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let consent = self.consents.get(decision);
        match consent.filter(|consent| consent.standing == ConsentStanding::AwaitsConditions) {
            Some(consent) => {
                self.judge_life(&consent.of, (&consent.offences, consent.death_waived), at)
            }
            None => Err(Refusal::out_of_turn(
                "ho-61",
                format!("{decision} is no consent that waits for its conditions"),
                "name the specialty-consent-decision that has conditions and stands",
            )),
        }
    }

    /// Whether the person was free to leave before anybody says that the person stayed or came back.
    // spec: spc-5
    pub(super) fn judge_incident(&self, incident: Incident) -> Result<(), Refusal> {
        if !incident.ends_specialty() || self.freed {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "spc-5",
            "nobody has told that the person was set free",
            "tell it first: a case-outcome-notice with the outcome released, or a custody-event released",
        ))
    }

    pub(super) fn ask(&mut self, request: MessageId, matter: &Matter, stakes: &Stakes) {
        self.asked.insert(request, matter.clone());
        if !stakes.is_none() {
            self.stakes.insert(request, stakes.clone());
        }
    }

    /// A request for consent said otherwise of what it costs than is true.
    // spec: ho-88
    pub(super) fn correct(&mut self, worse: &Worse) {
        if self.asked.contains_key(&worse.target) {
            let stakes = self.stakes.entry(worse.target).or_default();
            stakes.deadly.extend(&worse.deadly);
            stakes.spared &= !worse.unpromised;
        }
    }

    /// Consent is decided; a later decision on the same request takes the place of an earlier one.
    pub(super) fn decide(
        &mut self,
        decision: MessageId,
        (of, consent): (MessageId, SpecialtyConsent),
        (offences, death_waived): (&BTreeSet<u64>, bool),
    ) {
        let Some(matter) = self.asked.get(&of).cloned() else { return };
        let earlier = self.consents.values_mut().filter(|earlier| earlier.of == of);
        earlier.for_each(|earlier| earlier.standing = ConsentStanding::Replaced);
        let standing = match consent {
            SpecialtyConsent::Given => ConsentStanding::InForce,
            SpecialtyConsent::GivenConditional => ConsentStanding::AwaitsConditions,
            SpecialtyConsent::Refused => ConsentStanding::Refused,
        };
        let offences = offences.clone();
        self.consents.insert(decision, Consent { of, matter, offences, death_waived, standing });
    }

    pub(super) fn accept_conditions(&mut self, decision: &MessageId) {
        if let Some(consent) = self.consents.get_mut(decision) {
            consent.standing = ConsentStanding::InForce;
        }
    }

    pub(super) fn tell(&mut self, notice: MessageId, told: &Told) {
        self.freed |= told.freed;
        self.away |= told.freed;
        self.tried.insert(notice, told.clone());
    }

    pub(super) fn happen(&mut self, message: MessageId, incident: Incident) {
        match incident {
            Incident::StayedFree | Incident::LeftAndReturned => {
                self.ended = Some((message, incident))
            }
            Incident::Gone => self.away = true,
            Incident::Other => {}
        }
    }

    /// Whoever received the person says where the person is.
    pub(super) fn hold(&mut self, change: CustodyChange) {
        match change {
            CustodyChange::FreedByCourt | CustodyChange::Is(CustodyStatus::Released) => {
                (self.freed, self.away) = (true, true);
            }
            CustodyChange::Is(status) => self.away = !status.is_held(),
            CustodyChange::Hospitalised => {}
        }
    }
}
