//! A bundle in a file, the threads that verify it, and the bar that shows how far they are.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use concord_protocol::audit::progress::Job;
use concord_protocol::audit::progress::Progress;
use concord_protocol::audit::progress::Stage;
use concord_protocol::audit::progress::Workers;
use concord_protocol::codec::source::Source;
use concord_protocol::codec::source::Unreadable;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

/// A file, read at any place.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
    /// What the system said first when something could not be read.
    failed: Mutex<Option<io::Error>>,
}

impl FileSource {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, len, failed: Mutex::new(None) })
    }

    /// Why something could not be read, if anything could not.
    pub fn failed(&self) -> Option<io::Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Unreadable> {
        self.file.read_exact_at(into, at).map_err(|error| {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            Unreadable
        })
    }
}

/// As many threads as the machine has processors.
#[derive(Clone, Copy, Debug)]
pub struct Threads(usize);

impl Threads {
    /// As many as this machine runs at once.
    pub fn all() -> Self {
        Self(thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Workers for Threads {
    fn run(&self, jobs: &mut [Job<'_>]) {
        if self.0 < 2 || jobs.len() < 2 {
            return jobs.iter_mut().for_each(Job::work);
        }
        let waiting = Mutex::new(jobs.iter_mut());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some(job) = next() {
                job.work();
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.0 {
                scope.spawn(work);
            }
            work();
        });
    }
}

/// A bar on standard error, if that is a terminal.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// Shows nothing yet.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} {wide_bar:.cyan} {human_pos} of {human_len} leaves {eta:.dim}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Bar {
    fn done(&self, stage: Stage, leaves: u64, of: u64) {
        if self.0.length() != Some(of) {
            self.0.set_length(of);
        }
        if self.0.message() != stage.text() {
            self.0.set_message(stage.text());
        }
        self.0.set_position(leaves);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
