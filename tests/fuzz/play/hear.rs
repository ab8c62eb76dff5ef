//! From a frame to an input, by the protocol's own judges, as the listening side of the host does it.

use concord_protocol::audit::evidence::Accusation;
use concord_protocol::audit::evidence::judge;
use concord_protocol::audit::evidence::make;
use concord_protocol::audit::evidence::make::Log;
use concord_protocol::audit::evidence::make::Shown as ShownNote;
use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Suspicion;
use concord_protocol::engine::input::Accused;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Lifted;
use concord_protocol::engine::input::MetPeer;
use concord_protocol::engine::input::Offered;
use concord_protocol::engine::input::Recalled;
use concord_protocol::engine::input::Receipted;
use concord_protocol::engine::input::Shown;
use concord_protocol::engine::input::Witnessing;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::identity::directory::force::Revoking;
use concord_protocol::ids::AgencyId;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::succession;
use concord_protocol::message::handling::Classification;
use concord_protocol::wire;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::offer;
use concord_protocol::wire::offer::Judge;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt;
use concord_protocol::wire::receipt::Expected;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::witness;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::LiftError;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::Objection;
use concord_protocol::wire::witness::Subject;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use concord_protocol::wire::witness::Witnesses;
use harness::vectors::federation::TOLERANCE;
use serde_bytes::ByteBuf;

use crate::play::node::Node;

/// What was judged, as it waits in the mailbox. What the store recalls is added when its turn has come.
#[derive(Debug)]
pub(super) enum Heard {
    Met(Box<Met>),
    Offer(AgencyId, Box<VerifiedOffer>),
    Shown(AgencyId, Option<SignedCheckpoint>),
    Accusation(AgencyId, Box<Accusation>),
    Other(Input),
}

/// What a listener makes of a frame.
#[derive(Debug)]
pub(super) enum Verdict {
    Take(Heard),
    Answer(Frame),
    /// It proves something against the one who said it, and the connection ends.
    Expose(Vec<Accusation>),
    Close,
    Ignore,
}

impl Heard {
    /// Whether it begins a group of its own.
    pub(super) const fn is_first(&self) -> bool {
        matches!(self, Self::Met(_) | Self::Shown(..) | Self::Accusation(..))
    }

    /// The input, with what the node recalls now.
    pub(super) fn input(self, node: &Node) -> Input {
        match self {
            Self::Met(met) => {
                let root = |shown: Option<&SignedCheckpoint>| {
                    shown.and_then(|shown| node.root_at(shown.checkpoint().size))
                };
                let root_then = root(met.shown());
                let root_mirrored = root(met.mirrored().map(|(_, mirrored)| mirrored));
                Input::Met(Box::new(MetPeer { met: *met, root_then, root_mirrored }))
            }
            Self::Offer(peer, offer) => {
                let recalled = recalled(node, &peer, &offer);
                Input::Offered(Box::new(Offered { peer, offer: *offer, recalled }))
            }
            Self::Shown(peer, shown) => {
                let root_then =
                    shown.as_ref().and_then(|shown| node.root_at(shown.checkpoint().size));
                Input::Shown(Box::new(Shown { peer, shown, root_then }))
            }
            Self::Accusation(from, accusation) => {
                let own = never_ours(node, &from, &accusation);
                Input::Accused(Box::new(Accused { proven: accusation.proven(), own }))
            }
            Self::Other(input) => input,
        }
    }
}

/// Judges the bytes of a frame after the greetings.
pub(super) fn judge(node: &Node, from: &AgencyId, bytes: &[u8]) -> Verdict {
    let Ok(frame) = codec::decode::<Frame>(bytes) else { return Verdict::Close };
    match frame {
        Frame::Offer(offer) => offered(node, from, offer),
        Frame::Receipt(receipt) => receipted(node, from, &receipt),
        Frame::Witness(request) => asked(node, from, &request),
        Frame::Witnessed(answer) => answered(node, from, answer),
        Frame::Lift(lift) => lifted(node, from, &lift),
        Frame::Evidence(EvidenceTalk::File(file)) => {
            match judge::verify_for(&file, &node.directory) {
                Ok(proven) => Verdict::Take(Heard::Accusation(from.clone(), Box::new(proven))),
                Err(_) => Verdict::Ignore,
            }
        }
        Frame::Succession(said) => match wire::succession::hear(&said, &node.directory, from) {
            Ok(wire::succession::Heard::Proposed(said)) => take(Input::Proposed(Box::new(said))),
            Ok(wire::succession::Heard::Succeeded(said)) => take(Input::Succeeded(Box::new(said))),
            Err(_) => Verdict::Close,
        },
        Frame::Approval(bytes) => approved(node, from, &bytes),
        Frame::Credential(bytes) => credential(node, bytes),
        Frame::Revocation(bytes) => revocation(node, bytes),
        Frame::Notice(bytes) => notice(node, bytes),
        Frame::Staff(bytes) => staff(node, bytes),
        Frame::Greeting(_) => Verdict::Close,
        Frame::Ping(_)
        | Frame::Pong(_)
        | Frame::Mirror(_)
        | Frame::Mirrored(_)
        | Frame::Recall(_)
        | Frame::Recalled(_)
        | Frame::Charters(_)
        | Frame::Blinded(_)
        | Frame::Keyed(_)
        | Frame::Evidence(EvidenceTalk::Told(_) | EvidenceTalk::Wanted(_)) => Verdict::Ignore,
    }
}

/// Judges a greeting, which goes before everything.
pub(super) fn greeted(node: &Node, from: &AgencyId, said: Greeting) -> Verdict {
    match greeting::meet(said, &node.directory, from, &node.agency) {
        Ok(met) => Verdict::Take(Heard::Met(Box::new(met))),
        Err(_) => Verdict::Close,
    }
}

fn take(input: Input) -> Verdict {
    Verdict::Take(Heard::Other(input))
}

fn offered(node: &Node, from: &AgencyId, offer: Offer) -> Verdict {
    let judge = Judge {
        directory: &node.directory,
        me: &node.agency,
        sealing: &node.sealing,
        now: node.now,
        tolerance: TOLERANCE,
        claimed: None,
        cleared: Classification::Confidential,
    };
    match offer::verify(offer, from, &judge) {
        Ok(offer) => Verdict::Take(Heard::Offer(from.clone(), Box::new(offer))),
        Err(_) => Verdict::Close,
    }
}

fn recalled(node: &Node, from: &AgencyId, offer: &VerifiedOffer) -> Vec<Recalled> {
    let dispatch = offer.dispatch().dispatch();
    let mut number = dispatch.first;
    let recall = |arrival: &offer::Arrival| {
        let id = arrival.judged.as_ref().ok().map(|verified| verified.header().id);
        let by_id = id.and_then(|id| node.memory.ids.get(&(from.clone(), id)).copied());
        let by_number = node.memory.inbound.get(&(from.clone(), dispatch.epoch, number));
        number = number.next();
        let by_number = by_number.map(|record| (record.message, record.leaf));
        Recalled { by_id, by_number, history: None }
    };
    offer.arrivals().iter().map(recall).collect()
}

fn receipted(node: &Node, from: &AgencyId, said: &Receipt) -> Verdict {
    let Some(log) = node.directory.log_in_force(from) else { return Verdict::Close };
    let held = held(node, from);
    let expected = Expected { origin: &log.origin, log_keys: &log.keys, me: &node.agency, held };
    match receipt::verify(said, &expected) {
        Ok(receipt) => take(Input::Receipted(Box::new(Receipted { peer: from.clone(), receipt }))),
        Err(_) => {
            let log = Log { directory: &node.directory, owner: from, number: log.number };
            let held = node.engine.held(from).map(|held| held.note.clone());
            let fork = held.and_then(|held| make::receipt_fork(&log, &held, said).ok());
            Verdict::Expose(fork.into_iter().collect())
        }
    }
}

fn held(node: &Node, peer: &AgencyId) -> Option<Held> {
    node.engine.held(peer).map(|held| Held { size: held.size, root: held.root })
}

fn asked(node: &Node, from: &AgencyId, request: &WitnessRequest) -> Verdict {
    let Some(log) = node.directory.log_in_force(from) else { return Verdict::Close };
    let subject = Subject { origin: &log.origin, log_keys: &log.keys, held: held(node, from) };
    match witness::judge(request, &subject) {
        Ok(verified) => {
            take(Input::Witnessing(Box::new(Witnessing { peer: from.clone(), verified })))
        }
        Err(Objection::Refused(code)) => answer(Witnessed::Refused { code }),
        Err(Objection::Conflict) => {
            let checkpoint = node.engine.held(from).map(|held| held.note.clone());
            answer(Witnessed::Conflict { checkpoint })
        }
        Err(Objection::Misfit(misfit)) => misfits(from, *misfit),
    }
}

fn answer(said: Witnessed) -> Verdict {
    Verdict::Answer(Frame::Witnessed(said))
}

fn misfits(peer: &AgencyId, misfit: Misfit) -> Verdict {
    take(Input::Misfit { peer: peer.clone(), misfit })
}

fn answered(node: &Node, from: &AgencyId, said: Witnessed) -> Verdict {
    match said {
        Witnessed::Cosigned { size, line } => {
            let root = node.root_at(size).filter(|_| size.get() > 0);
            let Some(root) = root else { return Verdict::Close };
            let own = Checkpoint { origin: node.engine.persona().origin.clone(), size, root };
            match witness::cosigned(own, (from, &line), &node.directory) {
                Ok(cosigned) => take(Input::Cosigned(Box::new(cosigned))),
                Err(_) => Verdict::Close,
            }
        }
        Witnessed::Conflict { checkpoint: None } => Verdict::Take(Heard::Shown(from.clone(), None)),
        Witnessed::Conflict { checkpoint: Some(note) } => {
            match greeting::own_checkpoint(&note, &node.directory, &node.agency) {
                Ok(shown) => Verdict::Take(Heard::Shown(from.clone(), shown)),
                Err(_) => Verdict::Close,
            }
        }
        Witnessed::Refused { code } => take(Input::Declined { peer: from.clone(), code }),
    }
}

fn lifted(node: &Node, from: &AgencyId, said: &Lift) -> Verdict {
    let Some(log) = node.directory.log_in_force(from) else { return Verdict::Close };
    let subject = Subject { origin: &log.origin, log_keys: &log.keys, held: held(node, from) };
    match witness::lifted(said, &subject, &Witnesses::of(&node.directory, from)) {
        Ok(lift) => take(Input::Lifted(Box::new(Lifted { peer: from.clone(), lift }))),
        Err(LiftError::Misfit(misfit)) => misfits(from, *misfit),
        Err(LiftError::NoQuorum { .. } | LiftError::Revoked) => Verdict::Ignore,
        Err(LiftError::Checkpoint | LiftError::WrongBase | LiftError::Inconsistent) => {
            Verdict::Close
        }
    }
}

fn approved(node: &Node, from: &AgencyId, bytes: &[u8]) -> Verdict {
    let Some(own) = node.memory.proposals.get(&node.agency) else { return Verdict::Ignore };
    let Ok(statement) = succession::verify_statement(&own.statement, &node.directory) else {
        return Verdict::Ignore;
    };
    match succession::verify_approval(bytes, &statement, &node.directory) {
        Ok(approval) if approval.agency() == from => take(Input::Approved(Box::new(approval))),
        Ok(_) | Err(_) => Verdict::Close,
    }
}

fn credential(node: &Node, bytes: ByteBuf) -> Verdict {
    let Ok(verified) = node.directory.verify(&bytes) else { return Verdict::Ignore };
    let (agency, serial) = (verified.agency().clone(), verified.serial());
    let known = node.directory.with_serial(&agency, serial).is_some();
    if known || node.directory.clone().admit(verified).is_err() {
        return Verdict::Ignore;
    }
    take(Input::Admit(CredentialRecord { agency, serial, credential: bytes }))
}

fn revocation(node: &Node, bytes: ByteBuf) -> Verdict {
    let Ok(verified) = node.directory.verify_revocation(&bytes) else { return Verdict::Ignore };
    let (agency, digest) = (verified.agency().clone(), verified.digest());
    match node.directory.clone().revoke(verified) {
        Ok(Revoking::New) => {
            let record = RevocationRecord { agency, digest, leaf: None, revocation: bytes };
            take(Input::Revoke(record))
        }
        Ok(Revoking::Known) | Err(_) => Verdict::Ignore,
    }
}

fn staff(node: &Node, bytes: ByteBuf) -> Verdict {
    match node.directory.clone().list_staff(&bytes) {
        Ok(verified) => {
            let (agency, number) = (verified.agency().clone(), verified.list().number);
            take(Input::Staff(StaffRecord { agency, number, staff: bytes }))
        }
        Err(_) => Verdict::Ignore,
    }
}

fn notice(node: &Node, bytes: ByteBuf) -> Verdict {
    match node.directory.clone().notice(&bytes) {
        Ok(verified) => {
            let agency = verified.notice().agency.clone();
            take(Input::Notice(NoticeRecord { agency, notice: bytes }))
        }
        Err(_) => Verdict::Ignore,
    }
}

/// Evidence of a contradiction between two messages, or two dispatches, of one peer.
pub(super) fn suspected(node: &Node, suspicion: Suspicion) -> Option<Accusation> {
    match suspicion {
        Suspicion::Number { peer, epoch, number, dispatch } => {
            let covering = node.memory.dispatches.range(..=(peer.clone(), epoch, number));
            let ((of, _, _), earlier) = covering.last()?;
            let earlier = (*of == peer).then_some(&earlier.dispatch)?;
            make::number_reused(&node.directory, earlier, &dispatch).ok()
        }
        Suspicion::Id { peer, id, message } => {
            let earlier = node.memory.ids.get(&(peer, id))?;
            let earlier = &node.memory.messages.get(earlier)?.message;
            make::id_reused(&node.directory, earlier, &message).ok()
        }
    }
}

/// Evidence that a log has two histories: by its owner, and by each witness that cosigned both.
pub(super) fn forked(node: &Node, held: &PeerHeadRecord, misfit: &Misfit) -> Vec<Accusation> {
    let log = Log {
        directory: &node.directory,
        owner: &held.peer,
        number: node.directory.log_of(&held.peer),
    };
    let (note, path, seen) = match misfit {
        Misfit::Root { shown } => (shown.note(), Vec::new(), Vec::<Digest>::new()),
        Misfit::Beginning { shown, old_root, path } => {
            (shown.note(), path.clone(), vec![*old_root])
        }
    };
    let shown = ShownNote { note, path: &path, seen: &seen };
    let owner = make::log_fork(&log, &held.note, &shown).ok();
    let witnesses = node.engine.peers().filter(|peer| **peer != held.peer);
    let witnesses =
        witnesses.filter_map(|witness| make::witness_fork(&log, witness, &held.note, &shown).ok());
    owner.into_iter().chain(witnesses).collect()
}

/// A checkpoint in evidence against this node that bears its signature and that its log never had.
fn never_ours(node: &Node, from: &AgencyId, accusation: &Accusation) -> Option<PeerHeadRecord> {
    if *accusation.accused() != node.agency {
        return None;
    }
    let log = node.directory.log_in_force(&node.agency)?;
    let never = |note: &Vec<u8>| {
        let signed = checkpoint::verify_by(note, &log.origin, &log.keys).ok()?;
        let head = signed.checkpoint();
        let ours = node.root_at(head.size) == Some(head.root);
        (!ours).then(|| PeerHeadRecord {
            peer: from.clone(),
            size: head.size,
            root: head.root,
            note: ByteBuf::from(note.clone()),
        })
    };
    accusation.notes().iter().find_map(never)
}

/// Why a witness that lies declines.
pub(super) const REFUSALS: [WitnessRefusal; 6] = [
    WitnessRefusal::Signature,
    WitnessRefusal::Sizes,
    WitnessRefusal::Inconsistent,
    WitnessRefusal::Clock,
    WitnessRefusal::Condemned,
    WitnessRefusal::Unable,
];
