//! Calendars against the vectors of the specification, published dates, and what must hold for every date.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::json;

use crate::codec::value::Value;
use crate::message::calendar;
use crate::message::calendar::AgeCount;
use crate::message::calendar::CalendarError;
use crate::message::calendar::Order;
use crate::message::calendar::Span;
use crate::message::calendar::lunar;
use crate::message::calendar::lunar::MonthKind;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::partial_date::Calendar;
use crate::message::partial_date::PartialDate;
use crate::message::pointer::Pointer;
use crate::message::time::CivilDate;

/// A file of `spec/vectors/names/calendar`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    explains: String,
    spec: Vec<String>,
    as_stated: String,
    calendar: String,
    #[serde(default)]
    order: Option<String>,
    expect: Json,
    agrees_with: Vec<(CivilDate, CivilDate)>,
    contradicted_by: Vec<(CivilDate, CivilDate)>,
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn span((first, last): (CivilDate, CivilDate)) -> Span {
    Span { first, last }
}

fn read(json: &Json) -> Result<PartialDate, Vec<String>> {
    let tree = tree(json);
    let mut faults = Faults::new();
    let read = PartialDate::read(&tree, &Pointer::Root, &mut faults);
    faults.judge(read).map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect())
}

#[test]
fn every_vector_of_the_calendars_is_as_it_says() {
    // shows: nam-10
    // shows: nam-11
    // shows: nam-12
    // shows: nam-13
    // shows: nam-15
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/names/calendar");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let case: Case = serde_json::from_str(&text).unwrap();
        let calendar = Calendar::parse(&case.calendar).unwrap();
        let order = match case.order.as_deref() {
            Some("day-first") => Some(Order::DayFirst),
            Some("month-first") => Some(Order::MonthFirst),
            Some(other) => panic!("{other}"),
            None => None,
        };
        let found = match calendar::convert(&case.as_stated, calendar, order) {
            Ok(reading) => json!({
                "precision": reading.precision.text(),
                "earliest": format!("{}", reading.possible.first),
                "latest": format!("{}", reading.possible.last),
            }),
            Err(CalendarError::Form) => json!("refused: form"),
            Err(CalendarError::NoSuchDay) => json!("refused: no-such-day"),
            Err(CalendarError::Order) => json!("refused: order"),
        };
        assert!(!case.spec.is_empty());
        assert_eq!(found, case.expect, "{}", case.explains);
        for stated in case.agrees_with {
            let stated = span(stated);
            assert!(
                !calendar::contradicts(&case.as_stated, calendar, stated),
                "{}: {stated:?}",
                case.explains
            );
        }
        for (first, last) in case.contradicted_by {
            let stated = Span { first, last };
            assert!(
                calendar::contradicts(&case.as_stated, calendar, stated),
                "{}: {first} to {last}",
                case.explains
            );
        }
        count += 1;
    }
    assert!(count >= 50);
}

#[test]
fn a_record_that_leaves_out_what_its_text_allows_is_refused() {
    // shows: nam-13
    let birth = |text: &str, calendar: &str, precision: &str, earliest: &str, latest: &str| {
        read(&json!({"as_stated": text, "calendar": calendar, "precision": precision,
            "earliest": earliest, "latest": latest}))
    };
    assert!(birth("12/02/2541", "buddhist-th", "day", "1998-02-12", "1998-02-12").is_ok());
    let early = birth("12/02/2541", "buddhist-th", "day", "1997-02-12", "1997-02-12");
    assert_eq!(early.err().unwrap(), ["/as_stated"], "a child would be made a year older");
    assert!(
        birth("2541", "buddhist-th", "year", "1997-12-31", "1998-12-31").is_ok(),
        "wider is fine"
    );
    assert!(birth("a while ago", "gregorian", "year", "1998-01-01", "1998-12-31").is_ok());
    assert!(birth("17", "gregorian", "age-only", "2008-01-01", "2008-12-31").is_ok());
}

#[test]
fn the_festivals_of_the_moon_lie_in_the_months_that_they_are_of() {
    // shows: nam-15
    for (month, festival) in [
        ("ကဆုန် ၁၃၈၁", "2019-05-18"),
        ("နယုန် ၁၃၇၈", "2016-06-19"),
        ("ဒုတိယဝါဆို ၁၃၈၀", "2018-07-27"),
        ("ဝါဆို ၁၃၈၃", "2021-07-23"),
        ("သီတင်းကျွတ် ၁၃၇၆", "2014-10-08"),
        ("သီတင်းကျွတ် ၁၃၇၇", "2015-10-27"),
        ("တန်ဆောင်မုန်း ၁၃၇၈", "2016-11-14"),
        ("တပေါင်း ၁၃၈၁", "2020-03-08"),
    ] {
        let possible = calendar::convert(month, Calendar::MyanmarEra, None).unwrap().possible;
        assert!(possible.covers(span((day(festival), day(festival)))), "{month}: {possible:?}");
    }
}

#[test]
fn every_day_of_a_year_of_the_myanmar_era_lies_in_a_month_of_it() {
    // shows: nam-15
    let read = |text: &str| calendar::convert(text, Calendar::MyanmarEra, None).unwrap().possible;
    let year = read("1376");
    let months =
        ["kason", "nayon", "first waso", "second waso", "wagaung", "tawthalin", "thadingyut"];
    let rest = ["tazaungmon", "nadaw", "pyatho", "tabodwe", "tabaung", "late tagu", "late kason"];
    let spans = months.iter().chain(&rest).map(|month| read(&format!("{month} 1376")));
    let mut day = year.first;
    while day <= year.last {
        assert!(spans.clone().any(|span| span.first <= day && day <= span.last), "{day}");
        day = day.next();
    }
}

#[test]
fn lunar_new_years_fall_on_the_days_that_are_published() {
    // shows: nam-12
    for (year, first) in [
        (1901, "1901-02-19"),
        (1911, "1911-01-30"),
        (1949, "1949-01-29"),
        (1966, "1966-01-21"),
        (1979, "1979-01-28"),
        (1985, "1985-02-20"),
        (1990, "1990-01-27"),
        (2000, "2000-02-05"),
        (2008, "2008-02-07"),
        (2012, "2012-01-23"),
        (2024, "2024-02-10"),
        (2033, "2033-01-31"),
        (2034, "2034-02-19"),
        (2050, "2050-01-23"),
        (2099, "2099-01-21"),
    ] {
        assert_eq!(lunar::year(year).unwrap().0, day(first), "{year}");
    }
    // The leap months that are published: 1984, 1987, 1990, 2001, 2004, 2006, 2009, 2012, 2014, 2017, 2020, 2023, 2033.
    for (year, leap) in [
        (1984, 10),
        (1987, 6),
        (1990, 5),
        (2001, 4),
        (2004, 2),
        (2006, 7),
        (2009, 5),
        (2012, 4),
        (2014, 9),
        (2017, 6),
        (2020, 4),
        (2023, 2),
        (2033, 11),
    ] {
        let months =
            (1..=12).filter(|month| lunar::month(year, (*month, MonthKind::Leap)).is_some());
        assert_eq!(months.collect::<Vec<u8>>(), [leap], "{year}");
    }
}

#[test]
fn lunar_years_follow_each_other_without_a_gap() {
    // shows: nam-12
    for year in 1901..2099 {
        let (_, last) = lunar::year(year).unwrap();
        assert_eq!(last.next(), lunar::year(year + 1).unwrap().0, "{year}");
        assert_eq!(lunar::year_at(last), Some(year));
    }
}

#[test]
fn an_age_is_a_span_that_holds_whoever_has_it() {
    // shows: nam-14
    let of = |age, count, on| {
        let span = calendar::of_age(age, count, day(on)).unwrap();
        (format!("{}", span.first), format!("{}", span.last))
    };
    let pair = |one: &str, other: &str| (String::from(one), String::from(other));
    assert_eq!(of(17, AgeCount::Completed, "2026-03-01"), pair("2008-03-02", "2009-03-01"));
    assert_eq!(of(18, AgeCount::Completed, "2026-02-28"), pair("2007-03-01", "2008-02-29"));
    assert_eq!(of(0, AgeCount::Completed, "2026-03-01"), pair("2025-03-02", "2026-03-01"));
    // Nominally 18 in March 2026, behind the new year of 17 February: born in the lunar year 2009, and 16 or 17.
    assert_eq!(of(18, AgeCount::Nominal, "2026-03-01"), pair("2009-01-25", "2010-02-14"));
    assert!(calendar::of_age(-1, AgeCount::Completed, day("2026-03-01")).is_none());
}

#[test]
fn a_nominal_age_never_makes_a_child_grown_up() {
    // shows: nam-14
    let on = day("2026-03-01");
    let (nominal, completed) = (
        calendar::of_age(18, AgeCount::Nominal, on).unwrap(),
        calendar::of_age(18, AgeCount::Completed, on).unwrap(),
    );
    assert!(nominal.last > completed.last, "the nominal age overstates");
}

#[test]
fn whoever_may_be_a_child_is_one_in_every_calendar() {
    // shows: msgk-11
    // shows: nam-11
    let on = day("2016-02-11");
    for (text, calendar) in [
        ("1998-02-12", Calendar::Gregorian),
        ("12 ก.พ. 2541", Calendar::BuddhistTh),
        ("2541-02-12", Calendar::BuddhistKh),
        ("2541-02-12", Calendar::BuddhistLa),
        ("2541-02-12", Calendar::BuddhistMm),
        ("1360", Calendar::MyanmarEra),
        ("1998年正月十六", Calendar::ChineseLunar),
    ] {
        let reading = calendar::convert(text, calendar, None).unwrap();
        let birth = read(&json!({
            "as_stated": text, "calendar": calendar.text(), "precision": reading.precision.text(),
            "earliest": format!("{}", reading.possible.first), "latest": format!("{}", reading.possible.last),
        }));
        let birth = birth.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        assert!(birth.possibly_under(18, on), "{text} in {}", calendar.text());
    }
}

proptest! {
    #[test]
    fn a_gregorian_day_comes_back_as_itself(days in 0_i64..90_000) {
        // shows: nam-10
        let date = day("1850-01-01").plus_days(days).unwrap();
        let reading = calendar::convert(&format!("{date}"), Calendar::Gregorian, None).unwrap();
        prop_assert_eq!(reading.possible, Span { first: date, last: date });
    }

    #[test]
    fn a_thai_day_is_the_day_that_the_officer_of_its_time_wrote(days in 0_i64..60_000) {
        // shows: nam-11
        let date = day("1889-04-01").plus_days(days).unwrap();
        let (year, month, of_month) = date.parts();
        let era = if year < 1941 && month < 4 { year + 542 } else { year + 543 };
        let text = format!("{era:04}-{month:02}-{of_month:02}");
        let reading = calendar::convert(&text, Calendar::BuddhistTh, None).unwrap();
        prop_assert_eq!(reading.possible, Span { first: date, last: date });
        let year = calendar::convert(&format!("{era:04}"), Calendar::BuddhistTh, None).unwrap();
        prop_assert!(year.possible.covers(reading.possible));
    }

    #[test]
    fn what_is_known_better_lies_within_what_is_known_less(
        year in 2440_i16..2600, month in 1_u8..13, of_month in 1_u8..29, kind in 0_usize..7,
    ) {
        // shows: nam-10
        let calendar = Calendar::ALL[kind];
        let year = match calendar {
            Calendar::Gregorian | Calendar::ChineseLunar => year - 530,
            Calendar::MyanmarEra => year - 1_182,
            Calendar::BuddhistTh | Calendar::BuddhistKh | Calendar::BuddhistLa | Calendar::BuddhistMm => year,
        };
        let of = |text: &str| calendar::convert(text, calendar, None);
        let (Ok(by_day), Ok(by_month), Ok(by_year)) = (
            of(&format!("{year}-{month:02}-{of_month:02}")), of(&format!("{year}-{month:02}")), of(&format!("{year}")),
        ) else { return Ok(()) };
        prop_assert!(by_month.possible.covers(by_day.possible));
        prop_assert!(by_year.possible.covers(by_month.possible));
        let next = of(&format!("{:04}", year + 1)).unwrap();
        prop_assert!(by_year.possible.first < next.possible.first && by_year.possible.last < next.possible.last);
        // What is converted here is never refused by who receives it.
        let texts = [format!("{year}-{month:02}-{of_month:02}"), format!("{year}-{month:02}"), format!("{year}")];
        for (text, reading) in texts.iter().zip([by_day, by_month, by_year]) {
            let contradicts = calendar::contradicts(text, calendar, reading.possible);
            prop_assert!(!contradicts);
            prop_assert!(reading.possible.first <= reading.possible.last);
        }
    }

    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,60}", kind in 0_usize..7) {
        // shows: nam-10
        if let Ok(reading) = calendar::convert(&text, Calendar::ALL[kind], Some(Order::DayFirst)) {
            prop_assert!(reading.possible.first <= reading.possible.last);
        }
    }

    #[test]
    fn somebody_of_an_age_was_born_in_its_span(born in 0_i64..30_000, lived in 0_i64..30_000) {
        // shows: nam-14
        let born = day("1910-01-01").plus_days(born).unwrap();
        let on = born.plus_days(lived).unwrap();
        let (year, month, of_month) = on.parts();
        let (born_year, born_month, born_day) = born.parts();
        let age = year - born_year - i16::from((month, of_month) < (born_month, born_day));
        let span = calendar::of_age(age, AgeCount::Completed, on).unwrap();
        prop_assert!(span.first <= born && born <= span.last);
        let nominal = lunar::year_at(on).unwrap() - lunar::year_at(born).unwrap() + 1;
        let span = calendar::of_age(nominal, AgeCount::Nominal, on).unwrap();
        prop_assert!(span.first <= born && born <= span.last);
    }
}

fn tree(json: &serde_json::Value) -> Value {
    serde_json::from_value(json.clone()).unwrap()
}
