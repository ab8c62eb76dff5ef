//! The days on which nobody of a Party is expected to work.

use alloc::collections::BTreeSet;

use crate::message::field::choice;
use crate::message::time::CivilDate;

choice! {
    /// A day of the week.
    Weekday {
        /// The first working day of most.
        Monday = "monday",
        /// The day after it.
        Tuesday = "tuesday",
        /// The day after it.
        Wednesday = "wednesday",
        /// The day after it.
        Thursday = "thursday",
        /// The day after it.
        Friday = "friday",
        /// The day after it.
        Saturday = "saturday",
        /// The day after it.
        Sunday = "sunday",
    }
}

/// One day of rest, or every one of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestDay {
    /// Every week.
    Weekly(Weekday),
    /// On that day.
    Holiday(CivilDate),
}

/// The days of rest of one Party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    weekly: BTreeSet<Weekday>,
    holidays: BTreeSet<CivilDate>,
}

/// How far a term moves at the most; where rest is longer than that, it does not move. Units: days.
pub const MOVED_DAYS_MAX: u64 = 14;

/// 1970-01-01 was a Thursday, three days after a Monday.
const FIRST_WEEKDAY: u64 = 3;

impl Rest {
    /// Adds a day of rest.
    pub fn add(&mut self, day: RestDay) {
        match day {
            RestDay::Weekly(weekday) => {
                self.weekly.insert(weekday);
            }
            RestDay::Holiday(date) => {
                self.holidays.insert(date);
            }
        }
    }

    /// The first day from this one on that is none of rest. Units: days since 1970-01-01, on the calendar of the Party.
    // spec: prf-6
    pub fn next_working(&self, day: u64) -> u64 {
        let last = day.saturating_add(MOVED_DAYS_MAX);
        (day..=last).find(|day| !self.is_rest(*day)).unwrap_or(day)
    }

    fn is_rest(&self, day: u64) -> bool {
        let of_week = usize::try_from(day.saturating_add(FIRST_WEEKDAY) % 7).unwrap_or(0);
        let weekday = Weekday::ALL.get(of_week);
        let date = CivilDate::new(1970, 1, 1)
            .zip(i64::try_from(day).ok())
            .and_then(|(epoch, days)| epoch.plus_days(days));
        weekday.is_some_and(|weekday| self.weekly.contains(weekday))
            || date.is_some_and(|date| self.holidays.contains(&date))
    }
}
