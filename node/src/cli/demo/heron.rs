//! EX-HERON: six agencies play all days of the exercise, and the nodes are asked afterwards what they hold.
//!
//! Uses `stations`, `letter`. The story is a script: one file for each phase under `day`, numbers in one table, what is
//! written apart from who says it when. Time is compressed: a day is as long as its messages need.
//! Absent on purpose: what the software does not do; [`acceptance::PLAYED_ONLY`] names what is only said.

pub(crate) mod acceptance;
mod alone;
mod batch;
mod case;
mod crowd;
mod day;
mod desk;
mod face_to_face;
mod looked;
mod numbers;
mod person;
mod reading;
mod settling;

use std::path::Path;

use crate::cli::demo::heron::acceptance::Acceptance;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::looked::Looked;
use crate::cli::demo::heron::numbers::Numbers;
use crate::cli::demo::ledger::Tally;
use crate::cli::demo::progress::Progress;
use crate::cli::demo::stations::Stations;
use crate::cli::fail;
use crate::files;
use crate::files::Access;
use crate::report::Report;

/// How many people the story is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// As many as DOMAIN says.
    Full,
    /// A few, for tests.
    Small,
}

impl Scale {
    const fn numbers(self) -> &'static Numbers {
        match self {
            Self::Full => &numbers::FULL,
            Self::Small => &numbers::SMALL,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Small => "small",
        }
    }
}

/// Plays all days, and checks the sums by what the nodes hold.
pub(crate) fn play(
    stations: &Stations,
    progress: &Progress,
    (dir, scale): (&Path, Scale),
) -> Result<(Tally, Acceptance), Report> {
    let numbers = scale.numbers();
    let table = dir.join(face_to_face::TABLE);
    files::make_folder(&table, Access::Private)
        .map_err(|error| fail::file("the exercise did not begin", &error))?;
    let desk = Desk { stations, progress, numbers, table, looked: Looked::default() };
    day::founding::play(&desk)?;
    let mut found = day::intelligence::play(&desk)?;
    let mut operation = day::operation::prepare(&desk, &found.report.1)?;
    day::operation::strike(&desk, &mut operation)?;
    let mut chase = day::ringleader::escape(&desk)?;
    day::site::play(&desk, &mut found.rescue)?;
    day::recruiter::play(&desk)?;
    day::raid::play(&desk)?;
    day::operation::weeks(&desk, &found.report.1)?;
    day::chain::play(&desk)?;
    day::ringleader::arrest(&desk, &mut chase)?;
    day::aftermath::play(&desk, &mut found, &mut chase.money)?;
    day::operation::close(&desk, &mut operation)?;
    // Only when everything has arrived do all nodes hold the same.
    let tally = settling::settle(&desk)?;
    progress.doing("what the nodes hold");
    let read = reading::all(&desk)?;
    let acceptance = Acceptance::new(numbers, scale.text(), read.held, read.agreement);
    for check in &acceptance.sums {
        progress.done(format!("{}, read at {}: {}", check.of, check.read_at, check.held.text()));
    }
    Ok((tally, acceptance))
}
