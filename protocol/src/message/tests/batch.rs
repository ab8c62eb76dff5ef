//! Manifests as large as they get, and as their stage and the day make them.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::brief;
use super::example;
use super::put;
use super::submit;
use super::tree;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::limits::CONTENT_BYTES_MAX;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::batch::entry::ManifestEntry;
use crate::message::batch::root;
use crate::message::batch::root::BadEntryProof;
use crate::message::batch::root::EntryProof;
use crate::message::batch::root::SaltSeed;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;
use crate::message::time::CivilDate;

/// The manifest of the specification with so many entries, each like the one with the most names, of a person and with a
/// decision of its own.
fn manifest(people: usize) -> Json {
    let mut json = example(Kind::BatchManifest);
    let longest = json["body"]["entries"][2].clone();
    let numbered = |n: usize| {
        let mut entry = longest.clone();
        put(&mut entry, "/n", json!(n));
        put(&mut entry, "/person_ref", json!(format!("MM-P-{n:06}")));
        let decision = json!(format!("0195a1c4-2f00-7d11-8b02-{n:012x}"));
        put(&mut entry, "/decision_message", decision);
        entry
    };
    let entries: Vec<Json> = (1..=people).map(numbered).collect();
    put(&mut json, "/body/entries", json!(entries));
    let sexes = json!({"female": 0, "male": people, "other": 0, "unknown": 0});
    let counts = json!({"total": people, "by_sex": sexes, "minors": 0, "high_risk": people});
    put(&mut json, "/body/counts", counts);
    put_root(&mut json);
    json
}

/// Puts the root that fits the entries.
pub(super) fn put_root(json: &mut Json) {
    let entries = entries(json);
    let in_order: Vec<&ManifestEntry> = entries.iter().collect();
    let root = root::over(&in_order, &seed(json)).unwrap().to_string();
    put(json, "/body/entry_root", json!(root));
}

/// The entries, whatever rule they break.
fn entries(json: &Json) -> Vec<ManifestEntry> {
    let entries = json["body"]["entries"].as_array().unwrap();
    let read = |entry| ManifestEntry::read(&tree(entry), &Pointer::Root, &mut Faults::new());
    entries.iter().map(|entry| read(entry).unwrap()).collect()
}

fn seed(json: &Json) -> SaltSeed {
    SaltSeed::parse(json["body"]["salt_seed"].as_str().unwrap()).unwrap()
}

#[test]
fn a_manifest_of_as_many_people_as_it_may_hold_fits_a_message() {
    // shows: msgk-75
    let submission = submit(&manifest(MANIFEST_ENTRIES_MAX)).unwrap();

    let bytes = codec::encode(&submission.content().write()).unwrap();
    assert!(bytes.len() <= CONTENT_BYTES_MAX);
}

#[test]
fn one_person_more_goes_with_the_next_manifest() {
    // shows: msgk-75
    let faults = submit(&manifest(MANIFEST_ENTRIES_MAX + 1)).unwrap_err();

    assert_eq!(brief(&faults), [("/body/entries".into(), "too-many")]);
}

#[test]
fn counts_that_differ_are_refused_with_both_numbers() {
    // shows: msgk-75, msgk-82
    let mut manifest = example(Kind::BatchManifest);
    put(&mut manifest, "/body/counts/minors", json!(7));
    let mut reconciliation = example(Kind::BatchReconciliation);
    put(&mut reconciliation, "/body/legs/0/removed/medical", json!(0));

    let counted = submit(&manifest).unwrap_err();
    let reconciled = submit(&reconciliation).unwrap_err();

    assert!(counted[0].reason.contains('2') && counted[0].reason.contains('7'));
    assert!(reconciled[0].reason.contains("500") && reconciled[0].reason.contains("499"));
}

#[test]
fn a_manifest_for_sealing_is_approved_by_more_than_a_proposal() {
    // shows: msgk-31
    for (stage, wanted) in [("proposal", Approval::A2), ("for-sealing", Approval::A3)] {
        let mut json = example(Kind::BatchManifest);
        put(&mut json, "/body/stage", json!(stage));
        let submission = submit(&json).unwrap();
        let handling = submission.handling_codes();

        let said = Said { urgency: submission.urgency(), handling: &handling };

        assert_eq!(submission.body().approval(&said), wanted, "{stage}");
    }
}

#[test]
fn nobody_on_a_manifest_who_may_be_a_child_is_said_to_be_none() {
    // shows: msgk-78
    let mut json = example(Kind::BatchManifest);
    put(&mut json, "/body/entries/2/birth/as_stated", json!("2008"));
    put(&mut json, "/body/entries/2/birth/earliest", json!("2008-01-01"));
    put(&mut json, "/body/entries/2/birth/latest", json!("2008-12-31"));
    put_root(&mut json);
    let submission = submit(&json).unwrap();

    let faults = submission.check_on(CivilDate::parse("2026-03-10").unwrap()).unwrap_err();

    assert_eq!(brief(&faults), [("/body/entries/2/minor".into(), "conflicting")]);
    assert_eq!(submission.check_on(CivilDate::parse("2027-01-01").unwrap()), Ok(()));
}

/// Every entry of a manifest with its proof, the root, and the entries.
fn proven(people: usize) -> (Vec<ManifestEntry>, Vec<EntryProof>, Digest) {
    let json = manifest(people);
    let (entries, seed) = (entries(&json), seed(&json));
    let in_order: Vec<&ManifestEntry> = entries.iter().collect();
    let proofs = entries.iter().map(|entry| root::prove(&in_order, &seed, entry.n).unwrap());
    let proofs = proofs.collect();
    let root = root::over(&in_order, &seed).unwrap();
    (entries, proofs, root)
}

#[test]
fn one_entry_is_shown_without_the_others_for_every_size_of_a_manifest() {
    // shows: bat-34, bat-35
    for people in (1..=9).chain([64, 65]) {
        let (entries, proofs, root) = proven(people);
        for (entry, proof) in entries.iter().zip(&proofs) {
            assert_eq!(root::verify(entry, proof, &root), Ok(()), "{people} people");
        }
    }
}

#[test]
fn a_proof_shows_no_other_entry_place_salt_count_or_root() {
    // shows: bat-35
    let (entries, proofs, root) = proven(7);
    let (entry, proof) = (&entries[2], &proofs[2]);
    let with = |change: fn(&mut EntryProof)| {
        let mut other = proof.clone();
        change(&mut other);
        root::verify(entry, &other, &root).unwrap_err()
    };

    assert_eq!(root::verify(&entries[3], proof, &root), Err(BadEntryProof::Root));
    assert_eq!(root::verify(entry, proof, &digest::sha256(b"other")), Err(BadEntryProof::Root));
    assert_eq!(with(|proof| proof.place = 3), BadEntryProof::Root);
    assert_eq!(with(|proof| proof.salt[0] ^= 1), BadEntryProof::Root);
    assert_eq!(with(|proof| proof.place = 7), BadEntryProof::NoSuchPlace);
    assert_eq!(with(|proof| proof.count = 501), BadEntryProof::NoSuchPlace);
    assert_eq!(with(|proof| proof.count = 3), BadEntryProof::Length);
    assert_eq!(with(|proof| proof.path.truncate(2)), BadEntryProof::Length);
    assert_eq!(with(|proof| proof.path.push(digest::sha256(b"more"))), BadEntryProof::Length);
}

#[test]
fn the_root_of_two_entries_is_what_the_formula_says() {
    // shows: bat-34
    let (entries, proofs, root) = proven(2);
    let leaf = |at: usize| {
        let label = b"concord/1 manifest entry\0";
        let entry = codec::encode(&entries[at].write()).unwrap();
        digest::sha256_of(&[label, proofs[at].salt.as_slice(), &entry])
    };

    let wanted = digest::sha256_of(&[&[1], leaf(0).as_bytes(), leaf(1).as_bytes()]);

    assert_eq!(root, wanted);
    assert_ne!(proofs[0].salt, proofs[1].salt);
}

#[test]
fn after_a_removal_the_root_is_over_those_who_remain() {
    // shows: bat-34, bat-35
    let json = manifest(5);
    let (entries, seed) = (entries(&json), seed(&json));
    let remain: Vec<&ManifestEntry> = entries.iter().filter(|entry| entry.n.get() != 2).collect();
    let root = root::over(&remain, &seed).unwrap();

    let proof = root::prove(&remain, &seed, entries[4].n).unwrap();

    assert_eq!((proof.place, proof.count), (3, 4));
    assert_eq!(root::verify(&entries[4], &proof, &root), Ok(()));
    assert_eq!(root::prove(&remain, &seed, entries[1].n), None);
}
