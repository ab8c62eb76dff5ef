//! COSE headers: maps with small integer labels. Only the labels that we use exist here; any other is refused.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de;
use serde::ser::SerializeMap;
use serde_bytes::ByteArray;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::signature::KeyId;

/// Labels of RFC 9052 section 3.1.
const LABEL_ALG: i64 = 1;
const LABEL_CONTENT: i64 = 3;
const LABEL_KEY_ID: i64 = 4;

/// A protected header. Shape: `{1: alg, 3: content type, 4: key id}`, each where it belongs and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Protected {
    pub(super) alg: Option<i64>,
    pub(super) content: Option<String>,
    pub(super) key_id: Option<KeyId>,
}

/// An empty unprotected header. Shape: `{}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// An unprotected header with one label. Shape: `{LABEL: value}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Single<const LABEL: i64, T>(pub(super) T);

impl Encoded for Protected {
    const BYTES_MAX: usize = 128;
}

impl Protected {
    /// Reads the bytes of a protected header.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, CoseError> {
        codec::decode(bytes).map_err(CoseError::Header)
    }

    pub(super) fn expect_alg(&self, expected: i64) -> Result<(), CoseError> {
        match self.alg {
            Some(alg) if alg == expected => Ok(()),
            found => Err(CoseError::Algorithm { found, expected }),
        }
    }

    pub(super) fn expect_content(&self, expected: ContentType) -> Result<(), CoseError> {
        match self.content.as_deref() {
            Some(content) if content == expected.text() => Ok(()),
            Some(_) | None => Err(CoseError::ContentType { expected }),
        }
    }
}

impl Serialize for Protected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let present = [self.alg.is_some(), self.content.is_some(), self.key_id.is_some()];
        let len = present.iter().filter(|here| **here).count();
        let mut map = serializer.serialize_map(Some(len))?;
        if let Some(alg) = self.alg {
            map.serialize_entry(&LABEL_ALG, &alg)?;
        }
        if let Some(content) = &self.content {
            map.serialize_entry(&LABEL_CONTENT, content)?;
        }
        if let Some(id) = &self.key_id {
            map.serialize_entry(&LABEL_KEY_ID, &ByteArray::new(*id.as_bytes()))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Protected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ProtectedReader)
    }
}

struct ProtectedReader;

impl<'de> de::Visitor<'de> for ProtectedReader {
    type Value = Protected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a protected header")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Protected, A::Error> {
        let mut header = Protected::default();
        while let Some(label) = entries.next_key::<i64>()? {
            match label {
                LABEL_ALG => header.alg = Some(entries.next_value()?),
                LABEL_CONTENT => header.content = Some(entries.next_value()?),
                LABEL_KEY_ID => {
                    let id: ByteArray<8> = entries.next_value()?;
                    header.key_id = Some(KeyId::from_bytes(id.into_array()));
                }
                _ => return Err(de::Error::custom("a label that is not ours")),
            }
        }
        Ok(header)
    }
}

impl<const LABEL: i64, T: Serialize> Serialize for Single<LABEL, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&LABEL, &self.0)?;
        map.end()
    }
}

impl<'de, const LABEL: i64, T: Deserialize<'de>> Deserialize<'de> for Single<LABEL, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SingleReader(PhantomData))
    }
}

struct SingleReader<const LABEL: i64, T>(PhantomData<T>);

impl<'de, const LABEL: i64, T: Deserialize<'de>> de::Visitor<'de> for SingleReader<LABEL, T> {
    type Value = Single<LABEL, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a header with the label {LABEL} alone")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        match entries.next_entry::<i64, T>()? {
            Some((label, value)) if label == LABEL => Ok(Single(value)),
            Some(_) | None => Err(de::Error::custom("a label that is not ours")),
        }
    }
}
