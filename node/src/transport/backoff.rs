//! How long to wait before dialing again.
//!
//! Uses nothing; pure. A link never gives up: the last step repeats, and an operator sees the trouble meanwhile.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// Waits between tries, in milliseconds; the last one repeats. Source: spec wire-18.
pub const WAITS_MS: [u64; 9] = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000];

/// How long to wait after failed try `tries`, counted from zero.
///
/// `spread` is a random byte: it adds up to half of the wait, so that nodes which lost each other together do not come
/// back together. Source: spec wire-18.
pub fn wait_after(tries: u32, spread: u8) -> Duration {
    // spec: wire-18
    let last = WAITS_MS.len().saturating_sub(1);
    let step = usize::try_from(tries).unwrap_or(last).min(last);
    let wait = WAITS_MS.get(step).copied().unwrap_or_default();
    let extra = wait.saturating_mul(u64::from(spread)) / 512;
    Duration::from_millis(wait.saturating_add(extra))
}
