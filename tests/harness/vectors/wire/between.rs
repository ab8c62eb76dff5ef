//! Frames that no auditor meets: what nodes tell each other about third logs, keys, charters and kept entries.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::crypto::oprf::Element;
use concord_protocol::crypto::oprf::PROOF_BYTES;
use concord_protocol::crypto::oprf::Proof;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::BLINDED_MAX;
use concord_protocol::limits::CHAIN_DOCUMENTS_MAX;
use concord_protocol::limits::EVIDENCE_WANTED_MAX;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::Keyed;
use concord_protocol::wire::keying::KeyingRefusal;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorOutcome;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::mirror::Recall;
use concord_protocol::wire::mirror::RecallOutcome;
use concord_protocol::wire::mirror::Recalled;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::OfferedMessage;
use concord_protocol::wire::place::Place;
use concord_protocol::wire::succession::SuccessionFrame;
use serde_bytes::ByteBuf;

use super::super::Sheet;
use super::super::envelope;
use super::super::federation::Federation;
use super::super::identity;
use super::super::log;
use super::super::mutate;
use super::super::succession;

pub(super) fn cases(world: &Federation, dispatch: &[u8], sheet: &mut Sheet) {
    for (name, explains, promise, frame) in papers(world, dispatch) {
        sheet.good(name, explains, &["wire-30", promise], &codec::encode(&frame).unwrap());
    }
    for (name, explains, promise, frame) in logs(world) {
        sheet.good(name, explains, &["wire-30", promise], &codec::encode(&frame).unwrap());
    }
    for (name, explains, promise, frame) in keyed() {
        sheet.good(name, explains, &["wire-30", promise], &codec::encode(&frame).unwrap());
    }
    let key = DigestPublic::from_bytes([7; 32]);
    for (name, explains, count) in [
        ("blinded-none", "a question for no digest", 0),
        ("blinded-many", "one more than a frame may ask for", BLINDED_MAX + 1),
    ] {
        let elements = vec![Element::from_bytes([7; 32]); count];
        let frame = Frame::Blinded(Blinded { key, elements });
        sheet.bad(name, explains, &["dcf-7"], "bounds", &codec::encode(&frame).unwrap());
    }
    faults(world, dispatch, sheet);
}

type Said = (&'static str, &'static str, &'static str, Frame);

/// Revocations, addresses, charters, successions, and a message that stands on its place.
fn papers(world: &Federation, dispatch: &[u8]) -> Vec<Said> {
    let statement = ByteBuf::from(succession::statement(world));
    let approvals = succession::approved(&statement);
    let approval = approvals[0].clone();
    let whole = placed(world, Some(ByteBuf::from(log::checkpoint_note(world))));
    let good = placed(world, None);
    let offer =
        |message| Offer { dispatch: ByteBuf::from(dispatch.to_vec()), messages: vec![message] };
    vec![
        (
            "offer-place",
            "a message with its place under a checkpoint; hashes for the form only",
            "wire-80",
            Frame::Offer(offer(whole)),
        ),
        (
            "offer-place-good",
            "a place under the last good checkpoint of a revocation; hashes for the form only",
            "wire-80",
            Frame::Offer(offer(good)),
        ),
        (
            "succession",
            "the end of a log, with its approvals",
            "wire-66",
            Frame::Succession(SuccessionFrame { statement: statement.clone(), approvals }),
        ),
        (
            "succession-proposed",
            "the end of a log that nobody has approved yet",
            "wire-66",
            Frame::Succession(SuccessionFrame { statement, approvals: Vec::new() }),
        ),
        ("approval", "approves what the listener proposes", "wire-68", Frame::Approval(approval)),
        (
            "revocation",
            "what ended a credential",
            "wire-81",
            Frame::Revocation(ByteBuf::from(identity::ends::signed_revocation())),
        ),
        (
            "notice",
            "where a member listens from now on",
            "wire-81",
            Frame::Notice(ByteBuf::from(identity::ends::signed_notice())),
        ),
        (
            "charters",
            "a version of the charter that the listener may lack",
            "chr-15",
            Frame::Charters(vec![ByteBuf::from(world.charter.clone())]),
        ),
        (
            "staff",
            "who of a member votes on its messages",
            "stf-6",
            Frame::Staff(ByteBuf::from(identity::staff::signed())),
        ),
        ("charters-none", "no version at all", "chr-15", Frame::Charters(Vec::new())),
    ]
}

/// Keyed digests of identifiers; the elements are those of RFC 9497, appendix A.1.2.
fn keyed() -> Vec<Said> {
    let element = |text: &str| Element::from_bytes(*Digest::parse(text).unwrap().as_bytes());
    let blinded = element("863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945");
    let made = element("aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e");
    let key = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
    let key = DigestPublic::parse(key).unwrap();
    vec![
        (
            "blinded",
            "a question for one digest under a key of the listener",
            "dcf-7",
            Frame::Blinded(Blinded { key, elements: vec![blinded] }),
        ),
        (
            "keyed",
            "the element under the key, and a proof for the form only",
            "dcf-9",
            Frame::Keyed(Keyed::Made {
                elements: vec![made],
                proof: Proof::from_bytes([7; PROOF_BYTES]),
            }),
        ),
        (
            "keyed-refused",
            "no digest is made today",
            "dcf-9",
            Frame::Keyed(Keyed::Refused { code: KeyingRefusal::Spent }),
        ),
    ]
}

/// The message of the offer, with a place whose path is for the form only.
fn placed(world: &Federation, checkpoint: Option<ByteBuf>) -> OfferedMessage {
    let place = Place {
        log: LogNumber::new(1),
        index: LeafIndex::new(1),
        path: vec![digest::sha256(b"a sibling"), digest::sha256(b"another")],
        checkpoint,
    };
    let message = envelope::whole(&envelope::signed(world, envelope::draft()));
    OfferedMessage { place: Some(place), ..message }
}

/// Third logs, and entries that are kept for each other.
fn logs(world: &Federation) -> Vec<Said> {
    let told = Told {
        heads: vec![ByteBuf::from(log::checkpoint_note(world))],
        files: vec![digest::sha256(b"a file")],
    };
    let wanted = EvidenceTalk::Wanted(vec![digest::sha256(b"a file")]);
    let file = EvidenceTalk::File(ByteBuf::from(b"for the form only".to_vec()));
    let note = Some(ByteBuf::from(log::checkpoint_note(world)));
    let inside = Mirror { parts: vec![part(1, 2)], checkpoint: None };
    let kept = Mirrored { sequence: 3, size: TreeSize::new(5), outcome: MirrorOutcome::Kept };
    let recalled = Recalled { parts: vec![part(0, 1)], outcome: RecallOutcome::More };
    let nothing = Recalled { parts: Vec::new(), outcome: RecallOutcome::NotHeld };
    vec![
        ("evidence-told", "what the speaker holds", "wire-51", talk(EvidenceTalk::Told(told))),
        ("evidence-wanted", "which files it asks for", "wire-52", talk(wanted)),
        ("evidence-file", "a file; for the form only", "wire-52", talk(file)),
        (
            "mirror",
            "a whole entry; for the form only",
            "wire-56",
            Frame::Mirror(Mirror { parts: vec![part(0, 1)], checkpoint: note }),
        ),
        (
            "mirror-inside",
            "a part inside an entry; for the form only",
            "wire-56",
            Frame::Mirror(inside),
        ),
        ("mirrored", "how far the speaker keeps it", "wire-58", Frame::Mirrored(kept)),
        (
            "recall-size",
            "asks for everything after a size",
            "wire-60",
            Frame::Recall(Recall::Size(TreeSize::new(5))),
        ),
        (
            "recall-after",
            "asks for what comes after a part",
            "wire-60",
            Frame::Recall(Recall::After { sequence: 3, part: 1 }),
        ),
        ("recalled", "a part given back; for the form only", "wire-61", Frame::Recalled(recalled)),
        ("recalled-none", "nothing is held from there", "wire-61", Frame::Recalled(nothing)),
    ]
}

const fn talk(talk: EvidenceTalk) -> Frame {
    Frame::Evidence(talk)
}

fn part(part: u32, of: u32) -> MirrorPart {
    MirrorPart {
        sequence: 3,
        previous: 2,
        part,
        of,
        leaves: ByteBuf::from(digest::sha256(b"a leaf").as_bytes().to_vec()),
        sealed: ByteBuf::from(b"sealed records".to_vec()),
    }
}

fn faults(world: &Federation, dispatch: &[u8], sheet: &mut Sheet) {
    let encoded = |frame: &Frame| codec::encode(frame).unwrap();
    for (name, number) in [("revocation", 16), ("notice", 17), ("approval", 15)] {
        let bare = mutate::write(&Value::Array(vec![number.into(), Value::from(7)]));
        let name = format!("{name}-number");
        sheet.bad(&name, "a number where bytes belong", &["wire-30"], "shape", &bare);
    }
    let one = encoded(&Frame::Charters(vec![ByteBuf::from(world.charter.clone())]));
    let bare = mutate::edit(&one, |tree| mutate::items(tree)[1] = Value::from(1));
    sheet.bad("charters-number", "a number where a list belongs", &["wire-30"], "shape", &bare);
    let many = vec![ByteBuf::from(b"x".to_vec()); CHAIN_DOCUMENTS_MAX + 1];
    let explains = "one document more than a chain can have";
    sheet.bad("charters-many", explains, &["chr-15"], "bounds", &encoded(&Frame::Charters(many)));
    let offer =
        Offer { dispatch: ByteBuf::from(dispatch.to_vec()), messages: vec![placed(world, None)] };
    let more = mutate::edit(&encoded(&Frame::Offer(offer)), |tree| {
        let messages = mutate::items(mutate::field(&mut mutate::items(tree)[1], 1));
        let place = mutate::field(&mut messages[0], 2);
        mutate::entries(place).push((Value::from(4), Value::from(0)));
    });
    let explains = "a field that places do not have";
    sheet.bad("offer-place-field", explains, &["env-1"], "shape", &more);
    let none = Offer { dispatch: ByteBuf::from(dispatch.to_vec()), messages: Vec::new() };
    sheet.bad("offer-none", "no message", &["wire-34"], "bounds", &encoded(&Frame::Offer(none)));
    let wanted = vec![digest::sha256(b"a file"); EVIDENCE_WANTED_MAX + 1];
    for (name, explains, wanted) in [
        ("evidence-wanted-none", "asks for nothing", Vec::new()),
        ("evidence-wanted-many", "asks for one file more than it may", wanted),
    ] {
        let frame = encoded(&talk(EvidenceTalk::Wanted(wanted)));
        sheet.bad(name, explains, &["wire-52"], "bounds", &frame);
    }
    let empty = Mirror { parts: Vec::new(), checkpoint: None };
    let empty = encoded(&Frame::Mirror(empty));
    sheet.bad("mirror-none", "no part", &["wire-56"], "bounds", &empty);
    let endless = Mirror { parts: vec![part(0, 161)], checkpoint: None };
    let endless = encoded(&Frame::Mirror(endless));
    let explains = "an entry of more parts than there may be";
    sheet.bad("mirror-long-entry", explains, &["wire-56"], "bounds", &endless);
    let recall = encoded(&Frame::Recall(Recall::Size(TreeSize::new(5))));
    let strange = mutate::edit(&recall, |tree| {
        mutate::items(&mut mutate::items(tree)[1])[0] = Value::from(2);
    });
    sheet.bad("recall-unknown", "recalls in another way", &["wire-60"], "shape", &strange);
}
