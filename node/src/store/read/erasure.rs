//! What was erased, what is due, and the copies of keys.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::LeafIndex;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::as_due;
use crate::store::read::as_erasure;
use crate::store::read::as_key_backup;
use crate::store::read::as_message;
use crate::store::read::as_retired;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::schema;
use crate::store::schema::Table;

#[expect(clippy::missing_errors_doc, reason = "every read fails for the same reasons")]
impl Reader {
    /// Up to which day every body that was due is gone.
    pub fn retired(&self) -> Result<Option<CivilDate>, ReadError> {
        Ok(self.one(&Table::Retired.single(), as_retired)?.map(|record| record.through))
    }

    /// At most `limit` bodies that are due from one day, or the first of all, to the end of another, in order of day and leaf, after a place.
    pub fn due(
        &self,
        (from, through): (Option<CivilDate>, CivilDate),
        after: Option<&DueRecord>,
        limit: usize,
    ) -> Result<Vec<DueRecord>, ReadError> {
        let from = match after {
            Some(last) => schema::after(&schema::due(last.day, last.leaf)),
            None => from.map_or_else(|| Table::Due.all().from, schema::due_on),
        };
        let keys = Keys { from, until: schema::after(&schema::due_on(through)) };
        self.some(&keys, limit, as_due)
    }

    /// At most `limit` messages that are looked at again by the end of a day, in order of day and leaf, after a place;
    /// also those whose bodies were erased since.
    pub fn reviews(
        &self,
        through: CivilDate,
        after: Option<(CivilDate, LeafIndex)>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ReadError> {
        let from = match after {
            Some((day, leaf)) => schema::after(&schema::review(day, leaf)),
            None => Table::Review.all().from,
        };
        let keys = Keys { from, until: schema::after(&schema::review_on(through)) };
        let rows = self.range(&keys, Order::Ascending, limit)?;
        let message = |key: &[u8]| {
            let leaf = u64::from_be_bytes(*key.last_chunk::<8>().ok_or(ReadError::Row)?);
            let found = self.one(&schema::message(LeafIndex::new(leaf)), as_message)?;
            found.ok_or(ReadError::Row)
        };
        rows.iter().map(|(key, _)| message(key)).collect()
    }

    /// Why the body of a message was erased; `None` when it was not.
    pub fn erasure(&self, message: &Digest) -> Result<Option<ErasureRecord>, ReadError> {
        self.one(&schema::erasure(message), as_erasure)
    }

    /// The copies of the keys that are still alive at a time.
    pub fn key_backups(&self, now: Timestamp) -> Result<Vec<KeyBackupRecord>, ReadError> {
        let from = schema::key_backup(now, Timestamp::from_millis(0));
        let keys = Keys { from, until: Table::KeyBackup.all().until };
        self.some(&keys, usize::MAX, as_key_backup)
    }
}
