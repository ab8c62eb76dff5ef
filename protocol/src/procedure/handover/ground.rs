//! The mandatory grounds that stand open against handing a person over.
//!
//! Whoever names a ground by which it must refuse cannot grant as if nothing had been said: the decision that grants says
//! that the ground is met and why, and whoever asks has to have answered it before.
//! Absent on purpose: whether a ground is rightly called mandatory. Its author says so, and the law of its Party.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;

use crate::message::assurance::AssuranceKind;
use crate::message::refusal_ground::GroundAnswer;
use crate::message::refusal_ground::RefusalGround;
use crate::moment::Timestamp;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Against;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::promise::Promises;
use crate::procedure::refusal::Refusal;

/// The mandatory grounds that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grounds(BTreeMap<RefusalGround, Open>);

/// One ground that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Open {
    /// Against which offences, by their numbers in the request.
    offences: BTreeSet<u64>,
    /// Whether whoever asks has said anything since it was named.
    heard: bool,
    /// What whoever asks has promised since.
    promises: Promises,
}

impl Grounds {
    /// Those that a request gives by itself.
    // spec: ho-55
    pub(super) fn of(request: &Request) -> Self {
        let mut grounds = Self::default();
        grounds.correct(&request.against, request);
        grounds
    }

    /// Those that a request gives by what it should have said.
    // spec: ho-55, ho-88
    pub(super) fn correct(&mut self, against: &[Against], request: &Request) {
        self.open(against, request);
        for named in against {
            if let Some(open) = self.0.get_mut(&named.ground) {
                // What the law of the requested Party punishes, and how, is for that Party to say.
                open.heard = named.ground != RefusalGround::TimeBarredOrAmnesty;
            }
        }
    }

    /// Grounds are named, or named again: what was said to them before does not answer them.
    // spec: ho-55
    pub(super) fn open(&mut self, against: &[Against], request: &Request) {
        for named in against {
            let all = named.offences.is_empty();
            let offences = named.offences.iter().copied();
            let open = self.0.entry(named.ground).or_default();
            if all {
                open.offences.extend(1..=request.offences);
            } else {
                open.offences.extend(offences);
            }
            open.heard = false;
            open.promises.clear();
        }
    }

    /// Whoever asks says something.
    pub(super) fn hear(
        &mut self,
        promises: &BTreeSet<AssuranceKind>,
        until: &BTreeSet<(AssuranceKind, Timestamp)>,
    ) {
        for open in self.0.values_mut() {
            open.heard = true;
            open.promises.give(promises, until);
        }
    }

    /// Whether a decision that grants at a time, as its author says it, respects each of them.
    // spec: ho-54, ho-56
    pub(super) fn judge(&self, decision: &Decision, at: Timestamp) -> Result<(), Refusal> {
        for (ground, offence, open) in self.against(&decision.granted) {
            if ground.answer() == GroundAnswer::Nothing {
                return Err(Refusal::safeguard(
                    "ho-56",
                    format!(
                        "the ground {ground} was named, and nothing that is said or promised takes it away"
                    ),
                    "refuse; whoever asks may ask anew, in a procedure of its own, and is judged by an assessment of its own",
                ));
            }
            if !decision.met.contains(&ground) {
                return Err(Refusal::safeguard(
                    "ho-54",
                    format!(
                        "the ground {ground}, by which it must be refused, stands open against offence {offence}"
                    ),
                    format!(
                        "say under `grounds_met` why {ground} stands in the way no longer, or do not grant offence {offence}"
                    ),
                ));
            }
            open.judge_answer(ground, at)?;
        }
        Ok(())
    }

    /// A decision that was judged grants: what it says is met no longer stands against what it grants.
    pub(super) fn close(&mut self, decision: &Decision) {
        self.0.retain(|ground, open| {
            if decision.met.contains(ground) && ground.answer() != GroundAnswer::Nothing {
                open.offences.retain(|offence| !decision.granted.contains(offence));
            }
            !open.offences.is_empty()
        });
    }

    /// The first ground that stands open against what was granted.
    pub(super) fn first_against(&self, granted: &[u64]) -> Option<RefusalGround> {
        self.against(granted).next().map(|(ground, _, _)| ground)
    }

    /// The grounds that stand against some offences, each with the first of them. One that nothing answers is about the
    /// person, so that it stands against all.
    fn against<'g>(
        &'g self,
        granted: &'g [u64],
    ) -> impl Iterator<Item = (RefusalGround, u64, &'g Open)> {
        self.0.iter().filter_map(|(ground, open)| {
            let all = ground.answer() == GroundAnswer::Nothing;
            let mut hit = granted.iter().filter(|offence| all || open.offences.contains(*offence));
            hit.next().map(|offence| (*ground, *offence, open))
        })
    }
}

impl Open {
    fn judge_answer(&self, ground: RefusalGround, at: Timestamp) -> Result<(), Refusal> {
        match ground.answer() {
            GroundAnswer::Promise(promise) if !self.promises.binds(promise, at) => {
                let lacks =
                    if self.promises.has(promise) { "has run out" } else { "was not given since" };
                Err(Refusal::safeguard(
                    "ho-56",
                    format!("the ground {ground} was named, and the assurance {promise} {lacks}"),
                    format!(
                        "send an intent-to-refuse that asks for the assurance {promise}, and grant once it is given"
                    ),
                ))
            }
            GroundAnswer::Word if !self.heard => Err(Refusal::safeguard(
                "ho-56",
                format!(
                    "the ground {ground} was named, and whoever asks has said nothing to it since"
                ),
                "send an intent-to-refuse or an additional-information-request, and grant once it is answered",
            )),
            GroundAnswer::Promise(_) | GroundAnswer::Word | GroundAnswer::Nothing => Ok(()),
        }
    }
}

impl Handover {
    /// Opens what a Party named.
    // spec: ho-55
    pub(super) fn name_grounds(&mut self, against: &[Against]) {
        if let Some((_, request)) = &self.request {
            self.grounds.open(against, request);
        }
    }
}
