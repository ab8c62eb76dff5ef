//! Proof files, of our logs and of others.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::any;
use proptest::proptest;

use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::policy;
use crate::log::policy::JudgeError;
use crate::log::policy::Policy;
use crate::log::proof;
use crate::log::proof::BadProof;
use crate::log::tests;
use crate::log::tlog_proof;
use crate::log::tlog_proof::TlogProof;
use crate::log::tlog_proof::TlogProofFault;
use crate::log::tlog_proof::VerifyError;

const ORIGIN: &str = "concord/mekong/la.mps/log1";

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn witness_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + number; 32])
}

fn witness(number: u8) -> CosignerKey {
    let name = format!("w{number}.example");
    CosignerKey::new(&name, witness_key(number).public()).unwrap()
}

/// A proof of one leaf in a tree of `size`, with three cosignatures.
fn proof_of(index: u64, size: u64) -> TlogProof {
    proof_under(index, size, ORIGIN)
}

fn proof_under(index: u64, size: u64, origin: &str) -> TlogProof {
    let (tree, kept) = tests::grown(size);
    let size = TreeSize::new(size);
    let index = LeafIndex::new(index);
    let path = proof::inclusion(&tree.over(&kept), index, size).unwrap();
    let head = Checkpoint { origin: origin.to_owned(), size, root: tree.root() };
    let mut checkpoint = checkpoint::sign(&head, &log_key()).unwrap();
    for number in 1..=3 {
        let at = Seconds::new(1_767_225_600).unwrap();
        let text = checkpoint::text(&head);
        let name = format!("w{number}.example");
        let line = cosignature::cosign(&text, at, &name, &witness_key(number)).unwrap();
        checkpoint.extend(line);
    }
    TlogProof { extra: Some(tests::leaf(index.get())), index, path, checkpoint }
}

fn two_of_three() -> Policy {
    let log = NoteKey::new(ORIGIN, log_key().public()).unwrap();
    Policy::flat(log, (1..=3).map(witness).collect(), 2).unwrap()
}

#[test]
fn a_proof_is_written_to_the_byte_and_reads_back() {
    // shows: log-27
    let proof = proof_of(2, 5);
    let bytes = tlog_proof::write(&proof);
    let text = String::from_utf8(bytes.clone()).unwrap();

    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra Mg==\nindex 2\n"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[3].len(), lines[5].len(), lines[6]), (44, 44, ""));
    assert_eq!(lines[7], ORIGIN);
    assert_eq!(tlog_proof::parse(&bytes), Ok(proof.clone()));
    let bare = TlogProof { extra: None, ..proof };
    assert_eq!(tlog_proof::parse(&tlog_proof::write(&bare)), Ok(bare));
}

#[test]
fn a_proof_holds_for_its_leaf_under_its_policy() {
    // shows: log-29
    for (index, size) in [(0, 1), (0, 2), (1, 2), (2, 5), (255, 256), (256, 257), (0, 257)] {
        let proof = proof_of(index, size);
        let leaf = hash::leaf_hash(&tests::leaf(index));
        let judged = tlog_proof::verify(&proof, &leaf, &two_of_three()).unwrap();
        assert_eq!(judged.checkpoint().size.get(), size);
        assert_eq!(judged.cosigned().len(), 3);
    }
    let proof = proof_of(2, 5);
    let leaf = hash::leaf_hash(&tests::leaf(2));
    let refused = |proof: &TlogProof, leaf, policy: &Policy| {
        tlog_proof::verify(proof, leaf, policy).unwrap_err()
    };
    let policy = two_of_three();
    let other = hash::leaf_hash(&tests::leaf(3));
    assert_eq!(refused(&proof, &other, &policy), VerifyError::Proof(BadProof::Root));
    let moved = TlogProof { index: LeafIndex::new(3), ..proof.clone() };
    assert_eq!(refused(&moved, &leaf, &policy), VerifyError::Proof(BadProof::Root));
    let beyond = TlogProof { index: LeafIndex::new(5), ..proof.clone() };
    assert_eq!(refused(&beyond, &leaf, &policy), VerifyError::Proof(BadProof::NoSuchLeaf));
    let mut longer = proof.clone();
    longer.path.push(leaf);
    assert_eq!(refused(&longer, &leaf, &policy), VerifyError::Proof(BadProof::Length));
    let mut shorter = proof.clone();
    shorter.path.pop();
    assert_eq!(refused(&shorter, &leaf, &policy), VerifyError::Proof(BadProof::Length));
    let log = NoteKey::new(ORIGIN, log_key().public()).unwrap();
    let strangers = Policy::flat(log, (3..=6).map(witness).collect(), 2).unwrap();
    let few = VerifyError::Policy(JudgeError::NoQuorum { found: 1 });
    assert_eq!(refused(&proof, &leaf, &strangers), few);
}

#[test]
fn a_proof_of_a_sigsum_log_is_checked_like_ours() {
    // shows: log-29
    let key = log_key().public();
    let hex: String = digest::sha256(key.as_bytes())
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let origin = format!("sigsum.org/v1/tree/{hex}");
    let mut text = format!("log {}\n", NoteKey::new(&origin, key).unwrap().vkey());
    for number in 1..=4 {
        text.push_str(&format!("witness W{number} {}\n", witness(number).vkey()));
    }
    text.push_str("group known 3 W1 W2 W3 W4\nquorum known\n");
    let policy = policy::parse(text.as_bytes()).unwrap();

    let proof = proof_under(4, 9, &origin);
    let bytes = tlog_proof::write(&TlogProof { extra: None, ..proof });
    let read = tlog_proof::parse(&bytes).unwrap();
    let judged = tlog_proof::verify(&read, &hash::leaf_hash(&tests::leaf(4)), &policy).unwrap();
    assert_eq!(judged.cosigned().len(), 3);
    assert_eq!(judged.checkpoint().origin, origin);
}

#[test]
fn a_proof_with_a_fault_is_refused_at_its_line() {
    // shows: log-28
    let good = String::from_utf8(tlog_proof::write(&proof_of(2, 5))).unwrap();
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let line = |number: usize| good.lines().nth(number - 1).unwrap().to_owned();
    let (hash, root) = (line(4), line(10));
    let surplus = format!("\n{hash}").repeat(62);
    let table = [
        (String::new(), 1, TlogProofFault::Unfinished),
        (swap("@v1", "@v2"), 1, TlogProofFault::Version),
        (swap("c2sp", "C2SP"), 1, TlogProofFault::Version),
        (swap("extra Mg==", "extra Mh=="), 2, TlogProofFault::Extra),
        (swap("extra Mg==", "extra "), 2, TlogProofFault::Extra),
        (swap("extra Mg==", "extra Mg"), 2, TlogProofFault::Extra),
        (swap("extra Mg==", "extra Mg==\nextra Mg=="), 3, TlogProofFault::Index),
        (swap("extra Mg==\nindex 2", "index 2\nextra Mg=="), 3, TlogProofFault::Hash),
        (swap("index 2", "index 02"), 3, TlogProofFault::Index),
        (swap("index 2", "index +2"), 3, TlogProofFault::Index),
        (swap("index 2", "index  2"), 3, TlogProofFault::Index),
        (swap("index 2", "index 2 "), 3, TlogProofFault::Index),
        (swap("index 2", "index 18446744073709551616"), 3, TlogProofFault::Index),
        (swap("index 2\n", ""), 3, TlogProofFault::Index),
        (swap(&hash, &hash[..40]), 4, TlogProofFault::Hash),
        (swap(&hash, &format!("{hash} ")), 4, TlogProofFault::Hash),
        (swap(&hash, &format!("{}==", &hash[..42])), 4, TlogProofFault::Hash),
        (swap(&hash, &format!("{hash}{surplus}")), 68, TlogProofFault::TooManyHashes { max: 64 }),
        (swap("index 2\n", "index 2\r\n"), 3, TlogProofFault::Control),
        (good[..60].to_owned(), 4, TlogProofFault::Unfinished),
        (good[..good.find("\n\n").unwrap() + 1].to_owned(), 7, TlogProofFault::Unfinished),
        (
            good[..good.find("\n\n").unwrap() + 2].to_owned(),
            8,
            TlogProofFault::Note(NoteError::Unsigned),
        ),
        (
            swap("\u{2014} w2.example ", "- w2.example "),
            14,
            TlogProofFault::Note(NoteError::Line { line: 3 }),
        ),
    ];
    assert_eq!(root.len(), 44);
    for (text, line, fault) in table {
        let refused = tlog_proof::parse(text.as_bytes()).unwrap_err();
        assert_eq!((refused.line, refused.fault), (line, fault), "{text}");
    }
    let mut bytes = good.clone().into_bytes();
    bytes[40] = 0xff;
    let refused = tlog_proof::parse(&bytes).unwrap_err();
    assert_eq!((refused.line, refused.fault), (3, TlogProofFault::Utf8));
    let long = [good.as_bytes(), &[b'\n'; 300_000]].concat();
    let fault = tlog_proof::parse(&long).unwrap_err().fault;
    assert!(matches!(fault, TlogProofFault::TooLong { .. }));
}

#[test]
fn the_last_bits_of_a_hash_are_not_free() {
    // shows: log-28
    let proof = proof_of(2, 5);
    let encoded = STANDARD.encode(proof.path[0].as_bytes());
    let text = String::from_utf8(tlog_proof::write(&proof)).unwrap();
    let last = encoded.as_bytes()[42];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let place = alphabet.iter().position(|c| *c == last).unwrap();
    assert_eq!(place % 4, 0);
    let twin = format!("{}{}=", &encoded[..42], char::from(alphabet[place + 1]));
    let refused = tlog_proof::parse(text.replace(&encoded, &twin).as_bytes()).unwrap_err();
    assert_eq!((refused.line, refused.fault), (4, TlogProofFault::Hash));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0..900_usize, to in any::<u8>()) {
        // shows: log-28
        drop(tlog_proof::parse(&bytes));
        drop(policy::parse(&bytes));
        drop(crate::log::note::parse_foreign(&bytes));
        let mut changed = tlog_proof::write(&proof_of(2, 5));
        if let Some(byte) = changed.get_mut(at) {
            *byte = to;
        }
        if let Ok(read) = tlog_proof::parse(&changed) {
            // What is read is written alike: there is one form.
            assert_eq!(tlog_proof::write(&read), changed);
        }
    }
}
