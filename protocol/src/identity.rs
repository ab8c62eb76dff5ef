//! Who takes part, by which rules, with which keys: charter, roots, credentials.
//!
//! Uses `ids`, `limits`, `moment`, `codec`, `crypto`; used by everything that must know whose key it has before it.
//! The chain of trust goes one way: a pinned digest → the charter → a member's root → a node's credential → its keys.
//! Each arrow is a function, and its result is a type that nothing else can make:
//! [`charter::verify`] makes a [`charter::VerifiedCharter`], [`credential::verify`] a
//! [`credential::VerifiedCredential`], and only those enter a [`directory::Directory`].
//!
//! Absent on purpose: files and key storage (the node), the clock (validity is asked with an instant), amendments
//! (the types have their place, the procedures come later), what staff vote on (`envelope::approvals`).

pub mod ceremony;
pub mod charter;
pub mod credential;
pub mod directory;
pub mod mirrors;
pub mod notice;
pub mod paper;
pub mod quorum;
pub mod revocation;
pub mod root;
pub mod staff;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
pub(crate) mod tests;

use alloc::format;
use alloc::string::String;

use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LogNumber;

/// Names the log of an agency. Shape: `concord/<charter>/<agency>/log<k>`. Source: spec id-5.
pub fn log_origin(charter: &CharterName, agency: &AgencyId, log: LogNumber) -> String {
    // spec: id-5
    format!("concord/{charter}/{agency}/log{log}")
}

/// Names an agency as a witness. Shape: `concord/<charter>/<agency>/witness`. Source: spec id-5.
pub fn witness_name(charter: &CharterName, agency: &AgencyId) -> String {
    // spec: id-5
    format!("concord/{charter}/{agency}/witness")
}
