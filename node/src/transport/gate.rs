//! How often one source may come, in bounded memory.
//!
//! Uses nothing of ours; time is an argument. A source is an IPv4 address or an IPv6 network of 64 bits, because one
//! host commonly owns the whole network. Source: spec wire-19.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// Sources remembered. Beyond it the one that has been quiet for longest is forgotten.
const SOURCES_MAX: usize = 1024;

/// So many at once, and one more after each wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) every: Duration,
}

/// Whether one more is within the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Within,
    TooFast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    V4([u8; 4]),
    V6([u16; 4]),
}

/// What each source has used of its rate: the instant at which all of it is free again.
#[derive(Debug)]
pub(super) struct Gate {
    rate: Rate,
    free_at: BTreeMap<Source, Instant>,
}

impl Gate {
    pub(super) const fn new(rate: Rate) -> Self {
        Self { rate, free_at: BTreeMap::new() }
    }

    /// Counts one more from this address, unless that were too fast.
    pub(super) fn pass(&mut self, address: IpAddr, now: Instant) -> Pace {
        let source = source_of(address);
        let used_until = self.free_at.get(&source).copied().unwrap_or(now).max(now);
        let until = used_until + self.rate.every;
        if until.duration_since(now) > self.rate.every.saturating_mul(self.rate.burst) {
            return Pace::TooFast;
        }
        if !self.free_at.contains_key(&source) {
            self.make_room(now);
        }
        self.free_at.insert(source, until);
        Pace::Within
    }

    fn make_room(&mut self, now: Instant) {
        if self.free_at.len() < SOURCES_MAX {
            return;
        }
        self.free_at.retain(|_, until| *until > now);
        if self.free_at.len() >= SOURCES_MAX
            && let Some(quietest) =
                self.free_at.iter().min_by_key(|(_, until)| **until).map(|(source, _)| *source)
        {
            self.free_at.remove(&quietest);
        }
    }
}

fn source_of(address: IpAddr) -> Source {
    match address.to_canonical() {
        IpAddr::V4(v4) => Source::V4(v4.octets()),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Source::V6([a, b, c, d])
        }
    }
}
