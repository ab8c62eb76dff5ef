//! What a header may say, and how it is written.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::codec::DecodeError;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::digest;
use crate::envelope::fixtures;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::envelope::header::HeaderError;
use crate::envelope::header::HeaderRule;
use crate::identity::fixtures as members;
use crate::limits::HEADER_BYTES_MAX;
use crate::limits::SEALED_BYTES_MAX;
use crate::moment::Span;

/// One change to a header.
type Change<'a> = &'a dyn Fn(&mut Header);

// shows: env-8
#[test]
fn a_header_is_a_map_of_integers_in_the_order_of_its_fields() {
    let bytes = codec::encode(&fixtures::header()).expect("an encoding");
    let value: ciborium::Value = ciborium::from_reader(bytes.as_slice()).expect("CBOR");
    let keys: Vec<i128> = value
        .as_map()
        .expect("a map")
        .iter()
        .map(|(key, _)| key.as_integer().expect("an integer").into())
        .collect();
    // 6 supersedes, 8 originator, 11 respond by, 12 expires and 19 approvals are absent.
    assert_eq!(keys, [0, 1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16, 17, 18, 20, 21, 22]);
    assert_eq!(codec::decode(&bytes), Ok(fixtures::header()));
}

// shows: env-8
// shows: env-12
#[test]
fn each_rule_of_a_header_is_refused_by_name() {
    let too_long = u64::try_from(SEALED_BYTES_MAX).expect("small") + 1;
    let digests = |count: u8| (0..count).map(|number| digest::sha256(&[number]));
    let cases: [(HeaderRule, Change<'_>); 11] = [
        (HeaderRule::Version { found: 2 }, &|header| header.version = 2),
        (HeaderRule::Recipients { found: 0 }, &|header| header.to.clear()),
        (HeaderRule::Recipients { found: 33 }, &|header| {
            header.to = vec![header.to[0].clone(); 33]
        }),
        (HeaderRule::RecipientTwice, &|header| header.to = vec![header.to[0].clone(); 2]),
        (HeaderRule::RecipientTwice, &|header| header.to[1].agency = members::agency(SENDER)),
        (HeaderRule::Parents { found: 65 }, &|header| header.parents = digests(65).collect()),
        (HeaderRule::ParentOrder, &|header| header.parents = vec![header.parents[0]; 2]),
        (HeaderRule::LegalBases { found: 17 }, &|header| {
            header.legal_basis = vec![header.legal_basis[0].clone(); 17];
        }),
        (HeaderRule::Times, &|header| header.expires = Some(header.created)),
        (HeaderRule::Times, &|header| {
            header.respond_by = Some(header.created.before(Span::from_millis(1)));
        }),
        (HeaderRule::SealedLength { found: too_long }, &|header| header.sealed.length = too_long),
    ];
    for (rule, change) in cases {
        let mut header = fixtures::header();
        change(&mut header);
        assert_eq!(header.check(), Err(rule));
        assert_eq!(header::read(&sign(&encoded(&header))), Err(HeaderError::Rule(rule)));
    }
}

// shows: env-8
#[test]
fn parents_out_of_order_are_refused() {
    let mut header = fixtures::header();
    header.parents = vec![digest::sha256(b"a"), digest::sha256(b"b")];
    header.parents.sort_unstable();
    assert_eq!(header.check(), Ok(()));
    header.parents.reverse();
    assert_eq!(header.check(), Err(HeaderRule::ParentOrder));
}

// shows: env-19
#[test]
fn a_kind_that_is_not_registered_is_refused_by_name() {
    let bytes = replaced(&encoded(&fixtures::header()), b"acknowledgement", b"acknowledgemend");
    assert_eq!(header::read(&sign(&bytes)), Err(HeaderError::UnknownKind));
    // A header of tomorrow, with a field that is not known, says the same.
    let longer = [&[bytes[0] + 1], &bytes[1..], &[0x17, 0x00]].concat();
    assert_eq!(header::read(&sign(&longer)), Err(HeaderError::UnknownKind));
}

// shows: env-1
#[test]
fn a_header_in_another_form_is_refused() {
    let bytes = encoded(&fixtures::header());
    let unknown = [&[bytes[0] + 1], &bytes[1..], &[0x17, 0x00]].concat();
    assert_eq!(header::read(&sign(&unknown)), Err(HeaderError::Form(DecodeError::Shape)));
    let trailing = [bytes.as_slice(), &[0]].concat();
    assert!(matches!(header::read(&sign(&trailing)), Err(HeaderError::Form(DecodeError::Scan(_)))));
    // The classification as a word, the codes out of order, a code twice.
    let codes = |form: &[u8]| replaced(&bytes, &[0x01, 0x82, 0x01, 0x02, 0x02, 0x01], form);
    for form in [[0x01, 0x82, 0x02, 0x01, 0x02, 0x01], [0x01, 0x82, 0x01, 0x01, 0x02, 0x01]] {
        assert_eq!(
            header::read(&sign(&codes(&form))),
            Err(HeaderError::Form(DecodeError::NotCanonical))
        );
    }
}

// shows: env-3
#[test]
fn a_message_beyond_its_length_is_not_even_read() {
    let len = HEADER_BYTES_MAX + 1;
    assert_eq!(header::read(&vec![0; len]), Err(HeaderError::TooLong { len }));
    assert_eq!(header::read(&[0; 64]), Err(HeaderError::Cose(CoseError::Tag)));
}

// shows: env-6
#[test]
fn a_header_signed_for_another_purpose_is_no_message() {
    let signer = members::signing_key(SENDER, "signing", 1);
    let bytes =
        cose::sign1(&signer, ContentType::Dispatch, &encoded(&fixtures::header())).expect("here");
    let expected = ContentType::Message;
    assert_eq!(header::read(&bytes), Err(HeaderError::Cose(CoseError::ContentType { expected })));
}

#[test]
fn recipients_are_found_by_their_newest_credential() {
    let mut directory = fixtures::directory();
    directory.admit(members::verified_credential(RECEIVER, 2)).expect("new");
    let draft = fixtures::draft(&[RECEIVER]);
    let found = crate::envelope::seal::Recipients::find(&draft.to, &directory, draft.created)
        .expect("known");
    let sealed = crate::envelope::seal::seal(draft, &found, &crate::crypto::kem::PureKem, &[0; 32])
        .expect("fine");
    let signed = crate::envelope::seal::sign(sealed, &members::signing_key(SENDER, "signing", 1))
        .expect("here");
    let open = |serial: u64| {
        let key = members::sealing_key(RECEIVER, serial);
        crate::envelope::open::open_kept(signed.header(), signed.sealed(), &key).is_ok()
    };
    assert!(open(2));
    assert!(!open(1));
}

fn encoded(header: &Header) -> Vec<u8> {
    codec::encode_parts(header).expect("an encoding")
}

fn sign(payload: &[u8]) -> Vec<u8> {
    let signer = members::signing_key(SENDER, "signing", 1);
    cose::sign1(&signer, ContentType::Message, payload).expect("here")
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("found");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}
