//! Frames out of a stream of bytes: a length of four bytes, big-endian, then so many bytes.
//!
//! Uses nothing of ours; works on any reader, so that slowness can be tested without a network.
//! Memory is taken as bytes arrive, never for a length that was only announced. Source: spec wire-13, wire-14.

use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::time;
use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// Bytes of the length.
pub(super) const HEAD_BYTES: usize = 4;

/// Most memory taken ahead of the bytes themselves.
const STEP_BYTES: usize = 64 * 1024;

/// What a frame may be, and how slow.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBounds {
    /// Longest frame, without its length.
    pub(super) bytes_max: usize,
    /// Time that a frame may take, whatever its length, from its first byte.
    pub(super) wait: Duration,
    /// How fast it must come beyond that.
    pub(super) bytes_per_second: u32,
}

/// Why there is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// Longer than frames may be.
    TooLong {
        /// Bytes announced.
        len: usize,
    },
    /// Of no bytes at all.
    Empty,
    /// It began and did not end in time.
    Slow,
    /// The stream ended inside it.
    Cut,
    /// The stream broke.
    Broken,
}

/// Reads one frame after the other.
#[derive(Debug)]
pub(super) struct FrameReader<R> {
    source: R,
    bounds: FrameBounds,
    head: Vec<u8>,
    body: Vec<u8>,
    wanted: Option<usize>,
    begun: Option<Instant>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(super) const fn new(source: R, bounds: FrameBounds) -> Self {
        Self { source, bounds, head: Vec::new(), body: Vec::new(), wanted: None, begun: None }
    }

    /// What follows the last frame, where that is no frame.
    pub(super) const fn source(&mut self) -> &mut R {
        &mut self.source
    }

    /// The next frame; `None` when the stream ended after the last one.
    ///
    /// May be dropped and called again: what has arrived is kept.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        loop {
            if let Some(frame) = self.complete()? {
                return Ok(Some(frame));
            }
            let got = match self.deadline() {
                // spec: wire-14
                Some(deadline) => time::timeout_at(deadline, self.fill())
                    .await
                    .map_err(|_| FrameError::Slow)??,
                None => self.fill().await?,
            };
            match (got, self.begun) {
                (0, None) => return Ok(None),
                (0, Some(_)) => return Err(FrameError::Cut),
                (_, None) => self.begun = Some(Instant::now()),
                (_, Some(_)) => {}
            }
        }
    }

    /// The frame, when all of it is here; its length is judged as soon as that is.
    fn complete(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        if let (None, Ok(head)) = (self.wanted, <[u8; HEAD_BYTES]>::try_from(self.head.as_slice()))
        {
            let len = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
            // spec: wire-13
            if len > self.bounds.bytes_max {
                return Err(FrameError::TooLong { len });
            }
            if len == 0 {
                return Err(FrameError::Empty);
            }
            self.wanted = Some(len);
        }
        if self.wanted != Some(self.body.len()) {
            return Ok(None);
        }
        self.head.clear();
        self.wanted = None;
        self.begun = None;
        Ok(Some(std::mem::take(&mut self.body)))
    }

    /// Takes in what is there, at least one byte unless the stream has ended.
    async fn fill(&mut self) -> Result<usize, FrameError> {
        let (into, len) = match self.wanted {
            None => (&mut self.head, HEAD_BYTES),
            Some(len) => (&mut self.body, len),
        };
        let missing = len.saturating_sub(into.len());
        into.reserve(missing.min(STEP_BYTES));
        let mut part = (&mut self.source).take(u64::try_from(missing).unwrap_or(u64::MAX));
        part.read_buf(into).await.map_err(|_| FrameError::Broken)
    }

    /// When the frame that has begun must be complete: later, the more of it has come.
    fn deadline(&self) -> Option<Instant> {
        let came =
            u64::try_from(self.head.len().saturating_add(self.body.len())).unwrap_or(u64::MAX);
        let earned = Duration::from_millis(
            came.saturating_mul(1000)
                .checked_div(u64::from(self.bounds.bytes_per_second))
                .unwrap_or_default(),
        );
        Some(self.begun? + self.bounds.wait + earned)
    }
}
