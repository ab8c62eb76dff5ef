//! Why a message may not be said in a procedure as its author saw it.

use alloc::string::String;

use crate::registry::RefusalCode;

/// A refusal for people: a code, the rule, why, and what would make it acceptable. Source: spec pro-4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code that the peer is told.
    pub code: RefusalCode,
    /// The rule that refused it, by its id in the specification.
    pub rule: &'static str,
    /// What is wrong.
    pub why: String,
    /// What would make it acceptable.
    pub remedy: String,
}

impl Refusal {
    /// A refusal by a rule.
    pub fn new(
        code: RefusalCode,
        rule: &'static str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { code, rule, why: why.into(), remedy: remedy.into() }
    }

    /// A safeguard that is not met.
    pub fn safeguard(
        rule: &'static str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(RefusalCode::Safeguard, rule, why, remedy)
    }

    /// Something that has no place where the procedure stands.
    pub fn out_of_turn(
        rule: &'static str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(RefusalCode::OutOfTurn, rule, why, remedy)
    }

    /// Somebody who is not the one to say it.
    pub fn not_entitled(
        rule: &'static str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(RefusalCode::NotEntitled, rule, why, remedy)
    }
}
