//! Puts entries in order, however many come and in whatever order.
//!
//! Memory: what is sorted at once, and what was sorted before as deflated lists, which take about a quarter of it.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use crate::feed::apply;
use crate::feed::fault::ListFault;
use crate::feed::ids::Ids;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::list::Summary;
use crate::feed::list::Walk;
use crate::feed::listed::Listed;
use crate::feed::sink::Sink;
use crate::feed::write::Writer;
use crate::limits::FEED_ENTRIES_MAX;
use crate::limits::FEED_SORT_BYTES_MAX;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::registry::FeedCode;

/// Entries that are being put in order.
pub struct Sorter {
    class: FeedClass,
    waiting: Vec<Vec<u8>>,
    bytes: usize,
    runs: Vec<Vec<u8>>,
    ids: Ids,
    count: u64,
}

impl core::fmt::Debug for Sorter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Sorter({} entries)", self.count)
    }
}

impl Sorter {
    /// For a feed of this class.
    pub fn new(class: FeedClass) -> Self {
        Self {
            class,
            waiting: Vec::new(),
            bytes: 0,
            runs: Vec::new(),
            ids: Ids::default(),
            count: 0,
        }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// When it is of another class, its id was there before, or there are too many.
    // spec: fed-10
    pub fn push(&mut self, listed: &Listed) -> Result<(), ListFault> {
        listed.judge_class(self.class)?;
        let id = listed.id.as_str();
        if !self.ids.is_new(id) {
            return Err(ListFault::of(FeedCode::RepeatedId, id, "an id names one entry"));
        }
        if self.count >= FEED_ENTRIES_MAX {
            let rule = "a list has at most 2,000,000 entries";
            return Err(ListFault::whole(FeedCode::TooLarge, rule));
        }
        let bytes = listed.bytes()?;
        self.count = self.count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes.len()).saturating_add(size_of::<Vec<u8>>());
        self.waiting.push(bytes);
        if self.bytes >= FEED_SORT_BYTES_MAX {
            self.close_run()?;
        }
        Ok(())
    }

    fn close_run(&mut self) -> Result<(), ListFault> {
        let mut waiting = core::mem::take(&mut self.waiting);
        self.bytes = 0;
        waiting.sort_unstable();
        let mut run = Vec::new();
        let mut list = Writer::new(Form::Entries, self.class, &mut run);
        for entry in &waiting {
            list.judged(entry, apply::indicator(entry)?, 0)?;
        }
        list.finish()?;
        self.runs.push(run);
        Ok(())
    }

    /// Writes the list of all that came, in order.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, out: &mut dyn Sink) -> Result<Summary, ListFault> {
        self.close_run()?;
        let runs = self.runs.iter().map(|run| List::open(run.as_slice(), Form::Entries));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let mut heads = Vec::new();
        for run in &runs {
            let mut walk = run.walk();
            heads.push((next(&mut walk)?, walk));
        }
        let mut list = Writer::new(Form::Entries, self.class, out);
        loop {
            heads.retain(|(head, _)| head.is_some());
            let least = heads.iter_mut().min_by(|(one, _), (other, _)| one.cmp(other));
            let Some((Some(entry), walk)) = least.map(|(head, walk)| (head.take(), (head, walk)))
            else {
                return list.finish();
            };
            list.judged(&entry, apply::indicator(&entry)?, 0)?;
            let (head, walk) = walk;
            *head = next(walk)?;
        }
    }
}

fn next(walk: &mut Walk<'_, &[u8]>) -> Result<Option<Vec<u8>>, ListFault> {
    Ok(walk.next_item()?.map(<[u8]>::to_owned))
}
