//! Eras that count solar years, or years that begin in April.

use core::ops::RangeInclusive;

use crate::message::calendar::Reading;
use crate::message::calendar::Span;
use crate::message::calendar::lunar::MonthKind;
use crate::message::calendar::stated::Parts;
use crate::message::partial_date::Precision;
use crate::message::time::CivilDate;

/// The last Thai year that began on 1 April; it had nine months. Source: spec nam-11.
const LAST_APRIL_YEAR: i16 = 2483;

/// The first Thai year that began on 1 April: 1889. Before it the year began with a moon.
const FIRST_APRIL_YEAR: i16 = 2432;

/// A date of a Gregorian year.
struct Solar {
    month: i8,
    day: Option<i8>,
}

impl Solar {
    /// What the parts say of a year without their year; `None` where months are not those of the sun.
    fn of(parts: Parts) -> Option<Option<Self>> {
        let Some((month, kind)) = parts.month else { return Some(None) };
        if kind != MonthKind::Common || !(1..=12).contains(&month) {
            return None;
        }
        let day = parts.day.map(i8::try_from).transpose().ok()?;
        Some(Some(Self { month: i8::try_from(month).ok()?, day }))
    }

    fn precision(&self) -> Precision {
        if self.day.is_some() { Precision::Day } else { Precision::Month }
    }

    /// Its days in a Gregorian year.
    fn in_year(&self, year: i16) -> Option<Span> {
        let first = CivilDate::new(year, self.month, self.day.unwrap_or(1))?;
        let last = if self.day.is_some() { first } else { first.month_end() };
        Some(Span { first, last })
    }
}

/// A reading without a doubt in it.
const fn plain(precision: Precision, span: Span) -> Reading {
    Reading { precision, possible: span, certain: Some(span) }
}

fn span(first: (i16, i8, i8), last: (i16, i8, i8)) -> Option<Span> {
    let first = CivilDate::new(first.0, first.1, first.2)?;
    let last = CivilDate::new(last.0, last.1, last.2)?;
    Some(Span { first, last })
}

/// The Gregorian calendar itself.
pub(super) fn gregorian(parts: Parts) -> Option<Reading> {
    match Solar::of(parts)? {
        None => Some(plain(Precision::Year, span((parts.year, 1, 1), (parts.year, 12, 31))?)),
        Some(solar) => Some(plain(solar.precision(), solar.in_year(parts.year)?)),
    }
}

/// The Thai Buddhist era: CE + 543 from 1 January 1941; before, years began on 1 April, and January to March are CE + 542.
// spec: nam-11
pub(super) fn thai(parts: Parts) -> Option<Reading> {
    let year = parts.year;
    if year < FIRST_APRIL_YEAR {
        return None;
    }
    let common = year.checked_sub(543)?;
    let next = common.checked_add(1)?;
    match Solar::of(parts)? {
        None if year > LAST_APRIL_YEAR => {
            Some(plain(Precision::Year, span((common, 1, 1), (common, 12, 31))?))
        }
        None if year == LAST_APRIL_YEAR => {
            Some(plain(Precision::Year, span((common, 4, 1), (common, 12, 31))?))
        }
        None => Some(plain(Precision::Year, span((common, 4, 1), (next, 3, 31))?)),
        Some(solar) if solar.month > 3 || year > LAST_APRIL_YEAR => {
            Some(plain(solar.precision(), solar.in_year(common)?))
        }
        // January to March of 2483 never were: the year ended with December.
        Some(_) if year == LAST_APRIL_YEAR => None,
        Some(solar) => Some(plain(solar.precision(), solar.in_year(next)?)),
    }
}

/// Eras of Cambodia and Myanmar: CE + 544 from a day in April or May on, CE + 543 before it, and on some papers the whole year.
// spec: nam-11
pub(super) fn from_april(parts: Parts) -> Option<Reading> {
    let early = parts.year.checked_sub(544)?;
    let late = parts.year.checked_sub(543)?;
    match Solar::of(parts)? {
        None => {
            let certain = Some(span((late, 1, 1), (late, 3, 31))?);
            let possible = span((early, 4, 1), (late, 12, 31))?;
            Some(Reading { precision: Precision::Year, possible, certain })
        }
        Some(solar) if solar.month < 4 => Some(plain(solar.precision(), solar.in_year(late)?)),
        Some(solar) => in_either(&solar, early, late),
    }
}

/// The era of Laos: CE + 543, and on papers whose year begins in the middle of April CE + 542 before that.
// spec: nam-11
pub(super) fn lao(parts: Parts) -> Option<Reading> {
    let early = parts.year.checked_sub(543)?;
    let late = parts.year.checked_sub(542)?;
    match Solar::of(parts)? {
        None => {
            let certain = Some(span((early, 5, 1), (early, 12, 31))?);
            let possible = span((early, 1, 1), (late, 4, 30))?;
            Some(Reading { precision: Precision::Year, possible, certain })
        }
        Some(solar) if solar.month > 4 => Some(plain(solar.precision(), solar.in_year(early)?)),
        Some(solar) => in_either(&solar, early, late),
    }
}

/// A day or a month of one of two years, by the usage of whoever wrote it: known to the year only.
fn in_either(solar: &Solar, early: i16, late: i16) -> Option<Reading> {
    let spans = [solar.in_year(early), solar.in_year(late)];
    let mut spans = spans.into_iter().flatten();
    let first = spans.next()?;
    match spans.next() {
        Some(last) => {
            let possible = first.and(last);
            Some(Reading { precision: Precision::Year, possible, certain: None })
        }
        // 29 February of one of them.
        None => Some(plain(solar.precision(), first)),
    }
}

/// The Myanmar era: its year begins behind Thingyan, in the middle of April. Its months are those of the moon.
///
/// A named month is read to the days on which it can lie in any year; a number is none of its names, and says the year only.
// spec: nam-11, nam-15
pub(super) fn myanmar(parts: Parts) -> Option<Reading> {
    if !(1..=2_000).contains(&parts.year) {
        return None;
    }
    let first = new_year(parts.year)?;
    if let Some((place, MonthKind::Moon)) = parts.month {
        let (from, to) = *MOONS.get(usize::from(place)).filter(|_| READ.contains(&parts.year))?;
        let possible = Span { first: first.plus_days(from)?, last: first.plus_days(to)? };
        let whole_year = to.checked_sub(from)? > YEAR_DAYS;
        let precision = if whole_year { Precision::Year } else { Precision::Month };
        return Some(Reading { precision, possible, certain: None });
    }
    let last = new_year(parts.year.checked_add(1)?)?.before();
    let year = Span { first, last };
    // The days of Thingyan are given to either year.
    let possible = Span { first: first.plus_days(-THINGYAN_DAYS)?, last };
    let certain = parts.month.is_none().then(|| year.wider(-THINGYAN_DAYS)).flatten();
    Some(Reading { precision: Precision::Year, possible, certain })
}

/// Years whose months are read: for them the table below was made.
const READ: RangeInclusive<i16> = 1_150..=1_600;

/// Shorter than any year.
const YEAR_DAYS: i64 = 350;

/// On which days each month can lie, counted from New Year's Day. Source: spec nam-15.
///
/// A year of thirteen months puts one in before Waso, so everything behind it can lie a month later. A week is added on both
/// sides for almanacs that differ. Tagu and Kason stand at either end of a year, for New Year's Day falls into one of them.
pub(super) const MOONS: [(i64, i64); 16] = [
    (-40, 372),
    (-20, 372),
    (10, 90),
    (40, 101),
    (50, 131),
    (40, 131),
    (80, 160),
    (109, 190),
    (139, 219),
    (168, 249),
    (198, 278),
    (227, 308),
    (257, 337),
    (286, 367),
    (316, 372),
    (345, 372),
];

/// The days of the water festival, and one more for the time of day.
const THINGYAN_DAYS: i64 = 4;

/// The New Year's Day of a year of the Myanmar era: the day after the sun has gone so many sidereal years.
///
/// Source: the reckoning of the Myanmar calendar by the Sūrya Siddhānta: a year of 1,577,917,828 / 4,320,000 days, the end of
/// Thingyan of year 0 at Julian date 1,954,168.050623 in the time of Myanmar.
fn new_year(year: i16) -> Option<CivilDate> {
    const MICRODAYS: i64 = 1_000_000;
    /// Julian date 1,954,168.050623 + 0.5, so that days begin at midnight.
    const ZERO: i64 = 1_954_168_550_623;
    /// The Julian day number of 1 January 1970.
    const EPOCH: i64 = 2_440_588;
    let sun = i64::from(year).checked_mul(1_577_917_828)?.checked_mul(MICRODAYS)?;
    let end = (sun / 4_320_000).checked_add(ZERO)? / MICRODAYS;
    CivilDate::new(1970, 1, 1)?.plus_days(end.checked_sub(EPOCH)?.checked_add(1)?)
}
