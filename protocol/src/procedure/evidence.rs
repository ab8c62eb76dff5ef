//! Exhibits that go to another agency and data that are kept for one: who was asked, and so who may answer.
//!
//! Every procedure has this region: exhibits go along in a handover or an operation too. What is said here moves no table.

use alloc::format;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::AgencyId;
use crate::message::kind::Kind;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedSet;

/// A fact about exhibits, or about data that are kept. Source: DOMAIN 2.5, spec pro-6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceFact {
    /// Exhibits go to another agency.
    Transferred,
    /// It says how they arrived.
    Receipted,
    /// It is asked that data be kept.
    PreservationAsked,
    /// It is said whether they are.
    PreservationAnswered,
}

/// Who was asked by another agency for what only the asked can answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    to_receipt: SharedSet<AgencyId>,
    to_preserve: SharedSet<AgencyId>,
}

impl Evidence {
    /// Notes whom a message asks. One that came without its body may have asked for either.
    pub(super) fn saw(&mut self, act: &Act) {
        if matches!(act.fact, Fact::Gone | Fact::Evidence(EvidenceFact::Transferred)) {
            note_asked(&mut self.to_receipt, act);
        }
        if matches!(act.fact, Fact::Gone | Fact::Evidence(EvidenceFact::PreservationAsked)) {
            note_asked(&mut self.to_preserve, act);
        }
    }

    /// Refuses an answer of an agency that nobody else had asked.
    // spec: pro-23
    pub(super) fn check(&self, act: &Act) -> Result<(), Refusal> {
        let Fact::Evidence(fact) = &act.fact else { return Ok(()) };
        let (asked, question) = match fact {
            EvidenceFact::Transferred | EvidenceFact::PreservationAsked => return Ok(()),
            EvidenceFact::Receipted => (&self.to_receipt, Kind::EvidenceTransfer),
            EvidenceFact::PreservationAnswered => {
                (&self.to_preserve, Kind::DataPreservationRequest)
            }
        };
        if asked.contains(&act.author) {
            return Ok(());
        }
        Err(Refusal::not_entitled(
            "pro-23",
            format!("no {question} of another agency asks {} to act", act.author.as_str()),
            "let the agency answer that was asked, once it has seen what it answers",
        ))
    }
}

fn note_asked(agencies: &mut SharedSet<AgencyId>, act: &Act) {
    for agency in act.asked.iter().filter(|agency| **agency != act.author) {
        if !agencies.contains(agency) {
            agencies.insert(agency.clone());
        }
    }
}
