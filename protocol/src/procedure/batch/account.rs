//! Where everybody is: for each leg, what went in is what came out.

use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::batch::reconciliation::BatchReconciliation;
use crate::message::batch::reconciliation::LegReconciliation;
use crate::message::batch::sealing::RemovalReason;
use crate::message::handover::certificate::HandoverOutcome;

/// What became of everybody, leg by leg. Source: DOMAIN 3.2, spec bat-47.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The legs, in order.
    pub legs: Vec<LegAccount>,
}

/// What became of everybody on one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegAccount {
    /// The message that has its certificate.
    pub certificate: Digest,
    /// How many it began with: on the first leg all entries of the version, later those whom the leg before transferred.
    pub sealed: u64,
    /// How many were handed over.
    pub transferred: u64,
    /// How many were taken off for their health.
    pub medical: u64,
    /// As possible victims.
    pub victim: u64,
    /// Because the law stands against it.
    pub legal: u64,
    /// For another reason, or not taken by the receiving side.
    pub other: u64,
    /// How many did not appear.
    pub no_show: u64,
    /// How many escaped.
    pub escaped: u64,
}

impl LegAccount {
    /// Before anybody was counted.
    pub const fn begin(certificate: Digest, sealed: u64) -> Self {
        Self {
            certificate,
            sealed,
            transferred: 0,
            medical: 0,
            victim: 0,
            legal: 0,
            other: 0,
            no_show: 0,
            escaped: 0,
        }
    }

    /// Counts one person by what a certificate says.
    pub const fn count(&mut self, outcome: HandoverOutcome) {
        let counter = match outcome {
            HandoverOutcome::Transferred => &mut self.transferred,
            HandoverOutcome::RemovedMedical => &mut self.medical,
            HandoverOutcome::RemovedVictim => &mut self.victim,
            HandoverOutcome::RemovedLegal => &mut self.legal,
            HandoverOutcome::RefusedByReceiver => &mut self.other,
            HandoverOutcome::NoShow => &mut self.no_show,
            HandoverOutcome::Escaped => &mut self.escaped,
        };
        *counter = counter.saturating_add(1);
    }

    /// Counts one person who was taken off before the line.
    pub const fn count_removed(&mut self, reason: RemovalReason) {
        let counter = match reason {
            RemovalReason::RemovedMedical => &mut self.medical,
            RemovalReason::RemovedVictim => &mut self.victim,
            RemovalReason::RemovedLegal => &mut self.legal,
            RemovalReason::Other => &mut self.other,
        };
        *counter = counter.saturating_add(1);
    }

    /// Its numbers, by what people call them, those who began with it first.
    pub const fn numbers(&self) -> [(&'static str, u64); 8] {
        [
            ("sealed", self.sealed),
            ("transferred", self.transferred),
            ("removed, medical", self.medical),
            ("removed, victim", self.victim),
            ("removed, legal", self.legal),
            ("removed, other", self.other),
            ("no-show", self.no_show),
            ("escaped", self.escaped),
        ]
    }

    /// How many are accounted for: handed over, or known not to be.
    pub fn accounted(&self) -> u64 {
        self.numbers().into_iter().skip(1).map(|(_, count)| count).fold(0, u64::saturating_add)
    }
}

impl From<&LegReconciliation> for LegAccount {
    fn from(leg: &LegReconciliation) -> Self {
        Self {
            certificate: leg.certificate,
            sealed: leg.sealed,
            transferred: leg.transferred,
            medical: leg.removed.medical,
            victim: leg.removed.victim,
            legal: leg.removed.legal,
            other: leg.removed.other,
            no_show: leg.no_show,
            escaped: leg.escaped,
        }
    }
}

impl Account {
    /// As a side declares it.
    pub fn declared(body: &BatchReconciliation) -> Self {
        Self { legs: body.legs.iter().map(LegAccount::from).collect() }
    }

    /// How many were sealed.
    pub fn sealed(&self) -> u64 {
        self.legs.first().map_or(0, |leg| leg.sealed)
    }

    /// How many arrived at the end of the last leg.
    pub fn arrived(&self) -> u64 {
        self.legs.last().map_or(0, |leg| leg.transferred)
    }

    /// How many were sealed and did not arrive, over all legs.
    pub fn missing(&self) -> u64 {
        let lost = self.legs.iter().map(|leg| leg.accounted().saturating_sub(leg.transferred));
        lost.fold(0, u64::saturating_add)
    }

    /// Whether each leg accounts for everybody, and begins with those whom the one before it transferred.
    // spec: bat-47
    pub fn balances(&self) -> bool {
        let joined = self.legs.windows(2).all(|pair| {
            pair.first().map(|leg| leg.transferred) == pair.last().map(|leg| leg.sealed)
        });
        joined && self.legs.iter().all(|leg| leg.accounted() == leg.sealed)
    }

    /// Where another account has other numbers.
    pub(super) fn against(&self, declared: &Self, agency: &AgencyId) -> Vec<Mismatch> {
        let legs = (1..).zip(self.legs.iter().zip(&declared.legs));
        legs.flat_map(|(leg, (mine, theirs))| {
            let pairs = mine.numbers().into_iter().zip(theirs.numbers());
            pairs.filter(|(mine, theirs)| mine != theirs).map(move |((what, certified), theirs)| {
                let (_, declared) = theirs;
                Mismatch { agency: agency.clone(), leg, what, declared, certified }
            })
        })
        .collect()
    }
}

/// A number on which a side and the certificates differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Who counted.
    pub agency: AgencyId,
    /// On which leg, from 1.
    pub leg: u64,
    /// What was counted.
    pub what: &'static str,
    /// By the side.
    pub declared: u64,
    /// By the certificates.
    pub certified: u64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agency, leg, what, declared, certified } = self;
        let agency = agency.as_str();
        write!(f, "leg {leg}, {what}: {agency} counts {declared}, the certificates {certified}")
    }
}
