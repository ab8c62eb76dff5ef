//! Round trips, and what is refused.

use alloc::format;

use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::TAG_BYTES;
use crate::crypto::digest::DigestError;
use crate::crypto::stream;
use crate::crypto::stream::End;
use crate::crypto::stream::FileKey;

#[test]
fn a_piece_opens_as_itself_and_as_no_other() {
    // shows: fil-2
    let sealed = stream::seal(&key(1), 7, End::More, b"plain").expect("short");
    assert_eq!(sealed.len(), 5 + TAG_BYTES);
    assert_eq!(stream::open(&key(1), 7, End::More, &sealed).expect("same"), b"plain");
    assert_eq!(stream::open(&key(1), 8, End::More, &sealed), Err(OpenFailed));
    assert_eq!(stream::open(&key(1), 7, End::Last, &sealed), Err(OpenFailed));
    assert_eq!(stream::open(&key(2), 7, End::More, &sealed), Err(OpenFailed));
}

#[test]
fn every_changed_bit_and_every_cut_is_refused() {
    let sealed = stream::seal(&key(1), 0, End::Last, b"plain").expect("short");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(stream::open(&key(1), 0, End::Last, &changed), Err(OpenFailed));
        }
        assert_eq!(stream::open(&key(1), 0, End::Last, &sealed[..at]), Err(OpenFailed));
    }
}

#[test]
fn a_file_key_shows_nothing_and_has_one_text() {
    assert_eq!(format!("{:?}", key(9)), "FileKey");
    let text = key(9).text();
    assert_eq!(FileKey::parse(&text), Ok(key(9)));
    assert_eq!(FileKey::parse(&"AB".repeat(32)), Err(DigestError));
    assert_ne!(key(9), key(8));
}

fn key(byte: u8) -> FileKey {
    FileKey::from_bytes([byte; 32])
}
