//! Parties review a manifest, seal it, and take people off it; after the seal nobody is added.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::text::LocalizedText;
use crate::message::values::Ordinal;

record! {
    /// An entry that a Party does not agree to.
    Strike {
        /// Its number.
        n: Ordinal,
        /// Why.
        reason: LocalizedText,
    }
}

record! {
    /// What a Party says to a version of a manifest. Source: DOMAIN 3.2, spec msgk-79.
    ManifestReview {
        /// Which version, from 1.
        version: Ordinal,
        /// Entries that it strikes; numbers differ.
        strikes: Vec<Strike>,
        /// Whether it confirms every entry that it does not strike.
        confirms: bool,
    }
    rules(at, faults) {
        // spec: msgk-79
        let strikes_at = at.key("strikes");
        list::refuse_repeated(strikes.iter().flatten().map(|strike| strike.n), &strikes_at, faults);
        if confirms == Some(false) {
            let reason = "a review that does not confirm names the entries that stand against it";
            field::demand(strikes.as_ref(), &strikes_at, faults, reason);
        }
    }
}

record! {
    /// Seals a version of a manifest, or what is left of it after a removal. Source: DOMAIN 3.2, spec msgk-80.
    ManifestSeal {
        /// Which version, from 1.
        version: Ordinal,
        /// Root over the entries in force.
        entry_root: Digest,
        /// How many they are.
        count: u64,
    }
    rules(at, faults) {
        // spec: msgk-80
        if count.is_some_and(|count| count == 0 || is_beyond_a_manifest(count)) {
            let reason = "a manifest that is sealed has 1 to 500 entries";
            faults.add(&at.key("count"), FaultCode::OutOfRange, reason);
        }
    }
}

choice! {
    /// Why people are taken off a sealed manifest.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RemovalReason {
        /// For their health.
        RemovedMedical = "removed-medical",
        /// As possible victims.
        RemovedVictim = "removed-victim",
        /// Because the law stands against it.
        RemovedLegal = "removed-legal",
        /// For another reason.
        Other = "other",
    }
}

record! {
    /// Takes people off a sealed manifest. Source: DOMAIN 3.2, spec msgk-80.
    ManifestRemoval {
        /// Which version was sealed, from 1.
        version: Ordinal,
        /// Numbers of the entries.
        n: BTreeSet<Ordinal>,
        /// Why.
        reason: RemovalReason,
        /// The reason in words; required when it is another one.
        note: Option<LocalizedText>,
        /// Root over the entries that remain.
        new_root: Digest,
        /// How many remain.
        remaining: u64,
    }
    rules(at, faults) {
        // spec: msgk-80
        if reason == Some(RemovalReason::Other) {
            field::demand(note.as_ref(), &at.key("note"), faults, "another reason is written out");
        }
        if let (Some(n), Some(remaining)) = (&n, remaining)
            && is_beyond_a_manifest(remaining.saturating_add(list::count(n.iter())))
        {
            let text = "those who are taken off and those who remain are at most 500";
            faults.add(&at.key("remaining"), FaultCode::OutOfRange, text);
        }
    }
}

fn is_beyond_a_manifest(count: u64) -> bool {
    usize::try_from(count).map_or(true, |count| count > MANIFEST_ENTRIES_MAX)
}

impl BodyRules for ManifestReview {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for ManifestSeal {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for ManifestRemoval {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
