//! Papers of members that come by hand: credentials, revocations, address notices, staff lists. Each says by itself what it is.

use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::directory::force::NotNoticed;
use concord_protocol::identity::directory::force::Revoking;
use concord_protocol::identity::notice;
use concord_protocol::identity::staff::Office;
use concord_protocol::identity::staff::VerifiedStaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;

use crate::host::handle::AdmitError;
use crate::host::handle::Admitted;
use crate::host::handle::Handle;
use crate::host::mailbox::By;
use crate::host::mailbox::Job;

/// What an agency's staff list says of one person at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeView {
    /// The number of the list; absent where none is held that covers the time.
    pub list: Option<u64>,
    /// The office; absent where the person has none.
    pub office: Option<Office>,
}

impl Handle {
    /// What the staff list of an agency says of one of its people at an instant.
    // spec: cer-8
    pub fn office(&self, agency: &AgencyId, (staff, at): (&StaffNumber, Timestamp)) -> OfficeView {
        let directory = self.around.shared.directory();
        let list =
            directory.staff(agency).map(VerifiedStaffList::list).filter(|list| list.covers(at));
        let office = list.and_then(|list| list.office(staff, at)).cloned();
        OfficeView { list: list.map(|list| list.number), office }
    }

    /// Takes a paper that a member's root or node signed: a credential, a revocation, an address notice, or a staff list.
    ///
    /// # Errors
    /// When it does not verify up to the charter, or contradicts what is held.
    pub async fn admit(&self, file: Vec<u8>) -> Result<Admitted, AdmitError> {
        if HybridSigned::parse(&file, ContentType::Revocation).is_ok() {
            return self.admit_revocation(file).await;
        }
        if HybridSigned::parse(&file, ContentType::StaffList).is_ok() {
            return self.admit_staff(file).await;
        }
        match notice::read(&file) {
            Ok((said, _)) => self.admit_notice(said.agency, file).await,
            Err(_) => self.admit_credential(file).await,
        }
    }

    async fn admit_credential(&self, file: Vec<u8>) -> Result<Admitted, AdmitError> {
        let directory = self.around.shared.directory();
        let verified = directory.verify(&file).map_err(refused)?;
        let (agency, serial) = (verified.agency().clone(), verified.serial());
        if directory.with_serial(&agency, serial).is_some_and(|held| held.bytes() == file) {
            return Ok(Admitted::Known(agency));
        }
        Directory::clone(&directory).admit(verified).map_err(refused)?;
        let record =
            CredentialRecord { agency: agency.clone(), serial, credential: ByteBuf::from(file) };
        self.hand_over(|reply| Job::Admit { record, by: By::Operator, reply: Some(reply) }).await?;
        Ok(Admitted::New(agency))
    }

    async fn admit_revocation(&self, file: Vec<u8>) -> Result<Admitted, AdmitError> {
        let directory = self.around.shared.directory();
        let verified = directory.verify_revocation(&file).map_err(refused)?;
        let (agency, digest) = (verified.agency().clone(), verified.digest());
        if Directory::clone(&directory).revoke(verified).map_err(refused)? == Revoking::Known {
            return Ok(Admitted::Known(agency));
        }
        let revocation = ByteBuf::from(file);
        let record = RevocationRecord { agency: agency.clone(), digest, leaf: None, revocation };
        self.hand_over(|reply| Job::Revoke { record, reply: Some(reply) }).await?;
        Ok(Admitted::New(agency))
    }

    async fn admit_notice(&self, agency: AgencyId, file: Vec<u8>) -> Result<Admitted, AdmitError> {
        let mut directory = Directory::clone(&self.around.shared.directory());
        match directory.notice(&file) {
            Ok(_) => {}
            Err(NotNoticed::Stale) => return Ok(Admitted::Known(agency)),
            Err(error) => return Err(refused(error)),
        }
        let record = NoticeRecord { agency: agency.clone(), notice: ByteBuf::from(file) };
        self.hand_over(|reply| Job::Notice { record, reply: Some(reply) }).await?;
        Ok(Admitted::New(agency))
    }

    async fn admit_staff(&self, file: Vec<u8>) -> Result<Admitted, AdmitError> {
        let directory = self.around.shared.directory();
        if let Some(held) = directory.staff_lists().find(|held| held.bytes() == file) {
            return Ok(Admitted::Known(held.agency().clone()));
        }
        let mut with = Directory::clone(&directory);
        let verified = with.list_staff(&file).map_err(refused)?;
        let (agency, number) = (verified.agency().clone(), verified.list().number);
        let record = StaffRecord { agency: agency.clone(), number, staff: ByteBuf::from(file) };
        self.hand_over(|reply| Job::Staff { record, by: By::Operator, reply: Some(reply) }).await?;
        Ok(Admitted::New(agency))
    }

    async fn hand_over(
        &self,
        job: impl FnOnce(oneshot::Sender<()>) -> Job,
    ) -> Result<(), AdmitError> {
        let (reply, answer) = oneshot::channel();
        self.around.mailbox.try_send(job(reply)).map_err(|error| match error {
            TrySendError::Full(_) => AdmitError::Busy,
            TrySendError::Closed(_) => AdmitError::Stopping,
        })?;
        answer.await.map_err(|_| AdmitError::Stopping)
    }
}

fn refused(error: impl std::error::Error) -> AdmitError {
    AdmitError::Refused { reason: error.to_string() }
}
