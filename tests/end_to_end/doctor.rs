//! The doctor: what it says of a healthy node, and of nodes with something broken on purpose.

use std::collections::BTreeMap;
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use concord_node::clock;
use concord_node::settings::Settings;
use concord_node::settings::charters;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Validity;
use concord_protocol::moment::Span;
use harness::federation::Acquaintance;
use harness::federation::Federation;
use harness::shell;
use harness::wait;
use serde_json::Value;

const AGENCIES: [&str; 2] = ["la.mps", "th.rtp"];

#[test]
fn a_healthy_node_has_no_problem_stopped_or_running() {
    // shows: cus-11, cus-12
    let world = Federation::of("healthy", &AGENCIES);
    protect(world.folder(0));
    world.agencies[0].set("passphrase_file", "\"passphrase\"");

    let stopped = Examined::of(world.folder(0));
    stopped.no_problem();
    assert_eq!(stopped.grade("node"), ["ok"]);
    assert!(stopped.found("node").contains("stopped"));
    assert_eq!(stopped.grade("passphrase"), ["ok"]);
    assert_eq!(stopped.grade("keys"), ["ok"]);
    assert_eq!(stopped.grade("credential"), ["ok"]);
    assert_eq!(stopped.grade("ports"), ["ok", "ok"]);
    assert_eq!(stopped.grade("addresses"), ["ok", "ok"]);
    assert_eq!(stopped.grade("backup"), ["warning"]);

    let _nodes = world.all_ready();
    let running = wait::for_up_to(Duration::from_secs(30), || {
        let running = Examined::beside(world.folder(0));
        (running.grade("links") == ["ok"]).then_some(running)
    });
    let running = running.expect("the two nodes meet");
    running.no_problem();
    assert!(running.found("node").contains("it runs"));
    assert!(running.found("links").contains("connected with th.rtp"));
    assert!(running.found("clock").contains("cosignature"));
    assert!(running.found("charters").contains("version 1 was shown by th.rtp, too"));

    let dir = world.folder(0).to_str().unwrap();
    let out = world.path().join("data");
    let made = shell::concord(
        world.path(),
        &["backup", "create", "--dir", dir, "--out", out.to_str().unwrap()],
    );
    assert!(made.status.success());
    assert_eq!(Examined::beside(world.folder(0)).grade("backup"), ["ok"]);
}

#[test]
fn each_thing_that_is_broken_is_named_with_what_to_do() {
    // shows: cus-11, cus-12
    let world = Federation::with("broken", &AGENCIES, Acquaintance::Nobody);
    let folder = world.folder(0);
    // In clear, without a credential of the peer, and never backed up: warnings, and no problem.
    let before = Examined::of(folder);
    before.no_problem();
    for check in ["passphrase", "peer", "backup"] {
        assert_eq!(before.grade(check), ["warning"], "{check}");
    }

    let signing = folder.join("keys/signing");
    let exposed = |mode| fs::set_permissions(&signing, fs::Permissions::from_mode(mode)).unwrap();
    exposed(0o644);
    let seen = Examined::of(folder);
    seen.problem("permissions", "keys/signing has mode 0644", "chmod 600");
    exposed(0o600);

    let taken = UdpSocket::bind(&world.agencies[0].address).unwrap();
    Examined::of(folder).problem("ports", "Address already in use", "change `listen`");
    drop(taken);

    world.agencies[0].set("advertise", "[\"nowhere.invalid:7400\"]");
    Examined::of(folder).problem(
        "addresses",
        "nowhere.invalid:7400 cannot be resolved",
        "resolver",
    );
    world.agencies[0].set("advertise", "[]");

    world.agencies[0].set("disk_reserve_mib", 1_048_576);
    Examined::of(folder).problem("disk", "are the reserve", "make room");
    world.agencies[0].set("disk_reserve_mib", 256);

    let log = fs::read(folder.join("keys/log")).unwrap();
    fs::write(folder.join("keys/log"), &log[..20]).unwrap();
    Examined::of(folder).problem("passphrase", "1 files in keys/ are no key files", "put back");
    fs::write(folder.join("keys/log"), log).unwrap();

    let settings = fs::read_to_string(folder.join("concord.toml")).unwrap();
    fs::write(folder.join("concord.toml"), format!("{settings}\nlisten_on = 1\n")).unwrap();
    Examined::of(folder).problem("settings", "unknown field `listen_on`", "correct the key");
    fs::write(folder.join("concord.toml"), settings).unwrap();

    fs::remove_dir_all(folder.join("own")).unwrap();
    Examined::of(folder).problem(
        "charter",
        "the node has no credential",
        "concord node credential",
    );
    fs::remove_file(folder.join("charters/1.cbor")).unwrap();
    Examined::of(folder).problem("charter", "charters/1.cbor", "obtain the document again");
}

#[test]
fn a_credential_is_a_warning_from_thirty_days_before_its_end_and_a_problem_after_it() {
    // shows: cus-12
    let world = Federation::of("credential-days", &AGENCIES);
    let renewed = |days_left: u32, serial: u64| {
        let agency = &world.agencies[0];
        let now = clock::now();
        let verified = credential::verify(&agency.credential, &world.charter).unwrap();
        let mut next = verified.credential().clone();
        next.serial = concord_protocol::ids::Serial::new(serial);
        let validity = Validity {
            not_before: now.before(Span::from_days(90)),
            not_after: now.before(Span::from_days(1)).after(Span::from_days(days_left)),
        };
        (next.not_before, next.not_after) = (validity.not_before, validity.not_after);
        let bytes = credential::sign(&next, &agency.root).unwrap();
        // Alone in the folder: of several, the highest that counts now would be in force.
        let own = world.folder(0).join("own");
        for old in fs::read_dir(&own).unwrap() {
            fs::remove_file(old.unwrap().path()).unwrap();
        }
        fs::write(own.join(format!("la.mps-{serial}.credential")), bytes).unwrap();
        Examined::of(world.folder(0))
    };

    assert_eq!(renewed(33, 2).grade("credential"), ["ok"]);
    let soon = renewed(30, 3);
    assert_eq!(soon.grade("credential"), ["warning"]);
    assert!(soon.found("credential").contains("counts 28 more days"));
    soon.no_problem();
    renewed(0, 4).problem("credential", "number 4, ended on", "concord node credential");
}

#[test]
fn a_peer_that_goes_by_another_charter_is_named_with_what_to_do() {
    // shows: chr-20
    let world = Federation::of("charters-of-peers", &AGENCIES);
    // The members signed two versions of one number, and each node got another: no exchange brings them together.
    for (which, name) in [(0, "left"), (1, "right")] {
        let folder = &world.agencies[which].folder;
        let mut papers = charters::load(folder, &Settings::load(folder).unwrap()).unwrap();
        let newest = papers.newest();
        let mut next = Charter {
            version: newest.version().next(),
            previous: Some(newest.digest()),
            ..newest.charter().clone()
        };
        next.members[0].names[0].text = format!("Police of the {name}");
        let proposal = charter::read(&charter::propose(next).unwrap()).unwrap();
        let digest = proposal.digest();
        papers.draft(proposal).unwrap();
        for agency in &world.agencies {
            papers.sign(&digest, &agency.root).unwrap();
        }
        charters::keep(folder, &papers).unwrap();
    }
    let nodes = world.all_ready();

    let seen = wait::for_up_to(Duration::from_secs(60), || {
        let seen = Examined::beside(world.folder(0));
        (seen.grade("charters") == ["problem"]).then_some(seen)
    });
    let seen = seen.unwrap_or_else(|| panic!("{}", nodes[0].said()));
    seen.problem("charters", "th.rtp showed version 2", "compare the digests aloud");
    let dir = world.folder(1).to_str().unwrap();
    let shown = shell::concord(world.path(), &["peer", "show", "la.mps", "--dir", dir]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("another than this node's"), "{shown}");
}

#[test]
fn keys_that_need_a_passphrase_that_nobody_gives_are_a_warning() {
    // shows: cus-11
    let world = Federation::of("unattended", &AGENCIES);
    protect(world.folder(0));

    let seen = Examined::of(world.folder(0));
    seen.no_problem();
    assert_eq!(seen.grade("passphrase"), ["warning"]);
    assert!(seen.found("passphrase").contains("nothing here gives the passphrase"));

    world.agencies[0].set("passphrase_file", "\"nowhere\"");
    Examined::of(world.folder(0)).problem("passphrase", "read the passphrase", "mode 0600");
}

#[test]
fn people_read_what_programs_read() {
    // shows: cus-12
    let world = Federation::of("words", &AGENCIES);
    let folder = world.folder(0);
    let dir = folder.to_str().unwrap();

    let output = shell::concord(folder, &["doctor", "--dir", dir]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("ok       charter     "), "{text}");
    let keys = "warning  passphrase  6 keys lie in clear\n                     why: whoever copies";
    assert!(text.contains(keys), "{text}");
    assert!(text.contains("                     try: stop the node and run `concord node protect"));
    assert!(text.lines().last().unwrap().starts_with("0 problems, "), "{text}");

    let nowhere = shell::concord(folder, &["doctor", "--dir", "nowhere"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8(nowhere.stdout).unwrap().contains("problem  settings"));
}

/// What the doctor said, by what was looked at.
struct Examined {
    findings: BTreeMap<String, Vec<Value>>,
    said: Value,
}

impl Examined {
    /// Of a stopped node, in whose folder nothing moves.
    fn of(folder: &Path) -> Self {
        let before = listing(folder);
        let examined = Self::beside(folder);
        assert_eq!(listing(folder), before, "the doctor changes nothing");
        examined
    }

    /// Of a node that may run.
    fn beside(folder: &Path) -> Self {
        let arguments = ["doctor", "--dir", folder.to_str().unwrap(), "--json"];
        let output = shell::concord(folder, &arguments);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(i32::from(said["problems"] != 0)));
        let mut findings: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for finding in said["findings"].as_array().unwrap() {
            let check = finding["check"].as_str().unwrap().to_owned();
            let is_ok = finding["grade"] == "ok";
            for field in ["why", "remedy"] {
                assert_eq!(finding[field].as_str().unwrap().is_empty(), is_ok, "{finding}");
            }
            findings.entry(check).or_default().push(finding.clone());
        }
        Self { findings, said }
    }

    fn grade(&self, check: &str) -> Vec<&str> {
        let found = self.findings.get(check).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|finding| finding["grade"].as_str().unwrap()).collect()
    }

    fn found(&self, check: &str) -> String {
        let found = self.findings.get(check).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|finding| finding["found"].as_str().unwrap()).collect()
    }

    fn no_problem(&self) {
        assert_eq!(self.said["problems"], 0, "{:#}", self.said);
    }

    fn problem(&self, check: &str, found: &str, remedy: &str) {
        let is_it = |finding: &Value| {
            finding["grade"] == "problem"
                && finding["found"].as_str().unwrap().contains(found)
                && finding["remedy"].as_str().unwrap().contains(remedy)
        };
        let found = self.findings.get(check).is_some_and(|all| all.iter().any(is_it));
        assert!(found, "{check}\n{:#}", self.said);
    }
}

/// Names and lengths of everything that a doctor could have touched.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries.map(|path| path.display().to_string()).collect();
    names.sort();
    names
}

fn protect(folder: &Path) {
    let path = folder.join("passphrase");
    fs::write(&path, "correct horse battery staple").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let dir = folder.to_str().unwrap();
    let new = path.to_str().unwrap();
    let arguments = ["node", "protect", "--dir", dir, "--new-passphrase-file", new];
    assert!(shell::concord(folder, &arguments).status.success());
}
