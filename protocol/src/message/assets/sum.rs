//! Sums of decimal numbers, exact: money is not lost in rounding.

use crate::message::values::Decimal;

/// Digits after the point that a sum keeps: as many as the finest crypto-asset in use has.
const FRACTION_DIGITS: usize = 18;

/// The sum of the numbers in units of 10 to the -18; `None` when one of them is finer, or the sum has no room.
pub fn sum<'a>(numbers: impl Iterator<Item = &'a Decimal>) -> Option<i128> {
    let mut numbers = numbers;
    numbers.try_fold(0_i128, |sum, number| sum.checked_add(units(number)?))
}

fn units(number: &Decimal) -> Option<i128> {
    let text = number.as_str();
    let size = text.trim_start_matches('-');
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let missing = FRACTION_DIGITS.checked_sub(fraction.len())?;
    let digits = whole.bytes().chain(fraction.bytes()).chain(core::iter::repeat_n(b'0', missing));
    let units = digits.into_iter().try_fold(0_i128, |units, digit| {
        units.checked_mul(10)?.checked_add(i128::from(digit.wrapping_sub(b'0')))
    })?;
    if size.len() < text.len() { units.checked_neg() } else { Some(units) }
}

#[cfg(test)]
mod tests;
