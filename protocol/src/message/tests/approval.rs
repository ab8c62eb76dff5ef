//! Who has to approve a message, against the table of the specification.

use alloc::vec::Vec;

use super::example;
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
