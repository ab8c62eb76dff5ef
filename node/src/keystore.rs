//! The node's keys: six small private files, and what opens them.
//!
//! Uses `files`. Each file is a [`container`] with one seed; from the seed comes a signer, the sealing key or the
//! storage key. Whoever calls says how the sealing key is made of its seed, because the fast provider is a neighbour.
//! Absent on purpose: randomness (seeds are handed in), the root's use, hardware modules, passphrases.

pub mod container;

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::KeyRole;
use concord_protocol::ids::AgencyId;
use zeroize::Zeroizing;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyKind;

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

/// Makes the key files of a new node in a folder that is made for them.
///
/// # Errors
/// When the folder is there already, or a file cannot be written.
pub fn create(folder: &Path, agency: &AgencyId, seeds: &Seeds) -> Result<(), KeyError> {
    files::make_folder(folder, Access::Private)?;
    for (kind, seed) in KeyKind::OF_A_NODE.into_iter().zip(seeds.iter()) {
        write(&folder.join(kind.text()), kind, agency, seed)?;
    }
    Ok(())
}

/// Opens the keys of a node. Every file is checked for its permissions, kind and agency before its seed is used.
///
/// # Errors
/// The first file that cannot be used.
pub fn load(
    folder: &Path,
    agency: &AgencyId,
    sealing: impl FnOnce(&[u8; 32]) -> Arc<dyn Decapsulate>,
) -> Result<Keys, KeyError> {
    files::check_private(folder)?;
    let seed = |kind: KeyKind| seed_of(&folder.join(kind.text()), kind, agency);
    let signer = |kind: KeyKind| {
        seed(kind).map(|seed| -> SharedSigner { Arc::new(SigningKey::from_seed(&seed)) })
    };
    Ok(Keys {
        signing: signer(KeyKind::Signing)?,
        sealing: sealing(&*seed(KeyKind::Sealing)?),
        log: signer(KeyKind::Log)?,
        witness: signer(KeyKind::Witness)?,
        transport: signer(KeyKind::Transport)?,
        storage: seed(KeyKind::Storage)?,
    })
}

/// Writes one key file; never over another.
///
/// # Errors
/// When a file is there already, or cannot be written.
pub fn write(
    path: &Path,
    kind: KeyKind,
    agency: &AgencyId,
    seed: &[u8; 32],
) -> Result<(), KeyError> {
    let bytes = container::write(kind, agency, seed)
        .map_err(|source| KeyError::Container { path: path.to_owned(), source })?;
    Ok(files::make(path, &bytes, Access::Private)?)
}

/// Reads one key file: the agency and the seed.
///
/// # Errors
/// When others can reach the file, or it is not a key of this kind.
pub fn read(path: &Path, kind: KeyKind) -> Result<(AgencyId, Zeroizing<[u8; 32]>), KeyError> {
    let bytes = files::read_private(path, container::CONTAINER_BYTES_MAX)?;
    container::read(&bytes, kind)
        .map_err(|source| KeyError::Container { path: path.to_owned(), source })
}

fn seed_of(
    path: &Path,
    kind: KeyKind,
    expected: &AgencyId,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let (found, seed) = read(path, kind)?;
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
