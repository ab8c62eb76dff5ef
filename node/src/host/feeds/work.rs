//! The one thread that makes tables: it looks at a feed after each of its messages, and now and then at those that wait.

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
use concord_protocol::feed::apply;
use concord_protocol::feed::fault::ListFault;
use concord_protocol::feed::list::Form;
use concord_protocol::feed::list::List;
use concord_protocol::feed::list::Summary;
use concord_protocol::feed::op::Op;
use concord_protocol::feed::sink::Sink;
use concord_protocol::feed::sink::Unwritable;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::message::body::Body;
use concord_protocol::message::content::Content;
use concord_protocol::message::intelligence::feed::FeedDelta;
use concord_protocol::message::intelligence::feed::FeedOps;
use concord_protocol::message::intelligence::feed::FeedSnapshot;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::feed::Stage;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::registry::FeedCode;

use crate::host::feeds::FEEDS_MAX;
use crate::host::feeds::Feeds;
use crate::host::feeds::Held;
use crate::host::feeds::Known;
use crate::host::feeds::Waits;
use crate::host::feeds::keep::KeepError;
use crate::host::feeds::keep::Note;
use crate::host::feeds::keep::Out;
use crate::host::feeds::plan;
use crate::host::feeds::plan::Step;
use crate::host::sealing;
use crate::host::shared::Shared;
use crate::store::files::FileFault;
use crate::store::files::Held as FileHeld;
use crate::store::read::ReadError;
use crate::store::read::files::Attached;
use crate::telemetry::shown;

/// How often feeds are looked at that wait for a file.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Every how many looks at those that wait for this machine, such as for room on its disk.
const SLOWLY: u32 = 60;

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
        if let Err(error) = work.look(&node) {
            // The store says so to everybody; the node ends by itself.
            tracing::debug!(%error, "the feeds could not be looked at");
        }
        drop(node);
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
    /// Messages whose lists do not hold, with what is wrong.
    bad: BTreeMap<Digest, Waits>,
}

/// Why a step was not taken.
enum Missed {
    /// Its list does not hold: it is not tried again.
    Bad(ListFault),
    /// Something of it is not here, or not yet.
    Absent { code: &'static str, why: String, file: Option<Digest> },
    /// The store or the disk of this node.
    Local(String),
}

impl From<KeepError> for Missed {
    fn from(error: KeepError) -> Self {
        Self::Local(error.to_string())
    }
}

impl From<ListFault> for Missed {
    fn from(fault: ListFault) -> Self {
        if fault.is_local() { Self::Local(fault.to_string()) } else { Self::Bad(fault) }
    }
}

impl Work {
    fn look(&mut self, node: &Shared) -> Result<(), ReadError> {
        if !self.began {
            self.begin(node)?;
        }
        let mut procedures = node.feeds.take_changed();
        self.looks = self.looks.wrapping_add(1);
        let again = self.looks.is_multiple_of(SLOWLY);
        let local = |waits: &Waits| again && waits.code == FeedCode::Unreadable.text();
        let waiting = node.feeds.all().into_iter().filter(|known| {
            known.waits.as_ref().is_some_and(|waits| is_due(node, waits) || local(waits))
        });
        procedures.extend(waiting.map(|known| known.procedure));
        for procedure in procedures {
            if node.feeds.has_ended() {
                break;
            }
            // Before the look: what comes meanwhile is looked at again.
            node.feeds.looked_at(&procedure);
            self.feed(node, procedure)?;
        }
        Ok(())
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

    /// Brings one feed as far as what is here allows.
    fn feed(&mut self, node: &Shared, procedure: ProcedureId) -> Result<(), ReadError> {
        loop {
            let Some((book, mut known)) = stand(node, procedure)? else { return Ok(()) };
            known.table = held(node, procedure, &known)?;
            let known = about(node, known, &book);
            let bad: BTreeSet<Digest> = self.bad.keys().copied().collect();
            let at = known.table.as_ref().map(|table| table.at);
            let steps = plan::steps(&book);
            let next = plan::next(&steps, at, known.head, &bad);
            let is_full = known.table.is_none() && node.feeds.tables() >= FEEDS_MAX;
            let next = if known.closed || is_full { Vec::new() } else { next };
            // Disputes and the new head are to be seen before the work, which takes a while.
            let known = Known { waits: self.waits(&known, &steps), ..known };
            node.feeds.put(Arc::new(known));
            let mut missed = None::<Waits>;
            let mut taken = false;
            for step in next {
                match self.take(node, procedure, &step) {
                    Ok(()) => {
                        taken = true;
                        break;
                    }
                    Err(why) => {
                        let next = self.missed(&step, why);
                        let waits = missed.get_or_insert_with(|| next.clone());
                        waits.files.extend(next.files);
                    }
                }
            }
            if taken {
                continue;
            }
            if let (Some(waits), Some(known)) = (missed, node.feeds.one(&procedure)) {
                let known = Known { waits: Some(waits), ..known.again() };
                node.feeds.put(Arc::new(known));
            }
            return Ok(());
        }
    }

    /// Why a feed does not reach its head, before anything is tried.
    fn waits(&self, known: &Known, steps: &[Step]) -> Option<Waits> {
        let at = known.table.as_ref().map(|table| table.at);
        if at == Some(known.head) || known.closed {
            return None;
        }
        let bad = steps.iter().rev().find_map(|step| self.bad.get(&step.message));
        bad.cloned().or_else(|| {
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

    /// Takes one snapshot or change: a new table, and its name.
    // spec: fed-11
    fn take(&self, node: &Shared, procedure: ProcedureId, step: &Step) -> Result<(), Missed> {
        let before = node.feeds.one(&procedure).and_then(|known| known.table.clone());
        let body = body(node, &step.message)?;
        let mut out = node.feeds.keeper.draft()?;
        let mut sink = Watched { out: &mut out, feeds: &node.feeds };
        let made = match (&body, &before) {
            (Body::FeedSnapshot(snapshot), _) => whole(node, snapshot, &mut sink),
            (Body::FeedDelta(delta), Some(before)) => change(node, before, delta, &mut sink),
            _ => return Err(absent("body-gone", "the message holds no list")),
        };
        let summary = match made {
            Ok(summary) => summary,
            Err(missed) => {
                let failed = out.take_failure().map(|fault| Missed::Local(fault.to_string()));
                return Err(failed.unwrap_or(missed));
            }
        };
        // spec: fed-11
        if summary.root != step.to.root {
            let rule = "the root over the entries is the one that the message says";
            return Err(ListFault::whole(FeedCode::WrongRoot, rule).into());
        }
        let table = out.finish()?;
        let base = match (&body, &before) {
            (Body::FeedDelta(_), Some(before)) => before.base,
            _ => step.message,
        };
        let names = (step.to, base, step.message);
        let note = node.feeds.keeper.name(&procedure, names, &table)?;
        let held = opened(node, &note)
            .ok_or_else(|| Missed::Local("the new table cannot be read".to_owned()))?;
        if let Some(known) = node.feeds.one(&procedure) {
            let known = Known { table: Some(Arc::new(held)), ..known.again() };
            node.feeds.put(Arc::new(known));
        }
        if let Some(before) = before {
            node.feeds.keeper.remove(&before.file);
        }
        tracing::info!(
            number = step.to.seq,
            count = summary.items,
            "a feed of indicators was taken"
        );
        Ok(())
    }
}

/// Whether what a feed waits for may have come. What its own messages bring is told by the writer.
fn is_due(node: &Shared, waits: &Waits) -> bool {
    let is_here =
        |file: &Digest| matches!(node.feeds.keeper.beside.held(file), Ok(FileHeld::Whole { .. }));
    waits.files.iter().any(is_here)
}

/// Ends a table that is being written when the node ends.
struct Watched<'a> {
    out: &'a mut Out,
    feeds: &'a Feeds,
}

impl Sink for Watched<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Unwritable> {
        if self.feeds.has_ended() { Err(Unwritable) } else { self.out.take(bytes) }
    }
}

fn absent(code: &'static str, why: &str) -> Missed {
    Missed::Absent { code, why: why.to_owned(), file: None }
}

/// A snapshot as a table.
fn whole(node: &Shared, snapshot: &FeedSnapshot, out: &mut dyn Sink) -> Result<Summary, Missed> {
    let entries = list(node, &snapshot.entries, Form::Entries)?;
    let said: BTreeMap<_, _> =
        snapshot.count_by_type.iter().map(|count| (count.indicator, count.count)).collect();
    let found: BTreeMap<_, _> = entries.summary().by_type().into_iter().collect();
    let is_counted = said.iter().filter(|(_, count)| **count > 0).eq(found.iter());
    if entries.summary().class != snapshot.class {
        let rule = "infrastructure and accounts stand in different feeds";
        return Err(ListFault::whole(FeedCode::WrongClass, rule).into());
    }
    if !is_counted {
        let rule = "the list has as many entries of each kind as the message says";
        return Err(ListFault::whole(FeedCode::WrongCount, rule).into());
    }
    if entries.summary().root != snapshot.root_hash {
        let rule = "the root over the entries is the one that the message says";
        return Err(ListFault::whole(FeedCode::WrongRoot, rule).into());
    }
    Ok(apply::from_list(&entries, snapshot.seq, out)?)
}

/// A table and a change as the next table.
fn change(
    node: &Shared,
    before: &Held,
    delta: &FeedDelta,
    out: &mut dyn Sink,
) -> Result<Summary, Missed> {
    match &delta.ops {
        FeedOps::Attached(file) => {
            let changes = list(node, file, Form::Changes)?;
            Ok(apply::apply(&before.list, &changes, delta.to_seq, out)?)
        }
        FeedOps::Inline(ops) => {
            let ops = ops.iter().map(Op::of).collect::<Result<Vec<_>, _>>()?;
            let file = apply::file_of(delta.class, &ops)?;
            let changes = List::open(file, Form::Changes)?;
            Ok(apply::apply(&before.list, &changes, delta.to_seq, out)?)
        }
    }
}

fn list(
    node: &Shared,
    file: &SealedFile,
    form: Form,
) -> Result<List<crate::host::feeds::keep::Plain>, Missed> {
    let plain = node.feeds.keeper.read_beside(file).map_err(|fault| match fault {
        FileFault::Absent => Missed::Absent {
            code: super::FILE_AWAITED,
            why: "its list is not here yet".to_owned(),
            file: Some(file.digest),
        },
        FileFault::Unopenable { .. } | FileFault::BadLength(_) => {
            let rule = "the file of a list opens under the key of its message";
            Missed::Bad(ListFault::whole(FeedCode::BadForm, rule))
        }
        other @ (FileFault::TooLong { .. }
        | FileFault::NoRoom { .. }
        | FileFault::Busy
        | FileFault::Longer
        | FileFault::Shorter
        | FileFault::OtherDigest
        | FileFault::Unsealable
        | FileFault::Entropy(_)
        | FileFault::Disk(_)) => Missed::Local(other.to_string()),
    })?;
    Ok(List::open(plain, form)?)
}

/// The body of a message. The node opens lists itself; what people are shown of them is another matter.
fn body(node: &Shared, message: &Digest) -> Result<Body, Missed> {
    let gone = || absent("body-gone", "the body of the message is not here any more");
    let local = |error: ReadError| Missed::Local(error.to_string());
    let record = node.reader.message(message).map_err(local)?.ok_or_else(gone)?;
    if record.body == BodyForm::Erased {
        return Err(gone());
    }
    let sealed = match node.reader.body(message) {
        Ok(Some(sealed)) => sealed,
        Ok(None) => return Err(gone()),
        Err(error) if error.is_lost_body() => return Err(gone()),
        Err(error) => return Err(local(error)),
    };
    let opened = sealing::open(node, &record, &sealed).map_err(|_| gone())?;
    let header = header::read(&record.message).map_err(|_| gone())?;
    Content::read(header.kind, opened.content()).map(|content| content.body).map_err(|_| gone())
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
) -> Result<Option<(Book, Known)>, ReadError> {
    let book = Book::of(node.reader.acts(&procedure)?);
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

fn opened(node: &Shared, note: &Note) -> Option<Held> {
    let plain = node.feeds.keeper.read(note).ok()?;
    let list = List::open(plain, Form::Table).ok()?;
    if list.summary().root != note.at.root {
        return None;
    }
    let counts = list.summary().by_type();
    let Note { at, base, last, table, .. } = note.clone();
    Some(Held { at, counts, base, last, list, file: table })
}
