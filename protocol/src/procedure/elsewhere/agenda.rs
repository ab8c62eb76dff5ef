//! What a meeting has to come back to: actions of earlier cycles that are overdue.
//!
//! Every cycle is a procedure of its own, and a chair holds those in which it took part. An action is come back to once: what
//! the minutes of that meeting say of it counts from then on.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::moment::Timestamp;
use crate::procedure::cycle::Cycle;
use crate::procedure::cycle::fact::Carried;
use crate::procedure::refusal::Refusal;

/// Actions that a refusal names. Beyond it: the rest is counted.
const NAMED_MAX: usize = 16;

/// A meeting, by its agenda.
#[derive(Clone, Debug)]
pub struct Sitting<'s> {
    /// Who chairs it.
    pub chair: &'s AgencyId,
    /// Who is asked to come.
    pub asked: BTreeSet<&'s AgencyId>,
    /// The actions to which it comes back.
    pub carries: &'s [Carried],
    /// When its agenda is made.
    pub at: Timestamp,
}

/// The overdue actions of other cycles to which a meeting does not come back, and those to which another one did.
#[derive(Debug, Default)]
pub struct Missing {
    overdue: BTreeSet<Overdue>,
    dealt_with: BTreeSet<Carried>,
}

/// An action that is overdue, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Overdue {
    action: Carried,
    owner: AgencyId,
    due: Timestamp,
}

impl Missing {
    /// Takes note of another cycle.
    ///
    /// Its actions matter where the chair took part in it and their owners are asked to the meeting: nobody is told of what
    /// others agreed elsewhere.
    // spec: cyc-37
    pub fn add(&mut self, sitting: &Sitting<'_>, cycle: &Cycle) {
        self.dealt_with.extend(cycle.dealt_with().iter().cloned());
        if !cycle.has(sitting.chair) {
            return;
        }
        let sits = |agency: &AgencyId| agency == sitting.chair || sitting.asked.contains(agency);
        for (id, owner, due) in cycle.open_actions() {
            let action = Carried { cycle: cycle.reference().clone(), action: id.clone() };
            if due <= sitting.at && sits(owner) && !sitting.carries.contains(&action) {
                self.overdue.insert(Overdue { action, owner: owner.clone(), due });
            }
        }
    }

    /// Refuses the agenda where something is missing.
    ///
    /// # Errors
    /// What is.
    // spec: cyc-37
    pub fn judge(&self) -> Result<(), Refusal> {
        let missing: Vec<&Overdue> =
            self.overdue.iter().filter(|one| !self.dealt_with.contains(&one.action)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let named = missing.iter().take(NAMED_MAX).map(|one| {
            let Carried { cycle, action } = &one.action;
            format!("{action} of {cycle}, which {} owed by {}", one.owner.as_str(), one.due)
        });
        let named: Vec<String> = named.collect();
        let more = missing.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        Err(Refusal::safeguard(
            "cyc-37",
            format!("actions are overdue and not on the agenda: {}{more}", named.join("; ")),
            "name each under `carries` of an item, by its cycle and its id, or have its owner report it done",
        ))
    }
}
