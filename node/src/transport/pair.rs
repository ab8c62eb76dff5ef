//! Which of two connections of one pair survives.
//!
//! Uses `protocol::ids`; pure. Both ends ask the same question and find the same answer. Source: spec wire-17.

use std::time::Duration;

use concord_protocol::ids::AgencyId;

#[cfg(test)]
mod tests;

/// Which end dialed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialer {
    /// This node.
    Local,
    /// The peer.
    Remote,
}

/// What becomes of a connection while another one of the same pair exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stays; the other one is closed with `superseded`.
    Keep,
    /// It is closed with `superseded`.
    Close,
}

/// Dials that cross each other are over after this: a held connection that has been up for longer was not crossed.
pub const CROSSING: Duration = Duration::from_secs(3);

/// Whether the connection that `dialer` made survives a crossing one: the smaller agency's does. Source: spec wire-17.
pub fn prefer(local: &AgencyId, remote: &AgencyId, dialer: Dialer) -> Verdict {
    // spec: wire-17
    match (local < remote, dialer) {
        (true, Dialer::Local) | (false, Dialer::Remote) => Verdict::Keep,
        (true, Dialer::Remote) | (false, Dialer::Local) => Verdict::Close,
    }
}

/// A connection that is held when another one of the pair arrives.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Which end dialed it.
    pub dialer: Dialer,
    /// Since when greetings have gone both ways on it; `None` before that.
    pub up_for: Option<Duration>,
}

/// Whether a held connection survives one that has just been greeted on.
///
/// A node dials only while it holds no connection that is up. So one who dials twice has lost the first; one who dials
/// long after the held connection came up has lost that; and what is left is a crossing. Source: spec wire-17.
pub fn settle(local: &AgencyId, remote: &AgencyId, held: Held, arriving: Dialer) -> Verdict {
    let lost = held.dialer == arriving || held.up_for.is_some_and(|up_for| up_for > CROSSING);
    if lost { Verdict::Close } else { prefer(local, remote, held.dialer) }
}
