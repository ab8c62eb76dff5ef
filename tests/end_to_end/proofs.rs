//! A node's log in the forms of others: the same from a running node and from its directory when it is stopped.

use std::fs;
use std::path::Path;
use std::process::Command;

use concord_node::api::client::Client;
use harness::daemon::READY_WITHIN;
use harness::federation::Federation;
use harness::letter;
use harness::program;
use harness::wait;

const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

/// Runs `concord` and gives what it printed; whether it did what it should is the caller's to say.
fn concord(dir: &Path, line: &str) -> (bool, String) {
    let dir = dir.to_str().unwrap();
    let typed = line.replace("DIR", dir);
    let done = Command::new(program::concord()).args(typed.split(' ')).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn done(dir: &Path, line: &str) -> String {
    let (done, said) = concord(dir, line);
    assert!(done, "{line}: {said}");
    said
}

/// Every file below a folder with its bytes, in order.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = files(&path).into_iter().map(|(at, bytes)| (format!("{name}/{at}"), bytes));
            found.extend(below);
        } else {
            found.push((name, fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The size of the log, once it has not grown for a while.
fn quiet(client: &Client) -> u64 {
    let mut last = 0;
    wait::for_up_to(READY_WITHIN, || {
        let size = client.head().unwrap().size;
        let same = size == last;
        last = size;
        same.then_some(size)
    })
    .unwrap()
}

#[test]
fn proofs_and_tiles_leave_a_running_and_a_stopped_node() {
    // shows: log-27, log-29, log-30, log-34, log-36
    let world = Federation::of("proofs", &AGENCIES);
    let (la, mm) = (world.ready(0), world.ready(1));
    let letter = letter::report(&[AGENCIES[1]], "proven").to_string();
    let id = la.client().submit(letter.as_bytes(), None).unwrap().message.id;
    let delivered = wait::for_up_to(READY_WITHIN, || la.client().receipt(&id, AGENCIES[1]).ok());
    assert!(delivered.is_some(), "{}", la.said());
    let dir = world.folder(0);
    quiet(&la.client());

    done(dir, "log policy --out DIR/policy --dir DIR");
    done(
        dir,
        &format!(
            "log prove --message {id} --out DIR/a.tlog-proof --cose DIR/a.cose --leaf-out DIR/a.leaf --dir DIR"
        ),
    );
    done(dir, "log export --tiles DIR/running --dir DIR");
    // The charter's quorum is what a stranger's policy asks for; here the log alone is asked.
    let policy = fs::read_to_string(dir.join("policy")).unwrap();
    let log = policy.lines().next().unwrap();
    fs::write(dir.join("alone"), format!("{log}\nquorum none\n")).unwrap();
    let verify = "audit verify --proof DIR/a.tlog-proof --policy DIR/alone";
    assert!(done(dir, verify).contains("leaf      message"));
    let key = log.strip_prefix("log ").unwrap();
    let verify = format!("audit verify --cose DIR/a.cose --key {key} --leaf DIR/a.leaf");
    assert!(done(dir, &verify).contains("issued"));
    let (taken, said) = concord(dir, &format!("{verify} --genesis {}", world.genesis));
    assert!(!taken && said.contains("cannot be used with"), "a receipt has no pin: {said}");
    drop(mm);
    la.stop();

    done(dir, "log prove --index 0 --out DIR/b.tlog-proof --dir DIR");
    done(dir, "audit verify --proof DIR/b.tlog-proof --policy DIR/alone");
    let (signed, said) = concord(dir, "log prove --index 0 --cose DIR/b.cose --dir DIR");
    assert!(!signed && said.contains("a stopped node signs nothing"), "{said}");
    done(dir, "log export --tiles DIR/stopped --dir DIR");
    let (running, stopped) = (files(&dir.join("running")), files(&dir.join("stopped")));
    assert!(running.iter().any(|(path, _)| path.starts_with("tile/entries/")));
    // A log that grew meanwhile has other partial tiles, and the same leaves at their beginning.
    let entries = |files: &[(String, Vec<u8>)]| {
        let found = files.iter().find(|(path, _)| path.starts_with("tile/entries/000"));
        found.unwrap().1.clone()
    };
    assert!(entries(&stopped).starts_with(&entries(&running)));
}
