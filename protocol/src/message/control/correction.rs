//! An originator corrects what it said, place by place.
//!
//! Absent on purpose: replacing a map or a list as a whole. Each changed value is named, so that whoever decided on the
//! old one finds it.

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::limits::LINE_BYTES_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::handover::request::ADULT_YEARS;
use crate::message::handover::request::Minority;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;
use crate::message::text::Passage;
use crate::message::text::text_type;
use crate::message::time::CivilDate;

text_type! {
    /// A place in the sealed part of a message. Shape: `/body/person/names/0/latin_form`. Source: RFC 6901.
    FieldPath: 2..=LINE_BYTES_MAX, Some("(/[a-z0-9_]+)+"),
    "the JSON pointer of a field of the sealed part, such as /body/person/names/0/latin_form", is_path
}

tagged! {
    /// One value as it should have been.
    CorrectedValue {
        /// A text.
        Text(Passage) = "text",
        /// A whole number.
        Number(u64) = "number",
        /// True or false.
        Flag(bool) = "flag",
    }
}

record! {
    /// One place and what stands there from now on. All places are those of the message before any change.
    CorrectedPlace {
        /// The message; one of the targets.
        target: MessageId,
        /// The place.
        path: FieldPath,
        /// SHA-256 of what stood there, as it is encoded.
        old_digest: Digest,
        /// What should have stood there; absent when nothing should.
        new: Option<CorrectedValue>,
    }
}

record! {
    /// Corrects messages. Source: DOMAIN 2.1, spec msgk-43.
    Correction {
        /// The messages; none twice.
        targets: OneOrMore<MessageId>,
        /// What changes; each place once.
        changes: OneOrMore<CorrectedPlace>,
        /// Why.
        reason: LocalizedText,
        /// Whether somebody could have decided otherwise with the right value.
        material: bool,
    }
    rules(at, faults) {
        // spec: msgk-43
        let ids = targets.iter().flat_map(|targets| targets.iter());
        list::refuse_repeated(ids, &at.key("targets"), faults);
        let places = changes.iter().flat_map(|changes| changes.iter());
        let places = places.map(|change| (change.target, &change.path));
        list::refuse_repeated(places, &at.key("changes"), faults);
        if let (Some(targets), Some(changes)) = (&targets, &changes) {
            targets_agree(targets.as_slice(), changes.as_slice(), at, faults);
        }
    }
}

/// Each target has a change, and each change a target.
fn targets_agree(
    targets: &[MessageId],
    changes: &[CorrectedPlace],
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let (targets_at, changes_at) = (at.key("targets"), at.key("changes"));
    for (index, target) in targets.iter().enumerate() {
        if !changes.iter().any(|change| change.target == *target) {
            let reason = "each message that is corrected has a change";
            faults.add(&targets_at.item(index), FaultCode::Conflicting, reason);
        }
    }
    for (index, change) in changes.iter().enumerate() {
        if !targets.contains(&change.target) {
            let reason = "a change is of one of the messages that are corrected";
            faults.add(&changes_at.item(index).key("target"), FaultCode::Conflicting, reason);
        }
    }
}

fn is_path(text: &str) -> bool {
    let is_step = |step: &str| {
        !step.is_empty()
            && step.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    text.strip_prefix('/').is_some_and(|steps| steps.split('/').all(is_step))
}

impl BodyRules for Correction {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    /// By what should have stood under `minor`, or as the latest day of the person's birth.
    // spec: ho-94
    fn may_be_child(&self, on: CivilDate) -> bool {
        self.changes.iter().any(|change| change.makes_a_child(on))
    }
}

impl CorrectedPlace {
    fn makes_a_child(&self, on: CivilDate) -> bool {
        let Some(CorrectedValue::Text(new)) = &self.new else { return false };
        match self.path.as_str() {
            "/body/minor" => Minority::parse(new.as_str()).is_some_and(Minority::may_be_child),
            "/body/person/birth/latest" => {
                CivilDate::parse(new.as_str()).is_ok_and(|latest| latest.is_under(ADULT_YEARS, on))
            }
            _ => false,
        }
    }
}
