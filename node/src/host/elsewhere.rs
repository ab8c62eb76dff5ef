//! What this node holds beside a procedure, in others and in its charter: for what its own people are about to say, and for
//! what others said.
//!
//! Other nodes hold other procedures, and for a while another version of the charter, so nothing here is part of a state,
//! and nobody else's message is refused for it: what the node's own people say is refused before it is logged, what others
//! said is shown with what speaks against it.
//!
//! - [`answers`]: whether replies of a deconfliction are about what was asked.
//! - [`board`]: the rescues that are open, and the handovers in which signs of a victim were found.
//! - [`ledger`]: who was received, and on which promise.
//! - [`people`]: who is the same person as somebody in one of these, and which sites are.
//! - [`rivals`]: whether another State asks for the same person, and which request was preferred.
//! - [`amber`]: whether the request on which a grant rests was corrected since.
//! - [`namesakes`]: who may be, by names, or because a rescue only describes somebody.
//! - [`decisions`]: whether the decisions of a manifest stand, and are about the people on it.
//! - [`handovers`]: which handovers the entries of a manifest mean.
//! - [`certificates`]: whether a countersignature fits the certificate and the staff lists.
//! - [`roots`]: whether the root over those who remain on a manifest is the one over them.
//! - [`arrivals`]: whether people arrived with the batches that their handovers name.
//! - [`merger`]: whether a rescue goes on where it is said to.
//! - [`doubles`]: whether two open rescues are about one person.
//! - [`copies`]: whether originators let be passed on what is.
//! - [`links`]: whether what a message rests on was sent for its purpose.
//! - [`markings`]: whether it is marked no weaker than what it rests on.
//! - [`sought`]: whether somebody is looked for to be arrested whom a rescue protects.
//! - [`wanted`]: whether somebody is looked for by all while another agency is asked to hand the person over.
//! - [`clauses`]: whether what it states agrees with the charter.
//! - [`silence`]: whether silence closes a request no sooner than the charter lets it.
//! - [`onward`]: who has what from whom under which decision, and whether what was said of it since went on too.
//! - [`crossed`]: whether somebody still has what came beside the withdrawal of the question.
//! - [`agendas`]: whether an agenda has what is overdue.
//!
//! [`since`] and [`marked`] serve the indexes among them: what came since the last look, and who somebody is.
//!
//! Absent on purpose: what the node holds when the message is logged. It is judged by what it held just before; what comes
//! in between comes as late as what is still on its way.

mod agendas;
mod amber;
mod answers;
mod arrivals;
pub(crate) mod board;
mod certificates;
mod clauses;
mod copies;
mod crossed;
pub(crate) mod decisions;
mod doubles;
mod handovers;
pub(crate) mod ledger;
mod links;
mod marked;
mod markings;
mod merger;
mod namesakes;
pub mod onward;
mod people;
pub(crate) mod rivals;
mod roots;
mod silence;
mod since;
mod sought;
mod wanted;

use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::person;
use concord_protocol::procedure::elsewhere::rival;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::signs;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::people::Going;
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
    OtherCase(Box<Refusal>),
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
// spec: res-40, res-41, res-43, res-44, bat-63, cer-7, cer-8, orc-13, orc-15, orc-18, spc-6, spc-7, prf-9, res-52, ho-77
// spec: bat-67, bat-68, bat-69, bat-71, bat-72, res-62, res-64, orc-19, rfi-24, cyc-37, xch-55, ho-85, ho-86, ho-89, res-66
pub(crate) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), SubmitError> {
    let judged = copies::judge(shared, submission, now)
        .and_then(|()| links::judge(shared, submission, now))
        .and_then(|()| markings::judge(shared, submission, now))
        .and_then(|()| judge_request(shared, submission))
        .and_then(|()| clauses::judge(shared, submission))
        .and_then(|()| silence::judge(shared, submission, now))
        .and_then(|()| agendas::judge(shared, submission, now))
        .and_then(|()| certificates::judge(shared, submission))
        .and_then(|()| sought::judge(shared, submission))
        .and_then(|()| wanted::judge(shared, submission))
        .and_then(|()| judge_in_procedure(shared, submission, now))
        // Last: whoever looks at namesakes has nothing else to mend.
        .and_then(|()| namesakes::judge(shared, submission));
    judged.map_err(|objection| match objection {
        Objection::Refused(refusal) => SubmitError::OutOfPlace(refusal),
        Objection::OtherPurpose(refusal) => SubmitError::OtherPurpose(refusal),
        Objection::OtherCase(refusal) => SubmitError::OtherCase(refusal),
        Objection::Unreadable => SubmitError::Stopping,
    })
}

/// Nobody is asked for whom one's own Party received and keeps.
fn judge_request(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    ledger::asked_again(shared, submission)?.map_or(Ok(()), |refusal| Err(refusal.into()))
}

fn judge_in_procedure(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let Some(procedure) = submission.procedure() else { return Ok(()) };
    let fact = Fact::of(submission.body());
    // Most messages let nobody go and send nobody in: nothing is read for them.
    if !may_matter(submission.body()) {
        return Ok(());
    }
    let book = shared.reader.book(&procedure)?;
    let Some(machine) = book.machine() else { return Ok(()) };
    roots::judge(shared, machine, submission)?;
    merger::judge(shared, &procedure, submission)?;
    judge_screening(shared, &procedure, (machine, &fact))?;
    arrivals::judge(shared, machine, submission)?;
    let going = |whom| Going::new((&book, machine), whom, Some(submission));
    if let Some(going) = person::lets_go(&fact, machine).map(going) {
        if let Some(alert) = people::held_back(shared, &going)?.into_iter().next() {
            return Err(alert.refusal.into());
        }
        if let Some(alert) = ledger::given_on(shared, &going)?.into_iter().next() {
            return Err(alert.refusal.into());
        }
        let fallen = decisions::fallen(shared, machine, (&going.whom, now))?;
        if let Some(fallen) = fallen.into_iter().find(|fallen| fallen.stays) {
            return Err(fallen.refusal.into());
        }
    }
    amber::judge(&book, machine, submission)?;
    if let Some(going) = rival::commits(&fact, machine).map(going)
        && let Some(alert) = rivals::asked_for(shared, &procedure, &going)?.into_iter().next()
    {
        return Err(alert.refusal.into());
    }
    let confirmed = matches!(submission.body(), Body::OperationSignal(signal) if signal.hostages_confirmed == Some(true));
    if let Some(territory) = person::goes_in(&fact).filter(|_| !confirmed)
        && let Some(alert) = people::flagged(shared, &book, Some(territory))?.into_iter().next()
    {
        return Err(alert.refusal.into());
    }
    Ok(())
}

/// Nobody of whom signs of a victim were found is taken for a suspect by another look: a rescue finds out, and a prosecutor
/// decides.
// spec: res-64
fn judge_screening(
    shared: &Shared,
    procedure: &ProcedureId,
    (machine, fact): (&Machine, &Fact),
) -> Result<(), Objection> {
    let found = signs::refuses_to_clear(fact, machine);
    match found {
        Some(refusal) if !shared.board.has_cleared(shared, procedure)? => Err(refusal.into()),
        Some(_) | None => Ok(()),
    }
}

fn may_matter(body: &Body) -> bool {
    matches!(
        body,
        Body::HandoverDecision(_)
            | Body::LegRelease(_)
            | Body::CustodyTransferSchedule(_)
            | Body::ScheduleAnswer(_)
            | Body::HandoverCertificate(_)
            | Body::ManifestSeal(_)
            | Body::ManifestRemoval(_)
            | Body::RescueUpdate(_)
            | Body::CustodyEvent(_)
            | Body::VictimScreeningReport(_)
            | Body::OperationSignal(_)
    )
}

/// What speaks against what stands in a procedure, or against going on with it.
///
/// # Errors
/// When the store cannot be read.
// spec: res-42, res-62, bat-64, orc-14, orc-16, xch-54, spc-6, prf-9, ho-78, bat-70, orc-20, rfi-25, cyc-38, xch-56, ho-85, ho-86
// spec: res-67, res-68, rfi-26, orc-23
pub(crate) fn alerts(
    shared: &Shared,
    (id, book): (&ProcedureId, &Book),
    now: Timestamp,
) -> Result<Vec<Alert>, ReadError> {
    let mut found = copies::alerts(shared, book)?;
    found.extend(onward::alerts(shared, (id, book))?);
    found.extend(links::alerts(shared, book)?);
    found.extend(markings::alerts(shared, book)?);
    found.extend(certificates::alerts(shared, book)?);
    found.extend(answers::alerts(shared, book)?);
    found.extend(clauses::alerts(shared, book)?);
    found.extend(silence::alerts(shared, book)?);
    found.extend(crossed::alerts(shared, book, now)?);
    found.extend(agendas::alerts(shared, (id, book))?);
    found.extend(wanted::alerts(shared, book)?);
    found.extend(sought::alerts(shared, book, now)?);
    found.extend(doubles::alerts(shared, (id, book))?);
    let Some(machine) = book.machine() else { return Ok(found) };
    found.extend(roots::alerts(shared, book, machine)?);
    found.extend(arrivals::alerts(shared, book, machine)?);
    if let Some(whom) = person::held_back(machine) {
        let going = Going::new((book, machine), whom, None);
        found.extend(people::held_back(shared, &going)?);
        found.extend(ledger::given_on(shared, &going)?);
        found.extend(rivals::asked_for(shared, id, &going)?);
        let fallen = decisions::fallen(shared, machine, (&going.whom, now))?;
        found.extend(fallen.into_iter().map(|fallen| Alert {
            refusal: fallen.refusal,
            message: Some(fallen.decision),
            procedure: None,
        }));
    }
    if person::may_go_in(machine) {
        found.extend(people::flagged(shared, book, None)?);
    }
    Ok(found)
}
