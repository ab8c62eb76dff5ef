//! Charter and health in JSON.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::View;
use crate::report::code::Code;

/// The charter in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Charter {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Its digest.
    pub digest: String,
    /// The node's own agency.
    pub agency: String,
    /// Every member, by agency.
    pub members: Vec<String>,
}

impl From<&View> for Charter {
    fn from(view: &View) -> Self {
        let mut members: Vec<String> =
            view.peers.iter().map(|peer| peer.agency.to_string()).collect();
        members.push(view.agency.to_string());
        members.sort();
        Self {
            name: view.charter.to_string(),
            version: view.charter_version.get(),
            digest: view.charter_digest.to_string(),
            agency: view.agency.to_string(),
            members,
        }
    }
}

/// That the process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: String,
}

/// Whether the node takes and exchanges messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether it does.
    pub ready: bool,
    /// Why it does not; empty when it does.
    pub reasons: Vec<UnreadyReason>,
}

/// One reason why the node is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadyReason {
    /// The registered code.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do now.
    pub remedy: String,
}

impl From<&View> for Readiness {
    fn from(view: &View) -> Self {
        let reasons: Vec<UnreadyReason> = [of_phase(view.phase), of_mode(&view.mode)]
            .into_iter()
            .flatten()
            .map(|(code, reason)| UnreadyReason {
                code: code.text().to_owned(),
                reason,
                remedy: code.remedy().to_owned(),
            })
            .collect();
        Self { ready: reasons.is_empty(), reasons }
    }
}

fn of_phase(phase: Phase) -> Option<(Code, String)> {
    match phase {
        Phase::Waiting => {
            Some((Code::Starting, "the node waits for its peers' greetings".to_owned()))
        }
        Phase::Started => None,
    }
}

fn of_mode(mode: &Mode) -> Option<(Code, String)> {
    match mode {
        Mode::Open => None,
        Mode::Full => Some((Code::DiskFull, why(mode))),
        Mode::Quarantined { .. } => Some((Code::Quarantined, why(mode))),
    }
}

/// Why the node is in this mode, for a person.
pub fn why(mode: &Mode) -> String {
    match mode {
        Mode::Open => "the node exchanges".to_owned(),
        Mode::Full => "the disk is nearly full".to_owned(),
        Mode::Quarantined { peer, size } => {
            format!(
                "{peer} holds a checkpoint of this node's log with {size} leaves that this node does not have"
            )
        }
    }
}
