//! The second verifier, written from the specification alone, against ours: the same verdict, and the same code where
//! the specification has one.

use std::fs;
use std::path::Path;

use concord_protocol::audit::verify;
use harness::chance::Chance;
use harness::second::Opinion;
use harness::second::Second;
use harness::vectors;
use harness::vectors::Named;
use harness::vectors::federation::Federation;
use harness::vectors::judge;

/// Structures that the second verifier reads: those that an auditor meets, and every frame between nodes.
const COVERED: &[&str] = &[
    "value",
    "charter-payload",
    "charter",
    "charter-chain",
    "credential-payload",
    "credential",
    "credential-request",
    "revocation-payload",
    "revocation",
    "notice-payload",
    "address-notice",
    "root-announcement",
    "transcript",
    "header",
    "leaf",
    "checkpoint",
    "cosigned-checkpoint",
    "vkey",
    "policy",
    "tlog-proof",
    "cose-receipt",
    "bundle",
    "entries-tile",
    "hash-tile",
    "dispatch-payload",
    "dispatch",
    "frame",
    "greeting",
    "introduction",
    "evidence",
    "succession",
    "succession-approval",
];

/// Structures whose refusals are codes in an order that the specification gives, so that they are compared too.
const CODED: &[&str] = &["bundle", "greeting", "evidence"];

/// Changes of each good bundle, and of each good case of the other structures.
const BUNDLES: usize = 200;
const CHANGES: usize = 40;

#[test]
fn both_verifiers_judge_every_case_alike() {
    let Some(mut second) = Second::start("both_verifiers_judge_every_case_alike") else { return };
    let mut differences = Vec::new();
    for named in vectors::read() {
        let structure = named.case.structure.as_str();
        if covered(&named) {
            let case = named.case.content();
            differences.extend(difference(&mut second, structure, &case, &named.place));
        }
    }
    none(&differences);
}

#[test]
fn both_verifiers_judge_changed_structures_alike() {
    let Some(mut second) = Second::start("both_verifiers_judge_changed_structures_alike") else {
        return;
    };
    let mut chance = Chance::steady("both_verifiers_judge_changed_structures_alike");
    let mut differences = Vec::new();
    for named in vectors::read().iter().filter(|named| named.case.is_good()) {
        let structure = named.case.structure.as_str();
        if !covered(named) {
            continue;
        }
        let rounds = if structure == "bundle" { BUNDLES } else { CHANGES };
        for _ in 0..rounds {
            let changed = changed(&named.case.content(), &mut chance);
            differences.extend(difference(&mut second, structure, &changed, &named.place));
        }
    }
    none(&differences);
}

#[test]
fn both_verifiers_say_alike_how_far_a_log_is_witnessed() {
    // shows: audit-47, audit-48
    let Some(mut second) = Second::start("both_verifiers_say_alike_how_far_a_log_is_witnessed")
    else {
        return;
    };
    let genesis = Federation::fixed().verified().digest();
    let bundles = vectors::read().into_iter().filter(|named| named.case.structure == "bundle");
    let mut sizes = Vec::new();
    for named in bundles.filter(|named| named.case.is_good()) {
        let bytes = named.case.content();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("witnessed.concord");
        fs::write(&file, &bytes).unwrap();
        let ours = verify::verify(&bytes, Some(genesis)).unwrap().witnessed.size.get();
        let Opinion::Holds(theirs) = second.bundle(&file, &genesis.to_string()) else {
            panic!("{}: the second verifier refuses it", named.place);
        };
        assert_eq!(theirs["witnessed"], ours, "{}", named.place);
        sizes.push(ours);
    }
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 0, 0, 1, 1]);
}

/// Whether the second verifier reads the structure of a case.
fn covered(named: &Named) -> bool {
    COVERED.contains(&named.case.structure.as_str())
}

/// One byte changed, added or taken away, or a piece cut out or repeated.
fn changed(good: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let at = chance.below(bytes.len());
    let end = bytes.len().min(at + 1 + chance.below(600));
    match chance.below(6) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
        2 => bytes.insert(at, u8::try_from(chance.below(256)).unwrap()),
        3 => drop(bytes.remove(at)),
        4 => drop(bytes.drain(at..end)),
        _ => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
    }
    bytes
}

/// What both say, where they do not say the same.
fn difference(second: &mut Second, structure: &str, bytes: &[u8], place: &str) -> Option<String> {
    let ours = judge::judge(structure, bytes).map(drop);
    let theirs = second.structure(structure, bytes);
    let same = match (&ours, &theirs) {
        (Ok(()), Opinion::Holds(_)) => true,
        (Err(class), Opinion::Fails(code, _)) => {
            !CODED.contains(&structure) || code.as_ref().is_none_or(|code| code == class)
        }
        (Ok(()), Opinion::Fails(..)) | (Err(_), Opinion::Holds(_)) => false,
    };
    let hex: String = bytes.iter().take(4_096).map(|byte| format!("{byte:02x}")).collect();
    (!same).then(|| format!("{place}: ours {ours:?}, the second {theirs:?}\n  {structure} {hex}"))
}

fn none(differences: &[String]) {
    let shown: Vec<&str> = differences.iter().take(20).map(String::as_str).collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), shown.join("\n"));
}
