//! The people of the story, none of whom exists: their names mean "sample" or "rehearsal", their papers begin with `SYN-`.

use serde_json::Value;
use serde_json::json;

use crate::cli::demo::people;
use crate::cli::demo::people::Age;
use crate::cli::demo::people::Sample;

/// Family names of the many, which millions have.
const FAMILIES: [(&str, &str); 10] = [
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("赵", "Zhao"),
    ("黄", "Huang"),
    ("周", "Zhou"),
    ("吴", "Wu"),
];

/// Given names of the many, each of which says that nobody bears it.
const GIVEN: [(&str, &str); 10] = [
    ("样例", "Yangli"),
    ("示例", "Shili"),
    ("演习", "Yanxi"),
    ("范例", "Fanli"),
    ("试样", "Shiyang"),
    ("模拟", "Moni"),
    ("假设", "Jiashe"),
    ("测试", "Ceshi"),
    ("虚拟", "Xuni"),
    ("练习", "Lianxi"),
];

/// Somebody of the story.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The reference under which every agency speaks of the person.
    pub(crate) reference: String,
    /// Of which State.
    pub(crate) country: &'static str,
    name: Name,
    /// Whether the person may be a child, whatever the name's own sample says.
    child: bool,
}

#[derive(Clone, Debug)]
enum Name {
    Sample(&'static Sample),
    Made((&'static str, &'static str), (&'static str, &'static str)),
}

impl Person {
    /// One of the many: the `number`th whom `prefix` counts.
    pub(crate) fn new(prefix: &str, number: usize, country: &'static str) -> Self {
        let made = || {
            let family = FAMILIES.get(number % FAMILIES.len())?;
            let given = GIVEN.get(number / FAMILIES.len() % GIVEN.len())?;
            Some(Name::Made(*family, *given))
        };
        let name = if country == "CN" { made() } else { None };
        Self {
            reference: format!("{prefix}-P-{number:06}"),
            country,
            // The first sample of each State has a part of its own in the story.
            name: name.unwrap_or_else(|| Name::Sample(people::sample(country, 1))),
            child: false,
        }
    }

    /// Somebody with a part of the story: a sample by its place.
    pub(crate) fn known(reference: &str, country: &'static str, turn: usize) -> Self {
        let sample = people::sample(country, turn);
        let child = sample.age() == Age::Uncertain;
        Self { reference: reference.to_owned(), country, name: Name::Sample(sample), child }
    }

    /// The same person, as a child.
    pub(crate) fn under_age(self) -> Self {
        Self { child: true, ..self }
    }

    /// The person's record.
    pub(crate) fn record(&self, category: &str) -> Value {
        json!({
            "person_ref": self.reference,
            "names": self.names(),
            "birth": self.birth(),
            "nationalities": [self.nationality()],
            "documents": [self.document()],
            "category": category,
        })
    }

    /// The names, official one first.
    pub(crate) fn names(&self) -> Value {
        match &self.name {
            Name::Sample(sample) => json!([sample.name()]),
            Name::Made((family, latin_family), (given, latin_given)) => json!([{
                "full_original": format!("{family}{given}"),
                "script": "Hani",
                "lang": "zh-Hans",
                "parts": [
                    {"text": family, "role": "family"},
                    {"text": given, "role": "given"},
                ],
                "order_as_written": "family-first",
                "kind": "official",
                "latin_form": format!("{latin_family} {latin_given}"),
            }]),
        }
    }

    /// When the person was born.
    pub(crate) fn birth(&self) -> Value {
        match &self.name {
            Name::Sample(sample) if !self.child || sample.age() == Age::Uncertain => sample.birth(),
            Name::Sample(_) | Name::Made(..) if self.child => people::sixteen(),
            Name::Sample(_) | Name::Made(..) => json!({
                "as_stated": "1992-06-15", "calendar": "gregorian", "precision": "day",
                "earliest": "1992-06-15", "latest": "1992-06-15",
            }),
        }
    }

    /// The paper that the person has.
    pub(crate) fn document(&self) -> Value {
        json!({
            "kind": "passport",
            "number": format!("SYN-{}", self.reference),
            "issuer": self.country,
        })
    }

    /// How the nationality stands.
    pub(crate) fn nationality(&self) -> Value {
        json!({"country": self.country, "status": "documented"})
    }

    /// Whether the person may be a child, as a request says it.
    pub(crate) const fn minor(&self) -> &'static str {
        if self.child { "uncertain" } else { "no" }
    }
}
