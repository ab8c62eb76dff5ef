//! The metrics of a real node: what it did, and the warning that its credential ends, wherever that is to be seen.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use concord_node::clock;
use concord_protocol::identity::credential;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::federation::Acquaintance;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;

const AGENCIES: [&str; 2] = ["la.mps", "th.rtp"];
const WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_node_counts_what_it_did_and_says_nothing_about_messages_or_people() {
    // shows: api-21
    let world = Federation::of("metrics", &AGENCIES);
    world.agencies[0].set("metrics_listen", "\"127.0.0.1:0\"");
    let nodes = world.all_ready();
    let sent = letter::report(&[AGENCIES[1]], "counted").to_string();
    let sent = nodes[0].client().submit(sent.as_bytes(), None).unwrap().message.id;

    let witnessed = "concord_receipts_total{peer=\"th.rtp\",grade=\"L2\"} 1";
    let text = until(&nodes[0], witnessed);
    for line in [
        "concord_receipts_total{peer=\"th.rtp\",grade=\"L1\"} 1",
        "concord_peer_connected{peer=\"th.rtp\"} 1",
        "concord_peer_unreceipted_messages{peer=\"th.rtp\"} 0",
        "concord_mode{mode=\"open\"} 1",
        "concord_ready 1",
        "concord_credential_ends_soon 0",
        "concord_evidence_files 0",
    ] {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let found = text.lines().find(|found| found.starts_with(name));
        // What there is none of has no line.
        assert!(
            found == Some(line) || (found.is_none() && value == "0"),
            "{line}: {found:?}\n{text}"
        );
    }
    assert!(value(&text, "concord_commit_seconds_count") > 0.0, "{text}");
    assert!(value(&text, "concord_store_bytes{part=\"journal\"}") > 0.0, "{text}");
    assert!(value(&text, "concord_log_leaves") >= 3.0, "{text}");
    assert!(value(&text, "concord_peer_last_heard_timestamp_seconds{peer=\"th.rtp\"}") > 0.0);
    for secret in [sent.as_str(), "LA-4711", "counted", world.agencies[1].address.as_str()] {
        assert!(!text.contains(secret), "{secret} stands in\n{text}");
    }
    assert!(!nodes[1].said_all().contains("metrics"), "who sets no address serves none");
}

#[test]
fn a_credential_that_ends_within_thirty_days_is_told_everywhere() {
    // shows: id-32, id-52
    let world = Federation::with("ends-soon", &AGENCIES, Acquaintance::Everyone);
    let la = &world.agencies[0];
    la.set("metrics_listen", "\"127.0.0.1:0\"");
    world.agencies[1].set("metrics_listen", "\"127.0.0.1:0\"");
    let now = clock::now();
    let verified = credential::verify(&la.credential, &world.charter).unwrap();
    let mut next = verified.credential().clone();
    next.serial = Serial::new(2);
    next.not_after = now.after(Span::from_days(20));
    let signed = credential::sign(&next, &la.root).unwrap();
    fs::write(world.folder(0).join("own/la.mps-2.credential"), signed).unwrap();
    let nodes = world.all_ready();

    let text = until(&nodes[0], "concord_credential_ends_soon 1");
    assert_eq!(value(&text, "concord_credential_days_left"), 19.0, "{text}");
    let ready = nodes[0].client().readiness().unwrap();
    assert!(ready.ready && ready.alerts[0].code == "credential-ends", "{ready:?}");
    let checked = concord(world.folder(0), &["check-config"]);
    assert!(checked.contains("mind: credential 2 ends at"), "{checked}");
    let doctor = concord(world.folder(0), &["doctor"]);
    assert!(doctor.contains("warning  credential  number 2, counts 19 more days"), "{doctor}");

    // Its peer learns the credential from it, and says the same of it.
    until(&nodes[1], "concord_peer_credential_ends_soon{peer=\"la.mps\"} 1");
    let list = concord(world.folder(1), &["peer", "list"]);
    assert!(list.contains("2 until "), "{list}");
    assert!(list.contains("mind: credential 2 of la.mps ends at"), "{list}");
    let doctor = concord(world.folder(1), &["doctor"]);
    assert!(doctor.contains("la.mps"), "{doctor}");
}

/// The metrics, once a line is among them.
fn until(node: &Daemon, line: &str) -> String {
    let mut last = String::new();
    let found = wait::for_up_to(WITHIN, || {
        last = metrics(node)?;
        last.lines().any(|found| found == line).then_some(())
    });
    assert!(found.is_some(), "{line} is lacking in\n{last}\n{}", node.said());
    last
}

fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is lacking in\n{text}")).parse().unwrap()
}

/// Asks where the node said that it serves them, without a token.
fn metrics(node: &Daemon) -> Option<String> {
    let said = node.said_all();
    let at = said.split("for metrics on http://").nth(1)?.split("/metrics").next()?;
    let mut stream = TcpStream::connect(at).ok()?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(answer)
}

/// Everything that a command says about a node.
fn concord(folder: &Path, arguments: &[&str]) -> String {
    let dir = folder.to_str().unwrap();
    let output = shell::concord(folder, &[arguments, &["--dir", dir]].concat());
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}
