//! What a charter settles about procedures: as a draft writes it, and as people read it.

use std::collections::BTreeMap;

use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::ids::NameError;
use concord_protocol::ids::Party;
use concord_protocol::procedure::profile;
use concord_protocol::procedure::profile::article::Article;
use serde::Deserialize;

/// The table `profile` of a draft.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftProfile {
    /// How long things may take, by the names of chapter 24.
    #[serde(default)]
    terms: BTreeMap<String, String>,
    /// How long things are kept before somebody looks at them again, by the names of chapter 15.
    #[serde(default)]
    retention: BTreeMap<String, String>,
    /// What is settled for one Party, by its code.
    #[serde(default)]
    party: BTreeMap<String, DraftParty>,
}

/// What is settled for one Party.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftParty {
    /// Weekdays of rest.
    #[serde(default)]
    weekly: Vec<String>,
    /// Days on which nobody is expected to work.
    #[serde(default)]
    holidays: Vec<String>,
    /// How grounds for refusal bind, by the names of chapter 10.
    #[serde(default)]
    grounds: BTreeMap<String, String>,
    /// Which promises can be done without.
    #[serde(default)]
    waivers: BTreeMap<String, String>,
}

impl DraftProfile {
    /// The clauses that it comes to.
    ///
    /// # Errors
    /// When a Party has no code of two letters.
    pub fn clauses(self) -> Result<Vec<Clause>, NameError> {
        let mut clauses = listed(Article::Term, None, self.terms);
        clauses.extend(listed(Article::Retention, None, self.retention));
        for (code, settled) in self.party {
            let party = Some(Party::parse(&code)?);
            let days = |days: Vec<String>, what: &str| {
                days.into_iter().map(|day| (day, what.to_owned())).collect::<Vec<_>>()
            };
            clauses.extend(listed(Article::Rest, party.as_ref(), days(settled.weekly, "weekly")));
            let holidays = days(settled.holidays, "holiday");
            clauses.extend(listed(Article::Rest, party.as_ref(), holidays));
            clauses.extend(listed(Article::Ground, party.as_ref(), settled.grounds));
            clauses.extend(listed(Article::Waiver, party.as_ref(), settled.waivers));
        }
        Ok(clauses)
    }
}

fn listed(
    article: Article,
    party: Option<&Party>,
    entries: impl IntoIterator<Item = (String, String)>,
) -> Vec<Clause> {
    let clause = |(about, value)| Clause {
        article: article.text().to_owned(),
        party: party.cloned(),
        about,
        value,
    };
    entries.into_iter().map(clause).collect()
}

/// What speaks against a draft's clauses: those that nobody could go by.
// spec: prf-4
pub fn unreadable(clauses: &[Clause]) -> Option<String> {
    let (_, unread) = profile::read(clauses);
    let lines: Vec<String> = unread.iter().map(ToString::to_string).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Every clause in one line, and whether this program goes by it.
// spec: prf-2, prf-4
pub fn lines(clauses: &[Clause]) -> Vec<String> {
    let (_, unread) = profile::read(clauses);
    let line = |clause: &Clause| match unread.iter().find(|unread| unread.clause == *clause) {
        None => clause.to_string(),
        Some(unread) => format!("{clause} (NOT GONE BY: {})", unread.why),
    };
    clauses.iter().map(line).collect()
}
