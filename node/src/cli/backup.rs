//! `concord backup create | verify | restore`: one file with a node's data, and apart from it one with the keys of its
//! bodies, which dies on a day that the node remembers.
//!
//! Uses `store::backup`, `host::backup`. Absent on purpose: what must not come back, which is the head, the witness's
//! state, lock, token and the API's address; and a way to use keys that are past their day.

pub mod archive;
mod restore;

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Write;
use std::io::sink;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::moment::Timestamp;
use serde_json::json;

use crate::api::client::Client;
use crate::cli::answer::Answer;
use crate::cli::backup::archive::About;
use crate::cli::backup::archive::ArchiveError;
use crate::cli::backup::archive::Content;
use crate::cli::backup::archive::Contents;
use crate::cli::backup::archive::Digest16;
use crate::cli::backup::archive::FORMAT;
use crate::cli::backup::archive::Taker;
use crate::cli::backup::archive::Writer;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::table;
use crate::clock;
use crate::files;
use crate::files::FileError;
use crate::host::backup;
use crate::host::backup::KeyCopy;
use crate::host::backup::KeyCopyError;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;
use crate::store::backup::Cut;
use crate::store::backup::cut;

/// Files and folders of a node's directory that a backup has beside the store's.
const KEPT: [&str; 10] = [
    "archive",
    "charters",
    "concord.toml",
    "deconfliction",
    "evidence",
    "format",
    "kept",
    "orders",
    "own",
    "peers",
];

/// The folder of the role keys.
const ROLE_KEYS: &str = "keys";

/// Names that are never copied, wherever they stand: what must not come back, and what is made again.
const NEVER: [&str; 8] =
    ["state", "slots", "store", "lock", "token", "api.json", "mark", "rows-unfit"];

/// Where the keys of the bodies stand.
const SLOTS: &str = "bodies/slots";

/// What can be done with backups.
#[derive(Debug, Subcommand)]
pub enum BackupVerb {
    /// Copies a node's data as of one commit; the node may run.
    Create {
        /// The node's folder.
        #[arg(long, value_name = "NODE_DIR")]
        dir: PathBuf,
        /// The file to write; never one that is there.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Copies the keys of the bodies too, into this file: without it, bodies cannot be restored. It has a day on
        /// which it must be destroyed, and until then nothing that is erased is gone for whoever has it.
        #[arg(long, value_name = "FILE")]
        keys_out: Option<PathBuf>,
        /// Puts the node's role keys into the data file: whoever has it can then speak in the agency's name.
        #[arg(long)]
        with_role_keys: bool,
        /// Where the passphrase of a stopped node's keys comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
    },
    /// Reads a backup whole and checks every byte.
    Verify {
        /// The data file, or the keys file.
        file: PathBuf,
    },
    /// Makes a node's folder from a backup. The node then asks its peers before it signs anything.
    Restore {
        /// The data file.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The keys file that was made beside it.
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
        /// The folder to make.
        #[arg(long, value_name = "NEW_DIR")]
        dir: PathBuf,
    },
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: &BackupVerb) -> Result<Answer, Report> {
    match verb {
        BackupVerb::Create { dir, out, keys_out, with_role_keys, passphrase } => {
            let role_keys = if *with_role_keys { RoleKeys::With } else { RoleKeys::Without };
            create(&NodeFolder::at(dir), (out, role_keys), keys_out.as_deref(), passphrase)
        }
        BackupVerb::Verify { file } => verify(file, clock::now()),
        BackupVerb::Restore { from, keys, dir } => {
            restore::restore((from, keys.as_deref()), dir, clock::now())
        }
    }
}

/// Whether the role keys go into the data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RoleKeys {
    With,
    Without,
}

/// The right to copy the keys of the bodies.
enum Keys {
    /// Of a stopped node, whose lock is held.
    Stopped(Box<KeyCopy>),
    /// Of a running node, which remembers it.
    Running(Timestamp),
}

impl Keys {
    const fn until(&self) -> Timestamp {
        match self {
            Self::Stopped(copy) => copy.record.until,
            Self::Running(until) => *until,
        }
    }
}

// spec: bak-1, bak-2, bak-4
fn create(
    folder: &NodeFolder,
    (out, role_keys): (&Path, RoleKeys),
    keys_out: Option<&Path>,
    passphrase: &PassphraseFrom,
) -> Result<Answer, Report> {
    let what = "no backup was made";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    // What is copied is remembered before: a copy that nobody knows of would outlive an erasure unseen.
    let keys = keys_out.map(|_| announce(folder, &settings, passphrase)).transpose()?;
    let cut = cut(folder.path()).map_err(|error| {
        Report::caused(Code::StoreRefused, what, &error).with_remedy(error.remedy())
    })?;
    let about = About {
        format: FORMAT,
        content: Content::Data,
        agency: settings.agency.clone(),
        life: Digest16(*cut.life.as_bytes()),
        at: clock::now(),
        sequence: cut.sequence,
        size: cut.size,
        until: None,
    };
    let members =
        members(folder.path(), &cut, role_keys).map_err(|error| fail::file(what, &error))?;
    let bytes = write(out, folder.path(), &about, &members)?;
    let (mut keys_file, mut until) = (None, None);
    if let (Some(keys), Some(keys_out)) = (&keys, keys_out) {
        let path = folder.path().join(SLOTS);
        let len = fs::metadata(&path).map_err(|error| unreadable(what, &path, &error))?.len();
        let about = About { content: Content::Keys, until: Some(keys.until()), ..about.clone() };
        // Data alone would look like what was asked for.
        write(keys_out, folder.path(), &about, &[(SLOTS.to_owned(), len)])
            .inspect_err(|_| drop(fs::remove_file(out)))?;
        (keys_file, until) = (Some(keys_out.display().to_string()), Some(keys.until().to_string()));
    }
    // For `concord doctor` alone: a backup that was made is one, whether or not this can be written.
    drop(folder.backed_up(about.at));
    let text = table::facts([
        ("node", settings.agency.to_string()),
        ("commit", cut.sequence.to_string()),
        ("leaves", cut.size.to_string()),
        ("data", format!("{} ({bytes} bytes)", out.display())),
        ("keys", table::or_dash(keys_file.as_ref())),
        ("destroy by", table::or_dash(until.as_ref())),
    ]);
    let json = json!({
        "agency": settings.agency.as_str(), "sequence": cut.sequence, "size": cut.size.get(),
        "file": out.display().to_string(), "bytes": bytes, "keys_file": keys_file, "until": until,
    });
    let answer = Answer::new(text, json);
    Ok(match keys {
        Some(_) => answer.say("keep the keys file apart from the data, and destroy it by its day"),
        None => {
            answer.say("without a keys file no body can be restored from this; everything else can")
        }
    })
}

/// Has the node remember that its keys are copied now.
// spec: bak-5
fn announce(
    folder: &NodeFolder,
    settings: &Settings,
    passphrase: &PassphraseFrom,
) -> Result<Keys, Report> {
    let what = "no backup was made";
    match folder.occupancy().map_err(|error| fail::file(what, &error))? {
        Occupancy::Taken => {
            let told = Client::in_directory(folder.path())?.key_backup()?;
            Ok(Keys::Running(Timestamp::from_millis(told.until_ms)))
        }
        Occupancy::Free => {
            match backup::remember(folder, settings, &passphrase.node(folder, settings)) {
                Ok(copy) => Ok(Keys::Stopped(Box::new(copy))),
                Err(KeyCopyError::Start(error)) => Err(super::run::refused(&error)),
                Err(KeyCopyError::Commit(error)) => {
                    Err(Report::caused(Code::StoreRefused, what, &error))
                }
            }
        }
    }
}

/// Every member of the data file, with its length.
fn members(dir: &Path, cut: &Cut, role_keys: RoleKeys) -> Result<Vec<(String, u64)>, FileError> {
    let mut members = Vec::new();
    for name in KEPT {
        gather(dir, name, &mut members)?;
    }
    // spec: bak-6
    if role_keys == RoleKeys::With {
        gather(dir, ROLE_KEYS, &mut members)?;
    }
    members.extend(cut.files.iter().cloned());
    Ok(members)
}

fn gather(dir: &Path, path: &str, members: &mut Vec<(String, u64)>) -> Result<(), FileError> {
    let whole = dir.join(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    if NEVER.contains(&name) || !whole.exists() {
        return Ok(());
    }
    if !whole.is_dir() {
        let found = fs::metadata(&whole)
            .map_err(|source| FileError::Unreadable { path: whole.clone(), source })?;
        members.push((path.to_owned(), found.len()));
        return Ok(());
    }
    for below in files::list(&whole)? {
        if let Some(name) = below.file_name().and_then(|name| name.to_str()) {
            gather(dir, &format!("{path}/{name}"), members)?;
        }
    }
    Ok(())
}

/// Writes an archive under a name that is not taken; nothing is left of one that could not be finished.
fn write(out: &Path, dir: &Path, about: &About, members: &[(String, u64)]) -> Result<u64, Report> {
    let what = "no backup was made";
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    let file = opened.map_err(|error| {
        let taken = error.kind() == std::io::ErrorKind::AlreadyExists;
        let code = if taken { Code::FileExists } else { Code::FileUnwritable };
        Report::new(code, what, format!("{}: {error}", out.display()))
    })?;
    fill(&file, dir, about, members).map_err(|error| {
        drop(fs::remove_file(out));
        Report::caused(Code::FileUnwritable, what, &error)
    })
}

fn fill(
    file: &File,
    dir: &Path,
    about: &About,
    members: &[(String, u64)],
) -> Result<u64, ArchiveError> {
    let mut writer = Writer::begin(BufWriter::new(file), about)?;
    for (path, len) in members {
        writer.member(path, &mut BufReader::new(File::open(dir.join(path))?), *len)?;
    }
    let (_, bytes) = writer.end()?;
    file.sync_all()?;
    Ok(bytes)
}

/// Takes nothing and lets everything through.
struct Look;

impl Taker for Look {
    fn take(&mut self, about: &About, path: &str) -> Result<Box<dyn Write>, ArchiveError> {
        allowed(about, path)?;
        Ok(Box::new(sink()))
    }
}

/// Whether a path may be in a backup: what a node's folder has, and nothing that leads out of it.
// spec: bak-3
fn allowed(about: &About, path: &str) -> Result<(), ArchiveError> {
    let parts: Vec<&str> = path.split('/').collect();
    let plain = parts.iter().all(|part| !part.is_empty() && *part != "." && *part != "..");
    let first = parts.first().copied().unwrap_or("");
    let known = match about.content {
        Content::Keys => path == SLOTS,
        Content::Data => {
            let roots = KEPT.contains(&first) || [ROLE_KEYS, "journal", "bodies"].contains(&first);
            roots && !parts.iter().any(|part| NEVER.contains(part))
        }
    };
    if plain && known { Ok(()) } else { Err(ArchiveError::Foreign { path: path.to_owned() }) }
}

fn verify(file: &Path, now: Timestamp) -> Result<Answer, Report> {
    let what = "the backup does not hold";
    let found = read(file, &mut Look, what)?;
    alive(&found.about, now, what)?;
    let About { content, agency, at, sequence, size, until, .. } = &found.about;
    let content = match content {
        Content::Data => "data",
        Content::Keys => "keys",
    };
    let text = table::facts([
        ("content", content.to_owned()),
        ("node", agency.to_string()),
        ("made", at.to_string()),
        ("commit", sequence.to_string()),
        ("leaves", size.to_string()),
        ("files", found.members.to_string()),
        ("bytes", found.bytes.to_string()),
        ("destroy by", table::or_dash(*until)),
    ]);
    let json = json!({
        "content": content, "agency": agency.as_str(), "at": at.to_string(), "sequence": sequence,
        "size": size.get(), "files": found.members, "bytes": found.bytes,
        "until": until.map(|until| until.to_string()),
    });
    Ok(Answer::new(text, json).say("every byte is as it was written"))
}

/// Refuses keys that are past their day.
// spec: bak-7
fn alive(about: &About, now: Timestamp, what: &'static str) -> Result<(), Report> {
    match about.until {
        Some(until) if until <= now => {
            let why = format!("the keys had to be destroyed by {until}");
            Err(Report::new(Code::KeysExpired, what, why))
        }
        Some(_) | None => Ok(()),
    }
}

fn read(file: &Path, taker: &mut dyn Taker, what: &'static str) -> Result<Contents, Report> {
    let opened = File::open(file).map_err(|error| unreadable(what, file, &error))?;
    archive::read(&mut BufReader::new(opened), taker).map_err(|error| match error {
        ArchiveError::Io(error) => unreadable(what, file, &error),
        ArchiveError::Cut | ArchiveError::Damaged { .. } => {
            let why = format!("{}: {error}", file.display());
            Report::new(Code::VerificationFailed, what, why)
                .with_exit(Exit::VerificationFailed)
                .with_remedy("use another backup; this one is damaged, cut, or no backup at all")
        }
        ArchiveError::Foreign { .. } | ArchiveError::Unwritable | ArchiveError::Unknown { .. } => {
            Report::new(Code::BackupRefused, what, format!("{}: {error}", file.display()))
        }
    })
}

fn unreadable(what: &'static str, path: &Path, error: &std::io::Error) -> Report {
    Report::new(Code::FileUnreadable, what, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
