//! What has to hold beside a row of the table: the safeguards, and that a message speaks of what stands.

use alloc::collections::BTreeSet;
use alloc::format;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::schedule::Schedule;
use crate::procedure::handover::stage::Move;
use crate::procedure::handover::stage::Stage;
use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;

impl Handover {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act, moved: Move, common: &Common) -> Result<(), Refusal> {
        let Fact::Handover(fact) = &act.fact else {
            return if moved == Move::Lapse { self.guard_term(act, "ho-7") } else { Ok(()) };
        };
        match fact {
            HandoverFact::Decided(decision) => match decision.outcome {
                Outcome::Granted | Outcome::GrantedConditional => self.guard_grant(act, decision),
                Outcome::Refused if moved == Move::Refuse => self.guard_refusal(act, decision),
                Outcome::Refused | Outcome::Deferred => Ok(()),
            },
            HandoverFact::ConditionsAccepted { of } => self.guard_conditions(of, act.created),
            HandoverFact::Answered { schedule, .. } => {
                let standing = self.schedule.as_ref().map(|schedule| &schedule.digest);
                named(standing, schedule, ("ho-21", "schedule"))
            }
            HandoverFact::Released { leg } => {
                self.guard_release(act, *leg)?;
                self.guard_open_ground()?;
                self.guard_screening()?;
                self.guard_life_at_release(act)?;
                self.guard_child_at_release()?;
                // spec: ho-74
                common.demand_no_conflict("ho-74")?;
                common.demand_confirmed(IrreversibleAct::ReleaseCustody, &self.confirming())
            }
            HandoverFact::Returned { leg } => self.guard_return(act, *leg),
            HandoverFact::Certified { leg, results, .. } => {
                self.guard_leg(*leg)?;
                if results.hands_over() { self.guard_giving(common) } else { Ok(()) }
            }
            HandoverFact::Scheduled { legs } => self.guard_way(legs),
            HandoverFact::Countersigned { of } => {
                let signed = self.certificate().map(|certificate| &certificate.digest);
                named(signed, of, ("ho-28", "certificate"))?;
                self.guard_countersignature(act)
            }
            HandoverFact::OutcomeTold(told) => self.guard_trial(told),
            // spec: spc-3
            HandoverFact::SpecialtyAsked { of, .. } => {
                named(self.standing(), of, ("spc-3", "decision"))
            }
            HandoverFact::SpecialtyDecided { of, offences, death_waived, .. } => {
                self.specialty.judge_consent(of, (offences, *death_waived), act.created)
            }
            HandoverFact::Incident(incident) => self.specialty.judge_incident(*incident),
            HandoverFact::ArrestAsked { .. }
            | HandoverFact::Requested(_)
            | HandoverFact::RefusalIntended { .. }
            | HandoverFact::Viewed { .. }
            | HandoverFact::Custody { .. }
            | HandoverFact::Arrived { .. }
            | HandoverFact::Screened { .. }
            | HandoverFact::Chosen { .. } => Ok(()),
        }
    }

    /// Whoever lets the person go on a leg has the person, and is the one who gives on that leg.
    // spec: ho-75
    fn guard_release(&self, act: &Act, leg: u64) -> Result<(), Refusal> {
        self.guard_leg(leg)?;
        self.guard_custody()?;
        match self.at_hand() {
            Some(leg) if leg.releasing != act.author => Err(Refusal::not_entitled(
                "ho-75",
                format!("by the schedule {} gives on that leg", leg.releasing.as_str()),
                "agree on a schedule that begins where the person is",
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Who confirms before a leg: whoever asked and was asked, whose late word could change what comes, and both sides of it.
    // spec: ho-90
    fn confirming(&self) -> BTreeSet<AgencyId> {
        let mut confirming = self.both();
        if let Some(leg) = self.at_hand() {
            confirming.extend([leg.releasing.clone(), leg.receiving.clone()]);
        }
        confirming
    }

    // spec: ho-75, ho-96
    fn guard_giving(&self, common: &Common) -> Result<(), Refusal> {
        self.guard_custody()?;
        common.demand_no_conflict("ho-96")
    }

    // spec: ho-75
    fn guard_return(&self, act: &Act, leg: u64) -> Result<(), Refusal> {
        self.guard_leg(leg)?;
        match self.at_hand() {
            Some(leg) if ![&leg.releasing, &leg.receiving].contains(&&act.author) => {
                Err(Refusal::not_entitled(
                    "ho-75",
                    "it is for the two sides of that leg",
                    "let one of them send it",
                ))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whoever signed a certificate does not sign it for the other side.
    // spec: ho-75
    fn guard_countersignature(&self, act: &Act) -> Result<(), Refusal> {
        match self.at_hand() {
            Some(leg) if leg.receiving != act.author => Err(Refusal::not_entitled(
                "ho-75",
                format!("on that leg {} receives", leg.receiving.as_str()),
                "let the receiving side sign it too, or say with it that the leg failed",
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// A schedule leads from whoever has the person to whoever asked for the person.
    // spec: ho-80
    fn guard_way(&self, legs: &[Leg]) -> Result<(), Refusal> {
        let begins =
            legs.first().is_some_and(|leg| self.sides(&leg.releasing).contains(&Side::Holder));
        let ends = legs.last().is_some_and(|leg| leg.receiving == self.requesting);
        let joined = legs.windows(2).all(|pair| match pair {
            [leg, next] => leg.receiving == next.releasing,
            _ => true,
        });
        if begins && ends && joined {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "ho-80",
            format!(
                "it does not lead from hand to hand, from whoever holds the person to {}",
                self.requesting.as_str()
            ),
            "propose legs that begin with the holder and end with the agency that asked for the person",
        ))
    }

    fn at_hand(&self) -> Option<&Leg> {
        self.schedule.as_ref()?.at_hand()
    }

    /// A message at the line speaks of the leg at hand.
    // spec: ho-75
    fn guard_leg(&self, leg: u64) -> Result<(), Refusal> {
        let Some(at_hand) = self.schedule.as_ref().map(Schedule::number_at_hand) else {
            return Ok(());
        };
        if leg == at_hand {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "ho-75",
            format!("leg {at_hand} is at hand, not leg {leg}"),
            "name the leg at hand",
        ))
    }

    /// Nobody gives whom nobody holds.
    // spec: ho-75
    fn guard_custody(&self) -> Result<(), Refusal> {
        if self.custody.is_held() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-75",
            format!("nobody holds the person, who is {}", self.custody),
            "send a custody-event once the person is held",
        ))
    }

    /// Whoever holds the person says that the person is ill where there is nothing to stop: a remark, which would
    /// otherwise outrank what others say at the same time.
    // spec: ho-84
    pub(super) fn remark_on_custody(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if self.sides(&act.author).contains(&Side::Holder) {
            return Ok(None);
        }
        Err(Refusal::not_entitled(
            "ho-84",
            "only whoever holds the person says what happens in custody",
            "let the holder send it",
        ))
    }

    /// The safeguards of a grant.
    fn guard_grant(&self, act: &Act, decision: &Decision) -> Result<(), Refusal> {
        // spec: ho-42
        if !self.custody.is_held() {
            return Err(Refusal::safeguard(
                "ho-42",
                format!("nobody holds the person, who is {}", self.custody),
                "send a custody-event once the person is held",
            ));
        }
        self.guard_screening()?;
        let Some((_, request)) = &self.request else { return Ok(()) };
        self.guard_life(act, request, decision)?;
        self.guard_child(decision)?;
        // spec: ho-44
        if decision.granted.iter().any(|offence| *offence > request.offences) {
            return Err(Refusal::safeguard(
                "ho-44",
                format!("the request names {} offences, the decision more", request.offences),
                "decide the offences of the request, by their numbers",
            ));
        }
        self.grounds.judge(decision, act.created)
    }

    /// Nobody is granted whose life an offence can cost, unless it was promised that it will not and the promise binds.
    // spec: ho-43, ho-81
    fn guard_life(&self, act: &Act, request: &Request, decision: &Decision) -> Result<(), Refusal> {
        if self.is_spared(request, decision, act.created) {
            return Ok(());
        }
        let why = if request.spared || self.promises.has(AssuranceKind::NoDeathPenalty) {
            "an offence can cost the person's life, and the assurance that it will not has run out"
        } else {
            "an offence can cost the person's life"
        };
        Err(Refusal::safeguard(
            "ho-43",
            why,
            "ask for the assurance that it will not, or state the lawful waiver",
        ))
    }

    /// Nobody goes after the promise to spare the person's life has run out, though it bound when it was granted.
    // spec: ho-83
    fn guard_life_at_release(&self, act: &Act) -> Result<(), Refusal> {
        if self.spares_life(act.created) {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-83",
            "an offence can cost the person's life, and the assurance that it will not has run out since the grant",
            "take the grant back with a superseding decision, ask for the assurance anew with an intent-to-refuse, and grant once it is given",
        ))
    }

    /// Whether the decision that stands costs nobody's life, as far as can be said at a time.
    // spec: ho-83, bat-77
    pub fn spares_life(&self, at: Timestamp) -> bool {
        match (&self.request, &self.decision) {
            (Some((_, request)), Some((_, _, decision))) => self.is_spared(request, decision, at),
            (Some(_) | None, _) => true,
        }
    }

    /// Whether the decision that stands rests on the promise to spare the person's life.
    // spec: due-19
    pub fn is_promised_life(&self) -> bool {
        let (Some((_, request)), Some((_, _, decision))) = (&self.request, &self.decision) else {
            return false;
        };
        let promised = request.spared || self.promises.has(AssuranceKind::NoDeathPenalty);
        request.death && !decision.death_waived && promised
    }

    /// Whether no offence costs the person's life, as far as can be said at a time, or the law allows to do without that.
    fn is_spared(&self, request: &Request, decision: &Decision, at: Timestamp) -> bool {
        let binds =
            request.promises_life(at) || self.promises.binds(AssuranceKind::NoDeathPenalty, at);
        !request.death || decision.death_waived || binds
    }

    /// Nobody goes of whom it is open whether the person is a victim.
    // spec: ho-82
    fn guard_screening(&self) -> Result<(), Refusal> {
        if !self.is_undetermined() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-82",
            "the last screening is undetermined: it is open whether the person is a victim",
            "let the holder screen the person to an end, and send the victim-screening-report with what was found",
        ))
    }

    /// Nobody goes while a ground is open by which it must be refused: a decision crossed it without an answer to it.
    // spec: ho-57
    fn guard_open_ground(&self) -> Result<(), Refusal> {
        match self.open_ground() {
            None => Ok(()),
            Some(ground) => Err(Refusal::safeguard(
                "ho-57",
                format!("the ground {ground} was named beside the grant, which does not answer it"),
                "take the grant back with a superseding decision, and decide anew in view of the ground",
            )),
        }
    }

    /// Conditions of a grant before the handover, of a consent after it.
    fn guard_conditions(&self, of: &MessageId, at: Timestamp) -> Result<(), Refusal> {
        if self.stage == Stage::GrantedConditional {
            return named(self.standing(), of, ("ho-15", "decision"));
        }
        self.specialty.judge_conditions(of, at)
    }

    /// Whoever was handed over is tried for what was granted or consented to, and for nothing else.
    // spec: ho-53
    fn guard_trial(&self, told: &Told) -> Result<(), Refusal> {
        // A Party that refused and tries the person at home promised nothing.
        if self.stage == Stage::Refused {
            return Ok(());
        }
        self.specialty.judge_trial(self.granted_offences(), told)?;
        // spec: ho-62
        let again = self.stage == Stage::Closed && self.specialty.ended().is_none();
        if again && !told.offences.is_empty() {
            return Err(Refusal::out_of_turn(
                "ho-62",
                "the last notice about what was granted has been sent",
                "tell of offences by a consent given afterwards only",
            ));
        }
        Ok(())
    }

    /// Nobody is refused unheard.
    fn guard_refusal(&self, act: &Act, decision: &Decision) -> Result<(), Refusal> {
        // spec: ho-10
        if self.stage == Stage::Consulting {
            return self.guard_term(act, "ho-10");
        }
        // spec: ho-11
        if self.consulted || decision.unconsulted {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "ho-11",
            "the requesting Party was not consulted",
            "send an intent-to-refuse first, or say why that is not possible",
        ))
    }

    fn guard_term(&self, act: &Act, rule: &'static str) -> Result<(), Refusal> {
        match self.due {
            Some(due) if act.created < due => Err(Refusal::out_of_turn(
                rule,
                "the term that was set has not ended",
                "wait for the answer or for the end of the term",
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Refuses a message that speaks of something else than what stands.
fn named<T: PartialEq>(
    standing: Option<&T>,
    said: &T,
    (rule, what): (&'static str, &str),
) -> Result<(), Refusal> {
    if standing == Some(said) {
        return Ok(());
    }
    Err(Refusal::out_of_turn(
        rule,
        format!("it names another {what} than the one that stands"),
        format!("name the {what} that stands now"),
    ))
}
