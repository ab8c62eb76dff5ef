//! What is said of logs that were held together.

use concord_protocol::audit::reconcile::Joined;
use concord_protocol::audit::reconcile::Problem;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::reconcile::Seam;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::ids::AgencyId;
use serde_json::Value;
use serde_json::json;

use crate::cli::audit::show;

/// For people.
pub(super) fn text(joined: &Joined, logs: &[Report]) -> String {
    let mut text = String::new();
    for log in logs.iter().filter(|log| !log.disowned.is_empty()) {
        text.push_str(&format!("{}: leaves that the agency does not stand by\n", log.origin));
        text.extend(log.disowned.iter().map(|part| format!("{}\n", show::disowned_line(part))));
    }
    for seam in &joined.seams {
        text.push_str(&seam_text(seam));
    }
    for problem in &joined.problems {
        text.push_str(&format!("  {problem}\n"));
    }
    for pair in &joined.pairs {
        text.push_str(&pair_text(pair));
    }
    text
}

fn seam_text(seam: &Seam) -> String {
    let Seam { agency, newer, end } = seam;
    let approved: Vec<&str> = end.approved_by.iter().map(AgencyId::as_str).collect();
    format!(
        "{agency}: {newer} succeeds {}, one seam ({})\n  it ended with {} leaves; from {} on they may be lost or others; approved by {}\n",
        end.origin,
        end.cause,
        end.size,
        end.lost_from,
        approved.join(", ")
    )
}

fn pair_text(pair: &Reconciliation) -> String {
    let mut text = format!(
        "{} with {}: {} numbers agree, {} pending, {} problems\n",
        pair.a,
        pair.b,
        pair.matched,
        pair.pending.len(),
        pair.problems.len()
    );
    if pair.lost > 0 {
        text.push_str(&format!("  {} numbers were lost at a seam\n", pair.lost));
    }
    for problem in &pair.problems {
        text.push_str(&format!("  {problem}\n"));
    }
    text
}

/// For programs.
pub(super) fn json(joined: &Joined, logs: &[Report]) -> Value {
    json!({
        "ok": joined.is_sound(),
        "logs": logs.iter().map(show::json).collect::<Vec<Value>>(),
        "seams": joined.seams.iter().map(seam_json).collect::<Vec<Value>>(),
        "problems": joined.problems.iter().map(problem).collect::<Vec<Value>>(),
        "reconciliations": joined.pairs.iter().map(pair_json).collect::<Vec<Value>>(),
    })
}

fn seam_json(seam: &Seam) -> Value {
    let Seam { agency, newer, end } = seam;
    json!({
        "agency": agency.as_str(),
        "older": end.origin,
        "newer": newer,
        "cause": end.cause.text(),
        "size": end.size.get(),
        "restored": end.restored.size.get(),
        "lost_from": end.lost_from.get(),
        "approved_by": end.approved_by.iter().map(AgencyId::as_str).collect::<Vec<&str>>(),
    })
}

fn pair_json(pair: &Reconciliation) -> Value {
    json!({
        "a": pair.a.as_str(),
        "b": pair.b.as_str(),
        "matched": pair.matched,
        "pending": pair.pending.len(),
        "lost": pair.lost,
        "problems": pair.problems.iter().map(problem).collect::<Vec<Value>>(),
    })
}

fn problem(problem: &Problem) -> Value {
    json!({
        "code": problem.kind.code(),
        "from": problem.place.from.as_str(),
        "to": problem.place.to.as_str(),
        "epoch": problem.place.epoch.get(),
        "number": problem.place.number.get(),
        "leaf": problem.leaf.map(|leaf| leaf.get()),
    })
}
