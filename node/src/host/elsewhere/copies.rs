//! Whether the originators of what is passed on have let it be passed on.

use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::control::Control;
use concord_protocol::procedure::elsewhere::copy::Copy;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses to pass on what its originator has not let be passed on.
// spec: orc-13
pub(super) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let (Some(originator), Some(consent)) = (submission.originator(), submission.consent()) else {
        return Ok(());
    };
    let handling = submission.handling_codes();
    let copy = Copy {
        by: &shared.me,
        originator,
        consent: &consent,
        to: submission.to().iter().map(|to| &to.agency).collect(),
        purpose: submission.purpose(),
        handling: &handling,
        at: now,
    };
    match against(shared, &copy)? {
        Judged::Held(None) => Ok(()),
        Judged::Held(Some(refusal)) => Err(refusal.into()),
        Judged::NotHere => Err(not_here(&consent, originator).into()),
    }
}

/// What of a procedure was passed on without the leave of its originator, as far as this node can see: where it holds the
/// decision's procedure, or is the originator itself.
// spec: orc-14
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let placed = transcript.acts();
    let acts = placed.chain(book.asides().values()).chain(book.waiting().values());
    let mut alerts = Vec::new();
    for act in acts {
        let Some(refusal) = uncovered(shared, act)? else { continue };
        alerts.push(Alert { refusal, message: Some(act.id), procedure: None });
    }
    Ok(alerts)
}

fn uncovered(shared: &Shared, act: &Act) -> Result<Option<Refusal>, ReadError> {
    let Some(passed) = &act.passed_on else { return Ok(None) };
    let Some(consent) = &passed.consent else { return Ok(None) };
    let Some(record) = shared.reader.message(&act.digest)? else { return Ok(None) };
    let Ok(header) = header::read(&record.message) else { return Ok(None) };
    let copy = Copy {
        by: &act.author,
        originator: &passed.originator,
        consent,
        to: act.asked.iter().chain(&act.told).collect(),
        purpose: header.purpose,
        handling: &header.handling,
        at: act.created,
    };
    Ok(match against(shared, &copy)? {
        Judged::Held(found) => found,
        // Its own decision an originator would have.
        Judged::NotHere if passed.originator == shared.me => {
            Some(not_here(consent, &passed.originator))
        }
        Judged::NotHere => None,
    })
}

/// What the procedure of a decision says to a copy.
enum Judged {
    /// What it does not cover, if anything.
    Held(Option<Refusal>),
    /// The decision is not here.
    NotHere,
}

fn against(shared: &Shared, copy: &Copy<'_>) -> Result<Judged, ReadError> {
    let mut judged = Judged::NotHere;
    for procedure in people::procedures_of(shared, copy.consent)? {
        let book = shared.reader.book(&procedure)?;
        let Some(machine) = book.machine() else { continue };
        let control = machine.common().control();
        let refusal = match copy.judge(control) {
            Ok(()) => relaxed(shared, copy, control)?,
            Err(refusal) => Some(refusal),
        };
        // Of several messages with one id one has to cover it.
        match refusal {
            None => return Ok(Judged::Held(None)),
            Some(refusal) => judged = Judged::Held(Some(refusal)),
        }
    }
    Ok(judged)
}

/// What its marking relaxes of a message whose content it passes on.
fn relaxed(
    shared: &Shared,
    copy: &Copy<'_>,
    control: &Control,
) -> Result<Option<Refusal>, ReadError> {
    let Some(case) = control.transfer_by(copy.consent) else { return Ok(None) };
    for item in &case.asked().items {
        for record in shared.reader.messages_by_id(item)? {
            let Some(original) = header_of(&record, copy.originator) else { continue };
            if let Err(refusal) = copy.judge_marking(&original.handling) {
                return Ok(Some(refusal));
            }
        }
    }
    Ok(None)
}

fn header_of(record: &MessageRecord, author: &AgencyId) -> Option<Header> {
    let header = header::read(&record.message).ok()?;
    (header.from.agency == *author).then_some(header)
}

fn not_here(consent: &MessageId, originator: &AgencyId) -> Refusal {
    Refusal::safeguard(
        "orc-13",
        format!("the decision {consent} is not here"),
        format!(
            "name the decision by which {} let it be passed on, as this node received it",
            originator.as_str()
        ),
    )
}
