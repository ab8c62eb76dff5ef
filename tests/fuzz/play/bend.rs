//! What a member that lies makes of its own frames: it holds its keys, so what it signs anew verifies.

use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::Sign1;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::MirrorHead;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use harness::chance::Chance;
use harness::vectors::federation;
use serde_bytes::ByteBuf;

use crate::change;
use crate::play::hear::REFUSALS;
use crate::play::node::Node;
use crate::play::tape::Tape;

/// The bytes of a frame as its speaker would rather have said it.
pub(super) fn frame(speaker: &Node, bytes: &[u8], tape: &mut Tape<'_>) -> Vec<u8> {
    if tape.below(4) == 0 {
        let mut chance = Chance::from_seed(u64::from(tape.byte()) << 8 | u64::from(tape.byte()));
        return change::changed(bytes, bytes, &mut chance);
    }
    let Ok(frame) = codec::decode::<Frame>(bytes) else { return bytes.to_vec() };
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "papers are signed by others, or bent as bytes"
    )]
    let bent = match frame {
        Frame::Offer(said) => Frame::Offer(offer(speaker, said, tape)),
        Frame::Receipt(said) => Frame::Receipt(receipt(said, tape)),
        Frame::Witness(said) => Frame::Witness(request(said, tape)),
        Frame::Witnessed(said) => Frame::Witnessed(answer(speaker, said, tape)),
        Frame::Lift(said) => Frame::Lift(lift(said, tape)),
        other => other,
    };
    codec::encode(&bent).unwrap_or_else(|_| bytes.to_vec())
}

/// A greeting that shows something else.
pub(super) fn greeting(speaker: &Node, said: &mut Greeting, tape: &mut Tape<'_>) {
    match tape.below(9) {
        0 => said.cursor.number = LinkNumber::new(tape.near(said.cursor.number.get())),
        1 => said.cursor.epoch = Epoch::new(tape.near(said.cursor.epoch.get())),
        2 => said.your_head = None,
        3 => said.own_head = None,
        4 => std::mem::swap(&mut said.own_head, &mut said.your_head),
        5 => said.standing = [Some(Doubt::Probing), Some(Doubt::Quarantine), None][tape.below(3)],
        6 => said.log = LogNumber::new(tape.near(said.log.get())),
        7 => said.your_log = LogNumber::new(tape.near(said.your_log.get())),
        _ => {
            // What was held before, as what is mirrored now.
            let notes: Vec<_> = speaker.memory.cosigned.values().map(|one| &one.note).collect();
            let note = tape.among(&notes).map(|note| (*note).clone()).or(said.your_head.clone());
            let sequence = u64::from(tape.byte());
            said.mirrored = note.map(|checkpoint| MirrorHead { sequence, checkpoint });
        }
    }
}

fn offer(speaker: &Node, mut said: Offer, tape: &mut Tape<'_>) -> Offer {
    let parsed = Sign1::parse(&said.dispatch, ContentType::Dispatch).ok();
    let document = parsed.and_then(|signed| codec::decode::<Dispatch>(signed.payload()).ok());
    let Some(mut document) = document else { return said };
    let (one, two) = (tape.below(document.items.len()), tape.below(said.messages.len()));
    match tape.below(10) {
        0 => document.first = LinkNumber::new(tape.near(document.first.get())),
        1 => document.epoch = Epoch::new(tape.near(document.epoch.get())),
        2 => document.serial = Serial::new(tape.near(document.serial.get())),
        3 => {
            document.items.swap(one, two);
            said.messages.swap(one, two);
        }
        4 => {
            document.items.push(document.items[one].clone());
            said.messages.push(said.messages[one].clone());
        }
        5 => {
            document.items[one].form = Form::Tombstone;
            said.messages[one].sealed = None;
        }
        6 => said.messages[one].sealed = None,
        7 => flip(said.messages[one].sealed.as_mut(), tape),
        8 => flip(Some(&mut said.messages[one].message), tape),
        _ => said.messages.truncate(one),
    }
    let key = federation::key(speaker.name, "signing");
    said.dispatch = dispatch::sign(&document, &key).map_or(said.dispatch, ByteBuf::from);
    said
}

fn receipt(mut said: Receipt, tape: &mut Tape<'_>) -> Receipt {
    let (one, two) = (tape.below(said.items.len()), tape.below(said.items.len()));
    match tape.below(9) {
        0 => said.from = TreeSize::new(tape.near(said.from.get())),
        1 => said.epoch = Epoch::new(tape.near(said.epoch.get())),
        2 => said.items.swap(one, two),
        3 => said.items.push(said.items[one].clone()),
        4 => said.items[one].number = LinkNumber::new(tape.near(said.items[one].number.get())),
        5 => said.items[one].index = LeafIndex::new(tape.near(said.items[one].index.get())),
        6 => said.items[one].path.truncate(two),
        7 => said.consistency.truncate(one),
        _ => {
            let leaf = codec::decode::<Leaf>(&said.items[one].leaf).ok().map(refused);
            let leaf = leaf.and_then(|leaf| codec::encode(&leaf).ok());
            said.items[one].leaf = leaf.map_or_else(ByteBuf::new, ByteBuf::from);
        }
    }
    said
}

/// The refusal of what a leaf says was received.
fn refused(leaf: Leaf) -> Leaf {
    if let Leaf::Received { message, from, epoch, number, dispatch, at, .. } = leaf {
        let code = RefusalCode::BodyMismatch;
        return Leaf::Refused { message, from, epoch, number, dispatch, at, code };
    }
    leaf
}

fn request(mut said: WitnessRequest, tape: &mut Tape<'_>) -> WitnessRequest {
    match tape.below(4) {
        0 => said.old = TreeSize::new(tape.near(said.old.get())),
        1 => said.old_root = concord_protocol::crypto::digest::sha256(&[tape.byte()]),
        2 => said.consistency.truncate(tape.below(3)),
        _ => flip(Some(&mut said.checkpoint), tape),
    }
    said
}

fn answer(speaker: &Node, said: Witnessed, tape: &mut Tape<'_>) -> Witnessed {
    match (said, tape.below(4)) {
        (Witnessed::Cosigned { size, line }, 0) => {
            Witnessed::Cosigned { size: TreeSize::new(tape.near(size.get())), line }
        }
        (Witnessed::Cosigned { size, mut line }, 1) => {
            flip(Some(&mut line), tape);
            Witnessed::Cosigned { size, line }
        }
        (_, 2) => Witnessed::Refused { code: REFUSALS[tape.below(REFUSALS.len())] },
        _ => {
            let held: Vec<&ByteBuf> = speaker.memory.held.values().map(|one| &one.note).collect();
            let checkpoint = tape.among(&held).map(|note| (*note).clone());
            Witnessed::Conflict { checkpoint: checkpoint.filter(|_| tape.below(4) > 0) }
        }
    }
}

fn lift(mut said: Lift, tape: &mut Tape<'_>) -> Lift {
    match tape.below(4) {
        0 => said.from = TreeSize::new(tape.near(said.from.get())),
        1 => said.consistency.truncate(tape.below(3)),
        2 => {
            // One cosignature less.
            let end = said.note.iter().rev().skip(1).position(|byte| *byte == b'\n');
            let kept = said.note.len() - end.map_or(0, |at| at + 1);
            said.note.truncate(kept);
        }
        _ => flip(Some(&mut said.note), tape),
    }
    said
}

fn flip(bytes: Option<&mut ByteBuf>, tape: &mut Tape<'_>) {
    let Some(bytes) = bytes else { return };
    let at = (tape.below(256) << 8 | tape.below(256)).checked_rem(bytes.len());
    if let Some(byte) = at.and_then(|at| bytes.get_mut(at)) {
        *byte ^= 1 << tape.below(8);
    }
}
