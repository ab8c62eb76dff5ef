//! The encoding of leaves.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::DecodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::BasisCode;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::PurposeCode;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Doubt;
use crate::log::leaf::EraseCause;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::log::leaf::Resumption;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;

fn digest_of(text: &str) -> Digest {
    digest::sha256(text.as_bytes())
}

fn agency() -> AgencyId {
    AgencyId::parse("la.mps").unwrap()
}

/// One of each, in the order of their numbers.
#[expect(clippy::too_many_lines, reason = "a table: one leaf of each kind")]
fn all() -> Vec<Leaf> {
    let (at, epoch, number) = (Timestamp::from_millis(1), Epoch::new(1), LinkNumber::new(1));
    let (message, dispatch) = (digest_of("message"), digest_of("dispatch"));
    let item = |number, outcome| ReceiptItem {
        number: LinkNumber::new(number),
        message,
        index: LeafIndex::new(3),
        outcome,
    };
    let items =
        vec![item(1, Outcome::Accepted), item(2, Outcome::Refused { code: RefusalCode::Expired })];
    vec![
        Leaf::Started {
            at,
            charter_version: CharterVersion::new(1),
            credential: Serial::new(1),
            probed: true,
        },
        Leaf::Message { header: ByteBuf::from([0xd2, 0x84]) },
        Leaf::Sent { message, to: agency(), epoch, number },
        Leaf::Received {
            message,
            from: agency(),
            epoch,
            number,
            dispatch,
            at,
            form: Form::Tombstone,
        },
        Leaf::Refused {
            message,
            from: agency(),
            epoch,
            number,
            dispatch,
            at,
            code: RefusalCode::BadBody,
        },
        Leaf::ReceiptHeld {
            from: agency(),
            epoch,
            items,
            receipt: digest_of("receipt"),
            size: TreeSize::new(4),
            root: digest_of("root"),
        },
        Leaf::Read {
            message,
            officer: StaffNumber::parse("LA-0042").unwrap(),
            purpose: PurposeCode::parse("transfer").unwrap(),
            at,
        },
        Leaf::Exported { bundle: digest_of("bundle"), size: TreeSize::new(4), at },
        Leaf::Erased {
            message,
            leaf: LeafIndex::new(3),
            sealed: digest_of("sealed"),
            cause: EraseCause::Order,
            basis: BasisCode::parse("LA/2026/77-b").unwrap(),
            officer: StaffNumber::parse("LA-0042").unwrap(),
            keys_until: Some(at),
            at,
        },
        Leaf::Evidence {
            evidence: digest_of("evidence"),
            kind: EvidenceKind::LogFork,
            accused: agency(),
            at,
        },
        Leaf::Succession {
            statement: ByteBuf::from(b"statement".to_vec()),
            approvals: vec![ByteBuf::from(b"approval".to_vec())],
        },
        Leaf::Resumed {
            at,
            after: Doubt::Quarantine,
            how: Resumption::Healed,
            from: TreeSize::new(4),
            officer: None,
        },
        Leaf::Carried { message, log: LogNumber::new(1), index: LeafIndex::new(3) },
        Leaf::Revocation { revocation: ByteBuf::from(vec![3]), at: Timestamp::from_millis(5) },
    ]
}

#[test]
fn every_leaf_reads_back_from_its_one_form_and_fits_the_grammar() {
    // shows: log-15
    let grammar = [
        include_str!("../../../../spec/cddl/envelope.cddl"),
        include_str!("../../../../spec/cddl/wire.cddl"),
        include_str!("../../../../spec/cddl/identity.cddl"),
        include_str!("../../../../spec/cddl/log.cddl"),
    ];
    let grammar = grammar.join("\n");
    for leaf in all() {
        let bytes = codec::encode(&leaf).unwrap();
        cddl_cat::validate_cbor_bytes("leaf", &grammar, &bytes).unwrap();
        assert_eq!(codec::decode::<Leaf>(&bytes), Ok(leaf));
    }
}

#[test]
fn a_leaf_is_its_number_and_its_numbered_fields() {
    // shows: log-15
    for (leaf, number) in all().iter().zip(0_u8..) {
        let bytes = codec::encode(leaf).unwrap();
        assert_eq!(bytes[..2], [0x82, number], "the number of the variant");
        assert_eq!(bytes[2] >> 5, 5, "with a map of fields");
        assert_eq!(bytes[3], 0, "keyed from 0");
    }
    let started = codec::encode(&all()[0]).unwrap();
    assert_eq!(started, [0x82, 0x00, 0xa4, 0x00, 0x01, 0x01, 0x01, 0x02, 0x01, 0x03, 0xf5]);
}

#[test]
fn anything_else_is_not_a_leaf() {
    // shows: log-15
    let refused = |bytes: &[u8]| codec::decode::<Leaf>(bytes).unwrap_err();

    assert_eq!(refused(&[0x82, 0x0d, 0xa0]), DecodeError::Shape, "an unknown kind");
    assert_eq!(refused(&[0x82, 0x01, 0xa0]), DecodeError::Shape, "a field missing");
    assert_eq!(
        refused(&[0x82, 0x01, 0xa2, 0x00, 0x40, 0x01, 0x00]),
        DecodeError::Shape,
        "a field too many"
    );
    let named = [&[0x82, 0x67][..], b"Message", &[0xa1, 0x00, 0x40]].concat();
    assert_eq!(refused(&named), DecodeError::NotCanonical, "a name in place of a number");
    assert_eq!(refused(&[0x82, 0x01, 0x81, 0x40]), DecodeError::NotCanonical, "fields in a list");
    let long = codec::encode(&Leaf::Message { header: ByteBuf::from(vec![0; 65_536]) }).unwrap();
    assert_eq!(refused(&long), DecodeError::TooLong { len: long.len(), max: 65_535 });
}

#[test]
fn officers_have_numbers_and_purposes_have_codes_and_neither_has_room_for_prose() {
    // shows: log-16
    assert_eq!(StaffNumber::parse("LA-0042x").unwrap().to_string(), "LA-0042x");
    for bad in ["", "Officer Smith", "ທ", "0123456789012345678901234567890123"] {
        assert!(StaffNumber::parse(bad).is_err(), "{bad:?}");
    }
    for bad in ["", "Transfer", "a b"] {
        assert!(PurposeCode::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn the_basis_of_an_erasure_is_a_code_without_room_for_prose() {
    // shows: log-40
    assert_eq!(BasisCode::parse("MPS/2026/77-b.1").unwrap().as_str(), "MPS/2026/77-b.1");
    for prose in ["", "by order of the court", "a_b", &"x".repeat(65)] {
        BasisCode::parse(prose).unwrap_err();
    }
}
