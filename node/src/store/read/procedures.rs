//! Procedures: what their messages contribute.

use std::sync::Arc;

use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::act::ActRecord;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::book::Kept;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::record_of;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::schema;
use crate::store::schema::Table;

impl Reader {
    /// A procedure as its messages say it stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    // spec: pro-12
    pub fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, ReadError> {
        let rows = self.rows_of(procedure)?;
        self.books.of(&rows, || Ok(Book::recalled(kept_in(&rows)?)))
    }

    /// What the messages of a procedure contribute, in no order that means anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn acts(&self, procedure: &ProcedureId) -> Result<Vec<Act>, ReadError> {
        Ok(self.kept(procedure)?.into_iter().map(|kept| kept.act).collect())
    }

    /// The messages of a procedure and where each stands, in no order that means anything: all that the engine took.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept(&self, procedure: &ProcedureId) -> Result<Vec<Kept>, ReadError> {
        kept_in(&self.rows_of(procedure)?)
    }

    fn rows_of(&self, procedure: &ProcedureId) -> Result<Vec<Row>, ReadError> {
        let keys = schema::within(schema::acts(procedure));
        self.range(&keys, Order::Ascending, usize::MAX)
    }

    /// At most `limit` procedures, oldest first by when they were named, of those after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn procedures(
        &self,
        after: Option<&ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureId>, ReadError> {
        let mut keys = Table::Act.all();
        if let Some(after) = after {
            keys.from = schema::after(&schema::acts(after));
        }
        let mut found = Vec::new();
        while found.len() < limit {
            let Some((_, value)) = self.range(&keys, Order::Ascending, 1)?.pop() else { break };
            let procedure = record_of(&value, as_act)?.procedure;
            keys.from = schema::after(&schema::acts(&procedure));
            found.push(procedure);
        }
        Ok(found)
    }

    /// At most `limit` procedures that a message of this kind begins, in the order of their names, of those after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begun_with(
        &self,
        kind: Kind,
        after: Option<&ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureId>, ReadError> {
        let mut keys = schema::within(schema::begun_with(kind));
        if let Some(after) = after {
            keys.from = schema::after(&schema::begun(kind, after));
        }
        let rows = self.range(&keys, Order::Ascending, limit)?;
        let name = |key: &[u8]| {
            let bytes = key.last_chunk::<16>().ok_or(ReadError::Row)?;
            ProcedureId::from_bytes(*bytes).map_err(|_| ReadError::Row)
        };
        rows.iter().map(|(key, _)| name(key)).collect()
    }
}

fn kept_in(rows: &[Row]) -> Result<Vec<Kept>, ReadError> {
    let kept = |ActRecord { act, stands, .. }| Kept { act: *act, stands };
    rows.iter().map(|(_, value)| record_of(value, as_act).map(kept)).collect()
}

fn as_act(record: Record) -> Option<ActRecord> {
    if let Record::Act(record) = record { Some(record) } else { None }
}
