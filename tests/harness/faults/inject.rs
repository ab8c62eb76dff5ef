//! System calls of a real node that fail, one after the other: `strace` makes the N-th call of a kind fail in each of the
//! node's threads, also those that the library under [`shim`](crate::faults::shim) cannot see.
//!
//! One node of two goes through a short story: it starts, sends a letter, takes one, stops. Wherever it is stopped, it
//! says why and what to do; started again without a fault, it has everything that anyone was told.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Status;

use crate::daemon::Daemon;
use crate::evidence;
use crate::federation::Federation;
use crate::letter;
use crate::program;
use crate::wait;

/// The one whose calls fail, and the other.
const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

const A: usize = 0;

/// How long the node may take for one letter each way, under a tracer, while the machine does much else.
const EXCHANGE_WITHIN: Duration = Duration::from_secs(5);

const WITHIN: Duration = Duration::from_secs(90);

/// How a program ends whose libraries could not be read.
const NOT_LOADED: i32 = 127;

/// Calls that fail, and how.
pub const KINDS: [(&str, &str); 9] = [
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("fdatasync", "EIO"),
    ("fsync", "EIO"),
    ("sync_file_range", "EIO"),
    ("rename,renameat,renameat2", "EIO"),
    ("rename,renameat,renameat2", "ENOSPC"),
    ("ftruncate", "EIO"),
    ("pread64", "EIO"),
];

/// Two agencies, of which one meets faults, and what anyone was told.
#[derive(Debug)]
pub struct Story {
    world: Federation,
    other: Daemon,
    told: BTreeSet<String>,
    numbers: usize,
}

/// What came of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Injected {
    /// Stories in which a call failed.
    pub met: usize,
    /// Those in which the node ended by itself, with a reason and a remedy.
    pub ended: usize,
}

/// Whether this machine lets a process be traced; why not.
///
/// # Errors
/// What is missing.
pub fn possible() -> Result<(), String> {
    match Command::new("strace").args(["-f", "-qq", "-e", "trace=none", "true"]).output() {
        Err(_) => Err("strace is not installed".to_owned()),
        Ok(tried) if !tried.status.success() => {
            Err(format!("strace may not trace: {}", String::from_utf8_lossy(&tried.stderr)))
        }
        Ok(_) => Ok(()),
    }
}

impl Story {
    /// Sets two agencies up; the other one runs from now on.
    pub fn begin() -> Self {
        let world = Federation::of("inject", &AGENCIES);
        world.agencies.iter().for_each(|agency| agency.set("greeting_wait_ms", 50));
        let other = world.ready(1 - A);
        Self { world, other, told: BTreeSet::new(), numbers: 0 }
    }

    /// Lets these calls of a kind fail, one after the other, until the story passes without meeting its fault.
    ///
    /// # Panics
    /// When the node panics, is silent about why it ended, or lost what anyone was told.
    pub fn kind(
        &mut self,
        (calls, error): (&str, &str),
        numbers: impl IntoIterator<Item = usize>,
    ) -> Injected {
        let mut injected = Injected::default();
        for number in numbers {
            let Some(ended) = self.tell(calls, error, number) else { return injected };
            injected.met += 1;
            injected.ended += usize::from(ended);
        }
        injected
    }

    /// Holds both logs together.
    ///
    /// # Panics
    /// When one does not verify, or they contradict each other.
    pub fn end(mut self) {
        let node = self.world.ready(A);
        self.has_all(&node.client());
        let dirs = [self.world.folder(A), self.world.folder(1 - A)];
        let held = evidence::reconciled(&self.world, "inject", &dirs);
        assert_eq!(held["ok"], true, "{held}");
        drop(node);
    }

    /// The story once. Whether the node ended by itself; nothing where no call failed.
    fn tell(&mut self, calls: &str, error: &str, number: usize) -> Option<bool> {
        self.numbers += 1;
        let what = format!("call {number} of {calls} with {error}");
        let (trace, said) = (self.world.path().join("trace"), self.world.path().join("said"));
        fs::remove_file(&trace).ok();
        let mut command = Command::new("strace");
        command
            // The node stays the child of the test: the tracer stands beside it.
            .args(["-D", "-f", "-qq", "-e", "signal=none", "-o"])
            .arg(&trace)
            .args(["-e", &format!("trace={calls}")])
            .args(["-e", &format!("inject={calls}:error={error}:when={number}")])
            .arg(program::concord());
        command.env("RUST_BACKTRACE", "0");
        let mut node =
            Daemon::start_by(command, self.world.folder(A), File::create(&said).unwrap());
        self.exchange(&mut node);
        let ended = match node.ended_already() {
            Some(status) => Some(status),
            None => Some(node.stop()).filter(|status| !status.success()),
        };
        let text = fs::read_to_string(&said).unwrap();
        assert!(!text.contains("panicked at node/"), "{what}: {text}");
        // What the loader could not read is no node yet.
        let begun = ended.is_none_or(|status| status.code() != Some(NOT_LOADED));
        if let Some(status) = ended.filter(|_| begun) {
            assert!(status.code().is_some_and(|code| code != 101), "{what}: {status}\n{text}");
            let report = ["error[", "why: ", "try: "].iter().all(|part| text.contains(part));
            assert!(report, "{what}: it ended with {status} and said only\n{text}");
        }
        let node = self.world.ready(A);
        self.has_all(&node.client());
        assert!(node.stop().success(), "{what}: a start without a fault stops in order");
        let traced = fs::read_to_string(&trace).unwrap_or_default();
        traced.contains("(INJECTED)").then_some(ended.is_some())
    }

    /// A letter each way, as far as the node comes.
    fn exchange(&mut self, node: &mut Daemon) {
        let folder = self.world.folder(A).to_owned();
        let ready = wait::for_up_to(WITHIN, || {
            if node.ended_already().is_some() {
                return Some(false);
            }
            let client = Client::in_directory(&folder).ok()?;
            client.readiness().is_ok_and(|found| found.ready).then_some(true)
        });
        if ready != Some(true) {
            return;
        }
        let sent = submit(&folder, AGENCIES[1 - A], &format!("to-{}", self.numbers));
        let came = submit(self.other.folder(), AGENCIES[A], &format!("from-{}", self.numbers));
        let came = came.expect("the other node has no faults");
        self.told.insert(came.clone());
        self.told.extend(sent.clone());
        let other = self.other.client();
        wait::for_up_to(EXCHANGE_WITHIN, || {
            let sent_settled = sent.as_ref().is_none_or(|id| receipted(&other, id));
            let settled = sent_settled && receipted(&other, &came);
            (settled || node.ended_already().is_some()).then_some(())
        });
    }

    /// Everything that anyone was told is there, and has its receipt.
    fn has_all(&mut self, client: &Client) {
        let other = self.other.client();
        for id in std::mem::take(&mut self.told) {
            let settled = || {
                let (here, there) = (client.message(&id).ok()?, other.message(&id).ok()?);
                let both = here.deliveries.iter().chain(&there.deliveries);
                both.into_iter().all(|delivery| delivery.status == Status::Receipted).then_some(())
            };
            let found = wait::for_up_to(WITHIN, settled);
            assert!(
                found.is_some(),
                "{id} is lost: {:?}, {:?}",
                client.message(&id),
                other.message(&id)
            );
        }
    }
}

fn receipted(client: &Client, id: &str) -> bool {
    client.message(id).is_ok_and(|found| {
        found.deliveries.iter().all(|delivery| delivery.status == Status::Receipted)
    })
}

/// Submits one letter; `None` where the node did not answer.
fn submit(folder: &Path, to: &str, mark: &str) -> Option<String> {
    let letter = letter::report(&[to], mark).to_string();
    let client = Client::in_directory(folder).ok()?;
    client.submit(letter.as_bytes(), Some(mark)).ok().map(|sent| sent.message.id)
}
