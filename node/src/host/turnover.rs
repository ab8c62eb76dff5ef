//! The node's own credential as time passes: it takes over by itself, and a person is told before it ends.
//!
//! Which credential counts is the directory's to say (`in_force`). When another one does than when the node started,
//! the node starts again inside its process: starting is recovering, the `started` leaf names the new serial, and the
//! new keys are opened where keys are opened. So it does when a next credential becomes known that names a new sealing
//! key: others may seal to it before it counts here.

use std::time::Duration;

use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::directory::force::NotInForce;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use tokio::sync::mpsc;
use tokio::time;

use crate::clock;
use crate::host::mailbox::Job;
use crate::host::shared::Shared;
use crate::host::view::CredentialView;
use crate::host::view::NextCredential;
use crate::host::view::Standing;

/// How often the credential is held against the clock.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Says again how long the credential still counts, so often.
const SAY_EVERY: Span = Span::from_days(1);

/// Watches until the node stops, or starts again.
pub(crate) async fn watch(shared: std::sync::Arc<Shared>, mailbox: mpsc::Sender<Job>) {
    let mut said: Option<Timestamp> = None;
    loop {
        let now = clock::now();
        let view = credential(&shared, now);
        if shared.in_force(now) != shared.began_with {
            tracing::info!("another credential is in force: the node starts again");
            // A mailbox that is closed means that the node stops anyway.
            drop(mailbox.send(Job::TurnOver).await);
            return;
        }
        if shared.must_open_a_key() {
            tracing::info!("the next credential names other keys: the node starts again");
            drop(mailbox.send(Job::TurnOver).await);
            return;
        }
        if view.is_worth_saying() && said.is_none_or(|said| said.after(SAY_EVERY) <= now) {
            tracing::warn!(
                serial = view.serial.get(),
                days = view.days_left(now),
                "the node's credential ends soon, or does not count: `concord check-config`"
            );
            said = Some(now);
        }
        time::sleep(LOOK_EVERY).await;
    }
}

/// The credential in use, for those who look.
pub(crate) fn credential(shared: &Shared, now: Timestamp) -> CredentialView {
    let directory = shared.directory();
    let (me, serial) = (&shared.me, shared.serial);
    let known = directory.with_serial(me, serial).map(|known| known.credential());
    let not_after = known.map_or(now, |known| known.not_after);
    let standing = standing(&directory, (me, serial), now);
    let next = next(&directory, (me, serial), now);
    let until = now.after(shared.credential_warning);
    let soon = next.is_none_or(|next| next.from > not_after) && not_after <= until;
    CredentialView { serial, not_after, standing, next, soon }
}

/// Whether the credential that an agency goes by ends by an instant, or has ended, and none takes over.
// spec: id-52
pub(crate) fn ends_soon(
    directory: &Directory,
    agency: &AgencyId,
    (now, until): (Timestamp, Timestamp),
) -> bool {
    directory.goes_by(agency, now).is_some_and(|held| {
        let not_after = held.credential().not_after;
        let next = next(directory, (agency, held.serial()), now);
        not_after <= until && next.is_none_or(|next| next.from > not_after)
    })
}

/// Whether a credential of an agency counts, and why not.
pub(crate) fn standing(
    directory: &Directory,
    own: (&AgencyId, Serial),
    now: Timestamp,
) -> Standing {
    match directory.may_be_in_force(own, now, Span::from_millis(0)) {
        Ok(_) => Standing::InForce,
        Err(NotInForce::Revoked { .. }) => Standing::Revoked,
        Err(NotInForce::Superseded { .. }) => Standing::Superseded,
        Err(NotInForce::OtherRoot { .. }) => Standing::OtherRoot,
        Err(NotInForce::NotValid(_) | NotInForce::Unknown { .. }) => Standing::NotValid,
    }
}

/// The one that takes over next: later, and not revoked.
pub(crate) fn next(
    directory: &Directory,
    (me, serial): (&AgencyId, Serial),
    now: Timestamp,
) -> Option<NextCredential> {
    let own = directory.credentials().filter(|known| known.agency() == me);
    let later = own.map(|known| known.credential()).filter(|known| {
        known.serial > serial && now <= known.not_after && !directory.is_revoked(me, known.serial)
    });
    let first = later.min_by_key(|known| known.not_before)?;
    Some(NextCredential { serial: first.serial, from: first.not_before, until: first.not_after })
}
