//! Whether another State asks for the same person, and whether the Party that has the person chose between the two.
//!
//! Nothing ranks requests but that Party, and it says so in both procedures: each of them is told, with reasons.

use alloc::format;

use crate::ids::ProcedureId;
use crate::procedure::elsewhere::person;
use crate::procedure::elsewhere::person::People;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

/// A handover, and another one of the same person to another State.
#[derive(Clone, Copy, Debug)]
pub struct Rival<'r> {
    /// The procedure in which the person would go.
    pub own: (ProcedureId, &'r Handover),
    /// The other one.
    pub other: (ProcedureId, &'r Handover),
}

/// Whom a message grants, plans to hand over, seals or lets go. A certificate is left out: whoever it is about has gone.
// spec: ho-85
pub fn commits(fact: &Fact, machine: &Machine) -> Option<People> {
    if let Fact::Handover(fact) = fact {
        let plans = matches!(
            fact,
            HandoverFact::Scheduled { .. }
                | HandoverFact::Answered { answer: ScheduleAnswer::Accepted, .. }
        );
        if plans && matches!(machine, Machine::Handover(_)) {
            return Some(People::One);
        }
        if matches!(fact, HandoverFact::Certified { .. }) {
            return None;
        }
    }
    person::lets_go(fact, machine)
}

impl Rival<'_> {
    /// Holds letting the person go in one procedure against the other one, while that is open.
    ///
    /// # Errors
    /// When nobody chose between the two, only one of them was told, or the other one was preferred.
    // spec: ho-85, ho-86
    pub fn judge(&self) -> Result<(), Refusal> {
        let ((own, here), (other, there)) = (self.own, self.other);
        if !there.waits_to_go() {
            return Ok(());
        }
        let (told_here, told_there) = (here.choice(&other), there.choice(&own));
        for preferred in [told_here, told_there].into_iter().flatten() {
            if *preferred != own {
                return Err(Refusal::safeguard(
                    "ho-86",
                    format!("the request in {preferred} was preferred to this one"),
                    "take the grant back with a superseding decision, if there is one, and refuse with the ground `preferred-concurrent-request`; or choose anew, with reasons, by a `concurrent-requests` in both",
                ));
            }
        }
        if told_here.is_some() && told_there.is_some() {
            return Ok(());
        }
        let who = there.requesting().as_str();
        let lacks = if told_here.is_none() && told_there.is_none() {
            "nobody chose between the two"
        } else {
            "only one of the two was told of the choice"
        };
        Err(Refusal::safeguard(
            "ho-85",
            format!("{who} asks for the same person in {other}, and {lacks}"),
            "choose, with reasons: say a `concurrent-requests` that names both procedures and the one that goes first, in each of the two",
        ))
    }
}
