//! What is sent fits the grammar in `spec/cddl`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridKey;
use crate::crypto::lattice::LatticeKey;
use crate::envelope;
use crate::envelope::fixtures;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::open;
use crate::envelope::seal::Draft;
use crate::identity::fixtures as members;
use crate::ids::Party;
use crate::message::attachment::Attachment;
use crate::message::attachment::MediaType;
use crate::message::handling::Onward;
use crate::moment::Span;

// shows: env-6
// shows: env-8
// shows: env-9
#[test]
fn a_message_and_its_body_fit_the_grammar() {
    let mut full = Draft {
        supersedes: Some(crate::crypto::digest::sha256(b"before")),
        respond_by: Some(fixtures::CREATED.after(Span::from_days(1))),
        expires: Some(fixtures::CREATED.after(Span::from_days(2))),
        attachments: Vec::from([Attachment {
            digest: crate::crypto::digest::sha256(b"file"),
            length: 4,
            media_type: MediaType::parse("image/jpeg").expect("a media type"),
        }]),
        ..fixtures::passed_on(fixtures::draft(&[RECEIVER, THIRD]), THIRD)
    };
    full.handling.onward = Onward::Named([Party::parse("VN").expect("a Party")].into());
    for draft in [fixtures::draft(&[RECEIVER]), full] {
        let signed = fixtures::signed(draft);
        assert_eq!(fits("signed-message", &signed.message()[1..]), Ok(()));
        assert_eq!(fits("cose-sign1", &signed.message()[1..]), Ok(()));
        assert_eq!(fits("header", &codec::encode(signed.header()).expect("an encoding")), Ok(()));
        assert_eq!(fits("cose-encrypt", &signed.sealed()[2..]), Ok(()));
        let opened =
            open::open_own(signed.header(), signed.sealed(), signed.own_key()).expect("ours");
        assert_eq!(fits("sealed-part", opened.bytes()), Ok(()));
        let bound = envelope::bound_to(signed.header(), &[members::sealing_public(RECEIVER).id()]);
        assert_eq!(fits("bound-data", &bound.expect("an encoding")), Ok(()));
    }
}

#[test]
fn a_hybrid_signature_fits_the_grammar() {
    let signing = members::signing_key(RECEIVER, "signing", 1);
    let key = HybridKey { ed25519: &signing, ml_dsa: &LatticeKey::from_seed(&[1; 32]) };
    let bytes = hybrid::sign(&key, ContentType::Credential, b"content").expect("here");
    assert_eq!(fits("cose-sign", &bytes[2..]), Ok(()));
}

#[test]
fn the_grammar_refuses_what_the_code_refuses() {
    let header = codec::encode(&fixtures::header()).expect("an encoding");
    let unknown = [&[header[0] + 1], &header[1..], &[0x17, 0x00]].concat();
    assert!(fits("header", &unknown).is_err());
    assert!(fits("header", &[0xa0]).is_err());
}

fn fits(rule: &str, bytes: &[u8]) -> Result<(), String> {
    let grammar = [
        include_str!("../../../../spec/cddl/envelope.cddl"),
        include_str!("../../../../spec/cddl/message.cddl"),
    ];
    let grammar = grammar.join("\n");
    cddl_cat::validate_cbor_bytes(rule, &grammar, bytes).map_err(|error| format!("{rule}: {error}"))
}
