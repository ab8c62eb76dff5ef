//! JSON text to a [`Value`], within the bounds of the encoding law. Source: RFC 8259, spec api-7.
//!
//! Syntax errors end the reading; what JSON allows and a body does not (fractions, numbers beyond 64 bits, a key given
//! twice, too deep, too many) is gathered, each with its pointer, so that one answer names all of it.

use core::fmt;

use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::limits::DEPTH_MAX;
use concord_protocol::limits::FAULTS_MAX;
use concord_protocol::limits::ITEMS_MAX;
use serde::de;
use serde::de::DeserializeSeed;

use crate::report::FieldReport;

/// Why a text is not a value.
#[derive(Debug)]
pub(crate) enum JsonError {
    /// Not JSON, from this line and column on.
    Syntax { line: usize, column: usize, reason: &'static str },
    /// JSON that says what a body cannot say, at these places.
    Faults(Vec<FieldReport>),
}

/// Reads one JSON document.
///
/// # Errors
/// The first syntax error, or every place that says what a body cannot say.
pub(crate) fn read(text: &[u8]) -> Result<Value, JsonError> {
    let mut reading = Reading { pointer: String::new(), faults: Vec::new(), items: 0 };
    let mut parser = serde_json::Deserializer::from_slice(text);
    let value = Place { reading: &mut reading, depth: 1 }.deserialize(&mut parser);
    match value.and_then(|value| parser.end().map(|()| value)) {
        Ok(value) if reading.faults.is_empty() => Ok(value),
        Ok(_) => Err(JsonError::Faults(reading.faults)),
        // Reading ends early at the bounds of depth, number and faults; then the faults say why.
        Err(error)
            if error.classify() == serde_json::error::Category::Data
                && !reading.faults.is_empty() =>
        {
            Err(JsonError::Faults(reading.faults))
        }
        Err(error) => Err(JsonError::Syntax {
            line: error.line(),
            column: error.column(),
            reason: reason(&error),
        }),
    }
}

/// Says what kind of error it is without quoting the text, which may hold personal data.
fn reason(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "the text ends too early",
        serde_json::error::Category::Syntax => "the text breaks the grammar",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "the text cannot be read"
        }
    }
}

/// What is known while a document is read.
struct Reading {
    pointer: String,
    faults: Vec<FieldReport>,
    items: usize,
}

impl Reading {
    fn fault(&mut self, code: &str, reason: String) {
        self.faults.push(FieldReport {
            pointer: self.pointer.clone(),
            code: code.to_owned(),
            reason,
        });
    }

    /// Reads what stands below the place that `step` names.
    fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let len = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let value = read(self);
        self.pointer.truncate(len);
        value
    }
}

/// One place of the document, and how deep it lies.
struct Place<'a> {
    reading: &'a mut Reading,
    depth: usize,
}

impl Place<'_> {
    /// Ends the reading at a bound. The text is not shown; the fault is.
    fn stop<E: de::Error>(self, code: &str, reason: String) -> E {
        self.reading.fault(code, reason);
        E::custom("a bound is passed")
    }

    /// Notes what the place says and a body cannot say, and goes on.
    fn note<E: de::Error>(self, code: &str, reason: &str) -> Result<Value, E> {
        if self.reading.faults.len() >= FAULTS_MAX {
            return Err(E::custom("a bound is passed"));
        }
        self.reading.fault(code, reason.to_owned());
        Ok(Value::Null)
    }

    // spec: api-7
    fn checked<E: de::Error>(self) -> Result<Self, E> {
        if self.depth > DEPTH_MAX {
            return Err(self.stop("too-deep", format!("values nest at most {DEPTH_MAX} deep")));
        }
        self.reading.items = self.reading.items.saturating_add(1);
        if self.reading.items > ITEMS_MAX {
            return Err(self
                .stop("too-many", format!("a document has at most {ITEMS_MAX} values and keys")));
        }
        Ok(self)
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self.checked()?)
    }
}

impl<'de> de::Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => self.note("out-of-range", "a whole number lies between -2^63 and 2^63 - 1"),
        }
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        self.note("wrong-type", "a number is whole; an amount is written as a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.depth.saturating_add(1);
        let mut list = Vec::new();
        loop {
            let step = list.len().to_string();
            let item = self
                .reading
                .within(&step, |reading| items.next_element_seed(Place { reading, depth }))?;
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::List(list)),
            }
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let depth = self.depth.saturating_add(1);
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.reading.items = self.reading.items.saturating_add(1);
            let value = self.reading.within(&key, |reading| {
                if map.get(&key).is_some() && reading.faults.len() < FAULTS_MAX {
                    reading.fault("repeated", "a key stands once in an object".to_owned());
                }
                entries.next_value_seed(Place { reading, depth })
            })?;
            map.put(&key, value);
        }
        Ok(Value::Map(map))
    }
}
