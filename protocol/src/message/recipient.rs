//! To whom a message goes.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::AgencyId;
use crate::message::field::choice;
use crate::message::field::record;

choice! {
    /// What a recipient is asked to do. On the wire: 0 action, 1 information.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Role {
        /// Act on it.
        Action = "action",
        /// Know of it.
        Information = "information",
    }
}

record! {
    /// One recipient.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    open Recipient {
        /// Who.
        agency: AgencyId,
        /// For what.
        role: Role,
    }
}
