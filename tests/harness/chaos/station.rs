//! One node under supervision: started again whenever it has ended, as a supervisor in a data centre would do.
//!
//! Uses `daemon`, `plan`, `tally`. It knows which faults are active, so that it can tell an end that a fault explains
//! from one that nothing does.

use std::collections::BTreeSet;
use std::fs;
use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;
use std::time::Duration;

use concord_node::clock::Stopwatch;
use rustix::process;
use rustix::process::Pid;
use rustix::process::Resource;
use rustix::process::Rlimit;
use rustix::process::Signal;

use crate::chaos;
use crate::chaos::plan::Onset;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::daemon::Daemon;
use crate::program;

/// Between the end of a process and its next start.
const START_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// After a fault has ended, an end of the process may still be its doing.
const AFTERMATH: Duration = Duration::from_secs(40);

/// Files that a starting process may open at most: too few to work with.
const FILES_FROM_START: u64 = 16;

/// Files beyond those that are open.
const FILES_MORE: u64 = 1;

/// Memory beyond what is mapped, in bytes.
const MEMORY_MORE: u64 = 2 * 1024 * 1024;

/// Why a process may end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strain {
    /// Its disk is full.
    Disk,
    /// It may open no more files.
    Files,
    /// It may take no more memory.
    Memory,
}

/// One node's process, from life to life.
#[derive(Debug)]
pub struct Station {
    folder: PathBuf,
    log: PathBuf,
    before: Vec<String>,
    daemon: Option<Daemon>,
    /// As long as it must not be started.
    held: bool,
    ended: Option<Stopwatch>,
    strains: BTreeSet<Strain>,
    relieved: Option<Stopwatch>,
    starting_files: Option<u64>,
}

impl Station {
    /// A node that does not run yet; `before` is put in front of the program.
    pub fn new(folder: &Path, before: Vec<String>) -> Self {
        Self {
            folder: folder.to_owned(),
            log: chaos::beside(folder, "log"),
            before,
            daemon: None,
            held: false,
            ended: None,
            strains: BTreeSet::new(),
            relieved: None,
            starting_files: None,
        }
    }

    /// Where the node's folder is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process, while there is one.
    pub fn id(&self) -> Option<u32> {
        self.daemon.as_ref().map(Daemon::id)
    }

    /// Starts the process.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(&mut self) {
        let program = program::concord();
        let command = match self.before.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            None => Command::new(program),
        };
        let log = OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let daemon = Daemon::start_by(command, &self.folder, log);
        if let Some(files) = self.starting_files {
            limit(daemon.id(), Resource::Nofile, Some(files));
        }
        self.daemon = Some(daemon);
        self.ended = None;
    }

    /// Starts a process that has ended, after a moment; fails the run where nothing explains the end.
    pub fn look(&mut self, tally: &Tally) {
        if let Some(status) = self.daemon.as_mut().and_then(Daemon::has_ended) {
            self.forget();
            if self.is_strained() {
                tally.add(Count::Exhausted);
            } else {
                tally.fail(format!("{} ended: {status}\n{}", self.folder.display(), self.said(30)));
            }
            if let Some(unexpected) = unexpected(status) {
                tally.fail(format!("{}: {unexpected}\n{}", self.folder.display(), self.said(30)));
            }
        }
        let is_due = self.ended.is_some_and(|ended| ended.elapsed() >= START_AGAIN_AFTER);
        if is_due && !self.held {
            self.start();
            tally.add(Count::Starts);
        }
    }

    /// Kills the process, and keeps it from being started.
    pub fn kill(&mut self) {
        self.held = true;
        if let Some(daemon) = &mut self.daemon {
            daemon.kill();
        }
        self.forget();
    }

    /// Lets it be started again.
    pub fn release(&mut self) {
        self.held = false;
    }

    /// Sends a signal to the process, if there is one.
    pub fn signal(&self, signal: Signal) {
        if let Some(id) = self.id() {
            // A process that has just ended takes no signal; the next look finds it.
            process::kill_process(pid(id), signal).ok();
        }
    }

    /// Limits the files that the process may open.
    pub fn limit_files(&mut self, onset: Onset) {
        self.strains.insert(Strain::Files);
        match onset {
            Onset::Running => {
                if let Some(id) = self.id() {
                    limit(id, Resource::Nofile, Some(open_files(id) + FILES_MORE));
                }
            }
            Onset::Starting => {
                self.starting_files = Some(FILES_FROM_START);
                self.kill();
                self.release();
            }
        }
    }

    /// Limits the memory that the process may take.
    pub fn limit_memory(&mut self) {
        self.strains.insert(Strain::Memory);
        if let Some(id) = self.id() {
            let mapped = in_kib(id, "VmSize:") * 1024;
            limit(id, Resource::As, Some(mapped + MEMORY_MORE));
        }
    }

    /// The disk is full, or nearly.
    pub fn strain_disk(&mut self) {
        self.strains.insert(Strain::Disk);
    }

    /// Ends a strain.
    pub fn relieve(&mut self, strain: Strain) {
        self.strains.remove(&strain);
        self.relieved = Some(Stopwatch::start());
        self.starting_files = self.starting_files.filter(|_| strain != Strain::Files);
        if let Some(id) = self.id() {
            match strain {
                Strain::Disk => {}
                Strain::Files => limit(id, Resource::Nofile, None),
                Strain::Memory => limit(id, Resource::As, None),
            }
        }
    }

    /// Whether something explains that the process ends by itself.
    pub fn is_strained(&self) -> bool {
        let late = self.relieved.is_some_and(|relieved| relieved.elapsed() < AFTERMATH);
        late || !self.strains.is_empty()
    }

    /// Memory that the process holds, in KiB, and files that it has open.
    pub fn weight(&self) -> Option<(u64, u64)> {
        self.id().map(|id| (in_kib(id, "VmRSS:"), open_files(id)))
    }

    /// The last lines that the node said.
    pub fn said(&self, lines: usize) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// All lines that the node said and that hold a word.
    pub fn said_with(&self, word: &str) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
    }

    fn forget(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            forget_clock(daemon.id());
        }
        self.ended = Some(Stopwatch::start());
    }
}

/// Ends that no fault of the plan explains: a process that breaks a rule of its memory.
fn unexpected(status: ExitStatus) -> Option<String> {
    const ILLEGAL: i32 = 4;
    const BUS: i32 = 7;
    const SEGMENT: i32 = 11;
    let signal = status.signal()?;
    [ILLEGAL, BUS, SEGMENT].contains(&signal).then(|| format!("ended by signal {signal}"))
}

/// `libfaketime` leaves two files of each process that was killed.
fn forget_clock(id: u32) {
    for name in [format!("faketime_shm_{id}"), format!("sem.faketime_sem_{id}")] {
        fs::remove_file(Path::new("/dev/shm").join(name)).ok();
    }
}

/// A limit that counts at once; without a number, the one that this process has itself.
fn limit(id: u32, resource: Resource, to: Option<u64>) {
    let own = process::getrlimit(resource);
    let new = Rlimit { current: to.or(own.current), maximum: own.maximum };
    // A process that has just ended takes no limit; the next look finds it.
    process::prlimit(Some(pid(id)), resource, new).ok();
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).unwrap()).unwrap()
}

fn open_files(id: u32) -> u64 {
    let found = fs::read_dir(format!("/proc/{id}/fd")).map(Iterator::count).unwrap_or_default();
    u64::try_from(found).unwrap()
}

/// A line of the process's status, in KiB; 0 where the process has ended.
fn in_kib(id: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let found = status.lines().find_map(|found| found.strip_prefix(line));
    found.and_then(|found| found.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
