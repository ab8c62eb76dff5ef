//! Whether people arrived with the batches that their own handovers name.

use concord_protocol::ids::MessageId;
use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::arrival;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::Handover;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses to say that a person arrived with a batch that does not bear it out.
// spec: ho-77
pub(super) fn judge(
    shared: &Shared,
    machine: &Machine,
    submission: &Submission,
) -> Result<(), Objection> {
    let (Machine::Handover(folded), Body::CustodyEvent(event)) = (machine, submission.body())
    else {
        return Ok(());
    };
    let Some(arrived) = &event.by_batch else { return Ok(()) };
    let said = (&arrived.certificate, arrived.entry.get());
    match against(shared, &folded.state, said)? {
        Judged::Held(None) => Ok(()),
        Judged::Held(Some(refusal)) => Err(refusal.into()),
        Judged::NotHere => Err(arrival::not_here(&arrived.certificate).into()),
    }
}

/// An arrival that the batch does not bear out, as far as this node holds the batch.
// spec: ho-78
pub(super) fn alerts(
    shared: &Shared,
    book: &Book,
    machine: &Machine,
) -> Result<Vec<Alert>, ReadError> {
    let Machine::Handover(folded) = machine else { return Ok(Vec::new()) };
    let transcript = book.transcript();
    let mut alerts = Vec::new();
    for act in transcript.acts() {
        let Fact::Handover(HandoverFact::Arrived { certificate, entry, .. }) = &act.fact else {
            continue;
        };
        if let Judged::Held(Some(refusal)) = against(shared, &folded.state, (certificate, *entry))?
        {
            alerts.push(Alert { refusal, message: Some(act.id), procedure: None });
        }
    }
    Ok(alerts)
}

/// What the batch of a certificate says to an arrival.
enum Judged {
    /// What it does not bear out, if anything.
    Held(Option<Refusal>),
    /// The certificate is not here.
    NotHere,
}

fn against(
    shared: &Shared,
    handover: &Handover,
    (certificate, entry): (&MessageId, u64),
) -> Result<Judged, ReadError> {
    let mut judged = Judged::NotHere;
    for procedure in people::procedures_of(shared, certificate)? {
        let book = shared.reader.book(&procedure)?;
        let Some(machine) = book.machine() else { continue };
        let transcript = book.transcript();
        let acts = transcript.acts();
        for act in acts.filter(|act| act.id == *certificate) {
            // Of several messages with one id one has to bear it out.
            match arrival::judge(handover, &act.digest, entry, machine) {
                Ok(()) => return Ok(Judged::Held(None)),
                Err(refusal) => judged = Judged::Held(Some(refusal)),
            }
        }
    }
    Ok(judged)
}
