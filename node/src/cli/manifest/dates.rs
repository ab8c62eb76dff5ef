//! Dates of birth as sheets have them, with the Gregorian days that they can be.

use concord_protocol::message::calendar;
use concord_protocol::message::calendar::CalendarError;
use concord_protocol::message::calendar::Reading;
use concord_protocol::message::partial_date::Calendar;
use serde_json::Value;
use serde_json::json;

use crate::cli::manifest::plan::Dates;

/// The first year that is taken for one of the Buddhist era.
const BUDDHIST_FROM: i16 = 2_400;

/// What is written, as a partial date.
pub(super) fn written(text: &str, dates: &Dates) -> Result<Value, String> {
    let calendar = dates.calendar.into();
    let reading = calendar::convert(text, calendar, Some(dates.order.into()));
    let reading = reading.map_err(|error| match (error, calendar) {
        (CalendarError::NoSuchDay, Calendar::Gregorian | Calendar::ChineseLunar | Calendar::MyanmarEra) => {
            format!("{text:?}: {error}; is the order of day and month the other one?")
        }
        (CalendarError::NoSuchDay, _) => format!(
            "{text:?} has no day of that calendar, or no year of the Buddhist era, which the mapping says: a Gregorian year among them is entered apart"
        ),
        (CalendarError::Form | CalendarError::Order, _) => format!("{text:?}: {error}"),
    })?;
    let (year, _, _) = reading.possible.first.parts();
    if calendar == Calendar::Gregorian && year >= BUDDHIST_FROM {
        return Err(format!(
            "{text:?} has a year of the Buddhist era: say `dates.calendar = \"buddhist-th\"`, or write the Gregorian year"
        ));
    }
    Ok(partial(text, calendar, &reading))
}

/// A day that a spreadsheet knows to be one.
pub(super) fn day((year, month, day): (u16, u8, u8)) -> Result<Value, String> {
    written(&format!("{year:04}-{month:02}-{day:02}"), &Dates::default())
}

fn partial(text: &str, calendar: Calendar, reading: &Reading) -> Value {
    json!({
        "as_stated": text, "calendar": calendar.text(), "precision": reading.precision.text(),
        "earliest": reading.possible.first.to_string(), "latest": reading.possible.last.to_string(),
    })
}
