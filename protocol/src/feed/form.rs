//! What stands behind the blocks of a file: its index and its trailer. Source: spec fed-3, `spec/cddl/feed.cddl`.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::feed::fault::ListFault;
use crate::feed::list::Form;
use crate::feed::list::Summary;
use crate::feed::number::Numbered as _;
use crate::limits::LISTED_BYTES_MAX;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::registry::FeedCode;

/// The last bytes of every file.
pub(super) const MARK: &[u8; 8] = b"cncdfeed";

/// The form that is written and read.
const VERSION: u8 = 1;

/// The length of the trailer in two bytes, and the mark.
pub(super) const TAIL_BYTES: usize = 10;

/// One block, as the index says it: the first bytes of its first item, its length stored and plain, its items.
#[derive(Serialize, Deserialize)]
pub(super) struct Row(pub(super) ByteBuf, pub(super) u32, pub(super) u32, pub(super) u32);

impl Encoded for Row {
    const BYTES_MAX: usize = LISTED_BYTES_MAX + 32;
}

/// Version, form, class, number of items, root, how many of which kind, length of the index.
#[derive(Serialize, Deserialize)]
pub(super) struct Trailer(u8, u8, u8, u64, Digest, Vec<(u8, u64)>, u64);

impl Encoded for Trailer {
    const BYTES_MAX: usize = 512;
}

pub(super) fn trailer(summary: &Summary, index_len: u64) -> Trailer {
    let counts = summary.counts.iter().map(|(kind, count)| (*kind, *count)).collect();
    let (form, class) = (summary.form.number(), summary.class.number());
    Trailer(VERSION, form, class, summary.items, summary.root, counts, index_len)
}

pub(super) fn summary(trailer: Trailer) -> Result<(Summary, u64), ListFault> {
    let Trailer(version, form, class, items, root, counts, index_len) = trailer;
    let bad = |rule| ListFault::whole(FeedCode::BadForm, rule);
    if version != VERSION {
        return Err(bad("the file is of a form that this node knows"));
    }
    if !counts.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(bad("the trailer counts each kind once, in order"));
    }
    let form =
        Form::numbered(form).ok_or_else(|| bad("the file is of a form that this node knows"))?;
    let class = FeedClass::numbered(class)?;
    let counts: BTreeMap<u8, u64> = counts.into_iter().collect();
    Ok((Summary { form, class, items, root, counts }, index_len))
}
