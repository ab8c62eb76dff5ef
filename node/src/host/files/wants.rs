//! Which files are wanted, from whom, and when each is asked for next: pure, but for the lock around it.
//!
//! A want is waiting, being fetched by one link, or given up until the node starts again. It ends when the file is here or
//! no message needs it any more. Nothing of this is on the disk: the store says what is wanted.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::FileCode;
use tokio::sync::watch;
use tokio::time::Instant;

/// Files wanted at once. Beyond it: further ones are looked for when there is room again.
pub(crate) const WANTS_MAX: usize = 4_096;

/// How long to wait before a file is asked for again, by how often it did not come; the last one from then on.
// spec: fil-33
const WAITS: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(6 * 3_600),
];

/// How often a peer may send other bytes than the file's before it is asked no more.
// spec: fil-33
const WRONG_MAX: u32 = 3;

/// A file that a link fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// Which one.
    pub(crate) file: Digest,
    /// Its sealed bytes, as the header says.
    pub(crate) length: u64,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The file is here, or is needed no more.
    Done,
    /// The link ended: the next one goes on at once.
    LinkEnded,
    /// The stream ended early, or went too slowly.
    Broken,
    /// The peer does not send it.
    Refused(FileCode),
    /// The peer sent something else.
    Wrong,
    /// It cannot be taken here: no room, or the disk fails.
    NotTaken,
}

/// How a want stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanting {
    /// It is asked for when its time has come; why the last try failed.
    Waiting(Option<FailedTry>),
    /// It is coming.
    Fetching,
    /// It is longer than this node takes.
    TooLong,
    /// Its author sent other bytes again and again; it is not asked for before the node starts again.
    GivenUp,
}

/// Why a file did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedTry {
    /// The link or the stream ended early.
    Broken,
    /// The author answers with this code.
    Refused(FileCode),
    /// The author sent something else.
    Wrong,
    /// There is no room here, or the disk fails.
    NotTaken,
}

#[derive(Clone, Debug)]
struct Entry {
    author: AgencyId,
    length: u64,
    wanting: Wanting,
    /// Tries that failed.
    tries: u32,
    /// Tries that brought something else.
    wrong: u32,
    next: Instant,
}

/// Every file that is wanted.
#[derive(Debug)]
pub(crate) struct Wants {
    table: Mutex<BTreeMap<Digest, Entry>>,
    changed: watch::Sender<()>,
    largest: u64,
}

impl Wants {
    /// None yet.
    pub(crate) fn new(largest: u64) -> Self {
        Self { table: Mutex::new(BTreeMap::new()), changed: watch::Sender::new(()), largest }
    }

    /// Whether another one can be remembered.
    pub(crate) fn has_room(&self) -> bool {
        self.table().len() < WANTS_MAX
    }

    /// Wants a file of an author; one that is wanted already stays as it is.
    pub(crate) fn add(&self, want: Want, author: AgencyId, now: Instant) {
        let Want { file, length } = want;
        let wanting = if length > self.largest { Wanting::TooLong } else { Wanting::Waiting(None) };
        let entry = Entry { author, length, wanting, tries: 0, wrong: 0, next: now };
        self.table().entry(file).or_insert(entry);
        self.changed.send_replace(());
    }

    /// How a file is wanted, and its sealed bytes; `None` when it is not.
    pub(crate) fn standing(&self, file: &Digest) -> Option<(Wanting, u64)> {
        self.table().get(file).map(|entry| (entry.wanting, entry.length))
    }

    /// The next file whose time has come, for the link with this author; it is then fetched by that link.
    pub(crate) fn take(&self, author: &AgencyId, now: Instant) -> Option<Want> {
        let mut table = self.table();
        let mut due = table.iter_mut().filter(|(_, entry)| entry.author == *author);
        let (file, entry) = due
            .find(|(_, entry)| matches!(entry.wanting, Wanting::Waiting(_)) && entry.next <= now)?;
        entry.wanting = Wanting::Fetching;
        Some(Want { file: *file, length: entry.length })
    }

    /// When the next file of this author is due; `None` when none waits.
    pub(crate) fn next(&self, author: &AgencyId) -> Option<Instant> {
        let table = self.table();
        let of_author = table.values().filter(|entry| entry.author == *author);
        of_author
            .filter(|entry| matches!(entry.wanting, Wanting::Waiting(_)))
            .map(|entry| entry.next)
            .min()
    }

    /// Notes what became of a try.
    // spec: fil-33
    pub(crate) fn settle(&self, file: &Digest, outcome: Outcome, now: Instant) {
        let mut table = self.table();
        let Some(entry) = table.get_mut(file) else { return };
        let failed = match outcome {
            Outcome::Done => {
                table.remove(file);
                return;
            }
            Outcome::LinkEnded => {
                entry.wanting = Wanting::Waiting(Some(FailedTry::Broken));
                entry.next = now;
                return;
            }
            Outcome::Broken => FailedTry::Broken,
            Outcome::Refused(code) => FailedTry::Refused(code),
            Outcome::Wrong => FailedTry::Wrong,
            Outcome::NotTaken => FailedTry::NotTaken,
        };
        if failed == FailedTry::Wrong {
            entry.wrong = entry.wrong.saturating_add(1);
        }
        entry.next = now + wait_after(entry.tries);
        entry.tries = entry.tries.saturating_add(1);
        entry.wanting = match entry.wrong {
            ..WRONG_MAX => Wanting::Waiting(Some(failed)),
            WRONG_MAX.. => Wanting::GivenUp,
        };
        drop(table);
        self.changed.send_replace(());
    }

    /// Tells when something is wanted that was not, or later than before.
    pub(crate) fn follow(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<Digest, Entry>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_after(tries: u32) -> Duration {
    let place = usize::try_from(tries).unwrap_or(usize::MAX);
    let [.., last] = WAITS;
    WAITS.get(place).copied().unwrap_or(last)
}
