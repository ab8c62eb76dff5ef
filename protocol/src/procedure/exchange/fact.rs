//! What the messages of the simple procedures state.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::control::subject_rights::RightsOutcome;
use crate::message::control::subject_rights::RightsRole;
use crate::message::control::subject_rights::SubjectRightsAnswer;
use crate::message::control::subject_rights::SubjectRightsNotice;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::message::intelligence::block_effect_report::BlockEffectReport;
use crate::message::intelligence::core_data::CoreData;
use crate::message::intelligence::deconfliction::DeconflictionQuery;
use crate::message::intelligence::deconfliction::DeconflictionReply;
use crate::message::intelligence::deconfliction::Match;
use crate::message::intelligence::feed::FeedDelta;
use crate::message::intelligence::feed::FeedGapRequest;
use crate::message::intelligence::feed::FeedSnapshot;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::indicator_dispute::DisputeDecision;
use crate::message::intelligence::indicator_dispute::DisputeOutcome;
use crate::message::intelligence::indicator_dispute::IndicatorDispute;
use crate::message::intelligence::notice::Notice;
use crate::message::intelligence::notice::NoticeKind;
use crate::message::intelligence::notice_challenge::NoticeChallenge;
use crate::message::intelligence::sighting::Sighting;
use crate::message::intelligence::validity::NoticeStanding;
use crate::message::intelligence::validity::ValidityConfirmation;
use crate::message::intelligence::validity::ValidityQuery;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;

/// A fact of one of the simple procedures. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExchangeFact {
    /// Of a notice.
    Notice(NoticeFact),
    /// Of a deconfliction.
    Deconfliction(DeconflictionFact),
    /// Of a feed of indicators.
    Feed(FeedFact),
    /// Of a person's rights.
    Rights(RightsFact),
}

/// A fact of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeFact {
    /// Agencies are asked to look out.
    Published {
        /// Whether somebody is wanted.
        wanted: bool,
        /// When the notice ends.
        expires: Timestamp,
    },
    /// Somebody or something was seen.
    Seen {
        /// By which notice.
        notice: MessageId,
        /// The confirmation that the notice stood, where somebody acted on it.
        confirmation: Option<MessageId>,
    },
    /// The notice is challenged.
    Challenged {
        /// The notice.
        notice: MessageId,
    },
    /// It is asked whether the notice stands.
    Asked {
        /// The notice.
        notice: MessageId,
    },
    /// The originator says how it stands.
    Confirmed {
        /// The query.
        of: MessageId,
        /// The notice.
        notice: MessageId,
        /// How it stands.
        standing: NoticeStanding,
    },
}

/// A fact of a deconfliction. Identifiers are counted and not named: under their key they could be found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeconflictionFact {
    /// Identifiers are asked about.
    Asked {
        /// How many.
        identifiers: u64,
    },
    /// It is said for each whether there is a hit.
    Answered {
        /// The query.
        of: MessageId,
        /// For how many.
        answers: u64,
        /// How many are hits.
        hits: u64,
    },
    /// It is said what lies behind hits.
    Told {
        /// The reply with the hits.
        of: MessageId,
        /// Behind how many.
        hits: u64,
    },
}

/// A fact of a feed of indicators. References stand as SHA-256 of their text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedFact {
    /// The feed as a whole.
    Whole {
        /// The feed.
        feed: Digest,
        /// Where it stands.
        at: FeedPoint,
    },
    /// What changed.
    Changed {
        /// The feed.
        feed: Digest,
        /// Where the change starts.
        from: FeedPoint,
        /// Where it leads.
        to: FeedPoint,
    },
    /// Something of it was missed.
    Missed {
        /// The feed.
        feed: Digest,
        /// Up to which number; absent when the whole is asked for.
        to_seq: Option<u64>,
    },
    /// What blocking did.
    Blocked(BlockEffect),
    /// An entry is disputed.
    Disputed {
        /// The feed.
        feed: Digest,
        /// The entry.
        entry: Digest,
    },
    /// A dispute is decided.
    Decided {
        /// The dispute.
        of: MessageId,
        /// What became of the entry.
        outcome: DisputeOutcome,
        /// What is recommended from now on; absent when the entry is withdrawn.
        recommended: Option<Recommended>,
    },
}

/// One state of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPoint {
    /// The number of its last change.
    pub seq: u64,
    /// The root of the hashes of its entries.
    pub root: Digest,
}

/// What blocking did in one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockEffect {
    /// By which feed; absent when all feeds count together.
    pub feed: Option<Digest>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many attempts of which type.
    pub counts: Vec<(AttemptType, u64)>,
}

/// A fact about a person's rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RightsFact {
    /// Somebody asks.
    Asked {
        /// About which messages.
        items: Vec<MessageId>,
        /// By when there has to be an answer.
        due: Timestamp,
    },
    /// An agency answers.
    Answered {
        /// The notice.
        of: MessageId,
        /// In which role.
        role: RightsRole,
        /// What was decided.
        outcome: RightsOutcome,
    },
}

impl ExchangeFact {
    /// The messages that it names.
    pub(in crate::procedure) fn names(&self) -> Vec<MessageId> {
        match self {
            Self::Notice(fact) => match fact {
                NoticeFact::Published { .. } => Vec::new(),
                NoticeFact::Seen { notice, .. }
                | NoticeFact::Challenged { notice }
                | NoticeFact::Asked { notice }
                | NoticeFact::Confirmed { notice, .. } => Vec::from([*notice]),
            },
            Self::Deconfliction(fact) => match fact {
                DeconflictionFact::Asked { .. } => Vec::new(),
                DeconflictionFact::Answered { of, .. } | DeconflictionFact::Told { of, .. } => {
                    Vec::from([*of])
                }
            },
            Self::Feed(fact) => match fact {
                FeedFact::Decided { of, .. } => Vec::from([*of]),
                FeedFact::Whole { .. }
                | FeedFact::Changed { .. }
                | FeedFact::Missed { .. }
                | FeedFact::Blocked(_)
                | FeedFact::Disputed { .. } => Vec::new(),
            },
            Self::Rights(fact) => match fact {
                RightsFact::Asked { items, .. } => items.clone(),
                RightsFact::Answered { of, .. } => Vec::from([*of]),
            },
        }
    }
}

impl NoticeFact {
    pub(in crate::procedure) fn published(body: &Notice) -> Self {
        Self::Published { wanted: body.kind == NoticeKind::Wanted, expires: body.expires.at() }
    }

    pub(in crate::procedure) fn seen(body: &Sighting) -> Self {
        Self::Seen { notice: body.notice, confirmation: body.validity_confirmation }
    }

    pub(in crate::procedure) fn challenged(body: &NoticeChallenge) -> Self {
        Self::Challenged { notice: body.notice }
    }

    pub(in crate::procedure) fn asked(body: &ValidityQuery) -> Self {
        Self::Asked { notice: body.notice }
    }

    pub(in crate::procedure) fn confirmed(body: &ValidityConfirmation) -> Self {
        Self::Confirmed { of: body.of, notice: body.notice, standing: body.standing }
    }
}

impl DeconflictionFact {
    pub(in crate::procedure) fn asked(body: &DeconflictionQuery) -> Self {
        Self::Asked { identifiers: count(body.keyed_digests.len()) }
    }

    pub(in crate::procedure) fn answered(body: &DeconflictionReply) -> Self {
        let answers = body.answers.as_slice();
        let hits = answers.iter().filter(|answer| answer.answer == Match::Hit).count();
        Self::Answered { of: body.of, answers: count(answers.len()), hits: count(hits) }
    }

    pub(in crate::procedure) fn told(body: &CoreData) -> Self {
        Self::Told { of: body.of, hits: count(body.hits.as_slice().len()) }
    }
}

impl FeedFact {
    pub(in crate::procedure) fn whole(body: &FeedSnapshot) -> Self {
        let at = FeedPoint { seq: body.seq, root: body.root_hash };
        Self::Whole { feed: mark(&body.feed_id), at }
    }

    pub(in crate::procedure) fn changed(body: &FeedDelta) -> Self {
        Self::Changed {
            feed: mark(&body.feed_id),
            from: FeedPoint { seq: body.from_seq, root: body.prev_hash },
            to: FeedPoint { seq: body.to_seq, root: body.root_hash },
        }
    }

    pub(in crate::procedure) fn missed(body: &FeedGapRequest) -> Self {
        Self::Missed { feed: mark(&body.feed_id), to_seq: body.to_seq }
    }

    pub(in crate::procedure) fn blocked(body: &BlockEffectReport) -> Self {
        let counts = body.attempts_blocked_by_type.iter().map(|count| (count.attempt, count.count));
        Self::Blocked(BlockEffect {
            feed: body.feed_id.as_ref().map(mark),
            from: body.period.from.at(),
            until: body.period.to.at(),
            counts: counts.collect(),
        })
    }

    pub(in crate::procedure) fn disputed(body: &IndicatorDispute) -> Self {
        Self::Disputed { feed: mark(&body.feed_id), entry: mark(&body.entry) }
    }

    pub(in crate::procedure) fn decided(body: &DisputeDecision) -> Self {
        Self::Decided { of: body.of, outcome: body.outcome, recommended: body.recommended }
    }
}

impl RightsFact {
    pub(in crate::procedure) fn asked(body: &SubjectRightsNotice) -> Self {
        Self::Asked { items: body.items.as_slice().to_vec(), due: body.due.at() }
    }

    pub(in crate::procedure) fn answered(body: &SubjectRightsAnswer) -> Self {
        Self::Answered { of: body.of, role: body.role, outcome: body.outcome }
    }
}

/// A reference without its text.
pub(in crate::procedure) fn mark(reference: &RecordRef) -> Digest {
    digest::sha256(reference.as_str().as_bytes())
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
