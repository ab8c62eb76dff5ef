//! A member's key, and bytes that are no frames, frames that never end, and frames in an order that no node has.

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::greeting::Greeting;
use harness::stranger::manner::Manner;
use serde_bytes::ByteBuf;

use crate::strangers::ATTACKER;
use crate::strangers::Attack;
use crate::strangers::Outcome;
use crate::strangers::Scene;
use crate::strangers::closed;
use crate::strangers::stands;
use crate::strangers::wire_ends;

const BAD_FRAME: Outcome = closed(CloseCode::BadFrame);
const TIMEOUT: Outcome = closed(CloseCode::Timeout);

pub(super) const ATTACKS: [Attack; 27] = [
    Attack { name: "a frame of no bytes", run: |scene| raw(scene, &[0, 0, 0, 0]), end: BAD_FRAME },
    Attack {
        name: "a frame of one byte too many",
        run: |scene| raw(scene, &u32::try_from(FRAME_BYTES_MAX + 1).unwrap().to_be_bytes()),
        end: BAD_FRAME,
    },
    Attack { name: "a frame of four GiB", run: |scene| raw(scene, &[0xff; 4]), end: BAD_FRAME },
    Attack {
        name: "a frame that is longer than it says",
        run: |scene| raw(scene, &[0, 0, 0, 1, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6]),
        end: BAD_FRAME,
    },
    Attack {
        name: "a stream that ends inside a frame",
        run: |scene| {
            let mut wire = scene.greeted();
            wire.say_raw(&[0, 0, 0, 9, 1]);
            wire.finish();
            wire_ends(&mut wire)
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a stream that breaks off inside a frame",
        run: |scene| {
            let mut wire = scene.greeted();
            wire.say_raw(&[0, 0, 0, 9, 1]);
            wire.reset();
            wire_ends(&mut wire)
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a frame that never ends",
        run: |scene| raw(scene, &[0, 0, 0, 9, 1]),
        end: TIMEOUT,
    },
    Attack {
        name: "a stream on which nothing is said",
        run: |scene| wire_ends(&mut scene.wire()),
        end: TIMEOUT,
    },
    Attack {
        name: "a member that takes nothing of what is said",
        run: |scene| {
            let manner = Manner { window: 16, ..scene.member() };
            let mut wire = scene.stranger.connect(scene.address(), &manner).unwrap();
            wire.say(&Frame::Greeting(scene.liar.greeting()));
            Outcome::Ended(wire.closed())
        },
        end: TIMEOUT,
    },
    Attack { name: "noise", run: |scene| framed(scene, &[0xff; 64]), end: BAD_FRAME },
    Attack {
        name: "a list of four billion",
        run: |scene| framed(scene, &[0x9a, 0xff, 0xff, 0xff, 0xff]),
        end: BAD_FRAME,
    },
    Attack {
        name: "a text of an exabyte",
        run: |scene| framed(scene, &[0x7b, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        end: BAD_FRAME,
    },
    Attack {
        name: "a million lists in each other",
        run: |scene| framed(scene, &vec![0x81; 1_000_000]),
        end: BAD_FRAME,
    },
    Attack {
        name: "a list without an end",
        run: |scene| framed(scene, &vec![0x9f; 1_000]),
        end: BAD_FRAME,
    },
    Attack {
        name: "an offer before the greeting",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "too soon");
            before(scene, &scene.liar.offer(1, &[&letter]))
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a ping before the greeting",
        run: |scene| before(scene, &Frame::Ping(1)),
        end: BAD_FRAME,
    },
    Attack {
        name: "a second greeting",
        run: |scene| after(scene, &Frame::Greeting(scene.liar.greeting())),
        end: BAD_FRAME,
    },
    Attack {
        name: "an introduction in the place of a greeting",
        run: |scene| {
            let mut wire = scene.wire();
            wire.say_framed(&introduction(scene));
            wire_ends(&mut wire)
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "an introduction after the greeting",
        run: |scene| framed(scene, &introduction(scene)),
        end: BAD_FRAME,
    },
    Attack {
        name: "a greeting in another's name",
        run: |scene| {
            let agency = AgencyId::parse("th.rtp").unwrap();
            greets(scene, |greeting| Greeting { agency, ..greeting })
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a greeting of another federation",
        run: |scene| {
            let charter = CharterName::parse("elsewhere").unwrap();
            greets(scene, |greeting| Greeting { charter, ..greeting })
        },
        end: closed(CloseCode::WrongCharter),
    },
    Attack {
        name: "a greeting of another protocol",
        run: |scene| greets(scene, |greeting| Greeting { versions: vec![2, 3], ..greeting }),
        end: closed(CloseCode::NoCommonVersion),
    },
    Attack {
        name: "a greeting that knows ten thousand members",
        run: |scene| {
            greets(scene, |greeting| {
                let known = greeting.known.iter().cloned().cycle().take(10_000).collect();
                Greeting { known, ..greeting }
            })
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a greeting that knows a hundred thousand revocations",
        run: |scene| {
            let revocations = vec![Digest::from_bytes([7; 32]); 100_000];
            greets(scene, |greeting| Greeting { revocations, ..greeting })
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a greeting with a checkpoint of the node's log that the node did not sign",
        run: |scene| {
            let mut head = scene.node.client().head().unwrap().checkpoint.into_bytes();
            let last = head.len() - 10;
            head[last] = if head[last] == b'A' { b'B' } else { b'A' };
            greets(scene, |greeting| Greeting { your_head: Some(ByteBuf::from(head)), ..greeting })
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "a greeting with the node's checkpoint as its own",
        run: |scene| {
            let head = scene.node.client().head().unwrap().checkpoint.into_bytes();
            greets(scene, |greeting| Greeting { own_head: Some(ByteBuf::from(head)), ..greeting })
        },
        end: BAD_FRAME,
    },
    Attack {
        name: "pongs that answer nothing",
        run: |scene| {
            let mut line = scene.liar.meet();
            (0..100).for_each(|number| line.say(&Frame::Pong(number)));
            stands(&mut line)
        },
        end: Outcome::Ignored,
    },
];

fn introduction(scene: &Scene<'_>) -> Vec<u8> {
    let credential = ByteBuf::from(scene.world.agencies[ATTACKER].credential.clone());
    codec::encode(&Introduction { credential }).unwrap()
}

/// Bytes on the stream, after the greetings.
fn raw(scene: &Scene<'_>, bytes: &[u8]) -> Outcome {
    let mut wire = scene.greeted();
    wire.say_raw(bytes);
    wire_ends(&mut wire)
}

/// Bytes in a frame, after the greetings.
fn framed(scene: &Scene<'_>, bytes: &[u8]) -> Outcome {
    let mut wire = scene.greeted();
    wire.say_framed(bytes);
    wire_ends(&mut wire)
}

fn before(scene: &Scene<'_>, frame: &Frame) -> Outcome {
    let mut wire = scene.wire();
    wire.say(frame);
    wire_ends(&mut wire)
}

fn after(scene: &Scene<'_>, frame: &Frame) -> Outcome {
    let mut wire = scene.greeted();
    wire.say(frame);
    wire_ends(&mut wire)
}

fn greets(scene: &Scene<'_>, bent: impl FnOnce(Greeting) -> Greeting) -> Outcome {
    before(scene, &Frame::Greeting(bent(scene.liar.greeting())))
}
