//! Whose turn it is at the one thread that makes tables; pure.
//!
//! How every feed stands by its messages is shown before any list is read, then one list of one feed is tried, and the
//! feed stands at the end of the row. So the longest list of one originator is all that a dispute, or another
//! originator's feed, ever waits for.

use std::collections::VecDeque;

use concord_protocol::ids::ProcedureId;

/// What a feed needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// A list may be here that leads it further.
    Turn,
    /// Nothing, before something comes.
    Nothing,
}

/// Where feeds are looked at, and brought further.
pub(super) trait Desk {
    /// Why nothing more can be done.
    type Fault;

    /// Feeds of which something was accepted since the last call, or for which something has come.
    fn called(&mut self) -> Vec<ProcedureId>;

    /// Shows how a feed stands by its messages: quick, and no list is read.
    fn show(&mut self, feed: ProcedureId) -> Result<Need, Self::Fault>;

    /// Tries one list of a feed.
    fn step(&mut self, feed: ProcedureId) -> Result<Need, Self::Fault>;
}

/// The feeds that need a turn, in their order.
#[derive(Debug, Default)]
pub(super) struct Turns {
    row: VecDeque<ProcedureId>,
}

impl Turns {
    /// Shows what has changed, then gives one feed its turn. Says whether another round has something to do at once.
    // spec: fed-27
    pub(super) fn round<D: Desk>(&mut self, desk: &mut D) -> Result<Need, D::Fault> {
        for feed in desk.called() {
            if desk.show(feed)? == Need::Turn {
                self.join(feed);
            }
        }
        let Some(feed) = self.row.pop_front() else { return Ok(Need::Nothing) };
        if desk.step(feed)? == Need::Turn {
            self.join(feed);
        }
        Ok(if self.row.is_empty() { Need::Nothing } else { Need::Turn })
    }

    /// One place in the row for each feed, however often it is called.
    fn join(&mut self, feed: ProcedureId) {
        if !self.row.contains(&feed) {
            self.row.push_back(feed);
        }
    }
}

#[cfg(test)]
mod tests;
