//! Signed notes and checkpoints, against the published examples.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::checkpoint::GrowthError;
use crate::log::hash;
use crate::log::note;
use crate::log::note::BadKeyName;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::note::SignNoteError;
use crate::log::proof;
use crate::log::proof::BadProof;
use crate::log::tests;

const ORIGIN: &str = "concord/mekong/la.mps/log0";

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// The key of a `vkey` line.
fn key_of(vkey: &str) -> NoteKey {
    let mut parts = vkey.splitn(3, '+');
    let (name, _, key) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let key: [u8; 33] = STANDARD.decode(key).unwrap().try_into().unwrap();
    assert_eq!(key[0], 1);
    NoteKey::new(name, VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap()).unwrap()
}

#[test]
fn the_example_of_the_specification_verifies() {
    // shows: log-10, log-11, log-12
    let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let bytes = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let key = key_of(vkey);

    assert_eq!(key.id(), [0x53, 0x0d, 0x90, 0x3a]);
    assert_eq!(key.vkey(), vkey);
    assert_eq!(
        note::parse(bytes.as_bytes()).unwrap().verify(&key),
        Ok("This is an example message.\n")
    );
}

#[test]
fn the_example_of_the_go_module_verifies_and_is_written_alike() {
    // shows: log-10, log-11
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let key = key_of(vkey);

    assert_eq!(key.vkey(), vkey);
    assert_eq!(note::parse(format!("{text}\n{line}").as_bytes()).unwrap().verify(&key), Ok(text));
    let stranger = "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
    let both = format!("{text}\n{stranger}{line}");
    assert_eq!(
        note::parse(both.as_bytes()).unwrap().verify(&key),
        Ok(text),
        "a stranger's line is passed over"
    );
}

#[test]
fn a_checkpoint_is_written_to_the_byte_and_reads_back() {
    // shows: log-13
    let said = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize::new(5),
        root: digest::sha256(b"root"),
    };
    let bytes = checkpoint::sign(&said, &log_key()).unwrap();

    let text = core::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with(
        "concord/mekong/la.mps/log0\n5\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n"
    ));
    assert!(text.contains("=\n\n\u{2014} concord/mekong/la.mps/log0 RZ4i/"), "{text}");
    let read = checkpoint::verify(&bytes, ORIGIN, &log_key().public()).unwrap();
    assert_eq!(read.checkpoint(), &said);
    assert_eq!(read.note(), bytes);
}

/// Signs any text as if it were a checkpoint.
fn forged(text: &str) -> Result<Checkpoint, CheckpointError> {
    let bytes = note::sign(text, ORIGIN, &log_key()).unwrap_or_default();
    checkpoint::verify(&bytes, ORIGIN, &log_key().public())
        .map(|signed| signed.checkpoint().clone())
}

#[test]
fn a_checkpoint_has_three_lines_in_one_form() {
    // shows: log-13, log-14
    let root = STANDARD.encode(digest::sha256(b"root").as_bytes());
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    // The last character before the padding holds bits that the root does not have.
    let twin = empty.replace("FU=", "FV=");

    assert_eq!(forged(&format!("{ORIGIN}\n0\n{empty}\n")).unwrap().root, hash::EMPTY_ROOT);
    let table: [(String, CheckpointError); 13] = [
        (format!("{ORIGIN}\n5\n"), CheckpointError::TooShort),
        (format!("{ORIGIN}\n"), CheckpointError::TooShort),
        (format!("{ORIGIN}\n5\n{root}\nextension\n"), CheckpointError::Extension),
        (format!("{ORIGIN}\n5\n{root}\n\n"), CheckpointError::Extension),
        (format!("{ORIGIN}1\n5\n{root}\n"), CheckpointError::Origin),
        (format!("{ORIGIN}\n05\n{root}\n"), CheckpointError::Size),
        (format!("{ORIGIN}\n+5\n{root}\n"), CheckpointError::Size),
        (format!("{ORIGIN}\n\n{root}\n"), CheckpointError::Size),
        (format!("{ORIGIN}\n18446744073709551616\n{root}\n"), CheckpointError::Size),
        (format!("{ORIGIN}\n5\n{}\n", &root[..40]), CheckpointError::Root),
        (format!("{ORIGIN}\n5\n{root} \n"), CheckpointError::Root),
        (format!("{ORIGIN}\n0\n{twin}\n"), CheckpointError::Root),
        (format!("{ORIGIN}\n0\n{root}\n"), CheckpointError::EmptyRoot),
    ];
    for (text, refusal) in table {
        assert_eq!(forged(&text), Err(refusal), "{text}");
    }
}

#[test]
fn a_checkpoint_of_another_log_or_another_key_is_refused() {
    // shows: log-12, log-13
    let said = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize::new(5),
        root: digest::sha256(b"root"),
    };
    let bytes = checkpoint::sign(&said, &log_key()).unwrap();
    let other = SigningKey::from_seed(&[8; 32]).public();

    let stranger = |name: &str, key: VerifyingKey| {
        let id = NoteKey::new(name, key).unwrap().id();
        Err(CheckpointError::Note(NoteError::Stranger { id }))
    };
    assert_eq!(checkpoint::verify(&bytes, ORIGIN, &other), stranger(ORIGIN, other));
    let name = "concord/mekong/la.mps/log1";
    assert_eq!(
        checkpoint::verify(&bytes, name, &log_key().public()),
        stranger(name, log_key().public())
    );
    assert_eq!(
        checkpoint::verify(&bytes, "a name", &other),
        Err(CheckpointError::Name(BadKeyName))
    );
}

#[test]
fn a_line_of_a_known_key_that_does_not_hold_spoils_the_note() {
    // shows: log-12
    let key = NoteKey::new(ORIGIN, log_key().public()).unwrap();
    let good = String::from_utf8(note::sign("text\n", ORIGIN, &log_key()).unwrap()).unwrap();
    let other = String::from_utf8(note::sign("other\n", ORIGIN, &log_key()).unwrap()).unwrap();
    let bad_line = other.strip_prefix("other\n\n").unwrap();
    let short = format!("\u{2014} {ORIGIN} {}\n", STANDARD.encode([&key.id()[..], &[1]].concat()));

    assert_eq!(
        note::parse(format!("{good}{bad_line}").as_bytes()).unwrap().verify(&key),
        Err(NoteError::BadSignature)
    );
    assert_eq!(
        note::parse(format!("{good}{short}").as_bytes()).unwrap().verify(&key),
        Err(NoteError::BadSignature)
    );
    let good_line = good.strip_prefix("text\n\n").unwrap();
    assert_eq!(
        note::parse(format!("{good}{good_line}").as_bytes()).unwrap().verify(&key),
        Ok("text\n")
    );
}

#[test]
fn the_last_blank_line_divides_a_note() {
    // shows: log-10
    let key = NoteKey::new(ORIGIN, log_key().public()).unwrap();
    for text in ["a\n\nb\n", "\n", "\n\n\n", "a\n\n\u{2014} x AAAAAAA=\n", "a\n\n\n"] {
        let bytes = note::sign(text, ORIGIN, &log_key()).unwrap();
        assert_eq!(note::parse(&bytes).unwrap().verify(&key), Ok(text), "{text:?}");
    }
}

#[test]
fn what_is_not_a_note_is_refused_for_its_fault() {
    // shows: log-10
    let line = "\u{2014} a AAAAAAA=\n";
    let refused = |bytes: &[u8]| note::parse(bytes).unwrap_err();

    assert!(note::parse(format!("t\n\n{line}").as_bytes()).is_ok());
    assert_eq!(refused(b"t\n\n\xff"), NoteError::Utf8);
    assert_eq!(refused(format!("t\t\n\n{line}").as_bytes()), NoteError::Control);
    assert_eq!(refused(format!("t\r\n\n{line}").as_bytes()), NoteError::Control);
    assert_eq!(refused(b""), NoteError::Unsigned);
    assert_eq!(refused(b"t\n"), NoteError::Unsigned);
    assert_eq!(refused(b"t\n\n"), NoteError::Unsigned);
    assert_eq!(refused(line.as_bytes()), NoteError::Unsigned);
    assert_eq!(refused(format!("t\n\n{}", line.trim_end()).as_bytes()), NoteError::Unsigned);
    assert_eq!(refused(format!("t\n\n{line}x\n").as_bytes()), NoteError::Line { line: 2 });
    for bad in [
        "- a AAAAAAA=",
        "\u{2014} a+b AAAAAAA=",
        "\u{2014}  AAAAAAA=",
        "\u{2014} a AAAAAA==",
        "\u{2014} a A",
        "\u{2014} a",
    ] {
        assert_eq!(
            refused(format!("t\n\n{bad}\n").as_bytes()),
            NoteError::Line { line: 1 },
            "{bad}"
        );
    }
    assert_eq!(refused("\u{2014} a\u{a0}b AAAAAAA=\n".as_bytes()), NoteError::Unsigned);
    assert_eq!(
        refused("t\n\n\u{2014} a\u{a0}b AAAAAAA=\n".as_bytes()),
        NoteError::Line { line: 1 }
    );
    let many: Vec<u8> = "t\n\n".bytes().chain(line.bytes().cycle().take(20_000)).collect();
    assert!(matches!(refused(&many), NoteError::TooLong { .. }));
    let sixteen = format!("t\n\n{}", line.repeat(16));
    assert!(note::parse(sixteen.as_bytes()).is_ok(), "sixteen signatures are always taken");
}

#[test]
fn what_cannot_stand_in_a_note_is_not_signed() {
    let sign = |text: &str, name: &str| note::sign(text, name, &log_key());
    assert_eq!(sign("text", "a"), Err(SignNoteError::Text));
    assert_eq!(sign("te\u{7}xt\n", "a"), Err(SignNoteError::Text));
    for name in ["", "a b", "a+b", "a\u{2003}b", "a\nb"] {
        assert_eq!(sign("text\n", name), Err(SignNoteError::Name(BadKeyName)), "{name:?}");
    }
}

#[test]
fn a_log_grows_from_one_checkpoint_to_another() {
    // shows: log-17
    let (tree, kept) = tests::grown(9);
    let at = |size: u64, origin: &str| Checkpoint {
        origin: origin.to_owned(),
        size: TreeSize::new(size),
        root: proof::root_at(&tree.over(&kept), TreeSize::new(size)).unwrap(),
    };
    let path = |old: u64| {
        proof::consistency(&tree.over(&kept), TreeSize::new(old), TreeSize::new(9)).unwrap()
    };
    let now = at(9, ORIGIN);

    for old in 0..=9 {
        assert_eq!(
            checkpoint::verify_growth(&at(old, ORIGIN), &now, &path(old)),
            Ok(()),
            "from {old}"
        );
    }
    let surplus = checkpoint::verify_growth(&at(0, ORIGIN), &now, &path(4));
    assert_eq!(surplus, Err(GrowthError::Surplus));
    let other = checkpoint::verify_growth(&at(4, "concord/mekong/la.mps/log1"), &now, &path(4));
    assert_eq!(other, Err(GrowthError::Origin));
    let fork = Checkpoint { root: hash::EMPTY_ROOT, ..at(4, ORIGIN) };
    assert_eq!(
        checkpoint::verify_growth(&fork, &now, &path(4)),
        Err(GrowthError::Proof(BadProof::Root))
    );
}
