//! What a certificate becomes once a network is there: the ordinary message of each side, with the digest unchanged.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::handover::certificate::HandoverCertificate;
use concord_protocol::message::handover::offline;
use concord_protocol::message::handover::offline::CertificateSide;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::registry::StaffRole;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::api::json;
use crate::api::shape::header::HandlingDocument;
use crate::api::shape::header::HeaderDocument;
use crate::api::shape::header::LegalBasisDocument;
use crate::api::shape::procedure::Entry;
use crate::api::shape::procedure::ProcedureDetail;
use crate::cli::answer::Answer;
use crate::cli::certificate::file::Certificate;
use crate::report::Report;
use crate::report::code::Code;

const NOT_SENT: &str = "nothing was sent";

/// What of the certificate's message holds of its countersignature as well.
const SHARED: [&str; 7] =
    ["urgency", "handling", "legal_basis", "purpose", "language", "zone", "exercise"];

/// What of that is sealed with the body.
const SEALED: [&str; 5] = ["case_ref", "h3_text", "compartment", "language", "zone"];

/// Sends the releasing side's message.
pub(super) fn certificate(certificate: &Certificate, client: &Client) -> Result<Answer, Report> {
    demand(certificate, CertificateSide::Releasing)?;
    let unchecked = keys(certificate, (CertificateSide::Releasing, own(client)?.as_str()), client)?;
    let answer = send("certificate", certificate, &certificate.message, client)?;
    let answer = unchecked.into_iter().fold(answer, Answer::say);
    // spec: cer-6
    if certificate.is_half_signed() {
        return Ok(answer.say("HALF-SIGNED: the other side has not signed this file."));
    }
    Ok(answer)
}

/// Sends the receiving side's message, once the certificate of the other side has come and is what was signed.
// spec: cer-5
pub(super) fn countersignature(
    certificate: &Certificate,
    officer: &StaffNumber,
    client: &Client,
) -> Result<Answer, Report> {
    let releasing = demand(certificate, CertificateSide::Releasing)?.to_owned();
    let receiving = demand(certificate, CertificateSide::Receiving)?.to_owned();
    let detail = client.procedure(&certificate.procedure.to_string())?;
    let (entry, content) = signed_one(certificate, &detail, officer, client)?;
    let header = client.message(&entry.digest)?.header;
    let header = same_terms(certificate, header.as_ref(), &content)?;
    let body = json!({
        "of": entry.digest,
        "certificate_digest": format!("sha256:{}", certificate.digest),
        "made_offline": true,
        "declaration": {
            "confirmed_heads": header.parents,
            "releasing_officer": releasing,
            "receiving_officer": receiving,
            "text": {
                "lang": "en",
                "text": "We compared the digest face to face, and know of no later message that stands against this handover.",
            },
        },
    });
    let own = own(client)?;
    let sides = [(CertificateSide::Releasing, &entry.from), (CertificateSide::Receiving, &own)];
    let mut unchecked = None;
    for (side, agency) in sides {
        unchecked = keys(certificate, (side, agency.as_str()), client)?.or(unchecked);
    }
    let message = countersigning(certificate, &detail, (entry, officer), &own, body);
    let answer = send("countersignature", certificate, &message, client)?;
    Ok(unchecked.into_iter().fold(answer, Answer::say))
}

/// Holds the key of one side against the staff list of its agency; gives what could not be held against it.
// spec: cer-8
fn keys(
    certificate: &Certificate,
    (side, agency): (CertificateSide, &str),
    client: &Client,
) -> Result<Option<String>, Report> {
    let Some(signed) = certificate.of_side(side) else { return Ok(None) };
    let Some(key) = signed.key_text() else {
        return Ok(Some(format!(
            "{} of {agency} signed in ink: the paper says who it was",
            signed.officer
        )));
    };
    let found = client.office(agency, (&signed.officer, certificate.body.at.as_str()))?;
    if found.list.is_none() {
        let officer = &signed.officer;
        return Ok(Some(format!(
            "no staff list of {agency} is held: nobody says whose key {officer} signed with"
        )));
    }
    if found.role.as_deref() == Some(StaffRole::CustodyOfficer.text()) && found.key == Some(key) {
        return Ok(None);
    }
    let why = format!(
        "the {} side was signed for by {}, and {agency} has no custody officer of that number with that key",
        side.text(),
        signed.officer
    );
    Err(Report::new(Code::VerificationFailed, NOT_SENT, why).with_remedy(
        "send nothing, keep the file, and ask that agency who signed; its root certifies a staff list with its custody officers",
    ))
}

/// The officer who signed for a side.
fn demand(certificate: &Certificate, side: CertificateSide) -> Result<&str, Report> {
    certificate.of_side(side).map(|signed| signed.officer.as_str()).ok_or_else(|| {
        let why =
            format!("the {} side has not signed: the certificate is half-signed", side.text());
        Report::new(Code::VerificationFailed, NOT_SENT, why).with_remedy(
            "let both officers sign, and import the file with both signatures on both nodes",
        )
    })
}

/// The message of the other side that says exactly what was signed.
fn signed_one<'d>(
    certificate: &Certificate,
    detail: &'d ProcedureDetail,
    officer: &StaffNumber,
    client: &Client,
) -> Result<(&'d Entry, Value), Report> {
    let kind = Kind::HandoverCertificate.text();
    let mut others = 0_usize;
    for entry in detail.transcript.iter().rev().filter(|entry| entry.kind == kind) {
        let purpose = certificate.message.pointer("/purpose/kind").and_then(Value::as_str);
        let opened = client.open(&entry.digest, officer.as_str(), purpose.unwrap_or("border"))?;
        if certified(certificate, &opened.content) == Some(certificate.digest) {
            return Ok((entry, opened.content));
        }
        others = others.saturating_add(1);
    }
    if others == 0 {
        let why = "the certificate of the other side is not here yet";
        return Err(Report::new(Code::NoSuchMessage, NOT_SENT, why).with_remedy(
            "wait until it has come (`concord procedure show ID`), then import again",
        ));
    }
    let why = format!(
        "{others} certificates came, and none says what was signed face to face under the digest {}",
        certificate.digest
    );
    Err(Report::new(Code::VerificationFailed, NOT_SENT, why).with_remedy(
        "countersign nothing, keep the paper, and call the other side: it has to send what was signed",
    ))
}

/// Refuses a file whose terms are not those that the certificate came with: the face-to-face digest covers the body
/// alone, and the other side wrote the file.
// spec: cer-5
pub(super) fn same_terms<'h>(
    certificate: &Certificate,
    came: Option<&'h HeaderDocument>,
    content: &Value,
) -> Result<&'h HeaderDocument, Report> {
    let unlike = |why: String| {
        Report::new(Code::VerificationFailed, NOT_SENT, why).with_remedy(
            "countersign nothing, keep the file, and call the other side: it has to hand over the file of what it sent",
        )
    };
    let came = came.ok_or_else(|| {
        unlike("the header of the certificate that came cannot be read".to_owned())
    })?;
    let file = certificate.submission()?;
    let legal_basis: Vec<_> = file.legal_basis().iter().map(LegalBasisDocument::from).collect();
    let parents: BTreeSet<String> = certificate.parents.iter().map(Digest::to_string).collect();
    let words = serde_json::to_value(file.content().write()).unwrap_or_default();
    let sealed = SEALED.map(|field| (field, words.get(field) == content.get(field)));
    let same = [
        // A file that names none left them to the node of the other side.
        ("parents", parents.is_empty() || parents == came.parents.iter().cloned().collect()),
        ("urgency", file.urgency().text() == came.urgency),
        ("handling", HandlingDocument::from(&file.handling_codes()) == came.handling),
        ("legal_basis", legal_basis == came.legal_basis),
        ("purpose", file.purpose().text() == came.purpose),
        ("exercise", file.exercise() == came.exercise),
    ];
    let differ: Vec<&str> =
        same.iter().chain(&sealed).filter(|(_, same)| !same).map(|(field, _)| *field).collect();
    if differ.is_empty() {
        return Ok(came);
    }
    Err(unlike(format!("the file and the certificate that came differ in: {}", differ.join(", "))))
}

/// The digest of what a message certifies.
pub(super) fn certified(certificate: &Certificate, content: &Value) -> Option<Digest> {
    digest_of(&certificate.procedure, content.get("body")?)
}

/// The digest of a certificate in a procedure, by its body.
pub(crate) fn digest_of(procedure: &ProcedureId, body: &Value) -> Option<Digest> {
    let body = serde_json::to_vec(body).ok()?;
    let tree = json::read(&body).ok()?;
    let mut faults = Faults::new();
    let read = HandoverCertificate::read(&tree, &Pointer::Root, &mut faults);
    let body = faults.judge(read).ok()?;
    offline::certificate_digest(procedure, &body).ok()
}

/// The countersignature, to every other participant: a state rests on it (pro-7).
pub(super) fn countersigning(
    certificate: &Certificate,
    detail: &ProcedureDetail,
    (entry, officer): (&Entry, &StaffNumber),
    own: &str,
    body: Value,
) -> Value {
    let others = detail.participants.iter().filter(|one| one.agency != own);
    let to: Vec<Value> = others
        .map(|one| {
            let role = if one.agency == entry.from { "action" } else { one.role.as_str() };
            json!({"agency": one.agency, "role": role})
        })
        .collect();
    let mut message = Map::new();
    for key in SHARED {
        if let Some(value) = certificate.message.get(key) {
            message.insert(key.to_owned(), value.clone());
        }
    }
    let of_its_own = [
        ("kind", json!(Kind::CertificateCountersignature.text())),
        ("procedure", json!(certificate.procedure.to_string())),
        ("parents", json!(detail.heads)),
        ("to", json!(to)),
        ("subject_line", json!("Countersignature of a handover certificate")),
        ("drafted_by", json!(officer.as_str())),
        ("body", body),
    ];
    message.extend(of_its_own.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Value::Object(message)
}

/// The node's own agency, as its log is named after it.
fn own(client: &Client) -> Result<String, Report> {
    let head = client.head()?;
    let agency = head.origin.split('/').nth(2).map(str::to_owned);
    agency.ok_or_else(|| {
        Report::new(Code::VerificationFailed, NOT_SENT, "the node's log has no name")
    })
}

/// Sends it once, however often the file is imported.
fn send(
    what: &str,
    certificate: &Certificate,
    message: &Value,
    client: &Client,
) -> Result<Answer, Report> {
    let key = format!("{what}-{}", certificate.digest);
    let sent = client.submit(&serde_json::to_vec(message).unwrap_or_default(), Some(&key))?;
    let message = &sent.message;
    let text = format!(
        "{what} {}\nprocedure {}\ndigest compared face to face {}\n",
        message.id, message.procedure, certificate.digest
    );
    let json = json!({
        "message": message.id, "digest": message.digest, "procedure": message.procedure,
        "certificate_digest": certificate.digest.to_string(), "replayed": sent.replayed,
        "half_signed": certificate.is_half_signed(),
    });
    Ok(Answer::new(text, json))
}
