//! What has to hold beside a row of the table: that a message speaks of the package that stands, and of its own signature.

use alloc::collections::BTreeSet;
use alloc::format;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::coordination::outcome::OutcomeStanding;
use crate::message::time::CivilDate;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::outcome::Outcome;
use crate::procedure::outcome::fact::Listed;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::outcome::fact::Text;
use crate::procedure::outcome::stage::Move;
use crate::procedure::refusal::Refusal;

impl Outcome {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act, moved: Move, common: &Common) -> Result<(), Refusal> {
        if matches!(moved, Move::Retract | Move::RetractLast | Move::Reopen | Move::Abandon) {
            self.guard_promise(&act.author)?;
        }
        let Fact::Outcome(fact) = &act.fact else { return Ok(()) };
        match fact {
            OutcomeFact::Text(text) => self.guard_text(text, common),
            OutcomeFact::Reopened { package } | OutcomeFact::Retracted { package } => {
                self.guard_package(Some(package))?;
                if moved == Move::Reopen { Ok(()) } else { self.guard_signed(&act.author) }
            }
            OutcomeFact::Signed { package, party, .. } => {
                self.guard_package(Some(package))?;
                self.guard_signature(&act.author, party)
            }
            OutcomeFact::Confirmed { package, statement } => {
                self.guard_package(Some(package))?;
                self.guard_confirmation(&act.author, statement)
            }
            OutcomeFact::Recorded { package, signatures } => {
                self.guard_package(Some(package))?;
                self.guard_record(signatures, common)
            }
            OutcomeFact::Declared { standing, package, effective_on } => match standing {
                OutcomeStanding::Abandoned => Ok(()),
                OutcomeStanding::Superseded | OutcomeStanding::Terminated => {
                    self.guard_package(package.as_ref())
                }
                OutcomeStanding::InEffect => {
                    self.guard_package(package.as_ref())?;
                    self.guard_effect(*effective_on)
                }
            },
        }
    }

    /// Versions grow, what is opened is what was frozen, and whoever has to sign takes part.
    // spec: out-20
    fn guard_text(&self, text: &Text, common: &Common) -> Result<(), Refusal> {
        if text.stage == OutcomeStage::OpenForSignature {
            let opened = Text { stage: OutcomeStage::Frozen, ..text.clone() };
            return if self.frozen.as_ref() == Some(&opened) {
                Ok(())
            } else {
                Err(Refusal::out_of_turn(
                    "out-20",
                    "it is another text than the one that is frozen",
                    "open the frozen text as it stands, or open it again and freeze the other one",
                ))
            };
        }
        let freezes = text.stage == OutcomeStage::Frozen;
        let first = if freezes { self.version } else { self.version.saturating_add(1) };
        let first = first.max(self.frozen_before.saturating_add(1));
        if text.version < first {
            return Err(Refusal::out_of_turn(
                "out-20",
                format!("version {} is not a new one", text.version),
                format!("number the text {first} or higher"),
            ));
        }
        let takes_part = |agency: &AgencyId| common.participants().contains_key(agency);
        match text.signatories.iter().find(|(_, agency)| !takes_part(agency)) {
            Some((party, agency)) if freezes => Err(Refusal::out_of_turn(
                "out-20",
                format!("{} is to sign for {party} and takes no part", agency.as_str()),
                "let the agency join first",
            )),
            Some(_) | None => Ok(()),
        }
    }

    // spec: out-21
    fn guard_package(&self, said: Option<&Digest>) -> Result<(), Refusal> {
        let standing = self.package();
        if standing.is_some() && standing.as_ref() == said {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "out-21",
            "it names another package than the one that stands",
            "read the text that is frozen now, and name its package",
        ))
    }

    /// One signature for each Party, by the agency that the text names for it.
    // spec: out-22
    fn guard_signature(&self, agency: &AgencyId, party: &Party) -> Result<(), Refusal> {
        if self.party_of(agency) != Some(party) {
            return Err(Refusal::not_entitled(
                "out-22",
                format!("the text does not let {} sign for {party}", agency.as_str()),
                "let the agency sign that the text names for that Party",
            ));
        }
        if self.signatures.contains_key(party) {
            return Err(Refusal::out_of_turn(
                "out-22",
                format!("{party} has signed"),
                "take the signature back before you sign otherwise",
            ));
        }
        Ok(())
    }

    // spec: out-22
    fn guard_signed(&self, agency: &AgencyId) -> Result<(), Refusal> {
        let signed = self.party_of(agency).is_some_and(|party| self.signatures.contains_key(party));
        if signed {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "out-22",
            format!("{} has given no signature that stands", agency.as_str()),
            "nothing has to be taken back",
        ))
    }

    // spec: out-23
    fn guard_confirmation(&self, agency: &AgencyId, statement: &Digest) -> Result<(), Refusal> {
        let signature = self.party_of(agency).and_then(|party| self.signatures.get(party));
        let waits = |signature: &&super::Signature| {
            signature.statement == *statement && !signature.counts()
        };
        if signature.filter(waits).is_some() {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "out-23",
            "it confirms no statement of its author that waits for a confirmation",
            "name your own statement, given ad referendum",
        ))
    }

    /// The list is complete, and so is what everybody knows.
    // spec: out-24
    fn guard_record(&self, listed: &[Listed], common: &Common) -> Result<(), Refusal> {
        let counting = self.signatures.iter().filter(|(_, signature)| signature.counts());
        let counting: BTreeSet<(&Party, Digest, Option<Digest>)> = counting
            .map(|(party, signature)| (party, signature.statement, signature.confirmation))
            .collect();
        let said: BTreeSet<(&Party, Digest, Option<Digest>)> =
            listed.iter().map(|one| (&one.party, one.statement, one.confirmation)).collect();
        if said != counting {
            return Err(Refusal::out_of_turn(
                "out-24",
                "it lists other signatures than those that count",
                "list every signature that counts, each with its statement and its confirmation",
            ));
        }
        let count = u64::try_from(counting.len()).unwrap_or(u64::MAX);
        if count < self.needed() {
            return Err(Refusal::out_of_turn(
                "out-24",
                format!("{count} of the {} signatures that it takes count", self.needed()),
                "wait for the signatures, and for the confirmations of those given ad referendum",
            ));
        }
        let sides = self.agencies_of(listed).into_iter().chain([self.chair.clone()]).collect();
        common.demand_confirmed(IrreversibleAct::CompleteSigning, &sides)
    }

    /// Whoever took note of the record, or sent it, has promised to stay.
    // spec: out-25
    fn guard_promise(&self, agency: &AgencyId) -> Result<(), Refusal> {
        let Some(record) = &self.record else { return Ok(()) };
        if *agency != self.chair && !record.acknowledged.contains(agency) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "out-25",
            format!("{} stands by the signing-record", agency.as_str()),
            "wait for the other signatories; what is signed is left as the text says",
        ))
    }

    // spec: out-26
    fn guard_effect(&self, said: Option<CivilDate>) -> Result<(), Refusal> {
        let day = self.frozen.as_ref().and_then(|text| text.effect_on);
        match day {
            Some(day) if said != Some(day) => Err(Refusal::out_of_turn(
                "out-26",
                format!("the text takes effect on {day}"),
                "declare the day that the text names",
            )),
            Some(_) | None => Ok(()),
        }
    }
}
