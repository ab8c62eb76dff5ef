//! Address notices: whose word they are, and what they may say.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::identity::credential::rules::RuleError;
use crate::identity::fixtures;
use crate::identity::notice;
use crate::identity::notice::Notice;
use crate::identity::notice::NoticeError;
use crate::identity::notice::NotifyError;
use crate::ids::Serial;
use crate::limits::NOTICE_BYTES_MAX;

#[test]
fn a_notice_is_the_word_of_the_signing_key_of_its_credential() {
    // shows: id-50
    let said = fixtures::notice("la.mps", 1, 4);
    let bytes = notice::sign(&said, &fixtures::signing_key("la.mps", "signing", 1)).unwrap();

    let verified = notice::verify(&bytes, &fixtures::verified_credential("la.mps", 1)).unwrap();

    assert_eq!(verified.notice(), &said);
    assert_eq!(verified.order(), (Serial::new(1), 4));
}

#[test]
fn no_other_role_agency_or_serial_moves_a_node() {
    // shows: id-50
    let la = fixtures::verified_credential("la.mps", 1);
    for role in ["log", "witness", "transport"] {
        let said = fixtures::notice("la.mps", 1, 1);
        let bytes = notice::sign(&said, &fixtures::signing_key("la.mps", role, 1)).unwrap();
        assert!(notice::verify(&bytes, &la).is_err(), "{role}");
    }
    let key = fixtures::signing_key("la.mps", "signing", 1);
    for said in [
        fixtures::notice("mm.mpf", 1, 1),
        fixtures::notice("la.mps", 2, 1),
        fixtures::notice("la.mps", 1, 0),
    ] {
        let bytes = notice::sign(&said, &key).unwrap();
        assert_eq!(notice::verify(&bytes, &la), Err(NoticeError::OtherCredential));
    }
}

#[test]
fn signed_for_another_purpose_it_is_no_notice() {
    // shows: id-50
    let payload = codec::encode(&fixtures::notice("la.mps", 1, 1)).unwrap();
    let key = fixtures::signing_key("la.mps", "signing", 1);
    let dispatch = cose::sign1(&key, ContentType::Dispatch, &payload).unwrap();

    assert!(matches!(
        notice::verify(&dispatch, &fixtures::verified_credential("la.mps", 1)),
        Err(NoticeError::Form(_))
    ));
}

#[test]
fn addresses_are_checked_by_whoever_signs_and_whoever_verifies() {
    // shows: id-50
    let many = vec!["[::1]:1".to_string(); 9];
    let said = Notice { addresses: many, ..fixtures::notice("la.mps", 1, 1) };
    let key = fixtures::signing_key("la.mps", "signing", 1);
    let rule = RuleError::Addresses { found: 9 };
    let payload = codec::encode(&said).unwrap();
    let unchecked = cose::sign1(&key, ContentType::Notice, &payload).unwrap();

    assert_eq!(notice::sign(&said, &key), Err(NotifyError::Rule(rule.clone())));
    let verified = notice::verify(&unchecked, &fixtures::verified_credential("la.mps", 1));
    assert_eq!(verified, Err(NoticeError::Rule(rule)));
}

#[test]
fn the_largest_notice_fits_its_bound() {
    // shows: id-50
    let address = alloc::format!("{}example:65535", "a.".repeat(123));
    let addresses: Vec<String> = vec![address; 8];
    let said = Notice {
        serial: Serial::new(u64::MAX),
        sequence: u64::MAX,
        addresses,
        ..fixtures::notice("la.mps", 1, 1)
    };
    let key = fixtures::signing_key("la.mps", "signing", 1);

    let bytes = notice::sign(&said, &key).unwrap();

    assert!(bytes.len() + 29 + 61 <= NOTICE_BYTES_MAX, "{}", bytes.len());
}
