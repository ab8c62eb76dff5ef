//! Files beside messages: what this node lacks and fetches, and what it sends to others.
//!
//! Uses `store::files`, `transport::bulk`. What is wanted is found out from the store, at the start and after each commit,
//! so that nothing but the files themselves has to survive a restart. Each link asks its peer for what that peer's
//! messages name ([`fetch`]) and answers what the peer asks ([`serve`]).
//! Every wait for the disk is on the threads that wait for it; a file under way takes one piece of memory.
//!
//! Absent on purpose: opening a file. Its key stands in a body, and a body is opened by a reading that is logged.

mod fetch;
pub(crate) mod look;
mod looked;
mod serve;
pub mod wants;

#[cfg(test)]
mod tests;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::message::attachment::Attachment;
use concord_protocol::wire::frame::Passage;

use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::shared::Shared;
use crate::store::read::ReadError;
use crate::transport::connection::Connection;

/// Files that a node sends at once, to all its peers. Beyond it: `busy`.
pub(crate) const SENT_MAX: usize = 16;

/// Bytes of a file that are in memory at once, for each that is under way.
const PIECE_BYTES: usize = 256 * 1024;

/// Fetches and serves files on one link until it ends. A link on which not everything may pass carries none.
// spec: fil-30
pub(crate) async fn run(around: &Surroundings, connection: &Connection, passage: Passage) -> Ended {
    match passage {
        Passage::Whole => {
            tokio::select! {
                ended = fetch::fetch(around, connection) => ended,
                ended = serve::serve(&around.shared, connection) => ended,
            }
        }
        Passage::Restricted => std::future::pending().await,
    }
}

/// The file of that digest as a message names it, if its body is still here.
fn named_by(record: &MessageRecord, file: &Digest) -> Option<Attachment> {
    if record.body != BodyForm::Held {
        return None;
    }
    let header = header::read(&record.message).ok()?;
    header.attachments.into_iter().find(|named| named.digest == *file)
}

/// Whether a message of the author that is still here names the file, with its length.
// spec: fil-36
fn wanted_of(shared: &Shared, author: &AgencyId, file: &Digest) -> Result<Option<u64>, ReadError> {
    shared.reader.beside_of(file, author, |record| named_by(record, file).map(|named| named.length))
}

/// Whether a message that is still here names the file, whoever wrote it.
fn is_needed(shared: &Shared, file: &Digest) -> Result<bool, ReadError> {
    let needed = shared.reader.beside(file, |record| named_by(record, file));
    needed.map(|named| named.is_some())
}
