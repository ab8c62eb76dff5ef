//! Stretching a passphrase: the same key as others get, within bounds.

use crate::crypto::stretch::Cost;
use crate::crypto::stretch::CostRefused;
use crate::crypto::stretch::SALT_BYTES;
use crate::crypto::stretch::stretch;

const SALT: [u8; SALT_BYTES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

#[test]
fn a_passphrase_gives_the_key_that_openssl_derives() {
    // shows: cus-1
    let key = |cost| *stretch(b"correct horse battery staple", &SALT, cost).unwrap();

    let least = "1de22db0a2906b6f90e820483284927bd4bb09c4b588ff772c53d23c3d9073b5";
    let usual = "853b272a44db1421c02962669a55eb0994f3cab385ed1c4c79253eee19bab49e";
    assert_eq!(hexadecimal(&key(Cost::LEAST)), least);
    assert_eq!(hexadecimal(&key(Cost::USUAL)), usual);
}

#[test]
fn another_passphrase_salt_or_cost_gives_another_key() {
    let key = |passphrase: &[u8], salt, cost| *stretch(passphrase, salt, cost).unwrap();
    let first = key(b"one", &SALT, Cost::LEAST);

    assert_ne!(key(b"two", &SALT, Cost::LEAST), first);
    assert_ne!(key(b"one", &[1; SALT_BYTES], Cost::LEAST), first);
    assert_ne!(key(b"one", &SALT, Cost { passes: 2, ..Cost::LEAST }), first);
    assert_ne!(key(b"one", &SALT, Cost { memory_kib: 64, ..Cost::LEAST }), first);
}

#[test]
fn nobody_can_ask_for_gigabytes_or_hours() {
    // shows: cus-1
    let costs = [
        Cost { memory_kib: Cost::MOST.memory_kib + 1, passes: 1 },
        Cost { memory_kib: u32::MAX, passes: 1 },
        Cost { memory_kib: Cost::LEAST.memory_kib - 1, passes: 1 },
        Cost { memory_kib: Cost::LEAST.memory_kib, passes: 0 },
        Cost { memory_kib: Cost::LEAST.memory_kib, passes: Cost::MOST.passes + 1 },
    ];

    for cost in costs {
        let refused = CostRefused { memory_kib: cost.memory_kib, passes: cost.passes };
        assert_eq!(stretch(b"any", &SALT, cost).unwrap_err(), refused);
    }
}

fn hexadecimal(bytes: &[u8]) -> alloc::string::String {
    bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect()
}
