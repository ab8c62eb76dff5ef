//! Sets of things that were seen, in the memory of a few bytes each.
//!
//! Uses `crypto`. A member is kept as a **print**: 64 bits of SHA-256 over a seed and the thing. The seed is drawn for
//! each run, so nobody can make things whose prints are equal. Two of ten million things have equal prints with a
//! probability below one in 300,000; a thing that is not there is taken for one that is with one in 10^12.
//!
//! The first bits of a print choose one of at most 65,536 sorted shards, the last 48 are kept in it: 6 bytes a member
//! and what it carries, with up to an eighth of spare room.

use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest;

/// Randomness of one run. Whoever runs an audit draws it; nothing secret depends on it.
pub type Seed = [u8; 16];

/// Bytes of a print that are kept.
const KEPT: usize = 6;

/// Members that one shard is laid out for.
const SHARD_MEMBERS: u64 = 128;

/// 64 bits that stand for a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Print(u64);

impl Print {
    /// Of parts whose lengths are fixed.
    pub fn of(seed: &Seed, parts: &[&[u8]]) -> Self {
        let mut all: Vec<&[u8]> = Vec::with_capacity(parts.len().saturating_add(1));
        all.push(seed);
        all.extend(parts);
        let [a, b, c, d, e, f, g, h, ..] = *digest::sha256_of(&all).as_bytes();
        Self(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    /// The 64 bits.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// 32 of the bits, never all zero.
    pub fn check(self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0.to_be_bytes();
        if [a, b, c, d] == [0; 4] { [0, 0, 0, 1] } else { [a, b, c, d] }
    }

    fn kept(self) -> [u8; KEPT] {
        let [_, _, kept @ ..] = self.0.to_be_bytes();
        kept
    }
}

/// A set of prints; each member carries the same number of bytes.
#[derive(Clone, Debug)]
pub struct Prints {
    shards: Vec<Vec<u8>>,
    /// By how much a print is shifted to give its shard.
    shift: u32,
    stride: usize,
}

impl Prints {
    /// An empty set for up to about so many members, each of which carries so many bytes.
    pub fn new(members: u64, carried: usize) -> Self {
        let bits = (members / SHARD_MEMBERS).checked_ilog2().unwrap_or(0).min(16);
        let shards = usize::try_from(1_u64 << bits).unwrap_or(1);
        Self {
            shards: vec![Vec::new(); shards],
            shift: 64_u32.saturating_sub(bits),
            stride: KEPT.saturating_add(carried),
        }
    }

    /// Puts a member in; false where it is there already, and then it carries what it did.
    pub fn insert(&mut self, print: Print, carried: &[u8]) -> bool {
        let (shard, place) = (self.shard(print), self.search(print));
        let Err(place) = place else { return false };
        let stride = self.stride;
        let Some(shard) = self.shards.get_mut(shard) else { return false };
        if shard.len() == shard.capacity() {
            shard.reserve_exact((shard.len() / 8).max(stride.saturating_mul(4)));
        }
        let at = place.saturating_mul(stride).min(shard.len());
        let kept = print.kept();
        let room = stride.saturating_sub(KEPT);
        shard.splice(at..at, kept.into_iter().chain(carried.iter().copied().take(room)));
        true
    }

    /// Whether it is there.
    pub fn contains(&self, print: Print) -> bool {
        self.search(print).is_ok()
    }

    /// What a member carries.
    pub fn get(&self, print: Print) -> Option<&[u8]> {
        let place = self.search(print).ok()?;
        let member = self.shards.get(self.shard(print))?.get(place.checked_mul(self.stride)?..)?;
        member.get(KEPT..self.stride)
    }

    /// What a member carries, to be changed.
    pub fn get_mut(&mut self, print: Print) -> Option<&mut [u8]> {
        let place = self.search(print).ok()?;
        let (shard, stride) = (self.shard(print), self.stride);
        let member = self.shards.get_mut(shard)?.get_mut(place.checked_mul(stride)?..)?;
        member.get_mut(KEPT..stride)
    }

    fn shard(&self, print: Print) -> usize {
        usize::try_from(print.0.checked_shr(self.shift).unwrap_or(0)).unwrap_or(0)
    }

    /// The place of a member in its shard, or the one where it belongs.
    fn search(&self, print: Print) -> Result<usize, usize> {
        let shard = self.shards.get(self.shard(print)).map_or(&[][..], Vec::as_slice);
        let kept = print.kept();
        let (mut low, mut high) = (0, shard.len() / self.stride);
        while low < high {
            let middle = low.midpoint(high);
            let at = middle.saturating_mul(self.stride);
            let there = shard.get(at..at.saturating_add(KEPT)).unwrap_or_default();
            match there.cmp(&kept) {
                core::cmp::Ordering::Equal => return Ok(middle),
                core::cmp::Ordering::Less => low = middle.saturating_add(1),
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}
