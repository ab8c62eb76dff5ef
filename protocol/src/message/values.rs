//! Small values that many bodies share, and how names of the protocol stand in a body.

use alloc::format;
use alloc::vec::Vec;

use crate::codec::value::Value;
use crate::crypto::digest::Digest;
use crate::crypto::oprf::DigestPublic;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::ids::ProcedureId;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::text_type;

text_type! {
    /// Any State. Shape: ISO 3166-1 alpha-2, upper case, the form only.
    Country: 2..=2, Some("[A-Z]{2}"), "an ISO 3166-1 alpha-2 country such as LA", |text| {
        text.bytes().all(|byte| byte.is_ascii_uppercase())
    }
}

text_type! {
    /// A currency of ISO 4217 or the symbol of an asset. Shape: `LAK`, `USDT`.
    Currency: 3..=10, Some("[A-Z0-9]{3,10}"), "an ISO 4217 currency or an asset symbol such as LAK or USDT", |text| {
        text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

text_type! {
    /// A decimal number as text, because floats are absent. Shape: `-12.50`; no exponent, no leading zeros.
    Decimal: 1..=40, Some("-?(0|[1-9][0-9]*)(\\.[0-9]+)?"), "a decimal number such as 1250.50", is_decimal
}

text_type! {
    /// A digest tagged by its algorithm. Shape: `sha256:` and 64 hexadecimal digits, or `sha512:` and 128.
    TaggedDigest: 71..=135, Some("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}"),
    "sha256: or sha512: and the digest in lower-case hexadecimal", is_tagged_digest
}

record! {
    /// An amount of money or of an asset.
    Money {
        /// How much.
        amount: Decimal,
        /// Of what.
        currency: Currency,
    }
}

record! {
    /// A point on the Earth in WGS 84 degrees.
    Geo {
        /// Latitude, -90 to 90.
        lat: Decimal,
        /// Longitude, -180 to 180.
        lon: Decimal,
    }
    rules(at, faults) {
        within(lat.as_ref(), 90, &at.key("lat"), faults);
        within(lon.as_ref(), 180, &at.key("lon"), faults);
    }
}

record! {
    /// A place.
    Site {
        /// What it is called.
        name: Line,
        /// In which State.
        country: Country,
        /// Its address.
        address: Option<Line>,
        /// Where on the Earth.
        geo: Option<Geo>,
        /// How exact that is, in metres.
        accuracy_m: Option<u64>,
        /// What is dangerous there.
        hazards: Vec<LocalizedText>,
    }
}

/// Adds a fault when a number of degrees lies outside plus or minus `limit`.
fn within(degrees: Option<&Decimal>, limit: u16, at: &Pointer<'_>, faults: &mut Faults) {
    let inside = |degrees: &Decimal| {
        let size = degrees.as_str().trim_start_matches('-');
        let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
        whole.parse::<u16>().is_ok_and(|whole| {
            whole < limit || (whole == limit && fraction.bytes().all(|digit| digit == b'0'))
        })
    };
    if degrees.is_some_and(|degrees| !inside(degrees)) {
        faults.add(at, FaultCode::OutOfRange, format!("degrees from -{limit} to {limit}"));
    }
}

// spec: msgk-30
fn is_decimal(text: &str) -> bool {
    let size = text.strip_prefix('-').unwrap_or(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match size.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (size, None),
    };
    is_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(is_digits)
}

fn is_tagged_digest(text: &str) -> bool {
    let is_hex =
        |digits: &str| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match text.split_once(':') {
        Some(("sha256", digits)) => digits.len() == 64 && is_hex(digits),
        Some(("sha512", digits)) => digits.len() == 128 && is_hex(digits),
        Some(_) | None => false,
    }
}

/// A count: a whole number from 0.
impl Field for u64 {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let number = field::number(value, (0, i64::MAX), at, faults)?;
        Self::try_from(number).ok()
    }

    fn write(&self) -> Value {
        // Only numbers that were read come here, and those fit.
        Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Number { min: 0, max: i64::MAX }
    }
}

/// Which one of a list, counted from 1 in the order in which it stands. Shape: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ordinal(u64);

impl Ordinal {
    /// The number, from 1.
    pub const fn get(self) -> u64 {
        self.0
    }
}

const ORDINAL_MAX: i64 = 1_000;

impl Field for Ordinal {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let number = field::number(value, (1, ORDINAL_MAX), at, faults)?;
        u64::try_from(number).ok().map(Self)
    }

    fn write(&self) -> Value {
        self.0.write()
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Number { min: 1, max: ORDINAL_MAX }
    }
}

/// Lets a name of the protocol stand in a body, as its text.
macro_rules! name_field {
    ($name:ident, $min:literal, $max:literal, $pattern:literal, $rule:expr) => {
        impl Field for $name {
            fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
                let text = field::text(value, at, faults)?;
                Self::parse(text).map_or_else(
                    |_| {
                        faults.add(at, FaultCode::Malformed, $rule);
                        None
                    },
                    Some,
                )
            }

            fn write(&self) -> Value {
                Value::Text(format!("{self}"))
            }

            fn grammar(_grammar: &mut Grammar) -> Shape {
                Shape::Text { min: $min, max: $max, pattern: Some($pattern) }
            }
        }
    };
}

const UUID_RULE: &str = "a UUID of version 7, in lower case with hyphens";

name_field!(
    AgencyId,
    3,
    64,
    "[a-z0-9-]+(\\.[a-z0-9-]+)*",
    "an agency's name: 3 to 64 of a-z 0-9 - and ., no label empty, such as la.mps"
);
name_field!(Party, 2, 2, "[A-Z]{2}", "a Party: ISO 3166-1 alpha-2, upper case, such as LA");
name_field!(
    MessageId,
    36,
    36,
    "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    UUID_RULE
);
name_field!(
    ProcedureId,
    36,
    36,
    "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    UUID_RULE
);
name_field!(Digest, 64, 64, "[0-9a-f]{64}", "a SHA-256 digest: 64 characters of 0-9 a-f");
name_field!(DigestPublic, 64, 64, "[0-9a-f]{64}", "a public key: 64 characters of 0-9 a-f");
