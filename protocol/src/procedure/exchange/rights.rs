//! A person asks what is kept: those whose information it is decide, the others give their views.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::control::subject_rights::RightsOutcome;
use crate::message::control::subject_rights::RightsRole;
use crate::message::field::choice;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::RightsFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank;
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
    /// Where the request of a person stands. Source: DOMAIN 2.1 and 4.2, spec xch-44.
    Stage {
        /// Somebody who was asked to decide has not answered.
        Open = "open",
        /// Everybody has.
        Answered = "answered",
        /// The person took it back.
        Withdrawn = "withdrawn",
    }
}

choice! {
    /// What is said about the request of a person, by what people call it.
    Move {
        /// What should be decided.
        View = "subject-rights-answer with views",
        /// What is decided.
        Decide = "subject-rights-answer",
        /// The last one that was awaited.
        DecideLast = "last subject-rights-answer",
        /// The person took it back.
        Withdraw = "withdrawal",
    }
}

use Stage::Answered;
use Stage::Open;
use Stage::Withdrawn;

/// Every edge of the request of a person. Source: DOMAIN 2.1 and 4.2, spec xch-44.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    stay("xch-45", &[Open, Answered], Move::View, Side::Recipient),
    stay("xch-46", &[Open, Answered], Move::Decide, Side::Requested),
    row("xch-47", &[Open], Move::DecideLast, Side::Requested, Answered),
    row("xch-48", &[Open], Move::Withdraw, Side::Requesting, Withdrawn),
];

/// Where the request of a person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    stage: Stage,
    notice: MessageId,
    due: Timestamp,
    requesting: AgencyId,
    requested: BTreeSet<AgencyId>,
    views: BTreeMap<AgencyId, RightsOutcome>,
    decisions: BTreeMap<AgencyId, RightsOutcome>,
}

impl Rights {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// By when the person has to have an answer; `None` once there is one.
    pub const fn awaited_by(&self) -> Option<Timestamp> {
        match self.stage {
            Open => Some(self.due),
            Answered | Withdrawn => None,
        }
    }

    /// Who has not decided. Whoever was asked and holds nothing says so.
    pub fn awaited(&self) -> BTreeSet<&AgencyId> {
        self.requested.iter().filter(|agency| !self.decisions.contains_key(*agency)).collect()
    }

    /// What each agency decided about its own information.
    pub const fn decisions(&self) -> &BTreeMap<AgencyId, RightsOutcome> {
        &self.decisions
    }

    /// What others think.
    pub const fn views(&self) -> &BTreeMap<AgencyId, RightsOutcome> {
        &self.views
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        if *agency == self.requesting {
            return Sides::from([Side::Requesting]);
        }
        let mut sides = Sides::from([Side::Recipient]);
        if self.requested.contains(agency) {
            sides.insert(Side::Requested);
        }
        sides
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Some(fact) = fact_of(act) {
            return match fact {
                RightsFact::Asked { .. } => {
                    Err(exchange::begins_other(act, "xch-44", "notice of its own"))
                }
                RightsFact::Answered { role: RightsRole::Views, .. } => Ok(Some(Move::View)),
                RightsFact::Answered { role: RightsRole::Controller, .. } => {
                    Ok(Some(self.move_of_decision(act)))
                }
            };
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Withdrawn => Some(Move::Withdraw),
            CommonFact::Acknowledged { .. }
            | CommonFact::Lapsed { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Reported
            | CommonFact::Valued { .. }
            | CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. } => None,
        })
    }

    fn move_of_decision(&self, act: &Act) -> Move {
        let last = self.awaited().into_iter().eq([&act.author]);
        if self.stage == Open && last { Move::DecideLast } else { Move::Decide }
    }
}

fn fact_of(act: &Act) -> Option<&RightsFact> {
    if let Fact::Exchange(ExchangeFact::Rights(fact)) = &act.fact { Some(fact) } else { None }
}

impl Rules for Rights {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: xch-44
        let Some(RightsFact::Asked { due, .. }) = fact_of(act) else {
            return Err(exchange::begins_other(act, "xch-44", "subject-rights-notice"));
        };
        Ok(Self {
            stage: Open,
            notice: act.id,
            due: *due,
            requesting: act.author.clone(),
            requested: act.asked.clone(),
            views: BTreeMap::new(),
            decisions: BTreeMap::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        match fact_of(act) {
            Some(RightsFact::Answered { role: RightsRole::Controller, .. }) => Rank::Decision,
            Some(RightsFact::Answered { .. } | RightsFact::Asked { .. }) | None => act.fact.rank(),
        }
    }

    /// Each agency decides about its own information, and once.
    // spec: xch-50, xch-51
    fn meet(earlier: &Act, later: &Act) -> Meeting {
        let withdrawn = earlier.fact == Fact::Common(CommonFact::Withdrawn);
        if fact_of(later).is_none() || (!withdrawn && earlier.author != later.author) {
            return Meeting::Both;
        }
        rank::meet(Self::rank(earlier), Self::rank(later))
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        if let Some(RightsFact::Answered { of, role, outcome }) = fact_of(act) {
            // spec: xch-49
            if *of != self.notice {
                return Err(Refusal::out_of_turn(
                    "xch-49",
                    "it answers another notice",
                    "name the notice that began this procedure",
                ));
            }
            let said = match role {
                RightsRole::Controller => &mut self.decisions,
                RightsRole::Views => &mut self.views,
            };
            said.insert(act.author.clone(), *outcome);
        }
        self.stage = row.to.unwrap_or(self.stage);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.requested.iter().cloned().chain([self.requesting.clone()]).collect()
    }
}
