//! Typed reads, shared by many readers while one writer commits.
//!
//! Uses `rows`, `schema`, `bodies`, `slots`. A commit shows whole or not at all in one call; two calls may see two commits.
//! Absent on purpose: writing, and any meaning beyond the record.

mod books;
mod erasure;
pub(crate) mod evidence;
pub mod files;
pub(crate) mod members;
mod messages;
mod procedures;
pub(crate) mod succession;

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::ApprovalRecord;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::DispatchRecord;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::PeerCosignedRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::ReceiptRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::RetiredRecord;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::engine::record::idempotency::IdempotencyRecord;
use concord_protocol::engine::record::papers::CharterRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Serial;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::mirror::Owner;

use crate::store::bodies::BodyFiles;
use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::edge;
use crate::store::edge::BadTree;
use crate::store::entry::Placement;
use crate::store::journal::follow::Follower;
use crate::store::mirror;
use crate::store::mirror::MirrorFiles;
use crate::store::mirror::MirrorFound;
use crate::store::read::books::Books;
use crate::store::reserve::Reserve;
use crate::store::reserve::Room;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::schema;
use crate::store::schema::Table;
use crate::store::slots::Slots;

/// Why something could not be read; never that it is not there.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The embedded store.
    #[error("read a row")]
    Rows(#[from] RowsError),
    /// A row that is not what its key says.
    #[error("a row cannot be decoded")]
    Row,
    /// The tree is not the signed one.
    #[error("compute the tree")]
    Tree(#[source] BadTree),
    /// A body's file or its key.
    #[error("read a body")]
    Body(#[source] io::Error),
    /// The body's key is gone or does not open it.
    #[error("the body's key is gone or does not open it")]
    BodyLost,
    /// The store stopped after a failed commit.
    #[error("the store has stopped")]
    Stopped,
}

impl ReadError {
    /// Whether a body is gone for good, rather than out of reach for now: its file or its key is not there or does not
    /// hold. A disk that answers with an error may answer otherwise tomorrow.
    pub fn is_lost_body(&self) -> bool {
        match self {
            Self::BodyLost => true,
            Self::Body(error) => error.kind() == io::ErrorKind::NotFound,
            Self::Rows(_) | Self::Row | Self::Tree(_) | Self::Stopped => false,
        }
    }
}

/// A sealed body as it came or went.
#[derive(Debug)]
pub struct Body {
    /// The COSE_Encrypt bytes, exactly as on the wire.
    pub sealed: Vec<u8>,
    /// The content key of the node's own copy, if the message is its own.
    pub own_key: Option<ContentKey>,
}

/// Reads what is committed; cheap to clone, for any thread.
#[derive(Clone, Debug)]
pub struct Reader {
    inner: Arc<Inner>,
    books: Arc<Books>,
}

/// What all readers share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) rows: Arc<dyn Rows>,
    pub(crate) bodies: BodyFiles,
    pub(crate) slots: Arc<Slots>,
    pub(crate) reserve: Arc<Reserve>,
    pub(crate) stopped: Arc<AtomicBool>,
    pub(crate) journal: Follower,
    /// The file that tells the next start to make the rows again.
    pub(crate) unfit: PathBuf,
}

impl Inner {
    /// Lets a failure of the embedded store pass, after a note for the next start if its files are to blame.
    pub(crate) fn noted(&self, error: RowsError) -> RowsError {
        // spec: store-11
        if error.is_of_the_files() {
            // Without the note the next start meets the same damage; there is nobody to tell that it could not be left.
            drop(disk::replace_small(
                self.disk.as_ref(),
                &self.unfit,
                b"make the embedded store again\n",
            ));
        }
        error
    }

    /// The same for a row that is not what its key says: another store would have it right.
    fn told(&self, error: &ReadError) {
        if matches!(error, ReadError::Row) {
            self.noted(RowsError::Damaged);
        }
    }
}

macro_rules! unwrapped {
    ($name:ident, $variant:ident, $record:ty) => {
        pub(crate) fn $name(record: Record) -> Option<$record> {
            if let Record::$variant(record) = record { Some(record) } else { None }
        }
    };
}

unwrapped!(as_leaf, Leaf, LeafRecord);
unwrapped!(as_tile, Tile, TileRecord);
unwrapped!(as_head, Head, HeadRecord);
unwrapped!(as_message, Message, MessageRecord);
unwrapped!(as_outbound, Outbound, OutboundRecord);
unwrapped!(as_inbound, Inbound, InboundRecord);
unwrapped!(as_dispatch, Dispatch, DispatchRecord);
unwrapped!(as_receipt, Receipt, ReceiptRecord);
unwrapped!(as_link, Link, LinkRecord);
unwrapped!(as_peer_head, PeerHead, PeerHeadRecord);
unwrapped!(as_credential, Credential, CredentialRecord);
unwrapped!(as_charter, Charter, CharterRecord);
unwrapped!(as_idempotency, Idempotency, IdempotencyRecord);
unwrapped!(as_mode, Mode, ModeRecord);
unwrapped!(as_proposal, Proposal, ProposalRecord);
unwrapped!(as_approval, Approval, ApprovalRecord);
unwrapped!(as_succession, Succession, SuccessionRecord);
unwrapped!(as_shown, Shown, PeerHeadRecord);
unwrapped!(as_due, Due, DueRecord);
unwrapped!(as_retired, Retired, RetiredRecord);
unwrapped!(as_erasure, Erasure, ErasureRecord);
unwrapped!(as_key_backup, KeyBackup, KeyBackupRecord);
unwrapped!(as_cosigned, Cosigned, CosignedRecord);
unwrapped!(as_peer_cosigned, PeerCosigned, PeerCosignedRecord);

/// Every read fails with [`ReadError`] when the embedded store or a file cannot be read; absence is `None` or empty.
#[expect(
    clippy::missing_errors_doc,
    reason = "said once above: every read fails for the same reasons"
)]
impl Reader {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), books: Arc::default() }
    }

    /// One leaf of the node's own log, encoded.
    pub fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.one(&schema::leaf(index), as_leaf)?.map(|record| record.leaf.into_vec()))
    }

    /// At most `limit` leaves from a place on, in order.
    pub fn leaves(&self, from: LeafIndex, limit: usize) -> Result<Vec<LeafRecord>, ReadError> {
        let keys = Keys { from: schema::leaf(from), until: Table::Leaf.all().until };
        self.some(&keys, limit, as_leaf)
    }

    /// The hashes of a full tile: 8,192 bytes.
    pub fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.one(&schema::tile(level, index), as_tile)?.map(|record| record.hashes.into_vec()))
    }

    /// The newest signed head of the node's own log.
    pub fn head(&self) -> Result<Option<HeadRecord>, ReadError> {
        self.one(&Table::Head.single(), as_head)
    }

    /// The tree under the newest signed head, computed again from leaves and tiles; for the start.
    pub fn tree(&self) -> Result<Tree, ReadError> {
        match self.head()? {
            Some(head) => edge::tree(self.rows(), &head).map_err(ReadError::Tree),
            None => Ok(Tree::new()),
        }
    }

    /// A message by its digest.
    pub fn message(&self, digest: &Digest) -> Result<Option<MessageRecord>, ReadError> {
        match self.get(&schema::message_by_digest(digest))? {
            Some(place) => {
                let found = self.one(&place, as_message)?;
                found.map(Some).ok_or(ReadError::Row).inspect_err(|error| self.inner.told(error))
            }
            None => Ok(None),
        }
    }

    /// The digest of the message that an author gave this id.
    pub fn message_by_id(
        &self,
        id: &MessageId,
        from: &AgencyId,
    ) -> Result<Option<Digest>, ReadError> {
        self.get(&schema::message_by_id(id, from))?.map(|bytes| digest_of(&bytes)).transpose()
    }

    /// The sealed body of a message; `None` when none came with it.
    pub fn body(&self, message: &Digest) -> Result<Option<Body>, ReadError> {
        let Some(placement) = self.get(&schema::body(message))? else {
            return Ok(None);
        };
        let placement = decoded::<Placement>(&placement)?;
        let keys = self.inner.slots.read(placement.slot, message).map_err(ReadError::Body)?;
        let keys = keys.ok_or(ReadError::BodyLost)?;
        let sealed = self.inner.bodies.read(&placement, &keys.rest).map_err(ReadError::Body)?;
        Ok(Some(Body { sealed: sealed.ok_or(ReadError::BodyLost)?, own_key: keys.own }))
    }

    /// One number of the link to a peer.
    pub fn outbound(
        &self,
        peer: &AgencyId,
        epoch: Epoch,
        number: LinkNumber,
    ) -> Result<Option<OutboundRecord>, ReadError> {
        self.one(&schema::numbered(Table::Outbound, peer, epoch, number), as_outbound)
    }

    /// At most `limit` numbers of the link to a peer, from a number on, in order.
    pub fn outbound_from(
        &self,
        peer: &AgencyId,
        epoch: Epoch,
        (from, limit): (LinkNumber, usize),
    ) -> Result<Vec<OutboundRecord>, ReadError> {
        let until = schema::after(&schema::link_prefix(Table::Outbound, peer, epoch));
        let keys = Keys { from: schema::numbered(Table::Outbound, peer, epoch, from), until };
        self.some(&keys, limit, as_outbound)
    }

    /// How a message stands with each of its recipients.
    pub fn deliveries(&self, message: &Digest) -> Result<Vec<OutboundRecord>, ReadError> {
        let prefix = schema::deliveries(message);
        let rows = self.range(&schema::within(prefix.clone()), Order::Ascending, usize::MAX)?;
        let places = rows.iter().map(|(key, _)| key.get(prefix.len()..).unwrap_or_default());
        places.map(|place| self.one(place, as_outbound)?.ok_or(ReadError::Row)).collect()
    }

    /// One number of the link from a peer.
    pub fn inbound(
        &self,
        peer: &AgencyId,
        epoch: Epoch,
        number: LinkNumber,
    ) -> Result<Option<InboundRecord>, ReadError> {
        self.one(&schema::numbered(Table::Inbound, peer, epoch, number), as_inbound)
    }

    /// The dispatch of a peer that covers a number: the last one that begins at or before it.
    pub fn dispatch(
        &self,
        peer: &AgencyId,
        epoch: Epoch,
        number: LinkNumber,
    ) -> Result<Option<DispatchRecord>, ReadError> {
        let from = schema::link_prefix(Table::Dispatch, peer, epoch);
        let until = schema::after(&schema::numbered(Table::Dispatch, peer, epoch, number));
        let found = self.range(&Keys { from, until }, Order::Descending, 1)?;
        found.first().map(|(_, value)| record_of(value, as_dispatch)).transpose()
    }

    /// The receipt of a peer that begins with a number.
    pub fn receipt(
        &self,
        peer: &AgencyId,
        epoch: Epoch,
        first: LinkNumber,
    ) -> Result<Option<ReceiptRecord>, ReadError> {
        self.one(&schema::numbered(Table::Receipt, peer, epoch, first), as_receipt)
    }

    /// The counters of every link.
    pub fn links(&self) -> Result<Vec<LinkRecord>, ReadError> {
        self.some(&Table::Link.all(), usize::MAX, as_link)
    }

    /// The newest checkpoint held of every peer's log.
    pub fn peer_heads(&self) -> Result<Vec<PeerHeadRecord>, ReadError> {
        self.some(&Table::PeerHead.all(), usize::MAX, as_peer_head)
    }

    /// The notes of the node's own log with their cosignatures.
    pub fn cosigned(&self) -> Result<Vec<CosignedRecord>, ReadError> {
        self.some(&Table::Cosigned.all(), usize::MAX, as_cosigned)
    }

    /// One note of the node's own log with its cosignatures.
    pub fn cosigned_note(&self, gathered: Gathered) -> Result<Option<CosignedRecord>, ReadError> {
        self.one(&schema::cosigned(gathered), as_cosigned)
    }

    /// The newest quorate checkpoint held of every peer's log.
    pub fn peers_cosigned(&self) -> Result<Vec<PeerCosignedRecord>, ReadError> {
        self.some(&Table::PeerCosigned.all(), usize::MAX, as_peer_cosigned)
    }

    /// Every credential, by agency and serial.
    pub fn credentials(&self) -> Result<Vec<CredentialRecord>, ReadError> {
        self.some(&Table::Credential.all(), usize::MAX, as_credential)
    }

    /// One credential.
    pub fn credential(
        &self,
        agency: &AgencyId,
        serial: Serial,
    ) -> Result<Option<CredentialRecord>, ReadError> {
        self.one(&schema::credential(agency, serial), as_credential)
    }

    /// Every charter version, in order.
    pub fn charters(&self) -> Result<Vec<CharterRecord>, ReadError> {
        self.some(&Table::Charter.all(), usize::MAX, as_charter)
    }

    /// One charter version.
    pub fn charter(&self, version: CharterVersion) -> Result<Option<CharterRecord>, ReadError> {
        self.one(&schema::charter(version), as_charter)
    }

    /// The answer under an idempotency key.
    pub fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, ReadError> {
        self.one(&schema::idempotency(key), as_idempotency)
    }

    /// Whether the node may sign, as it last decided.
    pub fn mode(&self) -> Result<Option<ModeRecord>, ReadError> {
        self.one(&Table::Mode.single(), as_mode)
    }

    /// Whether there is room for new messages.
    pub fn room(&self) -> Room {
        self.inner.reserve.room(self.inner.disk.as_ref())
    }

    pub(crate) fn noted(&self, error: RowsError) -> RowsError {
        self.inner.noted(error)
    }

    /// The committed entries, in order.
    pub fn journal(&self) -> &Follower {
        &self.inner.journal
    }

    /// Opens what is kept of another member's log.
    ///
    /// # Errors
    /// When the disk cannot be read or cut.
    pub fn mirror(&self, folder: &Path, owner: Owner) -> io::Result<(MirrorFiles, MirrorFound)> {
        MirrorFiles::open(Arc::clone(&self.inner.disk), folder, owner, mirror::SEGMENT_BYTES)
    }

    pub(crate) fn rows(&self) -> &dyn Rows {
        self.inner.rows.as_ref()
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.running()?;
        Ok(self.inner.rows.get(key).map_err(|error| self.inner.noted(error))?)
    }

    pub(crate) fn range(
        &self,
        keys: &Keys,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, ReadError> {
        self.running()?;
        Ok(self.inner.rows.range(keys, order, limit).map_err(|error| self.inner.noted(error))?)
    }

    pub(crate) fn one<T>(
        &self,
        key: &[u8],
        unwrap: impl Fn(Record) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        let found = self.get(key)?.map(|value| record_of(&value, unwrap)).transpose();
        found.inspect_err(|error| self.inner.told(error))
    }

    pub(crate) fn some<T>(
        &self,
        keys: &Keys,
        limit: usize,
        unwrap: impl Fn(Record) -> Option<T>,
    ) -> Result<Vec<T>, ReadError> {
        let rows = self.range(keys, Order::Ascending, limit)?;
        let found: Result<Vec<T>, ReadError> =
            rows.iter().map(|(_, value)| record_of(value, &unwrap)).collect();
        found.inspect_err(|error| self.inner.told(error))
    }

    fn running(&self) -> Result<(), ReadError> {
        if self.inner.stopped.load(Ordering::Acquire) { Err(ReadError::Stopped) } else { Ok(()) }
    }
}

/// Reads a row's record, of the kind that its table holds.
pub(crate) fn record_of<T>(
    value: &[u8],
    unwrap: impl Fn(Record) -> Option<T>,
) -> Result<T, ReadError> {
    unwrap(decoded::<Record>(value)?).ok_or(ReadError::Row)
}

pub(crate) fn decoded<T: Encoded>(value: &[u8]) -> Result<T, ReadError> {
    codec::decode::<T>(value).map_err(|_| ReadError::Row)
}

fn digest_of(bytes: &[u8]) -> Result<Digest, ReadError> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| ReadError::Row)
}
