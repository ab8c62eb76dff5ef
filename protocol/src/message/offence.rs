//! What somebody is said to have done, under which law, and what it may cost them.

use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::DateRange;
use crate::message::values::Site;

choice! {
    /// What kind of penalty it is.
    PenaltyKind {
        /// A fine.
        Fine = "fine",
        /// Prison for a number of months.
        Imprisonment = "imprisonment",
        /// Prison for life.
        Life = "life",
        /// Death.
        Death = "death",
    }
}

record! {
    /// The highest penalty.
    Penalty {
        /// What kind.
        kind: PenaltyKind,
        /// How many months of prison; present exactly for imprisonment.
        months: Option<u64>,
    }
    rules(at, faults) {
        // spec: msgk-15
        let at = at.key("months");
        match kind {
            Some(PenaltyKind::Imprisonment) => {
                field::demand(months.as_ref(), &at, faults, "imprisonment has a number of months");
            }
            Some(_) => field::exclude(months.as_ref(), &at, faults, "only imprisonment has a number of months"),
            None => {}
        }
    }
}

record! {
    /// One offence. Source: DOMAIN 1.1, spec msgk-15.
    Offence {
        /// What was done.
        narrative: LocalizedText,
        /// Against which law.
        local_law_ref: Line,
        /// The highest penalty.
        max_penalty: Penalty,
        /// Whether death is among the penalties.
        penalty_includes_death: bool,
        /// When.
        committed: DateRange,
        /// Where.
        places: OneOrMore<Site>,
        /// The law of the requested Party that is like it.
        equivalent_law_in_requested: Option<Line>,
    }
    rules(at, faults) {
        // spec: msgk-15
        let death = max_penalty.as_ref().is_some_and(|penalty| penalty.kind == PenaltyKind::Death);
        if death && penalty_includes_death == Some(false) {
            let reason = "when the highest penalty is death, the penalties include death";
            faults.add(&at.key("penalty_includes_death"), FaultCode::Conflicting, reason);
        }
    }
}
