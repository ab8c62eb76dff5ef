//! Which feeds get a table.

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;

use crate::host::feeds::place::Claim;
use crate::host::feeds::place::FEEDS_OF_ONE_MAX;
use crate::host::feeds::place::Standing;
use crate::host::feeds::place::has_place;

// shows: fed-26
#[test]
fn however_many_feeds_one_member_begins_another_ones_gets_its_table() {
    let (greedy, honest) = (agency("mm.mpf"), agency("la.mps"));
    let mut all: Vec<Claim<'_>> =
        (0..128).map(|number| claim(&greedy, number, Standing::Waiting)).collect();
    all.push(claim(&honest, 200, Standing::Waiting));

    let placed = |claim: &Claim<'_>| has_place(*claim, all.iter().copied());
    assert_eq!(all[..128].iter().filter(|claim| placed(claim)).count(), FEEDS_OF_ONE_MAX);
    assert!(placed(&all[128]));
}

// shows: fed-26
#[test]
fn a_feed_that_is_closed_makes_room_and_one_that_is_searched_stays() {
    let author = agency("cn.mps");
    let mut all: Vec<Claim<'_>> =
        (1..=4).map(|number| claim(&author, number, Standing::Searched)).collect();
    let early = claim(&author, 0, Standing::Waiting);
    all.push(early);

    assert!(all[..4].iter().all(|claim| has_place(*claim, all.iter().copied())));
    assert!(!has_place(early, all.iter().copied()), "none is put out");
    all[2].standing = Standing::Closed;
    assert!(has_place(early, all.iter().copied()));
}

fn claim(originator: &AgencyId, number: u64, standing: Standing) -> Claim<'_> {
    let procedure = ProcedureId::new(Timestamp::from_millis(number), [0; 10]);
    Claim { originator, procedure, standing }
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}
