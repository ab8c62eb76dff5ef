//! Messages in the order in which they were logged, and those that share an id.

use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::limits::MEMBERS_MAX;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::as_message;
use crate::store::read::digest_of;
use crate::store::read::record_of;
use crate::store::rows::Order;
use crate::store::schema;
use crate::store::schema::Table;

#[expect(clippy::missing_errors_doc, reason = "every read fails for the same reasons")]
impl Reader {
    /// The messages with this id, by author: one, unless an author took the id of another's message.
    pub fn messages_by_id(&self, id: &MessageId) -> Result<Vec<MessageRecord>, ReadError> {
        let keys = schema::within(schema::messages_by_id(id));
        let rows = self.range(&keys, Order::Ascending, MEMBERS_MAX)?;
        let found = rows
            .into_iter()
            .map(|(_, bytes)| self.message(&digest_of(&bytes)?)?.ok_or(ReadError::Row));
        found.collect()
    }

    /// At most `limit` messages, newest first by leaf, of those with a leaf before `before`.
    pub fn messages(
        &self,
        before: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ReadError> {
        let mut keys = Table::Message.all();
        keys.until = before.map_or(keys.until, schema::message);
        let rows = self.range(&keys, Order::Descending, limit)?;
        rows.iter().map(|(_, value)| record_of(value, as_message)).collect()
    }

    /// At most `limit` messages, oldest first by leaf, of those with a leaf after `seen`; from the first one where none was.
    pub fn messages_after(
        &self,
        seen: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ReadError> {
        let mut keys = Table::Message.all();
        keys.from = seen.map_or(keys.from, |seen| schema::message(seen.next()));
        let rows = self.range(&keys, Order::Ascending, limit)?;
        rows.iter().map(|(_, value)| record_of(value, as_message)).collect()
    }
}
