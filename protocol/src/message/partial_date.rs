//! Dates that are not known to the day, or were written in another calendar.
//!
//! What was stated is kept; the Gregorian bounds drive all logic. Source: DOMAIN 1.1 and 5.
//! Absent on purpose: converting (`calendar`). A span that leaves out what its own text allows is refused.

use crate::message::calendar;
use crate::message::calendar::Span;
use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::Line;
use crate::message::time::CivilDate;

choice! {
    /// The calendar of what was stated.
    Calendar {
        /// Gregorian.
        Gregorian = "gregorian",
        /// Buddhist era as Thai papers count it.
        BuddhistTh = "buddhist-th",
        /// Buddhist era as Cambodian papers count it.
        BuddhistKh = "buddhist-kh",
        /// Buddhist era as Lao papers count it.
        BuddhistLa = "buddhist-la",
        /// Buddhist era as Burmese papers count it.
        BuddhistMm = "buddhist-mm",
        /// Myanmar era.
        MyanmarEra = "myanmar-era",
        /// Chinese lunar calendar.
        ChineseLunar = "chinese-lunar",
    }
}

choice! {
    /// How exact what was stated is.
    Precision {
        /// To the day.
        Day = "day",
        /// To the month.
        Month = "month",
        /// To the year.
        Year = "year",
        /// Only an age was stated.
        AgeOnly = "age-only",
    }
}

record! {
    /// A date as far as it is known. Source: spec msgk-10.
    PartialDate {
        /// As it was said or written.
        as_stated: Line,
        /// In which calendar.
        calendar: Calendar,
        /// How exact.
        precision: Precision,
        /// The first Gregorian day that it can be.
        earliest: CivilDate,
        /// The last Gregorian day that it can be.
        latest: CivilDate,
    }
    rules(at, faults) {
        // spec: msgk-10
        if let (Some(earliest), Some(latest)) = (earliest, latest) {
            let days = earliest.days_until(latest);
            if days < 0 {
                let reason = "the earliest day does not come after the latest";
                faults.add(&at.key("latest"), FaultCode::Conflicting, reason);
            } else if let (Some(calendar), Some(precision)) = (calendar, precision)
                && let Err(reason) = fits(precision, calendar, days)
            {
                faults.add(&at.key("precision"), FaultCode::Conflicting, reason);
            } else if let (Some(calendar), Some(text)) = (calendar, &as_stated)
                && precision.is_some_and(|precision| precision != Precision::AgeOnly)
                && calendar::contradicts(text.as_str(), calendar, Span { first: earliest, last: latest })
            {
                // spec: nam-13
                let reason = "the days from `earliest` to `latest` leave out what `as_stated` says in this calendar";
                faults.add(&at.key("as_stated"), FaultCode::Conflicting, reason);
            }
        }
    }
}

/// Whether a span of days can be what was stated.
///
/// Lunar months straddle two Gregorian ones, and eras that begin in April can be a year off, so they get more room.
fn fits(precision: Precision, calendar: Calendar, days: i64) -> Result<(), &'static str> {
    let solar = matches!(calendar, Calendar::Gregorian | Calendar::BuddhistTh);
    let (least, most, reason) = match (precision, solar) {
        (Precision::Day, true) => (0, 0, "a date known to the day has one earliest and latest day"),
        (Precision::Day, false) => {
            (0, 3, "a date known to the day spans at most 4 days in this calendar")
        }
        (Precision::Month, true) => (1, 30, "a date known to the month spans 2 to 31 days"),
        (Precision::Month, false) => {
            (1, 61, "a date known to the month spans 2 to 62 days in this calendar")
        }
        (Precision::Year, true) => (1, 365, "a date known to the year spans 2 to 366 days"),
        (Precision::Year, false) => {
            (1, 799, "a date known to the year spans 2 to 800 days in this calendar")
        }
        (Precision::AgeOnly, _) => (1, i64::MAX, "an age alone spans more than one day"),
    };
    if (least..=most).contains(&days) { Ok(()) } else { Err(reason) }
}

impl PartialDate {
    /// The Gregorian days that it can be.
    pub const fn span(&self) -> Span {
        Span { first: self.earliest, last: self.latest }
    }

    /// Whether somebody born then may be younger than `years` on that day: judged by the latest day it can be.
    // spec: msgk-11
    pub fn possibly_under(&self, years: i16, on: CivilDate) -> bool {
        self.latest.is_under(years, on)
    }
}
