//! What is said of somebody who may be a child, wherever such a person is looked for, arrested or given.

use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Presentable;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::Minority;
use crate::message::partial_date::PartialDate;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::values::TaggedDigest;

choice! {
    /// Who somebody is to the child whom this one accompanies.
    CompanionRelation {
        /// Mother or father.
        Parent = "parent",
        /// Another relative.
        Relative = "relative",
        /// Whoever the law lets answer for the child.
        LegalGuardian = "legal-guardian",
        /// Somebody of a service that protects children.
        ChildProtection = "child-protection",
        /// Somebody of the consulate of the child's State.
        Consulate = "consulate",
        /// An officer who is there for the child alone.
        Officer = "officer",
    }
}

record! {
    /// Who is with a child all the way.
    Companion {
        /// Who this is to the child.
        relation: CompanionRelation,
        /// The reference under which its author knows this person.
        reference: RecordRef,
    }
}

record! {
    /// What was determined for a child. Source: Convention on the Rights of the Child, articles 3 and 37, spec ho-94.
    ChildCare {
        /// The determination of what is best for the child.
        best_interests_ref: RecordRef,
        /// Its digest.
        best_interests_digest: TaggedDigest,
        /// Who is with the child from then on.
        companion: Companion,
    }
}

record! {
    /// That somebody found a person to be a grown-up who may be a child by what is known of the birth. Source: spec ho-94.
    AgeAssessment {
        /// The assessment, or the paper.
        reference: RecordRef,
        /// Its digest.
        digest: TaggedDigest,
        /// Who made it.
        made_by: Line,
    }
}

/// What is said of a child and what is said of a grown-up exclude each other.
// spec: msgk-140
pub(crate) fn one_of<C: Presentable, A: Presentable>(
    child: Option<&C>,
    assessment: Option<&A>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if child.is_some_and(|child| !child.is_absent()) {
        let reason = "somebody is a child who is cared for, or was found to be a grown-up";
        field::exclude(assessment, &at.key("age_assessment"), faults, reason);
    }
}

/// What is said fits whether the person is said to be a child.
// spec: msgk-140, msgk-141
pub(crate) fn agrees(
    minor: Option<Minority>,
    (child, assessment): (Option<&Option<ChildCare>>, Option<&Option<AgeAssessment>>),
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if minor.is_some_and(Minority::may_be_child) {
        let reason = "no child is arrested before it is determined what is best for the child, and who is with it";
        field::demand(child, &at.key("child"), faults, reason);
        let reason = "an assessment of age is named where it shows that the person is a grown-up";
        field::exclude(assessment, &at.key("age_assessment"), faults, reason);
    } else {
        let reason = "only of a child it is said who cares for it: say whether the person is one under `minor`";
        field::exclude(child, &at.key("child"), faults, reason);
    }
}

/// What cannot be said on that day: nothing, of somebody who by the latest day of birth may be under 18; or that this is no
/// child, without an assessment.
// spec: msgk-141
pub(crate) fn agrees_on(
    birth: Option<&PartialDate>,
    (minor, assessment): (Option<Minority>, Option<&AgeAssessment>),
    (on, at): (CivilDate, &Pointer<'_>),
    faults: &mut Faults,
) {
    let may_be_child = birth.is_some_and(|birth| birth.possibly_under(ADULT_YEARS, on));
    if !may_be_child || assessment.is_some() || minor.is_some_and(Minority::may_be_child) {
        return;
    }
    let reason = "by the latest date of birth the person may be under 18: say yes or uncertain, with `child`; or name the `age_assessment`";
    let code = if minor.is_none() { FaultCode::Missing } else { FaultCode::Conflicting };
    faults.add(&at.key("minor"), code, reason);
}
