//! A Party holds that a notice should not have gone out, and does not show it meanwhile.

use alloc::collections::BTreeSet;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::LocalizedText;

choice! {
    /// Why a notice is challenged.
    ChallengeGround {
        /// It is political.
        Political = "political",
        /// It is military.
        Military = "military",
        /// It is religious.
        Religious = "religious",
        /// It is racial.
        Racial = "racial",
        /// It is a dispute between private people.
        PrivateDispute = "private-dispute",
        /// The person may be a victim.
        Victim = "victim",
        /// The document or the penalty does not carry it.
        NoBasis = "no-basis",
        /// It is about somebody else, or says what is not so.
        Inaccurate = "inaccurate",
    }
}

// spec: msgk-54
record! {
    /// Challenges a notice. Source: DOMAIN 4.2, spec msgk-54.
    NoticeChallenge {
        /// The notice.
        notice: MessageId,
        /// On which grounds.
        grounds: BTreeSet<ChallengeGround>,
        /// Why they hold.
        reason: LocalizedText,
    }
}

impl BodyRules for NoticeChallenge {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
