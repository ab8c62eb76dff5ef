//! What the messages of a rescue state.

use alloc::collections::BTreeMap;
use core::ops::Not;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::handover::request::Minority;
use crate::message::rescue::request::RescueRequest;
use crate::message::rescue::update::PersonConsents;
use crate::message::rescue::update::RescueState;
use crate::message::rescue::update::RescueUpdate;
use crate::moment::Timestamp;

/// A fact of a rescue. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RescueFact {
    /// Somebody needs help.
    Reported {
        /// The agency of the State that the person goes home to, where it is known.
        home: Option<AgencyId>,
        /// Whether the person may be a child, by the birth that it states and the day on which it was made.
        #[serde(default, skip_serializing_if = "Not::not")]
        may_be_child: bool,
    },
    /// How the rescue stands.
    Updated(Update),
}

/// What an update states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// How it stands.
    pub state: RescueState,
    /// By when somebody looks at it again.
    pub next_by: Timestamp,
    /// Whether the person is or may be a child; absent where it is not said.
    pub child: Option<bool>,
    /// Whether the person agrees.
    pub consents: Option<PersonConsents>,
    /// Whether an assessment of age or a paper shows that the person is a grown-up.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub age_assessed: bool,
    /// Whether a child's best interests were determined.
    pub best_interests: bool,
    /// Whether a prosecutor decided.
    pub prosecutor: bool,
    /// The agency of the State that the person goes home to, where it is known now.
    pub home: Option<AgencyId>,
    /// Procedures that are one with this, and who began each.
    pub merged: BTreeMap<ProcedureId, AgencyId>,
    /// The procedure in which this one goes on.
    pub goes_on_in: Option<ProcedureId>,
}

impl RescueFact {
    pub(in crate::procedure) fn reported(body: &RescueRequest) -> Self {
        Self::Reported { home: body.home.clone(), may_be_child: false }
    }

    pub(in crate::procedure) fn updated(body: &RescueUpdate) -> Self {
        let merged = body.merged_procedures.iter();
        Self::Updated(Update {
            state: body.state,
            next_by: body.next_by.at(),
            child: body.minor.map(Minority::may_be_child),
            consents: body.person_consents,
            age_assessed: body.age_assessment_ref.is_some(),
            best_interests: body.best_interests_ref.is_some(),
            prosecutor: body.prosecutor_decision_ref.is_some(),
            home: body.home.clone(),
            merged: merged.map(|report| (report.procedure, report.reporter.clone())).collect(),
            goes_on_in: body.goes_on_in,
        })
    }
}
