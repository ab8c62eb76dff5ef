//! What agencies say to each other: kinds, bodies, and the values they are made of.
//!
//! Uses `codec`, `crypto`, `ids`, `limits`, `moment`. In reading order:
//!
//! | what | modules |
//! |---|---|
//! | reading and its faults | [`fault`] [`mod@pointer`] [`field`] [`list`] [`grammar`] |
//! | texts, times, small values | [`writing`] [`text`] [`time`] [`mod@instants`] [`values`] |
//! | what a header says | [`kind`] [`recipient`] [`urgency`] [`handling`] [`purpose`] [`legal_basis`] [`attachment`] |
//! | people, things, law | [`name`] [`calendar`] [`partial_date`] [`person`] [`identifier`] [`evaluation`] [`custody`] [`offence`] [`assurance`] [`refusal_ground`] |
//! | bodies by subject | [`control`] [`intelligence`] [`handover`] [`batch`] [`rescue`] [`operation`] [`evidence`] [`assets`] [`coordination`] |
//! | the whole | [`approval`] [`body`] [`content`] [`submission`] |
//! | what two messages have in common | [`trace`] [`nearby`] |
//! | how long it is kept | [`retention`] |
//!
//! A body is one tree in CBOR and in JSON (`codec::value`), so one reader serves both, and it lists every fault in one
//! answer. Declarations read like the catalogue they come from, and the grammar in `spec/cddl` is printed from them.
//!
//! Absent on purpose: the header (`envelope`), who may send what (`procedure`), floats, and any way for what a person
//! wrote to appear in a fault or in `Debug`.

pub mod fault;
pub mod field;
pub mod grammar;
pub mod list;
pub mod pointer;

pub mod instants;
pub mod text;
pub mod time;
pub mod values;
pub mod vote;
pub mod writing;

pub mod attachment;
pub mod handling;
pub mod kind;
pub mod legal_basis;
pub mod purpose;
pub mod recipient;
pub mod retention;
pub mod urgency;

pub mod assurance;
pub mod calendar;
pub mod custody;
pub mod evaluation;
pub mod identifier;
pub mod name;
pub mod offence;
pub mod partial_date;
pub mod person;
pub mod refusal_ground;

pub mod assets;
pub mod batch;
pub mod control;
pub mod coordination;
pub mod evidence;
pub mod handover;
pub mod intelligence;
pub mod operation;
pub mod rescue;

pub mod approval;
pub mod body;
pub mod content;
mod source_words;
mod subject_line;
pub mod submission;

pub mod nearby;
pub mod trace;

#[cfg(test)]
mod tests;
