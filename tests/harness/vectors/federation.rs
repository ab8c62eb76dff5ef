//! The federation in the cases: three agencies, from one fixed seed.
//!
//! Every key is `expand(SEED, "<agency> <role>", serial)`, so another implementation can have the same ones:
//! the seeds stand in `spec/vectors/federation.json`.

use std::sync::OnceLock;

use concord_protocol::crypto::cose::hybrid::HybridKey;
use concord_protocol::crypto::expand;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::lattice::LatticeKey;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::LogRange;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::MemberName;
use concord_protocol::identity::charter::Profiles;
use concord_protocol::identity::charter::VerifiedCharter;
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
use serde_json::json;

/// The one seed of all cases.
pub const SEED: [u8; 32] = *b"concord test vectors, version 1\0";

/// The agencies, in ascending order.
pub const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

/// The agency that sends in the cases.
pub const SENDER: &str = AGENCIES[0];

/// The agency that receives in the cases.
pub const RECEIVER: &str = AGENCIES[1];

/// When every credential begins. Shape: 2026-01-01T00:00:00Z.
pub const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// The time at which cases are judged: ten days later.
pub const NOW: Timestamp = BEGIN.after(Span::from_days(10));

/// How far clocks may differ in the cases.
pub const TOLERANCE: Span = Span::from_millis(300_000);

/// The signed documents of three agencies, verified once.
#[derive(Debug)]
pub struct Federation {
    /// The charter with all signatures.
    pub charter: Vec<u8>,
    /// One credential for each agency, in their order.
    pub credentials: Vec<Vec<u8>>,
    /// Both, verified.
    pub directory: Directory,
}

impl Federation {
    /// The federation of the cases; made once in a process, for lattice signatures take their time.
    pub fn fixed() -> &'static Self {
        static FEDERATION: OnceLock<Federation> = OnceLock::new();
        FEDERATION.get_or_init(|| {
            let charter = signed_charter(charter_document());
            let verified = charter::verify(&charter, None).unwrap();
            let mut directory = Directory::new(verified.clone());
            let mut credentials = Vec::new();
            for name in AGENCIES {
                let signed = credential::sign(&credential_document(name), &root(name)).unwrap();
                directory.admit(credential::verify(&signed, &verified).unwrap()).unwrap();
                credentials.push(signed);
            }
            Self { charter, credentials, directory }
        })
    }

    /// The charter.
    pub fn verified(&self) -> &VerifiedCharter {
        self.directory.charter()
    }

    /// What another implementation needs to judge the cases: seeds, and the times.
    pub fn document(&self) -> String {
        let agencies: Vec<serde_json::Value> = AGENCIES
            .iter()
            .map(|name| {
                let hex = |role: &str| super::hex(&seed(name, role, u64::from(role != "root")));
                json!({
                    "agency": name,
                    "root": hex("root"), "signing": hex("signing"), "sealing": hex("sealing"),
                    "log": hex("log"), "witness": hex("witness"), "transport": hex("transport"),
                })
            })
            .collect();
        let document = json!({
            "explains": "the seeds from which the keys in these cases are derived, and when the cases are judged",
            "charter_digest": self.verified().digest().to_string(),
            "sender": SENDER,
            "receiver": RECEIVER,
            "now": NOW.millis(),
            "tolerance_ms": TOLERANCE.millis(),
            "seeds": agencies,
        });
        format!("{}\n", serde_json::to_string_pretty(&document).unwrap())
    }
}

/// An agency's name, parsed.
pub fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

/// The root of an agency.
pub fn root(name: &str) -> RootKey {
    RootKey::from_seed(&seed(name, "root", 0))
}

/// The two keys of a root, derived once more: honest code signs with them only what it has checked.
#[derive(Debug)]
pub struct Halves {
    ed25519: SigningKey,
    ml_dsa: LatticeKey,
}

impl Halves {
    /// Of an agency's root. Source: spec id-2.
    pub fn of(name: &str) -> Self {
        let root = seed(name, "root", 0);
        Self {
            ed25519: SigningKey::from_seed(&expand::expand::<32>(&root, "root ed25519", 0)),
            ml_dsa: LatticeKey::from_seed(&expand::expand::<32>(&root, "root ml-dsa-65", 0)),
        }
    }

    /// To sign with.
    pub fn key(&self) -> HybridKey<'_> {
        HybridKey { ed25519: &self.ed25519, ml_dsa: &self.ml_dsa }
    }
}

/// An Ed25519 key of an agency's node.
pub fn key(name: &str, role: &str) -> SigningKey {
    SigningKey::from_seed(&seed(name, role, 1))
}

/// The sealing key of an agency's node.
pub fn sealing_key(name: &str) -> SealingKey {
    SealingKey::from_seed(&seed(name, "sealing", 1))
}

/// The charter before anybody signed it.
pub fn charter_document() -> Charter {
    Charter {
        version: CharterVersion::new(1),
        name: CharterName::parse("mekong").unwrap(),
        previous: None,
        members: AGENCIES.iter().map(|name| member(name)).collect(),
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

/// A member as the charter describes it.
pub fn member(name: &str) -> Member {
    Member {
        agency: agency(name),
        party: Party::parse(&name[..2].to_uppercase()).unwrap(),
        names: vec![MemberName { language: "en".to_owned(), text: format!("Police of {name}") }],
        root: root(name).public(),
        logs: LogRange { first: LogNumber::new(1), last: LogNumber::new(3) },
    }
}

/// A charter with the signatures of all its members.
pub fn signed_charter(document: Charter) -> Vec<u8> {
    let proposed = charter::propose(document).unwrap();
    AGENCIES
        .iter()
        .fold(proposed, |bytes, name| charter::add_signature(&bytes, &root(name)).unwrap())
}

/// The credential of an agency before its root signed it.
pub fn credential_document(name: &str) -> Credential {
    Credential {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency(name),
        serial: Serial::new(1),
        not_before: BEGIN,
        not_after: BEGIN.after(Span::from_days(365)),
        signing: key(name, "signing").public(),
        sealing: sealing_key(name).public().clone(),
        log: key(name, "log").public(),
        log_number: LogNumber::new(1),
        witness: key(name, "witness").public(),
        transport: key(name, "transport").public(),
        addresses: vec!["192.0.2.1:7400".to_owned()],
    }
}

/// 32 bytes of a name.
pub fn seed(name: &str, role: &str, serial: u64) -> [u8; 32] {
    *expand::expand::<32>(&SEED, &format!("{name} {role}"), serial)
}
