//! What has to be looked at again because a message that it rests on was corrected.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::kind::Kind;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::transcript::Transcript;

/// A decision, a grant or a plan that rests on what was wrong. It stands, and a person has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amber {
    /// Names it to machines.
    pub digest: Digest,
    /// Names it to people, and to other procedures.
    pub id: MessageId,
    /// The corrected message.
    pub because: MessageId,
}

/// The kinds of message by which somebody decides, grants or plans; what asks for force against a person or an asset, or
/// for personal data, is a decision of its author. Source: spec orc-8.
#[rustfmt::skip]
pub const DECIDING: &[Kind] = &[
    Kind::RequestForInformation,
    Kind::OnwardTransferDecision,
    Kind::SubjectRightsAnswer,
    Kind::ConflictResolution,
    Kind::Notice,
    Kind::DisputeDecision,
    Kind::ProvisionalArrestRequest,
    Kind::HandoverRequest,
    Kind::IntentToRefuse,
    Kind::HandoverDecision,
    Kind::ConditionsAccepted,
    Kind::ConcurrentRequests,
    Kind::SpecialtyConsentRequest,
    Kind::SpecialtyConsentDecision,
    Kind::CustodyTransferSchedule,
    Kind::ScheduleAnswer,
    Kind::HandoverCertificate,
    Kind::CertificateCountersignature,
    Kind::BatchManifest,
    Kind::ManifestReview,
    Kind::ManifestSeal,
    Kind::ManifestRemoval,
    Kind::ReceptionGuarantee,
    Kind::TransitAuthorisation,
    Kind::JointOperationProposal,
    Kind::ParticipationReply,
    Kind::OperationPlan,
    Kind::PlanSignature,
    Kind::OperationTasking,
    Kind::OperationSignal,
    Kind::FreezingRequest,
    Kind::FreezingReport,
    Kind::FreezingExtensionRequest,
    Kind::AssetRecoveryRequest,
    Kind::AssetRecoveryDecision,
    Kind::InterimDisposal,
];

/// What has to be looked at again in a procedure: what rests on corrected messages of its own, and then what rests on
/// these messages of others, which were corrected or have to be looked at again themselves.
// spec: orc-8, orc-9
pub fn of(transcript: &Transcript, elsewhere: &BTreeSet<MessageId>) -> Vec<Amber> {
    let mut found = within(transcript);
    let listed: BTreeSet<Digest> = found.iter().map(|amber| amber.digest).collect();
    let foreign = named(transcript).intersection(elsewhere).copied().collect();
    let further = across(transcript, &foreign).into_iter();
    found.extend(further.filter(|amber| !listed.contains(&amber.digest)));
    found
}

/// The messages of other procedures that a procedure names.
pub fn named(transcript: &Transcript) -> BTreeSet<MessageId> {
    let own: BTreeSet<MessageId> = acts(transcript).map(|(_, act)| act.id).collect();
    let named = acts(transcript).flat_map(|(_, act)| act.fact.names());
    named.filter(|id| !own.contains(id)).collect()
}

/// The messages of a procedure that were materially corrected.
pub fn corrected(transcript: &Transcript) -> BTreeSet<MessageId> {
    acts(transcript).flat_map(|(_, act)| corrected_by(act)).copied().collect()
}

/// What rests on messages of this procedure that were materially corrected, in the order of the transcript.
///
/// Whoever had seen the correction decided on the right value, and is not listed.
// spec: orc-8
pub fn within(transcript: &Transcript) -> Vec<Amber> {
    let places: BTreeMap<MessageId, usize> =
        acts(transcript).map(|(place, act)| (act.id, place)).collect();
    let mut found: BTreeMap<usize, Amber> = BTreeMap::new();
    for (correction, act) in acts(transcript) {
        let targets = corrected_by(act);
        for (place, resting) in acts(transcript).filter(|(_, act)| decides(act)) {
            if place == correction || has_seen(transcript, place, correction) {
                continue;
            }
            let named = resting.fact.names();
            let rests = |target: &&MessageId| {
                let seen = places.get(*target).is_some_and(|at| has_seen(transcript, place, *at));
                seen || named.contains(*target)
            };
            if let Some(because) = targets.iter().find(rests) {
                found.entry(place).or_insert_with(|| amber(resting, *because));
            }
        }
    }
    found.into_values().collect()
}

/// Whether one message, by its digest, rests on what one of these authors materially corrected, and had not seen it.
// spec: ho-89
pub fn of_one(
    transcript: &Transcript,
    message: &Digest,
    authors: &BTreeSet<&AgencyId>,
) -> Option<Amber> {
    let place = transcript.place(message)?;
    let resting = transcript.act(place)?;
    let past = acts(transcript).filter(|(at, _)| has_seen(transcript, place, *at));
    let mut rests_on: BTreeSet<MessageId> = past.map(|(_, act)| act.id).collect();
    rests_on.extend(resting.fact.names());
    let unseen = acts(transcript).filter(|(at, act)| {
        authors.contains(&act.author) && *at != place && !has_seen(transcript, place, *at)
    });
    let mut corrected = unseen.flat_map(|(_, act)| corrected_by(act));
    let because = corrected.find(|target| rests_on.contains(*target))?;
    Some(amber(resting, *because))
}

/// What rests, in this procedure, on messages of others that were corrected there: what names one of them, and what was
/// decided in view of that. The ids of what is found can be handed on to a further procedure in the same way.
// spec: orc-9
pub fn across(transcript: &Transcript, corrected: &BTreeSet<MessageId>) -> Vec<Amber> {
    let mut named: Vec<(usize, MessageId)> = Vec::new();
    for (place, act) in acts(transcript) {
        let names = act.fact.names();
        named.extend(names.into_iter().find(|id| corrected.contains(id)).map(|id| (place, id)));
    }
    let deciding = acts(transcript).filter(|(_, act)| decides(act));
    let resting = deciding.filter_map(|(place, act)| {
        let rests = |at: usize| at == place || has_seen(transcript, place, at);
        let (_, because) = named.iter().find(|(at, _)| rests(*at))?;
        Some(amber(act, *because))
    });
    resting.collect()
}

/// The messages that a message corrects in what matters.
fn corrected_by(act: &Act) -> &[MessageId] {
    let Fact::Common(CommonFact::Corrected { targets, material: true, .. }) = &act.fact else {
        return &[];
    };
    targets
}

fn decides(act: &Act) -> bool {
    DECIDING.contains(&act.kind)
}

fn acts(transcript: &Transcript) -> impl Iterator<Item = (usize, &Act)> {
    transcript.acts().enumerate()
}

fn has_seen(transcript: &Transcript, later: usize, earlier: usize) -> bool {
    transcript.past(later).is_some_and(|past| past.has(earlier))
}

fn amber(act: &Act, because: MessageId) -> Amber {
    Amber { digest: act.digest, id: act.id, because }
}
