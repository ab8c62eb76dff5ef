//! What a message rests on whose credential is no longer in force.

use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::SigningKey;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::seal::Signed;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::Revocation;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::proof;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tree::Tree;
use crate::message::handling::Classification;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::offer;
use crate::wire::offer::Footing;
use crate::wire::offer::Judge;
use crate::wire::offer::Offer;
use crate::wire::offer::OfferedMessage;
use crate::wire::offer::VerifiedOffer;
use crate::wire::place::BadPlace;
use crate::wire::place::Place;

#[test]
fn a_message_that_waited_is_taken_by_its_place_in_its_authors_log() {
    // shows: env-30, wire-80
    let world = World::new();
    let place = world.place(world.head());

    let judged = world.judge(Some(place), rotated()).unwrap();

    let arrival = &judged.arrivals()[0];
    assert!(arrival.judged.is_ok());
    assert_eq!(arrival.footing, Footing::InLog);
}

#[test]
fn a_stolen_key_that_was_put_away_brings_nothing_new_in() {
    // shows: env-30, wire-80
    let world = World::new();
    let elsewhere = Place { index: LeafIndex::new(0), ..world.place(world.head()) };
    let bare = Place { checkpoint: None, ..world.place(world.head()) };
    let by_thief = Place {
        checkpoint: Some(world.note(&members::signing_key(SENDER, "signing", 1))),
        ..world.place(world.head())
    };

    for place in [None, Some(elsewhere), Some(by_thief)] {
        let judged = world.judge(place, rotated()).unwrap();
        assert_eq!(refusal(&judged), RefusalCode::SupersededCredential);
    }
    // Whoever shows no checkpoint knows of a revocation that we do not know: it is judged when both do.
    assert_eq!(world.judge(Some(bare), rotated()).map(|_| ()), Err(CloseCode::Stopping));
}

#[test]
fn below_the_last_good_checkpoint_a_message_stays_and_beyond_it_none_comes_in() {
    // shows: env-30, id-42, wire-80
    let world = World::new();
    let place = world.place(None);

    let taken = world.judge(Some(place.clone()), world.revoked(3)).unwrap();
    assert_eq!(taken.arrivals()[0].footing, Footing::BelowLastGood);

    for (place, size) in [(Some(place.clone()), 1), (None, 3), (Some(place.clone()), 0)] {
        let judged = world.judge(place, world.revoked(size)).unwrap();
        assert_eq!(refusal(&judged), RefusalCode::RevokedCredential);
    }
    // Under a checkpoint of its own choice the author proves nothing; it may not know of the revocation yet.
    let judged = world.judge(Some(world.place(world.head())), world.revoked(3));
    assert_eq!(judged.map(|_| ()), Err(CloseCode::Stopping));
}

#[test]
fn a_checkpoint_of_a_revoked_log_key_places_nothing_beyond_the_last_good_one() {
    // shows: id-43
    let world = World::new();
    let (author, serial) = (members::agency(SENDER), Serial::new(2));
    let by_old_key = Some(world.note(&members::signing_key(SENDER, "log", 1)));
    let place = Place { checkpoint: by_old_key, ..world.place(None) };
    let message = world.signed.message();
    let verify = |directory: &Directory| place.verify(message, (&author, serial), directory);

    assert!(verify(&rotated()).is_ok());
    assert_eq!(verify(&world.revoked(1)), Err(BadPlace::Checkpoint));
}

#[test]
fn what_a_revocation_ends_is_judged_again_before_it_is_logged() {
    // shows: id-41
    let world = World::new();
    let mut placed = world.judge(Some(world.place(world.head())), rotated()).unwrap();
    let mut below = world.judge(Some(world.place(None)), world.revoked(3)).unwrap();

    // It may stand below the last good checkpoint, which shows when it is offered again: nothing final is said.
    assert_eq!(placed.recheck(&world.revoked(3)), Err(CloseCode::Stopping));
    below.recheck(&world.revoked(3)).unwrap();
    assert!(below.arrivals()[0].judged.is_ok());
}

#[test]
fn a_dispatch_is_signed_under_the_credential_in_force() {
    // shows: link-12
    let world = World::new();
    let under =
        |serial, directory| world.judge_under(serial, None, directory).map(|_| ()).unwrap_err();

    assert_eq!(under(1, rotated()), CloseCode::SupersededCredential);
    assert_eq!(under(1, world.revoked(3)), CloseCode::RevokedCredential);
    let expired = members::directory_of(&[(SENDER, 1), (RECEIVER, 1)]);
    let late = World { now: members::BEGIN.after(Span::from_days(400)), ..World::new() };
    let found = late.judge_under(1, None, expired).map(|_| ()).unwrap_err();
    assert_eq!(found, CloseCode::ExpiredCredential);
}

/// The log of the sender: a start, the message, and another leaf.
struct World {
    signed: Signed,
    leaves: Vec<Vec<u8>>,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        let signed = letters::signed(letters::draft(&[RECEIVER]));
        let header = ByteBuf::from(signed.message().to_vec());
        let leaf = codec::encode(&Leaf::Message { header }).unwrap();
        let leaves = vec![b"the start".to_vec(), leaf, b"another".to_vec()];
        Self { signed, leaves, now: letters::CREATED.after(Span::from_days(40)) }
    }

    fn tree(&self, size: usize) -> Tree {
        let mut tree = Tree::new();
        for leaf in self.leaves.iter().take(size) {
            tree.append(leaf);
        }
        tree
    }

    fn place(&self, checkpoint: Option<ByteBuf>) -> Place {
        let tree = self.tree(3);
        let index = LeafIndex::new(1);
        let path = proof::inclusion(&tree.over(&NoTiles), index, tree.size()).unwrap();
        Place { log: LogNumber::new(1), index, path, checkpoint }
    }

    /// A checkpoint over the whole log, signed by the log key of the second credential.
    fn head(&self) -> Option<ByteBuf> {
        Some(self.note(&members::signing_key(SENDER, "log", 2)))
    }

    fn note(&self, key: &SigningKey) -> ByteBuf {
        let tree = self.tree(3);
        let origin = letters::directory().origin(&members::agency(SENDER), LogNumber::new(1));
        let head = Checkpoint { origin, size: tree.size(), root: tree.root() };
        ByteBuf::from(checkpoint::sign(&head, key).unwrap())
    }

    /// The second credential is in force, the first one was revoked with so many leaves as good.
    fn revoked(&self, size: usize) -> Directory {
        let tree = self.tree(size);
        let good = LastGood { log: LogNumber::new(1), size: tree.size(), root: tree.root() };
        let said = Revocation { logs: vec![good], ..members::revocation(SENDER, 1, 0) };
        let bytes = revocation::sign(&said, &members::root(SENDER)).unwrap();
        let mut directory = rotated();
        let verified = revocation::verify(&bytes, directory.charter()).unwrap();
        directory.revoke(verified).unwrap();
        directory
    }

    fn judge(
        &self,
        place: Option<Place>,
        directory: Directory,
    ) -> Result<VerifiedOffer, CloseCode> {
        self.judge_under(2, place, directory)
    }

    fn judge_under(
        &self,
        serial: u64,
        place: Option<Place>,
        directory: Directory,
    ) -> Result<VerifiedOffer, CloseCode> {
        let signing = members::signing_key(SENDER, "signing", serial);
        let offer = Offer {
            dispatch: ByteBuf::from(self.dispatch(serial, &signing)),
            messages: vec![OfferedMessage {
                message: ByteBuf::from(self.signed.message().to_vec()),
                sealed: Some(ByteBuf::from(self.signed.sealed().to_vec())),
                place,
            }],
        };
        let judge = Judge {
            directory: &directory,
            me: &members::agency(RECEIVER),
            sealing: &members::sealing_key(RECEIVER, 1),
            now: self.now,
            tolerance: letters::TOLERANCE,
            claimed: None,
            cleared: Classification::Confidential,
        };
        offer::verify(offer, &members::agency(SENDER), &judge)
    }

    fn dispatch(&self, serial: u64, signer: &SigningKey) -> Vec<u8> {
        let said = Dispatch {
            charter: letters::directory().charter().name().clone(),
            from: members::agency(SENDER),
            to: members::agency(RECEIVER),
            serial: Serial::new(serial),
            epoch: Epoch::new(1),
            first: LinkNumber::new(1),
            items: vec![DispatchItem {
                message: digest::sha256(self.signed.message()),
                form: Form::Whole,
            }],
        };
        dispatch::sign(&said, signer).unwrap()
    }
}

/// The sender's second credential, with other keys, took over thirty days after the message was made.
fn rotated() -> Directory {
    let mut directory = members::directory_of(&[(SENDER, 1), (RECEIVER, 1)]);
    let not_before = letters::CREATED.after(Span::from_days(30));
    let second = Credential { not_before, ..members::credential(SENDER, 2) };
    let bytes = credential::sign(&second, &members::root(SENDER)).unwrap();
    directory.admit(credential::verify(&bytes, directory.charter()).unwrap()).unwrap();
    directory
}

fn refusal(judged: &VerifiedOffer) -> RefusalCode {
    *judged.arrivals()[0].judged.as_ref().unwrap_err()
}

/// Three leaves fill no tile.
struct NoTiles;

impl FullTiles for NoTiles {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        Err(MissingTile { id, width: 256 })
    }
}
