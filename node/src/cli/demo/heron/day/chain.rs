//! Days +15 to +26: Myanmar, Thailand, China. One decision for each person, one manifest a day, two legs.

use crate::cli::demo::heron::batch;
use crate::cli::demo::heron::batch::Rider;
use crate::cli::demo::heron::batch::Travel;
use crate::cli::demo::heron::batch::Twist;
use crate::cli::demo::heron::case;
use crate::cli::demo::heron::case::Ending;
use crate::cli::demo::heron::case::Road;
use crate::cli::demo::heron::day::site;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::TH;
use crate::report::Report;

/// Decides about everybody, then moves whoever may go, day by day.
pub(crate) fn play(desk: &Desk<'_>) -> Result<(), Report> {
    let chain = &desk.numbers.chain;
    let going = chain.manifests * chain.people;
    desk.progress.doing("days +15 on: one decision for each person");
    let mut from = 0;
    let mut plans = Vec::new();
    for (count, ending) in [
        (going, Ending::Granted),
        (chain.rerouted, Ending::Rerouted),
        (chain.refused, Ending::Domestic),
        (chain.deferred, Ending::Deferred),
        (chain.medical, Ending::Ill),
    ] {
        plans.extend(case::people("MM-CN", from..from + count, "CN", ending));
        from += count;
    }
    let road = Road { asker: CN, holder: MM, channel: "immigration-removal" };
    let cases = case::play(desk, road, &plans)?;
    desk.progress.done(format!(
        "day +15  CN asks MM for {from} people, one by one; before any seal {} are rerouted, {} refused, {} deferred, {} held ill",
        chain.rerouted, chain.refused, chain.deferred, chain.medical
    ));
    let riders = site::riders(&cases);
    let mut behind = Vec::new();
    for (place, riders) in riders.chunks(chain.people.max(1)).enumerate() {
        let number = place + 1;
        behind.extend(manifest(desk, number, riders.to_vec())?);
    }
    // Whoever fell ill is well again, and travels alone.
    manifest(desk, chain.manifests + 1, behind)?;
    Ok(())
}

fn manifest(desk: &Desk<'_>, number: usize, riders: Vec<Rider>) -> Result<Vec<Rider>, Report> {
    let chain = &desk.numbers.chain;
    desk.progress.doing(format!("manifest {number}"));
    let mut twists = Vec::new();
    let mut news = String::new();
    if number == chain.ill_on {
        twists.push(Twist::FallsIll);
        news.push_str("; one person falls ill after the seal: a new root, sealed again");
    }
    if number == chain.offline_on {
        twists.push(Twist::Offline);
        news.push_str(
            "; the last certificate is signed face to face without a network, and sent later",
        );
    }
    if number == chain.miscounted_on {
        twists.push(Twist::Miscounted);
        news.push_str(
            "; CN counts one too few, and the batch stays open until it has counted again",
        );
    }
    let count = riders.len();
    let travel = Travel {
        name: format!("MM-B-2026-{number:02}"),
        channel: "immigration-removal",
        way: vec![MM, TH, CN],
        riders,
        twists,
        // Thousands of messages more would say of the others what their certificates say.
        arrivals_said: number > chain.manifests,
    };
    let behind = batch::travel(desk, &travel)?;
    let arrived = count.saturating_sub(behind.len());
    desk.progress.done(format!(
        "day +{}  manifest {number}: {arrived} cross TH and arrive{news}",
        14 + number
    ));
    Ok(behind)
}
