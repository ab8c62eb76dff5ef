//! Keyed digests over one connection: own holdings are blinded and sent, those of the peer are answered.
//!
//! Each side has one question open at a time. A peer that was asked by no query is never sent one, so that a node which
//! does not know these frames never sees one.

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::ids::AgencyId;
use concord_protocol::limits::BLINDED_MAX;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::keying;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::Keyed;
use concord_protocol::wire::keying::KeyingRefusal;
use concord_protocol::wire::keying::NoDigests;
use concord_protocol::wire::keying::Question;
use tokio::sync::mpsc;
use tokio::sync::mpsc::WeakSender;
use tokio::time;

use crate::clock;
use crate::entropy;
use crate::host::deconfliction::Holdup;
use crate::host::deconfliction::look;
use crate::host::exchange::Ended;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;

/// How long a peer may take before a person is told that it says nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// How long to wait before a member is asked again that refused for now.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where the frames of one connection that are about keyed digests go.
#[derive(Clone, Debug)]
pub(crate) struct Doors {
    asked: mpsc::Sender<Blinded>,
    answered: mpsc::Sender<Keyed>,
}

/// The other ends of [`Doors`].
#[derive(Debug)]
pub(crate) struct Rooms {
    asked: mpsc::Receiver<Blinded>,
    answered: mpsc::Receiver<Keyed>,
}

/// Doors for one connection.
pub(crate) fn doors() -> (Doors, Rooms) {
    let (asked, asked_of_us) = mpsc::channel(1);
    let (answered, answered_to_us) = mpsc::channel(1);
    (Doors { asked, answered }, Rooms { asked: asked_of_us, answered: answered_to_us })
}

impl Doors {
    /// Hands a question on.
    ///
    /// # Errors
    /// The code to close with when the peer asks again before it was answered.
    // spec: dcf-7
    pub(crate) fn ask(&self, asked: Blinded) -> Result<(), CloseCode> {
        self.asked.try_send(asked).map_err(|_| CloseCode::TooFast)
    }

    /// Hands an answer on.
    ///
    /// # Errors
    /// The code to close with when nobody asked.
    pub(crate) fn answer(&self, answer: Keyed) -> Result<(), CloseCode> {
        self.answered.try_send(answer).map_err(|_| CloseCode::TooFast)
    }
}

/// Asks and answers as long as the connection lives.
pub(crate) async fn talk(
    shared: &Arc<Shared>,
    (peer, passage): (&AgencyId, Passage),
    rooms: Rooms,
    speech: &WeakSender<Outgoing>,
) -> Ended {
    if passage == Passage::Restricted {
        return std::future::pending().await;
    }
    let Rooms { asked, answered } = rooms;
    tokio::select! {
        ended = ask(shared, peer, answered, speech) => ended,
        ended = answer(shared, peer, asked, speech) => ended,
    }
}

/// Has digests made of what lacks, question after question.
async fn ask(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    mut answers: mpsc::Receiver<Keyed>,
    speech: &WeakSender<Outgoing>,
) -> Ended {
    let mut news = shared.deconfliction.news();
    loop {
        news.borrow_and_update();
        let (here, of) = (Arc::clone(shared), peer.clone());
        let lacking = shared.crew.disk.run(move || {
            look::lacking(&here.deconfliction, &of, BLINDED_MAX).unwrap_or_else(|error| {
                tracing::warn!(%error, "what was learned of holdings cannot be read");
                None
            })
        });
        let Ok(lacking) = lacking.await else { return CloseCode::Stopping.into() };
        let Some(lacking) = lacking else {
            if news.changed().await.is_err() {
                return CloseCode::Stopping.into();
            }
            continue;
        };
        match one(shared, peer, lacking, (&mut answers, speech)).await {
            Ok(Next::Go) => {}
            Ok(Next::Later(wait)) => time::sleep(wait).await,
            Err(ended) => return ended,
        }
    }
}

/// When to go on.
enum Next {
    Go,
    Later(Duration),
}

/// One question, and what its answer says.
async fn one(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    (key, lacking): look::Lacking,
    (answers, speech): (&mut mpsc::Receiver<Keyed>, &WeakSender<Outgoing>),
) -> Result<Next, Ended> {
    let desk = &shared.deconfliction;
    let said = (peer, &key);
    if let Err(until) = desk.may_have(peer, lacking.len(), clock::now()) {
        desk.note_holdup(said, Some(Holdup::SpentUntil(until)));
        return Ok(Next::Later(PATIENCE));
    }
    let (numbers, texts): (Vec<u64>, Vec<Vec<u8>>) = lacking.into_iter().unzip();
    let seed = entropy::draw::<32>().map_err(|_| CloseCode::Stopping)?;
    let blinded = shared.crew.workers.run(move || Question::new(key, texts, &seed));
    let (question, blinded) =
        blinded.await.map_err(|_| CloseCode::Stopping)?.map_err(|_| CloseCode::Stopping)?;
    let out = speech.upgrade().ok_or(Ended::Broken)?;
    if out.try_send(Outgoing::Say(Box::new(Frame::Blinded(blinded)))).is_err() {
        return Ok(Next::Later(PATIENCE));
    }
    drop(out);
    desk.note_holdup(said, Some(Holdup::Asked));
    let answer = match time::timeout(SILENCE, answers.recv()).await {
        Ok(answer) => answer,
        Err(_) => {
            desk.note_holdup(said, Some(Holdup::Silent));
            answers.recv().await
        }
    };
    let answer = answer.ok_or(Ended::Broken)?;
    let digests = shared.crew.workers.run(move || question.digests(&answer));
    match digests.await.map_err(|_| CloseCode::Stopping)? {
        Ok(digests) => {
            desk.note_had(peer, digests.len(), clock::now());
            let (here, of) = (Arc::clone(shared), peer.clone());
            let kept = shared
                .crew
                .disk
                .run(move || here.deconfliction.learn(&of, key, numbers.into_iter().zip(digests)));
            if let Err(error) = kept.await.map_err(|_| CloseCode::Stopping)? {
                tracing::error!(%error, "digests that a member made cannot be kept");
                desk.note_holdup(said, Some(Holdup::Unable));
                return Ok(Next::Later(PATIENCE));
            }
            desk.note_holdup(said, None);
            Ok(Next::Go)
        }
        Err(NoDigests::Refused(code)) => {
            let (holdup, next) = refused(code);
            desk.note_holdup(said, Some(holdup));
            Ok(next)
        }
        Err(NoDigests::Close(code)) => Err(code.into()),
    }
}

/// What a refusal means for the queries that wait.
fn refused(code: KeyingRefusal) -> (Holdup, Next) {
    match code {
        KeyingRefusal::UnknownKey => (Holdup::KeyGone, Next::Go),
        KeyingRefusal::Spent => {
            let until = Allowance::default().renews(clock::now());
            (Holdup::SpentUntil(until), Next::Later(PATIENCE))
        }
        KeyingRefusal::Unable => (Holdup::Unable, Next::Later(PATIENCE)),
    }
}

/// Makes digests for the peer, question after question.
// spec: dcf-8, dcf-10
async fn answer(
    shared: &Arc<Shared>,
    peer: &AgencyId,
    mut questions: mpsc::Receiver<Blinded>,
    speech: &WeakSender<Outgoing>,
) -> Ended {
    while let Some(asked) = questions.recv().await {
        let Ok(seed) = entropy::draw::<32>() else { return CloseCode::Stopping.into() };
        let (here, of) = (Arc::clone(shared), peer.clone());
        // What it uses of its day is written first, and a disk is waited for beside the workers.
        let made = shared.crew.disk.run(move || {
            match here.deconfliction.grant(&of, &asked, clock::now()) {
                Ok(key) => keying::answer(&asked, &key, &seed),
                Err(code) => Ok(Keyed::Refused { code }),
            }
        });
        match made.await {
            Ok(Ok(keyed)) => {
                if let Some(out) = speech.upgrade() {
                    drop(out.try_send(Outgoing::Say(Box::new(Frame::Keyed(keyed)))));
                }
            }
            Ok(Err(code)) => return code.into(),
            Err(_) => return CloseCode::Stopping.into(),
        }
    }
    Ended::Broken
}
