//! The least that follows a confirmed hit: whose case it is, and who the person is.
//!
//! Absent on purpose: papers, biometric samples, addresses, and what is said about the person. Those are asked for.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::name::PersonName;
use crate::message::partial_date::PartialDate;
use crate::message::person::NationalityClaim;
use crate::message::person::Sex;
use crate::message::person::SubjectCategory;
use crate::message::text::Line;
use crate::message::text::ListCode;
use crate::message::text::RecordRef;

record! {
    /// Who somebody is, and no more.
    CorePerson {
        /// Every name known.
        names: OneOrMore<PersonName>,
        /// Sex.
        sex: Option<Sex>,
        /// When the person was born.
        birth: Option<PartialDate>,
        /// Nationalities.
        nationalities: Vec<NationalityClaim>,
        /// In which role the person appears.
        category: SubjectCategory,
    }
}

record! {
    /// What lies behind one hit.
    CoreHit {
        /// The keyed digest that was hit.
        keyed_digest: Digest,
        /// The case.
        case_ref: RecordRef,
        /// What kind of case it is, from the shared list.
        case_kind: ListCode,
        /// The unit that works on it.
        unit: Line,
        /// The person, when the case is about one.
        person: Option<CorePerson>,
    }
}

record! {
    /// Tells what lies behind confirmed hits. Source: DOMAIN 2.2, spec msgk-48.
    CoreData {
        /// The reply that said there was a hit.
        of: MessageId,
        /// One entry for each hit.
        hits: OneOrMore<CoreHit>,
    }
    rules(at, faults) {
        // spec: msgk-48
        let digests = hits.iter().flat_map(|hits| hits.iter()).map(|hit| hit.keyed_digest);
        list::refuse_repeated(digests, &at.key("hits"), faults);
    }
}

impl BodyRules for CoreData {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
