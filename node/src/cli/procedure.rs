//! `concord procedure list | show | specialty | export`: where procedures stand, and one of them for a court.

pub mod export;
mod specialty;

use std::path::PathBuf;

use clap::Subcommand;
use clap::ValueEnum;

use crate::api::shape::deadline::Deadline;
use crate::api::shape::procedure::Entry;
use crate::api::shape::procedure::PassedOn;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::procedure::ProcedureList;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;

/// What can be asked about procedures.
#[derive(Debug, Subcommand)]
pub enum ProcedureVerb {
    /// Lists procedures, oldest first.
    List {
        /// At most this many: 1 to 50.
        #[arg(long)]
        limit: Option<usize>,
        /// Go on where an earlier list ended.
        #[arg(long)]
        cursor: Option<String>,
        /// Only those in which something is overdue, or due soon.
        #[arg(long, value_enum)]
        due: Option<Due>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Writes one procedure with its bodies as a file that a court verifies, and beside it a page and a text to read.
    Export {
        /// The procedure's id.
        id: String,
        /// The file; the page gets `.html` after this name, the text `.txt`.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// For what it is made, who asks for it, and why.
        #[command(flatten)]
        terms: export::Terms,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows for what the person of a handover may be tried, over all handovers of that person, and where that is said.
    Specialty {
        /// The procedure's id.
        id: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows where one stands, what became of each message, and what may come next.
    Show {
        /// The procedure's id.
        id: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// How near the end of a term has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Due {
    /// It is over.
    Overdue,
    /// It is over, or will be soon.
    Soon,
}

impl Due {
    const fn text(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Soon => "soon",
        }
    }
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses.
pub fn run(verb: &ProcedureVerb) -> Result<Answer, Report> {
    match verb {
        ProcedureVerb::List { limit, cursor, due, reach } => {
            let due = due.map(Due::text);
            Ok(list(&reach.client()?.procedures(*limit, cursor.as_deref(), due)?, due))
        }
        ProcedureVerb::Export { id, out, terms, reach } => {
            export::write(id, out, terms, &reach.client()?)
        }
        ProcedureVerb::Specialty { id, reach } => {
            Ok(specialty::show(&reach.client()?.specialty(id)?))
        }
        ProcedureVerb::Show { id, reach } => Ok(show(&reach.client()?.procedure(id)?)),
    }
}

fn list(page: &ProcedureList, due: Option<&str>) -> Answer {
    let rows = page.items.iter().map(|procedure| {
        [
            procedure.id.clone(),
            table::or_dash(procedure.procedure.clone()),
            stage(procedure),
            procedure.messages.to_string(),
            table::or_dash(procedure.begun_by.clone()),
            table::or_dash(procedure.begun_at.clone()),
            table::or_dash(procedure.next_due.as_ref().map(next_due)),
        ]
    });
    let head = ["procedure", "kind", "stage", "messages", "begun by", "at", "next due"];
    let answer = Answer::new(table::table(head, rows), table::json(page));
    match &page.next {
        Some(next) => {
            let due = due.map(|due| format!(" --due {due}")).unwrap_or_default();
            answer.say(format!("more: concord procedure list{due} --cursor {next}"))
        }
        None => answer,
    }
}

/// What ends next, in one line.
fn next_due(deadline: &Deadline) -> String {
    format!("{} by {}, {} ({})", deadline.duty, deadline.owed_by, deadline.due, deadline.flag)
}

fn stage(procedure: &Procedure) -> String {
    let mut stage = table::or_dash(procedure.stage.clone());
    if procedure.in_conflict {
        stage.push_str(", in conflict");
    }
    // spec: cer-6
    if let Some(since) = &procedure.half_signed_since {
        stage.push_str(&format!(", HALF-SIGNED certificate since {since}"));
    }
    stage
}

fn show(detail: &ProcedureDetail) -> Answer {
    let parts = detail.participants.iter();
    let participants: Vec<String> =
        parts.map(|part| format!("{} ({})", part.agency, part.role)).collect();
    let mut text = table::facts([
        ("procedure", detail.summary.id.clone()),
        ("kind", table::or_dash(detail.summary.procedure.clone())),
        ("stage", stage(&detail.summary)),
        ("participants", participants.join(", ")),
        ("you may", if detail.may.is_empty() { "–".to_owned() } else { detail.may.join(", ") }),
        ("waiting", detail.summary.waiting.to_string()),
    ]);
    text.push_str(&table::table(
        ["kind", "from", "at, sender", "at, own", "became", "rule", "message"],
        detail.transcript.iter().map(entry),
    ));
    if !detail.deadlines.is_empty() {
        text.push_str(&table::table(
            ["due", "what", "side", "owed by", "comes from", "flag"],
            detail.deadlines.iter().map(deadline),
        ));
    }
    if !detail.passed_on.is_empty() {
        text.push_str(&table::table(
            ["passed on", "by", "to", "at", "under", "message"],
            detail.passed_on.iter().map(passed_on),
        ));
    }
    let answer = Answer::new(text, table::json(detail));
    let answer = detail.look_again.iter().fold(answer, |answer, look| {
        answer.say(format!("look at {} again: {} was corrected", look.id, look.because))
    });
    // spec: res-42, bat-64, orc-14, orc-16, spc-6
    detail.alerts.iter().fold(answer, |answer, alert| {
        let against = alert.message.as_ref().map(|id| format!(" against {id}")).unwrap_or_default();
        answer.say(format!("alert{against}: {} ({}); {}", alert.why, alert.rule, alert.remedy))
    })
}

// spec: orc-24
fn passed_on(passed: &PassedOn) -> [String; 6] {
    [
        passed.items.join(" "),
        passed.by.clone(),
        passed.to.join(" "),
        passed.at.clone(),
        passed.consent.clone(),
        passed.message.clone(),
    ]
}

fn deadline(deadline: &Deadline) -> [String; 6] {
    let flag = if deadline.paused { "paused" } else { &deadline.flag };
    [
        deadline.due.clone(),
        deadline.duty.clone(),
        deadline.side.clone(),
        deadline.owed_by.clone(),
        deadline.basis.clone(),
        flag.to_owned(),
    ]
}

// spec: tim-1
fn entry(entry: &Entry) -> [String; 7] {
    [
        entry.kind.clone(),
        entry.from.clone(),
        entry.times.sender.clone(),
        entry.times.own.clone(),
        entry.fate.clone(),
        table::or_dash(entry.rule.clone()),
        entry.id.clone(),
    ]
}
