//! `concord audit watch`: the logs of all members, as one node sees them.
//!
//! Asks the node again and again, and prints what changed; or, with `--once`, what stands.

use std::collections::BTreeMap;
use std::io;
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::api::shape::watch::Alarm;
use crate::api::shape::watch::Watch as Seen;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;

/// Whose eyes, and how long.
#[derive(Debug, Args)]
pub struct Watch {
    /// Print what stands, and end: with 3 when an alarm stands.
    #[arg(long)]
    pub once: bool,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub every: u64,
    /// The node.
    #[command(flatten)]
    pub reach: Reach,
}

/// Looks once.
///
/// # Errors
/// When the node cannot be reached, or refuses.
// spec: evd-25
pub fn once(arguments: &Watch) -> Result<Answer, Report> {
    let seen = arguments.reach.client()?.watch()?;
    let exit = if seen.alarms.is_empty() { Exit::Done } else { Exit::VerificationFailed };
    Ok(state(&seen).with_exit(exit))
}

/// Follows until it is stopped.
///
/// # Errors
/// When the node cannot be reached at first, or refuses, or nothing can be printed.
// spec: evd-25
pub fn follow(
    arguments: &Watch,
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
) -> Result<Exit, Report> {
    let client = arguments.reach.client()?;
    let first = client.watch()?;
    print(announce, &state(&first))?;
    let mut standing = by_name(&first);
    let mut reached = true;
    loop {
        thread::sleep(Duration::from_secs(arguments.every));
        match client.watch() {
            Ok(seen) => {
                if !reached {
                    print(announce, &line("reached", "the node answers again", None))?;
                }
                reached = true;
                let now = by_name(&seen);
                for (name, alarm) in standing.iter().filter(|(name, _)| !now.contains_key(*name)) {
                    print(announce, &line("cleared", &described(name, alarm), Some(alarm)))?;
                }
                for (name, alarm) in now.iter().filter(|(name, _)| !standing.contains_key(*name)) {
                    print(announce, &line("raised", &described(name, alarm), Some(alarm)))?;
                }
                standing = now;
            }
            Err(report) if report.code == Code::NodeUnreachable => {
                if reached {
                    print(announce, &line("unreached", &report.why, None))?;
                }
                reached = false;
            }
            Err(report) => return Err(report),
        }
    }
}

/// An alarm's name: of one member, log and kind one stands.
type Name = (String, u64, String);

fn by_name(seen: &Seen) -> BTreeMap<Name, Alarm> {
    let name = |alarm: &Alarm| (alarm.member.clone(), alarm.log, alarm.kind.clone());
    seen.alarms.iter().map(|alarm| (name(alarm), alarm.clone())).collect()
}

fn described((_, _, kind): &Name, alarm: &Alarm) -> String {
    format!("{kind}: {}", alarm.text)
}

/// Every log, and below them every alarm.
fn state(seen: &Seen) -> Answer {
    let rows = seen.logs.iter().map(|log| {
        [
            format!("{} log{}", log.member, log.log),
            if log.connected { "here".to_owned() } else { "away".to_owned() },
            table::or_dash(log.size),
            table::or_dash(log.cosigned_size),
            table::or_dash(log.cosigned_at.clone()),
        ]
    });
    let mut text = table::table(["log", "member", "size", "cosigned", "at"], rows);
    if seen.alarms.is_empty() {
        text.push_str("no alarm stands\n");
    }
    for alarm in &seen.alarms {
        text.push_str(&format!("{}  {}: {}\n", alarm.since, alarm.kind, alarm.text));
    }
    Answer::new(text, table::json(seen))
}

/// One line, and one object for programs.
fn line(change: &str, text: &str, alarm: Option<&Alarm>) -> Answer {
    let json = serde_json::json!({ "change": change, "alarm": alarm });
    Answer::new(format!("{change}  {text}\n"), json)
}

fn print(
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
    answer: &Answer,
) -> Result<(), Report> {
    announce(answer).map_err(|error| {
        Report::new(Code::FileUnwritable, "the watch was ended", error.to_string())
    })
}
