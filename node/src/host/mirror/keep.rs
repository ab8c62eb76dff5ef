//! The mirror's side: keeps what owners send, gives it back when they ask.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::ids::AgencyId;
use concord_protocol::limits::MIRROR_LOG_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting::MirrorHead;
use concord_protocol::wire::mirror;
use concord_protocol::wire::mirror::Mirror;
use concord_protocol::wire::mirror::MirrorOutcome;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::mirror::Owner;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::host::exchange::Ended;
use crate::host::mailbox::Outgoing;
use crate::host::mirror::owner;
use crate::host::shared::Shared;
use crate::store::mirror::MirrorFiles;
use crate::store::mirror::TakeError;
use crate::store::reserve::Room;
use crate::telemetry::shown;

/// The logs that this node keeps for others, each opened when its owner first connects.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    open: Mutex<BTreeMap<String, Arc<Mutex<MirrorFiles>>>>,
}

impl Keeper {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::new(BTreeMap::new()) }
    }

    fn files(
        &self,
        shared: &Shared,
        agency: &AgencyId,
        owner: Owner,
    ) -> io::Result<Arc<Mutex<MirrorFiles>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = open.get(&owner.origin) {
            let files = Arc::clone(files);
            files.lock().unwrap_or_else(PoisonError::into_inner).know(owner.keys);
            return Ok(files);
        }
        let name = mirror::log_name(&owner.origin).ok_or(io::ErrorKind::InvalidInput)?;
        let origin = owner.origin.clone();
        let (files, found) =
            shared.reader.mirror(&self.folder.join(agency.as_str()).join(name), owner)?;
        if found.aside.is_some() {
            tracing::error!(
                peer = shown(agency),
                "what was kept of a log is damaged; its owner sends it again"
            );
        } else if found.cut > 0 {
            tracing::info!(
                peer = shown(agency),
                "an unfinished part of a mirrored log was cut off"
            );
        }
        let files = Arc::new(Mutex::new(files));
        open.insert(origin, Arc::clone(&files));
        Ok(files)
    }

    /// How far a member's log is kept, for the greeting; opens the files at first.
    // spec: wire-55
    pub(crate) fn head(&self, shared: &Shared, agency: &AgencyId) -> Option<MirrorHead> {
        let files = self.of(shared, agency)?;
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.begin_connection().is_err() {
            tracing::error!(peer = shown(agency), "the mirror's files cannot be written");
        }
        let (sequence, note) = mirror::head_of(files.followed())?;
        Some(MirrorHead { sequence, checkpoint: ByteBuf::from(note) })
    }

    /// The files of a member's log, if this node is a mirror of it.
    fn of(&self, shared: &Shared, agency: &AgencyId) -> Option<Arc<Mutex<MirrorFiles>>> {
        let directory = shared.directory();
        if !super::mirrors(&directory, &shared.me, agency) {
            return None;
        }
        let files = self.files(shared, agency, owner(&directory, agency)?);
        files
            .inspect_err(|_| {
                tracing::error!(peer = shown(agency), "the mirror's files cannot be opened")
            })
            .ok()
    }

    fn answer(
        &self,
        shared: &Shared,
        agency: &AgencyId,
        frame: &Frame,
    ) -> Result<Frame, CloseCode> {
        let files = self.of(shared, agency).ok_or(CloseCode::BadFrame)?;
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        match frame {
            // spec: wire-58
            Frame::Mirror(parts) => {
                let outcome = take(&mut files, parts, shared.reader.room())?;
                let followed = files.followed();
                let (sequence, size) = (followed.sequence(), followed.tree().size());
                Ok(Frame::Mirrored(Mirrored { sequence, size, outcome }))
            }
            // The log asked for is always the asker's own.
            // spec: wire-60
            Frame::Recall(place) => match files.recall(*place) {
                Ok(given) => Ok(Frame::Recalled(given)),
                Err(_) => Err(CloseCode::Stopping),
            },
            Frame::Greeting(_)
            | Frame::Credential(_)
            | Frame::Offer(_)
            | Frame::Receipt(_)
            | Frame::Ping(_)
            | Frame::Pong(_)
            | Frame::Witness(_)
            | Frame::Witnessed(_)
            | Frame::Lift(_)
            | Frame::Evidence(_)
            | Frame::Mirrored(_)
            | Frame::Recalled(_)
            | Frame::Succession(_)
            | Frame::Approval(_)
            | Frame::Revocation(_)
            | Frame::Notice(_)
            | Frame::Charters(_)
            | Frame::Staff(_)
            | Frame::Blinded(_)
            | Frame::Keyed(_) => Err(CloseCode::BadFrame),
        }
    }
}

pub(super) fn take(
    files: &mut MirrorFiles,
    parts: &Mirror,
    room: Room,
) -> Result<MirrorOutcome, CloseCode> {
    // spec: store-35
    if room == Room::Low || files.bytes() > MIRROR_LOG_BYTES_MAX {
        return Ok(MirrorOutcome::NoRoom);
    }
    match files.take(parts) {
        Ok(()) => Ok(MirrorOutcome::Kept),
        // spec: wire-57
        Err(TakeError::Unfit(_)) => Err(CloseCode::BadMirror),
        Err(TakeError::Unwritable | TakeError::Disk(_)) => {
            tracing::error!("a mirrored log cannot be written");
            Ok(MirrorOutcome::NoRoom)
        }
    }
}

/// Answers what the peer of one connection asks about its own log, one question after the other.
pub(crate) async fn keep(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    mut asked: mpsc::Receiver<Frame>,
    answers: &mpsc::WeakSender<Outgoing>,
) -> Ended {
    while let Some(frame) = asked.recv().await {
        let disk = &shared.crew.disk;
        let (shared, peer) = (Arc::clone(shared), peer.clone());
        // A disk is waited for beside the workers, which have messages to check.
        match disk.run(move || shared.keeper.answer(&shared, &peer, &frame)).await {
            Ok(Ok(answer)) => {
                if let Some(answers) = answers.upgrade() {
                    drop(answers.try_send(Outgoing::Say(Box::new(answer))));
                }
            }
            Ok(Err(code)) => return code.into(),
            Err(_) => return CloseCode::Stopping.into(),
        }
    }
    Ended::Broken
}
