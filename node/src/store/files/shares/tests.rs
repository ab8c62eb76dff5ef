//! Who may take how much room.

use concord_protocol::crypto::digest;
use concord_protocol::ids::AgencyId;

use crate::store::files::shares::Refused;
use crate::store::files::shares::Shares;

#[test]
fn a_member_that_takes_all_it_can_leaves_everybody_else_what_they_are_assured_of() {
    // shows: fil-16
    let (greedy, honest) = (agency("mm.mpf"), agency("la.mps"));
    let mut shares = Shares::of(600);
    shares.divide(&[greedy.clone(), honest.clone()]);
    let mut taken = 0;
    while shares.claim(Some(&greedy), 10).is_ok() {
        taken += 10;
    }
    assert_eq!(taken, 400, "half of all, and its own sixth");
    assert_eq!(shares.claim(Some(&greedy), 1), Err(Refused::Reserved));
    assert_eq!(shares.claim(Some(&honest), 100), Ok(()));
    assert_eq!(shares.claim(None, 100), Ok(()));
    assert_eq!(shares.claim(None, 1), Err(Refused::Full));
    assert_eq!(shares.usage(), (600, 600));
}

#[test]
fn what_a_start_finds_is_whose_message_names_it_and_ends_with_it() {
    // shows: fil-16
    let greedy = agency("mm.mpf");
    let mut shares = Shares::of(400);
    shares.divide(std::slice::from_ref(&greedy));
    shares.add(None, 250);
    let file = digest::sha256(b"found");
    shares.belongs(file, &greedy, 250);
    shares.belongs(file, &agency("la.mps"), 250);
    assert_eq!(shares.by_member(), [(greedy.clone(), 250)]);
    assert_eq!(shares.claim(Some(&greedy), 51), Err(Refused::Reserved));
    shares.ended(&file, 250);
    assert_eq!(shares.usage(), (0, 400));
    assert_eq!(shares.claim(Some(&greedy), 300), Ok(()));
}

#[test]
fn one_file_that_two_members_sent_takes_room_once() {
    // shows: fil-16
    let (one, other) = (agency("mm.mpf"), agency("la.mps"));
    let mut shares = Shares::of(1_000);
    let file = digest::sha256(b"twice");
    for member in [&one, &other] {
        shares.claim(Some(member), 70).unwrap();
        shares.whole(file, member.clone(), 70);
    }
    assert_eq!(shares.usage().0, 70);
    assert_eq!(shares.by_member(), [(other, 70), (one, 0)]);
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}
