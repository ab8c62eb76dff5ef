//! People who travel together: one manifest, sealed under one root by every side, moved leg by leg, and counted.
//!
//! Uses `desk`. The root is the protocol's own; a manifest with another one would be refused.

mod manifest;

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::batch::manifest::Manifest;
use crate::cli::demo::heron::case::paper;
use crate::cli::demo::heron::case::paper::Desks;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::face_to_face::Meeting;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Somebody on a manifest.
#[derive(Clone, Debug)]
pub(crate) struct Rider {
    /// Whom.
    pub(crate) person: Person,
    /// The person's own handover.
    pub(crate) procedure: String,
    /// The message that granted it.
    pub(crate) decision: String,
}

/// Who travels, and how.
#[derive(Clone, Debug)]
pub(crate) struct Travel {
    /// The manifest's name among people.
    pub(crate) name: String,
    /// The legal way.
    pub(crate) channel: &'static str,
    /// From hand to hand.
    pub(crate) way: Vec<usize>,
    /// The people.
    pub(crate) riders: Vec<Rider>,
    /// What does not go as planned.
    pub(crate) twists: Vec<Twist>,
    /// Whether each one's own handover is told who has come.
    pub(crate) arrivals_said: bool,
}

/// What does not go as planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    /// The last on the manifest falls ill after the seal.
    FallsIll,
    /// The last certificate is signed face to face, without a network.
    Offline,
    /// The receiving side counts one too few at first.
    Miscounted,
}

/// A manifest on its way.
struct Trip<'a, 'd> {
    desk: &'a Desk<'d>,
    travel: &'a Travel,
    manifest: Manifest,
    scene: Scene,
    /// The certificate of each leg, and how many it hands over.
    certificates: Vec<Sent>,
}

/// Moves everybody, and gives back whoever stayed behind.
pub(crate) fn travel(desk: &Desk<'_>, travel: &Travel) -> Result<Vec<Rider>, Report> {
    let manifest = Manifest::new(desk, travel)?;
    let scene = Scene::new(&travel.way, "border", travel.name.clone());
    let mut trip = Trip { desk, travel, manifest, scene, certificates: Vec::new() };
    trip.agree()?;
    let behind = if trip.has(Twist::FallsIll) { trip.fall_ill()? } else { Vec::new() };
    for leg in 0..travel.way.len().saturating_sub(1) {
        trip.move_on(leg)?;
    }
    trip.count()?;
    // Whoever was taken off was sealed, and is an exception.
    let end = if behind.is_empty() { "completed" } else { "completed-with-exceptions" };
    trip.desk.stands(&mut trip.scene, end)?;
    if travel.arrivals_said {
        trip.arrive(behind.len())?;
    }
    Ok(behind)
}

/// What would be put up for sealing.
pub(crate) fn manifest_body(desk: &Desk<'_>, travel: &Travel) -> Result<Value, Report> {
    Ok(Manifest::new(desk, travel)?.body())
}

impl Trip<'_, '_> {
    fn has(&self, twist: Twist) -> bool {
        self.travel.twists.contains(&twist)
    }

    fn say(&mut self, at: usize, kind: &'static str, body: Value) -> Result<Sent, Report> {
        self.desk.say(&mut self.scene, at, Line::new(kind, body))
    }

    fn ends(&self) -> Result<(usize, usize), Report> {
        let ends = self.travel.way.first().zip(self.travel.way.last());
        ends.map(|(from, to)| (*from, *to)).ok_or_else(|| trouble::broken("nobody travels"))
    }

    /// The manifest, the seals, the promise to take everybody, the leave to pass, the schedule.
    fn agree(&mut self) -> Result<(), Report> {
        let (from, to) = self.ends()?;
        let body = self.manifest.body();
        self.say(from, "batch-manifest", body)?;
        self.seal()?;
        let everybody: Vec<usize> = (1..=self.travel.riders.len()).collect();
        let guarantee = json!({
            "version": 1, "entries": everybody, "confirms_nationality": true,
            "accepts_if_turned_back": true,
            "valid_until": calendar::instant_after(Span::from_days(30)),
        });
        self.say(to, "reception-guarantee", guarantee)?;
        let between: Vec<usize> =
            self.travel.way.iter().copied().filter(|at| *at != from && *at != to).collect();
        for at in between {
            let body = json!({
                "daily_capacity": 500,
                "points": [{"name": "Friendship bridge, exercise", "country": self.desk.agency(at)?.party}],
                "health_checks": english("Temperature and a doctor's look."),
                "screening_performed_by": "Exercise referral centre",
            });
            self.say(at, "transit-authorisation", body)?;
        }
        let schedule = self.manifest.schedule(self.desk, self.travel)?;
        let schedule = self.say(from, "custody-transfer-schedule", schedule)?;
        for at in self.others(from) {
            let answer =
                json!({"version": 1, "schedule_digest": schedule.digest, "answer": "accepted"});
            self.say(at, "schedule-answer", answer)?;
        }
        Ok(())
    }

    fn others(&self, own: usize) -> Vec<usize> {
        self.travel.way.iter().copied().filter(|at| *at != own).collect()
    }

    fn seal(&mut self) -> Result<(), Report> {
        let body = self.manifest.seal()?;
        for at in self.travel.way.clone() {
            self.say(at, "manifest-seal", body.clone())?;
        }
        Ok(())
    }

    /// After the seal nobody is added, and whoever is ill is taken off: a new root, sealed by all again.
    fn fall_ill(&mut self) -> Result<Vec<Rider>, Report> {
        let (from, _) = self.ends()?;
        let late = Line::new("batch-manifest", self.manifest.another_version());
        self.desk.refused(&mut self.scene, from, late, Code::OutOfTurn)?;
        let Some(ill) = self.travel.riders.last().cloned() else { return Ok(Vec::new()) };
        let body = self.manifest.take_off_last()?;
        self.say(from, "manifest-removal", body)?;
        self.seal()?;
        Ok(vec![ill])
    }

    /// One leg: the same heads at whoever is still concerned, the release, the certificate with both signatures.
    fn move_on(&mut self, leg: usize) -> Result<(), Report> {
        let ahead: Vec<usize> = self.travel.way.iter().copied().skip(leg).collect();
        let [releasing, receiving, ..] = ahead.as_slice() else { return Ok(()) };
        let (releasing, receiving) = (*releasing, *receiving);
        self.desk.confirm(&mut self.scene, &ahead, "release-custody")?;
        let place = json!({"name": "Friendship bridge, exercise", "country": self.desk.agency(receiving)?.party});
        let at = calendar::instant_before(Span::from_millis(0));
        let number = leg.saturating_add(1);
        self.say(releasing, "leg-release", json!({"leg": number, "at": at, "place": place}))?;
        let last = ahead.len() == 2;
        let body = self.manifest.certificate((number, last), &place)?;
        let certificate = if last && self.has(Twist::Offline) {
            let meeting = Meeting { desk: self.desk, releasing, receiving };
            let line = Line::new("handover-certificate", body);
            let letter = self.desk.letter(&self.scene, releasing, &line)?;
            meeting.send(&meeting.sign(&letter)?, &mut self.scene)?
        } else {
            let signed = paper::certified(self.scene.id()?, &body)?;
            let certificate = self.say(releasing, "handover-certificate", body)?;
            let body = countersignature(&certificate, &signed);
            self.say(receiving, "certificate-countersignature", body)?;
            certificate
        };
        self.certificates.push(certificate);
        Ok(())
    }

    /// Every side says where everybody is; a number that differs keeps the batch open.
    fn count(&mut self) -> Result<(), Report> {
        let (_, to) = self.ends()?;
        if self.has(Twist::Miscounted) {
            for at in self.travel.way.clone() {
                let missed = usize::from(at == to);
                let body = self.manifest.account(&self.certificates, missed);
                self.say(at, "batch-reconciliation", body)?;
            }
            self.desk.stands(&mut self.scene, "reconciling")?;
            let recounted = self.manifest.account(&self.certificates, 0);
            self.say(to, "batch-reconciliation", recounted)?;
            return Ok(());
        }
        let body = self.manifest.account(&self.certificates, 0);
        for at in self.travel.way.clone() {
            self.say(at, "batch-reconciliation", body.clone())?;
        }
        Ok(())
    }

    /// Whoever received them says in the own handover of each one that the person has come; who was taken off was the last.
    fn arrive(&self, behind: usize) -> Result<(), Report> {
        let (from, to) = self.ends()?;
        let desks = Desks { asker: self.desk.agency(to)?, holder: self.desk.agency(from)? };
        let Some(certificate) = self.certificates.last() else { return Ok(()) };
        let came = self.travel.riders.len().saturating_sub(behind);
        let riders: Vec<(usize, &Rider)> = (1..).zip(&self.travel.riders).take(came).collect();
        let said = crowd::each(self.desk, to, &riders, |hand, (entry, rider)| {
            let by_batch = json!({"certificate": certificate.id, "entry": entry});
            crowd::post(hand, &paper::arrived(desks, &rider.person, &rider.procedure, &by_batch))
        })?;
        crowd::arrived(self.desk, from, &said)
    }
}

fn countersignature(certificate: &Sent, signed: &str) -> Value {
    json!({"of": certificate.digest, "certificate_digest": signed, "made_offline": false})
}
