//! What a seed decides before anything happens: who plays, what goes wrong and when, who asks for what.

use harness::chance::Chance;

use crate::cast::Cast;

/// How long things go wrong. Units: milliseconds of the simulated world.
pub const STORM: u64 = 40_000;

/// A run before it begins.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Members.
    pub size: usize,
    /// Which member lies, and how.
    pub liar: Option<Liar>,
    /// What goes wrong, by time.
    pub faults: Vec<(u64, Fault)>,
    /// What clients ask for, by time.
    pub errands: Vec<Wish>,
    /// How connections behave.
    pub network: Network,
}

/// A message that a client wants sent.
#[derive(Clone, Debug)]
pub struct Wish {
    /// When it asks first.
    pub at: u64,
    /// The place of the author.
    pub author: usize,
    /// The places of the recipients; of whoever takes up a procedure, the procedure says who they are.
    pub to: Vec<usize>,
    /// What it wants said.
    pub deed: Deed,
}

/// What a client wants of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It begins one in which nobody answers.
    Tells,
    /// It begins a request for information, of the first recipient.
    Asks,
    /// It says something in one that its node holds, as far as it has come there.
    Answers,
}

/// A member that lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liar {
    /// Its place.
    pub place: usize,
    /// How it lies.
    pub habit: Habit,
}

/// A way to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Its log has two branches, and each peer is shown one of them, now and then the other.
    Forks,
    /// It says again what it said on another connection.
    Replays,
    /// It names two bodies by one id, one for each recipient.
    TwoBodies,
    /// It says the same message again under the next number.
    Repeats,
    /// It leaves offers out, so that numbers are missing.
    Skips,
    /// It says no receipts.
    Withholds,
    /// It changes bytes of what it says.
    Garbles,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process dies; the machine lives. It is started again after a while.
    Kill {
        /// Whose.
        place: usize,
        /// Until it is started again.
        rest: u64,
    },
    /// The machine loses power.
    PowerCut {
        /// Whose.
        place: usize,
        /// Until it is started again.
        rest: u64,
    },
    /// The disk fails after so many more calls; the process ends, and the machine loses power.
    DiskFails {
        /// Whose.
        place: usize,
        /// Writes and syncs that still succeed.
        after: u64,
        /// Until it is started again.
        rest: u64,
    },
    /// The process dies between two effects of the next group that has any.
    BetweenEffects {
        /// Whose.
        place: usize,
        /// Effects that are still done.
        after: usize,
        /// Whether the machine loses power too.
        power: bool,
        /// Until it is started again.
        rest: u64,
    },
    /// The disk is full but for so many bytes.
    DiskFull {
        /// Whose.
        place: usize,
        /// Bytes that are left.
        left: u64,
        /// Until there is room again.
        rest: u64,
    },
    /// Between the places in the mask and the others nothing passes, in one direction or in both.
    Partition {
        /// One bit for each place.
        mask: u32,
        /// Whether only what leaves the mask is stopped.
        one_way: bool,
        /// Until it heals.
        rest: u64,
    },
    /// Two places do not hear each other.
    Apart {
        /// The two.
        places: (usize, usize),
        /// Until they do.
        rest: u64,
    },
    /// The clock is set.
    ClockJump {
        /// Whose.
        place: usize,
        /// By so much. Units: milliseconds.
        by: i64,
    },
    /// A node takes longer for everything.
    Slow {
        /// Whose.
        place: usize,
        /// By so much for each group.
        by: u64,
        /// Until it does no longer.
        rest: u64,
    },
    /// What a node has on its disk is copied.
    Backup {
        /// Whose.
        place: usize,
    },
    /// The copy takes the place of what there is.
    Restore {
        /// Whose.
        place: usize,
        /// What of the folder outside the backups.
        state: StateFolder,
        /// Until it is started again.
        rest: u64,
    },
    /// The node goes by its next keys.
    Rotate {
        /// Whose.
        place: usize,
    },
    /// The node's operator puts the next version of the charter in its folder.
    Charter {
        /// Whose.
        place: usize,
    },
    /// A connection ends.
    Cut {
        /// Between whom.
        places: (usize, usize),
    },
}

/// What a restore does with the folder that no backup has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFolder {
    /// It is as it was before the restore: newer than the data.
    Newer,
    /// It is gone.
    Gone,
    /// It is put back with the data: the whole machine was rolled back.
    RolledBack,
}

/// How connections behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Longest time that a frame travels. Units: milliseconds.
    pub delay: u64,
    /// Once in so many frames the connection breaks under it; 0 for never.
    pub breaks: usize,
    /// Once in so many frames one is lost, said twice, or comes before another, although the transport promises
    /// otherwise; 0 for never.
    pub rough: usize,
}

impl Plan {
    /// What a seed says.
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::from_seed(seed);
        let size = size(&mut chance);
        let liar = chance.one_in(3).then(|| liar(&mut chance, size));
        let network = Network {
            delay: [5, 50, 400][chance.below(3)],
            breaks: [0, 200, 40][chance.below(3)],
            rough: if chance.one_in(4) { 20 } else { 0 },
        };
        let errands = (0..2 + chance.below(3 + size)).map(|_| wish(&mut chance, size)).collect();
        let count = chance.below(4) * (1 + chance.below(4));
        let faults = (0..count).flat_map(|_| fault(&mut chance, size)).collect();
        let mut plan = Self { size, liar, faults, errands, network };
        if chance.one_in(2) {
            plan.errands.extend(talk(&mut chance, size));
        }
        plan.faults.sort_by_key(|(at, _)| *at);
        plan
    }

    /// Whether a member may have lost, by a restore, what it had signed.
    pub fn restores(&self, place: usize) -> bool {
        let restored =
            |fault: &Fault| matches!(fault, Fault::Restore { place: of, .. } if *of == place);
        self.faults.iter().any(|(_, fault)| restored(fault))
    }

    /// Whether clocks are set.
    pub fn sets_clocks(&self) -> bool {
        self.faults.iter().any(|(_, fault)| matches!(fault, Fault::ClockJump { .. }))
    }

    /// The federation.
    pub fn cast(&self) -> &'static Cast {
        Cast::of(self.size)
    }
}

/// Mostly small federations: they meet more in the same time.
fn size(chance: &mut Chance) -> usize {
    match chance.below(40) {
        0 => 12 + chance.below(9),
        1..=3 => 7 + chance.below(5),
        4..=13 => 5 + chance.below(2),
        _ => 2 + chance.below(3),
    }
}

fn liar(chance: &mut Chance, size: usize) -> Liar {
    let habits = [
        Habit::Forks,
        Habit::Forks,
        Habit::Replays,
        Habit::TwoBodies,
        Habit::Repeats,
        Habit::Skips,
        Habit::Withholds,
        Habit::Garbles,
    ];
    Liar { place: chance.below(size), habit: habits[chance.below(habits.len())] }
}

fn wish(chance: &mut Chance, size: usize) -> Wish {
    let author = chance.below(size);
    let others: Vec<usize> = (0..size).filter(|place| *place != author).collect();
    let count = if chance.one_in(3) { 1 + chance.below(others.len().min(4)) } else { 1 };
    let mut to: Vec<usize> = (0..count).map(|_| others[chance.below(others.len())]).collect();
    to.sort_unstable();
    to.dedup();
    let at = u64::try_from(chance.below(usize::try_from(STORM).unwrap())).unwrap();
    Wish { at, author, to, deed: Deed::Tells }
}

/// A request for information early in the storm, and what several say to it afterwards, at once or one after the other.
fn talk(chance: &mut Chance, size: usize) -> Vec<Wish> {
    let mut begins = Wish { deed: Deed::Asks, ..wish(chance, size) };
    begins.at /= 4;
    let mut talk = Vec::new();
    for _ in 0..2 + chance.below(5) {
        let after = chance.below(usize::try_from(STORM - begins.at).unwrap());
        let at = begins.at + u64::try_from(after).unwrap();
        let among = 1 + chance.below(begins.to.len() + 1);
        let author = if among == 1 { begins.author } else { begins.to[among - 2] };
        talk.push(Wish { at, author, to: Vec::new(), deed: Deed::Answers });
    }
    talk.push(begins);
    talk
}

/// One fault, with what belongs to it.
fn fault(chance: &mut Chance, size: usize) -> Vec<(u64, Fault)> {
    let place = chance.below(size);
    let mut time = |most: usize| u64::try_from(chance.below(most)).unwrap();
    let (at, rest) = (time(38_000) + 1_000, 100 + time(15_000));
    let other = (place + 1 + chance.below(size - 1)) % size;
    let places = (place.min(other), place.max(other));
    let one = match chance.below(16) {
        0 => Fault::Kill { place, rest },
        1 | 2 => Fault::PowerCut { place, rest },
        3 | 4 => Fault::DiskFails { place, after: u64::try_from(chance.below(30)).unwrap(), rest },
        5 | 6 => {
            let (after, power) = (chance.below(6), chance.one_in(2));
            Fault::BetweenEffects { place, after, power, rest }
        }
        7 => Fault::DiskFull { place, left: u64::try_from(chance.below(40_000)).unwrap(), rest },
        8 | 9 => {
            let mask = u32::try_from(chance.below((1 << size) - 1)).unwrap();
            Fault::Partition { mask, one_way: chance.one_in(3), rest }
        }
        10 => Fault::Apart { places, rest },
        11 => {
            let by = i64::try_from(chance.below(1_200_000)).unwrap() - 600_000;
            Fault::ClockJump { place, by }
        }
        12 => Fault::Slow { place, by: u64::try_from(chance.below(2_000)).unwrap(), rest },
        13 => {
            let state = [StateFolder::Newer, StateFolder::Gone, StateFolder::RolledBack];
            let state = state[chance.below(3)];
            let before = at / 2;
            return vec![
                (before, Fault::Backup { place }),
                (at, Fault::Restore { place, state, rest }),
            ];
        }
        14 if chance.one_in(2) => Fault::Rotate { place },
        14 => Fault::Charter { place },
        _ => Fault::Cut { places },
    };
    vec![(at, one)]
}
