//! What is told after a handover was refused or carried out, time and again until the last word.

use alloc::collections::BTreeSet;

use crate::ids::AgencyId;
use crate::message::assurance::AssuranceKind;
use crate::message::refusal_ground::RefusalGround;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::deadline::Ledger;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::region::Due;
use crate::procedure::deadline::region::End;
use crate::procedure::deadline::region::last;
use crate::procedure::deadline::region::who;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::stage::Stage;

/// What is owed where a handover stands.
pub(super) fn owed<'a>(ledger: &Ledger<'a>, state: &Handover) -> Option<Due<'a>> {
    match state.stage() {
        Stage::Refused => at_home(ledger),
        Stage::HandedOver if state.is_promised_life() => monitoring(ledger, state),
        Stage::HandedOver
        | Stage::Provisional
        | Stage::Submitted
        | Stage::Examining
        | Stage::InfoPending
        | Stage::Consulting
        | Stage::Granted
        | Stage::GrantedConditional
        | Stage::Deferred
        | Stage::Scheduled
        | Stage::InTransfer
        | Stage::Closed
        | Stage::Lapsed
        | Stage::Withdrawn
        | Stage::Rerouted
        | Stage::Frustrated => None,
    }
}

/// Whoever does not hand over an own national prosecutes at home, and tells what becomes of it: from the refusal on, and
/// from each notice on until the last one.
// spec: due-18
fn at_home<'a>(ledger: &Ledger<'a>) -> Option<Due<'a>> {
    let refusal = last(ledger, |act| decided(act).is_some())?;
    if !decided(refusal).is_some_and(keeps_a_national) {
        return None;
    }
    let notice = last(ledger, |act| told(act).is_some());
    if notice.and_then(told).is_some_and(|told| told.closing) {
        return None;
    }
    let by = BTreeSet::from([&refusal.author]);
    Some(due(Duty::HomeTrial, notice.unwrap_or(refusal), by, Fixed::HomeTrial))
}

/// Whoever received a person on the promise to spare the person's life tells that it is kept: from the handover on, and
/// from each word on it on until the case is over.
// spec: due-19
fn monitoring<'a>(ledger: &Ledger<'a>, state: &Handover) -> Option<Due<'a>> {
    let received = last(ledger, receives)?;
    let on_it = |told: &Told| told.assured.contains(&AssuranceKind::NoDeathPenalty);
    let of = last(ledger, |act| told(act).is_some_and(on_it)).unwrap_or(received);
    let by = who(ledger, |agency| agency == state.requesting());
    Some(due(Duty::Monitoring, of, by, Fixed::Monitoring))
}

/// Whoever took the request back once the person had left arranges what becomes of the person: until nobody holds the person
/// any more, or the case is closed.
// spec: due-22
pub(super) fn arranged<'a>(ledger: &Ledger<'a>, state: &Handover) -> Option<Due<'a>> {
    let withdrawals = ledger.acts().map(|(_, act)| act).filter(|act| takes_back(act));
    let fate = |act: &Act| ledger.machine.fates().get(&act.digest);
    // It came too late, or the person was in the hands of somebody between the two.
    let too_late = state.stage() == Stage::HandedOver;
    let between = state.stage() == Stage::Withdrawn && state.has_left();
    let binds = |act: &&Act| match fate(act) {
        Some(Fate::Outranked { .. }) => too_late,
        Some(Fate::Took { .. }) => between,
        Some(Fate::Noted | Fate::Clashes { .. } | Fate::SetAside | Fate::Overtaken(_)) | None => {
            false
        }
    };
    let of = withdrawals.filter(binds).last().filter(|_| state.custody().is_held())?;
    let received = last(ledger, receives)?;
    let by = who(ledger, |agency| agency == state.requesting());
    let since = received.created.max(of.created);
    Some(Due { duty: Duty::Arrangement, of, item: None, by, since, end: End::Class })
}

const fn takes_back(act: &Act) -> bool {
    matches!(&act.fact, Fact::Common(CommonFact::Withdrawn))
}

const fn due<'a>(duty: Duty, of: &'a Act, by: BTreeSet<&'a AgencyId>, term: Fixed) -> Due<'a> {
    Due { duty, of, item: None, by, since: of.created, end: End::Fixed(term) }
}

fn keeps_a_national(decision: &Decision) -> bool {
    let grounds = decision.grounds.as_ref();
    grounds.is_some_and(|named| named.contains(&RefusalGround::OwnNational))
}

const fn receives(act: &Act) -> bool {
    matches!(
        &act.fact,
        Fact::Handover(HandoverFact::Countersigned { .. } | HandoverFact::Arrived { .. })
    )
}

const fn decided(act: &Act) -> Option<&Decision> {
    if let Fact::Handover(HandoverFact::Decided(decision)) = &act.fact {
        Some(decision)
    } else {
        None
    }
}

const fn told(act: &Act) -> Option<&Told> {
    if let Fact::Handover(HandoverFact::OutcomeTold(told)) = &act.fact { Some(told) } else { None }
}
