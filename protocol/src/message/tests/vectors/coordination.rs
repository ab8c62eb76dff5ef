//! Cases of meetings, signatures and figures.

use alloc::vec::Vec;

use serde_json::json;

use super::Case;
use super::Cut;
use super::Edit;
use super::Put;
use super::case;
use super::said;
use crate::message::kind::Kind;

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::ActionReport;
    use Kind::AgendaObjection;
    use Kind::CycleStatus;
    use Kind::MeetingAgenda;
    use Kind::MinutesAdoption;
    use Kind::OutcomeDocument;
    use Kind::OutcomeStatus;
    use Kind::SituationReport;
    let plain = |status: &str| Vec::from([Put("/body/status", json!(status)), Cut("/body/consents")]);
    Vec::from([
        case("objection-to-a-message", AgendaObjection, ("msgk-107", "accepted"),
            "an objection may be to an agenda as a whole", Vec::from([Put("/body/of", json!({"message": "ab".repeat(32)}))])),
        case("cycle-planned", CycleStatus, ("msgk-108", "accepted"),
            "a planned cycle says when", plain("planned").into_iter().chain([Cut("/body/reason")]).collect()),
        case("cycle-closed", CycleStatus, ("msgk-108", "accepted"),
            "a closed cycle says nothing more",
            plain("closed").into_iter().chain([Cut("/body/reason"), Cut("/body/dates_zones")]).collect()),
        case("cycle-postponed-without-a-date", CycleStatus, ("msgk-108", "accepted"),
            "when it takes place may not be known yet", plain("postponed").into_iter().chain([Cut("/body/dates_zones")]).collect()),
        case("minutes-adopted", MinutesAdoption, ("msgk-110", "accepted"),
            "whoever adopts needs no reason", Vec::from([Put("/body/answer", json!("adopt")), Cut("/body/reservation")])),
        case("action-carried-over", MeetingAgenda, ("msgk-138", "accepted"),
            "a meeting comes back to an action of an earlier one",
            Vec::from([Put("/body/items/1/carries", json!([{"cycle": "CYCLE-2025-4", "action": "a1"}]))])),
        case("action-done", ActionReport, ("msgk-111", "accepted"),
            "what is done needs no note", Vec::from([Put("/body/status", json!("done")), Cut("/body/note")])),
        case("draft-without-a-package", OutcomeDocument, ("msgk-112", "accepted"),
            "a draft has no package yet", Vec::from([Put("/body/stage", json!("draft")), Cut("/body/package_digest")])),
        case("package-in-another-order", OutcomeDocument, ("msgk-112", "accepted"),
            "a package is the same in whatever order its parts stand", in_another_order()),
        case("effect-on-a-day", OutcomeDocument, ("msgk-113", "accepted"),
            "what takes effect on a day names it",
            Vec::from([Put("/body/effect", json!("on-date")), Put("/body/effect_on", json!("2026-07-01")), Cut("/body/quorum")])),
        case("outcome-abandoned", OutcomeStatus, ("msgk-115", "accepted"),
            "a draft that is given up has no package",
            Vec::from([Put("/body/status", json!("abandoned")), Cut("/body/package_digest"), Cut("/body/effective_on"), Cut("/body/superseded_by")])),
        case("figure-without-overlap", SituationReport, ("msgk-118", "accepted"),
            "none is an answer", Vec::from([Put("/body/items/1/overlaps", json!("none"))])),
        case("nothing-in-the-way", SituationReport, ("msgk-119", "accepted"),
            "that nothing stood in the way is stated", Vec::from([Put("/body/obstacles", json!([]))])),
    ])
}

/// The last text first, and the last annex first.
fn in_another_order() -> Vec<Edit> {
    let mut body = super::example(Kind::OutcomeDocument)["body"].clone();
    for list in ["texts", "annexes"] {
        body[list].as_array_mut().unwrap().reverse();
    }
    Vec::from([
        Put("/body/texts", body["texts"].clone()),
        Put("/body/annexes", body["annexes"].clone()),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    [bad_meetings(), bad_minutes(), bad_documents(), bad_signatures(), bad_figures()]
        .into_iter()
        .flatten()
        .collect()
}

#[rustfmt::skip]
fn bad_meetings() -> Vec<Case> {
    use Kind::AgendaObjection;
    use Kind::CycleStatus;
    use Kind::MeetingAgenda;
    Vec::from([
        case("agenda-number-twice", MeetingAgenda, ("msgk-107", "repeated /body/items/1"),
            "numbers of items differ", Vec::from([Put("/body/items/1/n", json!(1))])),
        case("objections-after-the-meeting-begins", MeetingAgenda, ("msgk-107", "conflicting /body/objections_by"),
            "objections are due before the meeting begins", Vec::from([Put("/body/objections_by", json!("2026-01-20T09:00:01+07:00"))])),
        case("action-carried-twice", MeetingAgenda, ("msgk-138", "repeated /body/items/1/carries/1"),
            "an item comes back to an action once",
            Vec::from([Put("/body/items/1/carries", json!([{"cycle": "CYCLE-2025-4", "action": "a1"}, {"cycle": "CYCLE-2025-4", "action": "a1"}]))])),
        case("objection-without-a-reason", AgendaObjection, ("msgk-107", "missing /body/reason"),
            "whoever objects says why", Vec::from([Cut("/body/reason")])),
        case("objection-to-nothing", AgendaObjection, ("msgk-107", "missing /body/of"),
            "a message or an item", Vec::from([Put("/body/of", json!({}))])),
        case("planned-without-a-date", CycleStatus, ("msgk-108", "missing /body/dates_zones"),
            "planned says when", Vec::from([Put("/body/status", json!("planned")), Cut("/body/dates_zones"), Cut("/body/consents")])),
        case("urgent-without-a-date", CycleStatus, ("msgk-108", "missing /body/dates_zones"),
            "urgent says when", Vec::from([Cut("/body/dates_zones")])),
        case("urgent-without-a-reason", CycleStatus, ("msgk-108", "missing /body/reason"),
            "urgent says why", Vec::from([Cut("/body/reason")])),
        case("cancelled-without-a-reason", CycleStatus, ("msgk-108", "missing /body/reason"),
            "cancelled says why", Vec::from([Put("/body/status", json!("cancelled")), Cut("/body/reason"), Cut("/body/consents")])),
        case("postponed-without-a-reason", CycleStatus, ("msgk-108", "missing /body/reason"),
            "postponed says why", Vec::from([Put("/body/status", json!("postponed")), Cut("/body/reason"), Cut("/body/consents")])),
        case("urgent-without-consents", CycleStatus, ("msgk-108", "missing /body/consents"),
            "the Parties it concerns agree", Vec::from([Cut("/body/consents")])),
        case("consents-of-what-is-not-urgent", CycleStatus, ("msgk-108", "conflicting /body/consents"),
            "only an urgent meeting needs consents", Vec::from([Put("/body/status", json!("in-session"))])),
        case("consent-twice", CycleStatus, ("msgk-108", "repeated /body/consents/1"),
            "each Party agrees once", Vec::from([Put("/body/consents/1/party", json!("CN"))])),
    ])
}

#[rustfmt::skip]
fn bad_minutes() -> Vec<Case> {
    use Kind::ActionReport;
    use Kind::MeetingMinutes;
    use Kind::MinutesAdoption;
    Vec::from([
        case("party-there-twice", MeetingMinutes, ("msgk-109", "repeated /body/attendance/1"),
            "each Party stands once", Vec::from([Put("/body/attendance/1/party", json!("CN"))])),
        case("action-id-twice", MeetingMinutes, ("msgk-109", "repeated /body/actions/1"),
            "ids of actions differ",
            Vec::from([Put("/body/actions/-", json!({"id": "a1", "owner": "LA", "agency": "la.mps", "due": "2026-03-01T17:00:00+07:00", "measure": said("To wait.")}))])),
        case("actions-not-stated", MeetingMinutes, ("msgk-109", "missing /body/actions"),
            "that nothing is to be done is stated", Vec::from([Cut("/body/actions")])),
        case("adoption-of-nothing", MinutesAdoption, ("msgk-110", "missing /body/minutes_digest"),
            "an adoption names the minutes", Vec::from([Cut("/body/minutes_digest")])),
        case("reserve-without-a-reservation", MinutesAdoption, ("msgk-110", "missing /body/reservation"),
            "whoever reserves says what", Vec::from([Cut("/body/reservation")])),
        case("adopted-with-a-reservation", MinutesAdoption, ("msgk-110", "conflicting /body/reservation"),
            "a reservation is answered with reserve", Vec::from([Put("/body/answer", json!("adopt"))])),
        case("minutes-objected-without-a-reason", MinutesAdoption, ("msgk-110", "missing /body/reason"),
            "whoever objects says why", Vec::from([Put("/body/answer", json!("object")), Cut("/body/reservation")])),
        case("reserve-with-a-reason", MinutesAdoption, ("msgk-110", "conflicting /body/reason"),
            "only an objection has a reason", Vec::from([Put("/body/reason", said("It is late."))])),
        case("cannot-without-a-note", ActionReport, ("msgk-111", "missing /body/note"),
            "what cannot be done has a note", Vec::from([Cut("/body/note")])),
    ])
}

#[rustfmt::skip]
fn bad_documents() -> Vec<Case> {
    use Kind::OutcomeDocument;
    use Kind::OutcomeReopening;
    use Kind::OutcomeStatus;
    let texts = |authentic: bool, lang: &str| json!([
        {"lang": "lo", "digest": "ab".repeat(32), "authentic": authentic}, {"lang": lang, "digest": "cd".repeat(32), "authentic": false},
    ]);
    let draft = |edit: Edit| Vec::from([Put("/body/stage", json!("draft")), Cut("/body/package_digest"), edit]);
    Vec::from([
        case("open-without-a-package", OutcomeDocument, ("msgk-112", "missing /body/package_digest"),
            "a frozen text is named by its package", Vec::from([Cut("/body/package_digest")])),
        case("frozen-without-a-package", OutcomeDocument, ("msgk-112", "missing /body/package_digest"),
            "a frozen text is named by its package", Vec::from([Put("/body/stage", json!("frozen")), Cut("/body/package_digest")])),
        case("package-of-another-text", OutcomeDocument, ("msgk-112", "conflicting /body/package_digest"),
            "one text differs", Vec::from([Put("/body/texts/0/digest", json!("ab".repeat(32)))])),
        case("package-of-another-standing", OutcomeDocument, ("msgk-112", "conflicting /body/package_digest"),
            "which texts count is part of what is signed", Vec::from([Put("/body/texts/6/authentic", json!(true))])),
        case("package-without-an-annex", OutcomeDocument, ("msgk-112", "conflicting /body/package_digest"),
            "an annex is part of what is signed", Vec::from([Cut("/body/annexes/4")])),
        case("language-twice", OutcomeDocument, ("msgk-113", "repeated /body/texts/1"),
            "languages differ", draft(Put("/body/texts", texts(true, "lo")))),
        case("no-text-that-counts", OutcomeDocument, ("msgk-113", "conflicting /body/texts"),
            "one text at least is authentic", draft(Put("/body/texts", texts(false, "en")))),
        case("annex-twice", OutcomeDocument, ("msgk-113", "repeated /body/annexes/1"),
            "kinds of annexes differ", draft(Put("/body/annexes/1/kind", json!("deadline-profile")))),
        case("effect-without-a-day", OutcomeDocument, ("msgk-113", "missing /body/effect_on"),
            "what takes effect on a day names it", Vec::from([Put("/body/effect", json!("on-date")), Cut("/body/quorum")])),
        case("day-without-an-effect", OutcomeDocument, ("msgk-113", "conflicting /body/effect_on"),
            "only what takes effect on a day names one", Vec::from([Put("/body/effect_on", json!("2026-07-01"))])),
        case("effect-without-a-quorum", OutcomeDocument, ("msgk-113", "missing /body/quorum"),
            "a quorum is a number", Vec::from([Cut("/body/quorum")])),
        case("quorum-without-an-effect", OutcomeDocument, ("msgk-113", "conflicting /body/quorum"),
            "only what takes effect by a quorum names one", Vec::from([Put("/body/effect", json!("on-all-signed"))])),
        case("quorum-beyond-the-signatories", OutcomeDocument, ("msgk-113", "out-of-range /body/quorum"),
            "six sign at most", Vec::from([Put("/body/quorum", json!(7))])),
        case("quorum-of-one", OutcomeDocument, ("msgk-113", "out-of-range /body/quorum"),
            "an agreement has two sides at least", Vec::from([Put("/body/quorum", json!(1))])),
        case("signatory-alone", OutcomeDocument, ("msgk-113", "too-few /body/signatories_required"),
            "an agreement has two sides at least",
            Vec::from([Put("/body/signatories_required", json!([{"party": "LA", "agency": "la.mps"}]))])),
        case("signatory-twice", OutcomeDocument, ("msgk-113", "repeated /body/signatories_required/1"),
            "each Party stands once", Vec::from([Put("/body/signatories_required/1/party", json!("CN"))])),
        case("agency-of-two-signatories", OutcomeDocument, ("msgk-113", "repeated /body/signatories_required/1"),
            "an agency signs for one Party", Vec::from([Put("/body/signatories_required/1/agency", json!("cn.mps"))])),
        case("reopened-without-a-clause", OutcomeReopening, ("msgk-114", "missing /body/clause"),
            "a reopening names the clause", Vec::from([Cut("/body/clause")])),
        case("superseded-by-nothing", OutcomeStatus, ("msgk-115", "missing /body/superseded_by"),
            "superseded names what took its place", Vec::from([Cut("/body/superseded_by")])),
        case("superseded-and-in-effect", OutcomeStatus, ("msgk-115", "conflicting /body/superseded_by"),
            "only superseded names another package", Vec::from([Put("/body/status", json!("in-effect"))])),
        case("in-effect-without-a-package", OutcomeStatus, ("msgk-115", "missing /body/package_digest"),
            "what was signed is named by its package",
            Vec::from([Put("/body/status", json!("in-effect")), Cut("/body/superseded_by"), Cut("/body/package_digest")])),
        case("in-effect-without-a-day", OutcomeStatus, ("msgk-115", "missing /body/effective_on"),
            "it holds from a day on",
            Vec::from([Put("/body/status", json!("in-effect")), Cut("/body/superseded_by"), Cut("/body/effective_on")])),
        case("terminated-without-a-reason", OutcomeStatus, ("msgk-115", "missing /body/reason"),
            "terminated says why",
            Vec::from([Put("/body/status", json!("terminated")), Cut("/body/superseded_by"), Cut("/body/reason")])),
        case("abandoned-without-a-reason", OutcomeStatus, ("msgk-115", "missing /body/reason"),
            "abandoned says why",
            Vec::from([Put("/body/status", json!("abandoned")), Cut("/body/superseded_by"), Cut("/body/reason")])),
    ])
}

#[rustfmt::skip]
fn bad_signatures() -> Vec<Case> {
    use Kind::SignatureConfirmation;
    use Kind::SignatureRetraction;
    use Kind::SignatureStatement;
    use Kind::SigningRecord;
    Vec::from([
        case("signed-without-a-package", SignatureStatement, ("msgk-116", "missing /body/package_digest"),
            "a signature is bound to one package", Vec::from([Cut("/body/package_digest")])),
        case("signed-without-saying-how", SignatureStatement, ("msgk-116", "missing /body/ad_referendum"),
            "whether it waits for home is always said", Vec::from([Cut("/body/ad_referendum")])),
        case("confirmation-of-nothing", SignatureConfirmation, ("msgk-116", "missing /body/statement"),
            "a confirmation names the statement", Vec::from([Cut("/body/statement")])),
        case("retraction-without-a-package", SignatureRetraction, ("msgk-116", "missing /body/package_digest"),
            "a retraction is bound to one package", Vec::from([Cut("/body/package_digest")])),
        case("party-signed-twice", SigningRecord, ("msgk-117", "repeated /body/signatures/1"),
            "each Party signs once", Vec::from([Put("/body/signatures/1/party", json!("CN"))])),
        case("statement-listed-twice", SigningRecord, ("msgk-117", "repeated /body/signatures/1"),
            "each statement stands once", statement_twice()),
    ])
}

/// The second signature with the statement of the first.
fn statement_twice() -> Vec<Edit> {
    let record = super::example(Kind::SigningRecord);
    Vec::from([Put(
        "/body/signatures/1/statement",
        record["body"]["signatures"][0]["statement"].clone(),
    )])
}

#[rustfmt::skip]
fn bad_figures() -> Vec<Case> {
    use Kind::SituationReport;
    Vec::from([
        case("figure-twice", SituationReport, ("msgk-118", "repeated /body/items/1"),
            "references differ", Vec::from([Put("/body/items/1/stat_ref", json!("MM-ST-2026-03-1"))])),
        case("figure-that-overlaps-with-itself", SituationReport, ("msgk-118", "conflicting /body/items/0/overlaps"),
            "a figure overlaps with others", Vec::from([Put("/body/items/0/overlaps/with/0", json!("MM-ST-2026-03-1"))])),
        case("figure-that-corrects-itself", SituationReport, ("msgk-118", "conflicting /body/items/0/revises"),
            "a figure corrects another one", Vec::from([Put("/body/items/0/revises", json!("MM-ST-2026-03-1"))])),
        case("overlaps-unknown-word", SituationReport, ("msgk-118", "bad-choice /body/items/1/overlaps"),
            "none, unknown, or references", Vec::from([Put("/body/items/1/overlaps", json!("some"))])),
        case("overlaps-with-nothing", SituationReport, ("msgk-118", "too-few /body/items/0/overlaps/with"),
            "whoever names figures names one", Vec::from([Put("/body/items/0/overlaps", json!({"with": []}))])),
        case("figure-without-a-counting-rule", SituationReport, ("msgk-118", "missing /body/items/0/counting_rule"),
            "what is counted once is always said", Vec::from([Cut("/body/items/0/counting_rule")])),
        case("figure-with-two-derivations", SituationReport, ("msgk-118", "conflicting /body/items/1/derivation"),
            "computed or declared", Vec::from([Put("/body/items/1/derivation/derived", json!({"query_digest": "sha256:00", "records": 1}))])),
        case("obstacle-twice", SituationReport, ("msgk-119", "repeated /body/obstacles/1"),
            "each ground stands once", Vec::from([Put("/body/obstacles/1/ground", json!("insufficient-evidence"))])),
        case("obstacle-that-did-not-happen", SituationReport, ("msgk-119", "out-of-range /body/obstacles/0/count"),
            "what did not happen is left out", Vec::from([Put("/body/obstacles/0/count", json!(0))])),
        case("obstacle-of-no-ground", SituationReport, ("msgk-119", "bad-choice /body/obstacles/0/ground"),
            "a closed set", Vec::from([Put("/body/obstacles/0/ground", json!("no-time"))])),
    ])
}
