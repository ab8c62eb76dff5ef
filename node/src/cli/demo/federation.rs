//! Agencies, their keys, the charter that all of them sign, and a folder for each node.
//!
//! Uses `identity`, `keystore`, `settings`: the functions behind `root`, `node`, `charter` and `peer`, called in the order
//! in which the people of the agencies would. Here one process does it all, and the roots live in its memory only.
//!
//! Absent on purpose: root key files. A root never comes near a node, and a demonstration needs each root once.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::LogRange;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::MemberName;
use concord_protocol::identity::charter::Profiles;
use concord_protocol::identity::charter::VerifiedCharter;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::GrantError;
use concord_protocol::identity::credential::Validity;
use concord_protocol::identity::quorum;
use concord_protocol::identity::quorum::Slack;
use concord_protocol::identity::quorum::Useful;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::NameError;
use concord_protocol::ids::Party;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use zeroize::Zeroizing;

use crate::cli::demo::agencies::Agency;
use crate::cli::demo::evidence;
use crate::clock;
use crate::entropy;
use crate::entropy::NoEntropy;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore;
use crate::keystore::KeyError;
use crate::keystore::Keys;
use crate::keystore::Seeds;
use crate::keystore::vault::Vault;
use crate::settings::Settings;
use crate::settings::SettingsError;
use crate::settings::enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::file::Initial;
use crate::settings::folder::NodeFolder;

/// How often each node has its head cosigned; shorter than by default, so that nobody waits for the end.
const WITNESS_INTERVAL_MS: i64 = 500;

/// The federation's name.
const CHARTER_NAME: &str = "mekong-demo";

/// How long the demonstration's credentials count.
const CREDENTIAL_DAYS: u32 = 30;

/// Clocks of the demonstration's nodes are one clock; the credential counts a little before it was made all the same.
const BACKDATED: Span = Span::from_millis(60_000);

/// A federation on the disk, ready to be started.
#[derive(Debug)]
pub(crate) struct Federation {
    /// Where it lies.
    pub(crate) dir: PathBuf,
    /// Digest of the charter, which every audit is pinned to.
    pub(crate) genesis: Digest,
    /// The members, in the order of their agencies.
    pub(crate) members: Vec<Place>,
}

/// One member of the federation.
#[derive(Debug)]
pub(crate) struct Place {
    /// The agency.
    pub(crate) id: AgencyId,
    /// What is known of it.
    pub(crate) agency: &'static Agency,
    /// Its node's folder.
    pub(crate) folder: NodeFolder,
    /// Keeps the node's port until the node is about to take it.
    port: Option<UdpSocket>,
}

/// Why a federation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// A name of ours is none.
    #[error("a name of the demonstration is refused")]
    Name(#[from] NameError),
    /// No randomness.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder is there and not empty.
    #[error("{dir} is there already and not empty")]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder cannot be looked into.
    #[error("look into {dir}")]
    Unreadable {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No port can be had.
    #[error("no UDP port on loopback can be had")]
    NoPort(#[source] io::Error),
    /// No numbers fit so many members.
    #[error("no quorum fits {members} members")]
    NoQuorum {
        /// Members.
        members: u16,
    },
    /// The charter.
    #[error("the charter was not made")]
    Charter(#[from] CharterError),
    /// Keys.
    #[error("the keys of {agency} cannot be used")]
    Keys {
        /// Whose.
        agency: AgencyId,
        /// Why not.
        source: KeyError,
    },
    /// A credential.
    #[error("the credential of {agency} was not signed")]
    Grant {
        /// Whose.
        agency: AgencyId,
        /// Why not.
        source: GrantError,
    },
    /// Settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A folder did not become a member's.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
}

/// Everything one agency has before the charter exists.
struct Founder {
    place: Place,
    root: RootKey,
    keys: Keys,
    settings: Settings,
}

/// Sets up a federation in a folder: keys, charter, credentials, node folders.
pub(crate) fn found(dir: &Path, agencies: &[&'static Agency]) -> Result<Federation, SetupError> {
    files::make_folder(&dir.join(evidence::BUNDLES), Access::Private)?;
    let founders =
        agencies.iter().map(|agency| founder(dir, agency)).collect::<Result<Vec<_>, _>>()?;
    let charter = sign_charter(&founders)?;
    files::make(&dir.join("charter.cbor"), charter.bytes(), Access::Public)?;
    files::make(
        &dir.join("genesis"),
        format!("{}\n", charter.digest()).as_bytes(),
        Access::Public,
    )?;
    enrol(&founders, &charter)?;
    let members = founders.into_iter().map(|founder| founder.place).collect();
    Ok(Federation { dir: dir.to_owned(), genesis: charter.digest(), members })
}

/// A folder that is new, or empty.
pub(crate) fn prepare(dir: &Path) -> Result<(), SetupError> {
    match files::make_folder(dir, Access::Private) {
        Err(FileError::Exists { .. }) => {}
        made => return Ok(made?),
    }
    let unreadable = |source| SetupError::Unreadable { dir: dir.to_owned(), source };
    match fs::read_dir(dir).map_err(unreadable)?.next() {
        None => Ok(()),
        Some(_) => Err(SetupError::NotEmpty { dir: dir.to_owned() }),
    }
}

impl Place {
    /// Lets go of the node's port, so that the node can take it.
    ///
    /// Credentials carry addresses, so a port must be known before its node first runs. The system is asked for a free
    /// one by binding it, and it stays bound until just before the node starts. Another process could take it in
    /// between; the node then ends with a clear error, and so does the demonstration.
    pub(crate) fn release_port(&mut self) {
        self.port = None;
    }
}

/// `root new` and `node init`.
fn founder(dir: &Path, agency: &'static Agency) -> Result<Founder, SetupError> {
    let id = AgencyId::parse(agency.id)?;
    let root = RootKey::from_seed(&Zeroizing::new(entropy::draw()?));
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(SetupError::NoPort)?;
    let address = port.local_addr().map_err(SetupError::NoPort)?.to_string();
    let folder = NodeFolder::at(dir.join(agency.id));
    folder.create(
        &Initial {
            agency: agency.id.to_owned(),
            listen: Some(address.clone()),
            advertise: vec![address],
            api_listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).to_string()),
            witness_interval_ms: Some(WITNESS_INTERVAL_MS),
            token: None,
        },
        &entropy::draw()?,
    )?;
    let keys = make_keys(&folder, &id)?;
    let settings = Settings::load(&folder)?;
    Ok(Founder { place: Place { id, agency, folder, port: Some(port) }, root, keys, settings })
}

fn make_keys(folder: &NodeFolder, agency: &AgencyId) -> Result<Keys, SetupError> {
    let mut seeds = Seeds::default();
    for seed in seeds.iter_mut() {
        *seed = entropy::draw()?;
    }
    let failed = |source| SetupError::Keys { agency: agency.clone(), source };
    keystore::create(&folder.keys(), agency, &seeds, &Vault::clear()).map_err(failed)?;
    keystore::load(&folder.keys(), agency, &Vault::clear(), |seed| {
        Arc::new(SealingKey::from_seed(seed))
    })
    .map_err(failed)
}

/// `charter propose`, then `charter sign` by every member, then what `charter verify` does.
fn sign_charter(founders: &[Founder]) -> Result<VerifiedCharter, SetupError> {
    let members = u16::try_from(founders.len()).unwrap_or(u16::MAX);
    let quorum = best_quorum(members).ok_or(SetupError::NoQuorum { members })?;
    let draft = Charter {
        version: CharterVersion::new(1),
        name: CharterName::parse(CHARTER_NAME)?,
        previous: None,
        members: founders.iter().map(member).collect::<Result<_, _>>()?,
        amendment_threshold: quorum.quorum.amendment_threshold,
        dishonest_max: quorum.quorum.dishonest_max,
        witness_quorum: quorum.quorum.witness_quorum,
        profiles: Profiles {
            suites: vec![Suite::One.number()],
            approvals: ApprovalProfile::NoneDemanded,
        },
        resolves: None,
        clauses: Vec::new(),
    };
    let proposed = charter::propose(draft)?;
    let signed = founders
        .iter()
        .try_fold(proposed, |bytes, founder| charter::add_signature(&bytes, &founder.root))?;
    let pin = charter::read(&signed)?.digest();
    Ok(charter::verify(&signed, Some(pin))?)
}

/// The numbers that bear the most dishonest members without letting as many of them halt everything.
fn best_quorum(members: u16) -> Option<Useful> {
    let table = quorum::useful(members);
    let steady = table.iter().rfind(|useful| useful.slack == Slack::Some);
    steady.or_else(|| table.first()).copied()
}

fn member(founder: &Founder) -> Result<Member, SetupError> {
    let Place { id, agency, .. } = &founder.place;
    let mut names: Vec<MemberName> = agency
        .names
        .iter()
        .map(|(language, text)| MemberName {
            language: (*language).to_owned(),
            text: (*text).to_owned(),
        })
        .collect();
    names.sort_by(|a, b| a.language.cmp(&b.language));
    let log = LogNumber::new(1);
    Ok(Member {
        agency: id.clone(),
        party: Party::parse(agency.party)?,
        names,
        root: founder.root.public(),
        logs: LogRange { first: log, last: LogNumber::new(3) },
    })
}

/// `charter adopt`, `node credential`, `root sign`, and `peer add` of everyone at everyone.
fn enrol(founders: &[Founder], charter: &VerifiedCharter) -> Result<(), SetupError> {
    let mut credentials = Vec::new();
    for founder in founders {
        let folder = &founder.place.folder;
        let documents = [charter.bytes().to_vec()];
        enrolment::adopt_charter(folder, &founder.settings, &documents, charter.digest())?;
        credentials.push((&founder.place.id, credential_of(founder, charter)?));
    }
    for founder in founders {
        let folder = &founder.place.folder;
        for (agency, bytes) in &credentials {
            let own = *agency == &founder.place.id;
            let into = if own { folder.own() } else { folder.peers() };
            let path = NodeFolder::credential(&into, agency, Serial::new(1));
            files::make(&path, bytes, Access::Private)?;
        }
        // What the node will do first: believe nothing of its folder.
        enrolment::load(folder, &Settings::load(folder)?, clock::now())?;
    }
    Ok(())
}

fn credential_of(founder: &Founder, charter: &VerifiedCharter) -> Result<Vec<u8>, SetupError> {
    let Founder { place, root, keys, settings } = founder;
    let request = CredentialRequest {
        charter: charter.name().clone(),
        agency: place.id.clone(),
        serial: Serial::new(1),
        signing: keys.signing.public(),
        sealing: keys.sealing.public().clone(),
        log: keys.log.public(),
        log_number: LogNumber::new(1),
        witness: keys.witness.public(),
        transport: keys.transport.public(),
        addresses: settings.addresses(),
    };
    let now = clock::now();
    let validity = Validity {
        not_before: now.before(BACKDATED),
        not_after: now.after(Span::from_days(CREDENTIAL_DAYS)),
    };
    credential::sign(&request.grant(validity), root)
        .map_err(|source| SetupError::Grant { agency: place.id.clone(), source })
}
