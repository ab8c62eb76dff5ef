//! The documents of the charter in a node's folder: the versions in force, and those that wait for signatures.
//!
//! Uses `files`, `folder`. `charters/N.cbor` are the versions that were in force one after another, with the rivals that
//! a resolution names beside them; `charters/open/` holds what is not in force. Every document is verified on every
//! load, and the version in force follows from them, so a crash between two writes loses nothing: starting is
//! recovering.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::identity::charter;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::identity::charter::chain::ChainError;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Place;
use concord_protocol::identity::charter::papers::Refused;
use concord_protocol::ids::CharterVersion;
use concord_protocol::limits::CHARTER_BYTES_MAX;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::settings::Settings;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;

/// Reads and verifies every document of the charter that the folder holds, down to the pin.
///
/// # Errors
/// When no charter is adopted, or a document that was adopted does not hold.
pub fn load(folder: &NodeFolder, settings: &Settings) -> Result<Papers, EnrolmentError> {
    let pin = settings.genesis.ok_or(EnrolmentError::NoCharter)?;
    let first = files::read(&folder.charter(CharterVersion::new(1)), CHARTER_BYTES_MAX)?;
    let founding = charter::verify(&first, Some(pin))?;
    let mut papers = Papers::found(founding);
    let adopted = read_all(&folder.charters())?;
    let taken = papers.take(&adopted);
    // A rival is written before the version that names it: without that one it is nothing, and not needed.
    let of_a_version = |refused: &Refused| match refused.place {
        Some((version, digest)) => !named(&folder.charters(), (version, digest)).exists(),
        None => true,
    };
    if let Some(refused) = taken.refused.into_iter().find(of_a_version) {
        let version = refused.place.map_or(CharterVersion::new(0), |(version, _)| version);
        return Err(ChainError::Later { version, source: refused.why }.into());
    }
    // What waits was judged when it came. If something since made it worthless, it is passed over.
    papers.take(&read_all(&folder.open_charters())?);
    if papers.path().all(|version| version.member(&settings.agency).is_none()) {
        return Err(EnrolmentError::NotAMember { agency: settings.agency.clone() });
    }
    Ok(papers)
}

/// Makes the folder hold these documents, the versions in force first, and lets go of what waits no longer.
///
/// # Errors
/// When a file cannot be written.
pub fn keep(folder: &NodeFolder, papers: &Papers) -> Result<(), EnrolmentError> {
    let chain = Chain::of(papers)?;
    let versions: BTreeSet<Place> =
        chain.versions().map(|held| (held.version(), held.digest())).collect();
    for (place, bytes) in chain.documents() {
        let path = if versions.contains(&place) {
            folder.charter(place.0)
        } else {
            named(&folder.charters(), place)
        };
        write(&path, bytes)?;
    }
    let waiting = folder.open_charters();
    if papers.open().next().is_some() && !waiting.is_dir() {
        files::make_folder(&waiting, Access::Private)?;
    }
    let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
    for open in papers.open() {
        let path = named(&waiting, (open.charter().version, open.digest()));
        write(&path, &open.to_bytes().map_err(ChainError::Encode)?)?;
        kept.insert(path);
    }
    for path in documents(&waiting)?.into_iter().filter(|path| !kept.contains(path)) {
        let gone = fs::remove_file(&path);
        gone.map_err(|source| FileError::Unwritable { path, source })?;
    }
    Ok(())
}

fn named(folder: &Path, (version, digest): Place) -> PathBuf {
    folder.join(format!("{version}-{digest}.cbor"))
}

fn read_all(folder: &Path) -> Result<Vec<Vec<u8>>, FileError> {
    let paths = documents(folder)?.into_iter();
    paths.map(|path| Ok(files::read(&path, CHARTER_BYTES_MAX)?.to_vec())).collect()
}

/// The documents in a folder; whatever else lies there is not ours to judge.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let paths = files::list(folder)?.into_iter();
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "cbor")).collect())
}

/// Makes the file, or replaces one with other bytes.
fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    match files::make(path, bytes, Access::Private) {
        Err(FileError::Exists { .. }) if files::read(path, CHARTER_BYTES_MAX)?[..] == *bytes => {
            Ok(())
        }
        Err(FileError::Exists { .. }) => files::replace(path, bytes),
        made => made,
    }
}
