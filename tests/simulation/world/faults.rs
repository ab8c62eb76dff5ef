//! What goes wrong, and how it is put right again.

use std::path::Path;

use concord_node::store::disk::Disk as _;

use crate::disk::Disk;
use crate::disk::Trouble;
use crate::life::DIR;
use crate::machine::Machine;
use crate::plan::Fault;
use crate::plan::StateFolder;
use crate::truth::Violation;
use crate::world::Event;
use crate::world::World;
use crate::world::host::seat_number;
use crate::world::seat::Cut;

/// How long a node rests after trouble of its disk.
const TROUBLE_REST: u64 = 800;

/// How long nothing may pass over a connection until it is given up.
const SILENCE: u64 = 5_000;

impl World {
    /// Something goes wrong.
    pub(super) fn fault(&mut self, number: usize) -> Result<(), Violation> {
        if self.calm {
            return Ok(());
        }
        let fault = self.plan.faults[number].1;
        self.trace.note(self.now, "fault", &[seat_number(number)]);
        self.trace.say(self.now, || format!("{fault:?}"));
        match fault {
            Fault::Kill { place, rest } => self.kill(place, false, rest),
            Fault::PowerCut { place, rest } => self.kill(place, true, rest),
            Fault::DiskFails { place, after, rest } => {
                self.seats[place].machine.disk.trouble(Trouble::Broken { after });
                (self.seats[place].troubled, self.seats[place].pause) = (true, rest);
            }
            Fault::BetweenEffects { place, after, power, rest } => {
                self.seats[place].cut = Some(Cut { after, power });
                self.seats[place].pause = rest;
            }
            Fault::DiskFull { place, left, rest } => {
                let disk = &self.seats[place].machine.disk;
                disk.trouble(Trouble::Small { capacity: disk.used() + left });
                (self.seats[place].troubled, self.seats[place].pause) = (true, rest);
                self.soon(rest, Event::Over { number });
            }
            Fault::Partition { .. } | Fault::Apart { .. } => self.part(number, fault),
            Fault::ClockJump { place, by } => self.seats[place].skew += by,
            Fault::Slow { place, by, rest } => {
                self.seats[place].slow = by;
                self.soon(rest, Event::Over { number });
            }
            Fault::Backup { place } => self.back_up(place),
            Fault::Restore { place, state, rest } => self.restore(place, state, rest),
            Fault::Rotate { place } => self.rotate(place),
            Fault::Charter { place } => self.adopt(place),
            Fault::Cut { places } => {
                self.lose(places, None);
                self.again_later(places);
            }
        }
        Ok(())
    }

    /// A fault is over.
    pub(super) fn over(&mut self, number: usize) {
        if self.calm {
            return;
        }
        match self.plan.faults[number].1 {
            Fault::DiskFull { place, .. } => self.seats[place].machine.disk.repair(),
            Fault::Slow { place, .. } => self.seats[place].slow = 0,
            fault @ (Fault::Partition { .. } | Fault::Apart { .. }) => {
                for way in self.ways(fault) {
                    let count = self.blocked.entry(way).or_default();
                    *count = count.saturating_sub(1);
                }
                self.blocked.retain(|_, count| *count > 0);
                self.dial_soon();
            }
            Fault::Kill { .. }
            | Fault::PowerCut { .. }
            | Fault::DiskFails { .. }
            | Fault::BetweenEffects { .. }
            | Fault::ClockJump { .. }
            | Fault::Backup { .. }
            | Fault::Restore { .. }
            | Fault::Rotate { .. }
            | Fault::Charter { .. }
            | Fault::Cut { .. } => {}
        }
    }

    fn part(&mut self, number: usize, fault: Fault) {
        let (Fault::Partition { rest, .. } | Fault::Apart { rest, .. }) = fault else { return };
        for way in self.ways(fault) {
            *self.blocked.entry(way).or_default() += 1;
        }
        for (pair, wire) in
            self.wires.iter().map(|(pair, wire)| (*pair, wire.id)).collect::<Vec<_>>()
        {
            self.soon(SILENCE, Event::Silent { pair, wire });
        }
        self.soon(rest, Event::Over { number });
    }

    /// From whom to whom nothing passes.
    fn ways(&self, fault: Fault) -> Vec<(usize, usize)> {
        if let Fault::Apart { places: (a, b), .. } = fault {
            return vec![(a, b), (b, a)];
        }
        let Fault::Partition { mask, one_way, .. } = fault else { return Vec::new() };
        let places = 0..self.plan.size;
        let inside = |place: usize| mask >> place & 1 == 1;
        let every = places.clone().flat_map(|a| places.clone().map(move |b| (a, b)));
        let parted = |(a, b): &(usize, usize)| inside(*a) != inside(*b) && (!one_way || inside(*a));
        every.filter(parted).collect()
    }

    /// The process dies; with it, perhaps, the machine's power. It is started again after a rest.
    pub(super) fn kill(&mut self, seat: usize, power: bool, rest: u64) {
        self.trace.note(self.now, "dies", &[seat_number(seat), u64::from(power)]);
        self.trace.say(self.now, || {
            format!("{seat} dies{}", if power { ", and its power is gone" } else { "" })
        });
        self.truth.died();
        // The shelf of a store that is dropped lets go of nothing that a crash would keep.
        self.seats[seat].life = None;
        self.seats[seat].lives += 1;
        (self.seats[seat].ticking, self.seats[seat].cut) = (false, None);
        let (disk, shelf) =
            (self.seats[seat].machine.disk.clone(), self.seats[seat].machine.shelf.clone());
        let left = if power {
            (disk.after_power_cut(&mut self.chance), shelf.after_power_cut(&mut self.chance))
        } else {
            (disk.after_death(), shelf.after_death())
        };
        (self.seats[seat].machine.disk, self.seats[seat].machine.shelf) = left;
        self.hang_up(seat);
        if !self.seats[seat].starting {
            self.seats[seat].starting = true;
            self.soon(rest, Event::Start { seat });
        }
    }

    /// Every connection of a node that is gone ends at its other end.
    fn hang_up(&mut self, seat: usize) {
        let of_seat = |wire: &crate::wire::Wire| wire.sides.iter().any(|side| side.seat == seat);
        let pairs: Vec<_> =
            self.wires.iter().filter(|(_, wire)| of_seat(wire)).map(|(pair, _)| *pair).collect();
        for pair in pairs {
            self.lose(pair, Some(seat));
            self.again_later(pair);
        }
    }

    /// The node ended because its disk failed or was full: the disk is mended, and the node is started again.
    pub(super) fn die_of_trouble(&mut self, seat: usize) {
        self.seats[seat].machine.disk.repair();
        self.seats[seat].troubled = false;
        // A failed sync says nothing of what arrived.
        let power = self.chance.one_in(2);
        let rest = TROUBLE_REST + self.seats[seat].pause;
        self.seats[seat].starting = false;
        self.kill(seat, power, rest);
    }

    /// What there is is copied, if the node runs: a copy of what a broken disk left behind is no backup, and a node
    /// that is put back from one rightly refuses to start (store-7).
    fn back_up(&mut self, place: usize) {
        let seat = &mut self.seats[place];
        if seat.life.is_some() {
            seat.backup = Some(seat.machine.copied());
        }
    }

    /// An older state takes the place of what there is.
    fn restore(&mut self, place: usize, state: StateFolder, rest: u64) {
        let Some(backup) = self.seats[place].backup.as_ref().map(Machine::copied) else { return };
        // A copy from before the first commit is none.
        let begun = |disk: &Disk| {
            disk.names(&Path::new(DIR).join("journal")).is_ok_and(|all| !all.is_empty())
        };
        if !begun(&backup.disk) || !begun(&self.seats[place].machine.disk) {
            return;
        }
        self.kill(place, false, rest);
        let now = self.seats[place].machine.disk.clone();
        let folder = Path::new(DIR).join("state");
        let Machine { disk, shelf, .. } = backup;
        let disk = match state {
            StateFolder::Newer => disk.without_folder(&folder, &now),
            StateFolder::Gone => disk.without_folder(&folder, &Disk::default()),
            StateFolder::RolledBack => disk,
        };
        self.truth.restored(place, state == StateFolder::RolledBack);
        (self.seats[place].machine.disk, self.seats[place].machine.shelf) = (disk, shelf);
    }

    /// The operator's folder holds the next version of the charter: the node starts again under it.
    pub(super) fn adopt(&mut self, seat: usize) {
        self.seats[seat].machine.versions = 2;
        self.trace.say(self.now, || format!("{seat} adopts the next version of the charter"));
        self.kill(seat, false, 20);
    }

    /// The node goes by its next keys from its next start on.
    pub(super) fn rotate(&mut self, seat: usize) {
        self.seats[seat].machine.generations = 2;
        self.trace.say(self.now, || format!("{seat} goes by its next keys"));
        self.kill(seat, false, 20);
    }

    /// Whoever heals or starts dials again.
    pub(super) fn dial_soon(&mut self) {
        for pair in self.pairs() {
            let after = 5 + self.time(300);
            self.soon(after, Event::Dial { pair });
        }
    }
}
