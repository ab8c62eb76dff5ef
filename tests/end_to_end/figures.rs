//! Figures between real nodes: what refusals name, what reports say of them, and what is not added.

use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::report::code::Code;
use harness::federation::Federation;
use harness::letter;
use harness::wait;
use serde_json::Value;
use serde_json::json;

/// Who asks and who is asked.
const AGENCIES: [&str; 2] = ["cn.mps", "la.mps"];

const WITHIN: Duration = Duration::from_secs(30);

/// A time in which everything here happens.
const PERIOD: (&str, &str) = ("2020-01-01T00:00:00+07:00", "2100-01-01T00:00:00+07:00");

/// Who reads, and for what.
const READER: (&str, &str) = ("CN-7", "coordination");

#[test]
fn figures_are_derived_reported_checked_and_added_only_where_they_can_be() {
    // shows: sta-3, sta-4, sta-7, sta-8, sta-9, sta-10, sta-11, tim-1, tim-2
    let world = Federation::of("figures", &AGENCIES);
    let nodes = world.all_ready();
    let (asks, asked) = (nodes[0].client(), nodes[1].client());
    let request = said(&asks, letter::begins("handover-request", &[AGENCIES[1]]));
    arrives(&asked, &request, 1);
    let mut taken = follows("acknowledgement", &request);
    taken["body"]["of"] = json!(request.message);
    said(&asked, taken);
    said(&asked, refusal(&request));
    arrives(&asks, &request, 3);

    // One refusal, under each of its grounds; what did not change is not folded again.
    let figures = asks.statistics(PERIOD).unwrap();
    let grounds: Vec<(&str, u64)> = figures
        .refused_by_ground
        .iter()
        .map(|figure| (figure.measure.as_str(), figure.value))
        .collect();
    assert_eq!(
        grounds,
        [
            ("handovers-refused:prejudice-to-investigation", 1),
            ("handovers-refused:insufficient-evidence", 1)
        ]
    );
    assert_eq!((figures.procedures, figures.folded), (1, 1));
    assert_eq!(asks.statistics(PERIOD).unwrap().folded, 0);
    let traced = asks.counted("handovers-refused:insufficient-evidence", PERIOD, None).unwrap();
    assert_eq!((traced.items.len(), &traced.items[0].procedure), (1, &request.procedure));

    let report = report_of(&asked, &asks);
    figures_of_the_report(&asks, &report);
    totals(&asks, &report);
}

/// The asked agency prepares a report of what it holds, adds a declared figure, and sends it.
fn report_of(author: &Client, reader: &Client) -> Said {
    let draft = author.report_draft(PERIOD).unwrap();
    let mut letter = letter::begins("situation-report", &[AGENCIES[0]]);
    letter["body"] = draft.body;
    let mut declared = letter["body"]["items"][0].clone();
    declared["stat_ref"] = json!("LA-ST-PRESS");
    declared["value"] = json!("53388");
    declared["derivation"] = json!({"declared": {"source": "Statement to the press, exercise"}});
    let items = letter["body"]["items"].as_array_mut().unwrap();
    items.push(declared);
    let report = said(author, letter);
    arrives(reader, &report, 1);
    report
}

/// The reader opens it: derived and declared apart, each derived one as the procedures here give it.
fn figures_of_the_report(reader: &Client, report: &Said) {
    let before = reader.head().unwrap().size;
    let found = reader.situation_reports(PERIOD, READER).unwrap();
    assert_eq!((found.items.len(), found.not_read.len(), found.more), (1, 0, 0));
    let checked = &found.items[0];
    assert_eq!((&checked.from, &checked.message), (&AGENCIES[1].to_owned(), &report.message));
    assert!(checked.log_index >= before, "the reading stands in the log");
    assert!(checked.derived.iter().all(|figure| figure.agrees), "{:?}", checked.derived);
    assert_eq!((checked.derived.len(), checked.declared.len()), (7, 1));
    assert_eq!(checked.declared[0]["stat_ref"], "LA-ST-PRESS");
    let obstacles: Vec<(u64, Option<u64>)> =
        checked.obstacles.iter().map(|seen| (seen.count, seen.refusals_here)).collect();
    assert_eq!(obstacles, [(1, Some(1)), (1, Some(1))]);

    let nobody = reader.checked_report(&report.message, ("CN-7", "prosecution")).unwrap_err();
    assert_eq!(nobody.code, Code::OtherPurpose, "{nobody:?}");

    let opened = reader.open(&report.message, READER.0, READER.1).unwrap();
    let begins = opened.times.iter().find(|stated| stated.pointer == "/body/period/from").unwrap();
    assert_eq!(begins.place, PERIOD.0);
    assert_eq!(begins.clocks.sender, "2020-01-01T00:00:00+07:00");
    assert_eq!(begins.clocks.own, "2020-01-01T01:00:00+08:00");
    let times = reader.message(&report.message).unwrap().times.unwrap();
    assert!(times.created.sender.ends_with("+07:00") && times.created.own.ends_with("+08:00"));
}

/// One figure alone is its own total; with another one it is said why there is none.
fn totals(reader: &Client, report: &Said) {
    let named = |figure: &str| (report.message.clone(), figure.to_owned());
    let (derived, declared) = (named("LA-ST-2020-01-01-2"), named("LA-ST-PRESS"));
    let alone = reader.sum(std::slice::from_ref(&derived), READER).unwrap();
    assert_eq!((alone.total.as_deref(), alone.unit.as_deref()), (Some("1"), Some("cases")));
    let both = reader.sum(&[derived, declared], READER).unwrap();
    assert_eq!((both.total, both.figures.len()), (None, 2));
    assert!(both.because.unwrap().contains("they measure different things"));
    let people = [named("LA-ST-2020-01-01-1"), named("LA-ST-PRESS")];
    let because = reader.sum(&people, READER).unwrap().because.unwrap();
    assert!(because.contains("not known whether they count some of the same"), "{because}");
    let unknown = reader.sum(&[named("LA-ST-NOWHERE")], READER).unwrap_err();
    assert_eq!(unknown.code, Code::BadParameter, "{unknown:?}");
}

/// A message that was sent.
struct Said {
    message: String,
    procedure: String,
}

fn said(client: &Client, letter: Value) -> Said {
    let sent = client.submit(letter.to_string().as_bytes(), None).unwrap();
    Said { message: sent.message.id, procedure: sent.message.procedure }
}

/// The example of a kind in the procedure of a request, to whoever made that.
fn follows(kind: &str, request: &Said) -> Value {
    let mut letter = letter::begins(kind, &[AGENCIES[0]]);
    letter["procedure"] = json!(request.procedure);
    letter
}

/// A decision that refuses the whole on two grounds.
fn refusal(request: &Said) -> Value {
    let mut letter = follows("handover-decision", request);
    let body = letter["body"].as_object_mut().unwrap();
    for granted in ["conditions", "surrender_window"] {
        body.remove(granted);
    }
    body.insert("outcome".to_owned(), json!("refused"));
    body.insert("per_offence".to_owned(), json!([{"offence": 1, "outcome": "refused"}]));
    let omitted = json!({"lang": "en", "text": "To consult would have warned others."});
    body.insert("consultation_omitted".to_owned(), omitted);
    letter
}

fn arrives(client: &Client, of: &Said, messages: usize) {
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(&of.procedure).ok().filter(|view| view.summary.messages == messages)
    });
    assert!(held.is_some(), "{messages} messages: {:?}", client.procedure(&of.procedure));
}
