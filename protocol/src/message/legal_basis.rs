//! On what law a message rests.

use serde::Deserialize;
use serde::Serialize;

use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::HeaderText;

choice! {
    /// What kind of instrument it is. On the wire: 0 for treaty to 4 for outcome document.
    #[derive(Serialize, Deserialize)]
    LegalBasisKind {
        /// A treaty.
        Treaty = "treaty",
        /// A memorandum of understanding.
        MoU = "mou",
        /// Reciprocity.
        Reciprocity = "reciprocity",
        /// Domestic law.
        DomesticLaw = "domestic-law",
        /// An outcome document of the coordination mechanism.
        OutcomeDocument = "outcome-document",
    }
}

record! {
    /// One legal basis, by reference; the header carries it, so it says nothing about a person.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    open LegalBasisRef {
        /// What kind of instrument.
        kind: LegalBasisKind,
        /// Its name.
        instrument: HeaderText,
        /// The article relied on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        article: Option<HeaderText>,
    }
}
