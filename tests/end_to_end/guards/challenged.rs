//! A notice that somebody holds to be wrong is suspended wherever it is shown, until its originator answers.

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::clock;
use concord_node::report::code::Code;
use concord_protocol::moment::Span;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::procedure_of;
use super::say;

/// Who reads, and for what.
const READER: (&str, &str) = ("LA-7", "prosecution");

/// How a node shows a notice, alone and in its list.
fn shown(client: &Client, notice: &str) -> String {
    let alone = client.message(notice).unwrap().standing;
    let listed = client.messages(&Page::default()).unwrap().items;
    let listed = listed.into_iter().find(|message| message.id == notice).unwrap().standing;
    assert_eq!(alone, listed);
    alone.unwrap()
}

fn challenge(procedure: &str, notice: &str) -> Value {
    let mut challenge = follows("notice-challenge", procedure, &[0, 1]);
    challenge["body"]["notice"] = json!(notice);
    challenge
}

#[test]
fn a_notice_that_is_challenged_is_shown_as_suspended_until_its_originator_answers() {
    // shows: xch-57, xch-16
    let world = Federation::of("guards-challenged", &AGENCIES);
    let nodes = world.all_ready();
    let [author, reader, objects] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let mut published = begins("notice", &[1, 2]);
    published["body"]["expires"] = json!(clock::now().after(Span::from_days(30)).to_string());
    let notice = say(&author, published.clone()).unwrap();
    let procedure = procedure_of(&notice);
    for node in [&reader, &objects] {
        arrives(node, &procedure, 1);
        assert_eq!(shown(node, &notice.id), "in-force");
    }
    let opened = reader.open(&notice.id, READER.0, READER.1).unwrap();
    assert_eq!(opened.standing.as_deref(), Some("in-force"));

    say(&objects, challenge(&procedure, &notice.id)).unwrap();
    for node in [&author, &reader, &objects] {
        arrives(node, &procedure, 2);
        assert_eq!(shown(node, &notice.id), "suspended");
    }
    for (node, officer) in [(&reader, "LA-7"), (&objects, "TH-7")] {
        let refused = node.open(&notice.id, officer, READER.1).unwrap_err();
        assert_eq!(refused.code, Code::Suspended, "{refused:?}");
    }
    // Whoever judges the challenge reads what is challenged, and its author always does.
    let known = reader.open_knowing(&notice.id, READER, (None, true)).unwrap();
    assert_eq!(known.standing.as_deref(), Some("suspended"));
    author.open(&notice.id, "CN-7", READER.1).unwrap();

    // An originator who holds it to be right publishes it again.
    let mut again = published;
    again["procedure"] = json!(procedure);
    again["supersedes"] = json!(notice.digest);
    let again = say(&author, again).unwrap();
    for node in [&author, &reader, &objects] {
        arrives(node, &procedure, 3);
        assert_eq!(shown(node, &notice.id), "replaced");
        assert_eq!(shown(node, &again.id), "in-force");
    }
    reader.open(&again.id, READER.0, READER.1).unwrap();

    say(&objects, challenge(&procedure, &again.id)).unwrap();
    arrives(&author, &procedure, 4);
    say(&author, follows("withdrawal", &procedure, &[1, 2])).unwrap();
    arrives(&reader, &procedure, 5);
    assert_eq!(shown(&reader, &again.id), "withdrawn");
}
