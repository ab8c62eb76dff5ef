//! How fast two nodes exchange, and whether they go on at a fair part of that pace while something else happens.

use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::clock::Stopwatch;

use crate::letter;
use crate::wait;

/// Messages of one measurement.
const MESSAGES: usize = 12;

/// Measurements, of which the best counts: a machine that does something else for a moment slows one down.
const TRIES: usize = 3;

/// The pace that is left is at least one part in so many. Source: spec wire-24.
const PARTS: u32 = 10;

/// An exchange that takes longer has stopped.
const STANDS_STILL: Duration = Duration::from_secs(120);

/// A measured pace: how long so many messages took, each with its receipt.
#[derive(Clone, Copy, Debug)]
pub struct Pace(Duration);

/// Measures the pace from one node to another; the calm one is measured before anything else happens.
///
/// # Panics
/// When the exchange stands still.
pub fn of(from: &Client, to: &str) -> Pace {
    Pace((0..TRIES).map(|_| once(from, to)).min().expect("there are tries"))
}

impl Pace {
    /// Measures again, and holds both together.
    ///
    /// # Panics
    /// When less is left of the pace than was promised.
    pub fn is_kept(self, from: &Client, to: &str) {
        let now = (0..TRIES).map(|_| once(from, to)).find(|now| *now <= self.0 * PARTS);
        assert!(now.is_some(), "less than a {PARTS}th of the pace is left of {:?}", self.0);
        let part = self.0.as_secs_f64() / now.unwrap_or(self.0).as_secs_f64();
        println!("    the exchange from node to node keeps {part:.2} of its pace");
    }
}

fn once(from: &Client, to: &str) -> Duration {
    let watch = Stopwatch::start();
    for number in 0..MESSAGES {
        let letter = letter::report(&[to], &format!("pace {number}")).to_string();
        let id = from.submit(letter.as_bytes(), None).unwrap().message.id;
        let receipted = wait::for_up_to(STANDS_STILL, || from.receipt(&id, to).ok());
        assert!(receipted.is_some(), "the exchange with {to} stands still");
    }
    watch.elapsed()
}
