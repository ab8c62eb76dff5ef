//! Whether two places may be one.

use alloc::string::String;

use crate::message::text::Line;
use crate::message::values::Decimal;
use crate::message::values::Site;

/// How far two points of one place may lie apart beside what their accuracy says, in metres. A proposal for the Parties:
/// a compound is wider than a point.
const SITE_METRES: i64 = 1_000;

/// Metres in one degree of latitude.
const DEGREE_METRES: i64 = 111_320;

/// Parts of a degree that are counted.
const PARTS: i64 = 100_000;

/// Whether two places may be one: in one State, and of one name, of one address, or near each other.
///
/// It errs towards yes: a yes costs somebody a look, a no may cost a life.
// spec: res-41
pub fn may_be_one(one: &Site, other: &Site) -> bool {
    let alike = |one: Option<&Line>, other: Option<&Line>| match (one, other) {
        (Some(one), Some(other)) => folded(one) == folded(other),
        (Some(_), None) | (None, Some(_) | None) => false,
    };
    one.country == other.country
        && (alike(Some(&one.name), Some(&other.name))
            || alike(one.address.as_ref(), other.address.as_ref())
            || are_near(one, other))
}

/// Letters and digits alone, in one case.
fn folded(text: &Line) -> String {
    let letters = text.as_str().chars().filter(|each| each.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether two points lie within what their accuracies allow, north to south and east to west.
fn are_near(one: &Site, other: &Site) -> bool {
    let (Some(a), Some(b)) = (&one.geo, &other.geo) else { return false };
    let apart =
        |a: &Decimal, b: &Decimal| Some(parts(a)?.saturating_sub(parts(b)?).saturating_abs());
    let (Some(north), Some(east)) = (apart(&a.lat, &b.lat), apart(&a.lon, &b.lon)) else {
        return false;
    };
    // Degrees of longitude lie closest where the latitude is highest; the date line has two names.
    let east = east.min(PARTS.saturating_mul(360).saturating_sub(east));
    let latitude = [&a.lat, &b.lat].into_iter().filter_map(parts).map(i64::saturating_abs).max();
    let metres = |parts: i64| parts.saturating_mul(DEGREE_METRES) / PARTS;
    let east = narrowed(metres(east), latitude.unwrap_or(0) / PARTS);
    let stated = [one, other].into_iter().filter_map(|site| site.accuracy_m);
    let reach = stated.map(|metres| i64::try_from(metres).unwrap_or(i64::MAX));
    let reach = reach.fold(SITE_METRES, i64::saturating_add);
    metres(north) <= reach && east <= reach
}

/// Metres along a circle of latitude, by Bhaskara's approximation of the cosine, which is good to a part in five hundred.
const fn narrowed(metres: i64, degrees: i64) -> i64 {
    let square = degrees.saturating_mul(degrees);
    let above = 32_400_i64.saturating_sub(square.saturating_mul(4));
    match metres.saturating_mul(above).checked_div(32_400_i64.saturating_add(square)) {
        Some(metres) => metres,
        None => 0,
    }
}

/// A number of degrees in hundred-thousandths; what is finer is cut off.
fn parts(degrees: &Decimal) -> Option<i64> {
    let text = degrees.as_str();
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text),
    };
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let mut value: i64 = whole.parse().ok()?;
    for place in 0..5 {
        let digit = fraction.as_bytes().get(place).map_or(0, |digit| digit.saturating_sub(b'0'));
        value = value.saturating_mul(10).saturating_add(i64::from(digit));
    }
    Some(value.saturating_mul(sign))
}
