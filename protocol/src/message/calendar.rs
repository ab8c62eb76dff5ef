//! What a date of another calendar can be in the Gregorian one.
//!
//! Uses `time`, `writing`. A text is read where its form is known, and never narrower than it is: where usages differ, where
//! an almanac may be a day off, or where the paper does not say which half of a year it means, the days in question are all
//! in the span. What cannot be read is not read, and whoever has the paper writes the span.
//! Absent on purpose: guessing a century, days of the Myanmar era, and any narrowing of what somebody stated.

mod eras;
mod lunar;
mod stated;
mod words;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::message::calendar::stated::Parts;
use crate::message::partial_date::Calendar;
use crate::message::partial_date::Precision;
use crate::message::time::CivilDate;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first.
    pub first: CivilDate,
    /// The last, not before the first.
    pub last: CivilDate,
}

impl Span {
    /// Whether every day of another span lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Whether the two have a day in common.
    pub fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The span from the first day of the two to the last.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// So many days more on both sides; fewer where negative. `None` where nothing is left.
    fn wider(self, days: i64) -> Option<Self> {
        let first = self.first.plus_days(days.checked_neg()?)?;
        let last = self.last.plus_days(days)?;
        (first <= last).then_some(Self { first, last })
    }
}

/// What comes first where a date does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// One way in which a text can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How exact it is.
    pub precision: Precision,
    /// Every day that it can be.
    pub possible: Span,
    /// The days that it can be by every usage; a statement that leaves one of them out is narrower than the text.
    /// `None` where usages have no day in common, or the text says more than can be computed here.
    certain: Option<Span>,
}

/// Why a text gives no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The form is not one that is read.
    #[error(
        "no date in a form that is read: 12/02/2541, 2541-02-12, 12 ก.พ. 2541, 12 ກຸມພາ 2541, 1998年2月12日, 02/2541, 2541; the year has four digits"
    )]
    Form,
    /// There is no such day, month or year in the calendar, or none that the tables have.
    #[error("the calendar has no such day, or none that is converted here")]
    NoSuchDay,
    /// It can be read in two ways.
    #[error("day and month can be either number: say which comes first")]
    Order,
}

/// What a text can be.
///
/// With an order a date like 04/05/1990 has one reading; without one it must have one all the same.
///
/// # Errors
/// When the form is not known, there is no such day, or it can be read in two ways.
// spec: nam-10, nam-11
pub fn convert(
    text: &str,
    calendar: Calendar,
    order: Option<Order>,
) -> Result<Reading, CalendarError> {
    let parts = stated::read(text, calendar);
    if parts.is_empty() {
        return Err(CalendarError::Form);
    }
    let parts: Vec<Parts> = parts.into_iter().filter(|parts| parts.is_in(order)).collect();
    let mut readings = readings(&parts, calendar).into_iter();
    let first = readings.next().ok_or(CalendarError::NoSuchDay)?;
    if readings.any(|other| other.possible != first.possible) {
        return Err(CalendarError::Order);
    }
    Ok(first)
}

/// Whether a statement leaves out a day that its own text allows, so that its span is narrower than the truth, or lies beside it.
///
/// A text that is not read contradicts nothing.
// spec: nam-13
pub fn contradicts(text: &str, calendar: Calendar, stated: Span) -> bool {
    let readings = readings(&stated::read(text, calendar), calendar);
    let agrees = |reading: &Reading| match reading.certain {
        Some(certain) => stated.covers(certain) || is_almanac_day(reading, calendar, stated),
        None => stated.meets(reading.possible),
    };
    !readings.is_empty() && !readings.iter().any(agrees)
}

/// Whether a lunar day was read from an almanac that is a day off.
fn is_almanac_day(reading: &Reading, calendar: Calendar, stated: Span) -> bool {
    calendar == Calendar::ChineseLunar
        && reading.precision == Precision::Day
        && stated.meets(reading.possible)
}

fn readings(parts: &[Parts], calendar: Calendar) -> Vec<Reading> {
    parts.iter().filter_map(|parts| reading(*parts, calendar)).collect()
}

fn reading(parts: Parts, calendar: Calendar) -> Option<Reading> {
    match calendar {
        Calendar::Gregorian => eras::gregorian(parts),
        Calendar::BuddhistTh => eras::thai(parts),
        Calendar::BuddhistKh | Calendar::BuddhistMm => eras::from_april(parts),
        Calendar::BuddhistLa => eras::lao(parts),
        Calendar::MyanmarEra => eras::myanmar(parts),
        Calendar::ChineseLunar => lunar_date(parts),
    }
}

/// A date of the lunar calendar, with a day on either side for almanacs that differ.
// spec: nam-12
fn lunar_date(parts: Parts) -> Option<Reading> {
    let (precision, (first, last)) = match (parts.month, parts.day) {
        (None, _) => (Precision::Year, lunar::year(parts.year)?),
        (Some(month), None) => (Precision::Month, lunar::month(parts.year, month)?),
        (Some(month), Some(day)) => {
            let (first, last) = lunar::month(parts.year, month)?;
            let day = first.plus_days(i64::from(day).checked_sub(1)?)?;
            // A month of 29 days has no thirtieth; another almanac may have given it one.
            if day > last.next() || day < first {
                return None;
            }
            (Precision::Day, (day, day))
        }
    };
    let exact = Span { first, last };
    let certain = if precision == Precision::Day { exact } else { exact.wider(-1)? };
    Some(Reading { precision, possible: exact.wider(1)?, certain: Some(certain) })
}

/// How an age was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeCount {
    /// Years completed since birth.
    Completed,
    /// One at birth, and one more at each lunar new year (虚岁, tuổi mụ): up to two more than completed.
    Nominal,
}

/// When somebody of an age on a day can be born. `None` beyond the tables.
///
/// The day before and the day after 29 February both count as the birthday of whoever was born then.
// spec: nam-14
pub fn of_age(age: i16, count: AgeCount, on: CivilDate) -> Option<Span> {
    if age < 0 {
        return None;
    }
    match count {
        AgeCount::Completed => {
            let first = on.minus_years(age.checked_add(1)?)?.next();
            let last = on.minus_years(age)?;
            let is_eve = matches!(on.parts(), (_, 2, 28));
            let last = if is_eve && last.month_end() > last { last.month_end() } else { last };
            Some(Span { first, last })
        }
        AgeCount::Nominal => {
            let year = lunar::year_at(on)?.checked_sub(age)?.checked_add(1)?;
            let (first, last) = lunar::year(year)?;
            // On the new year's day of another almanac it may be the year before or after.
            let near = [on.before(), on.next()].into_iter().filter_map(lunar::year_at);
            let other = near.filter_map(|near| lunar::year(near.checked_sub(age)?.checked_add(1)?));
            let span = Span { first, last };
            other.map(|(first, last)| Span { first, last }).fold(span, Span::and).wider(1)
        }
    }
}
