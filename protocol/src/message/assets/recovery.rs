//! Frozen assets are to be confiscated, returned or shared; until then one may be turned into money.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::time::Instant;
use crate::message::values::Money;
use crate::message::values::Ordinal;

choice! {
    /// On what a recovery rests. Source: DOMAIN 2.5.
    RecoveryBasis {
        /// An order of confiscation.
        ConfiscationOrder = "confiscation-order",
        /// An order without a conviction.
        NonConviction = "non-conviction",
        /// The return to victims.
        VictimReturn = "victim-return",
        /// Sharing between Parties.
        Sharing = "sharing",
    }
}

record! {
    /// The order of a court or authority.
    RecoveryOrder {
        /// Its reference.
        reference: RecordRef,
        /// Who made it.
        issued_by: Line,
        /// When.
        issued_on: CivilDate,
    }
}

record! {
    /// A part that one Party would have.
    ProposedShare {
        /// Which.
        party: Party,
        /// How much of a hundred.
        percent: u64,
    }
}

record! {
    /// Asks for frozen assets. Source: DOMAIN 2.5, spec msgk-103.
    AssetRecoveryRequest {
        /// Which of the freezing request's assets, from 1.
        assets: BTreeSet<Ordinal>,
        /// On what it rests.
        basis: RecoveryBasis,
        /// The order.
        order: RecoveryOrder,
        /// Whether no appeal lies against the order any more.
        is_final: bool,
        /// The list of victims; required when assets go back to them.
        victim_list_ref: Option<RecordRef>,
        /// How it would be shared; only when it is to be shared, Parties differ, and it adds up to a hundred.
        proposal_share: Vec<ProposedShare>,
    }
    rules(at, faults) {
        // spec: msgk-103
        if basis == Some(RecoveryBasis::VictimReturn) {
            let reason = "a return to victims names the list of them";
            field::demand(victim_list_ref.as_ref(), &at.key("victim_list_ref"), faults, reason);
        }
        let share_at = at.key("proposal_share");
        if basis.is_some_and(|basis| basis != RecoveryBasis::Sharing) {
            field::exclude(proposal_share.as_ref(), &share_at, faults, "shares are proposed where assets are shared");
        }
        if let Some(shares) = &proposal_share {
            list::refuse_repeated(shares.iter().map(|share| &share.party), &share_at, faults);
            let sum = shares.iter().try_fold(0_u64, |sum, share| sum.checked_add(share.percent));
            if !shares.is_empty() && sum != Some(100) {
                faults.add(&share_at, FaultCode::Conflicting, "the shares add up to 100 percent");
            }
        }
    }
}

choice! {
    /// What was decided.
    RecoveryOutcome {
        /// It is recovered.
        Granted = "granted",
        /// It is not.
        Refused = "refused",
    }
}

record! {
    /// What was decided about one asset. Source: DOMAIN 3.6, spec msgk-104.
    AssetDecision {
        /// Which of the freezing request's assets, from 1.
        asset: Ordinal,
        /// What was decided.
        outcome: RecoveryOutcome,
        /// Why not; required when refused, and only there.
        grounds: Vec<StatedGround>,
        /// Whether it is confiscated now; never while a claim pauses it.
        confiscated: bool,
        /// The claim of somebody else that pauses it; only with a grant.
        paused_by_claim: Option<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-104
        let (grounds_at, confiscated_at, paused_at) =
            (at.key("grounds"), at.key("confiscated"), at.key("paused_by_claim"));
        match outcome {
            Some(RecoveryOutcome::Refused) => {
                field::demand(grounds.as_ref(), &grounds_at, faults, "a refusal names its grounds");
                field::exclude(paused_by_claim.as_ref(), &paused_at, faults, "a claim pauses what was granted");
                if confiscated == Some(true) {
                    faults.add(&confiscated_at, FaultCode::Conflicting, "what is refused is not confiscated");
                }
            }
            Some(RecoveryOutcome::Granted) => {
                field::exclude(grounds.as_ref(), &grounds_at, faults, "only a refusal has grounds");
                if confiscated == Some(true) && matches!(paused_by_claim, Some(Some(_))) {
                    let reason = "nothing is confiscated while a claim pauses it";
                    faults.add(&confiscated_at, FaultCode::Conflicting, reason);
                }
            }
            None => {}
        }
    }
}

record! {
    /// Decides on a recovery. Source: DOMAIN 2.5 and 3.6, spec msgk-104.
    AssetRecoveryDecision {
        /// Asset by asset; numbers differ.
        per_asset: OneOrMore<AssetDecision>,
    }
    rules(at, faults) {
        // spec: msgk-104
        let assets = per_asset.iter().flat_map(|assets| assets.iter()).map(|entry| entry.asset);
        list::refuse_repeated(assets, &at.key("per_asset"), faults);
    }
}

tagged! {
    /// What allows a disposal before a decision.
    DisposalAuthority {
        /// The owner's consent.
        Consent(RecordRef) = "consent",
        /// An order of a court.
        CourtOrder(RecordRef) = "court_order",
    }
}

// spec: msgk-105
record! {
    /// Turns an asset into money before it is decided on. Source: DOMAIN 3.6, spec msgk-105.
    InterimDisposal {
        /// Which of the freezing request's assets, from 1.
        asset: Ordinal,
        /// What allows it.
        authority: DisposalAuthority,
        /// Why it does not wait.
        reason: LocalizedText,
        /// What it came to.
        proceeds: Money,
        /// When it was turned into that.
        converted_at: Instant,
        /// Where the money is kept.
        held_by: Line,
    }
}

impl BodyRules for AssetRecoveryRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for AssetRecoveryDecision {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for InterimDisposal {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
