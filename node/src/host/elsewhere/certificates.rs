//! Whether a countersignature is of the certificate that it names, and of people whom their agencies name as custody officers.
//!
//! Neither is part of a state: a handover that took place did, whatever its papers say (decision 38). The node of whoever
//! countersigns refuses what does not fit, and everybody who can open both bodies is shown it. Staff lists are held here or not;
//! an agency of which none is held has nothing to be judged by.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::handover::certificate::CertificateCountersignature;
use concord_protocol::message::handover::certificate::HandoverCertificate;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::certificate;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// A certificate that is here, and who sent it where.
struct Held {
    by: AgencyId,
    procedure: ProcedureId,
    body: HandoverCertificate,
}

/// Refuses a countersignature of the node's own people that does not fit.
// spec: cer-7, cer-8
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Body::CertificateCountersignature(counter) = submission.body() else { return Ok(()) };
    match against(shared, counter, &shared.me)? {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

/// The countersignatures of a procedure that do not fit.
// spec: cer-7, cer-8
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let acts = (0..transcript.len()).filter_map(|place| transcript.act(place));
    let mut alerts = Vec::new();
    for act in acts.filter(|act| act.kind == Kind::CertificateCountersignature) {
        for opened in people::opened(shared, &[act.digest])? {
            let Body::CertificateCountersignature(counter) = opened.body() else { continue };
            let refusal = against(shared, counter, &act.author)?;
            alerts.extend(refusal.map(|refusal| Alert {
                refusal,
                message: Some(act.id),
                procedure: None,
            }));
        }
    }
    Ok(alerts)
}

/// What speaks against a countersignature; nothing where the certificate cannot be opened here.
fn against(
    shared: &Shared,
    counter: &CertificateCountersignature,
    by: &AgencyId,
) -> Result<Option<Refusal>, ReadError> {
    let Some(held) = held(shared, &counter.of)? else { return Ok(None) };
    if let Err(refusal) = certificate::judge(counter, &held.procedure, &held.body) {
        return Ok(Some(refusal));
    }
    let Some(declared) = &counter.declaration else { return Ok(None) };
    let at = held.body.at.at();
    let directory = shared.directory();
    let officers = [(&held.by, &declared.releasing_officer), (by, &declared.receiving_officer)];
    Ok(officers.into_iter().find_map(|(agency, officer)| {
        let list = directory.staff(agency)?.list();
        certificate::judge_officer(list, officer, at).err()
    }))
}

fn held(shared: &Shared, message: &Digest) -> Result<Option<Held>, ReadError> {
    let Some(record) = shared.reader.message(message)? else { return Ok(None) };
    let Ok(header) = header::read(&record.message) else { return Ok(None) };
    let opened = people::opened(shared, &[*message])?;
    let body = opened.iter().find_map(|opened| {
        let Body::HandoverCertificate(body) = opened.body() else { return None };
        Some(HandoverCertificate::clone(body))
    });
    Ok(body.map(|body| Held { by: header.from.agency, procedure: header.procedure, body }))
}
