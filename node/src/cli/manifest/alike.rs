//! Rows of one list that may be one person: shown with the reasons, and never joined.

use concord_protocol::codec::value::Value as Tree;
use concord_protocol::names::alike;
use concord_protocol::names::draft::People;
use serde_json::Value;
use serde_json::json;

use crate::api::json as text_of_json;
use crate::cli::manifest::rows::Found;

/// Two rows that may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    one: usize,
    other: usize,
    grade: &'static str,
    reasons: Vec<(&'static str, &'static str)>,
}

impl Rows {
    /// For a person.
    pub(super) fn said(&self) -> String {
        let says: Vec<&str> = self.reasons.iter().map(|(_, said)| *said).collect();
        let (one, other) = (self.one, self.other);
        format!("rows {one} and {other} may be one person ({}): {}", self.grade, says.join("; "))
    }

    /// For a program.
    pub(super) fn json(&self) -> Value {
        let reasons: Vec<&str> = self.reasons.iter().map(|(code, _)| *code).collect();
        json!({"rows": [self.one, self.other], "grade": self.grade, "reasons": reasons})
    }
}

/// The pairs, and how many more there are.
// spec: nam-27
pub(super) fn rows(found: &Found) -> (Vec<Rows>, usize) {
    let text = serde_json::to_vec(&found.entries).unwrap_or_default();
    let tree = text_of_json::read(&text).unwrap_or(Tree::Null);
    let people = People::of(&tree);
    let alike = alike::among(&people.subjects());
    // A place is `/` and the index of an entry.
    let row = |at: usize| {
        let index: Option<usize> = people.place(at)?.strip_prefix('/')?.parse().ok();
        found.rows.get(index?).copied()
    };
    let pairs = alike.pairs.iter().filter_map(|pair| {
        let told = pair.comparison.grounds.iter().map(|ground| ground.reason);
        Some(Rows {
            one: row(pair.one)?,
            other: row(pair.other)?,
            grade: pair.comparison.grade.text(),
            reasons: told.map(|reason| (reason.text(), reason.said())).collect(),
        })
    });
    (pairs.collect(), alike.more)
}
