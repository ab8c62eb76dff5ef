//! The form of a key file: what it is, whose it is, how it is protected, and the seed.
//!
//! Shape: deterministic CBOR `{0: format, 1: kind, 2: agency, 3: protection, 4: secret}`. The outer fields keep their
//! places in every format to come, so that an older program can say what it does not understand.
//! Absent on purpose: passphrases. `protection` has room for them; 0 means that the secret stands as it is.

use concord_protocol::codec;
use concord_protocol::codec::DecodeError;
use concord_protocol::codec::Encoded;
use concord_protocol::ids::AgencyId;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use zeroize::Zeroize;
use zeroize::Zeroizing;

/// Longest key file, in bytes.
pub const CONTAINER_BYTES_MAX: usize = 4 * 1024;

/// The format that is written and read.
const FORMAT: u16 = 1;

/// The secret stands as it is.
const PROTECTION_NONE: u16 = 0;

/// What a key file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// The agency's root; never on a node.
    Root,
    /// Signs messages.
    Signing,
    /// Opens bodies.
    Sealing,
    /// Signs checkpoints of the node's own log.
    Log,
    /// Cosigns the checkpoints of others.
    Witness,
    /// Authenticates connections.
    Transport,
    /// Wraps what the node keeps for itself.
    Storage,
}

impl KeyKind {
    /// The keys of a node.
    pub const OF_A_NODE: [Self; 6] =
        [Self::Signing, Self::Sealing, Self::Log, Self::Witness, Self::Transport, Self::Storage];

    /// The kind as it stands in the file, and the file's name in a node's folder.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Signing => "signing",
            Self::Sealing => "sealing",
            Self::Log => "log",
            Self::Witness => "witness",
            Self::Transport => "transport",
            Self::Storage => "storage",
        }
    }
}

/// Why bytes are not the key file that was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// Not a key file at all.
    #[error("the bytes are no key file")]
    Decode(#[from] DecodeError),
    /// A format of a later program.
    #[error("the format is {found}, and this program knows {FORMAT}")]
    Format {
        /// The format found.
        found: u16,
    },
    /// A key of another kind.
    #[error("it holds a {found:?} key, not the {expected} key")]
    Kind {
        /// The kind asked for.
        expected: &'static str,
        /// What the file says.
        found: String,
    },
    /// A protection of a later program.
    #[error("the protection is {found}, and this program knows only {PROTECTION_NONE}, none")]
    Protection {
        /// The protection found.
        found: u16,
    },
    /// Not 32 bytes.
    #[error("a seed has 32 bytes, this one has {len}")]
    Seed {
        /// Bytes found.
        len: usize,
    },
    /// Ours: a value of ours has no encoding.
    #[error("the key has no encoding")]
    Encode,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Container {
    format: u16,
    kind: String,
    agency: AgencyId,
    protection: u16,
    secret: ByteBuf,
}

impl Encoded for Container {
    const BYTES_MAX: usize = CONTAINER_BYTES_MAX;
}

impl Drop for Container {
    fn drop(&mut self) {
        self.secret.as_mut_slice().zeroize();
    }
}

/// Writes a key file's bytes.
///
/// # Errors
/// Only when a value of ours has no encoding.
pub fn write(
    kind: KeyKind,
    agency: &AgencyId,
    seed: &[u8; 32],
) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    let container = Container {
        format: FORMAT,
        kind: kind.text().to_owned(),
        agency: agency.clone(),
        protection: PROTECTION_NONE,
        secret: ByteBuf::from(seed.to_vec()),
    };
    codec::encode(&container).map(Zeroizing::new).map_err(|_| ContainerError::Encode)
}

/// Reads a key file's bytes: whose it is, and the seed.
///
/// # Errors
/// The first thing that is not as it should be, in the order form, format, kind, protection, length.
pub fn read(
    bytes: &[u8],
    kind: KeyKind,
) -> Result<(AgencyId, Zeroizing<[u8; 32]>), ContainerError> {
    // spec: id-28
    let container: Container = codec::decode(bytes)?;
    if container.format != FORMAT {
        return Err(ContainerError::Format { found: container.format });
    }
    if container.kind != kind.text() {
        return Err(ContainerError::Kind { expected: kind.text(), found: container.kind.clone() });
    }
    if container.protection != PROTECTION_NONE {
        return Err(ContainerError::Protection { found: container.protection });
    }
    let secret = container.secret.as_slice();
    let seed =
        <[u8; 32]>::try_from(secret).map_err(|_| ContainerError::Seed { len: secret.len() })?;
    Ok((container.agency.clone(), Zeroizing::new(seed)))
}
