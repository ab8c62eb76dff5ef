//! A short run of what `cargo xtask chaos` does for as long as one likes.

use std::time::Duration;

use harness::chance::Chance;
use harness::chaos;
use harness::chaos::Load;
use harness::chaos::plan::Plan;
use harness::chaos::tally::Count;

/// How long faults go on.
const LENGTH: Duration = Duration::from_secs(30);

#[test]
fn nothing_acknowledged_is_lost_and_nothing_forged_is_taken_whatever_befalls_six_nodes() {
    // shows: promise-1, promise-2
    let seed = Chance::announced("chaos").draw();
    let plan = Plan::draw(seed, LENGTH);
    let load = Load { hands: 1, pace: Duration::from_millis(400) };

    let run = chaos::run(&plan, load, &|line| println!("{line}"));

    println!("{}", run.tally.table());
    let (failures, kept) = (run.tally.failures(), run.kept);
    assert!(failures.is_empty(), "plan {seed}, kept in {kept:?}:\n{}", failures.join("\n"));
    assert!(run.tally.get(Count::Messages) > 0);
    assert_eq!(run.tally.get(Count::Verified), 6);
    assert_eq!(run.tally.get(Count::Reconciled), 15);
}

#[test]
fn a_plan_is_the_same_for_the_same_seed_and_everything_that_begins_ends() {
    let length = Duration::from_secs(3600);
    let plan = Plan::draw(7, length);

    assert_eq!(plan, Plan::draw(7, length));
    assert_ne!(plan.acts, Plan::draw(8, length).acts);
    assert!(plan.acts.len() > 1000, "{}", plan.acts.len());
    for act in &plan.acts {
        assert!(act.begin < act.end && act.end < length, "{act:?}");
    }
}
