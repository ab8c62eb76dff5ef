//! Tables and lists of facts for people. The same on a terminal and in a file, so that a transcript is a test.

use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde::Serialize;
use serde_json::Value;

/// A table with a line below its head. Lines end with a newline.
pub fn table<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    for row in rows {
        table.add_row(row);
    }
    format!("{}\n", table.trim_fmt())
}

/// One fact for each line, the names in one column: `root      ab12…`.
pub fn facts<const N: usize>(facts: [(&str, String); N]) -> String {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    facts.iter().map(|(name, fact)| format!("{name:width$}  {}\n", shown(fact))).collect()
}

/// What is shown where a value may be absent.
pub fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// A document for programs.
pub fn json<T: Serialize>(document: &T) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

fn shown(fact: &str) -> &str {
    if fact.is_empty() { "–" } else { fact }
}
