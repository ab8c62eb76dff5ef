//! Deconfliction: what this agency's people work on, compared with what others ask about, and nothing shown but hits.
//!
//! A [`register::Register`] holds the holdings, the node's own digest keys, and how many digests each member and each
//! officer had. Under which digests the holdings stand for a member's key is learned from that member's node, blindly, over
//! the link ([`talk`]); [`look`] finds queries among what was received and compares, and [`reply`] holds what is answered
//! against it. All of it lies in sealed files of its own, beside the store: nothing of it is a message, and nothing of it
//! is in the log.
//!
//! Absent on purpose: sending. A reply is a message, and an officer sends it.

pub mod file;
pub(crate) mod keyed;
pub mod look;
pub mod register;
pub(crate) mod reply;
pub(crate) mod talk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::expand;
use concord_protocol::crypto::oprf::DigestKey;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::limits::KEYED_A_DAY_MAX;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::identifier::canonical;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::KeyingRefusal;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::entropy;
use crate::host::deconfliction::file::FileTrouble;
use crate::host::deconfliction::file::SealedFiles;
use crate::host::deconfliction::keyed::KeyedHoldings;
use crate::host::deconfliction::register::DigestsError;
use crate::host::deconfliction::register::Register;
use crate::host::deconfliction::register::holding::Holding;

/// The label under which the key of the files comes from the node's storage key.
const FILES_LABEL: &str = "deconfliction";

/// Everything about deconfliction that tasks of the host share.
pub struct Deconfliction {
    files: SealedFiles,
    /// The genesis digest of the charter.
    federation: Digest,
    register: Mutex<Register>,
    keyed: Mutex<BTreeMap<AgencyId, KeyedHoldings>>,
    /// Why the digests under a member's key are not complete. Two members may name one key: what one of them says of it
    /// holds nobody else up.
    holdups: Mutex<BTreeMap<(AgencyId, DigestPublic), Holdup>>,
    /// How many digests this node had of each member; whoever gives counts durably.
    had: Mutex<BTreeMap<AgencyId, Allowance>>,
    news: watch::Sender<u64>,
    /// Every message before this leaf was looked at; the register says it only when something was found.
    looked: AtomicU64,
}

/// Why the digests under a member's key are not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holdup {
    /// The member was asked and has not answered.
    Asked,
    /// It was asked a while ago, on a connection that is up, and says nothing.
    Silent,
    /// It makes no more digests before this time.
    SpentUntil(Timestamp),
    /// It no longer has the key of its query.
    KeyGone,
    /// It cannot answer now.
    Unable,
}

impl Deconfliction {
    /// Opens the files of a node of a federation, which is named by its genesis digest.
    ///
    /// # Errors
    /// When one of them cannot be read, or was not sealed by this node.
    pub(crate) fn open(
        folder: PathBuf,
        storage: &[u8; 32],
        federation: Digest,
    ) -> Result<Self, FileTrouble> {
        let key: Zeroizing<[u8; 32]> = expand::expand(storage, FILES_LABEL, 0);
        let files = SealedFiles::new(folder, key);
        let register = Register::read(files.read(file::REGISTER)?.as_deref())?;
        let (news, _) = watch::channel(0);
        let (keyed, holdups, had) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (looked, register) = (AtomicU64::new(register.seen), Mutex::new(register));
        Ok(Self { files, federation, register, keyed, holdups, had, news, looked })
    }

    /// Tells when there may be something new to compare.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    fn tell(&self) {
        self.news.send_modify(|news| *news = news.wrapping_add(1));
    }

    /// Looks at the register.
    pub(crate) fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the register, durably or not at all.
    ///
    /// # Errors
    /// What the change says, or that the file cannot be written.
    pub(crate) fn change<T, E: From<FileTrouble>>(
        &self,
        change: impl FnOnce(&mut Register) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut register = self.register();
        let mut next = register.clone();
        let done = change(&mut next)?;
        if next != *register {
            self.files.write(file::REGISTER, &next.written()?)?;
            *register = next;
            drop(register);
            self.tell();
        }
        Ok(done)
    }

    /// The text of which the digest of an identifier is made when one agency asks about it.
    // spec: dcf-17
    pub(crate) fn text(&self, asker: &AgencyId, identifier: &Identifier) -> Vec<u8> {
        canonical::as_asked_by(asker, &self.federation, identifier)
    }

    /// The own key under which an officer's query is made now, once its digests are counted; a new key where the last has
    /// served its time.
    // spec: dcf-6, dcf-20
    pub(crate) fn key_for(
        &self,
        officer: &StaffNumber,
        count: usize,
        now: Timestamp,
    ) -> Result<DigestKey, DigestsError> {
        let seed = Zeroizing::new(entropy::draw::<32>().map_err(|_| FileTrouble::NoEntropy)?);
        self.change(|register| {
            register.make(officer, amount(count), now)?;
            Ok(register.key_for_queries(now, &seed)?)
        })
    }

    /// Forgets what has had its time, durably.
    // spec: dcf-6
    pub(crate) fn forget_old(&self, now: Timestamp) -> Result<(), FileTrouble> {
        if !self.register().has_old(now) {
            return Ok(());
        }
        self.change(|register| {
            register.forget_old(now);
            Ok(())
        })
    }

    /// Notes whom a query under an own key asks: they may have digests made under it.
    // spec: dcf-8
    pub(crate) fn asked(&self, key: &DigestPublic, whom: &[AgencyId]) -> Result<(), FileTrouble> {
        self.change(|register| {
            register.note_asked(key, whom);
            Ok(())
        })
    }

    /// Whether a member may have digests made, and by which key; what it uses of its day is durable before it gets any.
    // spec: dcf-8, dcf-10
    pub(crate) fn grant(
        &self,
        peer: &AgencyId,
        asked: &Blinded,
        now: Timestamp,
    ) -> Result<DigestKey, KeyingRefusal> {
        // For what is refused nothing is copied or written.
        self.register().judge(peer, asked, now)?;
        let granted = self.change(|register| -> Result<_, NotGranted> {
            let (key, used) = register.judge(peer, asked, now)?;
            register.give(peer, used);
            Ok(key)
        });
        granted.map_err(|error| match error {
            NotGranted::Refused(code) => code,
            NotGranted::Unwritten => KeyingRefusal::Unable,
        })
    }

    /// What is known of the holdings under keys of a member, read from its file at first.
    pub(crate) fn with_keyed<T>(
        &self,
        peer: &AgencyId,
        look: impl FnOnce(&mut KeyedHoldings) -> T,
    ) -> Result<T, FileTrouble> {
        let mut keyed = self.keyed.lock().unwrap_or_else(PoisonError::into_inner);
        if !keyed.contains_key(peer) {
            let bytes = self.files.read(&file::keyed(peer))?;
            keyed.insert(peer.clone(), KeyedHoldings::read(bytes.as_deref())?);
        }
        Ok(look(keyed.entry(peer.clone()).or_default()))
    }

    /// Keeps digests that a member's node made under a key of its queries, so that they are not asked for again.
    pub(crate) fn learn(
        &self,
        peer: &AgencyId,
        key: DigestPublic,
        digests: impl IntoIterator<Item = (u64, Digest)>,
    ) -> Result<(), FileTrouble> {
        let (keys, held) = {
            let register = self.register();
            let held: BTreeSet<u64> = register.holdings().map(Holding::number).collect();
            (register.keys_of(peer), held)
        };
        let bytes = self.with_keyed(peer, |keyed| {
            keyed.take(key, digests);
            keyed.keep(&keys, &held);
            keyed.written()
        })??;
        self.files.write(&file::keyed(peer), &bytes)?;
        self.tell();
        Ok(())
    }

    /// Whether this node may have so many more digests of a member today.
    ///
    /// # Errors
    /// When it may again.
    // spec: dcf-19
    pub(crate) fn may_have(
        &self,
        peer: &AgencyId,
        count: usize,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let used = self.had().get(peer).copied().unwrap_or_default();
        let enough = used.used(amount(count), now, KEYED_A_DAY_MAX);
        enough.map(drop).map_err(|_| used.renews(now))
    }

    /// Counts digests that a member's node made.
    // spec: dcf-19
    pub(crate) fn note_had(&self, peer: &AgencyId, count: usize, now: Timestamp) {
        let mut had = self.had();
        let used = had.entry(peer.clone()).or_default();
        *used = used.used(amount(count), now, u64::MAX).unwrap_or(*used);
    }

    fn had(&self) -> MutexGuard<'_, BTreeMap<AgencyId, Allowance>> {
        self.had.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every message before this place was looked at.
    pub(crate) fn looked_at(&self) -> LeafIndex {
        LeafIndex::new(self.looked.load(Ordering::Relaxed))
    }

    /// Begins anew where the log is shorter than what was looked at.
    pub(crate) fn look_again_beyond(&self, size: u64) {
        if self.looked.load(Ordering::Relaxed) > size {
            self.looked.store(0, Ordering::Relaxed);
        }
    }

    /// Notes up to where messages were looked at.
    pub(crate) fn note_looked_at(&self, next: u64) {
        self.looked.fetch_max(next, Ordering::Relaxed);
    }

    /// Notes why the digests under a member's key are not complete; `None` when nothing holds them up.
    // spec: dcf-22
    pub(crate) fn note_holdup(
        &self,
        (peer, key): (&AgencyId, &DigestPublic),
        holdup: Option<Holdup>,
    ) {
        let keys = self.register().keys_of(peer);
        let mut holdups = self.holdups.lock().unwrap_or_else(PoisonError::into_inner);
        holdups.retain(|(agency, key), _| agency != peer || keys.contains(key));
        match holdup {
            Some(holdup) => holdups.insert((peer.clone(), *key), holdup),
            None => holdups.remove(&(peer.clone(), *key)),
        };
    }

    /// Why the digests under a member's key are not complete.
    // spec: dcf-22
    pub(crate) fn holdup(&self, peer: &AgencyId, key: &DigestPublic) -> Option<Holdup> {
        let holdups = self.holdups.lock().unwrap_or_else(PoisonError::into_inner);
        holdups.get(&(peer.clone(), *key)).copied()
    }
}

fn amount(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Why a member gets no digests.
enum NotGranted {
    Refused(KeyingRefusal),
    Unwritten,
}

impl From<KeyingRefusal> for NotGranted {
    fn from(code: KeyingRefusal) -> Self {
        Self::Refused(code)
    }
}

impl From<FileTrouble> for NotGranted {
    fn from(error: FileTrouble) -> Self {
        tracing::error!(%error, "how many digests a member had cannot be written, so it gets none");
        Self::Unwritten
    }
}

impl fmt::Debug for Deconfliction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deconfliction")
    }
}
