//! Why a Party refuses: a closed set, because what Parties cannot do for each other is what they must talk about.

use alloc::vec::Vec;

use crate::message::assurance::AssuranceKind;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::list;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::values::Ordinal;

choice! {
    /// One ground. Source: DOMAIN 2.3, spec msgk-16.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RefusalGround {
        /// The act is no offence in the requested Party.
        NoDualCriminality = "no-dual-criminality",
        /// The penalty is too low.
        BelowPenaltyThreshold = "below-penalty-threshold",
        /// A political offence.
        PoliticalOffence = "political-offence",
        /// The person is pursued for race, religion, nationality or opinion.
        DiscriminatoryPurpose = "discriminatory-purpose",
        /// A military offence.
        MilitaryOffence = "military-offence",
        /// The person was judged for it already.
        NeBisInIdem = "ne-bis-in-idem",
        /// Too long ago, or pardoned.
        TimeBarredOrAmnesty = "time-barred-or-amnesty",
        /// Torture or ill-treatment is to be feared.
        TortureOrIllTreatmentRisk = "torture-or-ill-treatment-risk",
        /// No fair trial is to be expected.
        UnfairTrial = "unfair-trial",
        /// Judged in absence without a new trial.
        InAbsentiaNoRetrial = "in-absentia-no-retrial",
        /// A national of the requested Party; it then prosecutes at home.
        OwnNational = "own-national",
        /// Death is possible and nothing was promised.
        DeathPenaltyNoAssurance = "death-penalty-no-assurance",
        /// Proceedings are under way at home.
        PendingDomesticProceedings = "pending-domestic-proceedings",
        /// Committed on the requested Party's territory.
        OffenceOnOwnTerritory = "offence-on-own-territory",
        /// Committed outside the requesting Party's territory.
        ExtraterritorialOffence = "extraterritorial-offence",
        /// An extraordinary court.
        ExtraordinaryCourt = "extraordinary-court",
        /// Age or health.
        HumanitarianAgeHealth = "humanitarian-age-health",
        /// A child.
        Minor = "minor",
        /// A victim of trafficking.
        TraffickingVictim = "trafficking-victim",
        /// A refugee, or asking for asylum.
        RefugeeOrAsylum = "refugee-or-asylum",
        /// Another Party's request goes first.
        PreferredConcurrentRequest = "preferred-concurrent-request",
        /// Sovereignty, security or public order.
        SovereigntySecurityPublicOrder = "sovereignty-security-public-order",
        /// An investigation would suffer.
        PrejudiceToInvestigation = "prejudice-to-investigation",
        /// Not enough evidence.
        InsufficientEvidence = "insufficient-evidence",
        /// It is not established who the person is.
        IdentityNotEstablished = "identity-not-established",
        /// The nationality is not confirmed.
        NationalityNotConfirmed = "nationality-not-confirmed",
        /// The person was not found.
        NotLocated = "not-located",
        /// The person is not held.
        NotHeld = "not-held",
        /// No law allows it.
        NoLegalBasis = "no-legal-basis",
        /// The undertaking on specialty is missing.
        SpecialtyUndertakingMissing = "specialty-undertaking-missing",
        /// The information is not there.
        NotAvailable = "not-available",
        /// A court did not allow it.
        JudicialAuthorisationRefused = "judicial-authorisation-refused",
        /// The owner of the information did not allow it.
        ThirdPartyOwnerRefused = "third-party-owner-refused",
        /// Out of proportion to the purpose.
        Disproportionate = "disproportionate",
        /// It would endanger somebody.
        EndangersPerson = "endangers-person",
    }
}

choice! {
    /// How a ground binds the requested Party.
    GroundClass {
        /// It must refuse.
        Mandatory = "mandatory",
        /// It may refuse.
        Discretionary = "discretionary",
        /// Something is missing that can be brought.
        Procedural = "procedural",
    }
}

impl RefusalGround {
    /// The class where no profile of a Party says otherwise; `None` for grounds of information requests only.
    pub const fn default_class(self) -> Option<GroundClass> {
        match self {
            Self::NoDualCriminality
            | Self::BelowPenaltyThreshold
            | Self::PoliticalOffence
            | Self::DiscriminatoryPurpose
            | Self::MilitaryOffence
            | Self::NeBisInIdem
            | Self::TimeBarredOrAmnesty
            | Self::TortureOrIllTreatmentRisk
            | Self::UnfairTrial
            | Self::InAbsentiaNoRetrial => Some(GroundClass::Mandatory),
            Self::OwnNational
            | Self::DeathPenaltyNoAssurance
            | Self::PendingDomesticProceedings
            | Self::OffenceOnOwnTerritory
            | Self::ExtraterritorialOffence
            | Self::ExtraordinaryCourt
            | Self::HumanitarianAgeHealth
            | Self::Minor
            | Self::TraffickingVictim
            | Self::RefugeeOrAsylum
            | Self::PreferredConcurrentRequest
            | Self::SovereigntySecurityPublicOrder
            | Self::PrejudiceToInvestigation => Some(GroundClass::Discretionary),
            Self::InsufficientEvidence
            | Self::IdentityNotEstablished
            | Self::NationalityNotConfirmed
            | Self::NotLocated
            | Self::NotHeld
            | Self::NoLegalBasis
            | Self::SpecialtyUndertakingMissing => Some(GroundClass::Procedural),
            Self::NotAvailable
            | Self::JudicialAuthorisationRefused
            | Self::ThirdPartyOwnerRefused
            | Self::Disproportionate
            | Self::EndangersPerson => None,
        }
    }
}

/// What answers a ground by which a Party must refuse, once it was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroundAnswer {
    /// Views, evidence or a promise of the Party that asks.
    Word,
    /// This promise of that Party, and nothing less.
    Promise(AssuranceKind),
    /// Nothing that it can say.
    Nothing,
}

impl RefusalGround {
    /// Whether it protects the person whoever asks for the person, and whatever was agreed: a child, a victim.
    // spec: ho-87
    pub const fn protects(self) -> bool {
        matches!(self, Self::Minor | Self::TraffickingVictim)
    }

    /// What answers it.
    // spec: ho-56
    pub const fn answer(self) -> GroundAnswer {
        match self {
            // Nobody is sent where torture is to be feared, whatever is promised and however urgent it is.
            Self::TortureOrIllTreatmentRisk => GroundAnswer::Nothing,
            Self::InAbsentiaNoRetrial => GroundAnswer::Promise(AssuranceKind::Retrial),
            Self::DeathPenaltyNoAssurance => GroundAnswer::Promise(AssuranceKind::NoDeathPenalty),
            Self::NoDualCriminality
            | Self::BelowPenaltyThreshold
            | Self::PoliticalOffence
            | Self::DiscriminatoryPurpose
            | Self::MilitaryOffence
            | Self::NeBisInIdem
            | Self::TimeBarredOrAmnesty
            | Self::UnfairTrial
            | Self::OwnNational
            | Self::PendingDomesticProceedings
            | Self::OffenceOnOwnTerritory
            | Self::ExtraterritorialOffence
            | Self::ExtraordinaryCourt
            | Self::HumanitarianAgeHealth
            | Self::Minor
            | Self::TraffickingVictim
            | Self::RefugeeOrAsylum
            | Self::PreferredConcurrentRequest
            | Self::SovereigntySecurityPublicOrder
            | Self::PrejudiceToInvestigation
            | Self::InsufficientEvidence
            | Self::IdentityNotEstablished
            | Self::NationalityNotConfirmed
            | Self::NotLocated
            | Self::NotHeld
            | Self::NoLegalBasis
            | Self::SpecialtyUndertakingMissing
            | Self::NotAvailable
            | Self::JudicialAuthorisationRefused
            | Self::ThirdPartyOwnerRefused
            | Self::Disproportionate
            | Self::EndangersPerson => GroundAnswer::Word,
        }
    }
}

choice! {
    /// Why reasons are not given.
    Withheld {
        /// To say why would harm an essential interest.
        EssentialInterest = "essential-interest",
    }
}

tagged! {
    /// The reasons for a ground, or why they are not given.
    Reasons {
        /// Given.
        Given(LocalizedText) = "given",
        /// Not given.
        Withheld(Withheld) = "withheld",
    }
}

record! {
    /// A ground as a decision states it.
    StatedGround {
        /// Which.
        ground: RefusalGround,
        /// How it binds, by the law of the requested Party.
        class: GroundClass,
        /// By which law.
        law: Line,
        /// Why.
        reasons: Reasons,
        /// Against which of the request's offences, from 1; left out, against all, and in a grant against those that it
        /// refuses.
        offences: Vec<Ordinal>,
    }
    rules(at, faults) {
        list::refuse_repeated(offences.iter().flatten(), &at.key("offences"), faults);
    }
}

record! {
    /// A ground by which the Party would have to refuse, and why it stands in the way no longer.
    MetGround {
        /// Which.
        ground: RefusalGround,
        /// By which law.
        law: Line,
        /// Why.
        reasons: LocalizedText,
    }
}

/// Adds a fault for each ground that refuses information only, where a handover is refused.
// spec: msgk-16
pub fn refuse_information_grounds<'a>(
    grounds: impl Iterator<Item = &'a StatedGround>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    for (index, stated) in grounds.enumerate() {
        if stated.ground.default_class().is_none() {
            let reason = "this ground refuses information, not a handover";
            faults.add(&at.item(index).key("ground"), FaultCode::Conflicting, reason);
        }
    }
}
