//! Charter and health in JSON.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape::watch::Alarm;
use crate::host::view::CredentialView;
use crate::host::view::HeadView;
use crate::host::view::HealingView;
use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::Standing;
use crate::host::view::Unwitnessed;
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
    /// What stands about the members' logs; it does not keep the node from exchanging.
    pub alarms: Vec<Alarm>,
    /// Files of evidence that the node holds.
    pub evidence: u64,
    /// What a person should look at although the node is ready.
    pub alerts: Vec<UnreadyReason>,
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
        let told = |(code, reason): (Code, String)| UnreadyReason {
            code: code.text().to_owned(),
            reason,
            remedy: code.remedy().to_owned(),
        };
        // A doubt says more than the wait that it causes.
        let phase = of_phase(view.phase).filter(|_| view.mode.standing().is_none());
        let reasons = [phase, of_mode(&view.mode)];
        let mut reasons: Vec<UnreadyReason> = reasons.into_iter().flatten().map(told).collect();
        reasons.extend(healing(view));
        reasons.extend(fallen(&view.credential));
        let alerts = of_head(&view.head).into_iter();
        let alerts = alerts.chain(of_credential(&view.credential)).map(told).collect();
        // spec: evd-18
        let alarms = view.watch.alarms.iter().map(Alarm::from).collect();
        let evidence = u64::try_from(view.evidence.len()).unwrap_or(u64::MAX);
        Self { ready: reasons.is_empty(), reasons, alerts, alarms, evidence }
    }
}

/// How healing goes, and what a person can do for it.
// spec: rst-34
fn healing(view: &View) -> Option<UnreadyReason> {
    let Mode::Quarantined { size, heard, needed, .. } = &view.mode else { return None };
    let shown = view.peers.iter().filter_map(|peer| peer.heard?.shown);
    let target = shown.chain([*size]).max().unwrap_or(*size);
    let live = view.peers.iter().filter(|peer| peer.connected);
    let kept = live.filter_map(|peer| peer.heard?.mirrored).max();
    let (reason, remedy) = match &view.healing {
        HealingView::Forked { size } => (
            format!(
                "forked: beyond {size} leaves this node's log is another than the one it signed elsewhere"
            ),
            "keep the directory as it is, and open the next log with `concord log succeed`",
        ),
        HealingView::Fetching { mirror, size, target } => (
            format!("healing: {mirror} gives entries back, {size} of {target} leaves are there"),
            "leave the node running",
        ),
        HealingView::Failed { mirror, why } => (
            format!("not healed: {mirror} did not give back what is missing: {why}"),
            "see that the other mirrors can be reached; where none has it, `concord log succeed` opens the next log",
        ),
        HealingView::Waiting if heard < needed => (
            format!("waiting: {heard} of the {needed} peers that must answer have answered"),
            "see that the peers can be reached: `concord peer list` shows who has answered",
        ),
        HealingView::Waiting => (
            match kept {
                Some(kept) => format!(
                    "waiting: no mirror that can be reached keeps {target} leaves; the most is {kept}"
                ),
                None => format!(
                    "waiting: no mirror of this log can be reached, and {target} leaves are needed"
                ),
            },
            "see that the mirrors can be reached; where none has it, `concord log succeed` opens the next log",
        ),
    };
    Some(UnreadyReason {
        code: Code::Quarantined.text().to_owned(),
        reason,
        remedy: remedy.to_owned(),
    })
}

// spec: wit-13
fn of_head(head: &HeadView) -> Option<(Code, String)> {
    let (Unwitnessed::TooLong, Some(since)) = (head.unwitnessed, head.unwitnessed_since) else {
        return None;
    };
    let covered = head.quorate.as_ref().map_or(0, |quorate| quorate.size.get());
    let reason = format!(
        "since {since} leaves of this node's log lack {} cosignatures: {covered} of {} are witnessed",
        head.quorum, head.size
    );
    Some((Code::Unwitnessed, reason))
}

/// The node's own credential, where it is not in force: submissions and connections are refused.
// spec: id-32, id-33
fn fallen(own: &CredentialView) -> Option<UnreadyReason> {
    let CredentialView { serial, not_after, .. } = own;
    let (reason, ask) = match own.standing {
        Standing::Revoked => {
            (format!("credential {serial} of this node is revoked"), "node rotate")
        }
        Standing::OtherRoot => (
            format!(
                "credential {serial} of this node was signed by a root that the charter replaced"
            ),
            "node credential",
        ),
        Standing::NotValid => (
            format!(
                "credential {serial} of this node is not in force; its last instant is {not_after}"
            ),
            "node credential",
        ),
        Standing::InForce | Standing::Superseded => return None,
    };
    let remedy = format!(
        "ask for one with a higher serial (`concord {ask} --dir NODE_DIR --out REQUEST`), have the root sign it, and adopt it: `concord node credential --adopt`"
    );
    Some(UnreadyReason { code: Code::CredentialEnds.text().to_owned(), reason, remedy })
}

/// A credential that ends soon while none takes over, or that another one is about to replace.
// spec: id-32
fn of_credential(own: &CredentialView) -> Option<(Code, String)> {
    let CredentialView { serial, not_after, .. } = own;
    let ends = match own.standing {
        Standing::Superseded => format!("credential {serial} of this node was superseded"),
        Standing::InForce if own.soon => {
            format!("credential {serial} of this node ends at {not_after}, and none takes over")
        }
        Standing::InForce | Standing::NotValid | Standing::Revoked | Standing::OtherRoot => {
            return None;
        }
    };
    Some((Code::CredentialEnds, ends))
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
        Mode::KeyAway => Some((Code::KeyAway, why(mode))),
        Mode::PinRefused => Some((Code::PinRefused, why(mode))),
        Mode::Quarantined { .. } => Some((Code::Quarantined, why(mode))),
        Mode::Probing { .. } => Some((Code::Probing, why(mode))),
    }
}

/// Why the node is in this mode, for a person.
pub fn why(mode: &Mode) -> String {
    match mode {
        Mode::Open => "the node exchanges".to_owned(),
        Mode::Full => "the disk is nearly full".to_owned(),
        Mode::KeyAway => "the token with the signing keys does not answer".to_owned(),
        Mode::PinRefused => {
            "the token with the signing keys refused the PIN, and is not given it again".to_owned()
        }
        Mode::Quarantined { peer, size, .. } => {
            format!(
                "{peer} holds a checkpoint of this node's log with {size} leaves that this node does not have"
            )
        }
        Mode::Probing { heard, needed } => format!(
            "the data may not be the newest, and {heard} of the {needed} peers that must say what they hold have answered"
        ),
    }
}
