//! Intelligence that is told unasked: who took it, and who said how useful it was.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::field::choice;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a report stands. Source: spec xch-1.
    Stage {
        /// It is told.
        Told = "told",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

choice! {
    /// What is said about a report, by what people call it.
    Move {
        /// It is taken back.
        Withdraw = "withdrawal",
        /// A human took it.
        Acknowledge = "acknowledgement",
        /// How useful it was.
        Value = "usefulness-feedback",
    }
}

use Stage::Told;
use Stage::Withdrawn;

/// Every edge of a report. Source: DOMAIN 2.2, spec xch-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("xch-2", &[Told], Move::Withdraw, Side::Originator, Withdrawn),
    stay("xch-3", &[Told, Withdrawn], Move::Acknowledge, Side::Recipient),
    stay("xch-4", &[Told, Withdrawn], Move::Value, Side::Recipient),
];

/// Where a report stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    stage: Stage,
    originator: AgencyId,
    report: MessageId,
    taken: BTreeSet<AgencyId>,
    valued: BTreeSet<AgencyId>,
}

impl Report {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Where a human took it.
    pub const fn taken(&self) -> &BTreeSet<AgencyId> {
        &self.taken
    }

    /// Who has said how useful it was.
    pub const fn valued(&self) -> &BTreeSet<AgencyId> {
        &self.valued
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which side an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let is_originator = *agency == self.originator;
        Sides::from([if is_originator { Side::Originator } else { Side::Recipient }])
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Withdrawn => Some(Move::Withdraw),
            CommonFact::Acknowledged { of } => (*of == self.report).then_some(Move::Acknowledge),
            CommonFact::Valued { of } => (*of == self.report).then_some(Move::Value),
            CommonFact::Lapsed { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Reported
            | CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. } => None,
        })
    }
}

impl Rules for Report {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: xch-1
        if act.fact != Fact::Common(CommonFact::Reported) {
            return Err(exchange::begins_other(act, "xch-1", "intelligence-report"));
        }
        Ok(Self {
            stage: Told,
            originator: act.author.clone(),
            report: act.id,
            taken: BTreeSet::new(),
            valued: BTreeSet::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        act.fact.rank()
    }

    /// Nothing that is said about a report contradicts anything else.
    fn contends(_act: &Act) -> bool {
        false
    }

    fn meet(_earlier: &Act, _later: &Act) -> Meeting {
        Meeting::Both
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.stage = row.to.unwrap_or(self.stage);
        match moved {
            Move::Withdraw => {}
            Move::Acknowledge => drop(self.taken.insert(act.author.clone())),
            Move::Value => drop(self.valued.insert(act.author.clone())),
        }
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.originator.clone()])
    }
}
