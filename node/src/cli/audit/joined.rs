//! What is said of logs that were held together.

use concord_protocol::audit::reconcile::Joined;
use concord_protocol::audit::reconcile::Problem;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::verify::report::Report;
use serde_json::Value;
use serde_json::json;

use crate::cli::audit::show;

/// For people.
pub(super) fn text(joined: &Joined) -> String {
    let mut text = String::new();
    for seam in &joined.seams {
        text.push_str(&format!(
            "{}: {} succeeds {}, one seam\n",
            seam.agency, seam.newer, seam.older
        ));
    }
    for problem in &joined.problems {
        text.push_str(&format!("  {problem}\n"));
    }
    for pair in &joined.pairs {
        text.push_str(&pair_text(pair));
    }
    text
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
    let seams = joined.seams.iter().map(
        |seam| json!({"agency": seam.agency.as_str(), "older": seam.older, "newer": seam.newer}),
    );
    json!({
        "ok": joined.is_sound(),
        "logs": logs.iter().map(show::json).collect::<Vec<Value>>(),
        "seams": seams.collect::<Vec<Value>>(),
        "problems": joined.problems.iter().map(problem).collect::<Vec<Value>>(),
        "reconciliations": joined.pairs.iter().map(pair_json).collect::<Vec<Value>>(),
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
