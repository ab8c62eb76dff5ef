//! What changes something: it goes through the mailbox and is answered after the commit.

use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::input::Occasion;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::control::Control;
use concord_protocol::procedure::control::passing::Purposed;
use concord_protocol::procedure::elsewhere::case::CaseUse;
use concord_protocol::procedure::refusal::Refusal;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;
use tokio::time;
use tokio::time::Instant;

use crate::clock;
use crate::entropy;
use crate::host::handle::Aim;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::OpenedBody;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::RequestKey;
use crate::host::handle::SubmitError;
use crate::host::handle::SubmitResult;
use crate::host::mailbox::Job;
use crate::host::sealing;
use crate::host::view::Made;
use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::Standing;
use crate::host::view::Submitted;
use crate::store::read::Body;

/// How long a peer may take to answer a ping.
const PING_WAIT: Duration = Duration::from_secs(5);

/// How long a quorum may take before whoever asked for it gets an answer.
const COSIGN_WAIT: Duration = Duration::from_secs(10);

/// A message that is to be opened for another purpose than the one for which it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct OtherPurpose {
    message: MessageId,
    procedure: ProcedureId,
    sent: PurposeKind,
    asked: PurposeKind,
}

impl OtherPurpose {
    /// Refuses it where its originator has not agreed.
    // spec: orc-10
    pub(super) fn check(&self, by: &AgencyId, control: Option<&Control>) -> Result<(), ReadError> {
        let wanted = Purposed { purpose: self.asked, case: None };
        let may = |control: &Control| control.may_use(by, &self.message, wanted, clock::now());
        if control.is_some_and(may) { Ok(()) } else { Err(ReadError::OtherPurpose(self.sent)) }
    }
}

impl Handle {
    /// Logs and sends a message, once for each idempotency key.
    ///
    /// # Errors
    /// When it was not taken; nothing was logged then.
    pub async fn submit(&self, submission: Submission, key: Option<RequestKey>) -> SubmitResult {
        self.may_submit()?;
        let key = key.map(|RequestKey { text, request }| {
            let request = self.around.shared.kept_request(&request);
            RequestKey { text, request }
        });
        if let Some(known) = self.answered_before(key.as_ref())? {
            return Ok(known);
        }
        self.may_take(&submission)?;
        self.has_files(&submission).await?;
        self.deconflicted(&submission).await?;
        let recipients = self.recipients(&submission)?;
        let shared = Arc::clone(&self.around.shared);
        let signed = self
            .around
            .shared
            .crew
            .workers
            .run(move || sealing::seal(&shared, &submission, &recipients));
        let signed = signed.await.map_err(|_| SubmitError::Stopping)??;
        let (id, digest) = (signed.header().id, signed.digest());
        let (reply, answer) = oneshot::channel();
        let job = Job::Submit { signed: Box::new(signed), key, reply };
        self.around.mailbox.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => SubmitError::Busy,
            TrySendError::Closed(_) => SubmitError::Stopping,
        })?;
        match answer.await.map_err(|_| SubmitError::Stopping)? {
            Answer::Submitted { leaf, .. } => Ok(Submitted { id, digest, leaf, made: Made::Now }),
            Answer::Repeated { message } => self.submitted_before(&message),
            Answer::KeyReused => Err(SubmitError::KeyReused),
            Answer::NoLink(agency) => Err(SubmitError::UnknownRecipient { agency }),
            Answer::OutboxFull(_) => Err(SubmitError::Busy),
            Answer::InDoubt(doubt) => Err(SubmitError::InDoubt(doubt)),
            Answer::OutOfPlace(refusal) => Err(SubmitError::OutOfPlace(refusal)),
            Answer::ReadRecorded(_)
            | Answer::Erased(_)
            | Answer::NothingToErase
            | Answer::Exported(_)
            | Answer::KeyBackup(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_) => Err(SubmitError::Stopping),
        }
    }

    /// Whether the node takes messages now. What it cannot take is refused before any work is done.
    fn may_submit(&self) -> Result<(), SubmitError> {
        let view = self.view();
        // What is signed now would be refused everywhere.
        // spec: id-33
        match view.credential.standing {
            Standing::InForce | Standing::Superseded => {}
            Standing::NotValid | Standing::Revoked | Standing::OtherRoot => {
                return Err(SubmitError::NotInForce { serial: view.credential.serial });
            }
        }
        match (view.mode.standing(), &view.mode, view.phase) {
            (Some(doubt), _, _) => Err(SubmitError::InDoubt(doubt)),
            (None, Mode::Full, _) => Err(SubmitError::Full),
            (None, Mode::KeyAway, _) => Err(SubmitError::KeyAway),
            (None, Mode::PinRefused, _) => Err(SubmitError::PinRefused),
            (None, _, Phase::Waiting) => Err(SubmitError::Busy),
            (None, _, Phase::Started) => Ok(()),
        }
    }

    /// Whether the node may hold a message of this classification, and it may rest on the log as it is witnessed now.
    fn may_take(&self, submission: &Submission) -> Result<(), SubmitError> {
        let classification = submission.handling_codes().classification;
        // spec: orc-21
        let cleared = self.around.shared.cleared;
        if classification > cleared {
            return Err(SubmitError::OutOfPlace(Box::new(Refusal::safeguard(
                "orc-21",
                format!("it is {classification}, and this node holds nothing above {cleared}"),
                "send it from a node that may hold it; an operator sets `classification_most`",
            ))));
        }
        let since = self.view().head.unwitnessed_since;
        let limit = self.around.shared.unwitnessed_limit;
        match since.filter(|_| limit.refuses(classification, since, clock::now())) {
            Some(since) => Err(SubmitError::Unwitnessed { since }),
            None => Ok(()),
        }
    }

    /// Whether the node can log a reading now; before its start it appends nothing.
    pub(super) fn may_read(&self) -> Result<(), ReadError> {
        let view = self.view();
        // spec: rst-2
        match (view.mode.standing(), view.phase) {
            (Some(doubt), _) => Err(ReadError::InDoubt(doubt)),
            (None, Phase::Waiting) => Err(ReadError::Busy),
            (None, Phase::Started) => Ok(()),
        }
    }

    fn answered_before(&self, key: Option<&RequestKey>) -> Result<Option<Submitted>, SubmitError> {
        let Some(key) = key else { return Ok(None) };
        match self.around.shared.reader.idempotency(&key.text).map_err(|_| SubmitError::Stopping)? {
            None => Ok(None),
            Some(earlier) if earlier.request == key.request => {
                self.submitted_before(&earlier.message).map(Some)
            }
            Some(_) => Err(SubmitError::KeyReused),
        }
    }

    fn submitted_before(&self, digest: &Digest) -> SubmitResult {
        let record = self
            .around
            .shared
            .reader
            .message(digest)
            .ok()
            .flatten()
            .ok_or(SubmitError::Stopping)?;
        Ok(Submitted {
            id: record.id,
            digest: record.digest,
            leaf: record.leaf,
            made: Made::Before,
        })
    }

    /// The sealing key of each recipient's newest credential, in the order of the submission.
    fn recipients(&self, submission: &Submission) -> Result<Recipients, SubmitError> {
        let directory = self.around.shared.directory();
        for recipient in submission.to() {
            let agency = &recipient.agency;
            if *agency == self.around.shared.me {
                return Err(SubmitError::ToOneself);
            }
            if directory.charter().member(agency).is_none() {
                return Err(SubmitError::UnknownRecipient { agency: agency.clone() });
            }
        }
        Recipients::find(submission.to(), &directory, clock::now())
            .map_err(|unknown| SubmitError::NoCredential { agency: unknown.agency })
    }

    /// Opens a body after its `read` leaf has become durable.
    ///
    /// # Errors
    /// When it was not opened.
    pub async fn read_body(
        &self,
        name: MessageName,
        officer: StaffNumber,
        Aim { purpose, case, suspended }: Aim,
    ) -> Result<OpenedBody, ReadError> {
        self.may_read()?;
        let record = self.record(name)?;
        drop(self.body(&record)?);
        if let Some(other) = self.other_purpose(&record, &purpose)? {
            self.check_leave(other).await?;
        }
        if let Some(case) = case {
            self.check_case(&record, &purpose, case).await?;
        }
        if !suspended {
            self.check_suspended(&record)?;
        }
        let leaf = self.log_reading(record.digest, officer, purpose).await?;
        // Only now: a body that was erased meanwhile is not shown after its `erased` leaf.
        let body = self.body(&record)?;
        let (shared, id) = (Arc::clone(&self.around.shared), record.id);
        let opened =
            self.around.shared.crew.workers.run(move || sealing::open(&shared, &record, &body));
        let opened =
            opened.await.map_err(|_| ReadError::Stopping)?.map_err(|_| ReadError::Unopenable)?;
        let (content, approvals) = (opened.content().clone(), opened.approvals().cloned());
        let files = opened.body().files().iter().map(|named| named.file.clone()).collect();
        Ok(OpenedBody { id, content, approvals, files, leaf })
    }

    /// Has a reading recorded durably.
    pub(super) async fn log_reading(
        &self,
        message: Digest,
        officer: StaffNumber,
        purpose: PurposeCode,
    ) -> Result<LeafIndex, ReadError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Read { message, officer, purpose, reply })?;
        match answer.await.map_err(|_| ReadError::Stopping)? {
            Answer::ReadRecorded(leaf) => Ok(leaf),
            Answer::InDoubt(doubt) => Err(ReadError::InDoubt(doubt)),
            Answer::Submitted { .. }
            | Answer::Repeated { .. }
            | Answer::KeyReused
            | Answer::NoLink(_)
            | Answer::Erased(_)
            | Answer::NothingToErase
            | Answer::Exported(_)
            | Answer::KeyBackup(_)
            | Answer::OutboxFull(_)
            | Answer::OutOfPlace(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_) => Err(ReadError::Stopping),
        }
    }

    /// What another agency sent for another purpose than the one for which it is to be opened.
    // spec: orc-10
    pub(super) fn other_purpose(
        &self,
        record: &MessageRecord,
        purpose: &PurposeCode,
    ) -> Result<Option<OtherPurpose>, ReadError> {
        let header = header::read(&record.message).map_err(|_| ReadError::Unopenable)?;
        let asked = PurposeKind::parse(purpose.as_str()).unwrap_or(header.purpose);
        if record.from == self.around.shared.me || asked == header.purpose {
            return Ok(None);
        }
        let (message, procedure) = (record.id, header.procedure);
        Ok(Some(OtherPurpose { message, procedure, sent: header.purpose, asked }))
    }

    /// Refuses it where its originator has not agreed.
    // spec: orc-10
    pub(super) async fn check_leave(&self, other: OtherPurpose) -> Result<(), ReadError> {
        let handle = self.clone();
        let judged = self.around.shared.crew.disk.run(move || {
            let book = handle.book(&other.procedure)?;
            let control = book.machine().map(|machine| machine.common().control());
            other.check(&handle.around.shared.me, control)
        });
        judged.await.map_err(|_| ReadError::Stopping)?
    }

    /// Refuses to use for one case what is held for another in its procedure, where its originator has not agreed.
    // spec: orc-17, orc-22
    pub(super) fn judge_case(
        &self,
        (item, book): (&MessageId, &Book),
        purpose: PurposeKind,
        case: &Digest,
    ) -> Result<(), ReadError> {
        let used = CaseUse { by: &self.around.shared.me, item, purpose, case, at: clock::now() };
        used.judge(book).map_err(|refusal| ReadError::OtherCase(Box::new(refusal)))
    }

    /// Refuses to open for one case what is held for another, where its originator has not agreed.
    // spec: orc-17
    async fn check_case(
        &self,
        record: &MessageRecord,
        purpose: &PurposeCode,
        case: Digest,
    ) -> Result<(), ReadError> {
        let header = header::read(&record.message).map_err(|_| ReadError::Unopenable)?;
        let purpose = PurposeKind::parse(purpose.as_str()).unwrap_or(header.purpose);
        let (handle, item, procedure) = (self.clone(), record.id, header.procedure);
        let judged = self.around.shared.crew.disk.run(move || {
            let book = handle.book(&procedure)?;
            handle.judge_case((&item, &book), purpose, &case)
        });
        judged.await.map_err(|_| ReadError::Stopping)?
    }

    /// The sealed body of a message, or why there is none.
    // spec: era-5
    pub(super) fn body(&self, record: &MessageRecord) -> Result<Body, ReadError> {
        if record.body == BodyForm::Erased {
            return Err(self.without_body(record));
        }
        match self.reader().body(&record.digest) {
            Ok(Some(body)) => Ok(body),
            Ok(None) => Err(self.without_body(record)),
            Err(error) if error.is_lost_body() => Err(self.without_body(record)),
            Err(_) => Err(ReadError::Stopping),
        }
    }

    /// Has the head cosigned now, for a fresh time, and waits until a quorum has, for a while.
    ///
    /// # Errors
    /// When nobody was asked. Too few answers are no error: the snapshot says how many there are.
    pub async fn cosign(&self) -> Result<(), ReadError> {
        self.may_read()?;
        let (reply, answer) = oneshot::channel();
        let job = Job::Witness { occasion: Occasion::Asked, reply: Some(reply) };
        self.around.mailbox.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => ReadError::Busy,
            TrySendError::Closed(_) => ReadError::Stopping,
        })?;
        answer.await.map_err(|_| ReadError::Stopping)?;
        let shared = &self.around.shared;
        let size = shared.published().view.head.size;
        let quorate = shared.wait_for(|published| {
            let quorate = published.view.head.quorate.as_ref();
            quorate.is_some_and(|quorate| quorate.size >= size)
        });
        drop(time::timeout(COSIGN_WAIT, quorate).await);
        Ok(())
    }

    /// Asks a peer over the live connection whether it is there. Units: the time until it answered.
    ///
    /// # Errors
    /// When it is not.
    pub async fn ping(&self, peer: &AgencyId) -> Result<Duration, PingError> {
        let view = self.view();
        let known = view.peers.iter().find(|known| known.agency == *peer);
        let known = known.ok_or_else(|| PingError::Unknown { agency: peer.clone() })?;
        if !known.connected {
            return Err(PingError::Away { agency: peer.clone() });
        }
        let [a, b, c, d, e, f, g, h] = entropy::draw::<8>().map_err(|_| PingError::Stopping)?;
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let heard = self.around.shared.expect_pong(number);
        let since = Instant::now();
        let job = Job::Ping { peer: peer.clone(), number };
        self.around.mailbox.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => PingError::Busy,
            TrySendError::Closed(_) => PingError::Stopping,
        })?;
        match time::timeout(PING_WAIT, heard).await {
            Ok(Ok(())) => Ok(since.elapsed()),
            Ok(Err(_)) | Err(_) => Err(PingError::Silent { agency: peer.clone() }),
        }
    }
}
