//! Charters, credentials, and what is handed over on the way to them.

pub(super) mod ends;
pub(super) mod staff;

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::crypto::digest;
use concord_protocol::identity::ceremony;
use concord_protocol::identity::ceremony::Act;
use concord_protocol::identity::ceremony::Sharing;
use concord_protocol::identity::ceremony::Transcript;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Party;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::AGENCIES;
use super::federation::BEGIN;
use super::federation::Federation;
use super::federation::Halves;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::mutate;

/// The cases of identity.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut cases = charter_payloads();
    cases.extend(charters(world));
    cases.extend(credential_payloads());
    cases.extend(credentials(world));
    cases.extend(requests());
    cases.extend(ends::cases(world));
    cases.extend(staff::cases());
    cases.extend(roots());
    cases.extend(transcripts());
    cases
}

fn charter_payloads() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "charter-payload");
    let good = codec::encode(&federation::charter_document()).unwrap();
    sheet.good("good", "a first charter of three members", &["id-8"], &good);
    sheet.bad(
        "trailing",
        "a byte after the charter",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    sheet.bad(
        "truncated",
        "a byte less than the charter has",
        &["env-1"],
        "scan: truncated",
        &mutate::shorter(&good),
    );
    let unknown = mutate::edit(&good, |tree| {
        mutate::entries(tree).push((Value::from(10), Value::from(0)));
    });
    sheet.bad("unknown-field", "a field that charters do not have", &["env-1"], "shape", &unknown);
    let empty = mutate::edit(&good, |tree| {
        mutate::entries(tree).push((Value::from(9), Value::Array(Vec::new())));
    });
    let unknown = clause(None, "full moon", "no word that a program knows");
    let settled = charter::Charter {
        clauses: vec![unknown, clause(Some("LA"), "sunday", "weekly")],
        ..federation::charter_document()
    };
    let settled = codec::encode(&settled).unwrap();
    sheet.good("clauses", "clauses, one of which nobody knows", &["prf-1", "prf-4"], &settled);
    let explains = "a list of clauses without a clause";
    sheet.bad("no-clause", explains, &["env-1", "prf-1"], "not-canonical", &empty);
    let missing =
        mutate::edit(&good, |tree| mutate::entries(tree).retain(|(key, _)| *key != Value::from(6)));
    sheet.bad("missing-field", "no witness quorum", &["env-1"], "shape", &missing);
    sheet.cases
}

fn charters(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "charter");
    let good = &world.charter;
    sheet.good("good", "a first charter, signed by its three members", &["id-9", "id-13"], good);
    let proposed = charter::propose(federation::charter_document()).unwrap();
    let two = AGENCIES.iter().take(2).fold(proposed, |bytes, name| {
        charter::add_signature(&bytes, &federation::root(name)).unwrap()
    });
    sheet.bad("unsigned-by-one", "the third member has not signed", &["id-24"], "missing", &two);
    let mut other = federation::charter_document();
    other.name = CharterName::parse("danube").unwrap();
    let other = federation::signed_charter(other);
    sheet.bad(
        "other-pin",
        "a charter in order whose digest is not the pinned one",
        &["id-13"],
        "pin",
        &other,
    );
    let forged = mutate::flipped(good, good.len() - 1);
    sheet.bad("forged", "one bit of the last signature is turned", &["id-7"], "forged", &forged);
    let mut signed = HybridSigned::parse(good, ContentType::Charter).unwrap();
    signed.sign(&Halves::of("xx.yyy").key()).unwrap();
    let stranger = signed.to_bytes().unwrap();
    sheet.bad("stranger", "a stranger has signed too", &["id-24"], "stranger", &stranger);
    let payload = codec::encode(&federation::charter_document()).unwrap();
    let wrong =
        HybridSigned::unsigned(ContentType::Credential, &payload).unwrap().to_bytes().unwrap();
    sheet.bad("content-type", "signed as a credential", &["id-24"], "form: content-type", &wrong);
    let untagged = good[2..].to_vec();
    sheet.bad("untagged", "without the tag of COSE_Sign", &["id-24"], "form: tag", &untagged);
    sheet.bad(
        "trailing",
        "a byte after the structure",
        &["env-1"],
        "form: form: scan: trailing",
        &mutate::longer(good),
    );
    let mut unordered = federation::charter_document();
    unordered.members.reverse();
    sheet.bad(
        "member-order",
        "members in descending order",
        &["id-8"],
        "rule: member-order",
        &hybrid_over(&unordered),
    );
    let mut amended = federation::charter_document();
    amended.version = amended.version.next();
    sheet.bad(
        "no-previous",
        "a second version that names no first",
        &["id-14"],
        "rule: unlinked",
        &hybrid_over(&amended),
    );
    sheet.cases.extend(clauses());
    let mut bent = federation::charter_document();
    bent.amendment_threshold = 1;
    sheet.bad(
        "threshold",
        "one of three members could amend",
        &["id-12"],
        "rule: quorum",
        &hybrid_over(&bent),
    );
    sheet.cases
}

fn clause(party: Option<&str>, about: &str, value: &str) -> Clause {
    Clause {
        article: "rest".to_owned(),
        party: party.map(|party| Party::parse(party).unwrap()),
        about: about.to_owned(),
        value: value.to_owned(),
    }
}

/// Charters that settle about procedures what they may not.
fn clauses() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "charter");
    let of = |clauses: Vec<Clause>| {
        hybrid_over(&charter::Charter { clauses, ..federation::charter_document() })
    };
    let (la, th) = (clause(Some("LA"), "sunday", "weekly"), clause(Some("TH"), "sunday", "weekly"));
    let order = of(vec![th, la.clone()]);
    let explains = "a clause of Thailand before one of Laos";
    sheet.bad("clause-order", explains, &["prf-1"], "rule: clause-order", &order);
    let twice = of(vec![la.clone(), Clause { value: "holiday".to_owned(), ..la }]);
    let explains = "two clauses about one thing";
    sheet.bad("clause-twice", explains, &["prf-1"], "rule: clause-order", &twice);
    let foreign = of(vec![clause(Some("XX"), "sunday", "weekly")]);
    let explains = "a clause for a Party without a member";
    sheet.bad("clause-party", explains, &["prf-1"], "rule: clause-party", &foreign);
    let hidden = of(vec![clause(None, "sun\u{202e}day", "weekly")]);
    let explains = "a clause with a mark that turns the direction of text";
    sheet.bad("clause-form", explains, &["prf-1"], "rule: clause", &hidden);
    sheet.cases
}

/// Signed by all three, whether or not it could be proposed.
fn hybrid_over(document: &charter::Charter) -> Vec<u8> {
    let payload = codec::encode(document).unwrap();
    let mut signed = HybridSigned::unsigned(ContentType::Charter, &payload).unwrap();
    for name in AGENCIES {
        signed.sign(&Halves::of(name).key()).unwrap();
    }
    signed.to_bytes().unwrap()
}

fn credential_payloads() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "credential-payload");
    let good = codec::encode(&federation::credential_document(SENDER)).unwrap();
    sheet.good("good", "a first credential", &["id-15"], &good);
    sheet.bad(
        "trailing",
        "a byte after the credential",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    let weak = mutate::edit(&good, |tree| *mutate::field(tree, 5) = Value::Bytes(vec![0; 32]));
    sheet.bad("weak-key", "a signing key of small order", &["id-3"], "shape", &weak);
    let short = mutate::edit(&good, |tree| *mutate::field(tree, 6) = Value::Bytes(vec![1; 1215]));
    sheet.bad("short-sealing-key", "a sealing key that lacks a byte", &["id-16"], "shape", &short);
    let named = mutate::edit(&good, |tree| *mutate::field(tree, 1) = Value::from("LA.MPS"));
    sheet.bad("agency", "an agency in capital letters", &["id-1"], "shape", &named);
    sheet.cases
}

#[expect(clippy::too_many_lines, reason = "a table: one entry after the other")]
fn credentials(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "credential");
    let good = &world.credentials[0];
    sheet.good("good", "a first credential, signed by the agency's root", &["id-15"], good);
    let base = || federation::credential_document(SENDER);
    sheet.bad(
        "forged",
        "one bit of the last signature is turned",
        &["id-7", "id-15"],
        "forged",
        &mutate::flipped(good, good.len() - 1),
    );
    let by_other = signed_by(&base(), RECEIVER);
    sheet.bad(
        "other-signer",
        "signed by the root of another member",
        &["id-15"],
        "other-signer",
        &by_other,
    );
    let elsewhere = Credential { charter: CharterName::parse("danube").unwrap(), ..base() };
    sheet.bad(
        "other-charter",
        "for another charter",
        &["id-17"],
        "other-charter",
        &signed_by(&elsewhere, SENDER),
    );
    let unknown = Credential { agency: federation::agency("xx.yyy"), ..base() };
    sheet.bad(
        "unknown-agency",
        "of an agency that is no member",
        &["id-17"],
        "not-a-member",
        &signed_by(&unknown, SENDER),
    );
    let twice = Credential { log: base().signing, ..base() };
    sheet.bad(
        "key-twice",
        "one key in two roles",
        &["id-23"],
        "rule: key-twice",
        &signed_by(&twice, SENDER),
    );
    let old = Credential { not_after: BEGIN.after(Span::from_days(9)), ..base() };
    sheet.bad(
        "no-longer",
        "expired a day before it is judged",
        &["id-20"],
        "no-longer",
        &signed_by(&old, SENDER),
    );
    let early = Credential { not_before: BEGIN.after(Span::from_days(11)), ..base() };
    sheet.bad(
        "not-yet",
        "begins a day after it is judged",
        &["id-20"],
        "not-yet",
        &signed_by(&early, SENDER),
    );
    let zero = Credential { serial: Serial::new(0), ..base() };
    sheet.bad(
        "serial-zero",
        "serial numbers begin with one",
        &["id-16"],
        "rule: serial",
        &signed_by(&zero, SENDER),
    );
    let log = Credential { log_number: LogNumber::new(4), ..base() };
    sheet.bad(
        "log-number",
        "a log that the charter does not accept",
        &["id-18"],
        "rule: log",
        &signed_by(&log, SENDER),
    );
    sheet.cases
}

fn signed_by(document: &Credential, root: &str) -> Vec<u8> {
    let payload = codec::encode(document).unwrap();
    hybrid::sign(&Halves::of(root).key(), ContentType::Credential, &payload).unwrap()
}

fn requests() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "credential-request");
    let from = federation::credential_document(SENDER);
    let request = CredentialRequest {
        charter: from.charter,
        agency: from.agency,
        serial: from.serial,
        signing: from.signing,
        sealing: from.sealing,
        log: from.log,
        log_number: from.log_number,
        witness: from.witness,
        transport: from.transport,
        addresses: from.addresses,
    };
    let good = codec::encode(&request).unwrap();
    sheet.good("good", "what a node asks its root to sign", &["id-27"], &good);
    sheet.bad(
        "truncated",
        "a byte less than it has",
        &["env-1"],
        "scan: truncated",
        &mutate::shorter(&good),
    );
    let dated =
        mutate::edit(&good, |tree| mutate::entries(tree).push((Value::from(10), Value::from(0))));
    sheet.bad("unknown-field", "a field that requests do not have", &["env-1"], "shape", &dated);
    sheet.cases
}

fn roots() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "root-announcement");
    let root = RootAnnouncement {
        agency: federation::agency(SENDER),
        root: federation::root(SENDER).public(),
    };
    let good = codec::encode(&root).unwrap();
    sheet.good(
        "good",
        "an agency's public root, as it goes to whoever drafts the charter",
        &["id-2"],
        &good,
    );
    sheet.bad("trailing", "a byte after it", &["env-1"], "scan: trailing", &mutate::longer(&good));
    sheet.cases
}

fn transcripts() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "transcript");
    let made = transcript(Act::Made, None);
    let good = ceremony::record(&made, &federation::root(SENDER)).unwrap();
    sheet.good("good", "a root that was made, signed by that root", &["cus-8"], &good);
    let shared = transcript(Act::Split, Some(sharing(2, 3)));
    let split = ceremony::record(&shared, &federation::root(SENDER)).unwrap();
    sheet.good(
        "split-good",
        "a root of which any two of three shares give it back",
        &["cus-8"],
        &split,
    );
    let forged = mutate::flipped(&good, good.len() - 1);
    sheet.bad("forged", "one bit of a signature is turned", &["cus-8"], "forged", &forged);
    let foreign = ceremony::record(&made, &federation::root(RECEIVER)).unwrap();
    sheet.bad(
        "other-signer",
        "signed by another root than it is about",
        &["cus-8"],
        "other-signer",
        &foreign,
    );
    let mut two = HybridSigned::parse(&good, ContentType::Ceremony).unwrap();
    two.sign(&Halves::of(RECEIVER).key()).unwrap();
    let two = two.to_bytes().unwrap();
    sheet.bad("two-signers", "another root has signed too", &["cus-8"], "other-signer", &two);
    sheet.bad(
        "content-type",
        "signed as a credential",
        &["cus-8"],
        "form: content-type",
        &transcript_over(&made, ContentType::Credential),
    );
    for (name, explains, class, impossible) in impossible() {
        let bytes = transcript_over(&impossible, ContentType::Ceremony);
        sheet.bad(name, explains, &["cus-9"], class, &bytes);
    }
    sheet.bad(
        "trailing",
        "a byte after the structure",
        &["env-1"],
        "form: form: scan: trailing",
        &mutate::longer(&good),
    );
    sheet.cases
}

/// What no transcript may say, each with the class of its refusal.
fn impossible() -> [(&'static str, &'static str, &'static str, Transcript); 5] {
    let unshared = transcript(Act::Split, None);
    [
        ("unshared", "a root that was split, and no shares", "rule: unshared", unshared),
        (
            "threshold-one",
            "one share would give the root back",
            "rule: sharing",
            transcript(Act::Split, Some(sharing(1, 3))),
        ),
        (
            "threshold-above",
            "four of three shares would give it back",
            "rule: sharing",
            transcript(Act::Split, Some(sharing(4, 3))),
        ),
        (
            "shares-many",
            "more shares than may be",
            "rule: sharing",
            transcript(Act::Split, Some(sharing(3, 17))),
        ),
        (
            "person-of-two-lines",
            "a name that reads as two lines",
            "rule: text",
            Transcript {
                people: vec!["A. Officer\nB. Officer".to_owned()],
                ..transcript(Act::Made, None)
            },
        ),
    ]
}

fn transcript(act: Act, sharing: Option<Sharing>) -> Transcript {
    Transcript {
        agency: federation::agency(SENDER),
        act,
        root: federation::root(SENDER).public(),
        sharing,
        people: vec!["A. Officer".to_owned(), "B. Witness".to_owned()],
        software: "concord 0.1.0".to_owned(),
        at: BEGIN,
    }
}

fn sharing(threshold: u8, count: u8) -> Sharing {
    Sharing { threshold, shares: (1..=count).map(|number| digest::sha256(&[number])).collect() }
}

/// Signed by the root that it is about, whether or not it could be recorded.
fn transcript_over(transcript: &Transcript, content: ContentType) -> Vec<u8> {
    let payload = codec::encode(transcript).unwrap();
    hybrid::sign(&Halves::of(SENDER).key(), content, &payload).unwrap()
}
