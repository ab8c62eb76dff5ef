//! Every decoder, and the engine, against bytes that nobody meant.
//!
//! | module | what it is |
//! |---|---|
//! | [`targets`] | the table: one plain function for each decoder, with what must hold besides "no panic" |
//! | [`corpus`] | where the bytes begin: the vectors of the specification, its examples, and what is made from them |
//! | [`change`] | how they are changed: bytes, lines, and the items of CBOR inside of CBOR |
//! | [`play`] | a small federation of real engines, played from bytes |
//! | [`ledger`] | what was run, how long, and with which result |
//! | [`drive`] | rounds from one seed, a find made small, and a file that repeats it |
//!
//! `cargo test` runs a fixed number of rounds from a fixed seed; `cargo xtask fuzz` runs for as long as one likes;
//! `libfuzzer/` offers the same table to libFuzzer, which is led by coverage; `cargo xtask fuzz --guided` builds and runs it.

pub mod change;
pub mod corpus;
pub mod drive;
pub mod ledger;
pub mod play;
pub mod targets;

#[cfg(test)]
mod tests;
