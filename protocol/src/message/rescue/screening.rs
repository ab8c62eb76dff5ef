//! Whether a person is a victim: a gate, and the only way in which a category changes.

use alloc::collections::BTreeSet;

use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::approval::Approval;
use crate::message::approval::Voice;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::VictimIndicator;
use crate::message::list;
use crate::message::list::Stated;
use crate::message::person::PersonRecord;
use crate::message::person::SubjectCategory;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;
use crate::message::time::CivilDate;

choice! {
    /// What a screening found. Source: DOMAIN 2.3.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    ScreeningOutcome {
        /// There are reasonable indications of a victim.
        PresumedVictim = "presumed-victim",
        /// The person is formally identified as a victim.
        Victim = "victim",
        /// There is no indication.
        NoIndication = "no-indication",
        /// It cannot be told yet.
        Undetermined = "undetermined",
    }
}

impl ScreeningOutcome {
    /// Whether the person is a presumed or identified victim.
    pub const fn is_victim(self) -> bool {
        match self {
            Self::PresumedVictim | Self::Victim => true,
            Self::NoIndication | Self::Undetermined => false,
        }
    }

    /// Whether a person in that role can have it.
    fn allows(self, category: SubjectCategory) -> bool {
        match self {
            Self::PresumedVictim => category == SubjectCategory::PresumedVictim,
            Self::Victim => category == SubjectCategory::Victim,
            Self::NoIndication => !category.is_victim(),
            Self::Undetermined => true,
        }
    }
}

choice! {
    /// What was so in the interview.
    InterviewCondition {
        /// Whoever asked was trained for it.
        TrainedInterviewer = "trained-interviewer",
        /// Whoever interpreted has nothing to do with the group, or nobody had to interpret.
        IndependentInterpreter = "independent-interpreter",
        /// Nobody else listened.
        Private = "private",
        /// Whoever asked was of the sex that the person wished.
        GenderAsWished = "gender-as-wished",
        /// A legal adviser was offered.
        LegalAdviserOffered = "legal-adviser-offered",
    }
}

/// Without these nothing that a person says shows that there is no indication.
const NEEDED: [InterviewCondition; 3] = [
    InterviewCondition::TrainedInterviewer,
    InterviewCondition::IndependentInterpreter,
    InterviewCondition::Private,
];

record! {
    /// Whether the person agrees that an agency is told.
    ShareConsent {
        /// Which agency.
        agency: AgencyId,
        /// Whether the person agrees.
        given: bool,
    }
}

choice! {
    /// The prosecutor's view on acts committed under coercion.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    NonPunishmentReview {
        /// Not decided yet.
        Pending = "pending",
        /// The person is not punished for them.
        Applies = "applies",
        /// There is nothing of the kind.
        NotApplicable = "not-applicable",
    }
}

record! {
    /// Tells whether a person is a victim. Source: DOMAIN 2.3, spec msgk-87.
    VictimScreeningReport {
        /// Whom, in the role that the outcome gives.
        person: PersonRecord,
        /// Signs that were found; each once.
        indicators: Stated<VictimIndicator>,
        /// What was found.
        outcome: ScreeningOutcome,
        /// What was so in the interview.
        interview_conditions: BTreeSet<InterviewCondition>,
        /// What the person needs.
        needs: Stated<LocalizedText>,
        /// Which agencies the person lets know; agencies differ, and one that is not named is not told.
        consent_to_share: Stated<ShareConsent>,
        /// To whom the person was referred for help.
        referral: Option<LocalizedText>,
        /// The prosecutor's view; required for a presumed or identified victim.
        non_punishment_review: Option<NonPunishmentReview>,
        /// The handover in which signs of a victim were found; where a rescue takes the person over.
        rerouted_from: Option<ProcedureId>,
    }
    rules(at, faults) {
        // spec: msgk-87
        let indicators_at = at.key("indicators");
        let signs = || indicators.iter().flat_map(|indicators| indicators.as_slice());
        list::refuse_repeated(signs(), &indicators_at, faults);
        let consents = consent_to_share.iter().flat_map(|consents| consents.as_slice());
        list::refuse_repeated(consents.map(|consent| &consent.agency), &at.key("consent_to_share"), faults);

        if outcome.is_some_and(ScreeningOutcome::is_victim) {
            if indicators.is_some() && signs().next().is_none() {
                faults.add(&indicators_at, FaultCode::TooFew, "a victim is found by at least one sign");
            }
            let reason = "a prosecutor looks at what a victim did under coercion: pending until then";
            field::demand(non_punishment_review.as_ref(), &at.key("non_punishment_review"), faults, reason);
        }
        if outcome == Some(ScreeningOutcome::NoIndication) {
            if signs().next().is_some() {
                let reason = "where a sign was found there is an indication: say undetermined, or a presumed victim";
                faults.add(&indicators_at, FaultCode::Conflicting, reason);
            }
            if let Some(conditions) = &interview_conditions {
                interview_counts(conditions, &at.key("interview_conditions"), faults);
            }
        }
        if let (Some(outcome), Some(person)) = (outcome, &person) && !outcome.allows(person.category) {
            let reason = "the person appears in the role that the screening found";
            faults.add(&at.key("person").key("category"), FaultCode::Conflicting, reason);
        }
    }
}

/// An interview in front of others, or by somebody of the group, shows nothing.
fn interview_counts(
    conditions: &BTreeSet<InterviewCondition>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if !NEEDED.iter().all(|needed| conditions.contains(needed)) {
        let reason = "no indication counts after a private interview by somebody trained, with an independent \
                      interpreter: say undetermined otherwise";
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl VictimScreeningReport {
    /// Whether the person could speak freely: with somebody trained, in private, with an independent interpreter.
    pub fn is_free(&self) -> bool {
        NEEDED.iter().all(|needed| self.interview_conditions.contains(needed))
    }
}

impl BodyRules for VictimScreeningReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    // spec: apr-11, apr-13
    fn voices(&self) -> &'static [Voice] {
        match self.non_punishment_review {
            None | Some(NonPunishmentReview::Pending) => &[Voice::Screens],
            Some(NonPunishmentReview::Applies | NonPunishmentReview::NotApplicable) => {
                &[Voice::Screens, Voice::Prosecutes]
            }
        }
    }

    // spec: res-61
    fn may_be_child(&self, on: CivilDate) -> bool {
        self.person.birth.as_ref().is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on))
    }
}
