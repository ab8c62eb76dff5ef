//! The hearing side of a connection: frames are judged beside each other and handed on in the order of their arrival.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::codec;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::staff;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::log::succession::VerifiedApproval;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::Keyed;
use concord_protocol::wire::offer;
use concord_protocol::wire::offer::Judge;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt;
use concord_protocol::wire::receipt::Expected;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::VerifiedReceipt;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use serde_bytes::ByteBuf;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time;
use tokio::time::Instant;

use crate::clock;
use crate::host::accuse::What;
use crate::host::accuse::talk::Talk;
use crate::host::charters;
use crate::host::deconfliction::talk as keying;
use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::exchange::ask;
use crate::host::exchange::papers;
use crate::host::mailbox::By;
use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::mirror::Doors;
use crate::host::recall::HeldNote;
use crate::host::succession;
use crate::telemetry::shown;
use crate::transport::stream::FrameReceiver;

/// Frames that are checked ahead of the writer, for each connection.
pub(super) const AHEAD_MAX: usize = 8;

/// Bytes of frames between the stream and the writer, for each connection: one of the longest while another is checked.
///
/// The mailbox counts jobs; without this, one peer could fill it with frames of 4 MiB.
const AHEAD_BYTES_MAX: usize = 2 * FRAME_BYTES_MAX;

/// Frames there, for each connection: enough for a full commit, and too few to fill the mailbox with short ones.
const AHEAD_FRAMES_MAX: usize = 128;

/// A frame that a worker has looked at.
pub(super) enum Judged {
    Offer(Box<VerifiedOffer>),
    /// Receipts are checked in order, because each continues the one before.
    Receipt(Box<Receipt>),
    /// The same holds for what continues the peer's log in witnessing.
    Witness(Box<WitnessRequest>),
    Witnessed(Box<Witnessed>),
    Lift(Box<Lift>),
    Credential(CredentialRecord),
    Revocation(RevocationRecord),
    Notice(NoticeRecord),
    Staff(StaffRecord),
    Ended(Box<wire::succession::Heard>),
    Approved(Box<VerifiedApproval>),
    /// A credential that does not verify; it is ignored, for it may be of a charter we do not know.
    Ignored,
    Ping(u64),
    Pong(u64),
    OfMirrors(Box<Frame>),
    Blinded(Blinded),
    Keyed(Keyed),
    Evidence(EvidenceTalk),
    Charters(Vec<Vec<u8>>),
    Bad(CloseCode),
}

/// A judged frame, and its bytes' share of the room until the writer has taken it.
pub(super) struct Heard {
    judged: Judged,
    room: OwnedSemaphorePermit,
    offer: Option<Kept>,
}

/// The frame of an offer, the directory under which it was judged, and what the peer had claimed by then.
type Kept = (Vec<u8>, Arc<Directory>, Option<u64>);

/// Takes frames off the stream and gives each to a worker; at most [`AHEAD_MAX`] wait.
pub(super) async fn hear(
    listener: &Listener,
    mut receiver: FrameReceiver,
    ahead: mpsc::Sender<JoinHandle<Heard>>,
) -> Ended {
    let room = Arc::new(Semaphore::new(AHEAD_BYTES_MAX));
    let mut slowed = Slowed::No;
    loop {
        let Ok(frame) = receiver.receive().await else { return Ended::Broken };
        let paces = &listener.around.shared.paces;
        let next = paces.book(&listener.peer, Instant::now(), frame.len());
        let Ok(room) = Arc::clone(&room).acquire_many_owned(share(frame.len())).await else {
            return Ended::Broken;
        };
        let Ok(place) = ahead.reserve().await else { return Ended::Broken };
        let judge = listener.clone();
        place.send(tokio::spawn(async move {
            let workers = judge.around.shared.crew.workers.clone();
            let judged = workers.run(move || judge.judged(frame)).await;
            let stopping = || (Judged::Bad(CloseCode::Stopping), None);
            let (judged, offer) = judged.unwrap_or_else(|_| stopping());
            Heard { judged, room, offer }
        }));
        slowed = wait_for(next, &listener.peer, slowed).await;
    }
}

/// What a frame takes of the room, in bytes: a short one its share of the number of frames.
// spec: wire-23
fn share(bytes: usize) -> u32 {
    u32::try_from(bytes.max(AHEAD_BYTES_MAX / AHEAD_FRAMES_MAX)).unwrap_or(u32::MAX)
}

/// Whether the operator was told of a connection that its member speaks faster than it may.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slowed {
    No,
    Told,
}

/// Leaves the next frame where it is until its time has come.
// spec: wire-22
async fn wait_for(next: Instant, peer: &AgencyId, slowed: Slowed) -> Slowed {
    if next <= Instant::now() {
        return slowed;
    }
    if slowed == Slowed::No {
        tracing::info!(peer = shown(peer), "a member speaks faster than it may, and is read later");
    }
    time::sleep_until(next).await;
    Slowed::Told
}

/// The hearing side of one connection.
#[derive(Clone)]
pub(super) struct Listener {
    pub(super) around: Surroundings,
    pub(super) peer: AgencyId,
    pub(super) held: Option<HeldNote>,
    pub(super) passage: Passage,
    pub(super) answers: mpsc::WeakSender<Outgoing>,
    pub(super) doors: Doors,
    pub(super) keys: keying::Doors,
    pub(super) talk: Talk,
    /// The highest number of a staff list of its own that the peer said to hold; 0 for none.
    pub(super) claimed: Arc<AtomicU64>,
}

impl Listener {
    /// Judges a frame, and keeps an offer in case the members change before its turn has come.
    fn judged(&self, frame: Vec<u8>) -> (Judged, Option<Kept>) {
        let claimed = self.claimed();
        let directory = self.around.shared.directory();
        let judged = self.judge(&frame);
        let kept = matches!(judged, Judged::Offer(_) | Judged::Bad(_))
            .then_some((frame, directory, claimed));
        (judged, kept)
    }

    /// An offer that came behind a credential or a revocation was perhaps judged without it.
    async fn again(&self, heard: Heard) -> Heard {
        let Heard { judged, room, offer } = heard;
        let Some((frame, under, claimed)) = offer else {
            return Heard { judged, room, offer: None };
        };
        let shared = &self.around.shared;
        if Arc::ptr_eq(&under, &shared.directory()) && claimed == self.claimed() {
            return Heard { judged, room, offer: None };
        }
        let listener = self.clone();
        let again = shared.crew.workers.run(move || listener.judge(&frame)).await;
        Heard { judged: again.unwrap_or(Judged::Bad(CloseCode::Stopping)), room, offer: None }
    }

    /// Pure and expensive: runs on a worker.
    fn judge(&self, frame: &[u8]) -> Judged {
        let shared = &self.around.shared;
        let directory = shared.directory();
        let frame = codec::decode::<Frame>(frame);
        // spec: rst-5
        match frame.ok().filter(|frame| frame.may_pass(self.passage)) {
            Some(Frame::Offer(offered)) => {
                let judge = Judge {
                    directory: &directory,
                    me: &shared.me,
                    sealing: shared.opens.as_ref(),
                    now: clock::now(),
                    tolerance: shared.tolerance,
                    claimed: self.claimed(),
                    cleared: shared.cleared,
                };
                match offer::verify(offered, &self.peer, &judge) {
                    Ok(verified) => Judged::Offer(Box::new(verified)),
                    Err(code) => Judged::Bad(code),
                }
            }
            Some(Frame::Receipt(receipt)) => Judged::Receipt(Box::new(receipt)),
            Some(Frame::Witness(request)) => Judged::Witness(Box::new(request)),
            Some(Frame::Witnessed(answer)) => Judged::Witnessed(Box::new(answer)),
            Some(Frame::Lift(lift)) => Judged::Lift(Box::new(lift)),
            Some(Frame::Credential(bytes)) => papers::credential(&bytes, shared, &directory),
            Some(Frame::Revocation(bytes)) => papers::revocation(bytes, shared, &directory),
            Some(Frame::Notice(bytes)) => papers::notice(bytes, shared),
            Some(Frame::Staff(bytes)) => self.staff(bytes),
            Some(Frame::Succession(frame)) => {
                match wire::succession::hear(&frame, &directory, &self.peer) {
                    Ok(heard) => Judged::Ended(Box::new(heard)),
                    Err(code) => Judged::Bad(code),
                }
            }
            Some(Frame::Approval(bytes)) => {
                match succession::approval(shared, &self.peer, &bytes) {
                    Ok(Some(approval)) => Judged::Approved(Box::new(approval)),
                    Ok(None) => Judged::Ignored,
                    Err(code) => Judged::Bad(code),
                }
            }
            Some(Frame::Ping(number)) => Judged::Ping(number),
            Some(Frame::Pong(number)) => Judged::Pong(number),
            Some(
                frame @ (Frame::Mirror(_)
                | Frame::Mirrored(_)
                | Frame::Recall(_)
                | Frame::Recalled(_)),
            ) => Judged::OfMirrors(Box::new(frame)),
            Some(Frame::Blinded(asked)) if asked.is_bounded() => Judged::Blinded(asked),
            Some(Frame::Blinded(_)) => Judged::Bad(CloseCode::BadFrame),
            Some(Frame::Keyed(answer)) if answer.is_bounded() => Judged::Keyed(answer),
            Some(Frame::Keyed(_)) => Judged::Bad(CloseCode::BadFrame),
            Some(Frame::Evidence(talk)) if talk.is_bounded() => Judged::Evidence(talk),
            Some(Frame::Evidence(_)) => Judged::Bad(CloseCode::BadFrame),
            Some(Frame::Charters(documents)) => match charters::bounded(documents) {
                Some(documents) => Judged::Charters(documents),
                None => Judged::Bad(CloseCode::BadFrame),
            },
            Some(Frame::Greeting(_)) | None => Judged::Bad(CloseCode::BadFrame),
        }
    }

    /// A staff list, which may come too soon to be taken: what rests on it waits.
    // spec: stf-6, stf-7
    fn staff(&self, bytes: ByteBuf) -> Judged {
        let Some((agency, number)) = staff::peek(&bytes) else { return Judged::Ignored };
        if agency == self.peer {
            self.claimed.fetch_max(number, Ordering::Relaxed);
        }
        papers::staff(bytes, (agency, number), &self.around.shared)
    }

    fn claimed(&self) -> Option<u64> {
        Some(self.claimed.load(Ordering::Relaxed)).filter(|number| *number > 0)
    }

    /// Hands results to the writer in the order in which the frames came.
    pub(super) async fn deliver(mut self, mut judged: mpsc::Receiver<JoinHandle<Heard>>) -> Ended {
        while let Some(next) = judged.recv().await {
            let Ok(next) = next.await else { return CloseCode::Stopping.into() };
            let next = self.again(next).await;
            match self.hand_on(next).await {
                Ok(()) => {}
                Err(ended) => return ended,
            }
        }
        Ended::Broken
    }

    async fn hand_on(&mut self, heard: Heard) -> Result<(), Ended> {
        let Heard { judged, room, .. } = heard;
        let job = match judged {
            Judged::Offer(offer) => Job::Offered { peer: self.peer.clone(), offer, room },
            Judged::Receipt(receipt) => {
                let receipt = Box::new(self.check(*receipt).await?);
                Job::Receipted { peer: self.peer.clone(), receipt, room }
            }
            Judged::Witness(request) => match self.witness(*request, room).await? {
                Some(job) => job,
                None => return Ok(()),
            },
            Judged::Witnessed(answer) => self.witnessed(*answer).await?,
            Judged::Lift(lift) => match self.lift(*lift, room).await? {
                Some(job) => job,
                None => return Ok(()),
            },
            Judged::Credential(record) => {
                return ask(&self.around, |reply| Job::Admit {
                    record,
                    by: By::Peer,
                    reply: Some(reply),
                })
                .await;
            }
            Judged::Revocation(record) => {
                return ask(&self.around, |reply| Job::Revoke { record, reply: Some(reply) }).await;
            }
            Judged::Notice(record) => Job::Notice { record, reply: None },
            // What comes behind it is judged by it.
            Judged::Staff(record) => {
                return ask(&self.around, |reply| Job::Staff {
                    record,
                    by: By::Peer,
                    reply: Some(reply),
                })
                .await;
            }
            Judged::Ended(said) => Job::Ended { said },
            Judged::Approved(approval) => Job::Approved { approval },
            Judged::Ignored => return Ok(()),
            Judged::Ping(number) => {
                if let Some(answers) = self.answers.upgrade() {
                    drop(answers.try_send(Outgoing::Pong(number)));
                }
                return Ok(());
            }
            Judged::Pong(number) => {
                self.around.shared.pong(number);
                return Ok(());
            }
            Judged::OfMirrors(frame) => return Ok(self.doors.hand_on(*frame)?),
            Judged::Blinded(asked) => return Ok(self.keys.ask(asked)?),
            Judged::Keyed(answer) => return Ok(self.keys.answer(answer)?),
            Judged::Evidence(talk) => {
                let answers = self.talk.hear(&self.around.shared, &self.peer, (talk, room))?;
                if let Some(out) = self.answers.upgrade() {
                    for answer in answers {
                        drop(out.try_send(answer));
                    }
                }
                return Ok(());
            }
            Judged::Charters(documents) => {
                let heard = charters::hear(&self.around, &self.peer, documents).await;
                return heard.map(drop).map_err(|error| error.ended());
            }
            Judged::Bad(code) => return Err(code.into()),
        };
        self.around.mailbox.send(job).await.map_err(|_| CloseCode::Stopping.into())
    }

    /// Checks a receipt against the newest checkpoint held, and holds its checkpoint from then on.
    async fn check(&mut self, receipt: Receipt) -> Result<VerifiedReceipt, Ended> {
        let shared = Arc::clone(&self.around.shared);
        let (peer, held) = (self.peer.clone(), self.held.as_ref().map(|held| held.held));
        let verified = self.around.shared.crew.workers.run(move || {
            let directory = shared.directory();
            let log = directory.log_in_force(&peer)?;
            let expected =
                Expected { origin: &log.origin, log_keys: &log.keys, me: &shared.me, held };
            let verified = receipt::verify(&receipt, &expected).ok();
            if verified.is_none() {
                // spec: evd-12
                shared.desk.pursue(&peer, What::Receipt(Box::new(receipt)));
            }
            verified
        });
        let verified =
            verified.await.map_err(|_| CloseCode::Stopping)?.ok_or(CloseCode::BadReceipt)?;
        self.now_held(verified.checkpoint());
        Ok(verified)
    }
}

#[cfg(test)]
mod tests;
