//! Time and chance as values: what a pure function cannot find for itself.
//!
//! Uses nothing. Absent on purpose: reading a clock, drawing randomness; the node does both and hands the result in.

use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroize;

/// An instant. Units: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The instant that lies `span` later; stays at the end of time.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The instant that lies `span` earlier; stays at the epoch.
    #[must_use]
    pub const fn before(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// Shows the instant as RFC 3339 in UTC, for example `2026-03-01T08:30:00.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        match jiff::Timestamp::from_millisecond(millis) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{millis} ms"),
        }
    }
}

/// A length of time. Units: milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u64);

impl Span {
    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From days of 24 hours.
    pub const fn from_days(days: u32) -> Self {
        Self((days as u64).saturating_mul(86_400_000))
    }

    /// Milliseconds.
    pub const fn millis(self) -> u64 {
        self.0
    }
}

/// What a step of the engine cannot find for itself: the time, and 32 random bytes that are used once.
pub struct Moment {
    /// The node's clock when the input was taken.
    pub now: Timestamp,
    seed: [u8; 32],
}

impl Moment {
    /// One moment, for one step.
    pub const fn new(now: Timestamp, seed: [u8; 32]) -> Self {
        Self { now, seed }
    }

    /// The random bytes of this moment, to be expanded by label (`crypto::expand`).
    pub const fn seed(&self) -> &[u8; 32] {
        &self.seed
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

/// Shows the time and never the seed.
impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({})", self.now)
    }
}
