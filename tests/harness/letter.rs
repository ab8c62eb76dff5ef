//! Submissions for tests, from the examples of the specification: synthetic persons, an exercise.

use std::fs;

use concord_protocol::envelope::header::Sender;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::handover::certificate::HandoverCertificate;
use concord_protocol::message::handover::offline;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use serde_json::Value;
use serde_json::json;

use crate::top;

/// The example of a kind, addressed to these agencies, the first of them to act.
///
/// # Panics
/// When there is no such example.
pub fn example(kind: &str, to: &[&str]) -> Value {
    let text = fs::read_to_string(top().join(format!("spec/examples/{kind}.json"))).unwrap();
    let mut letter: Value = serde_json::from_str(&text).unwrap();
    let recipients = to.iter().enumerate().map(|(place, agency)| {
        json!({ "agency": agency, "role": if place == 0 { "action" } else { "information" } })
    });
    letter["to"] = recipients.collect();
    // A node sends no file that it does not have, and a test that needs one adds it.
    if !kind.starts_with("feed-") {
        letter["attachments"] = json!([]);
    }
    letter
}

/// The example of a kind as the first message of a procedure.
///
/// # Panics
/// When there is no such example.
pub fn begins(kind: &str, to: &[&str]) -> Value {
    let mut letter = example(kind, to);
    for field in ["procedure", "parents", "respond_by", "expires", "supersedes"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    letter
}

/// The message that a submission asks for: who sends what to whom, and when.
///
/// As an exercise, under the author's first credential; who means another one says so.
pub fn draft(
    submission: &Submission,
    (id, procedure): (MessageId, ProcedureId),
    (from, to): (&AgencyId, Vec<Recipient>),
    created: Timestamp,
) -> Draft {
    Draft {
        id,
        kind: submission.kind(),
        procedure,
        participants_version: 1,
        parents: submission.parents().to_vec(),
        supersedes: None,
        from: Sender { agency: from.clone(), unit: None },
        originator: submission.originator().cloned(),
        to,
        created,
        respond_by: None,
        expires: None,
        urgency: submission.urgency(),
        handling: submission.handling_codes(),
        purpose: submission.purpose(),
        legal_basis: submission.legal_basis().to_vec(),
        attachments: Vec::new(),
        serial: Serial::new(1),
        exercise: true,
        content: submission.content().write(),
        approved: None,
    }
}

/// An intelligence report, which stands for itself, with a mark that makes it unlike all others.
pub fn report(to: &[&str], mark: &str) -> Value {
    let mut letter = example("intelligence-report", to);
    letter["handling"] = example("acknowledgement", to)["handling"].clone();
    letter["subject_line"] = json!(format!("Exercise, {mark}"));
    let fields = letter.as_object_mut().unwrap();
    fields.insert("procedure".to_owned(), Value::Null);
    fields.insert("parents".to_owned(), json!([]));
    // Told in confidence, and acted on: somebody has looked.
    fields.insert("sources_checked".to_owned(), json!(true));
    letter
}

/// What a countersignature says of a certificate with this body.
///
/// # Panics
/// When it is not the body of a certificate.
pub fn certified(procedure: &str, body: &Value) -> String {
    let tree = serde_json::from_value(body.clone()).unwrap();
    let mut faults = Faults::new();
    let read = HandoverCertificate::read(&tree, &Pointer::Root, &mut faults);
    let body = faults.judge(read).unwrap();
    let procedure = ProcedureId::parse(procedure).unwrap();
    format!("sha256:{}", offline::certificate_digest(&procedure, &body).unwrap())
}
