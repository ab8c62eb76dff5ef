//! A notice: in force until it is taken back, suspended while it is challenged.
//!
//! Absent on purpose: the moment when it expires. A clock moves nothing; what is said later is refused for that reason.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::field::choice;
use crate::message::intelligence::validity::NoticeStanding;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;
use crate::procedure::shared::SharedSet;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a notice stands. Source: DOMAIN 2.2 and 4.2, spec xch-5.
    Stage {
        /// Agencies look out.
        InForce = "in-force",
        /// It is challenged, and nobody shows it meanwhile.
        Suspended = "suspended",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

choice! {
    /// What is said about a notice, by what people call it.
    Move {
        /// Another one stands in its place.
        Replace = "superseding notice",
        /// It is taken back.
        Withdraw = "withdrawal",
        /// Somebody holds that it should not have gone out.
        Challenge = "notice-challenge",
        /// Somebody or something was seen.
        Sight = "sighting",
        /// Does it stand?
        Ask = "validity-query",
        /// How it stands.
        Confirm = "validity-confirmation",
        /// A human took it.
        Acknowledge = "acknowledgement",
    }
}

use Stage::InForce;
use Stage::Suspended;
use Stage::Withdrawn;

const ANY: &[Stage] = &[InForce, Suspended, Withdrawn];

/// Every edge of a notice. Source: DOMAIN 2.2 and 4.2, spec xch-5.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("xch-6", &[InForce, Suspended], Move::Replace, Side::Originator, InForce),
    row("xch-7", &[InForce, Suspended], Move::Withdraw, Side::Originator, Withdrawn),
    row("xch-8", &[InForce, Suspended], Move::Challenge, Side::Recipient, Suspended),
    stay("xch-9", &[InForce], Move::Sight, Side::Recipient),
    stay("xch-10", ANY, Move::Ask, Side::Recipient),
    stay("xch-11", ANY, Move::Confirm, Side::Originator),
    stay("xch-12", ANY, Move::Acknowledge, Side::Recipient),
];

/// Where a notice stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    stage: Stage,
    originator: AgencyId,
    standing: (MessageId, Digest),
    expires: Timestamp,
    replaced: SharedSet<MessageId>,
    challenges: SharedMap<MessageId, AgencyId>,
    sightings: SharedMap<MessageId, AgencyId>,
    queries: SharedMap<MessageId, AgencyId>,
    answered: SharedSet<MessageId>,
    in_force_by: SharedSet<MessageId>,
    taken: BTreeSet<AgencyId>,
}

impl Notice {
    /// Where it stands; whether it has expired is said by [`standing_at`](Self::standing_at).
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The message with the notice that stands.
    pub const fn published_in(&self) -> Digest {
        self.standing.1
    }

    /// How the notice that stands now stood at a time.
    pub fn standing_at(&self, at: Timestamp) -> NoticeStanding {
        match self.stage {
            Withdrawn => NoticeStanding::Withdrawn,
            InForce | Suspended if at >= self.expires => NoticeStanding::Expired,
            Suspended => NoticeStanding::Suspended,
            InForce => NoticeStanding::InForce,
        }
    }

    /// How a notice of this procedure stood at a time; one that nothing is known of stands as the others do.
    // spec: xch-57
    pub fn standing_of(&self, notice: &MessageId, at: Timestamp) -> NoticeStanding {
        if self.replaced.contains(notice) { NoticeStanding::Replaced } else { self.standing_at(at) }
    }

    /// Who challenges it, by the id of the challenge.
    pub const fn challenges(&self) -> &SharedMap<MessageId, AgencyId> {
        &self.challenges
    }

    /// Who has seen somebody or something, by the id of the sighting.
    pub const fn sightings(&self) -> &SharedMap<MessageId, AgencyId> {
        &self.sightings
    }

    /// Who waits for a word on how it stands, by the id of the query.
    pub fn open_queries(&self) -> impl Iterator<Item = (&MessageId, &AgencyId)> {
        self.queries.iter().filter(|(query, _)| !self.answered.contains(*query))
    }

    /// Where a human took it.
    pub const fn taken(&self) -> &BTreeSet<AgencyId> {
        &self.taken
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
        if let Some(fact) = fact_of(act) {
            return Ok(Some(match fact {
                NoticeFact::Published { .. } => Move::Replace,
                NoticeFact::Seen { .. } => Move::Sight,
                NoticeFact::Challenged { .. } => Move::Challenge,
                NoticeFact::Asked { .. } => Move::Ask,
                NoticeFact::Confirmed { .. } => Move::Confirm,
            }));
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Withdrawn => Some(Move::Withdraw),
            CommonFact::Acknowledged { of } => self.knows(of).then_some(Move::Acknowledge),
            CommonFact::Lapsed { .. }
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
    fn guard(&self, act: &Act) -> Result<(), Refusal> {
        match fact_of(act) {
            Some(NoticeFact::Published { .. }) => self.guard_replacing(act),
            Some(NoticeFact::Seen { notice, confirmation }) => {
                self.guard_sighting(act, notice, confirmation.as_ref())
            }
            // spec: xch-13
            Some(NoticeFact::Challenged { notice } | NoticeFact::Asked { notice }) => {
                if self.knows(notice) { Ok(()) } else { Err(unnamed("xch-13", "notice")) }
            }
            Some(NoticeFact::Confirmed { of, notice, standing }) => {
                self.guard_confirmation(act, (of, notice), *standing)
            }
            None => Ok(()),
        }
    }

    fn guard_replacing(&self, act: &Act) -> Result<(), Refusal> {
        if act.supersedes == Some(self.standing.1) {
            return Ok(());
        }
        Err(unnamed("xch-6", "notice in the header's `supersedes`"))
    }

    // spec: xch-14
    fn guard_sighting(
        &self,
        act: &Act,
        notice: &MessageId,
        confirmation: Option<&MessageId>,
    ) -> Result<(), Refusal> {
        if *notice != self.standing.0 {
            return Err(unnamed("xch-14", "notice that stands"));
        }
        if act.created >= self.expires {
            return Err(Refusal::out_of_turn(
                "xch-14",
                "the notice has expired",
                "tell it in an intelligence-report, or ask the originator to renew the notice",
            ));
        }
        if confirmation.is_some_and(|said| !self.in_force_by.contains(said)) {
            return Err(unnamed("xch-14", "validity-confirmation that said in-force"));
        }
        Ok(())
    }

    // spec: xch-15
    fn guard_confirmation(
        &self,
        act: &Act,
        (of, notice): (&MessageId, &MessageId),
        said: NoticeStanding,
    ) -> Result<(), Refusal> {
        if !self.queries.contains_key(of) || !self.knows(notice) {
            return Err(unnamed("xch-15", "validity-query and the notice"));
        }
        let stands = self.standing_of(notice, act.created);
        if said == stands {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "xch-15",
            format!("it says {said}, and the notice is {stands}"),
            "say how the notice stands",
        ))
    }

    /// Whether it is this notice or one before it.
    fn knows(&self, notice: &MessageId) -> bool {
        *notice == self.standing.0 || self.replaced.contains(notice)
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act) {
        match fact_of(act) {
            Some(NoticeFact::Published { expires, .. }) => {
                self.replaced.insert(self.standing.0);
                self.standing = (act.id, act.digest);
                self.expires = *expires;
                self.challenges = SharedMap::new();
            }
            Some(NoticeFact::Seen { .. }) => {
                self.sightings.insert(act.id, act.author.clone());
            }
            Some(NoticeFact::Challenged { .. }) => {
                self.challenges.insert(act.id, act.author.clone());
            }
            Some(NoticeFact::Asked { .. }) => {
                self.queries.insert(act.id, act.author.clone());
            }
            Some(NoticeFact::Confirmed { of, standing, .. }) => {
                self.answered.insert(*of);
                if *standing == NoticeStanding::InForce {
                    self.in_force_by.insert(act.id);
                }
            }
            None => {
                if let Fact::Common(CommonFact::Acknowledged { .. }) = &act.fact {
                    self.taken.insert(act.author.clone());
                }
            }
        }
    }
}

fn fact_of(act: &Act) -> Option<&NoticeFact> {
    if let Fact::Exchange(ExchangeFact::Notice(fact)) = &act.fact { Some(fact) } else { None }
}

/// The refusal of a message that does not name what it has to.
fn unnamed(rule: &'static str, what: &str) -> Refusal {
    Refusal::out_of_turn(
        rule,
        format!("it does not name the {what}"),
        format!("name the {what} of this procedure"),
    )
}

impl Rules for Notice {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: xch-5
        let Some(NoticeFact::Published { expires, .. }) = fact_of(act) else {
            return Err(exchange::begins_other(act, "xch-5", "notice"));
        };
        Ok(Self {
            stage: InForce,
            originator: act.author.clone(),
            standing: (act.id, act.digest),
            expires: *expires,
            replaced: SharedSet::new(),
            challenges: SharedMap::new(),
            sightings: SharedMap::new(),
            queries: SharedMap::new(),
            answered: SharedSet::new(),
            in_force_by: SharedSet::new(),
            taken: BTreeSet::new(),
        })
    }

    /// What was seen goes first, and a challenge after all that its author did not know.
    // spec: xch-17, xch-18
    fn rank(act: &Act) -> Rank {
        match fact_of(act) {
            Some(NoticeFact::Seen { .. }) => Rank::Custody,
            Some(NoticeFact::Published { .. }) => Rank::Decision,
            Some(NoticeFact::Confirmed { .. }) => Rank::Plan,
            Some(NoticeFact::Challenged { .. } | NoticeFact::Asked { .. }) => Rank::Information,
            None if matches!(act.fact, Fact::Common(CommonFact::Corrected { .. })) => {
                Rank::Decision
            }
            None => act.fact.rank(),
        }
    }

    // spec: xch-19, xch-20
    fn meet(earlier: &Act, later: &Act) -> Meeting {
        let changes = match fact_of(later) {
            Some(NoticeFact::Published { .. } | NoticeFact::Challenged { .. }) => true,
            Some(
                NoticeFact::Seen { .. } | NoticeFact::Asked { .. } | NoticeFact::Confirmed { .. },
            )
            | None => false,
        };
        match (Self::rank(earlier), Self::rank(later)) {
            (Rank::Withdrawal, _) if changes => Meeting::EarlierCounts,
            (Rank::Decision, Rank::Decision) => Meeting::Conflict,
            (
                Rank::SignedByBoth
                | Rank::ProtectiveStop
                | Rank::Custody
                | Rank::Withdrawal
                | Rank::Decision
                | Rank::Plan
                | Rank::Information,
                _,
            ) => Meeting::Both,
        }
    }

    /// A correction by the originator ends the challenges that were known to it.
    // spec: xch-16
    fn remark(&mut self, act: &Act) {
        if let Fact::Common(CommonFact::Corrected { targets, .. }) = &act.fact
            && targets.contains(&self.standing.0)
            && self.stage == Suspended
        {
            self.challenges = SharedMap::new();
            self.stage = InForce;
        }
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
        BTreeSet::from([self.originator.clone()])
    }
}
