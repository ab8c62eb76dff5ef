//! What has to hold beside a row of the table: nobody is added after the seal, nobody leaves unguaranteed, and a message
//! speaks of what stands.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::list;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::procedure::act::Act;
use crate::procedure::batch::Batch;
use crate::procedure::batch::account::Account;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::batch::fact::Removal;
use crate::procedure::batch::stage::Stage;
use crate::procedure::batch::step;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Results;
use crate::procedure::refusal::Refusal;

impl Batch {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act, common: &Common) -> Result<(), Refusal> {
        if let Fact::Batch(fact) = &act.fact {
            self.guard_batch(act, fact)
        } else if let Fact::Handover(fact) = &act.fact {
            self.guard_transfer(act, fact, common)
        } else {
            Ok(())
        }
    }

    fn guard_batch(&self, act: &Act, fact: &BatchFact) -> Result<(), Refusal> {
        match fact {
            BatchFact::Listed(manifest) => self.guard_list(act, manifest),
            BatchFact::Reviewed { version, strikes } => self.guard_review(*version, strikes),
            BatchFact::Sealed { version, root, count } => {
                self.guard_version(*version)?;
                self.guard_seal(root, *count)
            }
            BatchFact::TakenOff(removal) => self.guard_removal(removal),
            BatchFact::Guaranteed { version, entries, .. } => {
                self.guard_version(*version)?;
                self.guard_entries(entries)
            }
            BatchFact::LetThrough { .. } => Ok(()),
            BatchFact::Reconciled { version, account } => {
                self.guard_version(*version)?;
                self.guard_account(account)
            }
        }
    }

    fn guard_list(&self, act: &Act, manifest: &Manifest) -> Result<(), Refusal> {
        // spec: bat-36
        if self.sealed {
            return Err(Refusal::safeguard(
                "bat-36",
                "the batch was sealed, and after the seal nobody is added",
                "take people off with a manifest-removal, and put others on the next batch",
            ));
        }
        // spec: bat-33
        let other = act.author != self.author;
        let base = other && self.way().first() == Some(&act.author);
        let follows = base || manifest.version > self.manifest.version;
        if manifest.way == self.manifest.way && follows {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "bat-33",
            format!("version {} with its sides stands", self.manifest.version),
            "keep the sides and number the version higher, or begin another batch",
        ))
    }

    fn guard_review(&self, version: u64, strikes: &BTreeSet<u64>) -> Result<(), Refusal> {
        self.guard_version(version)?;
        self.guard_entries(strikes)?;
        // spec: bat-36
        if !self.sealed || strikes.is_empty() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "bat-36",
            "the batch was sealed: no other version of it comes",
            "take the people off with a manifest-removal",
        ))
    }

    // spec: bat-38
    fn guard_seal(&self, root: &Digest, count: u64) -> Result<(), Refusal> {
        if !self.manifest.ready {
            return Err(Refusal::safeguard(
                "bat-38",
                "the version that stands is a proposal: decisions and screenings may be missing",
                "put a version up for sealing first",
            ));
        }
        let in_force = list::count(self.in_force().iter());
        let known = self.root.is_none_or(|known| known == *root);
        if known && count == in_force {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "bat-38",
            format!("{in_force} entries are in force, the seal is of {count} or of another root"),
            "seal the entries in force",
        ))
    }

    // spec: bat-39
    fn guard_removal(&self, removal: &Removal) -> Result<(), Refusal> {
        self.guard_version(removal.version)?;
        self.guard_entries(&removal.entries)?;
        if !self.manifest.ready {
            return Err(Refusal::out_of_turn(
                "bat-39",
                "the version that stands is a proposal",
                "strike the entries in a manifest-review",
            ));
        }
        // A removal that its author could not know of leaves fewer; none leaves more.
        let left = self.in_force().difference(&removal.entries).count();
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        let most = self.manifest.entries.saturating_sub(list::count(removal.entries.iter()));
        if !(left..=most).contains(&removal.remaining) {
            return Err(Refusal::out_of_turn(
                "bat-39",
                format!("{left} remain, the message says {}", removal.remaining),
                "count those who remain again",
            ));
        }
        // spec: bat-73
        let stays = |n: u64| !removal.entries.contains(&n) && !self.removed.contains_key(&n);
        match self.alone(stays) {
            None => Ok(()),
            Some(child) => Err(Refusal::safeguard(
                "bat-73",
                format!(
                    "the guardian of entry {child}, a child, is taken off, and the child is not"
                ),
                "take the child off with its guardian or before it; a further batch can name who travels with the child",
            )),
        }
    }

    /// A child who goes with its guardian left out.
    // spec: bat-73, bat-74
    fn alone(&self, goes: impl Fn(u64) -> bool) -> Option<u64> {
        let guardians = self.manifest.guardians.iter();
        let mut alone = guardians.filter(|(child, guardian)| goes(**child) && !goes(**guardian));
        alone.next().map(|(child, _)| *child)
    }

    /// A message speaks of the version that stands.
    // spec: bat-37
    fn guard_version(&self, version: u64) -> Result<(), Refusal> {
        let stands = self.manifest.version;
        if version == stands {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "bat-37",
            format!("it speaks of version {version}, and version {stands} stands"),
            format!("say it of version {stands}"),
        ))
    }

    fn guard_entries(&self, entries: &BTreeSet<u64>) -> Result<(), Refusal> {
        match entries.last() {
            Some(n) if *n > self.manifest.entries => Err(Refusal::out_of_turn(
                "bat-37",
                format!("the version has {} entries, and no entry {n}", self.manifest.entries),
                "name entries of the version that stands",
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// An account names the certificates that stand; numbers that differ are kept, and keep the batch open.
    // spec: bat-48
    fn guard_account(&self, said: &Account) -> Result<(), Refusal> {
        let certificates = |account: &Account| -> Vec<Digest> {
            account.legs.iter().map(|leg| leg.certificate).collect()
        };
        if certificates(&self.account()) == certificates(said) {
            return Ok(());
        }
        Err(other("bat-48", "certificate"))
    }

    fn guard_transfer(
        &self,
        act: &Act,
        fact: &HandoverFact,
        common: &Common,
    ) -> Result<(), Refusal> {
        match fact {
            HandoverFact::Scheduled { legs } => self.guard_way(legs),
            HandoverFact::Answered { schedule, .. } => {
                let stands = self.schedule.as_ref().filter(|stands| stands.digest == *schedule);
                stands.map(|_| ()).ok_or_else(|| other("bat-41", "schedule"))
            }
            HandoverFact::Released { leg } => {
                if !self.is_at_hand(*leg) || self.journey.is_away() {
                    return Err(other("bat-45", "leg"));
                }
                self.guard_release(act)?;
                // spec: bat-44
                common.demand_no_conflict("bat-44")?;
                let ahead: BTreeSet<AgencyId> =
                    self.way().iter().skip(self.journey.done()).cloned().collect();
                common.demand_confirmed(IrreversibleAct::ReleaseCustody, &ahead)
            }
            HandoverFact::Returned { leg } => {
                self.guard_away(*leg)?;
                let releasing = entitled(self.releasing(*leg), act, "releases or receives");
                releasing.or_else(|_| entitled(self.receiving(*leg), act, "releases or receives"))
            }
            HandoverFact::Certified { leg, root, results } => {
                self.guard_certificate(act, (*leg, *root), results)
            }
            HandoverFact::Countersigned { of } => {
                let Some(half) = self.journey.half().filter(|half| half.digest == *of) else {
                    return Err(other("bat-45", "certificate"));
                };
                entitled(self.way().get(half.leg.saturating_add(1)), act, "receives")
            }
            HandoverFact::Screened { outcome, .. } => self.guard_screening(*outcome),
            HandoverFact::ArrestAsked { .. }
            | HandoverFact::Requested(_)
            | HandoverFact::RefusalIntended { .. }
            | HandoverFact::Viewed { .. }
            | HandoverFact::Decided(_)
            | HandoverFact::ConditionsAccepted { .. }
            | HandoverFact::Custody { .. }
            | HandoverFact::Arrived { .. }
            | HandoverFact::SpecialtyAsked { .. }
            | HandoverFact::SpecialtyDecided { .. }
            | HandoverFact::OutcomeTold(_)
            | HandoverFact::Incident(_)
            | HandoverFact::Chosen { .. } => Ok(()),
        }
    }

    /// Signs that are found on the way take the person off. Once nobody travels there is nobody to take off, and a report
    /// is what whoever has the person owes (due-15).
    // spec: bat-75
    fn guard_screening(&self, outcome: ScreeningOutcome) -> Result<(), Refusal> {
        if self.stage != Stage::Executing || !outcome.is_victim() {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "bat-75",
            "a report with signs of a victim takes nobody off, and the person would travel on",
            "take the person off with a manifest-removal for a possible victim, and report the screening in the person's own handover",
        ))
    }

    /// A schedule leads from hand to hand along the sides of the manifest.
    // spec: bat-40
    fn guard_way(&self, legs: &[Leg]) -> Result<(), Refusal> {
        let hands = self.way().iter().zip(self.way().iter().skip(1));
        let same = legs.len().saturating_add(1) == self.way().len()
            && legs.iter().zip(hands).all(|(leg, (releasing, receiving))| {
                (&leg.releasing, &leg.receiving) == (releasing, receiving)
            });
        if same { Ok(()) } else { Err(other("bat-40", "way")) }
    }

    /// Nobody leaves without a promise to be taken, or into a country that does not let the people through.
    fn guard_release(&self, act: &Act) -> Result<(), Refusal> {
        let going = self.going();
        // spec: bat-42
        let promised = |n: &&u64| self.guarantees.get(n).is_some_and(|end| *end >= act.created);
        if let Some(n) = going.iter().find(|n| !promised(n)) {
            return Err(Refusal::safeguard(
                "bat-42",
                format!("no reception guarantee is valid for entry {n}"),
                "let the receiving side send a reception-guarantee first",
            ));
        }
        // spec: bat-43
        let count = list::count(going.iter());
        let between = self.way().iter().skip(1).take(self.way().len().saturating_sub(2));
        for side in between {
            let daily = self.capacities.get(side).copied().unwrap_or(0);
            if daily < count {
                return Err(Refusal::safeguard(
                    "bat-43",
                    format!("{} lets {daily} a day through, {count} travel", side.as_str()),
                    "let it send a transit-authorisation for as many first",
                ));
            }
        }
        Ok(())
    }

    // spec: bat-45
    fn guard_certificate(
        &self,
        act: &Act,
        (leg, root): (u64, Option<Digest>),
        results: &Results,
    ) -> Result<(), Refusal> {
        let place = step::place(leg);
        if self.stage == Stage::Reconciling {
            // spec: bat-49
            if self.journey.certificate(place).is_none() {
                return Err(other("bat-49", "leg"));
            }
            entitled(self.releasing(leg), act, "releases")?;
        } else {
            self.guard_away(leg)?;
        }
        if root.is_none() || root != self.seal() {
            return Err(other("bat-45", "root"));
        }
        let said: BTreeSet<u64> =
            results.transferred.iter().chain(results.others.keys()).copied().collect();
        if self.journey.went_in(place) != Some(&said) {
            return Err(Refusal::out_of_turn(
                "bat-45",
                format!("leg {leg} began with other entries than the certificate has results for"),
                "say of each who began the leg what became of the person, and of nobody else",
            ));
        }
        // spec: bat-46
        if let Some(n) = results.transferred.iter().find(|n| self.stays_behind(**n)) {
            return Err(Refusal::safeguard(
                "bat-46",
                format!("entry {n} was taken off"),
                "leave the person with the releasing side, and say why in the result",
            ));
        }
        // A recount says where people are already.
        // spec: bat-74
        let goes = |n: u64| results.transferred.contains(&n);
        match self.alone(goes).filter(|_| self.stage == Stage::Executing) {
            None => Ok(()),
            Some(child) => Err(Refusal::safeguard(
                "bat-74",
                format!(
                    "it hands over entry {child}, a child, and not whoever answers for the child"
                ),
                "leave the child with the releasing side, and say why in the result",
            )),
        }
    }

    /// Whether somebody was taken off while the leg at hand was under way.
    fn stays_behind(&self, n: u64) -> bool {
        self.stage == Stage::Executing && self.removed.contains_key(&n)
    }

    fn is_at_hand(&self, leg: u64) -> bool {
        step::place(leg) == self.journey.done()
    }

    /// The leg at hand is under way.
    // spec: bat-45
    fn guard_away(&self, leg: u64) -> Result<(), Refusal> {
        if self.is_at_hand(leg) && self.journey.is_away() {
            return Ok(());
        }
        Err(other("bat-45", "leg"))
    }

    fn releasing(&self, leg: u64) -> Option<&AgencyId> {
        self.way().get(step::place(leg))
    }

    fn receiving(&self, leg: u64) -> Option<&AgencyId> {
        self.way().get(step::place(leg).checked_add(1)?)
    }
}

/// Why a message is refused that speaks of something else than what stands.
// spec: bat-40, bat-41, bat-45
fn other(rule: &'static str, what: &str) -> Refusal {
    Refusal::out_of_turn(
        rule,
        format!("it names another {what} than the one that stands"),
        format!("name the {what} that stands now"),
    )
}

/// Refuses whoever is not that side of a leg.
// spec: bat-45
fn entitled(side: Option<&AgencyId>, act: &Act, does: &str) -> Result<(), Refusal> {
    if side == Some(&act.author) {
        return Ok(());
    }
    Err(Refusal::not_entitled(
        "bat-45",
        format!("it is for the side that {does} on that leg"),
        "let that side send it",
    ))
}
