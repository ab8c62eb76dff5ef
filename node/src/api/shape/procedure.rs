//! A procedure in JSON: codes, names and digests, and nothing that a body says.

use concord_protocol::ids::AgencyId;
use concord_protocol::message::recipient::Role;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::amber::Amber;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::common::Common;
use concord_protocol::procedure::deadline::zone::Zone;
use concord_protocol::procedure::fold::Fate;
use concord_protocol::procedure::machine::Machine;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape::deadline;
use crate::api::shape::deadline::Deadline;
use crate::api::shape::times::Clocks;
use crate::api::shape::times::Zones;
use crate::host::elsewhere;
use crate::host::elsewhere::onward::Onward;
use crate::host::handle::procedures::ProcedureView;

/// Where a procedure stands, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Procedure {
    /// Its id.
    pub id: String,
    /// What kind of procedure it is; absent while its first message is not here.
    pub procedure: Option<String>,
    /// Where it stands.
    pub stage: Option<String>,
    /// Whether messages contradict each other, so that both sides have to settle it.
    pub in_conflict: bool,
    /// Since when a handover certificate has one signature of two, by the first signer's clock: an alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_signed_since: Option<String>,
    /// How many messages were accepted.
    pub messages: usize,
    /// How many wait for a message that they follow.
    pub waiting: usize,
    /// The agency that began it.
    pub begun_by: Option<String>,
    /// When, by that agency's clock.
    pub begun_at: Option<String>,
    /// What ends next of all that is due, for the node's own agency or to it.
    pub next_due: Option<Deadline>,
}

/// One page of procedures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProcedureList {
    /// Oldest first.
    pub items: Vec<Procedure>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<String>,
}

/// A procedure with all that became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProcedureDetail {
    /// Where it stands, in short.
    #[serde(flatten)]
    pub summary: Procedure,
    /// Who takes part, and for what.
    pub participants: Vec<Participant>,
    /// Digests of the last messages: what the next one follows.
    pub heads: Vec<String>,
    /// What the node's own agency may do next.
    pub may: Vec<String>,
    /// What the node's own agency owes, and what is owed to it; what ends first first.
    pub deadlines: Vec<Deadline>,
    /// Pairs of messages that contradict each other, by digest.
    pub conflicts: Vec<Vec<String>>,
    /// Decisions, grants and plans that rest on what was corrected: they stand until somebody decides anew.
    pub look_again: Vec<LookAgain>,
    /// What speaks against something in it by what the node holds of other procedures, or by the charter: it stands, and a
    /// person looks.
    pub alerts: Vec<Alert>,
    /// Who has what of it from whoever it was sent to, under which decision, as far as that is known here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_on: Vec<PassedOn>,
    /// The accepted messages, each after those that it follows.
    pub transcript: Vec<Entry>,
    /// Remarks that went to some participants only.
    pub asides: Vec<Entry>,
    /// Messages that were receipted before what they follow was here, and broke a rule when it came.
    pub refused: Vec<RefusedEntry>,
}

/// One participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// The agency.
    pub agency: String,
    /// `action` or `information`.
    pub role: String,
}

/// A message that has to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookAgain {
    /// The message's id.
    pub id: String,
    /// Its digest.
    pub digest: String,
    /// The message on which it rests and that was corrected, in this procedure or in another.
    pub because: String,
}

/// What speaks against something in a procedure, by another procedure or by the charter in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// The rule.
    pub rule: String,
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// The id of the message that it speaks against; absent where it speaks against going on.
    pub message: Option<String>,
    /// The other procedure that says so, where one does.
    pub procedure: Option<String>,
}

/// One message by which somebody passed on what stands in a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PassedOn {
    /// The ids of the messages that are passed on.
    pub items: Vec<String>,
    /// The decision of their originator.
    pub consent: String,
    /// Who passes them on.
    pub by: String,
    /// To whom.
    pub to: Vec<String>,
    /// When, by their clock.
    pub at: String,
    /// The message by which they do.
    pub message: String,
    /// Its procedure.
    pub procedure: String,
}

/// One message of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// The message's id.
    pub id: String,
    /// Its digest.
    pub digest: String,
    /// Its kind.
    pub kind: String,
    /// Who says it.
    pub from: String,
    /// When, by its author's clock.
    pub created: String,
    /// The same on the clocks of its author's Party and of the agency's own.
    pub times: Clocks,
    /// Digests of the messages that it follows.
    pub parents: Vec<String>,
    /// What became of it: `took-effect`, `noted`, `outranked`, `clashes`, `set-aside` or `overtaken`.
    pub fate: String,
    /// By which rule.
    pub rule: Option<String>,
    /// The message that outranks it or contradicts it.
    pub by: Option<String>,
    /// Why it has no effect.
    pub why: Option<String>,
}

/// A message that waited and was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedEntry {
    /// Its digest.
    pub digest: String,
    /// The code.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// Why.
    pub why: String,
}

impl From<&ProcedureView> for Procedure {
    fn from(view: &ProcedureView) -> Self {
        let book = &view.book;
        let machine = book.machine();
        let opening = book.transcript().act(0);
        Self {
            id: view.id.to_string(),
            procedure: machine.map(|machine| machine.name().to_owned()),
            stage: machine.map(|machine| machine.stage().to_owned()),
            half_signed_since: machine
                .and_then(Machine::half_signed_since)
                .map(|since| since.to_string()),
            in_conflict: machine.is_some_and(|machine| !machine.common().conflicts().is_empty()),
            messages: book.transcript().len(),
            waiting: book.waiting().len(),
            begun_by: opening.map(|act| act.author.as_str().to_owned()),
            begun_at: opening.map(|act| act.created.to_string()),
            next_due: deadline::shown(view).into_iter().next(),
        }
    }
}

impl From<&ProcedureView> for ProcedureDetail {
    fn from(view: &ProcedureView) -> Self {
        let book = &view.book;
        let machine = book.machine();
        let common = machine.map(Machine::common);
        let moves = machine.map(|machine| machine.open_moves(&view.own)).unwrap_or_default();
        let conflicts = common.map(|common| common.conflicts()).unwrap_or_default();
        Self {
            summary: Procedure::from(view),
            participants: common.map(participants).unwrap_or_default(),
            heads: book.transcript().heads().iter().map(ToString::to_string).collect(),
            may: moves.into_iter().map(str::to_owned).collect(),
            deadlines: deadline::shown(view),
            conflicts: conflicts
                .iter()
                .map(|(one, other)| vec![one.to_string(), other.to_string()])
                .collect(),
            look_again: book.amber(&view.corrected).iter().map(look_again).collect(),
            alerts: view.alerts.iter().map(alert).collect(),
            passed_on: view.onward.iter().map(passed_on).collect(),
            transcript: entries(view),
            asides: book.asides().values().map(|act| entry(view, act, None)).collect(),
            refused: book.refused().values().map(|act| refused(book, act)).collect(),
        }
    }
}

fn participants(common: &Common) -> Vec<Participant> {
    let participant = |(agency, role): (&AgencyId, &Role)| Participant {
        agency: agency.as_str().to_owned(),
        role: role.text().to_owned(),
    };
    common.participants().iter().map(participant).collect()
}

fn look_again(amber: &Amber) -> LookAgain {
    LookAgain {
        id: amber.id.to_string(),
        digest: amber.digest.to_string(),
        because: amber.because.to_string(),
    }
}

fn alert(alert: &elsewhere::Alert) -> Alert {
    Alert {
        rule: alert.refusal.rule.to_owned(),
        why: alert.refusal.why.clone(),
        remedy: alert.refusal.remedy.clone(),
        message: alert.message.map(|message| message.to_string()),
        procedure: alert.procedure.map(|procedure| procedure.to_string()),
    }
}

// spec: orc-24
fn passed_on(onward: &Onward) -> PassedOn {
    PassedOn {
        items: onward.items.iter().map(ToString::to_string).collect(),
        consent: onward.consent.to_string(),
        by: onward.by.to_string(),
        to: onward.to.iter().map(ToString::to_string).collect(),
        at: onward.at.to_string(),
        message: onward.message.to_string(),
        procedure: onward.procedure.to_string(),
    }
}

fn entries(view: &ProcedureView) -> Vec<Entry> {
    let book = &view.book;
    let transcript = book.transcript();
    let fate = |act: &Act| book.machine().and_then(|machine| machine.fates().get(&act.digest));
    let acts = transcript.acts();
    acts.map(|act| entry(view, act, fate(act))).collect()
}

// spec: tim-1
fn entry(view: &ProcedureView, act: &Act, fate: Option<&Fate>) -> Entry {
    let (fate, rule, by, why) = match fate {
        None | Some(Fate::Noted) => ("noted", None, None, None),
        Some(Fate::Took { rule }) => ("took-effect", Some(*rule), None, None),
        Some(Fate::Outranked { by }) => ("outranked", Some("pro-5"), Some(by), None),
        Some(Fate::Clashes { with }) => ("clashes", Some("pro-8"), Some(with), None),
        Some(Fate::SetAside) => ("set-aside", Some("pro-8"), None, None),
        Some(Fate::Overtaken(refusal)) => {
            ("overtaken", Some(refusal.rule), None, Some(refusal.why.clone()))
        }
    };
    Entry {
        id: act.id.to_string(),
        digest: act.digest.to_string(),
        kind: act.kind.text().to_owned(),
        from: act.author.as_str().to_owned(),
        created: act.created.to_string(),
        times: Clocks::of(act.created, zones(view, &act.author)),
        parents: act.parents.iter().map(ToString::to_string).collect(),
        fate: fate.to_owned(),
        rule: rule.map(str::to_owned),
        by: by.map(ToString::to_string),
        why,
    }
}

/// The clocks of an author and of the agency that looks.
fn zones(view: &ProcedureView, author: &AgencyId) -> Zones {
    let zone = |agency: &AgencyId| view.parties.get(agency).map_or(Zone::UTC, Zone::of);
    Zones { sender: zone(author), own: zone(&view.own) }
}

fn refused(book: &Book, act: &Act) -> RefusedEntry {
    let refusal = book.why_refused(act);
    RefusedEntry {
        digest: act.digest.to_string(),
        code: refusal.code.text().to_owned(),
        rule: refusal.rule.to_owned(),
        why: refusal.why.clone(),
    }
}
