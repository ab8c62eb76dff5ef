//! What became of a person after the handover, and of the promises made for it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::assurance::AssuranceKind;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::offence::Penalty;
use crate::message::offence::PenaltyKind;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;

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
    /// Tells what became of the case. Source: DOMAIN 2.3, spec msgk-71.
    CaseOutcomeNotice {
        /// What.
        outcome: CaseOutcome,
        /// When it was decided.
        decided_on: CivilDate,
        /// By which court or authority.
        decided_by: Line,
        /// About which of the request's offences, from 1.
        offences: BTreeSet<Ordinal>,
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
        /// Something else.
        Other = "other",
    }
}

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
