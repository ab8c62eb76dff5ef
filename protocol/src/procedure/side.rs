//! On which side of a procedure an agency stands.

use alloc::collections::BTreeSet;

use crate::message::field::choice;

choice! {
    /// A side, entitled to write some edges of a procedure and no others. Source: DOMAIN 3.0, spec pro-3.
    Side {
        /// Who asked.
        Requesting = "requesting",
        /// Who was asked, and decides.
        Requested = "requested",
        /// Through whose territory a person passes.
        Transit = "transit",
        /// Who holds the person.
        Holder = "holder",
        /// Who releases or receives in one of the legs.
        Leg = "party of a leg",
        /// Who takes the person over in the leg at hand.
        Receiving = "receiving",
        /// Whose information it is.
        Originator = "originator",
        /// Who leads an operation.
        Lead = "lead",
        /// Who chairs a meeting or keeps a text.
        Chair = "chair",
        /// In whose territory something happens.
        Territory = "territory",
        /// The State that a person goes home to.
        Home = "home",
        /// To whom a task or an action was given.
        Assignee = "assignee",
        /// To whom something was told.
        Recipient = "recipient",
        /// Whose signature a text asks for.
        Signatory = "signatory",
        /// Anybody who takes part.
        Participant = "participant",
    }
}

/// The sides on which one agency stands.
pub type Sides = BTreeSet<Side>;
