//! Whom a message grants or lets go.

use alloc::collections::BTreeSet;

use crate::ids::Party;
use crate::message::operation::signal::Signal;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::machine::Machine;
use crate::procedure::operation::fact::OperationFact;

/// People of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum People {
    /// The one whom it is about.
    One,
    /// Those with these numbers on the manifest that stands.
    Entries(BTreeSet<u64>),
}

/// Whom a message grants, seals or lets go; `None` when it does nothing of the kind.
///
/// A countersignature is left out: whoever signs it has the person already, and the duty to screen with it.
// spec: res-40
pub fn lets_go(fact: &Fact, machine: &Machine) -> Option<People> {
    if let (Fact::Batch(BatchFact::Sealed { .. }), Machine::Batch(folded)) = (fact, machine) {
        return Some(People::Entries(folded.state.in_force()));
    }
    let Fact::Handover(fact) = fact else { return None };
    if let Machine::Batch(folded) = machine {
        // A recount corrects what was said of people who have gone.
        if !folded.state.waits_to_go() {
            return None;
        }
        return if let HandoverFact::Certified { results, .. } = fact {
            Some(People::Entries(results.transferred.clone()))
        } else {
            let released = matches!(fact, HandoverFact::Released { .. });
            released.then(|| People::Entries(folded.state.going()))
        };
    }
    let goes = if let HandoverFact::Decided(decision) = fact {
        decision.outcome.is_grant()
    } else if let HandoverFact::Certified { results, .. } = fact {
        results.hands_over()
    } else {
        matches!(fact, HandoverFact::Released { .. })
    };
    (goes && matches!(machine, Machine::Handover(_))).then_some(People::One)
}

/// Whom a rescue would hold back where a procedure stands; `None` when nobody waits to go there.
// spec: res-42
pub fn held_back(machine: &Machine) -> Option<People> {
    if let Machine::Handover(folded) = machine {
        return folded.state.waits_to_go().then_some(People::One);
    }
    let Machine::Batch(folded) = machine else { return None };
    folded.state.waits_to_go().then(|| People::Entries(folded.state.in_force()))
}

/// The territory in which a message lets people go in at once, without its commander's word that somebody who needs help
/// may be there.
// spec: res-41
pub fn goes_in(fact: &Fact) -> Option<&Party> {
    let Fact::Operation(OperationFact::Signalled { signal, territory }) = fact else { return None };
    territory.as_ref().filter(|_| *signal == Signal::Go)
}

/// Whether people may still go in where an operation stands.
// spec: res-42
pub fn may_go_in(machine: &Machine) -> bool {
    matches!(machine, Machine::Operation(folded) if !folded.state.stage().is_terminal())
}
