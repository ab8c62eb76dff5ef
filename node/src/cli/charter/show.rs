//! A charter as people read it before they sign it.

use std::path::Path;

use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Consent;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::Proposal;
use serde_json::Value;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::charter::clauses;
use crate::cli::charter::history;
use crate::cli::charter::paper;
use crate::cli::charter::paper::Paper;
use crate::report::Report;

/// Prints a charter, and who has signed it.
///
/// # Errors
/// When the file is no charter, or a rule does not hold.
pub fn show(path: &Path) -> Result<Answer, Report> {
    let what = "the charter cannot be shown";
    Ok(match paper::read(path, what)? {
        Paper::Founding(proposal) => Answer::new(text(&proposal), json(&proposal)),
        Paper::Papers(papers) => Answer::new(history::text(&papers), history::json(&papers)),
    })
}

/// Members that have not signed, or in whose name a signature does not hold.
pub fn missing(proposal: &Proposal) -> Vec<String> {
    let open = proposal.consents().filter(|(_, consent)| *consent != Consent::Given);
    open.map(|(member, _)| member.agency.to_string()).collect()
}

/// Names in one line; a dash when there are none.
pub fn listed(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(" ") }
}

const fn consent_text(consent: Consent) -> &'static str {
    match consent {
        Consent::Given => "signed",
        Consent::Missing => "not signed",
        Consent::Forged => "SIGNATURE DOES NOT HOLD",
    }
}

const fn approvals_text(approvals: ApprovalProfile) -> &'static str {
    match approvals {
        ApprovalProfile::NoneDemanded => "none demanded",
        ApprovalProfile::Demanded => "demanded of every message",
    }
}

fn text(proposal: &Proposal) -> String {
    let charter = proposal.charter();
    let members = charter.members.len();
    let mut text = format!(
        "charter    {} version {}\ndigest     {}\nmembers    {members}, at most {} dishonest\n\
         witnesses  {} of {}\namendment  {} of {members}\nsuites     {}\napprovals  {}\n",
        charter.name,
        charter.version,
        proposal.digest(),
        charter.dishonest_max,
        charter.witness_quorum,
        members.saturating_sub(1),
        charter.amendment_threshold,
        suites(&charter.profiles.suites),
        approvals_text(charter.profiles.approvals),
    );
    for line in clauses::lines(&charter.clauses) {
        text.push_str(&format!("clause     {line}\n"));
    }
    for (member, consent) in proposal.consents() {
        text.push_str(&member_text(member, consent));
    }
    text
}

fn member_text(member: &Member, consent: Consent) -> String {
    let mut text = format!(
        "\n{} ({})  {}\n  root  {}\n  logs  {} to {}\n",
        member.agency,
        member.party,
        consent_text(consent),
        member.root.fingerprint(),
        member.logs.first,
        member.logs.last
    );
    for name in &member.names {
        text.push_str(&format!("  {:<5} {}\n", name.language, name.text));
    }
    text
}

fn suites(suites: &[u16]) -> String {
    let suites: Vec<String> = suites.iter().map(u16::to_string).collect();
    suites.join(" ")
}

fn json(proposal: &Proposal) -> Value {
    let charter = proposal.charter();
    let members: Vec<Value> =
        proposal.consents().map(|(member, consent)| member_json(member, consent)).collect();
    json!({
        "charter": charter.name.as_str(),
        "version": charter.version.get(),
        "digest": proposal.digest().to_string(),
        "dishonest_max": charter.dishonest_max,
        "witness_quorum": charter.witness_quorum,
        "amendment_threshold": charter.amendment_threshold,
        "suites": charter.profiles.suites,
        "approvals": approvals_text(charter.profiles.approvals),
        "clauses": clauses::lines(&charter.clauses),
        "members": members,
    })
}

fn member_json(member: &Member, consent: Consent) -> Value {
    let names: serde_json::Map<String, Value> = member
        .names
        .iter()
        .map(|name| (name.language.clone(), Value::String(name.text.clone())))
        .collect();
    json!({
        "agency": member.agency.as_str(),
        "party": member.party.as_str(),
        "names": names,
        "root": member.root.fingerprint().to_string(),
        "logs": [member.logs.first.get(), member.logs.last.get()],
        "signed": consent == Consent::Given,
    })
}
