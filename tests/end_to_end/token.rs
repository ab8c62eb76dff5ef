//! Signing keys in a token, SoftHSM2: made there, used there, taken away while messages flow, and given back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::leaf::LeafDocument;
use concord_node::api::shape::message::Status;
use concord_protocol::codec;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::federation::Acquaintance;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::skip;
use harness::wait;
use serde_json::Value;

/// Where Debian keeps the library.
const LIBRARIES: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];

const PIN: &str = "271828182845";
const WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_node_signs_in_its_token_and_waits_while_the_token_is_away() {
    // shows: cus-13, cus-14, cus-15
    let Some(library) = library() else { return };
    let world = Federation::with("token", &["la.mps", "th.rtp"], Acquaintance::Nobody);
    let token = SoftToken::new(world.path());
    let la = token.enrolled(&world, library);
    assert!(!la.join("keys/signing").exists() && !la.join("keys/log").exists());
    let mut laos = token.started(&la);
    laos.wait_ready();
    let thai = world.ready(1);

    let first = sent(&laos, "th.rtp", "before");
    wait_receipted(&laos, &first);

    token.take_away();
    let told = wait::for_up_to(WITHIN, || {
        let found = laos.client().readiness().ok()?;
        (!found.ready && found.reasons[0].code == "key-away").then_some(found)
    });
    let told = told.unwrap_or_else(|| panic!("{}", laos.said()));
    assert!(told.reasons[0].remedy.contains("signs again by itself"), "{told:?}");
    let refused = laos.client().submit(&bytes(&letter::report(&["th.rtp"], "away")), None);
    let refused = refused.unwrap_err();
    assert_eq!(refused.code.text(), "key-away", "{refused:?}");
    // What a peer sends meanwhile waits for a receipt that only the token can sign.
    let waiting = sent(&thai, "la.mps", "meanwhile");
    let doctor = shell::command("concord", world.path())
        .args(["doctor", "--json", "--dir", la.to_str().unwrap()])
        .env("SOFTHSM2_CONF", token.conf())
        .output()
        .unwrap();
    let doctor: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    assert!(doctor["findings"].to_string().contains("does not answer"), "{doctor:#}");

    token.bring_back();
    laos.wait_ready();
    wait_receipted(&thai, &waiting);
    let last = sent(&laos, "th.rtp", "after");
    wait_receipted(&laos, &last);
    assert!(laos.stop().success(), "it never ended by itself, and stops in order");
}

#[test]
fn a_node_whose_token_is_away_stops_when_it_is_asked_to_and_says_why_it_does_not_start() {
    // shows: cus-15
    let Some(library) = library() else { return };
    let world = Federation::with("token-stop", &["la.mps", "th.rtp"], Acquaintance::Nobody);
    let token = SoftToken::new(world.path());
    let la = token.enrolled(&world, library);
    let mut laos = token.started(&la);
    laos.wait_ready();
    let thai = world.ready(1);
    token.take_away();
    sent(&thai, "la.mps", "a message that the stopping node has not receipted");
    let away =
        wait::for_up_to(WITHIN, || laos.client().readiness().ok().filter(|found| !found.ready));
    assert!(away.is_some());

    assert!(laos.stop().success(), "a node that waits for its token stops when asked");
    let refused = token.concord(world.path(), &["run", "--dir", la.to_str().unwrap()]);
    assert!(refused.contains("error[key-away]: the node was not started"), "{refused}");

    token.bring_back();
    let mut again = token.started(&la);
    again.wait_ready();
    let taken = wait::for_up_to(WITHIN, || {
        let list = again.client().messages(&Default::default()).ok()?;
        (list.items.len() == 1).then_some(())
    });
    assert!(taken.is_some(), "what waited was taken after the start\n{}", again.said());
}

#[test]
fn a_pin_that_the_token_refused_is_not_tried_again_before_a_start() {
    // shows: cus-16
    let Some(library) = library() else { return };
    let world = Federation::with("token-pin", &["la.mps", "th.rtp"], Acquaintance::Nobody);
    let token = SoftToken::new(world.path());
    let la = token.enrolled(&world, library);
    let mut laos = token.started(&la);
    laos.wait_ready();

    // The token goes away, and meanwhile somebody writes another PIN.
    token.take_away();
    wait_for_reason(&laos, "key-away");
    fs::write(token.pin(), "314159265358").unwrap();
    token.bring_back();
    wait_for_reason(&laos, "pin-refused");
    let refused = laos.client().submit(&bytes(&letter::report(&["th.rtp"], "refused")), None);
    assert_eq!(refused.unwrap_err().code.text(), "pin-refused");
    let doctor = token.concord(world.path(), &["doctor", "--dir", la.to_str().unwrap()]);
    assert!(doctor.contains("problem  token") && doctor.contains("the running node says so"));

    // With the right PIN it would be back within two seconds if it tried.
    fs::write(token.pin(), PIN).unwrap();
    let tried = wait::for_up_to(Duration::from_secs(6), || {
        laos.client().readiness().is_ok_and(|found| found.ready).then_some(())
    });
    assert!(tried.is_none(), "{}", laos.said());
    assert!(laos.stop().success(), "a node that was refused stops in order");

    let mut again = token.started(&la);
    again.wait_ready();
    assert!(again.stop().success());
    fs::write(token.pin(), "314159265358").unwrap();
    let mut refused = token.started(&la);
    assert_eq!(refused.ended().code(), Some(5), "{}", refused.said());
    assert!(refused.said().contains("error[pin-refused]: the node was not started"));
}

#[test]
fn keys_in_a_token_are_rotated_there_while_the_node_runs() {
    // shows: cus-13, cus-17
    let Some(library) = library() else { return };
    let world = Federation::with("token-keys", &["la.mps", "th.rtp"], Acquaintance::Nobody);
    let token = SoftToken::new(world.path());
    let la = token.enrolled(&world, library);
    let mut laos = token.started(&la);
    laos.wait_ready();
    let _thai = world.ready(1);
    let before = sent(&laos, "th.rtp", "under the first keys");
    wait_receipted(&laos, &before);

    for (serial, roles) in [(2, "signing,log"), (3, "signing,witness")] {
        let request = world.path().join(format!("{serial}.request"));
        let dir = la.to_str().unwrap();
        let out = request.to_str().unwrap();
        let told = token.concord(
            world.path(),
            &["node", "rotate", "--dir", dir, "--roles", roles, "--out", out],
        );
        assert!(!told.contains("error["), "{told}");
        let signed = token.granted(&world, &request);
        let told = token.concord(
            world.path(),
            &["node", "credential", "--dir", dir, "--adopt", signed.to_str().unwrap()],
        );
        assert!(!told.contains("error["), "{told}");
        // The node starts again inside, and signs with what the new credential names.
        let mark = format!("under credential {serial}");
        let letter = bytes(&letter::report(&["th.rtp"], &mark));
        let id = wait::for_up_to(WITHIN, || {
            let client = Client::in_directory(&la).ok()?;
            let leaves = client.entries(0, None).ok()?.items.into_iter();
            let began = |leaf| matches!(leaf, LeafDocument::Started { credential, .. } if credential == serial);
            leaves.filter_map(|entry| entry.leaf).any(began).then_some(())?;
            Some(client.submit(&letter, Some(&format!("key-{serial}"))).ok()?.message.id)
        });
        wait_receipted(&laos, &id.unwrap_or_else(|| panic!("{mark}\n{}", laos.said())));
    }
    assert!(!la.join("keys/signing.2").exists() && !la.join("keys/log.2").exists());
    assert!(la.join("keys/witness.2").exists(), "the others lie in files as before");
    let doctor = token.concord(world.path(), &["doctor", "--dir", la.to_str().unwrap()]);
    assert!(doctor.contains("concord has concord-signing.3 and concord-log.2"), "{doctor}");
    assert!(doctor.contains("they are the ones that the credential names"), "{doctor}");
    assert!(laos.stop().success());
}

fn wait_for_reason(node: &Daemon, code: &str) {
    let found = wait::for_up_to(WITHIN, || {
        let found = node.client().readiness().ok()?;
        found.reasons.iter().any(|reason| reason.code == code).then_some(())
    });
    assert!(found.is_some(), "{code} is not said\n{}", node.said());
}

fn library() -> Option<&'static Path> {
    let found = LIBRARIES.iter().map(Path::new).find(|path| path.exists());
    if found.is_none() {
        skip::skip("keys in a token", "softhsm2 is not installed");
    }
    found
}

/// A token in software, in a folder of the test.
struct SoftToken {
    folder: PathBuf,
}

impl SoftToken {
    fn new(folder: &Path) -> Self {
        let token = Self { folder: folder.to_owned() };
        fs::create_dir(token.tokens()).unwrap();
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            token.tokens().display()
        );
        fs::write(token.conf(), conf).unwrap();
        fs::write(token.pin(), PIN).unwrap();
        fs::set_permissions(token.pin(), fs::Permissions::from_mode(0o600)).unwrap();
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", "concord", "--so-pin", "12345678"])
            .args(["--pin", PIN])
            .env("SOFTHSM2_CONF", token.conf())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        token
    }

    fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    fn conf(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    fn pin(&self) -> PathBuf {
        self.folder.join("pin")
    }

    fn take_away(&self) {
        fs::rename(self.tokens(), self.folder.join("tokens.away")).unwrap();
    }

    fn bring_back(&self) {
        fs::rename(self.folder.join("tokens.away"), self.tokens()).unwrap();
    }

    fn started(&self, folder: &Path) -> Daemon {
        Daemon::start_with(folder, &[("SOFTHSM2_CONF", self.conf().as_path())])
    }

    /// Everything that a command said.
    fn concord(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut command = shell::command("concord", folder);
        let output = command.args(arguments).env("SOFTHSM2_CONF", self.conf()).output().unwrap();
        let streams = [output.stdout, output.stderr];
        streams.map(|bytes| String::from_utf8(bytes).unwrap()).concat()
    }

    /// The credential that the first agency's root signs for a request, from now on.
    fn granted(&self, world: &Federation, request: &Path) -> PathBuf {
        let asked: CredentialRequest = codec::decode(&fs::read(request).unwrap()).unwrap();
        let now = concord_node::clock::now();
        let validity = Validity { not_before: now, not_after: now.after(Span::from_days(90)) };
        let signed = credential::sign(&asked.grant(validity), &world.agencies[0].root).unwrap();
        let path = request.with_extension("credential");
        fs::write(&path, signed).unwrap();
        path
    }

    /// A node of the first agency with its signing keys in the token, known to the second, which it knows.
    fn enrolled(&self, world: &Federation, library: &Path) -> PathBuf {
        let agency = &world.agencies[0];
        let place = world.path();
        let path = |name: &str| place.join(name).to_str().unwrap().to_owned();
        fs::write(place.join("charter.cbor"), world.charter.bytes()).unwrap();
        let done = |line: &str| {
            let line: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let said = self.concord(place, &line);
            assert!(!said.contains("error["), "{said}");
        };
        let (dir, pin) = (path("in-token"), self.pin());
        done(&format!(
            "node init --dir {dir} --agency la.mps --listen {} --no-passphrase --pkcs11-module {} \
             --pkcs11-token concord --pkcs11-pin-file {}",
            agency.address,
            library.display(),
            pin.display()
        ));
        let genesis = world.genesis;
        done(&format!("charter adopt --dir {dir} --genesis {genesis} {}", path("charter.cbor")));
        done(&format!("node credential --dir {dir} --out {}", path("request")));
        let signed = self.granted(world, &place.join("request"));
        assert_eq!(signed, place.join("request.credential"));
        done(&format!("node credential --dir {dir} --adopt {}", path("request.credential")));
        fs::write(place.join("thai"), &world.agencies[1].credential).unwrap();
        done(&format!("peer add --dir {dir} {}", path("thai")));
        let thai = world.folder(1).display().to_string();
        done(&format!("peer add --dir {thai} {}", path("request.credential")));
        place.join("in-token")
    }
}

fn bytes(letter: &Value) -> Vec<u8> {
    letter.to_string().into_bytes()
}

fn sent(node: &Daemon, to: &str, mark: &str) -> String {
    let sent = node.client().submit(&bytes(&letter::report(&[to], mark)), None);
    sent.unwrap_or_else(|report| panic!("{report}\n{}", node.said())).message.id
}

fn wait_receipted(node: &Daemon, id: &str) {
    let done = wait::for_up_to(WITHIN, || {
        let message = node.client().message(id).ok()?;
        message.deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
    });
    assert!(done.is_some(), "{id} was not receipted\n{}", node.said());
}
