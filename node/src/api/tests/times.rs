//! Times over the API: on the clocks of the sender and of whoever reads.

use crate::api::tests::fake::Fake;
use crate::api::tests::procedures::procedure;
use crate::api::tests::wire::World;

#[test]
fn a_message_shows_when_it_was_made_on_the_clock_of_its_sender_and_on_our_own() {
    // shows: tim-1
    let world = World::new(Fake::new());

    let listed = world.get("/api/v1/messages?direction=in").json();

    let made = &listed["items"][0]["times"]["created"];
    let of = |clock: &str| made[clock].as_str().unwrap_or_default().to_owned();
    assert!(of("sender").ends_with("+06:30"), "{made}: it is from Myanmar");
    assert!(of("own").ends_with("+07:00"), "{made}: it is read in Laos");
    assert_eq!(made["utc"], listed["items"][0]["header"]["created"]);
}

#[test]
fn a_procedure_shows_each_message_on_both_clocks() {
    // shows: tim-1
    let world = World::new(Fake::new());

    let shown = world.get(&format!("/api/v1/procedures/{}", procedure(1))).json();

    for entry in shown["transcript"].as_array().unwrap() {
        assert_eq!(entry["times"]["utc"], entry["created"]);
        assert!(entry["times"]["own"].as_str().unwrap().contains('+'), "{entry}");
    }
}
