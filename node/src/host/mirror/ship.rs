//! The owner's side: sends what is durable to one mirror, and waits for its word before it sends more.

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::MIRROR_PARTS_MAX;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorOutcome;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Mirrored;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time;

use crate::host::exchange::Ended;
use crate::host::mailbox::Outgoing;
use crate::host::mirror::part::Prepared;
use crate::host::mirror::part::Sealer;
use crate::host::shared::Shared;
use crate::store::journal::follow::Committed;
use crate::store::journal::follow::Cursor;
use crate::store::journal::follow::Follower;

/// Bytes of entries that go into one frame, unless a single one is longer.
const FRAME_BYTES: usize = 768 * 1024;

/// How long entries gather before they are sent, so that a busy log costs its mirrors few syncs.
const GATHER: Duration = Duration::from_millis(100);

/// How long a mirror may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// How long to wait after a mirror had no room.
const ROOM_WAIT: Duration = Duration::from_secs(60);

/// Where shipping to one mirror stands.
#[derive(Debug)]
pub(crate) struct Shipping {
    cursor: Cursor,
    /// The last entry that the mirror holds.
    previous: u64,
    /// Leaves that the mirror holds.
    size: TreeSize,
    /// The checkpoint over every leaf sent so far.
    note: Option<Vec<u8>>,
    begun: Begun,
    /// Entries without leaves that wait for the first one with leaves.
    held_back: Vec<Committed>,
}

/// Whether the journal was followed to what the mirror lacks.
///
/// After healing, entries that a mirror holds stand once more in the journal, under later numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    /// No entry with leaves was met yet.
    Unknown,
    /// Entries are met whose leaves the mirror holds.
    Known,
    /// What follows is new to the mirror.
    New,
}

impl Shipping {
    /// Begins after what the mirror's greeting said that it holds.
    pub(crate) fn after(mirrored: Option<(u64, &SignedCheckpoint)>) -> Self {
        let sequence = mirrored.map_or(0, |(sequence, _)| sequence);
        let checkpoint = mirrored.map(|(_, checkpoint)| checkpoint);
        Self {
            cursor: Cursor::after(sequence),
            previous: sequence,
            size: checkpoint.map_or(TreeSize::new(0), |held| held.checkpoint().size),
            note: checkpoint.map(|held| held.note().to_vec()),
            begun: Begun::Unknown,
            held_back: Vec::new(),
        }
    }

    /// The frames that carry the next entries; empty when there is nothing to send. Reads the disk.
    // spec: rst-23
    fn next(&mut self, journal: &Follower, sealer: &Sealer) -> Result<Vec<Mirror>, CloseCode> {
        let entries =
            journal.read(&mut self.cursor, FRAME_BYTES).map_err(|_| CloseCode::Stopping)?;
        let mut frames = Vec::new();
        let mut whole: Vec<Prepared> = Vec::new();
        for entry in entries {
            for entry in self.due(entry, sealer)? {
                let sealed = sealer.seal(&entry, self.previous).map_err(|_| CloseCode::Stopping)?;
                let Some(prepared) = sealed else { continue };
                self.previous = entry.sequence;
                if prepared.parts.len() > 1 || whole.len() == MIRROR_PARTS_MAX {
                    frames.extend(self.frame(std::mem::take(&mut whole)));
                }
                if let Some(head) = &prepared.head {
                    self.note = Some(head.note.to_vec());
                    self.size = head.size;
                }
                if prepared.parts.len() > 1 {
                    frames.extend(alone(prepared, self.note.clone()));
                } else {
                    whole.push(prepared);
                }
            }
        }
        frames.extend(self.frame(whole));
        Ok(frames)
    }

    /// Which entries are due now that this one was met.
    fn due(&mut self, entry: Committed, sealer: &Sealer) -> Result<Vec<Committed>, CloseCode> {
        if self.begun == Begun::New {
            return Ok(vec![entry]);
        }
        let looked = sealer.seal(&entry, 0).map_err(|_| CloseCode::Stopping)?;
        let Some(looked) = looked else { return Ok(Vec::new()) };
        match (looked.first, self.begun) {
            (Some(first), _) if first.get() >= self.size.get() => {
                self.begun = Begun::New;
                let mut due = std::mem::take(&mut self.held_back);
                // Nothing is sent before the first checkpoint; what came before it, peers give again.
                due.retain(|_| self.note.is_some());
                due.push(entry);
                Ok(due)
            }
            (Some(_), _) => {
                self.begun = Begun::Known;
                self.held_back.clear();
                Ok(Vec::new())
            }
            (None, _) => {
                self.held_back.push(entry);
                Ok(Vec::new())
            }
        }
    }

    /// Whole entries in one frame, under the newest checkpoint so far.
    fn frame(&self, entries: Vec<Prepared>) -> Option<Mirror> {
        let parts: Vec<_> = entries.into_iter().flat_map(|entry| entry.parts).collect();
        let checkpoint = self.note.clone().map(ByteBuf::from);
        (!parts.is_empty()).then_some(Mirror { parts, checkpoint })
    }
}

/// The frames of an entry that has several parts.
fn alone(entry: Prepared, note: Option<Vec<u8>>) -> Vec<Mirror> {
    let frame = |part: MirrorPart| {
        let checkpoint = note.clone().filter(|_| part.ends_entry()).map(ByteBuf::from);
        Mirror { parts: vec![part], checkpoint }
    };
    entry.parts.into_iter().map(frame).collect()
}

/// Sends this node's entries to a mirror as long as the connection lives.
pub(crate) async fn ship(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    (mut shipping, mut kept): (Shipping, mpsc::Receiver<Mirrored>),
    speech: &mpsc::WeakSender<Outgoing>,
) -> Ended {
    let mut news = shared.follow();
    shared.note_mirrored(peer, shipping.size);
    loop {
        let shared_now = Arc::clone(shared);
        let work = move || {
            let frames = shipping.next(shared_now.reader.journal(), &shared_now.sealer);
            (shipping, frames)
        };
        let Ok((after, frames)) = shared.crew.workers.run(work).await else {
            return CloseCode::Stopping.into();
        };
        shipping = after;
        let frames = match frames {
            Ok(frames) => frames,
            Err(code) => return code.into(),
        };
        if frames.is_empty() && news.changed().await.is_err() {
            return CloseCode::Stopping.into();
        }
        for frame in frames {
            match send(frame, &mut kept, speech).await {
                Ok(held) => shared.note_mirrored(peer, held.size),
                Err(ended) => return ended,
            }
        }
        time::sleep(GATHER).await;
    }
}

/// Sends one frame until the mirror has room for it.
async fn send(
    frame: Mirror,
    kept: &mut mpsc::Receiver<Mirrored>,
    speech: &mpsc::WeakSender<Outgoing>,
) -> Result<Mirrored, Ended> {
    loop {
        let Some(speech) = speech.upgrade() else { return Err(Ended::Broken) };
        let say = Outgoing::Say(Box::new(Frame::Mirror(frame.clone())));
        speech.send(say).await.map_err(|_| Ended::Broken)?;
        drop(speech);
        let answer = time::timeout(ANSWER_WAIT, kept.recv()).await;
        let held = answer.map_err(|_| CloseCode::Timeout)?.ok_or(Ended::Broken)?;
        match held.outcome {
            MirrorOutcome::Kept => return Ok(held),
            MirrorOutcome::NoRoom => time::sleep(ROOM_WAIT).await,
        }
    }
}
