//! What an approver sees.

use std::fs;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::message::vote::SignatureText;
use serde_json::Value;
use serde_json::json;

use crate::cli::message::votes;

#[test]
fn whoever_approves_sees_the_whole_message_before_the_key_is_used() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/handover-certificate.json");
    let mut value: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    value["subject_line"] = json!("Certificate\u{ad}x");
    let signature = SigningKey::from_seed(&[1; 32]).sign(b"a vote").unwrap();
    value["approvals"] = json!({
        "salt": digest::sha256(b"salt").to_string(),
        "drafted": {
            "staff": "TH-2203",
            "role": "officer",
            "at": "2026-03-16T15:05:00Z",
            "signature": SignatureText::new(signature).to_string(),
        },
        "approved": [],
        "break_glass": true,
    });
    let submission = votes::read(&value, "nothing was approved").unwrap();
    let shown = votes::laid_open(&submission);
    for part in [
        "break_glass: yes",
        "exercise: yes",
        "evidential_use: with-consent",
        "erase_by: 2031-03-01",
        "case_ref: CN-2026-EX-0042",
        "injuries_noted: no",
        "Certificate[U+00AD]x",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(shown.lines().skip(1).all(|line| line.starts_with("   | ")), "{shown}");
}

#[test]
fn a_draft_is_written_as_a_node_would_sign_it_and_every_change_is_told() {
    // shows: nam-6
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/handover-request.json");
    let mut value: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    value["subject_line"] = json!("Exe\u{301}cution");
    value["handling"]["review_on"] = json!("๒๐๒๗-๐๓-๐๑");

    let written = votes::written(&value, "nothing was drafted").unwrap();

    assert_eq!(written.value["subject_line"], "Ex\u{e9}cution");
    assert_eq!(written.value["handling"]["review_on"], "2027-03-01");
    assert_eq!(written.changes.len(), 2, "{:?}", written.changes);
    let again = votes::written(&written.value, "nothing was drafted").unwrap();
    assert_eq!((again.changes, again.value), (Vec::new(), written.value));
}
