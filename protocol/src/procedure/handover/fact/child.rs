//! What the messages of a handover state of the age of the person: one bit, and never a birth.

use serde::Deserialize;
use serde::Serialize;

use crate::message::handover::decision::HandoverDecision;

/// What a grant says of somebody who may be a child. Source: spec ho-94.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgeWord {
    /// What is best for the child was determined, and somebody goes along.
    CaredFor,
    /// Somebody found that the person is a grown-up.
    GrownUp,
}

impl AgeWord {
    pub(super) const fn of(body: &HandoverDecision) -> Option<Self> {
        match (&body.child, &body.age_assessment) {
            (Some(_), _) => Some(Self::CaredFor),
            (None, Some(_)) => Some(Self::GrownUp),
            (None, None) => None,
        }
    }
}
