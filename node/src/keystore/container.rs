//! The form of a key file: what it is, whose it is, how it is protected, and the seed.
//!
//! Shape: deterministic CBOR `{0: format, 1: kind, 2: agency, 3: protection, 4: secret}`. The outer fields keep their
//! places in every format to come, so that an older program can say what it does not understand.
//! With protection 0 the secret is the seed as it stands; with protection 1 it is a [`Sealed`] seed, under a key that
//! Argon2id makes of a passphrase. The outer fields are bound to what is sealed: a file cannot be passed off as
//! another kind's or agency's. Absent on purpose: where a passphrase comes from (`vault`).

use concord_protocol::codec;
use concord_protocol::codec::DecodeError;
use concord_protocol::codec::EncodeError;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::aead::NONCE_BYTES;
use concord_protocol::crypto::stretch::Cost;
use concord_protocol::crypto::stretch::SALT_BYTES;
use concord_protocol::ids::AgencyId;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteArray;
use serde_bytes::ByteBuf;
use zeroize::Zeroize;
use zeroize::Zeroizing;

/// Longest key file, in bytes.
pub const CONTAINER_BYTES_MAX: usize = 4 * 1024;

/// The format that is written and read.
const FORMAT: u16 = 1;

/// The secret stands as it is.
const PROTECTION_NONE: u16 = 0;

/// The secret is sealed under a passphrase.
const PROTECTION_PASSPHRASE: u16 = 1;

/// Separates what is sealed here from everything else.
const LABEL: &str = "concord/1 key file";

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
    /// Signs the votes of a person; never on a node.
    Staff,
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
            Self::Staff => "staff",
        }
    }

    /// The kind with this text.
    pub fn parse(text: &str) -> Option<Self> {
        let kinds = Self::OF_A_NODE.into_iter().chain([Self::Root, Self::Staff]);
        kinds.into_iter().find(|kind| kind.text() == text)
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
    /// A kind of a later program.
    #[error("it holds a {found:?} key, which this program does not know")]
    UnknownKind {
        /// What the file says.
        found: String,
    },
    /// A protection of a later program.
    #[error(
        "the protection is {found}, and this program knows {PROTECTION_NONE}, none, and {PROTECTION_PASSPHRASE}, a passphrase"
    )]
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
    /// Another passphrase, or a changed file; which of the two cannot be known.
    #[error("the passphrase does not open it, or it was changed")]
    Unopened,
    /// Ours: a value of ours has no encoding.
    #[error("the key has no encoding")]
    Encode,
}

impl From<EncodeError> for ContainerError {
    fn from(_: EncodeError) -> Self {
        Self::Encode
    }
}

/// A seed, as it stands in memory; wiped on drop.
pub type Seed = Zeroizing<[u8; 32]>;

/// What a passphrase is stretched with, as a file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The salt; files that are closed together share it, so that one derivation opens them all.
    pub salt: [u8; SALT_BYTES],
    /// What a derivation costs.
    pub cost: Cost,
}

/// What closes a file: a lock, the key that the passphrase gave under it, and a nonce that no other file has.
#[derive(Debug)]
pub struct Closing<'a> {
    /// The lock.
    pub lock: Lock,
    /// The stretched key.
    pub key: &'a ContentKey,
    /// The nonce.
    pub nonce: [u8; NONCE_BYTES],
}

/// A key file that was read, not opened yet.
#[derive(Debug)]
pub struct KeyFile {
    /// What it holds.
    pub kind: KeyKind,
    /// Whose it is.
    pub agency: AgencyId,
    secret: Secret,
}

enum Secret {
    Clear(Seed),
    Sealed(Sealed),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Clear",
            Self::Sealed(_) => "Sealed",
        })
    }
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

/// A seed under AES-256-GCM. Shape: `{0: memory KiB, 1: passes, 2: salt, 3: nonce, 4: sealed seed}`, in a byte string.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    memory_kib: u32,
    passes: u32,
    salt: ByteArray<SALT_BYTES>,
    nonce: ByteArray<NONCE_BYTES>,
    seed: ByteBuf,
}

impl Encoded for Container {
    const BYTES_MAX: usize = CONTAINER_BYTES_MAX;
}

impl Encoded for Sealed {
    const BYTES_MAX: usize = CONTAINER_BYTES_MAX;
}

impl Drop for Container {
    fn drop(&mut self) {
        self.secret.as_mut_slice().zeroize();
    }
}

/// Writes a key file's bytes; without `closing` the seed stands as it is.
///
/// # Errors
/// Only when a value of ours has no encoding.
pub fn write(
    kind: KeyKind,
    agency: &AgencyId,
    seed: &[u8; 32],
    closing: Option<&Closing<'_>>,
) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    let (protection, secret) = match closing {
        None => (PROTECTION_NONE, seed.to_vec()),
        Some(closing) => (PROTECTION_PASSPHRASE, seal((kind, agency), seed, closing)?),
    };
    let container = Container {
        format: FORMAT,
        kind: kind.text().to_owned(),
        agency: agency.clone(),
        protection,
        secret: ByteBuf::from(secret),
    };
    Ok(Zeroizing::new(codec::encode(&container)?))
}

/// Reads the bytes of a key file of one kind; its seed may be sealed.
///
/// # Errors
/// The first thing that is not as it should be, in the order form, format, kind, protection, length.
pub fn read(bytes: &[u8], kind: KeyKind) -> Result<KeyFile, ContainerError> {
    let file = read_any(bytes)?;
    if file.kind == kind {
        return Ok(file);
    }
    Err(ContainerError::Kind { expected: kind.text(), found: file.kind.text().to_owned() })
}

/// Reads the bytes of a key file of whatever kind.
///
/// # Errors
/// The first thing that is not as it should be, in the order form, format, kind, protection, length.
pub fn read_any(bytes: &[u8]) -> Result<KeyFile, ContainerError> {
    // spec: id-28
    let container: Container = codec::decode(bytes)?;
    if container.format != FORMAT {
        return Err(ContainerError::Format { found: container.format });
    }
    let kind = KeyKind::parse(&container.kind)
        .ok_or_else(|| ContainerError::UnknownKind { found: container.kind.clone() })?;
    let secret = match container.protection {
        PROTECTION_NONE => Secret::Clear(seed_of(&container.secret)?),
        PROTECTION_PASSPHRASE => Secret::Sealed(codec::decode(&container.secret)?),
        found => return Err(ContainerError::Protection { found }),
    };
    Ok(KeyFile { kind, agency: container.agency.clone(), secret })
}

impl KeyFile {
    /// What its passphrase is stretched with; `None` where the seed stands as it is.
    pub fn lock(&self) -> Option<Lock> {
        match &self.secret {
            Secret::Clear(_) => None,
            Secret::Sealed(sealed) => Some(sealed.lock()),
        }
    }

    /// The seed; `key` is what the passphrase gave under [`KeyFile::lock`].
    ///
    /// # Errors
    /// When the key does not open it, or none is given and one is needed.
    pub fn open(self, key: Option<&ContentKey>) -> Result<Seed, ContainerError> {
        match self.secret {
            Secret::Clear(seed) => Ok(seed),
            Secret::Sealed(sealed) => {
                let key = key.ok_or(ContainerError::Unopened)?;
                let bound = bound((self.kind, &self.agency), &sealed.lock())?;
                let opened = aead::open(key, &sealed.nonce, &bound, &sealed.seed);
                seed_of(&Zeroizing::new(opened.map_err(|_| ContainerError::Unopened)?))
            }
        }
    }
}

impl Sealed {
    fn lock(&self) -> Lock {
        let cost = Cost { memory_kib: self.memory_kib, passes: self.passes };
        Lock { salt: *self.salt, cost }
    }
}

fn seal(
    of: (KeyKind, &AgencyId),
    seed: &[u8; 32],
    closing: &Closing<'_>,
) -> Result<Vec<u8>, ContainerError> {
    let bound = bound(of, &closing.lock)?;
    let seed = aead::seal(closing.key, &closing.nonce, &bound, seed);
    let sealed = Sealed {
        memory_kib: closing.lock.cost.memory_kib,
        passes: closing.lock.cost.passes,
        salt: ByteArray::new(closing.lock.salt),
        nonce: ByteArray::new(closing.nonce),
        seed: ByteBuf::from(seed.map_err(|_| ContainerError::Encode)?),
    };
    Ok(codec::encode(&sealed)?)
}

/// What is bound to a sealed seed. Shape: `[label, format, kind, agency, protection, memory, passes, salt]`.
fn bound((kind, agency): (KeyKind, &AgencyId), lock: &Lock) -> Result<Vec<u8>, ContainerError> {
    // spec: cus-2
    let Cost { memory_kib, passes } = lock.cost;
    let salt = ByteArray::new(lock.salt);
    let protection = PROTECTION_PASSPHRASE;
    let fields = (LABEL, FORMAT, kind.text(), agency, protection, memory_kib, passes, salt);
    Ok(codec::encode_parts(&fields)?)
}

fn seed_of(bytes: &[u8]) -> Result<Seed, ContainerError> {
    let seed = <[u8; 32]>::try_from(bytes);
    seed.map(Zeroizing::new).map_err(|_| ContainerError::Seed { len: bytes.len() })
}
