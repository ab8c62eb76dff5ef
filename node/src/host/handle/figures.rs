//! What is asked about figures.

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::statistics::counted::HeldReport;
use concord_protocol::procedure::statistics::derived::Question;

use crate::host::figures::Answered;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

impl Handle {
    /// Puts questions to every procedure of the node; those that nothing came to since the last time are not read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn figures(&self, questions: &[Question]) -> Result<Answered, ReadError> {
        let shared = &self.around.shared;
        shared.figures.ask(&shared.reader, questions).map_err(|_| ReadError::Stopping)
    }

    /// Situation reports that were made in a time, the end of it not included; newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn situation_reports(
        &self,
        made: (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError> {
        let shared = &self.around.shared;
        shared.figures.reports(&shared.reader, made).map_err(|_| ReadError::Stopping)
    }

    /// The Party that an agency is of; `None` where the charter in force does not have it.
    pub fn party_of(&self, agency: &AgencyId) -> Option<Party> {
        let directory = self.around.shared.directory();
        let mut members = directory.members();
        members.find(|member| member.agency == *agency).map(|member| member.party.clone())
    }
}
