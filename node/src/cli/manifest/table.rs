//! Entries of a manifest as rows of a CSV file, which the import takes back without a mapping.

use std::collections::BTreeMap;

use csv::WriterBuilder;
use serde_json::Value;

use crate::cli::manifest::neutral;
use crate::cli::manifest::plan::FIELDS;

/// Writes the entries, one a row, with a path for each column. Begins with a mark, so that spreadsheets read UTF-8.
///
/// # Errors
/// When an entry has a field that entries do not have.
pub(super) fn csv(entries: &[Value]) -> Result<Vec<u8>, csv::Error> {
    let rows: Vec<BTreeMap<String, String>> = entries.iter().map(flat).collect();
    let mut paths: Vec<&String> = Vec::new();
    for path in rows.iter().flat_map(BTreeMap::keys) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths.sort_by_key(|path| (order(path), path.as_str()));
    let mut writer = WriterBuilder::new().from_writer(vec![0xef, 0xbb, 0xbf]);
    writer.write_record(&paths)?;
    for row in &rows {
        let cells = paths.iter().map(|path| row.get(path.as_str()).map_or("", String::as_str));
        writer.write_record(cells.map(neutral::neutralised))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Where a path stands among the fields of an entry.
fn order(path: &str) -> usize {
    let first = path.split('.').next().unwrap_or_default();
    FIELDS.iter().position(|field| *field == first).unwrap_or(FIELDS.len())
}

fn flat(entry: &Value) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    add(entry, "", &mut cells);
    cells
}

fn add(value: &Value, path: &str, cells: &mut BTreeMap<String, String>) {
    let under =
        |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
    match value {
        Value::Null => {}
        Value::Bool(yes) => {
            cells.insert(path.to_owned(), if *yes { "yes" } else { "no" }.to_owned());
        }
        Value::Number(number) => {
            cells.insert(path.to_owned(), number.to_string());
        }
        Value::String(text) => {
            cells.insert(path.to_owned(), text.clone());
        }
        Value::Array(items) => {
            for (item, place) in items.iter().zip(1_usize..) {
                add(item, &under(&place.to_string()), cells);
            }
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| add(value, &under(key), cells)),
    }
}
