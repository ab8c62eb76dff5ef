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
use crate::identity::charter::VerifiedCharter;
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

/// Who cosigned a checkpoint, and when.
type Cosigners = Vec<(AgencyId, Seconds)>;

/// What a quorum cosigned of the logs of others, by origin.
pub(super) type Quorate = BTreeMap<String, Head>;

/// The members that cosigned, each once.
fn cosigners(
    checkpoint: &SignedCheckpoint,
    witnesses: &[(AgencyId, CosignerKey)],
) -> Result<Cosigners, Flaw> {
    let keys: Vec<CosignerKey> = witnesses.iter().map(|(_, key)| key.clone()).collect();
    let found = cosignature::cosigners(checkpoint, &keys).map_err(|_| Flaw::Cosignature)?;
    let mut cosigners: Cosigners = Vec::new();
    for (key, at) in found {
        let member = witnesses.iter().find(|(_, known)| known == key).map(|(member, _)| member);
        if let Some(member) = member.filter(|member| cosigners.iter().all(|(m, _)| m != *member)) {
            cosigners.push((member.clone(), at));
        }
    }
    Ok(cosigners)
}

impl People {
    /// Whether these are a quorum under a version of the charter that has the owner as a member.
    ///
    /// A note does not say under which version it was cosigned; each version's numbers bear what they were made to.
    // spec: audit-34
    fn is_quorate(&self, owner: &AgencyId, cosigners: &Cosigners) -> bool {
        let versions = self.directory.chain().versions().map(VerifiedCharter::charter);
        let mut theirs = versions.filter(|version| version.member(owner).is_some());
        theirs.any(|version| {
            let members = cosigners.iter().filter(|(agency, _)| version.member(agency).is_some());
            members.count() >= usize::from(version.witness_quorum)
        })
    }

    /// The part `cosignatures`.
    pub(super) fn witnessed(
        &self,
        notes: &[u8],
        origin: &str,
        shown: &Shown<'_>,
        problems: &mut Problems,
    ) -> Witnessed {
        let part = Part::Cosignatures.path();
        let witnesses = self.witnesses(&self.own);
        let mut witnessed = Witnessed {
            size: TreeSize::new(0),
            by: Vec::new(),
            first: None,
            last: None,
            cosignatures: 0,
        };
        let mut before = None;
        let mut items = Items::new(notes);
        loop {
            let note = match items.next_item() {
                Ok(Some(note)) => note,
                Ok(None) => return witnessed,
                Err(bad) => {
                    problems.add(Finding::of(&part, Flaw::Item(bad)));
                    return witnessed;
                }
            };
            // spec: audit-24, audit-34
            match self.own_cosigned(note, origin, &witnesses) {
                Ok((checkpoint, _)) if Some(checkpoint.size) <= before => {
                    problems.add(Finding::of(&part, Flaw::Order));
                }
                Ok((checkpoint, _))
                    if shown.root_at(checkpoint.size) != Ok(Some(checkpoint.root)) =>
                {
                    problems.add(Finding::of(&part, Flaw::RootDiffers));
                }
                Ok((checkpoint, cosigners)) => {
                    before = Some(checkpoint.size);
                    witnessed.take(&cosigners);
                    if self.is_quorate(&self.own, &cosigners) {
                        witnessed.rise(&checkpoint, &cosigners);
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
    ) -> Result<(Checkpoint, Cosigners), Flaw> {
        let signed = self.checkpoint_of(&self.own, note)?;
        if signed.checkpoint().origin != origin {
            return Err(Flaw::Cosignature);
        }
        let cosigners = cosigners(&signed, witnesses)?;
        if cosigners.is_empty() {
            return Err(Flaw::Cosignature);
        }
        Ok((signed.checkpoint().clone(), cosigners))
    }

    /// The part `peer-cosigned`.
    pub(super) fn quorate(&self, notes: &[u8], problems: &mut Problems) -> Quorate {
        let part = Part::PeerCosigned.path();
        let mut quorate = Quorate::new();
        // spec: audit-35
        self.each_peer(notes, &part, problems, |peer, signed| {
            let cosigners = cosigners(signed, &self.witnesses(peer))?;
            if !self.is_quorate(peer, &cosigners) {
                let quorum = usize::from(self.directory.charter().charter().witness_quorum);
                return Err(Flaw::NoQuorum { found: cosigners.len(), quorum });
            }
            let Checkpoint { origin, size, root } = signed.checkpoint().clone();
            quorate.insert(origin, Head { size, root });
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

impl Witnessed {
    fn take(&mut self, cosigners: &Cosigners) {
        let times = cosigners.iter().map(|(_, at)| *at);
        self.first = self.first.into_iter().chain(times.clone()).min();
        self.last = self.last.into_iter().chain(times).max();
        let count = u64::try_from(cosigners.len()).unwrap_or(u64::MAX);
        self.cosignatures = self.cosignatures.saturating_add(count);
    }

    /// A quorum stands behind this checkpoint, which is larger than every one before.
    fn rise(&mut self, checkpoint: &Checkpoint, cosigners: &Cosigners) {
        self.size = checkpoint.size;
        self.by = cosigners.iter().map(|(member, _)| member.clone()).collect();
    }
}
