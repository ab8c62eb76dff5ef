//! What the local API asks of a node: the surface of [`Handle`] as a trait, so that tests answer without a store.
//!
//! Uses `host`. Reads run on threads that may wait for a disk; submissions and openings wait for the writer.

pub mod deconfliction;
pub mod feeds;
pub mod statistics;

use core::fmt::Debug;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::io::Write;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Taken;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::tile::TileId;
use concord_protocol::message::submission::Submission;

use crate::api::ask::deconfliction::AskDeconfliction;
use crate::api::ask::feeds::AskFeeds;
use crate::api::ask::statistics::AskStatistics;
use crate::host::crew::Crew;
use crate::host::evidence::Extent;
use crate::host::handle::AdmitError;
use crate::host::handle::Admitted;
use crate::host::handle::Aim;
use crate::host::handle::Entry;
use crate::host::handle::Filter;
use crate::host::handle::FoundEvidence;
use crate::host::handle::Growth;
use crate::host::handle::Handle;
use crate::host::handle::InclusionProof;
use crate::host::handle::MessageName;
use crate::host::handle::MessageView;
use crate::host::handle::OpenedBody;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::RequestKey;
use crate::host::handle::SharedView;
use crate::host::handle::SubmitResult;
use crate::host::handle::charters::CharterError;
use crate::host::handle::erasure::Demand;
use crate::host::handle::files::FileError;
use crate::host::handle::files::FileStanding;
use crate::host::handle::files::OpenedFile;
use crate::host::handle::procedures::ProcedureView;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::Reviews;
use crate::host::handle::specialty::ReceivedView;
use crate::host::handle::succession::ApproveError;
use crate::host::handle::succession::SuccessionView;
use crate::host::handle::transcript::Wanted;
use crate::store::files::Files;

/// What a node will have answered.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A node, as the local API sees it.
pub trait Ask: AskFeeds + AskDeconfliction + AskStatistics + Debug + Send + Sync {
    /// The newest snapshot.
    fn view(&self) -> SharedView;

    /// The threads that do what must not hold a task up.
    fn crew(&self) -> &Crew;

    /// Logs and sends a message, once for each idempotency key.
    fn submit(&self, submission: Submission, key: Option<RequestKey>) -> Answer<'_, SubmitResult>;

    /// Opens a body after its `read` leaf has become durable.
    fn read_body(
        &self,
        name: MessageName,
        officer: StaffNumber,
        aim: Aim,
    ) -> Answer<'_, Result<OpenedBody, ReadError>>;

    /// The files beside messages.
    fn files(&self) -> Files;

    /// How a file stands.
    ///
    /// # Errors
    /// When there is no such file, or the store cannot be read.
    fn file(&self, digest: &Digest) -> Result<FileStanding, ReadError>;

    /// Opens a file after its `read` leaf has become durable.
    fn read_file(
        &self,
        name: MessageName,
        digest: Digest,
        reader: (StaffNumber, Aim),
    ) -> Answer<'_, Result<OpenedFile, FileError>>;

    /// Erases the body of a message for good.
    fn erase(
        &self,
        name: MessageName,
        demand: Demand,
    ) -> Answer<'_, Result<ErasureRecord, ReadError>>;

    /// Remembers that the keys of the bodies are copied.
    fn key_backup(&self) -> Answer<'_, Result<KeyBackupRecord, ReadError>>;

    /// Takes a credential file.
    fn admit(&self, credential: Vec<u8>) -> Answer<'_, Result<Admitted, AdmitError>>;

    /// Every document of the charter that the node holds.
    fn charters(&self) -> Arc<Papers>;

    /// Takes documents of the charter in.
    fn take_charters(&self, documents: Vec<Vec<u8>>) -> Answer<'_, Result<Taken, CharterError>>;

    /// Has the head cosigned now, and waits for a quorum, for a while.
    fn cosign(&self) -> Answer<'_, Result<(), ReadError>>;

    /// Asks a peer whether it is there. Units: the time until it answered.
    fn ping(&self, peer: AgencyId) -> Answer<'_, Result<Duration, PingError>>;

    /// The end of an agency's log, proposed or in force.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn succession(&self, agency: &AgencyId) -> Result<SuccessionView, ReadError>;

    /// Approves what a peer proposes.
    fn approve(
        &self,
        agency: AgencyId,
        officer: StaffNumber,
    ) -> Answer<'_, Result<(), ApproveError>>;

    /// Messages, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError>;

    /// One message.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn message(&self, name: MessageName) -> Result<MessageView, ReadError>;

    /// One procedure.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError>;

    /// The handovers of the person of a procedure.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    fn specialty(&self, id: ProcedureId) -> Result<Vec<ReceivedView>, ReadError>;

    /// At most `limit` procedures, oldest first, of those named after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn procedures(
        &self,
        after: Option<ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureView>, ReadError>;

    /// At most `limit` held messages that are looked at again by now or soon, after a place.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError>;

    /// The proof that a message's leaf stands in the log.
    ///
    /// # Errors
    /// When there is no such message, or the store cannot be read.
    fn message_proof(&self, name: MessageName) -> Result<InclusionProof, ReadError>;

    /// The receipt of one recipient, as it was received.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn receipt_of(&self, name: MessageName, peer: &AgencyId) -> Result<Vec<u8>, ReadError>;

    /// The proof that a leaf stands in the log.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    fn leaf_proof(&self, index: LeafIndex) -> Result<InclusionProof, ReadError>;

    /// The path that shows that the log only grew.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    fn consistency(&self, growth: Growth) -> Result<Vec<Digest>, ReadError>;

    /// Leaves in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self, from: LeafIndex, limit: usize) -> Result<Vec<Entry>, ReadError>;

    /// The first hashes of a tile.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    fn tile(&self, id: TileId, width: usize) -> Result<Vec<Digest>, ReadError>;

    /// The first leaves of an entry bundle, as they stand in the file.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    fn entry_bundle(&self, index: u64, width: usize) -> Result<Vec<u8>, ReadError>;

    /// The proof file of a leaf.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    fn proof_file(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError>;

    /// A COSE receipt of a leaf.
    ///
    /// # Errors
    /// When the log does not reach so far, the node signs nothing now, or the store cannot be read.
    fn cose_receipt(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError>;

    /// The policy under which the log's proofs can be checked.
    ///
    /// # Errors
    /// When too few credentials are held.
    fn policy(&self) -> Result<Vec<u8>, ReadError>;

    /// Evidence with a leaf from a place on, each judged again.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn evidence(&self, from: LeafIndex, limit: usize) -> Result<Vec<FoundEvidence>, ReadError>;

    /// One file of evidence, byte for byte.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn evidence_file(&self, digest: &Digest) -> Result<Vec<u8>, ReadError>;

    /// Writes the bundle that an auditor verifies offline.
    ///
    /// # Errors
    /// When nothing is within the extent, the store cannot be read, or `out` takes no more.
    fn export(&self, extent: &Extent, out: &mut dyn Write) -> Result<(), ReadError>;

    /// Writes the bundle of one procedure with the bodies that may be shown, each reading logged before.
    ///
    /// # Errors
    /// When a body must not be shown, nothing is there, or `out` takes no more.
    fn transcript(&self, wanted: &Wanted, out: &mut dyn Write) -> Result<(), ReadError>;
}

impl Ask for Handle {
    fn view(&self) -> SharedView {
        Self::view(self)
    }

    fn crew(&self) -> &Crew {
        Self::crew(self)
    }

    fn submit(&self, submission: Submission, key: Option<RequestKey>) -> Answer<'_, SubmitResult> {
        Box::pin(Self::submit(self, submission, key))
    }

    fn read_body(
        &self,
        name: MessageName,
        officer: StaffNumber,
        aim: Aim,
    ) -> Answer<'_, Result<OpenedBody, ReadError>> {
        Box::pin(Self::read_body(self, name, officer, aim))
    }

    fn files(&self) -> Files {
        Self::files(self)
    }

    fn file(&self, digest: &Digest) -> Result<FileStanding, ReadError> {
        Self::file(self, digest)
    }

    fn read_file(
        &self,
        name: MessageName,
        digest: Digest,
        reader: (StaffNumber, Aim),
    ) -> Answer<'_, Result<OpenedFile, FileError>> {
        Box::pin(Self::read_file(self, name, digest, reader))
    }

    fn erase(
        &self,
        name: MessageName,
        demand: Demand,
    ) -> Answer<'_, Result<ErasureRecord, ReadError>> {
        Box::pin(Self::erase(self, name, demand))
    }

    fn key_backup(&self) -> Answer<'_, Result<KeyBackupRecord, ReadError>> {
        Box::pin(Self::key_backup(self))
    }

    fn admit(&self, credential: Vec<u8>) -> Answer<'_, Result<Admitted, AdmitError>> {
        Box::pin(Self::admit(self, credential))
    }

    fn charters(&self) -> Arc<Papers> {
        Self::charters(self)
    }

    fn take_charters(&self, documents: Vec<Vec<u8>>) -> Answer<'_, Result<Taken, CharterError>> {
        Box::pin(Self::take_charters(self, documents))
    }

    fn cosign(&self) -> Answer<'_, Result<(), ReadError>> {
        Box::pin(Self::cosign(self))
    }

    fn ping(&self, peer: AgencyId) -> Answer<'_, Result<Duration, PingError>> {
        Box::pin(async move { Self::ping(self, &peer).await })
    }

    fn succession(&self, agency: &AgencyId) -> Result<SuccessionView, ReadError> {
        Self::succession(self, agency)
    }

    fn approve(
        &self,
        agency: AgencyId,
        officer: StaffNumber,
    ) -> Answer<'_, Result<(), ApproveError>> {
        Box::pin(async move { Self::approve(self, &agency, officer).await })
    }

    fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError> {
        Self::messages(self, filter)
    }

    fn message(&self, name: MessageName) -> Result<MessageView, ReadError> {
        Self::message(self, name)
    }

    fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        Self::procedure(self, id)
    }

    fn specialty(&self, id: ProcedureId) -> Result<Vec<ReceivedView>, ReadError> {
        Self::specialty(self, id)
    }

    fn procedures(
        &self,
        after: Option<ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureView>, ReadError> {
        Self::procedures(self, after, limit)
    }

    fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError> {
        Self::reviews(self, after, limit)
    }

    fn message_proof(&self, name: MessageName) -> Result<InclusionProof, ReadError> {
        Self::message_proof(self, name)
    }

    fn receipt_of(&self, name: MessageName, peer: &AgencyId) -> Result<Vec<u8>, ReadError> {
        Self::receipt_of(self, name, peer)
    }

    fn leaf_proof(&self, index: LeafIndex) -> Result<InclusionProof, ReadError> {
        Self::leaf_proof(self, index)
    }

    fn consistency(&self, growth: Growth) -> Result<Vec<Digest>, ReadError> {
        Self::consistency(self, growth)
    }

    fn entries(&self, from: LeafIndex, limit: usize) -> Result<Vec<Entry>, ReadError> {
        Self::entries(self, from, limit)
    }

    fn tile(&self, id: TileId, width: usize) -> Result<Vec<Digest>, ReadError> {
        Self::tile(self, id, width)
    }

    fn entry_bundle(&self, index: u64, width: usize) -> Result<Vec<u8>, ReadError> {
        Self::entry_bundle(self, index, width)
    }

    fn proof_file(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        Self::proof_file(self, index)
    }

    fn cose_receipt(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        Self::cose_receipt(self, index)
    }

    fn policy(&self) -> Result<Vec<u8>, ReadError> {
        Self::policy(self)
    }

    fn evidence(&self, from: LeafIndex, limit: usize) -> Result<Vec<FoundEvidence>, ReadError> {
        Self::evidence(self, from, limit)
    }

    fn evidence_file(&self, digest: &Digest) -> Result<Vec<u8>, ReadError> {
        Self::evidence_file(self, digest)
    }

    fn export(&self, extent: &Extent, out: &mut dyn Write) -> Result<(), ReadError> {
        Self::export(self, extent, out)
    }

    fn transcript(&self, wanted: &Wanted, out: &mut dyn Write) -> Result<(), ReadError> {
        Self::transcript(self, wanted, out)
    }
}
