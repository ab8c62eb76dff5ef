//! Why a message is refused: one fault each, its own code each.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::envelope::fixtures;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::fixtures::TOLERANCE;
use crate::envelope::header::Header;
use crate::envelope::header::HeaderError;
use crate::envelope::open;
use crate::envelope::open::OpenError;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::envelope::open::VerifyError;
use crate::envelope::seal::Draft;
use crate::identity::credential::NotValid;
use crate::identity::fixtures as members;
use crate::identity::fixtures::BEGIN;
use crate::identity::fixtures::YEAR;
use crate::ids::Serial;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;

const INSTANT: Span = Span::from_millis(1);

// shows: env-7
// shows: env-14
#[test]
fn every_changed_byte_is_refused() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let (directory, from, me) =
        (fixtures::directory(), members::agency(SENDER), members::agency(RECEIVER));
    let verify = |message: Vec<u8>, sealed: Vec<u8>| {
        let received = Received::new(message, Some(sealed));
        open::verify(received, &directory, &from, &me, CREATED, TOLERANCE)
    };
    for at in 0..signed.message().len() {
        let mut message = signed.message().to_vec();
        message[at] ^= 0x01;
        assert!(verify(message, signed.sealed().to_vec()).is_err(), "byte {at} of the message");
    }
    for at in 0..signed.sealed().len() {
        let mut sealed = signed.sealed().to_vec();
        sealed[at] ^= 0x80;
        let refused = verify(signed.message().to_vec(), sealed).expect_err("changed");
        assert_eq!(refused, VerifyError::BodyMismatch, "byte {at} of the sealed body");
    }
}

// shows: env-14
#[test]
fn another_body_and_a_longer_one_are_refused() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let other = fixtures::signed_with(fixtures::draft(&[RECEIVER]), 8);
    let longer = [signed.sealed(), &[0]].concat();
    for sealed in [other.sealed().to_vec(), longer, Vec::new()] {
        let refused = refuse(Received::new(signed.message().to_vec(), Some(sealed)));
        assert_eq!(refused, VerifyError::BodyMismatch);
    }
}

// shows: env-20
#[test]
fn a_sender_must_be_a_member_and_the_one_who_offers() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let stranger =
        resigned(signed.header(), |header| header.from.agency = members::agency("kh.npc"));
    let refused = refuse(Received::new(stranger, None));
    assert_eq!(refused, VerifyError::UnknownAgency { agency: members::agency("kh.npc") });
    let (me, third) = (members::agency(RECEIVER), members::agency(THIRD));
    let received = fixtures::received(&signed);
    let refused = open::verify(received, &fixtures::directory(), &third, &me, CREATED, TOLERANCE);
    let agency = members::agency(SENDER);
    assert_eq!(refused.expect_err("offered by another"), VerifyError::NotItsSender { agency });
}

// shows: env-21
#[test]
fn a_credential_that_is_not_known_is_refused() {
    let signed = fixtures::signed(Draft { serial: Serial::new(7), ..fixtures::draft(&[RECEIVER]) });
    let refused = refuse(fixtures::received(&signed));
    let (agency, serial) = (members::agency(SENDER), Serial::new(7));
    assert_eq!(refused, VerifyError::UnknownCredential { agency, serial });
}

// shows: promise-4
// shows: env-21
#[test]
fn a_signature_of_another_key_is_refused() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let payload = codec::encode(signed.header()).expect("an encoding");
    for (agency, role, serial) in
        [(THIRD, "signing", 1), (SENDER, "log", 1), (SENDER, "signing", 2)]
    {
        let signer = members::signing_key(agency, role, serial);
        let message = cose::sign1(&signer, ContentType::Message, &payload).expect("here");
        let refused = refuse(Received::new(message, Some(signed.sealed().to_vec())));
        assert_eq!(refused, VerifyError::BadSignature);
    }
}

// shows: env-21
#[test]
fn a_credential_is_judged_by_the_time_of_the_message() {
    let last = Timestamp::from_millis(BEGIN.millis() + YEAR);
    let made_at = |created: Timestamp, now: Timestamp| {
        let signed = fixtures::signed(Draft { created, ..fixtures::draft(&[RECEIVER]) });
        fixtures::verify_at(fixtures::received(&signed), now).map(|_| ())
    };
    assert_eq!(made_at(last.after(TOLERANCE), last.after(TOLERANCE)), Ok(()));
    let late = last.after(TOLERANCE).after(INSTANT);
    let no_longer = NotValid::NoLonger { not_after: last };
    assert_eq!(made_at(late, late), Err(VerifyError::ExpiredCredential(no_longer)));
    assert_eq!(made_at(BEGIN.before(TOLERANCE), BEGIN), Ok(()));
    let early = BEGIN.before(TOLERANCE).before(INSTANT);
    let not_yet = NotValid::NotYet { not_before: BEGIN };
    assert_eq!(made_at(early, BEGIN), Err(VerifyError::ExpiredCredential(not_yet)));
}

// shows: env-21
#[test]
fn a_message_that_waited_does_not_die_of_an_expired_credential() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let years_later = CREATED.after(Span::from_days(800));
    assert!(fixtures::verify_at(fixtures::received(&signed), years_later).is_ok());
}

// shows: env-21
#[test]
fn a_message_under_a_superseded_credential_still_holds() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let mut directory = fixtures::directory();
    directory.admit(members::verified_credential(SENDER, 2)).expect("new");
    let (from, me) = (members::agency(SENDER), members::agency(RECEIVER));
    let received = fixtures::received(&signed);
    assert!(open::verify(received, &directory, &from, &me, CREATED, TOLERANCE).is_ok());
}

// shows: env-22
#[test]
fn a_message_for_others_is_refused() {
    let signed = fixtures::signed(fixtures::draft(&[THIRD]));
    assert_eq!(refuse(fixtures::received(&signed)), VerifyError::NotForUs);
}

// shows: env-23
#[test]
fn a_message_from_the_future_is_refused_beyond_the_tolerance() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let early = CREATED.before(TOLERANCE);
    assert!(fixtures::verify_at(fixtures::received(&signed), early).is_ok());
    let now = early.before(INSTANT);
    let refused = fixtures::verify_at(fixtures::received(&signed), now).expect_err("too early");
    assert_eq!(refused, VerifyError::FromTheFuture { created: CREATED, now });
}

// shows: env-23
// shows: env-24
#[test]
fn a_message_that_expired_is_refused_unless_it_is_a_tombstone() {
    let expires = CREATED.after(Span::from_days(1));
    let signed = fixtures::signed(Draft { expires: Some(expires), ..fixtures::draft(&[RECEIVER]) });
    let last = expires.after(TOLERANCE).before(INSTANT);
    assert!(fixtures::verify_at(fixtures::received(&signed), last).is_ok());
    let now = expires.after(TOLERANCE);
    let refused = fixtures::verify_at(fixtures::received(&signed), now).expect_err("expired");
    assert_eq!(refused, VerifyError::Expired { expires });
    let tombstone = Received::new(signed.message().to_vec(), None);
    let verified = fixtures::verify_at(tombstone, now).expect("a tombstone");
    assert_eq!(verified.sealed(), None);
    assert_eq!(verified.digest(), signed.digest());
}

// shows: env-24
#[test]
fn a_tombstone_is_verified_as_strictly_and_never_opened() {
    let signed = fixtures::signed(fixtures::draft(&[RECEIVER]));
    let verified = fixtures::verify(Received::new(signed.message().to_vec(), None)).expect("holds");
    let refused = open::open(&verified, &members::sealing_key(RECEIVER, 1)).expect_err("no body");
    assert_eq!(refused, OpenError::Tombstone);
    let forged = resigned_by(THIRD, signed.header(), |_| ());
    assert_eq!(refuse(Received::new(forged, None)), VerifyError::BadSignature);
}

// shows: env-20
#[test]
fn what_is_wrong_first_is_told_first() {
    // Signed by another, for others, from the future, without its body: the signature comes first.
    let signed = fixtures::signed(fixtures::draft(&[THIRD]));
    let forged = resigned_by(THIRD, signed.header(), |_| ());
    let now = CREATED.before(Span::from_days(9));
    let refused = fixtures::verify_at(Received::new(forged, Some(Vec::new())), now);
    assert_eq!(refused.expect_err("wrong in many ways"), VerifyError::BadSignature);
    let whole = Received::new(signed.message().to_vec(), Some(Vec::new()));
    assert_eq!(fixtures::verify_at(whole, now).expect_err("wrong"), VerifyError::NotForUs);
}

// shows: env-18
#[test]
fn every_refusal_has_its_own_code() {
    let agency = members::agency(SENDER);
    let (serial, created, now, expires) = (Serial::new(1), CREATED, CREATED, CREATED);
    let errors = [
        VerifyError::NotCanonical(HeaderError::TooLong { len: 0 }),
        VerifyError::UnknownKind,
        VerifyError::UnknownAgency { agency: agency.clone() },
        VerifyError::NotItsSender { agency: agency.clone() },
        VerifyError::UnknownCredential { agency, serial },
        VerifyError::BadSignature,
        VerifyError::ExpiredCredential(NotValid::NotYet { not_before: CREATED }),
        VerifyError::NotForUs,
        VerifyError::FromTheFuture { created, now },
        VerifyError::Expired { expires },
        VerifyError::BodyMismatch,
    ];
    let codes: BTreeSet<RefusalCode> = errors.iter().map(VerifyError::code).collect();
    assert_eq!(codes.len(), errors.len());
}

fn refuse(received: Received) -> VerifyError {
    fixtures::verify(received).map(|_: Verified| ()).expect_err("refused")
}

/// The header changed, and signed by its sender as it stands.
fn resigned(header: &Header, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    resigned_by(SENDER, header, change)
}

pub(super) fn resigned_by(
    agency: &str,
    header: &Header,
    change: impl FnOnce(&mut Header),
) -> Vec<u8> {
    let mut header = header.clone();
    change(&mut header);
    let payload = codec::encode(&header).expect("an encoding");
    cose::sign1(&members::signing_key(agency, "signing", 1), ContentType::Message, &payload)
        .expect("here")
}
