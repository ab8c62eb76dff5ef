//! Day +7: two States ask for one person; and a request is taken back while it is being decided.

use concord_protocol::moment::Span;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::alone;
use crate::cli::demo::heron::case::paper;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Plays both.
pub(crate) fn play(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day +7: two requests for one person");
    let recruiter = Person::known("LA-VN-P-000000", "VN", 0);
    let mut china = alone::ask(desk, (CN, LA), recruiter.clone())?;
    let mut vietnam = alone::ask(desk, (VN, LA), recruiter)?;
    let both = [china.scene.id()?.to_owned(), vietnam.scene.id()?.to_owned()];
    let choice = json!({
        "requests": both,
        "chosen": both[1],
        "reasons": english("The victims of the gravest offence live in Viet Nam, and the person is its national."),
    });
    against_the_policy(desk, &mut china)?;
    china.say(desk, LA, "concurrent-requests", choice.clone())?;
    vietnam.say(desk, LA, "concurrent-requests", choice)?;
    let ground = json!([{
        "ground": "preferred-concurrent-request",
        "class": "discretionary",
        "law": desk.agency(LA)?.law,
        "reasons": {"given": english("The request of the State of nationality is preferred.")},
    }]);
    china.refuse(desk, &ground)?;
    let unscreened = json!({
        "outcome": "granted",
        "per_offence": [{"offence": 1, "outcome": "granted"}],
        "person_informed": true,
    });
    let line = Line::new("handover-decision", unscreened);
    desk.refused(&mut vietnam.scene, LA, line, Code::BadSubmission)?;
    let grant = paper::granted(&vietnam.person);
    vietnam.say(desk, LA, "handover-decision", grant)?;
    let early = json!({
        "leg": 1,
        "at": calendar::instant_before(calendar::hours(0)),
        "place": {"name": "Airport, exercise gate", "country": "LA"},
    });
    desk.refused(&mut vietnam.scene, LA, Line::new("leg-release", early), Code::OutOfTurn)?;
    vietnam.carry(desk)?;
    desk.progress.done("day +7  CN and VN both ask for N.; LA chooses VN and tells CN why; a grant without a screening never leaves LA; N. is handed over");
    crossing(desk)
}

/// A ground is stated in the class that the Parties settled, or it does not leave the house.
fn against_the_policy(desk: &Desk<'_>, case: &mut alone::Handover) -> Result<(), Report> {
    let intent = json!({
        "grounds": [{
            "ground": "own-national",
            "class": "mandatory",
            "law": desk.agency(LA)?.law,
            "reasons": {"given": english("Nationals are not handed over.")},
        }],
        "what_could_change_it": english("Nothing that is known now."),
        "views_by": calendar::instant_after(Span::from_days(5)),
    });
    let line = Line::new("intent-to-refuse", intent);
    desk.refused(&mut case.scene, LA, line, Code::Safeguard)
}

/// A withdrawal and a decision that know nothing of each other: withdrawn, at every node.
fn crossing(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day +7: a withdrawal meets a decision");
    // A guard, who is returned to Myanmar in the end.
    let guard = Person::new("LA-MM", 0, "MM");
    let mut case = alone::ask(desk, (CN, LA), guard)?;
    desk.look(&mut case.scene, CN)?;
    let taken = case.taken.digest.clone();
    let grant = paper::granted(&case.person);
    let withdrawal =
        json!({"reason": english("The person is wanted by the State of nationality.")});
    desk.say(&mut case.scene, CN, Line::new("withdrawal", withdrawal).after(&[&taken]))?;
    let decision =
        desk.say(&mut case.scene, LA, Line::new("handover-decision", grant).after(&[&taken]))?;
    desk.stands(&mut case.scene, "withdrawn")?;
    for at in [CN, LA] {
        let view = desk.look(&mut case.scene, at)?;
        let kept = view.transcript.iter().find(|entry| entry.digest == decision.digest);
        if kept.is_none_or(|entry| entry.fate != "outranked") {
            return Err(trouble::broken(
                "a decision that a withdrawal outranks is not shown as such",
            ));
        }
    }
    desk.progress.done("day +7  a withdrawal of CN crosses a decision of LA: withdrawn at both, the decision kept for the record");
    Ok(())
}
