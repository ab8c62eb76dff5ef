//! Whole tables in the order of their keys, with a bounded number of rows in memory: for exports.
//!
//! Uses `read`, `schema`. A walk sees rows that are committed while it runs; whoever exports takes the head first and
//! leaves out what lies after it.

use std::fmt;
use std::vec::IntoIter;

use concord_protocol::engine::record::DispatchRecord;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::ReceiptRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::TileRecord;

use crate::store::read;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::schema::Table;

/// Rows in memory at a time: at most 4 MiB of leaves.
const PAGE_ROWS: usize = 64;

/// One table, row by row. Ends after the first error.
pub struct Walk<T> {
    reader: Reader,
    keys: Keys,
    unwrap: fn(Record) -> Option<T>,
    page: IntoIter<Row>,
    left: Left,
}

/// Whether rows may follow the page in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    More,
    Nothing,
}

// spec: store-15
impl Reader {
    /// Every leaf, in order.
    pub fn walk_leaves(&self) -> Walk<LeafRecord> {
        self.walk(Table::Leaf, read::as_leaf)
    }

    /// Every full tile, by level, then by place.
    pub fn walk_tiles(&self) -> Walk<TileRecord> {
        self.walk(Table::Tile, read::as_tile)
    }

    /// Every message, by leaf.
    pub fn walk_messages(&self) -> Walk<MessageRecord> {
        self.walk(Table::Message, read::as_message)
    }

    /// Every number of every link out, by peer, epoch and number.
    pub fn walk_outbound(&self) -> Walk<OutboundRecord> {
        self.walk(Table::Outbound, read::as_outbound)
    }

    /// Every number of every link in, by peer, epoch and number.
    pub fn walk_inbound(&self) -> Walk<InboundRecord> {
        self.walk(Table::Inbound, read::as_inbound)
    }

    /// Every dispatch that peers signed, by peer, epoch and first number.
    pub fn walk_dispatches(&self) -> Walk<DispatchRecord> {
        self.walk(Table::Dispatch, read::as_dispatch)
    }

    /// Every receipt that was taken, by peer, epoch and first number.
    pub fn walk_receipts(&self) -> Walk<ReceiptRecord> {
        self.walk(Table::Receipt, read::as_receipt)
    }

    fn walk<T>(&self, table: Table, unwrap: fn(Record) -> Option<T>) -> Walk<T> {
        let page = Vec::new().into_iter();
        Walk { reader: self.clone(), keys: table.all(), unwrap, page, left: Left::More }
    }
}

impl<T> Walk<T> {
    /// Fetches the next page when the one in memory is used up.
    fn turn(&mut self) -> Result<(), ReadError> {
        if self.page.len() > 0 || self.left == Left::Nothing {
            return Ok(());
        }
        // spec: store-15
        let rows = self.reader.range(&self.keys, Order::Ascending, PAGE_ROWS)?;
        self.left = if rows.len() < PAGE_ROWS { Left::Nothing } else { Left::More };
        if let Some((last, _)) = rows.last() {
            // The smallest key after this one.
            self.keys.from = [last.as_slice(), &[0]].concat();
        }
        self.page = rows.into_iter();
        Ok(())
    }
}

impl<T> Iterator for Walk<T> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = match self.turn() {
            Ok(()) => self.page.next().map(|(_, value)| read::record_of(&value, self.unwrap)),
            Err(error) => Some(Err(error)),
        };
        if matches!(found, Some(Err(_))) {
            self.left = Left::Nothing;
            self.page = Vec::new().into_iter();
        }
        found
    }
}

impl<T> fmt::Debug for Walk<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Walk")
    }
}
