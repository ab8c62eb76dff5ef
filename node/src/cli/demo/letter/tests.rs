//! Every letter of the story is a submission that a node takes.

use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value as Tree;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::time::CivilDate;
use serde_json::Value;

use crate::cli::demo::agencies;
use crate::cli::demo::agencies::AGENCIES;
use crate::cli::demo::letter;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::Thread;
use crate::cli::demo::letter::handover;
use crate::cli::demo::letter::handover::Ending;
use crate::cli::demo::letter::information;
use crate::cli::demo::letter::intelligence;
use crate::clock;

#[test]
fn every_letter_of_a_handover_is_a_submission_that_a_node_takes() {
    for number in 0..60 {
        let (requesting, requested) = (&AGENCIES[number % 12], &AGENCIES[(number + 5) % 12]);
        let case = handover::case(number, requesting, requested, number / 6);
        let thread = thread();

        let letters = [
            handover::request(&case),
            handover::missing(&case, &thread),
            handover::supplied(&case, &thread),
            handover::decision(&case, &thread),
            letter::acknowledgement(requested, requesting.id, &[], &thread),
        ];

        for letter in &letters {
            assert_eq!(faults(letter), [], "case {number}: {letter}");
        }
    }
}

#[test]
fn reports_questions_and_answers_are_submissions_that_a_node_takes() {
    let [author, other, ..] = &AGENCIES;
    let to = [Addressee { agency: other.id, role: Role::Action }];

    let letters = [
        intelligence::report(author, &to),
        intelligence::warning(author, &to[0], 1),
        information::request(author, other),
        information::reply(other, author, &thread()),
    ];

    for letter in &letters {
        assert_eq!(faults(letter), [], "{letter}");
    }
}

#[test]
fn twenty_cases_of_six_agencies_are_granted_deferred_and_refused() {
    let agencies = agencies::first(6);
    let endings: Vec<Ending> = (0..20)
        .map(|number| {
            handover::case(number, agencies[number % 6], agencies[(number + 1) % 6], number / 6)
        })
        .map(|case| handover::ending(&case))
        .collect();

    for ending in
        [Ending::Granted, Ending::Conditional, Ending::Deferred, Ending::NoEvidence, Ending::Victim]
    {
        assert!(endings.contains(&ending), "{ending:?}");
    }
}

#[test]
fn every_letter_is_an_exercise() {
    let case = handover::case(0, &AGENCIES[0], &AGENCIES[1], 0);

    assert_eq!(handover::request(&case)["exercise"], Value::Bool(true));
    assert_eq!(intelligence::report(&AGENCIES[0], &[])["exercise"], Value::Bool(true));
}

fn thread() -> Thread {
    Thread {
        procedure: "019ca884-c740-7101-8101-010101010101".to_owned(),
        parents: vec!["ab".repeat(32)],
        of: "019ca884-cb28-7202-8202-020202020202".to_owned(),
    }
}

fn faults(letter: &Value) -> Vec<FieldFault> {
    let today = CivilDate::of(clock::now()).expect("today is a day");
    match Submission::read(&tree(letter)) {
        Ok(submission) => submission.check_on(today).err().unwrap_or_default(),
        Err(faults) => faults,
    }
}

fn tree(json: &Value) -> Tree {
    match json {
        Value::Null => Tree::Null,
        Value::Bool(truth) => Tree::Bool(*truth),
        Value::Number(number) => {
            Tree::Int(number.as_i64().expect("letters hold whole numbers only"))
        }
        Value::String(text) => Tree::Text(text.clone()),
        Value::Array(items) => Tree::List(items.iter().map(tree).collect()),
        Value::Object(fields) => {
            let mut map = Map::new();
            for (key, value) in fields {
                assert!(map.put(key, tree(value)).is_none(), "keys differ");
            }
            Tree::Map(map)
        }
    }
}
