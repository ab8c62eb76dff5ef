//! One cell for one path: what it says there, or why it cannot be taken.

use concord_protocol::message::writing;
use serde_json::Value;
use serde_json::json;

use crate::cli::manifest::dates;
use crate::cli::manifest::neutral;
use crate::cli::manifest::plan;
use crate::cli::manifest::plan::Plan;
use crate::cli::manifest::sheet::At;
use crate::cli::manifest::sheet::Cell;

/// Most places of a list that a path may name.
pub(super) const ITEMS_MAX: usize = 64;

/// Up to here a spreadsheet keeps every digit of a whole number.
const EXACT_MAX: f64 = 999_999_999_999_999.0;

/// A column of the sheet, and the path that it fills.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Which, from 0.
    pub(super) column: usize,
    /// The path.
    pub(super) path: String,
}

impl Column {
    /// Its cell in a row.
    pub(super) const fn at(&self, row: usize) -> At {
        At { row, column: self.column }
    }
}

/// What kind of value stands under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A whole number.
    Count,
    /// Yes or no.
    Flag,
    /// A date that may be known in part.
    Date,
    /// Codes, divided by semicolons.
    Codes,
    /// A number of a paper or a register: digits of any script, and never what a spreadsheet made of it.
    Reference,
    /// Anything else.
    Text,
}

impl Kind {
    fn of(path: &str) -> Self {
        match path {
            "n" | "guardian_entry" => Self::Count,
            "decision_checked" | "medical_flag" | "travels_with_officer" => Self::Flag,
            "birth" | "document.issued" | "document.expires" => Self::Date,
            "separation_codes" => Self::Codes,
            "person_ref" | "screening_ref" | "decision_message" | "document.number"
            | "property_bag_no" => Self::Reference,
            _ => Self::Text,
        }
    }
}

/// A constant of the mapping.
pub(super) fn typed(path: &str, text: &str) -> Value {
    let plan = Plan::default();
    let value = value(&Cell::Text(text.to_owned()), path, &plan);
    value.ok().flatten().unwrap_or_else(|| json!(text))
}

/// What a cell says under a path; nothing where it is empty.
// spec: man-6
pub(super) fn value(cell: &Cell, path: &str, plan: &Plan) -> Result<Option<Value>, String> {
    let kind = Kind::of(path);
    let text = match cell {
        Cell::Empty => return Ok(None),
        Cell::Uncomputed => return Err("a formula whose result is not in the file: open the file in a spreadsheet and save it, or put the value in its place".to_owned()),
        Cell::Error(error) => return Err(format!("the spreadsheet shows {error}: correct the formula")),
        Cell::Day(year, month, day) if kind == Kind::Date && path == "birth" => {
            return dates::day((*year, *month, *day)).map(Some);
        }
        Cell::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
        Cell::Bool(yes) if kind == Kind::Flag => return Ok(Some(json!(yes))),
        Cell::Bool(_) => return Err("yes or no stands where a text belongs: format the cell as text".to_owned()),
        Cell::Number(number) => whole(*number)?,
        Cell::Text(text) => neutral::restored(text.trim()),
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let meant = plan.values.get(path).and_then(|values| values.get(&text));
    let text = meant.cloned().unwrap_or(text);
    said(&text, path, (kind, plan)).map(Some)
}

fn said(text: &str, path: &str, (kind, plan): (Kind, &Plan)) -> Result<Value, String> {
    match kind {
        Kind::Count => count(text),
        Kind::Flag => flag(text),
        Kind::Date if path == "birth" => dates::written(text, &plan.dates),
        Kind::Codes => {
            let codes = text.split(';').map(str::trim).filter(|code| !code.is_empty());
            Ok(Value::Array(codes.map(|code| json!(code)).collect()))
        }
        Kind::Reference => reference(text).map(Value::from),
        Kind::Date | Kind::Text if path == plan::SEX => sex(text),
        Kind::Date | Kind::Text => Ok(json!(text)),
    }
}

/// A number of a spreadsheet as the digits that somebody typed.
fn whole(number: f64) -> Result<String, String> {
    if number.fract() != 0.0 || number.abs() > EXACT_MAX || !number.is_finite() {
        return Err(format!(
            "the spreadsheet keeps {number:e} here, which is no whole number with all its digits: format the column as text and type it again"
        ));
    }
    Ok(format!("{number:.0}"))
}

fn count(text: &str) -> Result<Value, String> {
    let digits = writing::ascii_digits(text);
    let digits = digits.split_once('.').map_or(digits.as_str(), |(whole, rest)| {
        // `1.0` is what a spreadsheet writes of the number 1.
        if rest.bytes().all(|byte| byte == b'0') { whole } else { digits.as_str() }
    });
    let number: Result<u64, _> = digits.parse();
    number.map(|number| json!(number)).map_err(|_| format!("{text:?} is no whole number"))
}

fn flag(text: &str) -> Result<Value, String> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" => Ok(json!(true)),
        "no" | "false" | "0" | "n" => Ok(json!(false)),
        _ => Err(format!(
            "{text:?} is neither yes nor no; the mapping can say what it means (`values`)"
        )),
    }
}

fn sex(text: &str) -> Result<Value, String> {
    match text {
        "female" | "male" | "other" | "unknown" => Ok(json!(text)),
        _ => Err(format!(
            "{text:?} is none of female, male, other, unknown; the mapping can say what it means (`values`)"
        )),
    }
}

/// A reference, unless a spreadsheet has made a number of it: digits may be gone then.
// spec: man-3
fn reference(text: &str) -> Result<String, String> {
    let digits = writing::ascii_digits(text);
    let (mantissa, exponent) = digits.split_once(['E', 'e']).unwrap_or((&digits, ""));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let scientific = !exponent.is_empty()
        && is_number(exponent.trim_start_matches(['+', '-']))
        && (exponent.starts_with(['+', '-']) || mantissa.contains(['.', ',']))
        && is_number(&mantissa.replace(['.', ','], ""));
    let fraction = digits.split_once('.').is_some_and(|(whole, rest)| {
        is_number(whole) && !rest.is_empty() && rest.bytes().all(|byte| byte == b'0')
    });
    if scientific || fraction {
        return Err(format!(
            "a spreadsheet made a number of this reference ({text:?}), and digits of it may be gone: format the column as text and take it from the paper again"
        ));
    }
    Ok(digits)
}
