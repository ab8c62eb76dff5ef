//! Who I am, what I speak, what I hold of yours.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::identity::charter::papers::Place;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::limits::MEMBERS_MAX;
use crate::limits::REVOCATIONS_PER_MEMBER_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::leaf::Doubt;
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
    /// Why the speaker does not sign; absent when it does. Source: spec rst-4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Doubt>,
    /// How far the speaker mirrors the listener's log; absent when it does not. Source: spec wire-55.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirrored: Option<MirrorHead>,
    /// The number of the speaker's log. Source: spec wire-65.
    pub log: LogNumber,
    /// The number of the listener's log that the speaker goes by.
    pub your_log: LogNumber,
    /// Digests of the revocations that the speaker holds. Source: spec wire-81.
    pub revocations: Vec<Digest>,
    /// The newest change of addresses that the speaker holds of each agency. Source: spec wire-81.
    pub notices: Vec<KnownNotice>,
    /// The newest staff list that the speaker holds of each agency; left out where it holds none. Source: spec stf-6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff: Vec<KnownStaff>,
}

/// How far a mirror holds a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MirrorHead {
    /// The owner's number of the last entry held.
    pub sequence: u64,
    /// The owner's checkpoint over every leaf held.
    pub checkpoint: ByteBuf,
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

/// A change of addresses that the speaker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownNotice {
    /// Whose.
    pub agency: AgencyId,
    /// Under which credential.
    pub serial: Serial,
    /// Which.
    pub sequence: u64,
}

/// A staff list that the speaker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownStaff {
    /// Whose.
    pub agency: AgencyId,
    /// Which.
    pub number: u64,
}

/// A greeting that was checked against who is connected and which charter is in force.
#[derive(Clone, Debug)]
pub struct Met {
    peer: AgencyId,
    cursor: Cursor,
    known: Vec<Known>,
    revocations: Vec<Digest>,
    notices: Vec<KnownNotice>,
    staff: Vec<KnownStaff>,
    /// Our own checkpoint, as the peer holds it; its signature is ours.
    shown: Option<SignedCheckpoint>,
    standing: Option<Doubt>,
    /// The number of the peer's log.
    log: LogNumber,
    /// The number of our log that the peer goes by.
    our_log: LogNumber,
    /// The last entry and the checkpoint of our log that the peer mirrors; its signature is ours.
    mirrored: Option<(u64, SignedCheckpoint)>,
    /// The newest checkpoint of the peer's own log, where its key is known.
    own: Option<SignedCheckpoint>,
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

    /// The revocations that the peer holds.
    pub fn revocations(&self) -> &[Digest] {
        &self.revocations
    }

    /// The changes of addresses that the peer holds.
    pub fn notices(&self) -> &[KnownNotice] {
        &self.notices
    }

    /// The staff lists that the peer holds.
    pub fn staff(&self) -> &[KnownStaff] {
        &self.staff
    }

    /// The newest checkpoint of our own log that the peer holds; it carries our signature.
    pub fn shown(&self) -> Option<&SignedCheckpoint> {
        self.shown.as_ref()
    }

    /// The number of the peer's log.
    pub fn log(&self) -> LogNumber {
        self.log
    }

    /// The number of our log that the peer goes by.
    pub fn our_log(&self) -> LogNumber {
        self.our_log
    }

    /// The newest checkpoint of the peer's own log; `None` when it shows none, or its credential is not held yet.
    pub fn own(&self) -> Option<&SignedCheckpoint> {
        self.own.as_ref()
    }

    /// Why the peer does not sign; `None` when it does.
    pub fn standing(&self) -> Option<Doubt> {
        self.standing
    }

    /// How far the peer mirrors our log: its last entry, by our number, and our checkpoint.
    pub fn mirrored(&self) -> Option<(u64, &SignedCheckpoint)> {
        self.mirrored.as_ref().map(|(sequence, checkpoint)| (*sequence, checkpoint))
    }
}

/// How the charter of whoever greets stands to the listener's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standpoint {
    /// Both stand at the same version.
    Same,
    /// The speaker stands at this one, which is another.
    Other(Place),
}

/// Compares the charters before anything else of a greeting is looked at: who is behind may not know the keys in it.
///
/// # Errors
/// The code to close the connection with: another federation, or another protocol.
// spec: wire-32, chr-16
pub fn standpoint(greeting: &Greeting, directory: &Directory) -> Result<Standpoint, CloseCode> {
    if !greeting.versions.contains(&VERSION) {
        return Err(CloseCode::NoCommonVersion);
    }
    let charter = directory.charter();
    if greeting.charter != *charter.name() {
        return Err(CloseCode::WrongCharter);
    }
    if greeting.charter_digest == charter.digest() {
        return Ok(Standpoint::Same);
    }
    Ok(Standpoint::Other((greeting.charter_version, greeting.charter_digest)))
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
        || greeting.known.len() > MEMBERS_MAX
        || greeting.notices.len() > MEMBERS_MAX
        || greeting.staff.len() > MEMBERS_MAX
        || greeting.revocations.len() > MEMBERS_MAX * REVOCATIONS_PER_MEMBER_MAX
    {
        return Err(CloseCode::BadFrame);
    }
    // spec: wire-33
    let shown = match &greeting.your_head {
        None => None,
        Some(note) => own_checkpoint(note, directory, me)?,
    };
    let mirrored = match &greeting.mirrored {
        None => None,
        Some(head) => own_checkpoint(&head.checkpoint, directory, me)?
            .map(|checkpoint| (head.sequence, checkpoint)),
    };
    // spec: wire-47
    let own = match (&greeting.own_head, directory.with_serial(peer, greeting.serial)) {
        (Some(note), Some(_)) if greeting.log == directory.log_of(peer) => {
            checkpoint_of(note, directory, (peer, greeting.log))?
        }
        // A log that this node does not go by says nothing yet. A credential that is not held yet comes after the greetings; its keys judge the next connection.
        (Some(_) | None, _) => None,
    };
    Ok(Met {
        peer: peer.clone(),
        cursor: greeting.cursor,
        known: greeting.known,
        revocations: greeting.revocations,
        notices: greeting.notices,
        staff: greeting.staff,
        shown,
        standing: greeting.standing,
        mirrored,
        own,
        log: greeting.log,
        our_log: greeting.your_log,
    })
}

/// A checkpoint that bears our own signature, under whichever of our log keys; `None` when it is of a log that ended.
///
/// A peer may hold one from before a change of keys, or of a log that this node has forgotten: that is news.
///
/// # Errors
/// The code to close the connection with. Source: spec wire-33.
pub fn own_checkpoint(
    note: &[u8],
    directory: &Directory,
    me: &AgencyId,
) -> Result<Option<SignedCheckpoint>, CloseCode> {
    let member = directory.charter().member(me).ok_or(CloseCode::BadFrame)?;
    let log = checkpoint::origin_line(note)
        .and_then(|origin| directory.log_named(me, origin))
        .filter(|log| member.logs.contains(*log))
        .ok_or(CloseCode::BadFrame)?;
    let origin = directory.origin(me, log);
    let mut keys = directory.log_keys(me, log);
    if keys.is_empty() {
        // A log that this node has forgotten: any key that it has not revoked may have been that log's.
        let own = directory.credentials().filter(|own| own.agency() == me);
        let counts = own.filter(|own| !directory.is_revoked(me, own.serial()));
        keys.extend(counts.map(|own| LogKey::of(own.credential().log)));
    }
    match checkpoint::verify_by(note, &origin, &keys) {
        Ok(signed) => Ok(Some(signed).filter(|_| log >= directory.log_of(me))),
        // A thief of a key that was revoked must not put its owner in doubt.
        // spec: id-43
        Err(CheckpointError::Revoked) => Ok(None),
        Err(_) => Err(CloseCode::BadFrame),
    }
}

/// A checkpoint of one log of an agency, under whichever of its log keys.
fn checkpoint_of(
    note: &[u8],
    directory: &Directory,
    (agency, log): (&AgencyId, LogNumber),
) -> Result<Option<SignedCheckpoint>, CloseCode> {
    let origin = directory.origin(agency, log);
    // A peer may hold a checkpoint from before a change of keys; another log number is another log.
    let keys = directory.log_keys(agency, log);
    match checkpoint::verify_by(note, &origin, &keys) {
        Ok(signed) => Ok(Some(signed)),
        // A node that had to revoke its keys has signed its next head under the new ones only after the greetings.
        Err(CheckpointError::Revoked) => Ok(None),
        Err(_) => Err(CloseCode::BadFrame),
    }
}
