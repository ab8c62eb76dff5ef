//! Which files are wanted, from whom, and when each is asked for next: pure, but for the lock around it.
//!
//! A want is one file of one author: whoever else names it is asked apart and answers for itself. It is waiting, being
//! fetched by the link with that author, or given up until the node starts again. It ends when the file is here or no
//! message needs it any more. Nothing of this is on the disk: the store says what is wanted.
//! Each author has its own bound, so that no other one's files wait behind it.

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

/// Files wanted of one author at once. Beyond it: one that failed gives its place to a newer one, and otherwise further
/// ones are looked for when there is room again.
// spec: fil-35
pub(crate) const WANTS_OF_ONE_MAX: usize = 1_024;

/// How long to wait before a file is asked for again, by how often it did not come; the last one from then on.
// spec: fil-37
const WAITS: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(6 * 3_600),
];

/// How often a peer may send other bytes than the file's before it is asked no more.
// spec: fil-37
const WRONG_MAX: u32 = 3;

/// A file that a link fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// Which one.
    pub(crate) file: Digest,
    /// Its sealed bytes, as the header says.
    pub(crate) length: u64,
}

/// A try that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// What became of it.
    pub(crate) outcome: Outcome,
    /// Sealed bytes that it brought and that are kept.
    pub(crate) brought: u64,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The file is here, or is needed no more.
    Done,
    /// The link ended: the next one goes on at once, if this one brought anything.
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

/// How a file is wanted, of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whose message names it.
    pub(crate) author: AgencyId,
    /// Its sealed bytes, as that message says.
    pub(crate) length: u64,
    /// How it stands.
    pub(crate) wanting: Wanting,
}

/// What became of a file that was to be wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is wanted, or was already.
    Wanted,
    /// It is longer than this node takes, and is not asked for.
    TooLong,
    /// So many of its author are wanted that it cannot be remembered.
    NoRoom,
}

#[derive(Clone, Debug)]
struct Entry {
    length: u64,
    wanting: Wanting,
    /// Tries that failed.
    tries: u32,
    /// Tries that brought something else.
    wrong: u32,
    next: Instant,
}

/// Every file that is wanted, by author.
#[derive(Debug)]
pub(crate) struct Wants {
    table: Mutex<BTreeMap<AgencyId, BTreeMap<Digest, Entry>>>,
    changed: watch::Sender<()>,
    largest: u64,
}

impl Wants {
    /// None yet.
    pub(crate) fn new(largest: u64) -> Self {
        Self { table: Mutex::new(BTreeMap::new()), changed: watch::Sender::new(()), largest }
    }

    /// Whether another one of this author can be remembered.
    pub(crate) fn has_room(&self, author: &AgencyId) -> bool {
        self.table().get(author).is_none_or(|of_author| of_author.len() < WANTS_OF_ONE_MAX)
    }

    /// How many are wanted of each author.
    pub(crate) fn counts(&self) -> Vec<(AgencyId, usize)> {
        self.table().iter().map(|(author, files)| (author.clone(), files.len())).collect()
    }

    /// Wants a file of an author; one that is wanted already stays as it is.
    // spec: fil-35, fil-36
    pub(crate) fn add(&self, want: Want, author: &AgencyId, now: Instant) -> Added {
        let Want { file, length } = want;
        // It takes no place: nothing is ever done for it.
        if length > self.largest {
            return Added::TooLong;
        }
        let mut table = self.table();
        let of_author = table.entry(author.clone()).or_default();
        if of_author.contains_key(&file) {
            return Added::Wanted;
        }
        if of_author.len() >= WANTS_OF_ONE_MAX {
            return Added::NoRoom;
        }
        let wanting = Wanting::Waiting(None);
        of_author.insert(file, Entry { length, wanting, tries: 0, wrong: 0, next: now });
        drop(table);
        self.changed.send_replace(());
        Added::Wanted
    }

    /// Forgets the file of an author that failed most often, so that a newer one finds room. Returns it; `None` when none
    /// of them failed, or each was given up: what sent something else again and again is not asked for again.
    // spec: fil-35
    pub(crate) fn make_room(&self, author: &AgencyId) -> Option<Digest> {
        let mut table = self.table();
        let of_author = table.get_mut(author)?;
        let failed = of_author.iter().filter(|(_, entry)| {
            matches!(entry.wanting, Wanting::Waiting(Some(_))) && entry.tries > 0
        });
        let most = failed.max_by_key(|(_, entry)| entry.tries).map(|(file, _)| *file)?;
        of_author.remove(&most);
        Some(most)
    }

    /// How a file is wanted; of several authors, of the one that is nearest to bringing it. `None` when it is not.
    pub(crate) fn standing(&self, file: &Digest) -> Option<Standing> {
        let table = self.table();
        let wanted = table.iter().filter_map(|(author, files)| Some((author, files.get(file)?)));
        let nearest = wanted.min_by_key(|(_, entry)| match entry.wanting {
            Wanting::Fetching => 0,
            Wanting::Waiting(_) => 1,
            Wanting::GivenUp => 2,
            Wanting::TooLong => 3,
        });
        nearest.map(|(author, entry)| Standing {
            author: author.clone(),
            length: entry.length,
            wanting: entry.wanting,
        })
    }

    /// The next file whose time has come, for the link with this author; it is then fetched by that link.
    pub(crate) fn take(&self, author: &AgencyId, now: Instant) -> Option<Want> {
        let mut table = self.table();
        let (file, entry) = table
            .get_mut(author)?
            .iter_mut()
            .find(|(_, entry)| matches!(entry.wanting, Wanting::Waiting(_)) && entry.next <= now)?;
        entry.wanting = Wanting::Fetching;
        Some(Want { file: *file, length: entry.length })
    }

    /// When the next file of this author is due; `None` when none waits.
    pub(crate) fn next(&self, author: &AgencyId) -> Option<Instant> {
        let table = self.table();
        let waiting = table.get(author)?.values();
        waiting
            .filter(|entry| matches!(entry.wanting, Wanting::Waiting(_)))
            .map(|entry| entry.next)
            .min()
    }

    /// Notes what became of a try.
    // spec: fil-37
    pub(crate) fn settle(&self, author: &AgencyId, file: &Digest, tried: Tried, now: Instant) {
        let mut table = self.table();
        let Some(of_author) = table.get_mut(author) else { return };
        if tried.outcome == Outcome::Done {
            of_author.remove(file);
            if of_author.is_empty() {
                table.remove(author);
            }
            return;
        }
        if let Some(entry) = of_author.get_mut(file) {
            entry.failed(tried, now);
        }
        drop(table);
        self.changed.send_replace(());
    }

    /// Tells when something is wanted that was not, or later than before.
    pub(crate) fn follow(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<AgencyId, BTreeMap<Digest, Entry>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    // spec: fil-37
    fn failed(&mut self, Tried { outcome, brought }: Tried, now: Instant) {
        let failed = match outcome {
            Outcome::Done => return,
            Outcome::LinkEnded => {
                // A peer that only comes and goes costs a request now and then.
                let wait = if brought > 0 { Duration::ZERO } else { wait_after(0) };
                self.next = now + wait;
                self.wanting = Wanting::Waiting(Some(FailedTry::Broken));
                return;
            }
            Outcome::Broken => FailedTry::Broken,
            Outcome::Refused(code) => FailedTry::Refused(code),
            Outcome::Wrong => FailedTry::Wrong,
            Outcome::NotTaken => FailedTry::NotTaken,
        };
        if failed == FailedTry::Broken && brought > 0 {
            self.tries = 0;
        }
        if failed == FailedTry::Wrong {
            self.wrong = self.wrong.saturating_add(1);
        }
        self.next = now + wait_after(self.tries);
        self.tries = self.tries.saturating_add(1);
        self.wanting = match self.wrong {
            ..WRONG_MAX => Wanting::Waiting(Some(failed)),
            WRONG_MAX.. => Wanting::GivenUp,
        };
    }
}

fn wait_after(tries: u32) -> Duration {
    let place = usize::try_from(tries).unwrap_or(usize::MAX);
    let [.., last] = WAITS;
    WAITS.get(place).copied().unwrap_or(last)
}
