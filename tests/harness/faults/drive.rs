//! The real store in a process of its own: it opens what is there, demands back all that was acknowledged, commits more,
//! and prints each acknowledgement after the commit returned.
//!
//! ```text
//! holds 41        everything up to the 41st message was there, whole
//! acked 44        a commit returned
//! stopped …       a commit was refused: the process ends
//! refused …       the folder was refused, and what to do
//! doubt …         the data are there and nothing may be signed
//! unreadable …    the store says that it cannot read
//! LOST …          something acknowledged is missing, or is other than it was
//! ```

use std::error::Error;
use std::io::Write;
use std::path::Path;

use concord_node::store::CommitError;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_node::store::files::FilesSettings;
use concord_node::store::recover::BodiesFinding;
use concord_node::store::recover::Recovered;
use concord_protocol::crypto::aead::ContentKey;

use crate::chance::Chance;
use crate::faults::history::Held;
use crate::faults::history::History;
use crate::faults::history::Wrong;

/// How a run of the driver ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// All that was asked for was done.
    Done = 0,
    /// Something acknowledged is missing, or is other than it was.
    Lost = 1,
    /// A commit failed, and the store stopped.
    Stopped = 3,
    /// The store refused the folder.
    Refused = 4,
    /// The store allows no signature.
    Doubt = 5,
    /// The store says that it cannot read.
    Unreadable = 6,
}

/// Segments of a few commits each, so that seams are met.
const SETTINGS: StoreSettings = StoreSettings {
    cache_bytes: 4 * 1024 * 1024,
    reserve_bytes: 0,
    low_bytes: 0,
    segment_bytes: 100_000,
    files: FilesSettings::USUAL,
};

/// What one process does.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// Names the history.
    pub seed: u64,
    /// Messages that were acknowledged before.
    pub acked: u64,
    /// Commits to make.
    pub commits: usize,
    /// Whether to stop in order at the end.
    pub closes: bool,
}

impl Orders {
    /// As arguments.
    pub fn arguments(&self) -> [String; 4] {
        let Self { seed, acked, commits, closes } = self;
        [seed.to_string(), acked.to_string(), commits.to_string(), closes.to_string()]
    }

    /// From arguments; `None` where they are not understood.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let [seed, acked, commits, closes] = arguments else { return None };
        Some(Self {
            seed: seed.parse().ok()?,
            acked: acked.parse().ok()?,
            commits: commits.parse().ok()?,
            closes: closes.parse().ok()?,
        })
    }
}

/// Does what was ordered in a node directory.
pub fn drive(dir: &Path, orders: &Orders) -> End {
    let (mut store, recovered) = match Store::open(dir, SETTINGS, ContentKey::from_bytes([7; 32])) {
        Ok(opened) => opened,
        Err(error) => {
            say(&format!("refused {}; {}", chain(&error), error.remedy()));
            return End::Refused;
        }
    };
    say(&format!("opened {recovered:?}"));
    let mut history = match found(&store, &recovered, orders) {
        Ok(history) => history,
        Err(end) => return end,
    };
    let mut chance = Chance::from_seed(orders.seed ^ history.messages());
    for _ in 0..orders.commits {
        if let Err(error) = store.commit(history.batch()) {
            return stopped(&error);
        }
        say(&format!("acked {}", history.messages()));
        if chance.one_in(4)
            && let Err(error) = store.flush()
        {
            return stopped(&error);
        }
    }
    if !recovered.head.may_sign() {
        say(&format!("doubt {:?}", recovered.head));
        return End::Doubt;
    }
    match (orders.closes, store) {
        (true, store) => store.close().map_or_else(|error| stopped(&error), |()| End::Done),
        // Neither closed nor dropped: the process just ends.
        (false, store) => {
            std::mem::forget(store);
            End::Done
        }
    }
}

/// Demands back what was acknowledged; gives the history as far as it is there.
fn found(store: &Store, recovered: &Recovered, orders: &Orders) -> Result<History, End> {
    let reader = store.reader();
    let size = reader.tree().map_err(|error| unreadable(&error))?.size().get();
    let acked = History::of(orders.seed, orders.acked);
    let history = History::of(orders.seed, size.min(acked.after_next()));
    // A folder that may not sign has told already that it is behind.
    if size != acked.messages() && size != acked.after_next() && recovered.head.may_sign() {
        say(&format!("LOST {} were acknowledged and {size} are there", acked.messages()));
        return Err(End::Lost);
    }
    match history.held_by(&reader) {
        Ok(Held::Whole) => say(&format!("holds {size}")),
        Ok(Held::WithoutBodies(count)) => {
            let told = recovered.bodies != BodiesFinding::Present;
            say(&format!("holds {size} without {count} bodies, told at the start: {told}"));
        }
        Err(Wrong::Unreadable(error)) => return Err(unreadable(&error)),
        Err(Wrong::Silent(what)) => {
            say(&format!("LOST {what}"));
            return Err(End::Lost);
        }
    }
    Ok(history)
}

fn stopped(error: &CommitError) -> End {
    say(&format!("stopped {}", chain(error)));
    if matches!(error, CommitError::HeadInDoubt) { End::Doubt } else { End::Stopped }
}

fn unreadable(error: &dyn Error) -> End {
    say(&format!("unreadable {}", chain(error)));
    End::Unreadable
}

/// An error with all that lies behind it.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<String>>().join(": ")
}

/// One line, at once and whole: the process may end with the next call.
fn say(line: &str) {
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).expect("somebody listens");
}
