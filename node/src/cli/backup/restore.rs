//! From a backup to a node's folder: whole, or not at all; and never to a node that signs without asking.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::moment::Timestamp;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::backup;
use crate::cli::backup::archive::About;
use crate::cli::backup::archive::ArchiveError;
use crate::cli::backup::archive::Content;
use crate::cli::backup::archive::Taker;
use crate::cli::fail;
use crate::cli::table;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::TOKEN_BYTES;

const WHAT: &str = "nothing was restored";

/// Folders of a node that a backup may not have had anything in.
const FOLDERS: [&str; 6] = ["bodies", "charters", "journal", "own", "peers", "state"];

/// Makes a node's folder from a backup, with the keys of its bodies if there are any.
// spec: bak-8, bak-9
pub(super) fn restore(
    (from, keys): (&Path, Option<&Path>),
    dir: &Path,
    now: Timestamp,
) -> Result<Answer, Report> {
    refuse_occupied(dir).map_err(|error| fail::file(WHAT, &error))?;
    let unfinished = beside(dir);
    files::make_folder(&unfinished, Access::Private).map_err(|error| fail::file(WHAT, &error))?;
    let about = fill(&unfinished, (from, keys), now).inspect_err(|_| {
        // It was made here a moment ago and nobody relies on it.
        drop(fs::remove_dir_all(&unfinished));
    })?;
    files::publish_folder(&unfinished, dir).map_err(|error| fail::file(WHAT, &error))?;
    let has_role_keys = NodeFolder::at(dir).keys().exists();
    let text = table::facts([
        ("node", about.agency.to_string()),
        ("folder", dir.display().to_string()),
        ("as of", about.at.to_string()),
        ("leaves", about.size.to_string()),
        ("bodies", if keys.is_some() { "with their keys" } else { "closed: no keys" }.to_owned()),
    ]);
    let json = json!({
        "agency": about.agency.as_str(), "dir": dir.display().to_string(), "at": about.at.to_string(),
        "size": about.size.get(), "keys": keys.is_some(), "role_keys": has_role_keys,
    });
    let next = if has_role_keys { "" } else { "put the node's own `keys/` back; then " };
    Ok(Answer::new(text, json).say(format!(
        "{next}`concord run`: the node asks its peers for anything newer before it signs"
    )))
}

fn fill(dir: &Path, (from, keys): (&Path, Option<&Path>), now: Timestamp) -> Result<About, Report> {
    let data = backup::read(from, &mut Into { dir, wanted: Content::Data }, WHAT)?.about;
    if let Some(keys) = keys {
        let found = backup::read(keys, &mut Into { dir, wanted: Content::Keys }, WHAT)?.about;
        backup::alive(&found, now, WHAT)?;
        if (found.life, &found.agency) != (data.life, &data.agency) {
            let why = "the keys are another node's, or of another life of this node";
            return Err(Report::new(Code::BackupRefused, WHAT, why));
        }
    }
    for name in FOLDERS {
        let folder = dir.join(name);
        if !folder.exists() {
            files::make_folder(&folder, Access::Private)
                .map_err(|error| fail::file(WHAT, &error))?;
        }
    }
    // Whoever had the token of the node before has nothing to ask of this one.
    let token = entropy::draw::<TOKEN_BYTES>().map_err(|error| fail::entropy(WHAT, &error))?;
    let mut text: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    files::make(&NodeFolder::at(dir).token(), text.as_bytes(), Access::Private)
        .map_err(|error| fail::file(WHAT, &error))?;
    sync(dir).map_err(|error| backup::unreadable(WHAT, dir, &error))?;
    Ok(data)
}

/// Makes every name below a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync(&path)?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Puts members where they belong in a folder.
struct Into<'a> {
    dir: &'a Path,
    wanted: Content,
}

impl Taker for Into<'_> {
    fn take(&mut self, about: &About, path: &str) -> Result<Box<dyn Write>, ArchiveError> {
        backup::allowed(about, path)?;
        if about.content != self.wanted {
            return Err(ArchiveError::Foreign { path: path.to_owned() });
        }
        let whole = self.dir.join(path);
        let folder = whole.parent().unwrap_or(self.dir);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&whole)?;
        Ok(Box::new(Durable(file)))
    }
}

/// A file that is synced when it is flushed.
struct Durable(File);

impl Write for Durable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}

fn refuse_occupied(dir: &Path) -> Result<(), FileError> {
    let occupied = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => dir.exists(),
    };
    if occupied { Err(FileError::Exists { path: dir.to_owned() }) } else { Ok(()) }
}

fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    dir.with_file_name(name)
}
