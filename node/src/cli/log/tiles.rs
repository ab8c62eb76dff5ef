//! A log as the static files of C2SP tlog-tiles: `checkpoint`, `tile/<level>/…`, `tile/entries/…`.
//!
//! Leaves are fetched bundle by bundle and hashed again; the tiles that are written are ours, so that they fit the leaves,
//! and the folder gets its name only when their root is the checkpoint's. Memory holds one bundle and the tree's edge.
//!
//! Absent on purpose: the signature on the checkpoint. Whoever reads the folder has the key, and checks it.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::audit::progress::Progress;
use concord_protocol::audit::progress::Stage;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::note;
use concord_protocol::log::tile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tree::Tree;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::audit::read::Bar;
use crate::cli::fail;
use crate::cli::reach::LogAt;
use crate::cli::reach::Reach;
use crate::cli::stopped;
use crate::cli::table;
use crate::files;
use crate::host;
use crate::report::Report;
use crate::report::code::Code;

const WHAT: &str = "the log was not written as tiles";

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The checkpoint that the folder holds.
    pub checkpoint: Checkpoint,
    /// Files, the checkpoint's among them.
    pub files: u64,
}

/// Writes a node's log at its newest head.
///
/// # Errors
/// When the node cannot be reached or refuses, when leaves and head disagree, or when the folder cannot be written.
pub(super) fn export(out: &Path, reach: &Reach) -> Result<Answer, Report> {
    let written = match reach.log_at()? {
        LogAt::Running(client) => {
            let head = client.head()?;
            let ask = |index, width| client.entry_bundle(index, width);
            watched(out, head.checkpoint.as_bytes(), ask)
        }
        LogAt::Stopped(dir) => {
            let log = stopped::journal(&dir)?;
            let chapters = log.chapters();
            let note = log.note().map_err(|error| stopped::unread(&error))?;
            watched(out, note, |index, width| {
                let bundle = host::stopped::entry_bundle(&chapters, index, width);
                bundle.map_err(|error| stopped::unread(&error))
            })
        }
    };
    let Written { checkpoint, files } = written?;
    let shown = out.display().to_string();
    let text = table::facts([
        ("folder", shown.clone()),
        ("log", checkpoint.origin.clone()),
        ("size", checkpoint.size.to_string()),
        ("root", checkpoint.root.to_string()),
        ("files", files.to_string()),
    ]);
    let json = json!({
        "folder": shown,
        "origin": checkpoint.origin,
        "size": checkpoint.size.get(),
        "root": checkpoint.root.to_string(),
        "files": files,
    });
    Ok(Answer::new(text, json)
        .say("any reader of C2SP tlog-tiles checks it; `concord log policy` says under which keys"))
}

/// Writes a log, and shows how far it is.
fn watched(
    out: &Path,
    note: &[u8],
    mut bundle: impl FnMut(u64, usize) -> Result<Vec<u8>, Report>,
) -> Result<Written, Report> {
    let (bar, size) = (Bar::new(), stated(note)?.size.get());
    write(out, note, |index, width| {
        bar.done(Stage::Writing, index.saturating_mul(256), size);
        bundle(index, width)
    })
}

/// Writes a log from its checkpoint and its entry bundles, which are asked for in order by place and width.
///
/// # Errors
/// When a bundle cannot be had, when bundles and checkpoint disagree, or when the folder cannot be written.
pub fn write(
    out: &Path,
    note: &[u8],
    mut bundle: impl FnMut(u64, usize) -> Result<Vec<u8>, Report>,
) -> Result<Written, Report> {
    let head = stated(note)?;
    refuse_taken(out)?;
    let mut folder = Folder::begin(out)?;
    let mut tree = Tree::new();
    for (index, width) in tile::bundles_of(head.size) {
        let bytes = bundle(index, width)?;
        let leaves = tile::read_bundle(&bytes, width)
            .map_err(|error| failed(format!("entry bundle {index}: {error}")))?;
        for leaf in leaves {
            let (_, filled) = tree.append(leaf);
            for full in filled {
                folder.lay(&full.id.path(full.hashes.len()), &tile::hash_bytes(&full.hashes))?;
            }
        }
        folder.lay(&tile::entries_path(index, width), &bytes)?;
    }
    // spec: log-35
    if tree.root() != head.root {
        let (root, size) = (tree.root(), head.size);
        let why =
            format!("the root over {size} leaves is {root}, the checkpoint says {}", head.root);
        return Err(failed(why));
    }
    lay_edge(&mut folder, &tree, head.size)?;
    folder.lay("checkpoint", note)?;
    let files = folder.files;
    folder.publish(out)?;
    Ok(Written { checkpoint: head, files })
}

/// The partial tiles, which stand at the right edge of each level.
fn lay_edge(folder: &mut Folder, tree: &Tree, size: TreeSize) -> Result<(), Report> {
    // spec: log-34
    for (hashes, level) in tree.edge().iter().zip(0_u8..) {
        let height = u32::from(level).saturating_add(1).saturating_mul(8);
        let index = size.get().checked_shr(height).unwrap_or(0);
        if !hashes.is_empty() {
            let path = TileId { level, index }.path(hashes.len());
            folder.lay(&path, &tile::hash_bytes(hashes))?;
        }
    }
    Ok(())
}

fn stated(bytes: &[u8]) -> Result<Checkpoint, Report> {
    let parsed = note::parse(bytes).map_err(|error| failed(error.to_string()))?;
    checkpoint::parse_foreign(parsed.unverified_text()).map_err(|error| failed(error.to_string()))
}

/// A folder that is there already must be empty.
fn refuse_taken(out: &Path) -> Result<(), Report> {
    // spec: log-35
    let shown = out.display();
    let taken = |why: &str| Err(Report::new(Code::FileExists, WHAT, format!("{shown}: {why}")));
    match fs::read_dir(out) {
        Ok(entries) => match entries.take(1).count() {
            0 => Ok(()),
            _ => taken("the folder is not empty"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => taken("a file stands there"),
        Err(error) => Err(unwritable(out, &error)),
    }
}

/// A folder beside the one that is asked for, until it is whole; what is left of it goes when it is dropped.
struct Folder {
    beside: PathBuf,
    folders: BTreeSet<PathBuf>,
    files: u64,
}

impl Folder {
    fn begin(out: &Path) -> Result<Self, Report> {
        let name = out.file_name().ok_or_else(|| {
            let why = format!("{}: not the name of a folder", out.display());
            Report::new(Code::FileUnwritable, WHAT, why)
        })?;
        let mut name = name.to_owned();
        name.push(format!(".unfinished-{}", std::process::id()));
        let beside = out.with_file_name(name);
        fs::create_dir(&beside).map_err(|error| unwritable(&beside, &error))?;
        let folders = BTreeSet::from([beside.clone()]);
        Ok(Self { beside, folders, files: 0 })
    }

    /// Makes one file, durable but for its name.
    fn lay(&mut self, path: &str, bytes: &[u8]) -> Result<(), Report> {
        let path = self.beside.join(path);
        let parent = path.parent().unwrap_or(&self.beside);
        if !self.folders.contains(parent) {
            fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
            let above = parent.ancestors().take_while(|above| above.starts_with(&self.beside));
            self.folders.extend(above.map(Path::to_owned));
        }
        let made = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        made.map_err(|error| unwritable(&path, &error))?;
        self.files = self.files.saturating_add(1);
        Ok(())
    }

    /// Makes the names durable, then gives the folder its own.
    fn publish(self, out: &Path) -> Result<(), Report> {
        for folder in &self.folders {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| unwritable(folder, &error))?;
        }
        files::publish_folder(&self.beside, out).map_err(|error| fail::file(WHAT, &error))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Once it has its name there is nothing here; before that, nobody is to take it for a log.
        drop(fs::remove_dir_all(&self.beside));
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Report {
    Report::new(Code::FileUnwritable, WHAT, format!("{}: {error}", path.display()))
}

fn failed(why: impl Into<String>) -> Report {
    Report::new(Code::VerificationFailed, WHAT, why.into())
}

#[cfg(test)]
mod tests;
