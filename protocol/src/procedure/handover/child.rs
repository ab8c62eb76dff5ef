//! Whoever may be a child goes as a child: after somebody determined what is best for the child, and with somebody; or after
//! an assessment of age.

use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::child::AgeWord;
use crate::procedure::refusal::Refusal;

/// What was said of the age of a person; of two the greater counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Age {
    /// Nothing that leaves a doubt, or an assessment answered it.
    GrownUp,
    /// By something that was said the person may be under 18.
    MayBeChild,
}

impl From<bool> for Age {
    fn from(may_be_child: bool) -> Self {
        if may_be_child { Self::MayBeChild } else { Self::GrownUp }
    }
}

impl Age {
    /// A grant says something of it; what is said later counts anew.
    pub(super) fn settle(&mut self, word: Option<AgeWord>) {
        if word == Some(AgeWord::GrownUp) {
            *self = Self::GrownUp;
        }
    }
}

impl Handover {
    /// Whether the person goes as a grown-up or as a child who is cared for, as far as the decision that stands can say.
    // spec: ho-95, bat-79
    pub fn minds_the_child(&self) -> bool {
        let word = self.decision.as_ref().and_then(|(_, _, decision)| decision.age);
        self.age == Age::GrownUp || word == Some(AgeWord::CaredFor)
    }

    // spec: ho-94
    pub(super) fn guard_child(&self, decision: &Decision) -> Result<(), Refusal> {
        if self.age == Age::GrownUp || decision.age.is_some() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-94",
            "by what was said here the person may be under 18",
            "say under `child` what is best for the child and who goes along, or under `age_assessment` who found that the person is a grown-up",
        ))
    }

    // spec: ho-95
    pub(super) fn guard_child_at_release(&self) -> Result<(), Refusal> {
        if self.minds_the_child() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-95",
            "by what was said since the grant the person may be under 18, and the grant says nothing of a child",
            "take the grant back with a superseding decision, and grant once it is determined what is best for the child, or how old the person is",
        ))
    }
}
