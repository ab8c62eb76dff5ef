//! One connection from greeting to end: what is heard becomes jobs, what the engine wants said is said.
//!
//! Three loops run side by side: `hear` takes frames off the stream and gives each to a worker; `deliver` takes the
//! results in the order of arrival and hands them to the writer; `speak` sends what the writer wants said.
//! The first loop that ends, ends the connection.

mod papers;
mod speak;
mod witness;

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::codec;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::log::succession::VerifiedApproval;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::MirrorHead;
use concord_protocol::wire::greeting::Standpoint;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::mirror::Recalled;
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
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time;

use crate::clock;
use crate::host::accuse::What;
use crate::host::accuse::talk::Talk;
use crate::host::charters;
use crate::host::heal;
use crate::host::mailbox::By;
use crate::host::mailbox::HeldNote;
use crate::host::mailbox::Job;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::OUTGOING_MAX;
use crate::host::mailbox::Opening;
use crate::host::mailbox::Outgoing;
use crate::host::mirror;
use crate::host::mirror::Doors;
use crate::host::mirror::Rooms;
use crate::host::mirror::keep;
use crate::host::mirror::ship;
use crate::host::mirror::ship::Shipping;
use crate::host::shared::Shared;
use crate::host::succession;
use crate::host::view::Phase;
use crate::transport::connection::Connection;
use crate::transport::stream::FrameReceiver;
use crate::transport::stream::FrameSender;

/// Frames that are checked ahead of the writer, for each connection.
const AHEAD_MAX: usize = 8;

/// Bytes of frames between the stream and the writer, for each connection: one of the longest while another is checked.
///
/// The mailbox counts jobs; without this, one peer could fill it with frames of 4 MiB.
const AHEAD_BYTES_MAX: usize = 2 * FRAME_BYTES_MAX;

/// How long a connection outlives the credential of its peer, so that the peer hears what ended it.
const LAST_WORD: Duration = Duration::from_millis(500);

/// How long a peer may take to greet.
const GREETING_WAIT: Duration = Duration::from_secs(10);

/// What an exchange needs to know of the node around it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) shared: Arc<Shared>,
    pub(crate) mailbox: mpsc::Sender<Job>,
}

/// Why an exchange ended on this side; the connection itself may know more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// This side closes with a code.
    Code(CloseCode),
    /// The stream or the connection broke; the connection says why.
    Broken,
}

impl From<CloseCode> for Ended {
    fn from(code: CloseCode) -> Self {
        Self::Code(code)
    }
}

/// A link that is up: greetings went both ways and the engine took the peer's.
pub(crate) struct Up {
    link: (FrameSender, FrameReceiver),
    outgoing: mpsc::Receiver<Outgoing>,
    /// Weak: the writer alone keeps the connection's sender alive, and ends it by letting go.
    answers: mpsc::WeakSender<Outgoing>,
    held: Option<HeldNote>,
    passage: Passage,
    /// What the peer keeps of our log.
    shipping: Shipping,
    doors: Doors,
    rooms: Rooms,
}

/// Greets, hears the greeting, and lets the engine judge it. Source: spec wire-31, wire-32.
pub(crate) async fn greet(around: &Surroundings, connection: &Connection) -> Result<Up, Ended> {
    let shared = &around.shared;
    let peer = connection.peer();
    // spec: wire-37
    match shared.may_connect(peer, connection.key()) {
        Ok(()) => {}
        Err(why @ CloseCode::UnknownKey) => {
            return Err(charters::farewell(around, connection, why).await.into());
        }
        Err(code) => return Err(code.into()),
    }
    let (mut sender, mut receiver) = connection.exchange().await.map_err(|_| Ended::Broken)?;
    let mirrored = mirrored(shared, peer).await?;
    let Opening { greeting, held } =
        ask(around, |reply| Job::Greet { peer: peer.clone(), reply }).await?;
    let greeting = Greeting { mirrored, ..greeting };
    say(&mut sender, &Frame::Greeting(greeting)).await?;
    let heard =
        time::timeout(GREETING_WAIT, receiver.receive()).await.map_err(|_| CloseCode::Timeout)?;
    let heard = heard.map_err(|_| Ended::Broken)?;
    let Ok(Frame::Greeting(heard)) = codec::decode::<Frame>(&heard) else {
        return Err(CloseCode::BadFrame.into());
    };
    if let Standpoint::Other(known) = greeting::standpoint(&heard, &shared.directory())? {
        let streams = (&mut sender, &mut receiver);
        return Err(charters::hand_over(around, streams, (peer, known)).await);
    }
    let own_head = heard.own_head.clone();
    let met = greeting::meet(heard, &shared.directory(), peer, &shared.me)?;
    if let Some(note) = own_head {
        // spec: evd-12
        shared.desk.pursue(peer, What::Own(note.into_vec()));
    }
    let (writers, outgoing) = mpsc::channel(OUTGOING_MAX);
    let answers = writers.downgrade();
    // Before any offer, which may name them.
    introduce(around, &met, &writers);
    let shipping = Shipping::after(met.mirrored());
    let up = ask(around, |reply| Job::Met { met: Box::new(met), outgoing: writers, reply }).await?;
    match up {
        LinkUp::Yes(passage) => {
            let (doors, rooms) = mirror::doors();
            let link = (sender, receiver);
            Ok(Up { link, outgoing, answers, held, passage, shipping, doors, rooms })
        }
        LinkUp::No(code) => Err(code.into()),
    }
}

/// Runs a link that is up until one side ends it, or its credential does.
pub(crate) async fn run(around: &Surroundings, connection: &Connection, up: Up) -> Ended {
    let peer = connection.peer();
    let Up { link: (sender, receiver), outgoing, answers, held, passage, shipping, doors, rooms } =
        up;
    let Rooms { asked, kept, given } = rooms;
    let (ahead, judged) = mpsc::channel(AHEAD_MAX);
    let speech = answers.clone();
    let (around_here, talk) = (around.clone(), Talk::new());
    let listener =
        Listener { around: around_here, peer: peer.clone(), held, passage, answers, talk, doors };
    if let (Passage::Whole, Err(code)) = (passage, started(&around.shared).await) {
        return code.into();
    }
    tokio::select! {
        ended = hear(&listener, receiver, ahead) => ended,
        ended = listener.clone().deliver(judged) => ended,
        ended = speak::speak(around, (sender, passage), outgoing) => ended,
        ended = keep::keep(&around.shared, peer, asked, &speech) => ended,
        ended = own_log(around, (peer, passage), (shipping, kept, given), &speech) => ended,
        code = until_it_ends(around, connection) => code.into(),
    }
}

/// Waits until the peer's credential ends, and a moment more: why it did is on its way to the peer, who may not know.
async fn until_it_ends(around: &Surroundings, connection: &Connection) -> CloseCode {
    let code = around.shared.connected_until(connection.peer(), connection.key()).await;
    time::sleep(LAST_WORD).await;
    code
}

/// What this connection does for our own log, where the peer is a mirror of it: entries go out while we sign, and come
/// back while we heal.
async fn own_log(
    around: &Surroundings,
    (peer, passage): (&AgencyId, Passage),
    (shipping, kept, given): (Shipping, mpsc::Receiver<Mirrored>, mpsc::Receiver<Recalled>),
    speech: &mpsc::WeakSender<Outgoing>,
) -> Ended {
    let shared = &around.shared;
    let is_mirror = mirror::mirrors(&shared.directory(), peer, &shared.me);
    let quarantined = shared.published().view.mode.standing() == Some(Doubt::Quarantine);
    match passage {
        Passage::Whole if is_mirror => ship::ship(shared, peer, (shipping, kept), speech).await,
        Passage::Restricted if is_mirror && quarantined => {
            heal::heal(around, peer, given, speech).await
        }
        Passage::Whole | Passage::Restricted => std::future::pending().await,
    }
}

/// How far this node mirrors the peer's log, which it says in its greeting.
async fn mirrored(shared: &Arc<Shared>, peer: &AgencyId) -> Result<Option<MirrorHead>, Ended> {
    let (shared, peer) = (Arc::clone(shared), peer.clone());
    let head = tokio::task::spawn_blocking(move || shared.keeper.head(&shared, &peer)).await;
    head.map_err(|_| CloseCode::Stopping.into())
}

/// A whole link carries nothing before the node's own `started` leaf, and never if it falls into doubt before.
// spec: link-11
async fn started(shared: &Shared) -> Result<(), CloseCode> {
    let decided = shared.wait_for(|published| {
        published.view.phase == Phase::Started || published.view.mode.standing().is_some()
    });
    match decided.await {
        true if shared.published().view.phase == Phase::Started => Ok(()),
        true => Err(CloseCode::Quarantined),
        false => Err(CloseCode::Stopping),
    }
}

/// Asks the writer and waits for its answer.
pub(crate) async fn ask<T>(
    around: &Surroundings,
    job: impl FnOnce(oneshot::Sender<T>) -> Job,
) -> Result<T, Ended> {
    let (reply, answer) = oneshot::channel();
    around.mailbox.send(job(reply)).await.map_err(|_| CloseCode::Stopping)?;
    answer.await.map_err(|_| CloseCode::Stopping.into())
}

/// Sends what the peer's greeting showed it to lack of credentials, revocations and addresses.
///
/// Source: spec wire-36, wire-81.
fn introduce(around: &Surroundings, met: &Met, answers: &mpsc::Sender<Outgoing>) {
    let shared = &around.shared;
    // A queue that is full now loses nothing: the next greeting shows the lack again.
    let say = |said: Outgoing| drop(answers.try_send(said));
    papers::lacking(&shared.directory(), &shared.me, met).into_iter().for_each(say);
    charters::tell(around, answers);
    // What cannot be read now is said on the next connection.
    succession::to_say(shared, met).unwrap_or_default().into_iter().for_each(say);
}

async fn say(sender: &mut FrameSender, frame: &Frame) -> Result<(), Ended> {
    let frame = codec::encode(frame).map_err(|_| Ended::Broken)?;
    sender.send(frame).await.map_err(|_| Ended::Broken)
}

/// A frame that a worker has looked at.
enum Judged {
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
    Ended(Box<wire::succession::Heard>),
    Approved(Box<VerifiedApproval>),
    /// A credential that does not verify; it is ignored, for it may be of a charter we do not know.
    Ignored,
    Ping(u64),
    Pong(u64),
    OfMirrors(Box<Frame>),
    Evidence(EvidenceTalk),
    Charters(Vec<Vec<u8>>),
    Bad(CloseCode),
}

/// A judged frame, and its bytes' share of the room until the writer has taken it.
struct Heard {
    judged: Judged,
    room: OwnedSemaphorePermit,
    offer: Option<Kept>,
}

/// The frame of an offer, and the directory under which it was judged.
type Kept = (Vec<u8>, Arc<Directory>);

/// Takes frames off the stream and gives each to a worker; at most [`AHEAD_MAX`] wait.
async fn hear(
    listener: &Listener,
    mut receiver: FrameReceiver,
    ahead: mpsc::Sender<JoinHandle<Heard>>,
) -> Ended {
    let room = Arc::new(Semaphore::new(AHEAD_BYTES_MAX));
    loop {
        let Ok(frame) = receiver.receive().await else { return Ended::Broken };
        let bytes = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&room).acquire_many_owned(bytes).await else {
            return Ended::Broken;
        };
        let Ok(place) = ahead.reserve().await else { return Ended::Broken };
        let listener = listener.clone();
        place.send(tokio::spawn(async move {
            let workers = listener.around.shared.workers.clone();
            let judged = workers.run(move || listener.judged(frame)).await;
            let stopping = || (Judged::Bad(CloseCode::Stopping), None);
            let (judged, offer) = judged.unwrap_or_else(|_| stopping());
            Heard { judged, room, offer }
        }));
    }
}

/// The hearing side of one connection.
#[derive(Clone)]
struct Listener {
    around: Surroundings,
    peer: AgencyId,
    held: Option<HeldNote>,
    passage: Passage,
    answers: mpsc::WeakSender<Outgoing>,
    doors: Doors,
    talk: Talk,
}

impl Listener {
    /// Judges a frame, and keeps an offer in case the members change before its turn has come.
    fn judged(&self, frame: Vec<u8>) -> (Judged, Option<Kept>) {
        let directory = self.around.shared.directory();
        let judged = self.judge(&frame);
        let kept =
            matches!(judged, Judged::Offer(_) | Judged::Bad(_)).then_some((frame, directory));
        (judged, kept)
    }

    /// An offer that came behind a credential or a revocation was perhaps judged without it.
    async fn again(&self, heard: Heard) -> Heard {
        let Heard { judged, room, offer } = heard;
        let Some((frame, under)) = offer else { return Heard { judged, room, offer: None } };
        let shared = &self.around.shared;
        if Arc::ptr_eq(&under, &shared.directory()) {
            return Heard { judged, room, offer: None };
        }
        let listener = self.clone();
        let again = shared.workers.run(move || listener.judge(&frame)).await;
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
            Some(Frame::Evidence(talk)) if talk.is_bounded() => Judged::Evidence(talk),
            Some(Frame::Evidence(_)) => Judged::Bad(CloseCode::BadFrame),
            Some(Frame::Charters(documents)) => match charters::bounded(documents) {
                Some(documents) => Judged::Charters(documents),
                None => Judged::Bad(CloseCode::BadFrame),
            },
            Some(Frame::Greeting(_)) | None => Judged::Bad(CloseCode::BadFrame),
        }
    }

    /// Hands results to the writer in the order in which the frames came.
    async fn deliver(mut self, mut judged: mpsc::Receiver<JoinHandle<Heard>>) -> Ended {
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
            Judged::Lift(lift) => self.lift(*lift, room).await?,
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
            Judged::Evidence(talk) => {
                let answers = self.talk.hear(&self.around.shared, &self.peer, talk)?;
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
        let verified = self.around.shared.workers.run(move || {
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
