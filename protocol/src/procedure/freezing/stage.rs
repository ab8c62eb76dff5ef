//! The stages of a freeze and of each asset, what moves them, and who may: the tables of DOMAIN 3.6.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a freeze stands as a whole: what is furthest from its end. Source: DOMAIN 3.6, spec frz-1.
    Stage {
        /// The request is there.
        Submitted = "submitted",
        /// It is looked at, and of some asset nothing is known yet.
        Reviewing = "reviewing",
        /// Something is held until the request for an order comes.
        EmergencyHold = "emergency-hold",
        /// Every asset is frozen.
        Frozen = "frozen",
        /// Something is frozen.
        PartlyFrozen = "partly-frozen",
        /// Other orders come first.
        Queued = "queued",
        /// Something is to be confiscated.
        ConfiscationPending = "confiscation-pending",
        /// Something is confiscated.
        Confiscated = "confiscated",
        /// What was confiscated went where it goes.
        Settled = "settled",
        /// The request is taken back; what is frozen is still to be released.
        Withdrawn = "withdrawn",
        /// What was frozen is free.
        Released = "released",
        /// The freeze ended.
        Expired = "expired",
        /// Nothing is frozen, because it was refused.
        Refused = "refused",
        /// Nothing is there that could be frozen.
        NothingFound = "nothing-found",
    }
}

choice! {
    /// Where one asset stands. Source: DOMAIN 3.6, spec frz-1.
    AssetStage {
        /// Nothing is known yet.
        Asked = "asked",
        /// It is held for a short time.
        Held = "held",
        /// It is frozen, as a whole or in part.
        Frozen = "frozen",
        /// Another order holds it; this one waits behind it.
        Queued = "queued",
        /// It is to be confiscated, and stays frozen.
        ConfiscationPending = "confiscation-pending",
        /// It is confiscated.
        Confiscated = "confiscated",
        /// It went back to those whose it is.
        Returned = "returned",
        /// It was shared between Parties.
        Shared = "shared",
        /// It stays with the requested Party.
        Retained = "retained",
        /// It is free.
        Released = "released",
        /// Its freeze ended.
        Expired = "expired",
        /// It is not frozen, for a reason in law.
        Refused = "refused",
        /// There is no such asset.
        NotFound = "not-found",
    }
}

choice! {
    /// What moves a freeze or an asset, by what people call it.
    Move {
        /// A human of the requested Party took the request.
        Acknowledge = "acknowledgement",
        /// The request for an order follows a hold.
        Formalise = "freezing-request for an order",
        /// The request is taken back.
        Withdraw = "withdrawal",
        /// An asset is held.
        Hold = "freezing-report held",
        /// An asset is frozen, or its freeze is put off.
        Freeze = "freezing-report frozen or partial",
        /// There is no such asset.
        Miss = "freezing-report not-found",
        /// Another order holds it.
        Queue = "freezing-report already-frozen",
        /// It is refused.
        Refuse = "freezing-report refused",
        /// A court set it free.
        ReleaseByCourt = "freezing-report released by a court",
        /// It is free because the request was taken back.
        ReleaseOnWithdrawal = "freezing-report released on withdrawal",
        /// The freeze is to last longer.
        Extend = "freezing-extension-request",
        /// Its term ended.
        Lapse = "lapse-notice",
        /// It is to be confiscated.
        Recover = "asset-recovery-request",
        /// It will be.
        Grant = "asset-recovery-decision granted",
        /// It is.
        Confiscate = "asset-recovery-decision confiscated",
        /// It will not be.
        RefuseRecovery = "asset-recovery-decision refused",
        /// It was turned into money.
        Convert = "interim-disposal",
        /// It went back.
        Return = "asset-disposition-notice returned",
        /// It was shared.
        Share = "asset-disposition-notice shared",
        /// It stays.
        Retain = "asset-disposition-notice retained",
    }
}

/// While the request can be taken back.
const OPEN: &[Stage] = &[
    Stage::Submitted,
    Stage::Reviewing,
    Stage::EmergencyHold,
    Stage::Frozen,
    Stage::PartlyFrozen,
    Stage::Queued,
    Stage::ConfiscationPending,
    Stage::Confiscated,
];

/// Every edge of a freeze as a whole. Source: DOMAIN 3.6, spec frz-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("frz-2", &[Stage::Submitted], Move::Acknowledge, Side::Requested, Stage::Reviewing),
    stay("frz-3", &[Stage::Reviewing, Stage::EmergencyHold], Move::Formalise, Side::Requesting),
    row("frz-4", OPEN, Move::Withdraw, Side::Requesting, Stage::Withdrawn),
];

use AssetStage::Asked;
use AssetStage::Confiscated;
use AssetStage::ConfiscationPending;
use AssetStage::Expired;
use AssetStage::Frozen;
use AssetStage::Held;
use AssetStage::NotFound;
use AssetStage::Queued;
use AssetStage::Refused;
use AssetStage::Released;
use AssetStage::Retained;
use AssetStage::Returned;
use AssetStage::Shared;

/// While the requested Party keeps it from moving.
const KEPT: &[AssetStage] = &[Held, Frozen, ConfiscationPending];

/// Every edge of one asset. Source: DOMAIN 3.6, spec frz-1.
#[rustfmt::skip]
pub const ASSET_ROWS: &[Row<AssetStage, Move>] = &[
    row("frz-5", &[Asked, Held], Move::Hold, Side::Requested, Held),
    row("frz-6", &[Asked, Held, Queued, Frozen], Move::Freeze, Side::Requested, Frozen),
    stay("frz-7", &[ConfiscationPending], Move::Freeze, Side::Requested),
    row("frz-8", &[Asked, Held], Move::Miss, Side::Requested, NotFound),
    row("frz-9", &[Asked, Queued], Move::Queue, Side::Requested, Queued),
    row("frz-10", &[Asked, Held, Queued], Move::Refuse, Side::Requested, Refused),
    row("frz-11", KEPT, Move::ReleaseByCourt, Side::Requested, Released),
    row("frz-12", KEPT, Move::ReleaseOnWithdrawal, Side::Requested, Released),
    stay("frz-13", &[Held, Frozen], Move::Extend, Side::Requesting),
    row("frz-14", &[Held, Frozen], Move::Lapse, Side::Requested, Expired),
    row("frz-15", &[Frozen], Move::Recover, Side::Requesting, ConfiscationPending),
    stay("frz-16", &[ConfiscationPending], Move::Grant, Side::Requested),
    row("frz-17", &[ConfiscationPending], Move::Confiscate, Side::Requested, Confiscated),
    row("frz-18", &[ConfiscationPending], Move::RefuseRecovery, Side::Requested, Frozen),
    stay("frz-19", KEPT, Move::Convert, Side::Requested),
    row("frz-20", &[Confiscated], Move::Return, Side::Requested, Returned),
    row("frz-21", &[Confiscated], Move::Share, Side::Requested, Shared),
    row("frz-22", &[Confiscated], Move::Retain, Side::Requested, Retained),
];

impl AssetStage {
    /// Whether the requested Party keeps it from moving for this request.
    pub const fn is_kept(self) -> bool {
        match self {
            Held | Frozen | ConfiscationPending => true,
            Asked | Queued | Confiscated | Returned | Shared | Retained | Released | Expired
            | Refused | NotFound => false,
        }
    }

    /// Whether it went where it goes.
    pub const fn is_settled(self) -> bool {
        match self {
            Returned | Shared | Retained => true,
            Asked | Held | Frozen | Queued | ConfiscationPending | Confiscated | Released
            | Expired | Refused | NotFound => false,
        }
    }
}
