//! An embedded store in memory that keeps over a power cut a prefix of its batches, at least what was flushed, and of
//! the unflushed ones perhaps the mark without the rows, as the real one may.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use concord_node::store::rows::Keys;
use concord_node::store::rows::Mark;
use concord_node::store::rows::Order;
use concord_node::store::rows::Row;
use concord_node::store::rows::Rows as NodeRows;
use concord_node::store::rows::RowsError;
use concord_node::store::rows::Shelf as NodeShelf;
use harness::chance::Chance;

/// Where the store of a node lies; a handle is cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    batches: Vec<(Vec<Row>, Mark)>,
    flushed: usize,
}

#[derive(Debug)]
struct Rows {
    kept: Arc<Mutex<Kept>>,
    table: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Shelf {
    /// The process dies and the machine lives.
    pub fn after_death(&self) -> Self {
        Self { kept: Arc::new(Mutex::new(self.kept.lock().unwrap().clone())) }
    }

    /// The machine loses power.
    pub fn after_power_cut(&self, chance: &mut Chance) -> Self {
        let mut kept = self.kept.lock().unwrap().clone();
        let unflushed = kept.batches.len() - kept.flushed;
        kept.batches.truncate(kept.flushed + chance.below(unflushed + 1));
        if chance.one_in(3) {
            let flushed = kept.flushed;
            for (rows, _) in &mut kept.batches[flushed..] {
                rows.clear();
            }
        }
        kept.flushed = kept.batches.len();
        Self { kept: Arc::new(Mutex::new(kept)) }
    }
}

impl NodeShelf for Shelf {
    fn is_there(&self) -> bool {
        !self.kept.lock().unwrap().batches.is_empty()
    }

    fn open(&self) -> Result<Arc<dyn NodeRows>, RowsError> {
        let kept = self.kept.lock().unwrap();
        let table = kept.batches.iter().flat_map(|(rows, _)| rows.iter().cloned()).collect();
        drop(kept);
        Ok(Arc::new(Rows { kept: Arc::clone(&self.kept), table: Mutex::new(table) }))
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        *self.kept.lock().unwrap() = Kept::default();
        Ok(PathBuf::from("store.damaged"))
    }
}

impl NodeRows for Rows {
    fn commit(&self, rows: Vec<Row>, mark: Mark) -> Result<(), RowsError> {
        self.table.lock().unwrap().extend(rows.iter().cloned());
        self.kept.lock().unwrap().batches.push((rows, mark));
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(self.table.lock().unwrap().get(key).cloned())
    }

    fn range(&self, keys: &Keys, order: Order, limit: usize) -> Result<Vec<Row>, RowsError> {
        if keys.from >= keys.until {
            return Ok(Vec::new());
        }
        let table = self.table.lock().unwrap();
        let rows = table.range(keys.from.clone()..keys.until.clone());
        let row = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
        let found = match order {
            Order::Ascending => rows.take(limit).map(row).collect(),
            Order::Descending => rows.rev().take(limit).map(row).collect(),
        };
        drop(table);
        Ok(found)
    }

    fn mark(&self) -> Result<Option<Mark>, RowsError> {
        Ok(self.kept.lock().unwrap().batches.last().map(|(_, mark)| *mark))
    }

    fn flush(&self) -> Result<(), RowsError> {
        let mut kept = self.kept.lock().unwrap();
        kept.flushed = kept.batches.len();
        drop(kept);
        Ok(())
    }

    fn close(&self) -> Result<(), RowsError> {
        self.flush()
    }

    fn give_up(&self) {}
}
