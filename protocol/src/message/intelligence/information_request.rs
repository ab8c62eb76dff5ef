//! One agency asks another what it may know.

use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::offence::Offence;
use crate::message::person::PersonRecord;
use crate::message::text::ItemId;
use crate::message::text::LanguageTag;
use crate::message::text::LocalizedText;
use crate::message::urgency::Urgency;

choice! {
    /// What kind of data a question asks for; need is shown class by class.
    DataClass {
        /// Who somebody is.
        Identity = "identity",
        /// Where somebody lives.
        Address = "address",
        /// Whose a number or account on a network is.
        Subscriber = "subscriber",
        /// Who was in touch with whom, and when.
        Traffic = "traffic",
        /// Whose a bank account is.
        Account = "account",
        /// What moved through it.
        Transaction = "transaction",
        /// Crypto-assets.
        CryptoAsset = "crypto-asset",
        /// A company and who stands behind it.
        Company = "company",
        /// Land and buildings.
        Property = "property",
        /// A vehicle.
        Vehicle = "vehicle",
        /// Crossing of borders, travel.
        Travel = "travel",
        /// Permits and status of residence.
        Immigration = "immigration",
        /// Convictions.
        CriminalRecord = "criminal-record",
        /// Cases under way.
        Case = "case",
        /// Whether somebody is held.
        Custody = "custody",
        /// Photographs.
        Photo = "photo",
        /// Fingerprints, faces, DNA, by reference.
        Biometric = "biometric",
        /// Websites and servers.
        Infrastructure = "infrastructure",
    }
}

record! {
    /// One question.
    Question {
        /// By which the answer names it.
        id: ItemId,
        /// What is asked.
        text: LocalizedText,
        /// For what kind of data.
        data_class: DataClass,
    }
}

record! {
    /// A person the request is about.
    Subject {
        /// Who.
        person: PersonRecord,
        /// Why this person, not merely what is wanted.
        link_to_case: LocalizedText,
    }
}

choice! {
    /// What the answer is for.
    IntendedUse {
        /// Intelligence.
        Intelligence = "intelligence",
        /// Evidence.
        Evidence = "evidence",
        /// Both.
        Both = "both",
    }
}

record! {
    /// Asks for what another agency may know. Source: DOMAIN 2.2, spec msgk-25.
    RequestForInformation {
        /// What is asked; ids differ.
        questions: OneOrMore<Question>,
        /// What happened.
        facts: LocalizedText,
        /// The offence.
        offence: Offence,
        /// Whom it is about.
        subjects: Vec<Subject>,
        /// The objective ground on which the addressee is believed to have it.
        reason_to_believe_held: LocalizedText,
        /// Why it is needed.
        necessity: LocalizedText,
        /// What the answer is for.
        intended_use: IntendedUse,
        /// Whether answering needs a warrant or compulsion.
        coercive_measure_needed: bool,
        /// In which languages the answer can be read.
        reply_languages: OneOrMore<LanguageTag>,
        /// Why it is immediate; required with U1.
        urgency_reason: Option<LocalizedText>,
        /// Whether the recipient must avoid what the person could notice.
        do_not_alert_subject: bool,
    }
    rules(at, faults) {
        // spec: msgk-25
        let ids = questions.iter().flat_map(|questions| questions.iter()).map(|question| &question.id);
        list::refuse_repeated(ids, &at.key("questions"), faults);
    }
}

impl BodyRules for RequestForInformation {
    const REASON_FOR_U1: bool = true;

    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    fn approval(&self, said: &Said<'_>) -> Approval {
        match said.urgency {
            _ if self.coercive_measure_needed => Approval::A3,
            Urgency::U1 | Urgency::U2 => Approval::A2,
            Urgency::U3 | Urgency::U4 => Approval::A1,
        }
    }
}
