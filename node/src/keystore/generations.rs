//! Several generations of key files: `signing`, `signing.2`, `signing.3` …, each role by itself.
//!
//! The first file of a role has the role's name; a rotation adds the next number, for the roles that it changes. Which
//! file is used is not written anywhere: the credential in force names the public halves, and the node finds the files
//! that have them. Old sealing keys go on opening what was sealed to them. Keys in a token go by the same rule: their
//! labels are the names in the settings, and those with a number.
//!
//! Absent on purpose: removing a generation. Whoever removes a sealing key makes bodies unreadable.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKeys;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::KeyRole;
use concord_protocol::ids::AgencyId;

use crate::files;
use crate::keystore;
use crate::keystore::KeyError;
use crate::keystore::KeyMismatch;
use crate::keystore::Keys;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Seed;
use crate::keystore::token::About;
use crate::keystore::token::Token;
use crate::keystore::vault::Vault;

/// Every key file of a node, opened; of each role the first generation first.
pub struct Generations {
    signing: Vec<SharedSigner>,
    sealing: Vec<Arc<dyn Decapsulate>>,
    log: Vec<SharedSigner>,
    witness: Vec<SharedSigner>,
    transport: Vec<SharedSigner>,
    storage: Seed,
    token: Option<Arc<Token>>,
}

/// Opens every key file of a node. Each is checked for its permissions, kind and agency before its seed is used.
///
/// # Errors
/// The first file that cannot be used, and a role without any.
pub fn open(
    folder: &Path,
    agency: &AgencyId,
    vault: &Vault,
    sealing: impl Fn(&[u8; 32]) -> Arc<dyn Decapsulate>,
) -> Result<Generations, KeyError> {
    files::check_private(folder)?;
    let seeds = |kind| -> Result<Vec<Seed>, KeyError> {
        let paths = of_role(folder, kind)?;
        paths.iter().map(|path| keystore::seed_of(path, (kind, agency), vault)).collect()
    };
    let signers = |kind| -> Result<Vec<SharedSigner>, KeyError> {
        let signer = |seed: &Seed| -> SharedSigner { Arc::new(SigningKey::from_seed(seed)) };
        Ok(seeds(kind)?.iter().map(signer).collect())
    };
    let kept = |kind, label: fn(&About) -> &str| -> Result<Vec<SharedSigner>, KeyError> {
        let Some(token) = vault.token() else { return signers(kind) };
        let keys = token.generations(label(token.about()))?.into_iter();
        Ok(keys.map(|key| Arc::new(key) as SharedSigner).collect())
    };
    Ok(Generations {
        signing: kept(KeyKind::Signing, |about| &about.signing)?,
        sealing: seeds(KeyKind::Sealing)?.iter().map(|seed| sealing(seed)).collect(),
        log: kept(KeyKind::Log, |about| &about.log)?,
        witness: signers(KeyKind::Witness)?,
        transport: signers(KeyKind::Transport)?,
        storage: keystore::seed_of(
            &folder.join(KeyKind::Storage.text()),
            (KeyKind::Storage, agency),
            vault,
        )?,
        token: vault.token().cloned(),
    })
}

/// Adds the next generation of a role.
///
/// # Errors
/// When the folder cannot be read or the file not be written.
pub fn add(
    folder: &Path,
    (kind, agency): (KeyKind, &AgencyId),
    seed: &[u8; 32],
    vault: &Vault,
) -> Result<PathBuf, KeyError> {
    let newest = of_role(folder, kind)?.last().and_then(|path| number(path, kind)).unwrap_or(1);
    let path = file(folder, kind, newest.saturating_add(1));
    keystore::write(&path, (kind, agency), seed, vault)?;
    Ok(path)
}

/// The files of one role, the first generation first; never none, so that a missing first file is named.
fn of_role(folder: &Path, kind: KeyKind) -> Result<Vec<PathBuf>, KeyError> {
    let listed = files::list(folder)?.into_iter();
    let mut numbers: Vec<u32> = listed.filter_map(|path| number(&path, kind)).collect();
    numbers.sort_unstable();
    if numbers.is_empty() {
        numbers.push(1);
    }
    Ok(numbers.into_iter().map(|number| file(folder, kind, number)).collect())
}

fn file(folder: &Path, kind: KeyKind, number: u32) -> PathBuf {
    folder.join(name(kind.text(), number))
}

/// The generation that a file name says; `None` for any other file.
fn number(path: &Path, kind: KeyKind) -> Option<u32> {
    number_of(path.file_name()?.to_str()?, kind.text())
}

/// How a generation of a key is called. Shape: the first has the name alone, later ones a dot and their number.
pub(super) fn name(first: &str, number: u32) -> String {
    match number {
        1 => first.to_owned(),
        later => format!("{first}.{later}"),
    }
}

/// The generation that a name says, in its one form; `None` for any other name.
pub(super) fn number_of(name: &str, first: &str) -> Option<u32> {
    let rest = name.strip_prefix(first)?;
    if rest.is_empty() {
        return Some(1);
    }
    let text = rest.strip_prefix('.')?;
    let number: u32 = text.parse().ok()?;
    (number > 1 && number.to_string() == text).then_some(number)
}

impl Generations {
    /// The newest key of each role: what the next credential is asked for.
    pub fn newest(&self) -> Option<Keys> {
        Some(Keys {
            signing: Arc::clone(self.signing.last()?),
            sealing: Arc::clone(self.sealing.last()?),
            log: Arc::clone(self.log.last()?),
            witness: Arc::clone(self.witness.last()?),
            transport: Arc::clone(self.transport.last()?),
            storage: self.storage.clone(),
            opens: SealingKeys::new(self.sealing.clone()),
            token: self.token.clone(),
        })
    }

    /// The keys that a credential names, of whichever generation.
    ///
    /// # Errors
    /// The first role of which no file has the key that is named.
    pub fn named_by(&self, credential: &Credential) -> Result<Keys, KeyMismatch> {
        // spec: id-30
        let signer = |held: &[SharedSigner], role: KeyRole, named: &VerifyingKey| {
            let found = held.iter().find(|held| held.public() == *named);
            found.cloned().ok_or(KeyMismatch { role })
        };
        let sealing = self.sealing.iter().find(|held| *held.public() == credential.sealing);
        Ok(Keys {
            signing: signer(&self.signing, KeyRole::Signing, &credential.signing)?,
            log: signer(&self.log, KeyRole::Log, &credential.log)?,
            witness: signer(&self.witness, KeyRole::Witness, &credential.witness)?,
            transport: signer(&self.transport, KeyRole::Transport, &credential.transport)?,
            sealing: sealing.cloned().ok_or(KeyMismatch { role: KeyRole::Sealing })?,
            storage: self.storage.clone(),
            opens: SealingKeys::new(self.sealing.clone()),
            token: self.token.clone(),
        })
    }
}

impl std::fmt::Debug for Generations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Generations")
    }
}
