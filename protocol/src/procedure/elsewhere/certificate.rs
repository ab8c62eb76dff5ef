//! Whether a countersignature is of the certificate that it names, and of people whom their agencies name as custody officers.
//!
//! Neither is part of a state: a handover that took place did, whatever its papers say (decision 38).

use alloc::format;

use crate::identity::staff::StaffList;
use crate::ids::ProcedureId;
use crate::ids::StaffNumber as Staff;
use crate::message::handover::certificate::CertificateCountersignature;
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::offline;
use crate::message::text::StaffNumber;
use crate::moment::Timestamp;
use crate::procedure::refusal::Refusal;
use crate::registry::StaffRole;

/// Refuses a countersignature of something else than the certificate in its procedure.
///
/// # Errors
/// Where the digest is another one.
// spec: cer-7
pub fn judge(
    counter: &CertificateCountersignature,
    procedure: &ProcedureId,
    certificate: &HandoverCertificate,
) -> Result<(), Refusal> {
    let digest = offline::certificate_digest(procedure, certificate).ok();
    if digest
        .is_some_and(|digest| format!("sha256:{digest}") == counter.certificate_digest.as_str())
    {
        return Ok(());
    }
    Err(Refusal::safeguard(
        "cer-7",
        "the countersignature is of another certificate than the message that it names",
        "compare the paper of both officers with the certificate: whoever signed face to face countersigns what was signed \
         (`concord certificate import`), and nothing else",
    ))
}

/// Refuses an officer who hands nobody over for the agency of a staff list; a list that does not cover the time says nothing.
///
/// # Errors
/// Where the officer has no such office then.
// spec: cer-8
pub fn judge_officer(
    list: &StaffList,
    officer: &StaffNumber,
    at: Timestamp,
) -> Result<(), Refusal> {
    let office = Staff::parse(officer.as_str()).ok().and_then(|staff| list.office(&staff, at));
    let is_one = office.is_some_and(|office| office.role == StaffRole::CustodyOfficer);
    if is_one || !list.covers(at) {
        return Ok(());
    }
    let (number, agency) = (list.number, list.agency.as_str());
    Err(Refusal::safeguard(
        "cer-8",
        format!(
            "staff list {number} of {agency} has no custody officer {} at that time",
            officer.as_str()
        ),
        "ask that agency who it was; where it was one of its people, its root certifies a staff list that says so \
         (`concord staff certify`)",
    ))
}
