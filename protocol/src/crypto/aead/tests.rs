//! Round trips, and what is refused. Published cases are judged in `crypto::published`.

use alloc::format;

use crate::crypto::aead;
use crate::crypto::aead::ContentKey;
use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::TAG_BYTES;

const NONCE: [u8; 12] = [7; 12];

#[test]
fn what_was_sealed_is_opened() {
    let sealed = aead::seal(&key(1), &NONCE, b"bound", b"plain").expect("short");
    assert_eq!(sealed.len(), 5 + TAG_BYTES);
    assert_eq!(aead::open(&key(1), &NONCE, b"bound", &sealed).expect("same"), b"plain");
}

#[test]
fn another_key_nonce_or_bound_data_opens_nothing() {
    let sealed = aead::seal(&key(1), &NONCE, b"bound", b"plain").expect("short");
    assert_eq!(aead::open(&key(2), &NONCE, b"bound", &sealed), Err(OpenFailed));
    assert_eq!(aead::open(&key(1), &[8; 12], b"bound", &sealed), Err(OpenFailed));
    assert_eq!(aead::open(&key(1), &NONCE, b"other", &sealed), Err(OpenFailed));
}

#[test]
fn every_changed_bit_and_every_cut_is_refused() {
    let sealed = aead::seal(&key(1), &NONCE, b"", b"plain").expect("short");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(aead::open(&key(1), &NONCE, b"", &changed), Err(OpenFailed));
        }
        assert_eq!(aead::open(&key(1), &NONCE, b"", &sealed[..at]), Err(OpenFailed));
    }
}

#[test]
fn a_content_key_shows_nothing() {
    assert_eq!(format!("{:?}", key(9)), "ContentKey");
}

fn key(byte: u8) -> ContentKey {
    ContentKey::from_bytes([byte; 32])
}
