//! What has to change for one list to become another.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::codec::source::Source;
use crate::feed::fault::ListFault;
use crate::feed::list;
use crate::feed::list::List;
use crate::feed::listed;
use crate::feed::listed::Listed;
use crate::feed::op::Op;
use crate::limits::FEED_CHANGES_MAX;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::registry::FeedCode;

/// The changes that lead from a table to a list; what is in the list no more has expired when its time is over at `now`,
/// and is withdrawn otherwise. Memory: the changes.
///
/// # Errors
/// When one of the two cannot be read, or there are more changes than one file may hold: then a snapshot is shorter.
pub fn changes<S: Source, T: Source>(
    table: &List<S>,
    entries: &List<T>,
    now: Timestamp,
) -> Result<Vec<Op>, ListFault> {
    let (mut gone, mut come) = (BTreeMap::<String, Timestamp>::new(), Vec::<Listed>::new());
    let (mut old, mut new) = (table.walk(), entries.walk());
    let mut before = old.next_item()?.map(<[u8]>::to_owned);
    let mut after = new.next_item()?.map(<[u8]>::to_owned);
    loop {
        let was = before.as_deref().map(|item| list::since(item).map(|(entry, _)| entry));
        let was = was.transpose()?;
        let order = match (was, after.as_deref()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => was.cmp(is),
        };
        if let (Some(was), Ordering::Less) = (was, order) {
            let (_, id) = listed::key(was)?;
            gone.insert(id.to_owned(), Listed::read(was)?.valid_until);
        }
        if let (Some(is), Ordering::Greater) = (after.as_deref(), order) {
            come.push(Listed::read(is)?);
        }
        if gone.len().max(come.len()) > usize::try_from(FEED_CHANGES_MAX).unwrap_or(usize::MAX) {
            let rule = "a file of changes has at most 65,536: send the list as a snapshot";
            return Err(ListFault::whole(FeedCode::TooLarge, rule));
        }
        if order.is_le() {
            before = old.next_item()?.map(<[u8]>::to_owned);
        }
        if order.is_ge() {
            after = new.next_item()?.map(<[u8]>::to_owned);
        }
    }
    let mut ops: Vec<Op> = come
        .into_iter()
        .map(|listed| match gone.remove(listed.id.as_str()) {
            Some(_) => Op::Update(listed),
            None => Op::Add(listed),
        })
        .collect();
    for (id, until) in gone {
        let id = RecordRef::parse(&id)
            .map_err(|_| ListFault::whole(FeedCode::BadEntry, "an id has its form"))?;
        ops.push(if until <= now { Op::Expire(id) } else { Op::Withdraw(id) });
    }
    Ok(ops)
}
