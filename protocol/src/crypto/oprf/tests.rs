//! The published vectors, and what the three parties of a digest may and may not learn.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::ProptestConfig;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use rand_core_06::CryptoRng;
use rand_core_06::Error as NoRandomness;
use rand_core_06::RngCore;
use serde::Deserialize;

use crate::crypto::oprf;
use crate::crypto::oprf::Answered;
use crate::crypto::oprf::DigestKey;
use crate::crypto::oprf::DigestPublic;
use crate::crypto::oprf::Element;
use crate::crypto::oprf::OprfError;
use crate::crypto::oprf::Proof;
use crate::crypto::oprf::shortened;
use crate::crypto::published::hex;
use crate::crypto::published::read;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rfc9497 {
    name: String,
    seed: String,
    key_info: String,
    secret: String,
    public: String,
    inputs: Vec<String>,
    blinds: Vec<String>,
    blinded: Vec<String>,
    evaluated: Vec<String>,
    proof: String,
    proof_random: String,
    outputs: Vec<String>,
}

/// Gives out scalars that a vector fixes: each request is for 64 bytes, of which the scalar is the first half.
struct Fixed(Vec<Vec<u8>>);

impl RngCore for Fixed {
    fn next_u32(&mut self) -> u32 {
        panic!("scalars are drawn as bytes")
    }

    fn next_u64(&mut self) -> u64 {
        panic!("scalars are drawn as bytes")
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        let scalar = self.0.remove(0);
        assert_eq!((dest.len(), scalar.len()), (64, 32));
        dest[..32].copy_from_slice(&scalar);
        dest[32..].fill(0);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), NoRandomness> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Fixed {}

fn key(seed: u8) -> DigestKey {
    DigestKey::from_seed(&[seed; 32]).unwrap()
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

#[test]
fn digests_are_made_as_rfc_9497_makes_them() {
    // shows: dcf-2, dcf-3
    let cases: Vec<Rfc9497> = read(include_str!("../../../../spec/vectors/published/rfc9497.json"));
    assert_eq!(cases.len(), 3);

    for case in cases {
        let key = DigestKey::derived(&hex(&case.seed), &hex(&case.key_info)).unwrap();
        let texts: Vec<Vec<u8>> = case.inputs.iter().map(|text| hex(text)).collect();
        let scalars = case.blinds.iter().map(|scalar| hex(scalar)).collect();
        let (blinds, blinded) = oprf::blinded(&texts, &mut Fixed(scalars)).unwrap();
        let drawn = &mut Fixed(Vec::from([hex(&case.proof_random)]));
        let answered = key.answered(&blinded, drawn).unwrap();
        let outputs = blinds.outputs(&texts, &answered, &key.public()).unwrap();

        let elements = |texts: &[String]| -> Vec<Element> {
            texts.iter().map(|text| Element::from_bytes(bytes(text))).collect()
        };
        let name = &case.name;
        assert_eq!(key.public().as_bytes(), &bytes::<32>(&case.public), "{name}");
        assert_eq!(key.0.serialize()[..32], hex(&case.secret), "{name}");
        assert_eq!(blinded, elements(&case.blinded), "{name}");
        assert_eq!(answered.elements, elements(&case.evaluated), "{name}");
        assert_eq!(answered.proof, Proof::from_bytes(bytes(&case.proof)), "{name}");
        let expected: Vec<Vec<u8>> = case.outputs.iter().map(|output| hex(output)).collect();
        let outputs: Vec<Vec<u8>> = outputs.iter().map(|output| output.to_vec()).collect();
        assert_eq!(outputs, expected, "{name}");
        for (text, output) in texts.iter().zip(&outputs) {
            assert_eq!(key.digest(text), Ok(shortened(output)), "{name}: with the key itself");
        }
    }
}

#[test]
fn an_answer_under_another_key_than_the_one_that_was_named_gives_no_digest() {
    // shows: dcf-9
    let texts = [b"one".as_slice(), b"two"];
    let (blinds, blinded) = oprf::blind(&texts, &[7; 32]).unwrap();
    let honest = key(1).answer(&blinded, &[8; 32]).unwrap();
    let other = key(2).answer(&blinded, &[8; 32]).unwrap();
    let named = key(1).public();

    assert!(blinds.digests(&texts, &honest, &named).is_ok());
    assert_eq!(blinds.digests(&texts, &other, &named), Err(OprfError::Proof));
    let mixed =
        Answered { elements: Vec::from([honest.elements[0], other.elements[1]]), ..honest.clone() };
    assert_eq!(blinds.digests(&texts, &mixed, &named), Err(OprfError::Proof), "one of two");
    let swapped =
        Answered { elements: honest.elements.iter().rev().copied().collect(), ..honest.clone() };
    assert_eq!(blinds.digests(&texts, &swapped, &named), Err(OprfError::Proof), "another order");
    let short = Answered { elements: honest.elements[..1].to_vec(), ..honest };
    assert_eq!(blinds.digests(&texts, &short, &named), Err(OprfError::Proof), "too few");
}

#[test]
fn what_is_no_element_is_neither_answered_nor_taken() {
    // shows: dcf-8
    let (blinds, blinded) = oprf::blind(&[b"one"], &[7; 32]).unwrap();
    let answered = key(1).answer(&blinded, &[8; 32]).unwrap();

    for bytes in [[0; 32], [255; 32]] {
        let bad = Element::from_bytes(bytes);
        assert_eq!(key(1).answer(&[blinded[0], bad], &[8; 32]), Err(OprfError::Element));
        let taken = Answered { elements: Vec::from([bad]), ..answered.clone() };
        assert_eq!(blinds.digests(&[b"one"], &taken, &key(1).public()), Err(OprfError::Element));
        let no_key = DigestPublic::from_bytes(bytes);
        assert_eq!(blinds.digests(&[b"one"], &answered, &no_key), Err(OprfError::Element));
    }
    assert_eq!(key(1).digest(b""), key(1).digest(b""), "an empty text is judged alike twice");
}

#[test]
fn secrets_do_not_show_in_debug() {
    let (blinds, _) = oprf::blind(&[b"one"], &[7; 32]).unwrap();

    assert_eq!(alloc::format!("{:?} {blinds:?}", key(1)), "DigestKey Blinds");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_digest_that_was_made_blindly_is_the_one_that_the_key_makes(
        text in proptest::collection::vec(0_u8.., 1..64), seed: [u8; 32], holder: [u8; 32],
    ) {
        // shows: dcf-3
        let key = DigestKey::from_seed(&holder).unwrap();
        let (blinds, blinded) = oprf::blind(&[&text], &seed).unwrap();
        let answered = key.answer(&blinded, &seed).unwrap();

        let digests = blinds.digests(&[&text], &answered, &key.public()).unwrap();
        prop_assert_eq!(digests, Vec::from([key.digest(&text).unwrap()]));
    }

    #[test]
    fn two_keys_and_two_questions_have_nothing_in_common(
        text in proptest::collection::vec(0_u8.., 1..64), one: [u8; 32], other: [u8; 32],
    ) {
        // shows: dcf-2
        proptest::prop_assume!(one != other);
        let (first, second) = (DigestKey::from_seed(&one).unwrap(), DigestKey::from_seed(&other).unwrap());

        prop_assert!(first.public() != second.public());
        prop_assert!(first.digest(&text) != second.digest(&text), "digests under two keys");
        let (_, here) = oprf::blind(&[&text], &one).unwrap();
        let (_, there) = oprf::blind(&[&text], &other).unwrap();
        prop_assert!(here != there, "the same text, blinded twice");
    }
}
