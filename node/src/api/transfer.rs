//! A file on its way from or to a caller, piece by piece: in memory there is one piece, and on its way one more.
//!
//! Uses `store::files` by way of the node. A caller that is slow holds one of a few places and nothing else, and only for
//! so long. A fault after the first piece breaks the connection, so that nobody takes half a file for a whole one.

use core::future;
use core::pin::Pin;
use core::task::Context;
use core::task::Poll;
use std::sync::Arc;

use axum::body::Body;
use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::header;
use concord_protocol::envelope::file;
use concord_protocol::message::attachment::SealedFile;
use futures_core::Stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;
use tokio::time;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::bounds::FILE_PIECE_BYTES;
use crate::api::bounds::REQUEST_TIME_MAX;
use crate::api::bounds::TRANSFERS_MAX;
use crate::api::problem::Problem;
use crate::api::refusal;
use crate::report::code::Code;
use crate::store::files::FileFault;
use crate::store::files::draft::Draft;
use crate::store::files::reader::PlainFile;

const NOT_TAKEN: &str = "the file was not taken";

/// A place among the files that may be under way at once.
///
/// # Errors
/// When all are taken.
pub(crate) fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&api.transfers).try_acquire_owned().map_err(|_| {
        let why = format!("{TRANSFERS_MAX} files are under way");
        Problem::new(Code::Busy, "the file was not moved", why)
    })
}

/// Seals a file as it arrives.
///
/// # Errors
/// When it is too long, too slow or cut off, or cannot be kept; nothing is left behind then.
// spec: fil-50
pub(crate) async fn take(node: &Arc<dyn Ask>, request: Request) -> Result<SealedFile, Problem> {
    let files = node.files();
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    let max = files.largest();
    // A declared length is judged before a byte is read.
    if declared.is_some_and(|plain| file::sealed_len(plain).map_or(true, |len| len > max)) {
        return Err(refusal::of_fault(&FileFault::TooLong { max }, NOT_TAKEN));
    }
    let disk = &node.crew().disk;
    let begun = disk.run(move || files.draft()).await.map_err(|_| stopping())?;
    let mut draft = begun.map_err(|fault| refusal::of_fault(&fault, NOT_TAKEN))?;
    let mut incoming = Incoming { body: request.into_body().into_data_stream(), ended: false };
    while !incoming.ended {
        let piece = time::timeout(REQUEST_TIME_MAX, incoming.piece()).await;
        let piece = piece.map_err(|_| too_slow())?.map_err(|Cut| broken())?;
        let sealed = disk.run(move || sealed_on(draft, &piece)).await.map_err(|_| stopping())?;
        draft = sealed.map_err(|fault| refusal::of_fault(&fault, NOT_TAKEN))?;
    }
    let finished = disk.run(move || draft.finish()).await.map_err(|_| stopping())?;
    finished.map_err(|fault| refusal::of_fault(&fault, NOT_TAKEN))
}

fn sealed_on(mut draft: Draft, piece: &[u8]) -> Result<Draft, FileFault> {
    draft.write(piece)?;
    Ok(draft)
}

/// The request's body.
struct Incoming {
    body: BodyDataStream,
    ended: bool,
}

/// It ended before its end.
struct Cut;

impl Incoming {
    /// The next bytes, as many as make a piece, or what is left.
    async fn piece(&mut self) -> Result<Vec<u8>, Cut> {
        let mut bytes = Vec::new();
        while bytes.len() < FILE_PIECE_BYTES {
            let next = future::poll_fn(|cx| Pin::new(&mut self.body).poll_next(cx)).await;
            let Some(next) = next else {
                self.ended = true;
                break;
            };
            bytes.extend_from_slice(&next.map_err(|_| Cut)?);
        }
        Ok(bytes)
    }
}

fn too_slow() -> Problem {
    let seconds = REQUEST_TIME_MAX.as_secs();
    let why = format!("each {FILE_PIECE_BYTES} bytes of a file arrive within {seconds} seconds");
    Problem::new(Code::RequestTooSlow, NOT_TAKEN, why)
}

fn broken() -> Problem {
    let why = "the body ends too early, or its chunks cannot be told apart";
    Problem::new(Code::RequestBroken, NOT_TAKEN, why)
}

fn stopping() -> Problem {
    Problem::new(Code::Stopping, NOT_TAKEN, "the node is stopping after a fault")
}

/// The bytes of an opened file, for an answer.
pub(crate) fn give(node: &Arc<dyn Ask>, file: PlainFile, place: OwnedSemaphorePermit) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    let node = Arc::clone(node);
    // Ends with the file, or when the caller goes away and the channel closes.
    drop(tokio::spawn(async move { read_out(&*node, file, sender).await }));
    Body::from_stream(Outgoing { receiver, _place: place })
}

async fn read_out(
    node: &dyn Ask,
    mut file: PlainFile,
    sender: mpsc::Sender<Result<Vec<u8>, FileFault>>,
) {
    let (mut at, disk) = (0_u64, node.crew().disk.clone());
    while at < file.plain_len() {
        let read = disk.run(move || {
            let mut bytes = vec![0; FILE_PIECE_BYTES];
            let read = file.read_at(at, &mut bytes);
            read.map(|len| {
                bytes.truncate(len);
                (file, bytes)
            })
        });
        let (same, bytes) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(fault)) => {
                tracing::warn!(
                    "a file could not be read to its end: its bytes were changed, or the disk fails"
                );
                drop(sender.send(Err(fault)).await);
                return;
            }
            Err(_) => return,
        };
        file = same;
        at = at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if sender.send(Ok(bytes)).await.is_err() {
            return;
        }
    }
}

/// What the connection reads.
struct Outgoing {
    receiver: mpsc::Receiver<Result<Vec<u8>, FileFault>>,
    _place: OwnedSemaphorePermit,
}

impl Stream for Outgoing {
    type Item = Result<Vec<u8>, FileFault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(cx)
    }
}
