//! Sums are exact or absent.

use alloc::vec::Vec;

use super::sum;
use crate::message::values::Decimal;

fn sum_of(texts: &[&str]) -> Option<i128> {
    let numbers: Vec<Decimal> = texts.iter().map(|text| Decimal::parse(text).unwrap()).collect();
    sum(numbers.iter())
}

#[test]
fn amounts_add_up_whatever_digits_they_are_written_with() {
    assert_eq!(sum_of(&["0.1", "0.2"]), sum_of(&["0.30"]));
    assert_eq!(sum_of(&["1250000", "-250000.50"]), sum_of(&["999999.5"]));
    assert_eq!(sum_of(&["0.000000000000000001"]), Some(1));
    assert_eq!(sum_of(&[]), Some(0));
}

#[test]
fn an_amount_that_is_too_fine_or_too_large_has_no_sum() {
    assert_eq!(sum_of(&["0.0000000000000000001"]), None);
    assert_eq!(sum_of(&["170141183460469231732"]), None);
    assert_eq!(sum_of(&["170141183460469231731", "1"]), None);
}
