//! What makes a folder a member's node: the pinned charter, the node's own credential, the peers' credentials.
//!
//! Uses `files`, `folder`. Everything is verified on every load; a file in the folder is believed no more than a stranger.
//! Absent on purpose: keys (whoever calls compares them with the credential), what a running node learns by itself.

use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::identity::charter::chain::ChainError;
use concord_protocol::identity::charter::papers::PaperError;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Taken;
use concord_protocol::identity::credential::CredentialError;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Admission;
use concord_protocol::identity::directory::AdmitError;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::revocation::RevocationError;
use concord_protocol::identity::revocation::VerifiedRevocation;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;
use concord_protocol::limits::REVOCATION_BYTES_MAX;
use concord_protocol::moment::Timestamp;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::settings::SETTINGS_BYTES_MAX;
use crate::settings::Settings;
use crate::settings::charters;
use crate::settings::file;
use crate::settings::file::FormError;
use crate::settings::folder::NodeFolder;

/// Charter and credentials of a node, verified.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Every document of the charter in the folder, in force or not.
    pub papers: Papers,
    /// The charter and every credential in the folder, the node's own among them.
    pub directory: Directory,
    /// The credential that the node goes by: in force now, or else the next best.
    pub own: VerifiedCredential,
}

/// Why a folder is not a member's node.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The settings file cannot take the pin.
    #[error(transparent)]
    Form(#[from] FormError),
    /// No charter was adopted.
    #[error("no charter is adopted: `genesis` is empty")]
    NoCharter,
    /// Another charter was adopted before.
    #[error("the charter {pinned} is adopted already")]
    OtherPin {
        /// Its digest.
        pinned: Digest,
    },
    /// The first version of the charter does not verify.
    #[error("the charter does not verify")]
    Charter(#[from] CharterError),
    /// The versions of the charter do not verify.
    #[error("the versions of the charter do not verify")]
    Chain(#[from] ChainError),
    /// A later version of the charter is not taken.
    #[error("a version of the charter was not taken")]
    Paper(#[from] PaperError),
    /// The charter does not name the node's agency.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The node's agency.
        agency: AgencyId,
    },
    /// A credential does not verify.
    #[error("the credential {path} does not verify")]
    Credential {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: CredentialError,
    },
    /// A revocation does not verify.
    #[error("the revocation {path} does not verify")]
    Revocation {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: RevocationError,
    },
    /// A credential contradicts another one.
    #[error("the credential {path} is not admitted")]
    Admit {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: AdmitError,
    },
    /// A credential stands in the wrong place, or is imported the wrong way.
    #[error("the credential {path} is of {found}")]
    Misplaced {
        /// Its file.
        path: PathBuf,
        /// Whose it is.
        found: AgencyId,
    },
    /// A credential of the node is revoked before it is adopted.
    #[error("credential {serial} of {agency} is revoked already")]
    Revoked {
        /// The node's agency.
        agency: AgencyId,
        /// Which credential.
        serial: Serial,
        /// The first serial that is not revoked, and newer than all that are known.
        next: Serial,
    },
    /// The node has no credential.
    #[error("the node has no credential")]
    NoCredential,
}

/// Reads and verifies the charter and every credential in the folder.
///
/// # Errors
/// The first thing that does not verify, or is missing.
pub fn load(
    folder: &NodeFolder,
    settings: &Settings,
    now: Timestamp,
) -> Result<Enrolment, EnrolmentError> {
    let papers = charters::load(folder, settings)?;
    let directory = directory_under(&papers, folder, settings)?;
    // A node whose root was replaced, or that is a member no longer, still keeps its log with the keys that it had.
    match directory.goes_by(&settings.agency, now).cloned() {
        Some(own) => Ok(Enrolment { papers, directory, own }),
        None => Err(EnrolmentError::NoCredential),
    }
}

/// The same, of a node that may have no credential of its own yet.
///
/// # Errors
/// The first thing that does not verify.
pub fn load_directory(
    folder: &NodeFolder,
    settings: &Settings,
) -> Result<Directory, EnrolmentError> {
    directory_under(&charters::load(folder, settings)?, folder, settings)
}

fn directory_under(
    papers: &Papers,
    folder: &NodeFolder,
    settings: &Settings,
) -> Result<Directory, EnrolmentError> {
    let mut directory = Directory::under(Chain::of(papers)?);
    for path in credential_files(&folder.own())? {
        admit(&mut directory, &path, |agency| *agency == settings.agency)?;
    }
    for path in credential_files(&folder.peers())? {
        admit(&mut directory, &path, |agency| *agency != settings.agency)?;
    }
    for path in files_of(&folder.revocations(), "revocation")? {
        let bytes = files::read(&path, REVOCATION_BYTES_MAX)?;
        let verified = directory
            .verify_revocation_ever(&bytes)
            .map_err(|source| EnrolmentError::Revocation { path, source })?;
        // One that changes nothing, or one too many, ends nothing that still counts.
        drop(directory.revoke(verified));
    }
    Ok(directory)
}

/// Takes in a revocation while the node is stopped.
///
/// # Errors
/// When it does not verify.
pub fn import_revocation(
    folder: &NodeFolder,
    settings: &Settings,
    path: &Path,
) -> Result<VerifiedRevocation, EnrolmentError> {
    let mut directory = load_directory(folder, settings)?;
    let bytes = files::read(path, REVOCATION_BYTES_MAX)?;
    let refused = |source| EnrolmentError::Revocation { path: path.to_owned(), source };
    let verified = directory.verify_revocation(&bytes).map_err(refused)?;
    // One that changes nothing, or one too many, ends nothing that still counts.
    drop(directory.revoke(verified.clone()));
    keep_revocation(folder, &verified)?;
    Ok(verified)
}

/// Keeps a verified revocation in the folder, where commands that work on a stopped node look; once.
///
/// # Errors
/// When it cannot be written.
// spec: id-54
pub fn keep_revocation(
    folder: &NodeFolder,
    verified: &VerifiedRevocation,
) -> Result<(), FileError> {
    let name = format!("{}-{}.revocation", verified.agency(), verified.digest());
    let path = folder.revocations().join(name);
    if path.exists() {
        return Ok(());
    }
    if !folder.revocations().exists() {
        files::make_folder(&folder.revocations(), Access::Private)?;
    }
    keep(&path, verified.bytes())
}

/// Adopts a charter with all its versions: verifies it under the pin, keeps it, and writes the pin into the settings.
/// Source: spec id-13.
///
/// # Errors
/// When it does not verify, never named the node's agency, or another charter was adopted before.
pub fn adopt_charter(
    folder: &NodeFolder,
    settings: &Settings,
    documents: &[Vec<u8>],
    pin: Digest,
) -> Result<Papers, EnrolmentError> {
    if let Some(pinned) = settings.genesis.filter(|pinned| *pinned != pin) {
        return Err(EnrolmentError::OtherPin { pinned });
    }
    let chain = chain::verify(documents, Some(pin))?;
    if chain.member_ever(&settings.agency).is_none() {
        return Err(EnrolmentError::NotAMember { agency: settings.agency.clone() });
    }
    if settings.genesis.is_some() {
        return Ok(take_charters(folder, settings, documents)?.0);
    }
    // The charter before the pin: a pin without its charter would stop the node, a charter without its pin does nothing.
    charters::keep(folder, chain.papers())?;
    let written = files::read(&folder.settings(), SETTINGS_BYTES_MAX)?;
    let pinned = file::with_genesis(&written, &pin.to_string())?;
    files::replace(&folder.settings(), pinned.as_bytes())?;
    Ok(chain.papers().clone())
}

/// Takes documents into the folder of a node that has adopted its charter; those that hold move it on.
///
/// # Errors
/// The first document that is refused, when none was taken and one had to be.
pub fn take_charters(
    folder: &NodeFolder,
    settings: &Settings,
    documents: &[Vec<u8>],
) -> Result<(Papers, Taken), EnrolmentError> {
    let mut papers = charters::load(folder, settings)?;
    let taken = papers.take(documents);
    if let (true, Some(refused)) = (taken.learned.is_empty(), taken.refused.first()) {
        return Err(refused.why.clone().into());
    }
    charters::keep(folder, &papers)?;
    Ok((papers, taken))
}

/// Takes in a credential of another agency while the node is stopped.
///
/// # Errors
/// When it does not verify, contradicts one that is known, or is the node's own.
pub fn import_peer(
    folder: &NodeFolder,
    settings: &Settings,
    path: &Path,
) -> Result<(VerifiedCredential, Admission), EnrolmentError> {
    let mut directory = load_directory(folder, settings)?;
    counts_now(&directory, path)?;
    let taken = admit(&mut directory, path, |agency| *agency != settings.agency)?;
    keep_credential(&folder.peers(), &taken)?;
    Ok(taken)
}

/// Takes in a credential of the node itself, once `check` has compared its keys with the node's.
///
/// # Errors
/// When it does not verify, contradicts one that is known, is another agency's, is revoked, or `check` refuses it.
pub fn adopt_credential<E: From<EnrolmentError>>(
    folder: &NodeFolder,
    settings: &Settings,
    path: &Path,
    check: impl FnOnce(&VerifiedCredential) -> Result<(), E>,
) -> Result<(VerifiedCredential, Admission), E> {
    let mut directory = load_directory(folder, settings)?;
    counts_now(&directory, path)?;
    let next = next_serial(&directory, &settings.agency);
    let taken = admit(&mut directory, path, |agency| *agency == settings.agency)?;
    // spec: id-54
    if directory.is_revoked(taken.0.agency(), taken.0.serial()) {
        let (agency, serial) = (taken.0.agency().clone(), taken.0.serial());
        return Err(EnrolmentError::Revoked { agency, serial, next }.into());
    }
    check(&taken.0)?;
    keep_credential(&folder.own(), &taken).map_err(EnrolmentError::File)?;
    Ok(taken)
}

/// The serial that the node's next credential gets: above all that are known, and above all that are revoked.
// spec: id-54
pub fn next_serial(directory: &Directory, agency: &AgencyId) -> Serial {
    let known = directory.newest_ever(agency).map(VerifiedCredential::serial);
    // Whoever stole a root that was replaced must not use up the serials of the one that came after.
    let in_force = directory.charter().version();
    let ended = directory
        .revocations()
        .filter(|one| one.agency() == agency && one.under() == in_force)
        .map(|one| one.revocation().through);
    known.max(ended.max()).map_or(Serial::new(1), Serial::next)
}

/// The log that the node's next credential is for, unless a succession begins another: the one of its newest.
pub fn newest_log(directory: &Directory, agency: &AgencyId) -> LogNumber {
    let newest = directory.newest_ever(agency).map(|newest| newest.credential().log_number);
    newest.unwrap_or_else(|| directory.log_of(agency))
}

/// Checks that a credential that comes now is signed by the root that the version in force names.
fn counts_now(directory: &Directory, path: &Path) -> Result<(), EnrolmentError> {
    let bytes = files::read(path, CREDENTIAL_BYTES_MAX)?;
    let verified = directory.verify(&bytes);
    verified
        .map(drop)
        .map_err(|source| EnrolmentError::Credential { path: path.to_owned(), source })
}

fn admit(
    directory: &mut Directory,
    path: &Path,
    belongs: impl FnOnce(&AgencyId) -> bool,
) -> Result<(VerifiedCredential, Admission), EnrolmentError> {
    let bytes = files::read(path, CREDENTIAL_BYTES_MAX)?;
    let at = || path.to_owned();
    let verified = directory
        .verify_ever(&bytes)
        .map_err(|source| EnrolmentError::Credential { path: at(), source })?;
    if !belongs(verified.agency()) {
        return Err(EnrolmentError::Misplaced { path: at(), found: verified.agency().clone() });
    }
    let admission = directory
        .admit(verified.clone())
        .map_err(|source| EnrolmentError::Admit { path: at(), source })?;
    Ok((verified, admission))
}

/// The credentials in a folder; whatever else lies there is not ours to judge.
fn credential_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    files_of(folder, "credential")
}

fn files_of(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, FileError> {
    let paths = files::list(folder)?.into_iter();
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == ending)).collect())
}

fn keep_credential(
    folder: &Path,
    (credential, admission): &(VerifiedCredential, Admission),
) -> Result<(), FileError> {
    match admission {
        Admission::Known => Ok(()),
        Admission::New | Admission::Older => {
            let path = NodeFolder::credential(folder, credential.agency(), credential.serial());
            keep(&path, credential.bytes())
        }
    }
}

/// Makes the file, or replaces one that an interrupted import left behind.
fn keep(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    match files::make(path, bytes, Access::Private) {
        Err(FileError::Exists { .. }) => files::replace(path, bytes),
        made => made,
    }
}
