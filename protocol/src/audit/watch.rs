//! Watching the logs of all members from one place: what is seen goes in, alarms come out, and go again.
//!
//! Uses `ids`, `moment`, `crypto`, `log`. The node feeds it on a tick from its published view, and so may anyone who
//! follows several nodes. It holds a few numbers for each member, whatever the length of the logs.
//!
//! Absent on purpose: the clock, what is done about an alarm, and judging proofs; `evidence` proves, this only notices.
//!
//! - `watch-inv-1`: of one member, log and kind at most one alarm stands.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::TreeSize;
use crate::log::leaf::EvidenceKind;
use crate::moment::Span;
use crate::moment::Timestamp;

/// How long each thing may take before a person is told. Source: spec evd-20, evd-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// A checkpoint may wait so long for its quorum.
    pub stalled_after: Span,
    /// A member may be away so long.
    pub unseen_after: Span,
    /// The newest cosignature may be so old.
    pub stale_after: Span,
}

/// What is known of one member's log now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Whose log.
    pub member: AgencyId,
    /// Which of its logs.
    pub log: LogNumber,
    /// Size of the newest checkpoint that was verified.
    pub head: Option<TreeSize>,
    /// What the member itself said last of how far its log goes.
    pub shown: Option<Showing>,
    /// The newest checkpoint with a quorum.
    pub witnessed: Option<Witnessed>,
    /// Whether the member can be reached.
    pub presence: Presence,
    /// Evidence against the member about this log.
    pub evidence: Option<(EvidenceKind, Digest)>,
}

/// What a member said of its own log, beside what it had shown until then.
///
/// The log goes on after it was shown: only what came before can be held against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Showing {
    /// The size that it said.
    pub size: TreeSize,
    /// The largest size that it had shown when it said so.
    pub before: TreeSize,
}

/// The newest checkpoint that a quorum cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// Its size.
    pub size: TreeSize,
    /// When the last of the quorum signed.
    pub at: Timestamp,
}

/// Whether a member can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A connection is up.
    Here,
    /// None is; when one was last, where that is known.
    Away(Option<Timestamp>),
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmKind {
    /// Evidence shows two histories.
    Forked,
    /// A smaller checkpoint after a larger one.
    Shrinking,
    /// The log does not get on although it should, or its owner is away.
    Stalled,
    /// The newest cosignature is too old.
    Stale,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Whose log.
    pub member: AgencyId,
    /// Which of its logs.
    pub log: LogNumber,
    /// Since when it has been so.
    pub since: Timestamp,
    /// What, in numbers.
    pub reason: Reason,
}

/// What was noticed, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Evidence is held.
    Evidence {
        /// Of which kind.
        kind: EvidenceKind,
        /// The file.
        digest: Digest,
    },
    /// The member showed less than it had shown.
    Smaller {
        /// What it shows now.
        shown: TreeSize,
        /// What it had shown.
        before: TreeSize,
    },
    /// No quorum cosigned the newest checkpoint.
    Unwitnessed {
        /// Its size.
        size: TreeSize,
        /// The largest size with a quorum.
        witnessed: TreeSize,
    },
    /// The member is away.
    Unseen,
    /// The newest cosignature is old, or there is none.
    Old {
        /// When the quorum signed last.
        at: Option<Timestamp>,
    },
}

/// An alarm that began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands from now on.
    Raised(Alarm),
    /// It is over.
    Cleared(Alarm),
}

/// What is remembered between two looks.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    logs: BTreeMap<Place, Memory>,
    standing: BTreeMap<(Place, AlarmKind), Alarm>,
}

type Place = (AgencyId, LogNumber);

/// What is remembered of one log.
#[derive(Clone, Copy, Debug)]
struct Memory {
    first_seen: Timestamp,
    /// Since when a checkpoint has waited for its quorum.
    waits_since: Option<Timestamp>,
    witnessed: TreeSize,
    away_since: Option<Timestamp>,
}

impl Bounds {
    /// Five minutes for a quorum, a quarter of an hour away, a week without a cosignature.
    pub const DEFAULT: Self = Self {
        stalled_after: Span::from_millis(300_000),
        unseen_after: Span::from_millis(900_000),
        stale_after: Span::from_days(7),
    };
}

impl AlarmKind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 4] = [Self::Forked, Self::Shrinking, Self::Stalled, Self::Stale];

    /// The code, as the spec and people write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Forked => "forked",
            Self::Shrinking => "shrinking",
            Self::Stalled => "stalled",
            Self::Stale => "stale",
        }
    }
}

impl Alarm {
    /// What it is about.
    pub const fn kind(&self) -> AlarmKind {
        match self.reason {
            Reason::Evidence { .. } => AlarmKind::Forked,
            Reason::Smaller { .. } => AlarmKind::Shrinking,
            Reason::Unwitnessed { .. } | Reason::Unseen => AlarmKind::Stalled,
            Reason::Old { .. } => AlarmKind::Stale,
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, log, since, reason } = self;
        match reason {
            Reason::Evidence { kind, digest } => {
                write!(
                    f,
                    "log{log} of {member} has two histories: evidence {} ({})",
                    digest.short(),
                    kind.code()
                )
            }
            Reason::Smaller { shown, before } => {
                write!(
                    f,
                    "{member} shows log{log} with {shown} leaves and had shown {before}: it was put back"
                )
            }
            Reason::Unwitnessed { size, witnessed } => {
                write!(
                    f,
                    "no quorum has cosigned log{log} of {member} beyond size {witnessed} since {since}; it has {size} leaves"
                )
            }
            Reason::Unseen => write!(f, "{member} has not been reached since {since}"),
            Reason::Old { at: Some(at) } => {
                write!(f, "the newest cosignatures on log{log} of {member} are of {at}")
            }
            Reason::Old { at: None } => {
                write!(f, "no quorum has ever cosigned log{log} of {member}")
            }
        }
    }
}

impl Observation {
    /// What the member shows and had shown, where that is less; a log that is known to go on beyond it is made good.
    fn put_back(&self) -> Option<(TreeSize, TreeSize)> {
        let Showing { size, before } = self.shown?;
        let made_good = self.head.is_some_and(|head| head > before);
        (size < before && !made_good).then_some((size, before))
    }
}

impl Watch {
    /// Before the first look.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one look at every log, and tells what changed. A log that is not among them is forgotten with its alarms.
    pub fn look(&mut self, now: Timestamp, bounds: &Bounds, logs: &[Observation]) -> Vec<Change> {
        let mut found: BTreeMap<(Place, AlarmKind), Alarm> = BTreeMap::new();
        let mut here = BTreeSet::new();
        for log in logs {
            let place = (log.member.clone(), log.log);
            here.insert(place.clone());
            let memory = self.logs.entry(place.clone()).or_insert_with(|| Memory::new(now));
            memory.take(now, log);
            for alarm in memory.alarms(now, bounds, log) {
                found.entry((place.clone(), alarm.kind())).or_insert(alarm);
            }
        }
        self.logs.retain(|place, _| here.contains(place));
        self.settle(found)
    }

    /// Every alarm that stands, by member, log and gravity.
    pub fn standing(&self) -> impl Iterator<Item = &Alarm> {
        self.standing.values()
    }

    /// Compares what is found with what stands. An alarm keeps its beginning while its numbers move.
    fn settle(&mut self, found: BTreeMap<(Place, AlarmKind), Alarm>) -> Vec<Change> {
        // spec: evd-24
        let mut changes = Vec::new();
        let over: Vec<(Place, AlarmKind)> =
            self.standing.keys().filter(|key| !found.contains_key(key)).cloned().collect();
        for key in over {
            changes.extend(self.standing.remove(&key).map(Change::Cleared));
        }
        for (key, alarm) in found {
            match self.standing.get_mut(&key) {
                Some(standing) => standing.reason = alarm.reason,
                None => {
                    changes.push(Change::Raised(alarm.clone()));
                    self.standing.insert(key, alarm);
                }
            }
        }
        changes
    }
}

impl Memory {
    const fn new(now: Timestamp) -> Self {
        Self { first_seen: now, waits_since: None, witnessed: TreeSize::new(0), away_since: None }
    }

    fn take(&mut self, now: Timestamp, log: &Observation) {
        let witnessed = log.witnessed.map_or(TreeSize::new(0), |witnessed| witnessed.size);
        // Each step forward of the cosigned size begins the wait anew; that more grows behind it does not.
        let moved = witnessed > self.witnessed;
        self.witnessed = self.witnessed.max(witnessed);
        let waits = log.head.is_some_and(|head| head > self.witnessed);
        self.waits_since = match (waits, self.waits_since) {
            (false, _) => None,
            (true, Some(since)) if !moved => Some(since),
            (true, _) => Some(now),
        };
        self.away_since = match log.presence {
            Presence::Here => None,
            Presence::Away(last) => {
                Some(last.unwrap_or_else(|| self.away_since.unwrap_or(self.first_seen)))
            }
        };
    }

    fn alarms(&self, now: Timestamp, bounds: &Bounds, log: &Observation) -> Vec<Alarm> {
        let alarm = |since: Timestamp, reason: Reason| Alarm {
            member: log.member.clone(),
            log: log.log,
            since,
            reason,
        };
        let long = |since: &Timestamp, bound: Span| since.after(bound) < now;
        let mut alarms = Vec::new();
        // spec: evd-23
        alarms.extend(
            log.evidence.map(|(kind, digest)| alarm(now, Reason::Evidence { kind, digest })),
        );
        if let Some((shown, before)) = log.put_back() {
            // spec: evd-21
            alarms.push(alarm(now, Reason::Smaller { shown, before }));
        }
        // spec: evd-20
        let waits = self.waits_since.filter(|since| long(since, bounds.stalled_after));
        let away = self.away_since.filter(|since| long(since, bounds.unseen_after));
        if let Some(since) = away {
            alarms.push(alarm(since, Reason::Unseen));
        }
        if let (Some(since), Some(size)) = (waits, log.head) {
            let witnessed = self.witnessed;
            alarms.push(alarm(since, Reason::Unwitnessed { size, witnessed }));
        }
        // spec: evd-22
        let at = log.witnessed.map(|witnessed| witnessed.at);
        let newest = at.unwrap_or(self.first_seen);
        let grew = log.head.is_some_and(|head| head.get() > 0);
        if grew && long(&newest, bounds.stale_after) {
            alarms.push(alarm(newest, Reason::Old { at }));
        }
        alarms
    }
}

#[cfg(test)]
mod tests;
