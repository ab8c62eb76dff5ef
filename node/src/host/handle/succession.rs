//! The end of a log, as operators see it: what is stated, who approved, and this node's own word.

use concord_protocol::engine::effects::Answer;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Approval;
use concord_protocol::log::succession::VerifiedApproval;
use concord_protocol::log::succession::VerifiedStatement;
use concord_protocol::log::succession::fault::Objection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::mailbox::Job;

/// The end of an agency's log.
#[derive(Clone, Debug)]
pub struct SuccessionView {
    /// What is stated.
    pub statement: VerifiedStatement,
    /// How it stands.
    pub stage: Stage,
    /// The approvals that this node holds, in the order of who approves.
    pub approvals: Vec<VerifiedApproval>,
    /// Approvals that are needed.
    pub quorum: u16,
    /// What this node itself knows that speaks against approving.
    pub objection: Option<Objection>,
}

/// How a succession stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is stated and has no quorum, as far as this node knows.
    Proposed,
    /// A quorum approved, and the next log has begun.
    InForce,
}

/// Why a succession was not approved; nothing was handed out.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The agency proposes none.
    #[error("{agency} proposes no succession")]
    NoProposal {
        /// The agency.
        agency: AgencyId,
    },
    /// What this node knows speaks against it.
    #[error("{0}")]
    Objection(Objection),
    /// This node signs nothing now.
    #[error("this node is in doubt about its own log")]
    InDoubt(Doubt),
    /// The mailbox is full.
    #[error("the node is busy")]
    Busy,
    /// Ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

impl Handle {
    /// The end of an agency's log: what is proposed, otherwise what is in force.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn succession(&self, agency: &AgencyId) -> Result<SuccessionView, ReadError> {
        let stopping = |_| ReadError::Stopping;
        let (reader, directory) = (self.reader(), self.around.shared.directory());
        let quorum = directory.charter().charter().witness_quorum;
        let proposal = reader.proposal(agency).map_err(stopping)?;
        let proposed = proposal
            .and_then(|record| succession::verify_statement(&record.statement, &directory).ok())
            .filter(|said| said.statement().from_log == directory.log_of(agency));
        if let Some(statement) = proposed {
            let approvals = reader.approvals(agency).map_err(stopping)?;
            let approvals = approvals.iter().filter_map(|record| {
                succession::verify_approval(&record.approval, &statement, &directory).ok()
            });
            let approvals = approvals.collect();
            let published = self.around.shared.published();
            let peer = published.view.peers.iter().find(|peer| peer.agency == *agency);
            let held = peer.and_then(|peer| peer.held.zip(peer.held_root));
            let objection = succession::objection(&statement, directory.log_of(agency), held);
            let stage = Stage::Proposed;
            return Ok(SuccessionView { statement, stage, approvals, quorum, objection });
        }
        let in_force = reader.successions().map_err(stopping)?.into_iter();
        let newest = in_force.filter(|record| record.agency == *agency).max_by_key(|it| it.log);
        let record = newest.ok_or(ReadError::NotFound)?;
        let verified = succession::verify(&record.statement, &record.approvals, &directory)
            .map_err(|_| ReadError::Stopping)?;
        Ok(SuccessionView {
            statement: verified.statement().clone(),
            stage: Stage::InForce,
            approvals: verified.approvals().to_vec(),
            quorum,
            objection: None,
        })
    }

    /// Approves what a peer proposes, in the name of an officer; the approval is durable before it is handed out.
    ///
    /// # Errors
    /// When nothing is proposed, or this node knows better or signs nothing.
    // spec: suc-6
    pub async fn approve(
        &self,
        agency: &AgencyId,
        officer: StaffNumber,
    ) -> Result<(), ApproveError> {
        let shared = &self.around.shared;
        let none = || ApproveError::NoProposal { agency: agency.clone() };
        let found = match self.succession(agency) {
            Ok(found) if found.stage == Stage::Proposed && *agency != shared.me => found,
            Ok(_) | Err(ReadError::NotFound) => return Err(none()),
            Err(_) => return Err(ApproveError::Stopping),
        };
        // Before anything is signed; the engine judges again.
        if let Some(objection) = found.objection {
            return Err(ApproveError::Objection(objection));
        }
        if let Some(doubt) = shared.published().view.mode.standing() {
            return Err(ApproveError::InDoubt(doubt));
        }
        let directory = shared.directory();
        let own = directory.with_serial(&shared.me, shared.serial).ok_or(ApproveError::Stopping)?;
        let approval = Approval {
            statement: found.statement.digest(),
            agency: shared.me.clone(),
            serial: own.serial(),
            officer,
            at: clock::now(),
        };
        let signed = succession::sign_approval(&approval, shared.witness.as_ref())
            .map_err(|_| ApproveError::Stopping)?;
        let approval = succession::verify_approval(&signed, &found.statement, &directory)
            .map_err(|_| ApproveError::Stopping)?;
        let (reply, answer) = oneshot::channel();
        let (statement, approval) = (Box::new(found.statement), Box::new(approval));
        let job = Job::Approve { statement, approval, reply };
        self.around.mailbox.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => ApproveError::Busy,
            TrySendError::Closed(_) => ApproveError::Stopping,
        })?;
        match answer.await.map_err(|_| ApproveError::Stopping)? {
            Answer::SuccessionApproved => Ok(()),
            Answer::SuccessionObjected(objection) => Err(ApproveError::Objection(objection)),
            Answer::InDoubt(doubt) => Err(ApproveError::InDoubt(doubt)),
            Answer::NoLink(_) => Err(none()),
            Answer::Submitted { .. }
            | Answer::Repeated { .. }
            | Answer::KeyReused
            | Answer::OutboxFull(_)
            | Answer::OutOfPlace(_)
            | Answer::Erased(_)
            | Answer::NothingToErase
            | Answer::Exported(_)
            | Answer::KeyBackup(_)
            | Answer::ReadRecorded(_) => Err(ApproveError::Stopping),
        }
    }
}
