//! The one thread that makes tables: it looks at a feed after each of its messages, and now and then at those that wait.
//!
//! Uses `turn` for whose turn it is, `plan` for what comes next, `make` for one table.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread::Builder;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::envelope::header;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::feed::Stage;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::registry::FeedCode;

use crate::host::feeds::Held;
use crate::host::feeds::Known;
use crate::host::feeds::NO_PLACE;
use crate::host::feeds::Waits;
use crate::host::feeds::keep::Note;
use crate::host::feeds::make;
use crate::host::feeds::make::Missed;
use crate::host::feeds::make::body;
use crate::host::feeds::make::opened;
use crate::host::feeds::place::FEEDS_OF_ONE_MAX;
use crate::host::feeds::plan;
use crate::host::feeds::plan::Step;
use crate::host::feeds::turn::Desk;
use crate::host::feeds::turn::Need;
use crate::host::feeds::turn::Turns;
use crate::host::shared::Shared;
use crate::store::read::ReadError;
use crate::store::read::files::Attached;
use crate::telemetry::shown;

/// How often feeds are looked at that wait for a file.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Every how many looks at those that wait for this machine, such as for room on its disk.
const SLOWLY: u32 = 60;

/// Files of one feed that are looked for while it waits.
const WAITED_MAX: usize = 16;

/// Files that messages name, read at once.
const PAGE: usize = 256;

/// Address space of the stack, in bytes.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Starts the thread. It ends with the node.
///
/// # Errors
/// When the system gives none.
// spec: store-22
pub(crate) fn spawn(shared: &Arc<Shared>) -> io::Result<()> {
    let Some(woken) = shared.feeds.woken() else { return Ok(()) };
    let shared = Arc::downgrade(shared);
    let thread = Builder::new().name("feeds".to_owned()).stack_size(STACK_BYTES);
    drop(thread.spawn(move || run(&shared, &woken))?);
    Ok(())
}

fn run(shared: &Weak<Shared>, woken: &mpsc::Receiver<()>) {
    let mut work = Work::default();
    loop {
        let Some(node) = shared.upgrade() else { return };
        if node.feeds.has_ended() {
            return;
        }
        let round = work.round(&node).unwrap_or_else(|error| {
            // The store says so to everybody; the node ends by itself.
            tracing::debug!(%error, "the feeds could not be looked at");
            Need::Nothing
        });
        drop(node);
        if round == Need::Turn {
            continue;
        }
        if matches!(woken.recv_timeout(LOOK_EVERY), Err(RecvTimeoutError::Disconnected)) {
            return;
        }
    }
}

/// What the thread remembers.
#[derive(Default)]
struct Work {
    began: bool,
    looks: u32,
    turns: Turns,
    tried: Tried,
}

/// What was found out about lists.
#[derive(Default)]
struct Tried {
    /// Messages whose lists do not hold, with what is wrong.
    bad: BTreeMap<Digest, Waits>,
}

impl Work {
    fn round(&mut self, node: &Shared) -> Result<Need, ReadError> {
        if !self.began {
            self.begin(node)?;
        }
        self.looks = self.looks.wrapping_add(1);
        let looks = self.looks;
        self.turns.round(&mut AtNode { node, looks, tried: &mut self.tried })
    }

    /// Opens the tables of the last run, then finds every feed by its snapshots.
    fn begin(&mut self, node: &Shared) -> Result<(), ReadError> {
        let notes: BTreeMap<ProcedureId, Note> = node.feeds.keeper.notes().into_iter().collect();
        let mut kept = Vec::new();
        for procedure in feeds(node)? {
            let Some((book, known)) = stand(node, procedure)? else { continue };
            let table = notes.get(&procedure).and_then(|note| opened(node, note));
            kept.extend(table.as_ref().map(|table| table.file));
            let known = about(node, Known { table: table.map(Arc::new), ..known }, &book);
            node.feeds.put(Arc::new(known));
            node.feeds.touch(procedure);
        }
        node.feeds.keeper.keep_only(&kept);
        node.feeds.begin();
        self.began = true;
        Ok(())
    }
}

/// The desk of a node.
struct AtNode<'n> {
    node: &'n Shared,
    looks: u32,
    tried: &'n mut Tried,
}

impl Desk for AtNode<'_> {
    type Fault = ReadError;

    fn called(&mut self) -> Vec<ProcedureId> {
        let node = self.node;
        let mut called = node.feeds.take_changed();
        let again = self.looks.is_multiple_of(SLOWLY);
        let local = |waits: &Waits| again && waits.code == FeedCode::Unreadable.text();
        let mut first = BTreeSet::new();
        for known in node.feeds.all() {
            let Some(waits) = &known.waits else { continue };
            // Of those without a place only the first of an originator can be the next to get one.
            let may_enter = waits.code == NO_PLACE && first.insert(known.originator.clone());
            let has_entered = may_enter && node.feeds.has_place(&known);
            if has_entered || is_due(node, waits) || local(waits) {
                called.insert(known.procedure);
            }
        }
        called.into_iter().collect()
    }

    /// Disputes and the new head are to be seen before the work, which takes a while.
    fn show(&mut self, feed: ProcedureId) -> Result<Need, ReadError> {
        // Before the look: what comes meanwhile is looked at again.
        self.node.feeds.looked_at(&feed);
        let looked = self.look_at(feed)?;
        Ok(looked.map_or(Need::Nothing, |looked| looked.need()))
    }

    fn step(&mut self, feed: ProcedureId) -> Result<Need, ReadError> {
        let node = self.node;
        if node.feeds.has_ended() {
            return Ok(Need::Nothing);
        }
        let Some(Looked { steps, next }) = self.look_at(feed)? else { return Ok(Need::Nothing) };
        let mut missed = None::<Waits>;
        for step in next {
            let why = match make::take(node, feed, &step) {
                Ok(()) => return Ok(Need::Turn),
                Err(why) => why,
            };
            let was_read = matches!(why, Missed::Bad(_));
            let next = self.tried.missed(&step, why);
            if was_read {
                // It took its time, and is not tried again: others first.
                return Ok(Need::Turn);
            }
            let waits = missed.get_or_insert_with(|| next.clone());
            let room = WAITED_MAX.saturating_sub(waits.files.len());
            waits.files.extend(next.files.into_iter().take(room));
        }
        if let (Some(missed), Some(known)) = (missed, node.feeds.one(&feed)) {
            let waits = match self.tried.newest_bad(&steps) {
                Some(bad) => Waits { files: missed.files, ..bad },
                None => missed,
            };
            node.feeds.put(Arc::new(Known { waits: Some(waits), ..known.again() }));
        }
        Ok(Need::Nothing)
    }
}

/// What the messages of a feed say.
struct Looked {
    steps: Vec<Step>,
    /// What may be taken next, best first.
    next: Vec<Step>,
}

impl Looked {
    const fn need(&self) -> Need {
        if self.next.is_empty() { Need::Nothing } else { Need::Turn }
    }
}

impl AtNode<'_> {
    /// Looks at the messages of a feed, and shows how it stands.
    fn look_at(&self, feed: ProcedureId) -> Result<Option<Looked>, ReadError> {
        let node = self.node;
        let Some((book, mut known)) = stand(node, feed)? else { return Ok(None) };
        known.table = held(node, feed, &known)?;
        let known = about(node, known, &book);
        let at = known.table.as_ref().map(|table| table.at);
        let steps = plan::steps(&book);
        let next = plan::next(&steps, at, known.head, &self.tried.bad());
        // spec: fed-26
        let has_place = node.feeds.has_place(&known);
        let next = if known.closed || !has_place { Vec::new() } else { next };
        let waits = if has_place {
            self.tried.waits(&known, &steps)
        } else {
            Tried::no_place(&known, &steps)
        };
        node.feeds.put(Arc::new(Known { waits, ..known }));
        Ok(Some(Looked { steps, next }))
    }
}

impl Tried {
    fn bad(&self) -> BTreeSet<Digest> {
        self.bad.keys().copied().collect()
    }

    fn newest_bad(&self, steps: &[Step]) -> Option<Waits> {
        steps.iter().rev().find_map(|step| self.bad.get(&step.message)).cloned()
    }

    /// That the originator of a feed has as many as get a table.
    fn no_place(known: &Known, steps: &[Step]) -> Option<Waits> {
        let message = steps.last().filter(|_| !known.closed)?.message;
        let why =
            format!("its originator has {FEEDS_OF_ONE_MAX} other feeds that are searched here");
        Some(Waits { message, code: NO_PLACE, entry: None, why, files: Vec::new() })
    }

    /// Why a feed does not reach its head, before anything is tried.
    fn waits(&self, known: &Known, steps: &[Step]) -> Option<Waits> {
        let at = known.table.as_ref().map(|table| table.at);
        if at == Some(known.head) || known.closed {
            return None;
        }
        self.newest_bad(steps).or_else(|| {
            let message = steps.last().map(|step| step.message)?;
            let why = "its list is not here yet".to_owned();
            Some(Waits { message, code: super::FILE_AWAITED, entry: None, why, files: Vec::new() })
        })
    }

    fn missed(&mut self, step: &Step, missed: Missed) -> Waits {
        let message = step.message;
        match missed {
            Missed::Absent { code, why, file } => {
                Waits { message, code, entry: None, why, files: file.into_iter().collect() }
            }
            Missed::Local(why) => {
                let code = FeedCode::Unreadable.text();
                Waits { message, code, entry: None, why, files: Vec::new() }
            }
            Missed::Bad(fault) => {
                let (code, why) = (fault.code.text(), fault.to_string());
                // spec: fed-15
                let message = shown(&message);
                tracing::warn!(code, %message, "a list of indicators does not hold; the feed stays where it was");
                let (message, entry) = (step.message, fault.entry);
                let waits = Waits { message, code, entry, why, files: Vec::new() };
                self.bad.insert(step.message, waits.clone());
                waits
            }
        }
    }
}

/// Whether what a feed waits for may have come. What its own messages bring is told by the writer.
fn is_due(node: &Shared, waits: &Waits) -> bool {
    let is_here = |file: &Digest| matches!(node.feeds.keeper.beside.whole(file), Ok(Some(_)));
    waits.files.iter().any(is_here)
}

/// The procedures that a snapshot with a file began or went on.
fn feeds(node: &Shared) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let (mut found, mut after) = (BTreeSet::new(), None::<Attached>);
    loop {
        let page = node.reader.attached(after.as_ref(), PAGE)?;
        for attached in &page {
            let Some(record) = node.reader.message_at(attached.leaf)? else { continue };
            let header = header::read(&record.message).ok();
            let feed = header.filter(|header| header.kind == Kind::FeedSnapshot);
            found.extend(feed.map(|header| header.procedure));
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(*last),
            Some(_) | None => return Ok(found),
        }
    }
}

/// How a feed stands by its messages; `None` when they are no feed, or its beginning is not here.
pub(crate) fn stand(
    node: &Shared,
    procedure: ProcedureId,
) -> Result<Option<(Arc<Book>, Known)>, ReadError> {
    let book = node.reader.book(&procedure)?;
    let Some(Machine::Feed(folded)) = book.machine() else { return Ok(None) };
    let Some(opening) = book.transcript().act(0) else { return Ok(None) };
    let feed = &folded.state;
    let known = Known {
        procedure,
        feed_id: None,
        class: None,
        originator: opening.author.clone(),
        head: feed.head(),
        closed: feed.stage() == Stage::Closed,
        disputes: feed.disputes().clone(),
        asked: feed.gaps().clone(),
        table: None,
        waits: None,
    };
    Ok(Some((book, known)))
}

/// What its newest snapshot that can be opened says of a feed, unless that is known.
fn about(node: &Shared, known: Known, book: &Book) -> Known {
    let before = node.feeds.one(&known.procedure).filter(|before| before.feed_id.is_some());
    if let Some(before) = before {
        return Known { feed_id: before.feed_id.clone(), class: before.class, ..known };
    }
    let steps = plan::steps(book);
    let wholes = steps.iter().rev().filter(|step| step.from.is_none());
    let said = wholes.filter_map(|step| match body(node, &step.message) {
        Ok(Body::FeedSnapshot(snapshot)) => Some((snapshot.feed_id.clone(), snapshot.class)),
        Ok(_) | Err(_) => None,
    });
    let (feed_id, class) = said.into_iter().next().unzip();
    Known { feed_id, class, ..known }
}

/// The table of a feed that may still be used: none of an ended feed, and none whose messages were erased.
// spec: fed-16
fn held(
    node: &Shared,
    procedure: ProcedureId,
    known: &Known,
) -> Result<Option<Arc<Held>>, ReadError> {
    let Some(held) = node.feeds.one(&procedure).and_then(|known| known.table.clone()) else {
        return Ok(None);
    };
    let mut may_stay = !known.closed;
    for message in [&held.base, &held.last] {
        let record = node.reader.message(message)?;
        may_stay &= record.is_some_and(|record| record.body != BodyForm::Erased);
    }
    if may_stay {
        return Ok(Some(held));
    }
    node.feeds.keeper.forget(&procedure, &held.file);
    Ok(None)
}
