//! What peers' successions may have lost, found page by page in the store and owed again.
//!
//! A page is one group of the writer. What was owed again is marked so, and a succession says when nothing is left;
//! a node that stops in between goes on at its next start. Where the outbox of the link is full the rest waits on the
//! disk, where it is owed under its old numbers, until the peer has settled something.

use std::collections::VecDeque;

use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::Sign1;
use concord_protocol::engine::input::Renew;
use concord_protocol::engine::input::Rest;
use concord_protocol::engine::record::Renewal;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::log::succession::Statement;

use crate::store::read::ReadError;
use crate::store::read::Reader;

/// Numbers in one page: each may become a leaf and two records.
const PAGE: usize = 512;

/// Successions that are not done with, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Renewals {
    waiting: VecDeque<Begun>,
}

/// One of them, and where it goes on.
#[derive(Debug)]
struct Begun {
    succession: SuccessionRecord,
    place: Option<(Epoch, LinkNumber)>,
}

impl Renewals {
    /// Takes up what an earlier run did not finish.
    pub(crate) fn begin(&mut self, reader: &Reader) -> Result<(), ReadError> {
        let begun = reader.successions()?.into_iter();
        begun.filter(|record| record.renewal == Renewal::Begun).for_each(|record| self.add(record));
        Ok(())
    }

    /// A succession that was just taken.
    pub(crate) fn add(&mut self, succession: SuccessionRecord) {
        self.waiting.push_back(Begun { succession, place: None });
    }

    /// The next page, of the first succession whose link has room; `None` when there is nothing to do now.
    // spec: suc-18
    pub(crate) fn page(
        &mut self,
        reader: &Reader,
        room: impl Fn(&AgencyId) -> usize,
    ) -> Result<Option<Renew>, ReadError> {
        let mut ready = self.waiting.iter_mut().enumerate().filter_map(|(place, begun)| {
            let room = room(&begun.succession.agency);
            (room > 0).then_some((place, begun, room))
        });
        let Some((place, begun, room)) = ready.next() else { return Ok(None) };
        let page = begun.page(reader, room.min(PAGE))?;
        if page.rest == Rest::None {
            drop(self.waiting.remove(place));
        }
        Ok(Some(page))
    }
}

impl Begun {
    fn page(&mut self, reader: &Reader, limit: usize) -> Result<Renew, ReadError> {
        let succession = self.succession.clone();
        let lost_from = lost_from(&succession).ok_or(ReadError::Row)?;
        let since = self.place.map_or_else(|| first_epoch(reader, &succession), Ok)?;
        let (mut epoch, mut from) = since;
        let mut records = Vec::new();
        while epoch < succession.epoch && records.is_empty() {
            records = reader.outbound_from(&succession.agency, epoch, (from, limit))?;
            (epoch, from) = match records.last() {
                Some(last) => (epoch, last.number.next()),
                None => (epoch.next(), LinkNumber::new(1)),
            };
        }
        self.place = Some((epoch, from));
        let rest = if epoch < succession.epoch { Rest::More } else { Rest::None };
        Ok(Renew { succession, lost_from, records, rest })
    }
}

/// The first epoch of the link in which the log that ended was in force.
fn first_epoch(
    reader: &Reader,
    succession: &SuccessionRecord,
) -> Result<(Epoch, LinkNumber), ReadError> {
    let earlier = reader
        .successions()?
        .into_iter()
        .filter(|record| record.agency == succession.agency && record.log < succession.log);
    let began = earlier.map(|record| record.epoch).max();
    Ok((began.unwrap_or(Epoch::new(1)), LinkNumber::new(1)))
}

/// Where the range begins that may be lost; the statement was verified before it became a record.
fn lost_from(succession: &SuccessionRecord) -> Option<LeafIndex> {
    let signed = Sign1::parse(&succession.statement, ContentType::Succession).ok()?;
    Some(codec::decode::<Statement>(signed.payload()).ok()?.lost.first)
}

#[cfg(test)]
mod tests;
