//! What a handler leaves of a request's body is read on and thrown away before the answer goes.
//!
//! Uses `bounds`. A caller who is still sending when the connection closes gets a reset, and never sees the answer that
//! says why. What is read on has a bound in bytes and in time; whoever goes beyond it gets the reset all the same.

use core::mem;
use core::pin::Pin;
use core::task::Context;
use core::task::Poll;
use std::future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::body::Body;
use axum::body::BodyDataStream;
use axum::body::Bytes;
use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_core::Stream;
use tokio::time;

use crate::api::bounds::DRAIN_BYTES_MAX;
use crate::api::bounds::DRAIN_TIME_MAX;

/// Runs a request, and reads on what was left of its body.
// spec: api-22
pub(crate) async fn run(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let home = Home::default();
    let asks_first = request.headers().contains_key(header::EXPECT);
    let request = request.map(|body| lend(body, &home));
    let answer = next.run(request).await;
    let left = mem::take(&mut *home.lock().unwrap_or_else(PoisonError::into_inner));
    match left {
        // Whoever asks first whether it may send has sent nothing, as long as nothing was read.
        Some(Left { read: false, .. }) if asks_first => {}
        Some(left) => drain(left.body).await,
        None => {}
    }
    answer
}

/// Where a body goes when its handler lets go of it before its end.
type Home = Arc<Mutex<Option<Left>>>;

/// What a handler left.
struct Left {
    body: BodyDataStream,
    read: bool,
}

/// A body on loan to a handler.
struct Lent {
    body: Option<BodyDataStream>,
    read: bool,
    home: Home,
}

fn lend(body: Body, home: &Home) -> Body {
    let lent = Lent { body: Some(body.into_data_stream()), read: false, home: Arc::clone(home) };
    Body::from_stream(lent)
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.read = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_next(cx);
        if !matches!(polled, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            self.body = None;
        }
        polled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let left = self.body.take().map(|body| Left { body, read: self.read });
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }
}

/// Reads to the end, or to the bounds.
async fn drain(body: BodyDataStream) {
    let mut body = pin!(body);
    let mut room = DRAIN_BYTES_MAX;
    let reading = async {
        while let Some(Ok(piece)) = future::poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            let Some(left) = room.checked_sub(piece.len()) else { return };
            room = left;
        }
    };
    // Beyond the bound the caller is cut off, as without this.
    drop(time::timeout(DRAIN_TIME_MAX, reading).await);
}
