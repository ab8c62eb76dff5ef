//! What the writer publishes and everybody reads; nobody shares a lock with the writer for longer than a pointer swap.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::Encapsulate;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::engine::Engine;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::identity::credential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Span;
use tokio::sync::oneshot;
use tokio::sync::watch;

use crate::host::mailbox;
use crate::host::view::HeadView;
use crate::host::view::Mode;
use crate::host::view::PeerView;
use crate::host::view::Phase;
use crate::host::view::View;
use crate::host::work::Workers;
use crate::store::read::Reader;
use crate::store::reserve::Room;
use crate::transport::pins::Pins;

/// Everything that tasks of the host share.
pub(crate) struct Shared {
    /// The node's agency.
    pub(crate) me: AgencyId,
    /// Reads what is durable.
    pub(crate) reader: Reader,
    /// Signs messages.
    pub(crate) signing: SharedSigner,
    /// Seals to others.
    pub(crate) seals: Arc<dyn Encapsulate>,
    /// Opens what is sealed to this node.
    pub(crate) opens: Arc<dyn Decapsulate>,
    /// How far clocks may differ.
    pub(crate) tolerance: Span,
    /// Threads for pure work.
    pub(crate) workers: Workers,
    /// Which transport keys belong to whom.
    pub(crate) pins: Arc<Pins>,
    /// Our own newest credential, for introductions.
    pub(crate) credential: Vec<u8>,
    directory: watch::Sender<Arc<Directory>>,
    published: watch::Sender<Arc<Published>>,
    troubles: Mutex<BTreeMap<AgencyId, String>>,
    pings: Mutex<BTreeMap<u64, oneshot::Sender<()>>>,
}

/// One snapshot, taken after a commit.
pub(crate) struct Published {
    pub(crate) view: Arc<View>,
    pub(crate) tree: Arc<Tree>,
}

/// What [`Shared::new`] is made of.
pub(crate) struct Parts {
    pub(crate) me: AgencyId,
    pub(crate) reader: Reader,
    pub(crate) signing: SharedSigner,
    pub(crate) seals: Arc<dyn Encapsulate>,
    pub(crate) opens: Arc<dyn Decapsulate>,
    pub(crate) tolerance: Span,
    pub(crate) workers: Workers,
    pub(crate) pins: Arc<Pins>,
    pub(crate) credential: Vec<u8>,
    pub(crate) directory: Directory,
}

impl Shared {
    pub(crate) fn new(parts: Parts, engine: &Engine) -> Self {
        let directory = Arc::new(parts.directory);
        let view = Arc::new(view(engine, &directory));
        let tree = Arc::new(engine.tree().clone());
        Self {
            me: parts.me,
            reader: parts.reader,
            signing: parts.signing,
            seals: parts.seals,
            opens: parts.opens,
            tolerance: parts.tolerance,
            workers: parts.workers,
            pins: parts.pins,
            credential: parts.credential,
            directory: watch::Sender::new(directory),
            published: watch::Sender::new(Arc::new(Published { view, tree })),
            troubles: Mutex::new(BTreeMap::new()),
            pings: Mutex::new(BTreeMap::new()),
        }
    }

    /// Members and credentials as of now.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.borrow())
    }

    /// Tells when a credential came into use.
    pub(crate) fn news(&self) -> watch::Receiver<Arc<Directory>> {
        self.directory.subscribe()
    }

    /// Whether a credential may become durable: one that contradicts another would come in its place on the disk.
    ///
    /// The node's own is the operator's to change, together with its keys, and never a peer's.
    pub(crate) fn may_admit(&self, record: &CredentialRecord) -> bool {
        let mut directory = Directory::clone(&self.directory());
        let verified = credential::verify(&record.credential, directory.charter()).ok();
        record.agency != self.me
            && verified.is_some_and(|verified| directory.admit(verified).is_ok())
    }

    /// Takes a durable credential into use: its keys verify, its transport key may connect.
    pub(crate) fn admit(&self, record: &CredentialRecord) {
        let mut directory = Directory::clone(&self.directory());
        let Ok(verified) = credential::verify(&record.credential, directory.charter()) else {
            return;
        };
        let transport = verified.credential().transport;
        if directory.admit(verified).is_err() {
            return;
        }
        if record.agency != self.me {
            self.pins.allow(record.agency.clone(), transport);
        }
        self.directory.send_replace(Arc::new(directory));
    }

    /// The newest snapshot.
    pub(crate) fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.borrow())
    }

    /// Waits until a snapshot satisfies `wanted`; `false` when the writer is gone.
    pub(crate) async fn wait_for(&self, wanted: impl FnMut(&Arc<Published>) -> bool) -> bool {
        self.published.subscribe().wait_for(wanted).await.is_ok()
    }

    /// Takes a new snapshot. Called by the writer after each commit.
    pub(crate) fn publish(&self, engine: &Engine) {
        let view = Arc::new(view(engine, &self.directory()));
        let tree = Arc::new(engine.tree().clone());
        self.published.send_replace(Arc::new(Published { view, tree }));
    }

    /// Notes for a person why a link is down; `None` when it is up.
    pub(crate) fn note_trouble(&self, peer: &AgencyId, trouble: Option<String>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) => troubles.insert(peer.clone(), trouble),
            None => troubles.remove(peer),
        };
    }

    /// The newest snapshot, with what changes without a commit: why links are down, and whether the disk has room.
    pub(crate) fn view(&self) -> Arc<View> {
        let mut view = View::clone(&self.published().view);
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        for peer in &mut view.peers {
            peer.trouble = troubles.get(&peer.agency).cloned();
        }
        if (view.mode == Mode::Open) && self.reader.room() == Room::Low {
            view.mode = Mode::Full;
        }
        Arc::new(view)
    }

    /// Waits for the answer to a ping.
    pub(crate) fn expect_pong(&self, number: u64) -> oneshot::Receiver<()> {
        let (heard, waits) = oneshot::channel();
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        pings.retain(|_, waiting| !waiting.is_closed());
        pings.insert(number, heard);
        waits
    }

    /// A peer answered a ping.
    pub(crate) fn pong(&self, number: u64) {
        let heard = self.pings.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        if let Some(heard) = heard {
            mailbox::answer(heard, ());
        }
    }
}

fn view(engine: &Engine, directory: &Directory) -> View {
    let persona = engine.persona();
    let charter = directory.charter();
    View {
        agency: persona.agency.clone(),
        charter: persona.charter.clone(),
        charter_version: charter.charter().version,
        charter_digest: charter.digest(),
        phase: if engine.started() { Phase::Started } else { Phase::Waiting },
        mode: mode(engine),
        head: head(engine),
        peers: engine.peers().map(|agency| peer(engine, directory, agency)).collect(),
    }
}

fn mode(engine: &Engine) -> Mode {
    match engine.mode() {
        ModeRecord::Quarantined(shown) => {
            Mode::Quarantined { peer: shown.peer.clone(), size: shown.size }
        }
        ModeRecord::Open => Mode::Open,
    }
}

fn head(engine: &Engine) -> HeadView {
    let origin = engine.persona().origin.clone();
    match engine.head() {
        Some(head) => {
            HeadView { origin, size: head.size, root: head.root, note: head.note.to_vec() }
        }
        None => {
            HeadView { origin, size: TreeSize::new(0), root: hash::EMPTY_ROOT, note: Vec::new() }
        }
    }
}

fn peer(engine: &Engine, directory: &Directory, agency: &AgencyId) -> PeerView {
    let credential = directory.newest(agency).map(|verified| verified.credential());
    let links = engine.links(agency);
    PeerView {
        agency: agency.clone(),
        serial: credential.map(|credential| credential.serial),
        not_after: credential.map(|credential| credential.not_after),
        addresses: credential.map(|credential| credential.addresses.clone()).unwrap_or_default(),
        connected: engine.connected(agency),
        trouble: None,
        waiting: links.map_or(0, |(out, _)| out.waiting()),
        epoch: links.map_or(Epoch::new(1), |(out, _)| out.epoch()),
        next: links.map_or(LinkNumber::new(1), |(out, _)| out.next()),
        offered: links.and_then(|(out, _)| out.offered()),
        cursor: links.map_or(LinkNumber::new(0), |(_, inbound)| inbound.cursor()),
        held: engine.held(agency).map(|held| held.size),
    }
}
