//! The instants that a content states, and where: each with the offset of the place that it was written for.
//!
//! Absent on purpose: the rules of zones. What the author wrote beside the time is what is known of the place.

use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::value::Value;
use crate::message::pointer::Pointer;
use crate::message::time::Instant;

/// An instant of a content.
#[derive(Clone, Debug)]
pub struct Stated {
    /// Where it stands.
    pub pointer: String,
    /// The instant, as it was written.
    pub instant: Instant,
}

/// Most instants that are listed of one content; a schedule of many legs has some dozens.
pub const STATED_MAX: usize = 256;

/// The instants of a content in the order of its fields, as far as the bound goes.
// spec: tim-2
pub fn of(content: &Value) -> Vec<Stated> {
    let mut found = Vec::new();
    gather(content, &Pointer::Root, &mut found);
    found
}

fn gather(value: &Value, at: &Pointer<'_>, found: &mut Vec<Stated>) {
    if found.len() >= STATED_MAX {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) => {}
        Value::Text(text) => found.extend(
            Instant::parse(text).ok().map(|instant| Stated { pointer: at.text(), instant }),
        ),
        Value::List(items) => {
            items.iter().enumerate().for_each(|(place, item)| gather(item, &at.item(place), found));
        }
        Value::Map(map) => map.iter().for_each(|(key, value)| gather(value, &at.key(key), found)),
    }
}

#[cfg(test)]
mod tests;
