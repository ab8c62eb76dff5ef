//! From one seed to the randomness of one step.
//!
//! HKDF-SHA-256 (RFC 5869) with the seed as input key and the label as info: the same seed and label give the same
//! bytes, on every machine, so a step can be repeated; two labels never share bytes.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// `N` bytes from a seed, under a label and a number. Shape: N is at most 255 · 32.
pub fn expand<const N: usize>(seed: &[u8; 32], label: &str, number: u64) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    let drawn = Hkdf::<Sha256>::new(Some(b"concord/1 expand"), seed)
        .expand_multi_info(&[label.as_bytes(), &[0], &number.to_be_bytes()], bytes.as_mut_slice());
    debug_assert!(drawn.is_ok(), "N is a constant below the bound of HKDF");
    bytes
}
