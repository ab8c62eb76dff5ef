//! Which of many records may be about one person.
//!
//! An index finds the pairs that share anything; only those are compared.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::names;
use crate::names::Comparison;
use crate::names::Profile;
use crate::names::Subject;
use crate::names::reason::Grade;

/// Records that are compared with each other. Beyond it: the rest is left out, and told.
pub const SUBJECTS_MAX: usize = 1_024;

/// Pairs that are compared. Beyond it: the rest is left out, and told. A manifest of 500 people of one name has more.
pub const PAIRS_COMPARED_MAX: usize = 20_000;

/// Orders of words that all records hold together, of some hundred bytes each. Beyond it: the rest is left out, and told.
const ORDERS_MAX: usize = 400_000;

/// Pairs of keys that are held against each other. Beyond it: the rest is left out, and told; 500 people with two names each in
/// two scripts take some millions.
const KEYS_COMPARED_MAX: usize = 30_000_000;

/// Pairs that are listed. Beyond it: the rest is counted.
pub const PAIRS_LISTED_MAX: usize = 200;

/// Two records that may be about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The place of one.
    pub one: usize,
    /// The place of the other, behind it.
    pub other: usize,
    /// Why.
    pub comparison: Comparison,
}

/// What was found among many records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// The pairs, the best grade first.
    pub pairs: Vec<Pair>,
    /// How many more pairs there are.
    pub more: usize,
    /// Whether there were more records or pairs than are compared.
    pub is_cut: bool,
}

/// Finds the pairs with a ground that no birth excludes.
// spec: nam-27
pub fn among(subjects: &[Subject<'_>]) -> Alike {
    found(subjects, |_, _| true)
}

/// Finds the pairs of one of some and one of others, by the rules and within the bounds of [`among`]. `other` of a pair is the
/// place in `others`.
// spec: res-44
pub fn between(some: &[Subject<'_>], others: &[Subject<'_>]) -> Alike {
    let first = some.len();
    let mut alike = found(&[some, others].concat(), |one, other| one < first && other >= first);
    for pair in &mut alike.pairs {
        pair.other = pair.other.saturating_sub(first);
    }
    alike
}

/// Finds the pairs that are wanted; the place of one comes before that of the other.
fn found(subjects: &[Subject<'_>], is_wanted: impl Fn(usize, usize) -> bool) -> Alike {
    let profiles = profiles(subjects);
    let (candidates, is_cut) = candidates(&profiles, is_wanted);
    let is_cut = is_cut || subjects.len() > profiles.len();
    let mut alike = Alike { is_cut, ..Alike::default() };
    let mut left = KEYS_COMPARED_MAX;
    for (one, other) in candidates {
        let (Some(first), Some(second)) = (profiles.get(one), profiles.get(other)) else {
            continue;
        };
        let Some(less) = left.checked_sub(first.keys().saturating_mul(second.keys())) else {
            alike.is_cut = true;
            break;
        };
        left = less;
        let comparison = names::compared(first, second);
        match comparison.grade {
            Grade::SameDocument | Grade::Likely | Grade::Possible => {
                alike.pairs.push(Pair { one, other, comparison });
            }
            Grade::NoGround | Grade::Excluded => {}
        }
    }
    alike.pairs.sort_by_key(|pair| (pair.comparison.grade, pair.one, pair.other));
    alike.more = alike.pairs.len().saturating_sub(PAIRS_LISTED_MAX);
    alike.pairs.truncate(PAIRS_LISTED_MAX);
    alike
}

/// The records made ready, as many as there is room for.
fn profiles<'a>(subjects: &[Subject<'a>]) -> Vec<Profile<'a>> {
    let mut profiles = Vec::new();
    let mut orders = 0_usize;
    for subject in subjects.iter().take(SUBJECTS_MAX) {
        let profile = Profile::of(*subject);
        orders = orders.saturating_add(profile.orders());
        if orders > ORDERS_MAX {
            break;
        }
        profiles.push(profile);
    }
    profiles
}

/// Pairs that share a paper, or the key of a name; not those of which one name is a part of the other.
fn candidates(
    profiles: &[Profile<'_>],
    is_wanted: impl Fn(usize, usize) -> bool,
) -> (BTreeSet<(usize, usize)>, bool) {
    let mut index: BTreeMap<(u8, &str), Vec<usize>> = BTreeMap::new();
    for (at, profile) in profiles.iter().enumerate() {
        let papers = profile.papers.iter().map(|paper| (u8::MAX, paper.as_str()));
        let keys = profile.names.iter().flatten().flat_map(|key| key.places());
        for place in papers.chain(keys) {
            let found = index.entry(place).or_default();
            if found.last() != Some(&at) {
                found.push(at);
            }
        }
    }
    let mut pairs = BTreeSet::new();
    for places in index.values() {
        for (step, other) in places.iter().enumerate() {
            for one in places.iter().take(step).filter(|one| is_wanted(**one, *other)) {
                if pairs.len() >= PAIRS_COMPARED_MAX {
                    return (pairs, true);
                }
                pairs.insert((*one, *other));
            }
        }
    }
    (pairs, false)
}
