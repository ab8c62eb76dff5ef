//! Day 0: the leader escapes and money moves. Days +20 to +24: found, arrested, handed over for two of three offences.

use concord_protocol::crypto::digest;
use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::alone::Handover;
use crate::cli::demo::heron::case::paper;
use crate::cli::demo::heron::case::paper::Desks;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::report::Report;
use crate::report::code::Code;

/// What is looked for, and what is held, until the end.
#[derive(Debug)]
pub(crate) struct Chase {
    notice: Scene,
    wanted: Sent,
    /// The frozen account and wallet.
    pub(crate) money: Scene,
}

/// Day 0: a wanted notice, and a freeze within the hour.
pub(crate) fn escape(desk: &Desk<'_>) -> Result<Chase, Report> {
    desk.progress.doing("day 0: a notice and a freeze");
    let leader = leader();
    let desks = Desks { asker: desk.agency(CN)?, holder: desk.agency(TH)? };
    let mut notice = Scene::new(&[CN, LA, TH, MM, VN], "prosecution", "CN-2026-N-0101");
    let body = json!({
        "kind": "wanted",
        "subject": {"person": leader.record("suspect")},
        "status_of_person": "wanted-for-prosecution",
        "judicial_document": {
            "kind": "warrant",
            "reference": "SYN-WA-2026-0042",
            "issued_by": "Exercise Court of First Instance",
            "issued_on": calendar::day_before(Span::from_days(3)),
        },
        "offences": [paper::offence(desks)],
        "penalty_threshold_met": true,
        "action_requested": ["locate", "arrest"],
        "action_not_requested": ["warn"],
        "compliance_check": {
            "non_political": true, "non_military": true, "non_religious": true, "non_racial": true,
            "not_private_dispute": true, "reviewer": "CN-4730",
        },
        "verify_before_action": true,
        "expires": calendar::instant_after(Span::from_days(300)),
    });
    victims_are_not_wanted(desk, &body)?;
    let wanted = desk.say(&mut notice, CN, Line::new("notice", body).urgency("U1"))?;
    let money = freeze(desk)?;
    desk.progress.done("day 0  a wanted notice for the leader, none for a presumed victim; TH holds an account within the hour and a wallet the next day");
    Ok(Chase { notice, wanted, money })
}

fn leader() -> Person {
    Person::known("CN-P-900001", "CN", 0)
}

/// A presumed victim in a wanted notice: refused before it leaves.
fn victims_are_not_wanted(desk: &Desk<'_>, notice: &Value) -> Result<(), Report> {
    let mut body = notice.clone();
    if let Some(category) = body.pointer_mut("/subject/person/category") {
        *category = json!("presumed-victim");
    }
    let mut scene = Scene::new(&[CN, LA], "prosecution", "CN-2026-N-0000");
    let line = Line::new("notice", body).urgency("U1");
    desk.refused(&mut scene, CN, line, Code::BadSubmission)
}

fn freeze(desk: &Desk<'_>) -> Result<Scene, Report> {
    let mut scene = Scene::new(&[LA, TH], "asset-recovery", "LA-2026-FR-0001");
    let request = |measure: &str| {
        json!({
            "measure": measure,
            "assets": [
                {
                    "kind": "bank-account",
                    "identifier": {"identifier": {"bank_account": {
                        "institution": "Bank of the Exercise", "account": "ZZ00-DEMO-0044",
                        "currency": "THB", "status": "open",
                    }}},
                    "status": "identified",
                },
                {
                    "kind": "crypto",
                    "identifier": {"identifier": {"crypto_address": {"chain": "demo", "address": "demo1q0044"}}},
                    "status": "identified",
                },
            ],
            "link_to_offence": english("Money of victims went to the account and on to the wallet within the hour."),
            "amount": {"amount": "1250000", "currency": "THB"},
            "hold_until": calendar::instant_after(Span::from_days(3)),
            "risk_of_dissipation": english("The account was emptied twice before within a day."),
            "tip_off_risk": "tell-bank-only",
            "formal_request_by": calendar::instant_after(Span::from_days(2)),
        })
    };
    let asked = Line::new("freezing-request", request("emergency-hold")).urgency("U1");
    let asked = desk.say(&mut scene, LA, asked)?;
    desk.acknowledge(&mut scene, TH, &asked)?;
    let term = |days| {
        (
            calendar::instant_after(Span::from_days(days)),
            calendar::instant_after(Span::from_days(days - 1)),
        )
    };
    let (until, renew) = term(3);
    let held = json!({"per_asset": [{"asset": 1, "status": "held", "valid_until": until, "renew_by": renew}]});
    desk.say(&mut scene, TH, Line::new("freezing-report", held).urgency("U1"))?;
    let mut order = request("order");
    if let Some(fields) = order.as_object_mut() {
        fields.insert("order_ref".to_owned(), json!("LA-FO-2026-0008"));
    }
    desk.say(&mut scene, LA, Line::new("freezing-request", order).urgency("U1"))?;
    let (until, renew) = term(60);
    let frozen = |asset| json!({"asset": asset, "status": "frozen", "valid_until": until, "renew_by": renew});
    let body = json!({"per_asset": [frozen(1), frozen(2)]});
    desk.say(&mut scene, TH, Line::new("freezing-report", body).urgency("U1"))?;
    desk.stands(&mut scene, "frozen")?;
    Ok(scene)
}

/// Days +20 to +24.
pub(crate) fn arrest(desk: &Desk<'_>, chase: &mut Chase) -> Result<(), Report> {
    desk.progress.doing("days +20 to +23: the leader is found");
    seen(desk, chase)?;
    let mut case = provisional(desk)?;
    evidence(desk)?;
    let supplied = json!({"answers": [{
        "item_id": "i1", "status": "full",
        "content": english("Two images, each with its hash."), "exhibits": ["CN-EX-2026-0017"],
    }]});
    case.say(desk, CN, "additional-information-reply", supplied)?;
    let mut decision = paper::granted(&case.person);
    if let Some(fields) = decision.as_object_mut() {
        let per_offence = json!([
            {"offence": 1, "outcome": "granted"},
            {"offence": 2, "outcome": "granted"},
            {"offence": 3, "outcome": "refused"},
        ]);
        fields.insert("per_offence".to_owned(), per_offence);
        fields.insert("grounds".to_owned(), grounds(desk, "insufficient-evidence", "procedural")?);
    }
    case.say(desk, TH, "handover-decision", decision)?;
    case.carry(desk)?;
    desk.progress.done("days +20 to +23  seen in TH, checked with CN, arrested; a seal number differs and stays on record; granted for two of three offences, handed over");
    specialty(desk, &mut case)
}

/// The notice is checked with its originator before anybody acts on it.
fn seen(desk: &Desk<'_>, chase: &mut Chase) -> Result<(), Report> {
    let Chase { notice, wanted, .. } = chase;
    let query = json!({"notice": wanted.id});
    let query = desk.say(notice, TH, Line::new("validity-query", query).urgency("U1"))?;
    let confirmation = json!({
        "of": query.id,
        "notice": wanted.id,
        "standing": "in-force",
        "as_of": calendar::instant_before(Span::from_millis(0)),
        "valid_until": calendar::instant_after(calendar::hours(4)),
    });
    let confirmation =
        desk.say(notice, CN, Line::new("validity-confirmation", confirmation).urgency("U1"))?;
    let sighting = json!({
        "notice": wanted.id,
        "hit_on_wanted": true,
        "seen_at": calendar::instant_before(Span::from_millis(1_000)),
        "place": {"name": "Exercise guest house", "country": "TH"},
        "what": english("An officer knew the face; the papers bear the name."),
        "confidence": "high",
        "custody_status": "provisionally-held",
        "validity_confirmation": confirmation.id,
    });
    desk.say(notice, TH, Line::new("sighting", sighting).urgency("U1"))?;
    Ok(())
}

fn provisional(desk: &Desk<'_>) -> Result<Handover, Report> {
    let person = leader();
    let desks = Desks { asker: desk.agency(CN)?, holder: desk.agency(TH)? };
    let offences: Vec<Value> = (0..3).map(|_| paper::offence(desks)).collect();
    let mut scene = Scene::new(&[CN, TH], "prosecution", "CN-2026-HO-0101");
    let arrest = json!({
        "person": person.record("suspect"),
        "location": {"name": "Exercise guest house", "country": "TH"},
        "offences": offences,
        "warrant_ref": "SYN-WA-2026-0042",
        "undertaking_to_request": true,
        "full_request_by": calendar::instant_after(Span::from_days(40)),
    });
    desk.say(&mut scene, CN, Line::new("provisional-arrest-request", arrest).urgency("U1"))?;
    let held = json!({
        "person_ref": person.reference,
        "kind": "provisionally-held",
        "at": calendar::instant_before(Span::from_millis(1_000)),
        "place": {"name": "Exercise guest house", "country": "TH"},
        "holder": "TH",
    });
    desk.say(&mut scene, TH, Line::new("custody-event", held))?;
    let mut body = paper::body(desks, &person, "extradition", &offences);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("custody_status".to_owned(), json!("provisionally-held"));
    }
    let request = desk.say(&mut scene, CN, Line::new("handover-request", body))?;
    let taken = desk.acknowledge(&mut scene, TH, &request)?;
    let missing = json!({
        "items": [{
            "id": "i1",
            "what": english("The two disk images that the request names."),
            "why": english("The pack lists them without digests."),
            "legal_test": english("Sufficient evidence of the offences."),
        }],
        "due": calendar::instant_after(Span::from_days(2)),
        "effect_if_missing": "partial-decision",
    });
    desk.say(&mut scene, TH, Line::new("additional-information-request", missing))?;
    Ok(Handover { scene, asker: CN, holder: TH, person, taken })
}

/// Two images, of which the device's seal bears another number than was said: nothing is overwritten.
fn evidence(desk: &Desk<'_>) -> Result<(), Report> {
    let mut scene = Scene::new(&[CN, TH], "investigation", "CN-2026-EV-0001");
    let hash = |name: &str| format!("sha256:{}", digest::sha256(name.as_bytes()));
    let seized = json!({
        "at": calendar::instant_before(Span::from_days(22)),
        "place": {"name": "Building 7, synthetic zone", "country": "LA"},
        "by": "CN-0211",
        "authorization": "CN-SW-2026-0031",
    });
    let exhibit = |number: &str, seal: &str| {
        json!({
            "exhibit_number": number,
            "root_exhibit_number": "CN-EX-2026-0017",
            "kind": "forensic-image",
            "description": english("Image of a phone."),
            "seized": seized,
            "seal_no": seal,
            "hashes": [hash(number)],
            "image_format": "E01",
            "tool": {"name": "Exercise Imager", "version": "4.2"},
        })
    };
    let entry = |number: &str, seal: &str| {
        json!({
            "exhibit_number": number,
            "seq": 1,
            "from": "Room 12",
            "to": "CN-0211",
            "at": calendar::instant_before(Span::from_days(22)),
            "place": {"name": "Evidence store, exercise", "country": "CN"},
            "purpose": english("Safe keeping."),
            "seal_after": seal,
            "condition": english("New disk."),
            "sig_from": hash("from"),
            "sig_to": hash("to"),
        })
    };
    let body = json!({
        "exhibits": [exhibit("CN-EX-2026-0017-I1", "SYN-SEAL-0017"), exhibit("CN-EX-2026-0017-I2", "SYN-SEAL-0018")],
        "chain": [entry("CN-EX-2026-0017-I1", "SYN-SEAL-0017"), entry("CN-EX-2026-0017-I2", "SYN-SEAL-0018")],
        "authorization_refs": ["CN-SW-2026-0031"],
        "use_limits": [english("For the decision on the request.")],
        "return_required": false,
    });
    desk.say(&mut scene, CN, Line::new("evidence-transfer", body))?;
    let receipt = json!({
        "per_exhibit": [
            {"exhibit_number": "CN-EX-2026-0017-I1", "seal_ok": true, "hash_ok": true},
            {
                "exhibit_number": "CN-EX-2026-0017-I2", "seal_ok": false, "hash_ok": true,
                "discrepancy": {
                    "record_ref": "TH-DR-2026-0009",
                    "what": english("The seal bears another number than was said."),
                    "found_by": "TH-0733",
                    "seal_found": "SYN-SEAL-4421",
                },
            },
        ],
        "received_at": calendar::instant_before(Span::from_millis(0)),
        "place": {"name": "Evidence store, exercise", "country": "TH"},
        "sig_from": hash("from"),
        "sig_to": hash("to"),
    });
    desk.say(&mut scene, TH, Line::new("evidence-receipt", receipt))?;
    Ok(())
}

fn grounds(desk: &Desk<'_>, ground: &str, class: &str) -> Result<Value, Report> {
    Ok(json!([{
        "ground": ground,
        "class": class,
        "law": desk.agency(TH)?.law,
        "reasons": {"given": english("Nothing shows that part of the charge.")},
    }]))
}

/// Day +24: a third offence is asked for, and refused; the person is tried for two.
fn specialty(desk: &Desk<'_>, case: &mut Handover) -> Result<(), Report> {
    desk.progress.doing("day +24: one offence more");
    let desks = Desks { asker: desk.agency(CN)?, holder: desk.agency(TH)? };
    let before = desk.look(&mut case.scene, CN)?;
    let decision = before.transcript.iter().find(|entry| entry.kind == "handover-decision");
    let of = decision.map(|entry| entry.id.clone()).unwrap_or_default();
    let ask = json!({
        "of": of,
        "matter": {"new_offences": [paper::offence(desks)]},
        "facts": english("The proceeds went through three accounts."),
        "evidence_pack": [{
            "exhibit_or_statement": "CN-EX-2026-0021",
            "proves": english("That the person opened the accounts."),
        }],
        "statement_of_person": english("The person denies it."),
        "assurances": [],
    });
    let asked = case.say(desk, CN, "specialty-consent-request", ask)?;
    let refusal = json!({
        "of": asked.id,
        "consent": "refused",
        "per_offence": [{"offence": 1, "consent": "refused"}],
        "grounds": grounds(desk, "insufficient-evidence", "procedural")?,
    });
    case.say(desk, TH, "specialty-consent-decision", refusal)?;
    desk.stands(&mut case.scene, "handed-over")?;
    desk.progress.done("day +24  CN asks to try a third offence; TH refuses its consent");
    Ok(())
}
