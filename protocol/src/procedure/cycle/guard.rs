//! What has to hold beside a row of the tables: the terms, and that a message speaks of what stands.

use alloc::format;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::coordination::cycle::CycleStanding;
use crate::message::coordination::minutes::AdoptionAnswer;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::Cycle;
use crate::procedure::cycle::fact::Agenda;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::cycle::fact::Minutes;
use crate::procedure::cycle::fact::Target;
use crate::procedure::cycle::stage::Stage;
use crate::procedure::fact::Fact;
use crate::procedure::refusal::Refusal;

impl Cycle {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act) -> Result<(), Refusal> {
        if matches!(act.fact, Fact::Common(CommonFact::Lapsed { .. })) {
            return self.guard_silence(act);
        }
        let Fact::Cycle(fact) = &act.fact else { return Ok(()) };
        match fact {
            CycleFact::Agenda(agenda) => {
                self.guard_cycle(&agenda.cycle)?;
                self.guard_adoption(act, agenda)
            }
            CycleFact::ItemProposed => self.guard_term(act.created),
            CycleFact::Objected(target) => self.guard_objection(act.created, *target),
            CycleFact::Declared { cycle, status, consents } => {
                self.guard_cycle(cycle)?;
                if *status == CycleStanding::Urgent {
                    self.guard_consents(consents)
                } else {
                    Ok(())
                }
            }
            CycleFact::Minutes(minutes) => {
                self.guard_cycle(&minutes.cycle)?;
                self.guard_actions(minutes)
            }
            CycleFact::Answered { minutes, answer } => self.guard_answer(act, minutes, *answer),
            CycleFact::Reported { .. } => Ok(()),
        }
    }

    // spec: cyc-23
    fn guard_cycle(&self, said: &RecordRef) -> Result<(), Refusal> {
        if *said == self.cycle {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "cyc-23",
            format!("this is the cycle {}, not {said}", self.cycle),
            "name the cycle of this procedure, or begin another one",
        ))
    }

    /// Others propose and object until the day that the chair set for it.
    // spec: cyc-24
    fn guard_term(&self, created: Timestamp) -> Result<(), Refusal> {
        if created <= self.objections_by {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "cyc-24",
            format!("proposals and objections were due by {}", self.objections_by),
            "raise it in the session, or propose it for the next one",
        ))
    }

    // spec: cyc-24
    fn guard_objection(&self, created: Timestamp, target: Target) -> Result<(), Refusal> {
        if self.stage == Stage::AgendaOpen {
            self.guard_term(created)?;
        }
        let known = match target {
            Target::Item(number) => self.items.contains(&number),
            Target::Message(digest) => {
                [self.agenda, self.call].contains(&Some(digest)) || self.proposals.contains(&digest)
            }
        };
        if known {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "cyc-24",
            "it objects to nothing that stands",
            "name an item of the agenda by its number, or the message of the agenda, a proposal or an urgent call",
        ))
    }

    /// Nobody's time to object is cut short.
    // spec: cyc-25
    fn guard_adoption(&self, act: &Act, agenda: &Agenda) -> Result<(), Refusal> {
        if !agenda.adopted || act.created >= self.objections_by {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "cyc-25",
            format!("others may object until {}", self.objections_by),
            "wait for the end of that term",
        ))
    }

    /// A meeting that sits at once has the consent of everybody who is asked to come.
    // spec: cyc-26
    pub(super) fn guard_consents(&self, consents: &[AgencyId]) -> Result<(), Refusal> {
        match self.parties.iter().find(|agency| !consents.contains(agency)) {
            None => Ok(()),
            Some(agency) => Err(Refusal::safeguard(
                "cyc-26",
                format!("{} has not consented", agency.as_str()),
                "ask it, or open an agenda",
            )),
        }
    }

    // spec: cyc-27
    fn guard_actions(&self, minutes: &Minutes) -> Result<(), Refusal> {
        let takes_part = |agency: &AgencyId| *agency == self.chair || self.parties.contains(agency);
        match minutes.actions.iter().find(|action| !takes_part(&action.owner)) {
            None => Ok(()),
            Some(action) => Err(Refusal::out_of_turn(
                "cyc-27",
                format!("{} has to do {} and takes no part", action.owner.as_str(), action.id),
                "give it to an agency that takes part",
            )),
        }
    }

    /// Each Party answers once, about the minutes that stand, and objects while silence does not count yet.
    // spec: cyc-28
    fn guard_answer(
        &self,
        act: &Act,
        minutes: &Digest,
        answer: AdoptionAnswer,
    ) -> Result<(), Refusal> {
        let standing = self.minutes.as_ref().filter(|standing| standing.digest == *minutes);
        let Some(standing) = standing else {
            return Err(Refusal::out_of_turn(
                "cyc-28",
                "it answers other minutes than those that stand",
                "read the minutes that stand now, and name their message",
            ));
        };
        if self.answers.contains_key(&act.author) {
            return Err(Refusal::out_of_turn(
                "cyc-28",
                format!("{} has answered these minutes", act.author.as_str()),
                "wait for the next version of the minutes",
            ));
        }
        let late = standing.silence_until.is_some_and(|until| act.created > until);
        if answer == AdoptionAnswer::Object && late {
            return Err(Refusal::out_of_turn(
                "cyc-28",
                "silence has counted as consent since the day that the minutes name",
                "raise it in the next session",
            ));
        }
        Ok(())
    }

    /// Silence counts once its term is over, the chair says so, and nobody objected.
    // spec: cyc-29
    fn guard_silence(&self, act: &Act) -> Result<(), Refusal> {
        let until = self.minutes.as_ref().and_then(|minutes| minutes.silence_until);
        match until {
            Some(until) if until <= act.created && !self.is_disputed() => Ok(()),
            Some(until) if until > act.created => Err(Refusal::out_of_turn(
                "cyc-29",
                format!("others may object until {until}"),
                "wait for the end of that term",
            )),
            Some(_) => Err(Refusal::out_of_turn(
                "cyc-29",
                "somebody objected to the minutes",
                "send minutes that all can adopt",
            )),
            None => Err(Refusal::out_of_turn(
                "cyc-29",
                "these minutes are adopted by everybody's answer",
                "wait for the answers, or send minutes that name a day until which silence is no consent",
            )),
        }
    }
}
