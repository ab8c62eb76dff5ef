//! What an operation came to on the territory of one Party.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::identifier::Identifier;
use crate::message::list;
use crate::message::list::Stated;
use crate::message::operation::counts::PersonCounts;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Money;

choice! {
    /// What was seized. Source: DOMAIN 2.4.
    SeizedKind {
        /// Computers.
        Computer = "computer",
        /// Phones.
        Phone = "phone",
        /// SIM cards.
        SimCard = "sim-card",
        /// Bank cards.
        BankCard = "bank-card",
        /// Cash.
        Cash = "cash",
        /// Crypto-assets.
        Crypto = "crypto",
        /// Vehicles.
        Vehicle = "vehicle",
        /// Documents.
        Document = "document",
    }
}

record! {
    /// Things of one kind that were seized.
    Seizure {
        /// What kind.
        kind: SeizedKind,
        /// How many pieces, at least 1.
        qty: u64,
        /// What they are worth.
        value: Option<Money>,
        /// Their numbers as exhibits; each once.
        exhibits: Vec<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-96
        if qty == Some(0) {
            faults.add(&at.key("qty"), FaultCode::OutOfRange, "at least 1: what was not seized is left out");
        }
        list::refuse_repeated(exhibits.iter().flatten(), &at.key("exhibits"), faults);
    }
}

record! {
    /// Something that went otherwise than planned.
    OperationIncident {
        /// When.
        at: Instant,
        /// What.
        what: LocalizedText,
    }
}

record! {
    /// What the operation came to for the sender's Party. Source: DOMAIN 2.4, spec msgk-96.
    OperationResult {
        /// Over which time.
        period: TimeRange,
        /// Who was found.
        persons: PersonCounts,
        /// What was seized; an empty list states that nothing was.
        seizures: Stated<Seizure>,
        /// How many were rescued.
        rescued: u64,
        /// The notices for those who escaped.
        escaped: Vec<MessageId>,
        /// What went otherwise than planned; an empty list states that nothing did.
        incidents: Stated<OperationIncident>,
        /// What is known already.
        first_findings: Option<LocalizedText>,
        /// Numbers and addresses that were found.
        new_indicators: Vec<Identifier>,
    }
}

impl BodyRules for OperationResult {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
