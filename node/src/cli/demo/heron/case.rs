//! Many handovers at once, each with a request and a decision of its own.
//!
//! A batch is logistics and a decision is individual: nobody shares a request, a screening or a decision with anybody.

pub(crate) mod paper;

use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::crowd::Posted;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::person::Person;
use crate::report::Report;

/// Who asks whom, by which legal way, and in which case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Road {
    /// Who asks.
    pub(crate) asker: usize,
    /// Who holds the people.
    pub(crate) holder: usize,
    /// The legal way.
    pub(crate) channel: &'static str,
}

/// How a case goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Granted.
    Granted,
    /// Granted, and then the person is too ill to go.
    Ill,
    /// Put off.
    Deferred,
    /// Refused: not enough evidence, though more was asked for.
    Unproven,
    /// Refused: an own national, who is prosecuted at home.
    OwnNational,
    /// Refused: the offence was committed here.
    Domestic,
    /// Signs of a victim: it goes on as a rescue.
    Rerouted,
}

/// One person and what becomes of the request.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whom.
    pub(crate) person: Person,
    /// How it goes.
    pub(crate) ending: Ending,
}

/// A case that has gone its way.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Whom.
    pub(crate) person: Person,
    /// How it went.
    pub(crate) ending: Ending,
    /// The request, which began the procedure.
    pub(crate) request: Posted,
    /// The last message of the requested side.
    pub(crate) last: Posted,
}

/// Plays many cases of one road: all requests, then all that the holder says at once, then what needs the asker again.
pub(crate) fn play(desk: &Desk<'_>, road: Road, plans: &[Plan]) -> Result<Vec<Case>, Report> {
    let desks = paper::Desks { asker: desk.agency(road.asker)?, holder: desk.agency(road.holder)? };
    let requests = crowd::each(desk, road.asker, plans, |hand, plan| {
        crowd::post(hand, &paper::request(desks, &plan.person, road.channel))
    })?;
    crowd::arrived(desk, road.holder, &requests)?;
    let asked: Vec<(&Plan, &Posted)> = plans.iter().zip(&requests).collect();
    let mut last = crowd::each(desk, road.holder, &asked, |hand, (plan, request)| {
        let taken = crowd::post(hand, &paper::taken(desks, request))?;
        let said = paper::answers(desks, &plan.person, plan.ending, &request.procedure);
        said.iter().try_fold(taken, |_, letter| crowd::post(hand, letter))
    })?;
    let mut open: Vec<usize> = (0..plans.len())
        .filter(|at| plans.get(*at).is_some_and(|plan| plan.ending.is_heard()))
        .collect();
    let mut round = 0;
    while !open.is_empty() {
        open = hear(desk, road, (plans, &mut last), (&open, round))?;
        round += 1;
    }
    // What the holder said last has to be with the asker before anybody goes on.
    crowd::arrived(desk, road.asker, &last)?;
    let cases = plans.iter().zip(requests).zip(last);
    Ok(cases
        .map(|((plan, request), last)| Case {
            person: plan.person.clone(),
            ending: plan.ending,
            request,
            last,
        })
        .collect())
}

/// The asker answers, and the holder goes on: with what was missing first, then with a refusal that is intended.
fn hear(
    desk: &Desk<'_>,
    road: Road,
    (plans, last): (&[Plan], &mut [Posted]),
    (open, round): (&[usize], usize),
) -> Result<Vec<usize>, Report> {
    let desks = paper::Desks { asker: desk.agency(road.asker)?, holder: desk.agency(road.holder)? };
    let waiting: Vec<(&Plan, Posted)> =
        open.iter().filter_map(|at| Some((plans.get(*at)?, last.get(*at)?.clone()))).collect();
    crowd::arrived(desk, road.asker, waiting.iter().map(|(_, said)| said))?;
    let answers = crowd::each(desk, road.asker, &waiting, |hand, (plan, said)| {
        crowd::post(hand, &paper::views(desks, plan.ending, said, round))
    })?;
    crowd::arrived(desk, road.holder, &answers)?;
    let decided = crowd::each(desk, road.holder, &waiting, |hand, (plan, said)| {
        crowd::post(hand, &paper::goes_on(desks, plan.ending, &said.procedure, round))
    })?;
    for (at, said) in open.iter().zip(decided) {
        if let Some(place) = last.get_mut(*at) {
            *place = said;
        }
    }
    let again = |at: &usize| {
        plans.get(*at).is_some_and(|plan| round == 0 && plan.ending == Ending::Unproven)
    };
    Ok(open.iter().copied().filter(again).collect())
}

impl Ending {
    /// Whether the asker is heard before it ends.
    const fn is_heard(self) -> bool {
        match self {
            Self::Unproven | Self::OwnNational | Self::Domestic => true,
            Self::Granted | Self::Ill | Self::Deferred | Self::Rerouted => false,
        }
    }
}

/// So many people of one State, with one ending.
pub(crate) fn people(
    prefix: &str,
    numbers: core::ops::Range<usize>,
    country: &'static str,
    ending: Ending,
) -> Vec<Plan> {
    numbers.map(|number| Plan { person: Person::new(prefix, number, country), ending }).collect()
}
