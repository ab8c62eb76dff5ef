//! One target for each parser.
//!
//! A target panics when something does not hold. What is taken must be written again with the same bytes; what is
//! refused must be refused in words. Time and memory are watched by [`crate::drive`].

mod files;
mod journals;
mod notes;
mod structures;

use crate::corpus::Start;

/// A parser, and where its bytes begin.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As the command line names it.
    pub name: &'static str,
    /// Where the bytes begin.
    pub start: Start,
    /// Parses, and panics when something does not hold.
    pub run: fn(&[u8]),
}

/// Every target, in the order of the areas of the specification.
pub fn all() -> Vec<Target> {
    [structures::TARGETS, notes::TARGETS, files::TARGETS, journals::TARGETS].concat()
}

/// The target of a name.
pub fn named(name: &str) -> Option<Target> {
    all().into_iter().find(|target| target.name == name)
}

const fn of(name: &'static str, start: Start, run: fn(&[u8])) -> Target {
    Target { name, start, run }
}
