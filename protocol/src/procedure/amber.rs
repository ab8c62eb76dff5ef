//! What has to be looked at again because a message that it rests on was corrected.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Rank;
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

/// What rests on messages of this procedure that were materially corrected, in the order of the transcript.
///
/// Whoever had seen the correction decided on the right value, and is not listed.
// spec: orc-8
pub fn within<R: Rules>(transcript: &Transcript) -> Vec<Amber> {
    let places: BTreeMap<MessageId, usize> =
        acts(transcript).map(|(place, act)| (act.id, place)).collect();
    let mut found: BTreeMap<usize, Amber> = BTreeMap::new();
    for (correction, act) in acts(transcript) {
        let Fact::Common(CommonFact::Corrected { targets, material: true }) = &act.fact else {
            continue;
        };
        for (place, resting) in acts(transcript).filter(|(_, act)| decides::<R>(act)) {
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

/// What rests, in this procedure, on messages of others that were corrected there: what names one of them, and what was
/// decided in view of that. The ids of what is found can be handed on to a further procedure in the same way.
// spec: orc-9
pub fn across<R: Rules>(transcript: &Transcript, corrected: &BTreeSet<MessageId>) -> Vec<Amber> {
    let mut named: Vec<(usize, MessageId)> = Vec::new();
    for (place, act) in acts(transcript) {
        let names = act.fact.names();
        named.extend(names.into_iter().find(|id| corrected.contains(id)).map(|id| (place, id)));
    }
    let deciding = acts(transcript).filter(|(_, act)| decides::<R>(act));
    let resting = deciding.filter_map(|(place, act)| {
        let rests = |at: usize| at == place || has_seen(transcript, place, at);
        let (_, because) = named.iter().find(|(at, _)| rests(*at))?;
        Some(amber(act, *because))
    });
    resting.collect()
}

fn acts(transcript: &Transcript) -> impl Iterator<Item = (usize, &Act)> {
    (0..transcript.len()).filter_map(|place| Some((place, transcript.act(place)?)))
}

fn has_seen(transcript: &Transcript, later: usize, earlier: usize) -> bool {
    transcript.past(later).is_some_and(|past| past.has(earlier))
}

fn amber(act: &Act, because: MessageId) -> Amber {
    Amber { digest: act.digest, id: act.id, because }
}

/// Whether somebody decides, grants or plans with it.
fn decides<R: Rules>(act: &Act) -> bool {
    if let Fact::Common(CommonFact::Corrected { .. }) = &act.fact {
        return false;
    }
    match R::rank(act) {
        Rank::SignedByBoth | Rank::Decision | Rank::Plan => true,
        Rank::ProtectiveStop | Rank::Custody | Rank::Withdrawal | Rank::Information => false,
    }
}
