//! The node's folder: who can reach what is private, and what protects the keys.

use std::path::PathBuf;

use crate::cli::doctor::Patient;
use crate::cli::doctor::finding::Finding;
use crate::files;
use crate::files::FileError;
use crate::keystore::container;
use crate::keystore::passphrase::Source;
use crate::report;

/// What only the node's account may reach.
pub fn permissions(patient: &Patient<'_>) -> Vec<Finding> {
    let folder = patient.folder;
    let private: Vec<PathBuf> = [folder.path().to_owned(), folder.keys(), folder.token()]
        .into_iter()
        .chain(key_files(patient))
        .chain([folder.settings(), folder.state()])
        .collect();
    let bad: Vec<Finding> = private
        .iter()
        .filter_map(|path| files::check_private(path).err())
        .map(|error| reached(&error))
        .collect();
    if bad.is_empty() {
        let found = format!(
            "{} private files and folders can be reached by their owner alone",
            private.len()
        );
        return vec![Finding::ok("permissions", found)];
    }
    bad
}

fn reached(error: &FileError) -> Finding {
    let finding = Finding::problem("permissions", report::chain(error));
    match error {
        FileError::Exposed { .. } => finding
            .because("whoever reads a key speaks for the agency, and whoever reads the token submits in its name")
            .remedy("`chmod 600` the file or `chmod 700` the folder, and ask who may have read it"),
        FileError::Foreign { .. } => finding
            .because("whoever owns a file can change it, and can open it to others")
            .remedy("run this as the node's account, or `chown` the file to it"),
        FileError::Unreadable { .. }
        | FileError::Unwritable { .. }
        | FileError::Exists { .. }
        | FileError::TooLong { .. } => finding
            .because("the node cannot start without it")
            .remedy("put it back from where the node was made, or from a backup with role keys"),
    }
}

/// Whether the keys have a passphrase, and whether a start finds it.
pub fn protection(patient: &Patient<'_>) -> Finding {
    let files = key_files(patient);
    let locks: Vec<Option<bool>> = files
        .iter()
        .map(|path| {
            let bytes = files::read(path, container::CONTAINER_BYTES_MAX).ok()?;
            container::read_any(&bytes).ok().map(|file| file.lock().is_some())
        })
        .collect();
    let (locked, clear) = (count(&locks, Some(true)), count(&locks, Some(false)));
    let unread = count(&locks, None);
    if unread > 0 {
        return Finding::problem("passphrase", format!("{unread} files in keys/ are no key files"))
            .because("the node does not start with a key file that it cannot read")
            .remedy("put back the key files that were made for this node; nothing else belongs into keys/");
    }
    if patient.folder.keys().with_file_name("keys.new").exists() {
        return Finding::warning("passphrase", "a folder keys.new stands beside keys/")
            .because("a change of the passphrase was interrupted, and the folder may hold keys under the one before")
            .remedy("run `concord node protect` again; it clears the folder away");
    }
    match (locked, clear) {
        (0, 0) => Finding::problem("passphrase", "keys/ holds no key")
            .because("a node without keys cannot sign")
            .remedy("put back the keys that were made for this node, or make another node"),
        (0, clear) => Finding::warning("passphrase", format!("{clear} keys lie in clear"))
            .because("whoever copies the disk has them, and speaks for the agency")
            .remedy("stop the node and run `concord node protect --dir NODE_DIR`"),
        (locked, 0) => opened(patient, locked),
        (locked, clear) => Finding::warning(
            "passphrase",
            format!("{locked} keys are protected, {clear} lie in clear"),
        )
        .because("a key in clear is worth as much as all of them")
        .remedy("stop the node and run `concord node protect --dir NODE_DIR`"),
    }
}

/// Where the next start would find the passphrase.
fn opened(patient: &Patient<'_>, locked: usize) -> Finding {
    let found = |source: &str| {
        format!("{locked} keys are protected; a start finds the passphrase {source}")
    };
    match patient.passphrase.source(patient.folder, patient.settings) {
        source @ (Source::File(_) | Source::Credential(_)) => match source.ask(&patient.folder.keys()) {
            Ok(_) => Finding::ok("passphrase", found("without anybody")),
            Err(error) => Finding::problem("passphrase", report::chain(&error))
                .because("the next start finds no passphrase")
                .remedy("put the passphrase back where the settings say, in a file of mode 0600"),
        },
        Source::Terminal | Source::Nowhere => Finding::warning(
            "passphrase",
            format!("{locked} keys are protected; nothing here gives the passphrase"),
        )
        .because("a machine that starts alone at night stays down until somebody types it")
        .remedy("hand it over as the systemd credential `concord-passphrase`, or set `passphrase_file`; if the service has it already, all is well"),
    }
}

fn key_files(patient: &Patient<'_>) -> Vec<PathBuf> {
    files::list(&patient.folder.keys()).unwrap_or_default()
}

fn count(locks: &[Option<bool>], which: Option<bool>) -> usize {
    locks.iter().filter(|lock| **lock == which).count()
}
