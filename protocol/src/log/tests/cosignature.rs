//! Notes of many signers, and cosignatures.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature;
use crate::log::cosignature::BadSeconds;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::QuorumError;
use crate::log::cosignature::Seconds;
use crate::log::note;
use crate::log::note::BadKeyName;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::note::SignNoteError;
use crate::moment::Timestamp;

const ORIGIN: &str = "concord/mekong/la.mps/log0";
const NOON: u64 = 1_767_225_600;

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn witness(number: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + number; 32])
}

fn name(number: u8) -> String {
    format!("concord/mekong/w{number}.mps/witness")
}

fn known(number: u8) -> CosignerKey {
    CosignerKey::new(&name(number), witness(number).public()).unwrap()
}

fn head() -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size: TreeSize::new(5), root: digest::sha256(b"root") }
}

fn seconds(at: u64) -> Seconds {
    Seconds::new(at).unwrap()
}

fn line(number: u8, at: u64) -> Vec<u8> {
    let text = checkpoint::text(&head());
    cosignature::cosign(&text, seconds(at), &name(number), &witness(number)).unwrap()
}

/// The head with a line of each of these witnesses.
fn cosigned(numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let bare = checkpoint::sign(&head(), &log_key()).unwrap();
    numbers.into_iter().fold(bare, |note, number| {
        note::add_line(&note, &line(number, NOON), &known(number)).unwrap()
    })
}

fn read(bytes: &[u8]) -> SignedCheckpoint {
    checkpoint::verify(bytes, ORIGIN, &log_key().public()).unwrap()
}

#[test]
fn a_cosignature_is_written_to_the_byte() {
    // shows: log-20
    let text = checkpoint::text(&head());
    let line = String::from_utf8(line(1, NOON)).unwrap();
    let (said_name, encoded) =
        line.strip_prefix("\u{2014} ").unwrap().trim_end().split_once(' ').unwrap();
    let bytes = STANDARD.decode(encoded).unwrap();
    let key = witness(1).public();

    assert_eq!(said_name, name(1));
    assert_eq!(bytes.len(), 76);
    let id = digest::sha256_of(&[name(1).as_bytes(), b"\n", &[4], key.as_bytes()]);
    assert_eq!(bytes[..4], id.as_bytes()[..4]);
    assert_eq!(bytes[4..12], NOON.to_be_bytes());
    let signed = format!("cosignature/v1\ntime 1767225600\n{text}");
    let again = witness(1).sign(signed.as_bytes()).unwrap();
    assert_eq!(bytes[12..], again.as_bytes()[..]);
    assert_eq!(cosignature::verify(&text, line.as_bytes(), &known(1)), Ok(seconds(NOON)));
    let hex: String = id.as_bytes()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let key_bytes = STANDARD.encode([&[4], &key.as_bytes()[..]].concat());
    assert_eq!(known(1).vkey(), format!("{}+{hex}+{key_bytes}", name(1)));
}

#[test]
fn a_cosignature_holds_for_one_text_time_and_key() {
    // shows: log-20, log-21
    let text = checkpoint::text(&head());
    let good = line(1, NOON);
    let verify = |text: &str, line: &[u8], key: &CosignerKey| cosignature::verify(text, line, key);

    assert_eq!(
        verify(&text.replace("\n5\n", "\n6\n"), &good, &known(1)),
        Err(NoteError::BadSignature)
    );
    let stranger = Err(NoteError::Stranger { id: known(2).id() });
    assert_eq!(verify(&text, &good, &known(2)), stranger);
    let bytes = |at: u64, tail: &[u8]| {
        let signed = [&known(1).id()[..], &at.to_be_bytes(), tail].concat();
        format!("\u{2014} {} {}\n", name(1), STANDARD.encode(signed)).into_bytes()
    };
    let encoded = core::str::from_utf8(&good).unwrap().trim_end().rsplit_once(' ').unwrap().1;
    let signature = STANDARD.decode(encoded).unwrap()[12..].to_vec();
    assert_eq!(verify(&text, &bytes(NOON, &signature), &known(1)), Ok(seconds(NOON)));
    for bad in [
        bytes(NOON + 1, &signature),
        bytes(NOON, &signature[..63]),
        bytes(NOON, &[&signature[..], &[0]].concat()),
        bytes(NOON, &[]),
    ] {
        assert_eq!(verify(&text, &bad, &known(1)), Err(NoteError::BadSignature));
    }
    assert_eq!(Seconds::new(1 << 63), Err(BadSeconds));
    assert_eq!(Seconds::new((1 << 63) - 1).map(Seconds::get), Ok((1 << 63) - 1));
    // Signed over the time it says, and yet a time that no cosignature may say.
    let late = format!("cosignature/v1\ntime {}\n{text}", 1_u64 << 63);
    let late = witness(1).sign(late.as_bytes()).unwrap();
    let late = bytes(1 << 63, late.as_bytes());
    assert_eq!(verify(&text, &late, &known(1)), Err(NoteError::BadSignature));
    assert_eq!(Seconds::of(Timestamp::from_millis(1_999)), seconds(1));
    assert_eq!(seconds(2).instant(), Timestamp::from_millis(2_000));
}

#[test]
fn a_line_is_verified_before_it_is_added() {
    // shows: log-19
    let bare = cosigned([]);
    let text = checkpoint::text(&head());
    let add = |line: &[u8], key: &CosignerKey| note::add_line(&bare, line, key);

    let other = cosignature::cosign("other\n", seconds(NOON), &name(1), &witness(1)).unwrap();
    assert_eq!(add(&other, &known(1)), Err(NoteError::BadSignature));
    assert_eq!(add(&line(1, NOON), &known(2)), Err(NoteError::Stranger { id: known(2).id() }));
    let good = line(1, NOON);
    assert_eq!(add(&good[..good.len() - 1], &known(1)), Err(NoteError::Line { line: 1 }));
    assert_eq!(add(&[&good[..], &good[..]].concat(), &known(1)), Err(NoteError::Line { line: 1 }));
    assert_eq!(add(b"\xff\n", &known(1)), Err(NoteError::Utf8));
    let grown = add(&good, &known(1)).unwrap();
    assert_eq!(grown, [&bare[..], &good[..]].concat());
    assert!(note::parse(&grown).unwrap().unverified_text() == text);
}

#[test]
fn a_key_has_one_line_and_the_newest_time_stays() {
    // shows: log-19
    let note = cosigned([1, 2]);
    let newer = note::add_line(&note, &line(1, NOON + 60), &known(1)).unwrap();

    assert_eq!(newer.len(), note.len());
    let keys = [known(1), known(2)];
    let said = |note: &[u8]| -> Vec<Seconds> {
        cosignature::cosigners(&read(note), &keys).unwrap().into_iter().map(|(_, at)| at).collect()
    };
    assert_eq!(said(&newer), [seconds(NOON + 60), seconds(NOON)]);
    assert_eq!(note::add_line(&newer, &line(1, NOON), &known(1)), Ok(newer.clone()));
    // A note of somebody else with both lines: they count once.
    let twice = [&note[..], &line(1, NOON + 60)].concat();
    assert_eq!(said(&twice), [seconds(NOON + 60), seconds(NOON)]);
}

#[test]
fn known_signers_are_listed_and_one_bad_line_spoils_the_note() {
    // shows: log-12, log-18
    let note = cosigned([1, 2, 3]);
    let keys = [known(1), known(3), known(4), known(1)];
    let log = NoteKey::new(ORIGIN, log_key().public()).unwrap();

    let parsed = note::parse(&note).unwrap();
    let names: Vec<&str> =
        parsed.signers(&keys).unwrap().into_iter().map(|(key, _)| key.name()).collect();
    assert_eq!(names, [name(1), name(3)]);
    assert_eq!(parsed.signers(core::slice::from_ref(&log)).unwrap().len(), 1);
    assert_eq!(parsed.verify(&log), Ok(checkpoint::text(&head()).as_str()));
    let other = cosignature::cosign("other\n", seconds(NOON), &name(3), &witness(3)).unwrap();
    let spoilt = [&note[..], &other].concat();
    let spoilt = note::parse(&spoilt).unwrap();
    assert_eq!(spoilt.signers(&keys).unwrap_err(), NoteError::BadSignature);
    assert_eq!(spoilt.signers(&keys[..1]).unwrap().len(), 1, "to whom does not know the key");
}

#[test]
fn a_quorum_is_counted_by_keys() {
    // shows: log-22
    let note = read(&cosigned([1, 2, 3]));
    let all: Vec<CosignerKey> = (1..=5).map(known).collect();

    assert_eq!(cosignature::quorate(&note, &all, 3).unwrap().len(), 3);
    let few = cosignature::quorate(&note, &all, 4);
    assert_eq!(few, Err(QuorumError::TooFew { found: 3, quorum: 4 }));
    assert!(cosignature::quorate(&note, &all[2..], 1).is_ok());
    // One key under a second name is still one witness.
    let twin = CosignerKey::new("concord/mekong/twin.mps/witness", witness(1).public()).unwrap();
    let text = checkpoint::text(&head());
    let second = cosignature::cosign(&text, seconds(NOON), twin.name(), &witness(1)).unwrap();
    let both = read(&note::add_line(&cosigned([1]), &second, &twin).unwrap());
    let keys = [known(1), twin];
    let few = cosignature::quorate(&both, &keys, 2);
    assert_eq!(few, Err(QuorumError::TooFew { found: 1, quorum: 2 }));
}

#[test]
fn a_note_takes_the_lines_of_every_member() {
    // shows: log-10
    let numbers = 1..=64;
    let note = cosigned(numbers.clone());
    let keys: Vec<CosignerKey> = numbers.map(known).collect();

    assert_eq!(cosignature::quorate(&read(&note), &keys, 64).unwrap().len(), 64);
    let crowd = format!("t\n\n{}", "\u{2014} a AAAAAAA=\n".repeat(129));
    let refused = note::parse(crowd.as_bytes()).unwrap_err();
    assert_eq!(refused, NoteError::TooMany { len: 129, max: 128 });
}

#[test]
fn what_cannot_be_cosigned_is_refused() {
    // shows: log-20
    let cosign = |text: &str, name: &str| {
        cosignature::cosign(text, seconds(NOON), name, &witness(1)).map(|_| ())
    };
    assert_eq!(cosign("text", "a"), Err(SignNoteError::Text));
    assert_eq!(cosign("te\u{7}xt\n", "a"), Err(SignNoteError::Text));
    assert_eq!(cosign("text\n", "a b"), Err(SignNoteError::Name(BadKeyName)));
}
