//! Asks that somebody be held until the full request comes.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::handover::child;
use crate::message::handover::child::AgeAssessment;
use crate::message::handover::child::ChildCare;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::Minority;
use crate::message::list::OneOrMore;
use crate::message::offence::Offence;
use crate::message::person::PersonRecord;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::values::Site;

record! {
    /// Asks for an arrest before the full request. Source: DOMAIN 2.3, spec msgk-60.
    ProvisionalArrestRequest {
        /// Whom; never a presumed or identified victim.
        person: PersonRecord,
        /// Where the person is believed to be.
        location: Site,
        /// For which offences.
        offences: OneOrMore<Offence>,
        /// The warrant on which it rests.
        warrant_ref: RecordRef,
        /// The promise that the full request follows; always given.
        undertaking_to_request: bool,
        /// By when it comes; otherwise the person goes free.
        full_request_by: Instant,
        /// Whether the person is a child; required of somebody who by the latest day of birth may be one.
        minor: Option<Minority>,
        /// What was determined for the child; required where `minor` is not no, and only there.
        child: Option<ChildCare>,
        /// Who found that the person is a grown-up, where the birth leaves it open.
        age_assessment: Option<AgeAssessment>,
    }
    rules(at, faults) {
        // spec: msgk-60
        if person.as_ref().is_some_and(|person| person.category.is_victim()) {
            let reason = "nobody arrests a presumed or identified victim: open a rescue instead";
            faults.add(&at.key("person").key("category"), FaultCode::Conflicting, reason);
        }
        // spec: msgk-141
        let said = (child.as_ref(), age_assessment.as_ref());
        child::agrees(minor.flatten(), said, at, faults);
        if undertaking_to_request == Some(false) {
            let reason = "an arrest is asked for with the promise of a full request only: true";
            faults.add(&at.key("undertaking_to_request"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for ProvisionalArrestRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;

    // spec: ho-94
    fn may_be_child(&self, on: CivilDate) -> bool {
        let by_birth =
            self.person.birth.as_ref().is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on));
        let said = self.minor.is_some_and(Minority::may_be_child);
        (said || by_birth) && self.age_assessment.is_none()
    }

    // spec: msgk-141
    fn check_on(&self, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
        let said = (self.minor, self.age_assessment.as_ref());
        child::agrees_on(self.person.birth.as_ref(), said, (on, at), faults);
    }
}
