//! What one connection says about evidence: told, wanted, files.
//!
//! Nothing is read that was not asked for, and each file is handed out once on a connection.

use std::collections::BTreeSet;
use std::time::Duration;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::EVIDENCE_WANTED_MAX;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::host::accuse::What;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;

/// Frames about evidence in one [`PERIOD`], beyond the files that were asked for. Source: spec wire-53.
const FRAMES_MAX: u32 = 16;

/// How long frames are counted together.
const PERIOD: Duration = Duration::from_secs(10);

/// The state of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    asked: BTreeSet<Digest>,
    handed: BTreeSet<Digest>,
    since: Instant,
    frames: u32,
}

impl Talk {
    pub(crate) fn new() -> Self {
        Self { asked: BTreeSet::new(), handed: BTreeSet::new(), since: Instant::now(), frames: 0 }
    }

    /// Takes one frame, and gives what is to be answered.
    ///
    /// # Errors
    /// When the peer says too much.
    pub(crate) fn hear(
        &mut self,
        shared: &Shared,
        peer: &AgencyId,
        (talk, room): (EvidenceTalk, OwnedSemaphorePermit),
    ) -> Result<Vec<Outgoing>, CloseCode> {
        if let EvidenceTalk::File(file) = &talk
            && self.asked.remove(&digest::sha256(file))
        {
            // spec: wire-23
            shared.desk.pursue_frame(peer, What::File(file.to_vec()), room);
            return Ok(Vec::new());
        }
        self.count()?;
        Ok(match talk {
            EvidenceTalk::Told(told) => self.told(shared, peer, (told, room)),
            EvidenceTalk::Wanted(files) => self.wanted(shared, peer, &files),
            // spec: wire-53
            EvidenceTalk::File(_) => Vec::new(),
        })
    }

    // spec: wire-53
    fn count(&mut self) -> Result<(), CloseCode> {
        if self.since.elapsed() > PERIOD {
            (self.since, self.frames) = (Instant::now(), 0);
        }
        self.frames = self.frames.saturating_add(1);
        if self.frames > FRAMES_MAX { Err(CloseCode::TooFast) } else { Ok(()) }
    }

    /// Compares the checkpoints, and asks for the files that are not held.
    fn told(
        &mut self,
        shared: &Shared,
        peer: &AgencyId,
        (told, room): (Told, OwnedSemaphorePermit),
    ) -> Vec<Outgoing> {
        if !told.heads.is_empty() {
            let heads = told.heads.into_iter().map(serde_bytes::ByteBuf::into_vec).collect();
            shared.desk.pursue_frame(peer, What::Heads(heads), room);
        }
        let held = &shared.published().view.evidence;
        let lacks = |file: &Digest| !held.iter().any(|held| held.digest == *file);
        // spec: wire-52
        let wanted: Vec<Digest> = told
            .files
            .into_iter()
            .filter(|file| lacks(file) && !self.asked.contains(file))
            .take(EVIDENCE_WANTED_MAX.saturating_sub(self.asked.len()))
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        self.asked.extend(wanted.iter().copied());
        vec![Outgoing::Evidence(EvidenceTalk::Wanted(wanted))]
    }

    /// Hands out what is held and what the peer may see; silence for the rest.
    fn wanted(&mut self, shared: &Shared, peer: &AgencyId, files: &[Digest]) -> Vec<Outgoing> {
        let view = shared.published();
        let may = |file: &&Digest| {
            // spec: wire-52, evd-17
            view.view.evidence.iter().any(|held| held.digest == **file && held.charge.may_see(peer))
        };
        let asked = files.iter().filter(may);
        asked.filter(|file| self.handed.insert(**file)).copied().map(Outgoing::File).collect()
    }
}
