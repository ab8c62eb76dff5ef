//! `concord demo --once --json`: six agencies, a story, and the evidence; and all days of EX-HERON with few people.

use std::path::Path;
use std::time::Duration;

use harness::federation::Scratch;
use harness::shell;
use serde_json::Value;

use crate::second_opinion;

#[test]
fn the_demonstration_ends_with_every_delivery_accounted_for() {
    let scratch = Scratch::new("demo");

    let script = "exec concord demo --once --json --dir demo";
    let done = shell::script(scratch.path(), script, &[], Duration::from_secs(240));

    let said = String::from_utf8(done.stdout).unwrap();
    let talk = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{}\n{said}\n{talk}", done.status);
    let report: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}\n{said}"));
    assert_eq!(report["ok"], true, "{said}");
    assert_eq!(report["agencies"], 6);
    let number = |name: &str| report[name].as_u64().unwrap();
    assert!(number("messages") > 40 && number("deliveries") >= number("messages"), "{said}");
    assert_eq!(number("receipts") + number("refusals"), number("deliveries"), "{said}");
    let logs = report["logs"].as_array().unwrap();
    assert_eq!(logs.len(), 6);
    assert!(logs.iter().all(|log| log["verified"] == true && log["size"].as_u64() > Some(0)));
    // A quorum, which is four of the five others, stands behind every receipt and every log.
    assert_eq!(number("receipts_l2"), number("receipts"), "{said}");
    assert!(logs.iter().all(|log| log["cosignatures"].as_u64() >= Some(4)), "{said}");
    let pairs = report["reconciliations"].as_array().unwrap();
    assert_eq!(pairs.len(), 15);
    assert!(pairs.iter().all(|pair| pair["problems"].as_array().is_some_and(Vec::is_empty)));
    let dir = scratch.path().join(report["dir"].as_str().unwrap());
    for log in logs {
        let agency = log["agency"].as_str().unwrap();
        assert!(Path::new(&dir).join("bundles").join(format!("{agency}.concord")).is_file());
    }
    second_opinion::agrees(&dir, &report);
}

#[test]
fn all_days_of_the_exercise_add_up_by_what_the_nodes_hold() {
    let scratch = Scratch::new("heron");

    let script = "exec concord demo --scenario heron --small --once --json --dir heron";
    let done = shell::script(scratch.path(), script, &[], Duration::from_secs(400));

    let said = String::from_utf8(done.stdout).unwrap();
    let talk = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{}\n{said}\n{talk}", done.status);
    let report: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}\n{said}"));
    assert_eq!(report["ok"], true, "{said}");
    let acceptance = &report["acceptance"];
    assert_eq!((&acceptance["ok"], &acceptance["scale"]), (&true.into(), &"small".into()));
    // The small table, summed here by hand: nobody is lost between what was asked, decided and moved.
    let held: Vec<(u64, Vec<u64>)> =
        acceptance["sums"].as_array().unwrap().iter().map(|sum| numbers(&sum["held"])).collect();
    assert_eq!(
        held,
        [
            (23, vec![8, 2, 7, 2, 1, 1, 2]),
            (5, vec![3, 1, 1]),
            (2_141, vec![1_742, 187, 212]),
            (16, vec![12, 1, 1, 1, 1]),
            (12, vec![8, 3, 1]),
            (838, vec![800, 38]),
        ]
    );
    let agreement = &acceptance["agreement"];
    assert!(agreement["shared"].as_u64() > Some(60), "{said}");
    assert_eq!((&agreement["differing"], &agreement["in_conflict"]), (&0.into(), &0.into()));
    assert_eq!(report["receipts"], report["receipts_l2"], "{said}");
}

/// A sum and its parts.
fn numbers(sum: &Value) -> (u64, Vec<u64>) {
    let parts = sum["parts"].as_array().unwrap();
    let counts = parts.iter().map(|part| part["count"].as_u64().unwrap()).collect();
    (sum["total"].as_u64().unwrap(), counts)
}
