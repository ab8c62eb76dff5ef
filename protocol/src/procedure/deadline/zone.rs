//! The time zone in which a Party counts days, and reads its clocks.
//!
//! The six zones have no summer time, so an offset says all. Absent on purpose: rules of zones that change.

use alloc::format;
use alloc::string::String;

use crate::ids::Party;
use crate::moment::Timestamp;

/// How far a Party's clock is ahead of UTC. Units: minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(u32);

/// Each Party's offset, in minutes east of UTC. Source: DOMAIN 5, spec due-4.
pub const ZONES: &[(&str, u32)] =
    &[("CN", 480), ("KH", 420), ("LA", 420), ("MM", 390), ("TH", 420), ("VN", 420)];

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;

impl Zone {
    /// UTC: the zone of a Party that the table does not name.
    pub const UTC: Self = Self(0);

    /// The zone of a Party.
    // spec: due-4
    pub fn of(party: &Party) -> Self {
        let row = ZONES.iter().find(|(name, _)| *name == party.as_str());
        row.map_or(Self::UTC, |(_, minutes)| Self(*minutes))
    }

    /// An instant on this clock, to the second. Shape: `2026-03-01T15:30:00+07:00`.
    // spec: tim-1
    pub fn clock(self, at: Timestamp) -> String {
        let wall = format!("{}", Timestamp::from_millis(at.millis().saturating_add(self.ahead())));
        let seconds = wall.get(..19).unwrap_or_default();
        format!("{seconds}+{:02}:{:02}", self.0 / 60, self.0 % 60)
    }

    /// The day that lies `days` after the day of an instant, on this clock. Units: days since 1970-01-01.
    pub fn day_after(self, at: Timestamp, days: u32) -> u64 {
        let today = at.millis().saturating_add(self.ahead()) / DAY;
        today.saturating_add(u64::from(days))
    }

    /// The end of a day on this clock.
    pub fn end_of(self, day: u64) -> Timestamp {
        let after = day.saturating_add(1);
        Timestamp::from_millis(after.saturating_mul(DAY).saturating_sub(self.ahead()))
    }

    /// Units: milliseconds.
    fn ahead(self) -> u64 {
        u64::from(self.0).saturating_mul(MINUTE)
    }
}
