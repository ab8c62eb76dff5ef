//! Two ends, one answer.

use std::time::Duration;

use concord_protocol::ids::AgencyId;

use crate::transport::pair;
use crate::transport::pair::Dialer;
use crate::transport::pair::Held;
use crate::transport::pair::Verdict;

#[test]
fn both_ends_keep_the_connection_that_the_smaller_agency_dialed() {
    // shows: wire-17
    let (small, large) = pair_of_agencies();

    assert_eq!(pair::prefer(&small, &large, Dialer::Local), Verdict::Keep);
    assert_eq!(pair::prefer(&large, &small, Dialer::Remote), Verdict::Keep);
    assert_eq!(pair::prefer(&small, &large, Dialer::Remote), Verdict::Close);
    assert_eq!(pair::prefer(&large, &small, Dialer::Local), Verdict::Close);
}

#[test]
fn crossing_dials_are_settled_alike_whichever_arrives_first() {
    // shows: wire-17
    let (small, large) = pair_of_agencies();
    for up_for in [None, Some(Duration::ZERO), Some(pair::CROSSING)] {
        let held = |dialer| Held { dialer, up_for };

        assert_eq!(
            pair::settle(&small, &large, held(Dialer::Local), Dialer::Remote),
            Verdict::Keep
        );
        assert_eq!(
            pair::settle(&large, &small, held(Dialer::Remote), Dialer::Local),
            Verdict::Keep
        );
        assert_eq!(
            pair::settle(&small, &large, held(Dialer::Remote), Dialer::Local),
            Verdict::Close
        );
        assert_eq!(
            pair::settle(&large, &small, held(Dialer::Local), Dialer::Remote),
            Verdict::Close
        );
    }
}

#[test]
fn a_connection_that_its_other_end_has_lost_gives_way() {
    // shows: wire-17
    let (small, large) = pair_of_agencies();
    let old = Some(pair::CROSSING + Duration::from_millis(1));
    let table = [
        (Held { dialer: Dialer::Local, up_for: old }, Dialer::Remote),
        (Held { dialer: Dialer::Remote, up_for: old }, Dialer::Remote),
        (Held { dialer: Dialer::Remote, up_for: None }, Dialer::Remote),
    ];
    for (held, arriving) in table {
        assert_eq!(pair::settle(&small, &large, held, arriving), Verdict::Close);
        assert_eq!(pair::settle(&large, &small, held, arriving), Verdict::Close);
    }
}

fn pair_of_agencies() -> (AgencyId, AgencyId) {
    (AgencyId::parse("la.mps").expect("a name"), AgencyId::parse("th.rtp").expect("a name"))
}
