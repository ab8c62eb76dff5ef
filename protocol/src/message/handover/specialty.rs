//! A person is tried for what was granted, and stays where the person was handed over to, unless consent is given.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::assurance::Assurance;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::handover::request::EvidenceItem;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::offence::Offence;
use crate::message::pointer::Pointer;
use crate::message::refusal_ground;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::values::Country;
use crate::message::values::Ordinal;

record! {
    /// Giving the person on to a third State.
    OnwardSurrender {
        /// Which State.
        to: Country,
        /// For which offences.
        offences: OneOrMore<Offence>,
    }
}

tagged! {
    /// What the consent is asked for. Source: DOMAIN 2.3.
    SpecialtyMatter {
        /// Trying the person for further offences.
        NewOffences(OneOrMore<Offence>) = "new_offences",
        /// Giving the person on.
        OnwardSurrender(OnwardSurrender) = "onward_surrender",
    }
}

// spec: msgk-69
record! {
    /// Asks for what the grant did not cover. Source: DOMAIN 2.3, spec msgk-69.
    SpecialtyConsentRequest {
        /// The decision that granted the handover.
        of: MessageId,
        /// What the consent is asked for.
        matter: SpecialtyMatter,
        /// What happened.
        facts: LocalizedText,
        /// What proves it.
        evidence_pack: OneOrMore<EvidenceItem>,
        /// What the person says to it.
        statement_of_person: Option<LocalizedText>,
        /// Promises.
        assurances: Vec<Assurance>,
    }
}

choice! {
    /// Whether consent is given.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    SpecialtyConsent {
        /// It is.
        Given = "given",
        /// It is once conditions are met.
        GivenConditional = "given-conditional",
        /// It is not.
        Refused = "refused",
    }
}

record! {
    /// Whether consent is given for one offence.
    OffenceConsent {
        /// Which of the request's offences, from 1.
        offence: Ordinal,
        /// Whether it is given.
        consent: SpecialtyConsent,
    }
}

record! {
    /// Decides on such a request. Source: DOMAIN 2.3, spec msgk-69.
    SpecialtyConsentDecision {
        /// The request.
        of: MessageId,
        /// Whether consent is given.
        consent: SpecialtyConsent,
        /// And for each offence; offences differ.
        per_offence: OneOrMore<OffenceConsent>,
        /// Conditions; required with a conditional consent, and only there.
        conditions: Vec<LocalizedText>,
        /// Why; required when an offence or the whole is refused.
        grounds: Vec<StatedGround>,
        /// The assessment of the risk of ill-treatment; required when consent is given.
        risk_assessment_ref: Option<RecordRef>,
        /// Why the law allows to do without the promise that the person's life is spared; only with a consent.
        death_penalty_waiver: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-69
        let each = || per_offence.iter().flat_map(|per_offence| per_offence.iter());
        list::refuse_repeated(each().map(|entry| entry.offence), &at.key("per_offence"), faults);
        let grounds_at = at.key("grounds");
        refusal_ground::refuse_information_grounds(grounds.iter().flatten(), &grounds_at, faults);
        if consent == Some(SpecialtyConsent::Refused) || each().any(|entry| entry.consent == SpecialtyConsent::Refused) {
            field::demand(grounds.as_ref(), &grounds_at, faults, "a refusal, of the whole or of an offence, names its grounds");
        }
        if let (Some(consent), Some(per_offence)) = (consent, &per_offence) {
            offences_agree(consent, per_offence, &at.key("per_offence"), faults);
        }

        let (conditions_at, risk_at) = (at.key("conditions"), at.key("risk_assessment_ref"));
        match consent {
            Some(SpecialtyConsent::GivenConditional) => {
                field::demand(conditions.as_ref(), &conditions_at, faults, "a conditional consent names its conditions");
            }
            Some(SpecialtyConsent::Given | SpecialtyConsent::Refused) => {
                field::exclude(conditions.as_ref(), &conditions_at, faults, "only a conditional consent has conditions");
            }
            None => {}
        }
        if matches!(consent, Some(SpecialtyConsent::Given | SpecialtyConsent::GivenConditional)) {
            let reason = "no consent without an assessment of the risk of ill-treatment";
            field::demand(risk_assessment_ref.as_ref(), &risk_at, faults, reason);
        }
        // spec: msgk-135
        if consent == Some(SpecialtyConsent::Refused) {
            let reason = "only a consent can do without that promise";
            field::exclude(death_penalty_waiver.as_ref(), &at.key("death_penalty_waiver"), faults, reason);
        }
    }
}

/// A consent covers an offence, a refusal none.
fn offences_agree(
    consent: SpecialtyConsent,
    per_offence: &OneOrMore<OffenceConsent>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let covers = per_offence.iter().any(|entry| entry.consent != SpecialtyConsent::Refused);
    let (agree, reason) = match consent {
        SpecialtyConsent::Given | SpecialtyConsent::GivenConditional => {
            (covers, "a consent covers an offence")
        }
        SpecialtyConsent::Refused => (!covers, "a refusal refuses every offence"),
    };
    if !agree {
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl BodyRules for SpecialtyConsentRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for SpecialtyConsentDecision {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
