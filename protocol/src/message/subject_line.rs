//! A subject line is read by many: it says what a message is about, and not about whom.

use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::value::Value;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::pointer::Pointer;

/// The fields of a [`PersonName`](crate::message::name::PersonName) that hold a name whole.
const WHOLE_NAMES: [&str; 2] = ["full_original", "latin_form"];

/// Adds a fault where a subject line has a name that the body gives of a person.
///
/// It is no more than a warning: a name may be a word too, and whoever has looked says so in the submission.
// spec: msgk-120
pub(super) fn refuse_names(line: &str, body: &Value, at: &Pointer<'_>, faults: &mut Faults) {
    let line = line.to_lowercase();
    if names(body).iter().any(|name| has_word(&line, name)) {
        let reason = "no subject line has personal data, and this one has a name that the body gives of a person: \
                      take it out, or say with `subject_line_checked` that it is nobody's name";
        faults.add(&at.key("subject_line"), FaultCode::Conflicting, reason);
    }
}

/// Whether a text has a word; in scripts that part words by spaces, as one of its own.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |beside: Option<char>| {
        word.is_ascii() && beside.is_some_and(|beside| beside.is_ascii_alphanumeric())
    };
    text.match_indices(word).any(|(start, found)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start.saturating_add(found.len())..);
        !goes_on(before) && !goes_on(after.and_then(|after| after.chars().next()))
    })
}

/// Every whole name in a body, in lower case. Its depth is bounded where it was read.
fn names(body: &Value) -> Vec<String> {
    match body {
        Value::List(items) => items.iter().flat_map(names).collect(),
        Value::Map(map) => {
            let whole = WHOLE_NAMES.iter().filter_map(|key| match map.get(key) {
                Some(Value::Text(name)) => Some(name.to_lowercase()),
                Some(
                    Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_),
                )
                | None => None,
            });
            whole.chain(map.iter().flat_map(|(_, value)| names(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => Vec::new(),
    }
}
