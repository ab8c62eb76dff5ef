//! Tables on the disk: a sealed file each, and a sealed note of what it is.
//!
//! The note takes the place of the one before in one step; a table that no note names is removed at the next start. So a
//! crash at any moment leaves the table before or the table after.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::codec::source::Source;
use concord_protocol::codec::source::Unreadable;
use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::aead::NONCE_BYTES;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::expand;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::feed::sink::Sink;
use concord_protocol::feed::sink::Unwritable;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::procedure::exchange::fact::FeedPoint;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::entropy;
use crate::entropy::NoEntropy;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::store::disk::RealDisk;
use crate::store::files::FileFault;
use crate::store::files::Files;
use crate::store::files::FilesSettings;
use crate::store::files::draft::Draft;
use crate::store::files::reader::PlainFile;

/// Separates the key of the notes from the storage key that it is drawn from.
const NOTE_LABEL: &str = "tables of feeds";

/// Ending of a note's name.
const NOTE: &str = "note";

/// Bytes of the salt before a sealed note: each is sealed under a key of its own.
const SALT_BYTES: usize = 16;

/// Longest sealed note, in bytes.
const NOTE_BYTES_MAX: usize = 1024;

/// The folder of the tables, and the files of messages.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
    tables: Files,
    /// The sealed files beside messages.
    pub(crate) beside: Files,
}

/// Which table a feed has. Shape: as it is sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// The number and root of the feed.
    pub(crate) at: FeedPoint,
    /// The snapshot that it rests on.
    pub(crate) base: Digest,
    /// The message that was taken last.
    pub(crate) last: Digest,
    /// The file.
    pub(crate) table: Digest,
    /// Its key.
    key: Digest,
}

impl Encoded for Note {
    const BYTES_MAX: usize = NOTE_BYTES_MAX;
}

/// Why a table or its note could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    File(#[from] FileFault),
    #[error("write the note of a table")]
    Note(#[from] FileError),
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    #[error("a note has no encoding")]
    Encoding,
}

impl Keeper {
    /// The folder of a node's tables.
    ///
    /// # Errors
    /// When the folder cannot be looked through.
    pub(crate) fn open(
        folder: &Path,
        storage: &[u8; 32],
        (beside, settings): (Files, FilesSettings),
    ) -> io::Result<Self> {
        let (tables, _) = Files::open(Arc::new(RealDisk), folder, settings)?;
        let key = expand::expand(storage, NOTE_LABEL, 0);
        Ok(Self { folder: folder.to_owned(), key, tables, beside })
    }

    /// A table that is to be written.
    pub(crate) fn draft(&self) -> Result<Out, KeepError> {
        Ok(Out { draft: self.tables.draft()?, failed: None })
    }

    /// A file that goes beside a message.
    pub(crate) fn draft_beside(&self) -> Result<Out, KeepError> {
        Ok(Out { draft: self.beside.draft()?, failed: None })
    }

    /// A file beside a message, open for reading.
    pub(crate) fn read_beside(&self, file: &SealedFile) -> Result<Plain, FileFault> {
        Plain::open(&self.beside, &file.digest, Arc::clone(&file.key))
    }

    /// A table, open for reading.
    pub(crate) fn read(&self, note: &Note) -> Result<Plain, FileFault> {
        let key = FileKey::from_bytes(*note.key.as_bytes());
        Plain::open(&self.tables, &note.table, Arc::new(key))
    }

    /// Names the table of a feed; the one before is nobody's from now on.
    // spec: fed-14
    pub(crate) fn name(
        &self,
        procedure: &ProcedureId,
        (at, base, last): (FeedPoint, Digest, Digest),
        table: &SealedFile,
    ) -> Result<Note, KeepError> {
        let key = Digest::from_bytes(*table.key.expose());
        let note = Note { at, base, last, table: table.digest, key };
        let plain = Zeroizing::new(codec::encode(&note).map_err(|_| KeepError::Encoding)?);
        let salt = entropy::draw::<SALT_BYTES>()?;
        let key = self.note_key(&salt);
        let aad = procedure.to_string();
        let sealed = aead::seal(&key, &[0; NONCE_BYTES], aad.as_bytes(), &plain);
        let sealed = sealed.map_err(|_| KeepError::Encoding)?;
        let bytes = [salt.as_slice(), &sealed].concat();
        match files::make(&self.path(procedure), &bytes, Access::Private) {
            Err(FileError::Exists { .. }) => files::replace(&self.path(procedure), &bytes)?,
            made => made?,
        }
        Ok(note)
    }

    /// The note of every feed that can be opened.
    pub(crate) fn notes(&self) -> Vec<(ProcedureId, Note)> {
        let paths = files::list(&self.folder).unwrap_or_default();
        let note = |path: &PathBuf| {
            let name = path.file_name()?.to_str()?.strip_suffix(NOTE)?.strip_suffix('.')?;
            let procedure = ProcedureId::parse(name).ok()?;
            let bytes = files::read(path, NOTE_BYTES_MAX).ok()?;
            let (salt, sealed) = bytes.split_first_chunk::<SALT_BYTES>()?;
            let aad = procedure.to_string();
            let key = self.note_key(salt);
            let plain = aead::open(&key, &[0; NONCE_BYTES], aad.as_bytes(), sealed).ok()?;
            Some((procedure, codec::decode(&Zeroizing::new(plain)).ok()?))
        };
        paths.iter().filter_map(note).collect()
    }

    /// Removes every table but these: what a crash left, or a note that was lost.
    pub(crate) fn keep_only(&self, tables: &[Digest]) {
        for table in self.tables.all().unwrap_or_default() {
            if !tables.contains(&table) {
                self.remove(&table);
            }
        }
    }

    /// Removes a table that no feed has any more; what cannot be removed goes at the next start.
    pub(crate) fn remove(&self, table: &Digest) {
        if let Err(error) = self.tables.remove(table) {
            tracing::warn!(%error, "a table that is not needed any more was not removed");
        }
    }

    /// Removes the note and the table of a feed.
    pub(crate) fn forget(&self, procedure: &ProcedureId, table: &Digest) {
        if let Err(error) = fs::remove_file(self.path(procedure)) {
            tracing::warn!(%error, "the note of a table was not removed");
        }
        self.remove(table);
    }

    fn path(&self, procedure: &ProcedureId) -> PathBuf {
        self.folder.join(format!("{procedure}.{NOTE}"))
    }

    fn note_key(&self, salt: &[u8; SALT_BYTES]) -> ContentKey {
        let keyed = Zeroizing::new([self.key.as_slice(), salt].concat());
        let key = expand::expand::<32>(digest::sha256(&keyed).as_bytes(), NOTE_LABEL, 1);
        ContentKey::from_bytes(*key)
    }
}

/// Takes what a list writes, and remembers why it could not.
pub(crate) struct Out {
    draft: Draft,
    failed: Option<FileFault>,
}

impl Out {
    /// Ends the file.
    pub(crate) fn finish(self) -> Result<SealedFile, KeepError> {
        match self.failed {
            Some(fault) => Err(fault.into()),
            None => Ok(self.draft.finish()?),
        }
    }

    /// Why it could not be written.
    pub(crate) const fn take_failure(&mut self) -> Option<FileFault> {
        self.failed.take()
    }
}

impl Sink for Out {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Unwritable> {
        self.draft.write(bytes).map_err(|fault| {
            self.failed = Some(fault);
            Unwritable
        })
    }
}

/// The plain bytes of a sealed file, for whoever asks; one at a time.
#[derive(Debug)]
pub(crate) struct Plain {
    file: Mutex<PlainFile>,
    len: u64,
}

impl Plain {
    fn open(files: &Files, digest: &Digest, key: Arc<FileKey>) -> Result<Self, FileFault> {
        let mut file = files.plain(digest, key)?;
        file.check_end()?;
        Ok(Self { len: file.plain_len(), file: Mutex::new(file) })
    }
}

impl Source for Plain {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Unreadable> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match file.read_at(at, into) {
            Ok(read) if read == into.len() => Ok(()),
            Ok(_) => Err(Unreadable),
            Err(error) => {
                tracing::debug!(%error, "a list could not be read");
                Err(Unreadable)
            }
        }
    }
}
