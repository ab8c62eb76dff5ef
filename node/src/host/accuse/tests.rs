//! What a member showed of its own log, in the order in which it did.

use concord_protocol::audit::watch::Showing;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;

use crate::host::accuse::Desk;

#[test]
fn what_a_member_shows_is_held_against_what_it_had_shown_before_and_nothing_later() {
    // shows: evd-21
    let (desk, _leads) = Desk::new();
    let member = AgencyId::parse("la.mps").unwrap();
    let log = LogNumber::new(1);
    let shows = |size: u64, held: Option<u64>| {
        desk.showed(&member, log, (TreeSize::new(size), held.map(TreeSize::new)));
        desk.shown_by(&member, log).unwrap()
    };

    // Nothing was held before it; what it says first cannot be too little.
    assert_eq!(shows(9, None), showing(9, 9));
    // The next connection: more is held by now, and the member says more.
    assert_eq!(shows(20, Some(18)), showing(20, 18));
    // It was put back; what it said last counts as well as what is held.
    assert_eq!(shows(15, Some(18)), showing(15, 20));
    assert_eq!(shows(15, Some(18)), showing(15, 20));
    assert_eq!(shows(20, Some(18)), showing(20, 20));

    assert_eq!(desk.shown_by(&member, LogNumber::new(2)), None);
}

fn showing(size: u64, before: u64) -> Showing {
    Showing { size: TreeSize::new(size), before: TreeSize::new(before) }
}
