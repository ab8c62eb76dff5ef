//! The versions of the charter over the API: shown, handed out as a file, taken in, and refused with a code of their own.

use concord_protocol::identity::charter::chain;

use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::wire::World;

const BYTES: [(&str, &str); 1] = [("content-type", "application/octet-stream")];

#[test]
fn every_version_says_what_it_changes_and_what_it_lacks() {
    // shows: chr-3
    let shown = World::new(Fake::new()).get("/api/v1/charter/versions").json();

    assert_eq!(
        (&shown["version"], &shown["versions"][0]["changes"]),
        (&1.into(), &[0_u8; 0][..].into())
    );
    let proposal = &shown["proposals"][0];
    let text = "la.mps is called otherwise: en “Ministry of Public Security”, until now “Police of la.mps”";
    assert_eq!(proposal["changes"][0]["text"], text);
    assert_eq!(proposal["electorates"][0]["signed"], serde_json::json!(["la.mps"]));
    assert_eq!(proposal["lacks"], "1 members of version 1 have signed, and 2 must");
}

#[test]
fn the_file_that_is_handed_out_is_taken_in_again_and_changes_nothing() {
    // shows: chr-11
    let world = World::new(Fake::new());
    let file = world.get("/api/v1/charter/file").body;

    let documents = chain::read(&file).unwrap();
    let taken = world.post("/api/v1/charter/proposals", &BYTES, file).json();

    assert_eq!(documents.len(), 2);
    assert_eq!((&taken["learned"], &taken["adopted"]), (&0.into(), &false.into()));
}

#[test]
fn what_is_no_version_or_a_bad_one_is_refused_with_its_code() {
    // shows: chr-2, chr-5
    let world = World::new(Fake::new());
    let documents: Vec<Vec<u8>> = fake::papers().documents().unwrap().into_values().collect();
    let mut forged = documents[1].clone();
    *forged.last_mut().unwrap() ^= 1;
    let nothing = world.post("/api/v1/charter/proposals", &BYTES, "nothing");
    let forged = world.post("/api/v1/charter/proposals", &BYTES, forged);

    assert_eq!((nothing.status.as_u16(), nothing.code()), (422, "charter-refused".to_owned()));
    assert_eq!((forged.status.as_u16(), forged.code()), (422, "charter-forged".to_owned()));
}
