//! What became of a person after the handover, and of the promises made for it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::assurance::AssuranceKind;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::EvidenceItem;
use crate::message::list;
use crate::message::offence::Penalty;
use crate::message::offence::PenaltyKind;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;
use crate::moment::Span;

choice! {
    /// What became of the case. Source: DOMAIN 2.3.
    CaseOutcome {
        /// Charges were brought.
        Charged = "charged",
        /// The person was acquitted.
        Acquitted = "acquitted",
        /// A sentence was passed.
        Sentenced = "sentenced",
        /// The person was set free.
        Released = "released",
    }
}

record! {
    /// Whether a promise was kept so far.
    AssuranceKept {
        /// Which.
        kind: AssuranceKind,
        /// Whether it was kept.
        kept: bool,
        /// How, or why not; required when it was not.
        note: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-71
        if kept == Some(false) {
            field::demand(note.as_ref(), &at.key("note"), faults, "an assurance that was not kept says why");
        }
    }
}

record! {
    /// An offence that the request did not name, and for which consent was given afterwards.
    ConsentedOffence {
        /// The decision that gives it.
        consent: MessageId,
        /// Which of the offences of the request for consent, from 1.
        offence: Ordinal,
    }
}

record! {
    /// Tells what became of the case. Source: DOMAIN 2.3, spec msgk-71.
    CaseOutcomeNotice {
        /// What.
        outcome: CaseOutcome,
        /// When it was decided.
        decided_on: CivilDate,
        /// By which court or authority.
        decided_by: Line,
        /// About which of the request's offences, from 1.
        offences: Option<BTreeSet<Ordinal>>,
        /// About which offences by a consent given afterwards; none twice. It is about one offence at least, of either kind.
        by_consent: Vec<ConsentedOffence>,
        /// The sentence; required when one was passed, and only then.
        sentence: Option<Penalty>,
        /// Which promises were kept; kinds differ.
        assurances_kept: Vec<AssuranceKept>,
        /// Whether property that was handed over is settled.
        property_settled: bool,
        /// Whether no other notice will follow.
        last_notice: bool,
    }
    rules(at, faults) {
        // spec: msgk-71
        let sentence_at = at.key("sentence");
        match outcome {
            Some(CaseOutcome::Sentenced) => {
                field::demand(sentence.as_ref(), &sentence_at, faults, "a sentence is named");
            }
            Some(CaseOutcome::Charged | CaseOutcome::Acquitted | CaseOutcome::Released) => {
                field::exclude(sentence.as_ref(), &sentence_at, faults, "only a sentence that was passed is named");
            }
            None => {}
        }
        if outcome == Some(CaseOutcome::Charged) && last_notice == Some(true) {
            let reason = "a case does not end with its charges: another notice follows";
            faults.add(&at.key("last_notice"), FaultCode::Conflicting, reason);
        }

        // spec: spc-1
        let consented = by_consent.iter().flatten().map(|entry| (entry.consent, entry.offence));
        list::refuse_repeated(consented, &at.key("by_consent"), faults);
        if offences == Some(None) && by_consent.as_ref().is_some_and(Vec::is_empty) {
            let reason = "a case is about an offence of the request, or one by consent";
            faults.add(&at.key("offences"), FaultCode::Missing, reason);
        }

        let kept_at = at.key("assurances_kept");
        list::refuse_repeated(assurances_kept.iter().flatten().map(|entry| entry.kind), &kept_at, faults);
        let death = matches!(&sentence, Some(Some(Penalty { kind: PenaltyKind::Death, .. })));
        for (index, entry) in assurances_kept.iter().flatten().enumerate() {
            if death && entry.kept && entry.kind == AssuranceKind::NoDeathPenalty {
                let reason = "a sentence of death does not keep the assurance that there is none";
                faults.add(&kept_at.item(index).key("kept"), FaultCode::Conflicting, reason);
            }
        }
    }
}

choice! {
    /// What happened after a handover.
    HandoverIncidentKind {
        /// Ill-treatment was alleged or found.
        IllTreatment = "ill-treatment",
        /// The person was brought to a hospital.
        Hospitalised = "hospitalised",
        /// The person died.
        Death = "death",
        /// The person escaped.
        Escape = "escape",
        /// An assurance was not kept.
        AssuranceNotKept = "assurance-not-kept",
        /// A visit that had been agreed was not allowed.
        AccessDenied = "access-denied",
        /// The person was free to leave, and stayed: the person may be tried for anything.
        StayedFree = "stayed-free",
        /// The person left and came back freely: the same.
        LeftAndReturned = "left-and-returned",
        /// Something else.
        Other = "other",
    }
}

impl HandoverIncidentKind {
    /// Whether it ends the promise to try the person for what was granted only.
    pub const fn ends_specialty(self) -> bool {
        match self {
            Self::StayedFree | Self::LeftAndReturned => true,
            Self::IllTreatment
            | Self::Hospitalised
            | Self::Death
            | Self::Escape
            | Self::AssuranceNotKept
            | Self::AccessDenied
            | Self::Other => false,
        }
    }
}

/// The shortest time for which a person was free to leave, before having stayed means anything. Source: DOMAIN 4.2, a
/// proposal [P]: treaties say 30 to 45 days.
pub const STAYED_DAYS_MIN: u32 = 30;

record! {
    /// Tells of something that happened to a person after the handover. Source: DOMAIN 2.3, spec msgk-72.
    PostHandoverIncident {
        /// What kind.
        kind: HandoverIncidentKind,
        /// When.
        at: Instant,
        /// Where.
        place: Option<Site>,
        /// What happened.
        what: LocalizedText,
        /// Which assurance; required when one was not kept.
        assurance: Option<AssuranceKind>,
        /// Since when the person was free to leave; required when the person stayed, and only then.
        free_since: Option<Instant>,
        /// What proves it; required with what ends the specialty, and only there.
        proof: Vec<EvidenceItem>,
        /// What is done about it.
        measures: LocalizedText,
        /// When there will be news.
        next_report_by: Option<Instant>,
    }
    rules(here, faults) {
        // spec: msgk-72
        if kind == Some(HandoverIncidentKind::AssuranceNotKept) {
            let reason = "an assurance that was not kept is named";
            field::demand(assurance.as_ref(), &here.key("assurance"), faults, reason);
        }
        if let Some(kind) = kind {
            let proof_at = here.key("proof");
            if kind.ends_specialty() {
                let reason = "what ends a person's protection is proven";
                field::demand(proof.as_ref(), &proof_at, faults, reason);
            } else {
                let reason = "only what ends the specialty is proven here";
                field::exclude(proof.as_ref(), &proof_at, faults, reason);
            }
            stay_agrees(kind, at.as_ref(), free_since.as_ref(), &here.key("free_since"), faults);
        }
    }
}

/// Whoever stayed was free to leave for long enough; nobody else says since when.
// spec: spc-2
fn stay_agrees(
    kind: HandoverIncidentKind,
    happened: Option<&Instant>,
    free_since: Option<&Option<Instant>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if kind != HandoverIncidentKind::StayedFree {
        let reason = "only of somebody who stayed it is said since when the person was free";
        field::exclude(free_since, at, faults, reason);
        return;
    }
    let reason = "whoever says that a person stayed says since when the person was free to leave";
    field::demand(free_since, at, faults, reason);
    if let (Some(happened), Some(Some(since))) = (happened, free_since)
        && happened.at() < since.at().after(Span::from_days(STAYED_DAYS_MIN))
    {
        let reason = "a person has stayed who was free to leave for 30 days at least";
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl BodyRules for CaseOutcomeNotice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for PostHandoverIncident {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
