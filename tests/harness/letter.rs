//! Submissions for tests, from the examples of the specification: synthetic persons, an exercise.

use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::top;

/// The example of a kind, addressed to these agencies, the first of them to act.
///
/// # Panics
/// When there is no such example.
pub fn example(kind: &str, to: &[&str]) -> Value {
    let text = fs::read_to_string(top().join(format!("spec/examples/{kind}.json"))).unwrap();
    let mut letter: Value = serde_json::from_str(&text).unwrap();
    let recipients = to.iter().enumerate().map(|(place, agency)| {
        json!({ "agency": agency, "role": if place == 0 { "action" } else { "information" } })
    });
    letter["to"] = recipients.collect();
    letter
}

/// An intelligence report, which stands for itself, with a mark that makes it unlike all others.
pub fn report(to: &[&str], mark: &str) -> Value {
    let mut letter = example("intelligence-report", to);
    letter["handling"] = example("acknowledgement", to)["handling"].clone();
    letter["subject_line"] = json!(format!("Exercise, {mark}"));
    let fields = letter.as_object_mut().unwrap();
    fields.insert("procedure".to_owned(), Value::Null);
    fields.insert("parents".to_owned(), json!([]));
    letter
}
