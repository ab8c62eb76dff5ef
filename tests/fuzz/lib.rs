//! Every parser against bytes that nobody meant.
//!
//! | module | what it is |
//! |---|---|
//! | [`targets`] | the table: one plain function for each parser, with what must hold besides "no panic" |
//! | [`corpus`] | where the bytes begin: the vectors of the specification, its examples, and what is made from them |
//! | [`change`] | how they are changed: bytes, lines, and the items of CBOR inside of CBOR |
//! | [`drive`] | rounds from one seed, a find made small, and a file that repeats it |
//!
//! `cargo test` runs a fixed number of rounds from a fixed seed; `cargo xtask fuzz` runs for as long as one likes;
//! `libfuzzer/` offers the same table to cargo-fuzz, where a nightly compiler is at hand.

pub mod change;
pub mod corpus;
pub mod drive;
pub mod targets;

#[cfg(test)]
mod tests;
