//! `concord demo`: a whole federation on this machine, playing a story and then proving it.
//!
//! Agencies with keys and a charter, a process for each node, messages through the nodes' APIs, a node that dies and
//! comes back, and at the end the evidence: every log exported, verified offline, and held against every other.
//! One file for each part; this one only tells the order.
//!
//! Absent on purpose: any function that only the demonstration could call in a node.

mod agencies;
mod calendar;
mod children;
mod evidence;
mod federation;
mod heron;
mod interruption;
mod ledger;
mod letter;
mod people;
mod policy;
mod progress;
mod stations;
mod story;
mod summary;
mod trouble;
mod wait;

use std::env;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::ValueEnum;

use crate::api::address;
use crate::cli::answer::Answer;
use crate::cli::demo::children::Children;
use crate::cli::demo::federation::Federation;
use crate::cli::demo::heron::Scale;
use crate::cli::demo::interruption::Interruption;
use crate::cli::demo::progress::Progress;
use crate::cli::demo::stations::Stations;
use crate::cli::demo::summary::Setting;
use crate::cli::demo::summary::Summary;
use crate::cli::fail;
use crate::clock::Stopwatch;
use crate::entropy;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;

/// How to demonstrate.
#[derive(Debug, Args)]
pub struct Demo {
    /// End after the report instead of staying up.
    #[arg(long)]
    pub once: bool,
    /// Where the federation's folders go: new or empty. Without it: a fresh folder under the system's temporary one.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How many agencies take part.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(2..=12))]
    pub agencies: u8,
    /// Which story is played.
    #[arg(long, value_enum, default_value_t = Scenario::Quick)]
    pub scenario: Scenario,
    /// Few people instead of thousands; every day is played all the same.
    #[arg(long, hide = true)]
    pub small: bool,
}

/// Which story is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Intelligence, a request for information, twenty handover requests, and the loss of a node.
    Quick,
    /// All days of EX-HERON: 600, 149, 2,141 and 5,764 people, and the sums as the nodes hold them. Six agencies.
    Heron,
}

/// Agencies that play EX-HERON.
const HERON_AGENCIES: u8 = 6;

/// Runs the demonstration; `announce` prints the report as soon as it is there.
///
/// # Errors
/// What broke off, for a person. No process of the demonstration is left then.
pub fn run(
    arguments: &Demo,
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
) -> Result<Exit, Report> {
    let watch = Stopwatch::start();
    let program = env::current_exe().map_err(|error| {
        trouble::broken(format!("find the program that runs the nodes: {error}"))
    })?;
    let children = Arc::new(Children::new(program));
    // The guard of everything below: whatever ends this function, no child outlives it.
    let _guard = Guard(Arc::clone(&children));
    let interruption = Interruption::listen(Arc::clone(&children))
        .map_err(|error| trouble::broken(format!("listen for Ctrl-C: {error}")))?;

    if arguments.scenario == Scenario::Heron && arguments.agencies != HERON_AGENCIES {
        let why = format!("EX-HERON is played by {HERON_AGENCIES} agencies");
        return Err(Report::new(Code::Usage, "nothing was demonstrated", why));
    }
    let played = play(arguments, &children, watch);
    let (summary, dir) = match played {
        // What failed because a person stopped it is no failure of the story.
        Err(_) if interruption.came() => return Err(trouble::broken("it was interrupted")),
        Err(report) => return Err(report),
        Ok(played) => played,
    };
    let exit = if summary.is_ok() { Exit::Done } else { Exit::VerificationFailed };
    let json =
        serde_json::to_value(&summary).map_err(|_| trouble::broken("the report has no JSON"))?;
    let mut answer = Answer::new(summary.text(), json).with_exit(exit);
    if !arguments.once {
        for line in invitation(&dir.members) {
            answer = answer.say(line);
        }
    }
    announce(&answer).map_err(|error| {
        Report::new(Code::FileUnwritable, "the report was not printed", error.to_string())
    })?;
    if !arguments.once {
        interruption.wait();
    }
    Ok(exit)
}

/// A federation that has played, as far as a person needs it.
struct Played {
    /// Agency, API address and token file of each node.
    members: Vec<(String, String, PathBuf)>,
}

fn play(
    arguments: &Demo,
    children: &Arc<Children>,
    watch: Stopwatch,
) -> Result<(Summary, Played), Report> {
    let progress = Progress::start();
    progress.doing("keys and a charter");
    let dir = directory(arguments.dir.as_deref())?;
    let agencies = agencies::first(usize::from(arguments.agencies));
    let federation = federation::found(&dir, &agencies).map_err(|error| trouble::setup(&error))?;
    progress.done(format!(
        "{} agencies with keys, and a charter signed by all of them",
        agencies.len()
    ));

    let Federation { dir, genesis, members } = federation;
    let mut stations = Stations::new(members, Arc::clone(children));
    progress.doing("the nodes");
    stations.start_all()?;
    progress.done(format!("{} nodes, each a process of its own, every link up", stations.count()));

    let (tally, acceptance) = match arguments.scenario {
        Scenario::Quick => (story::play(&mut stations, &progress)?.tally, None),
        Scenario::Heron => {
            let scale = if arguments.small { Scale::Small } else { Scale::Full };
            let (tally, acceptance) = heron::play(&stations, &progress, (&dir, scale))?;
            (tally, Some(acceptance))
        }
    };
    progress.doing("the evidence");
    let findings = evidence::gather(&stations, &dir, genesis)?;
    let elapsed_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    drop(progress);
    let summary = Summary::new(tally, findings, Setting { dir: &dir, elapsed_ms });
    let summary = match acceptance {
        Some(acceptance) => summary.with_acceptance(acceptance),
        None => summary,
    };
    Ok((summary, Played { members: doors(&stations)? }))
}

/// The folder that was asked for, or a fresh one.
fn directory(asked: Option<&Path>) -> Result<PathBuf, Report> {
    let dir = match asked {
        Some(dir) => dir.to_owned(),
        None => {
            let drawn: [u8; 6] = entropy::draw()
                .map_err(|error| fail::entropy("the federation was not set up", &error))?;
            let name: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
            env::temp_dir().join(format!("concord-demo-{name}"))
        }
    };
    federation::prepare(&dir).map_err(|error| trouble::setup(&error))?;
    // Children run with this path; it must mean the same to them.
    dir.canonicalize().map_err(|error| trouble::broken(format!("find {}: {error}", dir.display())))
}

fn doors(stations: &Stations) -> Result<Vec<(String, String, PathBuf)>, Report> {
    (0..stations.count())
        .map(|at| {
            let place = stations.place(at)?;
            let url = address::read(place.folder.path()).map_err(|error| {
                trouble::broken(format!("find the API of {}: {error}", place.id))
            })?;
            Ok((place.id.to_string(), url, place.folder.token()))
        })
        .collect()
}

/// What a person can do while the federation stays up.
fn invitation(members: &[(String, String, PathBuf)]) -> Vec<String> {
    let mut lines = vec![
        "The federation stays up until Ctrl-C. Its APIs, each with the file of its token:"
            .to_owned(),
    ];
    let width = members.iter().map(|(agency, ..)| agency.len()).max().unwrap_or_default();
    lines.extend(
        members
            .iter()
            .map(|(agency, url, token)| format!("  {agency:width$}  {url}  {}", token.display())),
    );
    if let Some(folder) = members.first().and_then(|(.., token)| token.parent()) {
        lines.push(format!("Try: concord message list --dir {}", folder.display()));
    }
    lines
}

/// Stops every child when it goes, be it at the end, by an error or by a panic.
struct Guard(Arc<Children>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.stop();
    }
}
