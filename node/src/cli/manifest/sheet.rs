//! A sheet as it was read, cell by cell, before anything is made of it.

use std::collections::BTreeSet;
use std::fmt;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number, as a spreadsheet keeps it.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// A day that a spreadsheet knows to be one, in the Gregorian calendar.
    Day(u16, u8, u8),
    /// A formula whose result is not in the file.
    Uncomputed,
    /// What a spreadsheet shows instead of a result.
    Error(String),
}

/// Where a cell stands; its name is the one that people see, such as `B17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// From 0.
    pub(super) row: usize,
    /// From 0.
    pub(super) column: usize,
}

/// One sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// Rows of cells, the first of the sheet first; a row may be short.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Cells that are merged with others.
    pub(super) merged: Vec<(At, At)>,
    /// Cells whose value is the result of a formula.
    pub(super) computed: BTreeSet<At>,
}

impl Cell {
    /// Whether nothing stands there, or blanks alone.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Bool(_) | Self::Day(..) | Self::Uncomputed | Self::Error(_) => {
                false
            }
        }
    }
}

impl Sheet {
    /// The cell at a place.
    pub(super) fn cell(&self, at: At) -> &Cell {
        self.rows.get(at.row).and_then(|row| row.get(at.column)).unwrap_or(&Cell::Empty)
    }

    /// Whether a cell is merged with others.
    pub(super) fn is_merged(&self, at: At) -> bool {
        self.merged.iter().any(|(first, last)| {
            (first.row..=last.row).contains(&at.row)
                && (first.column..=last.column).contains(&at.column)
        })
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut left = self.column.saturating_add(1);
        while left > 0 {
            let digit = left.saturating_sub(1) % 26;
            letters.push(char::from(b'A'.saturating_add(u8::try_from(digit).unwrap_or(0))));
            left = left.saturating_sub(1) / 26;
        }
        let column: String = letters.into_iter().rev().collect();
        write!(f, "{column}{}", self.row.saturating_add(1))
    }
}
