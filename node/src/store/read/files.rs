//! Files: beside which messages they stand.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::MessageRecord;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::as_message;
use crate::store::read::digest_of;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::schema;
use crate::store::schema::Table;

/// Messages beside which one file is looked for; in practice it is one.
const BESIDE_MAX: usize = 1_024;

/// That a file stands beside a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The file.
    pub file: Digest,
    /// The message.
    pub message: Digest,
}

#[expect(clippy::missing_errors_doc, reason = "every read fails for the same reasons")]
impl Reader {
    /// The messages that name a file, at most a thousand.
    // spec: fil-20
    pub fn beside(&self, file: &Digest) -> Result<Vec<MessageRecord>, ReadError> {
        let keys = schema::within(schema::beside(file));
        let rows = self.range(&keys, Order::Ascending, BESIDE_MAX)?;
        let found = rows.iter().map(|(_, place)| self.one(place, as_message));
        found.filter_map(Result::transpose).collect()
    }

    /// At most `limit` pairs of a file and a message that names it, in order, of those after `after`.
    pub fn attached(&self, after: Option<&Beside>, limit: usize) -> Result<Vec<Beside>, ReadError> {
        let all = Table::File.all();
        let from = after.map(|last| schema::after(&schema::file(&last.file, &last.message)));
        let keys = Keys { from: from.unwrap_or(all.from), until: all.until };
        let rows = self.range(&keys, Order::Ascending, limit)?;
        rows.iter().map(|(key, _)| pair_of(key)).collect()
    }
}

fn pair_of(key: &[u8]) -> Result<Beside, ReadError> {
    let (_, names) = key.split_first().ok_or(ReadError::Row)?;
    let (file, message) = names.split_at_checked(32).ok_or(ReadError::Row)?;
    Ok(Beside { file: digest_of(file)?, message: digest_of(message)? })
}
