//! Numbers of links: whether they follow each other, and which of them are settled.
//!
//! Of what was sent and settled nothing is kept but how far it goes; 8 bytes for each number that waits for a receipt.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::finding::Flaw;
use crate::audit::prints::Print;
use crate::ids::Epoch;
use crate::ids::LinkNumber;

/// Epochs that a link can have: each succession of either log begins one. Source: spec audit-15.
const EPOCHS_MAX: usize = 64;

/// How much of a link the scope shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Every number from the first one.
    Whole,
    /// Every number from some one.
    Middle,
    /// Some numbers.
    Some,
}

/// The last number on each link in one direction, by the place of the peer.
pub(super) struct Row {
    view: View,
    last: Vec<Option<Last>>,
}

#[derive(Clone, Copy)]
struct Last {
    epoch: Epoch,
    number: LinkNumber,
    epochs: usize,
}

impl Row {
    pub(super) fn new(view: View, members: usize) -> Self {
        Self { view, last: vec![None; members] }
    }

    /// Numbers of a link follow each other from 1 in each epoch, and epochs do not go back. Whatever is found, the next
    /// number is expected to follow it.
    pub(super) fn follow(
        &mut self,
        peer: usize,
        epoch: Epoch,
        number: LinkNumber,
    ) -> Result<(), Flaw> {
        let Some(last) = self.last.get_mut(peer) else { return Ok(()) };
        let before = *last;
        // spec: audit-15
        if before.is_some_and(|before| before.epoch > epoch) {
            return Err(Flaw::EpochBack);
        }
        let same = before.filter(|before| before.epoch == epoch);
        let epochs = before.map_or(0, |before| before.epochs);
        let epochs = if same.is_some() { epochs } else { epochs.saturating_add(1) };
        *last = Some(Last { epoch, number, epochs });
        if epochs > EPOCHS_MAX {
            return Err(Flaw::EpochLimit);
        }
        let expected = match (self.view, same, before) {
            (View::Whole | View::Middle, Some(same), _) => same.number.next(),
            (View::Some, Some(same), _) => number.max(same.number.next()),
            (View::Whole, None, _) | (View::Middle, None, Some(_)) => LinkNumber::new(1),
            (View::Middle, None, None) | (View::Some, None, _) => number.max(LinkNumber::new(1)),
        };
        if number == expected { Ok(()) } else { Err(Flaw::Number { expected, found: number }) }
    }
}

/// What was sent and not settled yet, by peer and epoch.
#[derive(Default)]
pub(super) struct Windows {
    waiting: BTreeMap<(usize, Epoch), Window>,
    /// Peers to whom numbers were sent that do not follow each other: what they settle has been judged by that.
    spoiled: BTreeSet<usize>,
}

/// A run of numbers from `base` on: the print of the message, or 0 where it is settled.
struct Window {
    /// The first number that this log shows.
    first: u64,
    base: u64,
    waiting: VecDeque<u64>,
}

/// What becomes of a number that a receipt settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settling {
    /// It was waiting, and is settled now.
    Now,
    /// It was settled before.
    Before,
    /// It was not sent with this message.
    Unsent,
    /// It was sent before everything that this log shows.
    Unseen,
    /// Numbers of the link did not follow each other before.
    Unjudged,
}

impl Windows {
    /// The numbers to a peer do not follow each other; from here on nothing that the peer settles is judged.
    pub(super) fn spoil(&mut self, peer: usize) {
        // spec: audit-42
        self.spoiled.insert(peer);
        self.waiting.retain(|(known, _), _| *known != peer);
    }

    /// A number that follows the one before was given to a message.
    pub(super) fn send(&mut self, peer: usize, epoch: Epoch, number: LinkNumber, message: Print) {
        let number = number.get();
        if self.spoiled.contains(&peer) {
            return;
        }
        let fresh = || Window { first: number, base: number, waiting: VecDeque::new() };
        let window = self.waiting.entry((peer, epoch)).or_insert_with(fresh);
        window.waiting.push_back(kept(message));
    }

    /// A receipt settles a number.
    pub(super) fn settle(
        &mut self,
        peer: usize,
        epoch: Epoch,
        number: LinkNumber,
        message: Print,
    ) -> Settling {
        if self.spoiled.contains(&peer) {
            return Settling::Unjudged;
        }
        let Some(window) = self.waiting.get_mut(&(peer, epoch)) else { return Settling::Unseen };
        if number.get() < window.first {
            return Settling::Unseen;
        }
        let Some(place) = number.get().checked_sub(window.base) else { return Settling::Before };
        let waiting = usize::try_from(place).ok().and_then(|at| window.waiting.get_mut(at));
        match waiting {
            None => Settling::Unsent,
            Some(0) => Settling::Before,
            Some(found) if *found != kept(message) => Settling::Unsent,
            Some(found) => {
                *found = 0;
                window.shrink();
                Settling::Now
            }
        }
    }

    /// Whether a number is settled, or was before everything that this log shows.
    pub(super) fn is_settled(&self, peer: usize, epoch: Epoch, number: LinkNumber) -> bool {
        if self.spoiled.contains(&peer) {
            return true;
        }
        let Some(window) = self.waiting.get(&(peer, epoch)) else { return false };
        match number.get().checked_sub(window.base) {
            None => true,
            Some(place) => {
                let place = usize::try_from(place).ok();
                place.and_then(|at| window.waiting.get(at)) == Some(&0)
            }
        }
    }
}

impl Window {
    /// Forgets what is settled at the beginning.
    fn shrink(&mut self) {
        while self.waiting.front() == Some(&0) {
            self.waiting.pop_front();
            self.base = self.base.saturating_add(1);
        }
        if self.waiting.is_empty() {
            self.waiting.shrink_to(64);
        }
    }
}

/// A print as it is kept: never 0, which means settled.
const fn kept(message: Print) -> u64 {
    let print = message.get();
    if print == 0 { 1 } else { print }
}
