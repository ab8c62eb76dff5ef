//! Agencies on the disk, ready to be run: set up with the functions behind `root`, `node`, `charter` and `peer`.

use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_node::clock;
use concord_node::entropy;
use concord_node::keystore;
use concord_node::keystore::Keys;
use concord_node::keystore::Seeds;
use concord_node::keystore::vault::Vault;
use concord_node::settings::Settings;
use concord_node::settings::enrolment;
use concord_node::settings::file::Initial;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::kem::SealingKey;
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
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::identity::quorum;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Party;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;

use crate::daemon::Daemon;

/// A folder of a test, removed when the test is done and did not fail.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder in the system's place for them.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn new(test: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("concord-{test}-{}-{number}", process::id()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            fs::remove_dir_all(&self.0).ok();
        }
    }
}

/// Agencies with one charter, each with a folder for its node.
#[derive(Debug)]
pub struct Federation {
    scratch: Scratch,
    /// Digest of the charter.
    pub genesis: Digest,
    /// The charter.
    pub charter: VerifiedCharter,
    /// The agencies, in the order given.
    pub agencies: Vec<Agency>,
}

/// One agency, with secrets that a test may misuse.
#[derive(Debug)]
pub struct Agency {
    /// Its name.
    pub id: AgencyId,
    /// Its root key.
    pub root: RootKey,
    /// Its node's keys.
    pub keys: Keys,
    /// Its node's first credential, signed.
    pub credential: Vec<u8>,
    /// Its node's folder.
    pub folder: NodeFolder,
    /// Where its node listens for peers.
    pub address: String,
}

/// Where an agency's node is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it listens for peers.
    pub listen: SocketAddr,
    /// Where its credential says that it does.
    pub advertise: SocketAddr,
    /// Where its API listens.
    pub api: SocketAddr,
}

impl Place {
    /// On loopback, on a port that is free.
    ///
    /// # Panics
    /// When no socket can be had.
    pub fn on_loopback() -> Self {
        // Credentials carry addresses, so the port must be known before the node runs: the system names a free one.
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let listen = port.local_addr().unwrap();
        let api = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, advertise: listen, api }
    }
}

/// Which peers a node knows from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquaintance {
    /// All of them.
    Everyone,
    /// None; they have to be added, or to introduce themselves.
    Nobody,
}

impl Federation {
    /// Sets up agencies that know each other.
    pub fn of(test: &str, names: &[&str]) -> Self {
        Self::with(test, names, Acquaintance::Everyone)
    }

    /// Sets up agencies that know each other, under a charter that bears so many dishonest ones.
    pub fn bearing(dishonest_max: usize, test: &str, names: &[&str]) -> Self {
        Self::set_up(test, names, (Acquaintance::Everyone, dishonest_max))
    }

    /// Sets up agencies that know each other, under a charter that demands approvals of every message.
    pub fn demanding(test: &str, names: &[&str]) -> Self {
        let places: Vec<(&str, Place)> =
            names.iter().map(|name| (*name, Place::on_loopback())).collect();
        Self::found(test, &places, (Acquaintance::Everyone, 0), ApprovalProfile::Demanded)
    }

    /// Sets up agencies.
    pub fn with(test: &str, names: &[&str], acquaintance: Acquaintance) -> Self {
        Self::set_up(test, names, (acquaintance, 0))
    }

    /// Sets up agencies that know each other, each in a place of its own, under a charter that bears so many dishonest
    /// ones.
    pub fn placed(dishonest_max: usize, test: &str, places: &[(&str, Place)]) -> Self {
        let terms = (Acquaintance::Everyone, dishonest_max);
        Self::found(test, places, terms, ApprovalProfile::NoneDemanded)
    }

    /// Keeps everything on the disk for a person to look at; tells where.
    pub fn keep(self) -> PathBuf {
        let path = self.path().to_owned();
        std::mem::forget(self.scratch);
        path
    }

    fn set_up(test: &str, names: &[&str], terms: (Acquaintance, usize)) -> Self {
        let places: Vec<(&str, Place)> =
            names.iter().map(|name| (*name, Place::on_loopback())).collect();
        Self::found(test, &places, terms, ApprovalProfile::NoneDemanded)
    }

    fn found(
        test: &str,
        places: &[(&str, Place)],
        (acquaintance, dishonest_max): (Acquaintance, usize),
        approvals: ApprovalProfile,
    ) -> Self {
        let scratch = Scratch::new(test);
        let founders: Vec<Founder> =
            places.iter().map(|(name, place)| Founder::new(scratch.path(), name, place)).collect();
        let charter = sign_charter(&founders, dishonest_max, approvals);
        let agencies: Vec<Agency> =
            founders.into_iter().map(|founder| founder.enrol(&charter)).collect();
        for agency in &agencies {
            for other in &agencies {
                let own = other.id == agency.id;
                if own || acquaintance == Acquaintance::Everyone {
                    let into = if own { agency.folder.own() } else { agency.folder.peers() };
                    fs::create_dir_all(&into).unwrap();
                    let path = NodeFolder::credential(&into, &other.id, Serial::new(1));
                    fs::write(path, &other.credential).unwrap();
                }
            }
        }
        Self { scratch, genesis: charter.digest(), charter, agencies }
    }

    /// Where everything lies.
    pub fn path(&self) -> &Path {
        self.scratch.path()
    }

    /// An agency that is no member yet: its folder, its keys, its root, and nothing adopted.
    pub fn newcomer(&self, name: &str) -> Founder {
        Founder::new(self.scratch.path(), name, &Place::on_loopback())
    }

    /// The folder of one agency's node.
    pub fn folder(&self, which: usize) -> &Path {
        self.agencies[which].folder.path()
    }

    /// Starts the node of one agency and waits until it takes messages.
    pub fn ready(&self, which: usize) -> Daemon {
        Daemon::ready(self.folder(which))
    }

    /// Starts all nodes and waits until each takes messages.
    pub fn all_ready(&self) -> Vec<Daemon> {
        let mut daemons: Vec<Daemon> =
            (0..self.agencies.len()).map(|which| Daemon::start(self.folder(which))).collect();
        daemons.iter_mut().for_each(Daemon::wait_ready);
        daemons
    }
}

impl Agency {
    /// What its node's first credential says.
    ///
    /// # Panics
    /// When it was changed since.
    pub fn document(&self, charter: &VerifiedCharter) -> Credential {
        credential::verify(&self.credential, charter).unwrap().credential().clone()
    }

    /// Appends lines to the node's settings.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn set(&self, key: &str, value: impl core::fmt::Display) {
        let path = self.folder.settings();
        let text = fs::read_to_string(&path).unwrap();
        let kept = text.lines().filter(|line| !line.starts_with(&format!("{key} ")));
        let mut text: String = kept.map(|line| format!("{line}\n")).collect();
        text.push_str(&format!("{key} = {value}\n"));
        fs::write(&path, text).unwrap();
    }
}

/// An agency before it is a member.
#[derive(Debug)]
pub struct Founder {
    /// Its name.
    pub id: AgencyId,
    /// Its root key.
    pub root: RootKey,
    keys: Keys,
    folder: NodeFolder,
    address: String,
}

impl Founder {
    fn new(dir: &Path, name: &str, place: &Place) -> Self {
        let id = AgencyId::parse(name).unwrap();
        let address = place.advertise.to_string();
        let folder = NodeFolder::at(dir.join(name));
        let initial = Initial {
            agency: name.to_owned(),
            listen: Some(place.listen.to_string()),
            advertise: vec![address.clone()],
            api_listen: Some(place.api.to_string()),
            witness_interval_ms: Some(200),
            token: None,
        };
        folder.create(&initial, &entropy::draw().unwrap()).unwrap();
        let mut seeds = Seeds::default();
        for seed in seeds.iter_mut() {
            *seed = entropy::draw().unwrap();
        }
        keystore::create(&folder.keys(), &id, &seeds, &Vault::clear()).unwrap();
        let keys = keystore::load(&folder.keys(), &id, &Vault::clear(), |seed| {
            Arc::new(SealingKey::from_seed(seed))
        })
        .unwrap();
        Self { id, root: RootKey::from_seed(&entropy::draw().unwrap()), keys, folder, address }
    }

    /// How a charter describes it.
    ///
    /// # Panics
    /// When its name begins with no State.
    pub fn member(&self) -> Member {
        let log = LogNumber::new(1);
        Member {
            agency: self.id.clone(),
            party: Party::parse(&self.id.as_str()[..2].to_uppercase()).unwrap(),
            names: vec![MemberName {
                language: "en".to_owned(),
                text: format!("Police of {}", self.id),
            }],
            root: self.root.public(),
            // Two more, for successions.
            logs: LogRange { first: log, last: LogNumber::new(3) },
        }
    }

    fn enrol(self, charter: &VerifiedCharter) -> Agency {
        self.join(&[charter.bytes().to_vec()], charter.digest())
    }

    /// Adopts the charter and asks its root for a credential.
    ///
    /// # Panics
    /// When anything is refused.
    pub fn join(self, documents: &[Vec<u8>], genesis: Digest) -> Agency {
        let settings = Settings::load(&self.folder).unwrap();
        let papers = enrolment::adopt_charter(&self.folder, &settings, documents, genesis).unwrap();
        let charter = papers.newest();
        let now = clock::now();
        let validity = Validity {
            not_before: now.before(Span::from_millis(60_000)),
            not_after: now.after(Span::from_days(90)),
        };
        let document = self.request(charter).grant(validity);
        let credential = credential::sign(&document, &self.root).unwrap();
        let own = NodeFolder::credential(&self.folder.own(), &self.id, Serial::new(1));
        fs::write(own, &credential).unwrap();
        let Self { id, root, keys, folder, address } = self;
        Agency { id, root, keys, credential, folder, address }
    }

    fn request(&self, charter: &VerifiedCharter) -> CredentialRequest {
        CredentialRequest {
            charter: charter.name().clone(),
            agency: self.id.clone(),
            serial: Serial::new(1),
            signing: self.keys.signing.public(),
            sealing: self.keys.sealing.public().clone(),
            log: self.keys.log.public(),
            log_number: LogNumber::new(1),
            witness: self.keys.witness.public(),
            transport: self.keys.transport.public(),
            addresses: vec![self.address.clone()],
        }
    }
}

fn sign_charter(
    founders: &[Founder],
    dishonest_max: usize,
    approvals: ApprovalProfile,
) -> VerifiedCharter {
    let members = u16::try_from(founders.len()).unwrap();
    let numbers = quorum::useful(members)[dishonest_max].quorum;
    let draft = Charter {
        version: CharterVersion::new(1),
        name: CharterName::parse("mekong-test").unwrap(),
        previous: None,
        members: founders.iter().map(Founder::member).collect(),
        amendment_threshold: numbers.amendment_threshold,
        dishonest_max: numbers.dishonest_max,
        witness_quorum: numbers.witness_quorum,
        profiles: Profiles { suites: vec![Suite::One.number()], approvals },
        resolves: None,
        clauses: Vec::new(),
    };
    let proposed = charter::propose(draft).unwrap();
    let sign =
        |bytes: Vec<u8>, founder: &Founder| charter::add_signature(&bytes, &founder.root).unwrap();
    charter::verify(&founders.iter().fold(proposed, sign), None).unwrap()
}
