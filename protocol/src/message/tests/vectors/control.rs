//! What serves every procedure.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Cut;
use super::Put;
use super::case;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    Vec::from([
        case("onward-transfer-refused", Kind::OnwardTransferDecision, ("msgk-41", "accepted"),
            "a refusal has neither conditions nor an end",
            Vec::from([Put("/body/granted", json!(false)), Cut("/body/conditions"), Cut("/body/valid_until")])),
        case("recalled-as-inaccurate", Kind::Recall, ("msgk-42", "accepted"),
            "a reason of the list needs no words", Vec::from([Put("/body/reason", json!("inaccurate")), Cut("/body/detail")])),
        case("recall-of-what-went-nowhere", Kind::RecallReport, ("msgk-42", "accepted"),
            "an empty list says that no copy went further",
            Vec::from([Put("/body/done", json!("erased")), Put("/body/onward_copies", json!([])), Cut("/body/cannot_erase_reason")])),
        case("correction-of-a-flag", Kind::Correction, ("msgk-43", "accepted"),
            "a boolean is one value", Vec::from([Put("/body/changes/1/new", json!({"flag": false}))])),
        case("access-asked-for", Kind::SubjectRightsNotice, ("msgk-44", "accepted"),
            "whoever asks for access need not say of what", Vec::from([Put("/body/request", json!("access")), Cut("/body/detail")])),
        case("rights-granted", Kind::SubjectRightsAnswer, ("msgk-44", "accepted"),
            "what is done as asked needs no reason", Vec::from([Put("/body/outcome", json!("granted")), Cut("/body/reason")])),
        case("views-that-nothing-is-held", Kind::SubjectRightsAnswer, ("msgk-44", "accepted"),
            "another Party gives its views",
            Vec::from([Put("/body/role", json!("views")), Put("/body/outcome", json!("nothing-held")), Cut("/body/reason")])),
        case("conflict-that-none-wins", Kind::ConflictResolution, ("msgk-45", "accepted"),
            "none of the messages counts", Vec::from([Cut("/body/prevails")])),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    let mut cases = bad_answers();
    cases.extend(bad_recalls());
    cases.extend(bad_rights());
    cases.extend(bad_states());
    cases
}

#[rustfmt::skip]
fn bad_answers() -> Vec<Case> {
    use Kind::OnwardTransferDecision;
    use Kind::OnwardTransferRequest;
    let twice = json!(["0195a1c4-2f20-7d11-8b02-3c4d5e6f2f20", "0195a1c4-2f20-7d11-8b02-3c4d5e6f2f20"]);
    let court = json!({"party": "TH", "name": "Office of the Attorney General"});
    Vec::from([
        case("rejection-code-unknown", Kind::Rejection, ("msgk-40", "bad-choice /body/code"),
            "a closed set", Vec::from([Put("/body/code", json!("unwanted"))])),
        case("lapse-of-no-request", Kind::LapseNotice, ("msgk-40", "missing /body/of"),
            "a lapse is that of a request", Vec::from([Cut("/body/of")])),
        case("claimant-of-a-lapse-told-twice", Kind::LapseNotice, ("msgk-137", "repeated /body/claimants_told/1"),
            "a claimant is told once", Vec::from([Put("/body/claimants_told", json!(["TH-CL-1", "TH-CL-1"]))])),
        case("onward-item-twice", OnwardTransferRequest, ("msgk-41", "repeated /body/items/1"),
            "each message is named once", Vec::from([Put("/body/items", twice)])),
        case("onward-recipient-twice", OnwardTransferRequest, ("msgk-41", "repeated /body/proposed_recipients/2"),
            "each recipient is named once", Vec::from([Put("/body/proposed_recipients/-", court)])),
        case("onward-to-be-evidence-not-said", OnwardTransferRequest, ("msgk-41", "missing /body/for_evidence"),
            "whether it becomes evidence is always said", Vec::from([Cut("/body/for_evidence")])),
        case("onward-refused-under-conditions", OnwardTransferDecision, ("msgk-41", "conflicting /body/conditions"),
            "only a grant has conditions", Vec::from([Put("/body/granted", json!(false)), Cut("/body/valid_until")])),
        case("onward-refused-until-a-day", OnwardTransferDecision, ("msgk-41", "conflicting /body/valid_until"),
            "only a grant ends", Vec::from([Put("/body/granted", json!(false)), Cut("/body/conditions")])),
    ])
}

#[rustfmt::skip]
fn bad_recalls() -> Vec<Case> {
    use Kind::Correction;
    use Kind::Recall;
    use Kind::RecallReport;
    let same = json!("0195a1c4-2f20-7d11-8b02-3c4d5e6f2f20");
    let other = json!("0195a1c4-2f23-7d11-8b02-3c4d5e6f2f23");
    Vec::from([
        case("recall-target-twice", Recall, ("msgk-42", "repeated /body/targets/1"),
            "each message is named once", Vec::from([Put("/body/targets/-", same.clone())])),
        case("recall-for-a-reason-unsaid", Recall, ("msgk-42", "missing /body/detail"),
            "a reason other than those listed is spelled out", Vec::from([Cut("/body/detail")])),
        case("recall-report-silent-about-copies", RecallReport, ("msgk-42", "missing /body/onward_copies"),
            "silence about copies is no answer", Vec::from([Cut("/body/onward_copies")])),
        case("not-erased-without-a-reason", RecallReport, ("msgk-42", "missing /body/cannot_erase_reason"),
            "whoever cannot erase says why", Vec::from([Cut("/body/cannot_erase_reason")])),
        case("erased-with-a-reason-against", RecallReport, ("msgk-42", "conflicting /body/cannot_erase_reason"),
            "what was erased could be", Vec::from([Put("/body/done", json!("erased"))])),
        case("correction-target-twice", Correction, ("msgk-43", "repeated /body/targets/1"),
            "each message is named once", Vec::from([Put("/body/targets/-", same)])),
        case("correction-without-a-change", Correction, ("msgk-43", "conflicting /body/targets/1"),
            "each message that is corrected has a change", Vec::from([Put("/body/targets/-", other.clone())])),
        case("change-of-another-message", Correction, ("msgk-43", "conflicting /body/changes/1/target"),
            "a change is of a message that is corrected", Vec::from([Put("/body/changes/1/target", other)])),
        case("place-corrected-twice", Correction, ("msgk-43", "repeated /body/changes/1"),
            "each place is corrected once",
            Vec::from([Put("/body/changes/1/path", json!("/body/entities/0/entity/person/person_ref"))])),
        case("place-without-a-step", Correction, ("msgk-43", "malformed /body/changes/1/path"),
            "a place is a JSON pointer", Vec::from([Put("/body/changes/1/path", json!("/body//estimated_people"))])),
        case("place-not-from-the-top", Correction, ("msgk-43", "malformed /body/changes/1/path"),
            "a place is named from the sealed part on", Vec::from([Put("/body/changes/1/path", json!("site"))])),
        case("corrected-to-two-values", Correction, ("msgk-43", "conflicting /body/changes/1/new"),
            "one value stands at a place", Vec::from([Put("/body/changes/1/new", json!({"number": 1, "text": "one"}))])),
    ])
}

#[rustfmt::skip]
fn bad_rights() -> Vec<Case> {
    use Kind::SubjectRightsAnswer;
    use Kind::SubjectRightsNotice;
    let unsaid = |outcome: &str| Vec::from([Put("/body/outcome", json!(outcome)), Cut("/body/reason")]);
    Vec::from([
        case("rights-item-twice", SubjectRightsNotice, ("msgk-44", "repeated /body/items/1"),
            "each message is named once", Vec::from([Put("/body/items/1", json!("0195a1c4-2f20-7d11-8b02-3c4d5e6f2f20"))])),
        case("correction-asked-for-of-nothing", SubjectRightsNotice, ("msgk-44", "missing /body/detail"),
            "whoever asks for a correction says of what", Vec::from([Cut("/body/detail")])),
        case("neither-confirmed-nor-denied-without-a-reason", SubjectRightsAnswer, ("msgk-44", "missing /body/reason"),
            "the reason is recorded", Vec::from([Cut("/body/reason")])),
        case("rights-refused-without-a-reason", SubjectRightsAnswer, ("msgk-44", "missing /body/reason"),
            "a refusal has a reason", unsaid("refused")),
        case("rights-granted-in-part-without-a-reason", SubjectRightsAnswer, ("msgk-44", "missing /body/reason"),
            "what is left undone has a reason", unsaid("granted-in-part")),
    ])
}

#[rustfmt::skip]
fn bad_states() -> Vec<Case> {
    use Kind::ConflictResolution;
    use Kind::StateConfirm;
    let digest = |digits: &str| digits.repeat(32);
    let many: Vec<String> = (0..65).map(|number| format!("{number:064x}")).collect();
    Vec::from([
        case("heads-out-of-order", StateConfirm, ("msgk-45", "conflicting /body/heads/1"),
            "heads ascend", Vec::from([Put("/body/heads", json!([digest("ab"), digest("aa")]))])),
        case("head-twice", StateConfirm, ("msgk-45", "repeated /body/heads/1"),
            "each head is named once", Vec::from([Put("/body/heads", json!([digest("ab"), digest("ab"), digest("ac")]))])),
        case("no-head-confirmed", StateConfirm, ("msgk-45", "too-few /body/heads"),
            "a procedure has a head", Vec::from([Put("/body/heads", json!([]))])),
        case("too-many-heads", StateConfirm, ("msgk-45", "too-many /body/heads"),
            "at most 64 heads", Vec::from([Put("/body/heads", json!(many))])),
        case("conflict-of-one", ConflictResolution, ("msgk-45", "too-few /body/between"),
            "one message does not contradict itself",
            Vec::from([Put("/body/between", json!([digest("ab")])), Put("/body/prevails", json!(digest("ab")))])),
        case("conflict-out-of-order", ConflictResolution, ("msgk-45", "conflicting /body/between/1"),
            "digests ascend",
            Vec::from([Put("/body/between", json!([digest("ab"), digest("aa")])), Put("/body/prevails", json!(digest("ab")))])),
        case("conflict-that-another-wins", ConflictResolution, ("msgk-45", "conflicting /body/prevails"),
            "what prevails is one of them", Vec::from([Put("/body/prevails", json!(digest("ab")))])),
        case("participant-twice", Kind::Participants, ("msgk-46", "repeated /body/add/1"),
            "each agency is named once", Vec::from([Put("/body/add/1/agency", json!("vn.mps"))])),
        case("participants-without-a-reason", Kind::Participants, ("msgk-46", "missing /body/reason"),
            "why they have to know is said", Vec::from([Cut("/body/reason")])),
    ])
}
