//! What makes a folder a member's node: the pinned charter, the node's own credential, the peers' credentials.
//!
//! Uses `files`, `folder`. Everything is verified on every load; a file in the folder is believed no more than a stranger.
//! Absent on purpose: keys (whoever calls compares them with the credential), what a running node learns by itself.

use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::VerifiedCharter;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialError;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Admission;
use concord_protocol::identity::directory::AdmitError;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::revocation::RevocationError;
use concord_protocol::identity::revocation::VerifiedRevocation;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::limits::CHARTER_BYTES_MAX;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;
use concord_protocol::limits::REVOCATION_BYTES_MAX;
use concord_protocol::moment::Timestamp;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::settings::SETTINGS_BYTES_MAX;
use crate::settings::Settings;
use crate::settings::file;
use crate::settings::file::FormError;
use crate::settings::folder::NodeFolder;

/// The first version, and until amendments are built the only one.
const FOUNDING: CharterVersion = CharterVersion::new(1);

/// Charter and credentials of a node, verified.
#[derive(Clone, Debug)]
pub struct Enrolment {
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
    /// The charter does not verify.
    #[error("the charter does not verify")]
    Charter(#[from] CharterError),
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
    /// The node has no credential.
    #[error("the node has no credential")]
    NoCredential,
}

/// Reads and verifies the adopted charter.
///
/// # Errors
/// When none is adopted, or it does not verify under the pin with the node's agency as a member.
pub fn load_charter(
    folder: &NodeFolder,
    settings: &Settings,
) -> Result<VerifiedCharter, EnrolmentError> {
    let pin = settings.genesis.ok_or(EnrolmentError::NoCharter)?;
    let bytes = files::read(&folder.charter(FOUNDING), CHARTER_BYTES_MAX)?;
    verify_charter(&bytes, pin, &settings.agency)
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
    let directory = load_directory(folder, settings)?;
    match directory.goes_by(&settings.agency, now).cloned() {
        Some(own) => Ok(Enrolment { directory, own }),
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
    let mut directory = Directory::new(load_charter(folder, settings)?);
    for path in credential_files(&folder.own())? {
        admit(&mut directory, &path, |agency| *agency == settings.agency)?;
    }
    for path in credential_files(&folder.peers())? {
        admit(&mut directory, &path, |agency| *agency != settings.agency)?;
    }
    for path in papers(&folder.revocations(), "revocation")? {
        let bytes = files::read(&path, REVOCATION_BYTES_MAX)?;
        take_revocation(&mut directory, &bytes)
            .map_err(|source| EnrolmentError::Revocation { path, source })?;
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
    let verified = take_revocation(&mut directory, &bytes)
        .map_err(|source| EnrolmentError::Revocation { path: path.to_owned(), source })?;
    if !folder.revocations().exists() {
        files::make_folder(&folder.revocations(), Access::Private)?;
    }
    let name = format!("{}-{}.revocation", verified.agency(), verified.digest());
    keep(&folder.revocations().join(name), verified.bytes())?;
    Ok(verified)
}

fn take_revocation(
    directory: &mut Directory,
    bytes: &[u8],
) -> Result<VerifiedRevocation, RevocationError> {
    let verified = directory.verify_revocation(bytes)?;
    // One that changes nothing, or one too many, ends nothing that still counts.
    drop(directory.revoke(verified.clone()));
    Ok(verified)
}

/// Adopts a charter: verifies it under the pin, keeps it, and writes the pin into the settings. Source: spec id-13.
///
/// # Errors
/// When it does not verify, does not name the node's agency, or another charter was adopted before.
pub fn adopt_charter(
    folder: &NodeFolder,
    settings: &Settings,
    bytes: &[u8],
    pin: Digest,
) -> Result<VerifiedCharter, EnrolmentError> {
    if let Some(pinned) = settings.genesis.filter(|pinned| *pinned != pin) {
        return Err(EnrolmentError::OtherPin { pinned });
    }
    let verified = verify_charter(bytes, pin, &settings.agency)?;
    // The charter before the pin: a pin without its charter would stop the node, a charter without its pin does nothing.
    keep(&folder.charter(verified.version()), bytes)?;
    let written = files::read(&folder.settings(), SETTINGS_BYTES_MAX)?;
    let pinned = file::with_genesis(&written, &pin.to_string())?;
    files::replace(&folder.settings(), pinned.as_bytes())?;
    Ok(verified)
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
    let taken = admit(&mut directory, path, |agency| *agency != settings.agency)?;
    keep_credential(&folder.peers(), &taken)?;
    Ok(taken)
}

/// Takes in a credential of the node itself, once `check` has compared its keys with the node's.
///
/// # Errors
/// When it does not verify, contradicts one that is known, is another agency's, or `check` refuses it.
pub fn adopt_credential<E: From<EnrolmentError>>(
    folder: &NodeFolder,
    settings: &Settings,
    path: &Path,
    check: impl FnOnce(&VerifiedCredential) -> Result<(), E>,
) -> Result<(VerifiedCredential, Admission), E> {
    let mut directory = load_directory(folder, settings)?;
    let taken = admit(&mut directory, path, |agency| *agency == settings.agency)?;
    check(&taken.0)?;
    keep_credential(&folder.own(), &taken).map_err(EnrolmentError::File)?;
    Ok(taken)
}

/// The serial that the node's next credential gets.
pub fn next_serial(directory: &Directory, agency: &AgencyId) -> Serial {
    directory.newest(agency).map_or(Serial::new(1), |newest| newest.serial().next())
}

/// The log that the node's next credential is for, unless a succession begins another: the one of its newest.
pub fn newest_log(directory: &Directory, agency: &AgencyId) -> LogNumber {
    let newest = directory.newest(agency).map(|newest| newest.credential().log_number);
    newest.unwrap_or_else(|| directory.log_of(agency))
}

fn verify_charter(
    bytes: &[u8],
    pin: Digest,
    agency: &AgencyId,
) -> Result<VerifiedCharter, EnrolmentError> {
    let verified = charter::verify(bytes, Some(pin))?;
    if verified.member(agency).is_none() {
        return Err(EnrolmentError::NotAMember { agency: agency.clone() });
    }
    Ok(verified)
}

fn admit(
    directory: &mut Directory,
    path: &Path,
    belongs: impl FnOnce(&AgencyId) -> bool,
) -> Result<(VerifiedCredential, Admission), EnrolmentError> {
    let bytes = files::read(path, CREDENTIAL_BYTES_MAX)?;
    let at = || path.to_owned();
    let verified = credential::verify(&bytes, directory.charter())
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
    papers(folder, "credential")
}

fn papers(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, FileError> {
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
