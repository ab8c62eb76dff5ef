//! Whether two records may be about one person, and why; whoever reads it decides.
//!
//! Uses `message`; used by `node`. A comparison is a list of grounds, each with its bearing, and a grade that a table makes of
//! them. It is symmetric, and bounded by the bounds below.
//!
//! Absent on purpose: a number that looks like a probability, an answer that is only yes, and any way to join two records.

pub mod alike;
pub mod draft;
pub mod reason;

mod form;
mod han;
mod honorific;
mod key;
mod pinyin;
mod sound;

#[cfg(test)]
mod tests;

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::slice;

use crate::limits::PERSON_PAPERS_MAX;
use crate::message::batch::entry::ManifestEntry;
use crate::message::calendar::Span;
use crate::message::name::PersonName;
use crate::message::partial_date::PartialDate;
use crate::message::partial_date::Precision;
use crate::message::person::IdentityDocument;
use crate::message::person::NationalityClaim;
use crate::message::person::NationalityStatus;
use crate::message::person::PersonRecord;
use crate::message::person::Sex;
use crate::message::values::Country;
use crate::names::form::Form;
use crate::names::key::Key;
use crate::names::reason::Bearing;
use crate::names::reason::Grade;
use crate::names::reason::Reason;

/// Names of one person that are compared, and as many of the parents. Beyond them: left out, and told.
pub const NAMES_COMPARED_MAX: usize = 16;

/// Papers and nationalities of one person that are compared. Beyond them: left out, and told.
pub const PAPERS_COMPARED_MAX: usize = PERSON_PAPERS_MAX;

/// What of a record is compared.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    names: &'a [PersonName],
    parents: &'a [PersonName],
    birth: Option<&'a PartialDate>,
    sex: Option<Sex>,
    nationalities: &'a [NationalityClaim],
    documents: &'a [IdentityDocument],
}

/// Shows nothing of a person.
impl core::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Subject")
    }
}

impl<'a> From<&'a PersonRecord> for Subject<'a> {
    fn from(person: &'a PersonRecord) -> Self {
        Self {
            names: person.names.as_slice(),
            parents: &person.parents_names,
            birth: person.birth.as_ref(),
            sex: person.sex,
            nationalities: &person.nationalities,
            documents: person.documents.as_slice(),
        }
    }
}

impl<'a> From<&'a ManifestEntry> for Subject<'a> {
    fn from(entry: &'a ManifestEntry) -> Self {
        Self {
            names: entry.names_in_release_order.as_slice(),
            parents: &[],
            birth: entry.birth.as_ref(),
            sex: None,
            nationalities: slice::from_ref(&entry.nationality_status),
            documents: entry.document.as_slice(),
        }
    }
}

/// Something that speaks for or against, and which places of the two records it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ground {
    /// What.
    pub reason: Reason,
    /// The place in the first record's list that the reason is about, from 0; `None` where it is about no list.
    pub one: Option<usize>,
    /// The place in the second record's list.
    pub other: Option<usize>,
}

/// What a comparison finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How much there is, by the table of the specification.
    pub grade: Grade,
    /// Everything that was found, what weighs most first.
    pub grounds: Vec<Ground>,
}

/// A record, made ready for comparing it with many.
pub struct Profile<'a> {
    subject: Subject<'a>,
    names: Vec<Vec<Key>>,
    parents: Vec<Vec<Key>>,
    papers: Vec<String>,
}

/// Shows nothing of a person.
impl core::fmt::Debug for Profile<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Profile")
    }
}

impl<'a> Profile<'a> {
    /// Makes a record ready.
    pub fn of(subject: Subject<'a>) -> Self {
        let keys = |names: &[PersonName]| {
            let names = names.iter().take(NAMES_COMPARED_MAX);
            names.map(|name| key::of(&Form::of(name))).collect()
        };
        let papers = subject.documents.iter().take(PAPERS_COMPARED_MAX).map(paper).collect();
        Self { names: keys(subject.names), parents: keys(subject.parents), papers, subject }
    }

    /// How many keys it has, which is the work of comparing it.
    fn keys(&self) -> usize {
        self.names.iter().chain(&self.parents).map(Vec::len).sum()
    }

    /// How many orders of words it holds, which is its memory.
    fn orders(&self) -> usize {
        self.names.iter().chain(&self.parents).flatten().map(Key::orders).sum()
    }

    const fn is_cut(&self) -> bool {
        self.subject.names.len() > NAMES_COMPARED_MAX
            || self.subject.parents.len() > NAMES_COMPARED_MAX
            || self.subject.documents.len() > PAPERS_COMPARED_MAX
            || self.subject.nationalities.len() > PAPERS_COMPARED_MAX
    }
}

/// A paper by what names it: kind, State, and number without blanks and dashes.
fn paper(document: &IdentityDocument) -> String {
    let number = document.number.as_str().chars();
    let number = number.filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let mut text = String::from(document.kind.text());
    text.push('/');
    text.push_str(document.issuer.as_str());
    text.push('/');
    text.extend(number);
    text
}

/// Compares two records.
// spec: nam-20
pub fn compare(one: Subject<'_>, other: Subject<'_>) -> Comparison {
    compared(&Profile::of(one), &Profile::of(other))
}

/// Compares two records that were made ready.
pub fn compared(one: &Profile<'_>, other: &Profile<'_>) -> Comparison {
    let mut grounds = Vec::new();
    papers(one, other, &mut grounds);
    names(&one.names, &other.names, |reason| reason, &mut grounds);
    names(&one.parents, &other.parents, |_| Reason::SameParent, &mut grounds);
    births(one.subject.birth, other.subject.birth, &mut grounds);
    nationalities(one.subject.nationalities, other.subject.nationalities, &mut grounds);
    sexes(one.subject.sex, other.subject.sex, &mut grounds);
    if one.is_cut() || other.is_cut() {
        grounds.push(plain(Reason::LeftOut));
    }
    grounds.sort();
    grounds.dedup();
    Comparison { grade: grade(&grounds), grounds }
}

const fn plain(reason: Reason) -> Ground {
    Ground { reason, one: None, other: None }
}

/// The table of grades.
// spec: nam-21
fn grade(grounds: &[Ground]) -> Grade {
    let has = |bearing: Bearing| grounds.iter().any(|ground| ground.reason.bearing() == bearing);
    let has_reason = |reason: Reason| grounds.iter().any(|ground| ground.reason == reason);
    if has(Bearing::Document) {
        return Grade::SameDocument;
    }
    if has(Bearing::Excludes) {
        return Grade::Excluded;
    }
    let is_founded = has_reason(Reason::SameBirth) || has_reason(Reason::SameParent);
    if has(Bearing::Strong) && is_founded && !has(Bearing::Against) {
        return Grade::Likely;
    }
    if has(Bearing::Strong) || has(Bearing::Weak) {
        return Grade::Possible;
    }
    Grade::NoGround
}

fn papers(one: &Profile<'_>, other: &Profile<'_>, grounds: &mut Vec<Ground>) {
    for (at, paper) in one.papers.iter().enumerate() {
        for (other_at, other_paper) in other.papers.iter().enumerate() {
            if paper == other_paper {
                let reason = Reason::SameDocument;
                grounds.push(Ground { reason, one: Some(at), other: Some(other_at) });
            }
        }
    }
}

/// The best ground of each pair of names, and what has to be known about it.
// spec: nam-22
fn names(
    one: &[Vec<Key>],
    other: &[Vec<Key>],
    means: impl Fn(Reason) -> Reason,
    grounds: &mut Vec<Ground>,
) {
    for (at, keys) in one.iter().enumerate() {
        for (other_at, other_keys) in other.iter().enumerate() {
            let Some(found) = key::agree(keys, other_keys) else { continue };
            let ground = |reason| Ground { reason, one: Some(at), other: Some(other_at) };
            grounds.push(ground(means(found.reason)));
            grounds.extend(found.notes().map(ground));
        }
    }
}

/// Most days that a span has which stands for one day: those of a day that its calendar leaves a little open.
const ONE_DAY_MAX: i64 = 3;

// spec: nam-24
fn births(one: Option<&PartialDate>, other: Option<&PartialDate>, grounds: &mut Vec<Ground>) {
    let (Some(one), Some(other)) = (one, other) else { return };
    let is_day = |birth: &PartialDate| {
        birth.precision == Precision::Day && birth.earliest.days_until(birth.latest) <= ONE_DAY_MAX
    };
    let (span, other_span): (Span, Span) = (one.span(), other.span());
    grounds.push(plain(if !span.meets(other_span) {
        Reason::BirthsExclude
    } else if is_day(one) && is_day(other) {
        Reason::SameBirth
    } else {
        Reason::BirthsMeet
    }));
}

// spec: nam-25
fn nationalities(one: &[NationalityClaim], other: &[NationalityClaim], grounds: &mut Vec<Ground>) {
    // What its State denied says nothing.
    let countries = |claims: &[NationalityClaim]| {
        let claims = claims.iter().take(PAPERS_COMPARED_MAX);
        let held = claims.filter(|claim| claim.status != NationalityStatus::DeniedByState);
        held.filter_map(|claim| claim.country.clone()).collect::<BTreeSet<Country>>()
    };
    let (one, other) = (countries(one), countries(other));
    if one.is_empty() || other.is_empty() {
        return;
    }
    let is_shared = one.intersection(&other).next().is_some();
    grounds.push(plain(if is_shared { Reason::SameNationality } else { Reason::OtherNationality }));
}

fn sexes(one: Option<Sex>, other: Option<Sex>, grounds: &mut Vec<Ground>) {
    let differ = matches!(
        (one, other),
        (Some(Sex::Female), Some(Sex::Male)) | (Some(Sex::Male), Some(Sex::Female))
    );
    if differ {
        grounds.push(plain(Reason::OtherSex));
    }
}
