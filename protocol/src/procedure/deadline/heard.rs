//! What each agency had seen before it said something of a kind.
//!
//! Whether an agency said something after a message is asked for every message of a procedure. Going through all later ones
//! each time would let anyone who sends thousands of messages side by side keep every other node busy; so what the authors
//! had seen is joined once, one set for each author and kind, and looked up after that.

use alloc::collections::BTreeMap;

use crate::ids::AgencyId;
use crate::message::kind::Kind;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// The places that each author had seen, by the kind of what it said after them.
#[derive(Debug, Default)]
pub(super) struct Heard<'a> {
    seen: BTreeMap<&'a AgencyId, BTreeMap<Kind, Places>>,
}

impl<'a> Heard<'a> {
    /// Joins what every author had seen.
    pub(super) fn of(transcript: &'a Transcript) -> Self {
        let mut heard = Self::default();
        for place in 0..transcript.len() {
            if let (Some(act), Some(past)) = (transcript.act(place), transcript.past(place)) {
                let of_author = heard.seen.entry(&act.author).or_default();
                of_author.entry(act.kind).or_insert_with(Places::none).join(past);
            }
        }
        heard
    }

    /// Whether an agency that had seen a message said one of these kinds; anything when there are none.
    pub(super) fn has(&self, place: usize, agency: &AgencyId, kinds: &[Kind]) -> bool {
        let of_agency = self.seen.get(agency).into_iter().flatten();
        let mut fitting = of_agency.filter(|(kind, _)| kinds.is_empty() || kinds.contains(kind));
        fitting.any(|(_, seen)| seen.has(place))
    }
}

#[cfg(test)]
mod tests;
