//! The log of a stopped node, read from its journal alone: nothing is repaired, written, or opened beside it.
//!
//! Uses `lock`, `format`, `head`, `journal`. Memory holds one record, the edge of the tree and the few notes that are
//! replaced rather than added to, however long the log is.
//! Absent on purpose: bodies, links, and whatever else grows with the log; who asks for these opens the store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use concord_protocol::codec;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::PeerCosignedRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::log::tree::Tree;

use crate::store::disk::Disk;
use crate::store::disk::RealDisk;
use crate::store::entry::Entry;
use crate::store::format::Life;
use crate::store::head::HEAD_MAGIC;
use crate::store::head::Newest;
use crate::store::journal::follow::Follower;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::Scan;
use crate::store::kind;
use crate::store::kind::Kind;
use crate::store::lock;
use crate::store::lock::Lock;
use crate::store::read;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::read::members;
use crate::store::recover;
use crate::store::recover::OpenError;
use crate::store::recover::Places;
use crate::store::schema;
use crate::store::twin::Twin;
use crate::store::twin::TwinFound;

/// What stands beside a log in an export: the newest note of each kind, and who the members are.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The newest checkpoint held of every peer's log.
    pub held: Vec<PeerHeadRecord>,
    /// The notes of the log with their cosignatures.
    pub cosigned: Vec<CosignedRecord>,
    /// The newest quorate checkpoint held of every peer's log.
    pub quorate: Vec<PeerCosignedRecord>,
    /// Credentials that were learned.
    pub credentials: Vec<CredentialRecord>,
    /// Successions in force.
    pub successions: Vec<SuccessionRecord>,
    /// What ended credentials early.
    pub revocations: Vec<RevocationRecord>,
    /// The newest change of addresses of each agency.
    pub notices: Vec<NoticeRecord>,
    /// The newest staff list of each agency.
    pub staff: Vec<StaffRecord>,
}

impl Notes {
    /// Those of an open store.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(reader: &Reader) -> Result<Self, ReadError> {
        Ok(Self {
            held: reader.peer_heads()?,
            cosigned: reader.cosigned()?,
            quorate: reader.peers_cosigned()?,
            credentials: reader.credentials()?,
            successions: reader.successions()?,
            revocations: reader.revocations()?,
            notices: reader.notices()?,
            staff: reader.staff_lists()?,
        })
    }
}

/// A log whose node does not run; no node can be started there as long as this lives.
#[derive(Debug)]
pub struct StoppedLog {
    /// The records.
    pub journal: Follower,
    /// The tree over the leaves.
    pub tree: Tree,
    /// The newest signed head, which covers them.
    pub head: Option<HeadRecord>,
    /// What stands beside.
    pub notes: Notes,
    _lock: Lock,
}

/// What a journal told.
#[derive(Default)]
struct Told {
    tree: Tree,
    head: Option<HeadRecord>,
    notes: Latest,
}

/// The newest of each note, by the key of its row.
#[derive(Default)]
struct Latest(BTreeMap<Vec<u8>, Record>);

/// Reads the journal in a directory from beginning to end.
///
/// # Errors
/// When the directory is another process's or another version's, when the journal does not hold, or when its leaves do
/// not have the root that was signed.
// spec: store-17
pub fn open(dir: &Path) -> Result<StoppedLog, OpenError> {
    let lock = lock::take(dir).map_err(|error| recover::not_locked(dir, error))?;
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let places = Places::of(dir);
    let life = recover::known_life(disk.as_ref(), &places)?.ok_or(OpenError::NoFormat)?;
    let (told, durable) = read(disk.as_ref(), &places, life)?;
    let durable = Arc::new(AtomicU64::new(durable));
    let journal = Follower { disk, folder: places.journal, life, durable };
    let Told { tree, head, notes } = told;
    Ok(StoppedLog { journal, tree, head, notes: notes.sorted(), _lock: lock })
}

/// Reads every record; gives the number of the last one. A last record that does not hold was never acknowledged, and
/// stays where it is.
fn read(disk: &dyn Disk, places: &Places, life: Life) -> Result<(Told, u64), OpenError> {
    let path = places.head();
    let found = Twin::read(disk, &path, HEAD_MAGIC, life)
        .map_err(|source| OpenError::Unusable { path, source })?;
    let mut scan = Scan::begin(disk, &places.journal, life, (0, None))?;
    let mut told = Told::default();
    let torn_bytes = loop {
        match scan.next()? {
            Found::Frame(at, payload) => told.take(at.sequence, &payload)?,
            Found::End(_, torn_bytes) => break torn_bytes,
        }
    };
    let end = scan.place().sequence;
    let acknowledged = match found {
        TwinFound::Held(content) if torn_bytes > 0 => Newest::from_bytes(&content).sequence,
        TwinFound::Held(_) | TwinFound::Missing | TwinFound::Damaged | TwinFound::Foreign => 0,
    };
    if end < acknowledged {
        return Err(OpenError::JournalShort { found: end, known: acknowledged });
    }
    // spec: store-12
    match &told.head {
        Some(head) if (head.size, head.root) != (told.tree.size(), told.tree.root()) => {
            Err(OpenError::Tree)
        }
        None if told.tree.size().get() > 0 => Err(OpenError::Tree),
        Some(_) | None => Ok((told, end)),
    }
}

impl Told {
    fn take(&mut self, sequence: u64, payload: &[u8]) -> Result<(), OpenError> {
        let unclear = || OpenError::Entry { sequence };
        let entry = codec::decode::<Entry>(payload).map_err(|_| unclear())?;
        for bytes in &entry.records {
            match kind::of(bytes) {
                Some(Kind::Leaf) => {
                    let leaf = read::record_of(bytes, read::as_leaf).map_err(|_| unclear())?;
                    if leaf.index.get() != self.tree.size().get() {
                        return Err(OpenError::Tree);
                    }
                    self.tree.append(&leaf.leaf);
                }
                Some(Kind::Head) => {
                    let head = read::record_of(bytes, read::as_head).map_err(|_| unclear())?;
                    self.head = Some(head);
                }
                Some(
                    Kind::PeerHead
                    | Kind::Credential
                    | Kind::Succession
                    | Kind::Revocation
                    | Kind::Notice
                    | Kind::Staff
                    | Kind::Cosigned
                    | Kind::PeerCosigned,
                ) => {
                    self.notes.keep(codec::decode(bytes).map_err(|_| unclear())?, bytes);
                }
                Some(
                    Kind::Tile | Kind::Message | Kind::Dispatch | Kind::Receipt | Kind::Evidence,
                )
                | None => {}
            }
        }
        Ok(())
    }
}

impl Latest {
    fn keep(&mut self, note: Record, bytes: &[u8]) {
        let mut rows = Vec::new();
        schema::rows_of_record(&note, bytes, &mut rows);
        if let Some((key, _)) = rows.pop() {
            self.0.insert(key, note);
        }
    }

    fn sorted(self) -> Notes {
        let notes: Vec<Record> = self.0.into_values().collect();
        Notes {
            held: notes.iter().cloned().filter_map(read::as_peer_head).collect(),
            cosigned: notes.iter().cloned().filter_map(read::as_cosigned).collect(),
            quorate: notes.iter().cloned().filter_map(read::as_peer_cosigned).collect(),
            credentials: notes.iter().cloned().filter_map(read::as_credential).collect(),
            successions: notes.iter().cloned().filter_map(read::as_succession).collect(),
            revocations: notes.iter().cloned().filter_map(members::as_revocation).collect(),
            notices: notes.iter().cloned().filter_map(members::as_notice).collect(),
            staff: notes.iter().cloned().filter_map(members::as_staff).collect(),
        }
    }
}
