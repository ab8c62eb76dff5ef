//! Conformance: the cases and the grammar of the specification against the code.

mod dependencies;
mod grammar;
mod hostile;
mod vectors;
