//! Connections of the local API: so many at once, and each of them ends. Source: spec api-6, api-24, api-25.
//!
//! Uses `bounds`. Whoever says nothing, says it too slowly, or does not take its answer loses its own connection; when
//! all places are taken, whoever is silent for longest loses it at once, so that silence cannot keep the operator out.
//! The room of hyper, which reads requests. Absent on purpose: HTTP/2, upgrades and tunnels.

use core::future::Future;
use core::pin::Pin;
use core::pin::pin;
use core::task::Context;
use core::task::Poll;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::time;
use tokio::time::Sleep;

use crate::api::bounds::ANSWER_WAIT_MAX;
use crate::api::bounds::CONNECTIONS_MAX;
use crate::api::bounds::REQUEST_TIME_MAX;

/// How many callers there may be, and how long each may keep the node waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Connections at once.
    pub(crate) connections: usize,
    /// For the head of a request, from the connection's begin or the last answer.
    pub(crate) asking: Duration,
    /// Without a byte of an answer being taken.
    pub(crate) taking: Duration,
}

impl Patience {
    /// What a node has.
    pub(crate) const OF_A_NODE: Self =
        Self { connections: CONNECTIONS_MAX, asking: REQUEST_TIME_MAX, taking: ANSWER_WAIT_MAX };
}

/// Serves until `stop` is there; requests that were begun are then finished.
pub(crate) async fn serve(
    mut listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let (room, silent) = (Arc::new(Semaphore::new(patience.connections)), Silent::default());
    let (ending, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            () = &mut stop => break,
            arrival = arrival(&mut listener, &room, &silent) => arrival,
        };
        // spec: api-25
        let keep =
            if room.available_permits() < patience.connections / 2 { Keep::No } else { Keep::Yes };
        let held = Held { stream, _place: place, taking: patience.taking, stalled: None };
        let quiet = silent.enter();
        let serving =
            attend((held, quiet), router.clone(), (patience.asking, keep), ending.subscribe());
        tokio::spawn(serving);
    }
    drop(listener);
    ending.send_replace(());
    // Until the last of them has let go of it.
    ending.closed().await;
}

/// The next connection, with a place: a free one, or the place of whoever is silent for longest.
// spec: api-25
async fn arrival(
    listener: &mut TcpListener,
    room: &Arc<Semaphore>,
    silent: &Silent,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let (stream, _) = Listener::accept(listener).await;
    if room.available_permits() == 0 {
        silent.send_one_away();
    }
    // The semaphore is never closed; were it, a connection without a place is better than none.
    (stream, Arc::clone(room).acquire_owned().await.ok())
}

/// Whether a connection is kept for another request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    No,
    Yes,
}

/// Serves one connection to its end.
async fn attend(
    (held, quiet): (Held, Quiet),
    router: Router,
    (asking, keep): (Duration, Keep),
    mut ending: watch::Receiver<()>,
) {
    let router = TowerToHyperService::new(router);
    let sent_away = Arc::clone(&quiet.sent_away);
    let service = service_fn(move |request| {
        quiet.speaks();
        router.call(request)
    });
    // spec: api-24
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(asking)
        .keep_alive(keep == Keep::Yes)
        // Who has said everything may end its side, and is answered all the same.
        .half_close(true)
        .serve_connection(TokioIo::new(held), service);
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = sent_away.notified() => return,
        _ = ending.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if ended.is_err() {
        tracing::trace!("a connection of the API broke off");
    }
}

/// Connections on which nothing was asked yet, in the order in which they came.
#[derive(Clone, Debug, Default)]
struct Silent(Arc<Mutex<Callers>>);

#[derive(Debug, Default)]
struct Callers {
    next: u64,
    silent: BTreeMap<u64, Arc<Notify>>,
}

/// One of them; it leaves the list when it asks, and when it ends.
struct Quiet {
    number: u64,
    sent_away: Arc<Notify>,
    among: Silent,
}

impl Silent {
    fn enter(&self) -> Quiet {
        let mut callers = self.callers();
        let (number, sent_away) = (callers.next, Arc::new(Notify::new()));
        callers.next = number.wrapping_add(1);
        callers.silent.insert(number, Arc::clone(&sent_away));
        Quiet { number, sent_away, among: self.clone() }
    }

    /// Ends the one that came first.
    fn send_one_away(&self) {
        if let Some((_, first)) = self.callers().silent.pop_first() {
            first.notify_one();
        }
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Quiet {
    fn speaks(&self) {
        self.among.callers().silent.remove(&self.number);
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        self.speaks();
    }
}

/// A connection that holds its place until it is dropped, and ends when its answer is not taken.
#[derive(Debug)]
struct Held {
    stream: TcpStream,
    _place: Option<OwnedSemaphorePermit>,
    taking: Duration,
    /// When the answer that waits has waited for too long.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Held {
    // spec: api-24
    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let taking = self.taking;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(time::sleep(taking)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stalled(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
