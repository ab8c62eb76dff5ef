//! What bad input gets: a clear error with code, reason and remedy, and nothing lost or half done.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

use concord_node::api::bounds::SUBMISSION_BYTES_MAX;
use harness::daemon::Daemon;
use harness::daemon::READY_WITHIN;
use harness::federation::Acquaintance;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_json::Value;
use serde_json::json;
use ureq::Agent;
use ureq::http::Response;

const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

#[test]
fn every_bad_request_gets_a_problem_that_says_what_to_do() {
    let world = Federation::of("requests", &AGENCIES);
    let node = world.ready(0);
    let door = Door::of(&node);
    let before = node.client().head().unwrap().size;
    let good = letter::report(&["mm.mpf"], "good").to_string();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut letter = letter::report(&["mm.mpf"], "bad");
        change(&mut letter);
        letter.to_string()
    };

    door.refused("{", 400, "bad-json");
    door.refused(&"[".repeat(100_000), 422, "bad-submission");
    door.refused(&format!("{good} {good}"), 400, "bad-json");
    // shows: api-22
    for sent in [0, SUBMISSION_BYTES_MAX + 1] {
        let said = door.announces(SUBMISSION_BYTES_MAX + 1, sent);
        assert!(said.starts_with("HTTP/1.1 413 ") && said.contains("request-too-long"), "{said}");
    }
    door.refused(
        &with(&|letter| letter["to"][0]["agency"] = json!("xx.yyy")),
        422,
        "unknown-recipient",
    );
    door.refused(&with(&|letter| letter["to"][0]["agency"] = json!("la.mps")), 422, "to-oneself");
    let many = with(&|letter| {
        letter["urgency"] = json!("U9");
        letter["body"]["title"] = json!(7);
        letter["more"] = json!(true);
        letter["subject_line"] = Value::Null;
    });
    let problem = door.refused(&many, 422, "bad-submission");
    let pointers: Vec<&str> = problem["faults"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|fault| fault["pointer"].as_str())
        .collect();
    for pointer in ["/urgency", "/body/title", "/more", "/subject_line"] {
        assert!(
            pointers.iter().any(|found| found.ends_with(pointer)),
            "{pointer} is not among {pointers:?}"
        );
    }

    let stranger = Door { token: "0".repeat(64), ..door.clone() };
    stranger.refused(&good, 401, "token-refused");
    assert_eq!(
        node.client().head().unwrap().size,
        before,
        "what was refused left no trace in the log"
    );
    assert_eq!(door.post(&good, &[]).status().as_u16(), 201);
}

#[test]
fn a_key_used_for_another_letter_is_refused_and_for_the_same_one_answers_the_same() {
    let world = Federation::of("keys", &AGENCIES);
    let node = world.ready(0);
    let client = node.client();
    let (one, other) = (
        letter::report(&["mm.mpf"], "one").to_string(),
        letter::report(&["mm.mpf"], "other").to_string(),
    );

    let first = client.submit(one.as_bytes(), Some("a-key")).unwrap();
    let again = client.submit(one.as_bytes(), Some("a-key")).unwrap();
    let refused = client.submit(other.as_bytes(), Some("a-key")).unwrap_err();

    assert_eq!(first.message.id, again.message.id);
    assert!(again.replayed && !first.replayed);
    assert!(refused.why.contains("key") || refused.what.contains("key"), "{refused:?}");
}

#[test]
fn a_crowd_of_callers_is_answered_or_told_when_to_come_back() {
    let world = Federation::of("crowd", &AGENCIES);
    world.agencies[0].set("mailbox_inputs", 16);
    let node = world.ready(0);
    let door = Door::of(&node);
    let answers: Vec<u16> = thread::scope(|scope| {
        let callers: Vec<_> = (0..24)
            .map(|caller| {
                let door = door.clone();
                scope.spawn(move || {
                    let text = letter::report(&["mm.mpf"], &format!("caller {caller}")).to_string();
                    let answer = door.post(&text, &[]);
                    if answer.status().as_u16() == 503 {
                        assert!(
                            answer.headers().contains_key("retry-after"),
                            "busy, and no time to come back"
                        );
                    }
                    answer.status().as_u16()
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });

    assert!(answers.iter().all(|status| matches!(status, 201 | 503)), "{answers:?}");
    let taken = answers.iter().filter(|status| **status == 201).count();
    assert_eq!(
        node.client().messages(&concord_node::api::client::Page::default()).unwrap().items.len(),
        taken
    );
}

#[test]
fn a_second_process_on_the_same_folder_ends_and_leaves_the_first_alone() {
    let world = Federation::of("second", &AGENCIES);
    let node = world.ready(0);
    let client = node.client();

    let second = shell::concord(world.path(), &["run", "--dir", world.folder(0).to_str().unwrap()]);

    assert_eq!(second.status.code(), Some(1), "{}", String::from_utf8_lossy(&second.stderr));
    assert!(!second.stderr.is_empty());
    assert!(client.readiness().unwrap().ready, "the first one goes on");
}

#[test]
fn a_folder_of_another_format_is_refused_and_left_as_it_is() {
    let world = Federation::of("format", &AGENCIES);
    drop(world.ready(0));
    let format = world.folder(0).join("format");
    let known = fs::read(&format).expect("a node's folder has a format");
    fs::write(&format, "99\n").unwrap();

    let refused =
        shell::concord(world.path(), &["run", "--dir", world.folder(0).to_str().unwrap()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    fs::write(&format, known).unwrap();

    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("format") || said.contains("version"), "{said}");
    assert!(
        world.ready(0).client().readiness().unwrap().ready,
        "with its own format it starts again"
    );
}

#[test]
fn a_full_disk_refuses_new_messages_serves_reads_and_recovers() {
    let world = Federation::of("full", &AGENCIES);
    let node = world.ready(0);
    let text = letter::report(&["mm.mpf"], "before").to_string();
    let id = node.client().submit(text.as_bytes(), None).unwrap().message.id;
    node.stop();
    // As if the disk were full: more room is to be kept free than there is.
    world.agencies[0].set("disk_reserve_mib", 1_048_576);
    let node = Daemon::start(world.folder(0));
    let full = wait::for_up_to(READY_WITHIN, || {
        let client = concord_node::api::client::Client::in_directory(world.folder(0)).ok()?;
        client.message(&id).ok().map(|_| client)
    });
    let client = full.unwrap_or_else(|| panic!("reads are not served\n{}", node.said()));

    let refused = client
        .submit(letter::report(&["mm.mpf"], "full").to_string().as_bytes(), None)
        .unwrap_err();
    let said = format!("{refused:?}");
    drop(node);
    world.agencies[0].set("disk_reserve_mib", 16);
    let node = world.ready(0);

    assert!(said.contains("disk"), "{said}");
    assert!(node.client().message(&id).is_ok(), "what was acknowledged is still there");
    assert!(
        node.client().submit(text.as_bytes(), None).is_ok(),
        "with room, messages are taken again"
    );
}

#[test]
fn credentials_that_do_not_belong_are_refused() {
    let world = Federation::with("credentials", &AGENCIES, Acquaintance::Nobody);
    let elsewhere = Federation::of("elsewhere", &["la.mps", "th.rtp"]);
    let folder = world.folder(0).to_str().unwrap();
    let add = |name: &str, bytes: &[u8]| {
        fs::write(world.path().join(name), bytes).unwrap();
        shell::concord(world.path(), &["peer", "add", name, "--dir", folder])
    };
    let honest = &world.agencies[1].credential;
    let mut forged = honest.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;

    let cases: [(&str, &[u8]); 4] = [
        ("another-federation", &elsewhere.agencies[1].credential),
        ("forged", &forged),
        ("cut", &honest[..honest.len() - 1]),
        ("empty", &[]),
    ];
    for (name, bytes) in cases {
        let done = add(name, bytes);
        assert!(!done.status.success(), "{name} was taken");
        assert!(!done.stderr.is_empty(), "{name} was refused without a word");
    }
    let done = add("honest", honest);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The API of a node, without the client's manners.
#[derive(Clone)]
struct Door {
    url: String,
    token: String,
}

impl Door {
    fn of(node: &Daemon) -> Self {
        let url = concord_node::api::address::read(node.folder()).unwrap();
        let token = fs::read_to_string(node.folder().join("token")).unwrap().trim().to_owned();
        Self { url, token }
    }

    fn post(&self, text: &str, headers: &[(&str, &str)]) -> Response<ureq::Body> {
        let agent: Agent =
            Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        let mut request = agent
            .post(format!("{}/api/v1/messages", self.url))
            .content_type("application/json")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(text).unwrap()
    }

    /// Promises a submission of so many bytes and sends so many of them; gives back the whole answer.
    fn announces(&self, len: usize, sent: usize) -> String {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(READY_WITHIN)).unwrap();
        let head = format!(
            "POST /api/v1/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n",
            self.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b' '; sent]).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok();
        answer
    }

    fn refused(&self, text: &str, status: u16, code: &str) -> Value {
        let mut answer = self.post(text, &[]);
        let found = answer.status().as_u16();
        let kind = answer
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let said = answer.body_mut().read_to_string().unwrap();
        let problem: Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{said}");
        assert_eq!(kind, "application/problem+json");
        for part in ["title", "detail", "remedy"] {
            assert!(
                problem[part].as_str().is_some_and(|text| !text.is_empty()),
                "no {part}: {said}"
            );
        }
        problem
    }
}
