//! What stays with the originator of a message: who may pass it on, and what is taken back.
//!
//! Every procedure has this region. What is said here moves no table, so it may be said when a procedure is over.

pub mod passing;
pub mod transfer;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::control::onward_transfer::OnwardTransferDecision;
use crate::message::control::onward_transfer::OnwardTransferRequest;
use crate::message::control::recall::Recall;
use crate::message::control::recall::RecallAction;
use crate::message::control::recall::RecallDone;
use crate::message::control::recall::RecallReport;
use crate::message::intelligence::information_reply::Authority;
use crate::message::purpose::PurposeKind;
use crate::moment::Timestamp;
use crate::procedure::act;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::control::passing::Passing;
use crate::procedure::control::passing::Purposed;
use crate::procedure::control::transfer::Decided;
use crate::procedure::control::transfer::TransferCase;
use crate::procedure::fact::Fact;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;

/// A fact about what stays with an originator. Source: DOMAIN 2.1, spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlFact {
    /// Somebody asks to pass messages on.
    TransferAsked(Transfer),
    /// The originator decides.
    TransferDecided {
        /// The request.
        of: MessageId,
        /// Whether it may.
        granted: bool,
        /// Until when; absent without an end.
        valid_until: Option<Timestamp>,
    },
    /// The originator takes messages back.
    Recalled {
        /// The messages.
        targets: Vec<MessageId>,
        /// What a recipient has to do.
        action: RecallAction,
        /// From when on.
        effective: Timestamp,
    },
    /// A recipient reports what became of them.
    RecallReported {
        /// The recall.
        of: MessageId,
        /// What became of them.
        report: RecallOutcome,
    },
}

/// What somebody asks to pass on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The messages.
    pub items: Vec<MessageId>,
    /// To whom.
    pub recipients: Vec<OnwardRecipient>,
    /// For what.
    pub to_use: OnwardUse,
    /// For which kind of purpose.
    pub purpose: PurposeKind,
    /// In which case of the recipients; absent where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Digest>,
}

/// To whom something is passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnwardRecipient {
    /// Of which Party.
    pub party: Party,
    /// Which agency, where it runs a node.
    pub agency: Option<AgencyId>,
    /// SHA-256 of what it is called.
    pub name: Digest,
}

/// For what something is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnwardUse {
    /// To know of it.
    Intelligence,
    /// To prove something with it.
    Evidence,
}

/// What a recipient did about a recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecallOutcome {
    /// What was done.
    pub done: RecallDone,
    /// How many copies went further.
    pub onward_copies: u64,
    /// To how many of them the recall was passed on.
    pub passed_on: u64,
    /// Whether it was used in proceedings.
    pub used_in_proceedings: bool,
}

impl OnwardRecipient {
    /// An authority without its name.
    pub fn of(authority: &Authority) -> Self {
        Self {
            party: authority.party.clone(),
            agency: authority.agency.clone(),
            name: digest::sha256(authority.name.as_str().as_bytes()),
        }
    }
}

impl ControlFact {
    pub(super) fn asked(body: &OnwardTransferRequest) -> Self {
        Self::TransferAsked(Transfer {
            items: body.items.as_slice().to_vec(),
            recipients: body.proposed_recipients.iter().map(OnwardRecipient::of).collect(),
            to_use: if body.for_evidence { OnwardUse::Evidence } else { OnwardUse::Intelligence },
            purpose: body.purpose.kind,
            case: body.purpose.case_ref.as_ref().map(act::case_of),
        })
    }

    pub(super) fn decided(body: &OnwardTransferDecision) -> Self {
        let valid_until = body.valid_until.as_ref().map(|until| until.at());
        Self::TransferDecided { of: body.of, granted: body.granted, valid_until }
    }

    pub(super) fn recalled(body: &Recall) -> Self {
        let targets = body.targets.as_slice().to_vec();
        Self::Recalled { targets, action: body.action, effective: body.effective.at() }
    }

    pub(super) fn reported(body: &RecallReport) -> Self {
        let copies = body.onward_copies.as_slice();
        let passed_on = copies.iter().filter(|copy| copy.recall_passed_on).count();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let report = RecallOutcome {
            done: body.done,
            onward_copies: count(copies.len()),
            passed_on: count(passed_on),
            used_in_proceedings: body.used_in_proceedings,
        };
        Self::RecallReported { of: body.of, report }
    }

    /// The messages that it names.
    pub(super) fn names(&self) -> Vec<MessageId> {
        match self {
            Self::TransferAsked(Transfer { items, .. }) => items.clone(),
            Self::Recalled { targets, .. } => targets.clone(),
            Self::TransferDecided { of, .. } | Self::RecallReported { of, .. } => Vec::from([*of]),
        }
    }

    /// What it weighs.
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Recalled { .. } => Rank::Withdrawal,
            Self::TransferDecided { .. } => Rank::Decision,
            Self::TransferAsked(_) | Self::RecallReported { .. } => Rank::Information,
        }
    }
}

/// What the originators of a procedure's messages have said about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    // More than one where agencies gave the same id beside each other.
    originators: SharedMap<MessageId, BTreeSet<AgencyId>>,
    transfers: SharedMap<MessageId, TransferCase>,
    recalls: SharedMap<MessageId, RecallCase>,
}

/// A recall, and who has reported on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallCase {
    by: AgencyId,
    targets: Vec<MessageId>,
    action: RecallAction,
    effective: Timestamp,
    reports: BTreeMap<AgencyId, RecallOutcome>,
}

impl RecallCase {
    /// Whose recall it is.
    pub const fn by(&self) -> &AgencyId {
        &self.by
    }

    /// What a recipient has to do.
    pub const fn action(&self) -> RecallAction {
        self.action
    }

    /// From when on.
    pub const fn effective(&self) -> Timestamp {
        self.effective
    }

    /// What a recipient reported last.
    pub fn report(&self, agency: &AgencyId) -> Option<&RecallOutcome> {
        self.reports.get(agency)
    }
}

impl Control {
    /// Whose message it is; `None` when it is not of this procedure, or two agencies gave the same id.
    // spec: orc-1
    pub fn originator(&self, message: &MessageId) -> Option<&AgencyId> {
        let owners = self.originators.get(message)?;
        owners.first().filter(|_| owners.len() == 1)
    }

    /// A request to pass something on.
    pub fn transfer(&self, request: &MessageId) -> Option<&TransferCase> {
        self.transfers.get(request)
    }

    /// The request on which a decision is the one that stands.
    // spec: orc-13
    pub fn transfer_by(&self, decision: &MessageId) -> Option<&TransferCase> {
        self.transfers.values().find(|case| case.stands(decision))
    }

    /// A recall.
    pub fn recall(&self, recall: &MessageId) -> Option<&RecallCase> {
        self.recalls.get(recall)
    }

    /// The recalls of a message.
    // spec: orc-5
    pub fn recalls_of(&self, message: &MessageId) -> impl Iterator<Item = &RecallCase> {
        self.recalls.values().filter(|recall| recall.targets.contains(message))
    }

    /// Whether the originator has allowed this, and not taken the message back since.
    // spec: orc-4, orc-5
    pub fn may_pass_on(&self, passing: &Passing<'_>) -> bool {
        self.recalls_of(passing.item).next().is_none()
            && self.transfers.values().any(|transfer| transfer.covers(passing))
    }

    /// Whether the originator has allowed a recipient to use a message for another kind of purpose or in another case, and
    /// not taken the message back since.
    // spec: orc-10, orc-17
    pub fn may_use(
        &self,
        by: &AgencyId,
        item: &MessageId,
        wanted: Purposed<'_>,
        at: Timestamp,
    ) -> bool {
        let allows = |transfer: &TransferCase| {
            let asked = transfer.asked();
            transfer.by() == by
                && asked.purpose == wanted.purpose
                && wanted.case.is_none_or(|case| asked.case.as_ref() == Some(case))
                && asked.items.contains(item)
                && asked.recipients.iter().any(|to| to.agency.as_ref() == Some(by))
                && transfer.is_granted(at)
        };
        self.recalls_of(item).next().is_none() && self.transfers.values().any(allows)
    }

    /// Whether the originator has let this agency have a message that it would have to erase, and not taken it back since.
    // spec: rfi-26
    pub fn may_keep(&self, by: &AgencyId, item: &MessageId, at: Timestamp) -> bool {
        let lets = |transfer: &TransferCase| {
            let asked = transfer.asked();
            transfer.by() == by
                && asked.items.contains(item)
                && asked.recipients.iter().any(|to| to.agency.as_ref() == Some(by))
                && transfer.is_granted(at)
        };
        self.recalls_of(item).next().is_none() && self.transfers.values().any(lets)
    }

    /// Whether the originator has allowed this agency to use a message in court, and not taken it back since.
    // spec: orc-11
    pub fn is_evidence(&self, by: &AgencyId, item: &MessageId, at: Timestamp) -> bool {
        let granted = |transfer: &TransferCase| {
            transfer.by() == by
                && transfer.asked().to_use == OnwardUse::Evidence
                && transfer.asked().items.contains(item)
                && transfer.is_granted(at)
        };
        self.recalls_of(item).next().is_none() && self.transfers.values().any(granted)
    }

    /// Remembers whose message it is.
    pub(super) fn saw(&mut self, act: &Act) {
        let mut owners = self.originators.get(&act.id).cloned().unwrap_or_default();
        owners.insert(act.author.clone());
        self.originators.insert(act.id, owners);
    }

    /// Refuses what only somebody else may say about a message.
    pub(super) fn check(&self, act: &Act) -> Result<(), Refusal> {
        self.check_id(act)?;
        // spec: orc-7
        if let Fact::Common(CommonFact::Corrected { targets, .. }) = &act.fact {
            return self.check_own(act, "orc-7", targets);
        }
        let Fact::Control(fact) = &act.fact else { return Ok(()) };
        match fact {
            ControlFact::TransferAsked(asked) => self.check_transfer(act, asked),
            ControlFact::TransferDecided { of, .. } => self.check_decision(act, of),
            ControlFact::Recalled { targets, .. } => self.check_own(act, "orc-5", targets),
            ControlFact::RecallReported { of, .. } => self.check_report(act, of),
        }
    }

    /// Takes what was rightly said, by somebody who had seen these messages.
    pub(super) fn take(
        &mut self,
        act: &Act,
        fact: &ControlFact,
        had_seen: impl Fn(&Digest) -> bool,
    ) {
        match fact {
            ControlFact::TransferAsked(asked) => {
                let (by, asked) = (act.author.clone(), asked.clone());
                self.transfers.insert(act.id, TransferCase::new(by, asked));
            }
            ControlFact::TransferDecided { of, granted, valid_until } => {
                let (granted, until) = (*granted, *valid_until);
                let decided = Decided { by: act.id, digest: act.digest, granted, until };
                if let Some(transfer) = self.transfers.get_mut(of) {
                    transfer.decide(decided, had_seen);
                }
            }
            ControlFact::Recalled { targets, action, effective } => {
                let case = RecallCase {
                    by: act.author.clone(),
                    targets: targets.clone(),
                    action: *action,
                    effective: *effective,
                    reports: BTreeMap::new(),
                };
                self.recalls.insert(act.id, case);
            }
            ControlFact::RecallReported { of, report } => {
                if let Some(recall) = self.recalls.get_mut(of) {
                    recall.reports.insert(act.author.clone(), *report);
                }
            }
        }
    }

    // spec: orc-2
    fn check_transfer(&self, act: &Act, asked: &Transfer) -> Result<(), Refusal> {
        let mut owners = Vec::new();
        for item in &asked.items {
            let owner = self.originator(item).ok_or_else(|| elsewhere("orc-2", item))?;
            owners.push(owner);
        }
        if owners.contains(&&act.author) {
            return Err(Refusal::out_of_turn(
                "orc-2",
                "it asks for leave to pass on a message of its own",
                "an originator passes on what is its own without asking",
            ));
        }
        if owners.iter().any(|owner| Some(owner) != owners.first()) {
            return Err(Refusal::out_of_turn(
                "orc-2",
                "the messages are of several originators",
                "ask each originator for its own messages",
            ));
        }
        Ok(())
    }

    /// Refuses an id that another author gave already: what is said of it would be said of both.
    // spec: orc-1
    fn check_id(&self, act: &Act) -> Result<(), Refusal> {
        match self.originators.get(&act.id) {
            Some(owners) if !owners.contains(&act.author) => Err(Refusal::not_entitled(
                "orc-1",
                format!("another agency gave a message of this procedure the id {}", act.id),
                "give the message an id of its own",
            )),
            Some(_) | None => Ok(()),
        }
    }

    // spec: orc-3
    fn check_decision(&self, act: &Act, of: &MessageId) -> Result<(), Refusal> {
        let transfer = self.transfers.get(of).ok_or_else(|| elsewhere("orc-3", of))?;
        let items = &transfer.asked().items;
        if let Some(item) = items.iter().find(|item| self.originator(item).is_none()) {
            return Err(elsewhere("orc-3", item));
        }
        self.check_own(act, "orc-3", items)
    }

    // spec: orc-6
    fn check_report(&self, act: &Act, of: &MessageId) -> Result<(), Refusal> {
        let recall = self.recalls.get(of).ok_or_else(|| elsewhere("orc-6", of))?;
        if recall.by != act.author {
            return Ok(());
        }
        Err(Refusal::not_entitled(
            "orc-6",
            "it is the originator's own recall",
            "let each recipient report",
        ))
    }

    /// Refuses a word about messages of somebody else.
    fn check_own(
        &self,
        act: &Act,
        rule: &'static str,
        messages: &[MessageId],
    ) -> Result<(), Refusal> {
        for message in messages {
            let owners = self.originators.get(message).ok_or_else(|| elsewhere(rule, message))?;
            if !owners.contains(&act.author) {
                let owner = owners.first().map_or("somebody else", AgencyId::as_str);
                return Err(Refusal::not_entitled(
                    rule,
                    format!("{message} is a message of {owner}"),
                    format!("let {owner} send it"),
                ));
            }
        }
        Ok(())
    }
}

fn elsewhere(rule: &'static str, message: &MessageId) -> Refusal {
    Refusal::out_of_turn(
        rule,
        format!(
            "{message} is not what it should be: a message of this procedure, of the kind that fits"
        ),
        "name one that stands here; what is said of a message is said in its own procedure",
    )
}
