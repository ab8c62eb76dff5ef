//! A document that Parties sign: drafted, negotiated, frozen, signed, in effect.
//!
//! Two regions run beside each other: the stage, and the signatures under the package that is frozen. They are bound to its
//! digest, so that another text has none.

pub mod fact;
pub mod stage;

mod guard;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::coordination::outcome::OutcomeStanding;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::outcome::fact::Listed;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::outcome::fact::Text;
use crate::procedure::outcome::stage::Move;
use crate::procedure::outcome::stage::ROWS;
use crate::procedure::outcome::stage::Stage;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedSet;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where a document stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    stage: Stage,
    chair: AgencyId,
    version: u64,
    frozen: Option<Text>,
    frozen_before: u64,
    rivals: SharedSet<Digest>,
    signatures: BTreeMap<Party, Signature>,
    record: Option<Record>,
}

/// A signature that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    statement: Digest,
    ad_referendum: bool,
    confirmation: Option<Digest>,
}

impl Signature {
    /// One that was given ad referendum counts once it is confirmed.
    // spec: out-23
    const fn counts(&self) -> bool {
        !self.ad_referendum || self.confirmation.is_some()
    }
}

/// The chair's list of every signature.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    id: MessageId,
    awaited: BTreeSet<AgencyId>,
    acknowledged: BTreeSet<AgencyId>,
}

impl Outcome {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The last version of the text.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The package that is frozen; `None` while the text can change.
    pub fn package(&self) -> Option<Digest> {
        self.frozen.as_ref().and_then(|text| text.package)
    }

    /// The Parties whose signature counts: those given ad referendum only once they are confirmed.
    pub fn signed(&self) -> BTreeSet<&Party> {
        let counting = self.signatures.iter().filter(|(_, signature)| signature.counts());
        counting.map(|(party, _)| party).collect()
    }

    /// The Parties whose signature is asked for and does not count yet.
    pub fn missing(&self) -> BTreeSet<&Party> {
        let signed = self.signed();
        let asked = self.signatories().map(|(party, _)| party);
        asked.filter(|party| !signed.contains(party)).collect()
    }

    /// The agencies that speak for a Party whose signature is asked for now and does not count yet.
    pub fn unsigned(&self) -> BTreeSet<&AgencyId> {
        let open = matches!(self.stage, Stage::OpenForSignature | Stage::PartlySigned);
        let missing = self.missing();
        let asked = self.signatories().filter(|(party, _)| open && missing.contains(party));
        asked.map(|(_, agency)| agency).collect()
    }

    /// The agencies that have to acknowledge the signing record before all is signed.
    pub fn unacknowledged(&self) -> BTreeSet<&AgencyId> {
        let record = self.record.iter();
        record.flat_map(|record| record.awaited.difference(&record.acknowledged)).collect()
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let mut sides = Sides::new();
        if *agency == self.chair {
            sides.insert(Side::Chair);
        }
        if self.party_of(agency).is_some() {
            sides.insert(Side::Signatory);
        }
        sides
    }

    fn signatories(&self) -> impl Iterator<Item = &(Party, AgencyId)> {
        self.frozen.iter().flat_map(|text| text.signatories.iter())
    }

    /// The Party for which the frozen text lets an agency sign.
    fn party_of(&self, agency: &AgencyId) -> Option<&Party> {
        self.signatories().find(|(_, named)| named == agency).map(|(party, _)| party)
    }

    /// How many signatures the frozen text takes.
    fn needed(&self) -> u64 {
        self.frozen.as_ref().map_or(0, |text| text.needed)
    }

    fn agencies_of(&self, listed: &[Listed]) -> BTreeSet<AgencyId> {
        let is_listed = |party: &Party| listed.iter().any(|one| one.party == *party);
        let signatories = self.signatories().filter(|(party, _)| is_listed(party));
        signatories.map(|(_, agency)| agency.clone()).collect()
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Fact::Outcome(fact) = &act.fact {
            return Ok(Some(self.move_of_outcome(fact)));
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Acknowledged { of } => self.move_of_acknowledgement(&act.author, of),
            CommonFact::Withdrawn => Some(Move::Abandon),
            CommonFact::Lapsed { .. }
            | CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Reported
            | CommonFact::Valued { .. } => None,
        })
    }

    /// Only an acknowledgement of the signing record moves anything, once for each signatory that is listed.
    fn move_of_acknowledgement(&self, agency: &AgencyId, of: &MessageId) -> Option<Move> {
        let record = self.record.as_ref().filter(|record| record.id == *of)?;
        let mut awaited = record.awaited.difference(&record.acknowledged);
        if awaited.clone().all(|other| other != agency) {
            return None;
        }
        Some(if awaited.all(|other| other == agency) {
            Move::AcknowledgeLast
        } else {
            Move::Acknowledge
        })
    }

    fn move_of_outcome(&self, fact: &OutcomeFact) -> Move {
        match fact {
            OutcomeFact::Text(text) => match text.stage {
                OutcomeStage::Draft => Move::Draft,
                OutcomeStage::Negotiating => Move::Negotiate,
                OutcomeStage::Frozen => Move::Freeze,
                OutcomeStage::OpenForSignature => Move::Open,
            },
            OutcomeFact::Reopened { .. } => Move::Reopen,
            OutcomeFact::Signed { .. } => Move::Sign,
            OutcomeFact::Confirmed { .. } => Move::Confirm,
            OutcomeFact::Retracted { .. } if self.signatures.len() == 1 => Move::RetractLast,
            OutcomeFact::Retracted { .. } => Move::Retract,
            OutcomeFact::Recorded { .. } => Move::Record,
            OutcomeFact::Declared { standing, .. } => match standing {
                OutcomeStanding::InEffect => Move::TakeEffect,
                OutcomeStanding::Superseded => Move::Supersede,
                OutcomeStanding::Terminated => Move::Terminate,
                OutcomeStanding::Abandoned => Move::Abandon,
            },
        }
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act) {
        let Fact::Outcome(fact) = &act.fact else {
            if let Some(record) = &mut self.record {
                record.acknowledged.insert(act.author.clone());
            }
            return;
        };
        match fact {
            OutcomeFact::Text(text) => self.note_text(text),
            OutcomeFact::Reopened { .. } => self.unfreeze(),
            OutcomeFact::Signed { party, ad_referendum, .. } => {
                let signature = Signature {
                    statement: act.digest,
                    ad_referendum: *ad_referendum,
                    confirmation: None,
                };
                self.signatures.insert(party.clone(), signature);
            }
            OutcomeFact::Confirmed { statement, .. } => {
                let own = self.signatures.values_mut().find(|own| own.statement == *statement);
                if let Some(signature) = own {
                    signature.confirmation = Some(act.digest);
                }
            }
            OutcomeFact::Retracted { .. } => {
                if let Some(party) = self.party_of(&act.author).cloned() {
                    self.signatures.remove(&party);
                }
            }
            OutcomeFact::Recorded { .. } | OutcomeFact::Declared { .. } => {}
        }
        // A list that something came after no longer lists everything.
        self.record = match fact {
            OutcomeFact::Recorded { signatures, .. } => Some(self.recorded(act, signatures)),
            OutcomeFact::Declared { .. } => self.record.take(),
            OutcomeFact::Text(_)
            | OutcomeFact::Reopened { .. }
            | OutcomeFact::Signed { .. }
            | OutcomeFact::Confirmed { .. }
            | OutcomeFact::Retracted { .. } => None,
        };
    }

    fn note_text(&mut self, text: &Text) {
        self.version = self.version.max(text.version);
        if text.stage == OutcomeStage::Frozen {
            self.frozen_before = self.frozen_before.max(text.version);
            self.frozen = Some(text.clone());
        }
    }

    fn recorded(&self, act: &Act, signatures: &[Listed]) -> Record {
        let mut awaited = self.agencies_of(signatures);
        awaited.remove(&act.author);
        Record { id: act.id, awaited, acknowledged: BTreeSet::new() }
    }

    /// The text can change again, and signatures under the old one are void.
    fn unfreeze(&mut self) {
        self.frozen = None;
        self.signatures.clear();
        self.record = None;
    }
}

impl Rules for Outcome {
    fn open(act: &Act) -> Result<Self, Refusal> {
        let text =
            if let Fact::Outcome(OutcomeFact::Text(text)) = &act.fact { Some(text) } else { None };
        let stage = text.and_then(|text| match text.stage {
            // spec: out-1
            OutcomeStage::Draft => Some((Stage::Drafting, text.version)),
            // spec: out-2
            OutcomeStage::Negotiating => Some((Stage::Negotiating, text.version)),
            OutcomeStage::Frozen | OutcomeStage::OpenForSignature => None,
        });
        let Some((stage, version)) = stage else {
            return Err(Refusal::out_of_turn(
                "out-1",
                format!("this {} begins no document", act.kind),
                "begin with a draft or a text under negotiation; freeze it once others have seen it",
            ));
        };
        Ok(Self {
            stage,
            chair: act.author.clone(),
            version,
            frozen: None,
            frozen_before: 0,
            rivals: SharedSet::new(),
            signatures: BTreeMap::new(),
            record: None,
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    fn meet_here(&mut self, earlier: &Act, later: &Act) -> Meeting {
        if weight::are_rivals(earlier, later) {
            self.rivals.insert(later.digest);
        }
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        // spec: out-28
        if self.rivals.contains(&act.digest) && self.stage.can_unfreeze() {
            self.unfreeze();
            self.stage = Stage::Negotiating;
            if let Fact::Outcome(OutcomeFact::Text(text)) = &act.fact {
                self.note_text(text);
                self.frozen = None;
            }
            return Ok(Some("out-28"));
        }
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act, moved, common)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act);
        Ok(Some(row.id))
    }

    /// Only the chair's own messages can contradict each other without a rule that says what they give.
    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.chair.clone()])
    }
}
