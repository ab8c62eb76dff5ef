//! The exchange stream of a connection, as frames both ways.
//!
//! Uses `frames` and the connection's line. A peer that breaks the rules of framing loses the connection here, with the
//! code that says so; the caller learns it as an error. Absent on purpose: what a frame means.

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use tokio::time;

use crate::transport::close::CloseReason;
use crate::transport::connection::Line;
use crate::transport::frames::FrameBounds;
use crate::transport::frames::FrameError;
use crate::transport::frames::FrameReader;
use crate::transport::settings::Settings;

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Empty, or longer than frames may be: our own fault. Nothing was sent.
    #[error("a frame has 1 to {FRAME_BYTES_MAX} bytes, this one has {len}")]
    Length {
        /// Bytes found.
        len: usize,
    },
    /// The peer took nothing for too long; the connection is closed.
    #[error("the peer takes nothing")]
    Stalled,
    /// An earlier send was dropped half done, so that nothing can follow it; the connection is closed.
    #[error("an earlier frame was cut off")]
    CutOff,
    /// The connection has ended.
    #[error("the connection has ended")]
    Closed(#[source] CloseReason),
}

/// Why no frame was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// The peer ended the stream, after a whole frame.
    #[error("the peer has ended the stream")]
    Ended,
    /// A frame is empty or too long; the connection is closed.
    #[error("a frame has 1 to {max} bytes, this one has {len}")]
    Length {
        /// Bytes announced.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The stream ended inside a frame; the connection is closed.
    #[error("the stream ended inside a frame")]
    Cut,
    /// A frame began and did not end in time; the connection is closed.
    #[error("a frame did not end in time")]
    Slow,
    /// The connection has ended.
    #[error("the connection has ended")]
    Closed(#[source] CloseReason),
}

/// The sending half of the exchange stream.
#[derive(Debug)]
pub struct FrameSender {
    stream: quinn::SendStream,
    line: Arc<Line>,
    wait: Duration,
    place: Place,
}

/// Where the sending half stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BetweenFrames,
    InsideFrame,
}

/// The receiving half of the exchange stream.
#[derive(Debug)]
pub struct FrameReceiver {
    reader: FrameReader<quinn::RecvStream>,
    line: Arc<Line>,
    bytes_max: usize,
}

impl FrameSender {
    pub(super) const fn new(stream: quinn::SendStream, line: Arc<Line>, wait: Duration) -> Self {
        Self { stream, line, wait, place: Place::BetweenFrames }
    }

    /// Sends one frame; waits while the peer's windows are full. Source: spec wire-13, wire-15.
    ///
    /// Must be awaited to its end: a frame that was dropped half sent ends the connection at the next one.
    ///
    /// # Errors
    /// When the frame has no allowed length, the peer takes nothing, or the connection has ended.
    pub async fn send(&mut self, frame: Vec<u8>) -> Result<(), SendError> {
        let len = frame.len();
        if len == 0 || len > FRAME_BYTES_MAX {
            return Err(SendError::Length { len });
        }
        if self.place == Place::InsideFrame {
            self.line.close(CloseCode::BadFrame);
            return Err(SendError::CutOff);
        }
        self.place = Place::InsideFrame;
        let head = u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes().to_vec();
        let mut chunks = [head.into(), frame.into()];
        let mut sent = 0;
        while let Some(rest @ [_, ..]) = chunks.get_mut(sent..) {
            // spec: wire-15
            let Ok(written) = time::timeout(self.wait, self.stream.write_chunks(rest)).await else {
                self.line.close(CloseCode::Timeout);
                return Err(SendError::Stalled);
            };
            sent = sent.saturating_add(written.map_err(|_| self.ended())?.chunks);
        }
        self.place = Place::BetweenFrames;
        Ok(())
    }

    /// Ends the stream after what was sent; the peer sees the end in order.
    pub fn finish(&mut self) {
        if self.stream.finish().is_err() {
            tracing::trace!("the stream had ended already");
        }
    }

    /// A peer that stops our stream without closing breaks the rules.
    fn ended(&self) -> SendError {
        SendError::Closed(self.line.reason_or_close(CloseCode::BadFrame))
    }
}

impl FrameReceiver {
    pub(super) const fn new(
        stream: quinn::RecvStream,
        line: Arc<Line>,
        bounds: FrameBounds,
    ) -> Self {
        Self { reader: FrameReader::new(stream, bounds), line, bytes_max: bounds.bytes_max }
    }

    /// The next frame. Source: spec wire-13, wire-14.
    ///
    /// May be dropped and called again, as in a `select!`: what has arrived is kept.
    ///
    /// # Errors
    /// When the stream or connection has ended, or the peer broke the rules of framing; then the connection is closed.
    pub async fn receive(&mut self) -> Result<Vec<u8>, ReceiveError> {
        match self.reader.next().await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => Err(ReceiveError::Ended),
            Err(error) => Err(self.refuse(error)),
        }
    }

    fn refuse(&self, error: FrameError) -> ReceiveError {
        let max = self.bytes_max;
        let (code, told) = match error {
            FrameError::TooLong { len } => (CloseCode::BadFrame, ReceiveError::Length { len, max }),
            FrameError::Empty => (CloseCode::BadFrame, ReceiveError::Length { len: 0, max }),
            FrameError::Cut => (CloseCode::BadFrame, ReceiveError::Cut),
            FrameError::Slow => (CloseCode::Timeout, ReceiveError::Slow),
            // The connection is lost; or the peer has reset the stream, which breaks the rules.
            FrameError::Broken => {
                return ReceiveError::Closed(self.line.reason_or_close(CloseCode::BadFrame));
            }
        };
        self.line.close(code);
        told
    }
}

impl Settings {
    /// What a frame of a peer may be, and how slow.
    pub(super) const fn frame_bounds(&self, bytes_max: usize) -> FrameBounds {
        FrameBounds {
            bytes_max,
            wait: self.frame_wait,
            bytes_per_second: self.frame_bytes_per_second,
        }
    }
}
