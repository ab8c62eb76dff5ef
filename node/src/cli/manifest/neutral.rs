//! Texts that a spreadsheet would run as formulas: written so that it does not, and read back as they were.
//!
//! A spreadsheet that opens a CSV file runs whatever begins like a formula, and such a text came from somebody else. Where
//! it takes another character than the comma for the end of a cell, what follows that character begins a cell as well.

/// What ends a cell or a line for one spreadsheet or another.
const ENDS: [char; 5] = [';', '\t', '|', '\n', '\r'];

/// The text for a cell of a CSV file: a `'` stands before whatever begins like a formula.
// spec: man-5
pub(super) fn neutralised(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for (part, at) in parts(text) {
        if is_dangerous(part, at) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

/// The text of a cell as it was before it was neutralised.
pub(super) fn restored(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for (part, at) in parts(cell) {
        let bare = part.strip_prefix('\'').filter(|bare| is_dangerous(bare, at));
        text.push_str(bare.unwrap_or(part));
    }
    text
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Beginning,
    Within,
}

/// The parts that may begin a cell, each with what ends it.
fn parts(text: &str) -> impl Iterator<Item = (&str, At)> {
    let places = core::iter::once(At::Beginning).chain(core::iter::repeat(At::Within));
    text.split_inclusive(ENDS).zip(places)
}

/// Whether a spreadsheet would run it, or it looks as if it had been neutralised. Quotes before it do not protect it: a
/// spreadsheet may take them for marks of its own.
fn is_dangerous(part: &str, at: At) -> bool {
    let first = part.trim_start_matches(['\'', '"']).chars().next();
    first.is_some_and(|first| match first {
        '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' => true,
        '\t' | '\r' | '\n' => at == At::Beginning,
        _ => false,
    })
}
