//! Signatures under one package: given, confirmed at home, taken back, recorded by the chair.

use crate::crypto::digest::Digest;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;

record! {
    /// Who signs for a Party.
    Signatory {
        /// For which.
        party: Party,
        /// The name, as it stands under the text.
        name: Line,
        /// The office.
        office: Line,
    }
}

// spec: msgk-116
record! {
    /// Signs a package. Source: DOMAIN 2.6, spec msgk-116.
    SignatureStatement {
        /// Which package.
        package_digest: Digest,
        /// Who signs.
        signatory: Signatory,
        /// The full powers on which the signatory acts.
        full_powers_ref: RecordRef,
        /// Whether it counts only once it is confirmed at home.
        ad_referendum: bool,
        /// What the Party declares beside it.
        declaration: Option<LocalizedText>,
    }
}

// spec: msgk-116
record! {
    /// Confirms a signature that was given ad referendum. Source: DOMAIN 3.7, spec msgk-116.
    SignatureConfirmation {
        /// Which package.
        package_digest: Digest,
        /// The statement that is confirmed: the digest of its message.
        statement: Digest,
        /// The act at home on which it rests.
        confirmed_by: Line,
    }
}

// spec: msgk-116
record! {
    /// Takes a signature back. Source: DOMAIN 3.7, spec msgk-116.
    SignatureRetraction {
        /// Which package.
        package_digest: Digest,
        /// Why.
        reason: Option<LocalizedText>,
    }
}

record! {
    /// One signature as the chair records it.
    RecordedSignature {
        /// Which Party signed.
        party: Party,
        /// Its statement: the digest of the message.
        statement: Digest,
        /// Its confirmation, where it signed ad referendum.
        confirmation: Option<Digest>,
    }
}

record! {
    /// Lists every signature; once each signatory acknowledged it, nothing is taken back. Source: DOMAIN 3.7,
    /// spec msgk-117.
    SigningRecord {
        /// Which package.
        package_digest: Digest,
        /// The signatures of all signatories; Parties and statements differ.
        signatures: OneOrMore<RecordedSignature>,
    }
    rules(at, faults) {
        // spec: msgk-117
        let each = || signatures.iter().flat_map(|signatures| signatures.iter());
        let signatures_at = at.key("signatures");
        list::refuse_repeated(each().map(|signature| &signature.party), &signatures_at, faults);
        list::refuse_repeated(each().map(|signature| signature.statement), &signatures_at, faults);
    }
}

impl BodyRules for SignatureStatement {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A4;
}

impl BodyRules for SignatureConfirmation {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A4;
}

impl BodyRules for SignatureRetraction {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A4;
}

impl BodyRules for SigningRecord {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
