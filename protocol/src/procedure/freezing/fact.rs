//! What the messages about frozen assets state.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::message::assets::disposition::AssetDispositionNotice;
use crate::message::assets::disposition::Disposition;
use crate::message::assets::extension::FreezingExtensionRequest;
use crate::message::assets::freezing::FreezingMeasure;
use crate::message::assets::freezing::FreezingRequest;
use crate::message::assets::freezing_report::AssetReport;
use crate::message::assets::freezing_report::FreezingReport;
use crate::message::assets::freezing_report::FreezingStatus;
use crate::message::assets::freezing_report::ReleaseCause;
use crate::message::assets::freezing_report::ThirdPartyClaim;
use crate::message::assets::recovery::AssetDecision;
use crate::message::assets::recovery::AssetRecoveryDecision;
use crate::message::assets::recovery::AssetRecoveryRequest;
use crate::message::assets::recovery::InterimDisposal;
use crate::message::assets::recovery::RecoveryOutcome;
use crate::message::list;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::moment::Timestamp;

/// A fact about frozen assets. Assets are named by their numbers in the request, from 1. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreezingFact {
    /// A freeze is asked for.
    Requested(Request),
    /// How assets stand.
    Reported {
        /// Asset by asset.
        assets: Vec<Line>,
        /// What others claim.
        claims: Vec<Claim>,
        /// The claims that are settled.
        settled: Vec<RecordRef>,
    },
    /// A freeze is to last longer.
    ExtensionAsked {
        /// Which assets, ascending.
        assets: Vec<u64>,
        /// Until when.
        until: Timestamp,
    },
    /// Assets are to be confiscated, returned or shared.
    RecoveryAsked {
        /// Which, ascending.
        assets: Vec<u64>,
    },
    /// That is decided.
    RecoveryDecided {
        /// Asset by asset.
        assets: Vec<Recovery>,
    },
    /// An asset was turned into money.
    Converted {
        /// Which.
        asset: u64,
    },
    /// Assets went where they go.
    Disposed {
        /// Which, ascending.
        assets: Vec<u64>,
        /// Where to.
        disposition: Disposition,
    },
}

/// What a request states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whether an order is to be executed; a short hold otherwise.
    pub by_order: bool,
    /// How many assets it names.
    pub assets: u64,
    /// By when the request for an order comes.
    pub formal_request_by: Timestamp,
}

/// How one asset stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub asset: u64,
    /// How it stands.
    pub status: FreezingStatus,
    /// When it goes free.
    pub valid_until: Option<Timestamp>,
    /// By when that can be put off.
    pub renew_by: Option<Timestamp>,
    /// Its place behind another order.
    pub rank: Option<u64>,
    /// Why it is free.
    pub released: Option<ReleaseCause>,
    /// The claims whose claimants were told that it goes free.
    pub claimants_told: Vec<RecordRef>,
}

/// What somebody else claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which asset.
    pub asset: u64,
    /// By which it is named.
    pub claim: RecordRef,
}

/// What is decided about one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Which.
    pub asset: u64,
    /// Whether it is recovered.
    pub granted: bool,
    /// Whether it is confiscated now.
    pub confiscated: bool,
}

impl FreezingFact {
    pub(in crate::procedure) fn requested(body: &FreezingRequest) -> Self {
        Self::Requested(Request {
            by_order: body.measure == FreezingMeasure::Order,
            assets: list::count(body.assets.iter()),
            formal_request_by: body.formal_request_by.at(),
        })
    }

    pub(in crate::procedure) fn reported(body: &FreezingReport) -> Self {
        let line = |line: &AssetReport| Line {
            asset: line.asset.get(),
            status: line.status,
            valid_until: line.valid_until.as_ref().map(Instant::at),
            renew_by: line.renew_by.as_ref().map(Instant::at),
            rank: line.rank.map(Ordinal::get),
            released: line.released,
            claimants_told: line.claimants_told.clone(),
        };
        let claim = |claim: &ThirdPartyClaim| Claim {
            asset: claim.asset.get(),
            claim: claim.claim_ref.clone(),
        };
        Self::Reported {
            assets: body.per_asset.iter().map(line).collect(),
            claims: body.third_party_claims.iter().map(claim).collect(),
            settled: body.settled_claims.iter().map(|settled| settled.claim_ref.clone()).collect(),
        }
    }

    pub(in crate::procedure) fn extension(body: &FreezingExtensionRequest) -> Self {
        Self::ExtensionAsked { assets: numbers(&body.assets), until: body.extend_until.at() }
    }

    pub(in crate::procedure) fn recovery(body: &AssetRecoveryRequest) -> Self {
        Self::RecoveryAsked { assets: numbers(&body.assets) }
    }

    pub(in crate::procedure) fn decided(body: &AssetRecoveryDecision) -> Self {
        let decision = |decision: &AssetDecision| Recovery {
            asset: decision.asset.get(),
            granted: decision.outcome == RecoveryOutcome::Granted,
            confiscated: decision.confiscated,
        };
        Self::RecoveryDecided { assets: body.per_asset.iter().map(decision).collect() }
    }

    pub(in crate::procedure) const fn converted(body: &InterimDisposal) -> Self {
        Self::Converted { asset: body.asset.get() }
    }

    pub(in crate::procedure) fn disposed(body: &AssetDispositionNotice) -> Self {
        Self::Disposed { assets: numbers(&body.assets), disposition: body.disposition }
    }

    /// The assets that it names.
    pub fn assets(&self) -> BTreeSet<u64> {
        match self {
            Self::Requested(_) => BTreeSet::new(),
            Self::Reported { assets, .. } => assets.iter().map(|line| line.asset).collect(),
            Self::ExtensionAsked { assets, .. }
            | Self::RecoveryAsked { assets }
            | Self::Disposed { assets, .. } => assets.iter().copied().collect(),
            Self::RecoveryDecided { assets } => assets.iter().map(|one| one.asset).collect(),
            Self::Converted { asset } => BTreeSet::from([*asset]),
        }
    }
}

fn numbers(assets: &BTreeSet<Ordinal>) -> Vec<u64> {
    assets.iter().map(|asset| asset.get()).collect()
}
