//! Whether somebody may be looked for by all while one agency is being asked to hand the person over.
//!
//! A notice begins a procedure, so nothing can stand beside it there. What a late word would change stands in the handover of
//! the same person: that the person is held, was refused, or is a victim.

use crate::ids::AgencyId;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules as _;
use crate::procedure::handover::Handover;
use crate::procedure::handover::stage::Stage;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;
use crate::registry::RefusalCode;

/// Holds a wanted notice of this agency about the person of a handover against how the handover stands.
///
/// # Errors
/// Before both sides have confirmed the same last messages, or while messages contradict each other.
// spec: xch-55
pub fn judge(machine: &Machine, by: &AgencyId) -> Result<(), Refusal> {
    let Machine::Handover(folded) = machine else { return Ok(()) };
    let is_asked_for = folded.state.requesting() == by && is_under_way(folded.state.stage());
    if !is_asked_for || is_confirmed(folded) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Unconfirmed,
        "xch-55",
        "this agency has asked another one to hand the person over, and both sides have not confirmed the same messages there for `publish-wanted`",
        "exchange a `state-confirm` for `publish-wanted` with equal heads in that handover first, or withdraw the request",
    ))
}

fn is_confirmed(folded: &Folded<Handover>) -> bool {
    let both = folded.state.both();
    let confirmed = folded.common.demand_confirmed(IrreversibleAct::PublishWanted, &both);
    confirmed.is_ok() && folded.common.conflicts().is_empty()
}

const fn is_under_way(stage: Stage) -> bool {
    !stage.is_terminal() && !matches!(stage, Stage::InTransfer | Stage::HandedOver)
}
