//! Another passphrase, a first one, or none: key files written anew under a vault of their own.
//!
//! A folder of keys changes as a whole: the new files are written beside it and the two folders trade names at once,
//! so a node never has keys under two passphrases. Absent on purpose: making what was copied before harmless.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore::KeyError;
use crate::keystore::container;
use crate::keystore::container::KeyKind;
use crate::keystore::vault::Vault;

/// Writes every key file of a folder anew: opened by one vault, closed by another. The number of files is returned.
///
/// # Errors
/// When a file is no key, cannot be opened, or cannot be written; the folder is as before then.
pub fn folder(keys: &Path, opens: &Vault, closes: &Vault) -> Result<usize, KeyError> {
    // spec: cus-4
    files::check_private(keys)?;
    let beside = beside(keys);
    discard(&beside)?;
    files::make_folder(&beside, Access::Private)?;
    let written = copy(keys, &beside, (opens, closes));
    let traded = written.and_then(|count| {
        files::exchange(&beside, keys)?;
        Ok(count)
    });
    // What stands beside is from now on the folder that is not used: the old one, or an unfinished one.
    discard(&beside)?;
    traded
}

/// Writes one key file of one kind anew.
///
/// # Errors
/// When it cannot be opened or written; it is as before then.
pub fn file(path: &Path, kind: KeyKind, opens: &Vault, closes: &Vault) -> Result<(), KeyError> {
    let (agency, seed) = super::read(path, kind, opens)?;
    let bytes = closes.close((kind, &agency), &seed).map_err(|error| KeyError::of(path, error))?;
    Ok(files::replace(path, &bytes)?)
}

fn copy(keys: &Path, to: &Path, (opens, closes): (&Vault, &Vault)) -> Result<usize, KeyError> {
    let paths = files::list(keys)?;
    for path in &paths {
        let bytes = files::read_private(path, container::CONTAINER_BYTES_MAX)?;
        let file = container::read_any(&bytes)
            .map_err(|source| KeyError::Container { path: path.clone(), source })?;
        let (kind, agency) = (file.kind, file.agency.clone());
        let seed = opens.open(file, path).map_err(|error| KeyError::of(path, error))?;
        let new = to.join(path.file_name().unwrap_or_default());
        super::write(&new, (kind, &agency), &seed, closes)?;
    }
    Ok(paths.len())
}

fn beside(keys: &Path) -> PathBuf {
    let mut name = keys.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    keys.with_file_name(name)
}

fn discard(folder: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(FileError::Unwritable { path: folder.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests;
