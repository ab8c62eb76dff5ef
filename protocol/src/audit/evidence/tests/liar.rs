//! A member that keeps two histories of one log, with its own keys.

extern crate std;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use serde_bytes::ByteBuf;

use crate::audit::evidence::make::Log;
use crate::audit::evidence::misfit;
use crate::audit::evidence::misfit::Misfit;
use crate::audit::evidence::misfit::Shape;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::identity;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::note;
use crate::log::proof;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptItem;

/// The agency that lies.
static LIAR: LazyLock<AgencyId> = LazyLock::new(|| fixtures::agency(SENDER));
static MEMBERS: LazyLock<Directory> = LazyLock::new(letters::directory);

/// One history.
pub(super) struct Branch {
    leaves: Vec<Vec<u8>>,
}

/// Two histories of so many leaves that share their first ones.
pub(super) fn branches(shared: u64, leaves: u64) -> (Branch, Branch) {
    let branch = |tail: &str| {
        let tail = |index: u64| if index < shared { "both" } else { tail };
        Branch { leaves: (0..leaves).map(|index| leaf(index, tail(index))).collect() }
    };
    (branch("truth"), branch("lie"))
}

fn leaf(index: u64, tail: &str) -> Vec<u8> {
    let leaf = Leaf::Received {
        message: digest::sha256(format!("{tail} {index}").as_bytes()),
        from: fixtures::agency(THIRD),
        epoch: Epoch::new(1),
        number: LinkNumber::new(index + 1),
        dispatch: digest::sha256(b"dispatch"),
        at: CREATED,
        form: Form::Whole,
    };
    codec::encode(&leaf).unwrap()
}

/// The log of the liar.
pub(super) fn log() -> Log<'static> {
    Log { directory: &MEMBERS, owner: &LIAR, number: LogNumber::new(1) }
}

pub(super) fn pin() -> Digest {
    MEMBERS.charter().digest()
}

/// Looks for a misfit between two branches at two sizes.
pub(super) fn find(
    a: &Branch,
    old: u64,
    b: &Branch,
    new: u64,
    path: &[Digest],
    seen: &[Digest],
) -> Option<Misfit> {
    let shape =
        |branch: &Branch, size| Shape { size: TreeSize::new(size), root: branch.root(size) };
    let (older, newer) = misfit::in_order(shape(a, old), shape(b, new));
    misfit::find(&older, &newer, path, seen)
}

impl Tiles for Branch {
    #[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        let span = 256_usize.pow(u32::from(id.level));
        let first = usize::try_from(id.index).unwrap() * 256 * span;
        let hash = |at: usize| -> Digest {
            let under: Vec<Digest> =
                self.leaves[at..at + span].iter().map(|leaf| hash::leaf_hash(leaf)).collect();
            hash::root_over(&under)
        };
        Ok((0..width).map(|place| hash(first + place * span)).collect())
    }
}

impl Branch {
    pub(super) fn root(&self, size: u64) -> Digest {
        proof::root_at(self, TreeSize::new(size)).unwrap()
    }

    pub(super) fn leaf_hash(&self, index: u64) -> Digest {
        hash::leaf_hash(&self.leaves[usize::try_from(index).unwrap()])
    }

    pub(super) fn consistency(&self, old: u64, new: u64) -> Vec<Digest> {
        proof::consistency(self, TreeSize::new(old), TreeSize::new(new)).unwrap()
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        let origin = MEMBERS.origin(&LIAR, LogNumber::new(1));
        Checkpoint { origin, size: TreeSize::new(size), root: self.root(size) }
    }

    pub(super) fn note(&self, size: u64) -> Vec<u8> {
        self.note_under(1, size)
    }

    /// The note under the log key of another credential.
    pub(super) fn note_under(&self, serial: u64, size: u64) -> Vec<u8> {
        let key = fixtures::signing_key(SENDER, "log", serial);
        checkpoint::sign(&self.checkpoint(size), &key).unwrap()
    }

    /// The note with the cosignature of a witness.
    pub(super) fn cosigned(&self, size: u64, witness: &str, at: u64) -> Vec<u8> {
        let name = identity::witness_name(MEMBERS.charter().name(), &fixtures::agency(witness));
        let key = fixtures::signing_key(witness, "witness", 1);
        let text = checkpoint::text(&self.checkpoint(size));
        let line = cosignature::cosign(&text, Seconds::new(at).unwrap(), &name, &key).unwrap();
        let public = fixtures::verifying_key(witness, "witness");
        note::add_line(&self.note(size), &line, &CosignerKey::new(&name, public).unwrap()).unwrap()
    }

    /// A receipt for one leaf, from a size that the sender holds.
    pub(super) fn receipt(&self, from: u64, size: u64, index: u64) -> Receipt {
        let path = proof::inclusion(self, LeafIndex::new(index), TreeSize::new(size)).unwrap();
        Receipt {
            epoch: Epoch::new(1),
            checkpoint: ByteBuf::from(self.note(size)),
            from: TreeSize::new(from),
            consistency: self.consistency(from, size),
            items: vec![ReceiptItem {
                number: LinkNumber::new(index + 1),
                index: LeafIndex::new(index),
                leaf: ByteBuf::from(self.leaves[usize::try_from(index).unwrap()].clone()),
                path,
            }],
        }
    }
}

/// A dispatch of the liar that names these messages.
pub(super) fn dispatch(first: u64, messages: &[&[u8]]) -> Vec<u8> {
    let items = messages
        .iter()
        .map(|message| DispatchItem { message: digest::sha256(message), form: Form::Whole });
    let dispatch = Dispatch {
        charter: MEMBERS.charter().name().clone(),
        from: LIAR.clone(),
        to: fixtures::agency(RECEIVER),
        serial: Serial::new(1),
        epoch: Epoch::new(1),
        first: LinkNumber::new(first),
        items: items.collect(),
    };
    dispatch::sign(&dispatch, &fixtures::signing_key(SENDER, "signing", 1)).unwrap()
}

/// A message of the liar: its id and its body from small numbers.
pub(super) fn message(id: u8, body: u8) -> Vec<u8> {
    let mut draft = letters::draft(&[RECEIVER]);
    draft.id = MessageId::new(CREATED, [id; 10]);
    letters::signed_with(draft, body).message().to_vec()
}
