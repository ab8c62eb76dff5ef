//! Dates and instants as people write them in messages.
//!
//! Uses `moment`. Instants keep the offset they were written with: the wall clock at the place is part of what was said.
//! Absent on purpose: the time now, time zones' rules, other calendars (`calendar`).

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de;

use crate::codec::value::Value;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;
use crate::moment::Timestamp;

/// A day of the Gregorian calendar. Shape: `2026-03-01`. Source: RFC 3339 full-date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate(jiff::civil::Date);

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day of the Gregorian calendar, written YYYY-MM-DD")]
pub struct DateError;

impl CivilDate {
    /// Reads a day.
    ///
    /// # Errors
    /// When the text has another form, or there is no such day.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        match text.as_bytes() {
            [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] => {
                let year = decimal(&[*y0, *y1, *y2, *y3]).ok_or(DateError)?;
                let month = decimal(&[*m0, *m1])
                    .and_then(|month| i8::try_from(month).ok())
                    .ok_or(DateError)?;
                let day =
                    decimal(&[*d0, *d1]).and_then(|day| i8::try_from(day).ok()).ok_or(DateError)?;
                jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| DateError)
            }
            _ => Err(DateError),
        }
    }

    /// A day by its parts; `None` when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The day so many days later, or earlier when negative; `None` beyond the calendar.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        let span = jiff::Span::new().try_days(days).ok()?;
        self.0.checked_add(span).ok().map(Self)
    }

    /// The same day so many years earlier; 28 February for a 29th that the year does not have.
    pub fn minus_years(self, years: i16) -> Option<Self> {
        let span = jiff::Span::new().try_years(years).ok()?;
        self.0.checked_sub(span).ok().map(Self)
    }

    /// The same day so many months later; the last of a month that does not have it. `None` beyond the calendar.
    pub fn plus_months(self, months: u16) -> Option<Self> {
        let span = jiff::Span::new().try_months(i64::from(months)).ok()?;
        self.0.checked_add(span).ok().map(Self)
    }

    /// The last day of the month that it lies in.
    #[must_use]
    pub fn month_end(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The UTC day of an instant.
    pub fn of(instant: Timestamp) -> Option<Self> {
        let millis = i64::try_from(instant.millis()).ok()?;
        let instant = jiff::Timestamp::from_millisecond(millis).ok()?;
        Some(Self(jiff::tz::Offset::UTC.to_datetime(instant).date()))
    }

    /// Year, month and day.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The day after; the last day of the calendar stays.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day before; the first day of the calendar stays.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0))
    }

    /// Whether somebody born on this day is younger than `years` on another.
    ///
    /// Somebody born on 29 February counts as younger until 1 March, the later of the two usages.
    pub fn is_under(self, years: i16, on: Self) -> bool {
        let (year, month, day) = on.parts();
        (year.saturating_sub(years), month, day) < self.parts()
    }

    /// Days from this one to `later`; negative when it is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        self.0.duration_until(later.0).as_hours() / 24
    }
}

fn decimal(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |sum, digit| {
        let value = digit.is_ascii_digit().then(|| i16::from(digit.wrapping_sub(b'0')))?;
        sum.checked_mul(10)?.checked_add(value)
    })
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CivilDate")
    }
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Field for CivilDate {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        match Self::parse(field::text(value, at, faults)?) {
            Ok(date) => Some(date),
            Err(error) => {
                faults.add(at, FaultCode::Malformed, format!("{error}"));
                None
            }
        }
    }

    fn write(&self) -> Value {
        Value::Text(format!("{self}"))
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        let pattern = Some("[0-9]{4}-[0-9]{2}-[0-9]{2}");
        grammar.rule("CivilDate", |_| Rule::Is(Shape::Text { min: 10, max: 10, pattern }))
    }
}

/// An instant with the offset of the place it was written for. Shape: `2026-03-01T15:30:00+07:00`. Source: RFC 3339.
///
/// Two instants are equal when they were written alike; they are ordered by when they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Instant {
    text: String,
    at: Timestamp,
}

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an instant from 1970 on, written YYYY-MM-DDThh:mm:ss with an optional fraction and Z or an offset such as +07:00"
)]
pub struct InstantError;

impl Instant {
    /// Reads an instant.
    ///
    /// # Errors
    /// When the text has another form, or there is no such instant.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        let at = timestamp(text)?;
        Ok(Self { text: text.to_owned(), at })
    }

    /// When it is.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which of the two comes first, whatever their offsets.
    pub fn cmp_time(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

field::silent!(Instant);

const INSTANT_PATTERN: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})";

/// Reads RFC 3339 and nothing wider.
// spec: msgk-5
fn timestamp(text: &str) -> Result<Timestamp, InstantError> {
    if !has_instant_form(text) {
        return Err(InstantError);
    }
    let instant: jiff::Timestamp = text.parse().map_err(|_| InstantError)?;
    u64::try_from(instant.as_millisecond()).map(Timestamp::from_millis).map_err(|_| InstantError)
}

fn has_instant_form(text: &str) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let fits = |shape: &str, text: &str| {
        shape.len() == text.len()
            && shape.bytes().zip(text.bytes()).all(|(shape, byte)| match shape {
                b'0' => byte.is_ascii_digit(),
                fixed => byte == fixed,
            })
    };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let fraction_len = rest.len().saturating_sub(offset.len());
    let offset_fits = offset == "Z" || fits("+00:00", offset) || fits("-00:00", offset);
    fits("0000-00-00T00:00:00", start)
        && offset_fits
        && (fraction_len == 0 || (2..=10).contains(&fraction_len))
}

fn read_instant(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Instant> {
    match Instant::parse(field::text(value, at, faults)?) {
        Ok(instant) => Some(instant),
        Err(error) => {
            faults.add(at, FaultCode::Malformed, format!("{error}"));
            None
        }
    }
}

impl Field for Instant {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        read_instant(value, at, faults)
    }

    fn write(&self) -> Value {
        Value::Text(self.text.clone())
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        instant_shape(grammar)
    }
}

fn instant_shape(grammar: &mut Grammar) -> Shape {
    grammar.rule("Instant", |_| {
        Rule::Is(Shape::Text { min: 20, max: 35, pattern: Some(INSTANT_PATTERN) })
    })
}

/// Read with any offset, written in UTC: what stands in the header has no offset.
impl Field for Timestamp {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        read_instant(value, at, faults).map(|instant| instant.at())
    }

    fn write(&self) -> Value {
        Value::Text(format!("{self}"))
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        instant_shape(grammar)
    }
}

record! {
    /// Days from one to another, both included.
    DateRange {
        /// The first day.
        from: CivilDate,
        /// The last day, not before the first.
        to: CivilDate,
    }
    rules(at, faults) {
        if let (Some(from), Some(to)) = (from, to) && from > to {
            faults.add(&at.key("to"), FaultCode::Conflicting, "a range does not end before it begins");
        }
    }
}

record! {
    /// Time from one instant to another.
    TimeRange {
        /// Its beginning.
        from: Instant,
        /// Its end, not before the beginning.
        to: Instant,
    }
    rules(at, faults) {
        if let (Some(from), Some(to)) = (&from, &to) && from.cmp_time(to).is_gt() {
            faults.add(&at.key("to"), FaultCode::Conflicting, "a range does not end before it begins");
        }
    }
}
