//! Power cuts and kills at any call, with any part of the unsynced bytes left: what was acknowledged is there.

use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;
use proptest::proptest;

use crate::store::Store;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Chance;
use crate::store::tests::fixture::World;

#[derive(Clone, Copy, Debug)]
enum Event {
    Commit(u64),
    Flush,
    /// The next commit fails after so many calls, and then the power is gone.
    Cut {
        calls: u64,
        seed: u64,
    },
    /// The next commit fails after so many calls, and the process ends while the machine lives on.
    Fault {
        calls: u64,
    },
    /// The power is gone between two commits.
    Dark {
        seed: u64,
    },
    /// The process is killed between two commits.
    Kill,
    /// The power is gone, and once more during the start, after so many calls.
    Twice {
        calls: u64,
        seed: u64,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_u64..6).prop_map(Event::Commit),
        1 => (200_u64..300).prop_map(Event::Commit),
        2 => any::<bool>().prop_map(|_| Event::Flush),
        3 => (0_u64..9, any::<u64>()).prop_map(|(calls, seed)| Event::Cut { calls, seed }),
        3 => (0_u64..9).prop_map(|calls| Event::Fault { calls }),
        1 => any::<u64>().prop_map(|seed| Event::Dark { seed }),
        1 => any::<bool>().prop_map(|_| Event::Kill),
        1 => (0_u64..12, any::<u64>()).prop_map(|(calls, seed)| Event::Twice { calls, seed }),
    ]
}

struct Machine {
    disk: FakeDisk,
    shelf: FakeShelf,
    store: Store,
    /// What was acknowledged.
    world: World,
}

impl Machine {
    fn new() -> Self {
        let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
        let (store, _) = fixture::open(&disk, &shelf).unwrap();
        Self { disk, shelf, store: small_segments(store), world: World::default() }
    }

    fn pass(&mut self, event: Event) {
        match event {
            Event::Commit(count) => self.store.commit(self.world.batch(count)).unwrap(),
            Event::Flush => self.store.flush().unwrap(),
            Event::Cut { calls, seed } => self.interrupt(calls, |machine| machine.power_off(seed)),
            Event::Fault { calls } => self.interrupt(calls, Self::end),
            Event::Dark { seed } => self.dark(seed),
            Event::Kill => {
                self.end();
                self.open();
            }
            Event::Twice { calls, seed } => {
                self.power_off(seed);
                self.disk.fail_after(calls);
                drop(fixture::open(&self.disk, &self.shelf));
                self.dark(seed.wrapping_add(1));
            }
        }
    }

    /// A commit fails after so many calls; what is left is what something makes of it.
    fn interrupt(&mut self, calls: u64, leave: impl FnOnce(&mut Self)) {
        let before = self.world.clone();
        let batch = self.world.batch(2);
        self.disk.fail_after(calls);
        let committed = self.store.commit(batch);
        leave(self);
        let (store, recovered) = fixture::open(&self.disk, &self.shelf).unwrap();
        assert!(recovered.head.may_sign());
        // What was not acknowledged may have become durable, whole, or be gone, whole.
        if committed.is_err() && store.reader().tree().unwrap() == before.tree {
            self.world = before;
        }
        fixture::assert_holds(&store.reader(), &self.world);
        self.store = small_segments(store);
    }

    /// The process ends and the machine lives.
    fn end(&mut self) {
        (self.disk, self.shelf) = (self.disk.kill(), self.shelf.crash(u64::MAX));
    }

    fn dark(&mut self, seed: u64) {
        self.power_off(seed);
        self.open();
    }

    fn power_off(&mut self, seed: u64) {
        let mut chance = Chance(seed);
        self.shelf = self.shelf.crash(chance.draw());
        if chance.draw().is_multiple_of(3) {
            self.shelf.lose_unflushed_rows();
        }
        self.disk = self.disk.crash(|| chance.draw());
    }

    fn open(&mut self) {
        let (store, recovered) = fixture::open(&self.disk, &self.shelf).unwrap();
        assert!(recovered.head.may_sign());
        fixture::assert_holds(&store.reader(), &self.world);
        self.store = small_segments(store);
    }
}

/// Segments of a few commits each, so that seams are met.
fn small_segments(mut store: Store) -> Store {
    store.journal.close_segments_at(3000);
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_happens_what_was_acknowledged_is_there(events in proptest::collection::vec(event(), 1..14)) {
        // shows: store-3, store-4, store-7
        // shows: promise-1
        let mut machine = Machine::new();
        for event in events {
            machine.pass(event);
        }
        machine.dark(1);
    }
}

#[test]
fn crashes_in_the_middle_of_commits_do_not_wear_out_the_slots() {
    // shows: store-9
    let mut machine = Machine::new();
    machine.pass(Event::Commit(5));
    let len = machine.disk.bytes(&fixture::place("bodies/slots")).len();

    for seed in 0..20 {
        // After the slots, before the journal.
        machine.pass(Event::Cut { calls: 4, seed });
    }

    assert_eq!(machine.world.messages, 5);
    assert!(machine.disk.bytes(&fixture::place("bodies/slots")).len() <= len + 2 * 128);
    machine.pass(Event::Commit(5));
    machine.pass(Event::Kill);
}

#[test]
fn a_power_cut_right_after_rows_were_made_again_loses_none_of_them() {
    // shows: store-10
    let mut machine = Machine::new();
    machine.pass(Event::Commit(3));
    machine.pass(Event::Commit(3));
    machine.pass(Event::Flush);
    // The embedded store is gone; the next start makes it again and does not get to sync it.
    machine.shelf = FakeShelf::default();
    machine.disk = machine.disk.kill();
    machine.open();

    machine.shelf.lose_unflushed_rows();
    machine.shelf = machine.shelf.crash(u64::MAX);
    machine.disk = machine.disk.kill();

    machine.open();
}

#[test]
fn what_a_start_found_after_a_fault_is_there_after_the_power_was_gone_too() {
    // shows: store-18
    for calls in 0..9 {
        for seed in 0..20 {
            let mut machine = Machine::new();
            machine.pass(Event::Commit(3));
            // Whatever the start makes of this is what the node goes by, and tells its peers.
            machine.pass(Event::Fault { calls });
            machine.pass(Event::Dark { seed });
        }
    }
}

#[test]
fn a_first_start_that_is_cut_off_anywhere_can_be_made_again() {
    // shows: store-21
    for calls in 0..24 {
        for seed in 0..24 {
            let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
            disk.fail_after(calls);
            drop(fixture::open(&disk, &shelf));
            let mut chance = Chance(seed);
            let disk = disk.crash(|| chance.draw());

            let (mut store, recovered) = fixture::open(&disk, &shelf).unwrap();

            assert!(recovered.head.may_sign());
            store.commit(World::default().batch(1)).unwrap();
        }
    }
}

#[test]
fn the_embedded_store_never_remembers_a_record_that_the_power_takes_from_the_journal() {
    // shows: store-18
    for seed in 0..40 {
        let mut machine = Machine::new();
        machine.pass(Event::Commit(3));
        // The journal has the record, its sync failed; a start gets as far as it can.
        machine.disk.fail_after(5);
        drop(machine.store.commit(machine.world.clone().batch(2)));
        machine.end();
        let (first, known) = (machine.disk.clone(), machine.world.clone());
        for calls in 0..12 {
            (machine.disk, machine.world) = (first.kill(), known.clone());
            machine.disk.fail_after(calls);
            drop(fixture::open(&machine.disk, &machine.shelf));
            let mut chance = Chance(seed);
            // The embedded store lost nothing of what it took.
            machine.disk = machine.disk.crash(|| chance.draw());

            let opened = fixture::open(&machine.disk, &machine.shelf);

            assert!(opened.is_ok(), "after {calls} calls: {opened:?}");
        }
    }
}
