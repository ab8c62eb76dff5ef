//! What the Parties settled about procedures, clause by clause: the charter keeps the words, and others know what they mean.
//!
//! A clause is four texts, so that a clause which one program does not know is carried, signed and shown by it all the same,
//! and no version of the charter waits for a version of the software.
//! Absent on purpose: which articles there are, and what they change (`procedure::profile`).

use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::identity::charter::Charter;
use crate::identity::charter::rules;
use crate::identity::charter::rules::RuleError;
use crate::ids::Party;
use crate::limits::CLAUSE_BYTES_MAX;
use crate::limits::CLAUSES_BYTES_MAX;
use crate::limits::CLAUSES_MAX;

/// Longest name of an article, in bytes.
const ARTICLE_BYTES_MAX: usize = 16;

/// What a clause takes beside its texts, at most: the heads of its map, keys and texts, in bytes.
const CLAUSE_FRAME_BYTES: usize = 16;

/// One thing that the Parties settled. Source: spec prf-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// What kind of thing it settles, for example `term`. Shape: 1 to 16 characters of `a-z -`.
    pub article: String,
    /// For which Party; absent where it is the same for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// Which of them, for example `U3 answer`. Shape: one line of 1 to 200 bytes.
    pub about: String,
    /// What holds, for example `5 days`. Shape: one line of 1 to 200 bytes.
    pub value: String,
}

/// What a clause settles, whatever it says: no two clauses of a charter have it in common.
pub type Place<'c> = (&'c str, Option<&'c Party>, &'c str);

impl Clause {
    /// What it settles. Clauses stand in ascending order of it.
    pub fn place(&self) -> Place<'_> {
        (&self.article, self.party.as_ref(), &self.about)
    }

    /// What it settles, for a person: `term: U3 answer`, `ground of LA: own-national`.
    pub fn subject(&self) -> String {
        match &self.party {
            Some(party) => alloc::format!("{} of {party}: {}", self.article, self.about),
            None => alloc::format!("{}: {}", self.article, self.about),
        }
    }

    fn len(&self) -> usize {
        let party = self.party.as_ref().map_or(0, |party| party.as_str().len());
        [self.article.len(), party, self.about.len(), self.value.len()]
            .into_iter()
            .fold(CLAUSE_FRAME_BYTES, usize::saturating_add)
    }

    fn is_well_formed(&self) -> bool {
        let is_line = |text: &str| rules::is_name(text) && text.len() <= CLAUSE_BYTES_MAX;
        let is_article = (1..=ARTICLE_BYTES_MAX).contains(&self.article.len())
            && self.article.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        is_article && is_line(&self.about) && is_line(&self.value)
    }
}

/// The whole clause on one line: `term: U3 answer = 5 days`.
impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.subject(), self.value)
    }
}

/// Checks the form of a charter's clauses; what they say is not known here.
// spec: prf-1
pub(in crate::identity) fn check(charter: &Charter) -> Result<(), RuleError> {
    let clauses = &charter.clauses;
    let bytes = clauses.iter().map(Clause::len).fold(0, usize::saturating_add);
    if clauses.len() > CLAUSES_MAX || bytes > CLAUSES_BYTES_MAX {
        return Err(RuleError::Clauses { found: clauses.len(), bytes });
    }
    let broken = |clause: &Clause| RuleError::Clause { clause: clause.subject() };
    if let Some(clause) = clauses.iter().find(|clause| !clause.is_well_formed()) {
        return Err(broken(clause));
    }
    let mut pairs = clauses.iter().zip(clauses.iter().skip(1));
    if let Some((_, after)) = pairs.find(|(before, after)| before.place() >= after.place()) {
        return Err(RuleError::ClauseOrder { clause: after.subject() });
    }
    let is_known = |party: &Party| charter.members.iter().any(|member| member.party == *party);
    let foreign = clauses.iter().find(|clause| !clause.party.iter().all(is_known));
    match foreign {
        None => Ok(()),
        Some(clause) => Err(RuleError::ClauseParty { clause: clause.subject() }),
    }
}

#[cfg(test)]
mod tests;
