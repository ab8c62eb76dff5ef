//! The node's keys: small private files, one for each role and generation, and what opens them.
//!
//! Uses `files`, `entropy`. Each file is a [`container`] with one seed, in clear or under a passphrase that the
//! [`vault::Vault`] has; from the seed comes a signer, the sealing key or the storage key. Whoever calls says how the
//! sealing key is made of its seed, because the fast provider is a neighbour.
//! Two of the keys may stay in a [`token::Token`] instead.
//! Absent on purpose: the randomness of seeds (they are handed in), the root's use.

pub mod container;
pub mod generations;
pub mod passphrase;
pub mod protect;
pub mod share;
pub mod token;
pub mod vault;

use std::fmt;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKeys;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::KeyRole;
use concord_protocol::ids::AgencyId;
use rustix::process;
use rustix::process::DumpableBehavior;
use rustix::process::Resource;
use rustix::process::Rlimit;
use zeroize::Zeroizing;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Seed;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::token::Token;
use crate::keystore::token::TokenError;
use crate::keystore::vault::Vault;
use crate::keystore::vault::VaultError;

/// One seed for each of the node's keys, in the order of [`KeyKind::OF_A_NODE`]; wiped on drop.
pub type Seeds = Zeroizing<[[u8; 32]; 6]>;

/// The node's keys, opened.
pub struct Keys {
    /// Signs messages.
    pub signing: SharedSigner,
    /// Opens bodies.
    pub sealing: Arc<dyn Decapsulate>,
    /// Signs checkpoints of the node's own log.
    pub log: SharedSigner,
    /// Cosigns the checkpoints of others.
    pub witness: SharedSigner,
    /// Authenticates connections.
    pub transport: SharedSigner,
    /// Wraps what the node keeps for itself; wiped on drop.
    pub storage: Zeroizing<[u8; 32]>,
    /// The token in which the signing and the log key are, where they are in one.
    pub token: Option<Arc<Token>>,
    /// Opens bodies, also those that were sealed to an earlier key.
    pub opens: SealingKeys,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// What stands in it.
    #[error("{path} is not the key it should be")]
    Container {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ContainerError,
    },
    /// It is protected, and there is no passphrase.
    #[error("{path} is protected by a passphrase")]
    Passphrase {
        /// The file.
        path: PathBuf,
        /// Why there is none.
        source: PassphraseError,
    },
    /// It is protected, and the passphrase is not stretched.
    #[error("{path} cannot be opened or closed")]
    Vault {
        /// The file.
        path: PathBuf,
        /// Why.
        source: VaultError,
    },
    /// The token in which it is.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// There is no key of a role.
    #[error("{folder} lacks keys")]
    None {
        /// The folder.
        folder: PathBuf,
    },
    /// It belongs to another agency.
    #[error("{path} is a key of {found}, not of {expected}")]
    OtherAgency {
        /// The file.
        path: PathBuf,
        /// The node's agency.
        expected: AgencyId,
        /// The key's.
        found: AgencyId,
    },
}

/// A credential names another key than the node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credential names another {role} key than the node holds")]
pub struct KeyMismatch {
    /// The first role in which they differ.
    pub role: KeyRole,
}

impl KeyError {
    /// What the vault says about one file.
    fn of(path: &Path, error: VaultError) -> Self {
        let path = path.to_owned();
        match error {
            VaultError::Container(source) => Self::Container { path, source },
            VaultError::Passphrase(source) => Self::Passphrase { path, source },
            source @ (VaultError::Cost(_) | VaultError::NoEntropy(_)) => {
                Self::Vault { path, source }
            }
        }
    }
}

/// Keeps what this process has in memory out of dumps of it, and out of reach of other processes of its account.
///
/// # Errors
/// When the system refuses either.
pub fn forbid_dumps() -> io::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Both are tried: a system that keeps its limits to itself, as the unit in `config` does, may still grant the other.
    let limited = process::setrlimit(Resource::Core, none);
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(limited?)
}

/// Makes the key files of a new node in a folder that is made for them.
///
/// # Errors
/// When the folder is there already, or a file cannot be written.
pub fn create(
    folder: &Path,
    agency: &AgencyId,
    seeds: &Seeds,
    vault: &Vault,
) -> Result<(), KeyError> {
    files::make_folder(folder, Access::Private)?;
    if let Some(token) = vault.token() {
        // spec: cus-13
        token.make(&token.about().signing)?;
        token.make(&token.about().log)?;
    }
    for (kind, seed) in KeyKind::OF_A_NODE.into_iter().zip(seeds.iter()) {
        if vault.token().is_some() && matches!(kind, KeyKind::Signing | KeyKind::Log) {
            continue;
        }
        write(&folder.join(kind.text()), (kind, agency), seed, vault)?;
    }
    Ok(())
}

/// Opens the newest keys of a node. Every file is checked for its permissions, kind and agency before its seed is used.
///
/// # Errors
/// The first file that cannot be used.
pub fn load(
    folder: &Path,
    agency: &AgencyId,
    vault: &Vault,
    sealing: impl Fn(&[u8; 32]) -> Arc<dyn Decapsulate>,
) -> Result<Keys, KeyError> {
    let newest = generations::open(folder, agency, vault, sealing)?.newest();
    newest.ok_or_else(|| KeyError::None { folder: folder.to_owned() })
}

/// Writes one key file, closed as the vault closes; never over another.
///
/// # Errors
/// When a file is there already, or cannot be written.
pub fn write(
    path: &Path,
    (kind, agency): (KeyKind, &AgencyId),
    seed: &[u8; 32],
    vault: &Vault,
) -> Result<(), KeyError> {
    let bytes = vault.close((kind, agency), seed).map_err(|error| KeyError::of(path, error))?;
    Ok(files::make(path, &bytes, Access::Private)?)
}

/// Reads one key file: the agency and the seed.
///
/// # Errors
/// When others can reach the file, it is not a key of this kind, or the vault does not open it.
pub fn read(path: &Path, kind: KeyKind, vault: &Vault) -> Result<(AgencyId, Seed), KeyError> {
    let bytes = files::read_private(path, container::CONTAINER_BYTES_MAX)?;
    let file = container::read(&bytes, kind)
        .map_err(|source| KeyError::Container { path: path.to_owned(), source })?;
    let agency = file.agency.clone();
    let seed = vault.open(file, path).map_err(|error| KeyError::of(path, error))?;
    Ok((agency, seed))
}

pub(crate) fn seed_of(
    path: &Path,
    (kind, expected): (KeyKind, &AgencyId),
    vault: &Vault,
) -> Result<Seed, KeyError> {
    let (found, seed) = read(path, kind, vault)?;
    if found == *expected {
        return Ok(seed);
    }
    Err(KeyError::OtherAgency { path: path.to_owned(), expected: expected.clone(), found })
}

impl Keys {
    /// Checks that a credential names the keys that the node holds.
    ///
    /// # Errors
    /// The first role in which they differ.
    pub fn check(&self, credential: &Credential) -> Result<(), KeyMismatch> {
        // spec: id-30
        let held = [&self.signing, &self.log, &self.witness, &self.transport];
        for ((role, named), held) in credential.verifying_keys().into_iter().zip(held) {
            if held.public() != *named {
                return Err(KeyMismatch { role });
            }
        }
        if *self.sealing.public() == credential.sealing {
            Ok(())
        } else {
            Err(KeyMismatch { role: KeyRole::Sealing })
        }
    }
}

#[cfg(test)]
mod tests;
