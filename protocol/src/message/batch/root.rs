//! One root over the entries of a manifest, so that one entry can be shown without the others.
//!
//! A Merkle tree like that of the log, over salted entries in their order. The salts of all entries come from one seed
//! that travels with the manifest: whoever holds the manifest can compute the root, and whoever is shown one entry with
//! its salt learns nothing of another one. Once the body is erased the seed is gone, and the root tells nothing.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::crypto::expand;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::message::batch::entry::ManifestEntry;
use crate::message::field::Field;
use crate::message::text::text_type;
use crate::message::values::Ordinal;

text_type! {
    /// Random bytes from which the salts of all entries come. Shape: 32 bytes, drawn anew for each version.
    SaltSeed: 64..=64, Some("[0-9a-f]{64}"), "32 random bytes: 64 characters of 0-9 a-f", |text| {
        Digest::parse(text).is_ok()
    }
}

/// Keeps one entry from being guessed by whoever holds the root.
pub type EntrySalt = Zeroizing<[u8; 32]>;

/// What shows that an entry stands under a root: nothing of the others but hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct EntryProof {
    /// Where it stands among the entries in force, from 0.
    pub place: usize,
    /// How many entries are in force, as the seals say.
    pub count: usize,
    /// The salt of the entry.
    pub salt: EntrySalt,
    /// Hashes from its sibling up to the root.
    pub path: Vec<Digest>,
}

crate::message::field::silent!(EntryProof);

/// Why an entry is not shown to stand under a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntryProof {
    /// The place is not below the count, or the count is that of no manifest.
    #[error("there is no such place among 1 to 500 entries")]
    NoSuchPlace,
    /// The path has more or fewer hashes than the place demands.
    #[error("the path has the wrong length")]
    Length,
    /// The path leads to another root.
    #[error("the path leads to another root: the entry, its salt or its place is another one")]
    Root,
}

/// The salt of the entry with that number. Shape: 32 bytes of HKDF. Source: spec bat-34.
pub fn salt(seed: &SaltSeed, n: Ordinal) -> EntrySalt {
    // spec: bat-34
    let seed = Digest::parse(seed.as_str()).unwrap_or(Digest::from_bytes([0; 32]));
    expand::expand(seed.as_bytes(), "manifest entry salt", n.get())
}

/// Hash of a salted entry. Shape: the labelled digest of salt ‖ entry in its one form. Source: spec bat-34.
pub fn leaf(entry: &ManifestEntry, salt: &EntrySalt) -> Digest {
    // spec: bat-34
    // What was read is no larger than what can be written.
    let bytes = codec::encode(&entry.write()).unwrap_or_default();
    digest::labelled(Label::ManifestEntry, &[salt.as_slice(), &bytes])
}

/// Root over the entries in force, in their order; `None` when there are none. Source: spec bat-34.
pub fn over(entries: &[&ManifestEntry], seed: &SaltSeed) -> Option<Digest> {
    root(&leaves(entries, seed))
}

/// What shows that the entry with that number stands among those in force; `None` when it does not.
pub fn prove(entries: &[&ManifestEntry], seed: &SaltSeed, n: Ordinal) -> Option<EntryProof> {
    let place = entries.iter().position(|entry| entry.n == n)?;
    let mut path = Vec::new();
    climb(&leaves(entries, seed), place, &mut path);
    Some(EntryProof { place, count: entries.len(), salt: salt(seed, n), path })
}

/// Checks that an entry stands under a root. Source: spec bat-35.
///
/// # Errors
/// When it does not, or the path has a hash too many or too few.
// spec: bat-35
pub fn verify(
    entry: &ManifestEntry,
    proof: &EntryProof,
    root: &Digest,
) -> Result<(), BadEntryProof> {
    if proof.place >= proof.count || proof.count > MANIFEST_ENTRIES_MAX {
        return Err(BadEntryProof::NoSuchPlace);
    }
    let leaf = leaf(entry, &proof.salt);
    let found = lead(leaf, (proof.place, proof.count), &proof.path).ok_or(BadEntryProof::Length)?;
    if found == *root { Ok(()) } else { Err(BadEntryProof::Root) }
}

fn leaves(entries: &[&ManifestEntry], seed: &SaltSeed) -> Vec<Digest> {
    entries.iter().map(|entry| leaf(entry, &salt(seed, entry.n))).collect()
}

/// Hash of an inner node, as in the log. Source: RFC 9162 section 2.1.1, spec log-1.
fn node(left: &Digest, right: &Digest) -> Digest {
    digest::sha256_of(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// Where a tree over more than one leaf splits: at the largest power of two below their number.
const fn split(count: usize) -> usize {
    count.div_ceil(2).next_power_of_two()
}

fn root(leaves: &[Digest]) -> Option<Digest> {
    match leaves {
        [] => None,
        [only] => Some(*only),
        more => {
            let (left, right) = more.split_at(split(more.len()));
            Some(node(&root(left)?, &root(right)?))
        }
    }
}

/// Puts the siblings on the way from a leaf to the root, lowest first.
fn climb(leaves: &[Digest], place: usize, path: &mut Vec<Digest>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let beside = match place.checked_sub(left.len()) {
        None => {
            climb(left, place, path);
            root(right)
        }
        Some(place) => {
            climb(right, place, path);
            root(left)
        }
    };
    path.extend(beside);
}

/// The root to which a path leads from the leaf at a place; `None` when the path is too short or too long.
fn lead(leaf: Digest, (place, count): (usize, usize), path: &[Digest]) -> Option<Digest> {
    if count < 2 {
        return path.is_empty().then_some(leaf);
    }
    let (beside, below) = path.split_last()?;
    let left = split(count);
    match place.checked_sub(left) {
        None => lead(leaf, (place, left), below).map(|here| node(&here, beside)),
        Some(place) => {
            let right = count.saturating_sub(left);
            lead(leaf, (place, right), below).map(|here| node(beside, &here))
        }
    }
}
