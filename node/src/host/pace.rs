//! How fast a member may speak after the greeting: so many frames and so many bytes in a second.
//!
//! Uses `settings`. What a member does not use in two seconds it keeps, for bursts. Whoever is faster is read later: its
//! frames wait on its own side, behind the windows of its connection. The account is the member's, not the connection's,
//! so that a new connection is no new account.
//!
//! Absent on purpose: closing. A member that has much to say is honest until something else shows that it is not.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FRAME_BYTES_MAX;
use tokio::time::Instant;

use crate::settings::key;
use crate::settings::pace::PaceLimit;

/// How much time a member may save up.
const STORE: Duration = Duration::from_secs(2);

// At the slowest pace, one MiB in a second, the longest frame holds a sender up for seconds, and it waits for thirty
// (spec wire-15).
const _: () = assert!(FRAME_BYTES_MAX <= 5 * 1024 * 1024 && key::PEER_MIB.bounds().0 >= 1);

/// The accounts of all members.
#[derive(Debug)]
pub(crate) struct Paces {
    limit: PaceLimit,
    members: Mutex<BTreeMap<AgencyId, Account>>,
}

/// Up to when what a member said is paid for.
#[derive(Clone, Copy, Debug)]
struct Account {
    frames: Instant,
    bytes: Instant,
}

impl Paces {
    /// Nobody has said anything.
    pub(crate) const fn new(limit: PaceLimit) -> Self {
        Self { limit, members: Mutex::new(BTreeMap::new()) }
    }

    /// Books a frame of a member; gives the instant from which on its next one may be read.
    // spec: wire-22
    pub(crate) fn book(&self, member: &AgencyId, now: Instant, bytes: usize) -> Instant {
        let PaceLimit { frames_per_second, bytes_per_second } = self.limit;
        let saved = now.checked_sub(STORE).unwrap_or(now);
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Account { frames: saved, bytes: saved };
        let account = members.entry(member.clone()).or_insert(fresh);
        account.frames = account.frames.max(saved) + time(1, u64::from(frames_per_second));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        account.bytes = account.bytes.max(saved) + time(bytes, bytes_per_second);
        account.frames.max(account.bytes)
    }
}

/// How long so much takes at so much in a second.
fn time(much: u64, per_second: u64) -> Duration {
    let nanos = u128::from(much).saturating_mul(1_000_000_000).checked_div(u128::from(per_second));
    Duration::from_nanos(nanos.and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
