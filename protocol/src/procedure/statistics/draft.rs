//! A situation report with its derived figures filled in, for its author to complete.
//!
//! Absent on purpose: that a figure overlaps with none. Nobody here knows it, and whoever does writes it.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::ids::Party;
use crate::message::time::Instant;
use crate::procedure::statistics::derived::Derived;
use crate::procedure::statistics::measure::Topic;

/// The body of a report of a Party over a time, from figures of it: measures become items, grounds become obstacles.
// spec: sta-11
pub fn body(party: &Party, (from, until): (&Instant, &Instant), figures: &[Derived]) -> Value {
    let period = map([("from", text(from.as_str())), ("to", text(until.as_str()))]);
    let (mut items, mut obstacles) = (Vec::new(), Vec::new());
    for figure in figures {
        match figure.question.topic {
            Topic::Whole(_) => {
                let day = from.as_str().get(..10).unwrap_or_default();
                let number = items.len().saturating_add(1);
                let name = format!("{}-ST-{day}-{number}", party.as_str());
                items.push(item(&name, party, &period, figure));
            }
            // What did not happen is left out.
            Topic::RefusedFor(ground) if figure.value > 0 => {
                obstacles
                    .push(map([("ground", text(ground.text())), ("count", number(figure.value))]));
            }
            Topic::RefusedFor(_) => {}
        }
    }
    map([("period", period), ("items", Value::List(items)), ("obstacles", Value::List(obstacles))])
}

fn item(name: &str, party: &Party, period: &Value, figure: &Derived) -> Value {
    let measure = figure.question.topic.measure();
    let derived = map([
        ("query_digest", text(&format!("sha256:{}", figure.question.digest()))),
        ("records", number(u64::try_from(figure.records.len()).unwrap_or(u64::MAX))),
    ]);
    map([
        ("stat_ref", text(name)),
        ("measure", text(measure.text())),
        ("value", text(&format!("{}", figure.value))),
        ("unit", text(measure.unit())),
        ("population", map([("lang", text("en")), ("text", text(&population(figure)))])),
        ("territory", Value::List(Vec::from([text(party.as_str())]))),
        ("period", period.clone()),
        ("counting_rule", text(measure.counting_rule().text())),
        ("derivation", map([("derived", derived)])),
        ("overlaps", text("unknown")),
    ])
}

/// Whom it counts, and how many it could not.
fn population(figure: &Derived) -> String {
    let counted = figure.question.topic.measure().population();
    match figure.unread.len() {
        0 => counted.to_owned(),
        unread => format!("{counted} Not counted, because they could not be read: {unread}."),
    }
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut map = Map::new();
    for (key, value) in fields {
        drop(map.put(key, value));
    }
    Value::Map(map)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
