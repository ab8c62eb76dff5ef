//! sled behind the narrow trait: one tree, batches that are atomic with their mark, and no trust in its durability.
//!
//! Uses `rows`. The only file that names sled. sled 0.34 panics on damaged files, also when it is dropped, so each call is
//! caught; on Linux it flushes without fsync, so `flush` syncs its file itself; pages beyond a quarter of its segment go
//! into files apart that it never syncs, so long values are cut into parts here. A segment whose head it cannot read it
//! takes for a free one, so rows may be gone without a word: a sum over all of them stands beside the mark.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Waker;
use std::time::Duration;

use crate::store::rows::Keys;
use crate::store::rows::Mark;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::rows::Shelf;

/// Longest value kept in one row, in bytes. A page of sled holds up to 17 rows and goes into a file apart beyond 128 KiB.
const PART_BYTES: usize = 4 * 1024;

const _: () = assert!(17 * (PART_BYTES + 256) < 128 * 1024);

/// Rows of a batch for which garbage is swept once; each sweep frees several hundred pieces.
const SWEEP_ROWS: usize = 32;

/// Above every table prefix: the mark, and the parts of long values.
const MARK_KEY: [u8; 1] = [0xfe];
const PARTS_PREFIX: u8 = 0xff;

/// Rows after which sled is opened anew. Its log since the last opening is gone through at the next one, about a second
/// for a million rows; the opening itself takes some tenths of a second.
const FRESH_ROWS_MAX: usize = 1_000_000;

/// The same, when the node stops and nobody waits.
const FRESH_ROWS_AT_CLOSE: usize = 50_000;

/// sled counts its cache in encoded bytes; in memory they are about three times as many.
const CACHE_SHARE: u64 = 3;

/// sled takes no smaller one.
const CACHE_BYTES_MIN: u64 = 1024 * 1024;

/// For two seconds: a thread of the run before may still read.
const LOCK_TRIES: usize = 200;
const LOCK_WAIT: Duration = Duration::from_millis(10);

const WHOLE: u8 = 0;
const IN_PARTS: u8 = 1;

/// Where sled lives: a folder of the node directory.
#[derive(Clone, Debug)]
pub(crate) struct SledShelf {
    folder: PathBuf,
    cache_bytes: u64,
    fresh_rows_max: usize,
}

#[derive(Debug)]
struct SledRows {
    shelf: SledShelf,
    /// `None` only while it is opened anew, and after that failed.
    db: RwLock<Option<::sled::Db>>,
    /// Rows put since it was opened, which the next opening has to go through.
    fresh: AtomicUsize,
    /// The sum over all entries but the mark's.
    sum: AtomicU64,
}

impl SledShelf {
    /// The store in this folder, with a cache of at most so many bytes.
    pub(crate) const fn new(folder: PathBuf, cache_bytes: u64) -> Self {
        Self { folder, cache_bytes, fresh_rows_max: FRESH_ROWS_MAX }
    }

    /// The same, opened anew after so many rows, for tests.
    #[cfg(test)]
    pub(crate) fn with_fresh_rows_max(self, fresh_rows_max: usize) -> Self {
        Self { fresh_rows_max, ..self }
    }

    fn config(&self) -> ::sled::Config {
        ::sled::Config::new()
            .path(&self.folder)
            .cache_capacity((self.cache_bytes / CACHE_SHARE).max(CACHE_BYTES_MIN))
            .flush_every_ms(None)
    }

    /// Opens in a thread of its own: a panic while opening cannot take the node down. Where the system gives none, which is
    /// no reason to end a node that runs, it is caught here alone.
    fn open_db(&self) -> Result<::sled::Db, RowsError> {
        let config = self.config();
        // spec: store-11, store-22
        let opening = std::thread::Builder::new()
            .name("sled-open".to_owned())
            .spawn(move || patiently(&config));
        match opening {
            Ok(opening) => opening.join().unwrap_or(Err(RowsError::Panicked)),
            Err(_) => patiently(&self.config()),
        }
    }
}

/// Has sled make its own threads now. It makes them when it first needs one, and where the system gives none then, whoever
/// needed it waits for ever.
// spec: store-22
fn wake_threads(db: &::sled::Db) {
    // The first look at it hands the work to them; what comes of it no commit relies on.
    drop(pin!(db.flush_async()).poll(&mut Context::from_waker(Waker::noop())));
}

/// Threads of a sled that was just closed may hold its file lock for a moment. Nobody else can: the node's lock is held.
fn patiently(config: &::sled::Config) -> Result<::sled::Db, RowsError> {
    let open = || {
        let db = config.open()?;
        wake_threads(&db);
        Ok(db)
    };
    for _ in 0..LOCK_TRIES {
        match guarded(open) {
            Err(RowsError::Unusable { kind: io::ErrorKind::Other }) => {
                std::thread::sleep(LOCK_WAIT)
            }
            opened => return opened,
        }
    }
    guarded(open)
}

impl Shelf for SledShelf {
    fn is_there(&self) -> bool {
        self.folder.exists()
    }

    fn open(&self) -> Result<Arc<dyn Rows>, RowsError> {
        let db = RwLock::new(Some(self.open_db()?));
        let (fresh, sum) = (AtomicUsize::new(0), AtomicU64::new(0));
        let rows = SledRows { shelf: self.clone(), db, fresh, sum };
        rows.add_up()?;
        Ok(Arc::new(rows))
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        let taken = (1_u32..).map(|number| self.folder.with_extension(format!("damaged-{number}")));
        let aside =
            taken.into_iter().find(|path| !path.exists()).unwrap_or_else(|| self.folder.clone());
        std::fs::rename(&self.folder, &aside)?;
        File::open(aside.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(aside)
    }
}

impl Rows for SledRows {
    fn commit(&self, rows: Vec<Row>, mark: Mark) -> Result<(), RowsError> {
        let count = rows.len();
        let mut entries = BTreeMap::new();
        for (key, value) in rows {
            put(&mut entries, key, value);
        }
        let mut sum = self.sum.load(Ordering::Relaxed);
        let mut batch = ::sled::Batch::default();
        for (key, value) in entries {
            let old = self.with(|db| db.get(&key))?;
            sum = sum.wrapping_sub(old.map_or(0, |old| part_of_sum(&key, &old)));
            sum = sum.wrapping_add(part_of_sum(&key, &value));
            batch.insert(key, value);
        }
        // spec: store-4, store-20
        batch.insert(&MARK_KEY, [&mark.to_bytes()[..], &sum.to_be_bytes()].concat());
        self.with(|db| db.apply_batch(batch))?;
        self.sum.store(sum, Ordering::Relaxed);
        self.fresh.fetch_add(count, Ordering::Relaxed);
        sweep(count);
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        let value = self.with(|db| db.get(key))?;
        value.map(|value| self.whole(key, &value)).transpose()
    }

    fn range(&self, keys: &Keys, order: Order, limit: usize) -> Result<Vec<Row>, RowsError> {
        let rows: Vec<(::sled::IVec, ::sled::IVec)> = self.with(|db| {
            let range = db.range(keys.from.as_slice()..keys.until.as_slice());
            match order {
                Order::Ascending => range.take(limit).collect(),
                Order::Descending => range.rev().take(limit).collect(),
            }
        })?;
        rows.into_iter().map(|(key, value)| Ok((key.to_vec(), self.whole(&key, &value)?))).collect()
    }

    fn mark(&self) -> Result<Option<Mark>, RowsError> {
        match self.with(|db| db.get(MARK_KEY))? {
            None if self.with(|db| Ok(db.is_empty()))? => Ok(None),
            None => Err(RowsError::Damaged),
            Some(bytes) => marked(&bytes).map(|(mark, _)| Some(mark)).ok_or(RowsError::Damaged),
        }
    }

    fn flush(&self) -> Result<(), RowsError> {
        self.sync()?;
        if self.fresh.load(Ordering::Relaxed) >= self.shelf.fresh_rows_max {
            self.reopen()
        } else {
            Ok(())
        }
    }

    fn give_up(&self) {
        let db = self.db.write().unwrap_or_else(PoisonError::into_inner).take();
        // Whoever gives it up needs nothing of it any more.
        drop(let_go(db));
    }

    fn close(&self) -> Result<(), RowsError> {
        self.sync()?;
        if self.fresh.load(Ordering::Relaxed) >= FRESH_ROWS_AT_CLOSE {
            self.reopen()
        } else {
            Ok(())
        }
    }
}

impl Drop for SledRows {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl SledRows {
    /// Runs a call where its panic becomes an error.
    fn with<T>(&self, call: impl FnOnce(&::sled::Db) -> ::sled::Result<T>) -> Result<T, RowsError> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        // Given up: no fault of the files.
        let db = db.as_ref().ok_or(RowsError::Unusable { kind: io::ErrorKind::NotConnected })?;
        guarded(|| call(db))
    }

    /// Goes through all entries and holds their sum against the one that was written with the last of them.
    // spec: store-20
    fn add_up(&self) -> Result<(), RowsError> {
        let known = match self.with(|db| db.get(MARK_KEY))? {
            Some(bytes) => marked(&bytes).ok_or(RowsError::Damaged)?.1,
            None => 0,
        };
        let sum = self.with(|db| {
            db.iter()
                .filter(|entry| !matches!(entry, Ok((key, _)) if *key == MARK_KEY))
                .try_fold(0_u64, |sum, entry| {
                    entry.map(|(key, value)| sum.wrapping_add(part_of_sum(&key, &value)))
                })
        })?;
        self.sum.store(sum, Ordering::Relaxed);
        if sum == known { Ok(()) } else { Err(RowsError::Damaged) }
    }

    fn sync(&self) -> Result<(), RowsError> {
        self.with(|db| db.flush())?;
        // spec: store-10
        let files = ["db", "conf", "."].map(|name| self.shelf.folder.join(name));
        let synced = files.iter().try_for_each(|path| File::open(path)?.sync_all());
        synced.map_err(|error| RowsError::Unusable { kind: error.kind() })
    }

    /// Closes and opens again, because only an opening writes the snapshot that makes the next opening fast; readers
    /// wait meanwhile.
    fn reopen(&self) -> Result<(), RowsError> {
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        let old = db.take();
        let_go(old)?;
        // In this thread, which freed the memory of the old one and can use it again; these files were sound just now.
        *db = Some(patiently(&self.shelf.config())?);
        drop(db);
        self.fresh.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Puts a value together again.
    fn whole(&self, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, RowsError> {
        match stored.split_first() {
            Some((&WHOLE, value)) => Ok(value.to_vec()),
            Some((&IN_PARTS, count)) => {
                let count = u32::from_be_bytes(count.try_into().map_err(|_| RowsError::Damaged)?);
                let mut value = Vec::new();
                for number in 0..count {
                    let part =
                        self.with(|db| db.get(part_key(key, number)))?.ok_or(RowsError::Damaged)?;
                    value.extend_from_slice(&part);
                }
                Ok(value)
            }
            Some(_) | None => Err(RowsError::Damaged),
        }
    }
}

/// The entries of a row: one, or one for each part and one that counts them.
fn put(entries: &mut BTreeMap<Vec<u8>, Vec<u8>>, key: Vec<u8>, value: Vec<u8>) {
    if value.len() <= PART_BYTES {
        entries.insert(key, [&[WHOLE][..], &value].concat());
        return;
    }
    let mut count: u32 = 0;
    for part in value.chunks(PART_BYTES) {
        entries.insert(part_key(&key, count), part.to_vec());
        count = count.saturating_add(1);
    }
    entries.insert(key, [&[IN_PARTS][..], &count.to_be_bytes()].concat());
}

/// What an entry adds to the sum. Every CRC becomes another number of 64 bits, so that losses do not make up for each
/// other; nobody is to be kept out here who wants in. The numbers are those of SplitMix64.
fn part_of_sum(key: &[u8], value: &[u8]) -> u64 {
    let sum = crc32c::crc32c_append(crc32c::crc32c(key), value);
    let len = u64::try_from(key.len()).unwrap_or(u64::MAX) << 32;
    let mixed = (u64::from(sum) | len).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The mark, and the sum beside it.
fn marked(bytes: &[u8]) -> Option<(Mark, u64)> {
    let (mark, sum) = bytes.split_last_chunk::<8>()?;
    Some((Mark::from_bytes(mark)?, u64::from_be_bytes(*sum)))
}

/// Frees what a batch replaced. sled does it in small steps, one for many calls, and a batch is one call however many
/// rows it has: memory would grow without end.
fn sweep(rows: usize) {
    for _ in 0..=rows / SWEEP_ROWS {
        crossbeam_epoch::pin().flush();
    }
}

fn part_key(key: &[u8], number: u32) -> Vec<u8> {
    [&[PARTS_PREFIX], key, &number.to_be_bytes()].concat()
}

/// Runs a call of sled where its panic becomes an error.
fn guarded<T>(call: impl FnOnce() -> ::sled::Result<T>) -> Result<T, RowsError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| reduced(&error)),
        Err(_) => Err(RowsError::Panicked),
    }
}

/// Drops it: sled writes once more then, and panics when it cannot.
// spec: store-19
fn let_go(db: Option<::sled::Db>) -> Result<(), RowsError> {
    guarded(move || {
        drop(db);
        Ok(())
    })
}

/// A foreign error is reduced to its kind: its text may hold anything.
fn reduced(error: &::sled::Error) -> RowsError {
    match error {
        ::sled::Error::Io(error) => RowsError::Unusable { kind: error.kind() },
        ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_)
        | ::sled::Error::Corruption { .. } => RowsError::Damaged,
    }
}
