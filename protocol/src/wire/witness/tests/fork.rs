//! A log with two histories before four witnesses, one of whom signs whatever it is shown.
//!
//! The owner knows everything: it asks each witness for any size of either history, with the path that fits. Whatever it
//! does, no two checkpoints that do not fit are both quorate for a verifier who counts three of four.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::expand;
use crate::identity;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::credential;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::identity::fixtures as members;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature;
use crate::log::cosignature::Seconds;
use crate::log::proof;
use crate::log::tree::Tree;
use crate::wire::receipt::Held;
use crate::wire::witness::Misfit;
use crate::wire::witness::Objection;
use crate::wire::witness::Subject;
use crate::wire::witness::WitnessRequest;
use crate::wire::witness::Witnesses;
use crate::wire::witness::judge;
use crate::wire::witness::tests::NoTiles;

const OWNER: &str = "cn.mps";
const HONEST: [&str; 3] = ["kh.npc", "la.mps", "mm.mpf"];
const COLLUDES: &str = "th.rtp";

/// Leaves that both histories share, and leaves of each.
const SHARED: u64 = 5;
const SIZE: u64 = 12;

/// Which history, and how many leaves of it.
type Place = (usize, u64);

#[test]
fn no_verifier_with_three_of_four_accepts_both_histories() {
    // shows: wit-1, wit-3, wit-9, id-11
    let world = World::new();
    let mut caught = 0;
    for seed in 0..40 {
        let run = world.play(seed);
        let quorate: Vec<Place> = world.places().filter(|place| run.is_quorate(*place)).collect();
        for a in &quorate {
            for b in &quorate {
                assert!(fits(*a, *b), "seed {seed}: {a:?} and {b:?} are both quorate");
            }
        }
        caught += run.misfits.len();
        for misfit in &run.misfits {
            world.prove(misfit);
        }
    }
    assert!(caught > 60, "only {caught} forks were shown to an honest witness");
}

#[test]
fn with_one_more_dishonest_than_the_quorum_bears_it_would_not_hold() {
    // shows: id-11
    let world = World::new();
    let note = |place: Place, names: &[&'static str]| {
        let lines: Vec<Vec<u8>> = names.iter().map(|name| world.line(place, name)).collect();
        world.note(place, &lines)
    };
    let (two, one) = ([COLLUDES, HONEST[2]], (HONEST[0], HONEST[1]));
    let a = note((0, 9), &[two[0], two[1], one.0]);
    let b = note((1, 9), &[two[0], two[1], one.1]);
    assert!(world.witnesses.quorate(&a).is_ok() && world.witnesses.quorate(&b).is_ok());
}

/// Whether two checkpoints can be of one history.
fn fits(a: Place, b: Place) -> bool {
    a.0 == b.0 || a.1 <= SHARED || b.1 <= SHARED
}

struct World {
    witnesses: Witnesses,
    origin: String,
    histories: [Tree; 2],
    notes: BTreeMap<Place, Vec<u8>>,
    lines: BTreeMap<(Place, &'static str), Vec<u8>>,
}

/// What came of one play of the owner.
struct Run<'w> {
    world: &'w World,
    lines: BTreeMap<Place, Vec<Vec<u8>>>,
    misfits: Vec<(Held, Misfit)>,
}

impl World {
    fn new() -> Self {
        let names: Vec<&str> = [&[OWNER], &HONEST[..], &[COLLUDES]].concat();
        let draft = Charter {
            members: names.iter().map(|name| members::member(name)).collect(),
            amendment_threshold: 4,
            dishonest_max: 1,
            witness_quorum: 3,
            ..members::charter()
        };
        let charter = charter::verify(&members::signed_at_once(draft, &names), None).unwrap();
        let mut directory = Directory::new(charter);
        for name in names {
            let signed = credential::sign(&members::credential(name, 1), &members::root(name));
            let verified = credential::verify(&signed.unwrap(), directory.charter()).unwrap();
            directory.admit(verified).unwrap();
        }
        let owner = members::agency(OWNER);
        let number = directory.newest(&owner).unwrap().credential().log_number;
        let mut world = Self {
            witnesses: Witnesses::of(&directory, &owner),
            origin: directory.origin(&owner, number),
            histories: [history("one"), history("two")],
            notes: BTreeMap::new(),
            lines: BTreeMap::new(),
        };
        let key = members::signing_key(OWNER, "log", 1);
        let notes = world
            .places()
            .map(|place| (place, checkpoint::sign(&world.checkpoint(place), &key).unwrap()));
        world.notes = notes.collect();
        for place in world.places() {
            for name in HONEST.into_iter().chain([COLLUDES]) {
                world.lines.insert((place, name), world.cosign(place, name));
            }
        }
        world
    }

    fn places(&self) -> impl Iterator<Item = Place> + use<> {
        (0..2).flat_map(|branch| (1..=SIZE).map(move |size| (branch, size)))
    }

    fn checkpoint(&self, (branch, size): Place) -> Checkpoint {
        let size = TreeSize::new(size);
        let root = proof::root_at(&self.histories[branch].over(&NoTiles), size).unwrap();
        Checkpoint { origin: self.origin.clone(), size, root }
    }

    /// The request that leads a witness, who holds the size `old`, to a place on one history.
    fn request(&self, old: u64, place: Place) -> WitnessRequest {
        let tiles = self.histories[place.0].over(&NoTiles);
        let (old, new) = (TreeSize::new(old), TreeSize::new(place.1));
        WitnessRequest {
            old,
            old_root: proof::root_at(&tiles, old).unwrap(),
            consistency: proof::consistency(&tiles, old.min(new), new).unwrap(),
            checkpoint: ByteBuf::from(self.notes[&place].clone()),
        }
    }

    fn line(&self, place: Place, witness: &'static str) -> Vec<u8> {
        self.lines[&(place, witness)].clone()
    }

    fn cosign(&self, place: Place, witness: &str) -> Vec<u8> {
        let name = identity::witness_name(&members::charter().name, &members::agency(witness));
        let key = members::signing_key(witness, "witness", 1);
        let text = checkpoint::text(&self.checkpoint(place));
        cosignature::cosign(&text, Seconds::new(70).unwrap(), &name, &key).unwrap()
    }

    fn note(&self, place: Place, lines: &[Vec<u8>]) -> SignedCheckpoint {
        let mut note = self.notes[&place].clone();
        lines.iter().for_each(|line| note.extend_from_slice(line));
        checkpoint::verify(&note, &self.origin, &members::verifying_key(OWNER, "log")).unwrap()
    }

    /// The owner asks whom it wants for what it wants, 48 times.
    fn play(&self, seed: u64) -> Run<'_> {
        let mut run = Run { world: self, lines: BTreeMap::new(), misfits: Vec::new() };
        for place in self.places() {
            run.lines.entry(place).or_default().push(self.line(place, COLLUDES));
        }
        let mut held: [Option<Held>; 3] = [None; 3];
        for step in 0..48 {
            let drawn = expand::expand::<4>(&[5; 32], "fork", seed * 100 + step);
            let witness = usize::from(drawn[0]) % HONEST.len();
            let place = (usize::from(drawn[1] % 2), u64::from(drawn[2]) % SIZE + 1);
            run.ask(witness, place, &mut held[witness]);
        }
        run
    }

    /// What the witness can show to anybody: two signed checkpoints, and the proof that they do not fit.
    fn prove(&self, (held, misfit): &(Held, Misfit)) {
        let new = misfit.shown().checkpoint();
        match misfit {
            Misfit::Root { .. } => {
                assert_eq!(held.size, new.size);
                assert_ne!(held.root, new.root);
            }
            Misfit::Beginning { old_root, path, .. } => {
                assert_ne!(*old_root, held.root);
                proof::verify_consistency(held.size, old_root, new.size, &new.root, path).unwrap();
            }
        }
        let key = members::verifying_key(OWNER, "log");
        checkpoint::verify(misfit.shown().note(), &self.origin, &key).unwrap();
    }
}

impl Run<'_> {
    /// An honest witness: what it holds moves by proof only, and it cosigns nothing else.
    fn ask(&mut self, witness: usize, place: Place, held: &mut Option<Held>) {
        let old = held.map_or(0, |held| held.size.get());
        let request = self.world.request(old, place);
        let log_key = members::verifying_key(OWNER, "log");
        let subject =
            Subject { origin: &self.world.origin, log_keys: &[LogKey::of(log_key)], held: *held };
        match judge(&request, &subject) {
            Ok(verified) => {
                let head = verified.checkpoint().checkpoint();
                *held = Some(Held { size: head.size, root: head.root });
                let line = self.world.line(place, HONEST[witness]);
                let lines = self.lines.entry(place).or_default();
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            Err(Objection::Misfit(misfit)) => {
                self.misfits.push((held.unwrap(), *misfit));
            }
            Err(Objection::Refused(_) | Objection::Conflict) => {}
        }
    }

    fn is_quorate(&self, place: Place) -> bool {
        let lines = &self.lines[&place];
        // Too few lines are no quorum, whoever counts; the rest is for the judge.
        lines.len() >= self.world.witnesses.quorum()
            && self.world.witnesses.quorate(&self.world.note(place, lines)).is_ok()
    }
}

fn history(name: &str) -> Tree {
    let mut tree = Tree::new();
    for leaf in 0..SIZE {
        let branch = if leaf < SHARED { "shared" } else { name };
        tree.append(format!("{branch} {leaf}").as_bytes());
    }
    tree
}
