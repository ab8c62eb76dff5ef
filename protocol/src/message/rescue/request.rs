//! Somebody needs help, and a call can kill.

use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::Minority;
use crate::message::identifier::Identifier;
use crate::message::intelligence::report::Confidence;
use crate::message::list::Stated;
use crate::message::person::PersonRecord;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Money;
use crate::message::values::Site;

choice! {
    /// Who reported it.
    ReporterKind {
        /// The person.
        Person = "person",
        /// The family.
        Family = "family",
        /// Somebody who saw it.
        Witness = "witness",
        /// A consulate.
        Consulate = "consulate",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// An agency.
        Agency = "agency",
    }
}

record! {
    /// What is demanded for letting the person go.
    Ransom {
        /// How much.
        amount: Money,
        /// To which account or address.
        account: Option<Identifier>,
    }
}

record! {
    /// How the family is reached.
    FamilyContact {
        /// Who.
        name: Line,
        /// By which number or address.
        identifier: Identifier,
        /// In which language.
        lang: LanguageTag,
    }
}

choice! {
    /// Whether the person agreed to be helped.
    RescueConsent {
        /// Yes.
        Given = "given",
        /// It is not known.
        Unknown = "unknown",
        /// No.
        Refused = "refused",
    }
}

record! {
    /// Asks that somebody be rescued. Source: DOMAIN 2.3, spec msgk-85.
    RescueRequest {
        /// Who reported it.
        reported_by_kind: ReporterKind,
        /// Whom, where it is known who it is.
        person: Option<PersonRecord>,
        /// What is known of the person; required where it is not known who it is.
        description: Option<LocalizedText>,
        /// When the person was last heard of.
        last_contact: Instant,
        /// Where the person is believed to be.
        location: Site,
        /// How sure that is.
        location_confidence: Confidence,
        /// What threatens the person; an empty list states that nothing is known.
        threats: Stated<LocalizedText>,
        /// Injuries.
        injuries: Vec<LocalizedText>,
        /// Who holds the person.
        held_by: Option<LocalizedText>,
        /// What is demanded.
        ransom: Option<Ransom>,
        /// When contact does not endanger the person, and at no other time.
        contact_safe_times: Vec<TimeRange>,
        /// Whether nobody may contact the person at all.
        do_not_contact: bool,
        /// How the family is reached.
        family_contact: Option<FamilyContact>,
        /// Whether children are among those who need help.
        minors: Minority,
        /// Whether the person agreed.
        consent_of_person: RescueConsent,
        /// Which agency of the State that the person goes home to agrees to a return; the author, while none is named.
        home: Option<AgencyId>,
    }
    rules(at, faults) {
        // spec: msgk-85
        if person.as_ref().is_some_and(Option::is_none) {
            let reason = "the person is named, or else described";
            field::demand(description.as_ref(), &at.key("description"), faults, reason);
        }
        if do_not_contact == Some(true) {
            let reason = "no time is safe where nobody may contact the person";
            field::exclude(contact_safe_times.as_ref(), &at.key("contact_safe_times"), faults, reason);
        }
    }
}

impl BodyRules for RescueRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    /// By the birth; where none is stated by what is said of children.
    // spec: res-61
    fn may_be_child(&self, on: CivilDate) -> bool {
        let birth = self.person.as_ref().and_then(|person| person.birth.as_ref());
        birth.map_or(self.minors == Minority::Yes, |birth| birth.possibly_under(ADULT_YEARS, on))
    }

    // spec: apr-7
    fn saves_lives(&self) -> bool {
        true
    }
}
