//! Looks at every member's log on a tick, tells a person what changed, and what third logs moved.
//!
//! Uses the published view and `protocol::audit::watch`. What it remembers is in memory: a start begins a new watch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::audit::watch::Bounds;
use concord_protocol::audit::watch::Change;
use concord_protocol::audit::watch::Observation;
use concord_protocol::audit::watch::Presence;
use concord_protocol::audit::watch::Watch;
use concord_protocol::audit::watch::Witnessed;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::witness::Witnesses;
use tokio::time;

use crate::clock;
use crate::host::accuse;
use crate::host::exchange::Surroundings;
use crate::host::mailbox::Job;
use crate::host::shared::Shared;
use crate::host::view::EvidenceView;
use crate::host::view::PeerView;
use crate::host::view::View;
use crate::host::view::WatchView;
use crate::settings::Settings;
use crate::telemetry::shown;

/// What the task remembers between two looks, beside the watch.
#[derive(Default)]
struct Memory {
    watch: Watch,
    /// When each peer was last connected.
    here: BTreeMap<AgencyId, Timestamp>,
    /// The newest quorate checkpoint of each peer, and the newest time that a cosigner of it says.
    quorate: BTreeMap<AgencyId, (LogNumber, Witnessed)>,
    /// When all of them were last read: a log at rest is cosigned again, and its size does not tell.
    read: Option<Timestamp>,
}

/// How often the times under checkpoints of logs at rest are read again.
const READ_AGAIN: Span = Span::from_millis(3_600_000);

/// What the operator set.
pub(crate) const fn bounds(settings: &Settings) -> Bounds {
    Bounds {
        stalled_after: settings.unwitnessed_alert,
        unseen_after: settings.watch_unseen,
        stale_after: settings.watch_stale,
    }
}

/// Looks until the node stops. Source: spec evd-24.
pub(crate) async fn run(around: Surroundings, bounds: Bounds, every: Duration) {
    let mut memory = Memory::default();
    loop {
        let now = clock::now();
        let logs = observe(&around.shared, &mut memory, now);
        for change in memory.watch.look(now, &bounds, &logs) {
            tell(&change);
        }
        let alarms = memory.watch.standing().cloned().collect();
        around.shared.watched(WatchView { bounds, at: Some(now), alarms, logs });
        tokio::select! {
            () = time::sleep(every) => {}
            () = around.mailbox.closed() => return,
        }
        if around.mailbox.send(Job::Gossip).await.is_err() {
            return;
        }
    }
}

/// What the view says of every member's log.
fn observe(shared: &Shared, memory: &mut Memory, now: Timestamp) -> Vec<Observation> {
    let view = Arc::clone(&shared.published().view);
    let directory = shared.directory();
    memory.cosigned(shared, &view, &directory, now);
    let mut logs = vec![own(&view, &directory)];
    for peer in view.peers.iter() {
        if peer.connected {
            memory.here.insert(peer.agency.clone(), now);
        }
        let Some(log) = log_of(&directory, &peer.agency) else { continue };
        let presence = match memory.here.get(&peer.agency) {
            _ if peer.connected => Presence::Here,
            last => Presence::Away(last.copied()),
        };
        logs.push(Observation {
            member: peer.agency.clone(),
            log,
            head: peer.held,
            shown: shared.desk.shown_by(&peer.agency, log),
            witnessed: memory.witnessed(&peer.agency, log),
            presence,
            evidence: evidence(&view.evidence, &peer.agency, log),
        });
    }
    logs
}

impl Memory {
    /// Reads the times of quorate checkpoints that are new since the last look.
    fn cosigned(&mut self, shared: &Shared, view: &View, directory: &Directory, now: Timestamp) {
        let known = |peer: &PeerView| self.quorate.get(&peer.agency).map(|known| known.1.size);
        let is_recent = self.read.is_some_and(|read| now < read.after(READ_AGAIN));
        if is_recent && view.peers.iter().all(|peer| known(peer) == peer.quorate) {
            return;
        }
        if !is_recent {
            self.read = Some(now);
            self.quorate.clear();
        }
        // A store that cannot be read ends the node soon; until then the last times stand.
        for record in shared.reader.peers_cosigned().unwrap_or_default() {
            if self.quorate.get(&record.peer).is_some_and(|known| known.1.size == record.size) {
                continue;
            }
            let Some(known) = accuse::known(directory, &record.note) else { continue };
            let times = Witnesses::of(directory, &record.peer).cosigners(&known.checkpoint);
            if let Some(newest) = times.into_values().max() {
                let witnessed = Witnessed { size: record.size, at: newest.instant() };
                self.quorate.insert(record.peer, (known.number, witnessed));
            }
        }
    }

    /// The newest quorate checkpoint of this log of a peer.
    fn witnessed(&self, peer: &AgencyId, log: LogNumber) -> Option<Witnessed> {
        self.quorate.get(peer).filter(|(number, _)| *number == log).map(|(_, known)| *known)
    }
}

/// The node's own log. Nobody is away from oneself.
fn own(view: &View, directory: &Directory) -> Observation {
    let log = log_of(directory, &view.agency).unwrap_or(LogNumber::new(1));
    let quorate = view.head.quorate.as_ref();
    Observation {
        member: view.agency.clone(),
        log,
        head: Some(view.head.size),
        shown: None,
        witnessed: witnessed(
            quorate.map(|quorate| quorate.size),
            quorate.and_then(|quorate| quorate.at),
        ),
        presence: Presence::Here,
        evidence: evidence(&view.evidence, &view.agency, log),
    }
}

fn witnessed(size: Option<TreeSize>, at: Option<Timestamp>) -> Option<Witnessed> {
    Some(Witnessed { size: size?, at: at? })
}

fn log_of(directory: &Directory, agency: &AgencyId) -> Option<LogNumber> {
    directory.log_in_force(agency).map(|log| log.number)
}

fn evidence(
    held: &[EvidenceView],
    owner: &AgencyId,
    log: LogNumber,
) -> Option<(EvidenceKind, concord_protocol::crypto::digest::Digest)> {
    let fork = held.iter().find(|held| held.charge.forks(owner, log))?;
    Some((fork.charge.kind, fork.digest))
}

/// Says to a person what began or ended.
// spec: evd-24
fn tell(change: &Change) {
    match change {
        Change::Raised(alarm) => tracing::warn!(
            peer = shown(&alarm.member),
            code = alarm.kind().code(),
            "an alarm about a member's log; see `concord audit watch`"
        ),
        Change::Cleared(alarm) => tracing::info!(
            peer = shown(&alarm.member),
            code = alarm.kind().code(),
            "an alarm about a member's log is over"
        ),
    }
}
