//! What stands between a verified message and its body.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::codec;
use crate::codec::value::Value;
use crate::crypto::cose::encrypt;
use crate::crypto::kem::Keyring;
use crate::crypto::kem::PureKem;
use crate::crypto::kem::SealingPublic;
use crate::crypto::suite::Suite;
use crate::envelope;
use crate::envelope::fixtures;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::fixtures::TOLERANCE;
use crate::envelope::header::Header;
use crate::envelope::header::SealedRef;
use crate::envelope::open;
use crate::envelope::open::OpenError;
use crate::envelope::open::Opened;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::envelope::seal;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Recipients;
use crate::envelope::seal::SealError;
use crate::envelope::tests::judged::resigned_by;
use crate::identity::fixtures as members;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::limits::CONTENT_BYTES_MAX;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::time::CivilDate;
use crate::moment::Span;
use crate::registry::RefusalCode;

const SALT: [u8; 32] = [3; 32];

/// The thief is a recipient, holds the sealed body, and signs a header of its own around it.
// shows: env-11
#[test]
fn nobody_passes_a_sealed_body_off_as_its_own() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER, THIRD]));
    let stolen = resigned_by(THIRD, signed.header(), |header| {
        header.from.agency = members::agency(THIRD);
        header.to[1].agency = members::agency(SENDER);
    });
    let (from, me) = (members::agency(THIRD), members::agency(RECEIVER));
    let received = Received::new(stolen, Some(signed.sealed().to_vec()));
    let verified = open::verify(received, &fixtures::directory(), &from, &me, CREATED, TOLERANCE)
        .expect("the thief's signature is its own");
    let refused =
        open::open(&verified, &members::sealing_key(RECEIVER, 1)).expect_err("bound to another");
    assert!(matches!(refused, OpenError::Closed(_)), "{refused}");
}

// shows: env-11
#[test]
fn a_sealed_body_is_bound_to_id_kind_and_procedure() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let changes: [&dyn Fn(&mut Header); 3] = [
        &|header| header.id = MessageId::new(CREATED, [7; 10]),
        &|header| header.kind = Kind::HandoverRequest,
        &|header| header.procedure = ProcedureId::new(CREATED, [7; 10]),
    ];
    for change in changes {
        let mut header = signed.header().clone();
        change(&mut header);
        let refused =
            open::open_own(&header, signed.sealed(), signed.own_key()).expect_err("bound");
        assert!(matches!(refused, OpenError::Closed(_)), "{refused}");
    }
}

// shows: env-10
#[test]
fn a_body_is_sealed_to_as_many_as_the_header_names() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER, THIRD]));
    let mut header = signed.header().clone();
    header.to.truncate(1);
    let refused = open::open_kept(&header, signed.sealed(), &members::sealing_key(RECEIVER, 1));
    assert_eq!(
        refused.expect_err("one more reads it"),
        OpenError::OtherRecipients { found: 2, expected: 1 }
    );
}

// shows: env-26
// shows: promise-3
#[test]
fn a_key_that_is_not_a_recipients_opens_nothing_and_learns_nothing() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let refused = |key: &dyn Keyring| {
        open::open_kept(signed.header(), signed.sealed(), key).expect_err("not for this key")
    };
    let (third, later) = (members::sealing_key(THIRD, 1), members::sealing_key(RECEIVER, 2));
    assert_eq!(refused(&third), refused(&later));
    assert_eq!(refused(&third).code(), RefusalCode::Unopenable);
}

// shows: env-25
#[test]
fn a_body_that_the_header_does_not_commit_to_is_refused() {
    let body = codec::encode(&fixtures::content()).expect("an encoding");
    let opens = open_plain(&[SALT.as_slice(), &body].concat(), &SALT, &body);
    assert!(opens.is_ok());
    let other_salt = open_plain(&[SALT.as_slice(), &body].concat(), &[4; 32], &body);
    assert_eq!(other_salt.expect_err("another salt"), OpenError::CommitmentMismatch);
    let other_body = open_plain(&[SALT.as_slice(), &body].concat(), &SALT, b"another");
    assert_eq!(other_body.expect_err("another body"), OpenError::CommitmentMismatch);
    let cut = open_plain(&SALT[..31], &SALT, b"");
    assert_eq!(cut.expect_err("no salt"), OpenError::CommitmentMismatch);
}

// shows: env-25
#[test]
fn a_body_in_another_form_is_refused() {
    let body = codec::encode(&fixtures::content()).expect("an encoding");
    let trailing = [body.as_slice(), &[0]].concat();
    for form in [trailing.as_slice(), b"", &[0xff], &[0x41, 0x00]] {
        let refused = open_plain(&[SALT.as_slice(), form].concat(), &SALT, form);
        let refused = refused.expect_err("another form");
        assert!(matches!(refused, OpenError::BadBody { .. }), "{refused}");
        assert_eq!(refused.code(), RefusalCode::BadBody);
    }
}

/// The same content, with what is absent written out as null, or as an empty list.
// shows: env-25
#[test]
fn a_body_that_says_the_same_in_another_way_is_refused() {
    for (key, value) in [("case_ref", Value::Null), ("translations", Value::List(Vec::new()))] {
        let body = changed(key, value);
        let refused = open_plain(&[SALT.as_slice(), &body].concat(), &SALT, &body);
        assert_eq!(refused.expect_err("another way"), OpenError::BadBody { faults: Vec::new() });
    }
}

// shows: env-25
#[test]
fn a_body_that_is_not_valid_for_its_kind_is_refused_with_its_faults() {
    let body = changed("subject_line", Value::Int(1));
    let refused =
        open_plain(&[SALT.as_slice(), &body].concat(), &SALT, &body).expect_err("a fault");
    let OpenError::BadBody { faults } = refused else { panic!("{refused}") };
    let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/subject_line"]);
}

// shows: env-25
#[test]
fn a_body_that_contradicts_its_header_is_neither_sealed_nor_opened() {
    let mut draft = fixtures::draft(&[RECEIVER]);
    draft.handling.codes.insert(HandlingCode::H3);
    let keys = Recipients::find(&draft.to, &fixtures::directory(), draft.created).expect("known");
    let refused = seal::seal(draft, &keys, &PureKem, &[0; 32]).expect_err("H3 without its text");
    assert!(matches!(refused, SealError::BadBody { .. }), "{refused}");
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let mut header = signed.header().clone();
    header.handling.codes.insert(HandlingCode::H3);
    let refused = open::open_own(&header, signed.sealed(), signed.own_key()).expect_err("the same");
    assert_eq!(refused.code(), RefusalCode::BadBody);
}

// shows: msgk-139
#[test]
fn a_message_that_waits_too_long_for_its_review_is_neither_sealed_nor_opened() {
    let waits = |codes: &mut HandlingCodes, until: &str| {
        codes.review_on = CivilDate::parse(until).unwrap();
        codes.erase_by = CivilDate::parse("2040-01-01").unwrap();
    };
    let made = CivilDate::of(CREATED).unwrap();
    let latest = made.plus_months(60).unwrap();
    let (latest, late) = (latest.to_string(), latest.next().to_string());
    let mut draft = fixtures::draft(&[RECEIVER]);
    waits(&mut draft.handling, &late);
    let keys = Recipients::find(&draft.to, &fixtures::directory(), draft.created).expect("known");
    let refused = seal::seal(draft, &keys, &PureKem, &[0; 32]).expect_err("a day too late");
    assert!(matches!(refused, SealError::BadBody { .. }), "{refused}");

    let mut draft = fixtures::draft(&[RECEIVER]);
    waits(&mut draft.handling, &latest);
    let signed = fixtures::signed(draft);
    let mut header = signed.header().clone();
    waits(&mut header.handling, &late);
    let refused = open::open_own(&header, signed.sealed(), signed.own_key()).expect_err("the same");
    let OpenError::BadBody { faults } = refused else { panic!("{refused}") };
    let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/handling/review_on"]);
}

// shows: env-12
#[test]
fn a_body_beyond_its_length_is_not_sealed() {
    let long: Vec<Value> = (0..20_000).map(|_| Value::Text("x".repeat(30))).collect();
    let mut draft = fixtures::draft(&[RECEIVER]);
    let Value::Map(map) = &mut draft.content else { panic!("a map") };
    map.put("translations", Value::List(long));
    let keys = Recipients::find(&draft.to, &fixtures::directory(), draft.created).expect("known");
    assert!(seal::seal(draft, &keys, &PureKem, &[0; 32]).is_err());
    let body = changed("x", Value::Text("x".repeat(CONTENT_BYTES_MAX)));
    let refused = open_plain(&[SALT.as_slice(), &body].concat(), &SALT, &body);
    assert_eq!(refused.expect_err("too long"), OpenError::BadBody { faults: Vec::new() });
}

/// The content with one key set, encoded.
fn changed(key: &str, value: Value) -> Vec<u8> {
    let mut content = fixtures::content();
    let Value::Map(map) = &mut content else { panic!("a map") };
    map.put(key, value);
    codec::encode(&content).expect("an encoding")
}

#[test]
fn a_kept_message_opens_after_it_has_expired() {
    let expires = Some(CREATED.after(Span::from_days(1)));
    let draft = Draft { expires, ..fixtures::draft(&[RECEIVER]) };
    let signed = fixtures::signed(draft);
    let opened =
        open::open_kept(signed.header(), signed.sealed(), &members::sealing_key(RECEIVER, 1));
    assert_eq!(opened.expect("ours").content(), &fixtures::content());
}

fn open_plain(plain: &[u8], salt: &[u8; 32], body: &[u8]) -> Result<Opened, OpenError> {
    open::open(&around(plain, salt, body), &members::sealing_key(RECEIVER, 1))
}

/// Seals any plain text as the sender would, under a header that commits to `salt` and `body`.
fn around(plain: &[u8], salt: &[u8; 32], body: &[u8]) -> Verified {
    let mut header = fixtures::signed(fixtures::draft(&[RECEIVER])).header().clone();
    header.commitment = envelope::commitment(salt, body);
    let keys: Vec<SealingPublic> = Vec::from([members::sealing_public(RECEIVER)]);
    let aad = envelope::bound_to(&header, &[keys[0].id()]).expect("an encoding");
    let encrypted =
        encrypt::encrypt(Suite::One, &PureKem, &keys, &aad, plain, &[1; 32]).expect("sealed");
    header.sealed = SealedRef::of(&encrypted.bytes);
    let message = resigned_by(SENDER, &header, |_| ());
    fixtures::verify(Received::new(message, Some(encrypted.bytes))).expect("holds")
}
