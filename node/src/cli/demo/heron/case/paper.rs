//! What is written in a handover: as little as the kinds demand, because thousands of each are written.

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::certificate::import;
use crate::cli::demo::agencies::Agency;
use crate::cli::demo::calendar;
use crate::cli::demo::heron::case::Ending;
use crate::cli::demo::heron::crowd::Posted;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Frame;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::Thread;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::report::Report;

/// The two sides of a handover.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desks {
    /// Who asks.
    pub(crate) asker: &'static Agency,
    /// Who holds the people.
    pub(crate) holder: &'static Agency,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Asker,
    Holder,
}

/// Asks for a person whom the other side holds.
pub(crate) fn request(desks: Desks, person: &Person, channel: &str) -> Value {
    let body = body(desks, person, channel, &[offence(desks)]);
    framed(desks, (By::Asker, "handover-request", None), &body)
}

/// What a request says.
pub(crate) fn body(desks: Desks, person: &Person, channel: &str, offences: &[Value]) -> Value {
    let reference = &person.reference;
    json!({
        "person": person.record("suspect"),
        "identity_evidence": [{"kind": "document", "reference": format!("SYN-{reference}")}],
        "custody_status": "held",
        "detention": {
            "person_ref": reference,
            "holder": desks.holder.party,
            "held_since": calendar::instant_before(calendar::hours(30)),
            "basis_in_law": desks.holder.law,
            "release_due": calendar::instant_after(calendar::hours(66)),
        },
        "transfer_channel": channel,
        "stage": "accused",
        "warrant_or_judgment": {
            "kind": "warrant",
            "reference": format!("SYN-W-{reference}"),
            "issued_by": "District court, exercise chamber",
            "issued_on": calendar::day_before(Span::from_days(9)),
        },
        "offences": offences,
        "facts": english("Made calls from a script and led victims to pay."),
        "evidence_pack": [{
            "exhibit_or_statement": format!("EX-{reference}"),
            "proves": english("Calls to victims, by voice and time."),
        }],
        "law_texts": [{
            "reference": desks.asker.law,
            "text": english("Whoever obtains property by deceit is punished with imprisonment."),
        }],
        "limitation_not_expired": true,
        "dual_criminality_analysis": [{
            "element": english("Deceit that causes a loss"),
            "requesting_law": desks.asker.law,
            "requested_law": desks.holder.law,
            "comparison": english("The same conduct is punished in both."),
        }],
        "nationality": person.nationality(),
        "minor": person.minor(),
        "specialty_undertaking": english("Tried for the offences named here and for no other."),
        "victim_indicators_known": [],
    })
}

/// An offence of telephone fraud.
pub(crate) fn offence(desks: Desks) -> Value {
    json!({
        "narrative": english("Telephone fraud by a group."),
        "local_law_ref": desks.asker.law,
        "max_penalty": {"kind": "imprisonment", "months": 120},
        "penalty_includes_death": false,
        "committed": {
            "from": calendar::day_before(Span::from_days(300)),
            "to": calendar::day_before(Span::from_days(30)),
        },
        "places": [{"name": "Building 7, synthetic zone", "country": desks.holder.party}],
        "equivalent_law_in_requested": desks.holder.law,
    })
}

/// A human of the holder takes a request.
pub(crate) fn taken(desks: Desks, request: &Posted) -> Value {
    let body = json!({"of": request.id, "assigned_unit": desks.holder.desk});
    framed(desks, (By::Holder, "acknowledgement", Some(&request.procedure)), &body)
}

/// What the holder says without hearing the asker first.
pub(crate) fn answers(
    desks: Desks,
    person: &Person,
    ending: Ending,
    procedure: &str,
) -> Vec<Value> {
    let says = |kind, body: Value| framed(desks, (By::Holder, kind, Some(procedure)), &body);
    match ending {
        Ending::Granted => vec![says("handover-decision", granted(person))],
        Ending::Ill => vec![
            says("handover-decision", granted(person)),
            says("custody-event", hospitalised(desks, person)),
        ],
        Ending::Deferred => vec![says("handover-decision", deferred())],
        Ending::Unproven => vec![says("additional-information-request", missing())],
        Ending::OwnNational | Ending::Domestic => {
            vec![says("intent-to-refuse", intent(desks, ending))]
        }
        Ending::Rerouted => vec![says("victim-screening-report", victim(desks, person))],
    }
}

/// What the asker says to it.
pub(crate) fn views(desks: Desks, ending: Ending, of: &Posted, round: usize) -> Value {
    let (kind, body) = if ending == Ending::Unproven && round == 0 {
        let reason = "The image is still being copied.";
        let answer = json!({"item_id": "i1", "status": "partial", "content": english("One image of two."), "reason": english(reason)});
        ("additional-information-reply", json!({"answers": [answer]}))
    } else {
        let views = english("The grounds are understood; nothing can be added now.");
        ("consultation-views", json!({"of": of.id, "views": views}))
    };
    framed(desks, (By::Asker, kind, Some(&of.procedure)), &body)
}

/// What the holder says then.
pub(crate) fn goes_on(desks: Desks, ending: Ending, procedure: &str, round: usize) -> Value {
    let (kind, body) = if ending == Ending::Unproven && round == 0 {
        ("intent-to-refuse", intent(desks, ending))
    } else {
        ("handover-decision", refused(desks, ending))
    };
    framed(desks, (By::Holder, kind, Some(procedure)), &body)
}

/// A grant, with the screening and the assessment that it rests on.
pub(crate) fn granted(person: &Person) -> Value {
    json!({
        "outcome": "granted",
        "per_offence": [{"offence": 1, "outcome": "granted"}],
        "victim_screening_ref": format!("VS-{}", person.reference),
        "risk_assessment_ref": format!("RA-{}", person.reference),
        "person_informed": true,
        "surrender_window": {
            "from": calendar::instant_after(calendar::hours(24)),
            "to": calendar::instant_after(Span::from_days(15)),
        },
    })
}

fn deferred() -> Value {
    json!({
        "outcome": "deferred",
        "per_offence": [{"offence": 1, "outcome": "deferred"}],
        "person_informed": true,
        "deferral_until": calendar::instant_after(Span::from_days(60)),
    })
}

fn refused(desks: Desks, ending: Ending) -> Value {
    let mut body = json!({
        "outcome": "refused",
        "per_offence": [{"offence": 1, "outcome": "refused"}],
        "grounds": grounds(desks, ending),
        "person_informed": true,
    });
    if let (Ending::OwnNational, Some(fields)) = (ending, body.as_object_mut()) {
        let case = format!("{}-DOM-2026-0001", desks.holder.party);
        fields.insert("domestic_prosecution_case".to_owned(), json!(case));
    }
    body
}

fn intent(desks: Desks, ending: Ending) -> Value {
    json!({
        "grounds": grounds(desks, ending),
        "what_could_change_it": english("Evidence or assurances that answer the grounds."),
        "views_by": calendar::instant_after(Span::from_days(5)),
    })
}

fn grounds(desks: Desks, ending: Ending) -> Value {
    let (ground, class, why) = match ending {
        Ending::Unproven => {
            ("insufficient-evidence", "procedural", "The file was not complete at 36 hours.")
        }
        Ending::OwnNational => {
            ("own-national", "discretionary", "An own national, prosecuted at home.")
        }
        Ending::Domestic | Ending::Granted | Ending::Ill | Ending::Deferred | Ending::Rerouted => {
            ("offence-on-own-territory", "discretionary", "The act is tried where it was done.")
        }
    };
    json!([{
        "ground": ground,
        "class": class,
        "law": desks.holder.law,
        "reasons": {"given": english(why)},
    }])
}

fn missing() -> Value {
    json!({
        "items": [{
            "id": "i1",
            "what": english("The two images of the phone, with their hashes."),
            "why": english("The pack lists them without digests."),
            "legal_test": english("Sufficient evidence of the offence."),
        }],
        "due": calendar::instant_after(calendar::hours(36)),
        "effect_if_missing": "refusal",
    })
}

fn hospitalised(desks: Desks, person: &Person) -> Value {
    json!({
        "person_ref": person.reference,
        "kind": "hospitalised",
        "at": calendar::instant_before(calendar::hours(1)),
        "place": {"name": "Exercise hospital", "country": desks.holder.party},
        "holder": desks.holder.party,
    })
}

/// Somebody has come, as an entry of a batch.
pub(crate) fn arrived(desks: Desks, person: &Person, procedure: &str, by_batch: &Value) -> Value {
    let body = json!({
        "person_ref": person.reference,
        "kind": "transferred",
        "at": calendar::instant_before(Span::from_millis(0)),
        "place": {"name": "Reception centre, exercise", "country": desks.asker.party},
        "holder": desks.asker.party,
        "by_batch": by_batch,
    });
    framed(desks, (By::Asker, "custody-event", Some(procedure)), &body)
}

/// What a screening found that found signs of a victim.
pub(crate) fn victim(desks: Desks, person: &Person) -> Value {
    json!({
        "person": person.record("presumed-victim"),
        "indicators": ["deceived-recruitment", "papers-taken"],
        "outcome": "presumed-victim",
        "interview_conditions": ["trained-interviewer", "independent-interpreter", "private"],
        "needs": [english("A safe bed.")],
        "consent_to_share": [{"agency": desks.asker.id, "given": true}],
        "referral": english("Exercise shelter."),
        "non_punishment_review": "pending",
    })
}

fn framed(
    desks: Desks,
    (by, kind, procedure): (By, &'static str, Option<&str>),
    body: &Value,
) -> Value {
    let (author, to) = match by {
        By::Asker => (desks.asker, desks.holder),
        By::Holder => (desks.holder, desks.asker),
    };
    let addressee = [Addressee { agency: to.id, role: Role::Action }];
    let thread = procedure.map(|procedure| Thread {
        procedure: procedure.to_owned(),
        parents: Vec::new(),
        of: String::new(),
    });
    let frame = Frame {
        kind,
        author,
        to: &addressee,
        thread: thread.as_ref(),
        urgency: "U2",
        codes: &["H1", "H2"],
        purpose: "prosecution",
        case_ref: "EX-HERON",
        subject_line: format!("Exercise: {kind}"),
    };
    frame.around(body)
}

/// What a countersignature says that both officers signed: the digest of a certificate in its procedure. Source: spec cer-1.
pub(crate) fn certified(procedure: &str, certificate: &Value) -> Result<String, Report> {
    let procedure = ProcedureId::parse(procedure).ok();
    let digest = procedure.and_then(|procedure| import::digest_of(&procedure, certificate));
    let digest =
        digest.ok_or_else(|| trouble::broken("a certificate of the story cannot be read"))?;
    Ok(format!("sha256:{digest}"))
}
