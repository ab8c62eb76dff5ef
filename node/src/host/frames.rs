//! From what the engine wants said to the bytes that are said: fetches messages, leaves and paths from the store.

use std::sync::Arc;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::LiftAction;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::effects::WitnessAction;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
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

use crate::host::shared::Published;
use crate::host::shared::Shared;
use crate::store::read::Reader;
use serde_bytes::ByteBuf;

/// Something that the engine remembers is not in the store: our own broken invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store lacks something that the engine remembers")]
pub(crate) struct NotHeld;

/// Why there is no frame of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoOffer {
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

/// The frame of an offer.
pub(crate) fn offer(shared: &Shared, action: OfferAction) -> Result<Vec<u8>, NoOffer> {
    let reader = &shared.reader;
    let places = Places::of(shared);
    let mut messages = Vec::with_capacity(action.items.len());
    let mut gone = Vec::new();
    for (digest, form) in action.items {
        let record = reader.message(&digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
        let sealed = match form {
            Form::Whole => match reader.body(&digest) {
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
        let place = places.find(&record);
        messages.push(OfferedMessage { message: record.message, sealed, place });
    }
    if !gone.is_empty() {
        return Err(NoOffer::BodiesGone(gone));
    }
    let offer = Offer { dispatch: action.dispatch.into(), messages };
    codec::encode(&Frame::Offer(offer)).map_err(|_| NoOffer::NotHeld)
}

/// Where messages of this node stand whose credential it does not use any more.
struct Places<'a> {
    shared: &'a Shared,
    published: Arc<Published>,
    directory: Arc<Directory>,
}

impl<'a> Places<'a> {
    fn of(shared: &'a Shared) -> Self {
        Self { shared, published: shared.published(), directory: shared.directory() }
    }

    /// The place of one message; `None` where its credential is in use, or nothing can be shown of it.
    // spec: wire-80
    fn find(&self, record: &MessageRecord) -> Option<Place> {
        let serial = header::read(&record.message).ok()?.serial;
        if serial == self.shared.serial {
            return None;
        }
        let log = self.directory.log_of(&self.shared.me);
        let good = self.directory.last_good(&self.shared.me, serial, log);
        let head = &self.published.view.head;
        let (size, checkpoint) = match good {
            Some(good) => (good.size, None),
            None => (head.size, Some(ByteBuf::from(head.note.clone()))),
        };
        let tiles = self.published.tree.over(&self.shared.reader);
        let path = proof::inclusion(&tiles, record.leaf, size).ok()?;
        Some(Place { log, index: record.leaf, path, checkpoint })
    }
}

/// The frame of a receipt: leaves and paths under the head that the action names.
pub(crate) fn receipt(
    reader: &Reader,
    tree: &Tree,
    action: &ReceiptAction,
) -> Result<Vec<u8>, NotHeld> {
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
pub(crate) fn witness(
    reader: &Reader,
    tree: &Tree,
    action: &WitnessAction,
) -> Result<Vec<u8>, NotHeld> {
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
pub(crate) fn lift(reader: &Reader, tree: &Tree, action: &LiftAction) -> Result<Vec<u8>, NotHeld> {
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
pub(crate) fn evidence(reader: &Reader, digest: &Digest) -> Result<Vec<u8>, NotHeld> {
    let held = reader.evidence(digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
    plain(&Frame::Evidence(EvidenceTalk::File(held.evidence)))
}

/// A frame that needs nothing from the store.
pub(crate) fn plain(frame: &Frame) -> Result<Vec<u8>, NotHeld> {
    codec::encode(frame).map_err(|_| NotHeld)
}
