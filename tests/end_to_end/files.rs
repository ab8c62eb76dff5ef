//! Files beside messages, between real nodes: they travel, wait for nothing urgent, resume, and end with their bodies.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::file::AddedFile;
use concord_node::api::shape::file::FileDocument;
use concord_node::api::shape::file::FileState;
use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use concord_node::transport::close::CloseReason;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::registry::CloseCode;
use concord_protocol::registry::FileCode;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::file::FileHead;
use concord_protocol::wire::file::FileRefusal;
use concord_protocol::wire::file::FileRequest;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::raw::Needles;
use harness::shell;
use harness::wait;
use serde_json::json;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

/// What a part may lose to a crash, in bytes.
const STEP: u64 = 4 * 1024 * 1024;

const OFFICER: &str = "A-17";
const PURPOSE: &str = "prevention";

#[test]
fn a_file_travels_beside_its_message_and_is_opened_like_a_body() {
    // shows: fil-30, fil-31, fil-50, fil-51, fil-52, fil-53, fil-15, fil-20
    let world = Federation::of("files", &AGENCIES);
    let nodes = world.all_ready();
    let (author, recipient) = (nodes[0].client(), nodes[1].client());
    let plain = plain(5_000_000, 1);
    let file = put(&world, "list.bin", &plain);
    let (refused, _) = submission(&added_nowhere(), &["mm.mpf"]);
    assert_eq!(author.submit(&refused, None).unwrap_err().code, Code::AttachmentNotHere);

    let added = add(&world, 0, &file);
    let (text, _) = submission(&added, &["mm.mpf"]);
    let id = author.submit(&text, None).unwrap().message.id;
    settled(&author, &id);
    arrived(&recipient, &added);

    let out = world.path().join("got.bin");
    let got = get(&world, 1, (&id, &added), &out);
    assert!(got.status.success(), "{}", String::from_utf8_lossy(&got.stderr));
    assert_eq!(fs::read(&out).unwrap(), plain);
    let shown: serde_json::Value = serde_json::from_slice(&got.stdout).unwrap();
    let leaf = shown["log_index"].as_u64().unwrap();
    let entries = recipient.entries(leaf, Some(1)).unwrap();
    assert!(serde_json::to_string(&entries).unwrap().contains(OFFICER), "the reading is logged");
    // The same at its author; at a third one there is nothing to be seen.
    let own = world.path().join("own.bin");
    assert!(get(&world, 0, (&id, &added), &own).status.success());
    assert_eq!(fs::read(&own).unwrap(), plain);
    assert_eq!(nodes[2].client().file(&added.digest).unwrap_err().code, Code::NoSuchFile);
    // shows: fil-42
    let backup = world.path().join("la.backup");
    let (dir, to) = (world.folder(0).to_str().unwrap(), backup.to_str().unwrap());
    let made = shell::concord(world.path(), &["backup", "create", "--dir", dir, "--out", to]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let length = fs::metadata(&backup).unwrap().len();
    assert!(length < added.length / 2, "no file is in a backup: {length} bytes");
    let again = get(&world, 1, (&id, &added), &out);
    assert!(!again.status.success(), "what is there is not overwritten");
}

#[test]
fn urgent_messages_pass_while_a_file_comes() {
    // shows: wire-91, wire-93
    let world = slow_world("files-urgent");
    let nodes = [world.ready(0), world.ready(1)];
    let (author, recipient) = (nodes[0].client(), nodes[1].client());
    let added = send_file(&world, &author, &plain(40_000_000, 2));
    let coming = || (recipient.file(&added.digest).ok()?.held > 0).then_some(());
    wait::for_up_to(Duration::from_secs(60), coming).expect("it begins to come");

    for number in 0..3 {
        let text = letter::report(&["mm.mpf"], &format!("urgent {number}")).to_string();
        let id = author.submit(text.as_bytes(), None).unwrap().message.id;
        settled(&author, &id);
    }

    let state = recipient.file(&added.digest).unwrap();
    assert_ne!(state.state, FileState::Here, "the messages did not wait for the file: {state:?}");
    arrived(&recipient, &added);
}

#[test]
fn a_file_goes_on_where_it_stood_when_either_node_is_killed() {
    // shows: fil-11, fil-12, fil-30, fil-37
    let world = slow_world("files-killed");
    let mut nodes = [world.ready(0), world.ready(1)];
    let plain = plain(28_000_000, 3);
    let added = send_file(&world, &nodes[0].client(), &plain);

    let before = reached(&nodes[1], &added, STEP + 1);
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let after = known(&nodes[1].client(), &added);
    assert_ne!(after.state, FileState::Here, "it was killed in the middle");
    assert!(after.held >= before / STEP * STEP, "{} of {before} bytes are left", after.held);

    let before = reached(&nodes[1], &added, after.held + 1_000_000);
    nodes[0].kill();
    let left = nodes[1].client().file(&added.digest).unwrap();
    assert!(left.held >= before && left.state != FileState::Here, "{left:?}");
    nodes[0] = world.ready(0);
    let next = nodes[1].client().file(&added.digest).unwrap();
    assert!(next.held >= left.held, "nothing is fetched again: {next:?} after {left:?}");

    arrived(&nodes[1].client(), &added);
    assert_eq!(on_disk(&world, 1, &added), on_disk(&world, 0, &added));
}

#[test]
fn whoever_is_no_recipient_gets_no_byte_and_hears_not_whether_there_is_a_file() {
    // shows: fil-34, fil-31, wire-90, wire-92
    let world = Federation::of("files-asked", &AGENCIES);
    let node = world.ready(0);
    let added = send_file(&world, &node.client(), &plain(100_000, 4));
    let digest = Digest::parse(&added.digest).unwrap();
    let ask = |offset| codec::encode(&FileRequest { digest, offset }).unwrap();

    let stranger = Forger::new(&world, 2, 0);
    let line = stranger.meet();
    let refused = FileAnswer::Refused(FileRefusal { code: FileCode::NotYours });
    assert_eq!(line.ask_file(ask(0)), (refused, Vec::new()));
    let other = FileRequest { digest: digest::sha256(b"no file"), offset: 0 };
    assert_eq!(line.ask_file(codec::encode(&other).unwrap()), (refused, Vec::new()));

    let recipient = Forger::new(&world, 1, 0);
    let line = recipient.meet();
    let (answer, bytes) = line.ask_file(ask(0));
    assert_eq!(answer, FileAnswer::File(FileHead { length: added.length }));
    assert_eq!(digest::sha256(&bytes), digest);
    let (answer, rest) = line.ask_file(ask(60_000));
    assert_eq!(answer, FileAnswer::File(FileHead { length: added.length }));
    assert_eq!(rest, bytes[60_000..]);
    assert_eq!(line.ask_file(ask(added.length + 7)).1, Vec::<u8>::new());
    line.ask_badly(vec![0xff; 40]);
    assert_eq!(line.closed(), CloseReason::ByPeer(CloseCode::BadFrame));
}

#[test]
fn bytes_that_were_changed_on_the_disk_are_found_and_not_shown() {
    // shows: fil-3, fil-52
    let world = Federation::of("files-tampered", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let added = add(&world, 0, &put(&world, "list.bin", &plain(200_000, 5)));
    let (text, _) = submission(&added, &["mm.mpf"]);
    let id = nodes[0].client().submit(&text, None).unwrap().message.id;
    settled(&nodes[0].client(), &id);
    arrived(&nodes[1].client(), &added);
    let path = world.folder(1).join("files").join(&added.digest);
    let whole = fs::read(&path).unwrap();

    let mut changed = whole.clone();
    changed[100_000] ^= 1;
    for (name, bytes) in [("changed", changed), ("cut", whole[..whole.len() - 100].to_vec())] {
        fs::write(&path, bytes).unwrap();
        let out = world.path().join(name);
        let got = get(&world, 1, (&id, &added), &out);
        assert!(!got.status.success(), "{name}");
        assert!(!out.exists(), "{name}: half a file stands under no name that was asked for");
    }
    fs::write(&path, whole).unwrap();
    assert!(get(&world, 1, (&id, &added), &world.path().join("whole")).status.success());
}

#[test]
fn after_an_erasure_no_raw_file_has_a_byte_of_it() {
    // shows: fil-40, fil-13
    let world = Federation::of("files-erased", &AGENCIES);
    world.agencies.iter().for_each(|agency| agency.set("disk_reserve_mib", 16));
    let nodes = [world.ready(0), world.ready(1)];
    let plain = plain(60_000, 6);
    let added = add(&world, 0, &put(&world, "list.bin", &plain));
    // The third one is away until it is too late.
    let (text, _) = submission(&added, &["mm.mpf", "th.rtp"]);
    let id = nodes[0].client().submit(&text, None).unwrap().message.id;
    arrived(&nodes[1].client(), &added);
    let sealed = on_disk(&world, 0, &added);
    assert_eq!(sealed, on_disk(&world, 1, &added));
    let mut needles = Needles::default();
    needles.add("the plain file", &plain);
    needles.add("the sealed file", &sealed);
    for which in 0..2 {
        assert_ne!(needles.found_in(world.folder(which)), [] as [String; 0]);
    }

    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", OFFICER)];
    nodes.iter().for_each(|node| drop(node.client().erase(&id, demand).unwrap()));

    for (which, node) in nodes.iter().enumerate() {
        assert_eq!(node.client().file(&added.digest).unwrap().state, FileState::Gone);
        let got = get(&world, which, (&id, &added), &world.path().join("gone"));
        assert!(!got.status.success());
        assert_eq!(needles.found_in(world.folder(which)), [] as [String; 0]);
    }
    drop(nodes);
    let recipient = Forger::new(&world, 2, 0);
    let _author = world.ready(0);
    let request = FileRequest { digest: Digest::parse(&added.digest).unwrap(), offset: 0 };
    let answer = recipient.meet().ask_file(codec::encode(&request).unwrap());
    let gone = FileAnswer::Refused(FileRefusal { code: FileCode::Gone });
    assert_eq!(answer, (gone, Vec::new()));
    for which in 0..2 {
        assert_eq!(needles.found_in(world.folder(which)), [] as [String; 0]);
    }
}

/// Two nodes, of which each reads little of the other in a second, so that a file takes its time.
fn slow_world(test: &str) -> Federation {
    let world = Federation::of(test, &["la.mps", "mm.mpf"]);
    world.agencies.iter().for_each(|agency| agency.set("peer_mib_per_second", 2));
    world
}

/// Adds a file at the author and sends the message that names it.
fn send_file(world: &Federation, author: &Client, plain: &[u8]) -> AddedFile {
    let added = add(world, 0, &put(world, "list.bin", plain));
    let (text, _) = submission(&added, &["mm.mpf"]);
    author.submit(&text, None).unwrap();
    added
}

/// A message that names a file: in its header, and with its key in the body.
fn submission(added: &AddedFile, to: &[&str]) -> (Vec<u8>, serde_json::Value) {
    let mut letter = letter::example("feed-snapshot", to);
    let AddedFile { digest, length, key } = added;
    letter["attachments"] = json!([
        { "digest": digest, "length": length, "media_type": "application/octet-stream" }
    ]);
    letter["body"]["entries"] = json!({ "digest": digest, "length": length, "key": key });
    (letter.to_string().into_bytes(), letter)
}

fn added_nowhere() -> AddedFile {
    AddedFile { digest: "ab".repeat(32), length: 17, key: "cd".repeat(32) }
}

fn add(world: &Federation, which: usize, file: &Path) -> AddedFile {
    let dir = world.folder(which).to_str().unwrap();
    let file = file.to_str().unwrap();
    let added = shell::concord(world.path(), &["--json", "file", "add", file, "--dir", dir]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    serde_json::from_slice(&added.stdout).unwrap()
}

fn get(
    world: &Federation,
    which: usize,
    (id, added): (&str, &AddedFile),
    out: &Path,
) -> std::process::Output {
    let (dir, out) = (world.folder(which).to_str().unwrap(), out.to_str().unwrap());
    let digest = added.digest.as_str();
    let reader = ["--officer", OFFICER, "--purpose", PURPOSE, "--out", out, "--dir", dir];
    let command = [["--json", "file", "get", id, digest].as_slice(), &reader].concat();
    shell::concord(world.path(), &command)
}

/// Bytes in which no piece stands twice.
fn plain(len: usize, seed: u64) -> Vec<u8> {
    let block = |number: usize| {
        let number = u64::try_from(number).unwrap();
        *digest::sha256_of(&[&seed.to_be_bytes(), &number.to_be_bytes()]).as_bytes()
    };
    (0..len.div_ceil(32)).flat_map(block).take(len).collect()
}

fn put(world: &Federation, name: &str, bytes: &[u8]) -> PathBuf {
    let path = world.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn on_disk(world: &Federation, which: usize, added: &AddedFile) -> Vec<u8> {
    fs::read(world.folder(which).join("files").join(&added.digest)).unwrap()
}

fn settled(client: &Client, id: &str) {
    let receipted = || {
        let found = client.message(id).unwrap();
        found.deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
    };
    wait::for_up_to(Duration::from_secs(60), receipted).expect("every recipient receipts");
}

fn arrived(client: &Client, added: &AddedFile) {
    let here = || {
        let found = client.file(&added.digest).ok()?;
        (found.state == FileState::Here).then_some(())
    };
    let waited = wait::for_up_to(Duration::from_secs(120), here);
    assert!(waited.is_some(), "the file does not arrive: {:?}", client.file(&added.digest));
}

/// Waits until so many bytes of a file are there.
fn reached(node: &Daemon, added: &AddedFile, bytes: u64) -> u64 {
    let client = node.client();
    let held =
        || client.file(&added.digest).ok().map(|file| file.held).filter(|held| *held >= bytes);
    wait::for_up_to(Duration::from_secs(120), held).expect("it comes")
}

/// What a node says of a file as soon as it says anything.
fn known(client: &Client, added: &AddedFile) -> FileDocument {
    let wanted = |file: &FileDocument| {
        matches!(file.state, FileState::Here | FileState::Fetching | FileState::Waiting)
    };
    let known = || client.file(&added.digest).ok().filter(wanted);
    wait::for_up_to(Duration::from_secs(60), known).expect("it is wanted again")
}
