//! From what the engine wants said to the bytes that are said: fetches messages, leaves and paths from the store.

use concord_protocol::codec;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::proof;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::OfferedMessage;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;

use crate::store::read::Reader;

/// Something that the engine remembers is not in the store: our own broken invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store lacks something that the engine remembers")]
pub(crate) struct NotHeld;

/// The frame of an offer.
pub(crate) fn offer(reader: &Reader, action: OfferAction) -> Result<Vec<u8>, NotHeld> {
    let mut messages = Vec::with_capacity(action.items.len());
    for (digest, form) in action.items {
        let record = reader.message(&digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?;
        let sealed = match form {
            Form::Whole => {
                Some(reader.body(&digest).map_err(|_| NotHeld)?.ok_or(NotHeld)?.sealed.into())
            }
            Form::Tombstone => None,
        };
        messages.push(OfferedMessage { message: record.message, sealed });
    }
    let offer = Offer { dispatch: action.dispatch.into(), messages };
    codec::encode(&Frame::Offer(offer)).map_err(|_| NotHeld)
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

/// A frame that needs nothing from the store.
pub(crate) fn plain(frame: &Frame) -> Result<Vec<u8>, NotHeld> {
    codec::encode(frame).map_err(|_| NotHeld)
}
