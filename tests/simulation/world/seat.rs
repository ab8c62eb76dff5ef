//! Where a node sits: what stays of it when it does not run, its life when it does, and what befalls it.

use crate::cast::Cast;
use crate::life::Life;
use crate::machine::Machine;
use crate::planted::Bug;

/// A place at the table, with the node that sits there.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) machine: Machine,
    pub(crate) life: Option<Life>,
    /// How often it was started.
    pub(crate) lives: u64,
    /// How its clock differs. Units: milliseconds.
    pub(crate) skew: i64,
    /// How much longer it takes for a group.
    pub(crate) slow: u64,
    pub(crate) ticking: bool,
    pub(crate) starting: bool,
    /// The process dies after so many effects.
    pub(crate) cut: Option<Cut>,
    /// The disk was told to fail or to be full: that the node ends is no fault of its own.
    pub(crate) troubled: bool,
    pub(crate) backup: Option<Machine>,
    /// How long to rest after the cut or the trouble.
    pub(crate) pause: u64,
}

/// A death between two effects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) after: usize,
    pub(crate) power: bool,
}

impl Seat {
    pub(crate) fn new(cast: &'static Cast, place: usize, bug: Option<Bug>) -> Self {
        let machine = Machine::new(cast, place);
        if let Some(bug) = bug {
            bug.prepare(&machine.disk);
        }
        Self::of(machine)
    }

    pub(crate) const fn of(machine: Machine) -> Self {
        Self {
            machine,
            life: None,
            lives: 0,
            skew: 0,
            slow: 0,
            ticking: false,
            starting: false,
            cut: None,
            troubled: false,
            backup: None,
            pause: 0,
        }
    }

    /// The place of its agency; a liar has two seats at one place.
    pub(crate) const fn place(&self) -> usize {
        self.machine.place
    }
}
