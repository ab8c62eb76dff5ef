//! Whether somebody else works on the same target, without saying which target.
//!
//! Absent on purpose: any field of a reply beside hit and no hit. What follows a hit is `core_data`.

use alloc::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::crypto::oprf::DigestPublic;
use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::ListCode;

record! {
    /// Asks whether somebody works on the same identifiers. Source: DOMAIN 2.2, spec msgk-48, dcf-5.
    DeconflictionQuery {
        /// The public half of the key that the digests were made with, which the author's node alone has.
        key: DigestPublic,
        /// The identifiers, each as a digest under that key: a plain one of a number could be guessed.
        keyed_digests: BTreeSet<Digest>,
        /// What kind of case it is, from the shared list.
        case_kind: ListCode,
    }
}

choice! {
    /// Whether somebody works on an identifier. A hidden compartment answers that nobody does.
    Match {
        /// Somebody does; a person confirmed it.
        Hit = "hit",
        /// Nobody does, or nobody may know.
        NoHit = "no-hit",
    }
}

record! {
    /// The answer for one identifier.
    DigestAnswer {
        /// Its keyed digest.
        keyed_digest: Digest,
        /// Whether somebody works on it.
        answer: Match,
    }
}

record! {
    /// Answers a deconfliction query. Source: DOMAIN 2.2, spec msgk-48.
    DeconflictionReply {
        /// The query.
        of: MessageId,
        /// One answer for each identifier.
        answers: OneOrMore<DigestAnswer>,
    }
    rules(at, faults) {
        // spec: msgk-48
        let digests = answers.iter().flat_map(|answers| answers.iter()).map(|answer| answer.keyed_digest);
        list::refuse_repeated(digests, &at.key("answers"), faults);
    }
}

impl DeconflictionReply {
    /// Whether it answers for each identifier of a query, and for no other.
    // spec: dcf-18, xch-54
    pub fn is_about(&self, query: &DeconflictionQuery) -> bool {
        let said: BTreeSet<Digest> = self.answers.iter().map(|one| one.keyed_digest).collect();
        said == query.keyed_digests
    }
}

impl BodyRules for DeconflictionQuery {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for DeconflictionReply {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
