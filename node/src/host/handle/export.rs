//! A bundle on its way out: its last bytes wait until the log says that it was handed out.

use std::io;
use std::io::Write;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::ids::TreeSize;
use tokio::sync::oneshot;

use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::mailbox::Job;
use crate::host::view::Phase;

/// Bytes that wait: without the end, which names the bundle, nobody verifies it.
const HELD_BYTES: usize = 1024;

/// Lets everything through but the last bytes.
pub(super) struct HeldBack<'a> {
    out: &'a mut dyn Write,
    held: Vec<u8>,
}

impl<'a> HeldBack<'a> {
    pub(super) const fn new(out: &'a mut dyn Write) -> Self {
        Self { out, held: Vec::new() }
    }

    /// Lets the rest through.
    pub(super) fn release(self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.out.flush()
    }
}

impl Write for HeldBack<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let through = self.held.len().saturating_sub(HELD_BYTES);
        if through > 0 {
            self.out.write_all(self.held.get(..through).unwrap_or_default())?;
            drop(self.held.drain(..through));
        }
        Ok(bytes.len())
    }

    /// What is held back stays so.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Handle {
    /// Logs that a bundle is handed out. A node that has not started, or is in doubt, can log nothing, and its log may be
    /// read all the same. Waits for the commit; not for a thread that must not wait.
    // spec: log-44
    pub(super) fn log_export(&self, bundle: Digest, size: TreeSize) -> Result<(), ReadError> {
        let view = self.view();
        if view.phase == Phase::Waiting || view.mode.standing().is_some() {
            return Ok(());
        }
        let (reply, answer) = oneshot::channel();
        let job = Job::Exported { bundle, size, reply };
        self.around.mailbox.blocking_send(job).map_err(|_| ReadError::Stopping)?;
        match answer.blocking_recv().map_err(|_| ReadError::Stopping)? {
            Answer::Exported(_) | Answer::InDoubt(_) => Ok(()),
            Answer::Erased(_)
            | Answer::NothingToErase
            | Answer::ReadRecorded(_)
            | Answer::Submitted { .. }
            | Answer::Repeated { .. }
            | Answer::KeyReused
            | Answer::NoLink(_)
            | Answer::KeyBackup(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_)
            | Answer::OutOfPlace(_)
            | Answer::OutboxFull(_) => Err(ReadError::Stopping),
        }
    }
}
