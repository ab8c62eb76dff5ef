//! Makes the table of a node: from a list, or from the table before and what changed. Each is one pass in order.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::source::Source;
use crate::feed::check;
use crate::feed::check::Changed;
use crate::feed::fault::ListFault;
use crate::feed::list;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::list::Summary;
use crate::feed::list::Walk;
use crate::feed::listed;
use crate::feed::op;
use crate::feed::op::Does;
use crate::feed::op::Op;
use crate::feed::sink::Sink;
use crate::feed::write::Writer;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::registry::FeedCode;

/// Judges a list and writes the table of its feed at number `seq`.
///
/// # Errors
/// The first thing that is wrong with the list. Whether its root and counts are those of the message, the caller sees.
pub fn from_list<S: Source>(
    entries: &List<S>,
    seq: u64,
    out: &mut dyn Sink,
) -> Result<Summary, ListFault> {
    let mut table = Writer::new(Form::Table, entries.summary().class, out);
    check::entries(entries, &mut |entry, indicator| table.judged(entry, indicator, seq))?;
    table.finish()
}

/// Judges changes and writes the table to which they lead at number `seq`.
///
/// # Errors
/// The first thing that is wrong with the changes, or that does not fit the table. Nothing of what was written counts then.
// spec: fed-8
pub fn apply<S: Source, T: Source>(
    table: &List<S>,
    changes: &List<T>,
    seq: u64,
    out: &mut dyn Sink,
) -> Result<Summary, ListFault> {
    let class = table.summary().class;
    if changes.summary().class != class {
        let rule = "infrastructure and accounts stand in different feeds";
        return Err(ListFault::whole(FeedCode::WrongClass, rule));
    }
    let mut changed = check::changes(changes)?;
    let mut next = Writer::new(Form::Table, class, out);
    let mut coming = Coming::begin(changes)?;
    let mut old = table.walk();
    while let Some(item) = old.next_item()? {
        let (entry, since) = list::since(item)?;
        let (_, id) = listed::key(entry)?;
        match changed.get(id) {
            Some(Does::Add) => {
                let rule = "what is added is not there yet";
                return Err(ListFault::of(FeedCode::AlreadyListed, id, rule));
            }
            Some(Does::Update | Does::Withdraw | Does::Expire) => {
                changed.remove(id);
            }
            None => {
                coming.write_until(Some(entry), (&mut next, seq))?;
                next.judged(entry, indicator(entry)?, since)?;
            }
        }
    }
    coming.write_until(None, (&mut next, seq))?;
    judge_rest(&changed)?;
    next.finish()
}

/// What is updated or goes was there.
fn judge_rest(changed: &Changed) -> Result<(), ListFault> {
    match changed.iter().find(|(_, does)| **does != Does::Add) {
        None => Ok(()),
        Some((id, _)) => {
            let rule = "what is updated, withdrawn or expired is there";
            Err(ListFault::of(FeedCode::NotListed, id, rule))
        }
    }
}

/// What an entry is about, which its first bytes say.
pub(super) fn indicator(entry: &[u8]) -> Result<IndicatorType, ListFault> {
    let number = entry.get(2).map(|number| usize::from(*number));
    let indicator = number.and_then(|number| IndicatorType::ALL.get(number)).copied();
    indicator.ok_or_else(|| ListFault::whole(FeedCode::BadEntry, "an entry is about something"))
}

/// The entries that changes bring, in the order of the list.
struct Coming<'c, T> {
    walk: Walk<'c, T>,
    entry: Option<Vec<u8>>,
}

impl<'c, T: Source> Coming<'c, T> {
    fn begin(changes: &'c List<T>) -> Result<Self, ListFault> {
        let mut coming = Self { walk: changes.walk(), entry: None };
        coming.go_on()?;
        Ok(coming)
    }

    fn go_on(&mut self) -> Result<(), ListFault> {
        self.entry = None;
        while let Some(change) = self.walk.next_item()? {
            if let Some(entry) = op::brings(change)? {
                self.entry = Some(entry.to_owned());
                break;
            }
        }
        Ok(())
    }

    /// Writes those that stand before an entry; all of them before none.
    fn write_until(
        &mut self,
        before: Option<&[u8]>,
        (next, seq): (&mut Writer<'_>, u64),
    ) -> Result<(), ListFault> {
        while let Some(entry) = self.entry.as_deref()
            && before.is_none_or(|before| entry < before)
        {
            next.judged(entry, indicator(entry)?, seq)?;
            self.go_on()?;
        }
        Ok(())
    }
}

/// The changes of a message as a file in memory.
///
/// # Errors
/// When an entry changes twice, or one is not such as a list may have.
pub fn file_of(class: FeedClass, ops: &[Op]) -> Result<Vec<u8>, ListFault> {
    let mut ids = BTreeSet::<String>::new();
    let mut sorted = Vec::new();
    for op in ops {
        if !ids.insert(op.id().as_str().to_owned()) {
            return Err(ListFault::of(
                FeedCode::RepeatedId,
                op.id().as_str(),
                "an entry changes once",
            ));
        }
        sorted.push((op.bytes()?, op));
    }
    sorted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let mut file = Vec::new();
    let mut changes = Writer::new(Form::Changes, class, &mut file);
    for (_, op) in sorted {
        changes.change(op)?;
    }
    changes.finish()?;
    Ok(file)
}
