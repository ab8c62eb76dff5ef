//! Blocks: items one after the other, each after its length, deflated. The room of `miniz_oxide`.
//!
//! A block is inflated into as many bytes as its row of the index says and no more, so that a small file cannot ask for
//! much memory.

use alloc::vec::Vec;

use miniz_oxide::deflate;
use miniz_oxide::inflate;

use crate::feed::fault::ListFault;
use crate::registry::FeedCode;

/// How hard it is tried. Level 3 of 10: what a higher one saves of a list is a tenth, what it takes is twice the time.
const LEVEL: u8 = 3;

/// Deflates a run of items. Source: RFC 1951, spec fed-3.
pub(super) fn deflate(run: &[u8]) -> Vec<u8> {
    deflate::compress_to_vec(run, LEVEL)
}

/// Inflates a block that holds exactly `plain` bytes.
pub(super) fn inflate(stored: &[u8], plain: usize) -> Result<Vec<u8>, ListFault> {
    // spec: fed-3
    let run = inflate::decompress_to_vec_with_limit(stored, plain);
    run.ok().filter(|run| run.len() == plain).ok_or_else(|| {
        ListFault::whole(FeedCode::BadForm, "a block inflates to what its index says")
    })
}

/// Adds an item to a run. The lengths of items are bounded far below what two bytes can say.
pub(super) fn put(run: &mut Vec<u8>, item: &[u8]) {
    run.extend_from_slice(&u16::try_from(item.len()).unwrap_or(u16::MAX).to_be_bytes());
    run.extend_from_slice(item);
}

/// Takes the first item off a run; `None` at its end.
pub(super) fn take<'r>(run: &mut &'r [u8]) -> Result<Option<&'r [u8]>, ListFault> {
    let cut = || ListFault::whole(FeedCode::BadForm, "a block ends with the end of an item");
    if run.is_empty() {
        return Ok(None);
    }
    let (len, rest) = run.split_first_chunk::<2>().ok_or_else(cut)?;
    let (item, rest) =
        rest.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or_else(cut)?;
    *run = rest;
    Ok(Some(item))
}
