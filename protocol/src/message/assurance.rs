//! Promises about what will happen to a person after a handover.

use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;

choice! {
    /// What is promised. Source: DOMAIN 2.3.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    AssuranceKind {
        /// The death penalty is not sought, imposed or carried out.
        NoDeathPenalty = "no-death-penalty",
        /// No torture or ill-treatment.
        NoTorture = "no-torture",
        /// A new trial after one in absence.
        Retrial = "retrial",
        /// Consular access.
        Consular = "consular",
        /// The person serves the sentence at home.
        ReturnToServe = "return-to-serve",
        /// The requested Party may look after what becomes of the person.
        Monitoring = "monitoring",
    }
}

record! {
    /// One assurance: what, in which words, by whom, how it is checked, until when. Source: DOMAIN annex.
    Assurance {
        /// What is promised.
        kind: AssuranceKind,
        /// In which words.
        text: LocalizedText,
        /// Who promises.
        given_by: Line,
        /// How it is checked that the promise is kept.
        compliance_check: Option<LocalizedText>,
        /// Until when it binds.
        valid_until: Option<Instant>,
    }
}
