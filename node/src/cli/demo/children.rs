//! The nodes as processes of their own, none of which outlives the demonstration.
//!
//! Uses `settings::folder`, `wait`. A child is stopped by its own id, never by a name, and only while it is not yet
//! reaped, so that an id which the system gave to somebody else is never signalled.
//! A child ends with its parent in four ways: it is stopped in order, it is stopped by the guard when something fails
//! or panics, it gets the terminal's Ctrl-C itself, or its standard input ends because the parent is gone.
//!
//! Absent on purpose: what the nodes do.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::ids::AgencyId;
use rustix::process;
use rustix::process::Pid;
use rustix::process::Signal;

use crate::cli::demo::wait;
use crate::cli::demo::wait::TimeUp;

/// How long a node may take to stop in order before it is killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// The file in a node's folder that gets what the node says about itself.
pub(crate) const LOG_FILE: &str = "node.log";

/// Every node that runs; stopping them all is final.
#[derive(Debug)]
pub(crate) struct Children {
    program: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    doors: Doors,
    running: BTreeMap<AgencyId, Child>,
}

/// Whether further children may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doors {
    Open,
    Closed,
}

/// Why a child is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    /// It cannot be started.
    #[error("start the node of {agency}")]
    Start {
        /// Whose node.
        agency: AgencyId,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be signalled or waited for.
    #[error("signal the node of {agency}")]
    Signal {
        /// Whose node.
        agency: AgencyId,
        /// What the system says.
        source: io::Error,
    },
    /// It does not run.
    #[error("the node of {agency} does not run")]
    NotRunning {
        /// Whose node.
        agency: AgencyId,
    },
    /// It ended by itself.
    #[error("the node of {agency} ended by itself: {how}")]
    Ended {
        /// Whose node.
        agency: AgencyId,
        /// How.
        how: String,
    },
    /// Everything is being stopped.
    #[error("the demonstration is being stopped")]
    Stopping,
}

impl Children {
    /// No children yet; each one will run this program.
    pub(crate) fn new(program: PathBuf) -> Self {
        let state = State { doors: Doors::Open, running: BTreeMap::new() };
        Self { program, state: Mutex::new(state) }
    }

    /// Starts a node. What it says goes to a file in its folder.
    pub(crate) fn start(
        &self,
        agency: &AgencyId,
        folder: &std::path::Path,
    ) -> Result<(), ChildError> {
        let failed = |source| ChildError::Start { agency: agency.clone(), source };
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(LOG_FILE))
            .map_err(failed)?;
        let mut command = Command::new(&self.program);
        command.arg("run").arg("--dir").arg(folder).arg("--until-stdin-ends");
        self.spawn(agency, command.stdout(log.try_clone().map_err(failed)?).stderr(log))
    }

    /// Starts a command as the child of an agency.
    fn spawn(&self, agency: &AgencyId, command: &mut Command) -> Result<(), ChildError> {
        let mut state = self.state();
        if state.doors == Doors::Closed {
            return Err(ChildError::Stopping);
        }
        // The pipe stays open as long as this process lives; the child stops when it ends.
        let child = command.stdin(Stdio::piped()).spawn();
        let child = child.map_err(|source| ChildError::Start { agency: agency.clone(), source })?;
        state.running.insert(agency.clone(), child);
        Ok(())
    }

    /// Whether a child is still there.
    pub(crate) fn check(&self, agency: &AgencyId) -> Result<(), ChildError> {
        let mut state = self.state();
        if state.doors == Doors::Closed {
            return Err(ChildError::Stopping);
        }
        let child = running(&mut state, agency)?;
        match child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                state.running.remove(agency);
                Err(ChildError::Ended { agency: agency.clone(), how: status.to_string() })
            }
            Err(source) => Err(ChildError::Signal { agency: agency.clone(), source }),
        }
    }

    /// SIGKILL: no farewell, nothing flushed; as when the power fails, seen from the process.
    pub(crate) fn kill(&self, agency: &AgencyId) -> Result<(), ChildError> {
        let mut state = self.state();
        let child = running(&mut state, agency)?;
        let ended = child.kill().and_then(|()| child.wait());
        state.running.remove(agency);
        ended.map(drop).map_err(|source| ChildError::Signal { agency: agency.clone(), source })
    }

    /// SIGSTOP: the node does nothing until it is resumed; what comes for it waits in the system's buffers.
    pub(crate) fn pause(&self, agency: &AgencyId) -> Result<(), ChildError> {
        self.signal(agency, Signal::STOP)
    }

    /// SIGCONT.
    pub(crate) fn resume(&self, agency: &AgencyId) -> Result<(), ChildError> {
        self.signal(agency, Signal::CONT)
    }

    fn signal(&self, agency: &AgencyId, signal: Signal) -> Result<(), ChildError> {
        let mut state = self.state();
        let child = running(&mut state, agency)?;
        send(child, signal).map_err(|source| ChildError::Signal { agency: agency.clone(), source })
    }

    /// Stops every child, in order where it listens and by force where it does not; none is started afterwards.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.doors = Doors::Closed;
        let mut left: Vec<Child> = core::mem::take(&mut state.running).into_values().collect();
        for child in &mut left {
            // A child that is paused would not hear that it shall stop. What cannot be signalled is killed below.
            drop(send(child, Signal::CONT));
            drop(send(child, Signal::TERM));
        }
        let (Ok(()) | Err(TimeUp { .. })) = wait::for_up_to(FAREWELL, || {
            left.retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_))));
            left.is_empty().then_some(())
        });
        for mut child in left {
            drop(child.kill().and_then(|()| child.wait()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop();
    }
}

fn running<'a>(state: &'a mut State, agency: &AgencyId) -> Result<&'a mut Child, ChildError> {
    state.running.get_mut(agency).ok_or_else(|| ChildError::NotRunning { agency: agency.clone() })
}

/// Sends a signal to a child that is not reaped; its id is its own until then.
fn send(child: &mut Child, signal: Signal) -> io::Result<()> {
    match child.try_wait()? {
        Some(_) => Ok(()),
        None => process::kill_process(Pid::from_child(child), signal).map_err(io::Error::from),
    }
}

#[cfg(test)]
mod tests;
