//! What the Parties settle in their charter, at real nodes: from the version on that says it, and not before.

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::procedure::ProcedureDetail;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::ids::Party;
use concord_protocol::message::time::CivilDate;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_json::Value;
use serde_json::json;

use crate::charter::story::Story;
use crate::charter::story::WITHIN;

/// Who asks, who is asked, and who only signs the charter.
const NAMES: [&str; 3] = ["cn.mps", "la.mps", "th.rtp"];
const ASKS: usize = 0;
const ASKED: usize = 1;

#[test]
fn a_ground_is_stated_as_the_charter_settles_it() {
    // shows: prf-3, prf-4, prf-8, prf-9, prf-10, chr-11
    let mut story = Story::begin("profile", &NAMES);
    let early = asked_for_a_person(&story);
    let mild = intent("discretionary");
    say(&story.client(ASKED), &early, mild.clone()).unwrap();
    assert_eq!(arrives(&story, ASKS, &early, 3).alerts, [], "each law says it for itself");
    assert!(answered_within(&story) > 1, "the class is as by default");

    let clauses = [
        ("ground", Some("LA"), "own-national", "mandatory"),
        ("tariff", None, "per page", "0.30 CNY"),
        ("term", None, "U1 answer", "90 minutes"),
        ("term", None, "U2 answer", "90 minutes"),
        ("term", None, "U3 answer", "90 minutes"),
        ("term", None, "U4 answer", "90 minutes"),
        ("waiver", Some("LA"), "death-penalty", "never"),
    ];
    let second = story.next(ASKS, |charter| charter.clauses = clauses.map(clause).to_vec());
    story.propose(ASKS, &second, &[ASKS, ASKED]);
    story.all_stand_at(2);

    // What was said before stands, and every node that can read it shows what speaks against it.
    for which in [ASKS, ASKED] {
        let alerts = story.client(which).procedure(&early).unwrap().alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(alerts[0].rule, "prf-8");
        assert!(alerts[0].why.contains("own-national"), "{alerts:?}");
    }

    let late = asked_for_a_person(&story);
    let asked = story.client(ASKED);
    let before = said_by(&asked);
    for letter in [mild, waives()] {
        let refused = say(&asked, &late, letter).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
        assert!(refused.why.contains("by the charter in force"), "{refused:?}");
    }
    assert_eq!(said_by(&asked), before, "nothing of it is logged");
    say(&asked, &late, intent("mandatory")).unwrap();
    assert_eq!(arrives(&story, ASKS, &late, 3).alerts, []);
    assert!(answered_within(&story) <= 1, "an hour and a half");

    // A clause that nobody knows yet stops nothing, and is said.
    let shown = asked.charter_versions().unwrap();
    let unread: Vec<&str> = shown
        .clauses
        .iter()
        .filter(|clause| clause.unread.is_some())
        .map(|clause| clause.article.as_str())
        .collect();
    assert_eq!((shown.clauses.len(), unread), (7, vec!["tariff"]));
    let folder = story.agency(ASKED).folder.path();
    let doctor = shell::concord(folder, &["doctor", "--dir", folder.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(said.contains("tariff: per page"), "{said}");
}

/// A request for a person that a human has taken: two messages, and the procedure that they begin.
fn asked_for_a_person(story: &Story) -> String {
    let request = letter::begins("handover-request", &NAMES[ASKED..=ASKED]);
    let request = submit(&story.client(ASKS), &request).unwrap();
    let procedure = request.header.as_ref().unwrap().procedure.clone();
    arrives(story, ASKED, &procedure, 1);
    let mut taken = letter::begins("acknowledgement", &NAMES[ASKS..=ASKS]);
    taken["body"]["of"] = json!(request.id);
    say(&story.client(ASKED), &procedure, taken).unwrap();
    arrives(story, ASKS, &procedure, 2);
    procedure
}

/// How many days a question that is asked now may take, from the day on which it is asked.
fn answered_within(story: &Story) -> i64 {
    let mut question = letter::begins("request-for-information", &NAMES[ASKED..=ASKED]);
    question["urgency"] = json!("U3");
    question["body"].as_object_mut().unwrap().remove("urgency_reason");
    let question = submit(&story.client(ASKS), &question).unwrap();
    let procedure = question.header.as_ref().unwrap().procedure.clone();
    let detail = story.client(ASKS).procedure(&procedure).unwrap();
    let answer = detail.deadlines.iter().find(|deadline| deadline.duty == "answer").unwrap();
    let day = |instant: &str| CivilDate::parse(&instant[..10]).unwrap();
    day(&answer.since).days_until(day(&answer.due))
}

/// How many messages an agency has sent; receipts of them may still be on their way.
fn said_by(client: &Client) -> usize {
    let page = Page { direction: Some("out".to_owned()), limit: Some(100), cursor: None };
    client.messages(&page).unwrap().items.len()
}

fn clause((article, party, about, value): (&str, Option<&str>, &str, &str)) -> Clause {
    Clause {
        article: article.to_owned(),
        party: party.map(|party| Party::parse(party).unwrap()),
        about: about.to_owned(),
        value: value.to_owned(),
    }
}

/// A refusal is intended because the person is an own national.
fn intent(class: &str) -> Value {
    let mut letter = letter::begins("intent-to-refuse", &NAMES[ASKS..=ASKS]);
    let ground = &mut letter["body"]["grounds"][0];
    ground["ground"] = json!("own-national");
    ground["class"] = json!(class);
    letter
}

/// A grant that does without the promise that the person's life is spared.
fn waives() -> Value {
    let mut letter = letter::begins("handover-decision", &NAMES[ASKS..=ASKS]);
    letter["body"]["per_offence"] = json!([{"offence": 1, "outcome": "granted-conditional"}]);
    letter["body"].as_object_mut().unwrap().remove("grounds");
    letter["body"]["death_penalty_waiver"] = json!({"lang": "en", "text": "By its article 12."});
    letter
}

fn say(client: &Client, procedure: &str, mut letter: Value) -> Result<Message, Report> {
    letter["procedure"] = json!(procedure);
    submit(client, &letter)
}

fn submit(client: &Client, letter: &Value) -> Result<Message, Report> {
    let sent = client.submit(letter.to_string().as_bytes(), None)?;
    client.message(&sent.message.id)
}

/// Waits until a node holds so many messages of a procedure.
fn arrives(story: &Story, which: usize, procedure: &str, messages: usize) -> ProcedureDetail {
    let client = story.client(which);
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(procedure).ok().filter(|view| view.summary.messages == messages)
    });
    held.unwrap_or_else(|| panic!("{messages} messages: {:?}", client.procedure(procedure)))
}
