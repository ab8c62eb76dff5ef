//! Files: beside which messages they stand.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::LeafIndex;

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

/// That a message names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The leaf of the message.
    pub leaf: LeafIndex,
    /// The file.
    pub file: Digest,
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

    /// At most `limit` files that messages name, in the order of the messages' leaves, of those after `after`.
    pub fn attached(
        &self,
        after: Option<&Attached>,
        limit: usize,
    ) -> Result<Vec<Attached>, ReadError> {
        let all = Table::Attached.all();
        let from = after.map(|last| schema::after(&schema::attached_at(last.leaf, &last.file)));
        let keys = Keys { from: from.unwrap_or(all.from), until: all.until };
        let rows = self.range(&keys, Order::Ascending, limit)?;
        rows.iter().map(|(key, _)| attached_of(key)).collect()
    }

    /// The message whose leaf this is.
    pub fn message_at(&self, leaf: LeafIndex) -> Result<Option<MessageRecord>, ReadError> {
        self.one(&schema::message(leaf), as_message)
    }
}

fn attached_of(key: &[u8]) -> Result<Attached, ReadError> {
    let (_, names) = key.split_first().ok_or(ReadError::Row)?;
    let (leaf, file) = names.split_first_chunk::<8>().ok_or(ReadError::Row)?;
    Ok(Attached { leaf: LeafIndex::new(u64::from_be_bytes(*leaf)), file: digest_of(file)? })
}
