//! Keeping one another's logs: this node's entries go to its mirrors, and its own files hold those of others.
//!
//! Uses `store::mirror`, `store::journal::follow`. [`ship`] runs on a whole link with a mirror of ours and reads what is
//! durable already, so the writer never waits for it; [`keep`] answers for the logs that this node mirrors.
//!
//! Absent on purpose: the choice of mirrors, which is the charter's (`protocol::identity::mirrors`).

pub(crate) mod keep;
pub(crate) mod part;
pub(crate) mod ship;

#[cfg(test)]
mod tests;

use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::mirrors;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::mirror::Owner;
use concord_protocol::wire::mirror::Recalled;
use tokio::sync::mpsc;

/// The log of a member that is in force, and every key that signed it; `None` without a credential.
pub(crate) fn owner(directory: &Directory, agency: &AgencyId) -> Option<Owner> {
    let own = directory.log_in_force(agency)?;
    Some(Owner { origin: own.origin, keys: own.keys })
}

/// Whether a member mirrors the log of another.
pub(crate) fn mirrors(directory: &Directory, mirror: &AgencyId, owner: &AgencyId) -> bool {
    mirrors::mirrors(directory.charter().charter(), mirror, owner)
}

/// Where the frames of one connection that are about mirrors go. Each side has one question open at a time.
#[derive(Clone, Debug)]
pub(crate) struct Doors {
    /// What the peer asks this node to keep or to give back.
    asked: mpsc::Sender<Frame>,
    /// The peer's word on what it keeps.
    kept: mpsc::Sender<Mirrored>,
    /// What the peer gives back.
    given: mpsc::Sender<Recalled>,
}

/// The other ends of [`Doors`].
#[derive(Debug)]
pub(crate) struct Rooms {
    pub(crate) asked: mpsc::Receiver<Frame>,
    pub(crate) kept: mpsc::Receiver<Mirrored>,
    pub(crate) given: mpsc::Receiver<Recalled>,
}

/// Doors for one connection.
pub(crate) fn doors() -> (Doors, Rooms) {
    let (asked, asked_of_us) = mpsc::channel(1);
    let (kept, kept_for_us) = mpsc::channel(1);
    let (given, given_to_us) = mpsc::channel(1);
    let rooms = Rooms { asked: asked_of_us, kept: kept_for_us, given: given_to_us };
    (Doors { asked, kept, given }, rooms)
}

impl Doors {
    /// Hands a frame on.
    ///
    /// # Errors
    /// The code to close with when the peer asks again before it was answered, or says what nobody asked for.
    // spec: wire-59
    pub(crate) fn hand_on(&self, frame: Frame) -> Result<(), CloseCode> {
        let taken = match frame {
            Frame::Mirrored(kept) => self.kept.try_send(kept).is_ok(),
            Frame::Recalled(given) => self.given.try_send(given).is_ok(),
            asked @ (Frame::Greeting(_)
            | Frame::Credential(_)
            | Frame::Offer(_)
            | Frame::Receipt(_)
            | Frame::Ping(_)
            | Frame::Pong(_)
            | Frame::Witness(_)
            | Frame::Witnessed(_)
            | Frame::Lift(_)
            | Frame::Evidence(_)
            | Frame::Mirror(_)
            | Frame::Recall(_)
            | Frame::Succession(_)
            | Frame::Approval(_)
            | Frame::Revocation(_)
            | Frame::Notice(_)
            | Frame::Charters(_)
            | Frame::Staff(_)
            | Frame::Blinded(_)
            | Frame::Keyed(_)) => self.asked.try_send(asked).is_ok(),
        };
        if taken { Ok(()) } else { Err(CloseCode::TooFast) }
    }
}
