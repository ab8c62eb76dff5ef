//! A real node: a `concord run` process on loopback, on ports that the system chose, killed by its own id.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::settings::folder::NodeFolder;

use crate::program;
use crate::wait;

/// How long a node may take to be ready, on a machine that does much else.
pub const READY_WITHIN: Duration = Duration::from_secs(60);

/// What a node says about itself, in its folder.
pub const LOG_FILE: &str = "node.log";

/// A running node. Dropping it kills it.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    folder: PathBuf,
}

impl Daemon {
    /// Starts the node of a folder; does not wait for it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// The same, with variables of the environment, which libraries of others read.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start_with(folder: &Path, variables: &[(&str, &Path)]) -> Self {
        let mut command = Command::new(program::concord());
        command.envs(variables.iter().copied());
        let log = OpenOptions::new().create(true).append(true).open(folder.join(LOG_FILE)).unwrap();
        Self::start_by(command, folder, log)
    }

    /// Starts the node of a folder by a command that ends in becoming `concord`, such as `ip netns exec NAME concord`;
    /// what it says goes to a file of the caller's.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start_by(mut command: Command, folder: &Path, log: File) -> Self {
        // An address of the life before would lead to nobody, or to another process.
        fs::remove_file(NodeFolder::at(folder).api()).ok();
        let child = command
            .arg("run")
            .arg("--dir")
            .arg(folder)
            .arg("--until-stdin-ends")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("the concord binary can be started");
        Self { child, folder: folder.to_owned() }
    }

    /// Starts the node of a folder and waits until it takes messages.
    ///
    /// # Panics
    /// When it is not ready in time, or ends.
    pub fn ready(folder: &Path) -> Self {
        let mut daemon = Self::start(folder);
        daemon.wait_ready();
        daemon
    }

    /// Waits until the node takes messages.
    ///
    /// # Panics
    /// When it is not ready in time, or ends.
    pub fn wait_ready(&mut self) {
        let folder = self.folder.clone();
        let ready = wait::for_up_to(READY_WITHIN, || {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(Err(status));
            }
            let client = Client::in_directory(&folder).ok()?;
            client.readiness().is_ok_and(|found| found.ready).then_some(Ok(()))
        });
        match ready {
            Some(Ok(())) => {}
            Some(Err(status)) => {
                panic!("the node of {} ended: {status}\n{}", folder.display(), self.said())
            }
            None => panic!("the node of {} is not ready\n{}", folder.display(), self.said()),
        }
    }

    /// The node's API.
    ///
    /// # Panics
    /// When the node never told where it listens.
    pub fn client(&self) -> Client {
        Client::in_directory(&self.folder)
            .unwrap_or_else(|report| panic!("{report:?}\n{}", self.said()))
    }

    /// The node's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, by the process's id: no farewell, nothing flushed.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// How the process ended, if it has.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Lets the node stop in order: its standard input ends.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn stop(mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        let ended = wait::for_up_to(Duration::from_secs(20), || self.child.try_wait().unwrap());
        ended.unwrap_or_else(|| {
            panic!("the node of {} does not stop\n{}", self.folder.display(), self.said())
        })
    }

    /// How the node ended, if it has.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn ended_already(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for a node that ends by itself.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn ended(&mut self) -> ExitStatus {
        let ended = wait::for_up_to(READY_WITHIN, || self.child.try_wait().unwrap());
        ended.unwrap_or_else(|| {
            panic!("the node of {} does not end\n{}", self.folder.display(), self.said())
        })
    }

    /// All that the node said about itself.
    pub fn said_all(&self) -> String {
        fs::read_to_string(self.folder.join(LOG_FILE)).unwrap_or_default()
    }

    /// The last of what the node said about itself.
    pub fn said(&self) -> String {
        let text = fs::read_to_string(self.folder.join(LOG_FILE)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A process that has ended needs no killing; its id stays its own until it is waited for.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
