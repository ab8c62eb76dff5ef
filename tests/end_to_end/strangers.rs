//! Strangers, thieves and lying members: what each tries, and the defined end that it comes to.
//!
//! Each table reads as the list of what was tried. `cargo test strangers -- --show-output` prints every attempt by name.

mod floods;
mod frames;
mod handshakes;
mod introductions;
mod proofs;
mod words;

use std::net::SocketAddr;
use std::time::Duration;

use concord_node::transport::close::CloseReason;
use concord_protocol::codec;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::registry::CloseCode;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::witness::WitnessRefusal;
use harness::caller::Door;
use harness::caller::Ended;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::forge::Line;
use harness::stranger::End;
use harness::stranger::Stranger;
use harness::stranger::Wire;
use harness::stranger::datagrams;
use harness::stranger::manner;
use harness::stranger::manner::Manner;
use harness::wait;

/// The attacker's own agency, the node that is attacked, an honest one, and an accomplice of the attacker.
const AGENCIES: [&str; 4] = ["la.mps", "mm.mpf", "th.rtp", "vn.mps"];
const ATTACKER: usize = 0;
const ATTACKED: usize = 1;
const HONEST: usize = 2;
const ACCOMPLICE: usize = 3;

/// How long a member may be kept waiting by what was done before.
const SOON: Duration = Duration::from_secs(20);

/// What an attempt comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The connection ended so.
    Ended(End),
    /// The number was settled: taken, or refused with a code.
    Settled(Option<RefusalCode>),
    /// It was not cosigned.
    Declined(WitnessRefusal),
    /// It had no effect, and the connection stands.
    Ignored,
}

/// One attempt.
struct Attack {
    name: &'static str,
    run: fn(&Scene<'_>) -> Outcome,
    end: Outcome,
}

impl Attack {
    /// Most leaves that may stand in the log afterwards: one for each number that was settled, and what came before.
    const LEAVES_MAX: u64 = 2;
}

/// Everyone who takes part.
struct Scene<'a> {
    world: &'a Federation,
    node: &'a Daemon,
    stranger: Stranger,
    liar: Forger<'a>,
    accomplice: Forger<'a>,
}

impl<'a> Scene<'a> {
    fn new(world: &'a Federation, node: &'a Daemon) -> Self {
        Self {
            world,
            node,
            stranger: Stranger::new(),
            liar: Forger::new(world, ATTACKER, ATTACKED),
            accomplice: Forger::new(world, ACCOMPLICE, ATTACKED),
        }
    }

    /// Where the attacked node listens.
    fn address(&self) -> SocketAddr {
        self.world.agencies[ATTACKED].address.parse().unwrap()
    }

    /// The manner of a member: its true key.
    fn member(&self) -> Manner {
        Manner::of(&self.world.agencies[ATTACKER].keys.transport)
    }

    /// A bare connection under the member's key. A node that still turns away a flood before refuses for a while.
    fn wire(&self) -> Wire {
        let connect = || self.stranger.connect(self.address(), &self.member()).ok();
        wait::for_up_to(SOON, connect).expect("a member may connect")
    }

    /// The same, with greetings exchanged.
    fn greeted(&self) -> Wire {
        let greet = || {
            let mut wire = self.wire();
            wire.say(&Frame::Greeting(self.liar.greeting()));
            matches!(wire.hear(), Some(Frame::Greeting(_))).then_some(wire)
        };
        wait::for_up_to(SOON, greet).expect("a member is greeted")
    }

    /// Tries each of a table, and holds what came against what must come.
    ///
    /// Nothing may be left in the log but a leaf for each number that was settled.
    fn withstands(&self, attacks: &[Attack]) {
        let mut failed = Vec::new();
        for attack in attacks {
            let before = self.leaves();
            let came = (attack.run)(self);
            println!("{}: {came:?}", attack.name);
            let settled = if matches!(came, Outcome::Settled(_)) { Attack::LEAVES_MAX } else { 0 };
            let grown = self.leaves() - before;
            if came != attack.end || grown > settled {
                let Attack { name, end, .. } = attack;
                failed.push(format!("{name}: {end:?} was expected, {came:?} came, {grown} leaves"));
            }
        }
        assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), attacks.len(), failed.join("\n"));
        self.is_well();
    }

    fn leaves(&self) -> u64 {
        self.node.client().head().unwrap().size
    }

    fn is_well(&self) {
        let door = Door::of(self.node);
        for path in ["/healthz", "/readyz"] {
            let ended = door.says(&door.request(&format!("GET {path}"), &[], b""));
            assert_eq!(ended, Ended::Answer(200), "{path}\n{}", self.node.said());
        }
    }
}

#[test]
fn handshakes_that_are_bent_are_refused() {
    // shows: wire-1, wire-2, wire-3, wire-4
    let world = Federation::of("handshakes", &AGENCIES);
    let node = world.ready(ATTACKED);
    let scene = Scene::new(&world, &node);

    scene.withstands(&handshakes::ATTACKS);

    let named = datagrams::versions(scene.address());
    assert_eq!(named, [manner::QUIC_1], "and no other version is even named");
}

#[test]
fn whoever_is_unknown_is_heard_once_and_told_so() {
    // shows: wire-8, wire-37
    let world = Federation::of("introductions", &AGENCIES);
    let node = world.ready(ATTACKED);
    Scene::new(&world, &node).withstands(&introductions::ATTACKS);
}

#[test]
fn a_member_that_breaks_the_rules_of_frames_or_of_their_order_loses_its_connection() {
    // shows: wire-90, wire-13, wire-14, wire-15, wire-30, wire-31, wire-32, wire-33
    let world = Federation::of("order", &AGENCIES);
    let node = world.ready(ATTACKED);
    Scene::new(&world, &node).withstands(&frames::ATTACKS);
}

#[test]
fn words_of_others_and_words_said_again_change_nothing() {
    // shows: link-3, link-4, link-5
    let world = Federation::of("words", &AGENCIES);
    let node = world.ready(ATTACKED);
    Scene::new(&world, &node).withstands(&words::ATTACKS);
}

#[test]
fn proofs_that_prove_nothing_are_seen_through() {
    // shows: link-9, wire-44, wire-45, wire-46, wire-59
    let world = Federation::of("proofs", &AGENCIES);
    let node = world.ready(ATTACKED);
    Scene::new(&world, &node).withstands(&proofs::ATTACKS);
}

#[test]
fn floods_leave_others_a_fair_part_of_the_node() {
    // shows: wire-9, wire-19, wire-20, wire-24
    let world = Federation::of("floods", &AGENCIES);
    let (node, honest) = (world.ready(ATTACKED), world.ready(HONEST));
    let scene = Scene::new(&world, &node);

    floods::all(&scene, &honest);

    scene.is_well();
    // Whoever has a right to it gets in, once the handshakes that were left have ended.
    drop(scene.greeted());
}

/// How a bare connection ends.
fn wire_ends(wire: &mut Wire) -> Outcome {
    while wire.hear().is_some() {}
    Outcome::Ended(wire.closed())
}

/// How a connection of the forger ends.
fn line_ends(line: &mut Line<'_>) -> Outcome {
    while line.hear().is_some() {}
    match line.closed() {
        CloseReason::ByPeer(code) => Outcome::Ended(End::Closed(code)),
        CloseReason::Silent => Outcome::Ended(End::Silence),
        CloseReason::ByPeerUnknown(number) | CloseReason::Transport(number) => {
            Outcome::Ended(End::Undefined(number))
        }
        CloseReason::Local(_) | CloseReason::Restarted | CloseReason::KeyRefused => {
            Outcome::Ended(End::Undefined(u64::MAX))
        }
    }
}

/// Whether the connection stands and answers all the same.
fn stands(line: &mut Line<'_>) -> Outcome {
    line.say(&Frame::Ping(77));
    loop {
        match line.hear() {
            Some(Frame::Pong(77)) => return Outcome::Ignored,
            Some(_) => {}
            None => return line_ends(line),
        }
    }
}

/// What became of a number.
fn settled(line: &mut Line<'_>) -> Outcome {
    loop {
        match line.hear() {
            Some(Frame::Receipt(receipt)) => {
                let leaf = codec::decode::<Leaf>(&receipt.items[0].leaf).unwrap();
                let code = if let Leaf::Refused { code, .. } = leaf { Some(code) } else { None };
                return Outcome::Settled(code);
            }
            Some(_) => {}
            None => return line_ends(line),
        }
    }
}

const fn closed(code: CloseCode) -> Outcome {
    Outcome::Ended(End::Closed(code))
}
