//! What is counted in a run, and the table that is made of it.
//!
//! Uses nothing. Whoever counts does it here, from any thread.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;
use serde_json::json;

/// What can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Messages that a node acknowledged with 201.
    Messages,
    /// Recipients of those messages.
    Deliveries,
    /// Recipients that proved that they logged a refusal.
    Refusals,
    /// Submissions that a node refused in words.
    Declined,
    /// Submissions without a clear answer.
    Unclear,
    /// Submissions made again under the same key.
    Retries,
    /// `kill -9`.
    Kills,
    /// Starts of a node that had ended.
    Starts,
    /// Processes that ended by themselves because a disk, memory or files had run out.
    Exhausted,
    /// SIGSTOP and SIGCONT.
    Freezes,
    /// Times that something cut nodes off: on the wire, or at the kernel's link.
    Partitions,
    /// Loss, delay, reordering, duplication, little bandwidth, lost long datagrams.
    Weathers,
    /// Disks that were full, or nearly.
    DiskFaults,
    /// Limits on open files.
    FileFaults,
    /// Limits on memory.
    MemoryFaults,
    /// Steps of a clock, there and back.
    ClockSteps,
    /// Things that strangers tried.
    HostileAttempts,
    /// Of these, refused by a code.
    HostileRefused,
    /// Of these, without an answer: dropped, or the node was away.
    HostileUnanswered,
    /// Datagrams that passed between the nodes.
    Datagrams,
    /// Datagrams that the wire lost.
    DatagramsLost,
    /// Acts of the plan that this machine does not allow.
    Skipped,
    /// Logs that verify.
    Verified,
    /// Pairs of logs that agree.
    Reconciled,
    /// Numbers on links under which both logs name the same message.
    Matched,
    /// Messages that were acknowledged, or receipted, and are not where they must be.
    Losses,
    /// Messages that a node took and their author's log does not have; strangers that were let in.
    ForgedAccepted,
    /// The most memory that a node held, in KiB.
    PeakKib,
    /// The most memory that a node held once it was ready for the first time, in KiB.
    FirstKib,
    /// The most files that a node had open.
    PeakFiles,
}

/// Every count, in the order of the table, with its name.
const ROWS: &[(Count, &str)] = &[
    (Count::Messages, "messages"),
    (Count::Deliveries, "deliveries"),
    (Count::Refusals, "deliveries refused"),
    (Count::Declined, "submissions declined"),
    (Count::Unclear, "submissions without an answer"),
    (Count::Retries, "submissions repeated"),
    (Count::Kills, "kills"),
    (Count::Exhausted, "ended by exhaustion"),
    (Count::Starts, "starts"),
    (Count::Freezes, "freezes"),
    (Count::Partitions, "partitions"),
    (Count::Weathers, "bad weather"),
    (Count::DiskFaults, "disk faults"),
    (Count::FileFaults, "file limits"),
    (Count::MemoryFaults, "memory limits"),
    (Count::ClockSteps, "clock steps"),
    (Count::Skipped, "skipped"),
    (Count::Datagrams, "datagrams"),
    (Count::DatagramsLost, "datagrams lost"),
    (Count::HostileAttempts, "hostile attempts"),
    (Count::HostileRefused, "hostile refused"),
    (Count::HostileUnanswered, "hostile unanswered"),
    (Count::FirstKib, "first resident KiB"),
    (Count::PeakKib, "peak resident KiB"),
    (Count::PeakFiles, "peak open files"),
    (Count::Verified, "logs verified"),
    (Count::Reconciled, "logs reconciled"),
    (Count::Matched, "numbers that agree"),
    (Count::Losses, "losses"),
    (Count::ForgedAccepted, "forged accepted"),
];

/// The counts of a run, and what went wrong.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Mutex<BTreeMap<Count, u64>>,
    failures: Mutex<Vec<String>>,
    skipped: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    /// One more.
    pub fn add(&self, count: Count) {
        self.add_many(count, 1);
    }

    /// So many more.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn add_many(&self, count: Count, more: u64) {
        *self.counts.lock().unwrap().entry(count).or_default() += more;
    }

    /// At least so many.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn raise(&self, count: Count, to: u64) {
        let mut counts = self.counts.lock().unwrap();
        let held = counts.entry(count).or_default();
        *held = to.max(*held);
    }

    /// How many there are.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn get(&self, count: Count) -> u64 {
        self.counts.lock().unwrap().get(&count).copied().unwrap_or_default()
    }

    /// Something that must not be; the run goes on and fails.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn fail(&self, what: String) {
        eprintln!("FAILED {what}");
        self.failures.lock().unwrap().push(what);
    }

    /// All that must not be.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap().clone()
    }

    /// Something that the plan asked for and this machine does not allow.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn skip(&self, what: &str, why: &str) {
        self.add(Count::Skipped);
        let mut skipped = self.skipped.lock().unwrap();
        *skipped.entry(format!("{what}: {why}")).or_default() += 1;
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let rows =
            ROWS.iter().map(|(count, name)| format!("{name:<30} {:>12}\n", self.get(*count)));
        rows.collect()
    }

    /// The table for programs.
    ///
    /// # Panics
    /// When another thread panicked while counting.
    pub fn json(&self, seed: u64) -> Value {
        let mut all = json!({ "seed": seed, "ok": self.failures().is_empty() });
        for (count, name) in ROWS {
            all[name.replace([' ', '-'], "_")] = self.get(*count).into();
        }
        all["failures"] = self.failures().into();
        all["not_here"] = json!(*self.skipped.lock().unwrap());
        all
    }
}
