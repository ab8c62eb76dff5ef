//! What became of each asset that was to be frozen.

use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Money;
use crate::message::values::Ordinal;

choice! {
    /// How an asset stands after it. Source: DOMAIN 2.5 and 3.6.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    FreezingStatus {
        /// Held for a short time.
        Held = "held",
        /// Frozen.
        Frozen = "frozen",
        /// Frozen in part.
        Partial = "partial",
        /// There is no such asset.
        NotFound = "not-found",
        /// Another order holds it already.
        AlreadyFrozen = "already-frozen",
        /// It is refused.
        Refused = "refused",
        /// It is free again.
        Released = "released",
    }
}

impl FreezingStatus {
    /// Whether this request keeps it from moving, so that there is an end to watch.
    pub const fn is_kept(self) -> bool {
        match self {
            Self::Held | Self::Frozen | Self::Partial => true,
            Self::NotFound | Self::AlreadyFrozen | Self::Refused | Self::Released => false,
        }
    }
}

choice! {
    /// Why an asset is free again.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    ReleaseCause {
        /// A court of the requested Party released it.
        ByCourt = "by-court",
        /// The request was withdrawn.
        OnWithdrawal = "on-withdrawal",
    }
}

record! {
    /// How one asset stands. Source: DOMAIN 2.5, spec msgk-101.
    AssetReport {
        /// Which of the request's assets, from 1.
        asset: Ordinal,
        /// How it stands.
        status: FreezingStatus,
        /// How much it is; required when frozen in part.
        balance: Option<Money>,
        /// When it goes free; required when held or frozen, also in part, and only there.
        valid_until: Option<Instant>,
        /// By when that can be put off; required and excluded together with it, and not after it.
        renew_by: Option<Instant>,
        /// The place among those who claim it, the order that holds it being 1; required when another holds it,
        /// and only there.
        rank: Option<Ordinal>,
        /// Why; required when refused, and only there.
        grounds: Vec<StatedGround>,
        /// Why it is free; required when released, and only there.
        released: Option<ReleaseCause>,
        /// The claims whose claimants were told that it goes free; each once, and only when released.
        claimants_told: Vec<RecordRef>,
    }
    rules(at, faults) {
        if let Some(status) = status {
            let ends = (valid_until.as_ref(), renew_by.as_ref());
            ends_agree(status, ends, at, faults);
            // spec: msgk-101
            if status == FreezingStatus::Partial {
                let reason = "an asset that is frozen in part says how much that is";
                field::demand(balance.as_ref(), &at.key("balance"), faults, reason);
            }
            let (rank_at, grounds_at, released_at) = (at.key("rank"), at.key("grounds"), at.key("released"));
            if status == FreezingStatus::AlreadyFrozen {
                field::demand(rank.as_ref(), &rank_at, faults, "behind another order there is a rank");
            } else {
                field::exclude(rank.as_ref(), &rank_at, faults, "only behind another order there is a rank");
            }
            if status == FreezingStatus::Refused {
                field::demand(grounds.as_ref(), &grounds_at, faults, "a refusal names its grounds");
            } else {
                field::exclude(grounds.as_ref(), &grounds_at, faults, "only a refusal has grounds");
            }
            if status == FreezingStatus::Released {
                let reason = "a release says whether by a court or on withdrawal";
                field::demand(released.as_ref(), &released_at, faults, reason);
            } else {
                field::exclude(released.as_ref(), &released_at, faults, "only a released asset says why it is free");
                let reason = "claimants are told of a release";
                field::exclude(claimants_told.as_ref(), &at.key("claimants_told"), faults, reason);
            }
            list::refuse_repeated(claimants_told.iter().flatten(), &at.key("claimants_told"), faults);
        }
    }
}

/// What is kept has an end, and a time before it to put the end off; nothing else has.
// spec: msgk-101
fn ends_agree(
    status: FreezingStatus,
    (valid_until, renew_by): (Option<&Option<Instant>>, Option<&Option<Instant>>),
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let (valid_at, renew_at) = (at.key("valid_until"), at.key("renew_by"));
    if status.is_kept() {
        let reason = "what is held or frozen, also in part, goes free at some time";
        field::demand(valid_until, &valid_at, faults, reason);
        let reason = "what is held or frozen, also in part, can be renewed by some time";
        field::demand(renew_by, &renew_at, faults, reason);
    } else {
        let reason = "only what is held or frozen, also in part, has an end";
        field::exclude(valid_until, &valid_at, faults, reason);
        field::exclude(renew_by, &renew_at, faults, reason);
    }
    if let (Some(Some(until)), Some(Some(by))) = (valid_until, renew_by)
        && by.cmp_time(until).is_gt()
    {
        let reason = "it is renewed before it goes free";
        faults.add(&renew_at, FaultCode::Conflicting, reason);
    }
}

record! {
    /// Somebody else says that an asset is theirs.
    ThirdPartyClaim {
        /// Which of the request's assets, from 1.
        asset: Ordinal,
        /// By which it is named later.
        claim_ref: RecordRef,
        /// Who.
        claimant: Line,
        /// What they claim.
        what: LocalizedText,
    }
}

choice! {
    /// What became of a claim.
    ClaimOutcome {
        /// It was found to be right.
        Upheld = "upheld",
        /// It was found to be wrong.
        Dismissed = "dismissed",
        /// The claimant took it back.
        Withdrawn = "withdrawn",
    }
}

record! {
    /// A claim that pauses nothing any more.
    SettledClaim {
        /// Which.
        claim_ref: RecordRef,
        /// What became of it.
        outcome: ClaimOutcome,
    }
}

record! {
    /// Says what became of each asset. Source: DOMAIN 2.5, spec msgk-101.
    FreezingReport {
        /// Asset by asset; a later report names those that changed. Numbers differ.
        per_asset: OneOrMore<AssetReport>,
        /// What others claim; an order that waits behind this one claims it too.
        third_party_claims: Vec<ThirdPartyClaim>,
        /// The claims that are settled; each once, and none that is raised here.
        settled_claims: Vec<SettledClaim>,
        /// What it cost.
        costs: Vec<Money>,
    }
    rules(at, faults) {
        // spec: msgk-101
        let assets = per_asset.iter().flat_map(|assets| assets.iter()).map(|entry| entry.asset);
        list::refuse_repeated(assets, &at.key("per_asset"), faults);
        let claims = || third_party_claims.iter().flatten().map(|claim| &claim.claim_ref);
        list::refuse_repeated(claims(), &at.key("third_party_claims"), faults);
        let settled_at = at.key("settled_claims");
        let settled = || settled_claims.iter().flatten().map(|settled| &settled.claim_ref);
        list::refuse_repeated(settled(), &settled_at, faults);
        if let Some(index) = settled().position(|claim| claims().any(|raised| raised == claim)) {
            let reason = "a claim is settled after it was raised";
            faults.add(&settled_at.item(index), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for FreezingReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
