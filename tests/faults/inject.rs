//! System calls of a running node that fail.

use harness::chance::Chance;
use harness::faults::inject;
use harness::faults::inject::KINDS;
use harness::faults::inject::Story;
use harness::skip;

/// Kinds of call in each run of the tests; `cargo xtask storage --inject all` tries every call of every kind.
const KINDS_TRIED: usize = 3;

/// Every so many calls.
const STEP: usize = 5;

/// Most stories of one kind; a node reads more often than a test should take.
const STORIES_MAX: usize = 3;

#[test]
fn a_node_whose_calls_fail_says_why_and_has_everything_when_it_is_started_again() {
    // shows: store-13, store-19
    // shows: promise-1
    if let Err(why) = inject::possible() {
        skip::aloud("system calls that fail", &why);
        return;
    }
    let mut chance = Chance::announced("a_node_whose_calls_fail");
    let mut story = Story::begin();
    for _ in 0..KINDS_TRIED {
        let kind = KINDS[chance.below(KINDS.len())];

        let numbers = (1 + chance.below(STEP)..).step_by(STEP).take(STORIES_MAX);
        let injected = story.kind(kind, numbers);

        println!("{kind:?}: {} met, {} ended", injected.met, injected.ended);
    }
    story.end();
}
