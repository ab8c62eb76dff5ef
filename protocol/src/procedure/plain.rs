//! A procedure without a table: messages that follow each other and move nothing.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::message::field::choice;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
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
        Ok(Self { sides: act.asked.iter().chain([&act.author]).cloned().collect() })
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
        act.stray()
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.sides.clone()
    }
}
