//! A state machine as a table: each row is one edge, with the one side that may write it.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;

use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;

/// One edge. `S` are the stages, `M` the moves that messages make, by the words that the chapter explains.
// spec: pro-17
#[derive(Clone, Copy, Debug)]
pub struct Row<S: 'static, M> {
    /// Its id in the specification.
    pub id: &'static str,
    /// The stages it leads away from.
    pub from: &'static [S],
    /// What has to happen.
    pub on: M,
    /// Who alone may write it.
    pub by: Side,
    /// The stage it leads to; absent where the stage stays.
    pub to: Option<S>,
}

/// An edge to another stage.
pub const fn row<S: Copy, M: Copy>(
    id: &'static str,
    from: &'static [S],
    on: M,
    by: Side,
    to: S,
) -> Row<S, M> {
    Row { id, from, on, by, to: Some(to) }
}

/// Something that may happen and leaves the stage as it is.
pub const fn stay<S: Copy, M: Copy>(
    id: &'static str,
    from: &'static [S],
    on: M,
    by: Side,
) -> Row<S, M> {
    Row { id, from, on, by, to: None }
}

/// Finds the row for a move that somebody on these sides makes in that stage.
///
/// # Errors
/// Says where the move has its place, or whose it is.
// spec: pro-3, pro-4
pub fn find<'t, S, M>(
    rows: &'t [Row<S, M>],
    stage: S,
    on: M,
    sides: &Sides,
) -> Result<&'t Row<S, M>, Refusal>
where
    S: Copy + Eq + Display,
    M: Copy + Eq + Display,
{
    let of_move: Vec<&Row<S, M>> = rows.iter().filter(|row| row.on == on).collect();
    let here: Vec<&&Row<S, M>> = of_move.iter().filter(|row| row.from.contains(&stage)).collect();
    if let Some(row) = here.iter().find(|row| sides.contains(&row.by)) {
        return Ok(row);
    }
    match (here.first(), of_move.first()) {
        (Some(row), _) => Err(Refusal::not_entitled(
            row.id,
            format!("{on} in {stage} is for the side {}", row.by),
            format!("let the side {} send it", row.by),
        )),
        (None, Some(row)) => {
            let places = of_move.iter().flat_map(|row| row.from.iter().map(S::to_string));
            Err(Refusal::out_of_turn(
                row.id,
                format!("{on} has no place in {stage}"),
                format!("it has its place in: {}", listed(places)),
            ))
        }
        (None, None) => Err(Refusal::out_of_turn(
            "pro-4",
            format!("{on} has no place in this procedure"),
            "send it in a procedure of its own",
        )),
    }
}

/// What somebody on these sides may do in a stage, in the order of the table.
pub fn open_moves<S: Copy + Eq, M: Copy + Eq>(
    rows: &[Row<S, M>],
    stage: S,
    sides: &Sides,
) -> Vec<M> {
    let mut moves = Vec::new();
    for row in rows.iter().filter(|row| row.from.contains(&stage) && sides.contains(&row.by)) {
        if !moves.contains(&row.on) {
            moves.push(row.on);
        }
    }
    moves
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.join(", ")
}
