//! The simple procedures: every row of their tables, every prescribed meeting, every guard.

mod deconfliction;
mod feed;
mod notice;
mod report;
mod rights;

use alloc::vec::Vec;

use super::lines;
use crate::procedure::exchange;

#[test]
fn the_chapter_prints_the_tables_of_the_simple_procedures() {
    // shows: pro-3
    let tables = Vec::from([
        lines(exchange::report::ROWS),
        lines(exchange::notice::ROWS),
        lines(exchange::deconfliction::ROWS),
        lines(exchange::feed::ROWS),
        lines(exchange::rights::ROWS),
    ]);
    super::printed_lines("xch", &tables.concat());
}
