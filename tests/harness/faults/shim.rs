//! The library under a process: built with the C compiler that the project needs anyway, and told what to do.

use std::env;
use std::fmt;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::top;

/// What goes wrong, and at which call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing; what is unsynced is remembered all the same.
    Nothing,
    /// The power is gone at a call that changes or syncs anything.
    Cut(usize),
    /// The process is killed there and the machine lives.
    Kill(usize),
    /// A call of a class fails.
    Fail(Class, Fault, usize),
}

/// Calls that fail together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reading from a file.
    Read,
    /// Writing to a file, or changing its length.
    Write,
    /// Making a file's bytes or a folder's names durable.
    Sync,
    /// Making, changing and removing names.
    Name,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error of the device, once.
    Once,
    /// An error of the device, from then on.
    Lasting,
    /// No room, from then on.
    Full,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Cut(at) => write!(f, "cut {at}"),
            Self::Kill(at) => write!(f, "kill {at}"),
            Self::Fail(class, fault, at) => {
                let class = match class {
                    Class::Read => "read",
                    Class::Write => "write",
                    Class::Sync => "sync",
                    Class::Name => "name",
                };
                let (error, stays) = match fault {
                    Fault::Once => ("EIO", ""),
                    Fault::Lasting => ("EIO", " stay"),
                    Fault::Full => ("ENOSPC", " stay"),
                };
                write!(f, "{class} {error} {at}{stays}")
            }
        }
    }
}

/// Puts the library under a program: it watches every file below `watched` and keeps its notes in `aside`.
pub fn under(command: &mut Command, (watched, aside): (&Path, &Path), (plan, seed): (Plan, u64)) {
    command
        .env("LD_PRELOAD", library())
        .env("FAULTS_BELOW", watched)
        .env("FAULTS_ASIDE", aside)
        .env("FAULTS_SEED", seed.to_string())
        .env("FAULTS_PLAN", plan.to_string());
}

/// The fault that was met since this was asked last: what, at which call, and of which file.
pub fn met(aside: &Path) -> Option<String> {
    let report = aside.join("report");
    let text = fs::read_to_string(&report).ok()?;
    fs::remove_file(&report).ok()?;
    text.lines().last().map(str::to_owned)
}

/// The library, built from the source as it stands.
///
/// # Panics
/// When there is no C compiler, or it refuses.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let own = env::current_exe().expect("a test knows where it is");
        let folder = own.parent().expect("a program stands in a folder");
        // Several tests may build it at once; each has a whole one in the end.
        let library = folder.join(format!("faults-{}.so", std::process::id()));
        let built = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()))
            .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(top().join("tests/faults/shim.c"))
            .args(["-ldl", "-lpthread"])
            .status()
            .expect("the C compiler can be started");
        assert!(built.success(), "tests/faults/shim.c could not be built");
        let shared = folder.join("faults.so");
        fs::rename(&library, &shared).unwrap();
        shared
    })
}
