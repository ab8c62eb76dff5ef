//! Bugs on purpose, to see that the simulator finds them. None of them is in what is shipped: they stand between the
//! engine, the store and the host, in the simulated host alone.

use concord_protocol::engine::effects::Action;
use concord_protocol::engine::record::Record;
use concord_protocol::procedure::act::Act;

use crate::disk::Disk;
use crate::disk::Trouble;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Callers are answered before the commit.
    AnswersBeforeTheSync,
    /// Offers, receipts and requests under a head leave before it is durable.
    SignsBeforeTheHeadIsDurable,
    /// A sync of the disk does nothing and says that it was done.
    SyncsNothing,
    /// A commit that failed is taken for one that was made.
    GoesOnAfterAFailedSync,
    /// The cursor of a link is not remembered: what came before a stop is taken once more.
    ForgetsTheCursor,
    /// Numbers that were given are not remembered: they are given again.
    ForgetsItsNumbers,
    /// What is settled is not remembered as owed: it is not offered again.
    ForgetsWhatItOwes,
    /// The keys of requests are not remembered: asked again, it makes another message.
    ForgetsTheKeysOfRequests,
    /// The same message under a new number is not looked up.
    SkipsTheDuplicateCheck,
    /// A number that is not the next one is taken for it.
    AcceptsAGap,
    /// Neither the journal nor the witness file says what was cosigned.
    ForgetsWhatItWitnessed,
    /// A head file that does not vouch for the data is overruled.
    BelievesOldData,
    /// What was proven against the node's own log is not remembered, and not acted on.
    IgnoresThatItsLogWasLonger,
    /// Who had seen what is told by the times that messages carry.
    ComparesTimesInsteadOfAncestry,
}

impl Bug {
    /// Every bug, each with how many seeds it may take until one of them finds it.
    pub const ALL: [(Self, u64); 14] = [
        (Self::AnswersBeforeTheSync, 100),
        (Self::SignsBeforeTheHeadIsDurable, 100),
        (Self::SyncsNothing, 100),
        (Self::GoesOnAfterAFailedSync, 300),
        (Self::ForgetsTheCursor, 100),
        (Self::ForgetsItsNumbers, 100),
        (Self::ForgetsWhatItOwes, 100),
        (Self::ForgetsTheKeysOfRequests, 300),
        (Self::SkipsTheDuplicateCheck, 300),
        (Self::AcceptsAGap, 1_000),
        (Self::ForgetsWhatItWitnessed, 1_000),
        (Self::BelievesOldData, 300),
        (Self::IgnoresThatItsLogWasLonger, 3_000),
        (Self::ComparesTimesInsteadOfAncestry, 1_000),
    ];

    /// As the command line names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AnswersBeforeTheSync => "answers-before-the-sync",
            Self::SignsBeforeTheHeadIsDurable => "signs-before-the-head-is-durable",
            Self::SyncsNothing => "syncs-nothing",
            Self::GoesOnAfterAFailedSync => "goes-on-after-a-failed-sync",
            Self::ForgetsTheCursor => "forgets-the-cursor",
            Self::ForgetsItsNumbers => "forgets-its-numbers",
            Self::ForgetsWhatItOwes => "forgets-what-it-owes",
            Self::ForgetsTheKeysOfRequests => "forgets-the-keys-of-requests",
            Self::SkipsTheDuplicateCheck => "skips-the-duplicate-check",
            Self::AcceptsAGap => "accepts-a-gap",
            Self::ForgetsWhatItWitnessed => "forgets-what-it-witnessed",
            Self::BelievesOldData => "believes-old-data",
            Self::IgnoresThatItsLogWasLonger => "ignores-that-its-log-was-longer",
            Self::ComparesTimesInsteadOfAncestry => "compares-times-instead-of-ancestry",
        }
    }

    /// The bug of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(bug, _)| bug).find(|bug| bug.name() == name)
    }

    /// Whether actions may come before the commit.
    pub(crate) const fn puts_off_the_commit(self) -> bool {
        matches!(self, Self::AnswersBeforeTheSync | Self::SignsBeforeTheHeadIsDurable)
    }

    /// Which actions come before the commit.
    pub(crate) const fn does_early(self, action: &Action) -> bool {
        if matches!(self, Self::AnswersBeforeTheSync) {
            return matches!(action, Action::Answer(..));
        }
        matches!(
            action,
            Action::Offer(_) | Action::Receipt(_) | Action::Witness(_) | Action::Lift(_)
        )
    }

    /// What a batch loses.
    pub(crate) fn spoil(self, records: &mut Vec<Record>) {
        match self {
            Self::ForgetsTheCursor => records.retain(|record| !matches!(record, Record::Link(_))),
            Self::ForgetsItsNumbers => {
                let mut links = records.iter_mut().filter_map(|record| {
                    if let Record::Link(link) = record { Some(link) } else { None }
                });
                links.all(|link| {
                    link.out_next = link.out_lowest;
                    true
                });
                records.retain(|record| !matches!(record, Record::Outbound(_)));
            }
            Self::ForgetsWhatItOwes => {
                for record in records {
                    if let Record::Link(link) = record {
                        link.out_lowest = link.out_next;
                    }
                }
            }
            Self::ForgetsTheKeysOfRequests => {
                records.retain(|record| !matches!(record, Record::Idempotency(_)));
            }
            Self::ForgetsWhatItWitnessed => {
                records.retain(|record| !matches!(record, Record::PeerHead(_)));
            }
            Self::IgnoresThatItsLogWasLonger => {
                records.retain(|record| !matches!(record, Record::Mode(_)));
            }
            Self::AnswersBeforeTheSync
            | Self::SignsBeforeTheHeadIsDurable
            | Self::SyncsNothing
            | Self::GoesOnAfterAFailedSync
            | Self::SkipsTheDuplicateCheck
            | Self::AcceptsAGap
            | Self::BelievesOldData
            | Self::ComparesTimesInsteadOfAncestry => {}
        }
    }

    /// What a procedure rests on for a node with this bug.
    pub(crate) fn misread(self, acts: &mut [Act]) {
        if self != Self::ComparesTimesInsteadOfAncestry {
            return;
        }
        acts.sort_by_key(|act| (act.created, act.digest));
        let mut before = None;
        for act in acts {
            act.parents = before.into_iter().collect();
            before = Some(act.digest);
        }
    }

    /// What a disk of a node with this bug does.
    pub(crate) fn prepare(self, disk: &Disk) {
        if self == Self::SyncsNothing {
            disk.trouble(Trouble::Lies);
        }
    }
}
