//! How many people, and of which office, stand behind a message before it leaves.

use crate::message::field::choice;
use crate::message::handling::HandlingCode;
use crate::message::handling::HandlingCodes;
use crate::message::urgency::Urgency;

choice! {
    /// Who has to approve a message, from the least to the most. Source: DOMAIN 2, spec msgk-31.
    Approval {
        /// The officer alone, within the limits delegated.
        A1 = "A1",
        /// A supervisor who is not its drafter.
        A2 = "A2",
        /// That, and a prosecutor or the central authority.
        A3 = "A3",
        /// The head of the agency or a minister.
        A4 = "A4",
    }
}

/// What a header says that bears on who has to approve the message.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// How urgent it is.
    pub urgency: Urgency,
    /// Its restrictions.
    pub handling: &'a HandlingCodes,
}

impl Said<'_> {
    /// Whether a restriction beyond police use is attached: H1, H2 or H3.
    pub fn is_restricted(&self) -> bool {
        self.handling.codes.iter().any(|code| *code != HandlingCode::H0)
    }
}

/// Whose word a message needs, whatever its level. Source: spec apr-11, apr-13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Who screens people who may be victims.
    Screens,
    /// Who prosecutes, or speaks for those who do.
    Prosecutes,
}
