//! A root's seed split among several people: any `threshold` of the shares give it back, fewer say nothing about it.
//!
//! Uses nothing. Shamir's scheme byte by byte over GF(2^8); each share says of which split and of which root it is, and
//! has a checksum, so that what was misread, mixed up or made twice is told apart before anything is put together.
//! [`paper`] writes a share as words and as a line for a QR code. Absent on purpose: who holds which share.

pub mod paper;

use std::convert::Infallible;
use std::fmt;

use blahaj::Sharks;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::digest::Label;
use concord_protocol::crypto::expand;
use concord_protocol::identity::root::RootKey;
use concord_protocol::limits::SHARES_MAX;
use rand_core::TryCryptoRng;
use rand_core::TryRng;
use zeroize::Zeroizing;

use crate::keystore::container::Seed;

/// Bytes of a share: format, threshold, number, split, root, value, checksum.
pub const SHARE_BYTES: usize = 3 + MARK_BYTES + MARK_BYTES + 32 + CHECK_BYTES;

const FORMAT: u8 = 1;
const MARK_BYTES: usize = 4;
const CHECK_BYTES: usize = 4;

/// One share of a root's seed; silent, wiped on drop.
pub struct Share {
    /// How many shares give the seed back.
    pub threshold: u8,
    /// Which share it is, from 1.
    pub number: u8,
    /// Which split it is of: a random mark that all its shares have.
    split: [u8; MARK_BYTES],
    /// Which root it is of: the first bytes of the fingerprint.
    root: [u8; MARK_BYTES],
    value: Zeroizing<[u8; 32]>,
}

/// How many shares give a seed back, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Enough to give it back.
    pub threshold: u8,
    /// All that are made.
    pub count: u8,
}

/// Text is no scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a split is written 3-of-5, with 2 to 16 shares in all and at least 2 to put together")]
pub struct SchemeError;

/// Why bytes are no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Another number of bytes.
    #[error("a share has {SHARE_BYTES} bytes, this one has {len}")]
    Length {
        /// Bytes found.
        len: usize,
    },
    /// What was read is not what was written.
    #[error("the checksum does not hold: something was misread or changed")]
    Checksum,
    /// A share of a later program.
    #[error("the share's format is {found}, and this program knows {FORMAT}")]
    Format {
        /// The format found.
        found: u8,
    },
    /// A checksum over numbers that no split makes.
    #[error("no split makes share {number} with threshold {threshold}")]
    Numbers {
        /// The threshold.
        threshold: u8,
        /// The share's number.
        number: u8,
    },
}

/// Why shares do not give a root back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// None at all.
    #[error("no share was given")]
    None,
    /// Shares of two splits, or of two roots.
    #[error("share {first} and share {second} are of different splits")]
    Mixed {
        /// One of them.
        first: u8,
        /// Another.
        second: u8,
    },
    /// The same share again.
    #[error("share {number} was given twice")]
    Twice {
        /// Its number.
        number: u8,
    },
    /// Not enough.
    #[error("{threshold} shares give the root back, and {given} were given")]
    TooFew {
        /// Enough.
        threshold: u8,
        /// Given.
        given: usize,
    },
    /// Put together, they give something else.
    #[error("the shares do not give back the root whose mark they have")]
    OtherRoot,
}

/// Splits a seed. `chance` is 32 fresh random bytes, used for this and nothing else.
pub fn split(seed: &[u8; 32], scheme: Scheme, chance: &[u8; 32]) -> Vec<Share> {
    // spec: cus-5
    let split = *expand::expand::<MARK_BYTES>(chance, "root split", 0);
    let root = mark(&RootKey::from_seed(seed).public().fingerprint());
    let mut random = Random { seed: expand::expand::<32>(chance, "root shares", 0), drawn: 0 };
    let dealt = Sharks(scheme.threshold).dealer_rng(seed, &mut random);
    let made = dealt.take(usize::from(scheme.count)).filter_map(|dealt| {
        let bytes = Zeroizing::new(Vec::from(&dealt));
        let (number, value) = bytes.split_first()?;
        let value = Zeroizing::new(<[u8; 32]>::try_from(value).ok()?);
        Some(Share { threshold: scheme.threshold, number: *number, split, root, value })
    });
    made.collect()
}

/// Puts shares together.
///
/// # Errors
/// When they are of different splits, one is there twice, they are too few, or what comes out is another root.
pub fn recover(shares: &[Share]) -> Result<Seed, RecoverError> {
    // spec: cus-7
    let first = shares.first().ok_or(RecoverError::None)?;
    let alike = |share: &&Share| {
        (share.threshold, share.split, share.root) == (first.threshold, first.split, first.root)
    };
    if let Some(other) = shares.iter().find(|share| !alike(share)) {
        return Err(RecoverError::Mixed { first: first.number, second: other.number });
    }
    for (place, share) in shares.iter().enumerate() {
        if shares.iter().take(place).any(|before| before.number == share.number) {
            return Err(RecoverError::Twice { number: share.number });
        }
    }
    if shares.len() < usize::from(first.threshold) {
        return Err(RecoverError::TooFew { threshold: first.threshold, given: shares.len() });
    }
    let points: Vec<blahaj::Share> = shares.iter().filter_map(Share::point).collect();
    let sharks = Sharks(first.threshold);
    let found = sharks.recover(&points).map(Zeroizing::new);
    let seed = found.ok().and_then(|found| <[u8; 32]>::try_from(found.as_slice()).ok());
    let seed = Zeroizing::new(seed.ok_or(RecoverError::OtherRoot)?);
    if mark(&RootKey::from_seed(&seed).public().fingerprint()) == first.root {
        Ok(seed)
    } else {
        Err(RecoverError::OtherRoot)
    }
}

impl Share {
    /// The bytes. Shape: format ‖ threshold ‖ number ‖ split ‖ root ‖ value ‖ checksum. Source: spec cus-5.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![FORMAT, self.threshold, self.number]);
        bytes.extend_from_slice(&self.split);
        bytes.extend_from_slice(&self.root);
        bytes.extend_from_slice(self.value.as_slice());
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// When they have another length, the checksum does not hold, or no split makes such a share.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        // spec: cus-6
        let length = || ShareError::Length { len: bytes.len() };
        let bytes = <&[u8; SHARE_BYTES]>::try_from(bytes).map_err(|_| length())?;
        let (said, checksum) = bytes.split_at(SHARE_BYTES - CHECK_BYTES);
        if check(said) != *checksum {
            return Err(ShareError::Checksum);
        }
        let [format, threshold, number, rest @ ..] = said else { return Err(length()) };
        if *format != FORMAT {
            return Err(ShareError::Format { found: *format });
        }
        let (threshold, number) = (*threshold, *number);
        if !(Scheme::LEAST..=Scheme::MOST).contains(&threshold)
            || !(1..=Scheme::MOST).contains(&number)
        {
            return Err(ShareError::Numbers { threshold, number });
        }
        let (split, rest) = rest.split_first_chunk().ok_or_else(length)?;
        let (root, value) = rest.split_first_chunk().ok_or_else(length)?;
        let value = Zeroizing::new(<[u8; 32]>::try_from(value).map_err(|_| length())?);
        Ok(Self { threshold, number, split: *split, root: *root, value })
    }

    /// The digest under which transcripts name it.
    pub fn digest(&self) -> Digest {
        digest::labelled(Label::RootShare, &[&self.to_bytes()])
    }

    /// The first bytes of the fingerprint of its root.
    pub const fn root(&self) -> &[u8; MARK_BYTES] {
        &self.root
    }

    fn point(&self) -> Option<blahaj::Share> {
        let mut bytes = Zeroizing::new(vec![self.number]);
        bytes.extend_from_slice(self.value.as_slice());
        blahaj::Share::try_from(bytes.as_slice()).ok()
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Share")
    }
}

impl Scheme {
    const LEAST: u8 = 2;
    const MOST: u8 = SHARES_MAX;

    /// Reads `3-of-5`.
    ///
    /// # Errors
    /// When it is none, or out of bounds.
    pub fn parse(text: &str) -> Result<Self, SchemeError> {
        let (threshold, count) = text.split_once("-of-").ok_or(SchemeError)?;
        let number = |text: &str| text.parse::<u8>().map_err(|_| SchemeError);
        let (threshold, count) = (number(threshold)?, number(count)?);
        if Self::LEAST <= threshold && threshold <= count && count <= Self::MOST {
            Ok(Self { threshold, count })
        } else {
            Err(SchemeError)
        }
    }
}

fn mark(fingerprint: &Digest) -> [u8; MARK_BYTES] {
    fingerprint.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn check(said: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = digest::labelled(Label::RootShareCheck, &[said]);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// The random coefficients of a split: a stream from one seed, 32 bytes at a time.
struct Random {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl Random {
    fn draw<const N: usize>(&mut self) -> Zeroizing<[u8; N]> {
        let drawn = expand::expand::<N>(&self.seed, "root coefficient", self.drawn);
        self.drawn = self.drawn.saturating_add(1);
        drawn
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(*self.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(*self.draw()))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(32) {
            let drawn = self.draw::<32>();
            chunk.iter_mut().zip(drawn.iter()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }
}

impl TryCryptoRng for Random {}

#[cfg(test)]
mod tests;
