//! What the messages of a procedure mean together.
//!
//! A procedure is a set of signed messages that name their parents: a directed acyclic graph. Its state is a pure fold
//! over that set, so whoever holds the same messages computes the same state, in whatever order they came.
//!
//! Uses `ids`, `limits`, `moment`, `registry`, `crypto`, `identity`, `message`. In reading order:
//!
//! | what | modules |
//! |---|---|
//! | one message, as far as it bears on a state | [`act`] [`fact`] [`side`] |
//! | the graph | [`transcript`] |
//! | which of two concurrent messages counts | [`rank`] |
//! | what may follow what | [`table`] [`refusal`] |
//! | from the graph to the state | [`shared`] [`common`] [`control`] [`evidence`] [`fold`] |
//! | what a correction touches | [`amber`] |
//! | the procedures | [`handover`] [`batch`] [`rescue`] [`information`] [`exchange`] [`outcome`] [`freezing`] [`operation`] [`cycle`] [`plain`] |
//! | one of them, whichever it is, as it grows | [`machine`] [`book`], and `way` |
//! | what other procedures say to a message, beside every fold | [`elsewhere`] |
//! | what is due in it at a time that is handed in | [`deadline`] |
//! | what the clauses of a charter mean for it | [`profile`] |
//! | what many of them count together | [`statistics`] |
//!
//! Two questions are answered, and never mixed:
//!
//! - *May this message be said?* It is judged by the state that its author saw: the fold of its ancestors. They are the
//!   same at every node, and so is the answer.
//! - *What does it do?* That is the fold of everything held. A message that was rightly said may have no effect there,
//!   because a concurrent one outranks it. Both stay in the transcript.
//!
//! Absent on purpose: clocks (a lapse is a signed message), bodies (a fact outlives the body it was taken from), and any
//! order by which two messages arrived.

pub mod act;
pub mod fact;
pub mod side;

pub mod transcript;

pub mod rank;

pub mod refusal;
pub mod table;

pub mod shared;

pub mod common;
pub mod control;
pub mod court;
pub mod evidence;
pub mod fold;

pub mod amber;

pub mod batch;
pub mod cycle;
pub mod exchange;
pub mod freezing;
pub mod handover;
pub mod information;
pub mod operation;
pub mod outcome;
pub mod plain;
pub mod rescue;

pub mod book;
pub mod machine;
mod way;

pub mod elsewhere;

pub mod deadline;
pub mod profile;
pub mod statistics;

#[cfg(test)]
mod tests;
