//! What somebody else wrote, on its way to a reader: nothing in it can act, and nothing stays unseen.

use core::mem;

use serde_json::Value;

/// Columns behind a bar, so that an ordinary terminal need not break a line: what it breaks goes on without the bar.
const COLUMNS: usize = 72;

/// Deeper than this, a line is not indented any further.
const DEPTH_MAX: usize = 12;

/// One line of a form: a label, and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// How far it is indented.
    pub(super) depth: usize,
    /// The label, as in the JSON form.
    pub(super) label: String,
    /// What stands there; nothing where further lines do.
    pub(super) text: Option<String>,
    /// The language, where it is said.
    pub(super) lang: Option<String>,
}

/// A document, line by line, in the order of its JSON form.
pub(super) fn lines(value: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Value::Object(map) = value {
        map.iter().for_each(|(label, value)| add(label, value, 0, &mut lines));
    }
    lines
}

fn add(label: &str, value: &Value, depth: usize, lines: &mut Vec<Line>) {
    let deeper = depth.saturating_add(1);
    let label = label.to_owned();
    let mut put = |text, lang| lines.push(Line { depth, label: label.clone(), text, lang });
    match value {
        Value::Null => put(Some("–".to_owned()), None),
        Value::Bool(true) => put(Some("yes".to_owned()), None),
        Value::Bool(false) => put(Some("no".to_owned()), None),
        Value::Number(number) => put(Some(number.to_string()), None),
        Value::String(text) => put(Some(text.clone()), None),
        Value::Array(items) if items.is_empty() => put(Some("none".to_owned()), None),
        Value::Array(items) => {
            put(None, None);
            for (item, number) in items.iter().zip(1_u64..) {
                add(&number.to_string(), item, deeper, lines);
            }
        }
        Value::Object(map) => match (map.get("lang"), map.get("text"), map.len()) {
            (Some(Value::String(lang)), Some(Value::String(text)), 2) => {
                put(Some(text.clone()), Some(lang.clone()));
            }
            (lang, _, _) => {
                let lang = lang.and_then(Value::as_str).map(str::to_owned);
                put(None, None);
                for (label, value) in map {
                    let from = lines.len();
                    add(label, value, deeper, lines);
                    // What was written in the script of that language, such as a name.
                    if let (Some(lang), "full_original", Some(line)) =
                        (&lang, label.as_str(), lines.get_mut(from))
                    {
                        line.lang = Some(lang.clone());
                    }
                }
            }
        },
    }
}

/// The lines as plain text, every one behind a bar, so that none is ever taken for ours.
// spec: audit-53
pub(super) fn barred(lines: &[Line]) -> String {
    let mut out = String::new();
    for Line { depth, label, text, lang } in lines {
        let indent = "  ".repeat((*depth).min(DEPTH_MAX));
        let lang = lang.as_ref().map(|lang| format!(" [{lang}]")).unwrap_or_default();
        let text = text.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let said = visible(&format!("{label}{lang}:{text}"));
        let columns = COLUMNS.saturating_sub(indent.len());
        let rows = said.split('\n').flat_map(|row| wrapped(row, columns));
        for (row, further) in rows.zip(core::iter::once("").chain(core::iter::repeat("  "))) {
            out.push_str(&format!("   | {indent}{further}{row}\n"));
        }
    }
    out
}

/// A line in pieces of at most so many columns, broken behind a blank where there is one.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let (mut rows, mut row, mut used) = (Vec::new(), String::new(), 0_usize);
    for character in line.chars() {
        if used.saturating_add(columns_of(character)) > columns {
            let rest = row.rfind(' ').map(|at| row.split_off(at.saturating_add(1)));
            rows.push(mem::replace(&mut row, rest.unwrap_or_default()));
            used = row.chars().map(columns_of).sum();
        }
        row.push(character);
        used = used.saturating_add(columns_of(character));
    }
    rows.push(row);
    rows
}

/// Columns that a character may take: rather too many than too few.
const fn columns_of(character: char) -> usize {
    match character {
        '\t' => 8,
        ascii if ascii.is_ascii() => 1,
        _ => 2,
    }
}

/// The text made visible, in one line: what ends a line is shown as well.
pub(super) fn in_one_line(text: &str) -> String {
    visible(text).replace('\n', "[U+000A]")
}

/// The text with every character shown that acts on a terminal or turns the direction of a line, or that nobody sees.
/// Lines stay lines.
// spec: audit-53
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if acts(character) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Controls but line feed and tab, marks of direction, line ends that are none, and what has no look of its own. Joiners
/// and breaks without width stay: Khmer, Lao, Burmese and Thai are written with them.
fn acts(character: char) -> bool {
    let harmless = matches!(character, '\n' | '\t');
    (character.is_control() && !harmless)
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text as it stands in a page: visible, and nothing in it is markup.
// spec: audit-53
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
