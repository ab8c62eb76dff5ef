//! Storage that fails: a disk that forgets and tears under real processes, and what must be there afterwards.
//!
//! | module | what it is |
//! |---|---|
//! | [`shim`] | the library that stands between a process and its files, built from `tests/faults/shim.c` |
//! | [`history`] | what is committed, all of it known from a number |
//! | [`drive`] | the real store in a process of its own, which says what it acknowledged |
//! | [`rounds`] | one fault, one start, one check, many times |
//! | [`sweep`] | every call of a short life, one after the other |
//! | [`damage`] | files at rest that change behind everyone's back |
//! | [`inject`] | system calls of the shipped program that fail |

pub mod damage;
pub mod drive;
pub mod history;
pub mod inject;
pub mod rounds;
pub mod shim;
pub mod sweep;
