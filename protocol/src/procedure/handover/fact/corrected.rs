//! What a correction makes worse for the person: facts on which a grant or a consent rests.
//!
//! Absent on purpose: what it makes better. A ground that a request opened, and an offence that could cost the life, stay
//! until the requested Party says in its decision why they do not stand in the way.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::MessageId;
use crate::message::control::correction::CorrectedPlace;
use crate::message::control::correction::CorrectedValue;
use crate::message::control::correction::Correction;
use crate::message::offence::PenaltyKind;
use crate::message::refusal_ground::RefusalGround;
use crate::procedure::handover::fact::Against;

/// What a correction makes worse in one message. Source: spec ho-88.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worse {
    /// The message.
    pub target: MessageId,
    /// The offences that can cost the person's life after all, by their numbers there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub deadly: BTreeSet<u64>,
    /// The grounds that its right values give, by which it must be refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Against>,
    /// Whether it promised otherwise than it said: what, or until when.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub unpromised: bool,
    /// Whether the person may be a child after all, on the day on which the correction was made.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub child: bool,
}

impl Worse {
    const fn nothing(target: MessageId) -> Self {
        Self {
            target,
            deadly: BTreeSet::new(),
            against: Vec::new(),
            unpromised: false,
            child: false,
        }
    }

    /// The person of a correction may be a child. Which of several messages said so it does not tell apart: they are about
    /// one person.
    // spec: ho-94
    pub(in crate::procedure) fn add_child(targets: &[MessageId], worse: &mut Vec<Self>) {
        for target in targets {
            match worse.iter_mut().find(|worse| worse.target == *target) {
                Some(worse) => worse.child = true,
                None => worse.push(Self { child: true, ..Self::nothing(*target) }),
            }
        }
        worse.sort_by_key(|worse| worse.target);
    }

    /// What the places that a correction names make worse, message by message.
    // spec: ho-88
    pub(in crate::procedure) fn of(body: &Correction) -> Vec<Self> {
        let mut found: BTreeMap<MessageId, Self> = BTreeMap::new();
        for change in body.changes.iter() {
            let worse = found.entry(change.target).or_insert(Self::nothing(change.target));
            worse.note(change);
        }
        found.into_values().filter(|worse| *worse != Self::nothing(worse.target)).collect()
    }

    fn note(&mut self, change: &CorrectedPlace) {
        let steps: Vec<&str> = change.path.as_str().split('/').skip(1).collect();
        match (steps.as_slice(), change.new.as_ref()) {
            (["body", "limitation_not_expired"], Some(CorrectedValue::Flag(false))) => {
                self.open(RefusalGround::TimeBarredOrAmnesty, None);
            }
            (["body", "offences", at, "equivalent_law_in_requested"], None) => {
                self.open(RefusalGround::NoDualCriminality, number(at));
            }
            (["body", "offences", at, "max_penalty", "kind"], Some(CorrectedValue::Text(kind)))
                if kind.as_str() == PenaltyKind::Fine.text() =>
            {
                self.open(RefusalGround::BelowPenaltyThreshold, number(at));
            }
            // Of a request for a person, of one for consent to a trial, and of one to give the person on.
            (["body", .., at, "max_penalty", "kind"], Some(CorrectedValue::Text(kind)))
                if kind.as_str() == PenaltyKind::Death.text() =>
            {
                self.deadly.extend(number(at));
            }
            (["body", .., at, "penalty_includes_death"], Some(CorrectedValue::Flag(true))) => {
                self.deadly.extend(number(at));
            }
            (["body", "assurances", _, "kind" | "valid_until", ..], _) => self.unpromised = true,
            _ => {}
        }
    }

    fn open(&mut self, ground: RefusalGround, offence: Option<u64>) {
        self.against.push(Against { ground, offences: offence.into_iter().collect() });
    }
}

/// The number, from 1, of an item of a list that a path names from 0.
fn number(step: &str) -> Option<u64> {
    step.parse().ok().and_then(|index: u64| index.checked_add(1))
}
