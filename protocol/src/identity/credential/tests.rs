//! Credentials: signed by the root, verified up to the charter.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::credential::CredentialError;
use crate::identity::credential::CredentialRequest;
use crate::identity::credential::GrantError;
use crate::identity::credential::KeyRole;
use crate::identity::credential::NotValid;
use crate::identity::credential::Validity;
use crate::identity::credential::rules;
use crate::identity::credential::rules::RuleError;
use crate::identity::fixtures;
use crate::identity::fixtures::BEGIN;
use crate::ids::CharterName;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::limits::CREDENTIAL_BYTES_MAX;
use crate::moment::Span;
use crate::moment::Timestamp;

#[test]
fn a_credential_signed_by_the_root_verifies_under_the_charter() {
    // shows: id-15, id-16
    let credential = fixtures::credential("la.mps", 1);
    let bytes = credential::sign(&credential, &fixtures::root("la.mps")).unwrap();

    let verified = credential::verify(&bytes, &fixtures::verified_charter()).unwrap();

    assert_eq!(verified.credential(), &credential);
    assert_eq!(verified.bytes(), bytes);
}

#[test]
fn another_members_root_cannot_sign_for_an_agency() {
    // shows: id-15
    let credential = fixtures::credential("la.mps", 1);
    let bytes = credential::sign(&credential, &fixtures::root("mm.mpf")).unwrap();

    let agency = fixtures::agency("la.mps");
    assert_eq!(refusal(&bytes), CredentialError::OtherSigner { agency });
}

#[test]
fn both_signatures_of_the_root_and_no_others_are_demanded() {
    // shows: id-7, id-15
    let payload = codec::encode(&fixtures::credential("la.mps", 1)).unwrap();
    let mut two = hybrid::HybridSigned::unsigned(ContentType::Credential, &payload).unwrap();
    let none = two.to_bytes().unwrap();
    two.sign(&fixtures::root("la.mps").hybrid()).unwrap();
    two.sign(&fixtures::root("mm.mpf").hybrid()).unwrap();
    let agency = fixtures::agency("la.mps");

    assert_eq!(refusal(&none), CredentialError::OtherSigner { agency: agency.clone() });
    assert_eq!(
        refusal(&two.to_bytes().unwrap()),
        CredentialError::OtherSigner { agency: agency.clone() }
    );

    let bytes = signed_unchecked(&fixtures::credential("la.mps", 1));
    for head in [&[0x58, 64][..], &[0x59, 0x0c, 0xed]] {
        let mut forged = bytes.clone();
        let at =
            forged.windows(head.len()).rposition(|window| window == head).unwrap() + head.len();
        forged[at] ^= 1;
        assert_eq!(refusal(&forged), CredentialError::Forged { agency: agency.clone() });
    }
}

#[test]
fn another_charter_and_an_unknown_agency_are_refused() {
    // shows: id-17
    let found = CharterName::parse("danube").unwrap();
    let elsewhere = Credential { charter: found.clone(), ..fixtures::credential("la.mps", 1) };
    let unknown = fixtures::credential("xx.yyy", 1);

    let expected = CharterName::parse("mekong").unwrap();
    assert_eq!(
        refusal(&signed_unchecked(&elsewhere)),
        CredentialError::OtherCharter { expected, found }
    );
    let agency = fixtures::agency("xx.yyy");
    assert_eq!(refusal(&signed_unchecked(&unknown)), CredentialError::NotAMember { agency });
}

#[test]
fn every_rule_is_kept_by_signer_and_verifier() {
    // shows: id-16, id-19, id-23
    let base = || fixtures::credential("la.mps", 1);
    let root = fixtures::root("la.mps").public();
    let twice = |first, second| RuleError::KeyTwice { first, second };
    let cases = [
        (Credential { serial: Serial::new(0), ..base() }, RuleError::Serial),
        (Credential { not_after: BEGIN, ..base() }, RuleError::Validity),
        (Credential { log: base().signing, ..base() }, twice(KeyRole::Signing, KeyRole::Log)),
        (
            Credential { transport: base().witness, ..base() },
            twice(KeyRole::Witness, KeyRole::Transport),
        ),
        (
            Credential { witness: root.ed25519, ..base() },
            RuleError::RootAsNodeKey { role: KeyRole::Witness },
        ),
        (
            Credential { addresses: vec!["[::1]:1".to_string(); 9], ..base() },
            RuleError::Addresses { found: 9 },
        ),
    ];

    for (credential, broken) in cases {
        let refused = credential::sign(&credential, &fixtures::root("la.mps"));
        assert_eq!(refused, Err(GrantError::Rule(broken.clone())));
        assert_eq!(refusal(&signed_unchecked(&credential)), CredentialError::Rule(broken));
    }
}

#[test]
fn a_log_that_the_charter_does_not_accept_is_refused() {
    // shows: id-18
    let log = LogNumber::new(2);
    let credential = Credential { log_number: log, ..fixtures::credential("la.mps", 1) };

    assert_eq!(
        refusal(&signed_unchecked(&credential)),
        CredentialError::Rule(RuleError::Log { log })
    );
}

#[test]
fn addresses_are_host_and_port() {
    // shows: id-19
    for good in ["127.0.0.1:7400", "[::1]:7400", "node.mps.example:1", "a:65535"] {
        assert!(rules::address(good).is_ok(), "{good}");
    }
    let long = alloc::format!("{}:1", "a.".repeat(130));
    let bad = [
        "",
        ":",
        "a",
        "a:",
        "a:0",
        "a:00001",
        "a:+1",
        "a:65536",
        ":1",
        "::1:7400",
        "[::1]:0",
        "127.0.0.1:0",
        "1.2.3:1",
        "a b:1",
        "A.example:1",
        "-a:1",
        "a-:1",
        "a..b:1",
        "http://a:1",
        "a:1/",
        &long,
    ];
    for bad in bad {
        assert!(rules::address(bad).is_err(), "{bad}");
    }
}

#[test]
fn validity_is_asked_with_an_instant_and_a_tolerance() {
    // shows: id-20
    let verified = fixtures::verified_credential("la.mps", 1);
    let end = verified.credential().not_after;
    let tolerance = Span::from_millis(300_000);
    let millis = Span::from_millis;

    assert_eq!(verified.valid_at(BEGIN, Span::from_millis(0)), Ok(()));
    assert_eq!(verified.valid_at(end, Span::from_millis(0)), Ok(()));
    assert_eq!(verified.valid_at(BEGIN.before(tolerance), tolerance), Ok(()));
    assert_eq!(verified.valid_at(end.after(tolerance), tolerance), Ok(()));
    let early = verified.valid_at(BEGIN.before(millis(300_001)), tolerance);
    assert_eq!(early, Err(NotValid::NotYet { not_before: BEGIN }));
    let late = verified.valid_at(end.after(millis(300_001)), tolerance);
    assert_eq!(late, Err(NotValid::NoLonger { not_after: end }));
    assert!(verified.valid_at(Timestamp::from_millis(u64::MAX), tolerance).is_err());
    assert!(verified.valid_at(Timestamp::from_millis(0), tolerance).is_err());
}

#[test]
fn a_request_becomes_the_credential_that_grants_it() {
    // shows: id-27
    let credential = fixtures::credential("la.mps", 4);
    let request = request_of(&credential);
    let bytes = codec::encode(&request).unwrap();

    let read: CredentialRequest = codec::decode(&bytes).unwrap();
    let validity = Validity { not_before: credential.not_before, not_after: credential.not_after };

    assert_eq!(read, request);
    assert_eq!(read.grant(validity), credential);
}

#[test]
fn the_largest_credential_fits_its_bound_and_more_is_refused_unread() {
    // shows: id-26
    let address = alloc::format!("{}example:65535", "a.".repeat(123));
    let credential = Credential {
        serial: Serial::new(u64::MAX),
        addresses: vec![address; 8],
        ..fixtures::credential("la.mps", 1)
    };
    let bytes = credential::sign(&credential, &fixtures::root("la.mps")).unwrap();

    assert!(credential::verify(&bytes, &fixtures::verified_charter()).is_ok());
    let len = CREDENTIAL_BYTES_MAX + 1;
    assert_eq!(refusal(&vec![0; len]), CredentialError::TooLong { len });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_byte_changed_is_refused(at in any::<proptest::sample::Index>(), bit in 0_u8..8) {
        // shows: id-7, id-15
        let mut bytes = fixtures::verified_credential("la.mps", 1).bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(credential::verify(&bytes, &fixtures::verified_charter()).is_err());
    }

    #[test]
    fn what_is_written_reads_back(serial in 1_u64.., begin in any::<u64>(), host in "[a-z]{1,20}", port in 1_u16..) {
        let addresses = vec![alloc::format!("{host}:{port}")];
        let not_before = Timestamp::from_millis(begin);
        let credential = Credential {
            serial: Serial::new(serial), not_before, addresses, ..fixtures::credential("la.mps", 1)
        };
        let bytes = codec::encode(&credential).unwrap();
        prop_assert_eq!(codec::decode::<Credential>(&bytes).unwrap(), credential);
    }

    #[test]
    fn no_text_makes_an_address_check_panic(text in any::<String>()) {
        prop_assert!(rules::address(&text).is_ok() || rules::address(&text).is_err());
    }
}

fn refusal(bytes: &[u8]) -> CredentialError {
    credential::verify(bytes, &fixtures::verified_charter()).unwrap_err()
}

/// Signed by the agency's root without asking the rules.
fn signed_unchecked(credential: &Credential) -> Vec<u8> {
    let payload = codec::encode(credential).unwrap();
    let root = fixtures::root(credential.agency.as_str());
    hybrid::sign(&root.hybrid(), ContentType::Credential, &payload).unwrap()
}

fn request_of(credential: &Credential) -> CredentialRequest {
    let of = credential.clone();
    CredentialRequest {
        charter: of.charter,
        agency: of.agency,
        serial: of.serial,
        signing: of.signing,
        sealing: of.sealing,
        log: of.log,
        log_number: of.log_number,
        witness: of.witness,
        transport: of.transport,
        addresses: of.addresses,
    }
}
