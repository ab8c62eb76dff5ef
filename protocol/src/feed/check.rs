//! Judges a file that came from elsewhere: every byte of it, in one pass.
//!
//! Memory: a block, the index, and some 24 bytes for each id. What is judged is handed on at once, so that a table is
//! written while its list is judged; a fault then throws the half table away.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::source::Source;
use crate::feed::fault::ListFault;
use crate::feed::ids::Ids;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::listed::Listed;
use crate::feed::number::Numbered as _;
use crate::feed::op::Does;
use crate::feed::op::Op;
use crate::log::tree::Tree;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::registry::FeedCode;

/// What was seen of a file so far.
#[derive(Debug, Default)]
struct Seen {
    last: Vec<u8>,
    ids: Ids,
    tree: Tree,
    counts: BTreeMap<u8, u64>,
    items: u64,
}

impl Seen {
    // spec: fed-2
    fn take(&mut self, item: &[u8], id: &str, kind: u8) -> Result<(), ListFault> {
        self.items = self.items.saturating_add(1);
        let fault = |code, rule| Err(ListFault::of(code, id, rule));
        if self.items > 1 && self.last.as_slice() >= item {
            return fault(
                FeedCode::OutOfOrder,
                "items stand in the order of their bytes, each once",
            );
        }
        if !self.ids.is_new(id) {
            return fault(FeedCode::RepeatedId, "an id names one entry");
        }
        self.last.clear();
        self.last.extend_from_slice(item);
        let count = self.counts.entry(kind).or_default();
        *count = count.saturating_add(1);
        drop(self.tree.append(item));
        Ok(())
    }

    // spec: fed-4
    fn judge<S: Source>(&self, list: &List<S>) -> Result<(), ListFault> {
        let said = list.summary();
        if self.items != said.items || self.counts != said.counts {
            let rule = "the trailer counts what the file holds";
            return Err(ListFault::whole(FeedCode::WrongCount, rule));
        }
        if self.tree.root() != said.root {
            let rule = "the root is the one over the items of the file";
            return Err(ListFault::whole(FeedCode::WrongRoot, rule));
        }
        Ok(())
    }
}

/// What takes an entry that was judged, by its bytes.
pub type Each<'a> = dyn FnMut(&[u8], IndicatorType) -> Result<(), ListFault> + 'a;

/// Judges a list of entries, and hands on each with its bytes, in order.
///
/// # Errors
/// The first thing that is wrong, with the entry; or what `each` answered.
// spec: fed-9
pub fn entries<S: Source>(list: &List<S>, each: &mut Each<'_>) -> Result<(), ListFault> {
    let mut seen = Seen::default();
    walk(list, Form::Entries, &mut |item| {
        let listed = Listed::read(item)?;
        let indicator = listed.judge_class(list.summary().class)?;
        seen.take(item, listed.id.as_str(), indicator.number())?;
        each(item, indicator)
    })?;
    seen.judge(list)
}

/// What a file of changes does to which entry. Memory: some 80 bytes for each.
pub(super) type Changed = BTreeMap<String, Does>;

/// Judges a file of changes.
///
/// # Errors
/// The first thing that is wrong, with the entry.
// spec: fed-9
pub(super) fn changes<S: Source>(list: &List<S>) -> Result<Changed, ListFault> {
    let (mut seen, mut changed) = (Seen::default(), Changed::new());
    walk(list, Form::Changes, &mut |item| {
        let op = Op::read(item)?;
        op.judge_class(list.summary().class)?;
        let (id, does) = (op.id().as_str(), op.does());
        seen.take(item, id, does.number())?;
        changed.insert(id.to_owned(), does);
        Ok(())
    })?;
    seen.judge(list)?;
    Ok(changed)
}

fn walk<S: Source>(
    list: &List<S>,
    form: Form,
    each: &mut dyn FnMut(&[u8]) -> Result<(), ListFault>,
) -> Result<(), ListFault> {
    let (mut walk, mut number) = (list.walk(), 0_u64);
    while let Some(item) = walk.next_item()? {
        number = number.saturating_add(1);
        let item = item.to_owned();
        each(&item).map_err(|fault| fault.at(number))?;
        // spec: fed-3
        if let Some(first) = walk.begins(item.len())
            && form.key(&item).ok() != Some(first)
        {
            let rule = "the index says how each block begins";
            return Err(ListFault::whole(FeedCode::BadForm, rule).at(number));
        }
    }
    Ok(())
}
