//! What the writer wants said, said.

use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::frames;
use crate::host::frames::NoOffer;
use crate::host::frames::Own;
use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;
use crate::transport::stream::FrameSender;

/// Sends what the writer wants said, in its order.
pub(super) async fn speak(
    around: &Surroundings,
    (mut sender, passage): (FrameSender, Passage),
    mut outgoing: mpsc::Receiver<Outgoing>,
) -> Ended {
    let shared = &around.shared;
    while let Some(next) = outgoing.recv().await {
        // The last gate before the stream; the engine names nothing that it would hold back.
        // spec: rst-5
        if !next.may_pass(passage) {
            return CloseCode::StandingChanged.into();
        }
        let frame = match next {
            Outgoing::Offer(action) => match offer(shared, action).await {
                Err(NoOffer::BodiesGone(gone)) => {
                    return report_gone(around, gone, &mut outgoing).await;
                }
                Err(NoOffer::NotHeld) => return CloseCode::Stopping.into(),
                Ok(frame) => Ok(Ok(frame)),
            },
            Outgoing::Receipt(action) => {
                let shared = Arc::clone(shared);
                let tree = Arc::clone(&shared.published().tree);
                shared
                    .crew
                    .workers
                    .clone()
                    .run(move || frames::receipt(&shared.reader, &tree, &action))
                    .await
            }
            Outgoing::Witness(action) => {
                let shared = Arc::clone(shared);
                let tree = Arc::clone(&shared.published().tree);
                let workers = shared.crew.workers.clone();
                workers.run(move || frames::witness(&shared.reader, &tree, &action)).await
            }
            Outgoing::Lift(action) => {
                let shared = Arc::clone(shared);
                let tree = Arc::clone(&shared.published().tree);
                let workers = shared.crew.workers.clone();
                workers.run(move || frames::lift(&shared.reader, &tree, &action)).await
            }
            Outgoing::Witnessed(answer) => Ok(frames::plain(&Frame::Witnessed(answer))),
            Outgoing::Credential(bytes) => {
                Ok(frames::plain(&Frame::Credential(ByteBuf::from(bytes))))
            }
            Outgoing::Revocation(bytes) => {
                Ok(frames::plain(&Frame::Revocation(ByteBuf::from(bytes))))
            }
            Outgoing::Notice(bytes) => Ok(frames::plain(&Frame::Notice(ByteBuf::from(bytes)))),
            Outgoing::Staff(bytes) => Ok(frames::plain(&Frame::Staff(ByteBuf::from(bytes)))),
            Outgoing::Succession(frame) => Ok(frames::plain(&Frame::Succession(frame))),
            Outgoing::Approval(bytes) => Ok(frames::plain(&Frame::Approval(ByteBuf::from(bytes)))),
            Outgoing::Ping(number) => Ok(frames::plain(&Frame::Ping(number))),
            Outgoing::Pong(number) => Ok(frames::plain(&Frame::Pong(number))),
            Outgoing::Say(frame) => Ok(frames::plain(&frame)),
            Outgoing::Evidence(talk) => Ok(frames::plain(&Frame::Evidence(talk))),
            Outgoing::File(digest) => {
                let shared = Arc::clone(shared);
                shared
                    .crew
                    .workers
                    .clone()
                    .run(move || frames::evidence(&shared.reader, &digest))
                    .await
            }
            Outgoing::Close(code) => return code.into(),
        };
        let Ok(Ok(frame)) = frame else { return CloseCode::Stopping.into() };
        if sender.send(frame).await.is_err() {
            return Ended::Broken;
        }
    }
    CloseCode::Superseded.into()
}

async fn offer(shared: &Arc<Shared>, action: OfferAction) -> Result<Vec<u8>, NoOffer> {
    let (shared, workers) = (Arc::clone(shared), shared.crew.workers.clone());
    let made = workers.run(move || {
        let (published, directory) = (shared.published(), shared.directory());
        let head = &published.view.head;
        let own = Own {
            reader: &shared.reader,
            tree: &published.tree,
            head: (head.size, &head.note),
            directory: &directory,
            me: &shared.me,
            serial: shared.serial,
        };
        frames::offer(&own, action)
    });
    let made = made.await;
    made.unwrap_or(Err(NoOffer::NotHeld))
}

/// Tells the writer which bodies of this and every other waiting offer are gone, and ends the connection: its dispatch
/// names them as whole. The next connection offers tombstones.
// spec: wire-71
async fn report_gone(
    around: &Surroundings,
    mut gone: Vec<Digest>,
    outgoing: &mut mpsc::Receiver<Outgoing>,
) -> Ended {
    while let Ok(waiting) = outgoing.try_recv() {
        let Outgoing::Offer(action) = waiting else { continue };
        if let Err(NoOffer::BodiesGone(more)) = offer(&around.shared, action).await {
            gone.extend(more);
        }
    }
    // A mailbox that is closed means that the node stops.
    drop(around.mailbox.send(Job::BodiesGone { messages: gone }).await);
    CloseCode::Superseded.into()
}
