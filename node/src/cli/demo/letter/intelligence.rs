//! A report on a site and on the man who runs it, and a warning that it is being cleared.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::agencies::Agency;
use crate::cli::demo::calendar;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Frame;
use crate::cli::demo::letter::english;
use crate::cli::demo::people;

/// What one agency knows about a site, told to those who can act and those who should know.
pub(crate) fn report(author: &Agency, to: &[Addressee<'_>]) -> Value {
    let frame = Frame {
        kind: "intelligence-report",
        author,
        to,
        thread: None,
        urgency: "U2",
        codes: &["H1", "H2"],
        purpose: "investigation",
        case_ref: &format!("{}-2026-INT-000317", author.party),
        subject_line: "Telephone fraud from one site in the special economic zone".to_owned(),
    };
    frame.around(&json!({
        "title": "Fraud site Golden Triangle 7: organiser, accounts, shift pattern",
        "kind": "operational",
        "summary": english("A compound of three buildings works telephone fraud in two shifts; its organiser is named below."),
        "body": [
            {"text": english("Some 600 people work in building B; new arrivals are brought by boat at night.")},
            {
                "text": english("Papers are taken on arrival. Quotas are enforced with violence on the fourth floor."),
                "evaluation": {"scheme": "6x6", "source_code": "B", "info_code": "3"},
            },
        ],
        "observed": {
            "from": calendar::day_before(Span::from_days(45)),
            "to": calendar::day_before(Span::from_days(3)),
        },
        "evaluation": {"scheme": "6x6", "source_code": "B", "info_code": "2"},
        "sources": "several",
        "entities": entities(),
        "links": [
            {"a": "e1", "relation": "runs", "b": "e2", "confidence": "high"},
            {"a": "e1", "relation": "is reached by", "b": "e3", "confidence": "medium"},
        ],
        "site": {"name": "Golden Triangle 7, building B", "estimated_people": 600},
        "mo_codes": ["TF-IMPERSONATION", "TF-INVEST"],
        "source_ref": "SRC-8841",
        "assertion_kind": "fact",
        "requested_action": "consider",
        "permitted_actions": ["query-quietly"],
    }))
}

fn entities() -> Value {
    let organiser = people::sample("CN", 0).record("CN-P-000001", "suspect");
    json!([
        {"id": "e1", "entity": {"person": organiser}},
        {"id": "e2", "entity": {"site": {
            "name": "Golden Triangle 7",
            "country": "LA",
            "hazards": [english("Armed guards at the east gate.")],
        }}},
        {"id": "e3", "entity": {"identifier": {"phone": "+999000000317"}}},
        {"id": "e4", "entity": {"identifier": {"domain": "d000317.fraud.example"}}},
    ])
}

/// The site is being cleared: short, urgent, to one agency.
pub(crate) fn warning(author: &Agency, to: &Addressee<'_>, number: usize) -> Value {
    let frame = Frame {
        kind: "intelligence-report",
        author,
        to: core::slice::from_ref(to),
        thread: None,
        urgency: "U2",
        codes: &["H0"],
        purpose: "investigation",
        case_ref: &format!("{}-2026-INT-000022", author.party),
        subject_line: format!("Site is being cleared, situation {number}"),
    };
    frame.around(&json!({
        "title": format!("Vehicles leave Golden Triangle 7, situation {number}"),
        "kind": "warning",
        "summary": english("Buses with curtains have left for the river since noon."),
        "body": [{"text": english("Eleven buses so far, each with some forty people; destination not known.")}],
        "evaluation": {"scheme": "4x4", "source_code": "A", "info_code": "1"},
        "assertion_kind": "fact",
        "requested_action": "act",
        "permitted_actions": ["query-quietly", "query-openly"],
    }))
}
