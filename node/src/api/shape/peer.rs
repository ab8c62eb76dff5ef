//! Peers in JSON.

use concord_protocol::log::leaf::Doubt;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::view::Agreement;
use crate::host::view::PeerView;
use crate::host::view::ShownCharter;

/// Every other member of the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerList {
    /// By agency.
    pub items: Vec<Peer>,
}

/// What an agency's staff list says of one person at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaffOffice {
    /// The agency.
    pub agency: String,
    /// The person, by staff number.
    pub officer: String,
    /// The number of the list; absent where none is held that covers the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<u64>,
    /// The role of the office; absent where the person has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The key of the office, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// One peer and the link with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Peer {
    /// The peer.
    pub agency: String,
    /// Whether greetings went both ways on a live connection.
    pub connected: bool,
    /// `open`, or why the peer does not sign: `probing` or `quarantine`; absent without a live connection.
    pub standing: Option<String>,
    /// Leaves of this node's log under the largest checkpoint that the peer showed since the start; 0 when it has none.
    pub shown_size: Option<u64>,
    /// Leaves of this node's log that the peer keeps as a mirror, as far as it has said.
    pub mirrored_size: Option<u64>,
    /// Why the last connection ended or could not be made.
    pub trouble: Option<String>,
    /// Serial of the newest credential held.
    pub serial: Option<u64>,
    /// When that credential ends.
    pub not_after: Option<String>,
    /// Whether that is soon, or was, and no credential is known that takes over.
    pub credential_ends_soon: bool,
    /// The charter that the peer showed in its last greeting since the start.
    pub charter: Option<PeerCharter>,
    /// Whether that credential counts: `in-force`, `not-valid`, `superseded`, `revoked` or `other-root`.
    pub credential_standing: Option<String>,
    /// Where the peer listens.
    pub addresses: Vec<String>,
    /// Messages owed to the peer and not settled.
    pub waiting: u64,
    /// Epoch of the link to the peer.
    pub epoch: u64,
    /// The number that the next message to the peer gets.
    pub next: u64,
    /// The last number of the peer's that was settled.
    pub cursor: u64,
    /// Size of the newest checkpoint held of the peer's log.
    pub log_size: Option<u64>,
    /// Size of the newest checkpoint of the peer's log that carries a quorum of cosignatures.
    pub log_witnessed: Option<u64>,
    /// Whether the peer's log has two histories: nothing of it is taken or cosigned.
    pub log_forked: bool,
    /// Leaves of this node's log covered by the peer's newest cosignature.
    pub cosigned_size: Option<u64>,
    /// When the peer signed that, by its clock.
    pub cosigned_at: Option<String>,
    /// Why the peer did not cosign what it was last asked to.
    pub cosigning_refused: Option<String>,
}

/// The charter that a peer goes by, as it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerCharter {
    /// Its version.
    pub version: u64,
    /// Its digest.
    pub digest: String,
    /// When the peer showed it.
    pub shown_at: String,
    /// Whether it is another than the one that this node goes by.
    pub differs: bool,
}

impl From<&ShownCharter> for PeerCharter {
    fn from(shown: &ShownCharter) -> Self {
        Self {
            version: shown.version.get(),
            digest: shown.digest.to_string(),
            shown_at: shown.at.to_string(),
            differs: shown.agreement == Agreement::Other,
        }
    }
}

impl From<&PeerView> for Peer {
    fn from(peer: &PeerView) -> Self {
        Self {
            agency: peer.agency.to_string(),
            connected: peer.connected,
            standing: peer.connected.then(|| peer.standing.map_or("open", Doubt::code).to_owned()),
            shown_size: peer.heard.map(|heard| heard.shown.map_or(0, |size| size.get())),
            mirrored_size: peer.mirrored.map(|size| size.get()),
            trouble: peer.trouble.clone(),
            serial: peer.serial.map(|serial| serial.get()),
            not_after: peer.not_after.map(|end| end.to_string()),
            credential_ends_soon: peer.ends_soon,
            charter: peer.charter.as_ref().map(PeerCharter::from),
            credential_standing: peer.credential.map(|standing| standing.text().to_owned()),
            addresses: peer.addresses.clone(),
            waiting: u64::try_from(peer.waiting).unwrap_or(u64::MAX),
            epoch: peer.epoch.get(),
            next: peer.next.get(),
            cursor: peer.cursor.get(),
            log_size: peer.held.map(|size| size.get()),
            log_witnessed: peer.quorate.map(|size| size.get()),
            log_forked: peer.condemned,
            cosigned_size: peer.cosigned.map(|cosigned| cosigned.size.get()),
            cosigned_at: peer.cosigned.map(|cosigned| cosigned.at.to_string()),
            cosigning_refused: peer.declined.map(|code| code.text().to_owned()),
        }
    }
}

/// A credential that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdmittedPeer {
    /// Whose it is.
    pub agency: String,
    /// Whether it was known already.
    pub known: bool,
}

/// A peer that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pong {
    /// The peer.
    pub agency: String,
    /// Microseconds until it answered.
    pub round_trip_us: u64,
}
