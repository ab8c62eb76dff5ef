//! Who plays: a federation of any size from fixed seeds, with its charter in two versions and two credentials for each
//! agency. Made once in a process, for the signatures of roots take their time.

use std::sync::Arc;
use std::sync::OnceLock;

use concord_protocol::crypto::expand;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::LogRange;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::MemberName;
use concord_protocol::identity::charter::Profiles;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Party;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::kem::CheapKey;

/// Fewest and most members of a simulated federation.
pub const SIZES: std::ops::RangeInclusive<usize> = 2..=20;

/// When every credential begins. Shape: 2026-01-01T00:00:00Z.
pub const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// When every simulation begins: ten days later.
pub const DAWN: Timestamp = BEGIN.after(Span::from_days(10));

const STATES: [&str; 6] = ["cn", "kh", "la", "mm", "th", "vn"];

const SEED: [u8; 32] = *b"concord simulated federation, 1\0";

/// The two credentials of each agency.
pub const SERIALS: [u64; 2] = [1, 2];

/// A federation.
#[derive(Debug)]
pub struct Cast {
    /// The agencies, ascending.
    pub agencies: Vec<AgencyId>,
    /// What each agency holds.
    pub papers: Vec<Papers>,
    /// The charter after one version, and after two.
    chains: [Chain; 2],
    /// Credentials with the first serial of everybody, under each chain.
    directories: [Directory; 2],
}

/// What an agency holds of its own.
#[derive(Debug)]
pub struct Papers {
    /// Keys and credential, by serial.
    pub generations: [Generation; 2],
}

/// One credential and its keys.
#[derive(Debug)]
pub struct Generation {
    /// The serial.
    pub serial: Serial,
    /// The signed credential.
    pub credential: Vec<u8>,
    /// Signs messages and dispatches.
    pub signing: SharedSigner,
    /// Signs checkpoints.
    pub log: SharedSigner,
    /// Signs cosignatures.
    pub witness: SharedSigner,
    /// Names the connection.
    pub transport: SigningKey,
    /// Opens bodies.
    pub sealing: Arc<dyn Decapsulate>,
}

impl Cast {
    /// The federation of so many members.
    ///
    /// # Panics
    /// When nobody plays in that size.
    pub fn of(size: usize) -> &'static Self {
        static CASTS: [OnceLock<Cast>; 21] = [const { OnceLock::new() }; 21];
        assert!(SIZES.contains(&size), "a federation has {SIZES:?} members");
        CASTS[size].get_or_init(|| Self::make(size))
    }

    fn make(size: usize) -> Self {
        let agencies: Vec<AgencyId> = names(size);
        let first = signed_by_all(&agencies, document(&agencies, None));
        let founding = charter::verify(&first, None).unwrap();
        let second = signed_by_all(&agencies, document(&agencies, Some(&founding)));
        let chains = [Chain::founding(founding), chain::verify(&[first, second], None).unwrap()];
        let papers: Vec<Papers> = agencies.iter().map(Papers::of).collect();
        let directories = chains.each_ref().map(|chain| {
            let mut directory = Directory::under(chain.clone());
            for papers in &papers {
                let first = directory.verify(&papers.generations[0].credential).unwrap();
                directory.admit(first).unwrap();
            }
            directory
        });
        Self { agencies, papers, chains, directories }
    }

    /// What everybody knows at the beginning, under the charter of so many versions.
    pub fn directory(&self, versions: usize) -> &Directory {
        &self.directories[versions - 1]
    }

    /// The digest that every operator has pinned.
    pub fn genesis(&self) -> concord_protocol::crypto::digest::Digest {
        self.chains[0].newest().digest()
    }

    /// Dishonest members that the charter bears.
    pub fn bears(&self) -> usize {
        usize::from(dishonest_max(self.agencies.len()))
    }

    /// The place of an agency.
    ///
    /// # Panics
    /// When it is no member.
    pub fn place(&self, agency: &AgencyId) -> usize {
        self.agencies.binary_search(agency).unwrap()
    }
}

impl Papers {
    fn of(agency: &AgencyId) -> Self {
        Self { generations: SERIALS.map(|serial| Generation::of(agency, serial)) }
    }
}

impl Generation {
    /// The public half of the key that names the connection.
    pub fn transport_public(&self) -> VerifyingKey {
        self.transport.public()
    }

    fn of(agency: &AgencyId, serial: u64) -> Self {
        let key = |role: &str| SigningKey::from_seed(&seed(agency, role, serial));
        let sealing = SealingKey::from_seed(&seed(agency, "sealing", serial));
        let document = Credential {
            charter: charter_name(),
            agency: agency.clone(),
            serial: Serial::new(serial),
            not_before: BEGIN,
            not_after: BEGIN.after(Span::from_days(365)),
            signing: key("signing").public(),
            sealing: sealing.public().clone(),
            log: key("log").public(),
            log_number: LogNumber::new(1),
            witness: key("witness").public(),
            transport: key("transport").public(),
            addresses: vec!["192.0.2.1:7400".to_owned()],
        };
        Self {
            serial: Serial::new(serial),
            credential: credential::sign(&document, &root(agency)).unwrap(),
            signing: Arc::new(key("signing")),
            log: Arc::new(key("log")),
            witness: Arc::new(key("witness")),
            transport: key("transport"),
            sealing: Arc::new(CheapKey::new(sealing.public().clone())),
        }
    }
}

fn names(size: usize) -> Vec<AgencyId> {
    let name = |place: usize| {
        let (state, number) = (STATES[place % STATES.len()], place / STATES.len());
        AgencyId::parse(&format!("{state}.police-{number}")).unwrap()
    };
    let mut names: Vec<AgencyId> = (0..size).map(name).collect();
    names.sort();
    names
}

fn charter_name() -> CharterName {
    CharterName::parse("simulated").unwrap()
}

fn document(agencies: &[AgencyId], previous: Option<&charter::VerifiedCharter>) -> Charter {
    let members = u16::try_from(agencies.len()).unwrap();
    let borne = dishonest_max(agencies.len());
    Charter {
        version: CharterVersion::new(previous.map_or(1, |_| 2)),
        name: charter_name(),
        previous: previous.map(charter::VerifiedCharter::digest),
        members: agencies.iter().map(member).collect(),
        // More than half of the members and of those that may lie with them.
        amendment_threshold: (members + borne) / 2 + 1,
        dishonest_max: borne,
        witness_quorum: (members - 1 + borne) / 2 + 1,
        profiles: Profiles {
            suites: vec![Suite::One.number()],
            approvals: ApprovalProfile::NoneDemanded,
        },
        resolves: None,
        clauses: Vec::new(),
    }
}

/// With one that lies, the others must still be a quorum of witnesses.
const fn dishonest_max(members: usize) -> u16 {
    if members >= 5 { 1 } else { 0 }
}

fn member(agency: &AgencyId) -> Member {
    Member {
        agency: agency.clone(),
        party: Party::parse(&agency.as_str()[..2].to_uppercase()).unwrap(),
        names: vec![MemberName { language: "en".to_owned(), text: format!("Police of {agency}") }],
        root: root(agency).public(),
        logs: LogRange { first: LogNumber::new(1), last: LogNumber::new(3) },
    }
}

fn signed_by_all(agencies: &[AgencyId], document: Charter) -> Vec<u8> {
    let proposed = charter::propose(document).unwrap();
    let sign = |bytes: Vec<u8>, agency| charter::add_signature(&bytes, &root(agency)).unwrap();
    agencies.iter().fold(proposed, sign)
}

fn root(agency: &AgencyId) -> RootKey {
    RootKey::from_seed(&seed(agency, "root", 0))
}

fn seed(agency: &AgencyId, role: &str, serial: u64) -> [u8; 32] {
    *expand::expand::<32>(&SEED, &format!("{agency} {role}"), serial)
}
