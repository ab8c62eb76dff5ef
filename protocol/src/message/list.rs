//! Lists that say how many items they hold.
//!
//! A plain `Vec` may be empty, and then is left out.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::slice;

use crate::codec::value::Value;
use crate::limits::LIST_MAX;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::grammar::Grammar;
use crate::message::grammar::Presence;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;

/// A list with `MIN` to `MAX` items. With `MIN` 0 it may be left out, which is the same as being empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

/// A required list with at least one item.
pub type OneOrMore<T> = Bounded<T, 1, LIST_MAX>;

/// A required list that may be empty: its author states that there is nothing, because silence is no answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Stated<T>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// From items; `None` when they are too few or too many.
    pub fn new(items: Vec<T>) -> Option<Self> {
        (MIN..=MAX).contains(&items.len()).then_some(Self(items))
    }

    /// The items.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The items, given away.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }

    /// The items, one by one.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T, const MIN: usize, const MAX: usize> fmt::Debug for Bounded<T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.0.len())
    }
}

impl<T: Field, const MIN: usize, const MAX: usize> Field for Bounded<T, MIN, MAX> {
    const PRESENCE: Presence = if MIN == 0 { Presence::Optional } else { Presence::Required };

    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        read_items(value, (MIN, MAX), at, faults).map(Self)
    }

    fn absent(at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        if MIN == 0 { Some(Self(Vec::new())) } else { field::missing(at, faults) }
    }

    fn write(&self) -> Value {
        if self.0.is_empty() { Value::Null } else { write_items(&self.0) }
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        Shape::List { of: Box::new(T::grammar(grammar)), min: MIN, max: MAX }
    }
}

impl<T> Stated<T> {
    /// The items.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> fmt::Debug for Stated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.0.len())
    }
}

impl<T: Field> Field for Stated<T> {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        read_items(value, (0, LIST_MAX), at, faults).map(Self)
    }

    fn write(&self) -> Value {
        write_items(&self.0)
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        Shape::List { of: Box::new(T::grammar(grammar)), min: 0, max: LIST_MAX }
    }
}

impl<T: Field> Field for Vec<T> {
    const PRESENCE: Presence = Presence::Optional;

    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        read_items(value, (0, LIST_MAX), at, faults)
    }

    fn absent(_at: &Pointer<'_>, _faults: &mut Faults) -> Option<Self> {
        Some(Self::new())
    }

    fn write(&self) -> Value {
        if self.is_empty() {
            Value::Null
        } else {
            Value::List(self.iter().map(Field::write).collect())
        }
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        Shape::List { of: Box::new(T::grammar(grammar)), min: 0, max: LIST_MAX }
    }
}

/// A set: required, at least one item, none twice, written in order.
impl<T: Field + Ord> Field for BTreeSet<T> {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let items = read_items::<T>(value, (1, LIST_MAX), at, faults)?;
        let mut set = Self::new();
        for (index, item) in items.into_iter().enumerate() {
            if !set.insert(item) {
                faults.add(&at.item(index), FaultCode::Repeated, "each item stands here once");
            }
        }
        Some(set)
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(Field::write).collect())
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        Shape::List { of: Box::new(T::grammar(grammar)), min: 1, max: LIST_MAX }
    }
}

fn write_items<T: Field>(items: &[T]) -> Value {
    Value::List(items.iter().map(Field::write).collect())
}

/// Adds a fault for each id that stands before, at the item that repeats it.
pub fn refuse_repeated<T: Ord>(
    ids: impl Iterator<Item = T>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (index, id) in ids.enumerate() {
        if !seen.insert(id) {
            faults.add(&at.item(index), FaultCode::Repeated, "an item before it has the same id");
        }
    }
}

/// Adds a fault for each item that does not come after the one before it: such a list is a set in its one form.
pub fn demand_ascending<T: Ord>(items: &[T], at: &Pointer<'_>, faults: &mut Faults) {
    for ((index, item), before) in items.iter().enumerate().skip(1).zip(items) {
        match item.cmp(before) {
            Ordering::Greater => {}
            Ordering::Equal => {
                faults.add(&at.item(index), FaultCode::Repeated, "each item stands here once");
            }
            Ordering::Less => {
                let reason = "items stand in ascending order, so that all sides write the same";
                faults.add(&at.item(index), FaultCode::Conflicting, reason);
            }
        }
    }
}

/// Adds a fault for each item whose number is not its place, counted from 1.
pub fn demand_sequence(
    numbers: impl Iterator<Item = u64>,
    key: &str,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    for ((index, number), place) in numbers.enumerate().zip(1_u64..) {
        if number != place {
            let reason = "items are numbered from 1, in order and without a gap";
            faults.add(&at.item(index).key(key), FaultCode::Conflicting, reason);
        }
    }
}

/// How many there are.
pub fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.fold(0, |count: u64, _| count.saturating_add(1))
}

/// Reads every item, so that each bad one is a fault; the count is judged before any of them.
fn read_items<T: Field>(
    value: &Value,
    (min, max): (usize, usize),
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<Vec<T>> {
    let items = field::list(value, at, faults)?;
    if items.len() > max {
        faults.add(at, FaultCode::TooMany, format!("at most {max} items"));
        return None;
    }
    if items.len() < min {
        faults.add(at, FaultCode::TooFew, format!("at least {min} items"));
        return None;
    }
    let read = items.iter().enumerate().map(|(index, item)| T::read(item, &at.item(index), faults));
    // Collected before it is judged: a bad item must not keep the ones after it from being read.
    let read: Vec<Option<T>> = read.collect();
    read.into_iter().collect()
}
