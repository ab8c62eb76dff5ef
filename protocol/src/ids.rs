//! Names: of agencies, Parties, charters, messages, and of places in logs and links.
//!
//! Uses `limits`. Each name is a type with private insides, parsed once where it enters.
//! Absent on purpose: digests, which are names made by `crypto`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::de;

/// Names an agency for good, for example `la.mps`.
///
/// Shape: 3 to 64 characters of `a-z 0-9 - .`, labels joined by dots, none empty. Source: spec id-1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyId(String);

/// Names a State that takes part: ISO 3166-1 alpha-2, upper case, for example `LA`. Source: spec id-1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party(String);

/// Names a charter. Shape: 3 to 32 characters of `a-z 0-9 -`. Source: spec id-1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CharterName(String);

/// Names an officer to those who may know, and to nobody else; the agency keeps the list.
///
/// Shape: 1 to 32 characters of `A-Z a-z 0-9 -`. Source: spec log-16.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffNumber(String);

/// Names the kind of a purpose in a log, for example `transfer`. Shape: 1 to 32 characters of `a-z -`. Source: spec log-16.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurposeCode(String);

/// Names the instrument that something rests on, for example an order's register number; no prose.
///
/// Shape: 1 to 64 characters of `A-Z a-z 0-9 . / -`. Source: spec log-40.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisCode(String);

/// A range of numbers in words: one where both ends are the same.
fn span(min: usize, max: usize) -> String {
    if min == max { alloc::format!("{max}") } else { alloc::format!("{min} to {max}") }
}

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Too short or too long.
    #[error("a name of this kind has {} characters, this one has {len}", span(*min, *max))]
    Length {
        /// Characters found.
        len: usize,
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
    },
    /// A character outside the alphabet.
    #[error("a name of this kind holds {alphabet}, found {found:?}")]
    Character {
        /// The first one that does not belong.
        found: char,
        /// What may stand there.
        alphabet: &'static str,
    },
    /// Two dots in a row, or a dot at an end.
    #[error("labels are joined by dots and none is empty")]
    EmptyLabel,
    /// Not the hyphenated form of a UUID.
    #[error("an id of this kind is a UUID of version 7, in lower case with hyphens")]
    Uuid,
}

impl AgencyId {
    /// Reads a name. Errors: [`NameError`]. Source: spec id-1.
    ///
    /// # Errors
    /// When the text has another length or alphabet, or an empty label.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // spec: id-1
        alphabet(text, 3, 64, "a-z 0-9 - .", |c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.'))?;
        if text.split('.').any(str::is_empty) {
            return Err(NameError::EmptyLabel);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Party {
    /// Reads an ISO 3166-1 alpha-2 code.
    ///
    /// # Errors
    /// When it is not two upper-case letters.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        alphabet(text, 2, 2, "A-Z", |c| c.is_ascii_uppercase())?;
        Ok(Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CharterName {
    /// Reads a charter's name.
    ///
    /// # Errors
    /// When the text has another length or alphabet.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        alphabet(text, 3, 32, "a-z 0-9 -", |c| matches!(c, 'a'..='z' | '0'..='9' | '-'))?;
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StaffNumber {
    /// Reads a staff number.
    ///
    /// # Errors
    /// When the text has another length or alphabet.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // spec: log-16
        alphabet(text, 1, 32, "A-Z a-z 0-9 -", |c| c.is_ascii_alphanumeric() || c == '-')?;
        Ok(Self(text.to_owned()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PurposeCode {
    /// Reads the code of a kind of purpose.
    ///
    /// # Errors
    /// When the text has another length or alphabet.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        alphabet(text, 1, 32, "a-z -", |c| matches!(c, 'a'..='z' | '-'))?;
        Ok(Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BasisCode {
    /// Reads the code of a legal basis.
    ///
    /// # Errors
    /// When the text has another length or alphabet.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // spec: log-40
        let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-');
        alphabet(text, 1, 64, "A-Z a-z 0-9 . / -", belongs)?;
        Ok(Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn alphabet(
    text: &str,
    min: usize,
    max: usize,
    alphabet: &'static str,
    belongs: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    let len = text.chars().count();
    if len < min || len > max {
        return Err(NameError::Length { len, min, max });
    }
    match text.chars().find(|c| !belongs(*c)) {
        Some(found) => Err(NameError::Character { found, alphabet }),
        None => Ok(()),
    }
}

/// Names a message to people. Shape: UUIDv7, 16 bytes on the wire. Source: RFC 9562, spec env-4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(uuid::Uuid);

/// Names a procedure: the set of messages about one handover, one request, one operation. Shape: UUIDv7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcedureId(uuid::Uuid);

macro_rules! uuid_name {
    ($name:ident) => {
        impl $name {
            /// Makes a new name from the time and fresh randomness.
            pub fn new(now: crate::moment::Timestamp, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now.millis(), &random).into_uuid())
            }

            /// Reads the hyphenated form.
            ///
            /// # Errors
            /// When the text is anything else, or not of version 7.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let id = uuid::Uuid::try_parse(text).map_err(|_| NameError::Uuid)?;
                let mut form = uuid::Uuid::encode_buffer();
                let canonical: &str = id.hyphenated().encode_lower(&mut form);
                if canonical == text {
                    Self::from_bytes(*id.as_bytes())
                } else {
                    Err(NameError::Uuid)
                }
            }

            /// From the 16 bytes of the wire.
            ///
            /// # Errors
            /// When they are not a UUID of version 7.
            pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, NameError> {
                let id = uuid::Uuid::from_bytes(bytes);
                match (id.get_version_num(), id.get_variant()) {
                    (7, uuid::Variant::RFC4122) => Ok(Self(id)),
                    _ => Err(NameError::Uuid),
                }
            }

            /// The 16 bytes of the wire.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        /// Bytes in CBOR, the usual text where people read.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.serialize_str(&format!("{self}"));
                }
                serializer.serialize_bytes(self.as_bytes())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    return Self::parse(&text).map_err(de::Error::custom);
                }
                let bytes = serde_bytes::ByteArray::<16>::deserialize(deserializer)?;
                Self::from_bytes(bytes.into_array()).map_err(de::Error::custom)
            }
        }
    };
}

uuid_name!(MessageId);
uuid_name!(ProcedureId);

macro_rules! text_name {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

text_name!(AgencyId);
text_name!(Party);
text_name!(CharterName);
text_name!(StaffNumber);
text_name!(PurposeCode);
text_name!(BasisCode);

macro_rules! number_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// From the number on the wire.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number on the wire.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one that follows; stays at the last.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_name! {
    /// Place of a leaf in a log, from 0. Source: spec log-1.
    LeafIndex
}
number_name! {
    /// Number of leaves in a log. Source: spec log-1.
    TreeSize
}
number_name! {
    /// Number of a log of one agency; a succession opens the next. Source: spec id-5.
    LogNumber
}
number_name! {
    /// Epoch of a link; a log succession opens the next. Source: spec link-1.
    Epoch
}
number_name! {
    /// Number of a message on a link, from 1, without gaps. Source: spec link-1.
    LinkNumber
}
number_name! {
    /// Serial of a credential; it only grows. Source: spec id-6.
    Serial
}
number_name! {
    /// Version of a charter, from 1. Source: spec id-9.
    CharterVersion
}
