//! Who I am, what I speak, what I hold of yours.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LinkNumber;
use crate::ids::Serial;
use crate::log::checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::registry::CloseCode;

/// The version of the protocol that this crate speaks.
pub const VERSION: u16 = 1;

/// First frame in each direction. Source: spec wire-31.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// Versions spoken, best first; at most 8.
    pub versions: Vec<u16>,
    /// The speaker.
    pub agency: AgencyId,
    /// The charter's name.
    pub charter: CharterName,
    /// The charter's version.
    pub charter_version: CharterVersion,
    /// The charter's digest.
    pub charter_digest: Digest,
    /// The speaker's credential in use.
    pub serial: Serial,
    /// The speaker's link cursor for the listener's messages.
    pub cursor: Cursor,
    /// Every newest credential that the speaker holds, by agency.
    pub known: Vec<Known>,
    /// The newest checkpoint of the speaker's own log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_head: Option<ByteBuf>,
    /// The newest checkpoint that the speaker holds of the listener's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub your_head: Option<ByteBuf>,
}

/// "I hold your messages of this epoch up to this number."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Last number held; 0 before the first.
    pub number: LinkNumber,
}

impl Cursor {
    /// Nothing is held yet.
    pub const FIRST: Self = Self { epoch: Epoch::new(1), number: LinkNumber::new(0) };
}

/// A credential that the speaker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Whose.
    pub agency: AgencyId,
    /// Which.
    pub serial: Serial,
}

/// A greeting that was checked against who is connected and which charter is in force.
#[derive(Clone, Debug)]
pub struct Met {
    peer: AgencyId,
    cursor: Cursor,
    known: Vec<Known>,
    /// Our own checkpoint, as the peer holds it; its signature is ours.
    shown: Option<SignedCheckpoint>,
}

impl Met {
    /// Who greets.
    pub fn peer(&self) -> &AgencyId {
        &self.peer
    }

    /// What the peer holds of our messages.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The credentials that the peer holds.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// The newest checkpoint of our own log that the peer holds; it carries our signature.
    pub fn shown(&self) -> Option<&SignedCheckpoint> {
        self.shown.as_ref()
    }
}

/// Checks a greeting: version, charter, speaker, and that the checkpoint shown of our log was signed by us.
///
/// `peer` is the agency that the transport key belongs to, `me` the listener.
///
/// # Errors
/// The code to close the connection with. Source: spec wire-32.
pub fn meet(
    greeting: Greeting,
    directory: &Directory,
    peer: &AgencyId,
    me: &AgencyId,
) -> Result<Met, CloseCode> {
    // spec: wire-32
    if !greeting.versions.contains(&VERSION) {
        return Err(CloseCode::NoCommonVersion);
    }
    let charter = directory.charter();
    if greeting.charter != charter.charter().name || greeting.charter_digest != charter.digest() {
        return Err(CloseCode::WrongCharter);
    }
    if greeting.agency != *peer
        || greeting.versions.len() > 8
        || greeting.known.len() > crate::limits::MEMBERS_MAX
    {
        return Err(CloseCode::BadFrame);
    }
    // spec: wire-33
    let shown = match &greeting.your_head {
        None => None,
        Some(note) => Some(own_checkpoint(note, directory, me)?),
    };
    Ok(Met { peer: peer.clone(), cursor: greeting.cursor, known: greeting.known, shown })
}

/// A checkpoint that bears our own signature, under whichever of our log keys.
fn own_checkpoint(
    note: &[u8],
    directory: &Directory,
    me: &AgencyId,
) -> Result<SignedCheckpoint, CloseCode> {
    let log = directory.newest(me).ok_or(CloseCode::BadFrame)?.credential().log_number;
    let origin = directory.origin(me, log);
    // A peer may hold a checkpoint from before a change of keys; another log number is another log.
    let own = directory.credentials().map(VerifiedCredential::credential);
    own.filter(|own| own.agency == *me && own.log_number == log)
        .find_map(|own| checkpoint::verify(note, &origin, &own.log).ok())
        .ok_or(CloseCode::BadFrame)
}
