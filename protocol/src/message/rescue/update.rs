//! How a rescue stands.

use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::approval::Voice;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::Minority;
use crate::message::list;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;

choice! {
    /// How a rescue stands. Source: DOMAIN 3.4.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RescueState {
        /// It was reported.
        Reported = "reported",
        /// Somebody looked at it.
        Triaged = "triaged",
        /// The Party of the territory took it over.
        Accepted = "accepted",
        /// The person is looked for.
        Locating = "locating",
        /// It is certain where the person is.
        LocationConfirmed = "location-confirmed",
        /// The rescue is planned.
        Planned = "planned",
        /// The person is out.
        Extracted = "extracted",
        /// The person is screened for signs of a victim.
        Screening = "screening",
        /// The person is protected.
        Protected = "protected",
        /// The way home is arranged.
        ReturnArranged = "return-arranged",
        /// The person is home.
        Returned = "returned",
        /// The person was not found.
        NotFound = "not-found",
        /// The person stays where the person is protected.
        StaysWithProtection = "stays-with-protection",
        /// A grown-up does not want help, and said so in a safe place.
        DeclinedHelp = "declined-help",
        /// There was nothing to it.
        Unfounded = "unfounded",
        /// The person is dead.
        Deceased = "deceased",
        /// The person is no victim, and a prosecutor decides.
        ReferredToJustice = "referred-to-justice",
    }
}

choice! {
    /// Whether the person agrees to what the state says.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    PersonConsents {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Nobody asked yet.
        NotAsked = "not-asked",
    }
}

record! {
    /// A procedure about the same person that is one with this.
    MergedReport {
        /// Which.
        procedure: ProcedureId,
        /// Who began it; it takes part from now on.
        reporter: AgencyId,
    }
}

record! {
    /// Tells how a rescue stands. Source: DOMAIN 2.3, 3.4, spec msgk-86, msgk-132, msgk-133.
    RescueUpdate {
        /// How.
        state: RescueState,
        /// What was done, or is done next.
        action: Option<LocalizedText>,
        /// By when the next step comes, or somebody looks at it again.
        next_by: Instant,
        /// Whether the person is a child; required with a return and where help is declined.
        minor: Option<Minority>,
        /// Whether the person agrees; yes with the return of a grown-up, no where help is declined.
        person_consents: Option<PersonConsents>,
        /// The assessment of age, or the paper, by which somebody who may be a child is a grown-up; only where it says so.
        age_assessment_ref: Option<RecordRef>,
        /// The determination of a child's best interests; required with the return of a child.
        best_interests_ref: Option<RecordRef>,
        /// The assessment of the risk of ill-treatment; required where the return is arranged.
        risk_assessment_ref: Option<RecordRef>,
        /// The prosecutor's decision; required where the person is referred to justice.
        prosecutor_decision_ref: Option<RecordRef>,
        /// Which agency of the State that the person goes home to agrees to the return, once it is known.
        home: Option<AgencyId>,
        /// Procedures about the same person that are one with this; only where it is accepted.
        merged_procedures: Vec<MergedReport>,
        /// The procedure about the same person in which this one goes on; only where it is accepted.
        goes_on_in: Option<ProcedureId>,
    }
    rules(at, faults) {
        // spec: msgk-86
        let merged_at = at.key("merged_procedures");
        let merged = merged_procedures.iter().flatten().map(|report| report.procedure);
        list::refuse_repeated(merged, &merged_at, faults);
        let goes_on_at = at.key("goes_on_in");
        if state.is_some_and(|state| state != RescueState::Accepted) {
            let reason = "reports are merged by the Party that accepts them, where it accepts";
            field::exclude(merged_procedures.as_ref(), &merged_at, faults, reason);
            field::exclude(goes_on_in.as_ref(), &goes_on_at, faults, reason);
        } else if merged_procedures.as_ref().is_some_and(|merged| !merged.is_empty()) {
            let reason = "a procedure takes others in or goes on in another, not both";
            field::exclude(goes_on_in.as_ref(), &goes_on_at, faults, reason);
        }
        let minor_at = at.key("minor");
        // spec: msgk-133
        if minor.flatten() != Some(Minority::No) {
            let reason = "an assessment of age is named where it shows that the person is a grown-up";
            field::exclude(age_assessment_ref.as_ref(), &at.key("age_assessment_ref"), faults, reason);
        }
        // spec: msgk-132
        if state == Some(RescueState::ReturnArranged) {
            let reason = "nobody is sent home without an assessment of the risk of ill-treatment";
            field::demand(risk_assessment_ref.as_ref(), &at.key("risk_assessment_ref"), faults, reason);
        }
        match state {
            Some(RescueState::ReturnArranged | RescueState::Returned) => {
                let reason = "whether the person is a child decides who agrees to the return";
                field::demand(minor.as_ref(), &minor_at, faults, reason);
                match minor.flatten() {
                    Some(Minority::No) => {
                        let reason = "a grown-up returns who agrees to it: yes";
                        consent_is(PersonConsents::Yes, person_consents, (&at.key("person_consents"), faults), reason);
                    }
                    Some(Minority::Yes | Minority::Uncertain) => {
                        let reason = "a child returns after a determination of its best interests";
                        field::demand(best_interests_ref.as_ref(), &at.key("best_interests_ref"), faults, reason);
                    }
                    None => {}
                }
            }
            Some(RescueState::DeclinedHelp) => {
                let reason = "only a grown-up declines help";
                field::demand(minor.as_ref(), &minor_at, faults, reason);
                if minor.flatten().is_some_and(Minority::may_be_child) {
                    faults.add(&minor_at, FaultCode::Conflicting, reason);
                }
                let reason = "whoever declines help does not agree to it: no";
                consent_is(PersonConsents::No, person_consents, (&at.key("person_consents"), faults), reason);
            }
            Some(RescueState::ReferredToJustice) => {
                let reason = "nobody is referred to justice without the prosecutor's decision";
                let decision_at = at.key("prosecutor_decision_ref");
                field::demand(prosecutor_decision_ref.as_ref(), &decision_at, faults, reason);
            }
            Some(_) | None => {}
        }
    }
}

impl RescueState {
    /// Whether somebody who may be a victim is taken for one no longer.
    const fn changes_category(self) -> bool {
        matches!(self, Self::DeclinedHelp | Self::ReferredToJustice)
    }

    /// Whether the person is protected no longer, or nobody looks for the person any more.
    const fn ends_protection(self) -> bool {
        match self {
            Self::Returned
            | Self::NotFound
            | Self::DeclinedHelp
            | Self::Unfounded
            | Self::ReferredToJustice => true,
            Self::Reported
            | Self::Triaged
            | Self::Accepted
            | Self::Locating
            | Self::LocationConfirmed
            | Self::Planned
            | Self::Extracted
            | Self::Screening
            | Self::Protected
            | Self::ReturnArranged
            | Self::StaysWithProtection
            | Self::Deceased => false,
        }
    }
}

/// Demands what the person said.
fn consent_is(
    wanted: PersonConsents,
    said: Option<Option<PersonConsents>>,
    (at, faults): (&Pointer<'_>, &mut Faults),
    reason: &'static str,
) {
    match said {
        Some(None) => faults.add(at, FaultCode::Missing, reason),
        Some(Some(said)) if said != wanted => faults.add(at, FaultCode::Conflicting, reason),
        Some(Some(_)) | None => {}
    }
}

impl BodyRules for RescueUpdate {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    // spec: apr-12
    fn approval(&self, _said: &Said<'_>) -> Approval {
        if self.state.changes_category() { Approval::A2 } else { Approval::A1 }
    }

    // spec: apr-11, apr-13
    fn voices(&self) -> &'static [Voice] {
        match self.state {
            RescueState::Screening | RescueState::Protected | RescueState::DeclinedHelp => {
                &[Voice::Screens]
            }
            RescueState::ReferredToJustice => &[Voice::Screens, Voice::Prosecutes],
            RescueState::Reported
            | RescueState::Triaged
            | RescueState::Accepted
            | RescueState::Locating
            | RescueState::LocationConfirmed
            | RescueState::Planned
            | RescueState::Extracted
            | RescueState::ReturnArranged
            | RescueState::Returned
            | RescueState::StaysWithProtection
            | RescueState::Unfounded
            | RescueState::NotFound
            | RescueState::Deceased => &[],
        }
    }

    // spec: apr-7
    fn saves_lives(&self) -> bool {
        !self.state.ends_protection()
    }
}
