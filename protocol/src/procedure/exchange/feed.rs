//! A feed of indicators: a chain of changes without a gap, what was missed of it, and what is disputed.

pub mod dispute;

mod chain;
mod effects;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::field::choice;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange;
use crate::procedure::exchange::fact::BlockEffect;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::FeedPoint;
use crate::procedure::exchange::feed::chain::Chain;
use crate::procedure::exchange::feed::dispute::Disputes;
use crate::procedure::exchange::feed::effects::Effects;
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
    /// Where a feed stands. Source: DOMAIN 2.2, spec xch-30.
    Stage {
        /// It goes on.
        Open = "open",
        /// Its originator ended it.
        Closed = "closed",
    }
}

choice! {
    /// What is said in a feed, by what people call it.
    Move {
        /// The whole.
        Snapshot = "feed-snapshot",
        /// What changed.
        Change = "feed-delta",
        /// What changed, for whoever missed it.
        Repeat = "repeated feed-delta",
        /// Something was missed.
        Miss = "feed-gap-request",
        /// What blocking did.
        Count = "block-effect-report",
        /// An entry is wrong.
        Dispute = "indicator-dispute",
        /// Whether it is.
        Decide = "dispute-decision",
        /// The feed ends.
        Withdraw = "withdrawal",
    }
}

use Stage::Closed;
use Stage::Open;

/// Every edge of a feed. Source: DOMAIN 2.2, spec xch-30.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    stay("xch-31", &[Open], Move::Snapshot, Side::Originator),
    stay("xch-32", &[Open], Move::Change, Side::Originator),
    stay("xch-33", &[Open], Move::Repeat, Side::Originator),
    stay("xch-34", &[Open], Move::Miss, Side::Recipient),
    stay("xch-35", &[Open], Move::Count, Side::Participant),
    stay("xch-36", &[Open], Move::Dispute, Side::Recipient),
    stay("xch-37", &[Open], Move::Decide, Side::Originator),
    row("xch-38", &[Open], Move::Withdraw, Side::Originator, Closed),
];

/// Where a feed stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    stage: Stage,
    feed: Digest,
    originator: AgencyId,
    chain: Chain,
    gaps: BTreeMap<AgencyId, Option<u64>>,
    effects: Effects,
    disputes: Disputes,
}

impl Feed {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The number of its last change, and the root of its entries there.
    pub const fn head(&self) -> FeedPoint {
        self.chain.head()
    }

    /// Who has missed something, and up to which number; without a number the whole is asked for.
    pub const fn gaps(&self) -> &BTreeMap<AgencyId, Option<u64>> {
        &self.gaps
    }

    /// How many attempts of a type were blocked by this feed, in all that was reported. These are events, not people.
    // spec: xch-41
    pub fn blocked(&self, attempt: AttemptType) -> u64 {
        let by_feed = self.effects.iter().filter(|effect| effect.feed.is_some());
        let counts = by_feed.flat_map(|effect| effect.counts.iter());
        let counts = counts.filter(|(counted, _)| *counted == attempt);
        counts.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// What is disputed, and what was decided about it.
    pub const fn disputes(&self) -> &Disputes {
        &self.disputes
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let is_originator = *agency == self.originator;
        let side = if is_originator { Side::Originator } else { Side::Recipient };
        Sides::from([side, Side::Participant])
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Some(fact) = fact_of(act) {
            return Ok(Some(match fact {
                FeedFact::Whole { .. } => Move::Snapshot,
                FeedFact::Changed { from, to, .. } if self.chain.holds(from, to) => Move::Repeat,
                FeedFact::Changed { .. } => Move::Change,
                FeedFact::Missed { .. } => Move::Miss,
                FeedFact::Blocked(_) => Move::Count,
                FeedFact::Disputed { .. } => Move::Dispute,
                FeedFact::Decided { .. } => Move::Decide,
            }));
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

    /// What a row alone does not say.
    fn guard(&self, act: &Act, moved: Move) -> Result<(), Refusal> {
        match fact_of(act) {
            Some(FeedFact::Whole { feed, at }) => {
                self.guard_feed(feed)?;
                self.chain.guard_whole(at)
            }
            Some(FeedFact::Changed { feed, from, .. }) => {
                self.guard_feed(feed)?;
                if moved == Move::Repeat { Ok(()) } else { self.chain.guard_change(from) }
            }
            Some(FeedFact::Missed { feed, .. } | FeedFact::Disputed { feed, .. }) => {
                self.guard_feed(feed)
            }
            Some(FeedFact::Blocked(effect)) => self.guard_effect(act, effect),
            Some(FeedFact::Decided { of, .. }) => self.disputes.guard_decision(of),
            None => Ok(()),
        }
    }

    fn guard_feed(&self, feed: &Digest) -> Result<(), Refusal> {
        if *feed == self.feed {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "xch-30",
            "it names another feed",
            "send it in the procedure that its feed began",
        ))
    }

    /// Attempts are counted once.
    // spec: xch-41
    fn guard_effect(&self, act: &Act, effect: &BlockEffect) -> Result<(), Refusal> {
        effect.feed.as_ref().map_or(Ok(()), |feed| self.guard_feed(feed))?;
        match self.effects.overlapping(&act.author, effect, act.supersedes) {
            None => Ok(()),
            Some(told) => Err(Refusal::safeguard(
                "xch-41",
                format!("{} to {} was reported before", told.from, told.until),
                "report another time, or name that report in the header's `supersedes`",
            )),
        }
    }

    /// Takes note of what a message says.
    fn note(&mut self, act: &Act, moved: Move) {
        match fact_of(act) {
            Some(FeedFact::Whole { at, .. }) => {
                self.chain.restart(*at);
                self.gaps.clear();
            }
            Some(FeedFact::Changed { from, to, .. }) => {
                if moved == Move::Change {
                    self.chain.extend(from, *to);
                } else {
                    self.gaps.retain(|_, wanted| wanted.is_none_or(|wanted| to.seq < wanted));
                }
            }
            Some(FeedFact::Missed { to_seq, .. }) => {
                self.gaps.insert(act.author.clone(), *to_seq);
            }
            Some(FeedFact::Blocked(effect)) => {
                if let Some(superseded) = &act.supersedes {
                    self.effects.remove(superseded);
                }
                self.effects.insert(act.digest, &act.author, effect);
            }
            Some(FeedFact::Disputed { entry, .. }) => self.disputes.open(act, *entry),
            Some(FeedFact::Decided { of, recommended, .. }) => {
                self.disputes.decide(of, self.chain.head().seq, *recommended);
            }
            None => {}
        }
    }
}

fn fact_of(act: &Act) -> Option<&FeedFact> {
    if let Fact::Exchange(ExchangeFact::Feed(fact)) = &act.fact { Some(fact) } else { None }
}

/// Whether two messages give a feed two states at once, or an entry two decisions.
// spec: xch-52
fn contradict(one: &FeedFact, other: &FeedFact) -> bool {
    match (one, other) {
        (FeedFact::Changed { from, .. }, FeedFact::Changed { from: also_from, .. }) => {
            from.seq == also_from.seq && one != other
        }
        (FeedFact::Whole { at, .. }, FeedFact::Whole { at: also_at, .. }) => {
            at.seq == also_at.seq && one != other
        }
        (FeedFact::Decided { of, .. }, FeedFact::Decided { of: also_of, .. }) => {
            of == also_of && one != other
        }
        (
            FeedFact::Whole { .. }
            | FeedFact::Changed { .. }
            | FeedFact::Missed { .. }
            | FeedFact::Blocked(_)
            | FeedFact::Disputed { .. }
            | FeedFact::Decided { .. },
            _,
        ) => false,
    }
}

impl Rules for Feed {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: xch-30
        let Some(FeedFact::Whole { feed, at }) = fact_of(act) else {
            return Err(exchange::begins_other(act, "xch-30", "feed-snapshot"));
        };
        Ok(Self {
            stage: Open,
            feed: *feed,
            originator: act.author.clone(),
            chain: Chain::begin(*at),
            gaps: BTreeMap::new(),
            effects: Effects::default(),
            disputes: Disputes::none(),
        })
    }

    /// A decision counts from the number that the feed had for its author, and a whole before the changes beside it.
    // spec: xch-53
    fn rank(act: &Act) -> Rank {
        match fact_of(act) {
            Some(FeedFact::Decided { .. }) => Rank::Decision,
            Some(FeedFact::Whole { .. }) => Rank::Plan,
            Some(
                FeedFact::Changed { .. }
                | FeedFact::Missed { .. }
                | FeedFact::Blocked(_)
                | FeedFact::Disputed { .. },
            ) => Rank::Information,
            None => act.fact.rank(),
        }
    }

    /// Whatever was blocked, missed or disputed stands beside everything.
    fn contends(act: &Act) -> bool {
        match fact_of(act) {
            Some(FeedFact::Whole { .. } | FeedFact::Changed { .. } | FeedFact::Decided { .. })
            | None => true,
            Some(FeedFact::Missed { .. } | FeedFact::Blocked(_) | FeedFact::Disputed { .. }) => {
                false
            }
        }
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        let Some(fact) = fact_of(later) else { return Meeting::Both };
        if earlier.fact == Fact::Common(CommonFact::Withdrawn) {
            return Meeting::EarlierCounts;
        }
        match fact_of(earlier) {
            Some(before) if contradict(before, fact) => Meeting::Conflict,
            Some(_) | None => Meeting::Both,
        }
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act, moved)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act, moved);
        Ok(Some(row.id))
    }

    /// Only its originator says which state of a feed counts.
    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.originator.clone()])
    }
}
