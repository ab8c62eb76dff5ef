//! Makes the embedded store equal to the journal: applies what is missing, or begins again.
//!
//! Uses `journal::scan`, `rows`, `schema`. Applying a record twice changes nothing, so the replay begins at the mark
//! that was synced last, not at the one the embedded store claims: what it wrote since may be lost in part.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::log::tree::Tree;

use crate::store::bodies::Tail;
use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::edge;
use crate::store::entry::Entry;
use crate::store::format::Life;
use crate::store::head;
use crate::store::head::HeadFinding;
use crate::store::head::Newest;
use crate::store::journal::Position;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::Scan;
use crate::store::read;
use crate::store::recover::OpenError;
use crate::store::recover::Places;
use crate::store::recover::RowsFault;
use crate::store::recover::RowsFinding;
use crate::store::recover::unusable;
use crate::store::rows::Mark;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::rows::Shelf;
use crate::store::schema;
use crate::store::schema::Table;
use crate::store::twin::Twin;
use crate::store::twin::TwinFound;

/// What the mark file begins with.
pub(crate) const MARK_MAGIC: [u8; 8] = *b"CNCDMARK";

/// Bytes of one mark: sequence, segment, offset.
pub(crate) const MARK_BYTES: usize = 24;

/// The outcome of a replay.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(crate) rows: Arc<dyn Rows>,
    pub(crate) finding: RowsFinding,
    /// Records applied.
    pub(crate) count: u64,
    /// Where the journal goes on.
    pub(crate) end: Position,
    pub(crate) torn_bytes: u64,
    /// Where the replay began: everything before is durable in the embedded store.
    pub(crate) durable: Position,
    pub(crate) newest: Newest,
    pub(crate) tree: Tree,
    pub(crate) tail: Tail,
}

/// The evidence that a start weighs.
struct Ground<'a> {
    disk: &'a dyn Disk,
    places: &'a Places,
    life: Life,
    /// Number of the newest commit that the head file knows; 0 when it knows none.
    head_sequence: u64,
    /// Whether the embedded store was there before this start.
    had_rows: bool,
    /// The record that the mark file names.
    marked: u64,
}

/// Why one attempt with one embedded store did not succeed.
enum Unfit {
    /// The embedded store is to blame: set it aside and begin again.
    Rows(RowsFault),
    /// Nothing can be done here.
    Refused(OpenError),
}

impl From<OpenError> for Unfit {
    fn from(error: OpenError) -> Self {
        Self::Refused(error)
    }
}

impl From<RowsError> for Unfit {
    fn from(_: RowsError) -> Self {
        Self::Rows(RowsFault::Damaged)
    }
}

/// Opens the embedded store and brings it to the end of the journal; sets it aside and makes it again if it is unfit.
pub(crate) fn replay(
    disk: &dyn Disk,
    shelf: &dyn Shelf,
    (places, life): (&Places, Life),
    found: &TwinFound<{ head::HEAD_BYTES }>,
) -> Result<Replayed, OpenError> {
    let head_sequence = match found {
        TwinFound::Held(content) => Newest::from_bytes(content).sequence,
        TwinFound::Missing | TwinFound::Damaged | TwinFound::Foreign => 0,
    };
    let durable = durable_mark(disk, &places.mark(), life)?;
    let (had_rows, marked) = (shelf.is_there(), durable.sequence);
    let ground = Ground { disk, places, life, head_sequence, had_rows, marked };
    let told = disk::read_small(disk, &places.unfit(), 1).map_err(unusable(&places.unfit()))?;
    let fault = match shelf.open() {
        Ok(_) if told.is_some() && ground.had_rows => RowsFault::Damaged,
        Ok(rows) => match kept(&ground, rows, durable) {
            Ok(replayed) => return Ok(replayed),
            Err(Unfit::Refused(error)) => return Err(error),
            Err(Unfit::Rows(fault)) => fault,
        },
        // A disk that is full or not ours to write is no fault of the embedded store, and a new one would fare no better.
        Err(error) if error.is_of_the_machine() => return Err(error.into()),
        Err(_) => RowsFault::Damaged,
    };
    // spec: store-11
    let aside: PathBuf = shelf.set_aside().map_err(unusable(&places.dir))?;
    let rows = shelf.open()?;
    match from_start(&ground, rows) {
        Ok(replayed) => {
            if told.is_some() {
                replayed.rows.flush()?;
                disk.remove(&places.unfit()).map_err(unusable(&places.unfit()))?;
            }
            let finding = RowsFinding::Rebuilt { cause: fault, aside: Some(aside) };
            Ok(Replayed { finding, ..replayed })
        }
        Err(Unfit::Refused(error)) => Err(error),
        Err(Unfit::Rows(RowsFault::OtherTree)) => Err(OpenError::Tree),
        Err(Unfit::Rows(RowsFault::Gone | RowsFault::Damaged | RowsFault::Foreign)) => {
            Err(OpenError::Rows(RowsError::Damaged))
        }
    }
}

/// What the head file says about the data, with the data's own tree as witness.
pub(crate) fn head_finding(
    found: &TwinFound<{ head::HEAD_BYTES }>,
    replayed: &Replayed,
) -> Result<HeadFinding, OpenError> {
    let rows = replayed.rows.as_ref();
    head::compare(found, &replayed.newest, |size| edge::root_at(rows, &replayed.tree, size))
        .map_err(|_| OpenError::Tree)
}

/// The bytes of a mark.
pub(crate) fn mark_bytes(position: Position) -> [u8; MARK_BYTES] {
    let numbers = [position.sequence, position.segment, position.offset];
    let mut bytes = [0; MARK_BYTES];
    bytes
        .iter_mut()
        .zip(numbers.into_iter().flat_map(u64::to_be_bytes))
        .for_each(|(to, from)| *to = from);
    bytes
}

fn mark_of(bytes: &[u8; MARK_BYTES]) -> Position {
    let mut numbers = bytes
        .chunks_exact(8)
        .map(|part| part.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)));
    let mut next = || numbers.next().unwrap_or_default();
    Position { sequence: next(), segment: next(), offset: next() }
}

/// The mark that was synced last; the start when there is none that can be used.
pub(crate) fn durable_mark(
    disk: &dyn Disk,
    path: &Path,
    life: Life,
) -> Result<Position, OpenError> {
    let start = Position { sequence: 0, segment: 1, offset: crate::store::journal::SEGMENT_HEAD };
    Ok(match Twin::read(disk, path, MARK_MAGIC, life).map_err(unusable(path))? {
        TwinFound::Held(bytes) => mark_of(&bytes),
        TwinFound::Missing | TwinFound::Damaged | TwinFound::Foreign => start,
    })
}

/// Takes the mark back before rows below it are made again: should the power fail before they are synced, the next
/// start must not believe them.
fn lower_mark(ground: &Ground<'_>, place: Position) -> Result<(), OpenError> {
    // spec: store-10
    let (path, bytes) = (ground.places.mark(), mark_bytes(place));
    let lowered = Twin::resume(ground.disk, &path, (MARK_MAGIC, ground.life), &bytes)
        .and_then(|mut mark| mark.write(&bytes).and_then(|()| mark.sync()));
    lowered.map_err(unusable(&path))
}

/// Tries with the embedded store that was found.
fn kept(ground: &Ground<'_>, rows: Arc<dyn Rows>, durable: Position) -> Result<Replayed, Unfit> {
    match rows.mark()? {
        // One that was synced before and is empty now has lost everything, or was made just now.
        None if durable.sequence > 0 && ground.had_rows => Err(Unfit::Rows(RowsFault::Damaged)),
        None if durable.sequence > 0 => {
            let finding = RowsFinding::Rebuilt { cause: RowsFault::Gone, aside: None };
            from_start(ground, rows).map(|replayed| Replayed { finding, ..replayed })
        }
        None => from_start(ground, rows),
        Some(mark) if mark.life != ground.life => Err(Unfit::Rows(RowsFault::Foreign)),
        Some(mark) if mark.sequence < durable.sequence => {
            apply(ground, rows, (mark.sequence, None), mark.sequence)
        }
        Some(mark) => apply(ground, rows, (durable.sequence, Some(durable)), mark.sequence),
    }
}

fn from_start(ground: &Ground<'_>, rows: Arc<dyn Rows>) -> Result<Replayed, Unfit> {
    apply(ground, rows, (0, None), 0)
}

/// Applies every record after a place, and checks the outcome. `known` is the newest record that the rows remember.
fn apply(
    ground: &Ground<'_>,
    rows: Arc<dyn Rows>,
    (after, hint): (u64, Option<Position>),
    known: u64,
) -> Result<Replayed, Unfit> {
    let scan = Scan::begin(ground.disk, &ground.places.journal, ground.life, (after, hint));
    let mut scan = scan.map_err(OpenError::from)?;
    let durable = scan.place();
    if durable.sequence < ground.marked {
        lower_mark(ground, durable)?;
    }
    let mut tail = match rows.get(&Table::Tail.single())? {
        Some(bytes) => Tail::from_bytes(&bytes).ok_or(RowsError::Damaged)?,
        None => Tail::NONE,
    };
    let mut count: u64 = 0;
    let (end, torn_bytes) = loop {
        match scan.next().map_err(OpenError::from)? {
            Found::Frame(position, payload) => {
                let sequence = position.sequence;
                let entry = codec::decode::<Entry>(&payload).ok();
                let rows_now = entry.and_then(|entry| schema::rows_of(&entry, tail));
                let (rows_now, after) = rows_now.ok_or(OpenError::Entry { sequence })?;
                rows.commit(rows_now, Mark { life: ground.life, sequence: sequence.max(known) })?;
                tail = after;
                count = count.saturating_add(1);
            }
            Found::End(position, torn_bytes) => break (position, torn_bytes),
        }
    };
    let acknowledged = if torn_bytes > 0 { known.max(ground.head_sequence) } else { known };
    // spec: store-7
    if end.sequence < acknowledged {
        return Err(OpenError::JournalShort { found: end.sequence, known: acknowledged }.into());
    }
    let (newest, tree) = newest(rows.as_ref(), end.sequence)?;
    Ok(Replayed {
        rows,
        finding: RowsFinding::Kept,
        count,
        end,
        torn_bytes,
        durable,
        newest,
        tree,
        tail,
    })
}

/// The newest commit in the rows, and its tree, computed again from leaves and tiles.
fn newest(rows: &dyn Rows, sequence: u64) -> Result<(Newest, Tree), Unfit> {
    let Some(bytes) = rows.get(&Table::Head.single())? else {
        return Ok((Newest { sequence, ..Newest::none() }, Tree::new()));
    };
    let head =
        read::record_of(&bytes, read::as_head).map_err(|_| Unfit::Rows(RowsFault::Damaged))?;
    let tree = edge::tree(rows, &head).map_err(|_| Unfit::Rows(RowsFault::OtherTree))?;
    Ok((Newest { sequence, size: head.size, root: head.root }, tree))
}
