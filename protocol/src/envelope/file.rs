//! A sealed file beside a message: where its chunks stand, and how each is sealed and opened.
//!
//! Uses `crypto`. The file is its chunks and nothing else: no header, no length, no name. Its address is the SHA-256 of
//! the sealed bytes, so that whoever does not hold the key cannot guess what it is the digest of.
//! Pure and chunk by chunk: a file of any length takes the memory of one chunk.
//!
//! Absent on purpose: where files lie, and who may have one (`node`).

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::SealFailed;
use crate::crypto::aead::TAG_BYTES;
use crate::crypto::stream;
use crate::crypto::stream::End;
use crate::crypto::stream::FileKey;
use crate::limits::FILE_BYTES_MAX;

/// Plain bytes of every chunk but the last, which has 1 to as many; none when the whole file is empty.
pub const CHUNK_BYTES: u64 = 16 * 1024;

/// Sealed bytes of every chunk but the last.
pub const SEALED_CHUNK_BYTES: u64 = CHUNK_BYTES + TAG;

const TAG: u64 = TAG_BYTES as u64;

/// A length that no file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLength {
    /// Longer than any file.
    #[error("a sealed file has at most {FILE_BYTES_MAX} bytes")]
    TooLong,
    /// No whole number of chunks has it.
    #[error("no sealed file has {sealed} bytes")]
    NoFile {
        /// The sealed bytes.
        sealed: u64,
    },
}

/// The chunks of one file, by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    plain: u64,
    chunks: u64,
}

/// One chunk of a file: which it is, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its number, from 0.
    pub number: u64,
    /// Whether another one follows.
    pub end: End,
    /// Where its plain bytes begin in the plain file.
    pub plain_at: u64,
    /// How many they are.
    pub plain_len: u64,
    /// Where its sealed bytes begin in the sealed file.
    pub sealed_at: u64,
    /// How many they are.
    pub sealed_len: u64,
}

/// Sealed bytes of a file of so many plain ones.
///
/// # Errors
/// When it would be longer than any file.
pub fn sealed_len(plain: u64) -> Result<u64, BadLength> {
    Layout::of_plain(plain).map(|layout| layout.sealed_len())
}

/// Plain bytes of a file of so many sealed ones.
///
/// # Errors
/// When no file has so many.
pub fn plain_len(sealed: u64) -> Result<u64, BadLength> {
    Layout::of_sealed(sealed).map(|layout| layout.plain_len())
}

/// Seals one chunk. Shape of the result: the sealed bytes and the 16 of their tag.
///
/// # Errors
/// When the chunk is longer than the cipher allows; never with at most [`CHUNK_BYTES`].
// spec: fil-1
pub fn seal_chunk(
    key: &FileKey,
    number: u64,
    end: End,
    plain: &[u8],
) -> Result<Vec<u8>, SealFailed> {
    stream::seal(key, number, end, plain)
}

/// Opens one chunk of a file, alone.
///
/// # Errors
/// When these bytes are not this chunk of a file that was sealed under this key and has this length.
// spec: fil-3
pub fn open_chunk(key: &FileKey, chunk: &Chunk, sealed: &[u8]) -> Result<Vec<u8>, OpenFailed> {
    stream::open(key, chunk.number, chunk.end, sealed)
}

impl Layout {
    /// Of a file of so many plain bytes.
    ///
    /// # Errors
    /// When it would be longer than any file.
    pub fn of_plain(plain: u64) -> Result<Self, BadLength> {
        // spec: fil-1
        let layout = Self { plain, chunks: plain.div_ceil(CHUNK_BYTES).max(1) };
        let sealed = layout.chunks.checked_mul(TAG).and_then(|tags| tags.checked_add(plain));
        match sealed {
            Some(sealed) if sealed <= FILE_BYTES_MAX => Ok(layout),
            Some(_) | None => Err(BadLength::TooLong),
        }
    }

    /// Of a file of so many sealed bytes.
    ///
    /// # Errors
    /// When no file has so many.
    pub fn of_sealed(sealed: u64) -> Result<Self, BadLength> {
        // spec: fil-1
        if sealed > FILE_BYTES_MAX {
            return Err(BadLength::TooLong);
        }
        let chunks = sealed.div_ceil(SEALED_CHUNK_BYTES);
        let plain = sealed.checked_sub(chunks.saturating_mul(TAG));
        let layout = plain.and_then(|plain| Self::of_plain(plain).ok());
        layout.filter(|layout| layout.sealed_len() == sealed).ok_or(BadLength::NoFile { sealed })
    }

    /// Plain bytes of the file.
    pub const fn plain_len(&self) -> u64 {
        self.plain
    }

    /// Sealed bytes of the file.
    pub const fn sealed_len(&self) -> u64 {
        self.plain.saturating_add(self.chunks.saturating_mul(TAG))
    }

    /// How many chunks it has, at least one.
    pub const fn chunks(&self) -> u64 {
        self.chunks
    }

    /// The chunk with that number; `None` beyond the last.
    pub fn chunk(&self, number: u64) -> Option<Chunk> {
        let after = self.chunks.checked_sub(number)?.checked_sub(1)?;
        let plain_at = number.saturating_mul(CHUNK_BYTES);
        let plain_len = self.plain.saturating_sub(plain_at).min(CHUNK_BYTES);
        Some(Chunk {
            number,
            end: if after == 0 { End::Last } else { End::More },
            plain_at,
            plain_len,
            sealed_at: number.saturating_mul(SEALED_CHUNK_BYTES),
            sealed_len: plain_len.saturating_add(TAG),
        })
    }

    /// The chunk that holds the plain byte at that place; `None` at the end and beyond it.
    pub fn holding(&self, plain_at: u64) -> Option<Chunk> {
        if plain_at < self.plain { self.chunk(plain_at / CHUNK_BYTES) } else { None }
    }
}
