//! The vectors of the specification: one submission per file, one fault per case.
//!
//! They are made from the examples by the table below and renewed with `CONCORD_BLESS=1`; every file in the folders is
//! run, whoever wrote it.

mod assets;
mod batch;
pub(super) mod child;
mod control;
mod coordination;
mod evidence;
mod handover;
mod intelligence;
mod operation;
mod rescue;

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

use super::brief;
use super::compare;
use super::cut;
use super::example;
use super::files;
use super::put;
use super::submit;
use super::text_of;
use crate::message::kind::Kind;
use crate::message::submission::Submission;

/// A file of `spec/vectors/message`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    explains: String,
    spec: Vec<String>,
    expect: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    kind: String,
    submission: Json,
}

/// How a case differs from the example of its kind.
enum Edit {
    Put(&'static str, Json),
    Cut(&'static str),
}

use Edit::Cut;
use Edit::Put;

struct Case {
    name: &'static str,
    kind: Kind,
    explains: &'static str,
    spec: &'static str,
    /// `accepted`, or the code and the pointer of the only fault.
    expect: &'static str,
    edits: Vec<Edit>,
}

fn case(
    name: &'static str,
    kind: Kind,
    (spec, expect): (&'static str, &'static str),
    explains: &'static str,
    edits: Vec<Edit>,
) -> Case {
    Case { name, kind, explains, spec, expect, edits }
}

#[test]
fn the_vectors_are_those_that_the_table_makes() {
    for case in cases() {
        let mut submission = example(case.kind);
        for edit in case.edits {
            match edit {
                Put(pointer, value) => put(&mut submission, pointer, value),
                Cut(pointer) => cut(&mut submission, pointer),
            }
        }
        let (folder, expect, pointer) = match case.expect.split_once(' ') {
            Some((code, pointer)) => ("bad", format!("refused: {code}"), Some(pointer.to_string())),
            None => ("good", case.expect.to_string(), None),
        };
        let vector = Vector {
            explains: case.explains.into(),
            spec: Vec::from([case.spec.into()]),
            expect,
            pointer,
            kind: case.kind.text().into(),
            submission,
        };

        let text = format!("{}\n", serde_json::to_string_pretty(&vector).unwrap());
        compare(&format!("vectors/message/{folder}/{}.json", case.name), &text);
    }
}

/// Every case, those of subjects with their own table at the end.
fn cases() -> Vec<Case> {
    let all = [
        [good(), bad()],
        [good_submissions(), bad_submissions()],
        [control::good(), control::bad()],
        [intelligence::good(), intelligence::bad()],
        [handover::good(), handover::bad()],
        [child::good(), child::bad()],
        [batch::good(), batch::bad()],
        [rescue::good(), rescue::bad()],
        [operation::good(), operation::bad()],
        [evidence::good(), evidence::bad()],
        [assets::good(), assets::bad()],
        [coordination::good(), coordination::bad()],
    ];
    all.into_iter().flatten().flatten().collect()
}

#[test]
fn a_good_vector_is_accepted_and_writes_back_what_it_says() {
    // shows: msgk-4
    // shows: msgk-9
    // shows: msgk-14
    // shows: msgk-22
    // shows: msgk-23
    // shows: msgk-120
    // shows: msgk-131
    // shows: msgk-26
    // shows: msgk-41, msgk-42, msgk-43, msgk-44, msgk-45
    // shows: msgk-47, msgk-48, msgk-50, msgk-52, msgk-53, msgk-55, msgk-56, msgk-57, msgk-58
    // shows: msgk-61, msgk-62, msgk-65, msgk-67, msgk-68, msgk-69, msgk-71, msgk-72, msgk-135
    // shows: msgk-76, msgk-78, msgk-79, msgk-80, msgk-81
    // shows: msgk-85, msgk-86, msgk-87, msgk-132, msgk-133
    // shows: spc-1, spc-2
    for (name, vector) in vectors("good") {
        let submission =
            submit(&vector.submission).map_err(|faults| format!("{name}: {faults:?}")).unwrap();

        assert_eq!(vector.expect, "accepted", "{name}");
        assert_eq!(submission.kind().text(), vector.kind, "{name}");
        assert_eq!(Submission::read(&submission.write()).unwrap(), submission, "{name}");
    }
}

#[test]
fn a_bad_vector_has_the_one_fault_that_it_names() {
    // shows: msgk-3
    // shows: msgk-8
    // shows: msgk-9
    // shows: msgk-14
    // shows: msgk-15
    // shows: msgk-16
    // shows: msgk-20
    // shows: msgk-21
    // shows: msgk-22
    // shows: msgk-23
    // shows: msgk-24
    // shows: msgk-25
    // shows: msgk-26
    // shows: msgk-40, msgk-41, msgk-42, msgk-43, msgk-44, msgk-45, msgk-46
    // shows: msgk-47, msgk-48, msgk-49, msgk-50, msgk-51, msgk-52, msgk-53, msgk-54, msgk-55, msgk-56, msgk-57, msgk-58
    // shows: msgk-60, msgk-61, msgk-62, msgk-63, msgk-64, msgk-65, msgk-66, msgk-67, msgk-68, msgk-69, msgk-70, msgk-71, msgk-72, msgk-135
    // shows: msgk-75, msgk-76, msgk-77, msgk-78, msgk-79, msgk-80, msgk-81, msgk-82, bat-66
    // shows: msgk-85, msgk-86, msgk-87, msgk-132, msgk-133
    // shows: msgk-90, msgk-91, msgk-92, msgk-93, msgk-94, msgk-95, msgk-96
    // shows: msgk-97, msgk-98, msgk-99
    // shows: msgk-100, msgk-101, msgk-102, msgk-103, msgk-104, msgk-105, msgk-106
    // shows: msgk-107, msgk-108, msgk-109, msgk-110, msgk-111, msgk-112, msgk-113
    // shows: msgk-137, msgk-138
    // shows: msgk-114, msgk-115, msgk-116, msgk-117, msgk-118, msgk-119
    // shows: msgk-130, msgk-131, msgk-140, msgk-141
    // shows: ho-54, spc-1, spc-2
    let mut wrong = Vec::new();
    for (name, vector) in vectors("bad") {
        let wanted =
            (vector.pointer.unwrap(), known(vector.expect.strip_prefix("refused: ").unwrap()));

        let faults = submit(&vector.submission).err().unwrap_or_default();

        assert!(Kind::parse(&vector.kind).is_some(), "{name}");
        if brief(&faults) != [wanted] {
            wrong.push(format!("{name}: {faults:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The code as the registry has it, so that a vector cannot expect one that does not exist.
fn known(code: &str) -> &'static str {
    let codes = [
        "missing",
        "unknown-field",
        "wrong-type",
        "out-of-range",
        "bad-choice",
        "malformed",
        "too-long",
        "too-many",
        "too-few",
        "repeated",
        "conflicting",
    ];
    codes.into_iter().find(|known| *known == code).unwrap()
}

fn vectors(folder: &str) -> Vec<(String, Vector)> {
    let folder = format!("vectors/message/{folder}");
    let names = files(&folder).into_iter();
    names
        .map(|name| {
            let vector: Vector =
                serde_json::from_str(&text_of(&format!("{folder}/{name}"))).unwrap();
            (name, vector)
        })
        .collect()
}

fn said(text: &str) -> Json {
    json!({"lang": "en", "text": text})
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table: one entry for each case")]
fn good() -> Vec<Case> {
    use Kind::Acknowledgement;
    use Kind::HandoverDecision;
    use Kind::HandoverRequest;
    use Kind::InformationReply;
    let unsettled = |outcome: &str| Vec::from([
        Put("/body/outcome", json!(outcome)), Put("/body/per_offence", json!([{"offence": 1, "outcome": outcome}])),
        Cut("/body/conditions"), Cut("/body/surrender_window"),
    ]);
    let deferred = [Put("/body/deferral_until", json!("2026-06-01T00:00:00+07:00")), Cut("/body/grounds")];
    let own_national = [
        Put("/body/grounds", json!([{"ground": "own-national", "class": "mandatory",
            "law": "Constitution, article 40", "reasons": {"given": said("A national is tried at home.")}}])),
        Put("/body/domestic_prosecution_case", json!("LA-2026-DP-0001")),
        Cut("/body/victim_screening_ref"), Cut("/body/risk_assessment_ref"),
    ];
    Vec::from([
        case("null-is-absence", Acknowledgement, ("msgk-4", "accepted"),
            "null beside an optional field says the same as leaving it away",
            Vec::from([Put("/procedure", Json::Null), Put("/body/expected_by", Json::Null), Put("/respond_by", Json::Null)])),
        case("empty-optional-list", Acknowledgement, ("msgk-4", "accepted"),
            "an empty list beside an optional list says the same as leaving it away",
            Vec::from([Put("/attachments", json!([])), Put("/translations", json!([]))])),
        case("instant-in-another-offset", Acknowledgement, ("msgk-27", "accepted"),
            "instants of the header may have any offset", Vec::from([Put("/respond_by", json!("2026-03-02T15:30:00+07:00"))])),
        case("line-feed-in-a-passage", HandoverRequest, ("msgk-5", "accepted"),
            "line feed and tab may stand in text of many lines", Vec::from([Put("/body/facts/text", json!("One.\n\tTwo."))])),
        case("joiners-of-khmer-text", HandoverRequest, ("msgk-5", "accepted"),
            "marks that join or divide letters belong to a script and are kept",
            Vec::from([Put("/body/facts/text", json!("គំរូ\u{200b}សាកល្បង"))])),
        case("name-without-parts-to-tell", HandoverRequest, ("msgk-9", "accepted"),
            "a Burmese name is one undivided part",
            Vec::from([Put("/body/person/names", json!([{"full_original": "မောင်နမူနာ", "script": "Mymr", "lang": "my",
                "parts": [{"text": "မောင်နမူနာ", "role": "undivided"}], "kind": "official"}]))])),
        case("name-that-came-in-zawgyi", HandoverRequest, ("nam-4", "accepted"),
            "the bytes of a name that was in Zawgyi stand beside it",
            Vec::from([Put("/body/person/names", json!([{"full_original": "အောင်", "script": "Mymr", "lang": "my",
                "parts": [{"text": "အောင်", "role": "undivided"}], "kind": "official",
                "original_writing": {"encoding": "zawgyi", "utf8": "e180b1e180a1e180ace18084e180b9"}}]))])),
        case("lao-name-with-a-title", HandoverRequest, ("msgk-9", "accepted"),
            "a title stands beside given and family name, given name first",
            Vec::from([Put("/body/person/names", json!([{"full_original": "ທ້າວ ຕົວຢ່າງ ສົມມຸດ", "script": "Laoo", "lang": "lo",
                "parts": [{"text": "ທ້າວ", "role": "honorific"}, {"text": "ຕົວຢ່າງ", "role": "given"}, {"text": "ສົມມຸດ", "role": "family"}],
                "order_as_written": "given-first", "kind": "official"}]))])),
        case("seventeen-or-eighteen", HandoverRequest, ("msgk-10", "accepted"),
            "an age alone spans more than a year, and the person counts as possibly a child",
            Vec::from([Put("/body/person/birth", json!({"as_stated": "17或18岁", "calendar": "chinese-lunar", "precision": "age-only",
                "earliest": "2007-03-02", "latest": "2009-03-01"})), Put("/body/minor", json!("uncertain"))])),
        case("year-of-the-buddhist-era", HandoverRequest, ("msgk-10", "accepted"),
            "a year of the Buddhist era as Lao papers count it",
            Vec::from([Put("/body/person/birth", json!({"as_stated": "ພ.ສ. ໒໕໓໐", "calendar": "buddhist-la", "precision": "year",
                "earliest": "1987-01-01", "latest": "1988-04-15"}))])),
        case("stateless-person", HandoverRequest, ("msgk-9", "accepted"),
            "a stateless person has no country", Vec::from([Put("/body/nationality", json!({"status": "stateless"}))])),
        case("at-large-without-a-clock", HandoverRequest, ("msgk-14", "accepted"),
            "nobody holds the person, so no clock runs",
            Vec::from([Put("/body/custody_status", json!("at-large")), Cut("/body/detention")])),
        case("under-investigation-without-a-warrant", HandoverRequest, ("msgk-22", "accepted"),
            "while a case is investigated there may be no warrant",
            Vec::from([Put("/body/stage", json!("investigation")), Cut("/body/warrant_or_judgment")])),
        case("victim-indicators-stated", HandoverRequest, ("msgk-22", "accepted"),
            "signs of a victim are stated", Vec::from([Put("/body/victim_indicators_known", json!(["debt", "unpaid"]))])),
        case("granted-for-every-offence", HandoverDecision, ("msgk-23", "accepted"),
            "a grant of every offence without conditions or grounds",
            Vec::from([Put("/body/outcome", json!("granted")), Put("/body/per_offence", json!([{"offence": 1, "outcome": "granted"}])),
                Cut("/body/conditions"), Cut("/body/grounds")])),
        case("deferred", HandoverDecision, ("msgk-23", "accepted"),
            "a deferral says until when", unsettled("deferred").into_iter().chain(deferred).collect()),
        case("own-national-with-a-case-at-home", HandoverDecision, ("msgk-23", "accepted"),
            "an own national is refused, and the case at home is named",
            unsettled("refused").into_iter().chain(own_national).collect()),
        case("every-answer-refused", InformationReply, ("msgk-26", "accepted"),
            "when every answer is refused the scope is the whole",
            Vec::from([Put("/body/answers", json!([{"question_id": "q1", "status": "refused"}])), Put("/body/refusal_scope", json!("whole")),
                Cut("/body/delay_reason"), Cut("/body/next_update_by")])),
    ])
}

fn bad() -> Vec<Case> {
    let mut cases = bad_forms();
    cases.extend(bad_handling());
    cases.extend(bad_people());
    cases.extend(bad_requests());
    cases.extend(bad_decisions());
    cases.extend(bad_information());
    cases
}

#[rustfmt::skip]
fn bad_forms() -> Vec<Case> {
    use Kind::Acknowledgement;
    use Kind::HandoverRequest;
    Vec::from([
        case("unknown-field", Acknowledgement, ("msgk-1", "unknown-field /body/colour"),
            "a field that the type does not have", Vec::from([Put("/body/colour", json!("green"))])),
        case("unknown-field-with-a-slash", Acknowledgement, ("msgk-1", "unknown-field /a~1b~0c"),
            "a pointer escapes slash and tilde", Vec::from([Put("/a~1b~0c", json!(1))])),
        case("required-field-missing", HandoverRequest, ("msgk-1", "missing /body/facts"),
            "a required field is absent", Vec::from([Cut("/body/facts")])),
        case("required-field-null", HandoverRequest, ("msgk-4", "missing /body/facts"),
            "null beside a required field is its absence", Vec::from([Put("/body/facts", Json::Null)])),
        case("null-in-a-list", HandoverRequest, ("msgk-4", "wrong-type /body/evidence_pack/1"),
            "null is no item of a list", Vec::from([Put("/body/evidence_pack/-", Json::Null)])),
        case("number-for-a-text", Acknowledgement, ("msgk-1", "wrong-type /subject_line"),
            "a number where a text stands", Vec::from([Put("/subject_line", json!(7))])),
        case("required-list-empty", HandoverRequest, ("msgk-1", "too-few /body/offences"),
            "a required list has at least one item", Vec::from([Put("/body/offences", json!([]))])),
        case("text-empty", Acknowledgement, ("msgk-5", "malformed /subject_line"),
            "an empty text", Vec::from([Put("/subject_line", json!(""))])),
        case("text-not-composed", Acknowledgement, ("nam-1", "malformed /subject_line"),
            "a letter and its marks apart", Vec::from([Put("/subject_line", json!("Nguye\u{302}\u{303}n"))])),
        case("text-blank", Acknowledgement, ("msgk-5", "malformed /subject_line"),
            "a text of blanks", Vec::from([Put("/subject_line", json!(" \u{2003}"))])),
        case("line-too-long", Acknowledgement, ("msgk-5", "too-long /subject_line"),
            "a line of 501 bytes", Vec::from([Put("/subject_line", json!("x".repeat(501)))])),
        case("line-feed-in-a-line", Acknowledgement, ("msgk-5", "malformed /subject_line"),
            "a line feed inside a line", Vec::from([Put("/subject_line", json!("one\ntwo"))])),
        case("control-character-in-a-passage", HandoverRequest, ("msgk-5", "malformed /body/facts/text"),
            "a control character in text of many lines", Vec::from([Put("/body/facts/text", json!("one\u{7}two"))])),
        case("direction-turned", Acknowledgement, ("msgk-5", "malformed /subject_line"),
            "a mark that turns the direction of what follows", Vec::from([Put("/subject_line", json!("Granted\u{202e}detnarg ton"))])),
        case("language-tag-malformed", HandoverRequest, ("msgk-5", "malformed /body/facts/lang"),
            "an underscore in a language tag", Vec::from([Put("/body/facts/lang", json!("zh_Hans"))])),
        case("decimal-with-exponent", HandoverRequest, ("msgk-30", "malformed /body/known_location/geo/lat"),
            "a decimal number has no exponent", Vec::from([Put("/body/known_location/geo/lat", json!("2e1"))])),
        case("latitude-out-of-range", HandoverRequest, ("msgk-30", "out-of-range /body/known_location/geo/lat"),
            "a latitude beyond the pole", Vec::from([Put("/body/known_location/geo/lat", json!("90.01"))])),
        case("count-below-zero", HandoverRequest, ("msgk-30", "out-of-range /body/known_location/accuracy_m"),
            "a count is at least 0", Vec::from([Put("/body/known_location/accuracy_m", json!(-1))])),
        case("instant-without-an-offset", Acknowledgement, ("msgk-5", "malformed /body/expected_by"),
            "an instant says its offset", Vec::from([Put("/body/expected_by", json!("2026-03-02T17:00:00"))])),
        case("no-such-day", HandoverRequest, ("msgk-5", "malformed /body/offences/0/committed/to"),
            "there is no 30 February", Vec::from([Put("/body/offences/0/committed/to", json!("2026-02-30"))])),
        case("range-ends-before-it-begins", HandoverRequest, ("msgk-15", "conflicting /body/offences/0/committed/to"),
            "a range of days ends before it begins", Vec::from([Put("/body/offences/0/committed/to", json!("2024-12-31"))])),
    ])
}

#[rustfmt::skip]
fn bad_handling() -> Vec<Case> {
    use Kind::Acknowledgement;
    use Kind::HandoverRequest;
    use Kind::IntelligenceReport;
    use Kind::RequestForInformation;
    Vec::from([
        case("kind-unknown", Acknowledgement, ("msgk-6", "bad-choice /kind"),
            "a kind that is not registered", Vec::from([Put("/kind", json!("acknowledgment"))])),
        case("urgency-unknown", Acknowledgement, ("msgk-7", "bad-choice /urgency"),
            "there are four classes", Vec::from([Put("/urgency", json!("U5"))])),
        case("immediate-request-without-a-reason", HandoverRequest, ("msgk-7", "missing /body/urgency_reason"),
            "U1 has a written reason", Vec::from([Cut("/body/urgency_reason")])),
        case("immediate-question-without-a-reason", RequestForInformation, ("msgk-7", "missing /body/urgency_reason"),
            "U1 has a written reason", Vec::from([Cut("/body/urgency_reason")])),
        case("h3-without-text", IntelligenceReport, ("msgk-8", "missing /handling/h3_text"),
            "H3 is spelled out", Vec::from([Cut("/handling/h3_text")])),
        case("text-without-h3", Acknowledgement, ("msgk-8", "conflicting /handling/h3_text"),
            "only H3 has a text", Vec::from([Put("/handling/h3_text", said("Not for the press."))])),
        case("handling-code-twice", Acknowledgement, ("msgk-8", "repeated /handling/codes/1"),
            "each code stands once", Vec::from([Put("/handling/codes", json!(["H1", "H1"]))])),
        case("handling-without-codes", Acknowledgement, ("msgk-8", "too-few /handling/codes"),
            "at least H0", Vec::from([Put("/handling/codes", json!([]))])),
        case("review-after-erasure", Acknowledgement, ("msgk-8", "conflicting /handling/review_on"),
            "a review after the erasure has nothing to look at", Vec::from([Put("/handling/review_on", json!("2031-03-02"))])),
        case("onward-unknown", Acknowledgement, ("msgk-8", "bad-choice /handling/onward"),
            "a closed set", Vec::from([Put("/handling/onward", json!("anybody"))])),
        case("onward-to-nobody-named", Acknowledgement, ("msgk-8", "too-few /handling/onward/named"),
            "whoever names Parties names one", Vec::from([Put("/handling/onward", json!({"named": []}))])),
        case("classification-unknown", Acknowledgement, ("msgk-8", "bad-choice /handling/classification"),
            "a closed set", Vec::from([Put("/handling/classification", json!("secret"))])),
    ])
}

#[rustfmt::skip]
fn bad_people() -> Vec<Case> {
    use Kind::HandoverRequest;
    use Kind::IntelligenceReport;
    let birth = |precision: &str, earliest: &str, latest: &str| json!({
        "as_stated": "1984", "calendar": "gregorian", "precision": precision, "earliest": earliest, "latest": latest,
    });
    Vec::from([
        case("undivided-beside-family", HandoverRequest, ("msgk-9", "conflicting /body/person/names/0/parts"),
            "a name that is divided has no undivided part", Vec::from([Put("/body/person/names/0/parts/1/role", json!("undivided"))])),
        case("name-without-parts", HandoverRequest, ("msgk-9", "too-few /body/person/names/0/parts"),
            "a name has at least one part", Vec::from([Put("/body/person/names/0/parts", json!([]))])),
        case("script-malformed", HandoverRequest, ("msgk-9", "malformed /body/person/names/0/script"),
            "a script is four letters", Vec::from([Put("/body/person/names/0/script", json!("HANS"))])),
        case("person-without-a-name", HandoverRequest, ("msgk-9", "too-few /body/person/names"),
            "a person has at least one name", Vec::from([Put("/body/person/names", json!([]))])),
        case("latest-before-earliest", HandoverRequest, ("msgk-10", "conflicting /body/person/birth/latest"),
            "the earliest day comes first", Vec::from([Put("/body/person/birth", birth("year", "1984-12-31", "1984-01-01"))])),
        case("day-that-spans-two", HandoverRequest, ("msgk-10", "conflicting /body/person/birth/precision"),
            "a date known to the day is one day", Vec::from([Put("/body/person/birth", birth("day", "1984-07-01", "1984-07-02"))])),
        case("month-that-spans-a-year", HandoverRequest, ("msgk-10", "conflicting /body/person/birth/precision"),
            "a date known to the month spans no year", Vec::from([Put("/body/person/birth", birth("month", "1984-01-01", "1984-12-31"))])),
        case("days-beside-what-is-stated", HandoverRequest, ("nam-13", "conflicting /body/person/birth/as_stated"),
            "the days leave out the year that is stated", Vec::from([Put("/body/person/birth", birth("year", "1985-01-01", "1985-12-31"))])),
        case("paper-number-in-thai-digits", HandoverRequest, ("nam-3", "malformed /body/person/documents/0/number"),
            "a number on a paper has ASCII digits", Vec::from([Put("/body/person/documents/0/number", json!("SYN-๑๒๓"))])),
        case("age-of-one-day", HandoverRequest, ("msgk-10", "conflicting /body/person/birth/precision"),
            "an age alone is not one day", Vec::from([Put("/body/person/birth", birth("age-only", "1984-01-01", "1984-01-01"))])),
        case("stateless-with-a-country", HandoverRequest, ("msgk-9", "conflicting /body/nationality/country"),
            "a stateless person has no country", Vec::from([Put("/body/nationality/status", json!("stateless"))])),
        case("nationality-without-a-country", HandoverRequest, ("msgk-9", "missing /body/nationality/country"),
            "a nationality is that of a country", Vec::from([Cut("/body/nationality/country")])),
        case("document-ends-before-it-begins", HandoverRequest, ("msgk-9", "conflicting /body/person/documents/0/expires_on"),
            "a document does not end before it was issued", Vec::from([Put("/body/person/documents/0/expires_on", json!("2018-01-01"))])),
        case("biometric-without-a-hash", HandoverRequest, ("msgk-9", "malformed /body/person/biometrics/0/hash"),
            "a hash names its algorithm", Vec::from([Put("/body/person/biometrics/0/hash", json!("0".repeat(71)))])),
        case("identifier-of-two-kinds", IntelligenceReport, ("msgk-12", "conflicting /body/entities/3/entity/identifier"),
            "one identifier is of one kind",
            Vec::from([Put("/body/entities/3/entity/identifier", json!({"phone": "+999000123456", "ip": "198.18.0.1"}))])),
        case("identifier-of-no-kind", IntelligenceReport, ("msgk-12", "missing /body/entities/3/entity/identifier"),
            "an identifier has a kind", Vec::from([Put("/body/entities/3/entity/identifier", json!({}))])),
        case("identifier-of-an-unknown-kind", IntelligenceReport, ("msgk-12", "bad-choice /body/entities/3/entity/identifier"),
            "a closed set of kinds", Vec::from([Put("/body/entities/3/entity/identifier", json!({"pager": "1"}))])),
        case("phone-with-blanks", IntelligenceReport, ("msgk-12", "malformed /body/entities/3/entity/identifier/phone"),
            "E.164 has no blanks", Vec::from([Put("/body/entities/3/entity/identifier/phone", json!("+999 000 123456"))])),
        case("address-not-canonical", IntelligenceReport, ("msgk-12", "malformed /body/entities/7/entity/identifier/ip"),
            "an address has one form", Vec::from([Put("/body/entities/7/entity/identifier/ip", json!("2001:DB8:0::1"))])),
        case("card-number-in-full", IntelligenceReport, ("msgk-12", "malformed /body/entities/15/entity/identifier/payment_card"),
            "a card number is truncated", Vec::from([Put("/body/entities/15/entity/identifier/payment_card", json!("9999000000001234"))])),
        case("evaluation-code-of-another-scheme", IntelligenceReport, ("msgk-13", "bad-choice /body/evaluation/source_code"),
            "4x4 has no source D", Vec::from([Put("/body/evaluation/source_code", json!("D"))])),
        case("evaluation-of-information-of-another-scheme", IntelligenceReport, ("msgk-13", "bad-choice /body/evaluation/info_code"),
            "4x4 has no information 6", Vec::from([Put("/body/evaluation/info_code", json!("6"))])),
    ])
}

#[rustfmt::skip]
fn bad_requests() -> Vec<Case> {
    use Kind::AdditionalInformationReply;
    use Kind::AdditionalInformationRequest;
    use Kind::HandoverRequest;
    Vec::from([
        case("release-before-detention", HandoverRequest, ("msgk-14", "conflicting /body/detention/release_due"),
            "a release is not due before the person was held", Vec::from([Put("/body/detention/release_due", json!("2026-03-01T06:09:00+07:00"))])),
        case("extension-before-release", HandoverRequest, ("msgk-14", "conflicting /body/detention/extendable_until"),
            "an extension ends after the release it puts off",
            Vec::from([Put("/body/detention/extendable_until", json!("2026-03-03T06:10:00+08:00"))])),
        case("clock-of-another-person", HandoverRequest, ("msgk-14", "conflicting /body/detention/person_ref"),
            "the clock runs for the person asked for", Vec::from([Put("/body/detention/person_ref", json!("CN-P-000999"))])),
        case("clock-while-at-large", HandoverRequest, ("msgk-14", "conflicting /body/detention"),
            "no clock runs while nobody holds the person", Vec::from([Put("/body/custody_status", json!("at-large"))])),
        case("imprisonment-without-months", HandoverRequest, ("msgk-15", "missing /body/offences/0/max_penalty/months"),
            "imprisonment has a number of months", Vec::from([Cut("/body/offences/0/max_penalty/months")])),
        case("months-for-life", HandoverRequest, ("msgk-15", "conflicting /body/offences/1/max_penalty/months"),
            "only imprisonment has a number of months", Vec::from([Put("/body/offences/1/max_penalty/months", json!(12))])),
        case("death-not-stated", HandoverRequest, ("msgk-15", "conflicting /body/offences/1/penalty_includes_death"),
            "when the highest penalty is death, the penalties include death",
            Vec::from([Put("/body/offences/1/max_penalty/kind", json!("death"))])),
        case("accused-without-a-warrant", HandoverRequest, ("msgk-22", "missing /body/warrant_or_judgment"),
            "once somebody is accused the warrant is named", Vec::from([Cut("/body/warrant_or_judgment")])),
        case("victim-indicators-not-stated", HandoverRequest, ("msgk-22", "missing /body/victim_indicators_known"),
            "silence about signs of a victim is no answer", Vec::from([Cut("/body/victim_indicators_known")])),
        case("transfer-channel-unknown", HandoverRequest, ("msgk-22", "bad-choice /body/transfer_channel"),
            "a closed set", Vec::from([Put("/body/transfer_channel", json!("rendition"))])),
        case("item-id-twice", AdditionalInformationRequest, ("msgk-21", "repeated /body/items/1"),
            "ids of items differ", Vec::from([Put("/body/items/1/id", json!("i1"))])),
        case("item-answered-twice", AdditionalInformationReply, ("msgk-21", "repeated /body/answers/1"),
            "each item is answered once", Vec::from([Put("/body/answers/1/item_id", json!("i1"))])),
        case("full-answer-without-content", AdditionalInformationReply, ("msgk-21", "missing /body/answers/1/content"),
            "an answer that gives something has content", Vec::from([Cut("/body/answers/1/content")])),
        case("partial-answer-without-a-reason", AdditionalInformationReply, ("msgk-21", "missing /body/answers/0/reason"),
            "an answer that does not give all says why", Vec::from([Cut("/body/answers/0/reason")])),
        case("acknowledged-message-malformed", Kind::Acknowledgement, ("msgk-20", "malformed /body/of"),
            "a message id is a UUID of version 7", Vec::from([Put("/body/of", json!("8c1d2e3f-4a5b-4c6d-8e7f-0a1b2c3d4e5f"))])),
    ])
}

#[rustfmt::skip]
fn bad_decisions() -> Vec<Case> {
    use Kind::HandoverDecision;
    let refused = || Vec::from([
        Put("/body/outcome", json!("refused")), Put("/body/per_offence", json!([{"offence": 1, "outcome": "refused"}])),
        Cut("/body/conditions"), Cut("/body/surrender_window"),
    ]);
    let and = |mut edits: Vec<Edit>, edit: Edit| { edits.push(edit); edits };
    let granted = || Vec::from([
        Put("/body/outcome", json!("granted")), Put("/body/per_offence", json!([{"offence": 1, "outcome": "granted"}])),
        Cut("/body/conditions"),
    ]);
    Vec::from([
        case("grant-without-screening", HandoverDecision, ("msgk-23", "missing /body/victim_screening_ref"),
            "no grant without a screening for signs of a victim", Vec::from([Cut("/body/victim_screening_ref")])),
        case("grant-without-risk-assessment", HandoverDecision, ("msgk-23", "missing /body/risk_assessment_ref"),
            "no grant without an assessment of the risk of ill-treatment", Vec::from([Cut("/body/risk_assessment_ref")])),
        case("waiver-without-a-grant", HandoverDecision, ("msgk-23", "conflicting /body/death_penalty_waiver"),
            "only a grant can do without the promise to spare the life",
            and(refused(), Put("/body/death_penalty_waiver", said("Article 4.")))),
        case("consultation-omitted-before-a-grant", HandoverDecision, ("msgk-23", "conflicting /body/consultation_omitted"),
            "consultation comes before a refusal", Vec::from([Put("/body/consultation_omitted", said("No time."))])),
        case("refusal-without-grounds", HandoverDecision, ("msgk-23", "missing /body/grounds"),
            "a refusal names its grounds", and(refused(), Cut("/body/grounds"))),
        case("offence-refused-without-grounds", HandoverDecision, ("msgk-23", "missing /body/grounds"),
            "the refusal of one offence names its grounds", Vec::from([Cut("/body/grounds")])),
        case("grant-of-all-with-grounds", HandoverDecision, ("msgk-23", "conflicting /body/grounds"),
            "a grant of every offence has no ground for refusal", granted()),
        case("own-national-without-a-case-at-home", HandoverDecision, ("msgk-23", "missing /body/domestic_prosecution_case"),
            "whoever does not hand over an own national prosecutes",
            and(refused(), Put("/body/grounds/0/ground", json!("own-national")))),
        case("ground-unknown", HandoverDecision, ("msgk-16", "bad-choice /body/grounds/0/ground"),
            "a closed set", Vec::from([Put("/body/grounds/0/ground", json!("inconvenient"))])),
        case("ground-of-an-information-request", HandoverDecision, ("msgk-16", "conflicting /body/grounds/0/ground"),
            "a ground that refuses information does not refuse a person", Vec::from([Put("/body/grounds/0/ground", json!("not-available"))])),
        case("ground-without-reasons", HandoverDecision, ("msgk-16", "missing /body/grounds/0/reasons"),
            "reasons are given or withheld, not left away", Vec::from([Cut("/body/grounds/0/reasons")])),
        case("conditional-without-conditions", HandoverDecision, ("msgk-23", "missing /body/conditions"),
            "a conditional grant names its conditions", Vec::from([Cut("/body/conditions")])),
        case("conditions-of-a-refusal", HandoverDecision, ("msgk-23", "conflicting /body/conditions"),
            "only a conditional grant has conditions", and(refused(), Put("/body/conditions", json!([said("Later.")])))),
        case("deferral-without-a-date", HandoverDecision, ("msgk-23", "missing /body/deferral_until"),
            "a deferral says until when",
            Vec::from([Put("/body/outcome", json!("deferred")), Put("/body/per_offence", json!([{"offence": 1, "outcome": "deferred"}])),
                Cut("/body/conditions"), Cut("/body/surrender_window")])),
        case("date-without-a-deferral", HandoverDecision, ("msgk-23", "conflicting /body/deferral_until"),
            "only a deferral says until when", Vec::from([Put("/body/deferral_until", json!("2026-06-01T00:00:00+07:00"))])),
        case("window-of-a-refusal", HandoverDecision, ("msgk-23", "conflicting /body/surrender_window"),
            "a person is collected after a grant only",
            Vec::from([Put("/body/outcome", json!("refused")), Put("/body/per_offence", json!([{"offence": 1, "outcome": "refused"}])),
                Cut("/body/conditions")])),
        case("window-ends-before-it-begins", HandoverDecision, ("msgk-23", "conflicting /body/surrender_window/to"),
            "a range of time ends before it begins", Vec::from([Put("/body/surrender_window/to", json!("2026-03-13T07:59:59+07:00"))])),
        case("refusal-that-grants", HandoverDecision, ("msgk-23", "conflicting /body/per_offence"),
            "a refusal refuses every offence", and(refused(), Put("/body/per_offence/0/outcome", json!("granted")))),
        case("grant-that-grants-nothing", HandoverDecision, ("msgk-23", "conflicting /body/per_offence"),
            "a grant grants at least one offence", Vec::from([Put("/body/per_offence/0/outcome", json!("refused"))])),
        case("offence-decided-twice", HandoverDecision, ("msgk-23", "repeated /body/per_offence/1"),
            "each offence is decided once", Vec::from([Put("/body/per_offence/1/offence", json!(1))])),
        case("offence-zero", HandoverDecision, ("msgk-23", "out-of-range /body/per_offence/1/offence"),
            "offences are counted from 1", Vec::from([Put("/body/per_offence/1/offence", json!(0))])),
    ])
}

#[rustfmt::skip]
fn bad_information() -> Vec<Case> {
    use Kind::InformationReply;
    use Kind::IntelligenceReport;
    use Kind::RequestForInformation;
    Vec::from([
        case("link-to-nothing", IntelligenceReport, ("msgk-24", "conflicting /body/links/0/b"),
            "both ends of a link are entities of the report", Vec::from([Put("/body/links/0/b", json!("s9"))])),
        case("entity-id-twice", IntelligenceReport, ("msgk-24", "repeated /body/entities/17"),
            "ids of entities differ", Vec::from([Put("/body/entities/17/id", json!("a1"))])),
        case("source-named", IntelligenceReport, ("msgk-24", "unknown-field /body/source_identity"),
            "who a source is has no field", Vec::from([Put("/body/source_identity", json!("somebody"))])),
        case("question-id-twice", RequestForInformation, ("msgk-25", "repeated /body/questions/1"),
            "ids of questions differ", Vec::from([Put("/body/questions/1/id", json!("q1"))])),
        case("subject-without-a-link-to-the-case", RequestForInformation, ("msgk-25", "missing /body/subjects/0/link_to_case"),
            "why this person is said for each", Vec::from([Cut("/body/subjects/0/link_to_case")])),
        case("data-class-unknown", RequestForInformation, ("msgk-25", "bad-choice /body/questions/0/data_class"),
            "a closed set", Vec::from([Put("/body/questions/0/data_class", json!("everything"))])),
        case("refused-answer-without-grounds", InformationReply, ("msgk-26", "missing /body/refusal"),
            "a refused answer has its grounds", Vec::from([Cut("/body/refusal")])),
        case("refused-answer-without-a-scope", InformationReply, ("msgk-26", "missing /body/refusal_scope"),
            "a refused answer says how much is refused", Vec::from([Cut("/body/refusal_scope")])),
        case("scope-that-disagrees", InformationReply, ("msgk-26", "conflicting /body/refusal_scope"),
            "not every answer is refused", Vec::from([Put("/body/refusal_scope", json!("whole"))])),
        case("grounds-without-a-refused-answer", InformationReply, ("msgk-26", "conflicting /body/refusal"),
            "grounds stand where an answer is refused",
            Vec::from([Put("/body/answers/1/status", json!("no-record")), Cut("/body/refusal_scope")])),
        case("pending-answer-without-a-date", InformationReply, ("msgk-26", "missing /body/next_update_by"),
            "a pending answer says when there will be news", Vec::from([Cut("/body/next_update_by")])),
        case("pending-answer-without-a-reason", InformationReply, ("msgk-26", "missing /body/delay_reason"),
            "a pending answer says why", Vec::from([Cut("/body/delay_reason")])),
        case("no-record-with-content", InformationReply, ("msgk-26", "conflicting /body/answers/2/content"),
            "only an answer in full or in part has content", Vec::from([Put("/body/answers/2/content", said("Nothing."))])),
        case("answer-without-content", InformationReply, ("msgk-26", "missing /body/answers/0/content"),
            "an answer in full or in part has content", Vec::from([Cut("/body/answers/0/content")])),
        case("question-answered-twice", InformationReply, ("msgk-26", "repeated /body/answers/2"),
            "each question is answered once", Vec::from([Put("/body/answers/2/question_id", json!("q1"))])),
    ])
}

#[rustfmt::skip]
fn good_submissions() -> Vec<Case> {
    use Kind::HandoverRequest;
    Vec::from([
        case("word-that-is-a-name-too", HandoverRequest, ("msgk-120", "accepted"),
            "somebody has looked at the subject line",
            Vec::from([Put("/subject_line", json!("样本 of 张样本 paper")), Put("/subject_line_checked", json!(true))])),
        case("name-as-part-of-a-word", HandoverRequest, ("msgk-120", "accepted"),
            "a word that begins like a name is another word", Vec::from([Put("/subject_line", json!("Zhang Yangbens of all kinds"))])),
    ])
}

#[rustfmt::skip]
fn bad_submissions() -> Vec<Case> {
    use Kind::Acknowledgement;
    use Kind::HandoverRequest;
    let recipient = |agency: &str| json!({"agency": agency, "role": "action"});
    let crowd: Vec<Json> = (0..33).map(|number| recipient(&format!("x{number}.mps"))).collect();
    Vec::from([
        case("name-in-the-subject-line", HandoverRequest, ("msgk-120", "conflicting /subject_line"),
            "a subject line says nothing of whom it is about", Vec::from([Put("/subject_line", json!("Handover of 张样本"))])),
        case("latin-name-in-the-subject-line", HandoverRequest, ("msgk-120", "conflicting /subject_line"),
            "nor in Latin letters", Vec::from([Put("/subject_line", json!("Handover of ZHANG YANGBEN"))])),
        case("nobody-to-send-to", Acknowledgement, ("msgk-27", "too-few /to"),
            "a message has a recipient", Vec::from([Put("/to", json!([]))])),
        case("too-many-recipients", Acknowledgement, ("msgk-27", "too-many /to"),
            "at most 32 recipients", Vec::from([Put("/to", json!(crowd))])),
        case("recipient-twice", Acknowledgement, ("msgk-27", "repeated /to/1"),
            "each agency is named once", Vec::from([Put("/to/-", recipient("cn.mps"))])),
        case("agency-malformed", Acknowledgement, ("msgk-27", "malformed /to/0/agency"),
            "an agency's name is in lower case", Vec::from([Put("/to/0/agency", json!("CN.MPS"))])),
        case("parent-twice", Acknowledgement, ("msgk-27", "repeated /parents/1"),
            "each parent is named once", Vec::from([Put("/parents", json!(["ab".repeat(32), "ab".repeat(32)]))])),
        case("parent-malformed", Acknowledgement, ("msgk-27", "malformed /parents/0"),
            "a digest is in lower case", Vec::from([Put("/parents", json!(["AB".repeat(32)]))])),
        case("procedure-malformed", Acknowledgement, ("msgk-27", "malformed /procedure"),
            "a procedure's id is a UUID of version 7", Vec::from([Put("/procedure", json!("8c1d2e3f-4a5b-4c6d-8e7f-0a1b2c3d4e5f"))])),
        case("answer-asked-for-after-the-end", Acknowledgement, ("msgk-27", "conflicting /respond_by"),
            "an answer is asked for before the message expires",
            Vec::from([Put("/respond_by", json!("2026-03-03T00:00:01Z")), Put("/expires", json!("2026-03-03T00:00:00Z"))])),
        case("legal-basis-missing", Acknowledgement, ("msgk-27", "too-few /legal_basis"),
            "a message rests on law", Vec::from([Put("/legal_basis", json!([]))])),
        case("exercise-not-said", Acknowledgement, ("msgk-27", "missing /exercise"),
            "whether it is an exercise is always said", Vec::from([Cut("/exercise")])),
        case("machine-translation-authentic", Acknowledgement, ("msgk-17", "conflicting /translations/0/authentic"),
            "a machine's translation is never authentic",
            Vec::from([Put("/translations", json!([{"lang": "en", "method": "machine", "authentic": true}]))])),
        case("media-type-malformed", Acknowledgement, ("msgk-27", "malformed /attachments/0/media_type"),
            "a media type has two parts",
            Vec::from([Put("/attachments", json!([{"digest": "ab".repeat(32), "length": 1, "media_type": "pdf"}]))])),
    ])
}
