//! Dates of birth as sheets have them, with the Gregorian days that they can be.
//!
//! Absent on purpose: eras that begin in April. Whoever has such a paper writes `birth.earliest` and `birth.latest`.

use serde_json::Value;
use serde_json::json;

use crate::cli::manifest::plan::Calendar;
use crate::cli::manifest::plan::Dates;
use crate::cli::manifest::plan::Order;

/// The first year that is taken for one of the Buddhist era.
const BUDDHIST_FROM: u16 = 2_400;

/// What is written, as a partial date.
pub(super) fn written(text: &str, dates: &Dates) -> Result<Value, String> {
    let digits = local_digits(text);
    let parts: Vec<&str> =
        digits.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let numbers: Option<Vec<u16>> = parts.iter().map(|part| part.parse().ok()).collect();
    let numbers = numbers.ok_or_else(|| format!("{text:?} is no date in numbers"))?;
    let year_first = parts.first().is_some_and(|part| part.len() == 4);
    let (year, month, day) = match (numbers.as_slice(), year_first, dates.order) {
        ([year], true, _) => (*year, None, None),
        ([year, month], true, _) | ([month, year], false, _) => (*year, Some(*month), None),
        ([year, month, day], true, _)
        | ([day, month, year], false, Order::Dmy)
        | ([month, day, year], false, Order::Mdy) => (*year, Some(*month), Some(*day)),
        (_, _, _) => return Err(format!("{text:?} is no year, month and year, or whole date")),
    };
    if year < 1_000 {
        return Err(format!(
            "{text:?} has a year of fewer than four digits: nobody knows which century"
        ));
    }
    span(text, (year, month, day), dates.calendar)
}

/// A day that a spreadsheet knows to be one.
pub(super) fn day((year, month, day): (u16, u8, u8)) -> Result<Value, String> {
    let text = format!("{year:04}-{month:02}-{day:02}");
    span(&text, (year, Some(month.into()), Some(day.into())), Calendar::Gregorian)
}

fn span(
    text: &str,
    (year, month, day): (u16, Option<u16>, Option<u16>),
    calendar: Calendar,
) -> Result<Value, String> {
    if calendar == Calendar::Gregorian && year >= BUDDHIST_FROM {
        return Err(format!(
            "{text:?} has a year of the Buddhist era: say `dates.calendar = \"buddhist-th\"`, or write the Gregorian year"
        ));
    }
    if calendar == Calendar::BuddhistTh && year < BUDDHIST_FROM {
        return Err(format!(
            "{text:?} has no year of the Buddhist era, which the mapping says: a Gregorian year among them is entered apart"
        ));
    }
    if month.is_some_and(|month| !(1..=12).contains(&month)) {
        return Err(format!(
            "{text:?} has no month from 1 to 12: is the order of day and month the other one?"
        ));
    }
    let (precision, earliest, latest) = match (month, day) {
        (None, _) => {
            let (first, last) = year_of(year, calendar);
            ("year", first, last)
        }
        (Some(month), None) => {
            let year = gregorian(text, year, month, calendar)?;
            ("month", (year, month, 1), (year, month, days_in(year, month)))
        }
        (Some(month), Some(day)) => {
            let year = gregorian(text, year, month, calendar)?;
            if !(1..=days_in(year, month)).contains(&day) {
                return Err(format!("{text:?} has a day that its month does not have"));
            }
            ("day", (year, month, day), (year, month, day))
        }
    };
    let iso = |(year, month, day): (u16, u16, u16)| format!("{year:04}-{month:02}-{day:02}");
    let calendar = match calendar {
        Calendar::Gregorian => "gregorian",
        Calendar::BuddhistTh => "buddhist-th",
    };
    Ok(json!({
        "as_stated": text, "calendar": calendar, "precision": precision,
        "earliest": iso(earliest), "latest": iso(latest),
    }))
}

/// The last year of the Buddhist era that began on 1 April: it had nine months.
const LAST_APRIL_YEAR: u16 = 2_483;

/// The Gregorian year of a month. Source: DOMAIN 5: CE + 543, before 1941 from January to March CE + 542.
fn gregorian(text: &str, year: u16, month: u16, calendar: Calendar) -> Result<u16, String> {
    match calendar {
        Calendar::Gregorian => Ok(year),
        Calendar::BuddhistTh if month > 3 || year > LAST_APRIL_YEAR => Ok(year.saturating_sub(543)),
        Calendar::BuddhistTh if year == LAST_APRIL_YEAR => {
            Err(format!("{text:?} never was: the Thai year 2483 ended with December"))
        }
        Calendar::BuddhistTh => Ok(year.saturating_sub(542)),
    }
}

/// The first and the last Gregorian day of a year.
const fn year_of(year: u16, calendar: Calendar) -> ((u16, u16, u16), (u16, u16, u16)) {
    match calendar {
        Calendar::Gregorian => ((year, 1, 1), (year, 12, 31)),
        Calendar::BuddhistTh => {
            let common = year.saturating_sub(543);
            if year > LAST_APRIL_YEAR {
                ((common, 1, 1), (common, 12, 31))
            } else if year == LAST_APRIL_YEAR {
                ((common, 4, 1), (common, 12, 31))
            } else {
                ((common, 4, 1), (common.saturating_add(1), 3, 31))
            }
        }
    }
}

const fn days_in(year: u16, month: u16) -> u16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// The text with digits of Thai, Lao, Khmer and Burmese as ASCII ones. Source: DOMAIN 5.
pub(super) fn local_digits(text: &str) -> String {
    let zeros = ['\u{e50}', '\u{ed0}', '\u{17e0}', '\u{1040}', '\u{1090}', '\u{ff10}'];
    text.chars()
        .map(|character| {
            let digit = zeros.iter().find_map(|zero| {
                let value = u32::from(character).checked_sub(u32::from(*zero))?;
                char::from_digit(value, 10)
            });
            digit.unwrap_or(character)
        })
        .collect()
}
