//! The three hashes of a Merkle tree, and the root over a list of them.

use crate::crypto::digest;
use crate::crypto::digest::Digest;

/// Root of the tree without leaves: SHA-256 of nothing. Source: RFC 9162 section 2.1.1, spec log-2.
pub const EMPTY_ROOT: Digest = Digest::from_bytes([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// Hash of a leaf. Shape: SHA-256(0x00 ‖ leaf). Source: RFC 9162 section 2.1.1, spec log-1.
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    // spec: log-1
    digest::sha256_of(&[&[0x00], leaf])
}

/// Hash of an inner node. Shape: SHA-256(0x01 ‖ left ‖ right). Source: RFC 9162 section 2.1.1, spec log-1.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    digest::sha256_of(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// Root over hashes of one height, left to right; the last one may stand for a lower tree.
///
/// That the last may be lower follows from the split: it is at the largest power of two below the count, so what is
/// on the left of a split is always complete.
pub fn root_over(hashes: &[Digest]) -> Digest {
    match hashes {
        [] => EMPTY_ROOT,
        [only] => *only,
        more => {
            // spec: log-2
            let (left, right) = more.split_at(more.len().div_ceil(2).next_power_of_two());
            node_hash(&root_over(left), &root_over(right))
        }
    }
}
