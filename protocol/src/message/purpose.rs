//! For what a message may be used.

use serde::Deserialize;
use serde::Serialize;

use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::RecordRef;

choice! {
    /// The only use allowed without new consent. On the wire: 0 for prevention to 6 for coordination.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    PurposeKind {
        /// Preventing crime.
        Prevention = "prevention",
        /// Investigating it.
        Investigation = "investigation",
        /// Prosecuting it.
        Prosecution = "prosecution",
        /// Rescuing people.
        Rescue = "rescue",
        /// Recovering assets.
        AssetRecovery = "asset-recovery",
        /// Border control.
        Border = "border",
        /// Coordination between agencies.
        Coordination = "coordination",
    }
}

record! {
    /// A purpose as it is submitted: the kind goes into the header, the case into the sealed part.
    Purpose {
        /// What for.
        kind: PurposeKind,
        /// In which case.
        case_ref: Option<RecordRef>,
    }
}
