//! People who do not exist: their names mean "sample", "trial" or "rehearsal", their papers are numbered `SYN-…`.
//!
//! Each one shows something that a careless form would lose: a script, an order of parts, a title that may be a name, a
//! year of another era, an age instead of a date.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;

/// Somebody who does not exist.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Of which State.
    pub(crate) country: &'static str,
    /// The name as it is written.
    full: &'static str,
    script: &'static str,
    lang: &'static str,
    /// Text and role of each part.
    parts: &'static [(&'static str, &'static str)],
    order: &'static str,
    latin: &'static str,
    birth: Birth,
}

/// What is known of a birth.
#[derive(Debug)]
enum Birth {
    /// To the day: as stated, calendar, Gregorian day.
    Day(&'static str, &'static str, &'static str),
    /// To the year.
    Year(&'static str, &'static str, &'static str, &'static str),
    /// Somebody says 17, somebody says 18.
    AroundEighteen,
}

/// Whether somebody is certainly no child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// 18 or older.
    Adult,
    /// Nobody can tell.
    Uncertain,
}

/// Everyone.
pub(crate) const SAMPLES: [Sample; 12] = [
    Sample {
        country: "CN",
        full: "张样本",
        script: "Hani",
        lang: "zh-Hans",
        parts: &[("张", "family"), ("样本", "given")],
        order: "family-first",
        latin: "Zhang Yangben",
        birth: Birth::Day("1986年5月9日", "gregorian", "1986-05-09"),
    },
    Sample {
        country: "VN",
        full: "Nguyễn Văn Mẫu",
        script: "Latn",
        lang: "vi",
        parts: &[("Nguyễn", "family"), ("Văn", "middle"), ("Mẫu", "given")],
        order: "family-first",
        latin: "Nguyen Van Mau",
        birth: Birth::Day("03/11/1991", "gregorian", "1991-11-03"),
    },
    Sample {
        country: "MM",
        full: "မောင်နမူနာ",
        script: "Mymr",
        lang: "my",
        // Whether "Maung" is a title or a part of the name, nobody has asked yet; so the name stays whole.
        parts: &[("မောင်နမူနာ", "undivided")],
        order: "undivided",
        latin: "Maung Namuna",
        birth: Birth::Year("1357", "myanmar-era", "1995-04-16", "1996-04-15"),
    },
    Sample {
        country: "TH",
        full: "นายตัวอย่าง สมมติ",
        script: "Thai",
        lang: "th",
        parts: &[("นาย", "honorific"), ("ตัวอย่าง", "given"), ("สมมติ", "family")],
        order: "given-first",
        latin: "Tuayang Sommot",
        birth: Birth::Day("12 กุมภาพันธ์ 2541", "buddhist-th", "1998-02-12"),
    },
    Sample {
        country: "LA",
        full: "ທ້າວ ຕົວຢ່າງ ສົມມຸດ",
        script: "Laoo",
        lang: "lo",
        parts: &[("ທ້າວ", "honorific"), ("ຕົວຢ່າງ", "given"), ("ສົມມຸດ", "family")],
        order: "given-first",
        latin: "Thao Touayang Sommout",
        birth: Birth::Year("1979", "gregorian", "1979-01-01", "1979-12-31"),
    },
    Sample {
        country: "KH",
        full: "គំរូ សាកល្បង",
        script: "Khmr",
        lang: "km",
        parts: &[("គំរូ", "family"), ("សាកល្បង", "given")],
        order: "family-first",
        latin: "Kumru Saklbang",
        birth: Birth::Day("1994-08-21", "gregorian", "1994-08-21"),
    },
    Sample {
        country: "CN",
        full: "李演练",
        script: "Hani",
        lang: "zh-Hans",
        parts: &[("李", "family"), ("演练", "given")],
        order: "family-first",
        latin: "Li Yanlian",
        birth: Birth::AroundEighteen,
    },
    Sample {
        country: "VN",
        full: "Trần Thị Thử",
        script: "Latn",
        lang: "vi",
        parts: &[("Trần", "family"), ("Thị", "middle"), ("Thử", "given")],
        order: "family-first",
        latin: "Tran Thi Thu",
        birth: Birth::Day("27/06/1989", "gregorian", "1989-06-27"),
    },
    Sample {
        country: "MM",
        full: "ဒေါ်စမ်းသပ်",
        script: "Mymr",
        lang: "my",
        parts: &[("ဒေါ်", "honorific"), ("စမ်းသပ်", "undivided")],
        order: "undivided",
        latin: "Daw San That",
        birth: Birth::Year("1983", "gregorian", "1983-01-01", "1983-12-31"),
    },
    Sample {
        country: "TH",
        full: "นางสาวทดลอง สมมติ",
        script: "Thai",
        lang: "th",
        parts: &[("นางสาว", "honorific"), ("ทดลอง", "given"), ("สมมติ", "family")],
        order: "given-first",
        latin: "Thotlong Sommot",
        birth: Birth::Day("1 ธันวาคม 2536", "buddhist-th", "1993-12-01"),
    },
    Sample {
        country: "LA",
        full: "ນາງ ທົດລອງ ສົມມຸດ",
        script: "Laoo",
        lang: "lo",
        parts: &[("ນາງ", "honorific"), ("ທົດລອງ", "given"), ("ສົມມຸດ", "family")],
        order: "given-first",
        latin: "Nang Thotlong Sommout",
        birth: Birth::Day("1990-02-14", "gregorian", "1990-02-14"),
    },
    Sample {
        country: "KH",
        full: "សាកល្បង គំរូ",
        script: "Khmr",
        lang: "km",
        parts: &[("សាកល្បង", "family"), ("គំរូ", "given")],
        order: "family-first",
        latin: "Saklbang Kumru",
        birth: Birth::Year("២៥៣១", "buddhist-kh", "1987-04-13", "1988-04-12"),
    },
];

/// The `turn`th sample of a State, where it has any; otherwise of all.
pub(crate) fn sample(country: &str, turn: usize) -> &'static Sample {
    let own: Vec<&'static Sample> =
        SAMPLES.iter().filter(|sample| sample.country == country).collect();
    let pool = if own.is_empty() { SAMPLES.iter().collect() } else { own };
    let [first, ..] = &SAMPLES;
    turn.checked_rem(pool.len()).and_then(|place| pool.get(place)).copied().unwrap_or(first)
}

impl Sample {
    /// Whether the sample is certainly no child.
    pub(crate) const fn age(&self) -> Age {
        match self.birth {
            Birth::Day(..) | Birth::Year(..) => Age::Adult,
            Birth::AroundEighteen => Age::Uncertain,
        }
    }

    /// The person's record, under a reference of the author.
    pub(crate) fn record(&self, reference: &str, category: &str) -> Value {
        json!({
            "person_ref": reference,
            "names": [self.name()],
            "birth": self.birth.as_json(),
            "nationalities": [self.nationality()],
            "documents": [{
                "kind": "passport",
                "number": format!("SYN-{reference}"),
                "issuer": self.country,
            }],
            "languages": [self.lang],
            "category": category,
            "assertions": [{
                "kind": "fact",
                "text": {"lang": "en", "text": "A synthetic person, made for an exercise."},
            }],
        })
    }

    /// What is known of the birth.
    pub(crate) fn birth(&self) -> Value {
        self.birth.as_json()
    }

    /// How the nationality stands.
    pub(crate) fn nationality(&self) -> Value {
        json!({"country": self.country, "status": "documented"})
    }

    /// The name, with its parts.
    pub(crate) fn name(&self) -> Value {
        let parts: Vec<Value> =
            self.parts.iter().map(|(text, role)| json!({"text": text, "role": role})).collect();
        json!({
            "full_original": self.full,
            "script": self.script,
            "lang": self.lang,
            "parts": parts,
            "order_as_written": self.order,
            "kind": "official",
            "latin_form": self.latin,
        })
    }
}

/// The birth of somebody who is sixteen.
pub(crate) fn sixteen() -> Value {
    let day = calendar::day_before(Span::from_days(16 * 365 + 40));
    json!({
        "as_stated": day, "calendar": "gregorian", "precision": "day", "earliest": day, "latest": day,
    })
}

impl Birth {
    fn as_json(&self) -> Value {
        let date =
            |as_stated: &str, calendar: &str, precision: &str, earliest: &str, latest: &str| {
                json!({
                    "as_stated": as_stated,
                    "calendar": calendar,
                    "precision": precision,
                    "earliest": earliest,
                    "latest": latest,
                })
            };
        match self {
            Self::Day(as_stated, calendar, day) => date(as_stated, calendar, "day", day, day),
            Self::Year(as_stated, calendar, earliest, latest) => {
                date(as_stated, calendar, "year", earliest, latest)
            }
            Self::AroundEighteen => {
                let (eldest, youngest) = (Span::from_days(19 * 365), Span::from_days(17 * 365 + 5));
                let (earliest, latest) =
                    (calendar::day_before(eldest), calendar::day_before(youngest));
                date("17 or 18", "gregorian", "age-only", &earliest, &latest)
            }
        }
    }
}
