//! People: who somebody is, how far that is known, and in which role they appear.

use alloc::vec::Vec;

use crate::limits::PERSON_PAPERS_MAX;
use crate::limits::PERSON_SAMPLES_MAX;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::Bounded;
use crate::message::list::OneOrMore;
use crate::message::name::PersonName;
use crate::message::partial_date::PartialDate;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::PaperNumber;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::values::Country;
use crate::message::values::Site;
use crate::message::values::TaggedDigest;

choice! {
    /// In which role somebody appears. Source: DOMAIN 1.
    SubjectCategory {
        /// Suspected of an offence.
        Suspect = "suspect",
        /// Convicted of one.
        Convicted = "convicted",
        /// There are reasonable indications of a victim.
        PresumedVictim = "presumed-victim",
        /// Formally identified as a victim.
        Victim = "victim",
        /// A witness.
        Witness = "witness",
        /// In contact with another subject.
        Contact = "contact",
        /// Missing.
        Missing = "missing",
        /// Dead.
        Deceased = "deceased",
        /// Not known.
        Unknown = "unknown",
    }
}

impl SubjectCategory {
    /// Whether the person is a presumed or identified victim, whom nobody arrests or lists for a handover.
    pub const fn is_victim(self) -> bool {
        match self {
            Self::PresumedVictim | Self::Victim => true,
            Self::Suspect
            | Self::Convicted
            | Self::Witness
            | Self::Contact
            | Self::Missing
            | Self::Deceased
            | Self::Unknown => false,
        }
    }
}

choice! {
    /// Whether something is asserted as a fact. Source: DOMAIN 1.
    AssertionKind {
        /// A fact.
        Fact = "fact",
        /// Somebody's assessment.
        PersonalAssessment = "personal-assessment",
    }
}

record! {
    /// Something said about a person.
    Assertion {
        /// Whether as a fact.
        kind: AssertionKind,
        /// What.
        text: LocalizedText,
    }
}

choice! {
    /// Sex as papers state it.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Another one, or not specified in the document.
        Other = "other",
        /// Not known.
        Unknown = "unknown",
    }
}

choice! {
    /// How a nationality stands.
    NationalityStatus {
        /// The person claims it.
        Claimed = "claimed",
        /// A document shows it.
        Documented = "documented",
        /// The State confirmed it.
        ConfirmedByState = "confirmed-by-state",
        /// The State denied it.
        DeniedByState = "denied-by-state",
        /// The person has none.
        Stateless = "stateless",
    }
}

record! {
    /// One nationality and how it stands.
    NationalityClaim {
        /// Of which State; absent exactly when the person is stateless.
        country: Option<Country>,
        /// How it stands.
        status: NationalityStatus,
        /// Who confirmed or denied it.
        confirmed_by: Option<Line>,
    }
    rules(at, faults) {
        // spec: msgk-9
        let at = at.key("country");
        match status {
            Some(NationalityStatus::Stateless) => {
                field::exclude(country.as_ref(), &at, faults, "a stateless person has no country");
            }
            Some(_) => field::demand(country.as_ref(), &at, faults, "a nationality is that of a country"),
            None => {}
        }
    }
}

choice! {
    /// What kind of paper it is.
    DocumentKind {
        /// A passport.
        Passport = "passport",
        /// A national identity card.
        NationalId = "national-id",
        /// A border pass.
        BorderPass = "border-pass",
        /// A family or household book.
        HouseholdBook = "household-book",
        /// A driving licence.
        DrivingLicence = "driving-licence",
        /// A residence or work permit.
        Permit = "permit",
        /// Another one.
        Other = "other",
    }
}

record! {
    /// A paper that says who somebody is.
    IdentityDocument {
        /// What kind.
        kind: DocumentKind,
        /// Its number.
        number: PaperNumber,
        /// The State that issued it.
        issuer: Country,
        /// When it was issued.
        issued_on: Option<CivilDate>,
        /// When it ends.
        expires_on: Option<CivilDate>,
    }
    rules(at, faults) {
        if let (Some(Some(issued)), Some(Some(expires))) = (issued_on, expires_on) && issued > expires {
            let reason = "a document does not end before it was issued";
            faults.add(&at.key("expires_on"), FaultCode::Conflicting, reason);
        }
    }
}

choice! {
    /// What a biometric sample shows.
    BiometricKind {
        /// A face.
        Face = "face",
        /// Fingerprints.
        Fingerprint = "fingerprint",
        /// An iris.
        Iris = "iris",
        /// DNA.
        Dna = "dna",
    }
}

record! {
    /// A biometric sample, by reference and hash only; the sample itself does not travel.
    BiometricRef {
        /// What it shows.
        kind: BiometricKind,
        /// The holder's reference.
        reference: RecordRef,
        /// Digest of the sample.
        hash: TaggedDigest,
    }
}

record! {
    /// One person. Source: DOMAIN 1.1, spec msgk-9.
    PersonRecord {
        /// The author's reference.
        person_ref: RecordRef,
        /// Every name known.
        names: OneOrMore<PersonName>,
        /// Sex.
        sex: Option<Sex>,
        /// When the person was born.
        birth: Option<PartialDate>,
        /// Where.
        birth_place: Option<Site>,
        /// Nationalities.
        nationalities: Vec<NationalityClaim>,
        /// Papers.
        // spec: msgk-150
        documents: Bounded<IdentityDocument, 0, PERSON_PAPERS_MAX>,
        /// Names of the parents.
        parents_names: Vec<PersonName>,
        /// Languages the person understands.
        languages: Vec<LanguageTag>,
        /// A photograph.
        photo_ref: Option<RecordRef>,
        /// Biometric samples.
        // spec: msgk-150
        biometrics: Bounded<BiometricRef, 0, PERSON_SAMPLES_MAX>,
        /// In which role the person appears.
        category: SubjectCategory,
        /// What is said about the person.
        assertions: Vec<Assertion>,
    }
}
