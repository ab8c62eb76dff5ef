//! What has to hold beside a row of the tables: the terms, the claims of others, and what both sides have to know.

use alloc::format;

use crate::ids::MessageId;
use crate::message::assets::freezing_report::FreezingStatus;
use crate::message::assets::freezing_report::ReleaseCause;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::text::RecordRef;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::freezing::Freezing;
use crate::procedure::freezing::fact::Claim;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::freezing::fact::Line;
use crate::procedure::freezing::fact::Recovery;
use crate::procedure::freezing::fact::Request;
use crate::procedure::refusal::Refusal;

impl Freezing {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act, common: &Common) -> Result<(), Refusal> {
        if let Fact::Common(CommonFact::Lapsed { of, claimants_told }) = &act.fact {
            return self.guard_lapse(act, of, claimants_told);
        }
        let Fact::Freezing(fact) = &act.fact else { return Ok(()) };
        self.guard_taken()?;
        self.guard_numbers(fact)?;
        match fact {
            FreezingFact::Requested(request) => {
                self.guard_request(request)?;
                self.guard_standing()
            }
            FreezingFact::ExtensionAsked { assets, until } => {
                self.guard_standing()?;
                assets.iter().try_for_each(|asset| self.guard_later(*asset, *until))
            }
            FreezingFact::RecoveryAsked { .. } => self.guard_standing(),
            FreezingFact::RecoveryDecided { assets } => {
                self.guard_standing()?;
                assets.iter().try_for_each(|decision| self.guard_claims(decision))
            }
            FreezingFact::Reported { assets, claims, .. } => {
                claims.iter().try_for_each(|claim| self.guard_claim(claim))?;
                assets.iter().try_for_each(|line| self.guard_line(line, common))
            }
            FreezingFact::Converted { .. } | FreezingFact::Disposed { .. } => Ok(()),
        }
    }

    // spec: frz-23
    fn guard_taken(&self) -> Result<(), Refusal> {
        if self.taken {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "frz-23",
            "nobody has acknowledged the request",
            "let a human of the requested Party acknowledge it",
        ))
    }

    // spec: frz-23
    fn guard_numbers(&self, fact: &FreezingFact) -> Result<(), Refusal> {
        match fact.assets().iter().find(|asset| !self.assets.contains_key(asset)) {
            None => Ok(()),
            Some(asset) => Err(Refusal::out_of_turn(
                "frz-23",
                format!("the request names {} assets, and none by the number {asset}", self.count),
                "name the assets by their numbers in the request",
            )),
        }
    }

    // spec: frz-24
    fn guard_request(&self, request: &Request) -> Result<(), Refusal> {
        if request.by_order && request.assets == self.count {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "frz-24",
            "the request that follows a hold is for an order, and names the same assets",
            "send a request for an order with the same assets, or begin another procedure",
        ))
    }

    /// A request that was taken back asks for nothing more.
    // spec: frz-25
    fn guard_standing(&self) -> Result<(), Refusal> {
        if !self.withdrawn {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "frz-25",
            "the request was taken back",
            "begin another procedure; what is still frozen here is released",
        ))
    }

    fn guard_later(&self, asset: u64, until: crate::moment::Timestamp) -> Result<(), Refusal> {
        let ends = self.assets.get(&asset).and_then(|asset| asset.term.as_ref());
        match ends {
            Some(term) if until <= term.valid_until => Err(Refusal::out_of_turn(
                "frz-13",
                format!("asset {asset} is frozen until {}", term.valid_until),
                "ask for a later end",
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn guard_line(&self, line: &Line, common: &Common) -> Result<(), Refusal> {
        match (line.status, line.released) {
            (FreezingStatus::Released, Some(ReleaseCause::OnWithdrawal)) => {
                self.guard_told("frz-26", line.asset, &line.claimants_told)?;
                self.guard_lifting(common)
            }
            (FreezingStatus::Released, _) => {
                self.guard_told("frz-26", line.asset, &line.claimants_told)
            }
            (FreezingStatus::Held | FreezingStatus::Frozen | FreezingStatus::Partial, _) => {
                self.guard_standing()
            }
            (
                FreezingStatus::NotFound | FreezingStatus::AlreadyFrozen | FreezingStatus::Refused,
                _,
            ) => Ok(()),
        }
    }

    /// What goes free because its term has ended goes free no less.
    // spec: frz-34
    fn guard_lapse(&self, act: &Act, of: &MessageId, told: &[RecordRef]) -> Result<(), Refusal> {
        let ended = self.lapsed(act, of)?;
        ended.iter().try_for_each(|(asset, _)| self.guard_told("frz-34", *asset, told))
    }

    /// Nothing goes free behind the back of somebody who claims it.
    // spec: frz-26, frz-34
    fn guard_told(
        &self,
        rule: &'static str,
        asset: u64,
        told: &[RecordRef],
    ) -> Result<(), Refusal> {
        let mut claims = self.claims.iter().filter(|(_, claimed)| **claimed == asset);
        if claims.all(|(claim, _)| told.contains(claim)) {
            return Ok(());
        }
        Err(Refusal::safeguard(
            rule,
            format!("somebody claims asset {asset} and was not told that it goes free"),
            "tell every claimant first, and name the claims under `claimants_told`",
        ))
    }

    // spec: frz-27
    fn guard_lifting(&self, common: &Common) -> Result<(), Refusal> {
        if !self.withdrawn {
            return Err(Refusal::out_of_turn(
                "frz-27",
                "the request was not taken back",
                "wait for the withdrawal, or say that a court released it",
            ));
        }
        common.demand_confirmed(IrreversibleAct::LiftFreeze, &self.both())
    }

    /// Who claims an asset is heard before it is confiscated.
    // spec: frz-28
    fn guard_claims(&self, decision: &Recovery) -> Result<(), Refusal> {
        let claimed = self.claims.values().any(|asset| *asset == decision.asset);
        if !decision.confiscated || !claimed {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "frz-28",
            format!("a claim of somebody else pauses the confiscation of asset {}", decision.asset),
            "report the claim as settled first",
        ))
    }

    // spec: frz-28
    fn guard_claim(&self, claim: &Claim) -> Result<(), Refusal> {
        let open = self.claims.get(&claim.claim).is_none_or(|asset| *asset == claim.asset);
        if open && self.assets.contains_key(&claim.asset) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "frz-28",
            "the claim is on another asset, or on none of the request",
            "name each claim by a reference of its own, and its asset by the number in the request",
        ))
    }
}
