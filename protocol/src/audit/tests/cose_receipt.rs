//! COSE receipts: what they prove, and what they do not prove any more once somebody touched them.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use ciborium::Value;
use coset::CborSerializable;
use coset::CoseSign1;
use coset::TaggedCborSerializable;
use proptest::prelude::any;
use proptest::proptest;

use crate::audit::cose_receipt;
use crate::audit::cose_receipt::CoseReceipt;
use crate::audit::cose_receipt::Inclusion;
use crate::audit::cose_receipt::IssueError;
use crate::audit::cose_receipt::ReadError;
use crate::audit::cose_receipt::VerifyError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::proof::BadProof;

const ORIGIN: &str = "concord/mekong/la.mps/log1";
const NOON: u64 = 1_767_225_600;

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn leaf(number: u8) -> Digest {
    hash::leaf_hash(&[number])
}

/// The root of three leaves, and the way from the last one.
fn three() -> (Digest, Vec<Digest>) {
    let left = hash::node_hash(&leaf(0), &leaf(1));
    (hash::node_hash(&left, &leaf(2)), Vec::from([left]))
}

fn signed(size: u64, root: Digest) -> SignedCheckpoint {
    let head = Checkpoint { origin: ORIGIN.to_owned(), size: TreeSize::new(size), root };
    let note = checkpoint::sign(&head, &key()).unwrap();
    checkpoint::verify(&note, ORIGIN, &key().public()).unwrap()
}

fn inclusion(index: u64, path: Vec<Digest>) -> Inclusion {
    Inclusion { index: LeafIndex::new(index), path }
}

fn issued() -> Vec<u8> {
    let (root, path) = three();
    let at = Seconds::new(NOON).unwrap();
    cose_receipt::issue(&signed(3, root), &leaf(2), &inclusion(2, path), at, &key()).unwrap()
}

fn verify(receipt: &CoseReceipt, number: u8) -> Result<(u64, u64), VerifyError> {
    cose_receipt::verify(receipt, &leaf(number), ORIGIN, &key().public())
        .map(|proven| (proven.checkpoint().size.get(), proven.index().get()))
}

#[test]
fn a_receipt_proves_its_leaf_at_its_place() {
    // shows: log-30, log-32
    let read = cose_receipt::read(&issued()).unwrap();
    let proven = cose_receipt::verify(&read, &leaf(2), ORIGIN, &key().public()).unwrap();

    assert_eq!(read.unverified_origin(), ORIGIN);
    assert_eq!((proven.index().get(), proven.at().get()), (2, NOON));
    assert_eq!(proven.checkpoint(), signed(3, three().0).checkpoint());
    assert_eq!(verify(&read, 1), Err(VerifyError::Note));
    let other = SigningKey::from_seed(&[8; 32]).public();
    let stranger = cose_receipt::verify(&read, &leaf(2), ORIGIN, &other);
    assert!(matches!(stranger, Err(VerifyError::Stranger { .. })));
    let elsewhere = cose_receipt::verify(&read, &leaf(2), "concord/x/y/log1", &key().public());
    assert_eq!(elsewhere, Err(VerifyError::Origin));
}

#[test]
fn the_text_that_stands_for_the_checkpoint_is_that_of_its_note() {
    // shows: log-31
    let (root, _) = three();
    let note = signed(3, root);
    let text = note.text();
    let digest = digest::sha256(text.as_bytes());

    assert!(note.note().starts_with(text.as_bytes()));
    let bytes = issued();
    assert!(bytes.windows(32).any(|window| window == digest.as_bytes()));
}

#[test]
fn a_second_implementation_reads_the_receipt_and_agrees_on_its_signature() {
    // shows: log-30, log-31
    let receipt = CoseSign1::from_tagged_slice(&issued()).unwrap();
    let (root, path) = three();
    let protected = &receipt.protected.header;
    let label = |label: i64| {
        let found = protected.rest.iter().find(|(at, _)| *at == coset::Label::Int(label));
        found.map(|(_, value)| value.clone()).unwrap()
    };
    let number = |number: u64| Value::Integer(number.into());

    let ed25519 = coset::iana::Algorithm::Ed25519;
    assert_eq!(protected.alg, Some(coset::Algorithm::Assigned(ed25519)));
    assert_eq!(protected.key_id, key().public().id().as_bytes());
    assert_eq!(label(395), number(1));
    let claims = Value::Map(Vec::from([
        (number(1), Value::Text(ORIGIN.to_owned())),
        (number(6), number(NOON)),
    ]));
    assert_eq!(label(15), claims);
    let ours = protected.rest.iter().find_map(|(at, value)| match at {
        coset::Label::Text(text) if text == "concord-checkpoint" => value.as_array(),
        coset::Label::Int(_) | coset::Label::Text(_) => None,
    });
    let text = signed(3, root).text();
    let digest = Value::Bytes(digest::sha256(text.as_bytes()).as_bytes().to_vec());
    assert_eq!(ours.unwrap(), &[number(3), digest]);
    assert_eq!(receipt.payload, None);

    let proofs = receipt.unprotected.rest[0].1.clone();
    assert_eq!(receipt.unprotected.rest[0].0, coset::Label::Int(396));
    let proof = proofs.as_map().unwrap()[0].1.as_array().unwrap()[0].as_bytes().unwrap();
    let proof = Value::from_slice(proof).unwrap();
    let path = Value::Array(path.iter().map(|hash| Value::Bytes(hash.as_bytes().into())).collect());
    assert_eq!(proof, Value::Array(Vec::from([number(3), number(2), path])));
    receipt
        .verify_detached_signature(root.as_bytes(), b"", |signature, said| {
            let signature = Signature::from_bytes(signature.try_into().unwrap());
            key().public().verify(said, &signature)
        })
        .unwrap();
    assert_eq!(receipt.to_tagged_vec().unwrap(), issued(), "deterministic either way");
}

#[test]
fn a_receipt_that_was_rewritten_to_another_place_is_refused() {
    // shows: log-32
    let good = issued();
    // In the proof: an array of three, size 3, place 2.
    let place = good.windows(3).rposition(|window| window == [0x83, 3, 2]).unwrap();
    let mut moved = good.clone();
    moved[place + 1] = 2;
    moved[place + 2] = 1;

    // The path of one hash fits a tree of two as well, and leads to the same root: that is why the RFC alone is not enough.
    let (root, path) = three();
    let same = crate::log::proof::root_of(&leaf(2), LeafIndex::new(1), TreeSize::new(2), &path);
    assert_eq!(same, Ok(root));
    let read = cose_receipt::read(&moved).unwrap();
    let (proof, signed) = (TreeSize::new(2), TreeSize::new(3));
    assert_eq!(verify(&read, 2), Err(VerifyError::Moved { proof, signed }));
    // The size in the protected header as well: then the text is another.
    let label = moved.windows(19).position(|window| window == b"concord-checkpoint\x82").unwrap();
    moved[label + 19] = 2;
    assert_eq!(verify(&cose_receipt::read(&moved).unwrap(), 2), Err(VerifyError::Note));
    // And the digest too: then the signature is another's.
    let head = Checkpoint { origin: ORIGIN.to_owned(), size: TreeSize::new(2), root };
    let text = digest::sha256(checkpoint::text(&head).as_bytes());
    moved[label + 22..label + 54].copy_from_slice(text.as_bytes());
    let refused = verify(&cose_receipt::read(&moved).unwrap(), 2);
    assert_eq!(refused, Err(VerifyError::Signature(BadSignature)));
    // Only the place.
    let mut beside = good;
    beside[place + 2] = 1;
    let refused = verify(&cose_receipt::read(&beside).unwrap(), 2);
    assert_eq!(refused, Err(VerifyError::Proof(BadProof::Length)));
}

#[test]
fn the_only_leaf_of_a_log_has_an_empty_path() {
    // shows: log-30, log-33
    let at = Seconds::new(NOON).unwrap();
    let alone = signed(1, leaf(0));
    let bytes =
        cose_receipt::issue(&alone, &leaf(0), &inclusion(0, Vec::new()), at, &key()).unwrap();
    let read = cose_receipt::read(&bytes).unwrap();

    assert_eq!(verify(&read, 0), Ok((1, 0)));
    assert_eq!(verify(&read, 1), Err(VerifyError::Note));
    let surplus = cose_receipt::issue(&alone, &leaf(0), &inclusion(0, three().1), at, &key());
    assert_eq!(surplus, Err(IssueError::Proof(BadProof::Length)));
    let beyond = cose_receipt::issue(&alone, &leaf(0), &inclusion(1, Vec::new()), at, &key());
    assert_eq!(beyond, Err(IssueError::Proof(BadProof::NoSuchLeaf)));
    let wrong = cose_receipt::issue(&alone, &leaf(1), &inclusion(0, Vec::new()), at, &key());
    assert_eq!(wrong, Err(IssueError::Proof(BadProof::Root)));
}

#[test]
fn any_other_form_is_refused_at_its_byte() {
    // shows: log-33
    let good = issued();
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 1;
        let refused = match cose_receipt::read(&changed) {
            Ok(read) => verify(&read, 2).is_err(),
            Err(ReadError::Form { at, .. }) => at <= good.len(),
            Err(ReadError::TooLong { .. }) => false,
        };
        assert!(refused, "byte {place}");
        assert!(cose_receipt::read(&good[..place]).is_err(), "cut at {place}");
    }
    let longer = [&good[..], &[0]].concat();
    let end = ReadError::Form { at: good.len(), expected: "its end" };
    assert_eq!(cose_receipt::read(&longer), Err(end));
    let untagged = cose_receipt::read(&good[1..]);
    assert!(matches!(untagged, Err(ReadError::Form { at: 0, .. })));
    let long = [0; 9000];
    assert!(matches!(cose_receipt::read(&long), Err(ReadError::TooLong { .. })));
    // A length that is not in its shortest form: the size 3 in two bytes.
    let place = good.windows(3).rposition(|window| window == [0x83, 3, 2]).unwrap();
    let mut longer = good.clone();
    longer.splice(place + 1..=place + 1, [0x18, 3]);
    longer[place - 1] += 1;
    let size = ReadError::Form { at: place + 1, expected: "a size" };
    assert_eq!(cose_receipt::read(&longer), Err(size));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..400_usize, to in any::<[u8; 8]>()) {
        // shows: log-33
        drop(cose_receipt::read(&bytes));
        let mut changed = issued();
        for (byte, to) in changed.iter_mut().skip(at).zip(to) {
            *byte = to;
        }
        if let Ok(read) = cose_receipt::read(&changed) {
            verify(&read, 2).ok();
        }
    }
}
