//! What is due in a procedure: what, by whom, until when, and how near that is at a time that is handed in.
//!
//! A flag is shown to a node's own people and moves no state: a lapse is a signed message.
//!
//! | what | module |
//! |---|---|
//! | how long things may take | [`profile`] |
//! | where a day ends | [`zone`] |
//! | on which days nobody is expected to work | [`rest`] |
//! | what follows from one message | [`rule`] |
//! | what follows from where the procedure stands | `region` |
//! | who spoke after what | `heard` |
//! | whether it is over | `over` |
//! | how long a clock stood still | `pause` |
//!
//! Absent on purpose: a clock, and when a message arrived. Every term runs from when its message was made, so all who
//! hold the procedure compute the same.

pub mod profile;
pub mod rest;
pub mod rule;
pub mod zone;

mod heard;
mod over;
mod pause;
mod region;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::coordination::cycle::CycleStanding;
use crate::message::field::choice;
use crate::message::handover::decision::Outcome;
use crate::message::kind::Kind;
use crate::message::text::ItemId;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::deadline::heard::Heard;
use crate::procedure::deadline::pause::Pauses;
use crate::procedure::deadline::profile::DeadlineProfile;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::deadline::rule::Debtor;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::deadline::rule::GOES_ON;
use crate::procedure::deadline::rule::Length;
use crate::procedure::deadline::rule::OUTLIVE;
use crate::procedure::deadline::rule::Only;
use crate::procedure::deadline::rule::REPLACED;
use crate::procedure::deadline::rule::RULES;
use crate::procedure::deadline::rule::Rule;
use crate::procedure::deadline::rule::UNACKNOWLEDGED;
use crate::procedure::deadline::zone::Zone;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::exchange::fact::RightsFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::machine::Machine;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::transcript::Transcript;

choice! {
    /// How near the end of a term is. Source: DOMAIN 3.0 rule 5, spec due-1.
    Flag {
        /// There is time.
        Running = "running",
        /// Less than a quarter of the term is left.
        DueSoon = "due-soon",
        /// The term is over.
        Overdue = "overdue",
    }
}

/// From what a term comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Until when the law lets somebody hold the person.
    Detention,
    /// A date that a message states.
    Message,
    /// A fixed term.
    Fixed(Fixed),
    /// The class of the message.
    Class(Urgency),
}

/// One thing that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What.
    pub duty: Duty,
    /// After which message.
    pub of: MessageId,
    /// Which action or task.
    pub item: Option<ItemId>,
    /// Who owes it.
    pub owed_by: AgencyId,
    /// Who waits for it.
    pub owed_to: BTreeSet<AgencyId>,
    /// Since when the term runs.
    pub since: Timestamp,
    /// When it is over.
    pub due: Timestamp,
    /// From what it comes.
    pub basis: Basis,
    /// How near the end is.
    pub flag: Flag,
    /// Whether the clock stands still, because more information is outstanding.
    pub paused: bool,
}

/// What is needed beside the procedure.
#[derive(Clone, Copy, Debug)]
pub struct Viewpoint<'a> {
    /// At which time it is asked.
    pub now: Timestamp,
    /// What the Parties settled.
    pub profile: &'a DeadlineProfile,
    /// Of which Party each agency is.
    pub parties: &'a BTreeMap<AgencyId, Party>,
}

/// When a term ends, and from what that comes.
type End = (Timestamp, Basis);

/// Everything that is due in a procedure, what ends first first.
// spec: due-1
pub fn deadlines(book: &Book, view: Viewpoint<'_>) -> Vec<Deadline> {
    let Some(machine) = book.machine() else { return Vec::new() };
    let ledger = Ledger::of(book, machine, view);
    let mut found = ledger.owed_after_messages();
    // spec: due-10
    let alive = |deadline: &Deadline| GOES_ON.contains(&deadline.duty) || !over::is_over(machine);
    found.extend(region::owed(&ledger).into_iter().filter(alive));
    found.sort_by(|one, other| order(one).cmp(&order(other)));
    found
}

fn order(deadline: &Deadline) -> (Timestamp, &AgencyId, Duty, MessageId, Option<&str>) {
    let item = deadline.item.as_ref().map(ItemId::as_str);
    (deadline.due, &deadline.owed_by, deadline.duty, deadline.of, item)
}

/// How near the end of a term is.
// spec: due-1
pub fn flag(since: Timestamp, due: Timestamp, now: Timestamp) -> Flag {
    let left = due.millis().saturating_sub(now.millis());
    let whole = due.millis().saturating_sub(since.millis());
    if left == 0 {
        Flag::Overdue
    } else if left < whole / 4 {
        Flag::DueSoon
    } else {
        Flag::Running
    }
}

/// A procedure that is looked through for what is due.
struct Ledger<'a> {
    book: &'a Book,
    machine: &'a Machine,
    view: Viewpoint<'a>,
    pauses: Pauses,
    /// What each agency had seen when it spoke.
    heard: Heard<'a>,
    /// The notices by which somebody is wanted.
    wanted: BTreeSet<MessageId>,
    /// Remarks beside the transcript, by the messages that they name or follow.
    beside: BTreeMap<MessageId, Vec<&'a Act>>,
}

impl<'a> Ledger<'a> {
    fn of(book: &'a Book, machine: &'a Machine, view: Viewpoint<'a>) -> Self {
        let transcript = book.transcript();
        let acts = transcript.acts();
        let wanted = acts.filter(|act| act.fact.is_wanted_notice()).map(|act| act.id).collect();
        let mut beside: BTreeMap<MessageId, Vec<&Act>> = BTreeMap::new();
        for aside in book.asides().values() {
            let follows = |digest| transcript.place(digest).and_then(|place| transcript.act(place));
            let parents = aside.parents.iter().filter_map(follows).map(|act| act.id);
            let about: BTreeSet<MessageId> =
                aside.fact.names().into_iter().chain(parents).collect();
            about.into_iter().for_each(|id| beside.entry(id).or_default().push(aside));
        }
        let pauses = Pauses::of(book, machine, view.now);
        Self { book, machine, view, pauses, heard: Heard::of(transcript), wanted, beside }
    }

    fn transcript(&self) -> &'a Transcript {
        self.book.transcript()
    }

    fn acts(&self) -> impl Iterator<Item = (usize, &'a Act)> {
        let transcript = self.transcript();
        transcript.acts().enumerate()
    }

    fn owed_after_messages(&self) -> Vec<Deadline> {
        let superseded: BTreeSet<_> = self.acts().filter_map(|(_, act)| act.supersedes).collect();
        let mut found = Vec::new();
        for (place, act) in self.acts() {
            found.extend(self.unacknowledged(place, act));
            let counts = counts(self.machine, act) && !superseded.contains(&act.digest);
            let rules = RULES.iter().filter(|rule| rule.after == act.kind && counts);
            for rule in rules.filter(|rule| self.applies(rule, place, act)) {
                found.extend(self.owed_by_rule(rule, place, act));
            }
        }
        found
    }

    /// Whoever was asked to act and has said nothing since.
    // spec: due-6
    fn unacknowledged(&self, place: usize, act: &'a Act) -> Vec<Deadline> {
        if UNACKNOWLEDGED.contains(&act.kind) {
            return Vec::new();
        }
        let silent = act.asked.iter().filter(|agency| !self.said_after(place, act, agency, &[]));
        let deadline = |agency: &AgencyId| {
            let term = self.view.profile.class(act.urgency).acknowledge;
            let class = (self.end(term, act, act.created, agency), Basis::Class(act.urgency));
            let end = earliest([Some(class), stated(act.respond_by)]).unwrap_or(class);
            self.deadline((Duty::Acknowledge, agency), act, end)
        };
        silent.map(deadline).collect()
    }

    // spec: due-5
    fn applies(&self, rule: &Rule, place: usize, act: &Act) -> bool {
        let stage = self.machine.stage();
        let here = rule.stages.is_empty() || rule.stages.contains(&stage);
        let alive = !over::is_over(self.machine) || OUTLIVE.contains(&rule.after);
        let replaced =
            REPLACED.contains(&rule.after) && self.said_after(place, act, &act.author, &[act.kind]);
        here && alive && !replaced && self.is_meant(rule.only, place, act)
    }

    fn is_meant(&self, only: Only, place: usize, act: &Act) -> bool {
        match only {
            Only::Each => true,
            Only::Opening => place == 0,
            Only::WithHit => matches!(
                &act.fact,
                Fact::Exchange(ExchangeFact::Deconfliction(DeconflictionFact::Answered { hits, .. })) if *hits > 0
            ),
            Only::Wanted => self.is_under_wanted(act),
            Only::InSession => matches!(
                &act.fact,
                Fact::Cycle(CycleFact::Declared { status: CycleStanding::InSession, .. })
            ),
            Only::Conditional => matches!(
                &act.fact,
                Fact::Handover(HandoverFact::Decided(decision)) if decision.outcome == Outcome::GrantedConditional
            ),
        }
    }

    /// Whether a sighting is of somebody who is wanted.
    fn is_under_wanted(&self, act: &Act) -> bool {
        matches!(
            &act.fact,
            Fact::Exchange(ExchangeFact::Notice(NoticeFact::Seen { notice, .. })) if self.wanted.contains(notice)
        )
    }

    fn owed_by_rule(&self, rule: &Rule, place: usize, act: &'a Act) -> Vec<Deadline> {
        let met = |agency: &AgencyId| self.said_after(place, act, agency, rule.met_by);
        let debtors = self.debtors(rule.by, act);
        if rule.by == Debtor::OneOfAsked && debtors.iter().any(|agency| met(agency)) {
            return Vec::new();
        }
        let open = debtors.into_iter().filter(|agency| !met(agency));
        open.map(|agency| self.owed(rule, act, agency)).collect()
    }

    fn debtors(&self, by: Debtor, act: &'a Act) -> BTreeSet<&'a AgencyId> {
        let opener = self.transcript().act(0).map(|opening| &opening.author);
        match by {
            Debtor::Asked | Debtor::OneOfAsked => act.asked.iter().collect(),
            Debtor::Others => {
                let all = self.machine.common().participants().keys();
                all.filter(|agency| **agency != act.author).collect()
            }
            Debtor::Opener => opener.filter(|agency| **agency != act.author).into_iter().collect(),
            Debtor::Author => BTreeSet::from([&act.author]),
        }
    }

    /// What one agency owes by a row.
    // spec: due-7, due-8, due-9
    fn owed(&self, rule: &Rule, act: &Act, agency: &AgencyId) -> Deadline {
        let end = |term: Term| self.end(term, act, act.created, agency);
        let fixed = |which: Fixed| Some((end(self.view.profile.fixed(which)), Basis::Fixed(which)));
        let class = end(self.view.profile.class(act.urgency).answer);
        let by_class = (class, Basis::Class(act.urgency));
        let in_body = stated(date_in(&act.fact));
        let of_length = match rule.length {
            Length::Class if holds_at_once(act) => {
                earliest([Some(by_class), fixed(Fixed::EmergencyFreeze)])
            }
            Length::Class => Some(by_class),
            Length::Fixed(Fixed::RecallReport) if act.urgency == Urgency::U1 => {
                fixed(Fixed::ImmediateRecallReport)
            }
            Length::Fixed(term) => fixed(term),
            Length::Stated if in_body.is_none() => Some(by_class),
            Length::Stated => None,
        };
        let end = earliest([of_length, in_body, stated(act.respond_by)]).unwrap_or(by_class);
        let mut deadline = self.deadline((rule.duty, agency), act, end);
        if self.pauses.stop(act) {
            deadline.due = deadline.due.after(self.pauses.total());
            deadline.paused = self.pauses.is_open();
        }
        if let Some(release) = self.before_release(act).filter(|due| *due < deadline.due) {
            (deadline.due, deadline.basis, deadline.paused) = (release, Basis::Detention, false);
        }
        deadline.flag = flag(deadline.since, deadline.due, self.view.now);
        deadline
    }

    /// When a decision has to be there lest the person be let go before it.
    // spec: due-9
    fn before_release(&self, act: &Act) -> Option<Timestamp> {
        let Machine::Handover(folded) = self.machine else { return None };
        if act.kind != Kind::HandoverRequest {
            return None;
        }
        let ahead = self.view.profile.fixed(Fixed::BeforeRelease).span();
        folded.state.release_due().map(|release| release.before(ahead))
    }

    /// Whether an agency has said one of these after a message, or named it beside the transcript; anything when there are
    /// none.
    fn said_after(&self, place: usize, act: &Act, agency: &AgencyId, kinds: &[Kind]) -> bool {
        let fits = |later: &&Act| {
            later.author == *agency && (kinds.is_empty() || kinds.contains(&later.kind))
        };
        let asides = self.beside.get(&act.id).into_iter().flatten();
        self.heard.has(place, agency, kinds) || asides.into_iter().any(fits)
    }

    /// How many screenings were reported by whoever had seen a message.
    fn screened_after(&self, place: usize) -> usize {
        let follows = |at: usize| self.transcript().past(at).is_some_and(|past| past.has(place));
        let reports = self.acts().filter(|(_, act)| act.kind == Kind::VictimScreeningReport);
        reports.filter(|(at, _)| follows(*at)).count()
    }

    /// Whether a certificate with both signatures outranks a message.
    fn came_too_late(&self, act: &Act) -> bool {
        let Some(Fate::Outranked { by }) = self.machine.fates().get(&act.digest) else {
            return false;
        };
        let outranking = self.transcript().place(by).and_then(|place| self.transcript().act(place));
        outranking.is_some_and(|act| {
            matches!(
                &act.fact,
                Fact::Handover(HandoverFact::Countersigned { .. } | HandoverFact::Arrived { .. })
            )
        })
    }

    /// When a term that runs from an instant after a message is over for an agency.
    fn end(&self, term: Term, of: &Act, since: Timestamp, agency: &AgencyId) -> Timestamp {
        let party = self.view.parties.get(agency);
        let zone = party.map_or(Zone::UTC, Zone::of);
        match party.and_then(|party| self.view.profile.rest.get(party)) {
            Some(rest) if self.may_move(of) => term.after_rest(since, zone, rest),
            Some(_) | None => term.after(since, zone),
        }
    }

    /// Whether what is owed after a message may wait for a working day: never where somebody waits to be found, to be let
    /// go or to be handed over, and never for what is urgent.
    // spec: prf-6
    fn may_move(&self, act: &Act) -> bool {
        let waits =
            matches!(self.machine, Machine::Handover(_) | Machine::Batch(_) | Machine::Rescue(_));
        let urgent = matches!(act.urgency, Urgency::U1 | Urgency::U2);
        !waits && !urgent
    }

    /// A duty after a message; whoever owes it does not wait for it.
    fn deadline(&self, who: (Duty, &AgencyId), act: &Act, end: End) -> Deadline {
        let (duty, agency) = who;
        let waiting: BTreeSet<AgencyId> = if act.author == *agency {
            act.asked.iter().filter(|other| *other != agency).cloned().collect()
        } else {
            BTreeSet::from([act.author.clone()])
        };
        Deadline {
            duty,
            of: act.id,
            item: None,
            owed_by: agency.clone(),
            owed_to: waiting,
            since: act.created,
            due: end.0,
            basis: end.1,
            flag: flag(act.created, end.0, self.view.now),
            paused: false,
        }
    }
}

/// Whether a message is without effect because another one outranks it, overtook it, or both sides set it aside.
fn counts(machine: &Machine, act: &Act) -> bool {
    match machine.fates().get(&act.digest) {
        Some(Fate::Took { .. } | Fate::Noted) => true,
        None
        | Some(
            Fate::Outranked { .. } | Fate::Clashes { .. } | Fate::SetAside | Fate::Overtaken(_),
        ) => false,
    }
}

fn earliest<const N: usize>(ends: [Option<End>; N]) -> Option<End> {
    ends.into_iter().flatten().min()
}

fn stated(date: Option<Timestamp>) -> Option<End> {
    date.map(|date| (date, Basis::Message))
}

/// Whether it asks to hold assets before an order comes.
fn holds_at_once(act: &Act) -> bool {
    matches!(&act.fact, Fact::Freezing(FreezingFact::Requested(request)) if !request.by_order)
}

/// By when the body asks for what follows from it.
// spec: due-7
const fn date_in(fact: &Fact) -> Option<Timestamp> {
    match fact {
        Fact::Common(CommonFact::InformationAsked { due })
        | Fact::Exchange(ExchangeFact::Rights(RightsFact::Asked { due, .. }))
        | Fact::Handover(HandoverFact::RefusalIntended { views_by: due, .. })
        | Fact::Operation(OperationFact::Proposed { reply_by: due, .. }) => Some(*due),
        Fact::Cycle(CycleFact::Minutes(minutes)) => minutes.silence_until,
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
        | Fact::Evidence(_) => None,
    }
}
