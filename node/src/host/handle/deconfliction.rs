//! Deconfliction, as officers use it: digests for a query, holdings, alerts, and what to answer.

use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::text::StaffNumber;

use crate::clock;
use crate::host::deconfliction::file::FileTrouble;
use crate::host::deconfliction::look;
use crate::host::deconfliction::look::LookError;
use crate::host::deconfliction::look::Proposal;
use crate::host::deconfliction::register::DigestsError;
use crate::host::deconfliction::register::HoldingError;
use crate::host::deconfliction::register::NewHolding;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::reply;
use crate::host::handle::Handle;
use crate::host::handle::SubmitError;
use crate::store::read::ReadError as StoreError;

/// Why something about deconfliction was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeconflictionError {
    /// The register has as many holdings as it takes, or the owner has no such holding.
    #[error(transparent)]
    Holding(#[from] HoldingError),
    /// The officer, or all together, had as many digests as queries of a day can carry.
    #[error(transparent)]
    Digests(#[from] DigestsError),
    /// No query in the procedure asks this agency, or its body is gone.
    #[error("no query of the procedure waits for an answer of this agency")]
    NoQuery,
    /// A file cannot be read or written.
    #[error("the files of deconfliction cannot be read or written")]
    File(#[from] FileTrouble),
    /// The store failed: ours.
    #[error("the node is stopping after a fault")]
    Store(#[from] StoreError),
}

impl From<LookError> for DeconflictionError {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Store(error) => Self::Store(error),
            LookError::File(error) => Self::File(error),
        }
    }
}

/// Digests for a query, made with the node's own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeDigests {
    /// The public half of the key.
    pub key: DigestPublic,
    /// One digest for each identifier, in their order.
    pub digests: Vec<Digest>,
}

impl Handle {
    /// Makes the digests of an officer's query. They are counted; nothing of what they were made of is kept.
    ///
    /// # Errors
    /// When the officer had as many as queries of a day can carry, or there is no key and none can be written.
    // spec: dcf-3, dcf-6, dcf-17, dcf-20
    pub fn digests(
        &self,
        identifiers: &[Identifier],
        officer: &StaffNumber,
    ) -> Result<MadeDigests, DeconflictionError> {
        let shared = &self.around.shared;
        let (desk, count) = (&shared.deconfliction, identifiers.len());
        let key = desk.key_for(officer, count, clock::now())?;
        tracing::info!(officer = officer.as_str(), count, "digests are made for a query");
        let digest = |identifier: &Identifier| key.digest(&desk.text(&shared.me, identifier));
        let digests = identifiers.iter().map(digest).collect::<Result<_, _>>();
        // An identifier is never empty and never so long.
        let digests = digests.map_err(|_| FileTrouble::TooLong)?;
        Ok(MadeDigests { key: key.public(), digests })
    }

    /// Enters a holding.
    ///
    /// # Errors
    /// When there is no room, or it cannot be written.
    pub fn hold(&self, new: NewHolding) -> Result<Holding, DeconflictionError> {
        let now = clock::now();
        Ok(self.around.shared.deconfliction.change(|register| register.hold(new, now))?)
    }

    /// Removes a holding of its owner.
    ///
    /// # Errors
    /// When the owner has none of this number, or it cannot be written.
    pub fn let_go(&self, number: u64, owner: &StaffNumber) -> Result<(), DeconflictionError> {
        Ok(self.around.shared.deconfliction.change(|register| register.let_go(number, owner))?)
    }

    /// The holdings of one owner.
    // spec: dcf-11
    pub fn holdings(&self, owner: &StaffNumber) -> Vec<Holding> {
        let register = self.around.shared.deconfliction.register();
        register.holdings().filter(|held| held.owner() == owner).cloned().collect()
    }

    /// Who asked about what one owner holds.
    // spec: dcf-13
    pub fn alerts(&self, owner: &StaffNumber) -> Vec<Alert> {
        self.around.shared.deconfliction.register().alerts(owner)
    }

    /// What to answer to the query of a procedure.
    ///
    /// # Errors
    /// When none waits for this agency, or something cannot be read.
    pub fn proposal(&self, procedure: ProcedureId) -> Result<Proposal, DeconflictionError> {
        look::propose(&self.around.shared, procedure)?.ok_or(DeconflictionError::NoQuery)
    }

    /// Notes whom a query asks, and holds a reply against the register; nothing for any other message.
    // spec: dcf-8, dcf-15, dcf-18
    pub(super) async fn deconflicted(&self, submission: &Submission) -> Result<(), SubmitError> {
        let shared = Arc::clone(&self.around.shared);
        if let Body::DeconflictionQuery(query) = submission.body() {
            let asked = submission.to().iter().filter(|to| to.role == Role::Action);
            let whom: Vec<AgencyId> = asked.map(|to| to.agency.clone()).collect();
            let key = query.key;
            let noted =
                self.around.shared.crew.disk.run(move || shared.deconfliction.asked(&key, &whom));
            return noted.await.map_err(|_| SubmitError::Stopping)?.map_err(|error| {
                tracing::error!(%error, "whom a query asks cannot be written");
                SubmitError::Full
            });
        }
        let Some(procedure) = submission.procedure() else { return Ok(()) };
        let Body::DeconflictionReply(reply) = submission.body() else { return Ok(()) };
        let said = reply.clone();
        let checked =
            self.around.shared.crew.disk.run(move || reply::check(&shared, procedure, &said));
        match checked.await.map_err(|_| SubmitError::Stopping)? {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refusal)) => Err(SubmitError::OutOfPlace(Box::new(refusal))),
            Err(error) => {
                tracing::error!(%error, "a reply cannot be held against the register");
                Err(SubmitError::Stopping)
            }
        }
    }
}
