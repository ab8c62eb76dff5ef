//! Streams beside the exchange stream: one question, one answer, and then bytes, behind everything that is exchanged.
//!
//! Uses `frames` and the connection's line. What is sent here has a lower priority than every frame of the exchange, and
//! less room than a connection has, so that a message never waits behind a file. A stream that goes too slowly ends alone;
//! a frame that breaks the rules ends the connection.
//! Absent on purpose: what is asked for, and who may have it.

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::limits::FILE_FRAME_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use quinn::VarInt;
use tokio::time;

use crate::transport::connection::Line;
use crate::transport::frames::FrameError;
use crate::transport::frames::FrameReader;
use crate::transport::settings::Settings;

/// What the exchange stream has is 0, and what has more goes first. Source: spec wire-91.
const PRIORITY: i32 = -1;

/// What a stream is reset with; no peer reads a meaning in it.
const DROPPED: VarInt = VarInt::from_u32(0);

/// Fewest bytes that a stream brings in the time that a peer may take nothing: what is slower holds a place for nothing.
const PROGRESS_BYTES: usize = 16 * 1024;

/// Why a stream brings or takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BulkError {
    /// The peer is too slow, in sending or in taking; the stream was dropped.
    #[error("the peer is too slow")]
    Slow,
    /// The peer dropped the stream, or the connection ended.
    #[error("the stream ended early")]
    Ended,
    /// The peer broke the rules of framing; the connection is closed.
    #[error("the peer broke the rules of framing")]
    BadFrame,
}

/// One stream beside the exchange stream. Dropped, it ends; what was sent still arrives.
#[derive(Debug)]
pub struct Bulk {
    send: quinn::SendStream,
    receive: FrameReader<quinn::RecvStream>,
    line: Arc<Line>,
    wait: Duration,
}

impl Bulk {
    // spec: wire-91
    pub(super) fn new(
        (send, receive): (quinn::SendStream, quinn::RecvStream),
        line: Arc<Line>,
        settings: &Settings,
    ) -> Self {
        // Only a stream that has ended has no priority.
        send.set_priority(PRIORITY).ok();
        let bounds = settings.frame_bounds(FILE_FRAME_BYTES_MAX);
        Self { send, receive: FrameReader::new(receive, bounds), line, wait: settings.send_wait }
    }

    /// Sends one frame of at most [`FILE_FRAME_BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// When the peer takes nothing, or the stream has ended.
    pub async fn say(&mut self, frame: Vec<u8>) -> Result<(), BulkError> {
        let head = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.send([head.as_slice(), &frame].concat()).await
    }

    /// The one frame of the peer.
    ///
    /// # Errors
    /// When none comes in time, or it breaks the rules; then the connection is closed.
    pub async fn hear(&mut self) -> Result<Vec<u8>, BulkError> {
        let heard = time::timeout(self.wait, self.receive.next()).await;
        match heard.map_err(|_| BulkError::Slow)? {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) | Err(FrameError::Cut | FrameError::Broken) => Err(BulkError::Ended),
            Err(FrameError::Slow) => Err(BulkError::Slow),
            Err(FrameError::TooLong { .. } | FrameError::Empty) => Err(self.refuse()),
        }
    }

    /// Closes the connection of a peer that sent what is no frame of this stream.
    pub fn refuse(&self) -> BulkError {
        self.line.close(CloseCode::BadFrame);
        BulkError::BadFrame
    }

    /// Sends bytes; waits while the peer's windows are full. Source: spec wire-15.
    ///
    /// # Errors
    /// When the peer takes nothing, or the stream has ended.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), BulkError> {
        let mut pieces = [bytes.into()];
        let mut sent = 0;
        while let Some(rest @ [_, ..]) = pieces.get_mut(sent..) {
            // spec: wire-92
            let Ok(written) = time::timeout(self.wait, self.send.write_chunks(rest)).await else {
                self.send.reset(DROPPED).ok();
                return Err(BulkError::Slow);
            };
            sent = sent.saturating_add(written.map_err(|_| BulkError::Ended)?.chunks);
        }
        Ok(())
    }

    /// Ends what is sent; the peer sees the end in order.
    pub fn finish(&mut self) {
        // A stream that has ended needs no end.
        self.send.finish().ok();
    }

    /// Takes bytes until there are `wanted` of them or the peer has sent its last.
    ///
    /// # Errors
    /// When they come too slowly, or the peer drops the stream.
    pub async fn receive(&mut self, wanted: usize) -> Result<Vec<u8>, BulkError> {
        let mut bytes = Vec::new();
        while bytes.len() < wanted {
            let least = PROGRESS_BYTES.min(wanted.saturating_sub(bytes.len()));
            let goal = bytes.len().saturating_add(least);
            // spec: wire-92
            let filled = time::timeout(self.wait, self.fill(&mut bytes, (goal, wanted))).await;
            if filled.map_err(|_| BulkError::Slow)?? == Filled::End {
                break;
            }
        }
        Ok(bytes)
    }

    /// Takes what comes, at least up to the goal and at most what is wanted.
    async fn fill(
        &mut self,
        bytes: &mut Vec<u8>,
        (goal, wanted): (usize, usize),
    ) -> Result<Filled, BulkError> {
        while bytes.len() < goal {
            let most = wanted.saturating_sub(bytes.len());
            let chunk = self.receive.source().read_chunk(most, true).await;
            match chunk.map_err(|_| BulkError::Ended)? {
                Some(chunk) => bytes.extend_from_slice(&chunk.bytes),
                None => return Ok(Filled::End),
            }
        }
        Ok(Filled::More)
    }
}

/// Whether the peer has sent its last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filled {
    More,
    End,
}
