//! The Chinese lunar calendar from 1901 to 2099, by a table.
//!
//! Source: month beginnings as published for Hong Kong and as the new moons fall in the time of China (UTC+8), which agree
//! in all but four of 2,460 months; where the two differ by their one day (1933, 1954, 1978), the new moon decides. So a day that
//! somebody read from another almanac may be one off, and whatever is computed here says so (spec nam-12).
//! Absent on purpose: computing moons. What is not in the table is not converted.

use crate::message::time::CivilDate;

/// The first lunar year of the table. It begins on 19 February 1901.
const FIRST: i16 = 1901;

/// Days from 20 January to the new year (6 bits), the month behind which the leap month stands or 0 (4 bits), and for each
/// month of the year, leap month included, whether it has 30 days or 29.
const YEARS: [u32; 199] = [
    0x1d481e, 0x3a9413, 0x592949, 0x192c1b, 0x2a6c0f, 0x555905, 0x15a818, 0x2d640d, 0x5d4882,
    0x1d4815, 0x6c958a, 0x2c941d, 0x292c11, 0x52ad46, 0x0ab419, 0x15ac0e, 0x2da483, 0x36a416,
    0x7649cc, 0x3a481f, 0x349413, 0x693548, 0x29581b, 0x0ad810, 0x56d504, 0x1b5018, 0x3aa40d,
    0x7a4883, 0x3a4815, 0x34998a, 0x14ac1c, 0x295c11, 0x4ad946, 0x2d6819, 0x1b500f, 0x3b24c4,
    0x1d2416, 0x5a4dcb, 0x2a4c1e, 0x14ac13, 0x296d87, 0x2ab41a, 0x15a810, 0x6d5505, 0x2e9018,
    0x2d240d, 0x6a4c82, 0x2a5415, 0x54b5c9, 0x14d81c, 0x2ab411, 0x56a947, 0x16c819, 0x36940e,
    0x7528c4, 0x352817, 0x2a560b, 0x2a5c1d, 0x155813, 0x2ad588, 0x2b541a, 0x1b4810, 0x3a9505,
    0x3a9418, 0x19280d, 0x325cc1, 0x2a6c14, 0x5569ca, 0x15a81c, 0x2da411, 0x5d4947, 0x2d481a,
    0x2c940e, 0x592d03, 0x292c16, 0x52ae0b, 0x0ab41d, 0x15b412, 0x2da588, 0x36a41b, 0x364810,
    0x749505, 0x349418, 0x69368d, 0x29581f, 0x0ad814, 0x16d589, 0x1b541c, 0x3aa411, 0x7a4947,
    0x3a481a, 0x34980f, 0x2958c3, 0x295c15, 0x535a0b, 0x0d681e, 0x1b5412, 0x5b2548, 0x1d241b,
    0x1a4c10, 0x54ad04, 0x14ac17, 0x296c0c, 0x556882, 0x15a814, 0x6d55c9, 0x2e901d, 0x2d2412,
    0x6a4d46, 0x2a5419, 0x14b40e, 0x2ab503, 0x2ad415, 0x56aa4b, 0x17481e, 0x369413, 0x752988,
    0x35281b, 0x325410, 0x54b905, 0x155817, 0x2ad40c, 0x56c882, 0x1b4815, 0x3a9589, 0x1c941c,
    0x192c11, 0x325d46, 0x32ac18, 0x15680e, 0x2b58c3, 0x2da416, 0x5d4acb, 0x2d481e, 0x2c9413,
    0x692d88, 0x292c1a, 0x12ac0f, 0x156d44, 0x16b417, 0x2da80c, 0x6d4882, 0x364815, 0x7495ca,
    0x34941c, 0x295411, 0x52b546, 0x12d819, 0x16d40d, 0x36a8c3, 0x3b2416, 0x7a4a0c, 0x3a481e,
    0x349813, 0x295988, 0x295c1a, 0x15580f, 0x1b5504, 0x1d5417, 0x1d240d, 0x3a4cc1, 0x1a4c14,
    0x54adc9, 0x14ac1c, 0x296c10, 0x556946, 0x15a819, 0x2d940e, 0x5d2903, 0x2d2816, 0x6a560b,
    0x2a541e, 0x14b412, 0x2ab587, 0x2ad41a, 0x16a810, 0x2e9504, 0x369417, 0x35280d, 0x7254c2,
    0x325814, 0x6539c9, 0x15581c, 0x2ad411, 0x56c946, 0x1b4819, 0x3a940e, 0x392904, 0x1a2c15,
    0x325e0a, 0x12ac1d, 0x156c12, 0x2b5987, 0x2da81a, 0x1d4810, 0x5c9505, 0x2d1417, 0x2a2c0c,
    0x526c81,
];

/// A lunar year.
struct Year {
    /// Its first day.
    begins: CivilDate,
    /// The month behind which the leap month stands; 0 when there is none.
    leap: u8,
    /// A bit for each month, from the lowest: whether it has 30 days.
    lengths: u32,
}

impl Year {
    fn of(year: i16) -> Option<Self> {
        let index = usize::try_from(year.checked_sub(FIRST)?).ok()?;
        let packed = YEARS.get(index)?;
        let begins = CivilDate::new(year, 1, 20)?.plus_days(i64::from(packed & 0x3f))?;
        let leap = u8::try_from((packed >> 6) & 0x0f).ok()?;
        Some(Self { begins, leap, lengths: packed >> 10 })
    }

    const fn months(&self) -> u8 {
        if self.leap > 0 { 13 } else { 12 }
    }

    const fn days_of(&self, place: u8) -> i64 {
        if (self.lengths >> place) & 1 == 1 { 30 } else { 29 }
    }

    /// The place of a month in the year, from 0; `None` where the year has no such month.
    fn place(&self, month: u8, kind: MonthKind) -> Option<u8> {
        let behind_leap = u8::from(self.leap > 0 && month > self.leap);
        match kind {
            MonthKind::Common if (1..=12).contains(&month) => {
                month.checked_sub(1)?.checked_add(behind_leap)
            }
            MonthKind::Leap if self.leap > 0 && month == self.leap => Some(month),
            MonthKind::Common | MonthKind::Leap | MonthKind::Moon => None,
        }
    }
}

/// What the number of a month counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MonthKind {
    /// One of the twelve.
    Common,
    /// The one that is put in behind the month of its number.
    Leap,
    /// A month that the Myanmar era names, by its place in the table of them.
    Moon,
}

/// The first and the last day of a lunar year.
pub(super) fn year(number: i16) -> Option<(CivilDate, CivilDate)> {
    let year = Year::of(number)?;
    let days = (0..year.months()).map(|place| year.days_of(place)).sum::<i64>();
    Some((year.begins, year.begins.plus_days(days.checked_sub(1)?)?))
}

/// The first and the last day of a lunar month.
pub(super) fn month(number: i16, (month, kind): (u8, MonthKind)) -> Option<(CivilDate, CivilDate)> {
    let year = Year::of(number)?;
    let place = year.place(month, kind)?;
    let before = (0..place).map(|place| year.days_of(place)).sum::<i64>();
    let first = year.begins.plus_days(before)?;
    Some((first, first.plus_days(year.days_of(place).checked_sub(1)?)?))
}

/// The lunar year that a day lies in.
pub(super) fn year_at(day: CivilDate) -> Option<i16> {
    let (number, _, _) = day.parts();
    let (first, _) = year(number)?;
    if first <= day { Some(number) } else { number.checked_sub(1) }
}
