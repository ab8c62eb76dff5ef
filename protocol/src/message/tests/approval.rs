//! Who has to approve a message, against the table of the specification.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::cut;
use super::example;
use super::put;
use super::submit;
use super::text_of;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::kind::Kind;

/// The rows of the table of kinds: kind, and who approves it at least.
fn rows(chapter: &str) -> Vec<(&str, &str)> {
    let (_, table) = chapter.split_once("| kind | approved by |").unwrap();
    let (table, _) = table.split_once("**[").unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    cells.map(|(kind, approvals)| (kind, &approvals[..2])).collect()
}

#[test]
fn the_table_of_kinds_names_every_kind_in_the_order_of_registration_and_its_least_approval() {
    // shows: msgk-6, msgk-31
    let chapter = text_of("10-message.md");
    let rows = rows(&chapter);

    let kinds: Vec<&str> = rows.iter().map(|(kind, _)| *kind).collect();
    let registered: Vec<&str> = Kind::all().iter().map(|kind| kind.text()).collect();
    assert_eq!(kinds, registered);
    for (kind, least) in rows {
        let submission = submit(&example(Kind::parse(kind).unwrap())).unwrap();
        let handling = submission.handling_codes();
        let said = Said { urgency: submission.urgency(), handling: &handling };
        let asked = submission.body().approval(&said);
        assert!(
            asked >= Approval::parse(least).unwrap(),
            "{kind}: {asked}, the table says {least}"
        );
    }
}

/// Who has to approve the example of a kind, changed as `edit` says.
fn asked(kind: Kind, edit: impl Fn(&mut Json)) -> Approval {
    let mut changed = example(kind);
    edit(&mut changed);
    let submission = submit(&changed).unwrap();
    let handling = submission.handling_codes();
    submission.body().approval(&Said { urgency: submission.urgency(), handling: &handling })
}

#[test]
fn a_supervisor_approves_an_emergency_hold_that_is_immediate_and_a_prosecutor_every_other_freeze() {
    // shows: msgk-31, msgk-100
    let hold = |urgency: &str| {
        asked(Kind::FreezingRequest, |json| {
            put(json, "/urgency", json!(urgency));
            put(json, "/body/measure", json!("emergency-hold"));
            cut(json, "/body/order_ref");
        })
    };

    assert_eq!(hold("U1"), Approval::A2);
    assert_eq!(hold("U2"), Approval::A3);
    assert_eq!(
        asked(Kind::FreezingRequest, |json| put(json, "/urgency", json!("U1"))),
        Approval::A3
    );
}

#[test]
fn a_text_that_stands_is_approved_by_the_head_of_the_agency_and_one_that_moves_by_a_supervisor() {
    // shows: msgk-31
    let document =
        |stage: &str| asked(Kind::OutcomeDocument, |json| put(json, "/body/stage", json!(stage)));

    assert_eq!(document("draft"), Approval::A2);
    assert_eq!(document("negotiating"), Approval::A2);
    assert_eq!(document("frozen"), Approval::A4);
    assert_eq!(document("open-for-signature"), Approval::A4);
}
