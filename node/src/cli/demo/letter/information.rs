//! Questions about accounts, and the answers: one whole, one in part, one refused.

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

/// Asks for the accounts of a manager of mule accounts.
pub(crate) fn request(author: &Agency, to: &Agency) -> Value {
    let addressee = [Addressee { agency: to.id, role: Role::Action }];
    let frame = Frame {
        kind: "request-for-information",
        author,
        to: &addressee,
        thread: None,
        urgency: "U2",
        codes: &["H1"],
        purpose: "investigation",
        case_ref: &format!("{}-2026-RFI-000041", author.party),
        subject_line: "Accounts used to collect the proceeds".to_owned(),
    };
    let subject = people::sample("TH", 0).record("TH-P-000004", "suspect");
    frame.around(&json!({
        "questions": [
            {"id": "q1", "text": english("Who opened account ZZ00-DEMO-000417, and when?"), "data_class": "account"},
            {"id": "q2", "text": english("Which amounts above 50,000 THB left it in the last 90 days?"), "data_class": "transaction"},
            {"id": "q3", "text": english("Who called +999 000 004 170 in the same time?"), "data_class": "traffic"},
        ],
        "facts": english("Victims in two Parties paid into one account, which was emptied within minutes each time."),
        "offence": {
            "narrative": english("Telephone fraud by a group, with investments that never existed."),
            "local_law_ref": author.law,
            "max_penalty": {"kind": "imprisonment", "months": 120},
            "penalty_includes_death": false,
            "committed": {
                "from": calendar::day_before(Span::from_days(200)),
                "to": calendar::day_before(Span::from_days(20)),
            },
            "places": [{"name": "Golden Triangle 7", "country": author.party}],
            "equivalent_law_in_requested": to.law,
        },
        "subjects": [{
            "person": subject,
            "link_to_case": english("His number stands in three of the ledgers that were found."),
        }],
        "reason_to_believe_held": english("The account is at a bank under the supervision of the requested Party."),
        "necessity": english("Without the holder the money cannot be followed, and what is left of it moves daily."),
        "intended_use": "intelligence",
        "coercive_measure_needed": false,
        "reply_languages": ["en", "lo"],
        "do_not_alert_subject": true,
    }))
}

/// Answers: whole, in part, refused.
pub(crate) fn reply(author: &Agency, to: &Agency, thread: &Thread) -> Value {
    let addressee = [Addressee { agency: to.id, role: Role::Action }];
    let frame = Frame {
        kind: "information-reply",
        author,
        to: &addressee,
        thread: Some(thread),
        urgency: "U2",
        codes: &["H1", "H2"],
        purpose: "investigation",
        case_ref: &format!("{}-2026-RFI-000041", to.party),
        subject_line: "Two answers and a refusal".to_owned(),
    };
    let evaluation = json!({"scheme": "4x4", "source_code": "A", "info_code": "1"});
    frame.around(&json!({
        "answers": [
            {
                "question_id": "q1",
                "status": "full",
                "content": english("Opened 14 months ago in person, on a passport that is known to be genuine."),
                "evaluation": evaluation,
            },
            {
                "question_id": "q2",
                "status": "partial",
                "content": english("Nine transfers to three wallets; the bank's list covers 60 of the 90 days."),
                "evaluation": evaluation,
            },
            {"question_id": "q3", "status": "refused"},
        ],
        "refusal": ["judicial-authorisation-refused"],
        "refusal_scope": "part",
        "evidence_route": english("Traffic data: a request for mutual legal assistance to the Office of the Attorney General."),
    }))
}
