//! What is said of one bundle: for people, and for programs in the shape that spec 11.4 states.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::audit::bundle::Scope;
use concord_protocol::audit::finding::Finding;
use concord_protocol::audit::verify::ended::Disowned;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::log::cosignature::Seconds;
use serde_json::Value;
use serde_json::json;

use crate::report;
use crate::report::code::Code;

/// Problems that people are shown; programs get all that are listed.
const SHOWN_MAX: usize = 20;

/// The finding with its causes. Its own text ends with its flaw's, so the chain goes on below that.
pub(super) fn reason(finding: &Finding) -> String {
    match core::error::Error::source(&finding.flaw) {
        Some(cause) => format!("{finding}: {}", report::chain(cause)),
        None => finding.to_string(),
    }
}

/// For people.
pub(super) fn text(path: &Path, report: &Report) -> String {
    let (counts, grades) = (report.counts, report.grades);
    let mut lines = vec![
        path.display().to_string(),
        format!("  {}", verdict(report)),
        format!(
            "  charter    {} version {} {}",
            report.charter.name, report.charter.version, report.charter.digest
        ),
        format!(
            "  log        {}, {} leaves, root {}",
            report.origin,
            report.head.size,
            STANDARD.encode(report.head.root.as_bytes())
        ),
        format!(
            "  disclosed  {} of {} leaves{}",
            report.disclosed,
            report.head.size,
            about(report)
        ),
    ];
    if let Some((first, last)) = report.times {
        lines.push(format!("  period     {first} to {last}, by the node's own clock"));
    }
    lines.push(format!("  witnessed  {}", witnessed(report)));
    lines.push(format!(
        "  messages   {} sent to recipients, {} received, {} refused, {} erased",
        counts.sent, counts.received, counts.refused, counts.erased
    ));
    lines.push(format!(
        "  receipts   {} numbers accepted, {} refused",
        counts.settled_accepted, counts.settled_refused
    ));
    lines.push(format!(
        "  grades     {} receipts at L2, {} at L1, {} at L0",
        grades.witnessed, grades.consistent, grades.signed
    ));
    if let Some(to_use) = report.bodies {
        lines.push(bodies(report, to_use));
    }
    for part in &report.disowned {
        lines.push(disowned_line(part));
    }
    if counts.by_place > 0 {
        lines.push(format!(
            "  by place   {} messages of revoked credentials, by their place in their authors' logs",
            counts.by_place
        ));
    }
    if !report.unjudged.is_empty() {
        let rules: Vec<&str> = report.unjudged.iter().map(|rule| rule.code()).collect();
        lines.push(format!("  not judged {}", rules.join(", ")));
    }
    lines.extend(problems(report));
    lines.join("\n") + "\n"
}

/// What is shown of what was said, and what it may be used for.
// spec: audit-51
fn bodies(report: &Report, to_use: BodyUse) -> String {
    let counts = report.counts;
    let what = match to_use {
        BodyUse::Work => "intelligence, not evidence",
        BodyUse::Court => "for use in court",
    };
    format!(
        "  bodies     {} shown, each the one that was sent; {} sealed or erased; {what}",
        counts.bodies, counts.withheld
    )
}

fn verdict(report: &Report) -> String {
    let anchor = report.charter.anchor.text();
    match report.problems.count() {
        0 => format!("{}: every byte accounted for, {anchor}", report.agency),
        1 => {
            format!("{}: 1 problem, {anchor} [{}]", report.agency, Code::VerificationFailed.text())
        }
        count => {
            let code = Code::VerificationFailed.text();
            format!("{}: {count} problems, {anchor} [{code}]", report.agency)
        }
    }
}

fn about(report: &Report) -> String {
    match &report.scope {
        None => String::new(),
        Some(Scope::Range { from, to }) => format!(", from {from} up to {to}"),
        Some(Scope::Procedure { procedure }) => format!(", about the procedure {procedure}"),
        Some(Scope::Peer { peer }) => format!(", about the links with {peer}"),
    }
}

fn witnessed(report: &Report) -> String {
    let witnessed = &report.witnessed;
    let times = match (witnessed.first, witnessed.last) {
        (Some(first), Some(last)) => format!("{} to {}", time(first), time(last)),
        (_, _) => return "by nobody, as far as this bundle shows".to_owned(),
    };
    let size = witnessed.size.get();
    if size == 0 {
        return format!("by too few for a quorum, {times}");
    }
    format!("up to {size} leaves by {} members, {times}", witnessed.by.len())
}

fn time(at: Seconds) -> String {
    at.instant().to_string()
}

fn problems(report: &Report) -> Vec<String> {
    let listed = report.problems.listed();
    let mut lines: Vec<String> = listed
        .iter()
        .take(SHOWN_MAX)
        .map(|finding| format!("    [{}] {}", finding.code(), reason(finding)))
        .collect();
    let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let more = report.problems.count().saturating_sub(shown);
    if more > 0 {
        lines.push(format!("    and {more} more; `--json` lists up to 1,000"));
    }
    lines
}

/// For programs.
pub(super) fn json(report: &Report) -> Value {
    let witnessed = &report.witnessed;
    json!({
        "agency": report.agency.as_str(),
        "origin": report.origin,
        "bundle": report.digest.to_string(),
        "verified": report.is_sound(),
        "anchor": report.charter.anchor.text(),
        "charter": {
            "name": report.charter.name.as_str(),
            "version": report.charter.version.get(),
            "digest": report.charter.digest.to_string(),
        },
        "size": report.head.size.get(),
        "root": STANDARD.encode(report.head.root.as_bytes()),
        "made_at": report.made_at.to_string(),
        "scope": scope(report.scope.as_ref()),
        "bodies": report.bodies.map(BodyUse::text),
        "disclosed": report.disclosed,
        "unjudged": report.unjudged.iter().map(|rule| rule.code()).collect::<Vec<&str>>(),
        "first_time": report.times.map(|(first, _)| first.to_string()),
        "last_time": report.times.map(|(_, last)| last.to_string()),
        "witnessed": {
            "size": witnessed.size.get(),
            "by": witnessed.by.iter().map(|member| member.as_str()).collect::<Vec<&str>>(),
            "first": witnessed.first.map(time),
            "last": witnessed.last.map(time),
            "cosignatures": witnessed.cosignatures,
        },
        "grades": {
            "l0": report.grades.signed,
            "l1": report.grades.consistent,
            "l2": report.grades.witnessed,
        },
        "disowned": report.disowned.iter().map(disowned).collect::<Vec<Value>>(),
        "counts": counts(report),
        "problem_count": report.problems.count(),
        "problems": report.problems.listed().iter().map(problem).collect::<Vec<Value>>(),
    })
}

fn scope(scope: Option<&Scope>) -> Value {
    match scope {
        None => json!({"kind": "whole"}),
        Some(Scope::Range { from, to }) => {
            json!({"kind": "range", "from": from.get(), "to": to.get()})
        }
        Some(Scope::Procedure { procedure }) => {
            json!({"kind": "procedure", "procedure": procedure.to_string()})
        }
        Some(Scope::Peer { peer }) => json!({"kind": "peer", "peer": peer.as_str()}),
    }
}

fn counts(report: &Report) -> Value {
    let counts = report.counts;
    json!({
        "started": counts.started,
        "messages": counts.messages,
        "sent": counts.sent,
        "received": counts.received,
        "refused": counts.refused,
        "receipts": counts.receipts,
        "settled_accepted": counts.settled_accepted,
        "settled_refused": counts.settled_refused,
        "reads": counts.reads,
        "exports": counts.exports,
        "erased": counts.erased,
        "evidence": counts.evidence,
        "successions": counts.successions,
        "resumed": counts.resumed,
        "carried": counts.carried,
        "revocations": counts.revocations,
        "by_place": counts.by_place,
        "bodies": counts.bodies,
        "withheld": counts.withheld,
        "credentials": counts.credentials,
    })
}

/// One range for people.
pub(super) fn disowned_line(part: &Disowned) -> String {
    format!(
        "  disowned   leaves {} to {}: signed after the last good checkpoint of credential {}",
        part.from,
        part.to.get().saturating_sub(1),
        part.through
    )
}

fn disowned(part: &Disowned) -> Value {
    json!({
        "through": part.through.get(),
        "from": part.from.get(),
        "to": part.to.get(),
    })
}

fn problem(finding: &Finding) -> Value {
    json!({
        "part": finding.part,
        "leaf": finding.leaf.map(|leaf| leaf.get()),
        "code": finding.code(),
        "reason": reason(finding),
    })
}
