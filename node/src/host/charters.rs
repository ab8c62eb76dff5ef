//! The charter while the node runs: documents that come are judged, kept, told on, and come into force by themselves.
//!
//! Uses `settings::charters` for the files. Two nodes whose charters differ hand each other every document that the
//! other may lack, before anything else is said; nodes that agree tell each other what is proposed. Whoever brings a
//! document is believed no more than anybody else. A version that comes into force is on the disk before anything
//! follows from it; then the node starts again, because starting is where charter and engine meet.
//!
//! Absent on purpose: signing. A root is offline.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::audit::evidence::make;
use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::Proposal;
use concord_protocol::identity::charter::chain::Chain;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Place;
use concord_protocol::identity::charter::papers::Taken;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::CHAIN_DOCUMENTS_MAX;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Standpoint;
use serde_bytes::ByteBuf;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::time;

use crate::clock;
use crate::host::accuse::writing::Charged;
use crate::host::exchange;
use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::listen;
use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::view::Agreement;
use crate::host::view::ShownCharter;
use crate::settings::charters;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;
use crate::telemetry::shown;
use crate::transport::connection::Connection;
use crate::transport::stream::FrameReceiver;
use crate::transport::stream::FrameSender;

/// How long a peer with another charter may take to hand over its documents, and to take ours.
const HANDOVER_WAIT: Duration = Duration::from_secs(30);

/// The documents that are held, and where they are kept.
#[derive(Debug)]
pub(crate) struct Charters {
    folder: NodeFolder,
    papers: Mutex<Arc<Papers>>,
    /// Documents are judged in them, which takes its time. Whoever waits for one holds what it brought no longer than its
    /// connection lives.
    turns: Turns,
    /// What each peer showed in its last greeting since the start, and when.
    shown: Mutex<BTreeMap<AgencyId, (Place, Timestamp)>>,
}

/// Work that is done one after the other.
#[derive(Debug)]
struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    /// Does it when everything before it is done, and then to its end, also where nobody waits for it any more; `None`
    /// when the node stops.
    async fn next<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let turn = Arc::clone(&self.0).acquire_owned().await.ok()?;
        let done = tokio::spawn(async move {
            let done = work.await;
            drop(turn);
            done
        });
        done.await.ok()
    }
}

/// Why documents were not taken.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// They could not be kept.
    Kept(EnrolmentError),
    /// The node stops.
    Stopping,
}

impl NotTaken {
    /// How a connection ends by it; what cannot be written may be writable later.
    pub(crate) fn ended(self) -> Ended {
        self.tell();
        CloseCode::Stopping.into()
    }

    /// Says it to the operator.
    pub(crate) fn tell(&self) {
        if let Self::Kept(error) = self {
            tracing::error!(%error, "documents of the charter could not be kept");
        }
    }
}

impl Charters {
    pub(crate) fn new(folder: NodeFolder, papers: Papers) -> Self {
        let papers = Mutex::new(Arc::new(papers));
        Self { folder, papers, turns: Turns::default(), shown: Mutex::default() }
    }

    /// Remembers where a peer stands, as it says.
    // spec: chr-20
    pub(crate) fn note_shown(&self, peer: &AgencyId, greeting: &Greeting) {
        let place = (greeting.charter_version, greeting.charter_digest);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(peer.clone(), (place, clock::now()));
    }

    /// Where a peer stood when it greeted last, held against the digest that this node goes by.
    pub(crate) fn shown_by(&self, peer: &AgencyId, own: Digest) -> Option<ShownCharter> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let ((version, digest), at) = *shown.get(peer)?;
        let agreement = if digest == own { Agreement::Same } else { Agreement::Other };
        Some(ShownCharter { version, digest, at, agreement })
    }

    /// What is held now. Never waits for a judgement that is under way.
    pub(crate) fn held(&self) -> Arc<Papers> {
        Arc::clone(&self.papers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges documents and keeps what holds, durable when this returns. Expensive, and writes: runs on a worker, in its
    /// turn.
    fn take(&self, documents: &[Vec<u8>]) -> Result<Taken, EnrolmentError> {
        let mut papers = Papers::clone(&self.held());
        let taken = papers.take(documents);
        if !taken.learned.is_empty() {
            charters::keep(&self.folder, &papers)?;
            *self.papers.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(papers);
        }
        Ok(taken)
    }
}

/// Takes documents in, to the end also where whoever brought them hangs up meanwhile: what is on the disk is acted on.
pub(crate) async fn hear(
    around: &Surroundings,
    from: &AgencyId,
    documents: Vec<Vec<u8>>,
) -> Result<Taken, NotTaken> {
    let judge = take_in(around.clone(), from.clone(), documents);
    let taken = around.shared.charters.turns.next(judge).await;
    taken.unwrap_or(Err(NotTaken::Stopping))
}

/// Evidence first, then the news to all peers but the one that brought it. Source: spec chr-17.
async fn take_in(
    around: Surroundings,
    from: AgencyId,
    documents: Vec<Vec<u8>>,
) -> Result<Taken, NotTaken> {
    let (around, from) = (&around, &from);
    // spec: chr-15
    let shared = Arc::clone(&around.shared);
    let judged = around.shared.crew.workers.run(move || {
        let taken = shared.charters.take(&documents)?;
        let directory = shared.directory();
        let doubles = taken.doubles.iter();
        let made = doubles.filter_map(|double| make::charter_rivals(&directory, double).ok());
        Ok((made.collect::<Vec<_>>(), taken))
    });
    let judged = judged.await.map_err(|_| NotTaken::Stopping)?;
    let (accusations, taken) = judged.map_err(NotTaken::Kept)?;
    for refused in &taken.refused {
        tracing::info!(
            peer = shown(from),
            code = refused.why.code(),
            "a document of the charter was refused"
        );
    }
    // Evidence is durable before a restart can forget what it is made of.
    for accusation in accusations {
        let charged = Charged {
            notes: accusation.notes().to_vec(),
            proven: Box::new(accusation.proven()),
            accused: accusation.accused().clone(),
            from: from.clone(),
        };
        send(around, Job::Accused(charged)).await?;
    }
    if !taken.learned.is_empty() {
        let frames = news(&around.shared.charters.held(), &taken);
        let adopted = !taken.adopted.is_empty();
        send(around, Job::Charters { from: from.clone(), frames, adopted }).await?;
    }
    Ok(taken)
}

async fn send(around: &Surroundings, job: Job) -> Result<(), NotTaken> {
    around.mailbox.send(job).await.map_err(|_| NotTaken::Stopping)
}

/// What was learned, as frames that can be understood alone.
fn news(papers: &Papers, taken: &Taken) -> Vec<Frame> {
    let adopted = taken.adopted.first().map(|_| chain_frame(papers, None));
    let open = papers.open().filter(|open| taken.learned.contains(&place(open)));
    adopted.into_iter().chain(open.filter_map(|open| with_named(papers, open))).collect()
}

/// Every version that waits for signatures, for a peer that was just met.
pub(crate) fn open_frames(papers: &Papers) -> Vec<Frame> {
    papers.open().filter_map(|open| with_named(papers, open)).collect()
}

fn place(proposal: &Proposal) -> Place {
    (proposal.charter().version, proposal.digest())
}

/// A version that waits, with the stuck ones that it names; `None` where they do not fit a frame together.
fn with_named(papers: &Papers, open: &Proposal) -> Option<Frame> {
    let rivals = open.charter().resolves.iter().flat_map(|resolves| &resolves.rivals);
    let named = rivals.filter_map(|digest| papers.find(digest));
    let all: BTreeMap<Place, &Proposal> =
        named.chain([open]).map(|proposal| (place(proposal), proposal)).collect();
    let bytes = all.into_values().filter_map(|proposal| proposal.to_bytes().ok());
    let bytes: Vec<ByteBuf> = bytes.map(ByteBuf::from).collect();
    let len: usize = bytes.iter().map(|document| document.len().saturating_add(8)).sum();
    if len > FRAME_BYTES_MAX.saturating_sub(64) {
        // It can still be handed over as a file; a link must not end by what cannot be said on it.
        tracing::warn!("a proposal is too long to be told to peers: `concord charter export`");
        return None;
    }
    Some(Frame::Charters(bytes))
}

/// The chain from a version on that the peer has; the whole chain where it has none of ours.
fn chain_frame(papers: &Papers, known: Option<Place>) -> Frame {
    let Ok(chain) = Chain::of(papers) else { return Frame::Charters(Vec::new()) };
    let known = known.filter(|known| chain.documents().any(|(place, _)| place == *known));
    let first = (chain.first().version(), chain.first().digest());
    let since = known.unwrap_or(first).0;
    // A rival of what the peer has is named by what follows, so documents of the same version go along.
    let lacking = chain.documents().filter(|(place, _)| place.0 >= since && *place != first);
    Frame::Charters(lacking.map(|(_, bytes)| ByteBuf::from(bytes)).collect())
}

/// Two nodes that stand at different versions hand each other their chains, and part. Source: spec chr-16.
///
/// Each says afterwards that it has taken the other's, so that neither hangs up on what is under way.
pub(crate) async fn hand_over(
    around: &Surroundings,
    (sender, receiver): (&mut FrameSender, &mut FrameReceiver),
    (peer, known): (&AgencyId, Place),
) -> Ended {
    let papers = around.shared.charters.held();
    let handed = time::timeout(HANDOVER_WAIT, async {
        // Both at once: a chain may be longer than what a side holds unread.
        let ours = chain_frame(&papers, Some(known));
        let ((), documents) =
            tokio::try_join!(exchange::say(sender, &ours), hear_documents(receiver))?;
        let taken = hear(around, peer, documents).await.map_err(NotTaken::ended)?;
        exchange::say(sender, &Frame::Charters(Vec::new())).await?;
        hear_documents(receiver).await?;
        Ok::<Taken, Ended>(taken)
    });
    match handed.await {
        Err(_) => CloseCode::Timeout.into(),
        Ok(Err(ended)) => ended,
        Ok(Ok(taken)) if !taken.adopted.is_empty() => CloseCode::CharterChanged.into(),
        // The peer is behind, or the two stand on versions that exclude each other.
        Ok(Ok(_)) if papers.version(known.0).is_some_and(|held| held.digest() == known.1) => {
            CloseCode::CharterChanged.into()
        }
        Ok(Ok(_)) => CloseCode::WrongCharter.into(),
    }
}

/// Somebody whose credential counts no longer is handed the versions that it may not have, and told why it counts no
/// longer; it may introduce itself with a credential that does. Nothing else is said to it.
// spec: chr-12
pub(crate) async fn farewell(
    around: &Surroundings,
    connection: &Connection,
    why: CloseCode,
) -> CloseCode {
    match time::timeout(HANDOVER_WAIT, part(around, connection)).await {
        Ok(Err(Ended::Code(code))) => code,
        Ok(Ok(()) | Err(Ended::Broken)) | Err(_) => why,
    }
}

async fn part(around: &Surroundings, connection: &Connection) -> Result<(), Ended> {
    let peer = connection.peer();
    let (mut sender, mut receiver) = connection.exchange().await.map_err(|_| Ended::Broken)?;
    let opening = exchange::ask(around, |reply| Job::Greet { peer: peer.clone(), reply }).await?;
    exchange::say(&mut sender, &Frame::Greeting(opening.greeting)).await?;
    let heard = receiver.receive().await.map_err(|_| Ended::Broken)?;
    let Ok(Frame::Greeting(heard)) = codec::decode::<Frame>(&heard) else {
        return Err(listen::introduced(connection.key(), &heard, around).await.into());
    };
    if let Standpoint::Other(known) = greeting::standpoint(&heard, &around.shared.directory())? {
        hand_over(around, (&mut sender, &mut receiver), (peer, known)).await;
    }
    Ok(())
}

async fn hear_documents(receiver: &mut FrameReceiver) -> Result<Vec<Vec<u8>>, Ended> {
    let heard = receiver.receive().await.map_err(|_| Ended::Broken)?;
    match codec::decode::<Frame>(&heard) {
        Ok(Frame::Charters(documents)) => bounded(documents).ok_or(CloseCode::BadFrame.into()),
        Ok(_) | Err(_) => Err(CloseCode::BadFrame.into()),
    }
}

/// The documents of a frame; `None` when there are more than a chain can have.
pub(crate) fn bounded(documents: Vec<ByteBuf>) -> Option<Vec<Vec<u8>>> {
    let fits = documents.len() <= CHAIN_DOCUMENTS_MAX;
    fits.then(|| documents.into_iter().map(ByteBuf::into_vec).collect())
}

/// Tells a peer that was just met what is proposed. What does not fit its queue now is said on the next connection.
pub(crate) fn tell(around: &Surroundings, answers: &mpsc::Sender<Outgoing>) {
    for frame in open_frames(&around.shared.charters.held()) {
        drop(answers.try_send(Outgoing::Say(Box::new(frame))));
    }
}

#[cfg(test)]
mod tests;
