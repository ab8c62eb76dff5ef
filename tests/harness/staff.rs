//! People of an agency who vote on its messages: their keys, their list, and what they say about a letter.

use concord_node::clock;
use concord_node::entropy;
use concord_protocol::codec::value::Value as Tree;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::envelope;
use concord_protocol::envelope::approvals::Ballot;
use concord_protocol::envelope::approvals::Deed;
use concord_protocol::envelope::approvals::Voter;
use concord_protocol::identity::staff;
use concord_protocol::identity::staff::Office;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::vote::SignatureText;
use concord_protocol::moment::Span;
use concord_protocol::registry::StaffRole;
use serde_json::Value;
use serde_json::json;

use crate::federation::Agency;
use crate::federation::Federation;

/// Whoever votes, and in which office.
pub type Person = (&'static str, StaffRole);

/// An officer, who drafts.
pub const OFFICER: Person = ("P-1", StaffRole::Officer);
/// Their supervisor.
pub const SUPERVISOR: Person = ("P-2", StaffRole::Supervisor);
/// A prosecutor.
pub const PROSECUTOR: Person = ("P-3", StaffRole::Prosecutor);

/// The key of a person, which no node has.
pub fn key(agency: &Agency, (number, _): Person) -> SigningKey {
    SigningKey::from_seed(digest::sha256(format!("{} {number}", agency.id).as_bytes()).as_bytes())
}

/// The three people of an agency on a list that its root signed.
///
/// # Panics
/// When nothing can be signed.
pub fn list(world: &Federation, agency: &Agency, number: u64) -> Vec<u8> {
    let now = clock::now();
    let (from, until) = (now.before(Span::from_days(1)), now.after(Span::from_days(30)));
    let office = |person: Person| Office {
        staff: StaffNumber::parse(person.0).unwrap(),
        role: person.1,
        key: key(agency, person).public(),
        from,
        until,
    };
    let said = StaffList {
        charter: world.charter.name().clone(),
        agency: agency.id.clone(),
        number,
        from,
        until,
        offices: [OFFICER, SUPERVISOR, PROSECUTOR].map(office).into(),
    };
    staff::sign(&said, &agency.root).unwrap()
}

/// A letter that begins a procedure, drafted by the officer and approved by these people.
///
/// # Panics
/// When it cannot be said.
pub fn voted(world: &Federation, agency: &Agency, letter: &Value, approve: &[Person]) -> Value {
    let mut letter = letter.clone();
    let procedure = ProcedureId::new(clock::now(), entropy::draw().unwrap());
    letter["procedure"] = json!(procedure.to_string());
    letter["drafted_by"] = json!(OFFICER.0);
    let tree: Tree = serde_json::from_str(&letter.to_string()).unwrap();
    let submission = Submission::read(&tree).unwrap();
    let salt = entropy::draw::<32>().unwrap();
    let core = envelope::core_digest_of(&submission, procedure, &salt, clock::now()).unwrap();
    let ballot = Ballot { charter: world.charter.name(), agency: &agency.id, core };
    let vote = |person: Person, deed| {
        let staff = StaffNumber::parse(person.0).unwrap();
        let voter = Voter { staff, role: person.1, at: clock::now() };
        let vote = ballot.vote(voter, deed, &key(agency, person)).unwrap();
        json!({
            "staff": vote.staff.as_str(),
            "role": vote.role.text(),
            "at": vote.at.to_string(),
            "signature": SignatureText::new(vote.signature).to_string(),
        })
    };
    let approved: Vec<Value> = approve.iter().map(|person| vote(*person, Deed::Approved)).collect();
    letter["approvals"] = json!({
        "salt": Digest::from_bytes(salt).to_string(),
        "drafted": vote(OFFICER, Deed::Drafted),
        "approved": approved,
        "break_glass": false,
    });
    letter
}
