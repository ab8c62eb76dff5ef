//! A bundle on its way to the caller: written by a thread, read by a connection, with a few pieces between.
//!
//! A fault after the first piece breaks the connection, so that nobody takes half a bundle for a whole one; the
//! bundle's last digest says the same.

use core::pin::Pin;
use core::task::Context;
use core::task::Poll;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use futures_core::Stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::bounds::EXPORT_PIECE_BYTES;
use crate::api::bounds::EXPORT_PIECES_MAX;
use crate::api::bounds::EXPORTS_MAX;
use crate::api::problem::Problem;
use crate::host::evidence::Extent;
use crate::host::handle::ReadError;
use crate::host::handle::transcript::Wanted;
use crate::report::code::Code;

/// What is exported.
#[derive(Clone, Debug)]
pub(crate) enum File {
    /// The log, or a part of it.
    Log(Extent),
    /// One procedure with bodies.
    Procedure(Wanted),
}

/// A place among the exports that may run at once.
///
/// # Errors
/// When all are taken.
pub(crate) fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&api.exports).try_acquire_owned().map_err(|_| {
        let why = format!("{EXPORTS_MAX} exports are running");
        Problem::new(Code::Busy, "nothing was exported", why)
    })
}

/// Starts an export and gives back its bytes once the first of them are there.
///
/// # Errors
/// When the node cannot begin.
pub(crate) async fn stream(
    node: Arc<dyn Ask>,
    file: File,
    place: OwnedSemaphorePermit,
) -> Result<Body, ReadError> {
    let (sender, mut receiver) = mpsc::channel(EXPORT_PIECES_MAX);
    // The thread ends when the bundle does, or when the caller goes away and the channel closes.
    let exports = node.crew().exports.clone();
    drop(tokio::spawn(async move { exports.run(move || write(&*node, &file, sender)).await }));
    let first = receiver.recv().await.transpose()?;
    Ok(Body::from_stream(Pieces { first, receiver, _place: place }))
}

fn write(node: &dyn Ask, file: &File, sender: mpsc::Sender<Result<Vec<u8>, ReadError>>) {
    let mut out = BufWriter::with_capacity(EXPORT_PIECE_BYTES, Pipe(sender.clone()));
    let written = match file {
        File::Log(extent) => node.export(extent, &mut out),
        File::Procedure(wanted) => node.transcript(wanted, &mut out),
    };
    let done = written.and_then(|()| out.flush().map_err(|_| ReadError::Stopping));
    if let Err(error) = done {
        // Whoever does not listen any more needs no error either.
        drop(sender.blocking_send(Err(error)));
    }
}

/// Where the thread writes.
struct Pipe(mpsc::Sender<Result<Vec<u8>, ReadError>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = bytes.get(..bytes.len().min(EXPORT_PIECE_BYTES)).unwrap_or_default();
        match self.0.blocking_send(Ok(piece.to_vec())) {
            Ok(()) => Ok(piece.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the connection reads.
struct Pieces {
    first: Option<Vec<u8>>,
    receiver: mpsc::Receiver<Result<Vec<u8>, ReadError>>,
    _place: OwnedSemaphorePermit,
}

impl Stream for Pieces {
    type Item = Result<Vec<u8>, ReadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(piece) => Poll::Ready(Some(Ok(piece))),
            None => self.receiver.poll_recv(cx),
        }
    }
}
