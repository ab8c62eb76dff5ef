//! Lists of indicators at their real size: a million entries in a file, one of them found by reading one block.
//!
//! Uses `codec`, `crypto`, `log`, `message`. [`listed`] is one entry and its one form in bytes, [`op`] one change;
//! [`write`] makes a file of them, [`list`] reads one, [`check`] judges one that came from elsewhere, [`apply`] merges a
//! list with changes, [`sort`] puts entries in order, [`differ`] finds the changes between two lists, [`normal`] brings identifiers to their one form.
//!
//! Memory is bounded whatever the size of a file: one block, the index, and sixteen bytes for each id that must not come
//! twice. Absent on purpose: files, keys, the time now. Source: spec chapter 28.

pub mod apply;
pub mod check;
pub mod differ;
pub mod fault;
pub mod list;
pub mod listed;
pub mod normal;
pub mod op;
pub mod sink;
pub mod sort;
pub mod validity;
pub mod write;

mod block;
mod form;
mod ids;
mod number;

#[cfg(test)]
mod tests;
