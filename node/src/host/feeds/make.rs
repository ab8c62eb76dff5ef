//! Makes one table of one snapshot or change: reads the list that the message names, judges all of it, and gives the
//! table its name.
//!
//! Uses `keep`, `sealing`, `protocol::feed`. Absent on purpose: which message comes next, and what a feed waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

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
use concord_protocol::registry::FeedCode;

use crate::host::feeds::Feeds;
use crate::host::feeds::Held;
use crate::host::feeds::Known;
use crate::host::feeds::keep::KeepError;
use crate::host::feeds::keep::Note;
use crate::host::feeds::keep::Out;
use crate::host::feeds::keep::Plain;
use crate::host::feeds::plan::Step;
use crate::host::sealing;
use crate::host::shared::Shared;
use crate::store::files::FileFault;
use crate::store::read::ReadError;

/// Why a step was not taken.
pub(super) enum Missed {
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

/// Takes one snapshot or change: a new table, and its name.
// spec: fed-11
pub(super) fn take(node: &Shared, procedure: ProcedureId, step: &Step) -> Result<(), Missed> {
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
    tracing::info!(number = step.to.seq, count = summary.items, "a feed of indicators was taken");
    Ok(())
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

fn list(node: &Shared, file: &SealedFile, form: Form) -> Result<List<Plain>, Missed> {
    let plain = node.feeds.keeper.read_beside(file).map_err(|fault| match fault {
        FileFault::Absent => Missed::Absent {
            code: "file-awaited",
            why: "its list is not here yet".to_owned(),
            file: Some(file.digest),
        },
        FileFault::Unopenable { .. } | FileFault::BadLength(_) => {
            let rule = "the file of a list opens under the key of its message";
            Missed::Bad(ListFault::whole(FeedCode::BadForm, rule))
        }
        other @ (FileFault::TooLong { .. }
        | FileFault::NoRoom { .. }
        | FileFault::NoShare { .. }
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
pub(super) fn body(node: &Shared, message: &Digest) -> Result<Body, Missed> {
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

/// The table that a note names, if it can be read and is the one.
pub(super) fn opened(node: &Shared, note: &Note) -> Option<Held> {
    let plain = node.feeds.keeper.read(note).ok()?;
    let list = List::open(plain, Form::Table).ok()?;
    if list.summary().root != note.at.root {
        return None;
    }
    let counts = list.summary().by_type();
    let Note { at, base, last, table, .. } = note.clone();
    Some(Held { at, counts, base, last, list, file: table })
}
