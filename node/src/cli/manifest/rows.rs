//! From rows to entries: pure, cell by cell, and every fault named by its cell.
//!
//! Uses `sheet`, `plan`, `dates`, `zawgyi`. An entry grows as a JSON tree by the paths of its columns; whether it is one
//! is judged by the same reader that judges a message, and its faults are traced back to cells.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::codec::value::Value as Tree;
use concord_protocol::limits::MANIFEST_ENTRIES_MAX;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::message::field::Field;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::writing::accept;
use concord_protocol::message::writing::accept::Change;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::api::json;
use crate::cli::manifest::cells;
use crate::cli::manifest::cells::Column;
use crate::cli::manifest::plan;
use crate::cli::manifest::plan::Plan;
use crate::cli::manifest::sheet::At;
use crate::cli::manifest::sheet::Cell;
use crate::cli::manifest::sheet::Sheet;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellFault {
    /// The cell, such as `B17`, or the row or the sheet where no cell is at fault.
    pub(super) cell: String,
    /// The path that the cell is for.
    pub(super) path: String,
    /// What is wrong, and what to do.
    pub(super) reason: String,
}

/// What a sheet gives.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// An entry for each row with something in it, as JSON.
    pub(super) entries: Vec<Value>,
    /// The row of each entry, from 1.
    pub(super) rows: Vec<usize>,
    /// The sex that each row states, where a column says it.
    pub(super) sexes: Vec<Option<String>>,
    /// What is wrong.
    pub(super) faults: Vec<CellFault>,
    /// What was done that somebody should know.
    pub(super) notes: Vec<String>,
}

/// Reads every row below the headers.
// spec: man-1, man-2
pub(super) fn read(sheet: &Sheet, plan: &Plan) -> Found {
    let mut found = Found::default();
    let header_row = plan.header_row.saturating_sub(1);
    let columns = columns(sheet, plan, header_row, &mut found);
    if columns.is_empty() {
        found.fault("sheet", "", "no header of that row has a path: check `header_row`, `delimiter` and `columns` of the mapping");
        return found;
    }
    let mut empty = 0_usize;
    for row in header_row.saturating_add(1)..sheet.rows.len() {
        if columns.iter().all(|column| sheet.cell(column.at(row)).is_empty()) {
            empty = empty.saturating_add(1);
            continue;
        }
        if found.entries.len() >= MANIFEST_ENTRIES_MAX {
            let cell = format!("row {}", row.saturating_add(1));
            let reason = format!(
                "a manifest has at most {MANIFEST_ENTRIES_MAX} entries: make a second batch of the others"
            );
            found.fault(&cell, "", &reason);
            break;
        }
        entry(sheet, plan, (row, &columns), &mut found);
    }
    if empty > 0 {
        found.notes.push(format!("{empty} empty rows were left out"));
    }
    found
}

impl Found {
    fn fault(&mut self, cell: &str, path: &str, reason: &str) {
        let (cell, path, reason) = (cell.to_owned(), path.to_owned(), reason.to_owned());
        self.faults.push(CellFault { cell, path, reason });
    }
}

/// The columns with a path, in order.
fn columns(sheet: &Sheet, plan: &Plan, row: usize, found: &mut Found) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut headers = BTreeSet::new();
    let cells = sheet.rows.get(row).map_or(&[][..], Vec::as_slice);
    for (cell, column) in cells.iter().zip(0_usize..) {
        let at = At { row, column };
        let Cell::Text(header) = cell else { continue };
        let header = header.trim();
        let Some(path) = plan.path(header) else { continue };
        if !plan::is_path(path) {
            headers.insert(path.to_owned());
            found.fault(
                &at.to_string(),
                path,
                "the mapping names a path that an entry does not have",
            );
        } else if !headers.insert(path.to_owned()) {
            found.fault(&at.to_string(), path, "two columns are for one path: name one of them");
        } else {
            columns.push(Column { column, path: path.to_owned() });
        }
    }
    let missing = plan.columns.iter().filter(|(_, path)| !headers.contains(path.as_str()));
    for (header, path) in missing.collect::<Vec<_>>() {
        let reason =
            format!("the mapping names the header {header:?}, and the sheet has no such column");
        found.fault(&format!("row {}", row.saturating_add(1)), path, &reason);
    }
    columns
}

fn entry(sheet: &Sheet, plan: &Plan, (row, columns): (usize, &[Column]), found: &mut Found) {
    let before = found.faults.len();
    let mut flat: BTreeMap<&str, Value> = BTreeMap::new();
    for (path, text) in &plan.constants {
        flat.insert(path, cells::typed(path, text));
    }
    for column in columns {
        let at = column.at(row);
        if sheet.is_merged(at) {
            found.fault(&at.to_string(), &column.path, "the cell is merged with others: each person has a cell of its own, so take the merging away");
            continue;
        }
        if sheet.computed.contains(&at) {
            found.notes.push(format!("{at}: the result of a formula was taken"));
        }
        match cells::value(sheet.cell(at), &column.path, plan) {
            Ok(None) => {}
            Ok(Some(value)) => {
                flat.insert(&column.path, value);
            }
            Err(reason) => found.fault(&at.to_string(), &column.path, &reason),
        }
    }
    let sex = flat.remove(plan::SEX).and_then(|sex| sex.as_str().map(str::to_owned));
    found.sexes.push(sex);
    let mut tree = Value::Object(Map::new());
    for (path, value) in flat {
        if !put(&mut tree, path, value) {
            let reason = "the path of this column contradicts that of another one";
            found.fault(&named(columns, row, path), path, reason);
        }
    }
    complete(&mut tree);
    let (tree, faults) = accepted(tree, (row, columns), found);
    // A cell that was not read would be missed once more.
    if found.faults.len() == before {
        for fault in faults {
            let path = dotted(&fault.pointer);
            found.fault(&named(columns, row, &path), &path, &fault.reason);
        }
    }
    found.entries.push(tree);
    found.rows.push(row.saturating_add(1));
}

/// An entry as it is sent, with a note of each change; and what the reader of messages says of it.
// spec: nam-2, nam-4
fn accepted(
    tree: Value,
    (row, columns): (usize, &[Column]),
    found: &mut Found,
) -> (Value, Vec<FieldFault>) {
    let text = serde_json::to_vec(&tree).unwrap_or_default();
    let Ok(value) = json::read(&text) else { return (tree, Vec::new()) };
    let (written, faults) = match accept::read(&value, read_entry) {
        Ok((_, written)) => (written, Vec::new()),
        Err(faults) => (accept::written(&value), faults),
    };
    for told in &written.told {
        let path = dotted(&told.pointer);
        let cell = named(columns, row, &path);
        if told.change == Change::Left {
            found.fault(&cell, &path, Change::Left.said());
        } else {
            found.notes.push(format!("{cell}: {}", told.change.said()));
        }
    }
    found.notes.dedup();
    (serde_json::to_value(&written.tree).unwrap_or(tree), faults)
}

fn read_entry(value: &Tree) -> Result<ManifestEntry, Vec<FieldFault>> {
    let mut faults = Faults::new();
    let read = ManifestEntry::read(value, &Pointer::Root, &mut faults);
    faults.judge(read)
}

/// Puts a value under a dotted path; numbers in it are places of a list, from 1. False where something else stands.
fn put(tree: &mut Value, path: &str, value: Value) -> bool {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let place = match first.parse::<usize>() {
        Ok(place) => {
            if tree.is_null() {
                *tree = json!([]);
            }
            let Some(items) = tree.as_array_mut() else { return false };
            let index = place.saturating_sub(1);
            if place == 0 || index > cells::ITEMS_MAX {
                return false;
            }
            while items.len() <= index {
                items.push(Value::Null);
            }
            items.get_mut(index)
        }
        Err(_) => {
            if tree.is_null() {
                *tree = json!({});
            }
            let Some(map) = tree.as_object_mut() else { return false };
            Some(map.entry(first).or_insert(Value::Null))
        }
    };
    match (place, rest) {
        (Some(place), Some(rest)) => put(place, rest, value),
        (Some(place), None) if place.is_null() => {
            *place = value;
            true
        }
        (_, _) => false,
    }
}

/// What follows from the rest: places that stayed empty go, and a name whose parts nobody entered is undivided.
fn complete(tree: &mut Value) {
    prune(tree);
    let names = tree.get_mut("names_in_release_order").and_then(Value::as_array_mut);
    for name in names.into_iter().flatten() {
        let whole = name.get("full_original").cloned();
        if let (Some(whole), Some(map)) = (whole, name.as_object_mut()) {
            map.entry("parts").or_insert_with(|| json!([{"text": whole, "role": "undivided"}]));
            map.entry("kind").or_insert_with(|| json!("official"));
        }
    }
}

fn prune(tree: &mut Value) {
    match tree {
        Value::Array(items) => {
            items.iter_mut().for_each(prune);
            items.retain(|item| !item.is_null());
        }
        Value::Object(map) => {
            map.values_mut().for_each(prune);
            map.retain(|_, value| !value.is_null());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The path of a pointer, such as `/birth/latest`; its places count from 0, those of a path from 1.
fn dotted(pointer: &str) -> String {
    let step = |step: &str| match step.parse::<usize>() {
        Ok(index) => index.saturating_add(1).to_string(),
        Err(_) => step.to_owned(),
    };
    pointer.split('/').filter(|part| !part.is_empty()).map(step).collect::<Vec<_>>().join(".")
}

/// The cell that a path comes from: the one whose column shares most of the path, or the row where none shares any.
fn named(columns: &[Column], row: usize, path: &str) -> String {
    let shared = |column: &&Column| {
        let steps = column.path.split('.').zip(path.split('.'));
        steps.take_while(|(one, other)| one == other).count()
    };
    // Of several that share as much, the first one.
    match columns.iter().rev().max_by_key(shared).filter(|column| shared(column) > 0) {
        Some(column) => column.at(row).to_string(),
        None => format!("row {}", row.saturating_add(1)),
    }
}
