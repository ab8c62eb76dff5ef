//! `concord log export`: the bundle of a log, or of a part of it, streamed to disk.
//!
//! The file gets its name when it is whole: whatever breaks off leaves nothing that could be taken for a bundle.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::time::Instant;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde_json::json;

use crate::api::client::export::Part;
use crate::cli::answer::Answer;
use crate::cli::audit::read::Bar;
use crate::cli::reach::LogAt;
use crate::cli::reach::Reach;
use crate::cli::stopped;
use crate::host::evidence::Extent;
use crate::report::Report;
use crate::report::code::Code;

/// How often the bar moves while nothing is written yet.
const TICK: Duration = Duration::from_millis(200);

/// Which leaves a bundle shows.
#[derive(Debug, Args)]
pub struct PartArguments {
    /// Shows the leaves from this place on.
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["since", "until", "procedure", "peer"])]
    from: Option<u64>,
    /// Shows the leaves before this place.
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["since", "until", "procedure", "peer"])]
    to: Option<u64>,
    /// Shows the leaves from the first one of this time on.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["procedure", "peer"])]
    since: Option<String>,
    /// Shows the leaves up to the last one before this time.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["procedure", "peer"])]
    until: Option<String>,
    /// Shows the leaves about this procedure.
    #[arg(long, value_name = "ID", conflicts_with = "peer")]
    procedure: Option<String>,
    /// Shows the leaves about the links with this agency.
    #[arg(long, value_name = "AGENCY")]
    peer: Option<String>,
}

impl PartArguments {
    /// Tiles are written of a whole log alone.
    pub(super) fn is_whole(&self) -> Result<(), Report> {
        if self.part() == Part::default() {
            return Ok(());
        }
        let why = "tiles are written of all of a log, a part of it as a bundle";
        Err(Report::new(Code::Usage, "the log was not exported", why))
    }

    /// The same for a node that does not run.
    fn extent(&self) -> Result<Extent, Report> {
        let time = |text: &Option<String>| {
            let read = text.as_deref().map(Instant::parse).transpose();
            let why = "a time is written such as 2026-01-31T08:00:00Z";
            read.map(|at| at.map(|at| at.at())).map_err(|_| unusable(why))
        };
        let procedure = self.procedure.as_deref().map(ProcedureId::parse).transpose();
        let peer = self.peer.as_deref().map(AgencyId::parse).transpose();
        Extent::of(
            (self.from, self.to),
            (time(&self.since)?, time(&self.until)?),
            procedure.map_err(|_| unusable("a procedure is named by a UUID"))?,
            peer.map_err(|_| unusable("a peer is named by the id of an agency"))?,
        )
        .ok_or_else(|| unusable("a part is a range, a period, a procedure or a peer, one alone"))
    }

    fn part(&self) -> Part {
        Part {
            from: self.from,
            to: self.to,
            since: self.since.clone(),
            until: self.until.clone(),
            procedure: self.procedure.clone(),
            peer: self.peer.clone(),
        }
    }
}

/// Writes the bundle of the node's log.
///
/// # Errors
/// When the node cannot be reached or refuses, or the file cannot be written.
pub(super) fn write(out: &Path, part: &PartArguments, reach: &Reach) -> Result<Answer, Report> {
    let at = reach.log_at()?;
    let shown = out.display();
    if fs::symlink_metadata(out).is_ok() {
        return Err(unwritable(out, &ErrorKind::AlreadyExists.into()));
    }
    let half = half_of(out);
    let bytes = match at {
        LogAt::Running(client) => {
            let bar = bar();
            stream(&half, &bar, |out| client.export_part(&part.part(), out).map(drop))
        }
        LogAt::Stopped(dir) => {
            let (log, extent) = (stopped::journal(&dir)?, part.extent()?);
            stream(&half, &ProgressBar::hidden(), |out| {
                let done = log.export(&extent, out, &Bar::new());
                done.map(drop).map_err(|error| stopped::unread(&error))
            })
        }
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(report) => {
            // Half a bundle is worth nothing; that it cannot be removed changes nothing about the report.
            drop(fs::remove_file(&half));
            return Err(report);
        }
    };
    publish(&half, out).map_err(|error| unwritable(out, &error))?;
    let text = format!("{shown}: {bytes} bytes\n");
    let json = json!({"file": out.display().to_string(), "bytes": bytes});
    Ok(Answer::new(text, json).say(format!("verify it with: concord audit verify {shown} --genesis DIGEST, the digest of version 1 of the charter as the members compared it aloud")))
}

/// The name under which a bundle is written until it is whole.
pub(in crate::cli) fn half_of(out: &Path) -> PathBuf {
    let mut name = OsString::from(out);
    name.push(".half");
    PathBuf::from(name)
}

/// Writes a bundle to a new file, durably. Gives the bytes written.
pub(in crate::cli) fn stream(
    half: &Path,
    bar: &ProgressBar,
    export: impl FnOnce(&mut dyn Write) -> Result<(), Report>,
) -> Result<u64, Report> {
    let failed = |error: io::Error| unwritable(half, &error);
    let file = File::create(half).map_err(failed)?;
    let mut watched = Watched { file: BufWriter::new(&file), bar, bytes: 0 };
    export(&mut watched)?;
    watched.file.flush().map_err(failed)?;
    let bytes = watched.bytes;
    bar.finish_and_clear();
    file.sync_all().map_err(failed)?;
    Ok(bytes)
}

/// Gives the whole bundle its name, durably, and never the name of something that is there.
pub(in crate::cli) fn publish(half: &Path, out: &Path) -> io::Result<()> {
    if fs::symlink_metadata(out).is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(half, out)?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn unusable(why: &'static str) -> Report {
    Report::new(Code::Usage, "the log was not exported", why)
}

pub(in crate::cli) fn unwritable(path: &Path, error: &io::Error) -> Report {
    let code = if error.kind() == ErrorKind::AlreadyExists {
        Code::FileExists
    } else {
        Code::FileUnwritable
    };
    Report::new(code, "the log was not exported", format!("{}: {error}", path.display()))
}

/// Bytes written so far, shown on a terminal and nowhere else. A node reads its whole log before the first of them.
pub(in crate::cli) fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.enable_steady_tick(TICK);
    if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {bytes} {bytes_per_sec:.dim}")
    {
        bar.set_style(style);
    }
    bar
}

struct Watched<'a> {
    file: BufWriter<&'a File>,
    bar: &'a ProgressBar,
    bytes: u64,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        self.bar.set_position(self.bytes);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
