//! Deconfliction: what this agency's people work on, compared with what others ask about, and nothing shown but hits.
//!
//! A [`register::Register`] holds the holdings, the node's own digest keys, and how many digests each member had. Under
//! which digests the holdings stand for a member's key is learned from that member's node, blindly, over the link
//! ([`talk`]); [`look`] finds queries among what was received and compares. All of it lies in sealed files of its own,
//! beside the store: nothing of it is a message, and nothing of it is in the log.
//!
//! Absent on purpose: sending. A reply is a message, and an officer sends it.

pub(crate) mod keyed;
pub mod look;
pub mod register;
pub(crate) mod talk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::crypto::expand;
use concord_protocol::crypto::oprf::DigestKey;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::keying;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::KeyingRefusal;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::entropy;
use crate::host::deconfliction::keyed::KeyedHoldings;
use crate::host::deconfliction::register::Register;
use crate::host::sealed_files::FileTrouble;
use crate::host::sealed_files::SealedFiles;

/// The file of holdings, own keys and counts.
const REGISTER: &str = "register";

/// The label under which the key of the files comes from the node's storage key.
const FILES_LABEL: &str = "deconfliction";

/// Everything about deconfliction that tasks of the host share.
pub struct Deconfliction {
    files: SealedFiles,
    register: Mutex<Register>,
    keyed: Mutex<BTreeMap<AgencyId, KeyedHoldings>>,
    /// Why the digests under a key are not complete.
    holdups: Mutex<BTreeMap<DigestPublic, Holdup>>,
    news: watch::Sender<u64>,
    /// Every message before this leaf was looked at; the register says it only when something was found.
    looked: AtomicU64,
    /// Whether the register was read: without it nothing of deconfliction is done, and its file stays as it is.
    use_of: Use,
}

/// Whether the register can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Whole,
    Damaged,
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
    /// Opens the files of a node. A register that cannot be read, or was not sealed by this node, ends deconfliction for this
    /// run and nothing else: an agency whose list is damaged still sends and receives.
    // spec: dcf-17
    pub(crate) fn open(folder: PathBuf, storage: &[u8; 32]) -> Self {
        let key: Zeroizing<[u8; 32]> = expand::expand(storage, FILES_LABEL, 0);
        let files = SealedFiles::new(folder, key);
        let read = files.read(REGISTER).and_then(|bytes| Register::read(bytes.as_deref()));
        let (register, use_of) = match read {
            Ok(register) => (register, Use::Whole),
            Err(error) => {
                tracing::error!(%error, "the register of deconfliction cannot be used: nothing is asked, answered or compared \
                                         until it is restored from a backup, or moved away, and the node starts again");
                (Register::default(), Use::Damaged)
            }
        };
        let (news, _) = watch::channel(0);
        let (keyed, holdups) = (Mutex::default(), Mutex::default());
        let looked = AtomicU64::new(register.seen);
        Self { files, register: Mutex::new(register), keyed, holdups, news, looked, use_of }
    }

    /// Whether anything of deconfliction is done.
    pub(crate) fn is_usable(&self) -> bool {
        self.use_of == Use::Whole
    }

    /// Tells when there may be something new to compare.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    fn tell(&self) {
        self.news.send_modify(|news| *news = news.wrapping_add(1));
    }

    /// Looks at the register.
    ///
    /// # Errors
    /// When it could not be read at the start.
    // spec: dcf-17
    pub(crate) fn register(&self) -> Result<MutexGuard<'_, Register>, FileTrouble> {
        match self.use_of {
            Use::Whole => Ok(self.register.lock().unwrap_or_else(PoisonError::into_inner)),
            Use::Damaged => Err(FileTrouble::NotOurs),
        }
    }

    /// Changes the register, durably or not at all.
    ///
    /// # Errors
    /// What the change says, or that the file cannot be written.
    pub(crate) fn change<T, E: From<FileTrouble>>(
        &self,
        change: impl FnOnce(&mut Register) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut register = self.register()?;
        let mut next = register.clone();
        let done = change(&mut next)?;
        if next != *register {
            self.files.write(REGISTER, &next.written()?)?;
            *register = next;
            drop(register);
            self.tell();
        }
        Ok(done)
    }

    /// The own key under which queries are made now; a new one where the last has served its time.
    // spec: dcf-6
    pub(crate) fn own_key(&self, now: Timestamp) -> Result<DigestKey, FileTrouble> {
        let seed = Zeroizing::new(entropy::draw::<32>().map_err(|_| FileTrouble::NoEntropy)?);
        self.change(|register| register.key_for_queries(now, &seed))
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
        let granted = self.change(|register| -> Result<_, NotGranted> {
            let key = register.key_asked_of(&asked.key, peer);
            let used: Allowance = register.given(peer);
            let used = keying::judge(asked, key.as_ref(), used, now)?;
            register.give(peer, used);
            key.ok_or(NotGranted::Refused(KeyingRefusal::UnknownKey))
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
            let bytes = self.files.read(&keyed_name(peer))?;
            keyed.insert(peer.clone(), KeyedHoldings::read(bytes.as_deref())?);
        }
        Ok(look(keyed.entry(peer.clone()).or_default()))
    }

    /// Keeps digests that a member's node made, so that they are not asked for again.
    pub(crate) fn keep_keyed(
        &self,
        peer: &AgencyId,
        keep: impl FnOnce(&mut KeyedHoldings),
    ) -> Result<(), FileTrouble> {
        let bytes = self.with_keyed(peer, |keyed| {
            keep(keyed);
            keyed.written()
        })??;
        self.files.write(&keyed_name(peer), &bytes)?;
        self.tell();
        Ok(())
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

    /// Notes why the digests under a key are not complete; `None` when nothing holds them up.
    pub(crate) fn note_holdup(&self, key: &DigestPublic, holdup: Option<Holdup>) {
        let mut holdups = self.holdups.lock().unwrap_or_else(PoisonError::into_inner);
        match holdup {
            Some(holdup) => holdups.insert(*key, holdup),
            None => holdups.remove(key),
        };
    }

    /// Why the digests under a key are not complete.
    pub(crate) fn holdup(&self, key: &DigestPublic) -> Option<Holdup> {
        self.holdups.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }
}

/// The name of the file with the digests under one member's keys.
fn keyed_name(peer: &AgencyId) -> String {
    format!("keyed.{peer}")
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
