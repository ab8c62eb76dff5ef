//! What a program or a person of the agency hands in, made what is sent, and every change told.
//!
//! Only what comes from one's own side is changed, before anything is signed; what a peer sent is taken or refused.
//! Where nothing has to change, nothing does.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::limits::CHANGES_MAX;
use crate::message::fault::FaultCode;
use crate::message::fault::FieldFault;
use crate::message::field::choice;
use crate::message::name::ORIGINAL_WRITING;
use crate::message::name::WHOLE_NAME;
use crate::message::name::WritingEncoding;
use crate::message::writing;
use crate::message::writing::zawgyi;

/// How often a tree is read again after digits were made ASCII. A place and all its likes are done at once, so that one
/// round does a field of a list however long; what is not done after as many rounds stays a fault.
const ROUNDS_MAX: usize = 8;

choice! {
    /// What was done to a text, or has to be looked at.
    Change {
        /// Letters and marks were put together (normalisation form C).
        Composed = "composed",
        /// Burmese in Zawgyi was made Unicode.
        Converted = "zawgyi-converted",
        /// Burmese that looks like Zawgyi could not be converted, and stands as it came.
        Left = "zawgyi-left",
        /// Digits of another script were made ASCII.
        Digits = "digits",
    }
}

impl Change {
    /// What a person should know.
    pub const fn said(self) -> &'static str {
        match self {
            Self::Composed => "letters and marks were put together (NFC); it looks as before",
            Self::Converted => {
                "Burmese in Zawgyi was made Unicode: have a Burmese reader check it; of a name the original stays beside it"
            }
            Self::Left => {
                "this looks like Burmese in Zawgyi and could not be converted: it stands as it came, have a Burmese reader write it anew"
            }
            Self::Digits => "digits were made ASCII",
        }
    }
}

/// A change, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Where. Shape: RFC 6901, from the root of what was handed in.
    pub pointer: String,
    /// What.
    pub change: Change,
}

/// A tree as it is sent, and what was changed in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The tree.
    pub tree: Value,
    /// The changes, in order of place, at most [`CHANGES_MAX`].
    pub told: Vec<Told>,
    /// How many more there were.
    pub more: usize,
}

impl Accepted {
    fn tell(&mut self, pointer: &str, change: Change) {
        if self.told.len() < CHANGES_MAX {
            self.told.push(Told { pointer: pointer.into(), change });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

/// Composes every text of a tree, and makes Unicode of Zawgyi.
// spec: nam-2, nam-4
pub fn written(tree: &Value) -> Accepted {
    let mut accepted = Accepted { tree: Value::Null, told: Vec::new(), more: 0 };
    let tree = rewritten(tree, &mut String::new(), &mut accepted);
    accepted.tree = tree;
    accepted
}

/// Reads a tree that was handed in: composed, Burmese in Unicode, and with ASCII digits wherever the form of a field asks
/// for them.
///
/// # Errors
/// What `read` finds wrong with the tree nevertheless.
// spec: nam-3
pub fn read<T>(
    tree: &Value,
    read: impl Fn(&Value) -> Result<T, Vec<FieldFault>>,
) -> Result<(T, Accepted), Vec<FieldFault>> {
    let mut accepted = written(tree);
    let mut outcome = read(&accepted.tree);
    for _ in 0..ROUNDS_MAX {
        let Err(faults) = &outcome else { break };
        let places: BTreeSet<String> = faults
            .iter()
            .filter(|fault| is_of_form(fault.code))
            .map(|fault| of_likes(&fault.pointer))
            .collect();
        let mut changed = Vec::new();
        let tree = with_digits(&accepted.tree, &mut String::new(), (&places, &mut changed));
        if changed.is_empty() {
            break;
        }
        accepted.tree = tree;
        changed.iter().for_each(|pointer| accepted.tell(pointer, Change::Digits));
        outcome = read(&accepted.tree);
    }
    accepted.told.sort();
    outcome.map(|read| (read, accepted))
}

/// Whether a fault says that a text is not of its form, which digits of another script may be the reason for.
const fn is_of_form(code: FaultCode) -> bool {
    match code {
        FaultCode::Malformed
        | FaultCode::WrongType
        | FaultCode::OutOfRange
        | FaultCode::TooLong => true,
        FaultCode::Missing
        | FaultCode::UnknownField
        | FaultCode::BadChoice
        | FaultCode::TooMany
        | FaultCode::TooFew
        | FaultCode::Repeated
        | FaultCode::Conflicting
        | FaultCode::MoreFaults => false,
    }
}

/// A place together with its likes: the same field of every item of a list, which has the same form.
fn of_likes(pointer: &str) -> String {
    let steps = pointer.split('/').map(|step| {
        let is_place = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if is_place { "*" } else { step }
    });
    steps.collect::<Vec<_>>().join("/")
}

/// Goes one step down for as long as `within` runs.
fn below<T>(pointer: &mut String, step: &str, within: impl FnOnce(&mut String) -> T) -> T {
    let len = pointer.len();
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    let done = within(pointer);
    pointer.truncate(len);
    done
}

fn rewritten(tree: &Value, pointer: &mut String, accepted: &mut Accepted) -> Value {
    match tree {
        Value::Text(text) => Value::Text(text_of(text, pointer, accepted)),
        Value::List(items) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                below(pointer, &index.to_string(), |pointer| rewritten(item, pointer, accepted))
            });
            Value::List(items.collect())
        }
        Value::Map(map) => {
            let mut written = Map::new();
            for (key, value) in map.iter() {
                let value = below(pointer, key, |pointer| rewritten(value, pointer, accepted));
                drop(written.put(key, value));
            }
            keep_original(map, &mut written);
            Value::Map(written)
        }
        Value::Null | Value::Bool(_) | Value::Int(_) => tree.clone(),
    }
}

fn text_of(text: &str, pointer: &str, accepted: &mut Accepted) -> String {
    if zawgyi::is_zawgyi(text) {
        if let Some(unicode) = zawgyi::converted(text) {
            accepted.tell(pointer, Change::Converted);
            return unicode;
        }
        accepted.tell(pointer, Change::Left);
    }
    if writing::is_composed(text) {
        return text.into();
    }
    accepted.tell(pointer, Change::Composed);
    writing::composed(text)
}

/// Of a name that was in Zawgyi the bytes that came are kept beside it.
// spec: nam-4
fn keep_original(before: &Map, written: &mut Map) {
    let (Some(Value::Text(original)), None) =
        (before.get(WHOLE_NAME), before.get(ORIGINAL_WRITING))
    else {
        return;
    };
    let is_other = written.get(WHOLE_NAME) != Some(&Value::Text(original.clone()));
    if !is_other || !zawgyi::is_zawgyi(original) {
        return;
    }
    let utf8: String = original.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut kept = Map::new();
    drop(kept.put("encoding", Value::Text(WritingEncoding::Zawgyi.text().into())));
    drop(kept.put("utf8", Value::Text(utf8)));
    drop(written.put(ORIGINAL_WRITING, Value::Map(kept)));
}

/// The tree with ASCII digits at the places.
fn with_digits(
    tree: &Value,
    pointer: &mut String,
    (places, changed): (&BTreeSet<String>, &mut Vec<String>),
) -> Value {
    match tree {
        Value::Text(text) if writing::has_local_digits(text) && is_among(places, pointer) => {
            changed.push(pointer.clone());
            Value::Text(writing::ascii_digits(text))
        }
        Value::List(items) => {
            let mut written = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                written.push(below(pointer, &index.to_string(), |pointer| {
                    with_digits(item, pointer, (places, changed))
                }));
            }
            Value::List(written)
        }
        Value::Map(map) => {
            let mut written = Map::new();
            for (key, value) in map.iter() {
                let value =
                    below(pointer, key, |pointer| with_digits(value, pointer, (places, changed)));
                drop(written.put(key, value));
            }
            Value::Map(written)
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => tree.clone(),
    }
}

fn is_among(places: &BTreeSet<String>, pointer: &str) -> bool {
    places.contains(&of_likes(pointer))
}
