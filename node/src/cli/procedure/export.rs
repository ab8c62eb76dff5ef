//! `concord procedure export`: one procedure as a file with proofs, and beside it a page and a text for people.
//!
//! What people read is made from the file once it was verified, and from nothing else but what the node says became of
//! each message. Absent on purpose: drawing a PDF; a browser prints the page.

mod case;
mod page;
mod paper;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use serde_json::json;

use crate::api::client::Client;
use crate::cli::answer::Answer;
use crate::cli::audit;
use crate::cli::log::export;
use crate::report::Report;

/// On what terms bodies are opened.
#[derive(Debug, Args)]
pub struct Terms {
    /// For what it is made. In court only what is marked so, or what its originator agreed to, may be shown.
    #[arg(long = "use", value_name = "USE")]
    to_use: Use,
    /// Leaves bodies sealed that must not be shown in court, instead of refusing.
    #[arg(long)]
    withhold: bool,
    /// Staff number of the officer who has the bodies opened; it stands in the log for ever.
    #[arg(long)]
    officer: String,
    /// The kind of purpose for which they are opened.
    #[arg(long)]
    purpose: String,
    /// The case of the own agency for which they are opened; demanded where one of its messages in the procedure names one.
    #[arg(long)]
    case: Option<String>,
}

/// For what a procedure is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Use {
    /// For the work on a case: intelligence, not evidence.
    Work,
    /// For use in court.
    Court,
}

impl Use {
    const fn text(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Court => "court",
        }
    }
}

/// Writes the three files. Those that are there stay as they are.
///
/// # Errors
/// When a body must not be shown, the node cannot be reached, or a file cannot be written.
pub(super) fn write(
    id: &str,
    out: &Path,
    terms: &Terms,
    client: &Client,
) -> Result<Answer, Report> {
    let (page, text) = (beside(out, ".html"), beside(out, ".txt"));
    for path in [out, &page, &text] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(export::unwritable(path, &ErrorKind::AlreadyExists.into()));
        }
    }
    let half = export::half_of(out);
    let made = download(id, &half, terms, client).and_then(|bytes| {
        let verified = audit::transcript_of(&half)?;
        // After the file, so that nothing in it is unknown here.
        let case = case::Case::of(&verified, &client.procedure(id)?);
        put(&page, &page::page(&case))?;
        put(&text, &paper::paper(&case))?;
        export::publish(&half, out).map_err(|error| export::unwritable(out, &error))?;
        Ok((bytes, case))
    });
    let (bytes, case) = made.inspect_err(|_| {
        // What was not finished is worth nothing; that it cannot be removed changes nothing about the report.
        drop(fs::remove_file(&half));
    })?;
    let shown = [out, page.as_path(), text.as_path()].map(|path| path.display().to_string());
    let said = format!("{}: {bytes} bytes\n{}\n{}\n", shown[0], shown[1], shown[2]);
    let json = json!({
        "file": shown[0], "page": shown[1], "text": shown[2], "bytes": bytes,
        "bundle": case.head.bundle, "use": case.head.to_use.text(),
        "shown": case.head.shown, "withheld": case.head.withheld,
    });
    Ok(Answer::new(said, json).say(format!(
        "verify it with: concord audit verify {} --genesis DIGEST, the digest of version 1 of the charter as the members compared it aloud",
        out.display()
    )))
}

fn download(id: &str, half: &Path, terms: &Terms, client: &Client) -> Result<u64, Report> {
    let forbidden = if terms.withhold { "withhold" } else { "refuse" };
    let asked = [
        ("use", Some(terms.to_use.text())),
        ("forbidden", Some(forbidden)),
        ("officer", Some(terms.officer.as_str())),
        ("purpose", Some(terms.purpose.as_str())),
        ("case", terms.case.as_deref()),
    ];
    let bar = export::bar();
    export::stream(half, &bar, |out| client.export_procedure(id, asked, out).map(drop))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn put(path: &Path, text: &str) -> Result<(), Report> {
    let written = || -> io::Result<()> {
        let mut file = File::create_new(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    written().map_err(|error| export::unwritable(path, &error))
}
