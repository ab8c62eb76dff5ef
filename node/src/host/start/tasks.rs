//! What a node does beside its writer, as long as it runs.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::engine::input::Occasion;
use concord_protocol::engine::input::Start;
use concord_protocol::ids::AgencyId;
use tokio::sync::mpsc;
use tokio::time;

use crate::host::deconfliction;
use crate::host::erasure;
use crate::host::exchange::Surroundings;
use crate::host::feeds;
use crate::host::files;
use crate::host::handle::Handle;
use crate::host::link;
use crate::host::link::Link;
use crate::host::listen;
use crate::host::mailbox::Job;
use crate::host::pinning;
use crate::host::turnover;
use crate::host::watch;
use crate::keystore::token::Token;
use crate::settings::Settings;
use crate::transport::Endpoint;
use crate::workers::Workers;

/// Connections of one peer that may wait for its link.
const ARRIVALS_MAX: usize = 4;

/// How often the store's mark moves forward.
const FLUSH_EVERY: Duration = Duration::from_secs(5);

/// How often a token is asked whether it is there.
const PROBE_EVERY: Duration = Duration::from_secs(2);

/// How often the node looks at every member's log, and tells its peers what moved.
const WATCH_EVERY: Duration = Duration::from_secs(5);

/// Begins everything but what its maker hands over: links, listening, and what comes round again and again.
pub(super) fn spawn(
    around: &Surroundings,
    endpoint: &Endpoint,
    peers: Vec<AgencyId>,
    settings: &Settings,
) {
    let mut doors = BTreeMap::new();
    for peer in peers {
        let (door, arrivals) = mpsc::channel(ARRIVALS_MAX);
        doors.insert(peer.clone(), door);
        let link = Link { around: around.clone(), peer, endpoint: endpoint.clone(), arrivals };
        tokio::spawn(link::keep(link));
    }
    tokio::spawn(listen::accept(endpoint.clone(), around.clone(), Arc::new(doors)));
    tokio::spawn(flush_regularly(around.mailbox.clone()));
    let interval = Duration::from_millis(settings.witness_interval.millis());
    tokio::spawn(witness_regularly(around.mailbox.clone(), interval));
    tokio::spawn(erasure::retire_regularly(around.mailbox.clone()));
    tokio::spawn(deconfliction::look::watch(Arc::clone(&around.shared)));
    let wait = Duration::from_millis(settings.greeting_wait.millis());
    tokio::spawn(begin(around.clone(), wait));
    tokio::spawn(files::look::run(Arc::clone(&around.shared)));
    tokio::spawn(feeds::orders::keep(Handle::new(around.clone())));
    tokio::spawn(pinning::keep(Arc::clone(&around.shared)));
    tokio::spawn(turnover::watch(Arc::clone(&around.shared), around.mailbox.clone()));
    tokio::spawn(watch::run(around.clone(), watch::bounds(settings), WATCH_EVERY));
}

/// Waits for greetings, so that a rollback shows before anything is signed; then the node starts. Source: spec eng-7.
async fn begin(around: Surroundings, wait: Duration) {
    // spec: eng-7
    // spec: promise-6
    let all = around.shared.wait_for(|published| {
        let mut known = published.view.peers.iter().filter(|peer| peer.serial.is_some());
        known.all(|peer| peer.heard.is_some())
    });
    drop(time::timeout(wait, all).await);
    let charter_version = around.shared.published().view.charter_version;
    drop(around.mailbox.send(Job::Start(Start { charter_version })).await);
}

/// Has the head cosigned when it has grown. Source: spec wit-2.
async fn witness_regularly(mailbox: mpsc::Sender<Job>, interval: Duration) {
    loop {
        time::sleep(interval).await;
        let job = Job::Witness { occasion: Occasion::Interval, reply: None };
        if mailbox.send(job).await.is_err() {
            return;
        }
    }
}

/// A token, and the thread that asks it: a library that was not written for tasks must not hold one up.
pub(super) struct Asks {
    token: Arc<Token>,
    thread: Workers,
}

impl Asks {
    pub(super) fn start(token: Arc<Token>) -> io::Result<Self> {
        Ok(Self { token, thread: Workers::start("token", NonZeroUsize::MIN)? })
    }
}

/// Asks the token whether it is there, so that its state shows without traffic.
pub(super) async fn probe_regularly(asks: Option<Asks>) {
    let Some(Asks { token, thread }) = asks else { return };
    loop {
        time::sleep(PROBE_EVERY).await;
        let asked = Arc::clone(&token);
        // A library that panics is asked again.
        thread.run(move || asked.probe()).await.ok();
    }
}

async fn flush_regularly(mailbox: mpsc::Sender<Job>) {
    loop {
        time::sleep(FLUSH_EVERY).await;
        if mailbox.send(Job::Flush).await.is_err() {
            return;
        }
    }
}
