//! Names of agencies, logs and keys.

use crate::crypto::signature::KeyId;
use crate::crypto::signature::VerifyingKey;
use crate::crypto::signature::WeakKey;
use crate::identity;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LogNumber;
use crate::ids::NameError;
use crate::ids::Party;

#[test]
fn names_have_one_alphabet_and_bounded_length() {
    // shows: id-1
    for good in ["la.mps", "a-1", "cn.mps.yunnan"] {
        assert_eq!(AgencyId::parse(good).unwrap().as_str(), good);
    }
    assert_eq!(AgencyId::parse("la"), Err(NameError::Length { len: 2, min: 3, max: 64 }));
    assert_eq!(
        AgencyId::parse(&"a".repeat(65)),
        Err(NameError::Length { len: 65, min: 3, max: 64 })
    );
    assert_eq!(AgencyId::parse("la..mps"), Err(NameError::EmptyLabel));
    assert_eq!(AgencyId::parse(".la.mps"), Err(NameError::EmptyLabel));
    for (bad, found) in [("LA.mps", 'L'), ("la_mps", '_'), ("la/../x", '/'), ("la mps", ' ')] {
        assert!(
            matches!(AgencyId::parse(bad), Err(NameError::Character { found: c, .. }) if c == found)
        );
    }
    assert!(Party::parse("LA").is_ok());
    assert!(Party::parse("la").is_err());
    assert!(Party::parse("LAO").is_err());
    assert!(CharterName::parse("mekong-2026").is_ok());
    assert!(CharterName::parse("mekong.2026").is_err());
    assert!(CharterName::parse(&"m".repeat(33)).is_err());
}

#[test]
fn a_log_and_a_witness_are_named_by_charter_and_agency() {
    // shows: id-5
    let charter = CharterName::parse("mekong").unwrap();
    let agency = fixtures::agency("la.mps");

    assert_eq!(
        identity::log_origin(&charter, &agency, LogNumber::new(2)),
        "concord/mekong/la.mps/log2"
    );
    assert_eq!(identity::witness_name(&charter, &agency), "concord/mekong/la.mps/witness");
}

#[test]
fn keys_of_small_order_are_refused_when_they_are_read() {
    // shows: id-3
    let identity_point = {
        let mut bytes = [0_u8; 32];
        bytes[0] = 1;
        bytes
    };
    let of_order_two = {
        let mut bytes = [0xff_u8; 32];
        bytes[0] = 0xec;
        bytes[31] = 0x7f;
        bytes
    };

    for weak in [identity_point, of_order_two, [0; 32]] {
        assert_eq!(VerifyingKey::from_bytes(&weak), Err(WeakKey));
    }
}

#[test]
fn a_key_is_named_by_the_first_bytes_of_a_labelled_digest() {
    // shows: id-4
    let key = fixtures::verifying_key("la.mps", "signing");
    let labelled = [b"concord/1 key id\0".as_slice(), key.as_bytes()].concat();
    let digest = crate::crypto::digest::sha256(&labelled);

    assert_eq!(key.id(), KeyId::from_bytes(digest.as_bytes()[..8].try_into().unwrap()));
}
