//! A federation for tests: three agencies, their roots, their charter, their credentials, all from small numbers.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest;
use crate::crypto::expand;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;
use crate::crypto::suite::Suite;
use crate::identity::charter;
use crate::identity::charter::ApprovalProfile;
use crate::identity::charter::Charter;
use crate::identity::charter::LogRange;
use crate::identity::charter::Member;
use crate::identity::charter::MemberName;
use crate::identity::charter::Profiles;
use crate::identity::charter::VerifiedCharter;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Papers;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::identity::notice::Notice;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::Reason;
use crate::identity::revocation::Revocation;
use crate::identity::root::RootKey;
use crate::identity::staff;
use crate::identity::staff::Office;
use crate::identity::staff::StaffList;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;
use crate::ids::Party;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::moment::Timestamp;
use crate::registry::StaffRole;

/// The agencies, in ascending order.
pub(crate) const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

/// The day on which every credential begins; it counts for a year. Shape: 2026-01-01T00:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// A year in milliseconds.
pub(crate) const YEAR: u64 = 365 * 86_400_000;

pub(crate) fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).unwrap()
}

/// The root of an agency: a function of its name.
pub(crate) fn root(agency: &str) -> RootKey {
    RootKey::from_seed(&seed(agency, "root", 0))
}

/// The charter before anybody signed it: f = 0, two of two witnesses, two of three to amend.
pub(crate) fn charter() -> Charter {
    Charter {
        version: CharterVersion::new(1),
        name: CharterName::parse("mekong").unwrap(),
        previous: None,
        members: AGENCIES.iter().map(|agency| member(agency)).collect(),
        amendment_threshold: 2,
        dishonest_max: 0,
        witness_quorum: 2,
        profiles: Profiles {
            suites: vec![Suite::One.number()],
            approvals: ApprovalProfile::NoneDemanded,
        },
        resolves: None,
        clauses: Vec::new(),
    }
}

pub(crate) fn member(text: &str) -> Member {
    Member {
        agency: agency(text),
        party: Party::parse(&text[..2].to_uppercase()).unwrap(),
        names: vec![name("en", text), name("zh-Hans", "公安部")],
        root: root(text).public(),
        logs: LogRange { first: LogNumber::new(1), last: LogNumber::new(1) },
    }
}

pub(crate) fn name(language: &str, text: &str) -> MemberName {
    MemberName { language: language.to_string(), text: text.to_string() }
}

/// A charter, signed by these agencies.
pub(crate) fn signed(charter: Charter, agencies: &[&str]) -> Vec<u8> {
    let proposed = charter::propose(charter).unwrap();
    agencies
        .iter()
        .fold(proposed, |bytes, agency| charter::add_signature(&bytes, &root(agency)).unwrap())
}

/// The same, read and written once only: for many members.
pub(crate) fn signed_at_once(charter: Charter, agencies: &[&str]) -> Vec<u8> {
    let proposed = charter::propose(charter).unwrap();
    let mut signed = HybridSigned::parse(&proposed, ContentType::Charter).unwrap();
    for agency in agencies {
        signed.sign(&root(agency).hybrid()).unwrap();
    }
    signed.to_bytes().unwrap()
}

/// A charter whose second version has an agency as a member no longer.
pub(crate) fn member_left(left: &str) -> Chain {
    let mut papers = Papers::found(verified_charter());
    let mut next = Charter {
        version: CharterVersion::new(2),
        previous: Some(papers.founding().digest()),
        witness_quorum: 1,
        ..charter()
    };
    next.members.retain(|member| member.agency.as_str() != left);
    let stay: Vec<&str> = AGENCIES.into_iter().filter(|agency| *agency != left).collect();
    papers.take(&[signed(next, &stay)]);
    Chain::of(&papers).unwrap()
}

/// A charter whose second version gives `la.mps` another root; and that root.
pub(crate) fn root_replaced() -> (Chain, RootKey) {
    let mut papers = Papers::found(verified_charter());
    let mut next = Charter {
        version: CharterVersion::new(2),
        previous: Some(papers.founding().digest()),
        ..charter()
    };
    let again = root("la.mps again");
    next.members[0].root = again.public();
    papers.take(&[signed(next, &["mm.mpf", "th.rtp"])]);
    let waits = papers.open().next().unwrap().digest();
    papers.sign(&waits, &again).unwrap();
    (Chain::of(&papers).unwrap(), again)
}

/// The charter with everybody's signatures, made once.
pub(crate) fn verified_charter() -> VerifiedCharter {
    static CHARTER: LazyLock<VerifiedCharter> =
        LazyLock::new(|| charter::verify(&signed(charter(), &AGENCIES), None).unwrap());
    CHARTER.clone()
}

/// The credential of an agency with a serial; other serials have other keys.
pub(crate) fn credential(text: &str, serial: u64) -> Credential {
    Credential {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency(text),
        serial: Serial::new(serial),
        not_before: BEGIN,
        not_after: Timestamp::from_millis(BEGIN.millis() + YEAR),
        signing: signing_key(text, "signing", serial).public(),
        sealing: sealing_key(text, serial).public().clone(),
        log: signing_key(text, "log", serial).public(),
        log_number: LogNumber::new(1),
        witness: signing_key(text, "witness", serial).public(),
        transport: signing_key(text, "transport", serial).public(),
        addresses: vec![String::from("127.0.0.1:7400")],
    }
}

/// A directory of these credentials.
pub(crate) fn directory_of(held: &[(&str, u64)]) -> Directory {
    let mut directory = Directory::new(verified_charter());
    for (agency, serial) in held {
        directory.admit(verified_credential(agency, *serial)).unwrap();
    }
    directory
}

/// A revocation of every credential of an agency up to a serial, with the first leaves of its log 1 as good.
pub(crate) fn revocation(text: &str, through: u64, size: u64) -> Revocation {
    Revocation {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency(text),
        through: Serial::new(through),
        logs: vec![last_good(size)],
        at: BEGIN,
        reason: Reason::Compromised,
    }
}

/// A last good checkpoint of log 1: a root that is a function of the size.
pub(crate) fn last_good(size: u64) -> LastGood {
    let log = LogNumber::new(1);
    let root = digest::sha256(&size.to_be_bytes());
    let good = LastGood { log, size: TreeSize::new(size), root };
    if size == 0 { LastGood::nothing(log) } else { good }
}

/// A change of addresses that nobody has signed yet.
pub(crate) fn notice(text: &str, serial: u64, sequence: u64) -> Notice {
    Notice {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency(text),
        serial: Serial::new(serial),
        sequence,
        addresses: vec![String::from("[::1]:7400"), String::from("node.example:7400")],
    }
}

/// The people of an agency who vote, and their offices; numbers of an agency begin with its last three letters.
pub(crate) const STAFF: [(&str, StaffRole); 6] = [
    ("4711", StaffRole::Officer),
    ("4712", StaffRole::Supervisor),
    ("4713", StaffRole::Prosecutor),
    ("4714", StaffRole::HeadOfAgency),
    ("4715", StaffRole::Supervisor),
    ("4716", StaffRole::CentralAuthority),
];

/// The staff number of a person of an agency. Shape: `mps-4711`.
pub(crate) fn staff(text: &str, number: &str) -> StaffNumber {
    StaffNumber::parse(&format!("{}-{number}", &text[3..])).unwrap()
}

/// The key of a person of an agency.
pub(crate) fn staff_key(text: &str, number: &str) -> SigningKey {
    signing_key(text, &format!("staff {number}"), 1)
}

/// A staff list of an agency that nobody has signed yet: everybody of [`STAFF`], for the year.
pub(crate) fn staff_list(text: &str, number: u64) -> StaffList {
    let until = Timestamp::from_millis(BEGIN.millis() + YEAR);
    let office = |(person, role): (&str, StaffRole)| Office {
        staff: staff(text, person),
        role,
        key: staff_key(text, person).public(),
        from: BEGIN,
        until,
    };
    StaffList {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency(text),
        number,
        from: BEGIN,
        until,
        offices: STAFF.into_iter().map(office).collect(),
    }
}

/// The bytes of a staff list, signed by the root of its agency.
pub(crate) fn signed_staff(list: &StaffList) -> Vec<u8> {
    staff::sign(list, &root(list.agency.as_str())).unwrap()
}

pub(crate) fn signing_key(agency: &str, role: &str, serial: u64) -> SigningKey {
    SigningKey::from_seed(&seed(agency, role, serial))
}

pub(crate) fn sealing_key(agency: &str, serial: u64) -> SealingKey {
    SealingKey::from_seed(&seed(agency, "sealing", serial))
}

pub(crate) fn verifying_key(agency: &str, role: &str) -> VerifyingKey {
    signing_key(agency, role, 1).public()
}

pub(crate) fn sealing_public(agency: &str) -> SealingPublic {
    sealing_key(agency, 1).public().clone()
}

/// Signed by the root of its agency and verified under the charter.
pub(crate) fn verified_credential(agency: &str, serial: u64) -> VerifiedCredential {
    let bytes = credential::sign(&credential(agency, serial), &root(agency)).unwrap();
    credential::verify(&bytes, &verified_charter()).unwrap()
}

/// Two witness keys of `th.rtp` that notes call by one name and id; found by trying.
pub(crate) const KEYS_OF_ONE_ID: [u64; 2] = [115_599, 133_760];

/// The key whose seed is a number.
pub(crate) fn key_of(number: u64) -> SigningKey {
    let mut seed = [0; 32];
    seed[24..].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_seed(&seed)
}

pub(crate) fn seed(agency: &str, role: &str, number: u64) -> [u8; 32] {
    let mut label = String::from("fixture ");
    label.push_str(agency);
    label.push(' ');
    label.push_str(role);
    *expand::expand::<32>(&[7; 32], &label, number)
}
