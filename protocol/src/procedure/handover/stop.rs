//! What protects the person by itself, whoever was granted what: ill-treatment that is to be feared, a child, a victim.
//!
//! Whoever has the person and whoever was asked for the person names it at any time before both sides signed the last leg. The
//! decision and the schedule end, the person stays where the person is, and it is decided anew. Nobody who named it lifts
//! it by taking it back: each ground has what it asks for.

use alloc::collections::BTreeSet;

use crate::message::custody::CustodyStatus;
use crate::message::refusal_ground::RefusalGround;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Against;
use crate::procedure::handover::fact::HandoverFact;

/// Whether a message names one of these.
// spec: ho-59, ho-87
pub(super) fn protects(fact: &HandoverFact) -> bool {
    let HandoverFact::RefusalIntended { against, protects, .. } = fact else { return false };
    let is_torture = |named: &Against| named.ground == RefusalGround::TortureOrIllTreatmentRisk;
    !protects.is_empty() || against.iter().any(is_torture)
}

impl Handover {
    /// Takes note of the grounds of an intent to refuse, also of one that came too late to stop anything: a child is treated
    /// as a child from now on, and it is open whether the person is a victim.
    // spec: ho-58, ho-93
    pub(super) fn note_named(&mut self, against: &[Against], protects: &BTreeSet<RefusalGround>) {
        self.name_grounds(against);
        self.age = self.age.max(protects.contains(&RefusalGround::Minor).into());
        if protects.contains(&RefusalGround::TraffickingVictim) {
            self.note_screening(ScreeningOutcome::Undetermined);
        }
    }

    /// Nothing that was decided or planned stands, and whoever has the person keeps the person.
    // spec: ho-91, ho-92
    pub(super) fn stop(&mut self) {
        self.decision = None;
        self.schedule = None;
        self.consulted = false;
        if self.custody == CustodyStatus::InTransferCustody {
            self.custody = CustodyStatus::Held;
        }
    }
}
