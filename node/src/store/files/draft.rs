//! A file that is being sealed: plain bytes in, chunk by chunk, and a name at the end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use concord_protocol::crypto::digest::Running;
use concord_protocol::crypto::stream::End;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file;
use concord_protocol::envelope::file::CHUNK_BYTES;
use concord_protocol::message::attachment::SealedFile;
use zeroize::Zeroizing;

use crate::entropy;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::files::DRAFT;
use crate::store::files::FileFault;
use crate::store::files::Inner;

/// Plain bytes of a chunk, as a length.
const CHUNK: usize = CHUNK_BYTES as usize;

/// A file that is being sealed. Dropped before [`Draft::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    files: Arc<Inner>,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    key: Arc<FileKey>,
    /// Plain bytes that do not fill a chunk yet. A full one waits here too: it may be the last.
    pending: Zeroizing<Vec<u8>>,
    /// Number of the next chunk.
    number: u64,
    /// Sealed bytes written.
    length: u64,
    digest: Running,
    named: bool,
}

impl Draft {
    pub(super) fn begin(files: Arc<Inner>) -> Result<Self, FileFault> {
        files.claim(None, 0)?;
        files.make_folder()?;
        let key = Zeroizing::new(entropy::draw::<32>()?);
        let number = files.next_draft.fetch_add(1, Ordering::Relaxed);
        let path = files.folder.join(format!("{number}.{DRAFT}"));
        let file = files.disk.open(&path, Opening::New);
        let file = file.map_err(|error| FileFault::of_disk(error, &files))?;
        Ok(Self {
            files,
            path,
            file,
            key: Arc::new(FileKey::from_bytes(*key)),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK)),
            number: 0,
            length: 0,
            digest: Running::new(),
            named: false,
        })
    }

    /// Takes the next plain bytes.
    ///
    /// # Errors
    /// When the file becomes too long, there is no room, or the disk fails; then drop it.
    pub fn write(&mut self, mut plain: &[u8]) -> Result<(), FileFault> {
        while !plain.is_empty() {
            if self.pending.len() == CHUNK {
                self.seal(End::More)?;
            }
            let room = CHUNK.saturating_sub(self.pending.len()).min(plain.len());
            let (now, later) = plain.split_at_checked(room).unwrap_or((plain, &[]));
            self.pending.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// Seals the last chunk and gives the file its name. When the call returns it is on the disk.
    ///
    /// # Errors
    /// As [`Draft::write`]; nothing is left behind then.
    // spec: fil-10
    pub fn finish(mut self) -> Result<SealedFile, FileFault> {
        self.seal(End::Last)?;
        self.file.sync().map_err(|error| FileFault::of_disk(error, &self.files))?;
        let digest = std::mem::take(&mut self.digest).digest();
        self.files.publish(&self.path, &digest)?;
        self.named = true;
        Ok(SealedFile { digest, length: self.length, key: Arc::clone(&self.key) })
    }

    fn seal(&mut self, end: End) -> Result<(), FileFault> {
        let sealed = file::seal_chunk(&self.key, self.number, end, &self.pending);
        let sealed = sealed.map_err(|_| FileFault::Unsealable)?;
        let bytes = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        let max = self.files.settings.file_bytes;
        if self.length.saturating_add(bytes) > max {
            return Err(FileFault::TooLong { max });
        }
        self.files.claim(None, bytes)?;
        let (at, after) = (self.length, self.length.saturating_add(bytes));
        // Claimed bytes are given back with the draft, whether they were written or not.
        self.length = after;
        self.file.write_at(&sealed, at).map_err(|error| FileFault::of_disk(error, &self.files))?;
        self.digest.take(&sealed);
        self.number = self.number.saturating_add(1);
        self.pending.clear();
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.named {
            // The next start removes it too.
            drop(self.files.disk.remove(&self.path));
            self.files.give_back(None, self.length);
        }
    }
}
