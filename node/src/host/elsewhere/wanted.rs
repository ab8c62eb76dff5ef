//! Whether somebody is looked for by all while another agency is asked to hand the person over, and does not know.

use std::collections::BTreeSet;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::intelligence::notice::NoticeKind;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::wanted;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::elsewhere::since;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a handover.
const BEGINNINGS: [Kind; 2] = [Kind::HandoverRequest, Kind::ProvisionalArrestRequest];

/// Refuses a wanted notice about the person of a handover of this agency whose sides have not confirmed that they know the
/// same.
// spec: xch-55
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Body::Notice(notice) = submission.body() else { return Ok(()) };
    if notice.kind != NoticeKind::Wanted {
        return Ok(());
    }
    let marks = people::marks_in(shared, submission);
    match against(shared, &marks, (&shared.me, None))? {
        Some((refusal, _)) => Err(refusal.into()),
        None => Ok(()),
    }
}

/// The wanted notices of a procedure that went out so, as far as this node holds the handover: by what stood in it when the
/// notice was made.
// spec: xch-56
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let mut alerts = Vec::new();
    for act in transcript.acts().filter(|act| act.fact.is_wanted_notice()) {
        let marks = people::marks_of(shared, &[act.digest])?;
        let found = against(shared, &marks, (&act.author, Some(act.created)))?;
        alerts.extend(found.map(|(refusal, procedure)| Alert {
            refusal,
            message: Some(act.id),
            procedure: Some(procedure),
        }));
    }
    Ok(alerts)
}

/// What the handovers of somebody with one of these marks say against a wanted notice of an agency, as they stood then or
/// stand now.
fn against(
    shared: &Shared,
    marks: &BTreeSet<Digest>,
    (by, at): (&AgencyId, Option<Timestamp>),
) -> Result<Option<(Refusal, ProcedureId)>, ReadError> {
    if marks.is_empty() {
        return Ok(None);
    }
    // What may still go on is at hand; by what stood then a handover counts that is over by now.
    let handovers = match at {
        None => shared.rivals.asked_by(shared, by)?,
        Some(_) => since::begun_with(shared, &BEGINNINGS)?.into_iter().collect(),
    };
    for procedure in handovers {
        if let Some(refusal) = in_one(shared, &procedure, marks, (by, at))? {
            return Ok(Some((refusal, procedure)));
        }
    }
    Ok(None)
}

fn in_one(
    shared: &Shared,
    procedure: &ProcedureId,
    marks: &BTreeSet<Digest>,
    (by, at): (&AgencyId, Option<Timestamp>),
) -> Result<Option<Refusal>, ReadError> {
    let now = shared.reader.book(procedure)?;
    // Only a handover that the agency itself asks for says anything, and most are asked for by others.
    let Some(Machine::Handover(folded)) = now.machine() else { return Ok(None) };
    if folded.state.requesting() != by {
        return Ok(None);
    }
    let book = match at {
        Some(at) => {
            let acts = shared.reader.acts(procedure)?.into_iter();
            Arc::new(Book::of(acts.filter(|act| act.created <= at)))
        }
        None => now,
    };
    let Some(machine) = book.machine() else { return Ok(None) };
    let Err(refusal) = wanted::judge(machine, by) else { return Ok(None) };
    // Bodies are opened only where something could speak against it.
    let theirs = people::marks_of(shared, &people::digests_of(&book, people::OF_A_HANDOVER))?;
    Ok((!theirs.is_disjoint(marks)).then_some(refusal))
}
