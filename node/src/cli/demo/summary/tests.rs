//! The shape of the answer, as table and as JSON.

use std::path::Path;

use concord_protocol::audit::verify::report::Counts;
use serde_json::json;

use crate::cli::demo::evidence::Findings;
use crate::cli::demo::ledger::Tally;
use crate::cli::demo::summary::LogLine;
use crate::cli::demo::summary::Pair;
use crate::cli::demo::summary::Setting;
use crate::cli::demo::summary::Summary;

const TALLY: Tally =
    Tally { messages: 2, deliveries: 3, receipts: 2, refusals: 1, receipts_l2: 2, refusals_l2: 1 };

#[test]
fn the_object_has_the_keys_that_were_promised() {
    let summary = summary(TALLY, findings());

    let object = serde_json::to_value(&summary).expect("it has a JSON form");

    assert_eq!(
        object,
        json!({
            "ok": true, "agencies": 2, "messages": 2, "deliveries": 3, "receipts": 2, "receipts_l2": 2, "refusals": 1,
            "logs": [
                {"agency": "la.mps", "size": 9, "root": "AAEC", "verified": true, "cosignatures": 4},
                {"agency": "th.rtp", "size": 9, "root": "AAEC", "verified": true, "cosignatures": 4},
            ],
            "reconciliations": [{"a": "la.mps", "b": "th.rtp", "matched": 3, "problems": []}],
            "elapsed_ms": 1234, "dir": "/somewhere",
        })
    );
}

#[test]
fn a_delivery_without_an_end_is_not_ok() {
    let open = Tally { receipts: 1, ..TALLY };

    assert!(!summary(open, findings()).is_ok());
}

#[test]
fn a_receipt_that_no_quorum_stands_behind_is_not_ok() {
    let unwitnessed = Tally { receipts_l2: 1, ..TALLY };

    let summary = summary(unwitnessed, findings());

    assert!(!summary.is_ok());
    assert!(summary.text().contains("2 receipts, 1 of them at L2"));
}

#[test]
fn a_log_that_does_not_verify_is_not_ok() {
    let mut findings = findings();
    findings.logs[1].verified = false;

    assert!(!summary(TALLY, findings).is_ok());
}

#[test]
fn a_contradiction_is_not_ok_and_stands_at_both_logs() {
    let mut findings = findings();
    findings.pairs[0].problems.push("th.rtp to la.mps, epoch 1, number 2: missing".to_owned());

    let summary = summary(TALLY, findings);

    assert!(!summary.is_ok());
    assert_eq!(summary.text().matches("contradicted").count(), 2);
    assert!(summary.text().contains("number 2: missing"));
}

#[test]
fn a_pair_that_was_not_compared_is_not_ok() {
    let findings = Findings { pairs: Vec::new(), ..findings() };

    assert!(!summary(TALLY, findings).is_ok());
}

#[test]
fn the_table_says_who_sent_what_and_how_it_stands() {
    let text = summary(TALLY, findings()).text();

    let row = text.lines().find(|line| line.contains("la.mps")).expect("a row for each log");
    let cells: Vec<&str> =
        row.split(['│', '┆']).map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["la.mps", "5", "4", "3", "9", "AAEC…", "4", "verified, agrees with all"]);
    assert!(text.contains("1 pairs of logs reconciled: 3 numbers agree, 0 problems"));
    assert!(text.ends_with("everything lies in /somewhere\n"));
}

fn summary(tally: Tally, findings: Findings) -> Summary {
    Summary::new(tally, findings, Setting { dir: Path::new("/somewhere"), elapsed_ms: 1234 })
}

fn findings() -> Findings {
    let pair =
        Pair { a: "la.mps".to_owned(), b: "th.rtp".to_owned(), matched: 3, problems: Vec::new() };
    Findings { logs: vec![log("la.mps"), log("th.rtp")], pairs: vec![pair] }
}

fn log(agency: &str) -> LogLine {
    LogLine {
        agency: agency.to_owned(),
        size: 9,
        root: "AAEC".to_owned(),
        verified: true,
        cosignatures: 4,
        counts: Counts {
            sent: 5,
            received: 4,
            settled_accepted: 2,
            settled_refused: 1,
            ..Counts::default()
        },
        finding: None,
    }
}
