//! Day +10: a raid in Viet Nam.

use crate::cli::demo::heron::batch;
use crate::cli::demo::heron::batch::Travel;
use crate::cli::demo::heron::case;
use crate::cli::demo::heron::case::Ending;
use crate::cli::demo::heron::case::Road;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::day::site;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::letter;
use crate::report::Report;

/// Handed over, tried at home, or presumed a victim.
pub(crate) fn play(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day +10: a raid in Viet Nam");
    let raid = &desk.numbers.raid;
    let mut plans = case::people("VN-CN", 0..raid.handed_over, "CN", Ending::Granted);
    plans.extend(case::people("VN-VN", 0..raid.domestic, "VN", Ending::OwnNational));
    let road = Road { asker: CN, holder: VN, channel: "police-handover" };
    let cases = case::play(desk, road, &plans)?;
    let travel = Travel {
        name: "VN-B-2026-01".to_owned(),
        channel: road.channel,
        way: vec![VN, CN],
        riders: site::riders(&cases),
        twists: Vec::new(),
        arrivals_said: true,
    };
    batch::travel(desk, &travel)?;
    let told = desk.agency(CN)?;
    let to = [letter::Addressee { agency: told.id, role: letter::Role::Action }];
    let mut letters = Vec::new();
    for number in 0..raid.victims {
        let person = Person::new("VN-CN-V", number, "CN");
        let frame = letter::Frame {
            kind: "victim-screening-report",
            author: desk.agency(VN)?,
            to: &to,
            thread: None,
            urgency: "U2",
            codes: &["H1", "H2"],
            purpose: "rescue",
            case_ref: letter::EXERCISE,
            subject_line: "Exercise: a screening".to_owned(),
        };
        letters.push(frame.around(&site::findings(&person, told.id, "presumed-victim")));
    }
    let posted = crowd::each(desk, VN, &letters, crowd::post)?;
    crowd::arrived(desk, CN, &posted)?;
    desk.progress.done(format!(
        "day +10  VN captures {}: {} to CN, {} own nationals tried at home, {} presumed victims",
        raid.handed_over + raid.domestic + raid.victims,
        raid.handed_over,
        raid.domestic,
        raid.victims
    ));
    Ok(())
}
