//! Reads a CSV or an XLSX file into a [`Sheet`]: the room of the crates that know these forms.
//!
//! Nothing is guessed: a file in another encoding than Unicode is refused, for a wrong guess changes names.

use std::io;
use std::io::Cursor;
use std::io::Read;

use calamine::Data;
use calamine::Reader;
use calamine::Xlsx;
use csv::ReaderBuilder;
use zip::ZipArchive;

use crate::cli::manifest::sheet::At;
use crate::cli::manifest::sheet::Cell;
use crate::cli::manifest::sheet::Sheet;

/// Rows and columns that are read at most: what goes on beyond is no manifest.
const ROWS_MAX: usize = 10_000;
const COLUMNS_MAX: usize = 256;

/// Cells of a workbook, and bytes of their texts, that are read at most; one long text may be shared by many cells.
const CELLS_MAX: usize = 1_000_000;
const TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bytes that the parts of a workbook have at most when they are unpacked, all together.
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a file is no sheet.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SheetError {
    /// Bytes that are no text in UTF-8 or UTF-16.
    #[error("the text is not in Unicode, from byte {at} on")]
    Encoding {
        /// The first byte, from 0.
        at: usize,
    },
    /// The CSV cannot be taken apart.
    #[error("the CSV cannot be read: {why}")]
    Csv {
        /// What the reader says.
        why: String,
    },
    /// The XLSX cannot be taken apart.
    #[error("the workbook cannot be read: {why}")]
    Workbook {
        /// What the reader says.
        why: String,
    },
    /// No sheet of that name.
    #[error("the workbook has no such sheet; it has: {found}")]
    NoSheet {
        /// The names.
        found: String,
    },
    /// More than is read.
    #[error(
        "the sheet has more than {ROWS_MAX} rows or {COLUMNS_MAX} columns, or much more in it than a list of people"
    )]
    TooLarge,
}

/// Reads whichever of the two it is. A workbook is a ZIP archive and begins like one.
// spec: man-6
pub(super) fn read(bytes: &[u8], name: Option<&str>, delimiter: u8) -> Result<Sheet, SheetError> {
    if bytes.starts_with(b"PK\x03\x04") { workbook(bytes, name) } else { text(bytes, delimiter) }
}

fn text(bytes: &[u8], delimiter: u8) -> Result<Sheet, SheetError> {
    // One end of a line, so that lines can be counted; a sheet is seen with its last line ended.
    let mut text = decoded(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    text.push('\n');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        if !more.map_err(|error| SheetError::Csv { why: error.to_string() })? {
            return Ok(sheet);
        }
        // The reader leaves empty lines out, and a cell is named by its line: counted back from the end of the record.
        let within = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let after = usize::try_from(reader.position().line()).unwrap_or(ROWS_MAX);
        let line = after.saturating_sub(2).saturating_sub(within);
        if line >= ROWS_MAX || record.len() > COLUMNS_MAX {
            return Err(SheetError::TooLarge);
        }
        while sheet.rows.len() < line {
            sheet.rows.push(Vec::new());
        }
        sheet.rows.push(record.iter().map(cell_of).collect());
    }
}

fn cell_of(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// The text without its byte order mark.
fn decoded(bytes: &[u8]) -> Result<String, SheetError> {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units = rest.chunks(2).map(|pair| match pair {
            [a, b] => read([*a, *b]),
            _ => 0xdc00, // half a unit: refused below
        });
        let decoded: Result<String, _> = char::decode_utf16(units).collect();
        decoded.map_err(|_| SheetError::Encoding { at: 2 })
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => {
            let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let skipped = bytes.len().saturating_sub(rest.len());
            let text = core::str::from_utf8(rest).map_err(|error| SheetError::Encoding {
                at: error.valid_up_to().saturating_add(skipped),
            })?;
            match text.find('\0') {
                // UTF-16 without its mark, or no text at all.
                Some(at) => Err(SheetError::Encoding { at }),
                None => Ok(text.to_owned()),
            }
        }
    }
}

// spec: man-6
fn workbook(bytes: &[u8], name: Option<&str>) -> Result<Sheet, SheetError> {
    unpacked_within(bytes, UNPACKED_BYTES_MAX)?;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let names = book.sheet_names();
    let first = names.first().map(String::as_str);
    let wanted = name.or(first).filter(|wanted| names.iter().any(|known| known == wanted));
    let wanted =
        wanted.map(str::to_owned).ok_or_else(|| SheetError::NoSheet { found: names.join(", ") })?;
    let mut sheet = cells(&mut book, &wanted)?;
    let merged = book.merge_cells_by_sheet_name(&wanted).map_err(wrong)?;
    if merged.len() > ROWS_MAX {
        return Err(SheetError::TooLarge);
    }
    let at = |(row, column): (u32, u32)| At { row: usize_of(row), column: usize_of(column) };
    sheet.merged = merged.iter().map(|area| (at(area.start), at(area.end))).collect();
    Ok(sheet)
}

fn wrong(error: impl ToString) -> SheetError {
    SheetError::Workbook { why: error.to_string() }
}

/// Unpacks every part of the archive once and keeps nothing: what a part says of its own length may be a lie.
fn unpacked_within(bytes: &[u8], max: u64) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let mut left = max;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(wrong)?;
        if part.size() > left {
            return Err(SheetError::TooLarge);
        }
        let length = io::copy(&mut part.take(left.saturating_add(1)), &mut io::sink());
        left = left.checked_sub(length.map_err(wrong)?).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

/// The cells one after another: a sheet as wide as two far corners is refused at the second one, before it has a size.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, SheetError> {
    let mut reader = book.worksheet_cells_reader(name).map_err(wrong)?;
    let mut sheet = Sheet::default();
    let (mut cells, mut bytes) = (0_usize, 0_usize);
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(wrong)? {
        let at = At { row: usize_of(found.pos.0), column: usize_of(found.pos.1) };
        let value = cell(&Data::from(found.value));
        cells = cells.saturating_add(1);
        bytes = bytes.saturating_add(length(&value));
        let far = at.row >= ROWS_MAX || at.column >= COLUMNS_MAX;
        if far || cells > CELLS_MAX || bytes > TEXT_BYTES_MAX {
            return Err(SheetError::TooLarge);
        }
        match (found.formula, value) {
            (Some(_), Cell::Empty) => put(&mut sheet, at, Cell::Uncomputed),
            (Some(_), value) => {
                sheet.computed.insert(at);
                put(&mut sheet, at, value);
            }
            (None, value) => put(&mut sheet, at, value),
        }
    }
    Ok(sheet)
}

fn length(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Error(text) => text.len(),
        Cell::Empty | Cell::Number(_) | Cell::Bool(_) | Cell::Day(..) | Cell::Uncomputed => 0,
    }
}

/// Puts a cell into its place; rows and cells before it are empty.
fn put(sheet: &mut Sheet, at: At, cell: Cell) {
    if sheet.rows.len() <= at.row {
        sheet.rows.resize(at.row.saturating_add(1), Vec::new());
    }
    let Some(row) = sheet.rows.get_mut(at.row) else { return };
    if row.len() <= at.column {
        row.resize(at.column.saturating_add(1), Cell::Empty);
    }
    if let Some(place) = row.get_mut(at.column) {
        *place = cell;
    }
}

fn cell(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => cell_of(text),
        Data::Float(number) => Cell::Number(*number),
        // What a number of a sheet can hold, it holds exactly.
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::DateTime(day) if day.is_datetime() => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            Cell::Day(year, month, day)
        }
        Data::DateTime(span) => Cell::Number(span.as_f64()),
        Data::DateTimeIso(text) => Cell::Text(text.chars().take(10).collect()),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
