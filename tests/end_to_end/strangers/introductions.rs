//! Keys that the node does not hold, and what their owners say of themselves.

use concord_node::clock;
use concord_node::entropy;
use concord_protocol::codec;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::Serial;
use concord_protocol::limits::INTRODUCTION_BYTES_MAX;
use concord_protocol::moment::Span;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use harness::stranger::Wire;
use harness::stranger::manner::Manner;
use serde_bytes::ByteBuf;

use crate::strangers::ATTACKED;
use crate::strangers::ATTACKER;
use crate::strangers::Attack;
use crate::strangers::HONEST;
use crate::strangers::Outcome;
use crate::strangers::Scene;
use crate::strangers::closed;
use crate::strangers::wire_ends;

pub(super) const ATTACKS: [Attack; 12] = [
    Attack {
        name: "a stranger that says nothing",
        run: |scene| says(scene, |_| ()),
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "a stranger that greets as if it were known",
        run: |scene| says(scene, |wire| wire.say(&Frame::Greeting(scene.liar.greeting()))),
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "a stranger that makes an offer",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "from nobody");
            says(scene, |wire| wire.say(&scene.liar.offer(1, &[&letter])))
        },
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "a stranger that says noise",
        run: |scene| says(scene, |wire| wire.say_framed(&[0xff; 100])),
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "an introduction that is too long",
        run: |scene| says(scene, |wire| wire.say_framed(&[0; INTRODUCTION_BYTES_MAX + 1])),
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "an introduction that never ends",
        run: |scene| says(scene, |wire| wire.say_raw(&[0, 0, 0x20, 0, 1])),
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "an introduction on the wrong stream",
        run: |scene| {
            let known = introduction(scene.world.agencies[HONEST].credential.clone());
            says(scene, |wire| wire.say_elsewhere(&known))
        },
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "another member's credential",
        run: |scene| {
            let known = introduction(scene.world.agencies[HONEST].credential.clone());
            says(scene, |wire| wire.say_framed(&known))
        },
        end: closed(CloseCode::IntroductionRefused),
    },
    Attack {
        name: "the node's own credential",
        run: |scene| {
            let own = introduction(scene.world.agencies[ATTACKED].credential.clone());
            says(scene, |wire| wire.say_framed(&own))
        },
        end: closed(CloseCode::IntroductionRefused),
    },
    Attack {
        name: "a credential that has expired",
        run: |scene| {
            with_credential(scene, &scene.world.agencies[ATTACKER].root, |credential| {
                let now = clock::now();
                credential.not_before = now.before(Span::from_days(9));
                credential.not_after = now.before(Span::from_days(8));
            })
        },
        end: closed(CloseCode::ExpiredCredential),
    },
    Attack {
        name: "a credential under a root of its own",
        run: |scene| {
            let root = RootKey::from_seed(&entropy::draw().unwrap());
            with_credential(scene, &root, |_| ())
        },
        end: closed(CloseCode::IntroductionRefused),
    },
    Attack {
        name: "a credential of another federation",
        run: |scene| {
            with_credential(scene, &scene.world.agencies[ATTACKER].root, |credential| {
                credential.charter = CharterName::parse("elsewhere").unwrap();
            })
        },
        end: closed(CloseCode::IntroductionRefused),
    },
];

/// Connects under a key that nobody knows, and says something.
fn says(scene: &Scene<'_>, says: impl FnOnce(&mut Wire)) -> Outcome {
    let connected = scene.stranger.connect(scene.address(), &Manner::of_nobody());
    connected.map_or_else(Outcome::Ended, |mut wire| {
        says(&mut wire);
        wire_ends(&mut wire)
    })
}

/// Introduces itself with a credential for the key that it has.
fn with_credential(scene: &Scene<'_>, root: &RootKey, bend: fn(&mut Credential)) -> Outcome {
    let manner = Manner::of_nobody();
    let agency = &scene.world.agencies[ATTACKER];
    let own = credential::verify(&agency.credential, &scene.world.charter).unwrap();
    let mut document = own.credential().clone();
    document.serial = Serial::new(2);
    document.transport = manner.key.public();
    bend(&mut document);
    let said = introduction(credential::sign(&document, root).unwrap());
    let connected = scene.stranger.connect(scene.address(), &manner);
    connected.map_or_else(Outcome::Ended, |mut wire| {
        wire.say_framed(&said);
        wire_ends(&mut wire)
    })
}

fn introduction(credential: Vec<u8>) -> Vec<u8> {
    codec::encode(&Introduction { credential: ByteBuf::from(credential) }).unwrap()
}
