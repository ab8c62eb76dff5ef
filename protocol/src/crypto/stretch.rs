//! From a passphrase to a key: Argon2id, with a cost that whoever made the file chose and whoever reads it bounds.
//!
//! Uses nothing. Absent on purpose: where the passphrase comes from, and what the key opens.
//! Source: RFC 9106; its second recommended choice is [`Cost::USUAL`].

#[cfg(test)]
mod tests;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::Version;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// Lanes of the memory; they are filled one after the other, and a guesser gains nothing by their number.
const LANES: u32 = 4;

/// What one derivation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

/// A cost that is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{memory_kib} KiB and {passes} passes are asked for; 32 to {} KiB and 1 to {} passes are paid",
    Cost::MOST.memory_kib,
    Cost::MOST.passes
)]
pub struct CostRefused {
    /// Memory asked for, in KiB.
    pub memory_kib: u32,
    /// Passes asked for.
    pub passes: u32,
}

impl Cost {
    /// What is taken for a new file: 64 MiB and three passes, a fifth of a second on one core.
    pub const USUAL: Self = Self { memory_kib: 64 * 1024, passes: 3 };

    /// The most that a file may ask for: four times the memory, some seconds.
    pub const MOST: Self = Self { memory_kib: 256 * 1024, passes: 16 };

    /// The least that the algorithm takes, for tests and vectors.
    pub const LEAST: Self = Self { memory_kib: 8 * LANES, passes: 1 };

    fn params(self) -> Option<Params> {
        let memory = Self::LEAST.memory_kib..=Self::MOST.memory_kib;
        let passes = Self::LEAST.passes..=Self::MOST.passes;
        if !memory.contains(&self.memory_kib) || !passes.contains(&self.passes) {
            return None;
        }
        Params::new(self.memory_kib, self.passes, LANES, Some(32)).ok()
    }
}

/// Stretches a passphrase to 32 bytes. Shape: Argon2id, version 0x13, 4 lanes, without secret and associated data.
///
/// # Errors
/// When the cost is out of bounds, or the machine has not so much memory.
pub fn stretch(
    passphrase: &[u8],
    salt: &[u8; SALT_BYTES],
    cost: Cost,
) -> Result<Zeroizing<[u8; 32]>, CostRefused> {
    // spec: cus-1
    let refused = CostRefused { memory_kib: cost.memory_kib, passes: cost.passes };
    let params = cost.params().ok_or(refused)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, key.as_mut_slice())
        .map_err(|_| refused)?;
    Ok(key)
}
