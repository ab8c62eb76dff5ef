//! What happened at the line, said by both sides: one certificate for each leg, valid with its countersignature only.

use alloc::collections::BTreeSet;
use alloc::format;
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
use crate::message::list::Bounded;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;
use crate::message::values::TaggedDigest;

choice! {
    /// What became of one person at the line. Source: DOMAIN 2.3.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    HandoverOutcome {
        /// Handed over.
        Transferred = "transferred",
        /// Taken off for the person's health.
        RemovedMedical = "removed-medical",
        /// Taken off as a possible victim.
        RemovedVictim = "removed-victim",
        /// Taken off because the law stands against it.
        RemovedLegal = "removed-legal",
        /// Did not appear.
        NoShow = "no-show",
        /// Escaped.
        Escaped = "escaped",
        /// Not taken by the receiving side.
        RefusedByReceiver = "refused-by-receiver",
    }
}

choice! {
    /// How it was checked who the person is.
    IdentityCheckMethod {
        /// By a photograph.
        Photo = "photo",
        /// By a document.
        Document = "document",
        /// By fingerprints.
        Fingerprint = "fingerprint",
        /// By an iris.
        Iris = "iris",
    }
}

choice! {
    /// What a check of identity showed.
    IdentityCheckResult {
        /// It is the person.
        Confirmed = "confirmed",
        /// It is somebody else.
        Refuted = "refuted",
        /// It cannot be told.
        Inconclusive = "inconclusive",
    }
}

record! {
    /// A check of identity at the line, done by both sides. Source: DOMAIN annex.
    IdentityCheck {
        /// How.
        method: IdentityCheckMethod,
        /// What it showed.
        result: IdentityCheckResult,
    }
}

record! {
    /// What became of one person.
    HandoverResult {
        /// The entry of the manifest, from 1; 1 for a person who travels alone.
        n: Ordinal,
        /// What became of the person.
        outcome: HandoverOutcome,
        /// Who the person is; required when handed over.
        identity_check: Option<IdentityCheck>,
        /// In which condition the person is; required with injuries or a broken seal.
        condition_note: Option<LocalizedText>,
        /// Whether injuries were seen; required when handed over.
        injuries_noted: Option<bool>,
        /// Whether the seal of the property bag is whole; absent without a bag.
        property_bag_seal_ok: Option<bool>,
    }
    rules(at, faults) {
        // spec: msgk-67
        if outcome == Some(HandoverOutcome::Transferred) {
            let check_at = at.key("identity_check");
            let reason = "nobody is handed over without a check of who it is";
            field::demand(identity_check.as_ref(), &check_at, faults, reason);
            let reason = "whoever is handed over was looked at for injuries";
            field::demand(injuries_noted.as_ref(), &at.key("injuries_noted"), faults, reason);
            if let Some(Some(check)) = &identity_check && check.result != IdentityCheckResult::Confirmed {
                let reason = "only a person whose identity both sides confirmed is handed over";
                faults.add(&check_at.key("result"), FaultCode::Conflicting, reason);
            }
        }
        if injuries_noted == Some(Some(true)) || property_bag_seal_ok == Some(Some(false)) {
            let reason = "injuries and a broken seal are described";
            field::demand(condition_note.as_ref(), &at.key("condition_note"), faults, reason);
        }
    }
}

record! {
    /// The releasing side's part of a certificate. Source: DOMAIN 2.3, spec msgk-67.
    HandoverCertificate {
        /// Which leg of the schedule, from 1.
        leg: Ordinal,
        /// Whether it is the last leg.
        last_leg: bool,
        /// Root of the manifest in force; absent when one person travels alone.
        manifest_root: Option<Digest>,
        /// What became of each person; entries differ.
        results: Bounded<HandoverResult, 1, MANIFEST_ENTRIES_MAX>,
        /// How many were handed over.
        count_transferred: u64,
        /// Exhibits that went along.
        exhibits_transferred: Vec<RecordRef>,
        /// Where.
        place: Site,
        /// When.
        at: Instant,
        /// What the releasing side remarks.
        remarks_releasing: Option<LocalizedText>,
    }
    rules(here, faults) {
        // spec: msgk-67
        if let Some(results) = &results {
            let results_at = here.key("results");
            list::refuse_repeated(results.iter().map(|result| result.n), &results_at, faults);
            let transferred = results.iter().filter(|result| result.outcome == HandoverOutcome::Transferred);
            let found = list::count(transferred);
            if let Some(stated) = count_transferred && stated != found {
                let reason = format!("{found} results say transferred, the count says {stated}: count again");
                faults.add(&here.key("count_transferred"), FaultCode::Conflicting, reason);
            }
            if results.as_slice().len() > 1 {
                let reason = "people who travel together stand on a manifest: name its root";
                field::demand(manifest_root.as_ref(), &here.key("manifest_root"), faults, reason);
            }
        }
    }
}

record! {
    /// What both officers declare when no network confirmed what they knew. Source: DOMAIN 3.0.
    OfflineDeclaration {
        /// Digests of the last messages that both sides had confirmed.
        confirmed_heads: BTreeSet<Digest>,
        /// The officer who gave the people.
        releasing_officer: StaffNumber,
        /// The officer who took them.
        receiving_officer: StaffNumber,
        /// What they declare.
        text: LocalizedText,
    }
}

record! {
    /// The receiving side's part of a certificate. Source: DOMAIN 2.3, spec msgk-68.
    CertificateCountersignature {
        /// Digest of the message that has the certificate.
        of: Digest,
        /// Digest of what both officers signed face to face.
        certificate_digest: TaggedDigest,
        /// Whether it was made without a network.
        made_offline: bool,
        /// What the receiving side remarks.
        remarks_receiving: Option<LocalizedText>,
        /// What both officers declare; required when made offline, and only there.
        declaration: Option<OfflineDeclaration>,
    }
    rules(at, faults) {
        // spec: msgk-68
        let declaration_at = at.key("declaration");
        match made_offline {
            Some(true) => {
                let reason = "a certificate made offline has the declaration of both officers";
                field::demand(declaration.as_ref(), &declaration_at, faults, reason);
            }
            Some(false) => {
                let reason = "only a certificate made offline has a declaration";
                field::exclude(declaration.as_ref(), &declaration_at, faults, reason);
            }
            None => {}
        }
    }
}

impl BodyRules for HandoverCertificate {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for CertificateCountersignature {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
