//! The move that a message makes, and what it leaves in the state.

use alloc::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::procedure::act::Act;
use crate::procedure::batch::Batch;
use crate::procedure::batch::Schedule;
use crate::procedure::batch::account::Account;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::batch::fact::Removal;
use crate::procedure::batch::journey::Half;
use crate::procedure::batch::stage::Move;
use crate::procedure::batch::stage::Stage;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::refusal::Refusal;

impl Batch {
    /// The move that a message makes here; `None` when it is a remark.
    pub(super) fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Fact::Batch(fact) = &act.fact {
            return Ok(Some(self.move_of_batch(act, fact)));
        }
        if act.fact == Fact::Common(CommonFact::Withdrawn) {
            return Ok(Some(Move::Cancel));
        }
        let Fact::Handover(fact) = &act.fact else { return act.stray() };
        self.move_of_transfer(act, fact).map_or_else(|| act.stray(), |moved| Ok(Some(moved)))
    }

    fn move_of_batch(&self, act: &Act, fact: &BatchFact) -> Move {
        match fact {
            BatchFact::Listed(_) => Move::List,
            BatchFact::Reviewed { strikes, .. } if strikes.is_empty() => Move::Confirm,
            BatchFact::Reviewed { .. } => Move::Strike,
            BatchFact::Sealed { root, .. } => self.move_of_seal(&act.author, root),
            BatchFact::TakenOff(_) => Move::TakeOff,
            BatchFact::Guaranteed { .. } => Move::Guarantee,
            BatchFact::LetThrough { .. } => Move::LetThrough,
            BatchFact::Reconciled { account, .. } => self.move_of_account(&act.author, account),
        }
    }

    fn move_of_seal(&self, author: &AgencyId, root: &Digest) -> Move {
        let sealed = |side: &AgencyId| side == author || self.seals.get(side) == Some(root);
        if !self.way().iter().all(sealed) {
            Move::Seal
        } else if self.stage == Stage::Reviewing && self.is_agreed() {
            Move::SealLastScheduled
        } else {
            Move::SealLast
        }
    }

    /// Only equal accounts of every side, which are those of the certificates, complete a batch.
    // spec: bat-48
    fn move_of_account(&self, author: &AgencyId, said: &Account) -> Move {
        let account = self.account();
        let equal = |side: &AgencyId| side == author || self.declared.get(side) == Some(&account);
        let settled = self.journey.half().is_none() && account.balances() && *said == account;
        if !settled || !self.way().iter().all(equal) {
            Move::Reconcile
        } else if account.missing() == 0 {
            Move::Complete
        } else {
            Move::CompleteWithExceptions
        }
    }

    /// The move of a message that a batch shares with the handover of one person.
    fn move_of_transfer(&self, act: &Act, fact: &HandoverFact) -> Option<Move> {
        match fact {
            HandoverFact::Scheduled { .. } => Some(Move::Propose),
            HandoverFact::Answered { answer, .. } => Some(self.move_of_answer(act, *answer)),
            HandoverFact::Released { .. } => Some(Move::Release),
            HandoverFact::Returned { .. } => Some(self.move_of_return(act)),
            HandoverFact::Certified { .. } if self.stage == Stage::Reconciling => {
                Some(Move::CertifyAgain)
            }
            HandoverFact::Certified { .. } => Some(Move::Certify),
            HandoverFact::Countersigned { .. } => Some(self.move_of_countersignature()),
            HandoverFact::Screened { .. } => Some(Move::Screen),
            HandoverFact::ArrestAsked { .. }
            | HandoverFact::Requested(_)
            | HandoverFact::RefusalIntended { .. }
            | HandoverFact::Viewed { .. }
            | HandoverFact::Decided(_)
            | HandoverFact::ConditionsAccepted { .. }
            | HandoverFact::Custody { .. }
            | HandoverFact::Arrived { .. }
            | HandoverFact::SpecialtyAsked { .. }
            | HandoverFact::SpecialtyDecided { .. }
            | HandoverFact::OutcomeTold(_)
            | HandoverFact::Incident(_)
            | HandoverFact::Chosen { .. } => None,
        }
    }

    fn move_of_answer(&self, act: &Act, answer: ScheduleAnswer) -> Move {
        let Some(schedule) = &self.schedule else { return Move::Accept };
        let agreed = |side: &AgencyId| *side == act.author || schedule.accepted.contains(side);
        let sealed = self.stage == Stage::Sealed;
        match answer {
            ScheduleAnswer::Rescheduled => Move::Reschedule,
            ScheduleAnswer::Accepted if sealed && self.way().iter().all(agreed) => Move::Agree,
            ScheduleAnswer::Accepted => Move::Accept,
        }
    }

    fn move_of_return(&self, act: &Act) -> Move {
        match self.journey.returning() {
            None => Move::Return,
            Some(first) if *first == act.author => Move::Return,
            Some(_) if self.journey.done() > 0 => Move::AgreeReturnLater,
            Some(_) if self.root != self.seal() => Move::AgreeReturnFewer,
            Some(_) => Move::AgreeReturn,
        }
    }

    fn move_of_countersignature(&self) -> Move {
        if self.stage == Stage::Reconciling {
            return Move::CountersignAgain;
        }
        let Some(half) = self.journey.half() else { return Move::Countersign };
        let last = half.leg.saturating_add(2) == self.way().len();
        if last || !half.results.hands_over() { Move::CountersignLast } else { Move::Countersign }
    }

    fn is_agreed(&self) -> bool {
        let Some(schedule) = &self.schedule else { return false };
        self.way().iter().all(|side| schedule.accepted.contains(side))
    }

    /// The root that every side sealed; any of them, while not all have.
    pub(super) fn seal(&self) -> Option<Digest> {
        self.seals.values().next().copied()
    }

    /// Takes note of what a message says; the stage has moved.
    pub(super) fn note(&mut self, act: &Act, moved: Move) {
        if let Fact::Batch(fact) = &act.fact {
            self.note_batch(act, fact, moved);
        } else if let Fact::Handover(fact) = &act.fact {
            self.note_transfer(act, fact, moved);
        }
    }

    fn note_batch(&mut self, act: &Act, fact: &BatchFact, moved: Move) {
        match fact {
            BatchFact::Listed(manifest) => self.note_list(act, manifest),
            BatchFact::Reviewed { strikes, .. } => {
                self.strikes.insert(act.author.clone(), strikes.clone());
            }
            BatchFact::Sealed { root, .. } => self.note_seal(act, *root, moved),
            BatchFact::TakenOff(removal) => self.note_removal(removal),
            BatchFact::Guaranteed { entries, until, .. } => {
                for n in entries {
                    let end = self.guarantees.entry(*n).or_insert(*until);
                    *end = (*end).max(*until);
                }
            }
            BatchFact::LetThrough { daily } => {
                self.capacities.insert(act.author.clone(), *daily);
            }
            BatchFact::Reconciled { account, .. } => {
                self.declared.insert(act.author.clone(), account.clone());
            }
        }
    }

    /// A version takes the place of another one, with all that was said to it.
    fn note_list(&mut self, act: &Act, manifest: &Manifest) {
        self.author = act.author.clone();
        self.manifest = manifest.clone();
        self.listed_in = act.digest;
        self.root = Some(manifest.root);
        self.removed.clear();
        self.strikes.clear();
        self.seals.clear();
        self.guarantees.clear();
        self.schedule = None;
    }

    fn note_seal(&mut self, act: &Act, root: Digest, moved: Move) {
        self.seals.insert(act.author.clone(), root);
        if matches!(moved, Move::SealLast | Move::SealLastScheduled) {
            self.root = Some(root);
            self.sealed = true;
        }
    }

    /// Every side seals anew, unless the people are on the way: then the certificate, which nobody has signed yet or the
    /// releasing side signs anew, says who was taken off.
    // spec: bat-39, bat-46, bat-55
    fn note_removal(&mut self, removal: &Removal) {
        for n in &removal.entries {
            self.removed.entry(*n).or_insert(removal.reason);
        }
        let remaining = u64::try_from(self.in_force().len()).unwrap_or(u64::MAX);
        self.root = (remaining == removal.remaining).then_some(removal.root);
        if self.stage == Stage::Executing {
            self.journey.void_half();
        } else {
            self.seals.clear();
        }
    }

    fn note_transfer(&mut self, act: &Act, fact: &HandoverFact, moved: Move) {
        match fact {
            HandoverFact::Scheduled { .. } => {
                let accepted = BTreeSet::from([act.author.clone()]);
                self.schedule = Some(Schedule { digest: act.digest, accepted });
            }
            HandoverFact::Answered { answer, .. } => self.note_answer(act, *answer),
            HandoverFact::Released { .. } => self.journey.release(self.going()),
            HandoverFact::Returned { .. } => self.note_return(act, moved),
            HandoverFact::Certified { leg, results, .. } => self.journey.certify(Half {
                digest: act.digest,
                leg: place(*leg),
                results: results.clone(),
                signed_at: act.created,
            }),
            HandoverFact::Countersigned { .. } => {
                self.journey.countersign();
                // spec: bat-49
                self.declared.clear();
            }
            HandoverFact::ArrestAsked { .. }
            | HandoverFact::Requested(_)
            | HandoverFact::RefusalIntended { .. }
            | HandoverFact::Viewed { .. }
            | HandoverFact::Decided(_)
            | HandoverFact::ConditionsAccepted { .. }
            | HandoverFact::Custody { .. }
            | HandoverFact::Arrived { .. }
            | HandoverFact::Screened { .. }
            | HandoverFact::SpecialtyAsked { .. }
            | HandoverFact::SpecialtyDecided { .. }
            | HandoverFact::OutcomeTold(_)
            | HandoverFact::Incident(_)
            | HandoverFact::Chosen { .. } => {}
        }
    }

    fn note_answer(&mut self, act: &Act, answer: ScheduleAnswer) {
        match (answer, &mut self.schedule) {
            (ScheduleAnswer::Accepted, Some(schedule)) => {
                schedule.accepted.insert(act.author.clone());
            }
            (ScheduleAnswer::Rescheduled, schedule) => *schedule = None,
            (ScheduleAnswer::Accepted, None) => {}
        }
    }

    fn note_return(&mut self, act: &Act, moved: Move) {
        if moved == Move::Return {
            self.journey.fail(&act.author);
            return;
        }
        self.journey.turn_back();
        if moved == Move::AgreeReturnFewer {
            self.seals.clear();
        }
    }
}

/// The place of a leg, from 0.
pub(super) fn place(leg: u64) -> usize {
    leg.checked_sub(1).and_then(|leg| usize::try_from(leg).ok()).unwrap_or(usize::MAX)
}
