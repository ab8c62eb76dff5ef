//! A certificate through the hands of two officers, on paper, by file and by QR texts.

use std::fs;

use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::handover::offline::CertificateSide;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::text::StaffNumber;
use serde_json::Value;
use serde_json::json;

use crate::api::json as strict;
use crate::api::shape::header::HandlingDocument;
use crate::api::shape::header::HeaderDocument;
use crate::api::shape::header::LegalBasisDocument;
use crate::api::shape::header::SealedDocument;
use crate::api::shape::procedure::Entry;
use crate::api::shape::procedure::Participant;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::times::Clocks;
use crate::cli::certificate::compared;
use crate::cli::certificate::file::Certificate;
use crate::cli::certificate::form;
use crate::cli::certificate::frames;
use crate::cli::certificate::frames::FrameError;
use crate::cli::certificate::import;

const RELEASING: &str = "TH-2210";
const RECEIVING: &str = "CN-4801";

fn example() -> Vec<u8> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/handover-certificate.json");
    fs::read(file).unwrap()
}

fn prepared() -> Certificate {
    Certificate::prepare(&example()).unwrap()
}

fn officer(name: &str) -> StaffNumber {
    StaffNumber::parse(name).unwrap()
}

fn both() -> Certificate {
    let mut certificate = prepared();
    let keys = [SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32])];
    certificate.sign(CertificateSide::Releasing, &officer(RELEASING), Some(&keys[0])).unwrap();
    assert!(certificate.is_half_signed());
    certificate.sign(CertificateSide::Receiving, &officer(RECEIVING), Some(&keys[1])).unwrap();
    certificate
}

fn why(result: Result<Certificate, crate::report::Report>) -> String {
    result.unwrap_err().why.into_owned()
}

#[test]
fn the_file_comes_back_as_it_was_written_by_cable_and_by_qr_texts() {
    // shows: cer-2, cer-4
    let certificate = both();
    let read = Certificate::read(certificate.write().as_bytes()).unwrap();
    let mut texts = frames::split(&certificate.digest, &certificate.pack().unwrap());
    assert!(texts.len() > 1);
    let alphanumeric = |text: &String| {
        text.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '/')
    };
    assert!(texts.iter().all(alphanumeric));
    texts.reverse();
    texts.push(texts[0].clone());
    let bytes = frames::join(&texts.join("\r\n\n")).unwrap();
    let scanned = Certificate::unpack(&bytes).unwrap();
    for other in [read, scanned] {
        assert_eq!(other.write(), certificate.write());
        assert!(!other.is_half_signed());
    }
}

#[test]
fn a_text_that_was_misread_missed_or_mixed_up_is_found() {
    // shows: cer-4
    let certificate = both();
    let texts = frames::split(&certificate.digest, &certificate.pack().unwrap());
    let count = texts.len();
    for (at, character) in texts[0].char_indices() {
        let other = if character == 'A' { "B" } else { "A" };
        let mut misread = texts[0].clone();
        misread.replace_range(at..at + 1, other);
        assert_eq!(frames::join(&misread), Err(FrameError::Bad { line: 1 }), "{at}");
    }
    assert_eq!(frames::join(&texts[1..].join("\n")), Err(FrameError::Missing { place: 1, count }));
    let half = frames::split(&certificate.digest, &prepared().pack().unwrap());
    let mixed = format!("{}\n{}", texts[0], half[0]);
    assert_eq!(frames::join(&mixed), Err(FrameError::Mixed { line: 2 }));
    assert_eq!(frames::join(" \n"), Err(FrameError::Empty));
}

#[test]
fn a_changed_file_is_refused() {
    // shows: cer-2
    let certificate = both();
    let document: Value = serde_json::from_str(&certificate.write()).unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        why(Certificate::read(document.to_string().as_bytes()))
    };
    assert!(changed("/message/body/leg", json!(3)).contains("changed"));
    assert!(
        changed("/message/procedure", json!("0195a1c4-2f00-7c3e-9a51-6b1d0e5f7a41"))
            .contains("changed")
    );
    assert!(changed("/signatures/0/officer", json!("TH-2211")).contains("does not hold"));
    assert!(changed("/signatures/0/side", json!("receiving")).contains("does not hold"));
    assert!(changed("/signatures/1/signature", Value::Null).contains("without"));
    assert!(changed("/signatures/1", document["signatures"][0].clone()).contains("already"));
    assert!(changed("/format", json!(2)).contains("format"));
    let mut other = example();
    other.truncate(40);
    assert!(Certificate::prepare(&other).is_err());
}

#[test]
fn a_message_that_is_no_certificate_of_a_procedure_is_not_prepared() {
    // shows: cer-1
    let mut message: Value = serde_json::from_slice(&example()).unwrap();
    drop(message.as_object_mut().unwrap().remove("procedure"));
    drop(message.as_object_mut().unwrap().remove("parents"));
    assert!(why(Certificate::prepare(message.to_string().as_bytes())).contains("no procedure"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/acknowledgement.json");
    assert!(why(Certificate::prepare(&fs::read(file).unwrap())).contains("another kind"));
}

#[test]
fn nothing_is_signed_under_another_digest_than_was_read_out() {
    // shows: cer-3
    let certificate = prepared();
    let grouped = form::grouped(&certificate.digest);
    assert_eq!(grouped.lines().count(), 2);
    assert!(grouped.split_whitespace().all(|group| group.len() == 4));
    assert!(compared(&certificate, &grouped).is_ok());
    assert!(compared(&certificate, &grouped.to_uppercase()).is_ok());
    let mut other = grouped.clone();
    let last = if other.pop() == Some('0') { '1' } else { '0' };
    other.push(last);
    assert!(compared(&certificate, &other).is_err());
    assert!(compared(&certificate, &grouped[..4]).is_err(), "the whole of it");
}

#[test]
fn one_key_does_not_sign_for_both_sides() {
    // shows: cer-2
    let mut certificate = prepared();
    let key = SigningKey::from_seed(&[1; 32]);
    certificate.sign(CertificateSide::Releasing, &officer(RELEASING), Some(&key)).unwrap();
    assert!(certificate.sign(CertificateSide::Receiving, &officer(RECEIVING), Some(&key)).is_err());
}

#[test]
fn one_officer_does_not_sign_for_both_sides() {
    // shows: cer-2, cer-6
    let mut certificate = prepared();
    certificate.sign(CertificateSide::Releasing, &officer(RELEASING), None).unwrap();
    assert!(certificate.sign(CertificateSide::Receiving, &officer(RELEASING), None).is_err());
    assert!(certificate.is_half_signed());
    let paper = form::form(&certificate);
    for word in [
        "NOT SIGNED",
        "TH-2210 signed in ink",
        "removed-medical",
        "signature    ____",
        "injuries noted",
    ] {
        assert!(paper.contains(word), "{word} in {paper}");
    }
}

#[test]
fn the_countersignature_carries_the_digest_that_was_signed_and_can_be_sent() {
    // shows: cer-5
    let certificate = both();
    let content = json!({"body": certificate.message["body"]});
    assert_eq!(import::certified(&certificate, &content), Some(certificate.digest));
    let mut other = content.clone();
    other["body"]["results"][0]["injuries_noted"] = json!(true);
    other["body"]["results"][0]["condition_note"] = json!({"lang": "en", "text": "A bruise."});
    assert!(
        import::certified(&certificate, &other).is_some_and(|digest| digest != certificate.digest)
    );

    let participant =
        |agency: &str, role: &str| Participant { agency: agency.to_owned(), role: role.to_owned() };
    let entry = entry();
    let detail = ProcedureDetail {
        passed_on: vec![],
        alerts: Vec::new(),
        summary: Procedure {
            id: certificate.procedure.to_string(),
            procedure: Some("handover".to_owned()),
            stage: Some("in-transfer".to_owned()),
            in_conflict: false,
            half_signed_since: None,
            next_due: None,
            messages: 1,
            waiting: 0,
            begun_by: None,
            begun_at: None,
        },
        participants: vec![
            participant("cn.mps", "action"),
            participant("th.rtp", "information"),
            participant("la.mps", "information"),
        ],
        heads: vec![entry.digest.clone()],
        may: Vec::new(),
        conflicts: Vec::new(),
        look_again: Vec::new(),
        deadlines: Vec::new(),
        transcript: vec![entry.clone()],
        asides: Vec::new(),
        refused: Vec::new(),
    };
    let body = json!({
        "of": entry.digest, "certificate_digest": format!("sha256:{}", certificate.digest), "made_offline": true,
        "declaration": {"confirmed_heads": [entry.digest], "releasing_officer": RELEASING, "receiving_officer": RECEIVING,
            "text": {"lang": "en", "text": "Nothing stands against it."}},
    });
    let message = import::countersigning(
        &certificate,
        &detail,
        (&entry, &officer(RECEIVING)),
        "cn.mps",
        body,
    );
    let tree = strict::read(message.to_string().as_bytes()).unwrap();
    let submission = Submission::read(&tree).unwrap();
    assert_eq!(
        submission.procedure(),
        Some(ProcedureId::parse(&certificate.procedure.to_string()).unwrap())
    );
    let to: Vec<&str> = submission.to().iter().map(|one| one.agency.as_str()).collect();
    assert_eq!(to, ["th.rtp", "la.mps"]);
    assert_eq!(message["to"][0]["role"], "action");
}

/// The header that a node makes of the example, and the sealed part beside it.
fn came(certificate: &Certificate) -> (HeaderDocument, Value) {
    let submission = certificate.submission().unwrap();
    let header = HeaderDocument {
        version: 1,
        kind: "handover-certificate".to_owned(),
        procedure: certificate.procedure.to_string(),
        participants_version: 1,
        parents: certificate.parents.iter().map(ToString::to_string).collect(),
        supersedes: None,
        unit: None,
        originator: None,
        to: Vec::new(),
        created: "2026-03-16T15:05:00Z".to_owned(),
        respond_by: None,
        expires: None,
        urgency: submission.urgency().text().to_owned(),
        handling: HandlingDocument::from(&submission.handling_codes()),
        purpose: submission.purpose().text().to_owned(),
        legal_basis: submission.legal_basis().iter().map(LegalBasisDocument::from).collect(),
        sealed: SealedDocument { digest: "aa".to_owned(), length: 1 },
        commitment: "bb".to_owned(),
        attachments: Vec::new(),
        serial: 1,
        exercise: submission.exercise(),
    };
    (header, serde_json::to_value(submission.content().write()).unwrap())
}

#[test]
fn nothing_is_countersigned_on_other_terms_than_those_that_came() {
    // shows: cer-5
    let certificate = both();
    let (header, content) = came(&certificate);
    assert!(import::same_terms(&certificate, Some(&header), &content).is_ok());
    assert!(import::same_terms(&certificate, None, &content).is_err());

    // The digest that both officers compared is of the body, so a file with other terms has the same one.
    let document: Value = serde_json::from_str(&certificate.write()).unwrap();
    for (field, pointer, value) in [
        ("parents", "/message/parents/0", json!("00".repeat(32))),
        ("urgency", "/message/urgency", json!("U3")),
        ("handling", "/message/handling/evidential_use", json!("allowed")),
        ("legal_basis", "/message/legal_basis/0/article", json!("5")),
        ("purpose", "/message/purpose/kind", json!("border")),
        ("exercise", "/message/exercise", json!(false)),
        ("case_ref", "/message/purpose/case_ref", json!("CN-2026-EX-0043")),
        ("zone", "/message/zone", json!("Asia/Vientiane")),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        let changed = Certificate::read(document.to_string().as_bytes()).unwrap();
        let refused = import::same_terms(&changed, Some(&header), &content).unwrap_err();
        assert!(refused.why.ends_with(&format!("differ in: {field}")), "{}", refused.why);
    }
}

fn entry() -> Entry {
    Entry {
        id: "0195a1c4-2f00-7c3e-9a51-6b1d0e5f7a40".to_owned(),
        digest: "dc11a20c6651da05d6f24f83aa078c64724beaf0163a7f37142e9d7c76acb2ee".to_owned(),
        kind: "handover-certificate".to_owned(),
        from: "th.rtp".to_owned(),
        created: "2026-03-16T15:05:00Z".to_owned(),
        times: Clocks {
            utc: "2026-03-16T15:05:00.000Z".to_owned(),
            sender: "2026-03-16T22:05:00+07:00".to_owned(),
            own: "2026-03-16T22:05:00+07:00".to_owned(),
        },
        parents: Vec::new(),
        fate: "took-effect".to_owned(),
        rule: None,
        by: None,
        why: None,
    }
}
