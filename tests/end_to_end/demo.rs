//! `concord demo --once --json`: six agencies, a story, and the evidence.

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
