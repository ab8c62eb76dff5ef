//! What every procedure has: participants, confirmations, conflicts and corrections.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::control::conflict_resolution::ConflictResolution;
use crate::message::control::correction::Correction;
use crate::message::control::lapse_notice::LapseNotice;
use crate::message::control::participants::Participants;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::control::state_confirm::StateConfirm;
use crate::message::handover::additional_information::AdditionalInformationRequest;
use crate::message::recipient::Role;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::control::Control;
use crate::procedure::evidence::Evidence;
use crate::procedure::handover::fact::corrected::Worse;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::registry::RefusalCode;

/// A fact that serves every procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommonFact {
    /// A human took a message.
    Acknowledged {
        /// The message.
        of: MessageId,
    },
    /// The author takes the request back.
    Withdrawn,
    /// A term ended, and the side entitled to say so says it.
    Lapsed {
        /// The message whose term it was.
        of: MessageId,
        /// The claims whose claimants were told that an asset goes free.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        claimants_told: Vec<RecordRef>,
    },
    /// More information is asked for.
    InformationAsked {
        /// By when.
        due: Timestamp,
    },
    /// It is given.
    InformationGiven,
    /// Intelligence is told, unasked.
    Reported,
    /// It is said how useful a message was.
    Valued {
        /// The message.
        of: MessageId,
    },
    /// Agencies join.
    Joined {
        /// Who, and for what.
        add: Vec<(AgencyId, Role)>,
    },
    /// One side confirms what it knows before an act that cannot be undone.
    Confirmed {
        /// The act.
        act: IrreversibleAct,
        /// The last messages it knows, ascending.
        heads: Vec<Digest>,
    },
    /// One side says which of several contradicting messages counts.
    Resolved {
        /// The messages, ascending.
        between: Vec<Digest>,
        /// The one that counts; absent when none does.
        prevails: Option<Digest>,
    },
    /// What messages said is corrected.
    Corrected {
        /// The messages.
        targets: Vec<MessageId>,
        /// Whether decisions may rest on what was wrong.
        material: bool,
        /// What of it makes things worse for a person who is asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        worse: Vec<Worse>,
    },
}

impl CommonFact {
    pub(super) fn lapsed(body: &LapseNotice) -> Self {
        Self::Lapsed { of: body.of, claimants_told: body.claimants_told.clone() }
    }

    pub(super) fn asked(body: &AdditionalInformationRequest) -> Self {
        Self::InformationAsked { due: body.due.at() }
    }

    pub(super) fn joined(body: &Participants) -> Self {
        let add = body.add.iter().map(|joining| (joining.agency.clone(), joining.role));
        Self::Joined { add: add.collect() }
    }

    pub(super) fn confirmed(body: &StateConfirm) -> Self {
        Self::Confirmed { act: body.act, heads: body.heads.as_slice().to_vec() }
    }

    pub(super) fn resolved(body: &ConflictResolution) -> Self {
        Self::Resolved { between: body.between.as_slice().to_vec(), prevails: body.prevails }
    }

    pub(super) fn corrected(body: &Correction) -> Self {
        Self::Corrected {
            targets: body.targets.as_slice().to_vec(),
            material: body.material,
            worse: Worse::of(body),
        }
    }

    /// The messages that it names.
    pub(super) fn names(&self) -> Vec<MessageId> {
        match self {
            Self::Acknowledged { of } | Self::Lapsed { of, .. } | Self::Valued { of } => {
                Vec::from([*of])
            }
            Self::Corrected { targets, .. } => targets.clone(),
            Self::Withdrawn
            | Self::InformationAsked { .. }
            | Self::InformationGiven
            | Self::Reported
            | Self::Joined { .. }
            | Self::Confirmed { .. }
            | Self::Resolved { .. } => Vec::new(),
        }
    }

    /// What it weighs among concurrent ones.
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Withdrawn => Rank::Withdrawal,
            Self::Lapsed { .. } => Rank::Decision,
            Self::Resolved { .. } => Rank::SignedByBoth,
            Self::Acknowledged { .. }
            | Self::InformationAsked { .. }
            | Self::InformationGiven
            | Self::Reported
            | Self::Valued { .. }
            | Self::Joined { .. }
            | Self::Confirmed { .. }
            | Self::Corrected { .. } => Rank::Information,
        }
    }
}

/// Whether a state rests on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// One does.
    Moves,
    /// None does.
    Remark,
}

/// Where a message stands that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the transcript, which every participant has.
    Within,
    /// Beside it: not every participant has it, and nothing follows it.
    Aside,
}

/// The common part of a procedure's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    participants: BTreeMap<AgencyId, Role>,
    version: u32,
    confirmed: BTreeMap<IrreversibleAct, BTreeMap<AgencyId, Vec<Digest>>>,
    conflicts: Vec<(Digest, Digest)>,
    control: Control,
    evidence: Evidence,
}

impl Common {
    /// Begins with the first message: its author and its recipients take part.
    pub(super) fn begin(opening: &Act) -> Self {
        let mut participants = BTreeMap::new();
        participants.insert(opening.author.clone(), Role::Action);
        for agency in &opening.asked {
            participants.insert(agency.clone(), Role::Action);
        }
        for agency in &opening.told {
            participants.entry(agency.clone()).or_insert(Role::Information);
        }
        let mut common = Self { participants, ..Self::default() };
        common.saw(opening);
        common
    }

    /// Who takes part, and for what.
    pub const fn participants(&self) -> &BTreeMap<AgencyId, Role> {
        &self.participants
    }

    /// How often the participants changed.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Pairs of messages of which nobody can say which one counts.
    pub fn conflicts(&self) -> &[(Digest, Digest)] {
        &self.conflicts
    }

    /// Whether these messages contradict each other: from the first one pairs that do lead to every other one.
    // spec: pro-8
    pub(super) fn is_one_conflict(&self, between: &[Digest]) -> bool {
        let within =
            |(one, other): &&(Digest, Digest)| between.contains(one) && between.contains(other);
        let pairs: Vec<_> = self.conflicts.iter().filter(within).collect();
        let mut led_to: BTreeSet<Digest> = between.first().copied().into_iter().collect();
        for _ in between {
            for (one, other) in &pairs {
                if led_to.contains(one) || led_to.contains(other) {
                    led_to.extend([*one, *other]);
                }
            }
        }
        led_to.len() > 1 && between.iter().all(|named| led_to.contains(named))
    }

    /// What stays with the originators of its messages.
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// The participants who have not reported on a recall; none when there is no such recall.
    pub fn unreported(&self, recall: &MessageId) -> BTreeSet<&AgencyId> {
        let Some(recalled) = self.control.recall(recall) else { return BTreeSet::new() };
        let others = self.participants.keys().filter(|agency| *agency != recalled.by());
        others.filter(|agency| recalled.report(agency).is_none()).collect()
    }

    /// Refuses an author who takes no part.
    // spec: pro-7
    pub(super) fn check_author(&self, act: &Act) -> Result<(), Refusal> {
        if self.participants.contains_key(&act.author) {
            return Ok(());
        }
        Err(Refusal::not_entitled(
            "pro-7",
            format!("{} takes no part in this procedure", act.author.as_str()),
            "ask a participant to let you join",
        ))
    }

    /// A message that moves something goes to every participant; a remark may go to some, and stands aside then.
    // spec: pro-7, pro-13
    pub(super) fn check_recipients(&self, act: &Act, weight: Weight) -> Result<Place, Refusal> {
        let holders = act.holders();
        let left_out = self.participants.keys().find(|agency| !holders.contains(agency));
        match (left_out, weight) {
            (None, _) => Ok(Place::Within),
            (Some(_), Weight::Remark) => Ok(Place::Aside),
            (Some(agency), Weight::Moves) => Err(Refusal::new(
                RefusalCode::ParticipantLeftOut,
                "pro-7",
                format!("{} takes part and is not among the recipients", agency.as_str()),
                "send it to every participant",
            )),
        }
    }

    /// Refuses an act that cannot be undone before all of these have confirmed the same messages.
    ///
    /// # Errors
    /// With `unconfirmed`.
    // spec: pro-9
    pub fn demand_confirmed(
        &self,
        act: IrreversibleAct,
        by: &BTreeSet<AgencyId>,
    ) -> Result<(), Refusal> {
        let confirmed = self.confirmed.get(&act);
        let heads: Vec<Option<&Vec<Digest>>> =
            by.iter().map(|agency| confirmed.and_then(|said| said.get(agency))).collect();
        let same = heads.windows(2).all(|pair| pair.first() == pair.last());
        if same && heads.iter().all(Option::is_some) {
            return Ok(());
        }
        let why = if heads.iter().any(Option::is_none) {
            "not every side has confirmed what it knows"
        } else {
            "the sides confirmed different messages"
        };
        Err(Refusal::new(
            RefusalCode::Unconfirmed,
            "pro-9",
            format!("before {act}: {why}"),
            "exchange confirmations with equal heads first",
        ))
    }

    /// Refuses an act that cannot be undone while messages contradict each other, by the rule of its procedure.
    ///
    /// # Errors
    /// With `in-conflict`.
    pub fn demand_no_conflict(&self, rule: &'static str) -> Result<(), Refusal> {
        match self.conflicts.first() {
            None => Ok(()),
            Some((one, other)) => Err(Refusal::new(
                RefusalCode::InConflict,
                rule,
                format!("the messages {one} and {other} contradict each other"),
                "every side sends a conflict-resolution that names both and the one that counts",
            )),
        }
    }

    pub(super) fn control_mut(&mut self) -> &mut Control {
        &mut self.control
    }

    /// Who was asked for what only the asked can answer.
    pub(super) const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Notes whose a message is, and whom it asks.
    pub(super) fn saw(&mut self, act: &Act) {
        self.control.saw(act);
        self.evidence.saw(act);
    }

    pub(super) fn join(&mut self, add: &[(AgencyId, Role)]) {
        for (agency, role) in add {
            self.participants.entry(agency.clone()).or_insert(*role);
        }
        self.version = self.version.saturating_add(1);
    }

    pub(super) fn confirm(&mut self, by: &AgencyId, act: IrreversibleAct, heads: &[Digest]) {
        self.confirmed.entry(act).or_default().insert(by.clone(), heads.to_vec());
    }

    /// Something new took effect: what was confirmed before no longer covers it.
    // spec: pro-9
    pub(super) fn moved(&mut self) {
        self.confirmed.clear();
    }

    pub(super) fn clash(&mut self, one: Digest, other: Digest) {
        self.conflicts.push(if one < other { (one, other) } else { (other, one) });
        self.conflicts.sort_unstable();
    }
}
