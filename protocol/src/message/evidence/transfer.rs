//! Exhibits go to another agency, each with its chain.

use alloc::collections::BTreeMap;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::evidence::exhibit;
use crate::message::evidence::exhibit::ChainFault;
use crate::message::evidence::exhibit::CustodyEntry;
use crate::message::evidence::exhibit::Exhibit;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;

record! {
    /// Hands exhibits over. Source: DOMAIN 2.5, spec msgk-98.
    EvidenceTransfer {
        /// Which; numbers differ.
        exhibits: OneOrMore<Exhibit>,
        /// Every change of hands of each, in order; the exhibits may stand mixed.
        chain: OneOrMore<CustodyEntry>,
        /// The warrants, orders and consents that cover seizure and export.
        authorization_refs: OneOrMore<RecordRef>,
        /// For what it may be used; an empty list states that its use is not limited.
        use_limits: Stated<LocalizedText>,
        /// Whether it must come back.
        return_required: bool,
        /// What is known of how it is encrypted.
        encryption_known: Option<LocalizedText>,
        /// What may be privileged in it.
        privileged_material: Option<LocalizedText>,
    }
    rules(at, faults) {
        let numbers = exhibits.iter().flat_map(|exhibits| exhibits.iter()).map(|exhibit| &exhibit.exhibit_number);
        list::refuse_repeated(numbers, &at.key("exhibits"), faults);
        if let (Some(exhibits), Some(chain)) = (&exhibits, &chain) {
            chain_agrees(exhibits, chain, &at.key("chain"), faults);
        }
    }
}

/// Each exhibit has a chain without a gap that ends with the seal it has now, and no other thing has one.
// spec: msgk-98
fn chain_agrees(
    exhibits: &OneOrMore<Exhibit>,
    chain: &OneOrMore<CustodyEntry>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let mut last: BTreeMap<&RecordRef, &CustodyEntry> = BTreeMap::new();
    for (index, entry) in chain.iter().enumerate() {
        let number = &entry.exhibit_number;
        let entry_at = at.item(index);
        if !exhibits.iter().any(|exhibit| exhibit.exhibit_number == *number) {
            let reason = "a change of hands is that of an exhibit of this transfer";
            faults.add(&entry_at.key("exhibit_number"), FaultCode::Conflicting, reason);
        }
        let before = last.insert(number, entry);
        if let Some(fault) = exhibit::chain_fault(before, entry) {
            let (key, reason) = explain(fault);
            faults.add(&entry_at.key(key), FaultCode::Conflicting, reason);
        }
    }
    for exhibit in exhibits.iter() {
        let reason = match last.get(&exhibit.exhibit_number) {
            None => "every exhibit has its chain, from its seizure on",
            Some(entry) if entry.seal_after != exhibit.seal_no => {
                "the last change of hands of an exhibit leaves it with the seal that it has now"
            }
            Some(_) => continue,
        };
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

/// The field in which the fault shows, and the rule.
const fn explain(fault: ChainFault) -> (&'static str, &'static str) {
    match fault {
        ChainFault::Number => {
            ("seq", "the changes of hands of an exhibit are numbered 1, 2, 3 in order")
        }
        ChainFault::Giver => ("from", "who gives an exhibit is who took it before"),
        ChainFault::Time => ("at", "a change of hands is not earlier than the one before"),
    }
}

impl BodyRules for EvidenceTransfer {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
