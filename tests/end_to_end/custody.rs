//! Keys under a passphrase, as operators meet them: made, opened from every source, changed, and refused without.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::process::Stdio;

use concord_node::settings::folder::NodeFolder;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::federation::Scratch;
use harness::shell;

const PASSPHRASE: &str = "correct horse battery staple";

#[test]
fn a_node_starts_with_the_passphrase_that_its_settings_name_and_not_without() {
    // shows: cus-3
    let world = Federation::of("passphrase", &["la.mps", "th.rtp"]);
    let folder = world.folder(0);
    private(&folder.join("passphrase"), PASSPHRASE);
    let dir = folder.to_str().unwrap();
    let new = folder.join("passphrase");
    let protect = ["node", "protect", "--dir", dir, "--new-passphrase-file", new.to_str().unwrap()];
    done(&shell::concord(folder, &protect));

    let refused = shell::concord(folder, &["run", "--dir", dir]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("error[passphrase-missing]: the node was not started"));
    assert!(said(&refused).contains("keys/signing is protected by a passphrase"));

    world.agencies[0].set("passphrase_file", "\"passphrase\"");
    let node = Daemon::ready(folder);
    assert_eq!(node.client().head().unwrap().size, 1);

    let running = shell::concord(folder, &["node", "protect", "--dir", dir, "--no-passphrase"]);
    assert!(said(&running).contains("error[node-running]"), "{}", said(&running));
}

#[test]
fn systemd_hands_the_passphrase_over() {
    // shows: cus-3
    let place = Scratch::new("systemd");
    let folder = place.path();
    let credentials = folder.join("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::write(credentials.join("concord-passphrase"), PASSPHRASE).unwrap();
    let with = |arguments: &[&str]| -> Output {
        let mut command = shell::command("concord", folder);
        command.env("CREDENTIALS_DIRECTORY", &credentials).args(arguments).output().unwrap()
    };

    done(&with(&["root", "new", "--agency", "la.mps", "--out", "la.root"]));
    done(&with(&["node", "init", "--dir", "la", "--agency", "la.mps"]));

    let without = shell::concord(folder, &["check-config", "--dir", "la"]);
    assert!(said(&without).contains("error[passphrase-missing]"), "{}", said(&without));
    // Opened: what is missing now is a charter.
    let opened = with(&["check-config", "--dir", "la"]);
    assert!(told(&opened).contains("not ready: no charter is adopted"), "{}", said(&opened));
}

#[test]
fn a_secret_is_not_made_in_clear_by_accident() {
    // shows: cus-3
    let place = Scratch::new("clear");
    let folder = place.path();

    let refused = shell::concord(folder, &["root", "new", "--agency", "la.mps", "--out", "root"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("error[passphrase-missing]: no root was made"));
    assert!(said(&refused).contains("--no-passphrase"));
    let refused = shell::concord(folder, &["node", "init", "--dir", "la", "--agency", "la.mps"]);
    assert!(said(&refused).contains("error[passphrase-missing]: no node was made"));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "nothing half done is left");

    let clear = ["root", "new", "--agency", "la.mps", "--out", "root", "--no-passphrase"];
    let made = shell::concord(folder, &clear);
    done(&made);
    assert!(said(&made).contains("IN CLEAR"));
    private(&folder.join("short"), "eleven char");
    let short = ["root", "protect", "--root", "root", "--new-passphrase-file", "short"];
    let refused = shell::concord(folder, &short);
    assert!(said(&refused).contains("error[passphrase-refused]"), "{}", said(&refused));
    assert!(said(&refused).contains("at least 12"));
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_says_so() {
    // shows: cus-2, cus-4
    let place = Scratch::new("wrong");
    let folder = place.path();
    private(&folder.join("right"), PASSPHRASE);
    private(&folder.join("wrong"), "incorrect horse battery staple");
    let root = |verb: &[&str]| shell::concord(folder, &[&["root"], verb].concat());
    done(&root(&["new", "--agency", "la.mps", "--out", "root", "--passphrase-file", "right"]));
    let before = fs::read(folder.join("root")).unwrap();
    assert!(!before.windows(4).any(|window| window == b"IN C"));

    let change = ["protect", "--root", "root", "--no-passphrase", "--passphrase-file"];
    let refused = root(&[&change[..], &["wrong"]].concat());
    assert!(said(&refused).contains("error[passphrase-refused]"), "{}", said(&refused));
    assert!(said(&refused).contains("the passphrase does not open it, or it was changed"));
    assert_eq!(fs::read(folder.join("root")).unwrap(), before);

    done(&root(&[&change[..], &["right"]].concat()));
    assert_ne!(fs::read(folder.join("root")).unwrap(), before);
    done(&root(&["protect", "--root", "root", "--new-passphrase-file", "wrong"]));
}

#[test]
fn a_terminal_is_asked_twice_for_a_new_passphrase_and_shows_none() {
    // shows: cus-3
    let place = Scratch::new("terminal");
    let folder = place.path();

    let new = "concord root new --agency la.mps --out root";
    let shown = at_a_terminal(folder, new, &[PASSPHRASE, PASSPHRASE]);
    assert!(shown.contains("new passphrase for root: "), "{shown}");
    assert!(shown.contains("the same again: "), "{shown}");
    assert!(shown.contains("fingerprint"), "{shown}");
    assert!(!shown.contains("horse"), "what was typed showed: {shown}");

    let differ = "concord root new --agency la.mps --out other";
    let shown = at_a_terminal(folder, differ, &[PASSPHRASE, "incorrect horse battery staple"]);
    assert!(shown.contains("the two passphrases differ"), "{shown}");
    assert!(!folder.join("other").exists());

    let open = "concord root protect --root root --no-passphrase";
    let shown = at_a_terminal(folder, open, &[PASSPHRASE]);
    assert!(shown.contains("passphrase of root: "), "{shown}");
    assert!(shown.contains("IN CLEAR"), "{shown}");
}

#[test]
fn no_key_file_of_a_protected_node_holds_its_seed() {
    // shows: cus-2
    let world = Federation::of("sealed", &["la.mps", "th.rtp"]);
    let folder = world.folder(0);
    let keys = NodeFolder::at(folder).keys();
    let bytes = |name: &str| fs::read(keys.join(name)).unwrap();
    let in_clear =
        ["signing", "log", "storage"].map(|name| bytes(name)[bytes(name).len() - 32..].to_vec());
    private(&folder.join("passphrase"), PASSPHRASE);
    let dir = folder.to_str().unwrap();
    let new = folder.join("passphrase");
    let protect = ["node", "protect", "--dir", dir, "--new-passphrase-file", new.to_str().unwrap()];
    done(&shell::concord(folder, &protect));

    for entry in fs::read_dir(&keys).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for seed in &in_clear {
            assert!(!bytes.windows(32).any(|window| window == seed), "{}", path.display());
        }
    }
}

/// What a terminal shows of a command at which these lines are typed, each once it is asked for.
fn at_a_terminal(folder: &Path, line: &str, typed: &[&str]) -> String {
    let mut terminal = shell::command("script", folder)
        .args(["--quiet", "--return", "--echo", "never", "--command", line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("util-linux has `script`");
    let mut keyboard = terminal.stdin.take().unwrap();
    let mut screen = terminal.stdout.take().unwrap();
    let mut shown = String::new();
    for line in typed {
        until(&mut screen, &mut shown, ": ");
        writeln!(keyboard, "{line}").unwrap();
        shown.push_str("[typed]");
    }
    std::io::Read::read_to_string(&mut screen, &mut shown).unwrap();
    terminal.wait().unwrap();
    shown
}

/// Reads until what was shown last ends like this.
fn until(screen: &mut impl std::io::Read, shown: &mut String, end: &str) {
    let mut byte = [0];
    while !shown.ends_with(end) {
        assert_eq!(screen.read(&mut byte).unwrap(), 1, "the command ended: {shown}");
        shown.push(char::from(byte[0]));
    }
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}{}", told(output), said(output));
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
