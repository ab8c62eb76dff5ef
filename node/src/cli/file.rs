//! `concord file add | show | get`: files beside messages.

use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;

use crate::api::shape::file::AddedFile;
use crate::api::shape::file::FileDocument;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with files.
#[derive(Debug, Subcommand)]
pub enum FileVerb {
    /// Seals a file and keeps it at the node, for a message that will name it.
    Add {
        /// The file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows how much of a file is here.
    Show {
        /// The file's digest, as the header of a message names it.
        digest: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Opens a file beside a message; the reading is logged.
    Get {
        /// The message's id, or its digest.
        message: String,
        /// The file's digest.
        digest: String,
        /// Staff number of the officer who reads.
        #[arg(long)]
        officer: String,
        /// The kind of purpose for which it is read.
        #[arg(long)]
        purpose: String,
        /// Opens what stands beside a notice although it is challenged: to judge the challenge.
        #[arg(long)]
        suspended: bool,
        /// Where to put it; nothing may be there.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// Runs one verb.
///
/// # Errors
/// When a file cannot be read or written, or the node cannot be reached or refuses.
// spec: fil-53
pub fn run(verb: &FileVerb) -> Result<Answer, Report> {
    match verb {
        FileVerb::Add { file, reach } => add(file, reach),
        FileVerb::Show { digest, reach } => Ok(shown(&reach.client()?.file(digest)?)),
        FileVerb::Get { message, digest, officer, purpose, suspended, out, reach } => {
            let named = [message.as_str(), digest, officer, purpose];
            get((named, *suspended), out, reach)
        }
    }
}

fn add(path: &Path, reach: &Reach) -> Result<Answer, Report> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (length, mut file) = opened.map_err(|error| {
        let why = format!("read {}: {error}", path.display());
        Report::new(Code::FileUnreadable, "the file was not added", why)
    })?;
    let added = reach.client()?.add_file(&mut file, length)?;
    Ok(taken(&added))
}

fn taken(added: &AddedFile) -> Answer {
    let text = table::facts([
        ("digest", added.digest.clone()),
        ("length", added.length.to_string()),
        ("key", added.key.clone()),
    ]);
    Answer::new(text, table::json(added))
        .say("name digest, length and media type under `attachments`, and digest, length and key in the body")
        .say("a file that no message names is removed after a day; the key is shown this once")
}

fn shown(file: &FileDocument) -> Answer {
    let text = table::facts([
        ("digest", file.digest.clone()),
        ("state", file.state.text().to_owned()),
        ("here", file.held.to_string()),
        ("length", table::or_dash(file.length)),
        ("trouble", table::or_dash(file.trouble.clone())),
    ]);
    Answer::new(text, table::json(file))
}

/// Writes beside the name and renames at the end: half a file never stands under the name that was asked for.
fn get(asked: ([&str; 4], bool), out: &Path, reach: &Reach) -> Result<Answer, Report> {
    let client = reach.client()?;
    if out.symlink_metadata().is_ok() {
        return Err(unwritable(out, &io::ErrorKind::AlreadyExists.into()));
    }
    let draft = beside(out);
    let file = File::create_new(&draft).map_err(|error| unwritable(&draft, &error))?;
    let mut writer = BufWriter::new(file);
    let got = client.get_file(asked, &mut writer);
    let got = got.and_then(|got| {
        let flushed = writer.flush().and_then(|()| writer.get_ref().sync_all());
        flushed
            .and_then(|()| fs::rename(&draft, out))
            .map_err(|error| unwritable(out, &error))
            .map(|()| got)
    });
    if got.is_err() {
        // What came of it is of no use to anybody.
        fs::remove_file(&draft).ok();
    }
    let (written, log_index) = got?;
    let text = table::facts([
        ("file", out.display().to_string()),
        ("bytes", written.to_string()),
        ("log index", log_index.to_string()),
    ]);
    let json = serde_json::json!({
        "file": out.display().to_string(), "bytes": written, "log_index": log_index,
    });
    Ok(Answer::new(text, json).say(format!("the reading is in the log at {log_index}")))
}

fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    out.with_file_name(name)
}

fn unwritable(path: &Path, error: &io::Error) -> Report {
    let why = format!("write {}: {error}", path.display());
    Report::new(Code::FileUnwritable, "the file was not written", why)
}
