//! Dates as people write them, to numbers.
//!
//! A form is read whole or not at all: with a word in it that is not known here, nothing is read.

use alloc::string::String;
use alloc::vec::Vec;

use crate::message::calendar::Order;
use crate::message::calendar::lunar::MonthKind;
use crate::message::calendar::words;
use crate::message::partial_date::Calendar;
use crate::message::writing;

/// The numbers of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The year, in the era of the calendar.
    pub(super) year: i16,
    /// The month.
    pub(super) month: Option<(u8, MonthKind)>,
    /// The day of the month.
    pub(super) day: Option<u8>,
    /// Which order of day and month it was read by; `None` where it says so itself.
    order: Option<Order>,
}

impl Parts {
    /// Whether it is read in that order, or in the only one that there is.
    pub(super) fn is_in(&self, order: Option<Order>) -> bool {
        order.is_none() || self.order.is_none() || self.order == order
    }
}

/// Longest text that is read, in bytes: the longest form with every word is shorter.
const STATED_BYTES_MAX: usize = 120;

/// Every way in which a text can be read; none where its form is not known.
pub(super) fn read(text: &str, calendar: Calendar) -> Vec<Parts> {
    if text.len() > STATED_BYTES_MAX {
        return Vec::new();
    }
    let mut text = writing::ascii_digits(text).to_lowercase();
    for word in words::era_words(calendar) {
        text = without(&text, word);
    }
    if text.contains('年') {
        return chinese(&text).into_iter().collect();
    }
    let Some(signs) = signs(&text, calendar) else { return Vec::new() };
    ordered(&signs)
}

/// The text without the name of an era; one in Latin letters is a word of its own, for *be* stands in December too.
fn without(text: &str, word: &str) -> String {
    if !word.is_ascii() {
        return text.replace(word, " ");
    }
    let rest: Vec<&str> = text.split(' ').filter(|part| *part != word).collect();
    rest.join(" ")
}

/// A number with its digits counted, or the name of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Number { value: u16, digits: usize },
    Month(u8, MonthKind),
}

/// Numbers and months, in order; `None` with anything else.
fn signs(text: &str, calendar: Calendar) -> Option<Vec<Sign>> {
    let mut signs = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if let Some((value, digits, behind)) = number(rest) {
            signs.push(Sign::Number { value, digits });
            rest = behind;
        } else if matches!(first, '-' | '/' | '.' | ' ' | ',' | '၊') {
            rest = rest.get(first.len_utf8()..)?;
        } else if let Some((month, behind)) = month(rest, calendar) {
            signs.push(month);
            rest = behind;
        } else {
            rest = words::behind_month_word(rest).or_else(|| words::behind_filler(rest))?;
        }
        if signs.len() > 3 {
            return None;
        }
    }
    Some(signs)
}

/// The number that a text begins with, how many digits it has, and what stands behind it.
fn number(text: &str) -> Option<(u16, usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, behind) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, digits, behind))
}

/// The month that a text begins with, by its name or by its number behind a word for *month*, and what stands behind it.
fn month(text: &str, calendar: Calendar) -> Option<(Sign, &str)> {
    if let Some((month, behind)) = words::sun_month(text) {
        return Some((Sign::Month(month, MonthKind::Common), behind));
    }
    if calendar == Calendar::MyanmarEra {
        let (moon, behind) = words::moon(text)?;
        return Some((Sign::Month(moon, MonthKind::Moon), behind));
    }
    let (month, digits, behind) = number(words::behind_month_word(text)?.trim_start())?;
    let month = u8::try_from(month).ok().filter(|_| digits < 3)?;
    Some((Sign::Month(month, MonthKind::Common), behind))
}

/// Puts the numbers into their places. The year is the one with four digits.
fn ordered(signs: &[Sign]) -> Vec<Parts> {
    let number = |sign: &Sign| match sign {
        Sign::Number { value, digits } => Some((*value, *digits)),
        Sign::Month(..) => None,
    };
    let named = signs.iter().find_map(|sign| match sign {
        Sign::Month(month, kind) => Some((*month, *kind)),
        Sign::Number { .. } => None,
    });
    let numbers: Vec<(u16, usize)> = signs.iter().filter_map(number).collect();
    let is_year = |(_, digits): (u16, usize)| digits == 4;
    let with = |year: (u16, usize), month: Option<(u8, MonthKind)>, day: Option<u16>| {
        let day = day.map(u8::try_from).transpose().ok()?;
        Some(Parts { year: i16::try_from(year.0).ok()?, month, day, order: None })
    };
    let parts = |year: (u16, usize), month: u16, day: Option<u16>| {
        with(year, Some((u8::try_from(month).ok()?, MonthKind::Common)), day)
    };
    let found = match (numbers.as_slice(), named) {
        ([year], month)
            if is_year(*year) && numbers.len() + usize::from(month.is_some()) == signs.len() =>
        {
            Vec::from([with(*year, month, None)])
        }
        ([day, year], Some(month)) | ([year, day], Some(month))
            if is_year(*year) && !is_year(*day) =>
        {
            Vec::from([with(*year, Some(month), Some(day.0))])
        }
        ([year, month], None) | ([month, year], None) if is_year(*year) && !is_year(*month) => {
            Vec::from([parts(*year, month.0, None)])
        }
        ([year, month, day], None) if is_year(*year) && !is_year(*day) => {
            Vec::from([parts(*year, month.0, Some(day.0))])
        }
        ([one, other, year], None) if is_year(*year) && !is_year(*one) => {
            let day_first = parts(*year, other.0, Some(one.0));
            let month_first = parts(*year, one.0, Some(other.0));
            let ordered = |parts: Option<Parts>, order: Order| {
                parts.map(|parts| Parts { order: Some(order), ..parts })
            };
            Vec::from([
                ordered(day_first, Order::DayFirst),
                ordered(month_first, Order::MonthFirst),
            ])
        }
        (_, _) => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// A date with 年, in ASCII or Chinese numbers: 1998年2月12日, 一九九八年闰五月初三.
fn chinese(text: &str) -> Option<Parts> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (year, rest) = text.split_once('年')?;
    let year = i16::try_from(chinese_year(year)?).ok()?;
    if rest.is_empty() {
        return Some(Parts { year, month: None, day: None, order: None });
    }
    let (month, rest) = rest.split_once('月')?;
    let (month, kind) = match month.strip_prefix(['闰', '閏']) {
        Some(month) => (month, MonthKind::Leap),
        None => (month, MonthKind::Common),
    };
    let month = match month {
        "正" => 1,
        "冬" => 11,
        "腊" | "臘" => 12,
        number => chinese_number(number)?,
    };
    let day = rest.trim_end_matches(['日', '号', '號']);
    let day = if day.is_empty() {
        None
    } else {
        Some(chinese_number(day.strip_prefix('初').unwrap_or(day))?)
    };
    Some(Parts { year, month: Some((month, kind)), day, order: None })
}

fn chinese_digit(character: char) -> Option<u16> {
    let digits = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = match character {
        '零' | '○' => Some(0),
        _ => digits.iter().position(|digit| *digit == character),
    };
    value.and_then(|value| u16::try_from(value).ok())
}

/// Four digits, ASCII or Chinese.
fn chinese_year(text: &str) -> Option<u16> {
    let digit = |c: char| match c.to_digit(10) {
        Some(digit) => u16::try_from(digit).ok(),
        None => chinese_digit(c),
    };
    let digits: Option<Vec<u16>> = text.chars().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() == 4)?;
    digits.iter().try_fold(0_u16, |year, digit| year.checked_mul(10)?.checked_add(*digit))
}

/// A number from 1 to 39: 12, 十二, 廿三, 三十.
fn chinese_number(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let text = text.replace('廿', "二十").replace('卅', "三十");
    let one = |text: &str| {
        let mut characters = text.chars();
        let digit = chinese_digit(characters.next()?)?;
        characters.next().is_none().then_some(digit)
    };
    let number = match text.split_once('十') {
        None => one(&text)?,
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { one(tens)? };
            let ones = if ones.is_empty() { 0 } else { one(ones)? };
            tens.checked_mul(10)?.checked_add(ones)?
        }
    };
    u8::try_from(number).ok().filter(|number| *number > 0)
}
