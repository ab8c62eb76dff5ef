//! A procedure without a table: messages that follow each other and move nothing.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::message::field::choice;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;

choice! {
    /// Where such a procedure stands.
    Stage {
        /// It was begun.
        Open = "open",
    }
}

/// A procedure whose messages are read and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    sides: BTreeSet<AgencyId>,
    /// Who asks; absent where nobody here knows for what.
    asks: Option<AgencyId>,
}

impl Plain {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        Stage::Open
    }

    /// What an agency may do next: there is no table.
    pub const fn open_moves(&self, _agency: &AgencyId) -> Vec<Stage> {
        Vec::new()
    }
}

impl Rules for Plain {
    fn open(act: &Act) -> Result<Self, Refusal> {
        Ok(Self {
            sides: act.asked.iter().chain([&act.author]).cloned().collect(),
            asks: (act.fact != Fact::Gone).then(|| act.author.clone()),
        })
    }

    fn rank(_act: &Act) -> Rank {
        Rank::Information
    }

    fn contends(_act: &Act) -> bool {
        false
    }

    fn meet(_earlier: &Act, _later: &Act) -> Meeting {
        Meeting::Both
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let withdrawn = act.fact == Fact::Common(CommonFact::Withdrawn);
        // spec: pro-24
        if let Some(asks) = self.asks.as_ref().filter(|asks| withdrawn && **asks != act.author) {
            return Err(Refusal::not_entitled(
                "pro-24",
                format!("it is what {} asked for or told", asks.as_str()),
                format!("let {} take it back", asks.as_str()),
            ));
        }
        act.stray()
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.sides.clone()
    }
}
