//! Feeds of indicators as this node holds them: for each a table of its own, and what it waits for.
//!
//! Uses `store`, `protocol::feed`. A table is a sealed file in the folder `feeds/`, beside it a sealed note of which
//! feed and number it is and of its key. Both are made from messages and their files and can be made again: they stand
//! in no journal and no backup. One thread makes them, one after the other; whoever looks something up shares the newest.
//!
//! Memory: of each table its index, at most 32 MiB and mostly half a MiB; while one is made a second index and 24 bytes
//! for each id. Absent on purpose: deciding what a feed is; that is the fold of its messages.

pub mod author;
pub(crate) mod keep;
mod make;
mod place;
pub(crate) mod plan;
mod turn;
pub(crate) mod work;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::Record;
use concord_protocol::feed::list::List;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::IndicatorType;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::text::RecordRef;
use concord_protocol::procedure::exchange::fact::FeedPoint;
use concord_protocol::procedure::exchange::feed::dispute::Disputes;

use crate::host::feeds::keep::Keeper;
use crate::host::feeds::keep::Plain;
use crate::host::feeds::place::Claim;
use crate::host::feeds::place::Standing;

/// What the node holds of every feed.
pub(crate) struct Feeds {
    pub(crate) keeper: Keeper,
    known: Mutex<BTreeMap<ProcedureId, Arc<Known>>>,
    /// Feeds of which something was accepted that nobody has looked at yet.
    changed: Mutex<Changed>,
    wake: mpsc::SyncSender<()>,
    /// For the thread, which takes it when it begins.
    woken: Mutex<Option<mpsc::Receiver<()>>>,
    ready: AtomicBool,
    ended: AtomicBool,
    /// Held by the one list that is being made for an officer.
    pub(crate) desk: Arc<tokio::sync::Mutex<()>>,
}

/// What was accepted since the last look.
#[derive(Debug, Default)]
struct Changed {
    begun: BTreeSet<ProcedureId>,
    touched: BTreeSet<ProcedureId>,
    everything: bool,
}

/// One feed, as this node holds it.
#[derive(Debug)]
pub struct Known {
    /// Its procedure.
    pub procedure: ProcedureId,
    /// How its originator calls it, as its newest snapshot that could be opened says; absent while none could.
    pub feed_id: Option<RecordRef>,
    /// Infrastructure or accounts, likewise.
    pub class: Option<FeedClass>,
    /// Who keeps it.
    pub originator: AgencyId,
    /// The number and the root at which its messages stand.
    pub head: FeedPoint,
    /// Whether its originator ended it.
    pub closed: bool,
    /// What is disputed in it.
    pub disputes: Disputes,
    /// Who has missed something, and up to which number; without a number the whole is asked for.
    pub asked: BTreeMap<AgencyId, Option<u64>>,
    /// The entries, as far as they are here.
    pub table: Option<Arc<Held>>,
    /// Why they do not reach further; absent when they do.
    pub waits: Option<Waits>,
}

/// The entries of a feed at one number.
#[derive(Debug)]
pub struct Held {
    /// The number and the root.
    pub at: FeedPoint,
    /// How many of which kind.
    pub counts: Vec<(IndicatorType, u64)>,
    /// The snapshot that they rest on.
    pub base: Digest,
    /// The message that was taken last.
    pub last: Digest,
    /// The table.
    pub(crate) list: List<Plain>,
    /// The file that it stands in.
    pub(crate) file: Digest,
}

/// What stands in the way of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// At which message.
    pub message: Digest,
    /// A registered code where its list is to blame; `file-awaited` or `body-gone` where something is not here; `no-place`
    /// where its originator has too many others.
    pub code: &'static str,
    /// The entry at fault.
    pub entry: Option<String>,
    /// For people.
    pub why: String,
    /// Files that would lead further once they are here.
    pub(crate) files: Vec<Digest>,
}

impl Feeds {
    /// Nothing is known yet.
    pub(crate) fn new(keeper: Keeper) -> Self {
        let (wake, woken) = mpsc::sync_channel(1);
        Self {
            keeper,
            known: Mutex::default(),
            changed: Mutex::default(),
            wake,
            woken: Mutex::new(Some(woken)),
            ready: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            desk: Arc::default(),
        }
    }

    /// What wakes the thread; `None` when another one has it.
    fn woken(&self) -> Option<mpsc::Receiver<()>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Every feed, by procedure.
    pub(crate) fn all(&self) -> Vec<Arc<Known>> {
        self.known().values().cloned().collect()
    }

    /// Whether a feed is among those of its originator that have a table, or are to get one: those that have one, then
    /// those that began first.
    // spec: fed-26
    pub(crate) fn has_place(&self, feed: &Known) -> bool {
        let known = self.known();
        place::has_place(feed.claim(), known.values().map(|known| known.claim()))
    }

    /// One feed.
    pub(crate) fn one(&self, procedure: &ProcedureId) -> Option<Arc<Known>> {
        self.known().get(procedure).cloned()
    }

    /// Whether the tables of the last run were opened: before it a look-up would say that nothing is listed.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Whether something was accepted that is not in what [`Feeds::all`] says.
    pub(crate) fn is_stale(&self, procedure: &ProcedureId) -> bool {
        let changed = self.changed();
        changed.everything || changed.touched.contains(procedure)
    }

    /// Takes note of what a commit accepted. Called by the writer, which waits for nothing here.
    pub(crate) fn note(&self, told: Told) {
        if told.acts.is_empty() && !told.erased {
            return;
        }
        {
            let known = self.known();
            let mut changed = self.changed();
            changed.everything |= told.erased;
            for (procedure, begins) in told.acts {
                if begins {
                    changed.begun.insert(procedure);
                }
                if begins || known.contains_key(&procedure) || changed.begun.contains(&procedure) {
                    changed.touched.insert(procedure);
                }
            }
        }
        // A wake that waits already serves this one too.
        self.wake.try_send(()).ok();
    }

    /// Says that the node ends: a table that is being made is left.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.wake.try_send(()).ok();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn begin(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// What there is to look at; it counts as looked at when the answer is there.
    fn take_changed(&self) -> BTreeSet<ProcedureId> {
        let known: Vec<ProcedureId> = self.known().keys().copied().collect();
        let mut changed = self.changed();
        let mut taken = changed.touched.clone();
        if changed.everything {
            taken.extend(known);
            changed.everything = false;
            changed.touched.extend(taken.iter().copied());
        }
        taken
    }

    fn looked_at(&self, procedure: &ProcedureId) {
        self.changed().touched.remove(procedure);
    }

    /// Has a feed looked at.
    fn touch(&self, procedure: ProcedureId) {
        self.changed().touched.insert(procedure);
        self.wake.try_send(()).ok();
    }

    /// Forgets a table that could not be read any more, so that it is made again; not one that took its place.
    // spec: fed-13
    pub(crate) fn lose(&self, procedure: &ProcedureId, file: &Digest) {
        let mut known = self.known();
        let Some(feed) = known.get(procedure) else { return };
        if feed.table.as_ref().is_none_or(|table| table.file != *file) {
            return;
        }
        let without = Known { table: None, ..feed.again() };
        known.insert(*procedure, Arc::new(without));
        drop(known);
        self.keeper.forget(procedure, file);
        self.touch(*procedure);
    }

    fn put(&self, known: Arc<Known>) {
        self.known().insert(known.procedure, known);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ProcedureId, Arc<Known>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feeds({})", self.known().len())
    }
}

impl Known {
    /// The same, to be changed in one thing; what it waits for is found again.
    fn again(&self) -> Self {
        Self {
            procedure: self.procedure,
            feed_id: self.feed_id.clone(),
            class: self.class,
            originator: self.originator.clone(),
            head: self.head,
            closed: self.closed,
            disputes: self.disputes.clone(),
            asked: self.asked.clone(),
            table: self.table.clone(),
            waits: None,
        }
    }

    const fn claim(&self) -> Claim<'_> {
        let standing = match (self.closed, &self.table) {
            (true, _) => Standing::Closed,
            (false, Some(_)) => Standing::Searched,
            (false, None) => Standing::Waiting,
        };
        Claim { originator: &self.originator, procedure: self.procedure, standing }
    }

    /// Whether its entries are those of its head.
    pub fn is_whole(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.at == self.head)
    }
}

/// What a commit accepted: messages by their procedure, and whether each may begin a feed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    acts: Vec<(ProcedureId, bool)>,
    erased: bool,
}

impl Told {
    /// From the records of a commit.
    pub(crate) fn by(records: &[Record]) -> Self {
        let mut told = Self::default();
        for record in records {
            if let Record::Act(act) = record {
                told.acts.push((act.procedure, act.act.kind == Kind::FeedSnapshot));
            }
            told.erased |= matches!(record, Record::Erasure(_));
        }
        told
    }
}
