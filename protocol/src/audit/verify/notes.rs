//! Checkpoints beside the log's own: cosigned ones of this log, and the newest ones of others.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::bundle::Part;
use crate::audit::bundle::sequence::Items;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Head;
use crate::audit::verify::people::People;
use crate::audit::verify::problems::Problems;
use crate::audit::verify::tree::Shown;
use crate::crypto::digest::Digest;
use crate::crypto::signature::VerifyingKey;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;

/// Up to where a log is witnessed. Source: spec audit-34.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The largest size that a quorum cosigned; 0 for none.
    pub size: TreeSize,
    /// Who cosigned it.
    pub by: Vec<AgencyId>,
    /// The earliest time of any cosignature inside.
    pub first: Option<Seconds>,
    /// The latest time of any cosignature inside.
    pub last: Option<Seconds>,
    /// Cosignatures inside that hold.
    pub cosignatures: u64,
}

/// A checkpoint with every cosignature on it. Whether it counts is weighed when it is known what the log knew.
pub(super) struct Cosigned {
    pub(super) signed: SignedCheckpoint,
    pub(super) cosigners: Vec<Cosigner>,
}

/// Who cosigned a checkpoint, with which key, and when.
pub(super) struct Cosigner {
    pub(super) agency: AgencyId,
    pub(super) key: VerifyingKey,
    at: Seconds,
}

/// What a quorum cosigned of the log of somebody else.
pub(super) struct Lifting {
    pub(super) head: Head,
    pub(super) owner: AgencyId,
    pub(super) cosigned: Cosigned,
    /// Whether it counts by what the log knew so far.
    pub(super) counts: bool,
}

/// What a quorum cosigned of the logs of others, by origin.
pub(super) type Quorate = BTreeMap<String, Lifting>;

/// Every cosignature of these witnesses, the first of each key.
fn cosigned(
    signed: &SignedCheckpoint,
    witnesses: &[(AgencyId, CosignerKey)],
) -> Result<Cosigned, Flaw> {
    let keys: Vec<CosignerKey> = witnesses.iter().map(|(_, key)| key.clone()).collect();
    let found = cosignature::cosigners(signed, &keys).map_err(|_| Flaw::Cosignature)?;
    let cosigners = found.into_iter().filter_map(|(key, at)| {
        let (agency, known) = witnesses.iter().find(|(_, known)| known == key)?;
        Some(Cosigner { agency: agency.clone(), key: *known.key(), at })
    });
    Ok(Cosigned { cosigners: cosigners.collect(), signed: signed.clone() })
}

impl People {
    /// The part `cosignatures`: what holds in it.
    pub(super) fn cosignatures(
        &self,
        notes: &[u8],
        origin: &str,
        shown: &Shown<'_>,
        problems: &mut Problems,
    ) -> Vec<Cosigned> {
        let part = Part::Cosignatures.path();
        let witnesses = self.witnesses(&self.own);
        let mut found: Vec<Cosigned> = Vec::new();
        let mut items = Items::new(notes);
        loop {
            let note = match items.next_item() {
                Ok(Some(note)) => note,
                Ok(None) => return found,
                Err(bad) => {
                    problems.add(Finding::of(&part, Flaw::Item(bad)));
                    return found;
                }
            };
            // spec: audit-24, audit-34
            match self.own_cosigned(note, origin, &witnesses) {
                Ok(cosigned) => {
                    let checkpoint = cosigned.signed.checkpoint();
                    let before = found.last().map(|before| before.signed.checkpoint().size);
                    if Some(checkpoint.size) <= before {
                        problems.add(Finding::of(&part, Flaw::Order));
                    } else if shown.root_at(checkpoint.size) != Ok(Some(checkpoint.root)) {
                        problems.add(Finding::of(&part, Flaw::RootDiffers));
                    } else {
                        found.push(cosigned);
                    }
                }
                Err(flaw) => problems.add(Finding::of(&part, flaw)),
            }
        }
    }

    fn own_cosigned(
        &self,
        note: &[u8],
        origin: &str,
        witnesses: &[(AgencyId, CosignerKey)],
    ) -> Result<Cosigned, Flaw> {
        let signed = self.checkpoint_of(&self.own, note)?;
        if signed.checkpoint().origin != origin {
            return Err(Flaw::Cosignature);
        }
        let cosigned = cosigned(&signed, witnesses)?;
        if cosigned.cosigners.is_empty() { Err(Flaw::Cosignature) } else { Ok(cosigned) }
    }

    /// The part `peer-cosigned`.
    ///
    /// A note does not say under which version of the charter it was taken, and sizes of a peer's log are no places of
    /// this one: each version's numbers bear what they were made to.
    pub(super) fn quorate(&self, notes: &[u8], problems: &mut Problems) -> Quorate {
        let part = Part::PeerCosigned.path();
        let mut quorate = Quorate::new();
        // spec: audit-35
        self.each_peer(notes, &part, problems, |peer, signed| {
            let cosigned = cosigned(signed, &self.witnesses(peer))?;
            let agencies = cosigned.agencies(|_| true);
            if !self.is_quorate(peer, &agencies, None) {
                let quorum = usize::from(self.directory.charter().charter().witness_quorum);
                return Err(Flaw::NoQuorum { found: agencies.len(), quorum });
            }
            let Checkpoint { origin, size, root } = signed.checkpoint().clone();
            let (head, owner, counts) = (Head { size, root }, peer.clone(), true);
            quorate.insert(origin, Lifting { head, owner, cosigned, counts });
            Ok(())
        });
        quorate
    }

    /// The part `peer-checkpoints`, after every leaf: `seen` is what receipts showed last of each log.
    pub(super) fn peer_heads(
        &self,
        notes: &[u8],
        seen: &BTreeMap<String, Head>,
        problems: &mut Problems,
    ) -> Vec<(String, TreeSize, Digest)> {
        let part = Part::PeerCheckpoints.path();
        let mut heads = Vec::new();
        // spec: audit-19
        self.each_peer(notes, &part, problems, |_, signed| {
            let Checkpoint { origin, size, root } = signed.checkpoint().clone();
            fits(seen.get(&origin), &origin, Head { size, root })?;
            heads.push((origin, size, root));
            Ok(())
        });
        heads
    }

    /// Reads a list of checkpoints of peers, at most one of each, in the order of agencies.
    fn each_peer(
        &self,
        notes: &[u8],
        part: &str,
        problems: &mut Problems,
        mut judge: impl FnMut(&AgencyId, &SignedCheckpoint) -> Result<(), Flaw>,
    ) {
        let mut peers = self.members.iter().filter(|peer| **peer != self.own);
        let mut items = Items::new(notes);
        loop {
            let judged = match items.next_item() {
                Ok(None) => return,
                Ok(Some(note)) => self.next_peer(&mut peers, note, &mut judge),
                Err(bad) => Err(Flaw::Item(bad)),
            };
            if let Err(flaw) = judged {
                let ended = matches!(flaw, Flaw::Item(_) | Flaw::Order);
                problems.add(Finding::of(part, flaw));
                if ended {
                    return;
                }
            }
        }
    }

    fn next_peer<'p>(
        &self,
        peers: &mut impl Iterator<Item = &'p AgencyId>,
        note: &[u8],
        judge: &mut impl FnMut(&AgencyId, &SignedCheckpoint) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        loop {
            let peer = peers.next().ok_or(Flaw::Order)?;
            match self.checkpoint_of(peer, note) {
                Ok(signed) => return judge(peer, &signed),
                Err(flaw) if self.is_of(peer, note) => return Err(flaw),
                Err(_) => {}
            }
        }
    }

    /// Whether the note says that it is of a log of this agency.
    fn is_of(&self, peer: &AgencyId, note: &[u8]) -> bool {
        self.log_keys(peer).iter().any(|log| {
            note.strip_prefix(log.origin.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
        })
    }
}

/// A log does not shrink, and has one root at each size.
pub(super) fn fits(before: Option<&Head>, origin: &str, now: Head) -> Result<(), Flaw> {
    match before {
        Some(before) if now.size < before.size => Err(Flaw::ReceiptBack { origin: origin.into() }),
        Some(before) if now.size == before.size && now.root != before.root => {
            Err(Flaw::PeerFork { origin: origin.into(), size: now.size })
        }
        Some(_) | None => Ok(()),
    }
}

impl Cosigned {
    /// The members that cosigned with a key that counts, each once.
    pub(super) fn agencies(&self, counts: impl Fn(&Cosigner) -> bool) -> Vec<AgencyId> {
        let mut agencies: Vec<AgencyId> = Vec::new();
        for cosigner in self.cosigners.iter().filter(|cosigner| counts(cosigner)) {
            if !agencies.contains(&cosigner.agency) {
                agencies.push(cosigner.agency.clone());
            }
        }
        agencies
    }
}

impl Witnessed {
    /// No cosignature yet.
    pub(super) const fn nothing() -> Self {
        Self { size: TreeSize::new(0), by: Vec::new(), first: None, last: None, cosignatures: 0 }
    }

    /// Counts what holds, whether it lifts the log or not.
    pub(super) fn take(&mut self, cosigned: &Cosigned) {
        let times = cosigned.cosigners.iter().map(|cosigner| cosigner.at);
        self.first = self.first.into_iter().chain(times.clone()).min();
        self.last = self.last.into_iter().chain(times).max();
        let count = u64::try_from(cosigned.agencies(|_| true).len()).unwrap_or(u64::MAX);
        self.cosignatures = self.cosignatures.saturating_add(count);
    }
}
