//! The way of the people, leg by leg: who went in, what the certificates say, and what is under way.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::batch::sealing::RemovalReason;
use crate::message::handover::certificate::HandoverOutcome;
use crate::message::list;
use crate::moment::Timestamp;
use crate::procedure::batch::account::Account;
use crate::procedure::batch::account::LegAccount;
use crate::procedure::handover::fact::Results;

/// Where the journey of a batch stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Journey {
    legs: Vec<Leg>,
    /// Who set out on the first leg.
    started: BTreeSet<u64>,
    away: bool,
    half: Option<Half>,
    returning: Option<AgencyId>,
}

/// A leg whose certificate both sides signed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leg {
    certificate: Digest,
    results: Results,
}

/// A certificate with one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Half {
    /// The message that has it.
    pub(super) digest: Digest,
    /// Which leg, from 0.
    pub(super) leg: usize,
    /// What it says.
    pub(super) results: Results,
    /// When the first side signed, by its clock.
    pub(super) signed_at: Timestamp,
}

impl Journey {
    /// How many legs are done: the place of the leg at hand, from 0.
    pub(super) const fn done(&self) -> usize {
        self.legs.len()
    }

    /// Whether people are away on the leg at hand.
    pub(super) const fn is_away(&self) -> bool {
        self.away
    }

    /// A certificate that waits for its second signature.
    pub(super) const fn half(&self) -> Option<&Half> {
        self.half.as_ref()
    }

    /// Who has said that the leg at hand failed.
    pub(super) const fn returning(&self) -> Option<&AgencyId> {
        self.returning.as_ref()
    }

    /// The message with the certificate of a leg that is done.
    pub(super) fn certificate(&self, leg: usize) -> Option<Digest> {
        self.legs.get(leg).map(|leg| leg.certificate)
    }

    /// Who was handed over on a leg that is done.
    pub(super) fn transferred(&self, leg: usize) -> Option<&BTreeSet<u64>> {
        self.legs.get(leg).map(|leg| &leg.results.transferred)
    }

    /// Who went in on a leg: on the first one who set out, later whom the leg before transferred.
    pub(super) fn went_in(&self, leg: usize) -> Option<&BTreeSet<u64>> {
        match leg.checked_sub(1) {
            None => Some(&self.started),
            Some(before) => self.transferred(before),
        }
    }

    /// People leave on the leg at hand.
    pub(super) fn release(&mut self, going: BTreeSet<u64>) {
        self.away = true;
        if self.legs.is_empty() {
            self.started = going;
        }
    }

    /// One side says that the leg at hand failed.
    pub(super) fn fail(&mut self, by: &AgencyId) {
        self.returning = Some(by.clone());
    }

    /// The people are back where the leg at hand began.
    pub(super) fn turn_back(&mut self) {
        self.away = false;
        self.half = None;
        self.returning = None;
    }

    /// One side signed the certificate of a leg.
    pub(super) fn certify(&mut self, half: Half) {
        self.half = Some(half);
    }

    /// The signature under a certificate that waits for its second one counts no more.
    pub(super) fn void_half(&mut self) {
        self.half = None;
    }

    /// The other side signed it too.
    pub(super) fn countersign(&mut self) {
        let Some(Half { digest, leg, results, .. }) = self.half.take() else { return };
        let signed = Leg { certificate: digest, results };
        match self.legs.get_mut(leg) {
            Some(recounted) => *recounted = signed,
            None => {
                self.legs.push(signed);
                self.away = false;
                self.returning = None;
            }
        }
    }

    /// Where everybody is who stood on the version that was sealed.
    // spec: bat-47
    pub(super) fn account(
        &self,
        entries: &BTreeSet<u64>,
        removed: &BTreeMap<u64, RemovalReason>,
    ) -> Account {
        let legs = self.legs.iter().enumerate().map(|(place, leg)| {
            let went_in = if place == 0 { Some(entries) } else { self.went_in(place) };
            let began = went_in.map_or(0, |went_in| list::count(went_in.iter()));
            let mut account = LegAccount::begin(leg.certificate, began);
            if place == 0 {
                let left_out = entries.difference(&self.started).filter_map(|n| removed.get(n));
                left_out.for_each(|reason| account.count_removed(*reason));
            }
            let transferred = leg.results.transferred.iter().map(|_| HandoverOutcome::Transferred);
            let outcomes = transferred.chain(leg.results.others.values().copied());
            outcomes.for_each(|outcome| account.count(outcome));
            account
        });
        Account { legs: legs.collect() }
    }
}
