//! The versions of a charter as people read them: what each changes, who signed it, and what it lacks.

use concord_protocol::identity::charter::Proposal;
use concord_protocol::identity::charter::papers::Papers;
use serde_json::Value;

use crate::api::shape::charter::CharterClause;
use crate::api::shape::charter::CharterPapers;
use crate::api::shape::charter::CharterVersion;
use crate::api::shape::charter::Electorate;
use crate::cli::charter::show::listed;

/// All versions in words, the one in force last, then those that wait.
pub fn text(papers: &Papers) -> String {
    described(&CharterPapers::from(papers))
}

/// The same for machines.
pub fn json(papers: &Papers) -> Value {
    serde_json::to_value(CharterPapers::from(papers)).unwrap_or_default()
}

/// One version in lines: what it changes, and what it lacks.
pub fn open(papers: &Papers, proposal: &Proposal) -> Vec<String> {
    let text = version_text(&CharterVersion::of(papers, proposal), "proposed");
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The same from what a node answered.
pub fn described(papers: &CharterPapers) -> String {
    let mut text = format!(
        "charter    {}, version {} in force\ngenesis    {}\ndigest     {}\n",
        papers.charter, papers.version, papers.genesis, papers.digest
    );
    for clause in &papers.clauses {
        text.push_str(&clause_text(clause));
    }
    for version in &papers.versions {
        text.push_str(&version_text(version, "version "));
    }
    for proposal in &papers.proposals {
        text.push_str(&version_text(proposal, "proposed"));
    }
    text
}

fn clause_text(clause: &CharterClause) -> String {
    let CharterClause { article, party, about, value, unread } = clause;
    let of = party.as_ref().map(|party| format!(" of {party}")).unwrap_or_default();
    let not = unread.as_ref().map(|why| format!(" (NOT GONE BY: {why})")).unwrap_or_default();
    format!("clause     {article}{of}: {about} = {value}{not}\n")
}

fn version_text(version: &CharterVersion, title: &str) -> String {
    let mut text = format!("\n{title} {}  {}\n", version.version, version.digest);
    match (&version.previous, version.changes.as_slice()) {
        (None, _) => text.push_str("  founds the federation\n"),
        (Some(_), []) => text.push_str("  nothing changes but the version\n"),
        (Some(_), changes) => {
            changes.iter().for_each(|change| text.push_str(&format!("  {}\n", change.text)));
        }
    }
    for rival in &version.resolves {
        text.push_str(&format!("  passes by the stuck version {rival}\n"));
    }
    for electorate in &version.electorates {
        text.push_str(&electorate_text(electorate));
    }
    if !version.consented.is_empty() {
        text.push_str(&format!("  consented: {}\n", listed(&version.consented)));
    }
    if !version.to_consent.is_empty() {
        text.push_str(&format!("  still to consent: {}\n", listed(&version.to_consent)));
    }
    if let Some(lacks) = &version.lacks {
        text.push_str(&format!("  not in force: {lacks}\n"));
    }
    text
}

fn electorate_text(electorate: &Electorate) -> String {
    format!(
        "  signed by {} of the {} that version {} asks for: {}; not by: {}\n",
        electorate.signed.len(),
        electorate.threshold,
        electorate.version,
        listed(&electorate.signed),
        listed(&electorate.not_signed)
    )
}
