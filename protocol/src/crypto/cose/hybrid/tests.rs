//! Two signatures for each signer: both, or none.

use alloc::vec::Vec;

use coset::TaggedCborSerializable;

use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridKey;
use crate::crypto::cose::hybrid::HybridPublic;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::lattice::LatticeSignature;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;

const PAYLOAD: &[u8] = b"charter";

#[test]
fn both_signatures_of_every_signer_hold() {
    let signed = parse(&signed_by(&[1, 2, 3]));
    assert_eq!(signed.payload(), PAYLOAD);
    assert_eq!(signed.key_ids().len(), 6);
    for seed in 1..=3 {
        assert_eq!(signed.verify(&Key::new(seed).public()), Ok(()));
    }
    assert_eq!(signed.verify(&Key::new(4).public()), Err(BadSignature));
}

#[test]
fn the_order_of_signing_leaves_no_trace() {
    assert_eq!(signed_by(&[1, 2, 3]), signed_by(&[3, 1, 2]));
    assert_eq!(signed_by(&[1, 2]), signed_by(&[2, 1, 2]));
}

#[test]
fn a_draft_without_signatures_can_travel() {
    let draft = HybridSigned::unsigned(ContentType::Charter, PAYLOAD).expect("fine");
    let bytes = draft.to_bytes().expect("fine");
    let mut read = parse(&bytes);
    assert_eq!(read.verify(&Key::new(1).public()), Err(BadSignature));
    read.sign(&Key::new(1).key()).expect("here");
    assert_eq!(read.to_bytes().expect("fine"), signed_by(&[1]));
}

#[test]
fn one_of_the_two_signatures_is_not_enough() {
    for which in 0..2 {
        let mut theirs = coset::CoseSign::from_tagged_slice(&signed_by(&[1])).expect("ours");
        theirs.signatures.remove(which);
        let read = parse(&theirs.to_tagged_vec().expect("fine"));
        assert_eq!(read.verify(&Key::new(1).public()), Err(BadSignature));
    }
}

#[test]
fn a_half_of_one_signer_does_not_complete_another() {
    let signed = parse(&signed_by(&[1, 2]));
    let (one, two) = (Key::new(1), Key::new(2));
    let mixed = HybridPublic { ml_dsa: two.lattice.public(), ..one.public() };
    // Both signed: the mixture holds. That is why a member is found by both keys together.
    assert_eq!(signed.verify(&mixed), Ok(()));
    let signed = parse(&signed_by(&[1]));
    assert_eq!(signed.verify(&mixed), Err(BadSignature));
}

#[test]
fn a_second_implementation_reads_and_verifies_it() {
    let bytes = signed_by(&[1]);
    let theirs = coset::CoseSign::from_tagged_slice(&bytes).expect("ours");
    assert_eq!(theirs.clone().to_tagged_vec().expect("fine"), bytes);
    let key = Key::new(1);
    for which in 0..2 {
        let alg = theirs.signatures[which].protected.header.alg.clone().expect("given");
        theirs
            .verify_signature(which, &[], |signature, signed| match alg {
                coset::Algorithm::Assigned(coset::iana::Algorithm::Ed25519) => {
                    let signature = Signature::from_bytes(signature.try_into().expect("64 bytes"));
                    key.public.verify(signed, &signature)
                }
                coset::Algorithm::Assigned(coset::iana::Algorithm::ML_DSA_65) => {
                    let signature = LatticeSignature::from_bytes(signature).expect("3309 bytes");
                    key.lattice.public().verify(signed, &signature)
                }
                coset::Algorithm::Assigned(_)
                | coset::Algorithm::PrivateUse(_)
                | coset::Algorithm::Text(_) => panic!("{alg:?}"),
            })
            .expect("holds");
    }
}

#[test]
fn another_form_is_refused() {
    let bytes = signed_by(&[1, 2]);
    let theirs = coset::CoseSign::from_tagged_slice(&bytes).expect("ours");
    let read = |change: &dyn Fn(&mut coset::CoseSign)| {
        let mut changed = theirs.clone();
        change(&mut changed);
        HybridSigned::parse(&changed.to_tagged_vec().expect("fine"), ContentType::Charter)
            .map(|_| ())
    };
    assert_eq!(read(&|_| ()), Ok(()));
    assert_eq!(read(&|sign| sign.signatures.swap(0, 1)), Err(CoseError::Order));
    assert_eq!(
        read(&|sign| sign.signatures.push(sign.signatures[3].clone())),
        Err(CoseError::Order)
    );
    let with_alg = |alg: coset::iana::Algorithm| {
        move |sign: &mut coset::CoseSign| {
            let header = &mut sign.signatures[0].protected;
            header.original_data = None;
            header.header.alg = Some(coset::Algorithm::Assigned(alg));
        }
    };
    let found = Err(CoseError::Algorithm { found: Some(-50), expected: -19 });
    assert_eq!(read(&with_alg(coset::iana::Algorithm::ML_DSA_87)), found);
    let unnamed = |sign: &mut coset::CoseSign| {
        sign.signatures[0].protected.original_data = None;
        sign.signatures[0].protected.header.key_id = Vec::new();
    };
    assert_eq!(read(&unnamed), Err(CoseError::KeyId));
    let named = |sign: &mut coset::CoseSign| {
        sign.protected.original_data = None;
        sign.protected.header.key_id = [0; 8].to_vec();
    };
    assert_eq!(read(&named), Err(CoseError::KeyId));
    let expected = ContentType::Credential;
    assert_eq!(HybridSigned::parse(&bytes, expected), Err(CoseError::ContentType { expected }));
    assert_eq!(HybridSigned::parse(&bytes[2..], ContentType::Charter), Err(CoseError::Tag));
}

#[test]
fn every_changed_byte_is_refused() {
    let bytes = hybrid::sign(&Key::new(1).key(), ContentType::Credential, PAYLOAD).expect("here");
    let key = Key::new(1);
    // Every byte of the frame and headers, and a sample of the long lattice signature.
    let sample = (0..160).chain((160..bytes.len()).step_by(97)).filter(|at| *at < bytes.len());
    for at in sample {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let read = HybridSigned::parse(&changed, ContentType::Credential);
        assert!(!read.is_ok_and(|read| read.verify(&key.public()).is_ok()), "byte {at}");
    }
}

fn signed_by(seeds: &[u8]) -> Vec<u8> {
    let mut signed = HybridSigned::unsigned(ContentType::Charter, PAYLOAD).expect("fine");
    for seed in seeds {
        signed.sign(&Key::new(*seed).key()).expect("here");
    }
    signed.to_bytes().expect("fine")
}

fn parse(bytes: &[u8]) -> HybridSigned {
    HybridSigned::parse(bytes, ContentType::Charter).expect("ours")
}

struct Key {
    signing: SigningKey,
    public: VerifyingKey,
    lattice: LatticeKey,
}

impl Key {
    fn new(seed: u8) -> Self {
        let signing = SigningKey::from_seed(&[seed; 32]);
        let public = signing.public();
        Self { signing, public, lattice: LatticeKey::from_seed(&[seed; 32]) }
    }

    fn key(&self) -> HybridKey<'_> {
        HybridKey { ed25519: &self.signing, ml_dsa: &self.lattice }
    }

    fn public(&self) -> HybridPublic<'_> {
        HybridPublic { ed25519: &self.public, ml_dsa: self.lattice.public() }
    }
}
