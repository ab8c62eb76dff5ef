//! What is asked about who else works on the same.

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::text::StaffNumber as Officer;

use crate::host::deconfliction::look::Proposal;
use crate::host::deconfliction::register::NewHolding;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::Alert;
use crate::host::handle::Handle;
use crate::host::handle::deconfliction::DeconflictionError;
use crate::host::handle::deconfliction::MadeDigests;

/// Holdings of the agency, digests for its queries, and answers that are proposed.
pub trait AskDeconfliction {
    /// Digests of identifiers for an officer's query.
    ///
    /// # Errors
    /// When the officer had as many as queries of a day can carry, or there is no key and none can be written.
    fn digests(
        &self,
        identifiers: &[Identifier],
        officer: &Officer,
    ) -> Result<MadeDigests, DeconflictionError>;

    /// Enters a holding.
    ///
    /// # Errors
    /// When there is no room, or it cannot be written.
    fn hold(&self, new: NewHolding) -> Result<Holding, DeconflictionError>;

    /// Removes a holding of its owner.
    ///
    /// # Errors
    /// When the owner has none of this number, or it cannot be written.
    fn let_go(&self, number: u64, owner: &Officer) -> Result<(), DeconflictionError>;

    /// The holdings of one owner.
    fn holdings(&self, owner: &Officer) -> Vec<Holding>;

    /// Who asked about what one owner holds.
    fn alerts(&self, owner: &Officer) -> Vec<Alert>;

    /// What to answer to the query of a procedure.
    ///
    /// # Errors
    /// When none waits for this agency, or something cannot be read.
    fn proposal(&self, procedure: ProcedureId) -> Result<Proposal, DeconflictionError>;
}

impl AskDeconfliction for Handle {
    fn digests(
        &self,
        identifiers: &[Identifier],
        officer: &Officer,
    ) -> Result<MadeDigests, DeconflictionError> {
        Self::digests(self, identifiers, officer)
    }

    fn hold(&self, new: NewHolding) -> Result<Holding, DeconflictionError> {
        Self::hold(self, new)
    }

    fn let_go(&self, number: u64, owner: &Officer) -> Result<(), DeconflictionError> {
        Self::let_go(self, number, owner)
    }

    fn holdings(&self, owner: &Officer) -> Vec<Holding> {
        Self::holdings(self, owner)
    }

    fn alerts(&self, owner: &Officer) -> Vec<Alert> {
        Self::alerts(self, owner)
    }

    fn proposal(&self, procedure: ProcedureId) -> Result<Proposal, DeconflictionError> {
        Self::proposal(self, procedure)
    }
}
