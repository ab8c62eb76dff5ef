//! Keys as text, and policies.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::WeakKey;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::note;
use crate::log::note::BadKeyName;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::policy;
use crate::log::policy::JudgeError;
use crate::log::policy::MakePolicyError;
use crate::log::policy::Policy;
use crate::log::policy::PolicyFault;
use crate::log::vkey;
use crate::log::vkey::Vkey;
use crate::log::vkey::VkeyError;

const ORIGIN: &str = "log.example/one";

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn log_vkey() -> String {
    NoteKey::new(ORIGIN, key(1).public()).unwrap().vkey()
}

fn witness_name(number: u8) -> String {
    format!("w{number}.example")
}

fn witness(number: u8) -> CosignerKey {
    CosignerKey::new(&witness_name(number), key(100 + number).public()).unwrap()
}

fn head() -> Checkpoint {
    let root = digest::sha256(b"root");
    Checkpoint { origin: ORIGIN.to_owned(), size: TreeSize::new(5), root }
}

/// A checkpoint with the lines of these witnesses.
fn cosigned(numbers: &[u8]) -> Vec<u8> {
    let mut note = checkpoint::sign(&head(), &key(1)).unwrap();
    for number in numbers {
        let at = Seconds::new(1_700_000_000 + u64::from(*number)).unwrap();
        let text = checkpoint::text(&head());
        let name = witness_name(*number);
        note.extend(cosignature::cosign(&text, at, &name, &key(100 + number)).unwrap());
    }
    note
}

/// Two levels of groups, as in the example of the specification.
fn example() -> String {
    let mut text = format!("# an example\n\nlog {}\n", log_vkey());
    for (name, number) in [("X1", 1), ("X2", 2), ("X3", 3), ("Y1", 4), ("Y2", 5), ("Y3", 6)] {
        text.push_str(&format!(" witness\t{name}  {} \n", witness(number).vkey()));
    }
    text.push_str("group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n");
    text.push_str("group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
    text
}

#[test]
fn a_key_as_text_reads_back_and_nothing_else_does() {
    // shows: log-23
    let text = witness(1).vkey();
    assert_eq!(vkey::parse(&text), Ok(Vkey::Cosigner(witness(1))));
    let log = vkey::parse(&log_vkey()).unwrap();
    assert_eq!((log.text(), matches!(log, Vkey::Log(_))), (log_vkey(), true));

    let (name, rest) = text.split_once('+').unwrap();
    let (id, encoded) = rest.split_once('+').unwrap();
    let other_id = log_vkey().split('+').nth(1).unwrap().to_owned();
    let bytes = STANDARD.decode(encoded).unwrap();
    let with = |bytes: &[u8]| format!("{name}+{id}+{}", STANDARD.encode(bytes));
    let table = [
        (String::new(), VkeyError::Parts),
        (format!("{name}+{id}"), VkeyError::Parts),
        (format!("+{id}+{encoded}"), VkeyError::Name(BadKeyName)),
        (format!("a b+{id}+{encoded}"), VkeyError::Name(BadKeyName)),
        (format!("{name}+{}+{encoded}", id.to_uppercase()), VkeyError::KeyIdForm),
        (format!("{name}+0{id}+{encoded}"), VkeyError::KeyIdForm),
        (format!("{name}+{}+{encoded}", &id[1..]), VkeyError::KeyIdForm),
        (format!("{name}+{other_id}+{encoded}"), VkeyError::KeyId),
        (format!("other+{id}+{encoded}"), VkeyError::KeyId),
        (format!("{text} "), VkeyError::Base64),
        (format!("{text}="), VkeyError::Base64),
        (format!("{name}+{id}+"), VkeyError::Base64),
        (with(&[&[6], &bytes[1..]].concat()), VkeyError::Unknown { kind: 6 }),
        (with(&[&[2], &bytes[1..]].concat()), VkeyError::Unknown { kind: 2 }),
        (with(&[&[1], &bytes[1..]].concat()), VkeyError::KeyId),
        (with(&bytes[..32]), VkeyError::Key(WeakKey)),
        (with(&[&[4], &[0; 32][..]].concat()), VkeyError::Key(WeakKey)),
    ];
    assert!(id.contains(|c: char| c.is_ascii_lowercase()), "the table tells cases apart");
    for (text, refusal) in table {
        assert_eq!(vkey::parse(&text), Err(refusal), "{text}");
    }
}

#[test]
fn a_policy_reads_back_from_what_it_writes() {
    // shows: log-24
    let read = policy::parse(example().as_bytes()).unwrap();
    let text = read.text();

    assert_eq!(policy::parse(&text).as_ref(), Ok(&read));
    assert_eq!(read.logs().len(), 1);
    assert_eq!(read.witnesses().count(), 6);
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with("group X-and-Y 2 X-witnesses Y-witnesses\nquorum X-and-Y\n"), "{text}");
    let with_url = example().replace(" \nwitness\tX2", " https://x1.example/\nwitness\tX2");
    assert_eq!(policy::parse(with_url.as_bytes()), Ok(read));
    let log = || NoteKey::new(ORIGIN, key(1).public()).unwrap();
    let flat = Policy::flat(log(), Vec::from([witness(1), witness(2), witness(3)]), 2).unwrap();
    assert_eq!(policy::parse(&flat.text()), Ok(flat));
    let alone = Policy::flat(log(), Vec::new(), 0).unwrap();
    assert_eq!(policy::parse(&alone.text()), Ok(alone));
    let few = Policy::flat(log(), Vec::from([witness(1)]), 2);
    assert_eq!(few, Err(MakePolicyError::Quorum { quorum: 2, witnesses: 1 }));
    let twice = Policy::flat(log(), Vec::from([witness(1), witness(1)]), 1);
    assert_eq!(twice, Err(MakePolicyError::Twice));
}

#[test]
fn a_policy_with_a_fault_is_refused_at_its_line() {
    // shows: log-24, log-25
    let words = |form| PolicyFault::Words { form };
    let (log, one, two) = (log_vkey(), witness(1).vkey(), witness(2).vkey());
    let pair = format!("witness a {one}\nwitness b {two}\n");
    let group = "group <name> <k|any|all> <name>...";
    let table: Vec<(String, usize, PolicyFault)> = Vec::from([
        (String::new(), 1, PolicyFault::NoQuorum),
        (format!("log {log}\n"), 2, PolicyFault::NoQuorum),
        ("quorum none".to_owned(), 1, PolicyFault::Unfinished),
        ("quorum none\r\n".to_owned(), 1, PolicyFault::Control),
        ("#\u{7f}\nquorum none\n".to_owned(), 1, PolicyFault::Control),
        ("quorum none\nquorum none\n".to_owned(), 2, PolicyFault::QuorumTwice),
        ("quorum a\n".to_owned(), 1, PolicyFault::NameUnknown),
        ("quorum none none\n".to_owned(), 1, words("quorum <name>")),
        ("policy v1\n".to_owned(), 1, PolicyFault::Keyword),
        ("Quorum none\n".to_owned(), 1, PolicyFault::Keyword),
        ("log\n".to_owned(), 1, words("log <vkey> [<url>]")),
        (format!("log {log} url more\n"), 1, words("log <vkey> [<url>]")),
        (format!("log {one}\n"), 1, PolicyFault::KeyRole),
        (format!("log {log}\nlog {log}\n"), 2, PolicyFault::KeyTwice),
        (format!("witness a {log}\n"), 1, PolicyFault::KeyRole),
        (format!("witness {one}\n"), 1, words("witness <name> <vkey> [<url>]")),
        (format!("witness a {one}\nwitness b {one}\n"), 2, PolicyFault::KeyTwice),
        (format!("witness a {one}\nwitness a {two}\n"), 2, PolicyFault::NameTaken),
        (format!("witness none {one}\n"), 1, PolicyFault::NameTaken),
        (format!("{pair}group a any b\n"), 3, PolicyFault::NameTaken),
        (format!("{pair}group g any\n"), 3, words(group)),
        (format!("{pair}group g\n"), 3, words(group)),
        (format!("{pair}group g any c\n"), 3, PolicyFault::NameUnknown),
        (format!("{pair}group g any g\n"), 3, PolicyFault::NameUnknown),
        (format!("{pair}group g any none\n"), 3, PolicyFault::NameUnknown),
        (format!("{pair}group g any a a\n"), 3, PolicyFault::MemberTwice),
        (format!("{pair}group g any a\ngroup h any a b\n"), 4, PolicyFault::MemberTwice),
        (format!("{pair}group g 0 a b\n"), 3, PolicyFault::Threshold),
        (format!("{pair}group g 3 a b\n"), 3, PolicyFault::Threshold),
        (format!("{pair}group g 01 a b\n"), 3, PolicyFault::Threshold),
        (format!("{pair}group g some a b\n"), 3, PolicyFault::Threshold),
        (format!("witness a {one}x\n"), 1, PolicyFault::Vkey(VkeyError::Base64)),
    ]);
    for (text, line, fault) in table {
        let refused = policy::parse(text.as_bytes()).unwrap_err();
        assert_eq!((refused.line, refused.fault), (line, fault), "{text}");
    }
    let long = "#".repeat(200_000);
    let fault = policy::parse(long.as_bytes()).unwrap_err().fault;
    assert!(matches!(fault, PolicyFault::TooLong { .. }));
    assert!(policy::parse(b"# caf\xe9\nquorum none\n").is_ok(), "bytes above 0x7f mean nothing");
}

#[test]
fn a_quorum_of_groups_is_counted_from_the_witnesses_up() {
    // shows: log-25, log-26
    let policy = policy::parse(example().as_bytes()).unwrap();
    for (numbers, stands) in [
        (&[1_u8, 2, 4][..], true),
        (&[1, 3, 6], true),
        (&[1, 2, 3, 4, 5, 6], true),
        (&[1, 2, 3], false),
        (&[1, 4, 5, 6], false),
        (&[4, 5, 6], false),
        (&[], false),
        // A stranger counts for nothing.
        (&[1, 4, 7, 8], false),
    ] {
        let judged = policy::judge(&policy, &cosigned(numbers));
        let found = numbers.iter().filter(|number| **number < 7).count();
        if stands {
            let judged = judged.unwrap();
            assert_eq!(judged.checkpoint(), &head());
            assert_eq!(judged.cosigned().len(), found);
            assert_eq!(judged.cosigned()[0].name, witness_name(numbers[0]));
            assert_eq!(judged.cosigned()[0].at.get(), 1_700_000_000 + u64::from(numbers[0]));
        } else {
            assert_eq!(judged, Err(JudgeError::NoQuorum { found }), "{numbers:?}");
        }
    }
    // One witness twice is one witness.
    let twice = cosigned(&[1, 1, 4]);
    assert_eq!(policy::judge(&policy, &twice), Err(JudgeError::NoQuorum { found: 2 }));
}

#[test]
fn a_checkpoint_is_of_a_known_log_under_its_own_origin() {
    // shows: log-26
    let policy = policy::parse(format!("log {}\nquorum none\n", log_vkey()).as_bytes()).unwrap();
    let judge = |note: &[u8]| policy::judge(&policy, note).map(|_| ());
    let text = checkpoint::text(&head());
    let sign = |text: &str, name: &str, number: u8| note::sign(text, name, &key(number)).unwrap();

    assert_eq!(judge(&sign(&text, ORIGIN, 1)), Ok(()));
    assert_eq!(judge(&sign(&text, ORIGIN, 2)), Err(JudgeError::UnknownLog));
    assert_eq!(judge(&sign(&text, "log.example/two", 1)), Err(JudgeError::UnknownLog));
    let other = text.replace(ORIGIN, "log.example/two");
    assert_eq!(judge(&sign(&other, ORIGIN, 1)), Err(JudgeError::UnknownLog));
    let forged = String::from_utf8(sign(&text, ORIGIN, 1)).unwrap().replace("\n5\n", "\n6\n");
    assert_eq!(judge(forged.as_bytes()), Err(JudgeError::Note(NoteError::BadSignature)));
    // Other logs may have extension lines; ours may not.
    assert_eq!(judge(&sign(&format!("{text}more\n"), ORIGIN, 1)), Ok(()));
    let empty = judge(&sign(&format!("{text}\nmore\n"), ORIGIN, 1));
    assert_eq!(empty, Err(JudgeError::Checkpoint(CheckpointError::Extension)));
    // Sixteen lines of signatures that nobody here can verify, as long as those of lattices are.
    let long = format!("\u{2014} pq.example {}\n", STANDARD.encode([7; 2432]));
    let long = [&sign(&text, ORIGIN, 1)[..], long.repeat(16).as_bytes()].concat();
    assert_eq!(judge(&long), Ok(()));
}

#[test]
fn a_bad_line_of_a_known_witness_spoils_the_checkpoint() {
    // shows: log-26
    let policy = policy::parse(example().as_bytes()).unwrap();
    let at = Seconds::new(1).unwrap();
    let line = cosignature::cosign("other\n", at, &witness_name(5), &key(105)).unwrap();
    let note = [&cosigned(&[1, 2, 4])[..], &line].concat();
    let refused = policy::judge(&policy, &note);
    assert_eq!(refused, Err(JudgeError::Note(NoteError::BadSignature)));
}
