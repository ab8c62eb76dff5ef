//! What one member may have of another in a day, and how much of it is used.
//!
//! Uses `moment`; used by `wire`, `engine` and the host. Whoever keeps one remembers it durably before it gives anything
//! for it, so that a restart gives nothing twice.

use serde::Deserialize;
use serde::Serialize;

use crate::moment::Timestamp;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

/// What a member used of one thing. Units: whatever is counted; a day is one of UTC by the clock of whoever counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The day that is counted, in days since 1970-01-01.
    day: u64,
    /// What was used on it.
    used: u64,
}

/// There is not as much left today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{left} are left for today")]
pub struct Spent {
    /// How much is.
    pub left: u64,
}

impl Allowance {
    /// How much is left of `max` now. A clock that went back begins no day anew.
    pub fn left(&self, now: Timestamp, max: u64) -> u64 {
        if now.millis() / DAY > self.day { max } else { max.saturating_sub(self.used) }
    }

    /// Uses some, or nothing at all.
    ///
    /// # Errors
    /// When less is left.
    // spec: dcf-10, dcf-14
    pub fn used(self, count: u64, now: Timestamp, max: u64) -> Result<Self, Spent> {
        let left = self.left(now, max);
        if count > left {
            return Err(Spent { left });
        }
        let (day, today) = (self.day.max(now.millis() / DAY), max.saturating_sub(left));
        Ok(Self { day, used: today.saturating_add(count) })
    }

    /// When the next day begins.
    pub const fn renews(&self, now: Timestamp) -> Timestamp {
        let today = now.millis() / DAY;
        let day = if today > self.day { today } else { self.day };
        Timestamp::from_millis(day.saturating_add(1).saturating_mul(DAY))
    }
}
