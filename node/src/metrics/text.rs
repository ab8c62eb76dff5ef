//! Which metrics there are: names, what they mean, and where each value comes from.
//!
//! `config/README.md` lists them for operators; a test compares the list with this file.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use concord_protocol::audit::watch::AlarmKind;
use concord_protocol::audit::watch::Presence;
use concord_protocol::moment::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::EncodeMetric;
use prometheus_client::encoding::MetricEncoder;
use prometheus_client::encoding::NoLabelSet;
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::host::tally::COMMIT_EDGES;
use crate::host::tally::Commits;
use crate::host::view::Agreement;
use crate::host::view::Mode;
use crate::host::view::PeerView;
use crate::host::view::Phase;
use crate::host::view::Standing;
use crate::host::view::Unwitnessed;
use crate::metrics::Seen;

/// What every name begins with.
const PREFIX: &str = "concord";

const DAY_MS: u64 = 86_400_000;

/// Every mode, as it stands in a label.
const MODES: [&str; 6] = ["open", "full", "key-away", "pin-refused", "probing", "quarantine"];

/// Every standing of a credential.
const STANDINGS: [Standing; 5] = [
    Standing::InForce,
    Standing::NotValid,
    Standing::Superseded,
    Standing::Revoked,
    Standing::OtherRoot,
];

/// The whole text.
pub(super) fn text(seen: Seen) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(seen));
    let mut text = String::new();
    encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

impl Collector for Seen {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.node(&mut page)?;
        self.credential(&mut page)?;
        self.log(&mut page)?;
        self.links(&mut page)?;
        self.peers(&mut page)?;
        self.counts(&mut page)?;
        self.files(&mut page)?;
        self.disk(&mut page)
    }
}

impl Seen {
    fn node(&self, page: &mut Page<'_>) -> fmt::Result {
        let view = &self.view;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        page.gauges("build", "Which release this is; always 1", [(version, 1)])?;
        let is = mode(&view.mode);
        let modes = MODES.map(|mode| ([("mode", mode)], u64::from(mode == is)));
        page.gauges(
            "mode",
            "Whether the node exchanges, and if not, why: 1 for what it is in",
            modes,
        )?;
        let ready = view.phase == Phase::Started && view.mode == Mode::Open;
        page.gauge("ready", "1 while the node takes and exchanges messages", ready.into())?;
        let version = view.charter_version.get();
        page.gauge("charter_version", "Version of the charter in force", version)
    }

    // spec: id-52
    fn credential(&self, page: &mut Page<'_>) -> fmt::Result {
        let own = &self.view.credential;
        page.gauge("credential_serial", "Serial of the node's credential", own.serial.get())?;
        let days = own.days_left(self.now);
        page.gauge("credential_days_left", "Whole days until the node's credential ends", days)?;
        let soon = "1 from some days before the node's credential ends, while none takes over";
        page.gauge("credential_ends_soon", soon, own.soon.into())?;
        let next = "1 while a further credential is adopted that takes over by itself";
        page.gauge("credential_next", next, own.next.is_some().into())?;
        let standings = STANDINGS
            .map(|standing| ([("standing", standing.text())], u64::from(standing == own.standing)));
        page.gauges(
            "credential_standing",
            "Whether the node's credential counts, and if not, why: 1 for how it stands",
            standings,
        )
    }

    fn log(&self, page: &mut Page<'_>) -> fmt::Result {
        let head = &self.view.head;
        page.gauge("log_leaves", "Leaves of the node's log", head.size.get())?;
        let witnessed = head.quorate.as_ref().map_or(0, |quorate| quorate.size.get());
        let about = "Leaves of the node's log that a quorum of witnesses covers";
        page.gauge("log_witnessed_leaves", about, witnessed)?;
        let since = head.unwitnessed_since;
        let millis = since.map_or(0, |since| self.now.millis().saturating_sub(since.millis()));
        let about = "How long there have been leaves that no quorum covers; 0 when there are none";
        page.gauge("log_unwitnessed_seconds", about, millis / 1_000)?;
        let late = head.unwitnessed == Unwitnessed::TooLong;
        let about = "1 while that is longer than the settings allow";
        page.gauge("log_unwitnessed_too_long", about, late.into())?;
        let alarms = &self.view.watch.alarms;
        let of_kind = |kind| alarms.iter().filter(move |alarm| alarm.kind() == kind).count();
        let alarms = AlarmKind::ALL.map(|kind| ([("kind", kind.code())], count(of_kind(kind))));
        page.gauges("alarms", "Alarms that stand about members' logs", alarms)?;
        let mut evidence = BTreeMap::new();
        for held in self.view.evidence.iter() {
            let labels =
                [("kind", held.charge.kind.code()), ("accused", held.charge.accused.as_str())];
            let files: &mut u64 = evidence.entry(labels).or_default();
            *files = files.saturating_add(1);
        }
        page.gauges("evidence_files", "Files of evidence that are held", evidence)
    }

    /// How each peer is reached, and what waits for it.
    fn links(&self, page: &mut Page<'_>) -> fmt::Result {
        let up = self.each(|peer| Some(peer.connected.into()));
        page.gauges("peer_connected", "1 while greetings went both ways on a live connection", up)?;
        let logs = &self.view.watch.logs;
        let heard = self.each(|peer| {
            if peer.connected {
                return Some(seconds(self.now));
            }
            let log = logs.iter().find(|log| log.member == peer.agency)?;
            match log.presence {
                // The watch looks seldom: the connection ended since.
                Presence::Here => self.view.watch.at.map(seconds),
                Presence::Away(last) => last.map(seconds),
            }
        });
        let about =
            "When the peer was last seen connected, as seconds since 1970; absent before it was";
        page.gauges("peer_last_heard_timestamp_seconds", about, heard)?;
        let owed = self.each(|peer| Some(count(peer.waiting)));
        let about = "Messages to the peer for which it has not given a receipt";
        page.gauges("peer_unreceipted_messages", about, owed)?;
        let queued = self.each(|peer| Some(queued(peer)));
        let about = "Those of them that were not offered on a live connection";
        page.gauges("peer_queued_messages", about, queued)
    }

    /// How each peer's credential and log stand.
    fn peers(&self, page: &mut Page<'_>) -> fmt::Result {
        // spec: id-52
        let days = self.each(|peer| {
            let left = peer.not_after?.millis().saturating_sub(self.now.millis());
            Some(left / DAY_MS)
        });
        let about = "Whole days until the peer's credential ends; absent where none is held";
        page.gauges("peer_credential_days_left", about, days)?;
        let soon = self.each(|peer| peer.not_after.map(|_| peer.ends_soon.into()));
        let about = "1 from some days before the peer's credential ends, while none is known that takes over";
        page.gauges("peer_credential_ends_soon", about, soon)?;
        let other = |peer: &PeerView| Some((peer.charter?.agreement == Agreement::Other).into());
        let about = "1 while the peer showed another version of the charter than the node's; absent before it greeted";
        page.gauges("peer_charter_differs", about, self.each(other))?;
        let held = self.each(|peer| peer.held.map(|size| size.get()));
        page.gauges("peer_log_leaves", "Leaves of the peer's log, as far as it was seen", held)?;
        let quorate = self.each(|peer| peer.quorate.map(|size| size.get()));
        let about = "Leaves of the peer's log that a quorum of witnesses covers";
        page.gauges("peer_log_witnessed_leaves", about, quorate)?;
        let forked = self.each(|peer| Some(peer.condemned.into()));
        page.gauges("peer_log_forked", "1 while the peer's log has two histories", forked)?;
        let cosigned = self.each(|peer| peer.cosigned.map(|cosigned| cosigned.size.get()));
        let about = "Leaves of the node's log that the peer's newest cosignature covers";
        page.gauges("peer_cosigned_leaves", about, cosigned)
    }

    fn counts(&self, page: &mut Page<'_>) -> fmt::Result {
        let receipts = self.tally.receipts.iter();
        let receipts = receipts.map(|((peer, grade), count)| {
            ([("peer", peer.as_str()), ("grade", grade.text())], *count)
        });
        let about = "Receipts that reached a grade since the start; one of L2 was one of L1 before";
        page.counters("receipts", about, receipts)?;
        let refusals = self.tally.refusals.iter().map(|((peer, by, code), count)| {
            ([("peer", peer.as_str()), ("by", by.text()), ("code", code.text())], *count)
        });
        let about = "Messages refused since the start, by the node or by the peer";
        page.counters("refusals", about, refusals)?;
        let about = "Commits since the start, and how long each took until it was durable";
        page.commits("commit_seconds", about, &self.tally.commits)
    }

    // spec: fil-35, fil-16
    fn files(&self, page: &mut Page<'_>) -> fmt::Result {
        let wanted = self.files.wanted.iter();
        let wanted = wanted.map(|(peer, files)| ([("peer", peer.as_str())], count(*files)));
        let about = "Files of the peer's messages that are to be fetched; 1,024 at most, then others of it wait";
        page.gauges("peer_wanted_files", about, wanted)?;
        let bytes = self.files.bytes.iter();
        let bytes = bytes.map(|(peer, bytes)| ([("peer", peer.as_str())], *bytes));
        let about = "Bytes that files take which the peer's messages name";
        page.gauges("peer_file_bytes", about, bytes)
    }

    fn disk(&self, page: &mut Page<'_>) -> fmt::Result {
        let parts = self.store.iter().map(|(part, bytes)| ([("part", *part)], *bytes));
        page.gauges("store_bytes", "Bytes under each folder of the node that grows", parts)?;
        if let Some(free) = self.free {
            page.gauge("disk_free_bytes", "Bytes that may still be written", free)?;
        }
        // spec: era-10
        if let Some(counts) = self.reviews {
            let about =
                "Held messages whose day to be looked at again has come, anew every five minutes";
            page.gauge("reviews_due", about, counts.due)?;
            let about = "Held messages past the day on which they are erased at the latest, anew every five minutes";
            page.gauge("erasures_overdue", about, counts.past_erasure)?;
        }
        if let Some(at) = self.backup {
            let about = "When the node was last backed up, as seconds since 1970; absent if never";
            page.gauge("backup_timestamp_seconds", about, seconds(at))?;
        }
        Ok(())
    }

    /// One value for each peer that has one.
    fn each<'a>(
        &'a self,
        value: impl Fn(&'a PeerView) -> Option<u64> + 'a,
    ) -> impl Iterator<Item = ([(&'a str, &'a str); 1], u64)> {
        let peers = self.view.peers.iter();
        peers.filter_map(move |peer| Some(([("peer", peer.agency.as_str())], value(peer)?)))
    }
}

/// Names with their values, one after the other.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn family(
        &mut self,
        name: &str,
        about: &str,
        kind: MetricType,
        write: impl FnOnce(MetricEncoder<'_>) -> fmt::Result,
    ) -> fmt::Result {
        write(self.0.encode_descriptor(name, about, None, kind)?)
    }

    /// A value that goes up and down.
    fn gauge(&mut self, name: &str, about: &str, value: u64) -> fmt::Result {
        self.family(name, about, MetricType::Gauge, |encoder| clamped(value).encode(encoder))
    }

    /// The same, for each set of labels.
    fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        about: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], u64)>,
    ) -> fmt::Result {
        self.family(name, about, MetricType::Gauge, |mut encoder| {
            for (labels, value) in values {
                clamped(value).encode(encoder.encode_family(&labels)?)?;
            }
            Ok(())
        })
    }

    /// A value that only grows, for each set of labels.
    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        about: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], u64)>,
    ) -> fmt::Result {
        self.family(name, about, MetricType::Counter, |mut encoder| {
            for (labels, value) in values {
                ConstCounter::new(value).encode(encoder.encode_family(&labels)?)?;
            }
            Ok(())
        })
    }

    fn commits(&mut self, name: &str, about: &str, commits: &Commits) -> fmt::Result {
        let edges = COMMIT_EDGES.iter().map(|edge| Duration::from_micros(*edge).as_secs_f64());
        let mut classes: Vec<(f64, u64)> = edges.zip(commits.classes).collect();
        let within = commits.classes.iter().fold(0, |sum, class| u64::saturating_add(sum, *class));
        classes.push((f64::INFINITY, commits.count.saturating_sub(within)));
        let spent = commits.spent.as_secs_f64();
        self.family(name, about, MetricType::Histogram, |mut encoder| {
            encoder.encode_histogram::<NoLabelSet>(spent, commits.count, &classes, None)
        })
    }
}

/// A gauge that can be written, whatever size a peer claims for its log.
fn clamped(value: u64) -> ConstGauge {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Messages that were not offered on a live connection.
fn queued(peer: &PeerView) -> u64 {
    let waiting = count(peer.waiting);
    match peer.offered {
        None => waiting,
        Some(offered) => {
            let newest = peer.next.get().saturating_sub(1);
            newest.saturating_sub(offered.get()).min(waiting)
        }
    }
}

const fn mode(mode: &Mode) -> &'static str {
    match mode {
        Mode::Open => "open",
        Mode::Full => "full",
        Mode::KeyAway => "key-away",
        Mode::PinRefused => "pin-refused",
        Mode::Probing { .. } => "probing",
        Mode::Quarantined { .. } => "quarantine",
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

const fn seconds(at: Timestamp) -> u64 {
    at.millis() / 1_000
}
