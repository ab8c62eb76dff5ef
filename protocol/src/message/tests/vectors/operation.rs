//! Cases of joint operations.

use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Cut;
use super::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::OperationPlan;
    use Kind::OperationResult;
    use Kind::OperationSignal;
    use Kind::OperationStatus;
    use Kind::ParticipationReply;
    use Kind::TaskReport;
    Vec::from([
        case("joined-with-limits", ParticipationReply, ("msgk-91", "accepted"),
            "whoever joins may set limits and needs no reason",
            Vec::from([Put("/body/answer", json!("join")), Put("/body/limits", said("No arrests.")), Cut("/body/reason")])),
        case("plan-not-yet-deconflicted", OperationPlan, ("msgk-92", "accepted"),
            "before it is frozen a plan may still be checked against other work",
            Vec::from([Put("/body/frozen", json!(false)), Put("/body/deconfliction_done", json!(false))])),
        case("task-accepted", TaskReport, ("msgk-93", "accepted"),
            "a task that is accepted needs no reason",
            Vec::from([Put("/body/status", json!("accepted")), Cut("/body/reason"), Cut("/body/amended")])),
        case("abort-for-all", OperationSignal, ("msgk-94", "accepted"),
            "abort may be said for everybody",
            Vec::from([Put("/body/signal", json!("abort")), Put("/body/scope", json!("all")), Cut("/body/hostages_confirmed")])),
        case("operation-closed", OperationStatus, ("msgk-95", "accepted"),
            "a closed operation names no plan",
            Vec::from([Put("/body/status", json!("closed")), Cut("/body/plan"), Cut("/body/reason"), Cut("/body/summary")])),
        case("nobody-found", OperationResult, ("msgk-96", "accepted"),
            "nobody was found and nothing seized, and that is stated",
            Vec::from([Put("/body/persons", json!({"total": 0, "by_category": [], "by_sex": [], "minors": [], "by_nationality": []})),
                Put("/body/seizures", json!([])), Put("/body/incidents", json!([]))])),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    [bad_plans(), bad_steps(), bad_results()].into_iter().flatten().collect()
}

#[rustfmt::skip]
fn bad_plans() -> Vec<Case> {
    use Kind::JointOperationProposal;
    use Kind::OperationPlan;
    use Kind::ParticipationReply;
    use Kind::PlanSignature;
    Vec::from([
        case("answers-after-the-window-opens", JointOperationProposal, ("msgk-90", "conflicting /body/reply_by"),
            "answers are due before the window opens", Vec::from([Put("/body/reply_by", json!("2026-03-14T00:00:01+07:00"))])),
        case("proposal-without-a-basis", JointOperationProposal, ("msgk-90", "too-few /body/threat_basis"),
            "reports show the threat", Vec::from([Put("/body/threat_basis", json!([]))])),
        case("participation-declined-without-a-reason", ParticipationReply, ("msgk-91", "missing /body/reason"),
            "whoever declines says why", Vec::from([Cut("/body/reason")])),
        case("suspended-without-a-reason", ParticipationReply, ("msgk-91", "missing /body/reason"),
            "whoever suspends says why", Vec::from([Put("/body/answer", json!("suspend")), Cut("/body/reason")])),
        case("left-without-a-reason", ParticipationReply, ("msgk-91", "missing /body/reason"),
            "whoever leaves says why", Vec::from([Put("/body/answer", json!("leave")), Cut("/body/reason")])),
        case("declined-with-limits", ParticipationReply, ("msgk-91", "conflicting /body/limits"),
            "limits belong to a part that is taken", Vec::from([Put("/body/limits", said("No arrests."))])),
        case("plan-version-zero", OperationPlan, ("msgk-92", "out-of-range /body/version"),
            "versions count from 1", Vec::from([Put("/body/version", json!(0))])),
        case("signed-version-zero", PlanSignature, ("msgk-92", "out-of-range /body/version"),
            "versions count from 1", Vec::from([Put("/body/version", json!(0))])),
        case("signed-without-a-digest", PlanSignature, ("msgk-92", "missing /body/plan_digest"),
            "a signature is bound to one text", Vec::from([Cut("/body/plan_digest")])),
        case("frozen-before-deconfliction", OperationPlan, ("msgk-92", "conflicting /body/deconfliction_done"),
            "a plan is frozen after deconfliction", Vec::from([Put("/body/deconfliction_done", json!(false))])),
        case("territory-with-two-commanders", OperationPlan, ("msgk-92", "repeated /body/command/per_territory_commander/2"),
            "one commander for a territory",
            Vec::from([Put("/body/command/per_territory_commander/-", json!({"territory": "LA", "agency": "la.mps", "commander": "LA-0008"}))])),
        case("territory-without-powers", OperationPlan, ("msgk-92", "missing /body/legal_powers_per_territory"),
            "every territory with a commander has its powers", Vec::from([Cut("/body/legal_powers_per_territory/1")])),
        case("powers-without-a-commander", OperationPlan, ("msgk-92", "conflicting /body/legal_powers_per_territory/1/territory"),
            "powers are used where somebody commands", Vec::from([Cut("/body/command/per_territory_commander/1")])),
        case("territory-with-powers-twice", OperationPlan, ("msgk-92", "repeated /body/legal_powers_per_territory/2"),
            "the powers of a territory stand together",
            Vec::from([Put("/body/legal_powers_per_territory/-", json!({"territory": "LA", "powers": [{"measure": said("Arrest."), "power": "Article 1"}]}))])),
        case("phase-id-twice", OperationPlan, ("msgk-92", "repeated /body/phases/1"),
            "ids of phases differ", Vec::from([Put("/body/phases/1/id", json!("p1"))])),
        case("abort-criterion-id-twice", OperationPlan, ("msgk-92", "repeated /body/abort_criteria/1"),
            "ids of abort criteria differ", Vec::from([Put("/body/abort_criteria/1/id", json!("a1"))])),
    ])
}

#[rustfmt::skip]
fn bad_steps() -> Vec<Case> {
    use Kind::OperationSignal;
    use Kind::OperationStatus;
    use Kind::OperationTasking;
    use Kind::TaskReport;
    let task = |status: &str| Vec::from([Put("/body/status", json!(status)), Cut("/body/reason"), Cut("/body/amended")]);
    let signal = |signal: &str| Vec::from([
        Put("/body/signal", json!(signal)), Cut("/body/reason"), Cut("/body/hostages_confirmed"),
    ]);
    Vec::from([
        case("task-before-itself", OperationTasking, ("msgk-93", "conflicting /body/depends_on/1"),
            "a task does not come before itself", Vec::from([Put("/body/depends_on/-", json!("t2"))])),
        case("task-depends-twice", OperationTasking, ("msgk-93", "repeated /body/depends_on/1"),
            "each task before it stands once", Vec::from([Put("/body/depends_on/-", json!("t1"))])),
        case("reported-before-it-begins", OperationTasking, ("msgk-93", "conflicting /body/report_by"),
            "a report is not due before the task begins", Vec::from([Put("/body/report_by", json!("2026-03-15T03:59:59+07:00"))])),
        case("task-declined-without-a-reason", TaskReport, ("msgk-93", "missing /body/reason"),
            "whoever declines a task says why", task("declined")),
        case("task-amended-without-a-reason", TaskReport, ("msgk-93", "missing /body/reason"),
            "whoever amends a task says why", Vec::from([Cut("/body/reason")])),
        case("task-failed-without-a-reason", TaskReport, ("msgk-93", "missing /body/reason"),
            "a task that failed has a reason", task("failed")),
        case("task-cancelled-without-a-reason", TaskReport, ("msgk-93", "missing /body/reason"),
            "a task that is given up has a reason", task("cancelled")),
        case("amended-without-an-amendment", TaskReport, ("msgk-93", "missing /body/amended"),
            "an amended task says what would be done instead", Vec::from([Cut("/body/amended")])),
        case("amendment-of-nothing", TaskReport, ("msgk-93", "missing /body/amended"),
            "an amendment changes something", Vec::from([Put("/body/amended", json!({}))])),
        case("accepted-with-an-amendment", TaskReport, ("msgk-93", "conflicting /body/amended"),
            "who accepts a task takes it as it is", Vec::from([Put("/body/status", json!("accepted"))])),
        case("go-for-all", OperationSignal, ("msgk-94", "conflicting /body/scope"),
            "each commander says go for one territory", Vec::from([Put("/body/scope", json!("all"))])),
        case("scope-unknown", OperationSignal, ("msgk-94", "bad-choice /body/scope"),
            "all, or one territory", Vec::from([Put("/body/scope", json!("some"))])),
        case("scope-of-another-kind", OperationSignal, ("msgk-94", "bad-choice /body/scope"),
            "all, or one territory", Vec::from([Put("/body/scope", json!({"site": "LA"}))])),
        case("hold-without-a-reason", OperationSignal, ("msgk-94", "missing /body/reason"), "hold says why", signal("hold")),
        case("abort-without-a-reason", OperationSignal, ("msgk-94", "missing /body/reason"), "abort says why", signal("abort")),
        case("hostages-confirmed-by-a-hold", OperationSignal, ("msgk-94", "conflicting /body/hostages_confirmed"),
            "only go says whether hostages were confirmed", Vec::from([Put("/body/signal", json!("hold"))])),
        case("ready-without-a-plan", OperationStatus, ("msgk-95", "missing /body/plan"),
            "ready rests on a plan", Vec::from([Put("/body/status", json!("ready")), Cut("/body/plan")])),
        case("re-approved-without-a-plan", OperationStatus, ("msgk-95", "missing /body/plan"),
            "going on rests on a plan", Vec::from([Cut("/body/plan")])),
        case("closed-with-a-plan", OperationStatus, ("msgk-95", "conflicting /body/plan"),
            "only ready and re-approved name a plan", Vec::from([Put("/body/status", json!("closed"))])),
        case("re-approved-without-a-reason", OperationStatus, ("msgk-95", "missing /body/reason"),
            "going on without a Party has a reason", Vec::from([Cut("/body/reason")])),
        case("dropped-without-a-reason", OperationStatus, ("msgk-95", "missing /body/reason"),
            "whoever drops an operation says why",
            Vec::from([Put("/body/status", json!("dropped")), Cut("/body/reason"), Cut("/body/plan")])),
        case("evaluated-without-a-summary", OperationStatus, ("msgk-95", "missing /body/summary"),
            "an evaluation says what was learned",
            Vec::from([Put("/body/status", json!("evaluated")), Cut("/body/summary"), Cut("/body/plan")])),
    ])
}

#[rustfmt::skip]
fn bad_results() -> Vec<Case> {
    use Kind::OperationResult;
    Vec::from([
        case("categories-that-do-not-add-up", OperationResult, ("msgk-96", "conflicting /body/persons/by_category"),
            "one person less", Vec::from([Put("/body/persons/by_category/0/count", json!(525))])),
        case("sexes-found-that-do-not-add-up", OperationResult, ("msgk-96", "conflicting /body/persons/by_sex"),
            "one person more", Vec::from([Put("/body/persons/by_sex/0/count", json!(132))])),
        case("minors-that-do-not-add-up", OperationResult, ("msgk-96", "conflicting /body/persons/minors"),
            "one person more", Vec::from([Put("/body/persons/minors/0/count", json!(4))])),
        case("nationalities-that-do-not-add-up", OperationResult, ("msgk-96", "conflicting /body/persons/by_nationality"),
            "the others are left out", Vec::from([Cut("/body/persons/by_nationality/5")])),
        case("counts-beyond-every-total", OperationResult, ("msgk-96", "conflicting /body/persons/by_sex"),
            "a sum that no number holds",
            Vec::from([Put("/body/persons/by_sex/0/count", json!(i64::MAX)), Put("/body/persons/by_sex/1/count", json!(i64::MAX)),
                Put("/body/persons/by_sex/2/count", json!(i64::MAX))])),
        case("category-twice", OperationResult, ("msgk-96", "repeated /body/persons/by_category/1"),
            "each role is counted once", Vec::from([Put("/body/persons/by_category/1/category", json!("suspect"))])),
        case("sex-twice", OperationResult, ("msgk-96", "repeated /body/persons/by_sex/1"),
            "each sex is counted once", Vec::from([Put("/body/persons/by_sex/1/sex", json!("female"))])),
        case("minority-twice", OperationResult, ("msgk-96", "repeated /body/persons/minors/1"),
            "each answer is counted once", Vec::from([Put("/body/persons/minors/1/minor", json!("uncertain"))])),
        case("nationality-twice", OperationResult, ("msgk-96", "repeated /body/persons/by_nationality/1"),
            "each nationality is counted once", Vec::from([Put("/body/persons/by_nationality/1/country", json!("CN"))])),
        case("seizure-of-nothing", OperationResult, ("msgk-96", "out-of-range /body/seizures/1/qty"),
            "what was not seized is left out", Vec::from([Put("/body/seizures/1/qty", json!(0))])),
        case("exhibit-seized-twice", OperationResult, ("msgk-96", "repeated /body/seizures/0/exhibits/1"),
            "each exhibit stands once", Vec::from([Put("/body/seizures/0/exhibits/1", json!("LA-EX-2026-0001"))])),
        case("seizures-not-stated", OperationResult, ("msgk-96", "missing /body/seizures"),
            "silence is no answer", Vec::from([Cut("/body/seizures")])),
    ])
}
