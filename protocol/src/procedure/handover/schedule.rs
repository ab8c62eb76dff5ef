//! A schedule that was proposed, and how far the person came by it.
//!
//! What was said of a leg ends with the leg, and what was done of a schedule ends with the schedule: it stands here and
//! nowhere else, so that nothing of it outlives either.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::custody::CustodyStatus;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::handover::stage::Move;
use crate::procedure::handover::stage::Stage;

/// A schedule, who agreed to it, and what was said at the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) digest: Digest,
    legs: Vec<Leg>,
    accepted: BTreeSet<AgencyId>,
    done: usize,
    /// The certificate of the leg at hand, with one signature.
    pub(super) certificate: Option<Certificate>,
    /// Who said alone that the leg at hand failed.
    pub(super) returning: Option<AgencyId>,
}

/// A certificate with one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    pub(super) digest: Digest,
    pub(super) transferred: bool,
    pub(super) signed_at: Timestamp,
}

impl Schedule {
    /// As it is proposed: its author agrees to it, and nobody has gone anywhere.
    pub(super) fn of(act: &Act, legs: &[Leg]) -> Self {
        Self {
            digest: act.digest,
            legs: legs.to_vec(),
            accepted: BTreeSet::from([act.author.clone()]),
            done: 0,
            certificate: None,
            returning: None,
        }
    }

    /// Whether an agency is a side of one of its legs.
    pub(super) fn has(&self, agency: &AgencyId) -> bool {
        self.parties().any(|party| party == agency)
    }

    /// Who has not agreed to it.
    pub(super) fn silent(&self) -> BTreeSet<&AgencyId> {
        self.parties().filter(|party| !self.accepted.contains(*party)).collect()
    }

    /// Whether everybody agrees once this agency does.
    pub(super) fn is_last_to_accept(&self, agency: &AgencyId) -> bool {
        self.parties().all(|party| party == agency || self.accepted.contains(party))
    }

    pub(super) fn accept(&mut self, agency: &AgencyId) {
        self.accepted.insert(agency.clone());
    }

    /// The leg that comes next or is under way.
    pub(super) fn at_hand(&self) -> Option<&Leg> {
        self.legs.get(self.done)
    }

    /// Its number, from 1.
    pub(super) fn number_at_hand(&self) -> u64 {
        u64::try_from(self.done).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Whether no leg follows the one at hand.
    pub(super) fn is_last_leg(&self) -> bool {
        self.done.saturating_add(1) == self.legs.len()
    }

    /// Both sides signed that the person changed hands on the leg at hand.
    // spec: ho-79
    pub(super) fn leg_is_done(&mut self) {
        self.done = self.done.saturating_add(1);
        self.leg_failed();
    }

    /// Both sides said that the leg at hand failed: it begins anew.
    // spec: ho-79
    pub(super) fn leg_failed(&mut self) {
        self.certificate = None;
        self.returning = None;
    }

    fn parties(&self) -> impl Iterator<Item = &AgencyId> {
        self.legs.iter().flat_map(|leg| [&leg.releasing, &leg.receiving])
    }
}

impl Handover {
    pub(super) fn note_answer(&mut self, act: &Act, answer: ScheduleAnswer) {
        match (answer, &mut self.schedule) {
            (ScheduleAnswer::Accepted, Some(schedule)) => {
                schedule.accept(&act.author);
            }
            (ScheduleAnswer::Rescheduled, schedule) => *schedule = None,
            (ScheduleAnswer::Accepted, None) => {}
        }
    }

    /// The person changed hands, or went back with both signatures.
    pub(super) fn note_countersignature(&mut self, act: &Act, moved: Move) {
        if moved == Move::AgreeReturn {
            self.turn_back();
            return;
        }
        self.release_due = None;
        if let Some(schedule) = &mut self.schedule {
            schedule.leg_is_done();
        }
        self.holder = Some(act.author.clone());
        if moved == Move::CountersignLast {
            self.custody = CustodyStatus::HeldByRequesting;
        }
    }

    /// The person came with others, whose batch has the schedule and the certificates.
    pub(super) fn note_arrival(&mut self, holder: &AgencyId) {
        self.schedule = None;
        self.holder = Some(holder.clone());
        self.custody = CustodyStatus::HeldByRequesting;
    }

    /// Something happened to the person in custody; whoever is too ill to go has no schedule any more.
    pub(super) fn note_custody(&mut self, change: CustodyChange) {
        if matches!(self.stage, Stage::HandedOver | Stage::Closed) {
            self.specialty.hold(change);
        }
        self.ill = change == CustodyChange::Hospitalised;
        match change {
            CustodyChange::Is(status) => self.custody = status,
            CustodyChange::FreedByCourt => self.custody = CustodyStatus::Released,
            CustodyChange::Hospitalised => {
                self.custody = CustodyStatus::Held;
                self.schedule = None;
            }
        }
    }

    /// One side says that the leg at hand failed, or the other one does too.
    pub(super) fn note_return(&mut self, act: &Act, moved: Move) {
        if moved == Move::AgreeReturn {
            self.turn_back();
        } else if let Some(schedule) = &mut self.schedule {
            schedule.returning = Some(act.author.clone());
        }
    }

    fn turn_back(&mut self) {
        if let Some(schedule) = &mut self.schedule {
            schedule.leg_failed();
        }
        self.custody = CustodyStatus::Held;
    }
}
