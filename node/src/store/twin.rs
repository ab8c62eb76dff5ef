//! A small fact that is rewritten often and never lost: two slots in one file, written in turn, each with a checksum.
//!
//! Uses `disk`, `format`. A torn write spoils the slot that was being written; the other one has the fact before it.
//! Used for the head and for the mark.
//!
//! Slot: magic (8 bytes) ‖ format u32 ‖ life (16) ‖ counter u64 ‖ content (N) ‖ CRC-32C u32 over all of it; big-endian.
//! The slots start at byte 0 and byte 4096, so that no sector holds both.

use std::io;
use std::io::ErrorKind;
use std::path::Path;

use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::format::FORMAT;
use crate::store::format::Life;

const SLOT_STRIDE: u64 = 4096;
const FIXED_BYTES: usize = 8 + 4 + 16 + 8;

/// The file, open.
#[derive(Debug)]
pub(crate) struct Twin<const N: usize> {
    file: Box<dyn DiskFile>,
    magic: [u8; 8],
    life: Life,
    counter: u64,
}

/// What stood in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TwinFound<const N: usize> {
    /// There is no file.
    Missing,
    /// Neither slot holds.
    Damaged,
    /// The newest slot that holds belongs to another life.
    Foreign,
    /// The newest slot that holds.
    Held([u8; N]),
}

impl<const N: usize> Twin<N> {
    /// Reads what is there, and changes nothing.
    pub(crate) fn read(
        disk: &dyn Disk,
        path: &Path,
        magic: [u8; 8],
        life: Life,
    ) -> io::Result<TwinFound<N>> {
        let file = match disk.open(path, Opening::Existing) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(TwinFound::Missing),
            Err(error) => return Err(error),
        };
        Ok(match newest(file.as_ref(), magic)? {
            None => TwinFound::Damaged,
            Some(slot) if slot.life != life => TwinFound::Foreign,
            Some(slot) => TwinFound::Held(slot.content),
        })
    }

    /// Opens the file for writing, goes on after the newest slot; makes the file, with this content, if it is not ours.
    pub(crate) fn resume(
        disk: &dyn Disk,
        path: &Path,
        (magic, life): ([u8; 8], Life),
        first: &[u8; N],
    ) -> io::Result<Self> {
        match disk.open(path, Opening::Existing) {
            Ok(file) => {
                if let Some(slot) =
                    newest::<N>(file.as_ref(), magic)?.filter(|slot| slot.life == life)
                {
                    return Ok(Self { file, magic, life, counter: slot.counter });
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let counter = 1;
        let begun = slot(magic, life, counter, first);
        let file = disk::put_whole(disk, path, (&begun, place(counter)))?;
        Ok(Self { file, magic, life, counter })
    }

    /// Writes the slot that is not the newest. Not waited for.
    pub(crate) fn write(&mut self, content: &[u8; N]) -> io::Result<()> {
        let counter = self.counter.saturating_add(1);
        let bytes = slot(self.magic, self.life, counter, content);
        self.file.write_at(&bytes, place(counter))?;
        self.counter = counter;
        Ok(())
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Slot<const N: usize> {
    pub(crate) life: Life,
    pub(crate) counter: u64,
    pub(crate) content: [u8; N],
}

fn place(counter: u64) -> u64 {
    if counter.is_multiple_of(2) { 0 } else { SLOT_STRIDE }
}

/// The bytes of one slot.
pub(crate) fn slot<const N: usize>(
    magic: [u8; 8],
    life: Life,
    counter: u64,
    content: &[u8; N],
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FIXED_BYTES + N + 4);
    bytes.extend_from_slice(&magic);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.extend_from_slice(life.as_bytes());
    bytes.extend_from_slice(&counter.to_be_bytes());
    bytes.extend_from_slice(content);
    let sum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

/// Reads one slot; `None` when it does not hold.
pub(crate) fn parse<const N: usize>(magic: [u8; 8], bytes: &[u8]) -> Option<Slot<N>> {
    let (checked, sum) = bytes.split_at_checked(FIXED_BYTES + N)?;
    if crc32c::crc32c(checked).to_be_bytes() != sum {
        return None;
    }
    let (found, rest) = checked.split_first_chunk::<8>()?;
    let (format, rest) = rest.split_first_chunk::<4>()?;
    let (life, rest) = rest.split_first_chunk::<16>()?;
    let (counter, rest) = rest.split_first_chunk::<8>()?;
    let content = rest.first_chunk::<N>()?;
    if *found != magic || *format != FORMAT.to_be_bytes() {
        return None;
    }
    Some(Slot {
        life: Life::from_bytes(*life),
        counter: u64::from_be_bytes(*counter),
        content: *content,
    })
}

fn newest<const N: usize>(file: &dyn DiskFile, magic: [u8; 8]) -> io::Result<Option<Slot<N>>> {
    let mut newest: Option<Slot<N>> = None;
    for at in [0, SLOT_STRIDE] {
        let mut bytes = vec![0; FIXED_BYTES + N + 4];
        let read = file.read_at(&mut bytes, at)?;
        bytes.truncate(read);
        let found = parse(magic, &bytes);
        if let Some(slot) =
            found.filter(|slot| newest.as_ref().is_none_or(|held| held.counter < slot.counter))
        {
            newest = Some(slot);
        }
    }
    Ok(newest)
}
