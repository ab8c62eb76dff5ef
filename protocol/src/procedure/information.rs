//! A request for information: asked, clarified, answered question by question, closed.
//!
//! Absent on purpose: drafts and their approval, which happen before anything is sent.

pub mod answers;
pub mod fact;
pub mod stage;

mod weight;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::information::answers::Answers;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::information::fact::Reply;
use crate::procedure::information::stage::Move;
use crate::procedure::information::stage::ROWS;
use crate::procedure::information::stage::Stage;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedSet;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;
use crate::procedure::transcript::Transcript;

/// Where a request for information stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Information {
    stage: Stage,
    requesting: AgencyId,
    requested: AgencyId,
    request: MessageId,
    answers: Answers,
    replies: SharedSet<MessageId>,
    clarification_due: Option<Timestamp>,
    next_update_by: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    reopened: bool,
}

impl Information {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Who asks.
    pub const fn requesting(&self) -> &AgencyId {
        &self.requesting
    }

    /// How far the questions are answered.
    pub const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// By when something is awaited: a clarification, news about an answer, or a word on the whole.
    pub const fn awaited_by(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Clarifying => self.clarification_due,
            Stage::Sent | Stage::Assigned | Stage::PartlyAnswered => self.next_update_by,
            Stage::Answered => self.closes_at,
            Stage::Closed
            | Stage::Refused
            | Stage::Redirected
            | Stage::Withdrawn
            | Stage::Converted => None,
        }
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
        if *agency == self.requested {
            sides.insert(Side::Requested);
        }
        sides
    }

    /// The replies that crossed a withdrawal: the requesting side has them and may not keep them, unless their originator
    /// agrees.
    // spec: rfi-20, rfi-26
    pub fn to_erase<'t>(folded: &Folded<Self>, transcript: &'t Transcript) -> Vec<&'t Act> {
        let is_withdrawal = |digest| {
            let act = transcript.place(digest).and_then(|place| transcript.act(place));
            act.is_some_and(weight::is_withdrawal)
        };
        let acts = transcript.acts();
        let crossed = acts.filter(|act| {
            let gives = weight::reply(act).is_some_and(Reply::gives);
            let fate = folded.fate(&act.digest);
            let Some(Fate::Outranked { by }) = fate else { return false };
            gives && is_withdrawal(by)
        });
        crossed.collect()
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Some(reply) = weight::reply(act) {
            return Ok(Some(self.move_of_reply(reply)));
        }
        let Fact::Common(fact) = &act.fact else {
            return if let Fact::Information(_) = &act.fact { asked_again() } else { act.stray() };
        };
        Ok(match fact {
            CommonFact::Acknowledged { of } => {
                let first = *of == self.request && self.stage == Stage::Sent;
                first.then_some(Move::Acknowledge)
            }
            CommonFact::Valued { of } => {
                let answered = self.stage == Stage::Answered && self.replies.contains(of);
                answered.then_some(Move::Accept)
            }
            CommonFact::Withdrawn => Some(Move::Withdraw),
            CommonFact::Lapsed { .. } => Some(Move::Lapse),
            CommonFact::InformationAsked { .. } => Some(Move::Ask),
            CommonFact::InformationGiven => Some(Move::Give),
            CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. }
            | CommonFact::Reported => None,
        })
    }

    fn move_of_reply(&self, reply: &Reply) -> Move {
        if reply.puts_off() {
            return Move::PutOff;
        }
        if self.stage == Stage::Answered {
            return Move::Supplement;
        }
        let mut answers = self.answers.clone();
        answers.take(reply);
        answers.ending()
    }

    /// What a row alone does not say.
    fn guard(&self, act: &Act) -> Result<(), Refusal> {
        // spec: rfi-17
        if weight::reply(act).is_some_and(|reply| !self.answers.knows(reply)) {
            return Err(Refusal::out_of_turn(
                "rfi-17",
                "it answers a question that the request does not have",
                format!("name the {} questions of the request by their ids", self.answers.len()),
            ));
        }
        let Fact::Common(CommonFact::Lapsed { of, .. }) = &act.fact else { return Ok(()) };
        // spec: rfi-15
        let ended = self.closes_at.is_some_and(|at| act.created >= at);
        if ended && self.replies.contains(of) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "rfi-15",
            "no term that a reply set for closing has ended",
            "wait for feedback, or for the `closes_at` of the reply that the notice names",
        ))
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act, from: Stage) {
        if let Some(reply) = weight::reply(act) {
            self.answers.take(reply);
            self.replies.insert(act.id);
            self.next_update_by = self.next_update_by.max(reply.next_update_by);
            self.closes_at = self.closes_at.max(reply.closes_at);
        } else if let Fact::Common(CommonFact::InformationAsked { due }) = &act.fact {
            let standing = self.clarification_due.filter(|_| from == Stage::Clarifying);
            self.clarification_due = standing.max(Some(*due));
        }
    }
}

fn asked_again() -> Result<Option<Move>, Refusal> {
    Err(Refusal::out_of_turn(
        "rfi-1",
        "the request is there already",
        "ask other questions in a procedure of their own",
    ))
}

impl Rules for Information {
    fn open(act: &Act) -> Result<Self, Refusal> {
        // spec: rfi-1
        let Fact::Information(InformationFact::Requested(request)) = &act.fact else {
            return Err(Refusal::out_of_turn(
                "rfi-1",
                format!("{} begins no request for information", act.kind),
                "begin with a request-for-information",
            ));
        };
        // spec: rfi-2
        let (Some(requested), 1) = (act.asked.first(), act.asked.len()) else {
            return Err(Refusal::out_of_turn(
                "rfi-2",
                format!("it asks {} agencies to act", act.asked.len()),
                "ask each agency in a procedure of its own; others can be told",
            ));
        };
        Ok(Self {
            stage: Stage::Sent,
            requesting: act.author.clone(),
            requested: requested.clone(),
            request: act.id,
            answers: Answers::none(request),
            replies: SharedSet::new(),
            clarification_due: None,
            next_update_by: None,
            closes_at: None,
            reopened: false,
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    // spec: rfi-21
    fn meet_here(&mut self, earlier: &Act, later: &Act) -> Meeting {
        if weight::crosses(earlier, later) && !self.reopened {
            Meeting::EarlierCounts
        } else {
            Self::meet(earlier, later)
        }
    }

    /// A refusal gives way to a clarification once; after a withdrawal that is without effect.
    fn gave_way(&mut self, act: &Act) {
        self.reopened |= weight::reply(act).is_some_and(Reply::refuses);
    }

    fn step(&mut self, act: &Act, _common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act)?;
        let from = self.stage;
        self.stage = row.to.unwrap_or(from);
        self.note(act, from);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.requesting.clone(), self.requested.clone()])
    }
}
