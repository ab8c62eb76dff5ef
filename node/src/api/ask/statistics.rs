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

/// Figures of every procedure, and the situation reports in them.
pub trait AskStatistics {
    /// Puts questions to every procedure.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn figures(&self, questions: &[Question]) -> Result<Answered, ReadError>;

    /// Situation reports that were made in a time, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn situation_reports(
        &self,
        made: (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError>;

    /// The Party that an agency is of.
    fn party_of(&self, agency: &AgencyId) -> Option<Party>;
}

impl AskStatistics for Handle {
    fn figures(&self, questions: &[Question]) -> Result<Answered, ReadError> {
        Self::figures(self, questions)
    }

    fn situation_reports(
        &self,
        made: (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError> {
        Self::situation_reports(self, made)
    }

    fn party_of(&self, agency: &AgencyId) -> Option<Party> {
        Self::party_of(self, agency)
    }
}
