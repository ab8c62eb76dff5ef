//! Revocations: who may sign one, and what one may say.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::fixtures;
use crate::identity::fixtures::BEGIN;
use crate::identity::revocation;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::Reason;
use crate::identity::revocation::Revocation;
use crate::identity::revocation::RevocationError;
use crate::identity::revocation::RevokeError;
use crate::identity::revocation::RuleError;
use crate::ids::CharterName;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::REVOCATION_BYTES_MAX;

#[test]
fn a_revocation_of_the_root_verifies_up_to_the_charter() {
    // shows: id-40
    let said = fixtures::revocation("la.mps", 2, 7);
    let bytes = revocation::sign(&said, &fixtures::root("la.mps")).unwrap();

    let verified = revocation::verify(&bytes, &fixtures::verified_charter()).unwrap();

    assert_eq!(verified.revocation(), &said);
    assert_eq!(verified.digest(), digest::sha256(&bytes));
    assert_eq!(verified.last_good(LogNumber::new(1)), said.logs[0]);
    let unnamed = LogNumber::new(2);
    assert_eq!(verified.last_good(unnamed), LastGood::nothing(unnamed));
}

#[test]
fn only_both_keys_of_the_agencys_own_root_revoke() {
    // shows: id-40, id-7
    let agency = fixtures::agency("la.mps");
    let said = fixtures::revocation("la.mps", 1, 0);
    let by_other = revocation::sign(&said, &fixtures::root("mm.mpf")).unwrap();
    let mut forged = revocation::sign(&said, &fixtures::root("la.mps")).unwrap();
    *forged.last_mut().unwrap() ^= 1;
    let payload = codec::encode(&said).unwrap();
    let root = fixtures::root("la.mps");
    let as_credential = hybrid::sign(&root.hybrid(), ContentType::Credential, &payload).unwrap();

    assert_eq!(refusal(&by_other), RevocationError::OtherSigner { agency: agency.clone() });
    assert_eq!(refusal(&forged), RevocationError::Forged { agency });
    assert!(matches!(refusal(&as_credential), RevocationError::Form(_)));
}

#[test]
fn another_charter_an_unknown_agency_and_too_many_bytes_are_refused() {
    // shows: id-40
    let found = CharterName::parse("danube").unwrap();
    let expected = CharterName::parse("mekong").unwrap();
    let base = || fixtures::revocation("la.mps", 1, 0);
    let elsewhere = Revocation { charter: found.clone(), ..base() };
    let unknown = Revocation { agency: fixtures::agency("xx.yyy"), ..base() };
    let len = REVOCATION_BYTES_MAX + 1;

    assert_eq!(refusal(&unchecked(&elsewhere)), RevocationError::OtherCharter { expected, found });
    let agency = fixtures::agency("xx.yyy");
    assert_eq!(refusal(&unchecked(&unknown)), RevocationError::NotAMember { agency });
    assert_eq!(refusal(&vec![0; len]), RevocationError::TooLong { len });
}

#[test]
fn every_rule_is_kept_by_signer_and_verifier() {
    // shows: id-40
    let base = || fixtures::revocation("la.mps", 1, 3);
    let good = |log, size| LastGood { log: LogNumber::new(log), ..fixtures::last_good(size) };
    let cases = [
        (Revocation { through: Serial::new(0), ..base() }, RuleError::Serial),
        (Revocation { logs: vec![good(1, 1); 2], ..base() }, RuleError::LogOrder),
        (Revocation { logs: vec![good(2, 1), good(1, 1)], ..base() }, RuleError::LogOrder),
        (
            Revocation { logs: (1..=17).map(|log| good(log, 1)).collect(), ..base() },
            RuleError::Logs { found: 17 },
        ),
        (
            Revocation {
                logs: vec![LastGood { size: TreeSize::new(0), ..fixtures::last_good(3) }],
                ..base()
            },
            RuleError::EmptyRoot,
        ),
    ];

    for (said, rule) in cases {
        let signed = revocation::sign(&said, &fixtures::root("la.mps"));
        assert_eq!(signed, Err(RevokeError::Rule(rule)));
        assert_eq!(refusal(&unchecked(&said)), RevocationError::Rule(rule));
    }
    let strange = Revocation { logs: vec![good(9, 1)], ..base() };
    let log = LogNumber::new(9);
    assert_eq!(refusal(&unchecked(&strange)), RevocationError::Rule(RuleError::Log { log }));
}

#[test]
fn the_largest_revocation_fits_its_bound() {
    // shows: id-40
    let logs = (0..16).map(|log| LastGood {
        log: LogNumber::new(u64::MAX - 16 + log),
        size: TreeSize::new(u64::MAX),
        root: Digest::from_bytes([7; 32]),
    });
    let said = Revocation {
        through: Serial::new(u64::MAX),
        logs: logs.collect(),
        ..fixtures::revocation("la.mps", 1, 0)
    };

    let bytes = revocation::sign(&said, &fixtures::root("la.mps")).unwrap();

    // Every number at its longest: only the name of the charter and of the agency could be longer.
    assert!(bytes.len() + 29 + 61 <= REVOCATION_BYTES_MAX, "{}", bytes.len());
}

#[test]
fn of_two_last_good_checkpoints_the_stricter_one_counts() {
    // shows: id-42
    let (small, large) = (fixtures::last_good(3), fixtures::last_good(5));
    let other = LastGood { root: Digest::from_bytes([9; 32]), ..large };

    assert_eq!(small.stricter(large), small);
    assert_eq!(large.stricter(small), small);
    assert_eq!(large.stricter(large), large);
    assert_eq!(large.stricter(other), LastGood::nothing(large.log));
}

#[test]
fn every_reason_has_a_word_of_its_own() {
    // shows: id-40
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.text()).collect();
    assert_eq!(words, ["compromised", "lost", "retired"]);
    assert_eq!(fixtures::revocation("la.mps", 1, 0).at, BEGIN);
}

fn refusal(bytes: &[u8]) -> RevocationError {
    revocation::verify(bytes, &fixtures::verified_charter()).unwrap_err()
}

/// Signed by the root of la.mps without asking the rules.
fn unchecked(said: &Revocation) -> Vec<u8> {
    let payload = codec::encode(said).unwrap();
    let root = fixtures::root("la.mps");
    hybrid::sign(&root.hybrid(), ContentType::Revocation, &payload).unwrap()
}
