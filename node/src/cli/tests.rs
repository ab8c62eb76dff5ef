//! The command line, walked through offline: two agencies found a federation without a network.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::identity::charter::chain;
use concord_protocol::moment::Span;
use serde_json::Value;

use crate::cli;
use crate::cli::Streams;
use crate::clock;
use crate::files::tests::Scratch;
use crate::files::tests::set_mode;
use crate::report::Exit;

const AGENCIES: [&str; 2] = ["la.mps", "th.rtp"];

#[test]
fn two_agencies_found_a_federation_offline() {
    // shows: id-13, id-24, id-27, id-30
    let walk = Walk::new();
    let genesis = walk.chartered();
    for agency in AGENCIES {
        walk.node(agency);
        let adopted =
            walk.done(&format!("charter adopt --dir {agency} --genesis {genesis} charter.cbor"));
        assert_eq!(adopted["digest"], genesis.as_str());
        walk.credential(agency);
    }

    walk.done("peer add --dir la.mps th.rtp.credential");
    walk.done("peer add --dir th.rtp la.mps.credential");

    for agency in AGENCIES {
        let checked = walk.done(&format!("check-config --dir {agency}"));
        assert_eq!(checked["ready"], true);
        assert_eq!(checked["mind"], Value::Array(Vec::new()));
    }
    let again = walk.done("peer add --dir la.mps th.rtp.credential");
    assert_eq!(again["admission"], "known");
}

#[test]
fn a_new_nodes_folder_holds_what_a_node_needs_and_nobody_else_can_look_in() {
    // shows: id-29
    let walk = Walk::new();
    walk.node("la.mps");

    for file in ["concord.toml", "token", "keys/signing", "keys/storage"] {
        assert!(walk.at("la.mps").join(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_to_string(walk.at("la.mps/token")).unwrap().len(), 65);
    assert!(!walk.at("la.mps.new").exists());
    let settings = fs::read_to_string(walk.at("la.mps/concord.toml")).unwrap();
    assert!(settings.contains("\nlisten = \"127.0.0.1:7400\"\n"));
}

#[test]
fn nothing_is_made_over_something_that_is_there() {
    // shows: id-29
    let walk = Walk::new();
    walk.node("la.mps");
    walk.done("root new --agency la.mps --out la.mps.root --no-passphrase");

    walk.refused(
        "node init --dir la.mps --agency la.mps --no-passphrase",
        "file-exists",
        Exit::CouldNot,
    );
    walk.refused(
        "root new --agency la.mps --out la.mps.root --no-passphrase",
        "file-exists",
        Exit::CouldNot,
    );
    fs::remove_file(walk.at("la.mps.root")).unwrap();
    walk.refused(
        "root new --agency la.mps --out la.mps.root --no-passphrase",
        "file-exists",
        Exit::CouldNot,
    );
    assert!(!walk.at("la.mps.root").exists());
}

#[test]
fn numbers_that_do_not_hold_are_refused_with_the_table_of_useful_values() {
    // shows: id-11, id-12
    let walk = Walk::new();
    walk.roots();
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    fs::write(walk.at("draft.toml"), draft.replace("dishonest_max = 0", "dishonest_max = 1"))
        .unwrap();

    let report = walk.refused(
        "charter propose draft.toml --out charter.cbor",
        "charter-draft",
        Exit::CouldNot,
    );

    let remedy = report["try"].as_str().unwrap();
    assert!(remedy.contains("dishonest_max  witness_quorum  amendment_threshold"), "{remedy}");
    assert!(remedy.contains("0              1               2"), "{remedy}");
    assert!(!walk.at("charter.cbor").exists());
}

#[test]
fn a_draft_that_cannot_be_read_says_where() {
    let walk = Walk::new();
    walk.roots();
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    let cases = [
        (draft.replace("party = \"LA\"", "party = \"la\""), "charter-draft", "party"),
        (draft.replace("dishonest_max", "dishonest_most"), "charter-draft", "dishonest_most"),
        (draft.replace("th.rtp.root-public", "la.mps.root-public"), "root-refused", "la.mps"),
        (draft.replace("th.rtp.root-public", "draft.toml"), "root-refused", "deterministic"),
        (draft.replace("th.rtp.root-public", "none"), "file-unreadable", "none"),
        (
            draft
                .replace("agency = \"th.rtp\"", "agency = \"la.mps\"")
                .replace("th.rtp.root", "la.mps.root"),
            "charter-draft",
            "twice",
        ),
    ];

    for (changed, code, part) in cases {
        fs::write(walk.at("draft.toml"), changed).unwrap();
        let report =
            walk.refused("charter propose draft.toml --out charter.cbor", code, Exit::CouldNot);
        assert!(report["why"].as_str().unwrap().contains(part), "{report}");
    }
}

#[test]
fn a_charter_is_shown_to_whoever_is_to_sign_it() {
    let walk = Walk::new();
    walk.roots();
    let proposed = walk.done("charter propose draft.toml --out charter.cbor");
    walk.done("charter sign --root la.mps.root charter.cbor");

    let shown = walk.done("charter show charter.cbor");
    let (exit, text, _) = walk.run("charter show charter.cbor");

    assert_eq!(shown["digest"], proposed["digest"]);
    assert_eq!(shown["members"][0]["signed"], true);
    assert_eq!(shown["members"][1]["signed"], false);
    assert_eq!(exit, Exit::Done);
    for part in [
        "charter    heron version 1",
        "la.mps (LA)  signed",
        "th.rtp (TH)  not signed",
        "Royal Thai Police",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_charter_that_does_not_verify_ends_with_exit_code_three() {
    // shows: id-13, id-24
    let walk = Walk::new();
    walk.roots();
    walk.done("charter propose draft.toml --out charter.cbor");
    walk.done("charter sign --root la.mps.root charter.cbor");
    let report =
        walk.refused("charter verify charter.cbor", "charter-unfinished", Exit::VerificationFailed);
    assert!(report["why"].as_str().unwrap().contains("th.rtp has not signed"));

    let last = walk.done("charter sign --root th.rtp.root charter.cbor");
    assert_eq!(last["missing"], Value::Array(Vec::new()));
    let unanchored = walk.done("charter verify charter.cbor");
    assert_eq!(unanchored["anchored"], false);
    let digest = unanchored["digest"].as_str().unwrap().to_owned();
    let anchored = walk.done(&format!("charter verify charter.cbor --genesis {digest}"));
    assert_eq!(anchored["anchored"], true);
    let other = "0".repeat(64);
    let verify = format!("charter verify charter.cbor --genesis {other}");
    walk.refused(&verify, "charter-refused", Exit::VerificationFailed);

    let mut bytes = fs::read(walk.at("charter.cbor")).unwrap();
    bytes.pop();
    fs::write(walk.at("charter.cbor"), bytes).unwrap();
    walk.refused("charter verify charter.cbor", "charter-refused", Exit::VerificationFailed);
}

#[test]
fn a_charter_is_amended_offline_from_the_draft_to_the_node() {
    // shows: chr-3, chr-4, chr-10
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    walk.third_member();
    walk.done("charter export --dir la.mps --out held.cbor");

    let proposed = walk.done("charter propose third.toml --after held.cbor --out next.cbor");
    let shown = walk.done("charter show next.cbor");
    let change = &shown["proposals"][0]["changes"][0];
    assert_eq!((&change["kind"], &change["agency"]), (&"member-added".into(), &"vn.mps".into()));
    assert_eq!(shown["proposals"][0]["digest"], proposed["digest"]);
    for root in ["la.mps.root", "th.rtp.root"] {
        walk.done(&format!("charter sign --root {root} next.cbor"));
    }
    walk.refused("charter verify next.cbor", "charter-unfinished", Exit::VerificationFailed);
    walk.refused("charter adopt --dir vn.mps next.cbor", "not-a-node-directory", Exit::CouldNot);
    let last = walk.done("charter sign --root vn.mps.root next.cbor");
    assert_eq!(last["lacks"], Value::Null);

    let verified = walk.done(&format!("charter verify next.cbor --genesis {genesis}"));
    assert_eq!((&verified["version"], &verified["anchored"]), (&2.into(), &true.into()));
    let adopted = walk.done("charter adopt --dir la.mps next.cbor");
    assert_eq!((&adopted["version"], &adopted["genesis"]), (&2.into(), &genesis.as_str().into()));
    let listed = walk.done("charter list --dir la.mps");
    assert_eq!(listed["versions"][1]["consented"], Value::from(vec!["vn.mps"]));
    walk.done("node init --dir vn.mps --agency vn.mps --no-passphrase");
    walk.done(&format!("charter adopt --dir vn.mps --genesis {genesis} next.cbor"));
    let (_, text, _) = walk.run("charter show next.cbor");
    assert!(text.contains("version 2") && text.contains("vn.mps of VN is added"), "{text}");
    walk.refused("charter adopt --dir la.mps charter2.cbor", "file-unreadable", Exit::CouldNot);
}

#[test]
fn a_root_signs_no_two_rivals_and_a_resolution_ends_the_conflict() {
    // shows: chr-6, chr-7
    let walk = Walk::new();
    walk.chartered();
    walk.third_member();
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    fs::write(walk.at("rival.toml"), draft.replace("Royal Thai Police", "Thai Police")).unwrap();
    walk.done("charter propose third.toml --after charter.cbor --out one.cbor");
    walk.done("charter propose rival.toml --after charter.cbor --out other.cbor");
    walk.done("charter sign --root la.mps.root one.cbor");
    walk.done("charter sign --root la.mps.root one.cbor");

    walk.refused("charter sign --root la.mps.root other.cbor", "vow-broken", Exit::CouldNot);
    walk.done("charter sign --root th.rtp.root other.cbor");
    walk.node("la.mps");
    let genesis = walk.done("charter show charter.cbor")["digest"].as_str().unwrap().to_owned();
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    walk.done("charter adopt --dir la.mps one.cbor");
    walk.done("charter adopt --dir la.mps other.cbor");
    walk.done("charter export --dir la.mps --out stuck.cbor");
    fs::write(walk.at("both.toml"), draft.replace("Royal Thai Police", "The Police")).unwrap();
    walk.done("charter propose both.toml --after stuck.cbor --resolve --out both.cbor");
    let digest = walk.done("charter show both.cbor")["proposals"][2]["digest"].to_string();
    for root in ["la.mps.root", "th.rtp.root"] {
        walk.refused(&format!("charter sign --root {root} both.cbor"), "usage", Exit::Usage);
        walk.done(&format!(
            "charter sign --root {root} --digest {} both.cbor",
            digest.trim_matches('"')
        ));
    }
    assert_eq!(walk.done("charter adopt --dir la.mps both.cbor")["version"], 3);
    walk.done(&format!("charter verify both.cbor --genesis {genesis}"));
}

#[test]
fn each_bad_version_is_refused_with_its_own_code_and_changes_nothing() {
    // shows: chr-2, chr-5
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    let after = |text: &str, after: &str, out: &str| {
        fs::write(walk.at("next.toml"), draft.replace("Royal Thai Police", text)).unwrap();
        walk.done(&format!("charter propose next.toml --after {after} --out {out}"));
        let digest = walk.done(&format!("charter show {out}"));
        digest["proposals"].as_array().unwrap().len()
    };
    after("Two", "charter.cbor", "two.cbor");
    walk.refused(
        "charter adopt --dir la.mps two.cbor",
        "charter-unfinished",
        Exit::VerificationFailed,
    );
    for root in ["la.mps.root", "th.rtp.root"] {
        walk.done(&format!("charter sign --root {root} two.cbor"));
    }
    after("Three", "two.cbor", "three.cbor");
    for root in ["la.mps.root", "th.rtp.root"] {
        walk.done(&format!("charter sign --root {root} three.cbor"));
    }
    let documents = chain::read(&fs::read(walk.at("three.cbor")).unwrap()).unwrap();
    fs::write(walk.at("last.cbor"), chain::write(&documents[2..]).unwrap()).unwrap();
    walk.refused("charter adopt --dir la.mps last.cbor", "charter-skips", Exit::VerificationFailed);
    let mut forged = documents[1].clone();
    *forged.last_mut().unwrap() ^= 1;
    fs::write(walk.at("forged.cbor"), &forged).unwrap();
    walk.refused(
        "charter adopt --dir la.mps forged.cbor",
        "charter-forged",
        Exit::VerificationFailed,
    );
    assert_eq!(walk.done("charter list --dir la.mps")["version"], 1);
    assert_eq!(walk.done("charter adopt --dir la.mps three.cbor")["version"], 3);

    fs::remove_file(walk.at("la.mps.root.signed")).unwrap();
    after("Rival", "charter.cbor", "rival.cbor");
    walk.done("charter sign --root la.mps.root rival.cbor");
    let rival = chain::read(&fs::read(walk.at("rival.cbor")).unwrap()).unwrap();
    fs::write(walk.at("rival.cbor"), chain::write(&rival[1..]).unwrap()).unwrap();
    walk.refused(
        "charter adopt --dir la.mps rival.cbor",
        "charter-rival",
        Exit::VerificationFailed,
    );
    assert_eq!(walk.done("charter list --dir la.mps")["version"], 3);
}

#[test]
fn two_people_are_compared_without_a_node() {
    // shows: nam-27, nam-28
    let walk = Walk::new();
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/names/compare");
    let text = fs::read(spec.join("same-name-and-birth.json")).unwrap();
    let case: Value = serde_json::from_slice(&text).unwrap();
    for side in ["one", "other"] {
        fs::write(walk.at(&format!("{side}.json")), case[side].to_string()).unwrap();
    }
    fs::write(walk.at("draft.json"), format!("[{}, {}]", case["one"], case["other"])).unwrap();

    let (exit, text, talk) = walk.run("name compare one.json other.json");
    assert_eq!(exit, Exit::Done);
    for part in ["grade  likely", "the same characters", "born on the same day"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(talk.contains("decides nothing"), "{talk}");
    let found = walk.done("name alike draft.json");
    assert_eq!(
        (&found["pairs"][0]["one"], &found["pairs"][0]["other"]),
        (&"/0".into(), &"/1".into())
    );
    assert_eq!(found["pairs"][0]["comparison"]["grade"], "likely");
    fs::write(walk.at("faulty.json"), "{}").unwrap();
    walk.refused("name compare one.json faulty.json", "bad-submission", Exit::Refused);
}

#[test]
fn a_date_on_a_paper_is_converted_without_a_node() {
    // shows: nam-10, nam-14
    let run = |words: &[&str]| {
        let arguments = ["concord", "name", "--json"].iter().chain(words).map(OsString::from);
        let mut streams = Streams { data: Vec::new(), talk: Vec::new() };
        let exit = cli::run(arguments, &mut streams);
        (exit, serde_json::from_slice::<Value>(&streams.data).unwrap_or_default())
    };
    let thai = ["date", "๑๒/๐๒/๒๕๔๑", "--calendar", "buddhist-th", "--first", "day"];
    let (_, found) = run(&thai);
    assert_eq!((&found["precision"], &found["earliest"]), (&"day".into(), &"1998-02-12".into()));
    let (_, found) = run(&["age", "18", "--on", "2026-03-01", "--nominal"]);
    assert_eq!(
        (&found["earliest"], &found["latest"]),
        (&"2009-01-25".into(), &"2010-02-14".into())
    );
    for unclear in [["04/05/2541", "buddhist-th"], ["2541", "thai"], ["in spring", "gregorian"]] {
        let (exit, _) = run(&["date", unclear[0], "--calendar", unclear[1]]);
        assert_eq!(exit, Exit::Usage, "{unclear:?}");
    }
}

#[test]
fn only_a_members_root_signs_a_charter() {
    // shows: id-24
    let walk = Walk::new();
    walk.roots();
    walk.done("charter propose draft.toml --out charter.cbor");
    walk.done("root new --agency vn.mps --out vn.mps.root --no-passphrase");
    walk.done("root new --agency la.mps --out la.other.root --no-passphrase");

    walk.refused("charter sign --root vn.mps.root charter.cbor", "root-refused", Exit::CouldNot);
    walk.refused("charter sign --root la.other.root charter.cbor", "root-refused", Exit::CouldNot);
    let public = "charter sign --root la.mps.root-public charter.cbor";
    walk.refused(public, "root-refused", Exit::CouldNot);
    set_mode(&walk.at("la.mps.root"), 0o644);
    walk.refused("charter sign --root la.mps.root charter.cbor", "file-exposed", Exit::CouldNot);
}

#[test]
fn a_node_adopts_one_charter_for_good_and_only_one_that_names_it() {
    // shows: id-13
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.done("node init --dir vn.mps --agency vn.mps --no-passphrase");
    let adopt = |dir: &str, genesis: &str| {
        format!("charter adopt --dir {dir} --genesis {genesis} charter.cbor")
    };

    walk.refused(&adopt("la.mps", &"0".repeat(64)), "charter-refused", Exit::VerificationFailed);
    walk.refused(&adopt("vn.mps", &genesis), "charter-refused", Exit::VerificationFailed);
    walk.done(&adopt("la.mps", &genesis));
    walk.done(&adopt("la.mps", &genesis));
    walk.refused(&adopt("la.mps", &"0".repeat(64)), "already-adopted", Exit::CouldNot);

    fs::write(walk.at("la.mps/charters/1.cbor"), b"changed").unwrap();
    walk.refused("check-config --dir la.mps", "charter-refused", Exit::VerificationFailed);
}

#[test]
fn a_root_signs_for_its_own_agency_only() {
    // shows: id-15
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.refused("node credential --dir la.mps --out la.request", "not-enrolled", Exit::CouldNot);
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    walk.done("node credential --dir la.mps --out la.request");

    let sign = |root: &str, request: &str| {
        format!("root sign --root {root} {request} --days 30 --out made")
    };
    walk.refused(&sign("th.rtp.root", "la.request"), "root-refused", Exit::CouldNot);
    walk.refused(&sign("la.mps.root", "charter.cbor"), "request-refused", Exit::CouldNot);
    walk.refused(&sign("la.mps/keys/signing", "la.request"), "key-unusable", Exit::CouldNot);
    assert!(!walk.at("made").exists());
}

#[test]
fn a_root_signs_the_request_whose_digest_it_was_shown() {
    // shows: cus-10
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    let asked = walk.done("node credential --dir la.mps --out la.request");
    let sign = |digest: &str| {
        format!(
            "root sign --root la.mps.root la.request --days 30 --out made --request-digest {digest}"
        )
    };

    let other = walk.refused(&sign(&"0".repeat(64)), "request-refused", Exit::CouldNot);
    assert!(other["why"].as_str().unwrap().contains(asked["request"].as_str().unwrap()));
    assert!(!walk.at("made").exists());
    let signed = walk.done(&sign(asked["request"].as_str().unwrap()));
    assert_eq!(signed["request"], asked["request"]);
}

#[test]
fn a_credential_that_is_not_this_nodes_is_not_adopted() {
    // shows: id-15, id-30
    let walk = Walk::new();
    walk.founded();
    let adopt = |file: &str| format!("node credential --dir la.mps --adopt {file}");
    walk.refused(&adopt("th.rtp.credential"), "credential-refused", Exit::VerificationFailed);
    walk.refused(&adopt("charter.cbor"), "credential-refused", Exit::VerificationFailed);

    walk.done("node credential --dir la.mps --out la.second");
    fs::remove_dir_all(walk.at("la.mps/keys")).unwrap();
    walk.done("node init --dir other --agency la.mps --no-passphrase");
    fs::rename(walk.at("other/keys"), walk.at("la.mps/keys")).unwrap();
    walk.done("root sign --root la.mps.root la.second --days 30 --out second.credential");
    let report =
        walk.refused(&adopt("second.credential"), "credential-refused", Exit::VerificationFailed);
    assert!(report["why"].as_str().unwrap().contains("another signing key"));
    let (exit, text, _) = walk.run("check-config --dir la.mps");
    assert_eq!(exit, Exit::CouldNot);
    assert!(text.contains("not ready: the credential names another signing key"));
}

#[test]
fn serials_grow_and_a_root_that_signs_one_twice_is_found_out() {
    // shows: id-6, id-21
    let walk = Walk::new();
    walk.founded();
    let next = walk.done("node credential --dir la.mps --out la.second");
    assert_eq!(next["serial"], 2);
    walk.done("root sign --root la.mps.root la.second --days 30 --out second.credential");
    let adopted = walk.done("node credential --dir la.mps --adopt second.credential");
    assert_eq!(adopted["admission"], "new");

    // shows: id-55
    let twin = "root sign --root la.mps.root la.mps.request --days 31 --out twin.credential";
    let refused = walk.refused(twin, "serial-signed", Exit::CouldNot);
    assert!(refused["try"].as_str().unwrap().contains("--serial"), "{refused}");
    assert!(!walk.at("twin.credential").exists());
    // The charter's signature stands in the same list, and stays.
    walk.done("charter sign --root la.mps.root charter.cbor");
    walk.refused(twin, "serial-signed", Exit::CouldNot);
    fs::remove_file(walk.at("la.mps.root.signed")).unwrap();
    walk.done(twin);
    walk.done("peer add --dir th.rtp la.mps.credential");
    let twin = "peer add --dir th.rtp twin.credential";
    let report = walk.refused(twin, "credential-refused", Exit::VerificationFailed);
    assert!(report["why"].as_str().unwrap().contains("another credential with serial 1"));
    let asked = walk.done("node credential --dir la.mps --out la.ninth --serial 9");
    assert_eq!(asked["serial"], 9);
}

#[test]
fn adding_and_revoking_take_each_its_own_paper() {
    // shows: id-53
    let walk = Walk::new();
    walk.founded();
    walk.done("root revoke --root th.rtp.root --charter heron --through 1 --reason lost --out th.revocation");

    let revoke = "peer revoke --dir la.mps th.rtp.credential";
    let refused = walk.refused(revoke, "credential-refused", Exit::VerificationFailed);
    assert_eq!(refused["what"], "nothing was revoked here");
    assert!(refused["try"].as_str().unwrap().contains("concord peer add"), "{refused}");
    let add = "peer add --dir la.mps th.revocation";
    let refused = walk.refused(add, "credential-refused", Exit::VerificationFailed);
    assert!(refused["why"].as_str().unwrap().ends_with("is a revocation, no credential"));
    assert!(refused["try"].as_str().unwrap().contains("concord peer revoke"), "{refused}");
    for verb in ["add", "revoke"] {
        let line = format!("peer {verb} --dir la.mps charter.cbor");
        walk.refused(&line, "credential-refused", Exit::VerificationFailed);
    }
    assert_eq!(walk.done("peer revoke --dir la.mps th.revocation")["through"], 1);
}

#[test]
fn a_revoked_credential_is_no_healthy_one_and_the_next_serial_is_above_it() {
    // shows: id-33, id-54
    let walk = Walk::new();
    walk.founded();
    walk.done("root revoke --root la.mps.root --charter heron --through 4 --reason compromised --out la.revocation");
    walk.done("peer revoke --dir la.mps la.revocation");

    let (exit, text, _) = walk.run("check-config --dir la.mps");
    assert_eq!(exit, Exit::CouldNot);
    assert!(text.contains("not ready: credential number 1 is revoked: ask for number 5"), "{text}");
    let (exit, text, _) = walk.run("doctor --dir la.mps");
    assert_eq!(exit, Exit::CouldNot);
    assert!(text.contains("number 1 is revoked") && text.contains("number 5"), "{text}");

    let old = "node credential --dir la.mps --out la.old --serial 3";
    assert_eq!(walk.done(old)["serial"], 3);
    walk.done("root sign --root la.mps.root la.old --days 30 --out old.credential");
    let adopt = "node credential --dir la.mps --adopt old.credential";
    let refused = walk.refused(adopt, "credential-refused", Exit::VerificationFailed);
    assert!(refused["try"].as_str().unwrap().contains("number 5"), "{refused}");
    assert_eq!(walk.done("node credential --dir la.mps --out la.next")["serial"], 5);
    assert_eq!(walk.done("node rotate --dir la.mps --out la.seventh --serial 7")["serial"], 7);
    assert_eq!(walk.done("node rotate --dir la.mps --out la.fifth")["serial"], 5);
    walk.done("root sign --root la.mps.root la.fifth --days 30 --out fifth.credential");
    walk.done("node credential --dir la.mps --adopt fifth.credential");
    assert_eq!(walk.done("check-config --dir la.mps")["ready"], true);
}

#[test]
fn no_credential_is_said_to_end_whose_successor_is_adopted() {
    // shows: id-32, cus-12
    let walk = Walk::new();
    let genesis = walk.chartered();
    walk.node("la.mps");
    walk.done(&format!("charter adopt --dir la.mps --genesis {genesis} charter.cbor"));
    walk.done("node credential --dir la.mps --out la.first");
    walk.done("root sign --root la.mps.root la.first --days 5 --out first.credential");
    walk.done("node credential --dir la.mps --adopt first.credential");
    let own = |walk: &Walk| {
        let found = walk.run("doctor --dir la.mps --json").1;
        let found: Value = serde_json::from_str(&found).unwrap();
        let all = found["findings"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["check"] == "credential").unwrap()
    };
    assert_eq!(own(&walk)["grade"], "warning");

    let next = |which: u64, days: u32| {
        let from = clock::now().after(Span::from_days(days));
        let (asked, signed) = (format!("la.{which}"), format!("{which}.credential"));
        walk.done(&format!("node credential --dir la.mps --out {asked}"));
        walk.done(&format!(
            "root sign --root la.mps.root {asked} --days 60 --from {from} --out {signed}"
        ));
        walk.done(&format!("node credential --dir la.mps --adopt {signed}"));
    };
    next(2, 20);
    assert_eq!(own(&walk)["grade"], "warning", "a gap stays");
    next(3, 2);
    let found = own(&walk);
    assert_eq!(found["grade"], "ok", "{found}");
    assert!(found["found"].as_str().unwrap().contains("number 3 takes over"), "{found}");
    let checked = walk.done("check-config --dir la.mps");
    assert!(!checked["mind"].to_string().contains("ends at"), "{checked}");
}

#[test]
fn a_peers_credential_is_not_taken_in_while_the_node_runs_or_as_ones_own() {
    let walk = Walk::new();
    walk.founded();
    let lock = fs::File::create(walk.at("la.mps/lock")).unwrap();
    lock.lock().unwrap();

    walk.refused("peer add --dir la.mps th.rtp.credential", "node-running", Exit::CouldNot);
    drop(lock);
    let own = "peer add --dir la.mps la.mps.credential";
    walk.refused(own, "credential-refused", Exit::VerificationFailed);
    walk.done("peer add --dir la.mps th.rtp.credential");
}

#[test]
fn check_config_tells_what_is_missing() {
    let walk = Walk::new();
    walk.refused("check-config --dir nowhere", "not-a-node-directory", Exit::CouldNot);
    walk.node("la.mps");
    let (exit, text, _) = walk.run("check-config --dir la.mps");
    assert_eq!(exit, Exit::CouldNot);
    assert!(text.contains("not ready: no charter is adopted"), "{text}");
    assert!(text.contains("mailbox_inputs             = 1024  # concord.toml"), "{text}");

    set_mode(&walk.at("la.mps/token"), 0o644);
    walk.refused("check-config --dir la.mps", "file-exposed", Exit::CouldNot);
    set_mode(&walk.at("la.mps/token"), 0o600);
    fs::write(walk.at("la.mps/concord.toml"), "agency = \"th.rtp\"").unwrap();
    walk.refused("check-config --dir la.mps", "key-unusable", Exit::CouldNot);
    fs::write(walk.at("la.mps/concord.toml"), "agency = \"la.mps\"\nworker = 1").unwrap();
    walk.refused("check-config --dir la.mps", "settings-refused", Exit::CouldNot);
}

#[test]
fn a_line_that_cannot_be_read_ends_with_exit_code_two() {
    let walk = Walk::new();
    let lines = [
        "",
        "nothing",
        "root new --agency LA --out x --no-passphrase",
        "root sign --root r q --days 0 --out x",
        "node credential --dir x",
        "node credential --dir x --out a --adopt b",
        "charter verify x --genesis abc",
    ];

    // shows: reg-4
    for line in lines {
        let error = walk.refused(line, "usage", Exit::Usage);
        for part in ["what", "why", "try"] {
            assert!(!error[part].as_str().unwrap().is_empty(), "{line}: {error}");
        }
        let (exit, data, talk) = walk.run(line);
        assert_eq!((exit, data.as_str()), (Exit::Usage, ""), "{line}");
        assert!(talk.contains("error[usage]: the command line was not understood\n  why: "));
    }
    let error = walk.refused("node init --agency la.mps --nothing", "usage", Exit::Usage);
    assert!(error["why"].as_str().unwrap().contains("'--nothing'"), "{error}");
    assert!(error["try"].as_str().unwrap().contains("concord node init"), "{error}");
    let (exit, text, talk) = walk.run("--help");
    assert_eq!((exit, talk.as_str()), (Exit::Done, ""));
    assert!(text.contains("charter"));
}

#[test]
fn what_is_mistaken_for_something_else_is_named() {
    let walk = Walk::new();
    walk.chartered();
    walk.third_member();
    let says = |line: &str, code: &str, exit: Exit, remedy: &str| {
        let error = walk.refused(line, code, exit);
        assert!(error["try"].as_str().unwrap().contains(remedy), "{line}: {error}");
    };
    let toml = "charter show draft.toml";
    says(toml, "charter-refused", Exit::VerificationFailed, "concord charter propose DRAFT");
    let public = "charter sign --root la.mps.root-public charter.cbor";
    says(public, "root-refused", Exit::CouldNot, "secret file");
    walk.done("charter propose third.toml --out third.cbor");
    let founded = "charter sign --root la.mps.root third.cbor";
    says(founded, "vow-broken", Exit::CouldNot, "--after FILE");
    let bundle = "audit verify draft.toml";
    says(bundle, "verification-failed", Exit::VerificationFailed, "concord log export");
    walk.node("la.mps");
    fs::write(walk.at("la.mps/concord.toml"), "agency = \"la.mps\"\nlisten = 127.0.0.1\n").unwrap();
    says("check-config --dir la.mps", "settings-refused", Exit::CouldNot, "stand in quotes");
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    let other = draft.replace("\"th.rtp.root-public\"", "\"la.mps.root-public\"");
    fs::write(walk.at("draft.toml"), other).unwrap();
    let root = "charter propose draft.toml --out x.cbor";
    says(root, "root-refused", Exit::CouldNot, "that th.rtp made");
    let why = |changed: String| {
        fs::write(walk.at("draft.toml"), changed).unwrap();
        walk.refused(root, "charter-draft", Exit::CouldNot)["why"].as_str().unwrap().to_owned()
    };
    assert!(why(draft.replace("party = \"LA\"", "party = \"LAO\"")).contains("has 2 characters"));
    let number = why(draft.replace("witness_quorum = 1", "witness_quorum = 70000"));
    assert!(number.contains("a number from 0 to 65535"), "{number}");
}

#[test]
fn whoever_signs_sees_old_and_new_names() {
    let walk = Walk::new();
    walk.chartered();
    let draft = fs::read_to_string(walk.at("draft.toml")).unwrap();
    fs::write(walk.at("next.toml"), draft.replace("Royal Thai Police", "Thai Police")).unwrap();
    walk.done("charter propose next.toml --after charter.cbor --out next.cbor");

    let (_, text, _) = walk.run("charter show next.cbor");

    let change = "th.rtp is called otherwise: en “Thai Police”, until now “Royal Thai Police”";
    assert!(text.contains(change), "{text}");
    let refused =
        walk.refused("charter verify next.cbor", "charter-unfinished", Exit::VerificationFailed);
    assert!(
        refused["why"]
            .as_str()
            .unwrap()
            .ends_with("what came before holds, and version 1 is in force")
    );
}

#[test]
fn a_node_is_not_started_where_one_runs() {
    let walk = Walk::new();
    walk.founded();
    let lock = fs::File::create(walk.at("la.mps/lock")).unwrap();
    lock.lock().unwrap();

    walk.refused("run --dir la.mps", "node-running", Exit::CouldNot);
}

#[test]
fn the_checkpoint_of_a_revocation_is_a_signed_one_of_the_named_charter() {
    let walk = Walk::new();
    walk.roots();
    let note = "concord/heron/la.mps/log1\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n";
    fs::write(walk.at("head"), "log  concord/heron/la.mps/log1\n").unwrap();
    fs::write(walk.at("checkpoint"), note).unwrap();
    let revoke = |charter: &str, good: &str| {
        format!(
            "root revoke --root la.mps.root --charter {charter} --through 1 --good {good} --reason lost --out made"
        )
    };

    let printed = walk.refused(&revoke("heron", "head"), "request-refused", Exit::CouldNot);
    assert!(printed["try"].as_str().unwrap().contains("concord log head --dir"), "{printed}");
    let other = walk.refused(&revoke("egret", "checkpoint"), "request-refused", Exit::CouldNot);
    assert!(other["try"].as_str().unwrap().contains("--charter"), "{other}");
    walk.done(&revoke("heron", "checkpoint"));
}

#[test]
fn an_error_is_a_code_and_three_sentences_on_standard_error() {
    let walk = Walk::new();

    let (_, data, talk) = walk.run("charter show none.cbor");

    assert_eq!(data, "");
    let lines: Vec<&str> = talk.lines().collect();
    assert_eq!(lines[0], "error[file-unreadable]: the charter cannot be shown");
    assert!(lines[1].starts_with("  why: read "));
    assert!(lines[2].starts_with("  try: "));
}

/// A folder in which two agencies do what the documents say.
struct Walk(Scratch);

impl Walk {
    fn new() -> Self {
        Self(Scratch::new())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.at(name)
    }

    /// Runs a line; words that name no option are paths in the folder where a path is meant.
    fn run(&self, line: &str) -> (Exit, String, String) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let noun = words
            .iter()
            .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
            .count();
        let places =
            words.iter().enumerate().map(|(place, word)| self.word(&words, place, word, noun));
        let arguments = [OsString::from("concord")].into_iter().chain(places);
        let mut streams = Streams { data: Vec::new(), talk: Vec::new() };
        let exit = cli::run(arguments, &mut streams);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (exit, text(streams.data), text(streams.talk))
    }

    fn word(&self, words: &[&str], place: usize, word: &str, noun: usize) -> OsString {
        let before =
            place.checked_sub(1).and_then(|place| words.get(place)).copied().unwrap_or_default();
        let is_value = matches!(
            before,
            "--agency"
                | "--genesis"
                | "--digest"
                | "--days"
                | "--listen"
                | "--serial"
                | "--request-digest"
                | "--charter"
                | "--through"
                | "--reason"
                | "--from"
        );
        if place < noun && !before.starts_with("--") || word.starts_with("--") || is_value {
            return word.into();
        }
        self.at(word).into()
    }

    /// Runs a line that must be done, and gives its data.
    fn done(&self, line: &str) -> Value {
        let (exit, data, talk) = self.run(&format!("{line} --json"));
        assert_eq!(exit, Exit::Done, "{line}: {talk}");
        serde_json::from_str(&data).unwrap()
    }

    /// Runs a line that must be refused, and gives the report.
    fn refused(&self, line: &str, code: &str, exit: Exit) -> Value {
        let (found, data, talk) = self.run(&format!("{line} --json"));
        assert_eq!(data, "", "{line}");
        let report: Value = serde_json::from_str(&talk).unwrap();
        let error = report["error"].clone();
        assert_eq!((error["code"].as_str(), found), (Some(code), exit), "{line}: {talk}");
        error
    }

    /// Roots of both agencies, and the draft that names them.
    fn roots(&self) {
        for agency in AGENCIES {
            self.done(&format!("root new --agency {agency} --out {agency}.root --no-passphrase"));
        }
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/charter.toml");
        fs::copy(example, self.at("draft.toml")).unwrap();
    }

    /// The root of a third agency, and a draft that adds it.
    fn third_member(&self) {
        self.done("root new --no-passphrase --agency vn.mps --out vn.mps.root");
        let draft = fs::read_to_string(self.at("draft.toml")).unwrap();
        let member = "\n[[member]]\nagency = \"vn.mps\"\nparty = \"VN\"\nroot = \"vn.mps.root-public\"\n\n[member.names]\nen = \"Ministry\"\n";
        let draft = draft.replace("witness_quorum = 1", "witness_quorum = 2") + member;
        fs::write(self.at("third.toml"), draft).unwrap();
    }

    /// A charter that both signed; gives its digest.
    fn chartered(&self) -> String {
        self.roots();
        let proposed = self.done("charter propose draft.toml --out charter.cbor");
        for agency in AGENCIES {
            self.done(&format!("charter sign --root {agency}.root charter.cbor"));
        }
        proposed["digest"].as_str().unwrap().to_owned()
    }

    fn node(&self, agency: &str) {
        self.done(&format!(
            "node init --dir {agency} --agency {agency} --listen 127.0.0.1:7400 --no-passphrase"
        ));
    }

    /// Request, signature, adoption.
    fn credential(&self, agency: &str) {
        let asked = self.done(&format!("node credential --dir {agency} --out {agency}.request"));
        let signed = self.done(&format!(
            "root sign --root {agency}.root {agency}.request --days 365 --out {agency}.credential"
        ));
        assert_eq!(asked["request"], signed["request"], "both show the same digest");
        self.done(&format!("node credential --dir {agency} --adopt {agency}.credential"));
    }

    /// Two nodes with charter and credentials, which do not know each other yet.
    fn founded(&self) {
        let genesis = self.chartered();
        for agency in AGENCIES {
            self.node(agency);
            self.done(&format!("charter adopt --dir {agency} --genesis {genesis} charter.cbor"));
            self.credential(agency);
        }
    }
}
