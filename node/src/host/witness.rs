//! The witness: writes down what it cosigns, syncs, signs, answers; a thread of its own.
//!
//! What comes here is durable in the journal already. Whatever waits is written down together, so that many peers cost
//! one sync, and neither the writer nor any connection waits for it.
//!
//! Absent on purpose: judging. The connection checked the path, the engine that it continues what is held.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread;

use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::engine::effects::CosignAction;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::MEMBERS_MAX;
use concord_protocol::log::checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::Witnessed;
use concord_protocol::wire::witness::Witnesses;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::clock;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;
use crate::host::start::StartError;
use crate::settings::folder::NodeFolder;
use crate::store::read::Reader;
use crate::store::witness::VouchError;
use crate::store::witness::Vouched;
use crate::store::witness::WitnessFile;
use crate::store::witness::WitnessFinding;
use crate::telemetry::shown;

/// Requests that may wait; beyond it a peer is told that this witness has too much to do, and asks again.
pub(crate) const REQUESTS_MAX: usize = 2 * MEMBERS_MAX;

/// One head to cosign, and the connection that waits for it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) action: CosignAction,
    /// Weak: the writer alone keeps the connection's sender alive.
    pub(crate) answer: mpsc::WeakSender<Outgoing>,
}

/// What a witness needs.
#[derive(Debug)]
pub struct Witness {
    /// What it cosigned last of each log.
    pub file: WitnessFile,
    /// Signs cosignatures.
    pub key: SharedSigner,
    /// The name under which it cosigns.
    pub name: String,
}

/// Starts the thread; it ends when the writer is gone, and with the first failed write, which the writer notices.
pub(crate) fn spawn(witness: Witness, shared: Arc<Shared>) -> io::Result<mpsc::Sender<Request>> {
    let (requests, waiting) = mpsc::channel(REQUESTS_MAX);
    let run = move || witness.run(&shared, waiting);
    thread::Builder::new().name("witness".to_owned()).spawn(run)?;
    Ok(requests)
}

impl Witness {
    fn run(mut self, shared: &Shared, mut waiting: mpsc::Receiver<Request>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut requests = vec![first];
            while let Ok(next) = waiting.try_recv() {
                requests.push(next);
            }
            // What is in doubt of its own log signs nothing; its connections are closed anyway.
            if shared.published().view.mode.standing().is_some() {
                continue;
            }
            let now = Seconds::of(clock::now());
            let actions: Vec<&CosignAction> =
                requests.iter().map(|request| &request.action).collect();
            let answers = self.cosign(&actions, now);
            for (request, answer) in requests.iter().zip(answers) {
                if let Some(connection) = request.answer.upgrade() {
                    // A connection that does not keep up is dropped by the writer; the peer asks again on the next one.
                    drop(connection.try_send(Outgoing::Witnessed(answer)));
                }
            }
            // spec: wit-17
            if self.file.has_failed() {
                return;
            }
        }
    }

    /// Answers each request; everything that is cosigned is written down before.
    // spec: wit-10
    pub fn cosign(&mut self, requests: &[&CosignAction], now: Seconds) -> Vec<Witnessed> {
        let mut vouched: Vec<Vouched> = Vec::new();
        let judged: Vec<Result<(), WitnessRefusal>> = requests
            .iter()
            .map(|request| {
                let one = vouch(request, now);
                let earlier = vouched.iter().rev().find(|log| log.origin == one.origin);
                allows(earlier.or_else(|| self.file.last(&one.origin)), &one)?;
                vouched.push(one);
                Ok(())
            })
            .collect();
        let written = self.file.vouch(vouched);
        if let Err(error) = &written {
            tell(error);
        }
        let answer = |(request, judged): (&&CosignAction, Result<(), WitnessRefusal>)| {
            let signed = judged.and_then(|()| match written {
                Ok(()) => self.sign(request, now),
                Err(_) => Err(WitnessRefusal::Unable),
            });
            signed.unwrap_or_else(|code| Witnessed::Refused { code })
        };
        requests.iter().zip(judged).map(answer).collect()
    }

    fn sign(&self, request: &CosignAction, now: Seconds) -> Result<Witnessed, WitnessRefusal> {
        let text = request.checkpoint.text();
        let line = cosignature::cosign(&text, now, &self.name, self.key.as_ref());
        let line = ByteBuf::from(line.map_err(|_| WitnessRefusal::Unable)?);
        Ok(Witnessed::Cosigned { size: request.checkpoint.checkpoint().size, line })
    }
}

/// Opens the witness file, and says what became of it.
pub(crate) fn open_file(
    folder: &NodeFolder,
    agency: &AgencyId,
    reader: &Reader,
) -> Result<WitnessFile, StartError> {
    let (file, finding) =
        WitnessFile::open(folder.path(), agency).map_err(StartError::WitnessFile)?;
    // spec: wit-12
    match finding {
        WitnessFinding::Held => {}
        WitnessFinding::Missing if reader.peer_heads()?.is_empty() => {}
        WitnessFinding::Missing => tracing::warn!(
            "the witness file is missing: the journal alone says what this node cosigned"
        ),
        WitnessFinding::Damaged | WitnessFinding::Foreign => tracing::warn!(
            "the witness file is damaged or another node's, and was set aside as state/witness.refused: the journal alone says what this node cosigned"
        ),
    }
    Ok(file)
}

/// Whether a note is of the log of that peer that is in force: one of a log that ended says nothing about the next.
// spec: suc-8
pub(crate) fn in_force(directory: &Directory, peer: &AgencyId, note: &[u8]) -> bool {
    let origin = directory.origin(peer, directory.log_of(peer));
    checkpoint::origin_line(note) == Some(origin.as_str())
}

/// Whether a checkpoint of a log in force has a quorum of the witnesses that count now.
pub(crate) fn is_quorate(directory: &Directory, owner: &AgencyId, note: &[u8]) -> bool {
    let Some(log) = directory.log_in_force(owner) else { return false };
    let signed = checkpoint::verify_by(note, &log.origin, &log.keys).ok();
    signed.is_some_and(|signed| Witnesses::of(directory, owner).quorate(&signed).is_ok())
}

/// The newest checkpoint of each peer's log, from the journal or, where that knows more, from the witness file.
pub(crate) fn newest_held(
    journal: Vec<PeerHeadRecord>,
    file: &WitnessFile,
    directory: &Directory,
) -> Vec<PeerHeadRecord> {
    let mut held: BTreeMap<AgencyId, PeerHeadRecord> =
        journal.into_iter().map(|head| (head.peer.clone(), head)).collect();
    held.retain(|peer, head| in_force(directory, peer, &head.note));
    for vouched in file.logs() {
        if directory.origin(&vouched.agency, directory.log_of(&vouched.agency)) != vouched.origin {
            continue;
        }
        let known = held.get(&vouched.agency);
        // spec: wit-12
        if known.is_none_or(|known| known.size < vouched.size) {
            let peer = vouched.agency.clone();
            tracing::warn!(
                peer = shown(&peer),
                "the witness file knows a newer checkpoint of this peer than the journal: the data are older than it"
            );
            let (size, root, note) = (vouched.size, vouched.root, vouched.note.clone());
            held.insert(peer.clone(), PeerHeadRecord { peer, size, root, note });
        }
    }
    held.into_values().collect()
}

fn vouch(request: &CosignAction, now: Seconds) -> Vouched {
    let head = request.checkpoint.checkpoint();
    let agency: &AgencyId = &request.peer;
    Vouched {
        agency: agency.clone(),
        origin: head.origin.clone(),
        size: head.size,
        root: head.root,
        at: now.instant(),
        note: ByteBuf::from(request.checkpoint.note().to_vec()),
    }
}

/// Whether what was cosigned before allows this: the last guard, when journal and engine had forgotten it.
fn allows(last: Option<&Vouched>, next: &Vouched) -> Result<(), WitnessRefusal> {
    let Some(last) = last else { return Ok(()) };
    // spec: wit-11
    if next.at < last.at {
        return Err(WitnessRefusal::Clock);
    }
    // spec: wit-1
    if next.size < last.size || (next.size == last.size && next.root != last.root) {
        tracing::error!("the witness file knows a newer or another tree than the journal");
        return Err(WitnessRefusal::Unable);
    }
    Ok(())
}

fn tell(error: &VouchError) {
    match error {
        VouchError::Unwritable(_) | VouchError::Full => {
            tracing::error!(
                "the witness file could not be written: nothing more is cosigned, and the node ends"
            );
        }
        VouchError::Failed => tracing::debug!("nothing is cosigned after a failed write"),
    }
}

#[cfg(test)]
mod tests;
