//! What each text and number accepts, in tables. The vectors of the specification show one refusal of each.

use serde_json::Value as Json;
use serde_json::json;

use super::read;
use super::tree;
use crate::message::attachment::MediaType;
use crate::message::evaluation::Evaluation;
use crate::message::evaluation::EvaluationScheme;
use crate::message::field::Field;
use crate::message::identifier::Domain;
use crate::message::identifier::Email;
use crate::message::identifier::Iccid;
use crate::message::identifier::Imei;
use crate::message::identifier::Imsi;
use crate::message::identifier::Ip;
use crate::message::identifier::Phone;
use crate::message::identifier::TruncatedPan;
use crate::message::identifier::Url;
use crate::message::partial_date::PartialDate;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::text::ScriptCode;
use crate::message::text::StaffNumber;
use crate::message::text::ZoneName;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::values::Country;
use crate::message::values::Currency;
use crate::message::values::Decimal;
use crate::message::values::Geo;
use crate::message::values::TaggedDigest;
use crate::moment::Timestamp;

fn takes<T: Field + PartialEq + core::fmt::Debug>(good: &[Json], bad: &[Json]) {
    for json in good {
        let value =
            read::<T>(&tree(json)).map_err(|faults| alloc::format!("{json}: {faults:?}")).unwrap();
        assert_eq!(value.write(), tree(json));
    }
    for json in bad {
        assert!(read::<T>(&tree(json)).is_err(), "{json}");
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> [Json; N] {
    texts.map(|text| json!(text))
}

#[test]
fn texts_have_their_forms() {
    // shows: msgk-5
    takes::<Line>(
        &texts(["x", "နမူနာ", "a\u{200d}b"]),
        &texts(["", " ", "a\tb", "a\u{2028}b", "\u{85}", "\u{feff}a"]),
    );
    takes::<LanguageTag>(
        &texts(["en", "zh-Hans", "my-Qaag", "yue"]),
        &texts(["e", "EN", "en-", "english-x", "zh--Hans", "1a"]),
    );
    takes::<ScriptCode>(&texts(["Laoo", "Latn"]), &texts(["laoo", "LAOO", "Lao", "Laoo1", "La o"]));
    takes::<ZoneName>(
        &texts(["UTC", "Asia/Vientiane", "Etc/GMT+7"]),
        &texts(["", "/Asia", "Asia//X", "Asia/ X"]),
    );
    takes::<StaffNumber>(&texts(["CN-4711"]), &texts(["", "Zhang Yangben", "张"]));
    takes::<RecordRef>(&texts(["LA-2026-HO-000123", "a:b/c"]), &texts(["", "a b", "é"]));
    takes::<MediaType>(
        &texts(["image/jpeg", "application/pdf"]),
        &texts(["image", "Image/jpeg", "image/", "a/b/c", "-a/b"]),
    );
    takes::<Country>(&texts(["LA"]), &texts(["la", "LAO", "L1"]));
}

#[test]
fn numbers_are_whole_and_decimals_are_texts() {
    // shows: msgk-30
    takes::<Decimal>(
        &texts(["0", "-1.50", "1250.5", "0.000001"]),
        &texts(["", "-", "01", "1.", ".5", "1e3", "+1", "1,5"]),
    );
    takes::<Currency>(&texts(["LAK", "USDT"]), &texts(["kip", "LA", "LAK "]));
    takes::<u64>(&[json!(0), json!(i64::MAX)], &[json!(-1), json!("1")]);
    let geo = |lat: &str, lon: &str| json!({"lat": lat, "lon": lon});
    takes::<Geo>(
        &[geo("-90", "180.000"), geo("20.35", "-0.1")],
        &[geo("90.1", "0"), geo("0", "180.01"), geo("999999", "0")],
    );
    assert!(serde_json::from_value::<crate::codec::value::Value>(json!({"amount": 1.5})).is_err());
}

#[test]
fn days_and_instants_have_one_form() {
    takes::<CivilDate>(
        &texts(["2026-03-01", "2028-02-29"]),
        &texts([
            "2026-02-29",
            "2026-3-1",
            "20260301",
            "2026-03-01T00:00",
            "2026-13-01",
            "2026-00-10",
            "+026-01-01",
        ]),
    );
    takes::<Instant>(
        &texts([
            "2026-03-01T15:30:00+07:00",
            "2026-03-01T08:30:00Z",
            "2026-03-01T08:30:00.123456-06:30",
        ]),
        &texts([
            "2026-03-01T15:30:00",
            "2026-03-01 15:30:00Z",
            "2026-03-01T15:30Z",
            "2026-03-01T25:00:00Z",
            "2026-03-01T15:30:00.Z",
            "2026-03-01T15:30:00+7",
            "2026-03-01t15:30:00z",
            "1969-12-31T23:59:59Z",
            "ນາທີ",
            "2026-03-01T15:30:00+07:00[Asia/Vientiane]",
        ]),
    );
    let at: Timestamp = read(&tree(&json!("2026-03-01T15:30:00+07:00"))).unwrap();
    assert_eq!(at.write(), tree(&json!("2026-03-01T08:30:00.000Z")));
    assert_eq!(CivilDate::of(at), Some(CivilDate::parse("2026-03-01").unwrap()));
}

#[test]
fn identifiers_have_their_forms() {
    // shows: msgk-12
    takes::<Phone>(
        &texts(["+999000123456"]),
        &texts(["999000123456", "+0999000123", "+12345", "+99900012345678901"]),
    );
    takes::<Imei>(&texts(["000000000000001"]), &texts(["00000000000001", "00000000000000A"]));
    takes::<Imsi>(&texts(["999000000000001"]), &texts(["9990000000001"]));
    takes::<Iccid>(&texts(["8999900000000000001"]), &texts(["8999"]));
    takes::<TruncatedPan>(
        &texts(["999900******1234", "999900**1234"]),
        &texts(["9999001234561234", "999900*1234", "9999******001234"]),
    );
    takes::<Domain>(
        &texts(["d000123.fraud.example", "xn--p3x.example"]),
        &texts(["example", "Fraud.example", "-a.example", "a..b", "a.b."]),
    );
    takes::<Url>(
        &texts(["https://d1.fraud.example/x?y=1"]),
        &texts(["ftp://x.example/", "https://", "http://a b.example", "javascript:alert"]),
    );
    takes::<Ip>(
        &texts(["198.18.0.1", "2001:db8::1"]),
        &texts(["198.18.0.01", "198.18.0", "2001:DB8::1", "2001:db8:0::1"]),
    );
    takes::<Email>(
        &texts(["desk@fraud.example"]),
        &texts(["desk", "@fraud.example", "desk@", "a@b@c", "a b@c.example"]),
    );
    let long = "0".repeat(64);
    takes::<TaggedDigest>(
        &[json!(alloc::format!("sha256:{long}")), json!(alloc::format!("sha512:{long}{long}"))],
        &[
            json!(alloc::format!("sha256:{long}{long}")),
            json!(alloc::format!("md5:{long}0000")),
            json!(long),
        ],
    );
}

#[test]
fn a_partial_date_spans_what_its_precision_says() {
    // shows: msgk-10
    let date = |calendar: &str, precision: &str, earliest: &str, latest: &str| json!({"as_stated": "x", "calendar": calendar, "precision": precision, "earliest": earliest, "latest": latest});
    takes::<PartialDate>(
        &[
            date("gregorian", "day", "1998-02-12", "1998-02-12"),
            date("buddhist-th", "year", "1940-04-01", "1940-12-31"),
            date("gregorian", "year", "1996-01-01", "1996-12-31"),
            date("chinese-lunar", "month", "1990-01-27", "1990-02-24"),
            date("chinese-lunar", "day", "1990-01-27", "1990-01-28"),
            date("myanmar-era", "year", "1984-04-01", "1986-04-30"),
            date("gregorian", "age-only", "2007-03-02", "2009-03-01"),
        ],
        &[
            date("gregorian", "day", "1998-02-12", "1998-02-13"),
            date("gregorian", "month", "1998-02-01", "1998-03-31"),
            date("buddhist-th", "year", "1998-01-01", "1999-06-30"),
            date("chinese-lunar", "day", "1990-01-27", "1990-02-24"),
            date("gregorian", "year", "1998-01-02", "1998-01-01"),
        ],
    );
}

#[test]
fn each_scheme_of_evaluation_has_its_codes_and_no_other() {
    // shows: msgk-13
    for scheme in EvaluationScheme::ALL {
        for other in EvaluationScheme::ALL {
            for (source, info) in other.source_codes().iter().zip(other.info_codes().iter()) {
                let json =
                    json!({"scheme": scheme.text(), "source_code": source, "info_code": info});

                let fits =
                    scheme.source_codes().contains(source) && scheme.info_codes().contains(info);

                assert_eq!(read::<Evaluation>(&tree(&json)).is_ok(), fits, "{json}");
            }
        }
    }
}
