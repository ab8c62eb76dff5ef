//! Transcripts: signed by their root with both keys, and saying nothing that none may say.

use alloc::borrow::ToOwned;
use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest;
use crate::identity::ceremony;
use crate::identity::ceremony::Act;
use crate::identity::ceremony::RecordError;
use crate::identity::ceremony::RuleError;
use crate::identity::ceremony::Sharing;
use crate::identity::ceremony::Transcript;
use crate::identity::ceremony::TranscriptError;
use crate::identity::root::RootKey;
use crate::ids::AgencyId;
use crate::moment::Timestamp;

#[test]
fn a_transcript_that_its_root_signed_holds() {
    // shows: cus-8
    let bytes = ceremony::record(&transcript(), &root()).unwrap();

    assert_eq!(ceremony::verify(&bytes).unwrap().transcript(), &transcript());
}

#[test]
fn a_transcript_holds_under_no_other_root_and_with_no_changed_byte() {
    // shows: cus-8
    let other = RootKey::from_seed(&[2; 32]);
    let foreign = ceremony::record(&transcript(), &other).unwrap();
    assert_eq!(ceremony::verify(&foreign), Err(TranscriptError::OtherSigner));

    let mut both = HybridSigned::parse(&foreign, ContentType::Ceremony).unwrap();
    both.sign(&root().hybrid()).unwrap();
    let both = both.to_bytes().unwrap();
    assert_eq!(ceremony::verify(&both), Err(TranscriptError::OtherSigner));

    let payload = codec::encode(&transcript()).unwrap();
    let credential = hybrid::sign(&root().hybrid(), ContentType::Credential, &payload).unwrap();
    assert!(matches!(ceremony::verify(&credential), Err(TranscriptError::Form(_))));

    let good = ceremony::record(&transcript(), &root()).unwrap();
    for at in (0..good.len()).step_by(97).chain([good.len() - 1]) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        assert!(ceremony::verify(&bytes).is_err(), "byte {at}");
    }
}

#[test]
fn a_transcript_says_nothing_that_cannot_be() {
    // shows: cus-9
    let shares = |threshold, count: u8| {
        let shares = (0..count).map(|number| digest::sha256(&[number])).collect();
        Some(Sharing { threshold, shares })
    };
    let refused = |transcript: Transcript| match ceremony::record(&transcript, &root()) {
        Err(RecordError::Rule(rule)) => rule,
        other => panic!("{other:?}"),
    };

    let people = |people: Vec<&str>| Transcript {
        people: people.into_iter().map(ToOwned::to_owned).collect(),
        ..transcript()
    };
    assert_eq!(refused(people(vec![""])), RuleError::Text);
    assert_eq!(refused(people(vec!["A. Officer\npresent B. Officer"])), RuleError::Text);
    assert_eq!(refused(people(vec!["turned \u{202e} around"])), RuleError::Text);
    assert_eq!(refused(people(vec!["one"; 33])), RuleError::Text);
    assert_eq!(refused(Transcript { software: "".to_owned(), ..transcript() }), RuleError::Text);
    assert_eq!(
        refused(Transcript { sharing: shares(1, 3), ..transcript() }),
        RuleError::Sharing { threshold: 1, shares: 3 }
    );
    assert_eq!(
        refused(Transcript { sharing: shares(4, 3), ..transcript() }),
        RuleError::Sharing { threshold: 4, shares: 3 }
    );
    assert_eq!(
        refused(Transcript { sharing: shares(3, 17), ..transcript() }),
        RuleError::Sharing { threshold: 3, shares: 17 }
    );
    assert_eq!(
        refused(Transcript { act: Act::Split, sharing: None, ..transcript() }),
        RuleError::Unshared
    );
}

fn transcript() -> Transcript {
    Transcript {
        agency: AgencyId::parse("la.mps").unwrap(),
        act: Act::Made,
        root: root().public(),
        sharing: Some(Sharing {
            threshold: 2,
            shares: [[1], [2], [3]].iter().map(|share| digest::sha256(share)).collect(),
        }),
        people: vec!["A. Officer".to_owned(), "ນາງ ບຸນມີ".to_owned()],
        software: "concord 0.1.0".to_owned(),
        at: Timestamp::from_millis(1_760_000_000_000),
    }
}

fn root() -> RootKey {
    RootKey::from_seed(&[1; 32])
}
