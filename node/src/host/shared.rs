//! What the writer publishes and everybody reads; nobody shares a lock with the writer for longer than a pointer swap.

mod papers;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::kem::Encapsulate;
use concord_protocol::crypto::kem::Keyring;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::engine::Engine;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::tree::Tree;
use concord_protocol::message::handling::Classification;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::profile;
use concord_protocol::procedure::profile::Profile;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::offer;
use tokio::sync::Semaphore;
use tokio::sync::oneshot;
use tokio::sync::watch;
use tokio::time;
use zeroize::Zeroizing;

use crate::clock;
use crate::host::accuse::Desk;
use crate::host::charters::Charters;
use crate::host::crew::Crew;
use crate::host::deconfliction::Deconfliction;
use crate::host::elsewhere::board::Board;
use crate::host::elsewhere::decisions::Doubts;
use crate::host::elsewhere::ledger::Ledger;
use crate::host::elsewhere::onward::Register;
use crate::host::elsewhere::rivals::Rivals;
use crate::host::feeds::Feeds;
use crate::host::figures::Figures;
use crate::host::files::SENT_MAX;
use crate::host::files::wants::Wants;
use crate::host::handle::reviews::count::Counted;
use crate::host::kept::KeptWords;
use crate::host::mailbox;
use crate::host::mailbox::By;
use crate::host::mirror::keep::Keeper;
use crate::host::mirror::part::Sealer;
use crate::host::pace::Paces;
use crate::host::tally::Counting;
use crate::host::turnover;
use crate::host::view::HealingView;
use crate::host::view::Mode;
use crate::host::view::Unwitnessed;
use crate::host::view::View;
use crate::host::view::WatchView;
use crate::keystore::token::Presence;
use crate::keystore::token::Token;
use crate::settings::unwitnessed::UnwitnessedLimit;
use crate::store::files::Files;
use crate::store::read::Reader;
use crate::store::reserve::Room;
use crate::transport::pins::Pins;

/// How often a live connection is held against the clock: whether its credential is still in force.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Everything that tasks of the host share.
pub(crate) struct Shared {
    /// The node's agency.
    pub(crate) me: AgencyId,
    /// Reads what is durable.
    pub(crate) reader: Reader,
    /// Signs messages.
    pub(crate) signing: SharedSigner,
    /// Signs what this node says about the logs of others.
    pub(crate) witness: SharedSigner,
    /// Signs heads; here for receipts of heads that were signed before.
    pub(crate) log: SharedSigner,
    /// The token in which the signing and the log key are.
    token: Option<Arc<Token>>,
    /// Seals to others.
    pub(crate) seals: Arc<dyn Encapsulate>,
    /// Opens what is sealed to this node.
    pub(crate) opens: Arc<dyn Keyring>,
    /// How far clocks may differ.
    pub(crate) tolerance: Span,
    /// How long the head may lack its quorum before a person is told.
    pub(crate) unwitnessed_alert: Span,
    /// What is not taken while it lacks its quorum for hours.
    pub(crate) unwitnessed_limit: UnwitnessedLimit,
    /// The highest classification that is taken.
    pub(crate) cleared: Classification,
    /// Threads for pure work.
    pub(crate) crew: Crew,
    /// Which transport keys belong to whom.
    pub(crate) pins: Arc<Pins>,
    /// Our own credential in use, for introductions.
    pub(crate) credential: Vec<u8>,
    /// Which one that is.
    pub(crate) serial: Serial,
    /// Which one was in force when the node started; another one makes it start again.
    pub(crate) began_with: Option<Serial>,
    /// The newest of its own that it knew then, whose keys it looked for.
    pub(crate) began_knowing: Option<Serial>,
    /// How long before its end a person is told.
    pub(crate) credential_warning: Span,
    /// The logs that this node keeps for others.
    pub(crate) keeper: Keeper,
    /// Seals what others keep for this node.
    pub(crate) sealer: Sealer,
    /// Without it nobody can guess from an idempotency row what was submitted. Source: spec era-8.
    pub(crate) request_secret: Zeroizing<[u8; 32]>,
    /// Who answers for erasures by date.
    pub(crate) erasure_officer: StaffNumber,
    /// How long a copy of the keys may be kept.
    pub(crate) key_backup_life: Span,
    /// Where suspicion is handed in.
    pub(crate) desk: Desk,
    /// How fast each member speaks.
    pub(crate) paces: Paces,
    /// The documents of the charter, in force or not.
    pub(crate) charters: Charters,
    /// Feeds of indicators.
    pub(crate) feeds: Feeds,
    /// Files beside messages.
    pub(crate) files: Files,
    /// Those that this node lacks.
    pub(crate) wants: Wants,
    /// Places for those that it sends.
    pub(crate) sending: Semaphore,
    /// What the agency's people work on, and what others ask about.
    pub(crate) deconfliction: Deconfliction,
    /// What officers keep beyond a review, and why.
    pub(crate) kept: KeptWords,
    /// The rescues that are open.
    pub(crate) board: Board,
    /// What passes on what others sent.
    pub(crate) onward: Register,
    /// How many messages wait for a person, as it was counted last.
    pub(crate) counted: Counted,
    /// Who was received, and by whom.
    pub(crate) ledger: Ledger,
    /// Who else asks for whom.
    pub(crate) rivals: Rivals,
    /// What the charter in force settles about procedures. Another version makes the node start again.
    pub(crate) profile: Profile,
    /// What procedures hold for figures.
    pub(crate) figures: Figures,
    /// Whose decisions on a manifest are about somebody else.
    pub(crate) doubts: Doubts,
    watch: Mutex<Arc<WatchView>>,
    directory: watch::Sender<Arc<Directory>>,
    published: watch::Sender<Arc<Published>>,
    troubles: Mutex<BTreeMap<AgencyId, String>>,
    /// Leaves of our log that each mirror said it keeps.
    mirrored: Mutex<BTreeMap<AgencyId, TreeSize>>,
    /// How healing goes.
    healing: Mutex<HealingView>,
    /// Held by the one connection that heals.
    pub(crate) healer: tokio::sync::Mutex<()>,
    pings: Mutex<BTreeMap<u64, oneshot::Sender<()>>>,
    /// When the last change of addresses of each agency was taken.
    noticed: Mutex<BTreeMap<AgencyId, Timestamp>>,
    /// When the last staff list of each agency was taken.
    staffed: Mutex<BTreeMap<AgencyId, Timestamp>>,
    /// What happened since the start.
    pub(crate) tally: Counting,
}

/// One snapshot, taken after a commit.
pub(crate) struct Published {
    pub(crate) view: Arc<View>,
    pub(crate) tree: Arc<Tree>,
    /// What peers have shown of our log since the start, by size.
    pub(crate) shown: BTreeMap<TreeSize, Digest>,
}

/// What [`Shared::new`] is made of.
pub(crate) struct Parts {
    pub(crate) me: AgencyId,
    pub(crate) reader: Reader,
    pub(crate) signing: SharedSigner,
    pub(crate) witness: SharedSigner,
    pub(crate) log: SharedSigner,
    pub(crate) token: Option<Arc<Token>>,
    pub(crate) seals: Arc<dyn Encapsulate>,
    pub(crate) opens: Arc<dyn Keyring>,
    pub(crate) tolerance: Span,
    pub(crate) unwitnessed_alert: Span,
    /// What is not taken while it lacks its quorum for hours.
    pub(crate) unwitnessed_limit: UnwitnessedLimit,
    /// The highest classification that is taken.
    pub(crate) cleared: Classification,
    pub(crate) crew: Crew,
    pub(crate) pins: Arc<Pins>,
    pub(crate) credential: Vec<u8>,
    pub(crate) serial: Serial,
    pub(crate) began_with: Option<Serial>,
    pub(crate) began_knowing: Option<Serial>,
    pub(crate) credential_warning: Span,
    pub(crate) keeper: Keeper,
    pub(crate) sealer: Sealer,
    pub(crate) request_secret: Zeroizing<[u8; 32]>,
    pub(crate) erasure_officer: StaffNumber,
    pub(crate) key_backup_life: Span,
    pub(crate) desk: Desk,
    pub(crate) paces: Paces,
    pub(crate) charters: Charters,
    pub(crate) feeds: Feeds,
    pub(crate) files: Files,
    pub(crate) deconfliction: Deconfliction,
    pub(crate) kept: KeptWords,
    pub(crate) directory: Directory,
}

impl Shared {
    /// Whether the token with the signing keys answers, where they are in one.
    pub(crate) fn token(&self) -> Presence {
        self.token.as_ref().map_or(Presence::Here, |token| token.presence())
    }

    pub(crate) fn new(parts: Parts, engine: &Engine) -> Self {
        let directory = Arc::new(parts.directory);
        let view = Arc::new(snapshot::view(engine, &directory));
        let tree = Arc::new(engine.tree().clone());
        let shown = shown(engine);
        let members = directory.members().map(|member| member.agency.clone());
        let others: Vec<AgencyId> = members.filter(|member| *member != parts.me).collect();
        parts.files.divide(&others);
        Self {
            me: parts.me,
            reader: parts.reader,
            signing: parts.signing,
            witness: parts.witness,
            log: parts.log,
            token: parts.token,
            seals: parts.seals,
            opens: parts.opens,
            tolerance: parts.tolerance,
            unwitnessed_alert: parts.unwitnessed_alert,
            unwitnessed_limit: parts.unwitnessed_limit,
            cleared: parts.cleared,
            crew: parts.crew,
            pins: parts.pins,
            credential: parts.credential,
            serial: parts.serial,
            began_with: parts.began_with,
            began_knowing: parts.began_knowing,
            credential_warning: parts.credential_warning,
            keeper: parts.keeper,
            sealer: parts.sealer,
            request_secret: parts.request_secret,
            erasure_officer: parts.erasure_officer,
            key_backup_life: parts.key_backup_life,
            desk: parts.desk,
            paces: parts.paces,
            charters: parts.charters,
            feeds: parts.feeds,
            wants: Wants::new(parts.files.largest()),
            files: parts.files,
            sending: Semaphore::new(SENT_MAX),
            deconfliction: parts.deconfliction,
            kept: parts.kept,
            board: Board::default(),
            onward: Register::default(),
            counted: Counted::default(),
            ledger: Ledger::default(),
            rivals: Rivals::default(),
            profile: profile_of(&directory),
            figures: Figures::default(),
            doubts: Doubts::default(),
            watch: Mutex::default(),
            directory: watch::Sender::new(directory),
            published: watch::Sender::new(Arc::new(Published { view, tree, shown })),
            troubles: Mutex::new(BTreeMap::new()),
            mirrored: Mutex::new(BTreeMap::new()),
            healing: Mutex::new(HealingView::Waiting),
            healer: tokio::sync::Mutex::new(()),
            pings: Mutex::new(BTreeMap::new()),
            noticed: Mutex::new(BTreeMap::new()),
            staffed: Mutex::new(BTreeMap::new()),
            tally: Counting::default(),
        }
    }

    /// The digest of a submission as it is kept: what was submitted outlives no erasure as something to compare with.
    // spec: era-8
    pub(crate) fn kept_request(&self, request: &Digest) -> Digest {
        let keyed = Zeroizing::new([self.request_secret.as_slice(), request.as_bytes()].concat());
        digest::sha256(&keyed)
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
    /// The node's own is the operator's to change, and never a peer's.
    pub(crate) fn may_admit(&self, record: &CredentialRecord, by: By) -> bool {
        let mut directory = Directory::clone(&self.directory());
        let verified = directory.verify(&record.credential).ok();
        (record.agency != self.me || by == By::Operator)
            && verified.is_some_and(|verified| directory.admit(verified).is_ok())
    }

    /// Takes a durable credential into use: its keys verify; `pinning` lets it connect when it counts.
    pub(crate) fn admit(&self, record: &CredentialRecord) {
        let mut directory = Directory::clone(&self.directory());
        let Ok(verified) = directory.verify(&record.credential) else {
            return;
        };
        if directory.admit(verified).is_err() {
            return;
        }
        self.directory.send_replace(Arc::new(directory));
    }

    /// Whether a peer may be connected under this key now. Source: spec wire-37.
    ///
    /// # Errors
    /// The code to close the connection with.
    pub(crate) fn may_connect(&self, peer: &AgencyId, key: &VerifyingKey) -> Result<(), CloseCode> {
        // spec: wire-37
        let directory = self.directory();
        let may = directory.may_connect((peer, key), clock::now(), self.tolerance);
        may.map_err(|error| offer::ended(&error))
    }

    /// Waits until a peer may be connected under this key no longer; gives the code to close the connection with.
    // spec: wire-37
    pub(crate) async fn connected_until(&self, peer: &AgencyId, key: &VerifyingKey) -> CloseCode {
        let mut news = self.news();
        loop {
            if let Err(code) = self.may_connect(peer, key) {
                return code;
            }
            let changed = news.changed();
            if matches!(time::timeout(LOOK_EVERY, changed).await, Ok(Err(_))) {
                return CloseCode::Stopping;
            }
        }
    }

    /// Goes by the next log of a peer: its checkpoints verify under that log's origin from now on.
    pub(crate) fn go_by(&self, agency: &AgencyId, log: LogNumber) {
        let mut directory = Directory::clone(&self.directory());
        directory.go_by(agency, log);
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
        let view = Arc::new(snapshot::view(engine, &self.directory()));
        self.tally.witnessed(view.peers.iter().map(|peer| (&peer.agency, peer.quorate)));
        let tree = Arc::new(engine.tree().clone());
        let shown = shown(engine);
        self.published.send_replace(Arc::new(Published { view, tree, shown }));
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
        view.watch = Arc::clone(&self.watch.lock().unwrap_or_else(PoisonError::into_inner));
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let mirrored = self.mirrored.lock().unwrap_or_else(PoisonError::into_inner);
        let (directory, now) = (self.directory(), clock::now());
        for peer in &mut view.peers {
            let until = now.after(self.credential_warning);
            // spec: chr-20
            peer.charter = self.charters.shown_by(&peer.agency, view.charter_digest);
            peer.ends_soon = turnover::ends_soon(&directory, &peer.agency, (now, until));
            // spec: id-56
            peer.credential = peer
                .serial
                .map(|serial| turnover::standing(&directory, (&peer.agency, serial), now));
            peer.trouble = troubles.get(&peer.agency).cloned();
            let heard = peer.heard.and_then(|heard| heard.mirrored);
            peer.mirrored = mirrored.get(&peer.agency).copied().or(heard);
        }
        view.credential = turnover::credential(self, now);
        view.healing = self.healing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // spec: wit-13
        let since = view.head.unwitnessed_since;
        if since.is_some_and(|since| since.after(self.unwitnessed_alert) <= clock::now()) {
            view.head.unwitnessed = Unwitnessed::TooLong;
        }
        if (view.mode == Mode::Open) && self.reader.room() == Room::Low {
            view.mode = Mode::Full;
        }
        // spec: cus-15
        if view.mode.standing().is_none() {
            view.mode = match self.token() {
                Presence::Here => view.mode,
                Presence::Away => Mode::KeyAway,
                // spec: cus-16
                Presence::PinRefused => Mode::PinRefused,
            };
        }
        Arc::new(view)
    }

    /// Tells when there is a new snapshot.
    pub(crate) fn follow(&self) -> watch::Receiver<Arc<Published>> {
        self.published.subscribe()
    }

    /// Notes how far a mirror keeps our log.
    pub(crate) fn note_mirrored(&self, peer: &AgencyId, size: TreeSize) {
        let mut mirrored = self.mirrored.lock().unwrap_or_else(PoisonError::into_inner);
        mirrored.insert(peer.clone(), size);
    }

    /// Notes how healing goes.
    pub(crate) fn note_healing(&self, healing: HealingView) {
        *self.healing.lock().unwrap_or_else(PoisonError::into_inner) = healing;
    }

    /// Takes what the watch saw last.
    pub(crate) fn watched(&self, seen: WatchView) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(seen);
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

fn shown(engine: &Engine) -> BTreeMap<TreeSize, Digest> {
    engine.heard().values().filter_map(|heard| heard.shown).collect()
}

/// What a charter settles; what this program does not know in it is as by default, and the operator hears of it.
// spec: prf-3, prf-4
fn profile_of(directory: &Directory) -> Profile {
    let (profile, unread) = profile::read(&directory.charter().charter().clauses);
    if !unread.is_empty() {
        tracing::warn!(
            count = unread.len(),
            "the charter in force settles what this program does not know; it goes by the defaults: see `concord doctor`"
        );
    }
    profile
}
