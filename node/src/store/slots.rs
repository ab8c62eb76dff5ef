//! The key slots: one small file in which each body has its key, rewritten in place, so that erasing is one write.
//!
//! Uses `disk`, `format`, `protocol::crypto::aead`. A slot is sealed under the node's storage key and bound to its
//! number and its message. Absent on purpose: the bodies.
//!
//! File: head (128 bytes), then slots of 128 bytes, so that no slot crosses a sector.
//! Head: magic "CNCDKEYS" ‖ format u32 ‖ life (16) ‖ nonce (12) ‖ tag (16) of nothing sealed under the storage key ‖ zeros.
//! Slot: 0x01 ‖ nonce (12) ‖ sealed (81) ‖ zeros; all zeros when free or erased.
//! Sealed: body key (32) ‖ 0x00, or 0x01 when the node's own content key follows ‖ own key (32), or zeros.

use std::fmt;
use std::io;
use std::io::ErrorKind;
use std::path::Path;

use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest::Digest;
use zeroize::Zeroizing;

use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::format::FORMAT;
use crate::store::format::Life;
use crate::store::reserve::Reserve;

/// Bytes of one slot, and of the file's head.
pub(crate) const SLOT_BYTES: usize = 128;

const STRIDE: u64 = SLOT_BYTES as u64;
const MAGIC: [u8; 8] = *b"CNCDKEYS";
const USED: u8 = 1;
const PLAIN_BYTES: usize = 32 + 1 + 32;
const SEALED_BYTES: usize = PLAIN_BYTES + aead::TAG_BYTES;
const SLOT_LABEL: &[u8] = b"concord/1 key slot";
const CHECK_LABEL: &[u8] = b"concord/1 key slots";

/// The keys of one body.
#[derive(Debug)]
pub(crate) struct BodyKeys {
    /// Opens the outer layer, at rest.
    pub(crate) rest: ContentKey,
    /// Opens the inner layer, if the body is the node's own.
    pub(crate) own: Option<ContentKey>,
}

/// Keys on their way into a slot.
#[derive(Debug)]
pub(crate) struct SlotIn<'a> {
    /// The message that the body belongs to.
    pub(crate) message: Digest,
    /// Opens the outer layer.
    pub(crate) rest: &'a ContentKey,
    /// Opens the inner layer.
    pub(crate) own: Option<&'a ContentKey>,
    /// Fresh for this write.
    pub(crate) nonce: [u8; aead::NONCE_BYTES],
}

/// Why the slot file is not ours to use.
#[derive(Debug)]
pub(crate) enum SlotsError {
    /// The operating system says so.
    Unusable(io::Error),
    /// The head is not one of ours.
    Damaged,
    /// It belongs to another life.
    Foreign,
    /// The storage key is another one.
    WrongKey,
}

/// The slot file, open; shared by the writer and all readers.
pub(crate) struct Slots {
    file: Box<dyn DiskFile>,
    life: Life,
    storage: ContentKey,
}

impl Slots {
    /// Begins the slot file of a new life.
    pub(crate) fn create(
        disk: &dyn Disk,
        path: &Path,
        (life, storage): (Life, ContentKey),
        nonce: &[u8; aead::NONCE_BYTES],
    ) -> io::Result<Self> {
        let file = disk::put_whole(disk, path, (&head(life, &storage, nonce)?, 0))?;
        Ok(Self { file, life, storage })
    }

    /// Opens the slot file; gives the storage key back when there is none.
    pub(crate) fn open(
        disk: &dyn Disk,
        path: &Path,
        (life, storage): (Life, ContentKey),
    ) -> Result<Result<Self, ContentKey>, SlotsError> {
        let file = match disk.open(path, Opening::Existing) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(storage)),
            Err(error) => return Err(SlotsError::Unusable(error)),
        };
        let mut bytes = vec![0; SLOT_BYTES];
        let read = file.read_at(&mut bytes, 0).map_err(SlotsError::Unusable)?;
        if read < SLOT_BYTES {
            // The head is synced before the first slot is used, so a short file holds no key.
            return Ok(Err(storage));
        }
        check_head(&bytes, life, &storage)?;
        Ok(Ok(Self { file, life, storage }))
    }

    /// Writes slots side by side, from `first` on, and makes them durable: one write, one sync.
    pub(crate) fn write(
        &self,
        disk: &dyn Disk,
        reserve: &Reserve,
        first: u64,
        slots: &[SlotIn<'_>],
    ) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(slots.len().saturating_mul(SLOT_BYTES));
        for (number, slot) in (first..).zip(slots) {
            bytes.extend_from_slice(&seal(self.life, &self.storage, number, slot)?);
        }
        reserve.write(disk, self.file.as_ref(), &bytes, place(first))?;
        self.file.sync()
    }

    /// The keys in a slot; `None` when it is free, erased, or another message's.
    pub(crate) fn read(&self, number: u64, message: &Digest) -> io::Result<Option<BodyKeys>> {
        let mut bytes = vec![0; SLOT_BYTES];
        let read = self.file.read_at(&mut bytes, place(number))?;
        bytes.truncate(read);
        Ok(open(self.life, &self.storage, number, message, &bytes))
    }

    /// Destroys the keys in slots, for good: the bodies can no longer be opened by anyone. Source: spec store-9.
    pub(crate) fn destroy(&self, numbers: &[u64]) -> io::Result<()> {
        let len = self.file.len()?;
        for number in numbers.iter().filter(|number| place(**number) < len) {
            self.file.write_at(&[0; SLOT_BYTES], place(*number))?;
        }
        self.file.sync()
    }
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slots")
    }
}

const fn place(number: u64) -> u64 {
    number.saturating_add(1).saturating_mul(STRIDE)
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(SLOT_BYTES, 0);
    bytes
}

fn head(life: Life, storage: &ContentKey, nonce: &[u8; aead::NONCE_BYTES]) -> io::Result<Vec<u8>> {
    let check = [CHECK_LABEL, life.as_bytes()].concat();
    let tag = aead::seal(storage, nonce, &check, &[]).map_err(|_| ErrorKind::InvalidInput)?;
    Ok(padded([&MAGIC[..], &FORMAT.to_be_bytes(), life.as_bytes(), nonce, &tag].concat()))
}

fn check_head(bytes: &[u8], life: Life, storage: &ContentKey) -> Result<(), SlotsError> {
    let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(SlotsError::Damaged)?;
    let (format, rest) = rest.split_first_chunk::<4>().ok_or(SlotsError::Damaged)?;
    let (found, rest) = rest.split_first_chunk::<16>().ok_or(SlotsError::Damaged)?;
    let (nonce, rest) =
        rest.split_first_chunk::<{ aead::NONCE_BYTES }>().ok_or(SlotsError::Damaged)?;
    let tag = rest.get(..aead::TAG_BYTES).ok_or(SlotsError::Damaged)?;
    if *magic != MAGIC || *format != FORMAT.to_be_bytes() {
        return Err(SlotsError::Damaged);
    }
    if found != life.as_bytes() {
        return Err(SlotsError::Foreign);
    }
    let check = [CHECK_LABEL, life.as_bytes()].concat();
    aead::open(storage, nonce, &check, tag).map(|_| ()).map_err(|_| SlotsError::WrongKey)
}

fn bound_to(life: Life, number: u64, message: &Digest) -> Vec<u8> {
    [SLOT_LABEL, life.as_bytes(), &number.to_be_bytes(), message.as_bytes()].concat()
}

/// The bytes of one slot. Source: spec store-9.
pub(crate) fn seal(
    life: Life,
    storage: &ContentKey,
    number: u64,
    slot: &SlotIn<'_>,
) -> io::Result<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN_BYTES));
    plain.extend_from_slice(slot.rest.expose());
    plain.push(u8::from(slot.own.is_some()));
    plain.extend_from_slice(slot.own.map_or(&[0; 32], |own| own.expose().as_slice()));
    // spec: store-9
    let sealed = aead::seal(storage, &slot.nonce, &bound_to(life, number, &slot.message), &plain)
        .map_err(|_| ErrorKind::InvalidInput)?;
    Ok(padded([&[USED][..], &slot.nonce, &sealed].concat()))
}

/// Reads one slot; `None` when it is free, erased, or does not open.
pub(crate) fn open(
    life: Life,
    storage: &ContentKey,
    number: u64,
    message: &Digest,
    bytes: &[u8],
) -> Option<BodyKeys> {
    let (used, rest) = bytes.split_first()?;
    if *used != USED {
        return None;
    }
    let (nonce, rest) = rest.split_first_chunk::<{ aead::NONCE_BYTES }>()?;
    let sealed = rest.get(..SEALED_BYTES)?;
    let plain = aead::open(storage, nonce, &bound_to(life, number, message), sealed)
        .map(Zeroizing::new)
        .ok()?;
    let (rest, own) = plain.split_first_chunk::<32>()?;
    let (has_own, own) = own.split_first()?;
    let own = own.first_chunk::<32>()?;
    let own = (*has_own == 1).then(|| ContentKey::from_bytes(*own));
    Some(BodyKeys { rest: ContentKey::from_bytes(*rest), own })
}
