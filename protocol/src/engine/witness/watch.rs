//! What is known of one peer as a witness, and of its log as one that we witness.

use crate::engine::record::CosignedRecord;
use crate::engine::record::PeerCosignedRecord;
use crate::engine::witness::Cosigned;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::wire::witness::VerifiedLift;
use crate::wire::witness::WitnessRefusal;

/// How long an unanswered question holds up the next round.
pub(super) const ROUND_WAIT: Span = Span::from_millis(30_000);

/// How much newer the times under a quorate checkpoint must be for it to be shown, and remembered, again.
pub(super) const FRESHER: Span = Span::from_millis(43_200_000);

/// One peer as a witness of our log, and its log as one that we witness.
#[derive(Debug, Default)]
pub(in crate::engine) struct Watch {
    /// Whether its greeting came in this group or before the start.
    pub(in crate::engine) met: bool,
    /// What it was asked on this connection and has not answered, and when.
    pub(super) asked: Option<(TreeSize, Timestamp)>,
    pub(super) cosigned: Option<Cosigned>,
    pub(super) declined: Option<Declined>,
    /// Size and newest time of the newest quorate checkpoint of ours that it was shown on this connection.
    pub(super) lifted: Option<(TreeSize, Timestamp)>,
    /// The newest quorate checkpoint of its log.
    pub(super) quorate: Option<PeerCosignedRecord>,
    /// The newest time under it, as far as it was shown since the start.
    pub(super) freshest: Option<Timestamp>,
    /// Whether its log has two histories; it is cosigned no more.
    pub(super) condemned: bool,
}

/// What a peer did not cosign on this connection, why, and when it said so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declined {
    pub(super) size: TreeSize,
    pub(super) code: WitnessRefusal,
    pub(super) at: Timestamp,
}

impl Declined {
    /// Whether it stands: for good, or until it is worth while to ask again.
    // spec: wit-19
    fn stands(&self, now: Timestamp) -> bool {
        !self.code.may_pass_away() || now < self.at.after(ROUND_WAIT)
    }
}

impl Watch {
    /// What was remembered of one peer.
    pub(in crate::engine) fn restore(
        peer: &AgencyId,
        notes: &[CosignedRecord],
        quorate: Option<PeerCosignedRecord>,
    ) -> Self {
        let cosigned = notes.iter().filter_map(|note| {
            let cosigner = note.cosigners.iter().find(|cosigner| cosigner.witness == *peer)?;
            Some(Cosigned { size: note.size, at: cosigner.at })
        });
        Self { cosigned: cosigned.max(), quorate, ..Self::default() }
    }

    /// A connection began or ended: what was asked on the last one is not answered any more.
    pub(in crate::engine) fn reset(&mut self) {
        self.met = false;
        self.asked = None;
        self.declined = None;
        self.lifted = None;
    }

    /// The peer's log was succeeded: what was said of the one that ended does not bear on the next.
    pub(in crate::engine) fn begin_log(&mut self) {
        self.reset();
        self.quorate = None;
        self.freshest = None;
        self.condemned = false;
    }

    /// Whether a quorate checkpoint says more than the one that is remembered: of a larger tree, or at a later time.
    // spec: wit-7, wit-14
    pub(super) fn is_news(&self, lift: &VerifiedLift) -> bool {
        let shown = lift.checkpoint();
        match &self.quorate {
            Some(known) if known.size == shown.checkpoint().size => {
                let fresher = |before: Timestamp| newest(lift) >= Some(before.after(FRESHER));
                known.note != shown.note() && self.freshest.is_none_or(fresher)
            }
            Some(known) => known.size < shown.checkpoint().size,
            None => true,
        }
    }

    pub(super) fn lacks(&self, size: TreeSize, now: Timestamp) -> bool {
        let declined = self.declined.filter(|declined| declined.size == size);
        !declined.is_some_and(|declined| declined.stands(now)) && !self.waits(now)
    }

    fn waits(&self, now: Timestamp) -> bool {
        self.asked.is_some_and(|(_, at)| now < at.after(ROUND_WAIT))
    }
}

/// The newest time under a checkpoint that was shown.
pub(super) fn newest(lift: &VerifiedLift) -> Option<Timestamp> {
    lift.cosigners().values().max().map(|at| at.instant())
}
