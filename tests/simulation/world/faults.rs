//! What goes wrong, and how it is put right again.

use std::path::Path;

use concord_node::store::disk::Disk as _;

use crate::disk::Disk;
use crate::disk::Trouble;
use crate::life::DIR;
use crate::plan::Fault;
use crate::plan::StateFolder;
use crate::truth::Violation;
use crate::world::Cut;
use crate::world::Event;
use crate::world::World;
use crate::world::host::seat_number;

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
        let fault = self.fault_of(number);
        self.trace.note(self.now, "fault", &[seat_number(number)]);
        self.trace.say(self.now, || format!("{fault:?}"));
        match fault {
            Fault::Kill { place, rest } => self.kill(place, false, rest),
            Fault::PowerCut { place, rest } => self.kill(place, true, rest),
            Fault::DiskFails { place, after, rest } => {
                self.seats[place].rest.disk.trouble(Trouble::Broken { after });
                (self.seats[place].troubled, self.seats[place].pause) = (true, rest);
            }
            Fault::BetweenEffects { place, after, power, rest } => {
                self.seats[place].cut = Some(Cut { after, power });
                self.seats[place].pause = rest;
            }
            Fault::DiskFull { place, left, rest } => {
                let disk = &self.seats[place].rest.disk;
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
            Fault::Backup { place } => {
                let rest = &self.seats[place].rest;
                let mut copy = rest.clone();
                (copy.disk, copy.shelf) = (rest.disk.after_death(), rest.shelf.after_death());
                self.seats[place].backup = Some(copy);
            }
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
        match self.fault_of(number) {
            Fault::DiskFull { place, .. } => self.seats[place].rest.disk.repair(),
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
            (self.seats[seat].rest.disk.clone(), self.seats[seat].rest.shelf.clone());
        let left = if power {
            (disk.after_power_cut(&mut self.chance), shelf.after_power_cut(&mut self.chance))
        } else {
            (disk.after_death(), shelf.after_death())
        };
        (self.seats[seat].rest.disk, self.seats[seat].rest.shelf) = left;
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
        self.seats[seat].rest.disk.repair();
        self.seats[seat].troubled = false;
        // A failed sync says nothing of what arrived.
        let power = self.chance.one_in(2);
        let rest = TROUBLE_REST + self.seats[seat].pause;
        self.seats[seat].starting = false;
        self.kill(seat, power, rest);
    }

    /// An older state takes the place of what there is.
    fn restore(&mut self, place: usize, state: StateFolder, rest: u64) {
        let Some(backup) = self.seats[place].backup.clone() else { return };
        // A copy from before the first commit is none.
        let begun = |disk: &Disk| {
            disk.names(&Path::new(DIR).join("journal")).is_ok_and(|all| !all.is_empty())
        };
        if !begun(&backup.disk) || !begun(&self.seats[place].rest.disk) {
            return;
        }
        self.kill(place, false, rest);
        let now = self.seats[place].rest.disk.clone();
        let folder = Path::new(DIR).join("state");
        let (disk, shelf) = (backup.disk.after_death(), backup.shelf.after_death());
        // Trouble is of the machine, and not of the copy.
        disk.repair();
        let disk = match state {
            StateFolder::Newer => disk.without_folder(&folder, &now),
            StateFolder::Gone => disk.without_folder(&folder, &Disk::default()),
            StateFolder::RolledBack => disk,
        };
        self.seats[place].rolled_back = state == StateFolder::RolledBack;
        self.truth.restored(place, state == StateFolder::RolledBack);
        (self.seats[place].rest.disk, self.seats[place].rest.shelf) = (disk, shelf);
    }
}
