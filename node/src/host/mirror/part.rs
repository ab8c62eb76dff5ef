//! From a committed entry to sealed parts, and back: pure but for the salt.
//!
//! The seal's key comes from the node's storage key, so that only the node itself can open what its mirrors keep; it is
//! bound to log, entry and place, so that a mirror can neither exchange parts nor leave one out unseen.

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::aead::NONCE_BYTES;
use concord_protocol::crypto::expand;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::log::hash;
use concord_protocol::wire::mirror::MirrorPart;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::entropy;
use crate::entropy::NoEntropy;
use crate::store::entry::ENTRY_BYTES_MAX;
use crate::store::journal::follow::Committed;

/// Plain bytes in one part.
const PLAIN_BYTES: usize = 512 * 1024;

/// Bytes of leaves' hashes in one part.
const LEAVES_BYTES: usize = 8192 * 32;

/// Bytes of the salt before each sealed part.
const SALT_BYTES: usize = 16;

/// Seals and opens this node's own entries.
pub(crate) struct Sealer {
    key: Zeroizing<[u8; 32]>,
    origin: String,
}

/// One entry, ready to be kept by a mirror.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) parts: Vec<MirrorPart>,
    /// The head that covers its leaves, if it has leaves.
    pub(crate) head: Option<HeadRecord>,
    /// Its first leaf.
    pub(crate) first: Option<LeafIndex>,
}

/// The records of an entry, as they are sealed.
#[derive(Serialize, Deserialize)]
struct Records(Vec<ByteBuf>);

impl Encoded for Records {
    const BYTES_MAX: usize = ENTRY_BYTES_MAX;
}

/// Why an entry was not sealed: our own fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// A record of ours cannot be read.
    #[error("a journal record cannot be understood")]
    Record,
    /// No randomness.
    #[error("draw a salt")]
    Entropy(#[from] NoEntropy),
}

/// Parts do not open as an entry of this log at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parts do not open as an entry of this log")]
pub(crate) struct NotOurs;

impl Sealer {
    /// From the node's storage key, for one log.
    pub(crate) fn new(storage: &[u8; 32], origin: String) -> Self {
        Self { key: expand::expand(storage, "mirror", 0), origin }
    }

    /// The parts of an entry; `None` when nothing in it is for mirrors.
    ///
    /// # Errors
    /// Our own fault.
    // spec: rst-21
    pub(crate) fn seal(
        &self,
        entry: &Committed,
        previous: u64,
    ) -> Result<Option<Prepared>, SealError> {
        let mut kept = Vec::with_capacity(entry.records.len());
        let mut prepared = Prepared { parts: Vec::new(), head: None, first: None };
        let mut leaves = Vec::new();
        for bytes in &entry.records {
            match codec::decode::<Record>(bytes).map_err(|_| SealError::Record)? {
                // How this node stands is nothing that comes back with its past.
                Record::Mode(_) => continue,
                Record::Leaf(leaf) => {
                    prepared.first = prepared.first.or(Some(leaf.index));
                    leaves.extend_from_slice(hash::leaf_hash(&leaf.leaf).as_bytes());
                }
                Record::Head(head) => prepared.head = Some(head),
                Record::Tile(_)
                | Record::Message(_)
                | Record::Outbound(_)
                | Record::Inbound(_)
                | Record::Dispatch(_)
                | Record::Receipt(_)
                | Record::Link(_)
                | Record::PeerHead(_)
                | Record::Credential(_)
                | Record::Charter(_)
                | Record::Idempotency(_)
                | Record::Proposal(_)
                | Record::Approval(_)
                | Record::Succession(_)
                | Record::Shown(_)
                | Record::Due(_)
                | Record::Retired(_)
                | Record::Erasure(_)
                | Record::KeyBackup(_)
                | Record::Cosigned(_)
                | Record::PeerCosigned(_)
                | Record::Evidence(_)
                | Record::Revocation(_)
                | Record::Notice(_)
                | Record::Staff(_)
                | Record::Queried(_)
                | Record::Act(_) => {}
            }
            kept.push(bytes.clone());
        }
        if kept.is_empty() {
            return Ok(None);
        }
        let plain = codec::encode(&Records(kept)).map_err(|_| SealError::Record)?;
        let of = plain.len().div_ceil(PLAIN_BYTES).max(leaves.len().div_ceil(LEAVES_BYTES)).max(1);
        let of = u32::try_from(of).map_err(|_| SealError::Record)?;
        let mut plain = plain.chunks(PLAIN_BYTES);
        let mut leaves = leaves.chunks(LEAVES_BYTES);
        for part in 0..of {
            let mut one = MirrorPart {
                sequence: entry.sequence,
                previous,
                part,
                of,
                leaves: ByteBuf::from(leaves.next().unwrap_or_default().to_vec()),
                sealed: ByteBuf::new(),
            };
            one.sealed = ByteBuf::from(self.seal_part(&one, plain.next().unwrap_or_default())?);
            prepared.parts.push(one);
        }
        Ok(Some(prepared))
    }

    fn seal_part(&self, part: &MirrorPart, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let salt: [u8; SALT_BYTES] = entropy::draw()?;
        let bound = part.bound_to(&self.origin).map_err(|_| SealError::Record)?;
        // Each part has a key of its own, so the nonce says nothing.
        let sealed = aead::seal(&self.key_for(&salt), &[0; NONCE_BYTES], &bound, plain);
        let sealed = sealed.map_err(|_| SealError::Record)?;
        Ok([&salt[..], &sealed].concat())
    }

    /// The records of an entry from all its parts.
    ///
    /// # Errors
    /// When one of them is not what this node sealed for this place.
    pub(crate) fn open(&self, parts: &[MirrorPart]) -> Result<Vec<Record>, NotOurs> {
        let mut plain = Zeroizing::new(Vec::new());
        for part in parts {
            let bound = part.bound_to(&self.origin).map_err(|_| NotOurs)?;
            let (salt, sealed) = part.sealed.split_first_chunk::<SALT_BYTES>().ok_or(NotOurs)?;
            let opened = aead::open(&self.key_for(salt), &[0; NONCE_BYTES], &bound, sealed);
            plain.extend_from_slice(&opened.map_err(|_| NotOurs)?);
        }
        let records: Records = codec::decode(&plain).map_err(|_| NotOurs)?;
        let records = records.0.iter().map(|bytes| codec::decode::<Record>(bytes));
        records.collect::<Result<_, _>>().map_err(|_| NotOurs)
    }

    fn key_for(&self, salt: &[u8; SALT_BYTES]) -> ContentKey {
        let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        ContentKey::from_bytes(*expand::expand::<32>(&self.key, &format!("part {salt}"), 0))
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}
