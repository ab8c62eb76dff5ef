//! From what the engine wants said to the bytes that are said: fetches messages, leaves and paths from the store.

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::LiftAction;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::effects::WitnessAction;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::proof;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::OfferedMessage;
use concord_protocol::wire::place::Place;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRequest;

use crate::store::read::Reader;
use serde_bytes::ByteBuf;

/// Something that the engine remembers is not in the store: our own broken invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store lacks something that the engine remembers")]
pub struct NotHeld;

/// Why there is no frame of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoOffer {
    /// As [`NotHeld`].
    NotHeld,
    /// These messages were named as whole, and their bodies are gone.
    BodiesGone(Vec<Digest>),
}

impl From<NotHeld> for NoOffer {
    fn from(_: NotHeld) -> Self {
        Self::NotHeld
    }
}

/// What a node shows of itself in a frame: its store, and its log as of the last commit.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Everything that is durable.
    pub reader: &'a Reader,
    /// The tree under the newest head.
    pub tree: &'a Tree,
    /// The newest head: leaves covered, and the signed note.
    pub head: (TreeSize, &'a [u8]),
    /// Members and their credentials.
    pub directory: &'a Directory,
    /// The node's agency.
    pub me: &'a AgencyId,
    /// The credential in use.
    pub serial: Serial,
}

/// The frame of an offer.
///
/// # Errors
/// When a message or its body is not held.
pub fn offer(own: &Own<'_>, action: OfferAction) -> Result<Vec<u8>, NoOffer> {
    let mut messages = Vec::with_capacity(action.items.len());
    let mut gone = Vec::new();
    for (digest, form) in action.items {
        let record = own.reader.message(&digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
        let sealed = match form {
            Form::Whole => match own.reader.body(&digest) {
                Ok(Some(body)) => Some(body.sealed.into()),
                Ok(None) => {
                    gone.push(digest);
                    None
                }
                Err(error) if error.is_lost_body() => {
                    gone.push(digest);
                    None
                }
                Err(_) => return Err(NoOffer::NotHeld),
            },
            Form::Tombstone => None,
        };
        let place = own.place(&record);
        messages.push(OfferedMessage { message: record.message, sealed, place });
    }
    if !gone.is_empty() {
        return Err(NoOffer::BodiesGone(gone));
    }
    let offer = Offer { dispatch: action.dispatch.into(), messages };
    codec::encode(&Frame::Offer(offer)).map_err(|_| NoOffer::NotHeld)
}

impl Own<'_> {
    /// Where a message of this node stands whose credential it does not use any more; `None` where its credential is in
    /// use, or nothing can be shown of it.
    // spec: wire-80
    fn place(&self, record: &MessageRecord) -> Option<Place> {
        let serial = header::read(&record.message).ok()?.serial;
        if serial == self.serial {
            return None;
        }
        let log = self.directory.log_of(self.me);
        let good = self.directory.last_good(self.me, serial, log);
        let (size, checkpoint) = match (good, self.head) {
            (Some(good), _) => (good.size, None),
            (None, (size, note)) => (size, Some(ByteBuf::from(note.to_vec()))),
        };
        let tiles = self.tree.over(self.reader);
        let path = proof::inclusion(&tiles, record.leaf, size).ok()?;
        Some(Place { log, index: record.leaf, path, checkpoint })
    }
}

/// The frame of a receipt: leaves and paths under the head that the action names.
///
/// # Errors
/// When the store lacks what the engine remembers.
pub fn receipt(reader: &Reader, tree: &Tree, action: &ReceiptAction) -> Result<Vec<u8>, NotHeld> {
    let tiles = tree.over(reader);
    let consistency = if action.from.get() == 0 || action.from == action.size {
        Vec::new()
    } else {
        proof::consistency(&tiles, action.from, action.size).map_err(|_| NotHeld)?
    };
    let items =
        action.items.iter().map(|(number, index)| item(reader, &tiles, action, (*number, *index)));
    let receipt = Receipt {
        epoch: action.epoch,
        checkpoint: action.checkpoint.clone().into(),
        from: action.from,
        consistency,
        items: items.collect::<Result<_, _>>()?,
    };
    codec::encode(&Frame::Receipt(receipt)).map_err(|_| NotHeld)
}

/// The frame that asks to cosign a head: where the listener stands, and the path from there.
///
/// # Errors
/// When the store lacks what the engine remembers.
pub fn witness(reader: &Reader, tree: &Tree, action: &WitnessAction) -> Result<Vec<u8>, NotHeld> {
    let tiles = tree.over(reader);
    let request = WitnessRequest {
        old: action.old,
        old_root: proof::root_at(&tiles, action.old).map_err(|_| NotHeld)?,
        consistency: proof::consistency(&tiles, action.old, action.size).map_err(|_| NotHeld)?,
        checkpoint: action.checkpoint.clone().into(),
    };
    codec::encode(&Frame::Witness(request)).map_err(|_| NotHeld)
}

/// The frame that shows a quorate checkpoint: the path leads from the smaller to the larger of the two sizes.
///
/// # Errors
/// When the store lacks what the engine remembers.
pub fn lift(reader: &Reader, tree: &Tree, action: &LiftAction) -> Result<Vec<u8>, NotHeld> {
    let (old, new) = (action.from.min(action.size), action.from.max(action.size));
    let lift = Lift {
        from: action.from,
        consistency: proof::consistency(&tree.over(reader), old, new).map_err(|_| NotHeld)?,
        note: action.note.clone().into(),
    };
    codec::encode(&Frame::Lift(lift)).map_err(|_| NotHeld)
}

fn item(
    reader: &Reader,
    tiles: &dyn Tiles,
    action: &ReceiptAction,
    (number, index): (LinkNumber, LeafIndex),
) -> Result<ReceiptItem, NotHeld> {
    let leaf = reader.leaf(index).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
    let path = proof::inclusion(tiles, index, action.size).map_err(|_| NotHeld)?;
    Ok(ReceiptItem { number, index, leaf: leaf.into(), path })
}

/// The frame of a file of evidence.
///
/// # Errors
/// When the store lacks what the engine remembers.
pub fn evidence(reader: &Reader, digest: &Digest) -> Result<Vec<u8>, NotHeld> {
    let held = reader.evidence(digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
    plain(&Frame::Evidence(EvidenceTalk::File(held.evidence)))
}

/// A frame that needs nothing from the store.
///
/// # Errors
/// When the store lacks what the engine remembers.
pub fn plain(frame: &Frame) -> Result<Vec<u8>, NotHeld> {
    codec::encode(frame).map_err(|_| NotHeld)
}
