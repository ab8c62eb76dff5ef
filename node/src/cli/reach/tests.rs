//! Commands against a node from memory, as whole transcripts. `CONCORD_BLESS=1` renews them.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use concord_protocol::crypto::signature::Signer;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::note::NoteKey;

use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::fake::RECEIVED;
use crate::api::tests::fake::SENT;
use crate::api::tests::running::Running;
use crate::api::tests::wire::SUBMISSION;
use crate::cli;
use crate::cli::Streams;
use crate::host::view::Mode;
use crate::host::view::Standing;

#[test]
fn people_send_and_look_at_messages() {
    let session = Session::new(Fake::new());
    fs::write(session.node.dir().join("message.json"), SUBMISSION).unwrap();
    fs::write(session.node.dir().join("faulty.json"), SUBMISSION.replace("\"U3\"", "\"U9\""))
        .unwrap();

    session.told(
        "message",
        &[
            "send NODE_DIR/message.json --key one --dir NODE_DIR",
            "send NODE_DIR/message.json --key one --dir NODE_DIR --json",
            "send NODE_DIR/faulty.json --dir NODE_DIR",
            "send NODE_DIR/absent.json --dir NODE_DIR",
            "message list --dir NODE_DIR",
            "message list --limit 1 --dir NODE_DIR",
            "message list --direction in --json --dir NODE_DIR",
            &format!("message show {SENT} --dir NODE_DIR"),
            &format!("message show {SENT} --officer LA-0042 --purpose prosecution --dir NODE_DIR"),
            &format!(
                "message show {RECEIVED} --officer LA-0042 --purpose prosecution --dir NODE_DIR"
            ),
            &format!("message show {SENT} --officer LA-0042 --dir NODE_DIR"),
            "message show 7 --json --dir NODE_DIR",
        ],
    );
}

#[test]
fn people_look_at_the_log_and_check_it() {
    let session = Session::new(Fake::new());

    session.told(
        "log",
        &[
            "log head --dir NODE_DIR",
            "log head --out NODE_DIR/checkpoint --dir NODE_DIR",
            "log head --out NODE_DIR/checkpoint --dir NODE_DIR",
            "log show --dir NODE_DIR",
            "log show --from 2 --limit 2 --dir NODE_DIR",
            "log prove --index 2 --dir NODE_DIR",
            &format!("log prove --message {SENT} --json --dir NODE_DIR"),
            "log prove --since 3 --dir NODE_DIR",
            "log prove --index 99 --dir NODE_DIR",
            "log prove --dir NODE_DIR",
            "log verify --dir NODE_DIR",
            "log verify --json --dir NODE_DIR",
            "log export --out NODE_DIR/la.mps.concord --dir NODE_DIR",
            "log export --out NODE_DIR/la.mps.concord --dir NODE_DIR",
        ],
    );
    assert_eq!(fs::read(session.node.dir().join("la.mps.concord")).unwrap().len(), 200_000);
    let checkpoint = fs::read_to_string(session.node.dir().join("checkpoint")).unwrap();
    assert!(checkpoint.starts_with("concord/heron/la.mps/log1\n"), "{checkpoint}");
}

#[test]
fn a_revoked_credential_stands_out_among_the_peers() {
    // shows: id-56
    let mut node = Fake::new();
    node.view.peers[0].credential = Some(Standing::Revoked);

    Session::new(node)
        .told("revoked", &["peer list --dir NODE_DIR", "peer show mm.mpf --dir NODE_DIR"]);
}

#[test]
fn people_take_proofs_away_and_check_them_elsewhere() {
    // shows: log-27, log-29, log-30, log-32, log-35
    let session = Session::new(Fake::new());
    let key = NoteKey::new("concord/heron/la.mps/log1", fake::log_key().public()).unwrap().vkey();
    let other = NoteKey::new("concord/heron/mm.mpf/log1", fake::log_key().public()).unwrap().vkey();
    let cose = "audit verify --cose NODE_DIR/a.cose";

    session.told(
        "proofs",
        &[
            "log policy --out NODE_DIR/policy --dir NODE_DIR",
            "log policy --dir NODE_DIR",
            "log prove --index 2 --out NODE_DIR/a.tlog-proof --cose NODE_DIR/a.cose --leaf-out NODE_DIR/a.leaf --dir NODE_DIR",
            "log prove --index 2 --out NODE_DIR/a.tlog-proof --dir NODE_DIR",
            "log prove --since 2 --out NODE_DIR/b.tlog-proof --dir NODE_DIR",
            "audit verify --proof NODE_DIR/a.tlog-proof --policy NODE_DIR/policy",
            "audit verify --proof NODE_DIR/a.tlog-proof --policy NODE_DIR/policy --json",
            "audit verify --proof NODE_DIR/a.tlog-proof --policy NODE_DIR/policy --leaf NODE_DIR/a.leaf",
            "audit verify --proof NODE_DIR/a.tlog-proof --policy NODE_DIR/policy --leaf NODE_DIR/policy",
            "audit verify --proof NODE_DIR/policy --policy NODE_DIR/policy",
            "audit verify --proof NODE_DIR/a.tlog-proof --policy NODE_DIR/a.tlog-proof",
            "audit verify --proof NODE_DIR/a.tlog-proof",
            &format!("{cose} --key {key} --leaf NODE_DIR/a.leaf"),
            &format!("{cose} --key {key} --leaf NODE_DIR/a.leaf --json"),
            &format!("{cose} --key {key} --leaf NODE_DIR/policy"),
            &format!("{cose} --key {other} --leaf NODE_DIR/a.leaf"),
            &format!("{cose} --key {key}"),
            &format!("{cose} --key {key}= --leaf NODE_DIR/a.leaf"),
            "log export --tiles NODE_DIR/tiles --dir NODE_DIR",
            "log export --tiles NODE_DIR/tiles --dir NODE_DIR",
            "log export --dir NODE_DIR",
            "audit verify",
        ],
    );
}

#[test]
fn a_node_in_doubt_signs_no_receipt_and_still_proves() {
    // shows: log-30
    let quarantined = Mode::Quarantined {
        peer: fake::agency("mm.mpf"),
        size: TreeSize::new(9),
        heard: 1,
        needed: 2,
    };
    let session = Session::new(Fake::in_mode(quarantined));

    let told = session.run("log prove --index 2 --cose NODE_DIR/a.cose --dir NODE_DIR");
    assert!(told.contains("error[quarantined]") && told.ends_with("exit 5\n\n"), "{told}");
    assert!(!session.node.dir().join("a.cose").exists());
    let told = session.run("log prove --index 2 --out NODE_DIR/a.tlog-proof --dir NODE_DIR");
    assert!(told.ends_with("exit 0\n\n"), "{told}");
}

#[test]
fn people_look_at_peers() {
    let session = Session::new(Fake::new());
    fs::write(session.node.dir().join("new"), "new").unwrap();
    fs::write(session.node.dir().join("forged"), "forged").unwrap();

    session.told(
        "peer",
        &[
            "peer list --dir NODE_DIR",
            "peer show mm.mpf --dir NODE_DIR",
            "peer show th.rtp --dir NODE_DIR",
            "peer show kh.npc --dir NODE_DIR",
            "peer ping mm.mpf --dir NODE_DIR",
            "peer ping th.rtp --json --dir NODE_DIR",
            "peer add NODE_DIR/new --dir NODE_DIR",
            "peer add NODE_DIR/forged --dir NODE_DIR",
            "peer list --api API_URL --token-file NODE_DIR/token --json",
            "peer list",
            "peer list --api API_URL",
        ],
    );
}

#[test]
fn a_head_that_does_not_cover_the_leaves_ends_with_three() {
    // shows: reg-5
    let mut node = Fake::new();
    node.view.head = Fake::with_another_leaf().view.head;
    let session = Session::new(node);

    session.told("unverified", &["log verify --dir NODE_DIR", "log verify --json --dir NODE_DIR"]);
}

#[test]
fn an_export_that_is_refused_leaves_no_file() {
    let quarantined = Mode::Quarantined {
        peer: fake::agency("mm.mpf"),
        size: TreeSize::new(9),
        heard: 1,
        needed: 2,
    };
    let session = Session::new(Fake::in_mode(quarantined));

    let told = session.run("log export --out NODE_DIR/bundle --dir NODE_DIR");

    assert!(told.contains("error[quarantined]") && told.ends_with("exit 5\n\n"), "{told}");
    assert!(!session.node.dir().join("bundle").exists());
}

struct Session {
    node: Running,
}

impl Session {
    fn new(node: Fake) -> Self {
        Self { node: Running::start(node) }
    }

    /// Runs the commands and compares everything that was printed.
    fn told(&self, name: &str, commands: &[&str]) {
        let text: String = commands.iter().map(|command| self.run(command)).collect();
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/cli/transcripts/{name}.txt"));
        if env::var_os("CONCORD_BLESS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
            return;
        }
        let expected = fs::read_to_string(&file).unwrap();
        assert!(
            expected == text,
            "{} differs; CONCORD_BLESS=1 renews it. Now:\n{text}",
            file.display()
        );
    }

    /// One command with what it printed and how it ended; paths and ports by name.
    fn run(&self, command: &str) -> String {
        let dir = self.node.dir().to_str().unwrap();
        let typed = command.replace("NODE_DIR", dir).replace("API_URL", self.node.url());
        let arguments =
            format!("concord {typed}").split(' ').map(OsString::from).collect::<Vec<_>>();
        let mut streams = Streams { data: Vec::new(), talk: Vec::new() };
        let exit = cli::run(arguments, &mut streams);
        let mut text = format!("$ concord {command}\n");
        text.push_str(&String::from_utf8(streams.data).unwrap());
        for line in String::from_utf8(streams.talk).unwrap().lines() {
            writeln!(text, "! {line}").unwrap();
        }
        writeln!(text, "exit {}\n", exit.number()).unwrap();
        text.replace(dir, "NODE_DIR").replace(self.node.url(), "API_URL")
    }
}
