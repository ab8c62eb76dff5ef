//! The arithmetic of honest majorities.

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::identity::quorum;
use crate::identity::quorum::Quorum;
use crate::identity::quorum::QuorumError;
use crate::identity::quorum::Slack;

#[test]
fn six_agencies_bear_one_dishonest_with_four_of_five_and_four_of_six() {
    // shows: id-11, id-12
    let table = quorum::useful(6);

    let one = table.iter().find(|line| line.quorum.dishonest_max == 1).unwrap();
    assert_eq!(one.quorum, chosen(1, 4, 4));
    assert_eq!(one.slack, Slack::Some);
    assert_eq!(quorum::check(6, one.quorum), Ok(()));
}

#[test]
fn two_agencies_bear_none() {
    // shows: id-11, id-12
    let table = quorum::useful(2);

    assert_eq!(table.len(), 1);
    assert_eq!(table[0].quorum, chosen(0, 1, 2));
}

#[test]
fn fewer_than_two_agencies_have_no_useful_values() {
    assert!(quorum::useful(0).is_empty());
    assert!(quorum::useful(1).is_empty());
}

#[test]
fn each_number_that_does_not_hold_is_named() {
    // shows: id-11, id-12
    let cases = [
        (chosen(1, 3, 4), QuorumError::WitnessesTooFew { quorum: 3, witnesses: 5, dishonest: 1 }),
        (chosen(1, 6, 4), QuorumError::WitnessesTooMany { quorum: 6, witnesses: 5 }),
        (chosen(1, 4, 3), QuorumError::ThresholdTooLow { threshold: 3, members: 6, dishonest: 1 }),
        (chosen(1, 4, 7), QuorumError::ThresholdTooHigh { threshold: 7, members: 6 }),
    ];

    for (quorum, refusal) in cases {
        assert_eq!(quorum::check(6, quorum), Err(refusal));
    }
}

proptest! {
    #[test]
    fn two_quorums_always_share_more_than_the_dishonest(members in 2_u16..=64, f in 0_u16..64, k in any::<u16>(), t in any::<u16>()) {
        // shows: id-11, id-12
        if quorum::check(members, chosen(f, k % 70, t % 70)).is_ok() {
            let (witnesses, k, t) = (i32::from(members) - 1, i32::from(k % 70), i32::from(t % 70));
            prop_assert!(2 * k - witnesses > i32::from(f));
            prop_assert!(2 * t - i32::from(members) > i32::from(f));
        }
    }

    #[test]
    fn every_useful_line_holds_and_nothing_smaller_does(members in 2_u16..=64) {
        for line in quorum::useful(members) {
            let Quorum { dishonest_max, witness_quorum, amendment_threshold } = line.quorum;
            prop_assert_eq!(quorum::check(members, line.quorum), Ok(()));
            prop_assert!(quorum::check(members, chosen(dishonest_max, witness_quorum - 1, amendment_threshold)).is_err());
            prop_assert!(quorum::check(members, chosen(dishonest_max, witness_quorum, amendment_threshold - 1)).is_err());
        }
    }
}

fn chosen(dishonest_max: u16, witness_quorum: u16, amendment_threshold: u16) -> Quorum {
    Quorum { dishonest_max, witness_quorum, amendment_threshold }
}
