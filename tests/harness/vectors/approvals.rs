//! The votes on a message, as they are sealed beside its content.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::approvals::Approvals;
use concord_protocol::envelope::approvals::Ballot;
use concord_protocol::envelope::approvals::Deed;
use concord_protocol::envelope::approvals::Vote;
use concord_protocol::envelope::approvals::Voter;
use concord_protocol::ids::StaffNumber;
use concord_protocol::registry::StaffRole;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::NOW;
use super::federation::SENDER;
use super::mutate;

pub(super) fn cases() -> Vec<Named> {
    let mut sheet = Sheet::new("envelope", "approvals");
    let good = codec::encode(&approvals(digest::sha256(b"a core digest"))).unwrap();
    sheet.good("good", "drafted by one person, approved by two", &["apr-3"], &good);
    let longer = mutate::longer(&good);
    sheet.bad("trailing", "a byte after it", &["env-1"], "form", &longer);
    let swapped = mutate::edit(&good, |tree| votes(tree).swap(0, 1));
    sheet.bad("order", "votes out of order", &["apr-3"], "form", &swapped);
    let twice = mutate::edit(&good, |tree| {
        let first = votes(tree)[0].clone();
        votes(tree).insert(0, first);
    });
    sheet.bad("twice", "one person approves twice", &["apr-3"], "form", &twice);
    let none = mutate::edit(&good, |tree| {
        mutate::entries(tree).retain(|(key, _)| *key != Value::from(1));
    });
    sheet.bad("no-drafter", "nobody drafted it", &["apr-3"], "form", &none);
    sheet.cases
}

fn votes(tree: &mut Value) -> &mut Vec<Value> {
    let Value::Array(votes) = mutate::field(tree, 2) else { panic!("a list") };
    votes
}

/// A message of the sender: drafted by an officer, approved by a supervisor and a prosecutor.
fn approvals(core: Digest) -> Approvals {
    let from = federation::credential_document(SENDER);
    let ballot = Ballot { charter: &from.charter, agency: &from.agency, core };
    let vote = |number: &str, role, deed| -> Vote {
        let voter = Voter { staff: StaffNumber::parse(number).unwrap(), role, at: NOW };
        ballot.vote(voter, deed, &federation::key(SENDER, number)).unwrap()
    };
    Approvals {
        list: 1,
        drafted: vote("mps-4711", StaffRole::Officer, Deed::Drafted),
        approved: vec![
            vote("mps-4712", StaffRole::Supervisor, Deed::Approved),
            vote("mps-4713", StaffRole::Prosecutor, Deed::Approved),
        ],
        break_glass: false,
    }
}
