//! Conformance: the cases and the grammar of the specification against the code.

mod dependencies;
mod grammar;
mod procedure;
mod readers;
mod second_verifier;
mod vectors;
