//! A request that was corrected: what it says worse of a person now counts, wherever the procedure stands.

use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::corrected::Worse;

impl Handover {
    /// Takes note of what a correction by whoever asked makes worse, in the request or in one for consent.
    // spec: ho-88
    pub(super) fn note_correction(&mut self, act: &Act) {
        let Fact::Common(CommonFact::Corrected { worse, .. }) = &act.fact else { return };
        // Whoever screened says it too.
        self.age = self.age.max(worse.iter().any(|worse| worse.child).into());
        if act.author != self.requesting {
            return;
        }
        for worse in worse {
            self.worsen(worse);
            self.specialty.correct(worse);
        }
    }

    fn worsen(&mut self, worse: &Worse) {
        let Some((id, request)) = &mut self.request else { return };
        if *id == worse.target {
            request.death |= !worse.deadly.is_empty();
            request.spared &= !worse.unpromised;
            self.grounds.correct(&worse.against, request);
        }
    }
}
