//! From suspicion to evidence: what contradicts what is held becomes a file, or nothing.
//!
//! Connections and the writer hand in [`Lead`]s and go on; one task follows them, one after the other, on a worker, so
//! that a liar costs at most one worker's time. What is proven goes to the writer as any other input.
//! [`Seen`] keeps the last checkpoints of each log beside the newest one: two histories are found where they were shown
//! at one size, also when the logs have grown since.
//!
//! Absent on purpose: deciding. The engine counts what it takes.

pub(crate) mod talk;
pub(crate) mod writing;

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::audit::evidence::Accusation;
use concord_protocol::audit::evidence::judge;
use concord_protocol::audit::evidence::make;
use concord_protocol::audit::evidence::make::Log;
use concord_protocol::audit::evidence::make::Shown;
use concord_protocol::audit::watch::Showing;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Suspicion;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::note;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::succession::SuccessionFrame;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;

use crate::host::accuse::writing::Charged;
use crate::host::exchange::Surroundings;
use crate::host::mailbox::Job;
use crate::store::read::Reader;
use crate::telemetry::shown;

/// Leads that wait to be followed; beyond it one is dropped, and comes again with the next checkpoint.
pub(crate) const LEADS_MAX: usize = 64;

/// Checkpoints remembered of one log beside the newest one.
const SEEN_MAX: usize = 16;

/// Something to look into, and who brought it.
#[derive(Debug)]
pub struct Lead {
    /// Who brought it.
    pub from: AgencyId,
    /// What it is.
    pub what: What,
    /// The share of its connection's room, where it came as a frame: files are long, and wait here.
    room: Option<OwnedSemaphorePermit>,
}

/// What there is to look into.
#[derive(Debug)]
pub enum What {
    /// Checkpoints of members' logs, as signed notes.
    Heads(Vec<Vec<u8>>),
    /// The newest checkpoint of its own log, by the member's word.
    Own {
        /// As a signed note.
        note: Vec<u8>,
        /// What was held of the log before the member said so.
        before: Option<TreeSize>,
    },
    /// A checkpoint that was to continue one that is held, and did not.
    Misfit(Box<Misfit>),
    /// A receipt that did not continue what is held.
    Receipt(Box<Receipt>),
    /// A dispatch or a message that contradicts one in the store.
    Suspicion(Suspicion),
    /// A file that was asked for.
    File(Vec<u8>),
}

/// A checkpoint that does not continue the one held.
#[derive(Debug)]
pub struct Misfit {
    /// What is held, as a signed note.
    pub held: Vec<u8>,
    /// What was shown, as a signed note.
    pub note: Vec<u8>,
    /// The path that came with it.
    pub path: Vec<Digest>,
    /// The old root that came with it.
    pub old_root: Option<Digest>,
}

/// Where suspicion is handed in, and what the watch needs of it.
#[derive(Debug)]
pub struct Desk {
    leads: mpsc::Sender<Lead>,
    seen: Mutex<Seen>,
    shown: Mutex<BTreeMap<AgencyId, (LogNumber, Showing)>>,
}

impl Desk {
    /// An empty desk, and what [`follow`] takes.
    pub fn new() -> (Self, mpsc::Receiver<Lead>) {
        let (leads, follow) = mpsc::channel(LEADS_MAX);
        let (seen, shown) = (Mutex::default(), Mutex::default());
        (Self { leads, seen, shown }, follow)
    }

    /// Hands in a lead. One too many is dropped: whoever lies once shows it again.
    pub(crate) fn pursue(&self, from: &AgencyId, what: What) {
        self.hand_in(Lead { from: from.clone(), what, room: None });
    }

    /// Hands in what came as a frame; its connection has less room until it was looked into.
    pub(crate) fn pursue_frame(&self, from: &AgencyId, what: What, room: OwnedSemaphorePermit) {
        self.hand_in(Lead { from: from.clone(), what, room: Some(room) });
    }

    fn hand_in(&self, lead: Lead) {
        let from = lead.from.clone();
        if self.leads.try_send(lead).is_err() {
            tracing::debug!(peer = shown(&from), "a lead was dropped");
        }
    }

    /// A log ended: whatever is known of it is held against the end that was stated.
    pub(crate) fn ended(&self, ended: &SuccessionRecord) {
        let seen = self.seen(|seen| seen.before(&ended.agency, ended.log));
        let held = ended.held.iter().map(|held| held.note.to_vec());
        self.pursue(&ended.agency, What::Heads(held.chain(seen).collect()));
    }

    /// Notes the size of what a member showed of its own log, of which so much was held before it did.
    fn showed(
        &self,
        member: &AgencyId,
        log: LogNumber,
        (size, held): (TreeSize, Option<TreeSize>),
    ) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shown.get(member).filter(|(number, _)| *number == log);
        let earlier = known.map(|(_, last)| last.size.max(last.before));
        let before = held.max(earlier).unwrap_or(size);
        shown.insert(member.clone(), (log, Showing { size, before }));
    }

    /// What a member last showed of this log of its own.
    pub(crate) fn shown_by(&self, member: &AgencyId, log: LogNumber) -> Option<Showing> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(member).filter(|(number, _)| *number == log).map(|(_, showing)| *showing)
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where a lead is followed: what is durable, who the members are, and what was seen.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Everything that is durable.
    pub reader: &'a Reader,
    /// Members and their credentials.
    pub directory: &'a Directory,
    /// The checkpoints that were seen.
    pub desk: &'a Desk,
}

/// The last checkpoints of each log.
#[derive(Debug, Default)]
struct Seen {
    logs: BTreeMap<(AgencyId, LogNumber), VecDeque<SignedCheckpoint>>,
}

impl Seen {
    /// Notes a verified checkpoint; of one size the first root stays, with the note that has more lines.
    fn note(&mut self, owner: &AgencyId, log: LogNumber, seen: &SignedCheckpoint) {
        let known = self.logs.entry((owner.clone(), log)).or_default();
        let size = seen.checkpoint().size;
        if let Some(before) = known.iter_mut().find(|known| known.checkpoint().size == size) {
            // The lines of cosigners are what a witness can be accused with.
            if before.checkpoint() == seen.checkpoint() && before.note().len() < seen.note().len() {
                *before = seen.clone();
            }
            return;
        }
        if known.len() >= SEEN_MAX {
            known.pop_front();
        }
        known.push_back(seen.clone());
    }

    /// A checkpoint of the same size and another root, if one was seen.
    fn other(&self, owner: &AgencyId, log: LogNumber, than: &SignedCheckpoint) -> Option<Vec<u8>> {
        let than = than.checkpoint();
        let known = self.logs.get(&(owner.clone(), log))?;
        let other = |known: &&SignedCheckpoint| {
            known.checkpoint().size == than.size && known.checkpoint().root != than.root
        };
        known.iter().find(other).map(|other| other.note().to_vec())
    }

    /// Every checkpoint of the logs of a member before this one.
    fn before(&self, owner: &AgencyId, log: LogNumber) -> Vec<Vec<u8>> {
        let older = self.logs.iter().filter(|((known, number), _)| known == owner && *number < log);
        older.flat_map(|(_, seen)| seen).map(|seen| seen.note().to_vec()).collect()
    }

    fn of_size(&self, owner: &AgencyId, log: LogNumber, size: TreeSize) -> Option<Vec<u8>> {
        let known = self.logs.get(&(owner.clone(), log))?;
        let found = known.iter().find(|known| known.checkpoint().size == size)?;
        Some(found.note().to_vec())
    }
}

/// Follows leads until the node stops; the first one is what was held when a log ended, for a stop may have come between.
pub(crate) async fn follow(around: Surroundings, mut leads: mpsc::Receiver<Lead>) {
    let ended = around.shared.reader.successions().unwrap_or_default();
    let held = ended.into_iter().filter_map(|ended| Some(ended.held?.note.into_vec()));
    around.shared.desk.pursue(&around.shared.me, What::Heads(held.collect()));
    loop {
        let lead = tokio::select! {
            lead = leads.recv() => lead,
            () = around.mailbox.closed() => None,
        };
        let Some(Lead { from, what, room }) = lead else { return };
        let shared = Arc::clone(&around.shared);
        let who = from.clone();
        let look = move || {
            let directory = shared.directory();
            let (reader, desk) = (&shared.reader, &shared.desk);
            look_into(&Scene { reader, directory: &directory, desk }, &who, what)
        };
        let found = around.shared.crew.workers.run(look).await;
        drop(room);
        for accusation in found.unwrap_or_default() {
            let notes = accusation.notes().to_vec();
            let proven = Box::new(accusation.proven());
            let (accused, from) = (accusation.accused().clone(), from.clone());
            let charged = Charged { proven, accused, notes, from };
            if around.mailbox.send(Job::Accused(charged)).await.is_err() {
                return;
            }
        }
    }
}

/// What a lead proves. Pure but for the store's rows, and expensive: runs on a worker.
pub fn look_into(scene: &Scene<'_>, from: &AgencyId, what: What) -> Vec<Accusation> {
    match what {
        What::Heads(notes) => notes.iter().flat_map(|note| look_at(scene, note)).collect(),
        What::Own { note, before } => {
            if let Some(own) = known(scene.directory, &note).filter(|known| known.owner == *from) {
                let size = own.checkpoint.checkpoint().size;
                scene.desk.showed(from, own.number, (size, before));
            }
            look_at(scene, &note)
        }
        What::Misfit(misfit) => misfits(scene, &misfit),
        What::Receipt(receipt) => receipts(scene, &receipt),
        What::Suspicion(suspicion) => suspected(scene, suspicion).into_iter().collect(),
        // spec: evd-14, evd-28, wire-54
        What::File(file) => match judge::verify_for(&file, scene.directory) {
            Ok(accusation) => vec![accusation],
            Err(flaw) => {
                tracing::info!(
                    code = flaw.code(),
                    "a file of evidence that proves nothing was dropped"
                );
                Vec::new()
            }
        },
    }
}

/// A checkpoint whose log key is known, with its log.
#[derive(Debug)]
pub struct Known {
    owner: AgencyId,
    /// The number of the log.
    pub number: LogNumber,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// Finds the log that a note is of, and verifies it. `None` for whatever is of nobody here.
pub fn known(directory: &Directory, bytes: &[u8]) -> Option<Known> {
    let parsed = note::parse(bytes).ok()?;
    let origin = parsed.unverified_text().split('\n').next()?;
    let credentials = directory.credentials().map(|verified| verified.credential());
    let own = credentials
        .into_iter()
        .find(|own| directory.origin(&own.agency, own.log_number) == origin)?;
    let (owner, number) = (own.agency.clone(), own.log_number);
    // What a revoked key signed beyond the last good checkpoint says nothing about its owner.
    // spec: id-43
    let keys = directory.log_keys(&owner, number);
    let checkpoint = checkpoint::verify_by(bytes, origin, &keys).ok()?;
    Some(Known { owner, number, checkpoint })
}

/// Compares a checkpoint with those of the same size and with the end of its log, and remembers it.
// spec: evd-12
fn look_at(scene: &Scene<'_>, bytes: &[u8]) -> Vec<Accusation> {
    let directory = scene.directory;
    let Some(Known { owner, number, checkpoint }) = known(directory, bytes) else {
        return Vec::new();
    };
    let other = scene.desk.seen(|seen| {
        let other = seen.other(&owner, number, &checkpoint);
        seen.note(&owner, number, &checkpoint);
        other
    });
    let mut found: Vec<Accusation> = outlived(scene, (&owner, number), bytes).into_iter().collect();
    if let Some(other) = other {
        let log = Log { directory, owner: &owner, number };
        found.extend(all_of(&log, &other, &Shown { note: bytes, path: &[], seen: &[] }));
    }
    found
}

/// A checkpoint of a log that ended, beyond its end.
fn outlived(
    scene: &Scene<'_>,
    (owner, number): (&AgencyId, LogNumber),
    note: &[u8],
) -> Option<Accusation> {
    if number >= scene.directory.log_of(owner) {
        return None;
    }
    let successions = scene.reader.successions().ok()?;
    let follows = number.get().checked_add(1);
    let ended = successions
        .into_iter()
        .find(|record| record.agency == *owner && Some(record.log.get()) == follows)?;
    let SuccessionRecord { statement, approvals, .. } = ended;
    make::log_outlived(scene.directory, &SuccessionFrame { statement, approvals }, note).ok()
}

/// The owner of a log, and every witness that cosigned both checkpoints.
fn all_of(log: &Log<'_>, held: &[u8], shown: &Shown<'_>) -> Vec<Accusation> {
    let owner = make::log_fork(log, held, shown).ok();
    let members = log.directory.members().map(|member| &member.agency);
    let witnesses = members
        .filter(|member| *member != log.owner)
        .filter_map(|witness| make::witness_fork(log, witness, held, shown).ok());
    owner.into_iter().chain(witnesses).collect()
}

fn misfits(scene: &Scene<'_>, misfit: &Misfit) -> Vec<Accusation> {
    let directory = scene.directory;
    let Some(Known { owner, number, .. }) = known(directory, &misfit.note) else {
        return Vec::new();
    };
    let log = Log { directory, owner: &owner, number };
    let seen: Vec<Digest> = misfit.old_root.into_iter().collect();
    let shown = Shown { note: &misfit.note, path: &misfit.path, seen: &seen };
    let mut found = all_of(&log, &misfit.held, &shown);
    found.extend(look_at(scene, &misfit.note));
    found
}

fn receipts(scene: &Scene<'_>, receipt: &Receipt) -> Vec<Accusation> {
    let directory = scene.directory;
    let Some(Known { owner, number, .. }) = known(directory, &receipt.checkpoint) else {
        return Vec::new();
    };
    let log = Log { directory, owner: &owner, number };
    // The receipt started from a checkpoint that was seen, if it is one of this log at all.
    let base = scene.desk.seen(|seen| seen.of_size(&owner, number, receipt.from));
    let held = base.or_else(|| {
        let heads = scene.reader.peer_heads().ok()?;
        heads.into_iter().find(|head| head.peer == owner).map(|head| head.note.into_vec())
    });
    let fork = held.and_then(|held| make::receipt_fork(&log, &held, receipt).ok());
    let mut found: Vec<Accusation> = fork.into_iter().collect();
    found.extend(look_at(scene, &receipt.checkpoint));
    found
}

fn suspected(scene: &Scene<'_>, suspicion: Suspicion) -> Option<Accusation> {
    match suspicion {
        Suspicion::Number { peer, epoch, number, dispatch } => {
            let earlier = scene.reader.dispatch(&peer, epoch, number).ok()??;
            make::number_reused(scene.directory, &earlier.dispatch, &dispatch).ok()
        }
        Suspicion::Id { peer, id, message } => {
            let earlier = scene.reader.message_by_id(&id, &peer).ok()??;
            let earlier = scene.reader.message(&earlier).ok()??;
            make::id_reused(scene.directory, &earlier.message, &message).ok()
        }
    }
}

#[cfg(test)]
mod tests;
