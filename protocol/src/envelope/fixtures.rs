//! Messages for tests, between the agencies of the federation in `identity::fixtures`.

extern crate std;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use std::sync::OnceLock;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::crypto::digest;
use crate::crypto::kem::PureKem;
use crate::envelope::header::Header;
use crate::envelope::header::Sender;
use crate::envelope::open;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::envelope::open::VerifyError;
use crate::envelope::seal;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Recipients;
use crate::envelope::seal::Signed;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::identity::fixtures::AGENCIES;
use crate::identity::fixtures::BEGIN;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::ids::Serial;
use crate::message::attachment::Attachment;
use crate::message::attachment::MediaType;
use crate::message::handling::Classification;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisKind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::recipient::Role;
use crate::message::submission::Submission;
use crate::message::text::HeaderText;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;

/// The agency that sends, unless a test says otherwise.
pub(crate) const SENDER: &str = AGENCIES[0];

/// The agency that receives, unless a test says otherwise.
pub(crate) const RECEIVER: &str = AGENCIES[1];

/// The third one.
pub(crate) const THIRD: &str = AGENCIES[2];

/// How far clocks may differ.
pub(crate) const TOLERANCE: Span = Span::from_millis(300_000);

/// When messages are made: a day after the credentials begin.
pub(crate) const CREATED: Timestamp = BEGIN.after(Span::from_days(1));

/// Every member with its first credential; verified once, for lattice signatures take their time.
pub(crate) fn directory() -> Directory {
    static DIRECTORY: OnceLock<Directory> = OnceLock::new();
    let verify = || {
        let mut directory = Directory::new(fixtures::verified_charter());
        for agency in AGENCIES {
            directory.admit(fixtures::verified_credential(agency, 1)).unwrap();
        }
        directory
    };
    DIRECTORY.get_or_init(verify).clone()
}

/// The same as a copy of what is another agency's, with a decision by which that agency let it be passed on.
pub(crate) fn passed_on(draft: Draft, originator: &str) -> Draft {
    let Value::Map(mut content) = draft.content.clone() else { panic!("a map") };
    content.put("consent", Value::Text(format!("{}", MessageId::new(CREATED, [3; 10]))));
    Draft { originator: Some(fixtures::agency(originator)), content: Value::Map(content), ..draft }
}

/// A draft from the sender to these agencies, the first of them to act.
pub(crate) fn draft(to: &[&str]) -> Draft {
    let role = |place: usize| if place == 0 { Role::Action } else { Role::Information };
    let recipient =
        |(place, to): (usize, &&str)| Recipient { agency: fixtures::agency(to), role: role(place) };
    Draft {
        id: MessageId::new(CREATED, [1; 10]),
        kind: Kind::Acknowledgement,
        procedure: ProcedureId::new(CREATED, [2; 10]),
        participants_version: 1,
        parents: vec![digest::sha256(b"a parent")],
        supersedes: None,
        from: Sender { agency: fixtures::agency(SENDER), unit: Some(text("Liaison Office")) },
        originator: None,
        to: to.iter().enumerate().map(recipient).collect(),
        created: CREATED,
        respond_by: None,
        expires: None,
        urgency: Urgency::U2,
        handling: handling(),
        purpose: PurposeKind::Investigation,
        legal_basis: vec![LegalBasisRef {
            kind: LegalBasisKind::Treaty,
            instrument: text("Treaty on mutual legal assistance"),
            article: Some(text("7")),
        }],
        attachments: Vec::new(),
        serial: Serial::new(1),
        exercise: true,
        content: content(),
        approved: None,
    }
}

/// A message that begins a procedure of its own, which the ordinal names.
pub(crate) fn opening(to: &[&str], ordinal: u8) -> Draft {
    let example = include_str!("../../../spec/examples/deconfliction-query.json");
    let example: Value = serde_json::from_str(example).unwrap();
    Draft {
        kind: Kind::DeconflictionQuery,
        procedure: ProcedureId::new(CREATED, [ordinal; 10]),
        parents: Vec::new(),
        content: Submission::read(&example).unwrap().content().write(),
        ..draft(to)
    }
}

pub(crate) fn handling() -> HandlingCodes {
    HandlingCodes {
        classification: Classification::Restricted,
        codes: BTreeSet::from([HandlingCode::H1, HandlingCode::H2]),
        onward: Onward::OwnCompetentAuthorities,
        evidential_use: EvidentialUse::WithConsent,
        review_on: CivilDate::parse("2026-06-30").unwrap(),
        erase_by: CivilDate::parse("2027-01-31").unwrap(),
    }
}

/// The content of an acknowledgement.
pub(crate) fn content() -> Value {
    let text = |text: &str| Value::Text(text.into());
    let mut body = Map::new();
    body.put("of", text(&format!("{}", MessageId::new(CREATED, [5; 10]))));
    body.put("assigned_unit", text("Received at the front desk"));
    let mut map = Map::new();
    map.put("subject_line", text("Your request"));
    map.put("drafted_by", text("mps-4711"));
    map.put("language", text("en"));
    map.put("zone", text("Asia/Vientiane"));
    map.put("body", Value::Map(body));
    Value::Map(map)
}

pub(crate) fn text(text: &str) -> HeaderText {
    HeaderText::parse(text).unwrap()
}

/// The draft, sealed to its recipients with a seed, and signed by the sender.
pub(crate) fn signed_with(draft: Draft, seed: u8) -> Signed {
    let directory = directory();
    let signer = fixtures::signing_key(draft.from.agency.as_str(), "signing", draft.serial.get());
    let recipients = Recipients::find(&draft.to, &directory, draft.created).unwrap();
    let sealed = seal::seal(draft, &recipients, &PureKem, &[seed; 32]).unwrap();
    seal::sign(sealed, &signer).unwrap()
}

pub(crate) fn signed(draft: Draft) -> Signed {
    signed_with(draft, 9)
}

/// What the receiver gets.
pub(crate) fn received(signed: &Signed) -> Received {
    Received::new(signed.message().to_vec(), Some(signed.sealed().to_vec()))
}

/// What the receiver makes of it, at the time at which messages are made.
pub(crate) fn verify(received: Received) -> Result<Verified, VerifyError> {
    verify_at(received, CREATED)
}

pub(crate) fn verify_at(received: Received, now: Timestamp) -> Result<Verified, VerifyError> {
    let (from, me) = (fixtures::agency(SENDER), fixtures::agency(RECEIVER));
    open::verify(received, &directory(), &from, &me, now, TOLERANCE)
}

/// The header of a message to two recipients.
pub(crate) fn header() -> Header {
    signed(draft(&[RECEIVER, THIRD])).header().clone()
}

/// A file beside a message.
pub(crate) fn attachment() -> Attachment {
    let media_type = MediaType::parse("image/jpeg").unwrap();
    Attachment { digest: digest::sha256(b"a file"), length: 6, media_type }
}
