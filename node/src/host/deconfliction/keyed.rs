//! Under which digests the holdings stand for the keys of one member.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::host::deconfliction::file::FileTrouble;

/// Bytes of one holding: its number and its digest.
const PAIR_BYTES: usize = 8 + 32;

/// The digests of holdings, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyedHoldings(Vec<(DigestPublic, BTreeMap<u64, Digest>)>);

/// As it is written: for each key its digests, one after the other.
#[derive(Serialize, Deserialize)]
struct Written(Vec<(DigestPublic, ByteBuf)>);

impl Encoded for Written {
    const BYTES_MAX: usize = 2 * 1024 * 1024;
}

impl KeyedHoldings {
    pub(super) fn read(bytes: Option<&Vec<u8>>) -> Result<Self, FileTrouble> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        let written: Written = codec::decode(bytes).map_err(|_| FileTrouble::NotOurs)?;
        let digests = |pairs: &ByteBuf| {
            let pairs = pairs.chunks_exact(PAIR_BYTES).filter_map(|pair| {
                let (number, digest) = pair.split_first_chunk::<8>()?;
                let digest = Digest::from_bytes(digest.try_into().ok()?);
                Some((u64::from_be_bytes(*number), digest))
            });
            pairs.collect()
        };
        Ok(Self(written.0.iter().map(|(key, pairs)| (*key, digests(pairs))).collect()))
    }

    pub(super) fn written(&self) -> Result<Vec<u8>, FileTrouble> {
        let pairs = |digests: &BTreeMap<u64, Digest>| {
            let pair = |(number, digest): (&u64, &Digest)| {
                [number.to_be_bytes().as_slice(), digest.as_bytes()].concat()
            };
            ByteBuf::from(digests.iter().flat_map(pair).collect::<Vec<u8>>())
        };
        let written = Written(self.0.iter().map(|(key, digests)| (*key, pairs(digests))).collect());
        codec::encode(&written).map_err(|_| FileTrouble::TooLong)
    }

    /// The digests under one key.
    pub(crate) fn under(&self, key: &DigestPublic) -> Option<&BTreeMap<u64, Digest>> {
        self.0.iter().find(|(held, _)| held == key).map(|(_, digests)| digests)
    }

    /// Takes digests that were made under a key.
    pub(crate) fn take(
        &mut self,
        key: DigestPublic,
        digests: impl IntoIterator<Item = (u64, Digest)>,
    ) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(digests),
            None => self.0.push((key, digests.into_iter().collect())),
        }
    }

    /// Forgets all but these holdings under these keys.
    // spec: dcf-19
    pub(crate) fn keep(&mut self, keys: &[DigestPublic], holdings: &BTreeSet<u64>) {
        self.0.retain(|(key, _)| keys.contains(key));
        for (_, known) in &mut self.0 {
            known.retain(|number, _| holdings.contains(number));
        }
    }
}
