//! A node in quarantine takes its own past back from a mirror, entry by entry, and starts again.
//!
//! Runs on a restricted link with a mirror that holds enough. Every entry is opened with this node's own key, continues
//! the tree that this node has, and ends in a head that this node signed; only then is it stored. So a mirror can
//! withhold and never forge, and a crash leaves a longer beginning of the same log, from which the next try goes on.
//!
//! One mirror at a time has a turn. It ends by the clock, however well the mirror behaves, and the next one that waits
//! goes on from what is stored: a slow mirror, or one that wants to be slow, costs its turns and nothing more.
//!
//! Absent on purpose: what to do with two pasts. Where this node's log is no beginning of what it signed elsewhere,
//! nothing is taken, and a person opens the next log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::MIRROR_ENTRY_PARTS_MAX;
use concord_protocol::limits::MIRROR_PART_BYTES_MAX;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tile::FullTile;
use concord_protocol::log::tree::Tree;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Owner;
use concord_protocol::wire::mirror::Recall;
use concord_protocol::wire::mirror::RecallOutcome;
use concord_protocol::wire::mirror::Recalled;
use tokio::sync::mpsc;
use tokio::time;
use tokio::time::Instant;

use crate::host::exchange;
use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::mirror;
use crate::host::shared::Published;
use crate::host::shared::Shared;
use crate::host::view::HealError;
use crate::host::view::HealingView;
use crate::host::view::Mode;
use crate::store::edge;
use crate::telemetry::shown;

/// How long a mirror may take to give the next parts.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// How long the first turn of a mirror lasts; each further one on the same connection is twice as long. Parts of an entry
/// that has not ended are asked for again in the next turn, so that a turn that stayed as it is could be too short for
/// ever where every line is slow.
const TURN_FIRST: Duration = Duration::from_secs(10 * 60);

/// Heals over one connection, once there is enough to heal from; ends when the connection does.
// spec: rst-30
pub(crate) async fn heal(
    around: &Surroundings,
    peer: &AgencyId,
    mut given: mpsc::Receiver<Recalled>,
    speech: &mpsc::WeakSender<Outgoing>,
) -> Ended {
    let shared = &around.shared;
    if !shared.wait_for(|published| target(published, peer).is_some()).await {
        return CloseCode::Stopping.into();
    }
    let mut length = TURN_FIRST;
    loop {
        // One mirror at a time, in the order in which they asked; a connection that ends lets the next one try.
        let _turn = shared.healer.lock().await;
        let mut mirror = Asked { given: &mut given, speech, since: Instant::now(), length };
        match attempt(around, peer, &mut mirror).await {
            Ok(()) => break,
            Err(Failed::Ended(ended)) => return ended,
            Err(Failed::TurnOver) => {
                tracing::info!(peer = shown(peer), "a mirror had its turn; the next one goes on");
                length = length.saturating_mul(2);
            }
            Err(Failed::Forked(size)) => {
                tracing::error!(
                    "this node's log is no beginning of what it has signed: it cannot heal"
                );
                shared.note_healing(HealingView::Forked { size });
                break;
            }
            Err(Failed::Mirror(why)) => {
                tracing::warn!("a mirror did not give back what is missing");
                shared.note_healing(HealingView::Failed { mirror: peer.clone(), why });
                break;
            }
        }
    }
    // The connection stays, for the peer to see how this node stands.
    std::future::pending().await
}

/// The size to heal to, once enough peers have answered and this mirror keeps as much as anybody has shown.
fn target(published: &Published, peer: &AgencyId) -> Option<TreeSize> {
    let Mode::Quarantined { size, heard, needed, .. } = &published.view.mode else { return None };
    let shown = published.view.peers.iter().filter_map(|peer| peer.heard?.shown);
    let target = shown.chain([*size]).max()?;
    let mut peers = published.view.peers.iter();
    let mirrored = peers.find(|one| one.agency == *peer)?.heard?.mirrored?;
    (heard >= needed && mirrored >= target).then_some(target)
}

/// Why an attempt ended without a whole log.
#[derive(Debug)]
enum Failed {
    Ended(Ended),
    Forked(TreeSize),
    Mirror(HealError),
    /// It is another one's turn; what was taken stays.
    TurnOver,
}

impl From<HealError> for Failed {
    fn from(error: HealError) -> Self {
        Self::Mirror(error)
    }
}

async fn attempt(
    around: &Surroundings,
    peer: &AgencyId,
    mirror: &mut Asked<'_>,
) -> Result<(), Failed> {
    let shared = &around.shared;
    let published = shared.published();
    let target = target(&published, peer).ok_or(HealError::Short)?;
    let from = published.view.head.size;
    let mut patient = patient(shared, &published)?;
    let mut place = Recall::Size(patient.tree.size());
    loop {
        let size = patient.tree.size();
        shared.note_healing(HealingView::Fetching { mirror: peer.clone(), size, target });
        let recalled = mirror.recall(place).await?;
        match (recalled.parts.last(), recalled.outcome) {
            (Some(last), _) => {
                place = Recall::After { sequence: last.sequence, part: last.part };
            }
            (None, RecallOutcome::End) => break,
            (None, RecallOutcome::NotHeld) => return Err(HealError::NotHeld.into()),
            (None, RecallOutcome::Damaged | RecallOutcome::More) => {
                return Err(HealError::Damaged.into());
            }
        }
        let now = Arc::clone(shared);
        let work = move || {
            let records = patient.take(recalled.parts, &now);
            (patient, records)
        };
        let done = shared.crew.workers.run(work).await;
        let (after, records) = done.map_err(|_| Failed::Ended(CloseCode::Stopping.into()))?;
        patient = after;
        let records = records?;
        if !records.is_empty() {
            let stored = exchange::ask(around, |reply| Job::GiveBack { records, reply });
            stored.await.map_err(Failed::Ended)?;
        }
    }
    if patient.tree.size() < target {
        return Err(HealError::Short.into());
    }
    let healed = around.mailbox.send(Job::Healed { from }).await;
    healed.map_err(|_| Failed::Ended(CloseCode::Stopping.into()))
}

/// A mirror that has its turn.
struct Asked<'a> {
    given: &'a mut mpsc::Receiver<Recalled>,
    speech: &'a mpsc::WeakSender<Outgoing>,
    since: Instant,
    /// How long its turn lasts.
    length: Duration,
}

impl Asked<'_> {
    /// The next parts. A turn ends between two questions: no answer of an earlier turn waits for a later one.
    // spec: rst-35
    async fn recall(&mut self, place: Recall) -> Result<Recalled, Failed> {
        if self.since.elapsed() >= self.length {
            return Err(Failed::TurnOver);
        }
        let speaker = self.speech.upgrade().ok_or(Failed::Ended(Ended::Broken))?;
        let said = speaker.send(Outgoing::Say(Box::new(Frame::Recall(place)))).await;
        said.map_err(|_| Failed::Ended(Ended::Broken))?;
        drop(speaker);
        let answer = time::timeout(ANSWER_WAIT, self.given.recv()).await;
        answer.map_err(|_| HealError::Silent)?.ok_or(Failed::Ended(Ended::Broken))
    }
}

/// The log as it is stored now, and what must hold of what comes.
struct Patient {
    tree: Tree,
    owner: Owner,
    /// What peers have shown, by size: a healed log has these roots.
    shown: BTreeMap<TreeSize, Digest>,
    /// The last entry that was taken; `None` before the first.
    last: Option<u64>,
    /// Parts of an entry that has not ended.
    begun: Vec<MirrorPart>,
}

fn patient(shared: &Shared, published: &Published) -> Result<Patient, Failed> {
    let head = shared.reader.head().map_err(|_| HealError::Ours)?;
    let tree = match &head {
        Some(head) => edge::tree(shared.reader.rows(), head).map_err(|_| HealError::Ours)?,
        None => Tree::new(),
    };
    let owner = mirror::owner(&shared.directory(), &shared.me).ok_or(HealError::Ours)?;
    let shown = published.shown.clone();
    // A log that went on alone may be longer than all that members hold: what it has must be what they were shown.
    // spec: rst-31
    let mut fits = TreeSize::new(0);
    for (size, root) in shown.range(..=tree.size()) {
        let own = proof::root_at(&tree.over(&shared.reader), *size).map_err(|_| HealError::Ours)?;
        if own != *root {
            return Err(Failed::Forked(fits));
        }
        fits = *size;
    }
    Ok(Patient { tree, owner, shown, last: None, begun: Vec::new() })
}

impl Patient {
    /// Opens and checks parts; gives the records of every entry that ended, in order, without how the node stood.
    // spec: rst-31
    fn take(&mut self, parts: Vec<MirrorPart>, shared: &Shared) -> Result<Vec<Record>, Failed> {
        let mut records = Vec::new();
        for part in parts {
            self.fits(&part)?;
            let ends = part.ends_entry();
            let sequence = part.sequence;
            self.begun.push(part);
            if ends {
                let entry = std::mem::take(&mut self.begun);
                let entry = shared.sealer.open(&entry).map_err(|_| HealError::NotOurs)?;
                self.check(&entry)?;
                self.last = Some(sequence);
                records.extend(entry.into_iter().filter(|one| !matches!(one, Record::Mode(_))));
            }
        }
        Ok(records)
    }

    /// Each part is the one that this node sent next, and within what it ever sends: nothing is opened before its entry
    /// has ended, and a mirror that lies must not fill the memory until then.
    // spec: wire-56
    fn fits(&self, part: &MirrorPart) -> Result<(), HealError> {
        let bytes = part.leaves.len().saturating_add(part.sealed.len());
        let sent =
            (1..=MIRROR_ENTRY_PARTS_MAX).contains(&part.of) && bytes <= MIRROR_PART_BYTES_MAX;
        let next = match self.begun.last() {
            Some(before) => {
                (before.sequence, before.of) == (part.sequence, part.of)
                    && before.part.checked_add(1) == Some(part.part)
            }
            None => part.part == 0 && self.last.is_none_or(|last| last == part.previous),
        };
        if sent && next { Ok(()) } else { Err(HealError::NotOurs) }
    }

    /// The leaves of an entry continue the tree, and a head that this node signed covers them.
    fn check(&mut self, entry: &[Record]) -> Result<(), Failed> {
        let mut tree = self.tree.clone();
        let mut filled: Vec<FullTile> = Vec::new();
        let mut head = None;
        for record in entry {
            match record {
                Record::Leaf(leaf) if leaf.index.get() == tree.size().get() => {
                    filled.extend(tree.append(&leaf.leaf).1);
                }
                // An entry of this log that does not begin where this node's log ends: it is another log.
                Record::Leaf(_) => return Err(Failed::Forked(self.tree.size())),
                Record::Tile(found) => {
                    let own = filled
                        .iter()
                        .find(|own| (own.id.level, own.id.index) == (found.level, found.index));
                    if own
                        .is_none_or(|own| tile::hash_bytes(&own.hashes) != found.hashes.as_slice())
                    {
                        return Err(Failed::Forked(self.tree.size()));
                    }
                }
                Record::Head(found) => head = Some(found),
                Record::Message(_)
                | Record::Outbound(_)
                | Record::Inbound(_)
                | Record::Dispatch(_)
                | Record::Receipt(_)
                | Record::Link(_)
                | Record::PeerHead(_)
                | Record::Credential(_)
                | Record::Charter(_)
                | Record::Idempotency(_)
                | Record::Mode(_)
                | Record::Proposal(_)
                | Record::Approval(_)
                | Record::Succession(_)
                | Record::Shown(_)
                | Record::Due(_)
                | Record::Retired(_)
                | Record::Erasure(_)
                | Record::KeyBackup(_)
                | Record::Cosigned(_)
                | Record::PeerCosigned(_)
                | Record::Evidence(_)
                | Record::Revocation(_)
                | Record::Notice(_)
                | Record::Staff(_)
                | Record::Queried(_)
                | Record::Act(_) => {}
            }
        }
        match head {
            None if tree.size() == self.tree.size() => {}
            None => return Err(HealError::NotOurs.into()),
            Some(head) => {
                let signed = self.owner.checkpoint(&head.note).ok_or(HealError::NotOurs)?;
                let signed = signed.checkpoint();
                let same = (signed.size, signed.root) == (tree.size(), tree.root())
                    && (head.size, head.root) == (signed.size, signed.root);
                let shown = self.shown.get(&signed.size).is_none_or(|root| *root == signed.root);
                if !same || !shown {
                    return Err(Failed::Forked(self.tree.size()));
                }
            }
        }
        self.tree = tree;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
