//! One person's handover, from the request to the second signature under the certificate.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::case::paper;
use crate::cli::demo::heron::case::paper::Desks;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::report::Report;

/// A handover under way.
#[derive(Debug)]
pub(crate) struct Handover {
    /// Its messages.
    pub(crate) scene: Scene,
    /// Who asks.
    pub(crate) asker: usize,
    /// Who holds the person.
    pub(crate) holder: usize,
    /// Whom.
    pub(crate) person: Person,
    /// The acknowledgement of the request.
    pub(crate) taken: Sent,
}

/// Somebody is asked for, and a human of the other side takes the request.
pub(crate) fn ask(
    desk: &Desk<'_>,
    (asker, holder): (usize, usize),
    person: Person,
) -> Result<Handover, Report> {
    let mut scene = Scene::new(&[asker, holder], "prosecution", person.reference.clone());
    let desks = Desks { asker: desk.agency(asker)?, holder: desk.agency(holder)? };
    let body = paper::body(desks, &person, "police-handover", &[paper::offence(desks)]);
    let request = desk.say(&mut scene, asker, Line::new("handover-request", body))?;
    let taken = desk.acknowledge(&mut scene, holder, &request)?;
    Ok(Handover { scene, asker, holder, person, taken })
}

impl Handover {
    /// The requesting side or the requested side says something.
    pub(crate) fn say(
        &mut self,
        desk: &Desk<'_>,
        at: usize,
        kind: &'static str,
        body: Value,
    ) -> Result<Sent, Report> {
        desk.say(&mut self.scene, at, Line::new(kind, body))
    }

    /// A refusal is intended, the other side is heard, and it is refused.
    pub(crate) fn refuse(&mut self, desk: &Desk<'_>, grounds: &Value) -> Result<(), Report> {
        let intent = json!({
            "grounds": grounds,
            "what_could_change_it": english("Nothing that is known now."),
            "views_by": calendar::instant_after(Span::from_days(5)),
        });
        let intended = self.say(desk, self.holder, "intent-to-refuse", intent)?;
        let views = json!({"of": intended.id, "views": english("The reasons are understood.")});
        self.say(desk, self.asker, "consultation-views", views)?;
        let refused = json!({
            "outcome": "refused",
            "per_offence": [{"offence": 1, "outcome": "refused"}],
            "grounds": grounds,
            "person_informed": true,
        });
        self.say(desk, self.holder, "handover-decision", refused)?;
        desk.stands(&mut self.scene, "refused")
    }

    /// After the grant: scheduled, confirmed by both sides, released, and signed for by both.
    pub(crate) fn carry(&mut self, desk: &Desk<'_>) -> Result<(), Report> {
        let (asker, holder) = (desk.agency(self.asker)?, desk.agency(self.holder)?);
        let place = json!({"name": "Airport, exercise gate", "country": holder.party});
        let schedule = json!({
            "version": 1,
            "legs": [{
                "n": 1,
                "releasing": holder.id,
                "receiving": asker.id,
                "point": place,
                "window": {
                    "from": calendar::instant_after(calendar::hours(1)),
                    "to": calendar::instant_after(calendar::hours(9)),
                },
                "zone": holder.zone,
                "transport": english("One aircraft."),
                "capacity": 1,
                "escorts": {"per_high_risk": 2, "names_by_staff_no": [holder.officer], "armed": false},
            }],
            "restraint_rules": english("Handcuffs only where there is a risk."),
            "hold_points": [{
                "leg": 1,
                "at": calendar::instant_after(calendar::hours(1)),
                "what": english("Boarding."),
                "go_from": [holder.id, asker.id],
            }],
            "contacts_24h": [
                {"agency": holder.id, "desk": holder.desk, "phone": "+999000310001"},
                {"agency": asker.id, "desk": asker.desk, "phone": "+999000860001"},
            ],
            "cancel_cutoff": calendar::instant_after(Span::from_millis(1_800_000)),
        });
        let proposed = self.say(desk, self.holder, "custody-transfer-schedule", schedule)?;
        let answer =
            json!({"version": 1, "schedule_digest": proposed.digest, "answer": "accepted"});
        self.say(desk, self.asker, "schedule-answer", answer)?;
        desk.confirm(&mut self.scene, &[self.holder, self.asker], "release-custody")?;
        let at = calendar::instant_before(Span::from_millis(0));
        let release = json!({"leg": 1, "at": at, "place": place});
        self.say(desk, self.holder, "leg-release", release)?;
        let certificate = json!({
            "leg": 1,
            "last_leg": true,
            "results": [{
                "n": 1,
                "outcome": "transferred",
                "identity_check": {"method": "fingerprint", "result": "confirmed"},
                "injuries_noted": false,
            }],
            "count_transferred": 1,
            "place": place,
            "at": at,
        });
        let signed = paper::certified(self.scene.id()?, &certificate)?;
        let certificate = self.say(desk, self.holder, "handover-certificate", certificate)?;
        let counter = json!({
            "of": certificate.digest,
            "certificate_digest": signed,
            "made_offline": false,
        });
        self.say(desk, self.asker, "certificate-countersignature", counter)?;
        desk.stands(&mut self.scene, "handed-over")
    }
}
