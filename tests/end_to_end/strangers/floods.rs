//! Much of everything, while two honest nodes exchange.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use harness::chance::Chance;
use harness::daemon::Daemon;
use harness::pace;
use harness::stranger::End;
use harness::stranger::Stranger;
use harness::stranger::datagrams;
use harness::stranger::manner::Manner;

use crate::strangers::AGENCIES;
use crate::strangers::ATTACKED;
use crate::strangers::Scene;

/// A flood: done once and again until it is told to stop.
struct Flood {
    name: &'static str,
    once: fn(&Scene<'_>),
}

const FLOODS: [Flood; 7] = [
    Flood {
        name: "datagrams that belong to no connection",
        once: |scene| {
            let mut chance = Chance::from_seed(4);
            (0..50).for_each(|_| datagrams::noise(&mut chance, scene.address()));
        },
    },
    Flood {
        name: "the beginning of one handshake, from a hundred ports",
        once: |scene| {
            let flight = datagrams::first_flight(&Manner::of_nobody());
            (0..100).for_each(|_| datagrams::replay(&flight, scene.address()));
        },
    },
    Flood {
        name: "handshakes that are begun and left",
        once: |scene| {
            let stranger = Stranger::new();
            let begun = (0..50).map(|_| stranger.begin(scene.address(), &Manner::of_nobody()));
            drop(begun.collect::<Vec<_>>());
        },
    },
    Flood {
        name: "one stranger after the other",
        once: |scene| {
            for _ in 0..10 {
                let connected = scene.stranger.connect(scene.address(), &Manner::of_nobody());
                if let Ok(mut wire) = connected {
                    wire.say_framed(&[0xff; 1_000]);
                    let end = wire.closed();
                    let codes = [CloseCode::UnknownKey, CloseCode::TooFast].map(End::Closed);
                    assert!(codes.contains(&end), "{end:?}");
                }
            }
        },
    },
    Flood {
        name: "a member that connects again and again",
        once: |scene| {
            let wires: Vec<_> = (0..12)
                .filter_map(|_| scene.stranger.connect(scene.address(), &scene.member()).ok())
                .collect();
            drop(wires);
        },
    },
    Flood {
        name: "a member that pings without a pause",
        once: |scene| {
            let mut wire = scene.greeted();
            (0..2_000).for_each(|number| wire.say(&Frame::Ping(number)));
        },
    },
    Flood {
        name: "a member that offers what must be checked and refused",
        once: |scene| {
            let letter = scene.accomplice.letter(&[AGENCIES[ATTACKED]], "costly");
            for _ in 0..20 {
                let mut wire = scene.greeted();
                wire.say(&scene.liar.offer(9, &[&letter; 64]));
                assert_eq!(wire.closed(), End::Closed(CloseCode::Gap));
            }
        },
    },
];

/// One flood after the other; during each the exchange of others keeps its pace.
pub(super) fn all(scene: &Scene<'_>, honest: &Daemon) {
    let (honest, attacked) = (honest.client(), AGENCIES[ATTACKED]);
    let calm = pace::of(&honest, attacked);
    for flood in &FLOODS {
        println!("{}", flood.name);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let flooding = scope.spawn(|| {
                let mut times = 0;
                while !stop.load(Ordering::Relaxed) || times == 0 {
                    (flood.once)(scene);
                    times += 1;
                }
                times
            });
            let stops = Stops(&stop);
            calm.is_kept(&honest, attacked);
            drop(stops);
            println!("    {} times", flooding.join().unwrap());
        });
    }
}

/// Ends a flood when the test does, however it ends.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
