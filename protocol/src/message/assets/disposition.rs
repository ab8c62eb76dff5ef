//! Where the assets went in the end.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::assets::sum;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::values::Money;
use crate::message::values::Ordinal;

choice! {
    /// Where the assets went. Source: DOMAIN 3.6.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Disposition {
        /// Back to those whose they are.
        Returned = "returned",
        /// To several Parties.
        Shared = "shared",
        /// They stay with the requested Party.
        Retained = "retained",
    }
}

record! {
    /// What somebody got back.
    ReturnedPart {
        /// Who, or the fund that pays them.
        to: Line,
        /// How much.
        amount: Money,
    }
}

record! {
    /// What one Party got.
    SharedPart {
        /// Which.
        party: Party,
        /// How much.
        amount: Money,
    }
}

record! {
    /// Says where assets went. Source: DOMAIN 2.5, spec msgk-106.
    AssetDispositionNotice {
        /// Which of the freezing request's assets, from 1.
        assets: BTreeSet<Ordinal>,
        /// Where they went.
        disposition: Disposition,
        /// What they came to; all other amounts are of the same currency and add up to it.
        converted: Money,
        /// What was returned; required when returned.
        returned: Vec<ReturnedPart>,
        /// What was shared; required when shared.
        shared: Vec<SharedPart>,
        /// What stays; required when retained, and then nothing is returned or shared.
        retained: Option<Money>,
        /// What it cost.
        costs: Option<Money>,
        /// The receipts.
        receipts: OneOrMore<RecordRef>,
    }
    rules(at, faults) {
        let (returned_at, shared_at) = (at.key("returned"), at.key("shared"));
        // spec: msgk-106
        match disposition {
            Some(Disposition::Returned) => {
                field::demand(returned.as_ref(), &returned_at, faults, "what is returned goes to somebody");
            }
            Some(Disposition::Shared) => {
                field::demand(shared.as_ref(), &shared_at, faults, "what is shared goes to Parties");
            }
            Some(Disposition::Retained) => {
                field::demand(retained.as_ref(), &at.key("retained"), faults, "what is retained is an amount");
                field::exclude(returned.as_ref(), &returned_at, faults, "what is retained is not returned");
                field::exclude(shared.as_ref(), &shared_at, faults, "what is retained is not shared");
            }
            None => {}
        }
        if let (Some(converted), Some(returned), Some(shared), Some(retained), Some(costs)) =
            (&converted, &returned, &shared, &retained, &costs)
        {
            let returned = returned.iter().map(|part| &part.amount);
            let shared = shared.iter().map(|part| &part.amount);
            let parts: Vec<&Money> = returned.chain(shared).chain(retained).chain(costs).collect();
            amounts_agree(converted, &parts, &at.key("converted"), faults);
        }
    }
}

/// The parts add up to the whole, in one currency.
// spec: msgk-106
fn amounts_agree(whole: &Money, parts: &[&Money], at: &Pointer<'_>, faults: &mut Faults) {
    if parts.iter().any(|part| part.currency != whole.currency) {
        let reason = "all amounts are in the currency of what the assets came to";
        faults.add(&at.key("currency"), FaultCode::Conflicting, reason);
        return;
    }
    let (whole, parts) = (
        sum::sum(core::iter::once(&whole.amount)),
        sum::sum(parts.iter().map(|part| &part.amount)),
    );
    if whole.is_none() || whole != parts {
        let reason = "what is returned, shared, retained and paid as costs adds up to what the assets came to, \
            with at most 18 digits after the point";
        faults.add(&at.key("amount"), FaultCode::Conflicting, reason);
    }
}

impl BodyRules for AssetDispositionNotice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
