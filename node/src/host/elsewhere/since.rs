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
        let Some(seen) = self.0 else {
            let newest = shared.reader.messages(None, 1)?.first().map(|record| record.leaf);
            return Ok((begun_with(shared, beginnings)?, Self(newest)));
        };
        after(shared, seen, matters)
    }
}

/// The procedures of the messages after a leaf that matter, and how far that goes.
fn after(
    shared: &Shared,
    mut seen: LeafIndex,
    matters: impl Fn(&Header) -> bool,
) -> Result<(BTreeSet<ProcedureId>, Since), ReadError> {
    let mut touched = BTreeSet::new();
    loop {
        let page = shared.reader.messages_after(Some(seen), PAGE)?;
        let Some(last) = page.last() else { return Ok((touched, Since(Some(seen)))) };
        seen = last.leaf;
        let headers = page.iter().filter_map(|record| header::read(&record.message).ok());
        touched.extend(headers.filter(&matters).map(|header| header.procedure));
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
