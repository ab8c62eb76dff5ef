//! A small federation, played from bytes: every input of the engine, in any order.
//!
//! Bytes are read as a program: who does what, to whom, and which of the frames under way is heard next, twice, later,
//! by somebody else, or bent by the one who said it and signed again. The engines are real, and so are keys, signatures,
//! seals and the judges before the engine; what is missing is the disk, the network and the clock.
//!
//! | module | what it is |
//! |---|---|
//! | [`tape`] | bytes as choices |
//! | [`kind`] | the kinds of inputs by name |
//! | [`memory`] | what an engine asked to remember |
//! | [`node`] | an engine with its memory: steps, groups, starts |
//! | [`holds`] | what must hold after every group |
//! | [`say`] | from an action to a frame, as the host does it |
//! | [`hear`] | from a frame to an input, by the protocol's own judges |
//! | [`bend`] | what a member that lies makes of its own frames |
//! | [`deed`] | what people and the host do |
//! | [`script`] | programs that people wrote: where the bytes begin |
//! | [`stage`] | the members, and the frames under way |
//!
//! Absent on purpose: a store over a disk that forgets, and links that lose on their own. That is `tests/simulation`.

mod bend;
mod deed;
mod hear;
mod holds;
pub(crate) mod kind;
mod memory;
mod node;
mod say;
pub mod script;
mod stage;
mod tape;

use std::collections::BTreeSet;

use crate::play::stage::Stage;
use crate::play::tape::Tape;

/// Most instructions of one program.
const STEPS_MAX: usize = 96;

/// Plays a program to its end. Gives back which kinds of inputs the engines took.
///
/// # Panics
/// When an engine breaks, or something does not hold.
pub fn play(bytes: &[u8]) -> BTreeSet<&'static str> {
    let mut tape = Tape::new(bytes);
    let mut stage = Stage::new();
    for _ in 0..STEPS_MAX {
        let Some(instruction) = tape.next() else { break };
        stage.act(instruction, &mut tape);
    }
    stage.end()
}
