//! What the messages of an outcome document state.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::coordination::outcome::OutcomeDocument;
use crate::message::coordination::outcome::OutcomeEffect;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::coordination::outcome::OutcomeStanding;
use crate::message::coordination::outcome::OutcomeStatus;
use crate::message::coordination::outcome::RequiredSignatory;
use crate::message::coordination::signature::RecordedSignature;
use crate::message::coordination::signature::SignatureConfirmation;
use crate::message::coordination::signature::SignatureStatement;
use crate::message::coordination::signature::SigningRecord;
use crate::message::list;
use crate::message::time::CivilDate;

/// A fact of an outcome document. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeFact {
    /// A version of the text.
    Text(Text),
    /// A frozen text is opened again.
    Reopened {
        /// Which package.
        package: Digest,
    },
    /// A Party signs.
    Signed {
        /// Which package.
        package: Digest,
        /// Which Party.
        party: Party,
        /// Whether it counts only once it is confirmed at home.
        ad_referendum: bool,
    },
    /// A signature is confirmed at home.
    Confirmed {
        /// Which package.
        package: Digest,
        /// The statement that is confirmed.
        statement: Digest,
    },
    /// A signature is taken back.
    Retracted {
        /// Which package.
        package: Digest,
    },
    /// The chair lists every signature.
    Recorded {
        /// Which package.
        package: Digest,
        /// The signatures.
        signatures: Vec<Listed>,
    },
    /// The chair declares what became of the document.
    Declared {
        /// What became of it.
        standing: OutcomeStanding,
        /// Which package.
        package: Option<Digest>,
        /// From which day.
        effective_on: Option<CivilDate>,
    },
}

/// What a version of a text states that signatures rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// How far it has come.
    pub stage: OutcomeStage,
    /// Which version.
    pub version: u64,
    /// The digest of the package.
    pub package: Option<Digest>,
    /// Who has to sign, and which agency speaks for each of them.
    pub signatories: Vec<(Party, AgencyId)>,
    /// How many signatures it takes.
    pub needed: u64,
    /// The day of its effect, where it names one.
    pub effect_on: Option<CivilDate>,
}

/// One signature as the chair lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Which Party signed.
    pub party: Party,
    /// Its statement.
    pub statement: Digest,
    /// Its confirmation, where it signed ad referendum.
    pub confirmation: Option<Digest>,
}

impl OutcomeFact {
    pub(in crate::procedure) fn text(body: &OutcomeDocument) -> Self {
        let required = body.signatories_required.iter();
        let named = |each: &RequiredSignatory| (each.party.clone(), each.agency.clone());
        let all = list::count(body.signatories_required.iter());
        Self::Text(Text {
            stage: body.stage,
            version: body.version.get(),
            package: body.package_digest,
            signatories: required.map(named).collect(),
            needed: match body.effect {
                OutcomeEffect::OnAllSigned | OutcomeEffect::OnDate => all,
                OutcomeEffect::OnQuorum => body.quorum.unwrap_or(all),
            },
            effect_on: body.effect_on,
        })
    }

    pub(in crate::procedure) fn signed(body: &SignatureStatement) -> Self {
        Self::Signed {
            package: body.package_digest,
            party: body.signatory.party.clone(),
            ad_referendum: body.ad_referendum,
        }
    }

    pub(in crate::procedure) const fn confirmed(body: &SignatureConfirmation) -> Self {
        Self::Confirmed { package: body.package_digest, statement: body.statement }
    }

    pub(in crate::procedure) fn recorded(body: &SigningRecord) -> Self {
        let listed = |signature: &RecordedSignature| Listed {
            party: signature.party.clone(),
            statement: signature.statement,
            confirmation: signature.confirmation,
        };
        let signatures = body.signatures.iter().map(listed).collect();
        Self::Recorded { package: body.package_digest, signatures }
    }

    pub(in crate::procedure) const fn declared(body: &OutcomeStatus) -> Self {
        Self::Declared {
            standing: body.status,
            package: body.package_digest,
            effective_on: body.effective_on,
        }
    }
}
