//! What becomes of each column: the mapping, as its file says it.

use std::collections::BTreeMap;

use concord_protocol::message::calendar;
use concord_protocol::message::partial_date;
use serde::Deserialize;

/// A mapping. Columns that are not named stay unread; a header that is itself a path needs no entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Plan {
    /// The sheet of a workbook; the first one when absent.
    pub(super) sheet: Option<String>,
    /// The row with the headers, from 1.
    pub(super) header_row: usize,
    /// What divides the cells of a CSV line: one ASCII character.
    pub(super) delimiter: char,
    /// The path in an entry for each header, such as `"Name" = "names_in_release_order.1.full_original"`.
    pub(super) columns: BTreeMap<String, String>,
    /// What stands in every entry, by path, unless its cell says otherwise.
    pub(super) constants: BTreeMap<String, String>,
    /// For a path, what a word of the sheet means, such as `[values.fitness] "ปกติ" = "fit"`.
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
    /// How dates are written.
    pub(super) dates: Dates,
}

/// How dates are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Dates {
    /// In which calendar.
    pub(super) calendar: Calendar,
    /// What comes first in a date that is not written year first.
    pub(super) order: Order,
}

/// The calendars that are converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Calendar {
    /// Gregorian.
    #[default]
    Gregorian,
    /// Buddhist era as Thai papers count it.
    BuddhistTh,
    /// Buddhist era as Cambodian papers count it.
    BuddhistKh,
    /// Buddhist era as Lao papers count it.
    BuddhistLa,
    /// Buddhist era as Burmese papers count it.
    BuddhistMm,
    /// Myanmar era.
    MyanmarEra,
    /// Chinese lunar calendar.
    ChineseLunar,
}

impl From<Calendar> for partial_date::Calendar {
    fn from(calendar: Calendar) -> Self {
        match calendar {
            Calendar::Gregorian => Self::Gregorian,
            Calendar::BuddhistTh => Self::BuddhistTh,
            Calendar::BuddhistKh => Self::BuddhistKh,
            Calendar::BuddhistLa => Self::BuddhistLa,
            Calendar::BuddhistMm => Self::BuddhistMm,
            Calendar::MyanmarEra => Self::MyanmarEra,
            Calendar::ChineseLunar => Self::ChineseLunar,
        }
    }
}

/// The order of a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    /// Day, month, year.
    #[default]
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl From<Order> for calendar::Order {
    fn from(order: Order) -> Self {
        match order {
            Order::Dmy => Self::DayFirst,
            Order::Mdy => Self::MonthFirst,
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            sheet: None,
            header_row: 1,
            delimiter: ',',
            columns: BTreeMap::new(),
            constants: BTreeMap::new(),
            values: BTreeMap::new(),
            dates: Dates::default(),
        }
    }
}

impl Plan {
    /// The path for a header, where it has one.
    pub(super) fn path<'p>(&'p self, header: &'p str) -> Option<&'p str> {
        match self.columns.get(header) {
            Some(path) => Some(path),
            None => is_path(header).then_some(header),
        }
    }
}

/// The fields of an entry that begin a path, beside `sex`, which is counted and stands in no entry.
pub(super) const FIELDS: [&str; 19] = [
    "n",
    "person_ref",
    "names_in_release_order",
    "birth",
    "document",
    "nationality_status",
    "category",
    "decision_message",
    "decision_checked",
    "screening_ref",
    "fitness",
    "risk",
    "separation_codes",
    "medical_flag",
    "property_bag_no",
    "minor",
    "guardian_entry",
    "travels_with_officer",
    "interpreter_lang",
];

/// Counted by the message, and no field of an entry.
pub(super) const SEX: &str = "sex";

/// Whether a text is a path into an entry.
pub(super) fn is_path(text: &str) -> bool {
    let first = text.split('.').next().unwrap_or_default();
    text == SEX || FIELDS.contains(&first)
}
