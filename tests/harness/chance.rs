//! All luck of a test from one number, which is the first line that the test prints.

use std::env;
use std::hash::BuildHasher;
use std::hash::RandomState;

/// The variable that repeats a run.
pub const SEED_VARIABLE: &str = "CONCORD_SEED";

/// The seed of tests that take the same one each time.
const STEADY_SEED: u64 = 20_261_122;

/// SplitMix64: small, well spread, the same everywhere.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Luck from the seed in `CONCORD_SEED`, or from a fresh one; says which, and how to have it again.
    pub fn announced(test: &str) -> Self {
        let given = env::var(SEED_VARIABLE).ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(test));
        // The run is repeated from this line alone.
        eprintln!("{test}: seed {seed}   (again: {SEED_VARIABLE}={seed} cargo test {test})");
        Self(seed)
    }

    /// Luck from the seed in `CONCORD_SEED`, or from the same one each time: for comparisons with a program that others
    /// may change, where a new seed is tried on purpose.
    pub fn steady(test: &str) -> Self {
        let given = env::var(SEED_VARIABLE).ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or(STEADY_SEED);
        eprintln!("{test}: seed {seed}   (another: {SEED_VARIABLE}=N cargo test {test})");
        Self(seed)
    }

    /// Luck from a number.
    pub const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when nothing is below it.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(self.draw().checked_rem(bound).unwrap_or_default()).unwrap()
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
