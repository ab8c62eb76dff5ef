//! The people who travel together, in numbered entries under one root.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::batch::entry::Fitness;
use crate::message::batch::entry::ManifestEntry;
use crate::message::batch::entry::TransferRisk;
use crate::message::batch::root;
use crate::message::batch::root::SaltSeed;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::Minority;
use crate::message::handover::request::TransferChannel;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::values::Ordinal;

/// The entries of a manifest.
pub type ManifestEntries = Bounded<ManifestEntry, 1, MANIFEST_ENTRIES_MAX>;

choice! {
    /// What a manifest is sent for.
    ManifestStage {
        /// So that each Party strikes or confirms entries.
        Proposal = "proposal",
        /// So that the Parties seal it.
        ForSealing = "for-sealing",
    }
}

record! {
    /// One side of a batch: a Party, and the agency that acts for it.
    BatchSide {
        /// The Party.
        party: Party,
        /// Its agency, which seals, gives or takes the people.
        agency: AgencyId,
    }
}

record! {
    /// How many people of each sex, as papers state it.
    SexCounts {
        /// Female.
        female: u64,
        /// Male.
        male: u64,
        /// Another one, or not specified.
        other: u64,
        /// Not known.
        unknown: u64,
    }
}

record! {
    /// Counts that two custody officers compare.
    ManifestCounts {
        /// All entries.
        total: u64,
        /// By sex.
        by_sex: SexCounts,
        /// Who is, or may be, a child.
        minors: u64,
        /// Whose risk is high.
        high_risk: u64,
    }
    rules(at, faults) {
        // spec: msgk-75
        if let (Some(total), Some(sexes)) = (total, &by_sex) {
            let sum = [sexes.female, sexes.male, sexes.other, sexes.unknown].into_iter().fold(0, u64::saturating_add);
            counts_agree((sum, total), &at.key("by_sex"), faults);
        }
    }
}

record! {
    /// Proposes who travels together, or puts it up for sealing. Source: DOMAIN 2.3, spec msgk-75, msgk-76, bat-66.
    BatchManifest {
        /// The batch.
        batch_id: RecordRef,
        /// Which version, from 1.
        version: Ordinal,
        /// What it is sent for.
        stage: ManifestStage,
        /// By which legal way.
        channel: TransferChannel,
        /// Which Party gives the people.
        from: BatchSide,
        /// Which Party receives them in the end.
        to: BatchSide,
        /// Which Parties they cross, in order.
        transit: Vec<BatchSide>,
        /// The people, in order of their numbers.
        entries: ManifestEntries,
        /// From which the salts of the entries come.
        salt_seed: SaltSeed,
        /// Merkle root over the entries in order, each leaf salted.
        entry_root: Digest,
        /// What both sides count.
        counts: ManifestCounts,
        /// Who goes with them.
        escort_plan_ref: Option<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-75
        let (to_at, transit_at) = (at.key("to"), at.key("transit"));
        let ends = [from.as_ref(), to.as_ref()].map(|side| side.map(|side| &side.party));
        if from.is_some() && ends[0] == ends[1] {
            faults.add(&to_at, FaultCode::Conflicting, "a batch goes from one Party to another");
        }
        list::refuse_repeated(transit.iter().flatten().map(|side| &side.party), &transit_at, faults);
        for (index, side) in transit.iter().flatten().enumerate() {
            if ends.contains(&Some(&side.party)) {
                let reason = "a transit Party is neither the first nor the last";
                faults.add(&transit_at.item(index), FaultCode::Conflicting, reason);
            }
        }
        if let (Some(from), Some(to), Some(transit)) = (&from, &to, &transit) {
            agencies_differ(from, to, (transit, at), faults);
        }

        if let Some(entries) = &entries {
            let entries_at = at.key("entries");
            list::demand_sequence(entries.iter().map(|entry| entry.n.get()), "n", &entries_at, faults);
            entries_differ(entries, &entries_at, faults);
            guardians_answer(entries, &entries_at, faults);
            if stage == Some(ManifestStage::ForSealing) {
                entries_are_ready(entries, &entries_at, faults);
            }
            if let Some(counts) = &counts {
                entries_are_counted(entries, counts, &at.key("counts"), faults);
            }
            // spec: bat-34
            if faults.is_empty() && let (Some(seed), Some(said)) = (&salt_seed, entry_root) {
                let in_order: Vec<&ManifestEntry> = entries.iter().collect();
                if root::over(&in_order, seed) != Some(said) {
                    let reason = "the root is the one over these entries with salts from this seed";
                    faults.add(&at.key("entry_root"), FaultCode::Conflicting, reason);
                }
            }
        }
    }
}

/// No agency acts for two Parties.
fn agencies_differ(
    from: &BatchSide,
    to: &BatchSide,
    (transit, at): (&[BatchSide], &Pointer<'_>),
    faults: &mut Faults,
) {
    let reason = "each Party of a batch has an agency of its own";
    let transit_at = at.key("transit");
    if from.agency == to.agency && from.party != to.party {
        faults.add(&at.key("to").key("agency"), FaultCode::Conflicting, reason);
    }
    for (index, side) in transit.iter().enumerate() {
        let before = transit.iter().take(index).chain([from, to]);
        let taken = before.filter(|other| other.party != side.party);
        if taken.map(|other| &other.agency).any(|agency| *agency == side.agency) {
            faults.add(&transit_at.item(index).key("agency"), FaultCode::Conflicting, reason);
        }
    }
}

/// Adds a fault when a count is not what was found.
fn counts_agree((found, stated): (u64, u64), at: &Pointer<'_>, faults: &mut Faults) {
    if found != stated {
        let reason = format!("{found} and {stated} are to be the same number: count again");
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

/// Whoever answers for a child is a grown-up of the same manifest.
// spec: msgk-78
fn guardians_answer(entries: &ManifestEntries, at: &Pointer<'_>, faults: &mut Faults) {
    for (index, entry) in entries.iter().enumerate() {
        let is_adult = |guardian: Ordinal| {
            entries.iter().any(|other| other.n == guardian && other.minor == Minority::No)
        };
        if entry.guardian_entry.is_some_and(|guardian| !is_adult(guardian)) {
            let reason = "a guardian is an entry of this manifest and certainly no child";
            faults.add(&at.item(index).key("guardian_entry"), FaultCode::Conflicting, reason);
        }
    }
}

/// A decision is about one person: nobody travels twice, and nobody on the decision about somebody else.
// spec: bat-66
fn entries_differ(entries: &ManifestEntries, at: &Pointer<'_>, faults: &mut Faults) {
    let (mut people, mut decisions) = (BTreeSet::new(), BTreeSet::new());
    for (index, entry) in entries.iter().enumerate() {
        let at = at.item(index);
        if !people.insert(&entry.person_ref) {
            let reason = "each person stands on a manifest once";
            faults.add(&at.key("person_ref"), FaultCode::Repeated, reason);
        }
        if entry.decision_message.is_some_and(|decision| !decisions.insert(decision)) {
            let reason = "a decision grants one person: name the one that granted this person";
            faults.add(&at.key("decision_message"), FaultCode::Repeated, reason);
        }
    }
}

/// Nobody is sealed who was not granted and screened, or is not fit to travel.
// spec: msgk-76
fn entries_are_ready(entries: &ManifestEntries, at: &Pointer<'_>, faults: &mut Faults) {
    for (index, entry) in entries.iter().enumerate() {
        let at = at.item(index);
        let reason = "an entry is sealed with the decision that granted it";
        field::demand(Some(&entry.decision_message), &at.key("decision_message"), faults, reason);
        let reason = "an entry is sealed with its screening for signs of a victim";
        field::demand(Some(&entry.screening_ref), &at.key("screening_ref"), faults, reason);
        if entry.fitness == Fitness::Unfit {
            let reason = "nobody who is unfit to travel is sealed: take the entry out";
            faults.add(&at.key("fitness"), FaultCode::Conflicting, reason);
        }
    }
}

/// The counts are those of the entries.
// spec: msgk-75
fn entries_are_counted(
    entries: &ManifestEntries,
    counts: &ManifestCounts,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let total = list::count(entries.iter());
    let minors = list::count(entries.iter().filter(|entry| entry.minor.may_be_child()));
    let high = list::count(entries.iter().filter(|entry| entry.risk == TransferRisk::High));
    counts_agree((total, counts.total), &at.key("total"), faults);
    counts_agree((minors, counts.minors), &at.key("minors"), faults);
    counts_agree((high, counts.high_risk), &at.key("high_risk"), faults);
}

impl BodyRules for BatchManifest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    fn approval(&self, _said: &Said<'_>) -> Approval {
        match self.stage {
            ManifestStage::Proposal => Approval::A2,
            ManifestStage::ForSealing => Approval::A3,
        }
    }

    /// What cannot be said on that day: that somebody who may be under 18 is certainly no child.
    // spec: msgk-78
    fn check_on(&self, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
        let at = at.key("entries");
        for (index, entry) in self.entries.iter().enumerate() {
            let may_be_child =
                entry.birth.as_ref().is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on));
            if may_be_child && entry.minor == Minority::No {
                let reason =
                    "by the latest date of birth the person may be under 18: say yes or uncertain";
                faults.add(&at.item(index).key("minor"), FaultCode::Conflicting, reason);
            }
        }
    }
}
