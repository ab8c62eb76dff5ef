//! What this node holds of other procedures: for what its own people are about to say, and for what others said.
//!
//! Other nodes hold other procedures, so nothing here is part of a state, and nobody else's message is refused for it: what
//! the node's own people say is refused before it is logged, what others said is shown with what speaks against it.
//!
//! - [`board`]: the rescues that are open.
//! - [`people`]: who is the same person as somebody in a rescue, and which sites are.
//! - [`namesakes`]: who may be, by names, or because a rescue only describes somebody.
//! - [`decisions`]: whether the decisions of a manifest stand.
//! - [`certificates`]: whether a countersignature fits the certificate and the staff lists.
//! - [`copies`]: whether originators let be passed on what is.
//! - [`links`]: whether what a message rests on was sent for its purpose.
//!
//! Absent on purpose: what the node holds when the message is logged. It is judged by what it held just before; what comes
//! in between comes as late as what is still on its way.

pub(crate) mod board;
mod certificates;
mod copies;
mod decisions;
mod links;
mod namesakes;
mod people;

use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::intelligence::notice::NoticeKind;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::person;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::handle::SubmitError;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What speaks against something in a procedure that somebody is about to do or has done, by what this node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The rule, why, and what to do.
    pub refusal: Refusal,
    /// The message that it speaks against; absent where it speaks against going on.
    pub message: Option<MessageId>,
    /// The other procedure that says so.
    pub procedure: Option<ProcedureId>,
}

/// Why something could not be judged, or what speaks against it.
#[derive(Debug)]
enum Objection {
    Refused(Box<Refusal>),
    OtherPurpose(Box<Refusal>),
    Unreadable,
}

impl From<Refusal> for Objection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<ReadError> for Objection {
    fn from(_: ReadError) -> Self {
        Self::Unreadable
    }
}

/// Judges what the node's own people are about to say. Reads from the disk.
///
/// # Errors
/// What speaks against it, or that the store cannot be read: what cannot be judged is not said.
// spec: res-40, res-41, res-43, res-44, bat-63, cer-7, cer-8, orc-13, orc-15
pub(crate) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), SubmitError> {
    let judged = copies::judge(shared, submission, now)
        .and_then(|()| links::judge(shared, submission, now))
        .and_then(|()| certificates::judge(shared, submission))
        .and_then(|()| judge_wanted(shared, submission))
        .and_then(|()| judge_in_procedure(shared, submission))
        .and_then(|()| namesakes::judge(shared, submission));
    judged.map_err(|objection| match objection {
        Objection::Refused(refusal) => SubmitError::OutOfPlace(refusal),
        Objection::OtherPurpose(refusal) => SubmitError::OtherPurpose(refusal),
        Objection::Unreadable => SubmitError::Stopping,
    })
}

/// Nobody is looked for to be arrested whom a rescue protects.
fn judge_wanted(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Body::Notice(notice) = submission.body() else { return Ok(()) };
    if notice.kind != NoticeKind::Wanted {
        return Ok(());
    }
    match people::looked_for(shared, submission)?.into_iter().next() {
        Some(alert) => Err(alert.refusal.into()),
        None => Ok(()),
    }
}

fn judge_in_procedure(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let Some(procedure) = submission.procedure() else { return Ok(()) };
    let fact = Fact::of(submission.body());
    // Most messages let nobody go and send nobody in: nothing is read for them.
    if !may_matter(submission.body()) {
        return Ok(());
    }
    let book = Book::of(shared.reader.acts(&procedure)?);
    let Some(machine) = book.machine() else { return Ok(()) };
    if let Some(whom) = person::lets_go(&fact, machine) {
        if let Some(alert) =
            people::held_back(shared, (&book, machine), &whom, Some(submission))?.into_iter().next()
        {
            return Err(alert.refusal.into());
        }
        if let Some((_, refusal)) = decisions::fallen(shared, machine, &whom)?.into_iter().next() {
            return Err(refusal.into());
        }
    }
    let confirmed = matches!(submission.body(), Body::OperationSignal(signal) if signal.hostages_confirmed == Some(true));
    if let Some(territory) = person::goes_in(&fact).filter(|_| !confirmed)
        && let Some(alert) = people::flagged(shared, &book, Some(territory))?.into_iter().next()
    {
        return Err(alert.refusal.into());
    }
    Ok(())
}

fn may_matter(body: &Body) -> bool {
    matches!(
        body,
        Body::HandoverDecision(_)
            | Body::LegRelease(_)
            | Body::HandoverCertificate(_)
            | Body::ManifestSeal(_)
            | Body::OperationSignal(_)
    )
}

/// What speaks against what stands in a procedure, or against going on with it.
///
/// # Errors
/// When the store cannot be read.
// spec: res-42, bat-64, orc-14, orc-16
pub(crate) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let mut found = copies::alerts(shared, book)?;
    found.extend(links::alerts(shared, book)?);
    found.extend(certificates::alerts(shared, book)?);
    let Some(machine) = book.machine() else { return Ok(found) };
    if let Some(whom) = person::held_back(machine) {
        found.extend(people::held_back(shared, (book, machine), &whom, None)?);
        let fallen = decisions::fallen(shared, machine, &whom)?;
        found.extend(fallen.into_iter().map(|(decision, refusal)| Alert {
            refusal,
            message: Some(decision),
            procedure: None,
        }));
    }
    if person::may_go_in(machine) {
        found.extend(people::flagged(shared, book, None)?);
    }
    Ok(found)
}
