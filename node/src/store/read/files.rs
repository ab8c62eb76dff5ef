//! Files: beside which messages they stand.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::as_message;
use crate::store::read::digest_of;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::schema;
use crate::store::schema::Table;

/// Messages beside which one file stands that are read at once; in practice it is one.
const PAGE: usize = 256;

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
    /// What is found in the first message that names a file and has what is looked for, whoever wrote it. All of them are
    /// gone through: who names a file often hides nobody else's message.
    // spec: fil-20, fil-21
    pub fn beside<T>(
        &self,
        file: &Digest,
        find: impl FnMut(&MessageRecord) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        self.first_of(schema::within(schema::beside(file)), find)
    }

    /// The same among the messages of one author. What others wrote is not even read.
    // spec: fil-21
    pub fn beside_of<T>(
        &self,
        file: &Digest,
        author: &AgencyId,
        find: impl FnMut(&MessageRecord) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        self.first_of(schema::within(schema::beside_of(file, author)), find)
    }

    fn first_of<T>(
        &self,
        mut keys: Keys,
        mut find: impl FnMut(&MessageRecord) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        loop {
            let rows = self.range(&keys, Order::Ascending, PAGE)?;
            for (_, place) in &rows {
                let record = self.one(place, as_message)?;
                if let Some(found) = record.as_ref().and_then(&mut find) {
                    return Ok(Some(found));
                }
            }
            match rows.last() {
                Some((last, _)) if rows.len() == PAGE => keys.from = schema::after(last),
                Some(_) | None => return Ok(None),
            }
        }
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
