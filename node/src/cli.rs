//! The command line: nouns and verbs, for people and for scripts.
//!
//! One module for each noun. A command is a function that returns an [`answer::Answer`] or a report; this module alone
//! reads arguments, prints, and knows the process's ending. Data goes to standard output, talk to standard error.
//! Commands that work on files stand here; commands that ask a running node go through its API.
//! Absent on purpose: anything that only the command line can do.

pub mod answer;
pub mod audit;
pub mod backup;
pub mod certificate;
pub mod charter;
pub mod config;
pub mod deconfliction;
pub mod demo;
pub mod doctor;
pub mod evidence;
pub mod fail;
pub mod feed;
pub mod file;
pub mod log;
pub mod manifest;
pub mod message;
pub mod name;
pub mod node;
pub mod own;
pub mod passphrase;
pub mod peer;
pub mod peer_file;
pub mod procedure;
pub mod reach;
pub mod root;
pub mod run;
pub mod send;
pub mod staff;
pub mod statistics;
pub mod stopped;
pub mod table;
pub mod usage;
mod words;

use std::ffi::OsString;
use std::io;
use std::io::Write;

use clap::Parser;
use clap::Subcommand;
use clap::error::ErrorKind;

use crate::cli::answer::Answer;
use crate::cli::answer::Form;
use crate::cli::usage::Said;
use crate::report::Exit;
use crate::report::Report;

/// Exchange of signed, sealed messages between law-enforcement agencies, without a centre.
#[derive(Debug, Parser)]
#[command(name = "concord", version, propagate_version = true)]
pub struct Cli {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    noun: Noun,
}

/// What a command is about.
#[derive(Debug, Subcommand)]
pub enum Noun {
    /// The agency's root key: made and used offline.
    #[command(subcommand)]
    Root(root::RootVerb),
    /// A node's folder, its keys and its credential.
    #[command(subcommand)]
    Node(node::NodeVerb),
    /// The charter: who takes part, by which rules.
    #[command(subcommand)]
    Charter(charter::CharterVerb),
    /// Shows what the settings mean, and what the node still lacks.
    CheckConfig(config::CheckConfig),
    /// Looks at everything that can keep a node from working, and says what to do.
    Doctor(doctor::Doctor),
    /// The other agencies.
    #[command(subcommand)]
    Peer(peer::PeerVerb),
    /// Submits a message.
    Send(send::Send),
    /// Who votes on the agency's messages.
    #[command(subcommand)]
    Staff(staff::StaffVerb),
    /// What the node can prove against members.
    #[command(subcommand)]
    Evidence(evidence::EvidenceVerb),
    /// What the node sent and took.
    #[command(subcommand)]
    Message(message::MessageVerb),
    /// Files beside messages.
    #[command(subcommand)]
    File(file::FileVerb),
    /// Procedures: what messages mean together.
    #[command(subcommand)]
    Procedure(procedure::ProcedureVerb),
    /// Who else works on the same, without saying on what.
    #[command(subcommand)]
    Deconfliction(deconfliction::DeconflictionVerb),
    /// Figures: what the procedures give, what reports say, and what can be added.
    #[command(subcommand)]
    Statistics(statistics::StatisticsVerb),
    /// Feeds of indicators: look up, prepare, send, catch up.
    #[command(subcommand)]
    Feed(feed::FeedVerb),
    /// Handover certificates that two officers sign face to face, without a network.
    #[command(subcommand)]
    Certificate(certificate::CertificateVerb),
    /// People who travel together, from a spreadsheet and back.
    #[command(subcommand)]
    Manifest(manifest::ManifestVerb),
    /// Whether records may be about one person, and why.
    #[command(subcommand)]
    Name(name::NameVerb),
    /// The node's own log.
    #[command(subcommand)]
    Log(log::LogVerb),
    /// Copies a node's data, and restores them.
    #[command(subcommand)]
    Backup(backup::BackupVerb),
    /// Runs a node until it is asked to stop.
    Run(run::Run),
    /// Verifies logs and holds them together, offline.
    #[command(subcommand)]
    Audit(audit::AuditVerb),
    /// A whole federation on this machine: plays a story, then proves it.
    Demo(demo::Demo),
}

/// What a command leaves to be printed.
#[derive(Debug)]
enum Outcome {
    /// Its answer.
    Answer(Answer),
    /// Nothing: a command that lasts has printed its answer already.
    Announced(Exit),
}

/// Where a command prints.
#[derive(Debug)]
pub struct Streams<D, T> {
    /// For data.
    pub data: D,
    /// For talk.
    pub talk: T,
}

/// Runs one command line, from the program's name on, and says how the process ends. Source: spec reg-5.
pub fn run<D: Write, T: Write>(
    arguments: impl IntoIterator<Item = OsString>,
    streams: &mut Streams<D, T>,
) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // What could not be read as a whole still says for whom to print.
            let json = arguments.iter().any(|word| word == "--json");
            return misread(&error, if json { Form::Json } else { Form::Text }, streams);
        }
    };
    let form = if cli.json { Form::Json } else { Form::Text };
    let mut announce = |answer: &Answer| answer.print(form, &mut streams.data, &mut streams.talk);
    let (exit, printed) = match command(cli.noun, &mut announce) {
        Ok(Outcome::Answer(answer)) => (answer.exit, announce(&answer)),
        Ok(Outcome::Announced(exit)) => (exit, Ok(())),
        Err(report) => (report.exit, answer::print_report(&report, form, &mut streams.talk)),
    };
    ending(exit, printed)
}

fn command(
    noun: Noun,
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
) -> Result<Outcome, Report> {
    let answer = match noun {
        Noun::Root(verb) => root::run(verb),
        Noun::Node(verb) => node::run(verb),
        Noun::Charter(verb) => charter::run(verb),
        Noun::CheckConfig(arguments) => config::check(&arguments),
        Noun::Doctor(arguments) => doctor::examine(&arguments),
        Noun::Peer(verb) => peer::run(&verb),
        Noun::Send(arguments) => send::run(&arguments),
        Noun::Staff(verb) => staff::run(&verb),
        Noun::Message(verb) => message::run(&verb),
        Noun::File(verb) => file::run(&verb),
        Noun::Procedure(verb) => procedure::run(&verb),
        Noun::Deconfliction(verb) => deconfliction::run(&verb),
        Noun::Statistics(verb) => statistics::run(&verb),
        Noun::Feed(verb) => feed::run(&verb),
        Noun::Certificate(verb) => certificate::run(&verb),
        Noun::Manifest(verb) => manifest::run(&verb),
        Noun::Name(verb) => name::run(&verb),
        Noun::Log(verb) => log::run(&verb),
        Noun::Evidence(verb) => evidence::run(&verb),
        Noun::Audit(audit::AuditVerb::Watch(arguments)) if !arguments.once => {
            return audit::watch::follow(&arguments, announce).map(Outcome::Announced);
        }
        Noun::Audit(verb) => audit::run(&verb),
        Noun::Backup(verb) => backup::run(&verb),
        Noun::Run(arguments) => return run::run(&arguments, announce).map(Outcome::Announced),
        Noun::Demo(arguments) => return demo::run(&arguments, announce).map(Outcome::Announced),
    };
    answer.map(Outcome::Answer)
}

/// Help and version are answers; anything else that cannot be read is a usage error.
fn misread<D: Write, T: Write>(
    error: &clap::Error,
    form: Form,
    streams: &mut Streams<D, T>,
) -> Exit {
    let text = error.render().to_string();
    let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if is_answer {
        return ending(Exit::Done, write!(streams.data, "{text}"));
    }
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let said = if is_help { Said::Help } else { Said::Fault };
    let helped = match (form, said) {
        (Form::Text, Said::Help) => writeln!(streams.talk, "{text}"),
        (Form::Text | Form::Json, Said::Help | Said::Fault) => Ok(()),
    };
    let report = usage::report(&text, said);
    let printed = helped.and_then(|()| answer::print_report(&report, form, &mut streams.talk));
    ending(report.exit, printed)
}

/// What could not be printed was not done, as far as the reader can know.
fn ending(exit: Exit, printed: io::Result<()>) -> Exit {
    match printed {
        Ok(()) => exit,
        Err(_) => exit.max(Exit::CouldNot),
    }
}

#[cfg(test)]
mod tests;
