//! Texts with a form: free text that people write, and short coded texts.
//!
//! Uses `limits`, `writing`. Scripts, orders and spellings are kept as they were written; a text is composed (NFC), so that
//! what looks the same is the same. Control characters and marks that turn the direction of a line are refused.

use alloc::format;

use crate::limits::HEADER_TEXT_BYTES_MAX;
use crate::limits::LINE_BYTES_MAX;
use crate::limits::TEXT_BYTES_MAX;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::pointer::Pointer;
use crate::message::writing;

/// Why a text does not have the form of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Fewer bytes than the type demands.
    #[error("at least {min} bytes")]
    TooShort {
        /// Fewest allowed.
        min: usize,
    },
    /// More bytes than the type allows.
    #[error("at most {max} bytes")]
    TooLong {
        /// Most allowed.
        max: usize,
    },
    /// Not of the form that the rule says.
    #[error("{rule}")]
    Form {
        /// What the form is.
        rule: &'static str,
    },
}

impl TextError {
    /// Adds this as a fault.
    pub fn fault<T>(self, at: &Pointer<'_>, faults: &mut Faults) -> Option<T> {
        let code = match self {
            Self::TooLong { .. } => FaultCode::TooLong,
            Self::TooShort { .. } | Self::Form { .. } => FaultCode::Malformed,
        };
        faults.add(at, code, format!("{self}"));
        None
    }
}

/// Declares a text with bounds in bytes, a rule for people, a pattern for the grammar where one says it, and a check.
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident: $min:literal..=$max:expr, $pattern:expr, $rule:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(alloc::string::String);

        impl $name {
            /// Reads the text.
            ///
            /// # Errors
            /// When it is too short, too long, or of another form.
            pub fn parse(text: &str) -> Result<Self, $crate::message::text::TextError> {
                let check: fn(&str) -> bool = $check;
                if text.len() < $min {
                    return Err($crate::message::text::TextError::TooShort { min: $min });
                }
                if text.len() > $max {
                    return Err($crate::message::text::TextError::TooLong { max: $max });
                }
                if check(text) {
                    Ok(Self(alloc::borrow::ToOwned::to_owned(text)))
                } else {
                    Err($crate::message::text::TextError::Form { rule: $rule })
                }
            }

            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::message::field::Field for $name {
            fn read(
                value: &$crate::codec::value::Value,
                at: &$crate::message::pointer::Pointer<'_>,
                faults: &mut $crate::message::fault::Faults,
            ) -> Option<Self> {
                let text = $crate::message::field::text(value, at, faults)?;
                Self::parse(text).map_or_else(|error| error.fault(at, faults), Some)
            }

            fn write(&self) -> $crate::codec::value::Value {
                $crate::codec::value::Value::Text(self.0.clone())
            }

            fn grammar(
                grammar: &mut $crate::message::grammar::Grammar,
            ) -> $crate::message::grammar::Shape {
                grammar.rule(stringify!($name), |_| {
                    let text = $crate::message::grammar::Shape::Text { min: $min, max: $max, pattern: $pattern };
                    $crate::message::grammar::Rule::Is(text)
                })
            }
        }

        $crate::message::field::silent!($name);
    };
}

/// Lets a text stand in a header or a fact too: the same check on the way in, and it may be shown.
macro_rules! header_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::string::String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use header_text;
pub(crate) use text_type;

text_type! {
    /// One line that a person wrote: a name, a title, a number on paper. Shape: 1 to 500 bytes. Source: spec msgk-5.
    Line: 1..=LINE_BYTES_MAX, None,
    "one line, not blank, composed (NFC), without control characters or marks that turn the direction of text", is_line
}

text_type! {
    /// Text of any number of lines. Shape: 1 to 65,536 bytes. Source: spec msgk-5.
    Passage: 1..=TEXT_BYTES_MAX, None,
    "text, not blank, composed (NFC), without control characters other than line feed and tab, or marks that turn the direction of text",
    is_passage
}

text_type! {
    /// A name of an instrument, an article or a unit, as a header carries it; never about a person.
    /// Shape: one line of 1 to 200 bytes.
    HeaderText: 1..=HEADER_TEXT_BYTES_MAX, None,
    "one line, not blank, composed (NFC), without control characters or marks that turn the direction of text", is_line
}
header_text!(HeaderText);

text_type! {
    /// A language. Shape: `lo`, `zh-Hans`, `en`. Source: BCP 47 (RFC 5646), the form only.
    LanguageTag: 2..=35, Some("[a-z]{2,3}(-[A-Za-z0-9]{1,8})*"),
    "a BCP 47 language tag such as lo, zh-Hans or en", is_language
}

text_type! {
    /// A script. Shape: four letters, the first a capital, such as `Laoo`, `Hani`, `Latn`. Source: ISO 15924, the form only.
    ScriptCode: 4..=4, Some("[A-Z][a-z]{3}"),
    "an ISO 15924 script such as Laoo, Hani or Latn", is_script
}

text_type! {
    /// A time zone by its name. Shape: `Asia/Vientiane`, `UTC`. Source: IANA time zone database, the form only.
    ZoneName: 1..=64, Some("[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*"),
    "an IANA time zone name such as Asia/Vientiane", is_zone
}

text_type! {
    /// An officer, by the pseudonymous number that the officer's agency gave. Shape: `mps-4711`.
    StaffNumber: 1..=32, Some("[A-Za-z0-9._-]{1,32}"),
    "a staff number of letters, digits and . _ -", is_code
}

text_type! {
    /// A record of some agency: a person, a case, an exhibit, a screening. Shape: `LA-2026-HO-000123`.
    RecordRef: 1..=128, Some("[A-Za-z0-9._:/-]{1,128}"),
    "a reference of letters, digits and . _ : / -", is_reference
}
header_text!(RecordRef);

text_type! {
    /// An item inside one message: a question, an entity. Shape: `q1`.
    ItemId: 1..=32, Some("[A-Za-z0-9._-]{1,32}"),
    "an item's id of letters, digits and . _ -", is_code
}
header_text!(ItemId);

text_type! {
    /// A code of a shared, versioned list, such as the fraud methods.
    ListCode: 1..=32, Some("[A-Za-z0-9._-]{1,32}"),
    "a code of letters, digits and . _ -", is_code
}

record! {
    /// Text together with its language. Source: DOMAIN 2, type conventions; spec msgk-5.
    LocalizedText {
        /// The language it is written in.
        lang: LanguageTag,
        /// The text.
        text: Passage,
    }
}

text_type! {
    /// A number on a paper or a seal, as it stands there, its digits in ASCII. Shape: one line of 1 to 500 bytes.
    /// Source: spec nam-3.
    PaperNumber: 1..=LINE_BYTES_MAX, None,
    "one line with digits in ASCII, not blank, composed (NFC), without control characters or marks that turn the direction of text",
    |text| is_line(text) && !writing::has_local_digits(text)
}

text_type! {
    /// Bytes of a text as it came. Shape: 2 to 1,000 lower-case hexadecimal digits.
    WrittenBytes: 2..=1_000, Some("([0-9a-f]{2})+"),
    "bytes in lower-case hexadecimal", |text| {
        text.len().is_multiple_of(2)
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Marks that turn the direction of the text around them: what is read differs from what is stored.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

// spec: msgk-5, nam-1
fn is_line(text: &str) -> bool {
    let refused =
        |c: char| c.is_control() || turns_direction(c) || matches!(c, '\u{2028}' | '\u{2029}');
    !text.chars().any(refused) && !text.trim().is_empty() && writing::is_composed(text)
}

fn is_passage(text: &str) -> bool {
    let refused = |c: char| (c.is_control() && c != '\n' && c != '\t') || turns_direction(c);
    !text.chars().any(refused) && !text.trim().is_empty() && writing::is_composed(text)
}

fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len())
                && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_script(text: &str) -> bool {
    text.bytes().enumerate().all(|(place, byte)| match place {
        0 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_lowercase(),
    })
}

fn is_zone(text: &str) -> bool {
    text.split('/').all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-'))
    })
}

fn is_code(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn is_reference(text: &str) -> bool {
    text.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-')
    })
}

impl LocalizedText {
    /// From a language and a text.
    ///
    /// # Errors
    /// When one of them does not have its form.
    pub fn new(lang: &str, text: &str) -> Result<Self, TextError> {
        Ok(Self { lang: LanguageTag::parse(lang)?, text: Passage::parse(text)? })
    }
}
