//! What is due because of where a procedure stands, rather than after one message.

mod follow_up;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::batch::sealing::RemovalReason;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::kind::Kind;
use crate::message::refusal_ground::RefusalGround;
use crate::message::text::ItemId;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::batch::Batch;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::cycle::Cycle;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::deadline;
use crate::procedure::deadline::Basis;
use crate::procedure::deadline::Deadline;
use crate::procedure::deadline::Ledger;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::elsewhere::decision;
use crate::procedure::fact::Fact;
use crate::procedure::freezing::Freezing;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::stage::Stage as HandoverStage;
use crate::procedure::information::Information;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::information::stage::Stage as InformationStage;
use crate::procedure::machine::Machine;
use crate::procedure::operation::Operation;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::operation::stage::Stage as OperationStage;
use crate::procedure::outcome::Outcome;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::rescue::Rescue;
use crate::procedure::side::Side;

/// One thing that is due, before it is dated for each who owes it.
struct Due<'a> {
    duty: Duty,
    of: &'a Act,
    item: Option<&'a ItemId>,
    by: BTreeSet<&'a AgencyId>,
    since: Timestamp,
    end: End,
}

/// When it ends: a date, or a fixed term from its beginning, or whichever is the earlier.
#[derive(Clone, Copy)]
enum End {
    Date(Timestamp, Basis),
    Fixed(Fixed),
    Class,
    /// The class, or whichever earlier date the message asks for.
    Asked,
    Earlier(Timestamp, Fixed),
}

// spec: due-11
pub(super) fn owed(ledger: &Ledger<'_>) -> Vec<Deadline> {
    let Some(opening) = ledger.transcript().act(0) else { return Vec::new() };
    let dues = match ledger.machine {
        Machine::Handover(folded) => handover(ledger, &folded.state, opening),
        Machine::Batch(folded) => batch(ledger, &folded.state),
        Machine::Information(folded) => information(ledger, &folded.state, opening),
        Machine::Freezing(folded) => freezing(ledger, &folded.state, opening),
        Machine::Rescue(folded) => rescue(ledger, &folded.state, opening),
        Machine::Cycle(folded) => actions(ledger, &folded.state, opening),
        Machine::Operation(folded) => operation(ledger, &folded.state, opening),
        Machine::Outcome(folded) => signatories(ledger, &folded.state),
        Machine::Report(_)
        | Machine::Notice(_)
        | Machine::Deconfliction(_)
        | Machine::Feed(_)
        | Machine::Rights(_)
        | Machine::Plain(_) => Vec::new(),
    };
    dues.iter().flat_map(|due| due.by.iter().map(|agency| dated(ledger, due, agency))).collect()
}

fn dated(ledger: &Ledger<'_>, due: &Due<'_>, agency: &AgencyId) -> Deadline {
    let end = |term: Term| ledger.end(term, due.of, due.since, agency);
    let fixed = |which: Fixed| end(ledger.view.profile.fixed(which));
    let by_class = || {
        let term = ledger.view.profile.class(due.of.urgency).answer;
        (end(term), Basis::Class(due.of.urgency))
    };
    let of_message = |date: Timestamp| (date, Basis::Message);
    let end = match due.end {
        End::Date(date, basis) => (date, basis),
        End::Fixed(term) => (fixed(term), Basis::Fixed(term)),
        End::Class => by_class(),
        End::Asked => by_class().min(due.of.respond_by.map_or(by_class(), of_message)),
        End::Earlier(date, term) => (date, Basis::Message).min((fixed(term), Basis::Fixed(term))),
    };
    let mut deadline = ledger.deadline((due.duty, agency), due.of, end);
    deadline.item = due.item.cloned();
    deadline.since = due.since;
    let all = ledger.machine.common().participants().keys();
    deadline.owed_to = all.filter(|other| *other != agency).cloned().collect();
    // Whoever asked for the person is not told of the rescue.
    if due.duty == Duty::Rescue {
        deadline.owed_to.clear();
    }
    deadline.flag = deadline::flag(due.since, deadline.due, ledger.view.now);
    deadline
}

/// Those participants for whom it holds.
fn who<'a>(ledger: &Ledger<'a>, holds: impl Fn(&AgencyId) -> bool) -> BTreeSet<&'a AgencyId> {
    ledger.machine.common().participants().keys().filter(|agency| holds(agency)).collect()
}

fn act<'a>(ledger: &Ledger<'a>, digest: &Digest) -> Option<&'a Act> {
    let transcript = ledger.transcript();
    transcript.place(digest).and_then(|place| transcript.act(place))
}

/// The last message by an agency of those whose fact fits.
fn last<'a>(ledger: &Ledger<'a>, fits: impl Fn(&Act) -> bool) -> Option<&'a Act> {
    let fitting = ledger.acts().map(|(_, act)| act).filter(|act| fits(act));
    fitting.filter(|act| deadline::counts(ledger.machine, act)).last()
}

fn handover<'a>(ledger: &Ledger<'a>, state: &'a Handover, opening: &'a Act) -> Vec<Due<'a>> {
    let mut dues = Vec::new();
    // spec: due-9
    if let Some(release) = state.release_due().filter(|_| state.custody().is_held()) {
        let by = who(ledger, |agency| state.sides(agency).contains(&Side::Holder));
        let end = End::Date(release, Basis::Detention);
        let took = |act: &Act| decision::has_counted(ledger.machine, &act.digest);
        let of = last(ledger, |act| states_a_clock(act) && took(act)).unwrap_or(opening);
        dues.push(Due { duty: Duty::Release, of, item: None, by, since: of.created, end });
    }
    if let Some(request_by) =
        state.awaited_by().filter(|_| state.stage() == HandoverStage::Provisional)
    {
        dues.push(dated_by(opening, Duty::FullRequest, &opening.author, request_by));
        if request_by <= ledger.view.now && state.custody().is_held() {
            let by = who(ledger, |agency| state.sides(agency).contains(&Side::Holder));
            let end = End::Date(request_by, Basis::Message);
            let since = opening.created;
            dues.push(Due { duty: Duty::Release, of: opening, item: None, by, since, end });
        }
    }
    if let Some(since) = state.half_signed_since() {
        let by = who(ledger, |agency| state.sides(agency).contains(&Side::Receiving));
        dues.push(signature(opening, by, since));
    }
    if let Some((schedule, silent)) = state.unagreed()
        && let Some(of) = act(ledger, &schedule)
    {
        dues.push(schedule_answer(of, silent));
    }
    dues.extend(screenings(ledger, |_| true, |agency| state.sides(agency).contains(&Side::Holder)));
    dues.extend(taking_over(ledger, state));
    dues.extend(follow_up::owed(ledger, state));
    dues.extend(follow_up::arranged(ledger, state));
    dues
}

/// A rescue of somebody of whom signs of a victim were found here. Whether there is one, this procedure does not say.
// spec: due-16
fn taking_over<'a>(ledger: &Ledger<'a>, state: &Handover) -> Option<Due<'a>> {
    if !state.needs_a_rescue() {
        return None;
    }
    let took = |act: &Act| decision::has_counted(ledger.machine, &act.digest);
    let of = last(ledger, |act| act.kind == Kind::VictimScreeningReport && took(act))?;
    let by = who(ledger, |agency| state.sides(agency).contains(&Side::Holder));
    Some(Due { duty: Duty::Rescue, of, item: None, by, since: of.created, end: End::Class })
}

fn batch<'a>(ledger: &Ledger<'a>, state: &'a Batch) -> Vec<Due<'a>> {
    let mut dues = Vec::new();
    let Some(opening) = ledger.transcript().act(0) else { return dues };
    if let Some(since) = state.half_signed_since() {
        let by = who(ledger, |agency| state.sides(agency).contains(&Side::Receiving));
        dues.push(signature(opening, by, since));
    }
    if let Some(of) = state.schedule().and_then(|schedule| act(ledger, &schedule)) {
        dues.push(schedule_answer(of, state.unagreed().into_iter().collect()));
    }
    let here = state.going();
    let holds = |agency: &AgencyId| state.sides(agency).contains(&Side::Holder);
    dues.extend(screenings(ledger, |n| here.contains(&n), holds));
    dues
}

/// A stop for a victim that came too late: the duty to screen has passed to whoever has the person now, until as many
/// reports have seen the stop as people who are `here` were meant.
// spec: due-15, ho-50, bat-54
fn screenings<'a>(
    ledger: &Ledger<'a>,
    here: impl Fn(u64) -> bool,
    holds: impl Fn(&AgencyId) -> bool,
) -> Vec<Due<'a>> {
    let mut dues = Vec::new();
    for (place, stop) in ledger.acts() {
        let meant = stopped(stop).into_iter().filter(|n| here(*n)).count();
        if meant > ledger.screened_after(place) && ledger.came_too_late(stop) {
            let by = who(ledger, &holds);
            let since = stop.created;
            dues.push(Due {
                duty: Duty::Screening,
                of: stop,
                item: None,
                by,
                since,
                end: End::Class,
            });
        }
    }
    dues
}

/// Whom a message stops as a possible victim, by the numbers of the entries; 1 for a person who travels alone.
fn stopped(act: &Act) -> BTreeSet<u64> {
    if let Fact::Batch(BatchFact::TakenOff(removal)) = &act.fact
        && removal.reason == RemovalReason::RemovedVictim
    {
        return removal.entries.clone();
    }
    let finds = matches!(
        &act.fact,
        Fact::Handover(HandoverFact::Screened { outcome, .. }) if outcome.is_victim()
    );
    let fears = matches!(
        &act.fact,
        Fact::Handover(HandoverFact::RefusalIntended { protects, .. })
            if protects.contains(&RefusalGround::TraffickingVictim)
    );
    if finds || fears { BTreeSet::from([1]) } else { BTreeSet::new() }
}

const fn signature<'a>(of: &'a Act, by: BTreeSet<&'a AgencyId>, since: Timestamp) -> Due<'a> {
    let end = End::Fixed(Fixed::SecondSignature);
    Due { duty: Duty::SecondSignature, of, item: None, by, since, end }
}

const fn schedule_answer<'a>(of: &'a Act, by: BTreeSet<&'a AgencyId>) -> Due<'a> {
    let end = End::Fixed(Fixed::ScheduleAnswer);
    Due { duty: Duty::ScheduleAnswer, of, item: None, by, since: of.created, end }
}

/// News while an answer takes longer, or a word on the answer.
fn information<'a>(ledger: &Ledger<'a>, state: &'a Information, opening: &'a Act) -> Vec<Due<'a>> {
    let reply =
        last(ledger, |act| matches!(&act.fact, Fact::Information(InformationFact::Replied(_))));
    let Some(reply) = reply else { return Vec::new() };
    let awaited = state.awaited_by();
    let (duty, side, end) = match state.stage() {
        InformationStage::Sent | InformationStage::Assigned | InformationStage::PartlyAnswered => {
            let end = awaited.map_or(End::Class, |date| End::Date(date, Basis::Message));
            (Duty::NextUpdate, Side::Requested, end)
        }
        InformationStage::Answered => {
            let end = End::Fixed(Fixed::Closing);
            let end = awaited.map_or(end, |date| End::Earlier(date, Fixed::Closing));
            (Duty::Closing, Side::Requesting, end)
        }
        InformationStage::Clarifying
        | InformationStage::Closed
        | InformationStage::Refused
        | InformationStage::Redirected
        | InformationStage::Withdrawn
        | InformationStage::Converted => return Vec::new(),
    };
    let by = who(ledger, |agency| state.sides(agency).contains(&side));
    let of = if duty == Duty::Closing { reply } else { opening };
    Vec::from([Due { duty, of, item: None, by, since: reply.created, end }])
}

fn freezing<'a>(ledger: &Ledger<'a>, state: &'a Freezing, opening: &'a Act) -> Vec<Due<'a>> {
    let of = last(ledger, |act| matches!(&act.fact, Fact::Freezing(_))).unwrap_or(opening);
    let due = state.awaited_by().map(|date| dated_by(of, Duty::Renewal, &opening.author, date));
    due.into_iter().chain(running_out(ledger, state, of)).collect()
}

/// What nobody renewed in time is let go by whoever holds it, and somebody says so.
// spec: due-21
fn running_out<'a>(ledger: &Ledger<'a>, state: &Freezing, of: &'a Act) -> Option<Due<'a>> {
    let end = state.ends_at().filter(|end| *end <= ledger.view.now)?;
    let by = who(ledger, |agency| state.sides(agency).contains(&Side::Requested));
    let (since, end) = (of.created, End::Date(end, Basis::Message));
    Some(Due { duty: Duty::Lapse, of, item: None, by, since, end })
}

fn rescue<'a>(ledger: &Ledger<'a>, state: &'a Rescue, opening: &'a Act) -> Vec<Due<'a>> {
    let of = last(ledger, |act| matches!(&act.fact, Fact::Rescue(_))).unwrap_or(opening);
    let awaited = state.awaited_by().zip(state.territory());
    let due = awaited.map(|(date, territory)| dated_by(of, Duty::NextStep, territory, date));
    due.into_iter().chain(review(ledger, state)).collect()
}

/// A prosecutor's word, as long as a report could still tell it.
// spec: due-17
fn review<'a>(ledger: &Ledger<'a>, state: &'a Rescue) -> Option<Due<'a>> {
    let territory =
        state.territory().filter(|_| state.awaits_review() && state.can_be_screened())?;
    let states_one = |act: &Act| {
        matches!(&act.fact, Fact::Handover(HandoverFact::Screened { review: Some(_), .. }))
    };
    let of =
        last(ledger, |act| states_one(act) && decision::has_counted(ledger.machine, &act.digest))?;
    let (by, end) = (BTreeSet::from([territory]), End::Fixed(Fixed::Review));
    Some(Due { duty: Duty::Review, of, item: None, by, since: of.created, end })
}

fn actions<'a>(ledger: &Ledger<'a>, state: &'a Cycle, opening: &'a Act) -> Vec<Due<'a>> {
    let minutes = last(ledger, |act| matches!(&act.fact, Fact::Cycle(CycleFact::Minutes(_))));
    let of = minutes.unwrap_or(opening);
    let due =
        |(item, owner, date)| Due { item: Some(item), ..dated_by(of, Duty::Action, owner, date) };
    state.open_actions().map(due).collect()
}

/// Signatures under a frozen plan, and the reports of tasks.
fn operation<'a>(ledger: &Ledger<'a>, state: &'a Operation, opening: &'a Act) -> Vec<Due<'a>> {
    let frozen = last(
        ledger,
        |act| matches!(&act.fact, Fact::Operation(OperationFact::Planned(plan)) if plan.frozen),
    );
    let signing = frozen.filter(|_| state.stage() == OperationStage::PlanFrozen);
    let mut dues: Vec<Due<'a>> =
        signing.map(|of| signing_of(of, state.unsigned())).into_iter().collect();
    let counting = ledger.acts().filter(|(_, act)| deadline::counts(ledger.machine, act));
    let task_of = |(_, act): (usize, &'a Act)| {
        let Fact::Operation(OperationFact::Tasked(task)) = &act.fact else { return None };
        Some((&task.id, act))
    };
    let given: BTreeMap<&ItemId, &Act> = counting.filter_map(task_of).collect();
    dues.extend(state.open_tasks().map(|(item, assignee, date)| {
        let of = given.get(item).copied().unwrap_or(opening);
        Due { item: Some(item), ..dated_by(of, Duty::TaskReport, assignee, date) }
    }));
    dues
}

/// Signatures under a text that is open for them.
fn signatories<'a>(ledger: &Ledger<'a>, state: &'a Outcome) -> Vec<Due<'a>> {
    let opened = last(
        ledger,
        |act| matches!(&act.fact, Fact::Outcome(OutcomeFact::Text(text)) if text.stage == OutcomeStage::OpenForSignature),
    );
    opened.map(|of| signing_of(of, state.unsigned())).into_iter().collect()
}

// spec: due-14
const fn signing_of<'a>(of: &'a Act, by: BTreeSet<&'a AgencyId>) -> Due<'a> {
    Due { duty: Duty::Signature, of, item: None, by, since: of.created, end: End::Asked }
}

/// Something that one agency owes by a date that a message states.
fn dated_by<'a>(of: &'a Act, duty: Duty, agency: &'a AgencyId, date: Timestamp) -> Due<'a> {
    let (by, end) = (BTreeSet::from([agency]), End::Date(date, Basis::Message));
    Due { duty, of, item: None, by, since: of.created, end }
}

/// Whether a message says until when the law lets somebody hold the person.
const fn states_a_clock(act: &Act) -> bool {
    match &act.fact {
        Fact::Handover(
            HandoverFact::Custody { release_due, .. } | HandoverFact::Arrived { release_due, .. },
        ) => release_due.is_some(),
        Fact::Handover(HandoverFact::Requested(request)) => request.release_due.is_some(),
        Fact::Note
        | Fact::Gone
        | Fact::Common(_)
        | Fact::Control(_)
        | Fact::Handover(_)
        | Fact::Information(_)
        | Fact::Exchange(_)
        | Fact::Outcome(_)
        | Fact::Freezing(_)
        | Fact::Operation(_)
        | Fact::Cycle(_)
        | Fact::Batch(_)
        | Fact::Rescue(_)
        | Fact::Evidence(_) => false,
    }
}
