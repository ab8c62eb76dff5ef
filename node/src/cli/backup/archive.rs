//! The file of a backup: a canonical ustar archive, written and read as a stream, in memory of one piece.
//!
//! First what it is, last a list of every other member with length and digest. The digests find damage; they are no
//! signature: what a forged backup claims is found out by the peers, for a restored node asks them before it signs.

use std::io;
use std::io::Read;
use std::io::Write;

use concord_protocol::audit::ustar;
use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::moment::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// Version of this form. Source: spec bak-1.
pub const FORMAT: u32 = 1;

/// Name of the first member.
const ABOUT: &str = "about.cbor";

/// Name of the last member.
const MANIFEST: &str = "manifest.cbor";

/// Unit in which an archive is written.
const BLOCK: usize = 512;

/// Bytes in memory at a time.
const PIECE: usize = 64 * 1024;

/// Members of one backup, beside the first and the last.
pub const MEMBERS_MAX: usize = 8_192;

/// Longest first member, in bytes.
const ABOUT_BYTES_MAX: usize = 4096;

/// What a backup is. Source: spec bak-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Version of the form.
    pub format: u32,
    /// What is in it.
    pub content: Content,
    /// The node's agency.
    pub agency: AgencyId,
    /// The life of the store, 16 bytes.
    pub life: Digest16,
    /// When it was made, by the node's clock.
    pub at: Timestamp,
    /// The last commit in it.
    pub sequence: u64,
    /// Leaves that the signed head covers.
    pub size: TreeSize,
    /// When it dies; only of keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What is in a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// The node's data, without the keys of its bodies.
    Data,
    /// The keys of the bodies, and nothing else.
    Keys,
}

/// The name of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest16(#[serde(with = "serde_bytes")] pub [u8; 16]);

/// Every member but the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    members: Vec<Listed>,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    len: u64,
    digest: Digest,
}

impl Encoded for About {
    const BYTES_MAX: usize = ABOUT_BYTES_MAX;
}

impl Encoded for Manifest {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// Why bytes are not a backup that holds.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system.
    #[error("read or write the archive")]
    Io(#[from] io::Error),
    /// The archive ends too early.
    #[error("the archive is cut")]
    Cut,
    /// A byte that is not as it must be.
    #[error("the archive is damaged in or before the member {member}")]
    Damaged {
        /// The member, by number from 0.
        member: usize,
    },
    /// A member that may not be in a backup.
    #[error("the archive has a member that is none of a backup's: {path:?}")]
    Foreign {
        /// Its path.
        path: String,
    },
    /// Something of ours that does not fit.
    #[error("a path or a length does not fit the archive")]
    Unwritable,
    /// A version that this release does not know.
    #[error("the backup has the form {found}, this release reads {FORMAT}")]
    Unknown {
        /// The version found.
        found: u32,
    },
}

/// A backup that is being written.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    manifest: Manifest,
    bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with what it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(out: W, about: &About) -> Result<Self, ArchiveError> {
        let mut writer = Self { out, manifest: Manifest::default(), bytes: 0 };
        let bytes = codec::encode(about).map_err(|_| ArchiveError::Unwritable)?;
        writer.member(ABOUT, &mut bytes.as_slice(), len_of(&bytes))?;
        Ok(writer)
    }

    /// Adds a member: exactly `len` bytes of what is read.
    ///
    /// # Errors
    /// When there are fewer, or it cannot be written.
    pub fn member(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        len: u64,
    ) -> Result<(), ArchiveError> {
        let digest = self.put(path, from, len)?;
        self.manifest.members.push(Listed { path: path.to_owned(), len, digest });
        Ok(())
    }

    /// Ends with the list of all members. Gives what was written to, and how many bytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self) -> Result<(W, u64), ArchiveError> {
        let bytes = codec::encode(&self.manifest).map_err(|_| ArchiveError::Unwritable)?;
        self.put(MANIFEST, &mut bytes.as_slice(), len_of(&bytes))?;
        self.write(&[0; 2 * BLOCK])?;
        self.out.flush()?;
        Ok((self.out, self.bytes))
    }

    fn put(&mut self, path: &str, from: &mut dyn Read, len: u64) -> Result<Digest, ArchiveError> {
        let header = ustar::header(path, len).map_err(|_| ArchiveError::Unwritable)?;
        self.write(&header)?;
        let mut running = digest::Running::new();
        let mut piece = vec![0; PIECE];
        let mut left = len;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let part = piece.get_mut(..wanted).unwrap_or_default();
            from.read_exact(part)?;
            running.take(part);
            self.out.write_all(part)?;
            left = left.saturating_sub(len_of(part));
        }
        self.bytes = self.bytes.saturating_add(len);
        self.write(&vec![0; padding(len)])?;
        Ok(running.digest())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.out.write_all(bytes)?;
        self.bytes = self.bytes.saturating_add(len_of(bytes));
        Ok(())
    }
}

/// What becomes of a member that is read.
pub trait Taker {
    /// Where its bytes go.
    ///
    /// # Errors
    /// When the path is none of a backup's, or nothing can be made there.
    fn take(&mut self, about: &About, path: &str) -> Result<Box<dyn Write>, ArchiveError>;
}

/// What a whole reading found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What it is.
    pub about: About,
    /// Members, beside the first and the last.
    pub members: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads a backup to its end and checks every byte. Only when this returns is anything that was taken to be believed.
///
/// # Errors
/// The first thing that is wrong.
// spec: bak-3
pub fn read(from: &mut dyn Read, taker: &mut dyn Taker) -> Result<Contents, ArchiveError> {
    let mut members: Vec<Listed> = Vec::new();
    let mut reader = Members { from, number: 0 };
    let (path, len) = reader.header()?.ok_or(ArchiveError::Cut)?;
    if path != ABOUT || len > len_of(&[0; ABOUT_BYTES_MAX]) {
        return Err(reader.damaged());
    }
    let mut bytes = Vec::new();
    members.push(reader.content((path, len), &mut bytes)?);
    let about = about_of(&bytes).map_err(|error| error.unwrap_or_else(|| reader.damaged()))?;
    loop {
        let (path, len) = reader.header()?.ok_or(ArchiveError::Cut)?;
        if path == MANIFEST {
            if usize::try_from(len).map_or(true, |len| len > Manifest::BYTES_MAX) {
                return Err(reader.damaged());
            }
            let mut bytes = Vec::new();
            reader.content((path, len), &mut bytes)?;
            let manifest: Manifest = codec::decode(&bytes).map_err(|_| reader.damaged())?;
            if manifest.members != members {
                return Err(reader.damaged());
            }
            break;
        }
        if members.len() > MEMBERS_MAX || members.iter().any(|known| known.path == path) {
            return Err(ArchiveError::Foreign { path });
        }
        let mut out = taker.take(&about, &path)?;
        members.push(reader.content((path, len), &mut *out)?);
        out.flush()?;
    }
    reader.end()?;
    let bytes = members.iter().skip(1).map(|member| member.len).sum();
    Ok(Contents { about, members: members.len().saturating_sub(1), bytes })
}

fn about_of(bytes: &[u8]) -> Result<About, Option<ArchiveError>> {
    let about: About = codec::decode(bytes).map_err(|_| None)?;
    if about.format != FORMAT {
        return Err(Some(ArchiveError::Unknown { found: about.format }));
    }
    Ok(about)
}

/// Members, one after the other.
struct Members<'a> {
    from: &'a mut dyn Read,
    number: usize,
}

impl Members<'_> {
    /// Path and length of the next member; `None` where the two blocks of the end begin.
    fn header(&mut self) -> Result<Option<(String, u64)>, ArchiveError> {
        let mut block = [0; BLOCK];
        self.fill(&mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let text = |range: core::ops::Range<usize>| {
            let field = block.get(range).unwrap_or_default();
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            core::str::from_utf8(field.get(..end).unwrap_or_default()).unwrap_or("").to_owned()
        };
        let (name, prefix) = (text(0..100), text(345..500));
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let len = u64::from_str_radix(&text(124..135), 8).map_err(|_| self.damaged())?;
        // Every other byte of a header follows from these two.
        if ustar::header(&path, len).ok() != Some(block) {
            return Err(self.damaged());
        }
        self.number = self.number.saturating_add(1);
        Ok(Some((path, len)))
    }

    fn content(
        &mut self,
        (path, len): (String, u64),
        out: &mut dyn Write,
    ) -> Result<Listed, ArchiveError> {
        let mut running = digest::Running::new();
        let mut piece = vec![0; PIECE];
        let mut left = len;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let part = piece.get_mut(..wanted).unwrap_or_default();
            self.fill(part)?;
            running.take(part);
            out.write_all(part)?;
            left = left.saturating_sub(len_of(part));
        }
        let mut rest = vec![0; padding(len)];
        self.fill(&mut rest)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(self.damaged());
        }
        Ok(Listed { path, len, digest: running.digest() })
    }

    /// The two blocks of zeros, and nothing after them.
    fn end(&mut self) -> Result<(), ArchiveError> {
        let mut blocks = [1; 2 * BLOCK];
        self.fill(&mut blocks)?;
        let more = self.from.read(&mut [0; 1])?;
        if more > 0 || blocks.iter().any(|byte| *byte != 0) {
            return Err(self.damaged());
        }
        Ok(())
    }

    fn fill(&mut self, into: &mut [u8]) -> Result<(), ArchiveError> {
        self.from.read_exact(into).map_err(|error| {
            let cut = error.kind() == io::ErrorKind::UnexpectedEof;
            if cut { ArchiveError::Cut } else { ArchiveError::Io(error) }
        })
    }

    const fn damaged(&self) -> ArchiveError {
        ArchiveError::Damaged { member: self.number }
    }
}

fn len_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn padding(len: u64) -> usize {
    usize::try_from(len.wrapping_neg() % 512).unwrap_or(0)
}
