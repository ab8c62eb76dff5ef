//! How a field is read, written and described, and the notation in which types are declared.
//!
//! Three macros, after the catalogue: `record!` for a map (a plain type is required, `Option` may be absent, `Vec` may be
//! empty, lists of [`list`](crate::message::list) say how many), `choice!` for a closed set of texts, `tagged!` for one of
//! several values under its key. A record's conditional rules see every field as it was read, so that they are judged
//! although another field is bad.

use alloc::boxed::Box;
use alloc::format;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::grammar::Grammar;
use crate::message::grammar::Member;
use crate::message::grammar::Presence;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;

/// Longest key of an unknown field that a fault repeats, in bytes.
const KEY_SHOWN_MAX: usize = 64;

/// A value that can stand in a field.
pub trait Field: Sized {
    /// Whether the field may be left out.
    const PRESENCE: Presence = Presence::Required;

    /// Reads the value and adds every fault; `Some` when it has the form of its type, even if a rule of it is broken.
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self>;

    /// What an absent field means; a fault unless the type says otherwise.
    fn absent(at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        missing(at, faults)
    }

    /// The value in its one form; `Null` when the field is left out.
    fn write(&self) -> Value;

    /// The shape of the value.
    fn grammar(grammar: &mut Grammar) -> Shape;
}

/// Whether a field that was read holds anything.
pub trait Presentable {
    /// Whether it holds nothing.
    fn is_absent(&self) -> bool;
}

impl<T> Presentable for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Presentable for alloc::vec::Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Adds a fault when a field that a condition demands was read and is absent.
pub fn demand<T: Presentable>(
    field: Option<&T>,
    at: &Pointer<'_>,
    faults: &mut Faults,
    reason: &'static str,
) {
    if field.is_some_and(Presentable::is_absent) {
        faults.add(at, FaultCode::Missing, reason);
    }
}

/// Adds a fault when a field that a condition excludes was read and is there.
pub fn exclude<T: Presentable>(
    field: Option<&T>,
    at: &Pointer<'_>,
    faults: &mut Faults,
    reason: &'static str,
) {
    if field.is_some_and(|field| !field.is_absent()) {
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl<T: Field> Field for Option<T> {
    const PRESENCE: Presence = Presence::Optional;

    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        T::read(value, at, faults).map(Some)
    }

    fn absent(_at: &Pointer<'_>, _faults: &mut Faults) -> Option<Self> {
        Some(None)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::write)
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        T::grammar(grammar)
    }
}

impl<T: Field> Field for Box<T> {
    const PRESENCE: Presence = T::PRESENCE;

    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        T::read(value, at, faults).map(Self::new)
    }

    fn absent(at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        T::absent(at, faults).map(Self::new)
    }

    fn write(&self) -> Value {
        T::write(self)
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        T::grammar(grammar)
    }
}

impl Field for bool {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::Null | Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                wrong_type(at, faults, "true or false")
            }
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Flag
    }
}

/// Adds the fault of a required field that is absent.
pub fn missing<T>(at: &Pointer<'_>, faults: &mut Faults) -> Option<T> {
    faults.add(at, FaultCode::Missing, "this field is required");
    None
}

/// The map, or a fault.
pub fn map<'v>(value: &'v Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<&'v Map> {
    match value {
        Value::Map(map) => Some(map),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => {
            wrong_type(at, faults, "a map")
        }
    }
}

/// The items of a list, or a fault.
pub fn list<'v>(value: &'v Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<&'v [Value]> {
    match value {
        Value::List(items) => Some(items),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => {
            wrong_type(at, faults, "a list")
        }
    }
}

/// The text, or a fault.
pub fn text<'v>(value: &'v Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<&'v str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
            wrong_type(at, faults, "a text")
        }
    }
}

/// The whole number from `min` to `max`, or a fault.
pub fn number(
    value: &Value,
    (min, max): (i64, i64),
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<i64> {
    match value {
        Value::Int(number) if (min..=max).contains(number) => Some(*number),
        Value::Int(_) => {
            faults.add(at, FaultCode::OutOfRange, format!("a whole number from {min} to {max}"));
            None
        }
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            wrong_type(at, faults, "a whole number")
        }
    }
}

fn wrong_type<T>(at: &Pointer<'_>, faults: &mut Faults, wanted: &str) -> Option<T> {
    faults.add(at, FaultCode::WrongType, format!("{wanted} stands here"));
    None
}

/// Adds a fault that lists the choices.
pub fn bad_choice<T>(at: &Pointer<'_>, faults: &mut Faults, choices: &[&str]) -> Option<T> {
    faults.add(at, FaultCode::BadChoice, format!("one of: {}", choices.join(", ")));
    None
}

/// Reads one field of a map; JSON's null is absence.
// spec: msgk-4
pub fn take<T: Field>(map: &Map, key: &str, at: &Pointer<'_>, faults: &mut Faults) -> Option<T> {
    let at = at.key(key);
    match map.get(key) {
        None | Some(Value::Null) => T::absent(&at, faults),
        Some(value) => T::read(value, &at, faults),
    }
}

/// Writes one field into a map, unless it is left out.
pub fn put<T: Field>(map: &mut Map, key: &str, field: &T) {
    match field.write() {
        Value::Null => {}
        value @ (Value::Bool(_)
        | Value::Int(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_)) => {
            // A record has each of its keys once.
            drop(map.put(key, value));
        }
    }
}

/// Adds a fault for each key that the type does not have.
// spec: msgk-1
pub fn refuse_unknown(map: &Map, known: &[&str], at: &Pointer<'_>, faults: &mut Faults) {
    for (key, _) in map.iter().filter(|(key, _)| !known.contains(key)) {
        if key.len() <= KEY_SHOWN_MAX && !key.chars().any(char::is_control) {
            faults.add(&at.key(key), FaultCode::UnknownField, "no field of this name belongs here");
        } else {
            faults.add(
                at,
                FaultCode::UnknownField,
                "a field with a very long or unprintable name stands here",
            );
        }
    }
}

/// The member that a field makes in its record's rule.
pub fn member<T: Field>(key: &'static str, grammar: &mut Grammar) -> Member {
    Member { key, presence: T::PRESENCE, shape: T::grammar(grammar) }
}

/// The only key of a map and its value, or a fault that lists the keys.
pub fn only_key<'v>(
    value: &'v Value,
    keys: &[&str],
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<(&'v str, &'v Value)> {
    let map = map(value, at, faults)?;
    let mut entries = map.iter().filter(|(_, value)| **value != Value::Null);
    match (entries.next(), entries.next()) {
        (Some(entry), None) => Some(entry),
        (None, _) => {
            faults.add(
                at,
                FaultCode::Missing,
                format!("one of these keys is required: {}", keys.join(", ")),
            );
            None
        }
        (Some(_), Some(_)) => {
            faults.add(
                at,
                FaultCode::Conflicting,
                format!("only one of these keys: {}", keys.join(", ")),
            );
            None
        }
    }
}

/// Declares a map by its fields, and optionally the rules between them.
///
/// In `rules(at, faults) { … }` every field is in scope as what was read of it: `None` when it was bad.
/// `open` records say what they hold in `Debug`; the others only their name.
macro_rules! record {
    ($(#[$meta:meta])* open $name:ident { $($fields:tt)* } $($rules:tt)*) => {
        $crate::message::field::record!(@type [$(#[$meta])* #[derive(Debug)]] $name { $($fields)* } $($rules)*);
    };
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* } $($rules:tt)*) => {
        $crate::message::field::record!(@type [$(#[$meta])*] $name { $($fields)* } $($rules)*);
        $crate::message::field::silent!($name);
    };
    (@type [$(#[$meta:meta])*] $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
    } $(rules($at:ident, $faults:ident) $rules:block)?) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)+
        }

        impl $crate::message::field::Field for $name {
            fn read(
                value: &$crate::codec::value::Value,
                at: &$crate::message::pointer::Pointer<'_>,
                faults: &mut $crate::message::fault::Faults,
            ) -> Option<Self> {
                let map = $crate::message::field::map(value, at, faults)?;
                $crate::message::field::refuse_unknown(map, &[$(stringify!($field)),+], at, faults);
                $(let $field = $crate::message::field::take::<$type>(map, stringify!($field), at, faults);)+
                $(
                    let $at = at;
                    let $faults = &mut *faults;
                    $rules
                )?
                Some(Self { $($field: $field?,)+ })
            }

            fn write(&self) -> $crate::codec::value::Value {
                let mut map = $crate::codec::value::Map::new();
                $($crate::message::field::put(&mut map, stringify!($field), &self.$field);)+
                $crate::codec::value::Value::Map(map)
            }

            fn grammar(
                grammar: &mut $crate::message::grammar::Grammar,
            ) -> $crate::message::grammar::Shape {
                grammar.rule(stringify!($name), |grammar| {
                    $crate::message::grammar::Rule::Record(alloc::vec::Vec::from([
                        $($crate::message::field::member::<$type>(stringify!($field), grammar),)+
                    ]))
                })
            }
        }
    };
}

/// Declares a closed set of texts.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$case_meta:meta])* $case:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$case_meta])* $case,)+
        }

        impl $name {
            /// Every choice, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$case,)+];

            /// The choice as it is written.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$case => $text,)+
                }
            }

            /// Reads a choice; `None` when it is not one of them.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|case| case.text() == text)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text())
            }
        }

        impl $crate::message::field::Field for $name {
            fn read(
                value: &$crate::codec::value::Value,
                at: &$crate::message::pointer::Pointer<'_>,
                faults: &mut $crate::message::fault::Faults,
            ) -> Option<Self> {
                let text = $crate::message::field::text(value, at, faults)?;
                match Self::parse(text) {
                    Some(case) => Some(case),
                    None => $crate::message::field::bad_choice(at, faults, &[$($text),+]),
                }
            }

            fn write(&self) -> $crate::codec::value::Value {
                $crate::codec::value::Value::Text(alloc::string::String::from(self.text()))
            }

            fn grammar(
                grammar: &mut $crate::message::grammar::Grammar,
            ) -> $crate::message::grammar::Shape {
                grammar.rule(stringify!($name), |_| {
                    $crate::message::grammar::Rule::Choice(alloc::vec::Vec::from([$($text),+]))
                })
            }
        }
    };
}

/// Declares one of several values, each in a map under its own key.
macro_rules! tagged {
    ($(#[$meta:meta])* $name:ident { $($(#[$case_meta:meta])* $case:ident($type:ty) = $key:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$case_meta])* $case($type),)+
        }

        $crate::message::field::silent!($name);

        impl $crate::message::field::Field for $name {
            fn read(
                value: &$crate::codec::value::Value,
                at: &$crate::message::pointer::Pointer<'_>,
                faults: &mut $crate::message::fault::Faults,
            ) -> Option<Self> {
                let keys = &[$($key),+];
                let (key, value) = $crate::message::field::only_key(value, keys, at, faults)?;
                match key {
                    $($key => {
                        let read = <$type as $crate::message::field::Field>::read(value, &at.key($key), faults);
                        read.map(Self::$case)
                    })+
                    _ => $crate::message::field::bad_choice(at, faults, keys),
                }
            }

            fn write(&self) -> $crate::codec::value::Value {
                let mut map = $crate::codec::value::Map::new();
                match self {
                    $(Self::$case(value) => $crate::message::field::put(&mut map, $key, value),)+
                }
                $crate::codec::value::Value::Map(map)
            }

            fn grammar(
                grammar: &mut $crate::message::grammar::Grammar,
            ) -> $crate::message::grammar::Shape {
                grammar.rule(stringify!($name), |grammar| {
                    $crate::message::grammar::Rule::Tagged(alloc::vec::Vec::from([
                        $(($key, Some(<$type as $crate::message::field::Field>::grammar(grammar))),)+
                    ]))
                })
            }
        }
    };
}

/// A `Debug` that says the type's name and nothing of what it holds.
macro_rules! silent {
    ($name:ident) => {
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(crate) use choice;
pub(crate) use record;
pub(crate) use silent;
pub(crate) use tagged;
