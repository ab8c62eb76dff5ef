//! How urgent a message is.

use serde::Deserialize;
use serde::Serialize;

use crate::message::field::choice;

choice! {
    /// The four classes; the times that belong to them are settings. On the wire: 0 for U1 to 3 for U4.
    /// Source: DOMAIN 2.0, spec msgk-7.
    #[derive(Serialize, Deserialize)]
    Urgency {
        /// Immediate: life at risk, a border about to be crossed, money moving now. Needs a written reason.
        U1 = "U1",
        /// Urgent: an operation within days, a detention clock running.
        U2 = "U2",
        /// Priority: an active case.
        U3 = "U3",
        /// Routine.
        U4 = "U4",
    }
}
