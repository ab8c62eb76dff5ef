//! What a message has to do with other procedures.
//!
//! Nothing here is part of a fold: which other procedures a node holds differs from node to node, and a state that rested
//! on them would differ too. So the node that is about to say something judges it by what it holds, and whoever receives it
//! is shown what speaks against it there.
//!
//! - [`person`]: whom a message grants or lets go, whom a rescue would hold back.
//! - [`decision`]: whether the decisions that a manifest names still stand.
//! - [`agenda`]: whether a meeting comes back to what is overdue.
//! - [`arrival`]: whether a person arrived with the batch that is named.
//! - [`case`]: in which of an agency's cases what others sent is used.
//! - [`certificate`]: whether a countersignature fits its certificate, and its officers their staff lists.
//! - [`derived`]: whether what rests on a message is marked no weaker than it.
//! - [`copy`]: whether an originator has let what is passed on be passed on.
//! - [`corrected`]: whether a person goes on a grant that rests on what was corrected since.
//! - [`received`]: whether somebody who was received for some offences is given on, or asked for again.
//! - [`rival`]: whether another State asks for the same person, and which request was preferred.
//! - [`wanted`]: whether somebody is looked for by all while one agency is asked to hand the person over.
//!
//! Absent on purpose: where other procedures come from, and what their bodies say.

pub mod agenda;
pub mod arrival;
pub mod case;
pub mod certificate;
pub mod copy;
pub mod corrected;
pub mod decision;
pub mod derived;
pub mod person;
pub mod received;
pub mod rival;
pub mod wanted;
