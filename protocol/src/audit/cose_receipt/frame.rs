//! The one form of a COSE receipt, written and read by hand: it has a null and labels that `codec` does not know.
//!
//! Every length is in its shortest form and every label in its place; what was read is what is verified.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::cose_receipt::CoseReceipt;
use crate::audit::cose_receipt::Header;
use crate::audit::cose_receipt::Inclusion;
use crate::audit::cose_receipt::ReadError;
use crate::crypto::digest::Digest;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signature;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::limits::PROOF_PATH_MAX;
use crate::log::cosignature::Seconds;

/// Tag 18 and an array of four: COSE_Sign1. Source: RFC 9052 section 4.2.
const SIGN1: &[u8] = &[0xd2, 0x84];

/// A map of five; algorithm: Ed25519, -19; label of the key id and 8 bytes. Source: RFC 9052 section 3.1, RFC 9864.
const HEADER_BEGINS: &[u8] = &[0xa5, 0x01, 0x32, 0x04, 0x48];

/// CWT claims, label 15: a map of two that begins with the issuer. Source: RFC 9597, RFC 8392.
const CLAIMS: &[u8] = &[0x0f, 0xa2, 0x01];

/// The claim that says when. Source: RFC 8392 section 3.1.6.
const ISSUED_AT: &[u8] = &[0x06];

/// Verifiable data structure, label 395: RFC9162_SHA256, 1. Source: RFC 9942.
const STRUCTURE: &[u8] = &[0x19, 0x01, 0x8b, 0x01];

/// Our own label, and an array of two: size, and digest of the checkpoint's text.
const OURS: &[u8] = b"\x72concord-checkpoint\x82";

/// Unprotected: label 396, proofs; -1, inclusion; an array of one. Source: RFC 9942.
const PROOFS: &[u8] = &[0xa1, 0x19, 0x01, 0x8c, 0xa1, 0x20, 0x81];

/// An array of three: size, place, path.
const PROOF: &[u8] = &[0x83];

/// Content that is elsewhere: null; then 64 bytes of signature.
const DETACHED: &[u8] = &[0xf6, 0x58, 0x40];

/// A digest as a byte string.
const DIGEST: &[u8] = &[0x58, 0x20];

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;

/// The protected header.
pub(super) fn protected(header: &Header) -> Vec<u8> {
    let mut out = Vec::from(HEADER_BEGINS);
    out.extend(header.key_id.as_bytes());
    out.extend(CLAIMS);
    string(&mut out, TEXT, header.origin.as_bytes());
    out.extend(ISSUED_AT);
    head(&mut out, UNSIGNED, header.at.get());
    out.extend(STRUCTURE);
    out.extend(OURS);
    head(&mut out, UNSIGNED, header.size.get());
    out.extend(DIGEST);
    out.extend(header.note.as_bytes());
    out
}

/// Shape: `["Signature1", protected, external data: empty, root]`. Source: RFC 9052 section 4.4.
pub(super) fn to_be_signed(protected: &[u8], root: &Digest) -> Vec<u8> {
    let mut out = Vec::from(b"\x84\x6aSignature1".as_slice());
    string(&mut out, BYTES, protected);
    string(&mut out, BYTES, &[]);
    string(&mut out, BYTES, root.as_bytes());
    out
}

/// The receipt.
pub(super) fn receipt(
    protected: &[u8],
    size: TreeSize,
    inclusion: &Inclusion,
    signature: &Signature,
) -> Vec<u8> {
    let mut proof = Vec::from(PROOF);
    head(&mut proof, UNSIGNED, size.get());
    head(&mut proof, UNSIGNED, inclusion.index.get());
    head(&mut proof, ARRAY, len(inclusion.path.len()));
    for hash in &inclusion.path {
        proof.extend(DIGEST);
        proof.extend(hash.as_bytes());
    }
    let mut out = Vec::from(SIGN1);
    string(&mut out, BYTES, protected);
    out.extend(PROOFS);
    string(&mut out, BYTES, &proof);
    out.extend(DETACHED);
    out.extend(signature.as_bytes());
    out
}

fn len(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn string(out: &mut Vec<u8>, major: u8, content: &[u8]) {
    head(out, major, len(content.len()));
    out.extend(content);
}

/// The head of an item, in its shortest form. Source: RFC 8949 section 3.
fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    let major = major.wrapping_shl(5);
    let bytes = value.to_be_bytes();
    let (extra, width) = match value {
        0..24 => {
            out.push(major | bytes[7]);
            return;
        }
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(major | extra);
    out.extend(bytes.iter().skip(8_usize.saturating_sub(width)));
}

/// Reads a receipt in its one form.
pub(super) fn read(bytes: &[u8]) -> Result<CoseReceipt, ReadError> {
    // spec: log-33
    let mut bytes = Cursor { bytes, at: 0 };
    bytes.exactly(SIGN1, "tag 18 and an array of four")?;
    let (protected, start) = bytes.string(BYTES, "a protected header")?;
    let header = read_header(Cursor { bytes: protected, at: start })?;
    bytes.exactly(PROOFS, "one inclusion proof, and nothing else unprotected")?;
    let (proof, start) = bytes.string(BYTES, "an inclusion proof")?;
    let (size, inclusion) = read_proof(Cursor { bytes: proof, at: start })?;
    bytes.exactly(DETACHED, "no content, and a signature of 64 bytes")?;
    let signature = Signature::from_bytes(bytes.array("a signature of 64 bytes")?);
    bytes.done("its end")?;
    Ok(CoseReceipt { header, protected: protected.to_vec(), size, inclusion, signature })
}

fn read_header(mut bytes: Cursor<'_>) -> Result<Header, ReadError> {
    bytes.exactly(HEADER_BEGINS, "five labels: the algorithm -19 and a key id of 8 bytes first")?;
    let key_id = KeyId::from_bytes(bytes.array("a key id of 8 bytes")?);
    bytes.exactly(CLAIMS, "two claims, the issuer first")?;
    let at = bytes.at;
    let (origin, _) = bytes.string(TEXT, "an issuer")?;
    let issuer = |_| ReadError::Form { at, expected: "an issuer in UTF-8" };
    let origin = String::from(core::str::from_utf8(origin).map_err(issuer)?);
    bytes.exactly(ISSUED_AT, "the time of issue")?;
    let at = bytes.at;
    let time = bytes.number(UNSIGNED, "the time of issue")?;
    let beyond = |_| ReadError::Form { at, expected: "a time of at most 2^63 - 1" };
    let time = Seconds::new(time).map_err(beyond)?;
    bytes.exactly(STRUCTURE, "the data structure 1")?;
    bytes.exactly(OURS, "the label concord-checkpoint")?;
    let size = TreeSize::new(bytes.number(UNSIGNED, "a size")?);
    bytes.exactly(DIGEST, "a digest")?;
    let note = Digest::from_bytes(bytes.array("a digest")?);
    bytes.done("the end of the protected header")?;
    Ok(Header { key_id, origin, at: time, size, note })
}

fn read_proof(mut bytes: Cursor<'_>) -> Result<(TreeSize, Inclusion), ReadError> {
    bytes.exactly(PROOF, "an array of size, place and path")?;
    let size = TreeSize::new(bytes.number(UNSIGNED, "a size")?);
    let index = LeafIndex::new(bytes.number(UNSIGNED, "a place")?);
    let at = bytes.at;
    let count = bytes.number(ARRAY, "a path")?;
    if count > len(PROOF_PATH_MAX) {
        return Err(ReadError::Form { at, expected: "a path of at most 64 hashes" });
    }
    let mut path = Vec::new();
    for _ in 0..count {
        bytes.exactly(DIGEST, "a hash")?;
        path.push(Digest::from_bytes(bytes.array("a hash")?));
    }
    bytes.done("the end of the proof")?;
    Ok((size, Inclusion { index, path }))
}

/// What is left of an item, and where that begins in the receipt.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize, expected: &'static str) -> Result<&'a [u8], ReadError> {
        let missing = ReadError::Form { at: self.at, expected };
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(missing)?;
        self.bytes = rest;
        self.at = self.at.saturating_add(len);
        Ok(taken)
    }

    fn exactly(&mut self, constant: &[u8], expected: &'static str) -> Result<(), ReadError> {
        let at = self.at;
        let found = self.take(constant.len(), expected)?;
        if found == constant { Ok(()) } else { Err(ReadError::Form { at, expected }) }
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], ReadError> {
        let at = self.at;
        self.take(N, expected)?.try_into().map_err(|_| ReadError::Form { at, expected })
    }

    /// The number in the head of an item of this kind, which must be in its shortest form.
    fn number(&mut self, major: u8, expected: &'static str) -> Result<u64, ReadError> {
        let wrong = ReadError::Form { at: self.at, expected };
        let [first] = self.array::<1>(expected)?;
        if first.wrapping_shr(5) != major {
            return Err(wrong);
        }
        let (value, least) = match first % 32 {
            small @ 0..24 => (u64::from(small), 0),
            24 => (u64::from(u8::from_be_bytes(self.array(expected)?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.array(expected)?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(self.array(expected)?)), 0x1_0000),
            27 => (u64::from_be_bytes(self.array(expected)?), 0x1_0000_0000),
            _ => return Err(wrong),
        };
        if value < least { Err(wrong) } else { Ok(value) }
    }

    /// The content of a string and where it begins.
    fn string(
        &mut self,
        major: u8,
        expected: &'static str,
    ) -> Result<(&'a [u8], usize), ReadError> {
        let wrong = ReadError::Form { at: self.at, expected };
        let len = usize::try_from(self.number(major, expected)?).map_err(|_| wrong)?;
        let start = self.at;
        Ok((self.take(len, expected)?, start))
    }

    fn done(&self, expected: &'static str) -> Result<(), ReadError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(ReadError::Form { at: self.at, expected }) }
    }
}
