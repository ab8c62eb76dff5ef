//! The handover of one person: requested, examined, decided, carried out.
//!
//! Two regions run beside each other: the stage, and where the person is. Only the holder writes the second one.

pub mod fact;
pub mod signs;
pub mod specialty;
pub mod stage;

mod child;
mod corrected;
mod ground;
mod guard;
mod promise;
mod schedule;
mod stop;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::refusal_ground::RefusalGround;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::handover::child::Age;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::handover::ground::Grounds;
use crate::procedure::handover::promise::Promises;
use crate::procedure::handover::schedule::Certificate;
use crate::procedure::handover::schedule::Schedule;
use crate::procedure::handover::specialty::Specialty;
use crate::procedure::handover::stage::Move;
use crate::procedure::handover::stage::ROWS;
use crate::procedure::handover::stage::Stage;
use crate::procedure::handover::stage::UNPLANNED;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where the handover of one person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    stage: Stage,
    custody: CustodyStatus,
    requesting: AgencyId,
    requested: BTreeSet<AgencyId>,
    holder: Option<AgencyId>,
    release_due: Option<Timestamp>,
    request: Option<(MessageId, Request)>,
    due: Option<Timestamp>,
    consulted: bool,
    grounds: Grounds,
    /// What was promised since the request.
    promises: Promises,
    /// What the last screening found.
    screened: Option<ScreeningOutcome>,
    /// Whether signs of a victim were found, and no screening since found none.
    signs: bool,
    age: Age,
    /// Whether the last word on custody is that the person is too ill to go.
    ill: bool,
    decision: Option<(MessageId, Digest, Decision)>,
    specialty: Specialty,
    schedule: Option<Schedule>,
    /// Which request the requested Party preferred, of this one and each other that it named with it.
    choices: BTreeMap<ProcedureId, ProcedureId>,
}

impl Handover {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Where the person is, by the last word of whoever holds the person.
    pub const fn custody(&self) -> CustodyStatus {
        self.custody
    }

    /// The offences for which the person may be tried, by their numbers in the request; none before a grant.
    pub fn granted_offences(&self) -> &[u64] {
        self.decision.as_ref().map_or(&[], |(_, _, decision)| &decision.granted)
    }

    /// What followed the handover, for what the person may be tried.
    pub const fn specialty(&self) -> &Specialty {
        &self.specialty
    }

    /// The first ground by which the person must not go, and that stands open against what was granted.
    // spec: ho-57
    pub fn open_ground(&self) -> Option<RefusalGround> {
        self.grounds.first_against(self.granted_offences())
    }

    /// Who asked for the person, and receives the person.
    pub const fn requesting(&self) -> &AgencyId {
        &self.requesting
    }

    /// Who was asked for the person.
    pub const fn requested(&self) -> &BTreeSet<AgencyId> {
        &self.requested
    }

    /// The decision that stands; `None` before there is one, and after it was revoked.
    pub fn standing(&self) -> Option<&MessageId> {
        self.decision.as_ref().map(|(id, _, _)| id)
    }

    /// The message with the decision that stands.
    pub(in crate::procedure) fn standing_digest(&self) -> Option<&Digest> {
        self.decision.as_ref().map(|(_, digest, _)| digest)
    }

    /// Which request was preferred where another one was named; `None` where nobody chose between the two.
    // spec: ho-85
    pub fn choice(&self, other: &ProcedureId) -> Option<&ProcedureId> {
        self.choices.get(other)
    }

    /// Whether the last screening came to no end.
    // spec: ho-82
    pub const fn is_undetermined(&self) -> bool {
        matches!(self.screened, Some(ScreeningOutcome::Undetermined))
    }

    /// Whether the person is too ill to go, by the last word on custody.
    // spec: bat-78
    pub const fn is_ill(&self) -> bool {
        self.ill
    }

    /// Whether the person is granted and was not handed over yet.
    pub const fn is_granted(&self) -> bool {
        matches!(self.stage, Stage::Granted | Stage::Scheduled | Stage::InTransfer)
    }

    /// Whether the person may still go.
    pub fn waits_to_go(&self) -> bool {
        !self.stage.is_terminal() && self.stage != Stage::HandedOver
    }

    /// Since when a certificate waits for its second signature, by the first signer's clock.
    pub fn half_signed_since(&self) -> Option<Timestamp> {
        self.certificate().map(|certificate| certificate.signed_at)
    }

    /// When the person goes free unless something happens, by the last word of whoever holds the person.
    pub const fn release_due(&self) -> Option<Timestamp> {
        self.release_due
    }

    /// The schedule that is proposed, and who has not agreed to it.
    pub fn unagreed(&self) -> Option<(Digest, BTreeSet<&AgencyId>)> {
        let schedule = self.schedule.as_ref()?;
        Some((schedule.digest, schedule.silent()))
    }

    /// By when something is awaited: information, views, or the full request after a provisional arrest.
    pub const fn awaited_by(&self) -> Option<Timestamp> {
        self.due
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
        let holds = self.holder.as_ref().is_some_and(|holder| holder == agency)
            || (self.holder.is_none() && self.requested.contains(agency));
        if holds {
            sides.insert(Side::Holder);
        }
        if let Some(schedule) = &self.schedule {
            if schedule.has(agency) {
                sides.insert(Side::Leg);
            }
            if schedule.at_hand().is_some_and(|leg| leg.receiving == *agency) {
                sides.insert(Side::Receiving);
            }
        }
        sides
    }

    /// The certificate that waits for its second signature.
    fn certificate(&self) -> Option<&Certificate> {
        self.schedule.as_ref()?.certificate.as_ref()
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Fact::Handover(fact) = &act.fact {
            let moved = self.move_of_handover(act, fact);
            let beside = moved == Move::Hospitalise && UNPLANNED.contains(&self.stage);
            return if beside { self.remark_on_custody(act) } else { Ok(Some(moved)) };
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Acknowledged { of } => {
                let first = self.request.as_ref().is_some_and(|(request, _)| request == of);
                (first && self.stage == Stage::Submitted).then_some(Move::Acknowledge)
            }
            CommonFact::Withdrawn => Some(Move::Withdraw),
            CommonFact::Lapsed { .. } => Some(Move::Lapse),
            CommonFact::InformationAsked { .. } => Some(Move::Ask),
            CommonFact::InformationGiven => Some(Move::Give),
            CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. }
            | CommonFact::Reported
            | CommonFact::Valued { .. } => None,
        })
    }

    fn move_of_handover(&self, act: &Act, fact: &HandoverFact) -> Move {
        match fact {
            HandoverFact::ArrestAsked { .. } => Move::AskArrest,
            HandoverFact::Requested(_) => Move::Request,
            HandoverFact::RefusalIntended { .. } if stop::protects(fact) => Move::Stop,
            HandoverFact::RefusalIntended { .. } => Move::Intend,
            HandoverFact::Viewed { .. } => Move::View,
            HandoverFact::Decided(decision) => self.move_of_decision(act, decision),
            HandoverFact::ConditionsAccepted { .. } => Move::AcceptConditions,
            HandoverFact::Scheduled { .. } => Move::Propose,
            HandoverFact::Answered { answer, .. } => match answer {
                ScheduleAnswer::Rescheduled => Move::Reschedule,
                ScheduleAnswer::Accepted if self.completes(&act.author) => Move::Agree,
                ScheduleAnswer::Accepted => Move::Accept,
            },
            HandoverFact::Released { .. } => Move::Release,
            HandoverFact::Returned { .. } => self.move_of_return(act),
            HandoverFact::Certified { .. } => Move::Certify,
            HandoverFact::Countersigned { .. } => self.move_of_countersignature(),
            HandoverFact::Custody { change, .. } => Move::of_custody(*change),
            HandoverFact::Arrived { .. } => Move::Arrive,
            HandoverFact::Screened { outcome, .. } if outcome.is_victim() => Move::Protect,
            HandoverFact::Screened { .. } => Move::Clear,
            HandoverFact::SpecialtyAsked { .. } => Move::AskSpecialty,
            HandoverFact::SpecialtyDecided { .. } => Move::DecideSpecialty,
            HandoverFact::OutcomeTold(told) => {
                let closes = told.closing && self.stage == Stage::HandedOver;
                if closes { Move::Close } else { Move::Tell }
            }
            HandoverFact::Incident(_) => Move::Incident,
            HandoverFact::Chosen { .. } => Move::Choose,
        }
    }

    /// A decision that takes the place of the standing one and does not grant reopens the examination.
    fn move_of_decision(&self, act: &Act, decision: &Decision) -> Move {
        let standing = self.decision.as_ref().map(|(_, digest, _)| *digest);
        let supersedes = act.supersedes.is_some() && act.supersedes == standing;
        match decision.outcome {
            Outcome::Granted => Move::Grant,
            Outcome::GrantedConditional => Move::GrantUnderConditions,
            Outcome::Deferred | Outcome::Refused if supersedes => Move::Revoke,
            Outcome::Deferred => Move::Defer,
            Outcome::Refused => Move::Refuse,
        }
    }

    fn move_of_return(&self, act: &Act) -> Move {
        match self.schedule.as_ref().and_then(|schedule| schedule.returning.as_ref()) {
            Some(first) if *first != act.author => Move::AgreeReturn,
            Some(_) | None => Move::Return,
        }
    }

    fn move_of_countersignature(&self) -> Move {
        match self.certificate() {
            Some(certificate) if !certificate.transferred => Move::AgreeReturn,
            Some(_) | None if self.schedule.as_ref().is_some_and(Schedule::is_last_leg) => {
                Move::CountersignLast
            }
            Some(_) | None => Move::Countersign,
        }
    }

    /// Whether everybody agrees to the schedule once this agency does.
    fn completes(&self, agency: &AgencyId) -> bool {
        self.schedule.as_ref().is_some_and(|schedule| schedule.is_last_to_accept(agency))
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act, moved: Move) {
        if let Fact::Handover(fact) = &act.fact {
            self.note_fact(act, fact, moved);
        } else if let Fact::Common(CommonFact::InformationAsked { due }) = &act.fact {
            self.due = Some(*due);
        } else if act.fact == Fact::Common(CommonFact::InformationGiven) {
            self.due = None;
            self.grounds.hear(&BTreeSet::new(), &BTreeSet::new());
        }
    }

    fn note_fact(&mut self, act: &Act, fact: &HandoverFact, moved: Move) {
        match fact {
            HandoverFact::ArrestAsked { full_request_by: due, .. } => self.due = Some(*due),
            HandoverFact::RefusalIntended { views_by: due, against, protects } => {
                self.due = Some(*due);
                self.note_named(against, protects);
                if moved == Move::Stop {
                    self.stop();
                }
            }
            HandoverFact::Requested(request) => {
                self.grounds = Grounds::of(request);
                self.request = Some((act.id, request.clone()));
                self.age = self.age.max(request.may_be_child.into());
                self.release_due = self.release_due.or(request.release_due);
                self.due = None;
            }
            HandoverFact::Viewed { promises, until } => {
                self.due = None;
                self.consulted = true;
                self.grounds.hear(promises, until);
                self.promises.give(promises, until);
            }
            HandoverFact::Decided(decision) => self.note_decision(act, decision, moved),
            HandoverFact::Scheduled { legs } => self.schedule = Some(Schedule::of(act, legs)),
            HandoverFact::Answered { answer, .. } => self.note_answer(act, *answer),
            HandoverFact::Released { .. } => self.custody = CustodyStatus::InTransferCustody,
            HandoverFact::Returned { .. } => self.note_return(act, moved),
            HandoverFact::Certified { results, .. } => {
                if let Some(schedule) = &mut self.schedule {
                    schedule.certificate = Some(Certificate {
                        digest: act.digest,
                        transferred: results.hands_over(),
                        signed_at: act.created,
                    });
                }
            }
            HandoverFact::Countersigned { .. } => self.note_countersignature(act, moved),
            HandoverFact::Custody { change, release_due } => {
                self.note_custody(*change);
                let running = self.release_due.filter(|_| self.custody.is_held());
                self.release_due = release_due.or(running);
            }
            HandoverFact::Arrived { release_due, .. } => {
                self.note_arrival(&act.author);
                self.release_due = *release_due;
            }
            HandoverFact::ConditionsAccepted { of } => self.specialty.accept_conditions(of),
            HandoverFact::SpecialtyAsked { matter, stakes, .. } => {
                self.specialty.ask(act.id, matter, stakes);
            }
            HandoverFact::SpecialtyDecided { of, consent, offences, death_waived } => {
                self.specialty.decide(act.id, (*of, *consent), (offences, *death_waived));
            }
            HandoverFact::OutcomeTold(told) => self.specialty.tell(act.id, told),
            HandoverFact::Incident(incident) => self.specialty.happen(act.id, *incident),
            HandoverFact::Screened { outcome, may_be_child, .. } => {
                self.note_screening(*outcome);
                self.age = self.age.max((*may_be_child).into());
                if self.stage == Stage::Rerouted {
                    self.decision = None;
                }
            }
            HandoverFact::Chosen { chosen, between } => {
                let named = between.iter().chain([chosen]);
                self.choices.extend(named.map(|one| (*one, *chosen)));
            }
        }
    }

    /// What grants says which grounds are met, what refuses or puts off names some.
    fn note_decision(&mut self, act: &Act, decision: &Decision, moved: Move) {
        self.schedule = None;
        self.decision = Some((act.id, act.digest, decision.clone()));
        if moved == Move::Revoke {
            self.decision = None;
            self.consulted = false;
        }
        if decision.outcome.is_grant() {
            self.age.settle(decision.age);
            self.grounds.close(decision);
        } else {
            self.name_grounds(&decision.against);
        }
    }
}

impl Rules for Handover {
    fn open(act: &Act) -> Result<Self, Refusal> {
        let (stage, custody, request, due, may_be_child) =
            // spec: ho-1
            if let Fact::Handover(HandoverFact::Requested(request)) = &act.fact {
                let child = request.may_be_child;
                (Stage::Submitted, request.custody, Some((act.id, request.clone())), None, child)
            // spec: ho-2
            } else if let Fact::Handover(HandoverFact::ArrestAsked { full_request_by, may_be_child }) = &act.fact {
                (Stage::Provisional, CustodyStatus::AtLarge, None, Some(*full_request_by), *may_be_child)
            } else {
                return Err(Refusal::out_of_turn(
                    "ho-1",
                    format!("{} begins no handover", act.kind),
                    "begin with a handover-request or a provisional-arrest-request",
                ));
            };
        // spec: res-69
        if act.asked.len() != 1 {
            return Err(Refusal::out_of_turn(
                "res-69",
                format!("it asks {} agencies for the person", act.asked.len()),
                "ask each agency in a procedure of its own; others can be told",
            ));
        }
        Ok(Self {
            stage,
            custody,
            requesting: act.author.clone(),
            requested: act.asked.clone(),
            holder: None,
            release_due: request.as_ref().and_then(|(_, request)| request.release_due),
            grounds: request.as_ref().map(|(_, request)| Grounds::of(request)).unwrap_or_default(),
            promises: Promises::default(),
            request,
            due,
            consulted: false,
            screened: None,
            signs: false,
            age: may_be_child.into(),
            ill: false,
            decision: None,
            specialty: Specialty::default(),
            schedule: None,
            choices: BTreeMap::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    /// A ground by which a Party must refuse is not unsaid because a decision crossed it, nor are signs of a victim because
    /// both sides signed.
    // spec: ho-58
    fn gave_way(&mut self, act: &Act) {
        if let Fact::Handover(HandoverFact::RefusalIntended { against, protects, .. }) = &act.fact {
            self.note_named(against, protects);
        }
        // spec: res-62
        self.signs |= signs::tells(act);
    }

    fn remark(&mut self, act: &Act) {
        self.note_correction(act);
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act, moved, common)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act, moved);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.requested.iter().cloned().chain([self.requesting.clone()]).collect()
    }
}
