//! Procedures, played by agencies that see each other's messages late, twice and in any order.

extern crate std;

mod batch;
mod book;
mod certificate;
mod control;
mod convergence;
mod cycle;
mod deadline;
mod elsewhere;
mod evidence;
mod exchange;
mod fact;
mod facts;
mod fold;
mod freezing;
mod handover;
mod information;
mod operation;
mod outcome;
mod profile;
mod rescue;
mod statistics;
mod told;
mod transcript;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;
use core::marker::PhantomData;
use std::fs;
use std::path::Path;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::kind::Kind;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::common::Place;
use crate::procedure::control::ControlFact;
use crate::procedure::evidence::EvidenceFact;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::refusal::Refusal;
use crate::procedure::table::Row;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// The agency that asks in every play.
pub(super) const ASKS: &str = "cn.mps";
/// The agency that is asked.
pub(super) const ASKED: &str = "la.mps";
/// A third one, through whose territory people pass.
pub(super) const TRANSIT: &str = "th.rtp";

/// The digests of a play come from its salt, so that no result may rest on which digest is the lower one.
pub(super) const SALTS: [u8; 6] = [0, 1, 2, 3, 4, 5];

/// One procedure that grows message by message.
pub(super) struct Play<R> {
    pub(super) transcript: Transcript,
    salt: u8,
    count: u32,
    clock: u64,
    asked: &'static [&'static str],
    rules: PhantomData<R>,
    /// What could not be said.
    refusals: Vec<(Act, Refusal)>,
}

/// Compares the rows of a table with the chapter that prints them.
pub(super) fn printed<S: Copy + Display, M: Copy + Display>(family: &str, rows: &[Row<S, M>]) {
    printed_lines(family, &lines(rows));
}

/// Compares the rows of all tables of a family with the chapter that prints them.
pub(super) fn printed_lines(family: &str, wanted: &[String]) {
    let chapter = chapter();
    let begins = format!("| **[{family}-");
    let kept: Vec<&str> = chapter
        .lines()
        .filter(|line| line.starts_with(&begins) && line.matches('|').count() == 6)
        .collect();
    assert_eq!(kept, wanted, "the table should be:\n{}", wanted.join("\n"));
}

pub(super) fn chapter() -> String {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/22-procedures.md");
    fs::read_to_string(chapter).unwrap()
}

/// The rows of a table as the chapter prints them.
pub(super) fn lines<S: Copy + Display, M: Copy + Display>(rows: &[Row<S, M>]) -> Vec<String> {
    rows.iter().map(line).collect()
}

/// Checks that stories walk every row of a table.
pub(super) fn all_walked<S: Copy, M: Copy>(rows: &[Row<S, M>], walked: &BTreeSet<&str>) {
    let ids = rows.iter().map(|row| row.id);
    let missing: Vec<&str> = ids.filter(|id| !walked.contains(id)).collect();
    assert!(missing.is_empty(), "rows that no story walks: {missing:?}");
}

fn line<S: Copy + Display, M: Copy + Display>(row: &Row<S, M>) -> String {
    let from: Vec<String> = row.from.iter().map(S::to_string).collect();
    let to = row.to.map_or("stays".to_owned(), |to| to.to_string());
    format!("| **[{}]** | {} | {} | {} | {to} |", row.id, from.join(", "), row.on, row.by)
}

/// The kind of message that begins a procedure with this fact.
const fn begins(fact: &Fact) -> Kind {
    match fact {
        Fact::Outcome(_) => Kind::OutcomeDocument,
        Fact::Freezing(_) => Kind::FreezingRequest,
        Fact::Batch(_) => Kind::BatchManifest,
        Fact::Rescue(_) => Kind::RescueRequest,
        Fact::Information(_) => Kind::RequestForInformation,
        Fact::Exchange(ExchangeFact::Notice(_)) => Kind::Notice,
        Fact::Exchange(ExchangeFact::Deconfliction(_)) => Kind::DeconflictionQuery,
        Fact::Exchange(ExchangeFact::Feed(_)) => Kind::FeedSnapshot,
        Fact::Exchange(ExchangeFact::Rights(_)) => Kind::SubjectRightsNotice,
        Fact::Common(CommonFact::Reported) => Kind::IntelligenceReport,
        Fact::Handover(HandoverFact::Screened { .. }) => Kind::VictimScreeningReport,
        Fact::Note => Kind::SituationReport,
        Fact::Evidence(EvidenceFact::PreservationAsked) => Kind::DataPreservationRequest,
        Fact::Evidence(_) => Kind::EvidenceTransfer,
        Fact::Gone | Fact::Common(_) | Fact::Control(_) | Fact::Handover(_) => {
            Kind::HandoverRequest
        }
        Fact::Operation(_) => Kind::JointOperationProposal,
        Fact::Cycle(_) => Kind::CycleStatus,
    }
}

/// The kind of a later message: decisions are told apart from what decides nothing.
const fn follows(fact: &Fact) -> Kind {
    if matches!(fact, Fact::Handover(HandoverFact::Decided(_))) {
        Kind::HandoverDecision
    } else if matches!(fact, Fact::Control(ControlFact::TransferDecided { .. })) {
        Kind::OnwardTransferDecision
    } else {
        Kind::Acknowledgement
    }
}

pub(super) fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

impl<R: Rules> Play<R> {
    /// Begins with a message from the one who asks to the one who is asked; the third one is told.
    pub(super) fn begin(salt: u8, opening: Fact) -> Self {
        Self::begin_among(&[ASKS, ASKED], salt, opening)
    }

    /// Begins with a message from the one who asks to these; the others are told.
    pub(super) fn begin_among(asked: &'static [&'static str], salt: u8, opening: Fact) -> Self {
        let mut play = Self {
            asked,
            transcript: Transcript::new(),
            salt,
            count: 0,
            clock: 1_000,
            rules: PhantomData,
            refusals: Vec::new(),
        };
        let act = play.act(ASKS, &[], opening);
        Folded::<R>::begin(&act).unwrap();
        play.transcript.put(act).unwrap();
        play
    }

    /// The message as its author would make it.
    pub(super) fn act(&mut self, author: &str, parents: &[Digest], fact: Fact) -> Act {
        self.count += 1;
        let name = self.count.to_be_bytes();
        let created = Timestamp::from_millis(self.clock);
        let others: Vec<&str> =
            [ASKS, ASKED, TRANSIT].into_iter().filter(|name| !self.asked.contains(name)).collect();
        let to = |names: &[&str]| -> BTreeSet<AgencyId> {
            names.iter().filter(|name| **name != author).map(|name| agency(name)).collect()
        };
        Act {
            digest: digest::sha256_of(&[&[self.salt], &name]),
            id: MessageId::new(
                created,
                [[self.salt; 6].as_slice(), &name].concat().try_into().unwrap(),
            ),
            parents: parents.to_vec(),
            supersedes: None,
            author: agency(author),
            asked: to(self.asked),
            told: to(&others),
            created,
            urgency: Urgency::U3,
            respond_by: None,
            kind: if parents.is_empty() { begins(&fact) } else { follows(&fact) },
            fact,
            passed_on: None,
            case: None,
        }
    }

    /// Lets time pass on everybody's clock.
    pub(super) fn wait(&mut self, millis: u64) {
        self.clock += millis;
    }

    /// Says something after everything that was said before. It has to be accepted.
    pub(super) fn say(&mut self, author: &str, fact: Fact) -> Digest {
        let heads = self.transcript.heads();
        self.say_after(author, &heads, fact)
    }

    /// Says something after these messages and nothing else. It has to be accepted.
    pub(super) fn say_after(&mut self, author: &str, parents: &[Digest], fact: Fact) -> Digest {
        let act = self.act(author, parents, fact);
        self.put(act).unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
    }

    /// Says something after everything that was said before, in the place of another message.
    pub(super) fn say_instead(&mut self, author: &str, of: Digest, fact: Fact) -> Digest {
        let mut act = self.act(author, &self.transcript.heads(), fact);
        act.supersedes = Some(of);
        self.put(act).unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
    }

    /// Why something cannot be said after everything that was said before.
    pub(super) fn refused(&mut self, author: &str, fact: Fact) -> Refusal {
        let act = self.act(author, &self.transcript.heads(), fact);
        self.refuses(act)
    }

    /// Why this message cannot be said.
    pub(super) fn refuses(&mut self, act: Act) -> Refusal {
        let refusal = self.judge(&act).expect_err("it is accepted");
        self.refusals.push((act, refusal.clone()));
        refusal
    }

    /// Judges a message by what its author had seen.
    pub(super) fn judge(&self, act: &Act) -> Result<Place, Refusal> {
        let seen = self.transcript.closure(&act.parents).unwrap_or(Places::none());
        Folded::<R>::of(&self.transcript, &seen)
            .map_or(Ok(Place::Within), |folded| folded.judge(act))
    }

    /// Puts a message that was judged.
    pub(super) fn put(&mut self, act: Act) -> Result<Digest, Refusal> {
        self.judge(&act)?;
        let digest = act.digest;
        drop(self.transcript.put(act));
        Ok(digest)
    }

    /// Where everything together stands.
    pub(super) fn now(&self) -> Folded<R> {
        Folded::of(&self.transcript, &self.transcript.all()).unwrap()
    }

    /// The id by which people name a message.
    pub(super) fn id(&self, message: &Digest) -> MessageId {
        let place = self.transcript.place(message).unwrap();
        self.transcript.act(place).unwrap().id
    }

    /// The id of the first message.
    pub(super) fn first(&self) -> MessageId {
        self.transcript.act(0).unwrap().id
    }

    /// What became of a message.
    pub(super) fn fate(&self, message: &Digest) -> Fate {
        self.now().fate(message).unwrap().clone()
    }

    /// Both sides confirm what they know.
    pub(super) fn confirm(&mut self, act: IrreversibleAct) {
        self.confirm_by(&[ASKED, ASKS], act);
    }

    /// These confirm what they know.
    pub(super) fn confirm_by(&mut self, sides: &[&str], act: IrreversibleAct) {
        let heads = self.transcript.heads();
        for side in sides {
            self.say(side, Fact::Common(CommonFact::Confirmed { act, heads: heads.clone() }));
        }
    }

    /// The ids of the rules that moved something.
    pub(super) fn rules(&self) -> BTreeSet<&'static str> {
        let fates: Vec<Fate> = self.now().fates().values().cloned().collect();
        let took = |fate: &Fate| match fate {
            Fate::Took { rule } => Some(*rule),
            Fate::Noted
            | Fate::Outranked { .. }
            | Fate::Clashes { .. }
            | Fate::SetAside
            | Fate::Overtaken(_) => None,
        };
        fates.iter().filter_map(took).collect()
    }
}
