//! Frames, and what stands in them.

mod between;

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::digest;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Form;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::dispatch::DispatchItem;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Known;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::envelope;
use super::federation;
use super::federation::AGENCIES;
use super::federation::Federation;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::log;
use super::mutate;

/// The cases of the wire.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut cases = frames(world);
    cases.extend(greetings(world));
    cases.extend(introductions(world));
    cases.extend(dispatch_payloads(world));
    cases.extend(dispatches(world));
    cases
}

fn honest_greeting(world: &Federation) -> Greeting {
    let serial = Serial::new(1);
    Greeting {
        versions: vec![VERSION],
        agency: federation::agency(SENDER),
        charter: world.verified().name().clone(),
        charter_version: world.verified().version(),
        charter_digest: world.verified().digest(),
        serial,
        cursor: Cursor { epoch: Epoch::new(1), number: LinkNumber::new(12) },
        known: AGENCIES
            .iter()
            .map(|name| Known { agency: federation::agency(name), serial })
            .collect(),
        own_head: Some(ByteBuf::from(log::checkpoint_note(world))),
        your_head: None,
        standing: None,
        mirrored: None,
        log: LogNumber::new(1),
        your_log: LogNumber::new(1),
        revocations: Vec::new(),
        notices: Vec::new(),
        staff: Vec::new(),
    }
}

fn honest_dispatch(world: &Federation) -> Dispatch {
    Dispatch {
        charter: world.verified().name().clone(),
        from: federation::agency(SENDER),
        to: federation::agency(RECEIVER),
        serial: Serial::new(1),
        epoch: Epoch::new(1),
        first: LinkNumber::new(1),
        items: vec![DispatchItem { message: envelope::digest_of(world), form: Form::Whole }],
    }
}

fn signed(document: &Dispatch) -> Vec<u8> {
    dispatch::sign(document, &federation::key(SENDER, "signing")).unwrap()
}

fn honest_receipt(world: &Federation) -> Receipt {
    let (_, _, leaf) = log::leaves().remove(3);
    Receipt {
        epoch: Epoch::new(1),
        checkpoint: ByteBuf::from(log::checkpoint_note(world)),
        from: TreeSize::new(0),
        consistency: Vec::new(),
        items: vec![ReceiptItem {
            number: LinkNumber::new(7),
            index: LeafIndex::new(2),
            leaf: ByteBuf::from(codec::encode(&leaf).unwrap()),
            path: vec![digest::sha256(b"a sibling"), digest::sha256(b"another")],
        }],
    }
}

fn frames(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "frame");
    let message = envelope::whole(&envelope::signed(world, envelope::draft()));
    let offer =
        Offer { dispatch: ByteBuf::from(signed(&honest_dispatch(world))), messages: vec![message] };
    let all = [
        ("greeting", "the first frame in each direction", Frame::Greeting(honest_greeting(world))),
        (
            "credential",
            "a credential that the peer lacks",
            Frame::Credential(ByteBuf::from(world.credentials[0].clone())),
        ),
        ("offer", "one message under its dispatch", Frame::Offer(offer)),
        (
            "receipt",
            "a proof that a message stands in the speaker's log; hashes for the form only",
            Frame::Receipt(honest_receipt(world)),
        ),
        ("ping", "asks for an answer", Frame::Ping(7)),
        ("pong", "answers", Frame::Pong(7)),
    ];
    for (name, explains, frame) in all {
        sheet.good(name, explains, &["wire-30"], &codec::encode(&frame).unwrap());
    }
    for (name, explains, promise, frame) in witnessing(world) {
        sheet.good(name, explains, &["wire-30", promise], &codec::encode(&frame).unwrap());
    }
    between::cases(world, &signed(&honest_dispatch(world)), &mut sheet);
    let ping = codec::encode(&Frame::Ping(7)).unwrap();
    sheet.bad("empty", "no byte at all", &["wire-30"], "scan: truncated", &[]);
    sheet.bad(
        "trailing",
        "a byte after the frame",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&ping),
    );
    let unknown = mutate::edit(&ping, |tree| mutate::items(tree)[0] = Value::from(99));
    sheet.bad(
        "unknown-kind",
        "a kind of frame that is not registered",
        &["wire-30"],
        "shape",
        &unknown,
    );
    let text = mutate::edit(&ping, |tree| mutate::items(tree)[1] = Value::from("seven"));
    sheet.bad("wrong-type", "a text where a number belongs", &["wire-30"], "shape", &text);
    let more = mutate::edit(&ping, |tree| mutate::items(tree).push(Value::from(0)));
    sheet.bad("surplus", "a frame of three parts", &["wire-30"], "shape", &more);
    sheet.cases
}

/// What is said in witnessing, each with its promise.
fn witnessing(world: &Federation) -> Vec<(&'static str, &'static str, &'static str, Frame)> {
    let note = || ByteBuf::from(log::checkpoint_note(world));
    let path = || vec![digest::sha256(b"a sibling"), digest::sha256(b"another")];
    let request = WitnessRequest {
        old: TreeSize::new(2),
        old_root: digest::sha256(b"a root"),
        consistency: path(),
        checkpoint: note(),
    };
    let line = ByteBuf::from(b"a signature line\n".to_vec());
    let cosigned = Witnessed::Cosigned { size: TreeSize::new(3), line };
    let conflict = Witnessed::Conflict { checkpoint: Some(note()) };
    let nothing = Witnessed::Conflict { checkpoint: None };
    let refused = Witnessed::Refused { code: WitnessRefusal::Clock };
    let lift = Lift { from: TreeSize::new(2), consistency: path(), note: note() };
    vec![
        (
            "witness",
            "asks to cosign a checkpoint; hashes for the form only",
            "wire-40",
            Frame::Witness(request),
        ),
        ("cosigned", "a cosignature; for the form only", "wire-41", Frame::Witnessed(cosigned)),
        ("conflict", "the checkpoint that is held", "wire-41", Frame::Witnessed(conflict)),
        ("conflict-none", "none is held", "wire-41", Frame::Witnessed(nothing)),
        ("refused", "the clock stands too early", "wire-42", Frame::Witnessed(refused)),
        ("lift", "a quorate checkpoint; for the form only", "wire-43", Frame::Lift(lift)),
    ]
}

fn greetings(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "greeting");
    let mut put = |name, explains, class: &str, greeting: Greeting| {
        let bytes = codec::encode(&Frame::Greeting(greeting)).unwrap();
        match class {
            "" => sheet.good(name, explains, &["wire-32"], &bytes),
            class => sheet.bad(name, explains, &["wire-32"], class, &bytes),
        }
    };
    let honest = || honest_greeting(world);
    put("good", "a greeting that the receiver takes", "", honest());
    put(
        "no-version",
        "speaks only a version to come",
        "no-common-version",
        Greeting { versions: vec![9], ..honest() },
    );
    let danube = CharterName::parse("danube").unwrap();
    put(
        "other-charter",
        "another charter's name",
        "wrong-charter",
        Greeting { charter: danube, ..honest() },
    );
    let other = digest::sha256(b"another charter");
    put(
        "other-digest",
        "the right name, another charter",
        "wrong-charter",
        Greeting { charter_digest: other, ..honest() },
    );
    let third = federation::agency("th.rtp");
    put(
        "other-agency",
        "another agency than the transport key belongs to",
        "bad-frame",
        Greeting { agency: third, ..honest() },
    );
    let foreign = Some(ByteBuf::from(log::checkpoint_note(world)));
    put(
        "not-our-head",
        "shows a checkpoint of our log that we never signed",
        "bad-frame",
        Greeting { your_head: foreign, ..honest() },
    );
    sheet.cases
}

fn introductions(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "introduction");
    let good =
        codec::encode(&Introduction { credential: ByteBuf::from(world.credentials[0].clone()) })
            .unwrap();
    sheet.good("good", "all that a stranger may say", &["wire-8"], &good);
    sheet.bad("trailing", "a byte after it", &["env-1"], "scan: trailing", &mutate::longer(&good));
    let long = Introduction { credential: ByteBuf::from(vec![0; 16 * 1024]) };
    sheet.bad(
        "too-long",
        "longer than a stranger may speak",
        &["wire-8"],
        "too-long",
        &codec::encode(&long).unwrap(),
    );
    sheet.cases
}

fn dispatch_payloads(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "dispatch-payload");
    let good = codec::encode(&honest_dispatch(world)).unwrap();
    sheet.good("good", "numbers one message of a link", &["link-2"], &good);
    let more =
        mutate::edit(&good, |tree| mutate::entries(tree).push((Value::from(7), Value::from(0))));
    sheet.bad("unknown-field", "a field that dispatches do not have", &["env-1"], "shape", &more);
    sheet.cases
}

fn dispatches(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("wire", "dispatch");
    let honest = || honest_dispatch(world);
    let good = signed(&honest());
    sheet.good("good", "signed by the sender for this link", &["link-3"], &good);
    sheet.bad(
        "forged",
        "one bit of the signature is turned",
        &["link-3"],
        "bad-signature",
        &mutate::flipped(&good, good.len() - 1),
    );
    let other = Dispatch { to: federation::agency("th.rtp"), ..honest() };
    sheet.bad("other-link", "for another recipient", &["link-3"], "wrong-link", &signed(&other));
    let charter = Dispatch { charter: CharterName::parse("danube").unwrap(), ..honest() };
    sheet.bad(
        "other-charter",
        "under another charter",
        &["link-3"],
        "wrong-link",
        &signed(&charter),
    );
    let serial = Dispatch { serial: Serial::new(9), ..honest() };
    sheet.bad(
        "unknown-credential",
        "names a credential that is not held",
        &["link-3"],
        "unknown-credential",
        &signed(&serial),
    );
    let none = Dispatch { items: Vec::new(), ..honest() };
    sheet.bad("empty", "covers no message", &["link-3"], "bounds", &signed(&none));
    let zero = Dispatch { first: LinkNumber::new(0), ..honest() };
    sheet.bad("number-zero", "numbers begin with one", &["link-3"], "bounds", &signed(&zero));
    let message = cose::sign1(
        &federation::key(SENDER, "signing"),
        ContentType::Message,
        &codec::encode(&honest()).unwrap(),
    );
    sheet.bad(
        "content-type",
        "signed as a message",
        &["link-3"],
        "not-canonical",
        &message.unwrap(),
    );
    sheet.cases
}
