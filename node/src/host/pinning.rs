//! Which transport keys are known to the endpoint: those whose credentials may be in force now.
//!
//! A key that is not pinned is a stranger's, who may introduce itself: so comes back who was away for longer than its
//! credential counted. A connection whose key stops counting is closed first, with a code that says why
//! (`Shared::connected_until`); the pin goes a little later.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use tokio::time;

use crate::clock;
use crate::host::shared::Shared;
use crate::transport::pins::Pins;

/// How often pins are held against the clock.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a key stays pinned after it stopped counting, so that its connection is closed with a code of its own.
const LINGER: Span = Span::from_millis(2_500);

/// Each key that may connect, by its bytes.
type Table = BTreeMap<[u8; 32], (AgencyId, VerifyingKey)>;

/// The transport keys of everyone else that may be in force.
fn counting(directory: &Directory, me: &AgencyId, (now, tolerance): (Timestamp, Span)) -> Table {
    let others = directory.members().map(|member| &member.agency).filter(|agency| *agency != me);
    let known = others.flat_map(|agency| directory.perhaps_in_force(agency, now, tolerance));
    known
        .map(|known| {
            let key = known.credential().transport;
            (*key.as_bytes(), (known.agency().clone(), key))
        })
        .collect()
}

/// The pins of a node that starts: who may connect, and who may hear why not, and nothing else (chr-12): who left, or
/// has no credential under the root in force.
pub(crate) fn at_start(directory: &Directory, me: &AgencyId, times: (Timestamp, Span)) -> Pins {
    let pins = Pins::new();
    for (agency, key) in counting(directory, me, times).into_values() {
        pins.allow(agency, key);
    }
    let every = directory.chain().versions().flat_map(|version| version.charter().members.iter());
    let without = every.filter(|member| directory.newest(&member.agency).is_none());
    for known in without.filter_map(|member| directory.newest_ever(&member.agency)) {
        pins.allow(known.agency().clone(), known.credential().transport);
    }
    pins
}

/// Keeps the pins as the directory and the clock say, until the node stops.
// spec: id-31
pub(crate) async fn keep(shared: Arc<Shared>) {
    let mut news = shared.news();
    let mut pinned: BTreeMap<[u8; 32], (VerifyingKey, Timestamp)> = BTreeMap::new();
    loop {
        let now = clock::now();
        for (bytes, (agency, key)) in
            counting(&shared.directory(), &shared.me, (now, shared.tolerance))
        {
            shared.pins.allow(agency, key);
            pinned.insert(bytes, (key, now));
        }
        pinned.retain(|_, (key, counted)| {
            let stays = now <= counted.after(LINGER);
            if !stays {
                shared.pins.remove(key);
            }
            stays
        });
        // The directory lives as long as the node; a wait that ends by itself is as good.
        if matches!(time::timeout(LOOK_EVERY, news.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}
