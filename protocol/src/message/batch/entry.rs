//! One person on a manifest.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::Minority;
use crate::message::list::OneOrMore;
use crate::message::name::PersonName;
use crate::message::partial_date::PartialDate;
use crate::message::person::IdentityDocument;
use crate::message::person::NationalityClaim;
use crate::message::person::SubjectCategory;
use crate::message::text::LanguageTag;
use crate::message::text::ListCode;
use crate::message::text::PaperNumber;
use crate::message::text::RecordRef;
use crate::message::values::Ordinal;

choice! {
    /// Whether a person can travel, by a medical officer's finding.
    Fitness {
        /// Fit.
        Fit = "fit",
        /// Fit with somebody who cares for the person.
        FitWithEscort = "fit-with-escort",
        /// Not fit.
        Unfit = "unfit",
    }
}

choice! {
    /// How dangerous the transfer of a person is.
    TransferRisk {
        /// Hardly.
        Low = "low",
        /// Rather.
        Medium = "medium",
        /// Very: such a person has escorts of its own.
        High = "high",
    }
}

record! {
    /// One person on a manifest. Source: DOMAIN 2.3, spec msgk-76, msgk-77, msgk-78.
    ManifestEntry {
        /// Its number, from 1.
        n: Ordinal,
        /// Whom.
        person_ref: RecordRef,
        /// Names, the one that is called out at the release first.
        names_in_release_order: OneOrMore<PersonName>,
        /// When the person was born.
        birth: Option<PartialDate>,
        /// The paper that the person travels with.
        document: Option<IdentityDocument>,
        /// The nationality, and how it stands.
        nationality_status: NationalityClaim,
        /// In which role the person appears; never a presumed or identified victim.
        category: SubjectCategory,
        /// The message that granted the handover; required for sealing.
        decision_message: Option<MessageId>,
        /// Whether somebody compared the person with the handover of that decision, where no mark connects them.
        decision_checked: Option<bool>,
        /// The screening for signs of a victim; required for sealing.
        screening_ref: Option<RecordRef>,
        /// Whether the person can travel.
        fitness: Fitness,
        /// How dangerous it is.
        risk: TransferRisk,
        /// With whom the person must not travel.
        separation_codes: Vec<ListCode>,
        /// Whether medical care is needed on the way.
        medical_flag: bool,
        /// The sealed bag with the person's property.
        property_bag_no: Option<PaperNumber>,
        /// Whether the person is a child.
        minor: Minority,
        /// The entry of the grown-up who answers for a child.
        guardian_entry: Option<Ordinal>,
        /// Whether an officer is with the person all the way, apart from the others.
        travels_with_officer: bool,
        /// The language that is interpreted for the person.
        interpreter_lang: Option<LanguageTag>,
    }
    rules(at, faults) {
        // spec: msgk-77
        if category.is_some_and(SubjectCategory::is_victim) {
            let reason = "a presumed or identified victim stands on no manifest: the person is brought home as a rescue";
            faults.add(&at.key("category"), FaultCode::Conflicting, reason);
        }
        // spec: msgk-78
        let guardian_at = at.key("guardian_entry");
        match (minor, travels_with_officer) {
            (Some(Minority::Yes | Minority::Uncertain), Some(false)) => {
                let reason = "a child travels with its guardian, or with an officer and apart from others";
                field::demand(guardian_entry.as_ref(), &guardian_at, faults, reason);
            }
            (Some(Minority::No), _) => {
                let reason = "only a child has a guardian";
                field::exclude(guardian_entry.as_ref(), &guardian_at, faults, reason);
            }
            (Some(Minority::Yes | Minority::Uncertain), Some(true) | None) | (None, _) => {}
        }
    }
}
