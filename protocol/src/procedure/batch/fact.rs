//! What the messages of a batch state.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::batch::entry::ManifestEntry;
use crate::message::batch::manifest::BatchManifest;
use crate::message::batch::manifest::ManifestStage;
use crate::message::batch::reconciliation::BatchReconciliation;
use crate::message::batch::sealing::ManifestRemoval;
use crate::message::batch::sealing::ManifestReview;
use crate::message::batch::sealing::ManifestSeal;
use crate::message::batch::sealing::RemovalReason;
use crate::message::batch::transit::ReceptionGuarantee;
use crate::message::list;
use crate::message::values::Ordinal;
use crate::moment::Timestamp;
use crate::procedure::batch::account::Account;

/// A fact of a batch; people are the numbers of their entries. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchFact {
    /// Who travels together.
    Listed(Manifest),
    /// What a side says to a version.
    Reviewed {
        /// Which version.
        version: u64,
        /// Entries that it strikes.
        strikes: BTreeSet<u64>,
    },
    /// A side seals what is in force.
    Sealed {
        /// Which version.
        version: u64,
        /// Root over the entries in force.
        root: Digest,
        /// How many they are.
        count: u64,
    },
    /// People are taken off.
    TakenOff(Removal),
    /// The receiving side promises to take people.
    Guaranteed {
        /// Of which version.
        version: u64,
        /// Which entries.
        entries: BTreeSet<u64>,
        /// Until when.
        until: Timestamp,
    },
    /// A Party between lets people through.
    LetThrough {
        /// How many a day.
        daily: u64,
    },
    /// A side says where everybody is.
    Reconciled {
        /// Of which version.
        version: u64,
        /// By its own count.
        account: Account,
    },
}

/// What a manifest states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Which version.
    pub version: u64,
    /// Whether it is put up for sealing.
    pub ready: bool,
    /// From hand to hand: who gives the people, who lets them through, who receives them.
    pub way: Vec<AgencyId>,
    /// How many entries it has.
    pub entries: u64,
    /// Root over them.
    pub root: Digest,
    /// The decisions that grant them, in the order of the entries; none where a proposal names none.
    pub decisions: Vec<MessageId>,
    /// Who answers for each child that no officer is with all the way: the entry of the child, that of the guardian.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guardians: BTreeMap<u64, u64>,
}

/// What a removal states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Of which version.
    pub version: u64,
    /// Which entries.
    pub entries: BTreeSet<u64>,
    /// Why.
    pub reason: RemovalReason,
    /// Root over those that remain.
    pub root: Digest,
    /// How many remain.
    pub remaining: u64,
}

impl BatchFact {
    pub(in crate::procedure) fn listed(body: &BatchManifest) -> Self {
        let sides = [&body.from].into_iter().chain(&body.transit).chain([&body.to]);
        Self::Listed(Manifest {
            version: body.version.get(),
            ready: body.stage == ManifestStage::ForSealing,
            way: sides.map(|side| side.agency.clone()).collect(),
            entries: list::count(body.entries.iter()),
            root: body.entry_root,
            decisions: body.entries.iter().filter_map(|entry| entry.decision_message).collect(),
            guardians: body.entries.iter().filter_map(guarded).collect(),
        })
    }

    /// The messages of other procedures that it rests on.
    pub(in crate::procedure) fn names(&self) -> Vec<MessageId> {
        if let Self::Listed(manifest) = self { manifest.decisions.clone() } else { Vec::new() }
    }

    pub(in crate::procedure) fn reviewed(body: &ManifestReview) -> Self {
        let strikes = body.strikes.iter().map(|strike| strike.n.get()).collect();
        Self::Reviewed { version: body.version.get(), strikes }
    }

    pub(in crate::procedure) const fn sealed(body: &ManifestSeal) -> Self {
        Self::Sealed { version: body.version.get(), root: body.entry_root, count: body.count }
    }

    pub(in crate::procedure) fn taken_off(body: &ManifestRemoval) -> Self {
        Self::TakenOff(Removal {
            version: body.version.get(),
            entries: numbers(&body.n),
            reason: body.reason,
            root: body.new_root,
            remaining: body.remaining,
        })
    }

    pub(in crate::procedure) fn guaranteed(body: &ReceptionGuarantee) -> Self {
        Self::Guaranteed {
            version: body.version.get(),
            entries: numbers(&body.entries),
            until: body.valid_until.at(),
        }
    }

    pub(in crate::procedure) fn reconciled(body: &BatchReconciliation) -> Self {
        Self::Reconciled { version: body.version.get(), account: Account::declared(body) }
    }
}

/// A child and whoever answers for it; none where an officer is with the child all the way.
// spec: bat-73
fn guarded(entry: &ManifestEntry) -> Option<(u64, u64)> {
    let guardian = entry.guardian_entry.filter(|_| !entry.travels_with_officer)?;
    Some((entry.n.get(), guardian.get()))
}

fn numbers(entries: &BTreeSet<Ordinal>) -> BTreeSet<u64> {
    entries.iter().map(|n| n.get()).collect()
}
