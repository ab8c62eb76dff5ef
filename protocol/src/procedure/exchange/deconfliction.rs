//! Does somebody else work on the same target? Hit or no hit first, the least that lies behind it afterwards.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::field::choice;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::ExchangeFact;
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
    /// Where a deconfliction stands. Source: DOMAIN 2.2, spec xch-21.
    Stage {
        /// Somebody has not answered.
        Asking = "asking",
        /// Everybody has.
        Answered = "answered",
        /// The query was taken back.
        Withdrawn = "withdrawn",
    }
}

choice! {
    /// What is said in a deconfliction, by what people call it.
    Move {
        /// Hit or no hit.
        Answer = "deconfliction-reply",
        /// The last one that was awaited.
        AnswerLast = "last deconfliction-reply",
        /// What lies behind a hit.
        Tell = "core-data",
        /// The query is taken back.
        Withdraw = "withdrawal",
    }
}

use Stage::Answered;
use Stage::Asking;
use Stage::Withdrawn;

/// Every edge of a deconfliction. Source: DOMAIN 2.2, spec xch-21.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    stay("xch-22", &[Asking, Answered], Move::Answer, Side::Requested),
    row("xch-23", &[Asking], Move::AnswerLast, Side::Requested, Answered),
    stay("xch-24", &[Asking, Answered], Move::Tell, Side::Requested),
    row("xch-25", &[Asking, Answered], Move::Withdraw, Side::Requesting, Withdrawn),
];

/// Where a deconfliction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deconfliction {
    stage: Stage,
    query: MessageId,
    identifiers: u64,
    requesting: AgencyId,
    requested: BTreeSet<AgencyId>,
    replies: BTreeMap<MessageId, Reply>,
}

/// The reply of one agency, and how much it has told since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    by: AgencyId,
    said_at: Timestamp,
    hits: u64,
    told: u64,
}

impl Reply {
    /// Whose it is.
    pub const fn by(&self) -> &AgencyId {
        &self.by
    }

    /// When it was said, by its author's clock.
    pub const fn said_at(&self) -> Timestamp {
        self.said_at
    }

    /// How many hits it has.
    pub const fn hits(&self) -> u64 {
        self.hits
    }

    /// Whether core data is still to come.
    pub const fn owes(&self) -> bool {
        self.told < self.hits
    }
}

impl Deconfliction {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The replies, by their ids.
    pub const fn replies(&self) -> &BTreeMap<MessageId, Reply> {
        &self.replies
    }

    /// Who has not answered.
    pub fn awaited(&self) -> BTreeSet<&AgencyId> {
        let answered: BTreeSet<&AgencyId> = self.replies.values().map(Reply::by).collect();
        self.requested.iter().filter(|agency| !answered.contains(agency)).collect()
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let mut sides = Sides::new();
        if *agency == self.requesting {
            sides.insert(Side::Requesting);
        }
        if self.requested.contains(agency) {
            sides.insert(Side::Requested);
        }
        sides
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Some(fact) = fact_of(act) {
            return match fact {
                DeconflictionFact::Asked { .. } => {
                    Err(exchange::begins_other(act, "xch-21", "query of its own"))
                }
                DeconflictionFact::Answered { .. } => Ok(Some(self.move_of_answer(act))),
                DeconflictionFact::Told { .. } => Ok(Some(Move::Tell)),
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

    fn move_of_answer(&self, act: &Act) -> Move {
        let last = self.awaited().into_iter().eq([&act.author]);
        if self.stage == Asking && last { Move::AnswerLast } else { Move::Answer }
    }

    /// What a row alone does not say.
    fn guard(&self, act: &Act) -> Result<(), Refusal> {
        match fact_of(act) {
            // spec: xch-26
            Some(DeconflictionFact::Answered { of, answers, .. }) => {
                if *of == self.query && *answers == self.identifiers {
                    return Ok(());
                }
                Err(Refusal::out_of_turn(
                    "xch-26",
                    format!("the query asks about {} identifiers", self.identifiers),
                    "name the query, and answer hit or no-hit for each of its identifiers",
                ))
            }
            // spec: xch-27
            Some(DeconflictionFact::Told { of, hits }) => {
                let reply = self.replies.get(of).filter(|reply| reply.by == act.author);
                if reply.is_some_and(|reply| reply.hits > 0 && *hits <= reply.hits) {
                    return Ok(());
                }
                Err(Refusal::safeguard(
                    "xch-27",
                    "there is no hit that it could tell of",
                    "reply first, and tell no more than what lies behind your own hits",
                ))
            }
            Some(DeconflictionFact::Asked { .. }) | None => Ok(()),
        }
    }

    /// Takes note of what a message says.
    fn note(&mut self, act: &Act) {
        match fact_of(act) {
            Some(DeconflictionFact::Answered { hits, .. }) => {
                let reply =
                    Reply { by: act.author.clone(), said_at: act.created, hits: *hits, told: 0 };
                self.replies.insert(act.id, reply);
            }
            Some(DeconflictionFact::Told { of, hits }) => {
                if let Some(reply) = self.replies.get_mut(of) {
                    reply.told = reply.told.saturating_add(*hits).min(reply.hits);
                }
            }
            Some(DeconflictionFact::Asked { .. }) | None => {}
        }
    }
}

fn fact_of(act: &Act) -> Option<&DeconflictionFact> {
    if let Fact::Exchange(ExchangeFact::Deconfliction(fact)) = &act.fact {
        Some(fact)
    } else {
        None
    }
}

impl Rules for Deconfliction {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: xch-21
        let Some(DeconflictionFact::Asked { identifiers }) = fact_of(act) else {
            return Err(exchange::begins_other(act, "xch-21", "deconfliction-query"));
        };
        Ok(Self {
            stage: Asking,
            query: act.id,
            identifiers: *identifiers,
            requesting: act.author.clone(),
            requested: act.asked.clone(),
            replies: BTreeMap::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        act.fact.rank()
    }

    /// Each agency answers for itself; only a withdrawal bears on all.
    // spec: xch-28, xch-29
    fn meet(earlier: &Act, later: &Act) -> Meeting {
        let withdrawn = earlier.fact == Fact::Common(CommonFact::Withdrawn);
        if withdrawn && fact_of(later).is_some() { Meeting::EarlierCounts } else { Meeting::Both }
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.requested.iter().cloned().chain([self.requesting.clone()]).collect()
    }
}
