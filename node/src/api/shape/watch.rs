//! Evidence and alarms in JSON.

use concord_protocol::audit::watch::Alarm as StandingAlarm;
use concord_protocol::audit::watch::Observation;
use concord_protocol::audit::watch::Presence;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::handle::FoundEvidence;
use crate::host::view::WatchView;

/// Evidence that the node holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceList {
    /// In the order of their leaves.
    pub items: Vec<Evidence>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<u64>,
}

/// One file of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// What was done, for example `log-fork`.
    pub kind: String,
    /// Whose keys signed both things.
    pub accused: String,
    /// Number of the forked log, where one is.
    pub log: Option<u64>,
    /// When the node logged it.
    pub at: String,
    /// Place of its `evidence` leaf.
    pub leaf: u64,
    /// What it proves, in one sentence.
    pub proves: String,
    /// What it does not prove.
    pub proves_not: Vec<String>,
}

/// Every member's log as the node sees it, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watch {
    /// When the node last looked; absent before the first look.
    pub at: Option<String>,
    /// What stands, by member, log and gravity.
    pub alarms: Vec<Alarm>,
    /// Every member's log, the node's own first.
    pub logs: Vec<WatchedLog>,
}

/// One alarm that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alarm {
    /// Whose log.
    pub member: String,
    /// Number of the log.
    pub log: u64,
    /// `forked`, `shrinking`, `stalled` or `stale`.
    pub kind: String,
    /// Since when.
    pub since: String,
    /// What, in one sentence.
    pub text: String,
}

/// One member's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedLog {
    /// Whose log.
    pub member: String,
    /// Number of the log.
    pub log: u64,
    /// Whether the member can be reached.
    pub connected: bool,
    /// Size of the newest checkpoint that was verified.
    pub size: Option<u64>,
    /// Size of the newest one that a quorum cosigned.
    pub cosigned_size: Option<u64>,
    /// When the newest of those cosignatures was made.
    pub cosigned_at: Option<String>,
}

impl From<&FoundEvidence> for Evidence {
    fn from(found: &FoundEvidence) -> Self {
        let charge = &found.view.charge;
        Self {
            digest: found.view.digest.to_string(),
            kind: charge.kind.code().to_owned(),
            accused: charge.accused.to_string(),
            log: charge.log.map(|log| log.get()),
            at: charge.at.to_string(),
            leaf: charge.leaf.get(),
            proves: found.proves.clone(),
            proves_not: found.proves_not.clone(),
        }
    }
}

impl From<&WatchView> for Watch {
    fn from(watch: &WatchView) -> Self {
        Self {
            at: watch.at.map(|at| at.to_string()),
            alarms: watch.alarms.iter().map(Alarm::from).collect(),
            logs: watch.logs.iter().map(WatchedLog::from).collect(),
        }
    }
}

impl From<&StandingAlarm> for Alarm {
    fn from(alarm: &StandingAlarm) -> Self {
        Self {
            member: alarm.member.to_string(),
            log: alarm.log.get(),
            kind: alarm.kind().code().to_owned(),
            since: alarm.since.to_string(),
            text: alarm.to_string(),
        }
    }
}

impl From<&Observation> for WatchedLog {
    fn from(log: &Observation) -> Self {
        Self {
            member: log.member.to_string(),
            log: log.log.get(),
            connected: log.presence == Presence::Here,
            size: log.head.map(|size| size.get()),
            cosigned_size: log.witnessed.map(|witnessed| witnessed.size.get()),
            cosigned_at: log.witnessed.map(|witnessed| witnessed.at.to_string()),
        }
    }
}
