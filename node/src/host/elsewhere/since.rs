//! The procedures that begin with something, and those to which something came since an index was brought up to date.

use std::collections::BTreeSet;

use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;

use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Names and messages that are read at a time.
const PAGE: usize = 256;

/// The newest message at which an index has looked; none before its first look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Since(Option<LeafIndex>);

impl Since {
    /// At the first look every procedure that begins with one of these kinds, later those of the messages that came since and
    /// matter; and up to where that goes, to be kept once they were looked at.
    pub(super) fn touched(
        self,
        shared: &Shared,
        beginnings: &[Kind],
        matters: impl Fn(&Header) -> bool,
    ) -> Result<(BTreeSet<ProcedureId>, Self), ReadError> {
        let newest = shared.reader.messages(None, 1)?.first().map(|record| record.leaf);
        let touched = match self.0 {
            Some(seen) => after(shared, seen, matters)?,
            None => begun_with(shared, beginnings)?,
        };
        Ok((touched, Self(newest.or(self.0))))
    }
}

/// The procedures of the messages after a leaf that matter.
fn after(
    shared: &Shared,
    seen: LeafIndex,
    matters: impl Fn(&Header) -> bool,
) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let mut touched = BTreeSet::new();
    let mut before = None;
    loop {
        let page = shared.reader.messages(before, PAGE)?;
        let news = page.iter().take_while(|record| record.leaf > seen);
        let headers = news.clone().filter_map(|record| header::read(&record.message).ok());
        touched.extend(headers.filter(&matters).map(|header| header.procedure));
        match page.last() {
            Some(last) if last.leaf > seen => before = Some(last.leaf),
            Some(_) | None => return Ok(touched),
        }
    }
}

/// Every procedure in the store that begins with one of these kinds. Shape: 16 bytes for each.
pub(super) fn begun_with(
    shared: &Shared,
    kinds: &[Kind],
) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let mut begun = BTreeSet::new();
    for kind in kinds {
        let mut after = None;
        loop {
            let page = shared.reader.begun_with(*kind, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            begun.extend(page);
        }
    }
    Ok(begun)
}
