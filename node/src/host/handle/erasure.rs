//! Erasing a body, and remembering that the keys are copied: both go through the writer.

use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::leaf::EraseCause;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;

use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::host::mailbox::Job;
use crate::host::mailbox::Warrant;

/// What a person demands to be erased, and on what it rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What demands it.
    pub cause: EraseCause,
    /// The instrument that it rests on.
    pub basis: BasisCode,
    /// Who decided, by pseudonymous staff number.
    pub officer: StaffNumber,
}

impl Handle {
    /// Erases the body of a message: when this answers, keys and bytes are gone from the disk.
    ///
    /// A body that was erased before gets the answer of that time.
    ///
    /// # Errors
    /// When it was not erased.
    pub async fn erase(
        &self,
        name: MessageName,
        demand: Demand,
    ) -> Result<ErasureRecord, ReadError> {
        self.may_read()?;
        let record = self.record(name)?;
        if let Some(before) = self.erasure(&record)? {
            return Ok(before);
        }
        let Demand { cause, basis, officer } = demand;
        let (reply, answer) = oneshot::channel();
        let warrant = Warrant { cause, basis, officer };
        let job = Job::Erase { message: record.digest, warrant, reply };
        self.send(job)?;
        match answer.await.map_err(|_| ReadError::Stopping)? {
            Answer::Erased(erasure) => Ok(*erasure),
            Answer::NothingToErase => Err(ReadError::NoBody),
            Answer::InDoubt(doubt) => Err(ReadError::InDoubt(doubt)),
            Answer::ReadRecorded(_)
            | Answer::Submitted { .. }
            | Answer::Repeated { .. }
            | Answer::KeyReused
            | Answer::NoLink(_)
            | Answer::Exported(_)
            | Answer::KeyBackup(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_)
            | Answer::OutOfPlace(_)
            | Answer::OutboxFull(_) => Err(ReadError::Stopping),
        }
    }

    /// Remembers that the keys of the bodies are copied now, and until when the copy may be kept.
    ///
    /// # Errors
    /// When it was not remembered; then nothing may be copied.
    pub async fn key_backup(&self) -> Result<KeyBackupRecord, ReadError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::KeyBackup { reply })?;
        match answer.await.map_err(|_| ReadError::Stopping)? {
            Answer::KeyBackup(record) => Ok(record),
            Answer::Erased(_)
            | Answer::Exported(_)
            | Answer::NothingToErase
            | Answer::InDoubt(_)
            | Answer::ReadRecorded(_)
            | Answer::Submitted { .. }
            | Answer::Repeated { .. }
            | Answer::KeyReused
            | Answer::NoLink(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_)
            | Answer::OutOfPlace(_)
            | Answer::OutboxFull(_) => Err(ReadError::Stopping),
        }
    }

    /// Why the body of a message was erased; `None` when it was not.
    pub(super) fn erasure(
        &self,
        record: &MessageRecord,
    ) -> Result<Option<ErasureRecord>, ReadError> {
        if record.body != BodyForm::Erased {
            return Ok(None);
        }
        self.reader().erasure(&record.digest).map_err(|_| ReadError::Stopping)
    }

    /// Why there is no body to show: it was erased, it never came, or it is damaged.
    pub(super) fn without_body(&self, record: &MessageRecord) -> ReadError {
        match self.erasure(record) {
            Ok(Some(erasure)) => ReadError::Erased(Box::new(erasure)),
            Ok(None) => ReadError::NoBody,
            Err(error) => error,
        }
    }

    pub(super) fn send(&self, job: Job) -> Result<(), ReadError> {
        self.around.mailbox.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => ReadError::Busy,
            TrySendError::Closed(_) => ReadError::Stopping,
        })
    }
}
