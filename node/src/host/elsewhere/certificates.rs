//! Whether a countersignature is of the certificate that it names, and of people whom their agencies name as custody officers.
//!
//! Neither is part of a state: a handover that took place did, whatever its papers say (decision 38). The node of whoever
//! countersigns refuses what does not fit, and everybody who can open both bodies is shown it. Staff lists are held here or not;
//! an agency of which none is held has nothing to be judged by.

#[cfg(test)]
mod tests;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::handover::certificate::CertificateCountersignature;
use concord_protocol::message::handover::certificate::HandoverCertificate;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::certificate;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// A certificate that is here, and who sent it where and when.
struct Held {
    by: AgencyId,
    procedure: ProcedureId,
    sent: Timestamp,
    body: HandoverCertificate,
}

/// Refuses a countersignature of the node's own people that does not fit.
// spec: cer-7, cer-8
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Body::CertificateCountersignature(counter) = submission.body() else { return Ok(()) };
    match against(shared, counter, &shared.me)? {
        Judged::Refused(refusal) => Err(refusal.into()),
        Judged::Fits | Judged::Unjudged(_) => Ok(()),
    }
}

/// What is said to a countersignature.
enum Judged {
    Fits,
    /// Its officers could not be judged, where one would expect it.
    Unjudged(Refusal),
    Refused(Refusal),
}

/// The countersignatures of a procedure that do not fit, or of which that cannot be said.
// spec: cer-7, cer-8
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let acts = transcript.acts();
    let mut alerts = Vec::new();
    for act in acts.filter(|act| act.kind == Kind::CertificateCountersignature) {
        for opened in people::opened(shared, &[act.digest])? {
            let Body::CertificateCountersignature(counter) = opened.body() else { continue };
            match against(shared, counter, &act.author)? {
                Judged::Fits => {}
                Judged::Unjudged(refusal) | Judged::Refused(refusal) => {
                    alerts.push(Alert { refusal, message: Some(act.id), procedure: None });
                }
            }
        }
    }
    Ok(alerts)
}

/// What speaks against a countersignature; nothing where the certificate cannot be opened here.
fn against(
    shared: &Shared,
    counter: &CertificateCountersignature,
    by: &AgencyId,
) -> Result<Judged, ReadError> {
    let Some(held) = held(shared, &counter.of)? else { return Ok(Judged::Fits) };
    if let Err(refusal) = certificate::judge(counter, &held.procedure, &held.body) {
        return Ok(Judged::Refused(refusal));
    }
    let Some(declared) = &counter.declaration else { return Ok(Judged::Fits) };
    let at = held.body.at.at();
    let directory = shared.directory();
    let list = |agency| Some(directory.staff(agency)?.list());
    let officers = [(&held.by, &declared.releasing_officer), (by, &declared.receiving_officer)];
    let refused = officers
        .into_iter()
        .find_map(|(agency, officer)| certificate::judge_officer(list(agency)?, officer, at).err());
    let not_judged =
        || [&held.by, by].into_iter().find_map(|agency| unjudged(list(agency)?, at, held.sent));
    Ok(match refused {
        Some(refusal) => Judged::Refused(refusal),
        None => not_judged().map_or(Judged::Fits, Judged::Unjudged),
    })
}

/// What is shown where a certificate states a time at which nobody is judged, and was sent at one at which its officers would
/// have been: whoever writes it chooses the one, and not the other.
// spec: cer-8
fn unjudged(list: &StaffList, at: Timestamp, sent: Timestamp) -> Option<Refusal> {
    if list.covers(at) || !list.covers(sent) {
        return None;
    }
    let (number, agency) = (list.number, list.agency.as_str());
    Some(Refusal::safeguard(
        "cer-8",
        format!(
            "its officers were not judged: the date of the certificate lies outside staff list {number} of {agency}, which covers the day on which it was sent"
        ),
        "compare the date with the paper of both officers, and ask that agency who was its custody officer then",
    ))
}

fn held(shared: &Shared, message: &Digest) -> Result<Option<Held>, ReadError> {
    let Some(record) = shared.reader.message(message)? else { return Ok(None) };
    let Ok(header) = header::read(&record.message) else { return Ok(None) };
    let opened = people::opened(shared, &[*message])?;
    let body = opened.iter().find_map(|opened| {
        let Body::HandoverCertificate(body) = opened.body() else { return None };
        Some(HandoverCertificate::clone(body))
    });
    let (procedure, sent) = (header.procedure, header.created);
    Ok(body.map(|body| Held { by: header.from.agency, procedure, sent, body }))
}
