//! A whole file, open for reading: what was sealed, or the sealed bytes as they are.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file;
use concord_protocol::envelope::file::Chunk;
use concord_protocol::envelope::file::Layout;
use zeroize::Zeroizing;

use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::files::FileFault;
use crate::store::files::Inner;

/// What was sealed, from any place. Keeps the chunk that was opened last.
pub struct PlainFile {
    sealed: SealedBytes,
    layout: Layout,
    key: Arc<FileKey>,
    /// The chunk that was opened last.
    opened: Option<(u64, Zeroizing<Vec<u8>>)>,
}

/// The sealed bytes of a whole file.
#[derive(Debug)]
pub struct SealedBytes {
    files: Arc<Inner>,
    file: Box<dyn DiskFile>,
    length: u64,
}

impl PlainFile {
    pub(super) fn open(
        files: &Arc<Inner>,
        digest: &Digest,
        key: Arc<FileKey>,
    ) -> Result<Self, FileFault> {
        let sealed = SealedBytes::open(files, digest)?;
        let layout = Layout::of_sealed(sealed.length())?;
        Ok(Self { sealed, layout, key, opened: None })
    }

    /// Plain bytes of the file. Proven only once a chunk at the end was read: until then the length is the disk's word.
    pub const fn plain_len(&self) -> u64 {
        self.layout.plain_len()
    }

    /// Fills the buffer as far as the file reaches. Returns the bytes read: fewer than the buffer has only at the end.
    ///
    /// # Errors
    /// When the disk fails, or a chunk does not open; what was read before must not be used then.
    // spec: fil-3
    pub fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, FileFault> {
        let mut filled: usize = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            let Some(chunk) = self.layout.holding(at) else { break };
            let skip = usize::try_from(at.saturating_sub(chunk.plain_at)).unwrap_or(usize::MAX);
            let plain = self.chunk(&chunk)?.get(skip..).unwrap_or_default();
            let count = plain.len().min(rest.len());
            if count == 0 {
                return Err(FileFault::Unopenable { chunk: chunk.number });
            }
            rest.iter_mut().zip(plain).for_each(|(to, from)| *to = *from);
            filled = filled.saturating_add(count);
        }
        Ok(filled)
    }

    /// Opens the last chunk, which shows that the file ends where its length says.
    ///
    /// # Errors
    /// When the file was cut or extended, or the key is another file's.
    pub fn check_end(&mut self) -> Result<(), FileFault> {
        let last = self.layout.chunks().saturating_sub(1);
        match self.layout.chunk(last) {
            Some(chunk) => self.chunk(&chunk).map(drop),
            None => Err(FileFault::Unopenable { chunk: last }),
        }
    }

    fn chunk(&mut self, chunk: &Chunk) -> Result<&[u8], FileFault> {
        let known = self.opened.take().filter(|(number, _)| *number == chunk.number);
        let plain = match known {
            Some((_, plain)) => plain,
            None => self.open_chunk(chunk)?,
        };
        Ok(&self.opened.insert((chunk.number, plain)).1)
    }

    fn open_chunk(&self, chunk: &Chunk) -> Result<Zeroizing<Vec<u8>>, FileFault> {
        let mut sealed = vec![0; usize::try_from(chunk.sealed_len).unwrap_or(0)];
        let read = self.sealed.read_at(chunk.sealed_at, &mut sealed)?;
        sealed.truncate(read);
        let opened = file::open_chunk(&self.key, chunk, &sealed);
        opened.map(Zeroizing::new).map_err(|_| FileFault::Unopenable { chunk: chunk.number })
    }
}

impl SealedBytes {
    pub(super) fn open(files: &Arc<Inner>, digest: &Digest) -> Result<Self, FileFault> {
        let opened = files.disk.open(&files.whole(digest), Opening::Existing);
        let opened = opened.and_then(|file| Ok((file.len()?, file)));
        match opened {
            Ok((length, file)) => Ok(Self { files: Arc::clone(files), file, length }),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(FileFault::Absent),
            Err(error) => Err(FileFault::of_disk(error, files)),
        }
    }

    /// How many they are.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Fills the buffer as far as the file reaches. Returns the bytes read.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, FileFault> {
        self.file.read_at(into, offset).map_err(|error| FileFault::of_disk(error, &self.files))
    }
}

impl fmt::Debug for PlainFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlainFile({} bytes)", self.plain_len())
    }
}
