//! What the local API asks of a node: the surface of [`Handle`] as a trait, so that tests answer without a store.
//!
//! Uses `host`. Reads run on threads that may wait for a disk; submissions and openings wait for the writer.

use core::fmt::Debug;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::io::Write;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::submission::Submission;

use crate::host::handle::AdmitError;
use crate::host::handle::Admitted;
use crate::host::handle::Entry;
use crate::host::handle::Filter;
use crate::host::handle::Growth;
use crate::host::handle::Handle;
use crate::host::handle::InclusionProof;
use crate::host::handle::MessageView;
use crate::host::handle::OpenedBody;
use crate::host::handle::PingError;
use crate::host::handle::ReadError;
use crate::host::handle::RequestKey;
use crate::host::handle::SharedView;
use crate::host::handle::SubmitResult;

/// What a node will have answered.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A node, as the local API sees it.
pub trait Ask: Debug + Send + Sync {
    /// The newest snapshot.
    fn view(&self) -> SharedView;

    /// Logs and sends a message, once for each idempotency key.
    fn submit(&self, submission: Submission, key: Option<RequestKey>) -> Answer<'_, SubmitResult>;

    /// Opens a body after its `read` leaf has become durable.
    fn read_body(
        &self,
        id: MessageId,
        officer: StaffNumber,
        purpose: PurposeCode,
    ) -> Answer<'_, Result<OpenedBody, ReadError>>;

    /// Takes a credential file.
    fn admit(&self, credential: Vec<u8>) -> Answer<'_, Result<Admitted, AdmitError>>;

    /// Asks a peer whether it is there. Units: the time until it answered.
    fn ping(&self, peer: AgencyId) -> Answer<'_, Result<Duration, PingError>>;

    /// Messages, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError>;

    /// One message.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn message(&self, id: MessageId) -> Result<MessageView, ReadError>;

    /// The proof that a message's leaf stands in the log.
    ///
    /// # Errors
    /// When there is no such message, or the store cannot be read.
    fn message_proof(&self, id: MessageId) -> Result<InclusionProof, ReadError>;

    /// The receipt of one recipient, as it was received.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    fn receipt_of(&self, id: MessageId, peer: &AgencyId) -> Result<Vec<u8>, ReadError>;

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

    /// Writes the bundle that an auditor verifies offline.
    ///
    /// # Errors
    /// When the store cannot be read, or `out` takes no more.
    fn export(&self, out: &mut dyn Write) -> Result<(), ReadError>;
}

impl Ask for Handle {
    fn view(&self) -> SharedView {
        Self::view(self)
    }

    fn submit(&self, submission: Submission, key: Option<RequestKey>) -> Answer<'_, SubmitResult> {
        Box::pin(Self::submit(self, submission, key))
    }

    fn read_body(
        &self,
        id: MessageId,
        officer: StaffNumber,
        purpose: PurposeCode,
    ) -> Answer<'_, Result<OpenedBody, ReadError>> {
        Box::pin(Self::read_body(self, id, officer, purpose))
    }

    fn admit(&self, credential: Vec<u8>) -> Answer<'_, Result<Admitted, AdmitError>> {
        Box::pin(Self::admit(self, credential))
    }

    fn ping(&self, peer: AgencyId) -> Answer<'_, Result<Duration, PingError>> {
        Box::pin(async move { Self::ping(self, &peer).await })
    }

    fn messages(&self, filter: &Filter) -> Result<Vec<MessageView>, ReadError> {
        Self::messages(self, filter)
    }

    fn message(&self, id: MessageId) -> Result<MessageView, ReadError> {
        Self::message(self, id)
    }

    fn message_proof(&self, id: MessageId) -> Result<InclusionProof, ReadError> {
        Self::message_proof(self, id)
    }

    fn receipt_of(&self, id: MessageId, peer: &AgencyId) -> Result<Vec<u8>, ReadError> {
        Self::receipt_of(self, id, peer)
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

    fn export(&self, out: &mut dyn Write) -> Result<(), ReadError> {
        Self::export(self, out)
    }
}
