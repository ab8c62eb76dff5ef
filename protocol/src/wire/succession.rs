//! What nodes say about the end of a log: a statement, with its approvals once it has them, and an approval alone.
//!
//! Both pass on restricted links too: the agency that succeeds is in quarantine while it asks.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::log::succession;
use crate::log::succession::VerifiedStatement;
use crate::log::succession::VerifiedSuccession;
use crate::registry::CloseCode;

/// That the speaker's log ends. Source: spec wire-65.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuccessionFrame {
    /// The signed statement: COSE_Sign1.
    pub statement: ByteBuf,
    /// The approvals, COSE_Sign1 each: none while it is proposed, a quorum once it is in force.
    pub approvals: Vec<ByteBuf>,
}

/// What a peer says of the end of its own log. Only [`hear`] makes one.
#[derive(Clone, Debug)]
pub enum Heard {
    /// It proposes a succession.
    Proposed(VerifiedStatement),
    /// A quorum approved.
    Succeeded(VerifiedSuccession),
}

/// Checks what a peer says of the end of its own log.
///
/// # Errors
/// The code to close the connection with. Source: spec wire-66.
pub fn hear(
    frame: &SuccessionFrame,
    directory: &Directory,
    peer: &AgencyId,
) -> Result<Heard, CloseCode> {
    // spec: wire-66
    let heard = if frame.approvals.is_empty() {
        let statement = succession::verify_statement(&frame.statement, directory);
        Heard::Proposed(statement.map_err(|_| CloseCode::BadSuccession)?)
    } else {
        let succession = succession::verify(&frame.statement, &frame.approvals, directory)
            .map_err(|_| CloseCode::BadSuccession)?;
        let from = succession.statement().statement().from_log;
        // What was left long ago was left under the charter of its day, and says nothing new.
        // spec: suc-17
        if from >= directory.log_of(peer) {
            succession.stands_now(directory).map_err(|_| CloseCode::BadSuccession)?;
        }
        Heard::Succeeded(succession)
    };
    let statement = match &heard {
        Heard::Proposed(statement) => statement,
        Heard::Succeeded(succession) => succession.statement(),
    };
    if statement.statement().agency == *peer { Ok(heard) } else { Err(CloseCode::BadSuccession) }
}

#[cfg(test)]
mod tests;
