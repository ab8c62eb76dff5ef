//! A root ceremony, as those who hold it meet it: a root made in shares, put together again, and recorded.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use concord_node::keystore;
use concord_node::keystore::container::KeyKind;
use concord_node::keystore::vault::Vault;
use concord_protocol::identity::root::RootKey;
use harness::federation::Scratch;
use harness::shell;
use serde_json::Value;

const NEW: &str = "root new --agency la.mps --out la.root";

#[test]
fn a_root_made_in_shares_is_nowhere_whole_until_it_is_recovered() {
    // shows: cus-5, cus-7, cus-8
    let place = Scratch::new("shares");
    let table = Table(place.path());
    let made = table.done(&format!("{NEW} --split 3-of-5 --present Officer-7 --present Witness-2"));
    assert_eq!(made["shares"].as_array().unwrap().len(), 5);
    assert_eq!(made["secret"], Value::Null);
    assert!(!table.0.join("la.root").exists());
    for number in 1..=5 {
        let path = table.0.join(format!("la.root-share-{number}"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let shares = "--share la.root-share-2 --share la.root-share-5 --share la.root-share-3";
    let recover = format!(
        "root recover {shares} --public la.root-public --out again --no-passphrase --present Officer-9"
    );
    let recovered = table.done(&recover);
    assert_eq!(recovered["fingerprint"], made["fingerprint"]);
    let (agency, seed) =
        keystore::read(&table.0.join("again"), KeyKind::Root, &Vault::clear()).unwrap();
    assert_eq!(agency.as_str(), "la.mps");
    let fingerprint = RootKey::from_seed(&seed).public().fingerprint().to_string();
    assert_eq!(made["fingerprint"], fingerprint.as_str());

    let of =
        |file: &str| table.done(&format!("root transcript verify {file} --public la.root-public"));
    let first = of("la.root-transcript");
    assert_eq!(first["act"], "made");
    assert_eq!(first["present"], serde_json::json!(["Officer-7", "Witness-2"]));
    assert_eq!(first["shares"]["threshold"], 3);
    let second = of("again-transcript");
    assert_eq!(second["act"], "recovered");
    let used = second["shares"]["digests"].as_array().unwrap();
    let all = first["shares"]["digests"].as_array().unwrap();
    assert_eq!(used, &[all[1].clone(), all[4].clone(), all[2].clone()]);
}

#[test]
fn nothing_secret_stands_in_what_a_ceremony_shows() {
    // shows: cus-9
    let place = Scratch::new("shown");
    let table = Table(place.path());
    let made = table.run(&format!("{NEW} --split 2-of-3 --present Officer-7"));
    let shown = table.run("root transcript show la.root-transcript");
    let secrets: Vec<String> = (1..=3)
        .flat_map(|number| {
            let sheet =
                fs::read_to_string(table.0.join(format!("la.root-share-{number}"))).unwrap();
            let lines = sheet.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
            lines.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(secrets.len(), 3 * 8);

    let public = ["la.root-transcript", "la.root-public"].map(|name| table.bytes(name));
    for secret in &secrets {
        assert!(!told(&made).contains(secret) && !said(&made).contains(secret));
        assert!(!told(&shown).contains(secret));
        let letters = secret.trim_start_matches("CONCORD-SHARE:").as_bytes();
        assert!(public.iter().all(|bytes| !bytes.windows(letters.len()).any(|w| w == letters)));
    }
    let text = told(&shown);
    let fingerprint = table.done("root transcript show la.root-transcript")["fingerprint"].clone();
    for line in [
        "agency      la.mps",
        "the root    was made",
        "present     Officer-7",
        "shares      any 2 give the root back",
        &format!("fingerprint {}", fingerprint.as_str().unwrap()),
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn each_way_in_which_shares_are_wrong_has_its_own_reason() {
    // shows: cus-6, cus-7
    let place = Scratch::new("wrong-shares");
    let table = Table(place.path());
    table.done(&format!("{NEW} --split 3-of-5"));
    table.done("root new --agency la.mps --out other --split 3-of-5");
    let refused = |shares: &[&str], why: &str| {
        let shares: Vec<String> = shares.iter().map(|share| format!("--share {share}")).collect();
        let public = "--public la.root-public --out again --no-passphrase";
        let output = table.run(&format!("root recover {} {public}", shares.join(" ")));
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("error[share-refused]"), "{}", said(&output));
        assert!(said(&output).contains(why), "{why}\n{}", said(&output));
        assert!(!table.0.join("again").exists());
    };
    let [one, two, three] = ["la.root-share-1", "la.root-share-2", "la.root-share-3"];

    refused(&[one, two], "3 shares give the root back, and 2 were given");
    refused(&[one, two, "other-share-3"], "share 1 and share 3 are of different splits");
    refused(&[one, two, one], "share 1 was given twice");
    let others = ["other-share-1", "other-share-2", "other-share-3"];
    refused(&others, "the public file has");

    let sheet = fs::read_to_string(table.0.join(three)).unwrap();
    let words: Vec<&str> =
        sheet.lines().filter(|line| !line.starts_with(['#', 'C']) && !line.is_empty()).collect();
    let first = words[0].split_whitespace().nth(1).unwrap();
    let misread = if first == "about" { "above" } else { "about" };
    table.write("misread", &words.join("\n").replacen(first, misread, 1));
    refused(&[one, two, "misread"], "misread: the checksum does not hold");
    table.write("strange", &words.join("\n").replacen(first, "concordat", 1));
    refused(&[one, two, "strange"], "strange: word 1, \"concordat\", is not in the list");
    table.write("empty", "# nothing\n");
    refused(&[one, two, "empty"], "empty: there are no words");

    // Typed again without numbers, and as the line alone, they are shares like the others.
    let bare: Vec<&str> = words
        .iter()
        .flat_map(|line| line.split_whitespace())
        .filter(|word| word.parse::<u8>().is_err())
        .collect();
    table.write("typed", &bare.join("\n"));
    let line = fs::read_to_string(table.0.join(two)).unwrap();
    table.write("scanned", line.lines().find(|line| line.starts_with("CONCORD-SHARE:")).unwrap());
    let shares = format!("--share {one} --share scanned --share typed");
    table.done(&format!(
        "root recover {shares} --public la.root-public --out again --no-passphrase"
    ));
}

#[test]
fn a_root_that_is_there_is_split_and_its_transcript_holds_under_no_other_root() {
    // shows: cus-8
    let place = Scratch::new("split");
    let table = Table(place.path());
    table.done(&format!("{NEW} --no-passphrase"));
    table.done("root new --agency th.rtp --out th.root --no-passphrase");
    assert_eq!(table.done("root transcript show la.root-transcript")["shares"], Value::Null);
    let split = table.done("root split --root la.root --split 2-of-2 --out paper");
    assert_eq!(split["shares"].as_array().unwrap().len(), 2);

    table.done("root transcript verify paper-transcript --public la.root-public");
    let other = table.run("root transcript verify paper-transcript --public th.root-public");
    assert_eq!(other.status.code(), Some(3));
    assert!(said(&other).contains("error[transcript-refused]"), "{}", said(&other));
    let mut bytes = table.bytes("paper-transcript");
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(table.0.join("paper-transcript"), bytes).unwrap();
    let changed = table.run("root transcript show paper-transcript");
    assert_eq!(changed.status.code(), Some(3));
    assert!(said(&changed).contains("the signature of the root does not hold"));
    let again = table.run("root split --root la.root --split 2-of-2 --out paper");
    assert!(said(&again).contains("error[file-exists]"), "{}", said(&again));
}

/// Where the ceremony is held: commands run in one folder.
struct Table<'a>(&'a Path);

impl Table<'_> {
    fn run(&self, line: &str) -> Output {
        shell::concord(self.0, &line.split_whitespace().collect::<Vec<_>>())
    }

    fn done(&self, line: &str) -> Value {
        let output = self.run(&format!("{line} --json"));
        assert!(output.status.success(), "{line}\n{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
