//! What is due, in JSON: for the node's own agency, and for those that owe it something.

use concord_protocol::ids::AgencyId;
use concord_protocol::message::text::ItemId;
use concord_protocol::procedure::deadline as protocol;
use concord_protocol::procedure::deadline::Basis;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::handle::procedures::ProcedureView;

/// One thing that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deadline {
    /// What, for example `answer`.
    pub duty: String,
    /// The message that it follows from.
    pub of: String,
    /// Which action or task.
    pub item: Option<String>,
    /// `ours` when the node's own agency owes it, `theirs` when another one owes it to that agency.
    pub side: String,
    /// Who owes it.
    pub owed_by: String,
    /// Since when the term runs.
    pub since: String,
    /// When it is over.
    pub due: String,
    /// From what that comes: `detention`, `message`, a class such as `U2`, or what the fixed term is for.
    pub basis: String,
    /// `running`, `due-soon` or `overdue`.
    pub flag: String,
    /// Whether the clock stands still, because more information is outstanding.
    pub paused: bool,
}

/// What an agency sees of what is due: what it owes, and what is owed to it.
// spec: due-12
pub fn shown(view: &ProcedureView) -> Vec<Deadline> {
    view.deadlines.iter().filter_map(|deadline| seen_by(&view.own, deadline)).collect()
}

fn seen_by(own: &AgencyId, deadline: &protocol::Deadline) -> Option<Deadline> {
    let side = match deadline.owed_by == *own {
        true => "ours",
        false if deadline.owed_to.contains(own) => "theirs",
        false => return None,
    };
    Some(Deadline {
        duty: deadline.duty.text().to_owned(),
        of: deadline.of.to_string(),
        item: deadline.item.as_ref().map(ItemId::to_string),
        side: side.to_owned(),
        owed_by: deadline.owed_by.as_str().to_owned(),
        since: deadline.since.to_string(),
        due: deadline.due.to_string(),
        basis: basis(deadline.basis).to_owned(),
        flag: deadline.flag.text().to_owned(),
        paused: deadline.paused,
    })
}

const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Detention => "detention",
        Basis::Message => "message",
        Basis::Fixed(term) => term.text(),
        Basis::Class(urgency) => urgency.text(),
    }
}
