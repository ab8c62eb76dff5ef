//! The writer's part: what our own tree says of an accusation, and who is told what.

use std::collections::BTreeMap;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Suspicion;
use concord_protocol::engine::input::Accused;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Proven;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::log::proof;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use concord_protocol::wire::witness::Misfit;
use serde_bytes::ByteBuf;

use crate::host::accuse;
use crate::host::accuse::Known;
use crate::host::accuse::What;
use crate::host::mailbox::Outgoing;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;
use crate::store::read::ReadError;
use crate::telemetry::shown;

/// Which checkpoints of third logs each peer was told of on its connection.
pub(crate) type Gossip = BTreeMap<AgencyId, BTreeMap<AgencyId, TreeSize>>;

/// A proven accusation on its way to the engine.
#[derive(Debug)]
pub(crate) struct Charged {
    pub(crate) proven: Box<Proven>,
    pub(crate) accused: AgencyId,
    /// The two checkpoints of a forked log.
    pub(crate) notes: Vec<Vec<u8>>,
    /// Who brought it.
    pub(crate) from: AgencyId,
}

impl Writer {
    /// Adds what our own tree says, where the accusation is against this node.
    pub(crate) fn charged(&self, charged: Charged) -> Result<Input, Stopped> {
        let Charged { proven, accused, notes, from } = charged;
        let mut own = None;
        if accused == self.engine().persona().agency {
            for note in &notes {
                own = own.or(self.never_ours(note, &from)?);
            }
        }
        Ok(Input::Accused(Box::new(Accused { proven: *proven, own })))
    }

    /// A checkpoint with our signature that our log never had.
    // spec: evd-19
    fn never_ours(&self, note: &[u8], from: &AgencyId) -> Result<Option<PeerHeadRecord>, Stopped> {
        let Some(Known { checkpoint, .. }) = accuse::known(&self.shared().directory(), note) else {
            return Ok(None);
        };
        let head = checkpoint.checkpoint();
        let tree = self.engine().tree();
        if head.origin != self.engine().persona().origin {
            return Ok(None);
        }
        let root_then = if head.size <= tree.size() {
            let tiles = tree.over(&self.shared().reader);
            Some(proof::root_at(&tiles, head.size).map_err(|_| ReadError::Row)?)
        } else {
            None
        };
        Ok((root_then != Some(head.root)).then(|| PeerHeadRecord {
            peer: from.clone(),
            size: head.size,
            root: head.root,
            note: ByteBuf::from(note.to_vec()),
        }))
    }

    /// Compares every checkpoint that a group took for the newest with those that others have told of.
    pub(crate) fn compare(&self, heads: Vec<Vec<u8>>) {
        if !heads.is_empty() {
            self.shared().desk.pursue(&self.engine().persona().agency, What::Heads(heads));
        }
    }

    /// Hands in what the engine noticed of a peer's log: held, and shown.
    pub(crate) fn misfit(&self, held: &PeerHeadRecord, misfit: Misfit) {
        tracing::error!(
            peer = shown(&held.peer),
            "a peer's log has two histories: nothing of it is taken"
        );
        let (note, path, old_root) = match misfit {
            Misfit::Root { shown } => (shown, Vec::new(), None),
            Misfit::Beginning { shown, old_root, path } => (shown, path, Some(old_root)),
        };
        let (held_note, note) = (held.note.to_vec(), note.note().to_vec());
        let pair = accuse::Misfit { held: held_note, note, path, old_root };
        self.shared().desk.pursue(&held.peer, What::Misfit(Box::new(pair)));
    }

    /// Hands in what the engine noticed.
    pub(crate) fn suspect(&self, suspicion: Suspicion) {
        let from = match &suspicion {
            Suspicion::Number { peer, .. } | Suspicion::Id { peer, .. } => peer.clone(),
        };
        self.shared().desk.pursue(&from, What::Suspicion(suspicion));
    }

    /// Says to a person, once, and to every member that may have it, that evidence is held.
    pub(crate) fn spread(&mut self, digest: Digest, kind: EvidenceKind, accused: &AgencyId) {
        // spec: evd-18
        tracing::error!(
            peer = shown(accused),
            code = kind.code(),
            evidence = shown(&digest),
            "a member signed two things that do not fit; see `concord evidence show`"
        );
        for peer in self.linked() {
            let may_see = self
                .engine()
                .charges()
                .any(|(held, charge)| *held == digest && charge.may_see(&peer));
            if may_see {
                let told = Told { heads: Vec::new(), files: vec![digest] };
                self.tell(&peer, Outgoing::Evidence(EvidenceTalk::Told(told)));
            }
        }
    }

    /// What a peer is told when its link comes up. Source: spec wire-51.
    // spec: wire-51
    pub(crate) fn tell_all(&mut self, peer: &AgencyId) {
        self.told().remove(peer);
        let charges = self.engine().charges().filter(|(_, charge)| charge.may_see(peer));
        let files = charges.map(|(digest, _)| *digest).collect();
        self.tell_heads(peer, files);
    }

    /// Tells every peer the checkpoints of third logs that moved since it was last told.
    pub(crate) fn gossip(&mut self) {
        for peer in self.linked() {
            self.tell_heads(&peer, Vec::new());
        }
    }

    fn tell_heads(&mut self, peer: &AgencyId, files: Vec<Digest>) {
        let before = self.told().get(peer).cloned().unwrap_or_default();
        let engine = self.engine();
        let third = engine.peers().filter(|owner| *owner != peer);
        let moved: Vec<(AgencyId, TreeSize, ByteBuf)> = third
            .filter_map(|owner| {
                let held = engine.held(owner)?;
                let fresh = before.get(owner).is_none_or(|before| *before < held.size);
                // The same checkpoint with its cosignatures says more.
                let quorate =
                    engine.peer_quorate(owner).filter(|quorate| quorate.size == held.size);
                let note = quorate.map_or(&held.note, |quorate| &quorate.note);
                fresh.then(|| (owner.clone(), held.size, note.clone()))
            })
            .collect();
        if moved.is_empty() && files.is_empty() {
            return;
        }
        let told = self.told().entry(peer.clone()).or_default();
        told.extend(moved.iter().map(|(owner, size, _)| (owner.clone(), *size)));
        let heads = moved.into_iter().map(|(_, _, note)| note).collect();
        self.tell(peer, Outgoing::Evidence(EvidenceTalk::Told(Told { heads, files })));
    }
}

/// The checkpoints that a batch takes for the newest of others' logs.
pub(crate) fn heads_of(records: &[Record]) -> Vec<Vec<u8>> {
    let heads = records.iter().filter_map(|record| match record {
        Record::PeerHead(held) => Some(held.note.to_vec()),
        Record::PeerCosigned(quorate) => Some(quorate.note.to_vec()),
        Record::Leaf(_)
        | Record::Tile(_)
        | Record::Head(_)
        | Record::Message(_)
        | Record::Outbound(_)
        | Record::Inbound(_)
        | Record::Dispatch(_)
        | Record::Receipt(_)
        | Record::Link(_)
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
        | Record::Evidence(_)
        | Record::Revocation(_)
        | Record::Notice(_)
        | Record::Staff(_)
        | Record::Queried(_)
        | Record::Act(_) => None,
    });
    heads.collect()
}
