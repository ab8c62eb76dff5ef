//! The examples of the specification: each is whole, and each of its required fields is needed.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::batch::put_root;
use super::brief;
use super::cut;
use super::example;
use super::files;
use super::pointers;
use super::put;
use super::submit;
use super::tree;
use crate::codec;
use crate::codec::value::Value;
use crate::message::content::Content;
use crate::message::field::Field;
use crate::message::grammar::Grammar;
use crate::message::grammar::Presence;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::kind::Kind;
use crate::message::submission::SubmittedFields;

#[test]
fn every_kind_has_one_example_and_no_other_file_stands_beside_them() {
    let found = files("examples");

    let wanted: BTreeSet<String> = Kind::all().iter().map(|kind| format!("{kind}.json")).collect();

    assert_eq!(found, wanted);
}

#[test]
fn an_example_reads_and_writes_back_equal() {
    // shows: msgk-27
    for kind in Kind::all() {
        let example = example(*kind);

        let submission = submit(&example).unwrap();

        assert_eq!(submission.kind(), *kind);
        assert_eq!(submission.write(), tree(&example), "{kind}");
        assert_eq!(submission.to().len(), example["to"].as_array().unwrap().len());
        assert!(submission.exercise());
    }
}

#[test]
fn what_is_sealed_comes_back_from_its_bytes() {
    // shows: msgk-17
    for kind in Kind::all() {
        let content = submit(&example(*kind)).unwrap().content();
        let bytes = codec::encode(&content.write()).unwrap();

        let tree: Value = codec::decode(&bytes).unwrap();
        let again = Content::read(*kind, &tree).unwrap();

        assert_eq!(again, content);
        assert_eq!(codec::encode(&again.write()).unwrap(), bytes);
    }
}

#[test]
fn without_a_required_field_exactly_that_fault_is_found() {
    // shows: msgk-1
    let mut removed = 0;
    for kind in Kind::all() {
        let example = example(*kind);
        for (pointer, presence) in fields(*kind, &example) {
            if presence == Presence::Required {
                let mut less = example.clone();
                cut(&mut less, &pointer);

                let faults = submit(&less).unwrap_err();

                assert_eq!(
                    brief(&faults),
                    [(pointer.clone(), "missing")],
                    "{kind} without {pointer}"
                );
                removed += 1;
            }
        }
    }
    assert!(removed > 400, "only {removed} required fields stand in the examples");
}

/// What the examples need although its declaration lets it be absent: the conditions that hold in them.
const CONDITIONAL: &[&str] = &[
    "handover-request /body/person/nationalities/0/country",
    "handover-request /body/warrant_or_judgment",
    "handover-request /body/offences/0/max_penalty/months",
    "handover-request /body/nationality/country",
    "handover-request /body/urgency_reason",
    "additional-information-reply /body/answers/0/content",
    "additional-information-reply /body/answers/0/reason",
    "additional-information-reply /body/answers/1/content",
    "handover-decision /body/conditions",
    "handover-decision /body/grounds",
    "handover-decision /body/victim_screening_ref",
    "handover-decision /body/risk_assessment_ref",
    "intelligence-report /handling/h3_text",
    "intelligence-report /body/sources",
    "intelligence-report /body/entities",
    "request-for-information /body/offence/max_penalty/months",
    "request-for-information /body/subjects/0/person/nationalities/0/country",
    "request-for-information /body/urgency_reason",
    "information-reply /originator",
    "information-reply /consent",
    "information-reply /body/answers/0/content",
    "information-reply /body/refusal",
    "information-reply /body/refusal_scope",
    "information-reply /body/delay_reason",
    "information-reply /body/next_update_by",
    "recall /body/detail",
    "recall-report /body/cannot_erase_reason",
    "subject-rights-notice /body/detail",
    "subject-rights-answer /body/reason",
    "core-data /body/hits/0/person/nationalities/0/country",
    "notice /body/subject/person/nationalities/0/country",
    "notice /body/judicial_document",
    "notice /body/offences/0/max_penalty/months",
    "notice /body/offences",
    "notice /body/penalty_threshold_met",
    "sighting /body/custody_status",
    "sighting /body/validity_confirmation",
    "validity-confirmation /body/valid_until",
    "feed-snapshot /attachments",
    "feed-gap-request /body/from_seq",
    "feed-gap-request /body/to_seq",
    "dispute-decision /body/recommended",
    "provisional-arrest-request /body/person/nationalities/0/country",
    "provisional-arrest-request /body/offences/0/max_penalty/months",
    "schedule-answer /body/reason",
    "handover-certificate /body/manifest_root",
    "handover-certificate /body/results/0/identity_check",
    "handover-certificate /body/results/0/injuries_noted",
    "handover-certificate /body/results/1/identity_check",
    "handover-certificate /body/results/1/condition_note",
    "handover-certificate /body/results/1/injuries_noted",
    "certificate-countersignature /body/declaration",
    "specialty-consent-request /body/matter/new_offences/0/max_penalty/months",
    "specialty-consent-decision /body/conditions",
    "specialty-consent-decision /body/grounds",
    "specialty-consent-decision /body/risk_assessment_ref",
    "case-outcome-notice /body/sentence/months",
    "case-outcome-notice /body/sentence",
    "case-outcome-notice /body/assurances_kept/0/note",
    "post-handover-incident /body/assurance",
    "batch-manifest /body/entries/0/nationality_status/country",
    "batch-manifest /body/entries/0/decision_message",
    "batch-manifest /body/entries/0/screening_ref",
    "batch-manifest /body/entries/1/nationality_status/country",
    "batch-manifest /body/entries/1/decision_message",
    "batch-manifest /body/entries/1/screening_ref",
    "batch-manifest /body/entries/1/guardian_entry",
    "batch-manifest /body/entries/2/nationality_status/country",
    "batch-manifest /body/entries/2/decision_message",
    "batch-manifest /body/entries/2/screening_ref",
    "batch-manifest /body/entries/3/nationality_status/country",
    "batch-manifest /body/entries/3/decision_message",
    "batch-manifest /body/entries/3/screening_ref",
    "rescue-request /body/person/nationalities/0/country",
    "rescue-update /body/minor",
    "rescue-update /body/person_consents",
    "rescue-update /body/risk_assessment_ref",
    "victim-screening-report /body/person/nationalities/0/country",
    "victim-screening-report /body/non_punishment_review",
    "participation-reply /body/reason",
    "task-report /body/reason",
    "task-report /body/amended",
    "operation-status /body/plan",
    "operation-status /body/reason",
    "operation-result /body/persons/by_nationality/0/country",
    "operation-result /body/persons/by_nationality/1/country",
    "operation-result /body/persons/by_nationality/2/country",
    "operation-result /body/persons/by_nationality/3/country",
    "operation-result /body/persons/by_nationality/4/country",
    "data-preservation-request /body/offence/max_penalty/months",
    "data-preservation-reply /body/keep_until",
    "evidence-receipt /body/per_exhibit/0/discrepancy",
    "evidence-receipt /body/per_exhibit/1/hash_ok",
    "evidence-receipt /body/per_exhibit/1/discrepancy",
    "freezing-request /body/order_ref",
    "freezing-report /body/per_asset/0/balance",
    "freezing-report /body/per_asset/0/valid_until",
    "freezing-report /body/per_asset/0/renew_by",
    "freezing-report /body/per_asset/1/rank",
    "freezing-report /body/per_asset/2/grounds",
    "freezing-report /body/per_asset/3/released",
    "asset-recovery-request /body/victim_list_ref",
    "asset-recovery-decision /body/per_asset/1/grounds",
    "asset-disposition-notice /body/returned",
    "asset-disposition-notice /body/shared",
    "asset-disposition-notice /body/retained",
    "asset-disposition-notice /body/costs",
    "cycle-status /body/dates_zones",
    "cycle-status /body/reason",
    "cycle-status /body/consents",
    "minutes-adoption /body/reservation",
    "action-report /body/note",
    "outcome-document /body/package_digest",
    "outcome-document /body/quorum",
    "outcome-status /body/package_digest",
    "outcome-status /body/effective_on",
    "outcome-status /body/superseded_by",
];

#[test]
fn without_an_optional_field_nothing_is_wrong_unless_a_condition_holds() {
    let mut needed = Vec::new();
    for kind in Kind::all() {
        let example = example(*kind);
        for (pointer, presence) in fields(*kind, &example) {
            if presence == Presence::Optional {
                let mut less = example.clone();
                cut(&mut less, &pointer);
                if *kind == Kind::BatchManifest {
                    put_root(&mut less);
                }
                if submit(&less).is_err() {
                    needed.push(format!("{kind} {pointer}"));
                }
            }
        }
    }

    assert_eq!(needed, CONDITIONAL);
}

#[test]
fn a_value_of_another_type_is_one_fault_where_it_stands() {
    for kind in Kind::all() {
        let example = example(*kind);
        let mut all = Vec::new();
        pointers(&example, "", &mut all);
        for pointer in all {
            let mut other = example.clone();
            let wrong =
                if other.pointer(&pointer).unwrap().is_boolean() { json!(7) } else { json!(true) };
            put(&mut other, &pointer, wrong);

            let faults = submit(&other).unwrap_err();

            assert_eq!(brief(&faults), [(pointer.clone(), "wrong-type")], "{kind} at {pointer}");
        }
    }
}

/// Every field of a record that stands in an example, and whether its declaration demands it.
fn fields(kind: Kind, example: &Json) -> Vec<(String, Presence)> {
    let mut grammar = Grammar::new();
    let shape = SubmittedFields::grammar(&mut grammar);
    let mut found = Vec::new();
    walk(&grammar, kind, &shape, (example, ""), &mut found);
    found
}

fn walk(
    grammar: &Grammar,
    kind: Kind,
    shape: &Shape,
    (json, at): (&Json, &str),
    found: &mut Vec<(String, Presence)>,
) {
    match shape {
        Shape::Flag | Shape::Number { .. } | Shape::Text { .. } => {}
        Shape::List { of, .. } => {
            for (index, item) in json.as_array().unwrap().iter().enumerate() {
                walk(grammar, kind, of, (item, &format!("{at}/{index}")), found);
            }
        }
        Shape::Rule(name) => match grammar.get(name).unwrap() {
            Rule::Choice(_) | Rule::Is(_) => {}
            Rule::AnyOf(_) => {
                walk(grammar, kind, &Shape::Rule(kind.text().into()), (json, at), found)
            }
            Rule::Record(members) => {
                for member in members.iter().filter(|member| json.get(member.key).is_some()) {
                    let pointer = format!("{at}/{}", member.key);
                    walk(grammar, kind, &member.shape, (&json[member.key], &pointer), found);
                    found.push((pointer, member.presence));
                }
            }
            Rule::Tagged(cases) => {
                for (key, shape) in cases.iter().filter(|(key, _)| json.get(key).is_some()) {
                    let shape = shape.as_ref().unwrap();
                    walk(grammar, kind, shape, (&json[*key], &format!("{at}/{key}")), found);
                }
            }
        },
    }
}
