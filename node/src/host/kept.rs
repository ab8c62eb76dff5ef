//! What officers keep beyond a review, and why: each word in a sealed file of its own beside the store, named by its message.
//!
//! A reason is about a body and ends with it. In memory stands only until when each is kept. A file that cannot be read says
//! nothing, so that its message is looked at again.
//!
//! Absent on purpose: who may keep what, and until when; that is said where reviews are
//! ([`reviews`](crate::host::handle::reviews)).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::expand;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::host::sealed_files::FileTrouble;
use crate::host::sealed_files::SealedFiles;
use crate::store::read::Reader;

/// The label under which the key of the files comes from the node's storage key.
const LABEL: &str = "kept beyond a review";

/// An officer's word that a message is still needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Who says so.
    pub officer: StaffNumber,
    /// Why.
    pub reason: HeaderText,
    /// When somebody looks at it again.
    pub next_review: CivilDate,
    /// When it was said.
    pub at: Timestamp,
    /// The `read` leaf of whoever said so.
    pub leaf: LeafIndex,
}

impl Encoded for Kept {
    const BYTES_MAX: usize = 1_024;
}

/// Every such word of a node.
pub(crate) struct KeptWords {
    files: SealedFiles,
    until: Mutex<BTreeMap<Digest, CivilDate>>,
}

impl KeptWords {
    /// Opens the files of a node, and ends those whose bodies are gone.
    // spec: era-13
    pub(crate) fn open(folder: PathBuf, storage: &[u8; 32], reader: &Reader) -> Self {
        let words = Self {
            files: SealedFiles::new(folder, expand::expand(storage, LABEL, 0)),
            until: Mutex::default(),
        };
        match words.files.names() {
            Ok(names) => names
                .iter()
                .filter_map(|name| Digest::parse(name).ok())
                .for_each(|message| words.take(&message, reader)),
            Err(error) => {
                tracing::error!(%error, "what was kept beyond reviews cannot be read: all of it is looked at again");
            }
        }
        words
    }

    /// Takes one file into account, or removes it: a crash may have come between the end of a body and that of its reason.
    fn take(&self, message: &Digest, reader: &Reader) {
        if let Ok(Some(record)) = reader.message(message)
            && record.body != BodyForm::Held
        {
            self.forget(&[*message]);
            return;
        }
        match self.one(message) {
            Ok(Some(kept)) => {
                self.lock().insert(*message, kept.next_review);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, message = message.short(), "why a message is kept cannot be read: it is looked at again");
            }
        }
    }

    /// Keeps a message until its next review, durably.
    pub(crate) fn keep(&self, message: &Digest, kept: &Kept) -> Result<(), FileTrouble> {
        let bytes = codec::encode(kept).map_err(|_| FileTrouble::TooLong)?;
        // One writes at a time, so that a file and what is said of it here agree.
        let mut until = self.lock();
        self.files.write(&message.to_string(), &bytes)?;
        until.insert(*message, kept.next_review);
        Ok(())
    }

    /// Until when a message is kept; absent where nobody said so.
    pub(crate) fn until(&self, message: &Digest) -> Option<CivilDate> {
        self.lock().get(message).copied()
    }

    /// What was said of a message.
    pub(crate) fn one(&self, message: &Digest) -> Result<Option<Kept>, FileTrouble> {
        let Some(bytes) = self.files.read(&message.to_string())? else { return Ok(None) };
        codec::decode(&bytes).map(Some).map_err(|_| FileTrouble::NotOurs)
    }

    /// Ends what was said of messages whose bodies are gone.
    // spec: era-13
    pub(crate) fn forget(&self, messages: &[Digest]) {
        let mut until = self.lock();
        for message in messages {
            until.remove(message);
            if let Err(error) = self.files.remove(&message.to_string()) {
                tracing::error!(%error, message = message.short(), "why an erased message was kept cannot be removed; the next start tries again");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Digest, CivilDate>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
