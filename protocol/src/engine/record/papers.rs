//! Papers of members that change what counts: charter versions, revocations, address notices, staff lists.

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;

/// A charter version, as its members signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharterRecord {
    /// Which.
    pub version: CharterVersion,
    /// The COSE_Sign bytes.
    pub charter: ByteBuf,
}

/// A revocation, as its root signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationRecord {
    /// Whose credentials ended.
    pub agency: AgencyId,
    /// SHA-256 of the revocation.
    pub digest: Digest,
    /// Its `revocation` leaf; absent until the node may sign one.
    pub leaf: Option<LeafIndex>,
    /// The COSE_Sign bytes.
    pub revocation: ByteBuf,
}

/// A change of addresses, as the node that listens there signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRecord {
    /// Whose.
    pub agency: AgencyId,
    /// The COSE_Sign1 bytes.
    pub notice: ByteBuf,
}

/// The newest staff list of an agency, as its root signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRecord {
    /// Whose.
    pub agency: AgencyId,
    /// Which.
    pub number: u64,
    /// The COSE_Sign bytes.
    pub staff: ByteBuf,
}
