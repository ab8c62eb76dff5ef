//! Whole federations in one thread, decided by one seed.
//!
//! What is real: the engine and everything below it, the store with its journal, bodies, key slots, head and witness
//! file, recovery, the frames and their judges, the witness, evidence, export, audit and reconciliation. What is
//! simulated: the disk, the embedded store, the transport, clocks, chance, clients, operators, and the host's threads.
//!
//! First everything goes wrong, and after every step the invariants of [`truth`] are checked. Then everything is healed:
//! what is owed arrives, or a person was told; and every log verifies and agrees with every other one.
//!
//! | module | what it is |
//! |---|---|
//! | [`plan`] | what a seed decides before anything happens |
//! | [`cast`] | who plays: charters, credentials, keys |
//! | [`world`] | the run: seats, connections, one clock, one queue |
//! | [`machine`] | what stays of a node when it does not run |
//! | [`life`] | one life of a node, from start to death |
//! | [`disk`], [`shelf`] | what a node writes to |
//! | [`truth`] | what is true whatever the nodes say, and the invariants |
//! | [`planted`] | bugs on purpose, which must be found |
//! | [`campaign`] | many seeds, and the record of them |
//!
//! Absent on purpose: sockets, files, sleeping, threads within a run; mirrors, succession and erasure, which the
//! end-to-end tests cover.

pub mod campaign;
pub mod cast;
pub mod disk;
mod ending;
pub mod kem;
pub mod life;
pub mod machine;
pub mod plan;
pub mod planted;
pub mod shelf;
pub mod trace;
pub mod truth;
mod wire;
pub mod world;

#[cfg(test)]
mod tests;
