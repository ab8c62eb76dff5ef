//! Charters: drafted, signed by everyone, verified up to a pin.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::CharterError;
use crate::identity::charter::Consent;
use crate::identity::charter::rules::NamesError;
use crate::identity::charter::rules::RuleError;
use crate::identity::fixtures;
use crate::identity::fixtures::AGENCIES;
use crate::identity::quorum::QuorumError;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;

#[test]
fn a_charter_that_every_member_signed_verifies_under_its_pin() {
    // shows: id-9, id-13, id-24
    let bytes = fixtures::signed(fixtures::charter(), &AGENCIES);

    let unanchored = charter::verify(&bytes, None).unwrap();
    let anchored = charter::verify(&bytes, Some(unanchored.digest())).unwrap();

    let payload = codec::encode(&fixtures::charter()).unwrap();
    assert_eq!(anchored.digest(), digest::labelled(Label::Charter, &[&payload]));
    assert_eq!(anchored.charter(), &fixtures::charter());
    assert_eq!(anchored.bytes(), bytes);
}

#[test]
fn another_pin_is_refused() {
    // shows: id-13
    let bytes = fixtures::signed(fixtures::charter(), &AGENCIES);
    let found = charter::verify(&bytes, None).unwrap().digest();
    let expected = Digest::from_bytes([3; 32]);

    assert_eq!(charter::verify(&bytes, Some(expected)), Err(CharterError::Pin { expected, found }));
}

#[test]
fn a_member_that_has_not_signed_is_named() {
    // shows: id-24
    let bytes = fixtures::signed(fixtures::charter(), &["la.mps", "th.rtp"]);

    assert_eq!(
        charter::verify(&bytes, None),
        Err(CharterError::Missing { agency: fixtures::agency("mm.mpf") })
    );
    let consents: Vec<Consent> =
        charter::read(&bytes).unwrap().consents().map(|(_, consent)| consent).collect();
    assert_eq!(consents, [Consent::Given, Consent::Missing, Consent::Given]);
}

#[test]
fn the_order_of_signing_leaves_no_trace_and_signing_twice_changes_nothing() {
    // shows: id-24
    let forth = fixtures::signed(fixtures::charter(), &AGENCIES);
    let back = fixtures::signed(fixtures::charter(), &["th.rtp", "mm.mpf", "la.mps", "mm.mpf"]);

    assert_eq!(forth, back);
}

#[test]
fn a_stranger_cannot_sign() {
    // shows: id-24
    let proposed = charter::propose(fixtures::charter()).unwrap();
    let stranger = fixtures::root("xx.yyy");

    let refused = charter::add_signature(&proposed, &stranger);

    assert_eq!(refused, Err(CharterError::NotAMember { root: stranger.public().fingerprint() }));
}

#[test]
fn a_strangers_signature_beside_all_others_is_refused() {
    // shows: id-24
    let bytes = fixtures::signed(fixtures::charter(), &AGENCIES);
    let mut signed = HybridSigned::parse(&bytes, ContentType::Charter).unwrap();
    signed.sign(&fixtures::root("xx.yyy").hybrid()).unwrap();

    let refused = charter::verify(&signed.to_bytes().unwrap(), None);

    assert!(matches!(refused, Err(CharterError::Stranger { .. })));
}

#[test]
fn either_half_of_a_hybrid_signature_alone_is_none() {
    // shows: id-7
    let bytes = fixtures::signed(fixtures::charter(), &AGENCIES);
    let ed25519_starts = find(&bytes, &[0x58, 64]) + 2;
    let ml_dsa_starts = find(&bytes, &[0x59, 0x0c, 0xed]) + 3;

    for at in [ed25519_starts, ml_dsa_starts] {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        assert!(matches!(charter::verify(&forged, None), Err(CharterError::Forged { .. })));
    }
}

#[test]
fn a_signature_for_a_credential_is_none_for_a_charter() {
    // shows: id-24
    let payload = codec::encode(&fixtures::charter()).unwrap();
    let bytes =
        HybridSigned::unsigned(ContentType::Credential, &payload).unwrap().to_bytes().unwrap();

    assert!(matches!(charter::verify(&bytes, None), Err(CharterError::Form(_))));
}

#[test]
fn a_later_version_names_the_one_before_and_founds_nothing() {
    // shows: id-14
    let version = CharterVersion::new(2);
    let previous = Some(Digest::from_bytes([1; 32]));
    let unlinked = Charter { version, ..fixtures::charter() };
    let amended = Charter { version, previous, ..fixtures::charter() };

    assert_eq!(unproposable(unlinked), RuleError::Unlinked { version });
    let bytes = fixtures::signed(amended, &AGENCIES);
    assert_eq!(charter::verify(&bytes, None), Err(CharterError::NotFounding { version }));
    for (version, previous) in [(0, None), (1, previous)] {
        let broken =
            Charter { version: CharterVersion::new(version), previous, ..fixtures::charter() };
        assert_eq!(unproposable(broken), RuleError::Founding);
    }
}

#[test]
fn a_charter_has_at_least_two_members_and_each_once() {
    // shows: id-8
    let alone = with(|charter| charter.members.truncate(1));
    let crowd = with(|charter| charter.members = vec![fixtures::member("la.mps"); 65]);
    let twice = with(|charter| charter.members.push(fixtures::member("la.mps")));

    assert_eq!(unproposable(alone), RuleError::Members { found: 1 });
    assert_eq!(unproposable(crowd), RuleError::Members { found: 65 });
    assert_eq!(unproposable(twice), RuleError::MemberTwice { agency: fixtures::agency("la.mps") });
}

#[test]
fn members_stand_in_one_order() {
    // shows: id-8
    let reversed = with(|charter| charter.members.reverse());

    assert_eq!(charter::propose(reversed.clone()), charter::propose(fixtures::charter()));
    assert!(matches!(unreadable(&reversed), RuleError::MemberOrder { .. }));
}

#[test]
fn two_members_share_no_half_of_a_root() {
    // shows: id-23
    let (first, second) = (fixtures::agency("la.mps"), fixtures::agency("th.rtp"));
    let same_ed25519 =
        with(|charter| charter.members[2].root.ed25519 = charter.members[0].root.ed25519);
    let same_ml_dsa =
        with(|charter| charter.members[2].root.ml_dsa = charter.members[0].root.ml_dsa.clone());

    for shared in [same_ed25519, same_ml_dsa] {
        let expected = RuleError::RootShared { first: first.clone(), second: second.clone() };
        assert_eq!(unproposable(shared), expected);
    }
}

#[test]
fn names_are_one_for_each_language_and_fit_for_a_screen() {
    // shows: id-8
    let named = |names: Vec<(&str, &str)>| {
        with(|charter| {
            charter.members[0].names =
                names.iter().map(|(language, text)| fixtures::name(language, text)).collect();
        })
    };
    let long = "x".repeat(201);
    let cases = [
        (named(vec![]), NamesError::Count { found: 0 }),
        (named(vec![("en", "a"); 9]), NamesError::Count { found: 9 }),
        (named(vec![("English", "a")]), NamesError::Language),
        (named(vec![("", "a")]), NamesError::Language),
        (named(vec![("en-", "a")]), NamesError::Language),
        (named(vec![("en", "a"), ("en", "b")]), NamesError::Order),
        (named(vec![("en", "")]), NamesError::Text),
        (named(vec![("en", " a")]), NamesError::Text),
        (named(vec![("en", "a\u{1b}[2J")]), NamesError::Text),
        (named(vec![("en", "a\u{202e}b")]), NamesError::Text),
        (named(vec![("en", &long)]), NamesError::Text),
    ];

    for (charter, source) in cases {
        assert_eq!(
            unproposable(charter),
            RuleError::Names { agency: fixtures::agency("la.mps"), source }
        );
    }
}

#[test]
fn log_numbers_count_from_one() {
    // shows: id-18
    for (first, last) in [(0, 1), (2, 1)] {
        let broken = with(|charter| {
            charter.members[1].logs.first = LogNumber::new(first);
            charter.members[1].logs.last = LogNumber::new(last);
        });
        assert_eq!(unproposable(broken), RuleError::Logs { agency: fixtures::agency("mm.mpf") });
    }
}

#[test]
fn suites_are_known() {
    // shows: id-10
    for suites in [vec![], vec![3], vec![1, 1], vec![2, 1], vec![1, 3], vec![0, 1]] {
        assert_eq!(
            unproposable(with(|charter| charter.profiles.suites = suites)),
            RuleError::Suites
        );
    }
}

#[test]
fn numbers_that_do_not_bear_the_dishonest_are_refused_by_drafter_and_verifier() {
    // shows: id-11, id-12
    let few = with(|charter| charter.witness_quorum = 1);
    let low = with(|charter| charter.amendment_threshold = 1);
    let expected_few = RuleError::Quorum {
        members: 3,
        source: QuorumError::WitnessesTooFew { quorum: 1, witnesses: 2, dishonest: 0 },
    };
    let expected_low = RuleError::Quorum {
        members: 3,
        source: QuorumError::ThresholdTooLow { threshold: 1, members: 3, dishonest: 0 },
    };

    assert_eq!(unproposable(few.clone()), expected_few);
    assert_eq!(unreadable(&few), expected_few);
    assert_eq!(unproposable(low.clone()), expected_low);
    assert_eq!(unreadable(&low), expected_low);
}

#[test]
fn the_largest_charter_fits_its_bound() {
    let members = (0..64).map(|number| {
        let mut member = fixtures::member(&alloc::format!("la.a{number:02}"));
        let languages = ["en", "km", "lo", "my", "th", "vi", "zh-Hans", "zh-Hant"];
        member.names = languages.iter().map(|tag| fixtures::name(tag, &"x".repeat(200))).collect();
        member
    });
    let charter = Charter {
        members: members.collect(),
        amendment_threshold: 33,
        witness_quorum: 32,
        ..fixtures::charter()
    };
    let agencies: Vec<_> = charter.members.iter().map(|member| member.agency.clone()).collect();
    let agencies: Vec<&str> = agencies.iter().map(|agency| agency.as_str()).collect();

    let bytes = fixtures::signed_at_once(charter, &agencies);

    assert!(charter::verify(&bytes, None).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_byte_changed_is_refused(at in any::<proptest::sample::Index>(), bit in 0_u8..8) {
        // shows: id-7, id-24
        let mut bytes = fixtures::verified_charter().bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(charter::verify(&bytes, None).is_err());
    }

    #[test]
    fn what_is_written_reads_back(f in 0_u16..2, last in 1_u64..9) {
        let mut charter = fixtures::charter();
        charter.dishonest_max = f;
        charter.members[0].logs.last = LogNumber::new(last);
        let bytes = codec::encode(&charter).unwrap();
        prop_assert_eq!(codec::decode::<Charter>(&bytes).unwrap(), charter);
    }
}

fn with(change: impl FnOnce(&mut Charter)) -> Charter {
    let mut charter = fixtures::charter();
    change(&mut charter);
    charter
}

fn unproposable(charter: Charter) -> RuleError {
    match charter::propose(charter) {
        Err(CharterError::Rule(error)) => error,
        other => panic!("expected a rule to be broken, found {other:?}"),
    }
}

/// What a reader says to a charter that was written without asking the rules.
fn unreadable(charter: &Charter) -> RuleError {
    let payload = codec::encode(charter).unwrap();
    let bytes = HybridSigned::unsigned(ContentType::Charter, &payload).unwrap().to_bytes().unwrap();
    match charter::verify(&bytes, None) {
        Err(CharterError::Rule(error)) => error,
        other => panic!("expected a rule to be broken, found {other:?}"),
    }
}

/// Where a signature of this length begins, behind the payload.
fn find(bytes: &[u8], head: &[u8]) -> usize {
    bytes.windows(head.len()).rposition(|window| window == head).unwrap()
}
