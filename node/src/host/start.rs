//! From a node's folder to a running node: the shelves, built from the bottom up. Starting is recovering.

pub mod engine;
pub mod next;
mod own;
mod tasks;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::expand;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::engine::Engine;
use concord_protocol::engine::Fault;
use concord_protocol::engine::Persona;
use concord_protocol::identity;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::clock;
use crate::entropy::NoEntropy;
use crate::host::accuse;
use crate::host::accuse::Desk;
use crate::host::accuse::Lead;
use crate::host::charters::Charters;
use crate::host::crew::Crew;
use crate::host::deconfliction::Deconfliction;
use crate::host::exchange::Surroundings;
use crate::host::feeds::Feeds;
use crate::host::feeds::keep;
use crate::host::feeds::orders::Orders;
use crate::host::feeds::work;
use crate::host::handle::Handle;
use crate::host::kept::KeptWords;
use crate::host::mailbox::Job;
use crate::host::mirror::keep::Keeper;
use crate::host::mirror::part::Sealer;
use crate::host::pace::Paces;
use crate::host::patience::Patience;
use crate::host::patience::Waiting;
use crate::host::pinning;
use crate::host::shared::Parts;
use crate::host::shared::Shared;
use crate::host::start::engine::Found;
use crate::host::witness;
use crate::host::witness::Witness;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;
use crate::keystore::KeyError;
use crate::keystore::KeyMismatch;
use crate::keystore::Keys;
use crate::keystore::generations;
use crate::keystore::vault::Vault;
use crate::provider::FastKem;
use crate::provider::FastSealingKey;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::enrolment::Enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::StoreSettings;
use crate::store::edge::BadTree;
use crate::store::files::FilesSettings;
use crate::store::files::found::FilesFound;
use crate::store::read::ReadError;
use crate::store::recover::BodiesFinding;
use crate::store::recover::OpenError;
use crate::store::recover::Recovered;
use crate::store::recover::RowsFinding;
use crate::store::stopped::Notes;
use crate::store::succeed;
use crate::store::succeed::Switch;
use crate::store::witness::WitnessFile;
use crate::transport;
use crate::transport::BindError;
use crate::transport::Endpoint;

/// Separates the secret of idempotency rows from the storage key that it is drawn from.
const REQUEST_LABEL: &str = "idempotency requests";

/// A running node.
#[derive(Debug)]
pub struct Node {
    handle: Handle,
    endpoint: Endpoint,
    mailbox: mpsc::Sender<Job>,
    stopped: oneshot::Receiver<Stopped>,
    patience: Arc<Patience>,
}

/// A stopped node that is read; it holds the folder's lock for as long.
#[derive(Debug)]
pub struct StoppedNode {
    handle: Handle,
    _store: Store,
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Charter or credentials.
    #[error("read charter and credentials")]
    Enrolment(#[from] EnrolmentError),
    /// The keys.
    #[error("read the keys")]
    Keys(#[from] KeyError),
    /// The keys are not those of the credential.
    #[error("the keys are not those of the node's credential")]
    Mismatch(#[from] KeyMismatch),
    /// The store.
    #[error("open the store")]
    Store(#[from] OpenError),
    /// The store could not be read.
    #[error("read the store")]
    Read(#[from] ReadError),
    /// The log does not have the tree that was signed.
    #[error("rebuild the tree")]
    Tree(#[from] BadTree),
    /// What is remembered breaks an invariant.
    #[error("recover the engine")]
    Engine(#[from] Fault),
    /// The witness file.
    #[error("read the witness file")]
    WitnessFile(#[source] io::Error),
    /// The tables of feeds.
    #[error("look through the tables of feeds")]
    Tables(#[source] io::Error),
    /// The network.
    #[error("listen for peers")]
    Bind(#[from] BindError),
    /// The address of the socket.
    #[error("learn the listening address")]
    Address(#[source] io::Error),
    /// A thread.
    #[error("make the threads of the node")]
    Thread(#[source] io::Error),
    /// No randomness.
    #[error("the machine gives no randomness")]
    NoEntropy(#[from] NoEntropy),
    /// The store of the next log.
    #[error("write the store of the next log")]
    Commit(#[source] CommitError),
    /// The folders of two logs.
    #[error("move the logs")]
    Switch(#[source] io::Error),
    /// The node's agency is a member no longer.
    #[error("version {version} of the charter has no member {agency}")]
    Removed {
        /// The node's agency.
        agency: AgencyId,
        /// The version in force.
        version: CharterVersion,
    },
    /// No such log in the archive.
    #[error("the archive of this node has no log {log}")]
    NotArchived {
        /// The log asked for.
        log: LogNumber,
    },
}

/// Starts a node from its folder. Needs a tokio runtime around it.
///
/// # Errors
/// The first thing that stands in the way; nothing was signed or sent then.
pub fn start(folder: &NodeFolder, settings: &Settings, vault: &Vault) -> Result<Node, StartError> {
    let Opened { store, engine, shared, leads, keys, patience, witness } =
        next::newest_log(folder, settings, vault)?;
    let directory = shared.directory();
    let charter = directory.charter();
    // spec: chr-12
    if charter.member(&settings.agency).is_none() {
        let (agency, version) = (settings.agency.clone(), charter.version());
        return Err(StartError::Removed { agency, version });
    }
    let endpoint = Endpoint::bind(
        transport::settings::Settings::new(settings.listen),
        Arc::clone(&keys.transport),
        Arc::clone(&shared.pins),
    )?;
    let peers: Vec<AgencyId> = engine.peers().cloned().collect();
    let (mailbox, jobs) = mpsc::channel(settings.mailbox_inputs);
    let name = identity::witness_name(&engine.persona().charter, &engine.persona().agency);
    let witness = Witness { file: witness, key: Arc::clone(&keys.witness), name };
    let requests = witness::spawn(witness, Arc::clone(&shared)).map_err(StartError::Thread)?;
    let asks = keys.token.map(tasks::Asks::start).transpose().map_err(StartError::Thread)?;
    let writer = Writer::new(engine, store, Arc::clone(&shared), (jobs, requests));
    work::spawn(&shared).map_err(StartError::Thread)?;
    let stopped = spawn_writer(writer)?;
    let around = Surroundings { shared, mailbox: mailbox.clone() };
    tasks::spawn(&around, &endpoint, peers, settings);
    tokio::spawn(accuse::follow(around.clone(), leads));
    tokio::spawn(tasks::probe_regularly(asks));
    Ok(Node { handle: Handle::new(around), endpoint, mailbox, stopped, patience })
}

/// Opens a stopped node for reading: nothing is signed, sent or appended, also where the node would not start
/// because its head is in doubt.
///
/// # Errors
/// The first thing that stands in the way, another process that runs the node among them.
pub fn read_only(
    folder: &NodeFolder,
    settings: &Settings,
    vault: &Vault,
) -> Result<StoppedNode, StartError> {
    let Opened { store, shared, .. } = open(folder, settings, vault)?;
    // Nobody takes jobs: whatever would change something is answered as by a node that stops.
    let (mailbox, _) = mpsc::channel(1);
    Ok(StoppedNode { handle: Handle::new(Surroundings { shared, mailbox }), _store: store })
}

/// A node between its shelves: recovered, and not yet connected to anything.
struct Opened {
    store: Store,
    engine: Engine,
    shared: Arc<Shared>,
    leads: mpsc::Receiver<Lead>,
    keys: Keys,
    patience: Arc<Patience>,
    witness: WitnessFile,
}

fn open(folder: &NodeFolder, settings: &Settings, vault: &Vault) -> Result<Opened, StartError> {
    match succeed::finish(folder.path()).map_err(StartError::Switch)? {
        Switch::None => {}
        Switch::Finished(log) => {
            tracing::warn!(log = log.get(), "an interrupted succession was finished")
        }
    }
    open_log(folder, settings, folder.path(), vault)
}

/// Opens the log whose data stand in a folder, with the settings, keys and documents of the node.
fn open_log(
    folder: &NodeFolder,
    settings: &Settings,
    data: &Path,
    vault: &Vault,
) -> Result<Opened, StartError> {
    // Before the store: what a start needs first is what it may not get.
    let crew = Crew::start(settings.workers).map_err(StartError::Thread)?;
    let now = clock::now();
    let enrolment = enrolment::load(folder, settings, now)?;
    let held = generations::open(&folder.keys(), &settings.agency, vault, sealing_key)?;
    let (own, keys) = own::goes_by(&enrolment.directory, &held, (&settings.agency, now))?;
    let origin = enrolment.directory.origin(own.agency(), own.credential().log_number);
    let sealer = Sealer::new(&keys.storage, origin);
    let storage = ContentKey::from_bytes(*keys.storage);
    let (store, recovered) = Store::open(data, store_settings(settings), storage)?;
    tell(&recovered);
    let reader = store.reader();
    let directory = directory(&enrolment.directory, &Notes::of(&reader)?);
    // What the store knows may end what the folder still holds good.
    let (own, keys) = own::goes_by(&directory, &held, (&settings.agency, now))?;
    keep_revocations(folder, (&directory, &settings.agency));
    let enrolment = Enrolment { own, ..enrolment };
    let own = enrolment.own.credential();
    let witness = witness::open_file(folder, &settings.agency, &reader)?;
    let found = Found { reader: &reader, head: recovered.head, witness: &witness };
    let patience = Arc::new(Patience::default());
    let engine = engine::recover(persona(own, (&keys, &patience), &directory), &directory, &found)?;
    let times = (now, settings.clock_tolerance);
    let pins = Arc::new(pinning::at_start(&directory, &settings.agency, times));
    let files = (store.files(), store_settings(settings).files);
    let tables = keep::Keeper::open(&data.join("feeds"), &keys.storage, files);
    let tables = tables.map_err(StartError::Tables)?;
    let (desk, leads) = Desk::new();
    let parts = Parts {
        desk,
        paces: Paces::new(settings.pace),
        charters: Charters::new(folder.clone(), enrolment.papers.clone()),
        deconfliction: Deconfliction::open(
            folder.deconfliction(),
            &keys.storage,
            enrolment.papers.founding().digest(),
        ),
        kept: KeptWords::open(folder.kept(), &keys.storage, &reader),
        feeds: Feeds::new(tables, Orders::open(folder.orders(), &keys.storage)),
        me: settings.agency.clone(),
        files: store.files(),
        reader,
        signing: Arc::clone(&keys.signing),
        witness: Arc::clone(&keys.witness),
        log: Arc::clone(&keys.log),
        token: keys.token.clone(),
        seals: Arc::new(FastKem),
        opens: Arc::new(keys.opens.clone()),
        serial: own.serial,
        began_with: directory.in_force(&settings.agency, now).map(|own| own.serial()),
        began_knowing: directory.newest_ever(&settings.agency).map(VerifiedCredential::serial),
        credential_warning: settings.credential_warning,
        tolerance: settings.clock_tolerance,
        unwitnessed_alert: settings.unwitnessed_alert,
        unwitnessed_limit: settings.unwitnessed_limit,
        cleared: settings.cleared,
        crew,
        pins,
        credential: enrolment.own.bytes().to_vec(),
        keeper: Keeper::new(folder.mirrors()),
        sealer,
        request_secret: expand::expand::<32>(&keys.storage, REQUEST_LABEL, 0),
        erasure_officer: settings.erasure_officer.clone(),
        key_backup_life: settings.key_backup_life,
        directory,
    };
    let shared = Arc::new(Shared::new(parts, &engine));
    Ok(Opened { store, engine, shared, leads, keys, patience, witness })
}

/// Who the node is under its credential.
fn persona(
    own: &Credential,
    (keys, patience): (&Keys, &Arc<Patience>),
    directory: &Directory,
) -> Persona {
    let log_number = directory.log_of(&own.agency);
    let charter = directory.charter().charter();
    Persona {
        agency: own.agency.clone(),
        charter: own.charter.clone(),
        serial: own.serial,
        dishonest_max: charter.dishonest_max,
        log_number,
        origin: directory.origin(&own.agency, log_number),
        witness_quorum: charter.witness_quorum,
        signing: Waiting::shared(&keys.signing, patience),
        log: Waiting::shared(&keys.log, patience),
    }
}

/// Keeps in the folder what ends the node's own credentials: commands beside the node and on a stopped one look there.
///
/// A revocation that ends the credential in use is no exception: the node starts again when it comes.
// spec: id-54
fn keep_revocations(folder: &NodeFolder, (directory, me): (&Directory, &AgencyId)) {
    for known in directory.revocations().filter(|known| known.agency() == me) {
        if let Err(error) = enrolment::keep_revocation(folder, known) {
            tracing::warn!(%error, "a revocation of the node's credentials was not kept in its folder");
        }
    }
}

/// Says what the store found, so that an operator sees what was repaired.
fn tell(recovered: &Recovered) {
    tracing::info!("store opened");
    if matches!(recovered.rows, RowsFinding::Rebuilt { .. }) {
        tracing::warn!("the embedded store did not fit the journal and was made again from it");
    }
    if recovered.torn_bytes > 0 {
        tracing::info!("an unfinished journal record was cut off; it was never acknowledged");
    }
    let FilesFound { whole, parts, drafts, bytes } = recovered.files;
    if whole.saturating_add(parts) > 0 {
        let (count, len) = (whole.saturating_add(parts), bytes);
        tracing::info!(count, len, "files beside messages are here, whole or in part");
    }
    if drafts > 0 {
        tracing::info!(count = drafts, "files that were being sealed were removed");
    }
    match recovered.bodies {
        BodiesFinding::Present => {}
        BodiesFinding::KeysGone => {
            tracing::warn!("the keys of stored bodies are gone; none can be opened")
        }
        BodiesFinding::SegmentShort => tracing::warn!("the newest file of stored bodies is short"),
    }
}

impl StoppedNode {
    /// A handle for the local API.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Node {
    /// A handle for the local API.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Where the node listens for peers, with the port that the system chose.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn listens_on(&self) -> Result<SocketAddr, StartError> {
        self.endpoint.local_address().map_err(StartError::Address)
    }

    /// Waits until the writer ends by itself: always a fault.
    pub async fn ended(&mut self) -> Stopped {
        (&mut self.stopped).await.unwrap_or(Stopped::Asked)
    }

    /// Leaves its peers after the writer ended: they are told, and nothing listens any more.
    pub async fn leave(self) {
        self.endpoint.stop().await;
    }

    /// Stops in order: the peers are told, the last group is committed, the store is flushed.
    pub async fn stop(mut self) -> Stopped {
        self.endpoint.stop().await;
        self.patience.end();
        // A mailbox that is closed means that the writer has stopped already.
        drop(self.mailbox.send(Job::Stop).await);
        let stopped = self.ended().await;
        // What waited for the token was never durable, and nobody was told of it.
        if matches!(stopped, Stopped::Fault(Fault::KeyAway)) { Stopped::Asked } else { stopped }
    }
}

/// The sealing key in the fast provider; one that fails its self-check leaves the slower provider to serve.
pub(crate) fn sealing_key(seed: &[u8; 32]) -> Arc<dyn Decapsulate> {
    match FastSealingKey::from_seed(seed) {
        Ok(key) => Arc::new(key),
        Err(_) => {
            tracing::warn!(
                "the fast sealing provider failed its self-check; the slower one serves"
            );
            Arc::new(SealingKey::from_seed(seed))
        }
    }
}

pub(crate) fn store_settings(settings: &Settings) -> StoreSettings {
    StoreSettings {
        cache_bytes: settings.store_cache_bytes,
        reserve_bytes: settings.disk_reserve_bytes / 2,
        low_bytes: settings.disk_reserve_bytes,
        segment_bytes: settings.journal_segment_bytes,
        files: FilesSettings {
            file_bytes: settings.files_largest_bytes,
            total_bytes: settings.files_total_bytes,
            low_bytes: settings.disk_reserve_bytes,
        },
    }
}

/// Members and credentials: those in the folder, and those that were learned since.
pub fn directory(known: &Directory, notes: &Notes) -> Directory {
    let mut directory = known.clone();
    let learned = notes.credentials.iter();
    for verified in learned.filter_map(|record| known.verify_ever(&record.credential).ok()) {
        if directory.admit(verified).is_err() {
            tracing::warn!("a credential with a serial that is in use was left out");
        }
    }
    for record in &notes.revocations {
        let verified = directory.verify_revocation_ever(&record.revocation).ok();
        if verified.is_none_or(|verified| directory.revoke(verified).is_err()) {
            tracing::warn!("a revocation that does not verify was left out");
        }
    }
    for record in &notes.notices {
        // One under a credential that was revoked since says nothing any more.
        drop(directory.notice(&record.notice));
    }
    for record in &notes.staff {
        if directory.list_staff_ever(&record.staff).is_err() {
            tracing::warn!("a staff list that does not verify was left out");
        }
    }
    // spec: suc-8
    for succession in &notes.successions {
        directory.go_by(&succession.agency, succession.log);
    }
    directory
}

/// The log of each member that is in force.
fn logs(directory: &Directory) -> BTreeMap<AgencyId, LogNumber> {
    let members = directory.members().map(|member| member.agency.clone());
    members.map(|agency| (agency.clone(), directory.log_of(&agency))).collect()
}

fn spawn_writer(writer: Writer) -> Result<oneshot::Receiver<Stopped>, StartError> {
    let (ended, stopped) = oneshot::channel();
    let run = move || {
        // Nobody listens when the process is ending anyway.
        drop(ended.send(writer.run()));
    };
    thread::Builder::new().name("writer".to_owned()).spawn(run).map_err(StartError::Thread)?;
    Ok(stopped)
}
