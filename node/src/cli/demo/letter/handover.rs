//! A request for one person, what is still missing, and the decision.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::agencies::Agency;
use crate::cli::demo::calendar;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Frame;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::Thread;
use crate::cli::demo::letter::english;
use crate::cli::demo::people;
use crate::cli::demo::people::Age;
use crate::cli::demo::people::Sample;

/// One case: who asks whom, about whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// Counts the story's cases from 0.
    pub(crate) number: usize,
    /// The agency that asks.
    pub(crate) requesting: &'static Agency,
    /// The agency that is asked.
    pub(crate) requested: &'static Agency,
    /// The person, who does not exist.
    pub(crate) sample: &'static Sample,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The person is handed over.
    Granted,
    /// Under a condition.
    Conditional,
    /// Not before proceedings at home are over.
    Deferred,
    /// Not enough evidence.
    NoEvidence,
    /// An own national, who is prosecuted at home.
    OwnNational,
    /// A risk whose reasons are not told.
    Risk,
    /// Perhaps a child, and a victim.
    Victim,
}

/// How case `number` ends; a person who may be a child is a victim first.
pub(crate) fn ending(case: &Case) -> Ending {
    if case.sample.age() == Age::Uncertain {
        return Ending::Victim;
    }
    match case.number % 10 {
        3 => Ending::Conditional,
        4 => Ending::NoEvidence,
        7 => Ending::OwnNational,
        8 => Ending::Deferred,
        9 => Ending::Risk,
        _ => Ending::Granted,
    }
}

impl Case {
    /// The case's reference among people.
    fn reference(&self) -> String {
        format!("{}-2026-HO-{:06}", self.requesting.party, self.number.saturating_add(101))
    }

    fn person_ref(&self) -> String {
        format!("{}-P-{:06}", self.requesting.party, self.number.saturating_add(501))
    }

    /// Whether the requested Party holds the person when the request comes.
    pub(crate) const fn is_held(&self) -> bool {
        self.number % 4 != 1
    }

    /// Every third request names two offences.
    const fn offences(&self) -> usize {
        if self.number.is_multiple_of(3) { 2 } else { 1 }
    }
}

/// Asks for a person.
pub(crate) fn request(case: &Case) -> Value {
    let frame = frame(case, Side::Requesting, "handover-request", None);
    let (person, now_held) = (case.person_ref(), case.is_held());
    let mut body = json!({
        "person": case.sample.record(&person, "suspect"),
        "identity_evidence": [
            {"kind": "document", "reference": format!("SYN-{person}"), "note": english("Passport, seen and copied.")},
            {"kind": "photo", "reference": format!("PH-{person}")},
        ],
        "custody_status": if now_held { "held" } else { "located" },
        "transfer_channel": "police-handover",
        "stage": "accused",
        "warrant_or_judgment": {
            "kind": "warrant",
            "reference": format!("W-{}", case.reference()),
            "issued_by": "District court, exercise chamber",
            "issued_on": calendar::day_before(Span::from_days(21)),
        },
        "offences": (0..case.offences()).map(|place| offence(case, place)).collect::<Vec<Value>>(),
        "facts": english("Worked the second line of a fraud team: played a bank's security desk and led victims to pay."),
        "evidence_pack": [
            {"exhibit_or_statement": format!("EX-{}-1", case.reference()), "proves": english("Calls to nine victims, by voice and time.")},
            {"exhibit_or_statement": format!("ST-{}-2", case.reference()), "proves": english("Shares of the proceeds, by ledger.")},
        ],
        "law_texts": [{
            "reference": case.requesting.law,
            "text": english("Whoever obtains property of another by deceit shall be punished with imprisonment."),
        }],
        "limitation_not_expired": true,
        "dual_criminality_analysis": [{
            "element": english("Deceit that causes a loss"),
            "requesting_law": case.requesting.law,
            "requested_law": case.requested.law,
            "comparison": english("The same conduct is punished in both, with more than two years at most."),
        }],
        "nationality": case.sample.nationality(),
        "minor": match case.sample.age() { Age::Adult => "no", Age::Uncertain => "uncertain" },
        "specialty_undertaking": english("The person will be tried for the offences named here and for no other."),
        "assurances": [{
            "kind": "consular",
            "text": english("Consular access within 48 hours of arrival."),
            "given_by": case.requesting.desk,
        }],
        "victim_indicators_known": match case.sample.age() {
            Age::Adult => json!([]),
            Age::Uncertain => json!(["papers-taken", "quotas-under-threat"]),
        },
    });
    if let (true, Some(fields)) = (now_held, body.as_object_mut()) {
        fields.insert("detention".to_owned(), detention(case, &person));
    }
    frame.around(&body)
}

fn detention(case: &Case, person: &str) -> Value {
    json!({
        "person_ref": person,
        "holder": case.requested.party,
        "held_since": calendar::instant_before(calendar::hours(40)),
        "basis_in_law": case.requested.law,
        "release_due": calendar::instant_after(calendar::hours(56)),
    })
}

fn offence(case: &Case, place: usize) -> Value {
    let narrative = match place {
        0 => "Telephone fraud by a group against nine victims.",
        _ => "Hiding the proceeds through accounts of others.",
    };
    json!({
        "narrative": english(narrative),
        "local_law_ref": case.requesting.law,
        "max_penalty": {"kind": "imprisonment", "months": 120},
        "penalty_includes_death": false,
        "committed": {
            "from": calendar::day_before(Span::from_days(300)),
            "to": calendar::day_before(Span::from_days(30)),
        },
        "places": [{"name": "Golden Triangle 7", "country": case.requested.party}],
        "equivalent_law_in_requested": case.requested.law,
    })
}

/// Asks for what is missing before a decision.
pub(crate) fn missing(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requested, "additional-information-request", Some(thread));
    frame.around(&json!({
        "items": [{
            "id": "i1",
            "what": english("The hash list of the phone image behind exhibit 1."),
            "why": english("The image as handed in cannot be tied to the device."),
            "legal_test": english("Evidence sufficient to commit for trial had the act been done here."),
        }],
        "due": calendar::instant_after(calendar::hours(48)),
        "effect_if_missing": "refusal",
    }))
}

/// Gives what was missing.
pub(crate) fn supplied(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requesting, "additional-information-reply", Some(thread));
    frame.around(&json!({
        "answers": [{
            "item_id": "i1",
            "status": "full",
            "content": english("The list is attached to the exhibit; both hashes agree with the seal protocol."),
            "exhibits": [format!("EX-{}-1", case.reference())],
        }],
    }))
}

/// Says that the person is held now.
pub(crate) fn held(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requested, "custody-event", Some(thread));
    frame.around(&json!({
        "person_ref": case.person_ref(),
        "kind": "held",
        "at": calendar::instant_before(calendar::hours(1)),
        "place": {"name": "Detention house, exercise ward", "country": case.requested.party},
        "holder": case.requested.party,
    }))
}

/// Says that a refusal is intended, and why.
pub(crate) fn intent(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requested, "intent-to-refuse", Some(thread));
    frame.around(&json!({
        "grounds": grounds(case, ending(case)),
        "what_could_change_it": english("Evidence or assurances that answer the grounds."),
        "views_by": calendar::instant_after(Span::from_days(5)),
    }))
}

/// What the requesting Party thinks of it.
pub(crate) fn views(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requesting, "consultation-views", Some(thread));
    frame.around(&json!({
        "of": thread.of,
        "views": english("The grounds are understood; nothing can be added now."),
    }))
}

/// Decides.
pub(crate) fn decision(case: &Case, thread: &Thread) -> Value {
    let frame = frame(case, Side::Requested, "handover-decision", Some(thread));
    let ending = ending(case);
    let outcome = ending.outcome();
    // Under a condition the first offence is granted, and a second one is not.
    let per_offence: Vec<Value> = (0..case.offences())
        .map(|place| match (ending, place) {
            (Ending::Conditional, 1..) => {
                json!({"offence": place.saturating_add(1), "outcome": "refused"})
            }
            _ => json!({"offence": place.saturating_add(1), "outcome": outcome}),
        })
        .collect();
    let mut body = json!({
        "outcome": outcome,
        "per_offence": per_offence,
        "grounds": grounds(case, ending),
        "person_informed": true,
        "appeal_possible_until": calendar::instant_after(Span::from_days(7)),
    });
    if let Some(fields) = body.as_object_mut() {
        let further = further(case, ending);
        fields.extend(
            further
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), value.clone())),
        );
    }
    frame.around(&body)
}

impl Ending {
    /// Whether the person may go, at once or under conditions.
    pub(crate) const fn is_grant(self) -> bool {
        match self {
            Self::Granted | Self::Conditional => true,
            Self::Deferred | Self::NoEvidence | Self::OwnNational | Self::Risk | Self::Victim => {
                false
            }
        }
    }

    /// Whether the request is refused.
    pub(crate) const fn is_refusal(self) -> bool {
        match self {
            Self::Granted | Self::Conditional | Self::Deferred => false,
            Self::NoEvidence | Self::OwnNational | Self::Risk | Self::Victim => true,
        }
    }

    const fn outcome(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Conditional => "granted-conditional",
            Self::Deferred => "deferred",
            Self::NoEvidence | Self::OwnNational | Self::Risk | Self::Victim => "refused",
        }
    }
}

fn grounds(case: &Case, ending: Ending) -> Value {
    let stated = |ground: &str, class: &str, reasons: Value| json!({"ground": ground, "class": class, "law": case.requested.law, "reasons": reasons});
    let given = |text: &str| json!({"given": english(text)});
    match ending {
        Ending::Granted | Ending::Deferred => json!([]),
        Ending::Conditional if case.offences() < 2 => json!([]),
        Ending::Conditional => json!([stated(
            "below-penalty-threshold",
            "mandatory",
            given("The second offence carries less than the year that the treaty asks for."),
        )]),
        Ending::NoEvidence => json!([stated(
            "insufficient-evidence",
            "procedural",
            given("The voice comparison names no method, and the ledger names no person."),
        )]),
        Ending::OwnNational => json!([stated(
            "own-national",
            "discretionary",
            given("The person holds this State's nationality too; the case is taken over here."),
        )]),
        Ending::Risk => json!([stated(
            "torture-or-ill-treatment-risk",
            "mandatory",
            json!({"withheld": "essential-interest"}),
        )]),
        Ending::Victim => json!([
            stated(
                "minor",
                "discretionary",
                given("By the latest date of birth the person may be under 18.")
            ),
            stated(
                "trafficking-victim",
                "discretionary",
                given("Papers were taken and quotas enforced; referred for protection.")
            ),
        ]),
    }
}

/// The fields that only some endings have.
fn further(case: &Case, ending: Ending) -> Value {
    let reference = case.reference();
    let checked = json!({
        "victim_screening_ref": format!("VS-{reference}"),
        "risk_assessment_ref": format!("RA-{reference}"),
        "surrender_window": {
            "from": calendar::instant_after(Span::from_days(8)),
            "to": calendar::instant_after(Span::from_days(15)),
        },
    });
    match ending {
        Ending::Granted => checked,
        Ending::Conditional => {
            let mut checked = checked;
            if let Some(fields) = checked.as_object_mut() {
                let condition = english(
                    "A consular officer of the requested Party may be present at the trial.",
                );
                fields.insert("conditions".to_owned(), json!([condition]));
            }
            checked
        }
        Ending::Deferred => json!({"deferral_until": calendar::instant_after(Span::from_days(60))}),
        Ending::OwnNational => {
            json!({"domestic_prosecution_case": format!("{}-DOM-{reference}", case.requested.party)})
        }
        Ending::NoEvidence | Ending::Risk | Ending::Victim => json!({}),
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Requesting,
    Requested,
}

/// What stands around a letter of a case, and the letter's addressee with it.
struct CaseFrame<'a> {
    case: &'a Case,
    side: Side,
    kind: &'static str,
    thread: Option<&'a Thread>,
}

const fn frame<'a>(
    case: &'a Case,
    side: Side,
    kind: &'static str,
    thread: Option<&'a Thread>,
) -> CaseFrame<'a> {
    CaseFrame { case, side, kind, thread }
}

impl CaseFrame<'_> {
    fn around(&self, body: &Value) -> Value {
        let (author, to) = match self.side {
            Side::Requesting => (self.case.requesting, self.case.requested),
            Side::Requested => (self.case.requested, self.case.requesting),
        };
        let reference = self.case.reference();
        let addressee = [Addressee { agency: to.id, role: Role::Action }];
        let frame = Frame {
            kind: self.kind,
            author,
            to: &addressee,
            thread: self.thread,
            urgency: "U2",
            codes: &["H1"],
            purpose: "prosecution",
            case_ref: &reference,
            subject_line: format!("Handover {reference}"),
        };
        frame.around(body)
    }
}

/// The `number`th case between two agencies.
pub(crate) fn case(
    number: usize,
    requesting: &'static Agency,
    requested: &'static Agency,
    turn: usize,
) -> Case {
    Case { number, requesting, requested, sample: people::sample(requesting.party, turn) }
}
