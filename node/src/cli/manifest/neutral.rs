//! Texts that a spreadsheet would run as formulas: written so that it does not, and read back as they were.
//!
//! A spreadsheet that opens a CSV file runs whatever begins like a formula, and such a text came from somebody else.

/// The text for a cell of a CSV file.
// spec: man-5
pub(super) fn neutralised(text: &str) -> String {
    if is_dangerous(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell as it was before it was neutralised.
pub(super) fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_dangerous(text) => text,
        Some(_) | None => cell,
    }
}

/// Whether a spreadsheet would run it, or it looks as if it had been neutralised.
fn is_dangerous(text: &str) -> bool {
    let first = text.trim_start_matches('\'').chars().next();
    first.is_some_and(|first| {
        matches!(
            first,
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\u{ff1d}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff20}'
        )
    })
}
