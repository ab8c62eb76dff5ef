//! What is the same is written the same, and nothing else is.

use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use crate::codec::value::Value;
use crate::crypto::digest;
use crate::crypto::oprf::DigestKey;
use crate::ids::AgencyId;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::identifier::Identifier;
use crate::message::identifier::canonical;
use crate::message::pointer::Pointer;

fn identifier(json: Json) -> Identifier {
    let value: Value = serde_json::from_value(json.clone()).unwrap();
    Identifier::read(&value, &Pointer::Root, &mut Faults::new()).unwrap_or_else(|| panic!("{json}"))
}

fn text(json: Json) -> Vec<u8> {
    canonical::text(&identifier(json))
}

#[test]
fn two_ways_of_writing_one_identifier_have_one_text() {
    // shows: dcf-4
    let pairs = [
        (
            json!({"bank_account": {"institution": "Bank  of Heron", "account": "0001-2345", "status": "frozen"}}),
            json!({"bank_account": {"institution": "BANK OF HERON", "account": "00012345", "currency": "THB"}}),
        ),
        (
            json!({"payment_card": "999900******1234"}),
            json!({"payment_card": "999900*********1234"}),
        ),
        (
            json!({"crypto_address": {"chain": "TRON", "address": "0xABCDEF"}}),
            json!({"crypto_address": {"chain": "tron", "address": "0xabcdef"}}),
        ),
        (
            json!({"url": "https://D000123.fraud.example/"}),
            json!({"url": "https://d000123.fraud.example"}),
        ),
        (json!({"email": "Agent.7@Fraud.Example"}), json!({"email": "agent.7@fraud.example"})),
        (
            json!({"messaging_handle": {"platform": "Telegram", "id": "@Heron_7"}}),
            json!({"messaging_handle": {"platform": "telegram", "id": "heron_7"}}),
        ),
        (
            json!({"vehicle": {"plate": "AB 12-34", "country": "LA", "vin": "SYN0000001"}}),
            json!({"vehicle": {"plate": "ab1234", "country": "LA"}}),
        ),
    ];

    for (one, other) in pairs {
        assert_eq!(text(one.clone()), text(other.clone()), "{one} and {other}");
    }
}

#[test]
fn what_may_be_two_things_stays_two() {
    // shows: dcf-4
    let apart = [
        json!({"phone": "+85620000001"}),
        json!({"phone": "+85620000002"}),
        json!({"imei": "990000000000001"}),
        json!({"imsi": "990000000000001"}),
        json!({"iccid": "990000000000000001"}),
        json!({"domain": "heron.example"}),
        json!({"email": "a@heron.example"}),
        json!({"url": "https://heron.example"}),
        json!({"url": "http://heron.example"}),
        json!({"url": "https://heron.example/A"}),
        json!({"url": "https://heron.example/a"}),
        json!({"ip": "192.0.2.1"}),
        json!({"crypto_address": {"chain": "tron", "address": "TAbC"}}),
        json!({"crypto_address": {"chain": "tron", "address": "TABC"}}),
        json!({"bank_account": {"institution": "A", "account": "1"}}),
        json!({"bank_account": {"institution": "A 1", "account": "1"}}),
        json!({"messaging_handle": {"platform": "a", "id": "1"}}),
        json!({"payment_card": "999900******1234"}),
        json!({"payment_card": "999901******1234"}),
        json!({"vehicle": {"plate": "AB1234", "country": "LA"}}),
        json!({"vehicle": {"plate": "AB1234"}}),
    ];
    let mut texts: Vec<Vec<u8>> = apart.iter().map(|one| text(one.clone())).collect();

    texts.sort();
    texts.dedup();

    assert_eq!(texts.len(), apart.len());
}

#[test]
fn the_text_begins_with_the_type_and_its_parts_stand_between_zeros() {
    // shows: dcf-4
    let text = text(json!({"bank_account": {"institution": "Bank of Heron", "account": "12"}}));

    assert_eq!(str::from_utf8(&text).unwrap().to_string(), "bank_account\0bank of heron\x0012");
}

#[test]
fn the_same_identifier_asked_about_by_two_agencies_or_in_two_federations_has_two_digests() {
    // shows: dcf-17
    let phone = identifier(json!({"phone": "+999209990000001"}));
    let [one, other] = ["la.mps", "vn.mps"].map(|agency| AgencyId::parse(agency).unwrap());
    let [here, there] = [&b"here"[..], b"there"].map(digest::sha256);

    let asked = canonical::as_asked_by(&one, &here, &phone);

    let expected = [here.as_bytes(), &b"la.mps\0phone\0+999209990000001"[..]].concat();
    assert_eq!(asked, expected);
    let key = DigestKey::from_seed(&[1; 32]).unwrap();
    let made = key.digest(&asked).unwrap();
    for (asker, federation) in [(&other, &here), (&one, &there)] {
        let text = canonical::as_asked_by(asker, federation, &phone);
        assert_ne!(key.digest(&text).unwrap(), made, "the key of one tells nothing for another");
    }
}
