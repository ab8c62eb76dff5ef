//! Which rescues are read for one.

use std::convert::Infallible;

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;

use crate::host::elsewhere::merger;
use crate::host::elsewhere::merger::Joined;

const RESCUES: u64 = 100;

fn rescue(n: u64) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(n), [1; 10])
}

fn number(rescue: &ProcedureId) -> u64 {
    (0..RESCUES).find(|n| self::rescue(*n) == *rescue).unwrap()
}

#[test]
fn what_rescues_that_name_each_other_in_a_ring_cost_grows_with_their_number_and_no_faster() {
    // shows: res-53
    let mut read = 0;
    for n in 0..RESCUES {
        let Ok(said) = merger::one_with(&rescue(n), |one| {
            read += 1;
            let said = number(one);
            let next = rescue((said + 1) % RESCUES);
            Ok::<_, Infallible>(Joined { said, merged: vec![next], goes_on_in: None })
        });
        assert_eq!(said, [n], "the next one says nothing of going on here");
    }
    assert_eq!(read, 2 * RESCUES);
}

#[test]
fn a_rescue_has_what_was_said_in_those_that_go_on_in_it_and_in_those_that_they_had() {
    // shows: res-53
    // 1 goes on in 0, 2 in 1, and 3 in another one than it is said to.
    let Ok(said) = merger::one_with(&rescue(0), |one| {
        let said = number(one);
        let (merged, goes_on_in) = match said {
            0 => (vec![rescue(1), rescue(3)], None),
            1 => (vec![rescue(2)], Some(rescue(0))),
            2 => (vec![rescue(0)], Some(rescue(1))),
            _ => (vec![], Some(rescue(1))),
        };
        Ok::<_, Infallible>(Joined { said, merged, goes_on_in })
    });
    let mut said = said;
    said.sort_unstable();
    assert_eq!(said, [0, 1, 2]);
}

#[test]
fn rescues_that_go_on_in_each_other_end_nowhere() {
    // shows: res-65
    let end = |names: &[(u64, u64)], from: u64| {
        let next = |one: &ProcedureId| {
            let (_, further) = names.iter().find(|(name, _)| rescue(*name) == *one)?;
            Some(rescue(*further))
        };
        merger::end_of(&rescue(from), next)
    };
    assert_eq!(end(&[(0, 1), (1, 0)], 0), None);
    assert_eq!(end(&[(0, 1), (1, 2), (2, 0)], 1), None);
    assert_eq!(end(&[(0, 1), (1, 2)], 0), Some(rescue(2)));
    assert_eq!(end(&[], 5), Some(rescue(5)));
    let long: Vec<(u64, u64)> = (0..RESCUES).map(|n| (n, n + 1)).collect();
    assert_eq!(end(&long, 0), None, "nobody follows so far");
}
