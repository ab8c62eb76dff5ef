//! The second verifier over the bundles of the demonstration: the same verdict, and over lies the same first problem.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_node::keystore;
use concord_node::keystore::container::KeyKind;
use concord_node::keystore::vault::Vault;
use concord_protocol::audit::verify;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SigningKey;
use harness::archive::Opened;
use harness::chance::Chance;
use harness::mutant;
use harness::second::Opinion;
use harness::second::Place;
use harness::second::Second;
use serde_json::Value;

/// Lies told of each of two logs.
const LIES: usize = 40;

/// Holds the demonstration's six bundles, and lies made from two of them, before both verifiers.
pub(crate) fn agrees(dir: &Path, report: &Value) {
    let Some(mut second) = Second::start("the_second_verifier_says_the_same") else { return };
    let genesis = fs::read_to_string(dir.join("genesis")).unwrap();
    let genesis = genesis.trim();
    let mut files = Vec::new();
    for log in report["logs"].as_array().unwrap() {
        let file = dir.join("bundles").join(format!("{}.concord", log["agency"].as_str().unwrap()));
        match second.bundle(&file, genesis) {
            Opinion::Holds(said) => {
                assert_eq!(said["size"], log["size"], "{said}");
                assert_eq!(said["agency"], log["agency"], "{said}");
            }
            Opinion::Fails(code, why) => panic!("{}: {code:?}: {why}", file.display()),
        }
        files.push(file);
    }
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let joined = second.reconcile(&paths, genesis);
    assert_eq!(joined["problems"], Value::Array(Vec::new()), "{joined}");
    let matched = report["reconciliations"].as_array().unwrap().iter();
    let matched: u64 = matched.map(|pair| pair["matched"].as_u64().unwrap()).sum();
    assert_eq!(joined["agreed"], matched, "{joined}");
    let mut chance = Chance::steady("the_second_verifier_says_the_same");
    for agency in ["kh.npc", "la.mps"] {
        lies(&mut second, dir, agency, genesis, &mut chance);
    }
}

fn lies(second: &mut Second, dir: &Path, agency: &str, genesis: &str, chance: &mut Chance) {
    let mut honest = Opened::of(&fs::read(dir.join(format!("bundles/{agency}.concord"))).unwrap());
    // The witnesses did not see what a lie makes of the tree; without their cosignatures the fault lies deeper.
    honest.listed.iter_mut().filter(|(path, _)| path == "cosignatures").for_each(|part| {
        part.1.clear();
    });
    let (_, seed) =
        keystore::read(&dir.join(agency).join("keys/log"), KeyKind::Log, &Vault::clear()).unwrap();
    let key = SigningKey::from_seed(&seed);
    let pin = Digest::parse(genesis).unwrap();
    let file = dir.join("lie.concord");
    let mut differences = Vec::new();
    for number in 0..=LIES {
        let told = if number == 0 { honest.clone() } else { mutant::of(&honest, chance) };
        let bundle = told.sealed(&key);
        fs::write(&file, &bundle).unwrap();
        let ours = verify::verify(&bundle, Some(pin)).err().map(|finding| Place {
            code: finding.code().to_owned(),
            part: finding.part.clone(),
            leaf: finding.leaf.map(|leaf| leaf.get()),
        });
        let theirs = second.first_problem(&file, genesis);
        assert!(
            number > 0 || ours.is_none(),
            "an honest bundle holds when it is sealed again: {ours:?}"
        );
        if ours != theirs {
            fs::write(dir.join(format!("difference-{agency}-{number}.concord")), &bundle).unwrap();
            differences
                .push(format!("{agency}, lie {number}: ours {ours:?}, the second {theirs:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
