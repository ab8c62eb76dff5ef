//! Whether somebody who was received for some offences is given on, or asked for again.
//!
//! The promise was given in the procedure in which the person came; what breaks it is said in another one.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::ids::ProcedureId;
use crate::procedure::handover::Handover;
use crate::procedure::handover::stage::Stage;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

/// A handover by which somebody was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'r> {
    /// Its procedure.
    pub procedure: ProcedureId,
    /// As it stands.
    pub handover: &'r Handover,
    /// The Party that received the person.
    pub by: &'r Party,
    /// The Parties that handed the person over.
    pub from: &'r BTreeSet<Party>,
}

impl Received<'_> {
    /// What comes before anything that follows a handover is said there, where the person travelled with others.
    // spec: ho-76
    fn before(&self) -> String {
        if !self.handover.is_granted() {
            return String::new();
        }
        let procedure = self.procedure;
        format!(
            "say first in {procedure} with which batch the person came (`concord manifest arrive`); then "
        )
    }

    /// Holds giving the person to a Party against the promise.
    ///
    /// # Errors
    /// When the Party that handed the person over has not agreed.
    // spec: spc-6
    pub fn judge_onward(&self, to: &Party) -> Result<(), Refusal> {
        let third = to != self.by && !self.from.contains(to);
        if !third || self.handover.specialty().may_go_on_to(to) {
            return Ok(());
        }
        let (Self { procedure, .. }, before) = (self, self.before());
        let to = to.as_str();
        Err(Refusal::safeguard(
            "spc-6",
            format!(
                "the person was received in {procedure}, and who handed the person over has not let the person be given on to {to}"
            ),
            format!(
                "{before}ask for it in {procedure} with a specialty-consent-request for an onward surrender to {to}"
            ),
        ))
    }

    /// Holds asking for the person once more against the promise.
    ///
    /// # Errors
    /// While the person is kept where the handover led.
    // spec: spc-7
    pub fn judge_again(&self) -> Result<(), Refusal> {
        let specialty = self.handover.specialty();
        if specialty.ended().is_some() || !specialty.is_kept() {
            return Ok(());
        }
        let (Self { procedure, .. }, before) = (self, self.before());
        Err(Refusal::safeguard(
            "spc-7",
            format!(
                "the person was received in {procedure} and is kept, to be tried for what was granted there"
            ),
            format!(
                "{before}ask for further offences in {procedure} with a specialty-consent-request, or tell there that the person is free or gone"
            ),
        ))
    }
}

/// A handover that was carried out by itself; one that was carried out in a batch is known by the batch.
pub fn carried_out(machine: &Machine) -> Option<&Handover> {
    let Machine::Handover(folded) = machine else { return None };
    matches!(folded.state.stage(), Stage::HandedOver | Stage::Closed).then_some(&folded.state)
}

/// Who gives people to whom where a procedure stands; `None` where nobody goes anywhere.
pub fn gives(machine: &Machine) -> Option<(BTreeSet<&AgencyId>, &AgencyId)> {
    if let Machine::Handover(folded) = machine {
        return Some((folded.state.requested().iter().collect(), folded.state.requesting()));
    }
    let Machine::Batch(folded) = machine else { return None };
    let way = folded.state.way();
    Some((way.first().into_iter().collect(), way.last()?))
}
