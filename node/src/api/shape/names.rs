//! Comparisons of people, and what was changed in what was handed in, in JSON.

use concord_protocol::message::writing::accept::Accepted;
use concord_protocol::message::writing::accept::Told;
use concord_protocol::names::Comparison;
use concord_protocol::names::Ground;
use concord_protocol::names::alike::Alike;
use concord_protocol::names::draft::People;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// A change to what was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeDocument {
    /// Where: RFC 6901, from the root of what was handed in.
    pub pointer: String,
    /// What: `composed`, `zawgyi-converted`, `zawgyi-left` or `digits`.
    pub change: String,
    /// The same for a person.
    pub says: String,
}

/// The changes to what was handed in.
// spec: nam-2
pub fn changes(accepted: &Accepted) -> Vec<ChangeDocument> {
    accepted.told.iter().map(ChangeDocument::from).collect()
}

impl From<&Told> for ChangeDocument {
    fn from(told: &Told) -> Self {
        Self {
            pointer: told.pointer.clone(),
            change: told.change.text().to_owned(),
            says: told.change.said().to_owned(),
        }
    }
}

/// Something that speaks for or against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Ground)]
pub struct GroundDocument {
    /// What, by its code.
    pub reason: String,
    /// `for`, `against` or `note`.
    pub bearing: String,
    /// The same for a person.
    pub says: String,
    /// The place in the first record's names, papers or parents, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one: Option<usize>,
    /// The place in those of the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<usize>,
}

impl From<&Ground> for GroundDocument {
    fn from(ground: &Ground) -> Self {
        Self {
            reason: ground.reason.text().to_owned(),
            bearing: ground.reason.bearing().text().to_owned(),
            says: ground.reason.said().to_owned(),
            one: ground.one,
            other: ground.other,
        }
    }
}

/// Whether two records may be about one person. It decides nothing, and nothing follows from it by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Comparison)]
pub struct ComparisonDocument {
    /// `same-document`, `likely`, `possible`, `no-ground` or `excluded`.
    pub grade: String,
    /// Everything that was found, what weighs most first.
    pub grounds: Vec<GroundDocument>,
    /// What was changed in what was handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeDocument>,
}

impl ComparisonDocument {
    /// A comparison, and what was changed before it.
    pub fn new(comparison: &Comparison, changes: Vec<ChangeDocument>) -> Self {
        Self {
            grade: comparison.grade.text().to_owned(),
            grounds: comparison.grounds.iter().map(GroundDocument::from).collect(),
            changes,
        }
    }
}

/// Two people of a draft who may be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AlikePair)]
pub struct PairDocument {
    /// Where one stands: RFC 6901, from the root of the draft.
    pub one: String,
    /// Where the other stands.
    pub other: String,
    /// Why.
    pub comparison: ComparisonDocument,
}

/// The people of a draft who may be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Alike)]
pub struct AlikeDocument {
    /// The pairs, the best grade first.
    pub pairs: Vec<PairDocument>,
    /// How many more pairs there are.
    pub more: usize,
    /// How many people have faults or are beyond the bound, and were not compared.
    pub unread: usize,
    /// Whether there were more pairs than are compared.
    pub cut: bool,
}

impl AlikeDocument {
    /// What was found among the people of a draft.
    pub fn new(people: &People, alike: &Alike) -> Self {
        let place = |at: usize| people.place(at).unwrap_or_default().to_owned();
        let pairs = alike.pairs.iter().map(|pair| PairDocument {
            one: place(pair.one),
            other: place(pair.other),
            comparison: ComparisonDocument::new(&pair.comparison, Vec::new()),
        });
        Self { pairs: pairs.collect(), more: alike.more, unread: people.unread, cut: alike.is_cut }
    }
}
