//! Whose rescue may be about somebody who is about to be granted, listed, sealed or looked for: by names, or because it only
//! describes a person.
//!
//! Uses `protocol::names`. Names match on many people, so nothing follows from it but that an officer looks and says so. Bodies
//! are opened for this each time and dropped at once, because a name has no keyed digest that finds another spelling; the
//! officer is told which procedures to look at and how near they come, and nothing of what they say.
//!
//! Absent on purpose: marks that match by themselves ([`people`](super::people)), and a memory of who looked at what.

mod near;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use concord_protocol::codec::value::Value;
use concord_protocol::envelope::open::Opened;
use concord_protocol::ids::Party;
use concord_protocol::message::body::Body;
use concord_protocol::message::intelligence::notice::NoticeKind;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::values::Site;
use concord_protocol::names::draft::People;
use concord_protocol::names::reason::Grade;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Objection;
use crate::host::elsewhere::board::Say;
use crate::host::elsewhere::board::Seen;
use crate::host::elsewhere::namesakes::near::Near;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Rescues that a refusal names. Beyond it: the rest is counted.
const NAMED_MAX: usize = 16;

/// Why a rescue may be about somebody.
enum Because {
    /// Names agree so far.
    Names(Grade),
    /// It only describes a person, in the State of this agency.
    Described,
    /// There are too many people to compare each with each.
    LeftOut,
}

/// Asks for an officer's look before somebody is granted, listed, sealed or looked for to be arrested.
// spec: res-44
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Some(bodies) = about(shared, submission)? else { return Ok(()) };
    let mut rescues = shared.board.seen(shared, Say::Names)?;
    rescues.retain(|rescue| !submission.rescues_checked().contains(&rescue.procedure));
    if rescues.is_empty() {
        return Ok(());
    }
    // Who is looked for can be anywhere; who is held is here.
    let is_held = !matches!(submission.body(), Body::Notice(_));
    let directory = shared.directory();
    let here = directory.charter().member(&shared.me).filter(|_| is_held).map(|me| &me.party);
    let found = compare(shared, &bodies, &rescues, here)?;
    if found.is_empty() { Ok(()) } else { Err(refusal(&found).into()) }
}

/// The bodies that say whom a message grants, lists, seals or looks for; `None` where it does nothing of the kind.
fn about(shared: &Shared, submission: &Submission) -> Result<Option<Vec<Value>>, ReadError> {
    let body = submission.body();
    let is_wanted = matches!(body, Body::Notice(notice) if notice.kind == NoticeKind::Wanted);
    let says_itself = is_wanted || matches!(body, Body::BatchManifest(_));
    if says_itself {
        return Ok(Some(vec![body.write()]));
    }
    let grants = matches!(body, Body::HandoverDecision(decision) if decision.outcome.is_grant());
    if !grants && !matches!(body, Body::ManifestSeal(_)) {
        return Ok(None);
    }
    let Some(procedure) = submission.procedure() else { return Ok(None) };
    let book = shared.reader.book(&procedure)?;
    let messages = match book.machine() {
        Some(Machine::Batch(folded)) => vec![folded.state.listed_in()],
        Some(_) | None => people::digests_of(&book, people::OF_A_HANDOVER),
    };
    let opened = people::opened(shared, &messages)?;
    Ok(Some(opened.iter().map(|opened| opened.body().write()).collect()))
}

/// Holds the people of these bodies against those of the rescues; `here` is the State in which somebody is held.
fn compare<'r>(
    shared: &Shared,
    bodies: &[Value],
    rescues: &'r [Seen],
    here: Option<&Party>,
) -> Result<Vec<(&'r Seen, Because)>, ReadError> {
    let whom: Vec<People> = bodies.iter().map(People::of).collect();
    let mut described = Vec::new();
    let near = near::all(&whom, rescues, |rescue| -> Result<Vec<People>, ReadError> {
        let reports = people::opened(shared, &rescue.messages)?;
        if here.is_some_and(|here| only_describe(&reports, here)) {
            described.push(rescue);
        }
        Ok(reports.iter().map(|one| People::of(&one.body().write())).collect())
    })?;
    Ok(told(near, described))
}

/// Each rescue that has to be looked at, once, by the first reason that it gives.
// spec: res-44
fn told<'r>(near: Near<'r, Seen>, described: Vec<&'r Seen>) -> Vec<(&'r Seen, Because)> {
    let named = near.found.into_iter().map(|(rescue, grade)| (rescue, Because::Names(grade)));
    let described = described.into_iter().map(|rescue| (rescue, Because::Described));
    let left_out = near.left_out.into_iter().map(|rescue| (rescue, Because::LeftOut));
    let mut known = BTreeSet::new();
    let mut found: Vec<(&Seen, Because)> = named.chain(described).chain(left_out).collect();
    found.retain(|(rescue, _)| known.insert(rescue.procedure));
    found
}

/// Whether the reports of a rescue describe somebody in this State whom none of them names.
fn only_describe(reports: &[Opened], here: &Party) -> bool {
    let unnamed = |one| {
        let Body::RescueRequest(rescue) = Opened::body(one) else { return None };
        rescue.person.is_none().then_some(&rescue.location)
    };
    let sites: Option<Vec<&Site>> = reports.iter().map(unnamed).collect();
    sites.is_some_and(|sites| sites.iter().any(|site| site.country.as_str() == here.as_str()))
}

/// Names the first rescues at which nobody has looked, and counts the others.
fn refusal(found: &[(&Seen, Because)]) -> Refusal {
    let named = found.iter().take(NAMED_MAX).map(|(rescue, because)| match because {
        Because::Names(grade) => format!("{} ({grade})", rescue.procedure),
        Because::Described => format!("{} (only described)", rescue.procedure),
        Because::LeftOut => format!("{} (not compared with everybody)", rescue.procedure),
    });
    let named: Vec<String> = named.collect();
    let more = found.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let why = format!("open rescues may be about somebody here: {}{more}", named.join(", "));
    let remedy = "look at each: where it is the same person the rescue comes to its end first; where it is not, add its \
                  procedure to `rescues_checked`, and so on until no other one is named. Names decide nothing";
    Refusal::safeguard("res-44", why, remedy)
}
