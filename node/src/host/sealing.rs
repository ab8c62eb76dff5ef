//! From a submission to a signed message, and from a stored body back to its content: pure work for the workers.

use std::sync::Arc;

use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::approvals;
use concord_protocol::envelope::approvals::Approvals;
use concord_protocol::envelope::approvals::BadForm;
use concord_protocol::envelope::approvals::Vote;
use concord_protocol::envelope::approvals::judge::NotApproved;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Sender;
use concord_protocol::envelope::open;
use concord_protocol::envelope::open::Opened;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::envelope::seal::Fixed;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::envelope::seal::SealError;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::vote::SubmittedApprovals;
use concord_protocol::message::vote::SubmittedVote;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::registry::RefusalCode;

use crate::clock;
use crate::entropy;
use crate::host::elsewhere;
use crate::host::handle::SubmitError;
use crate::host::shared::Shared;
use crate::keystore::token::Presence;
use crate::store::read::Body;

/// The stored body cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body cannot be opened")]
pub(crate) struct Unopenable;

/// Makes the message that a submission asks for: names it, seals its content, signs its header.
pub(crate) fn seal(
    shared: &Shared,
    submission: &Submission,
    recipients: &Recipients,
) -> Result<Signed, SubmitError> {
    let now = clock::now();
    let today = CivilDate::of(now).ok_or(SubmitError::Stopping)?;
    submission.check_on(today).map_err(|faults| SubmitError::NotToday { faults })?;
    elsewhere::judge(shared, submission, now)?;
    let draft = draft(shared, submission, shared.serial, now)?;
    let seed = entropy::draw::<32>().map_err(|_| SubmitError::Stopping)?;
    let sealed =
        seal::seal(draft, recipients, shared.seals.as_ref(), &seed).map_err(
            |error| match error {
                SealError::BodyTooLong { len } => {
                    SubmitError::TooLarge { len, max: concord_protocol::limits::BODY_BYTES_MAX }
                }
                SealError::BadBody { faults } => SubmitError::NotToday { faults },
                SealError::Approvals(error) => refused_votes(error),
                SealError::OtherRecipients
                | SealError::BodyTooLarge(_)
                | SealError::HeaderTooLong
                | SealError::Rule(_)
                | SealError::Encrypt(_)
                | SealError::Encoding(_) => SubmitError::Stopping,
            },
        )?;
    // spec: apr-9
    approvals::judge::judge(&sealed.question(), &shared.directory(), shared.tolerance)
        .map_err(|error| refused(&error))?;
    let signed = seal::sign(sealed, shared.signing.as_ref());
    // spec: cus-15
    signed.map_err(|_| match shared.token() {
        Presence::Here => SubmitError::Stopping,
        Presence::Away => SubmitError::KeyAway,
        Presence::PinRefused => SubmitError::PinRefused,
    })
}

fn draft(
    shared: &Shared,
    submission: &Submission,
    serial: Serial,
    now: Timestamp,
) -> Result<Draft, SubmitError> {
    let name = || entropy::draw::<10>().map_err(|_| SubmitError::Stopping);
    let (procedure, book) = match submission.procedure() {
        Some(procedure) => (procedure, book(shared, &procedure)?),
        None => (ProcedureId::new(now, name()?), Arc::default()),
    };
    // What people voted on names its parents, even if there are none.
    // spec: api-27, apr-10
    let parents = match submission.parents() {
        [] if submission.approvals().is_none() => book.transcript().heads(),
        named => named.to_vec(),
    };
    Ok(Draft {
        id: MessageId::new(now, name()?),
        kind: submission.kind(),
        procedure,
        participants_version: book.machine().map_or(0, |machine| machine.common().version()),
        parents,
        supersedes: submission.supersedes(),
        from: Sender { agency: shared.me.clone(), unit: submission.unit().cloned() },
        originator: submission.originator().cloned(),
        to: submission.to().to_vec(),
        created: now,
        respond_by: submission.respond_by(),
        expires: submission.expires(),
        urgency: submission.urgency(),
        handling: submission.handling_codes(),
        purpose: submission.purpose(),
        legal_basis: submission.legal_basis().to_vec(),
        attachments: submission.attachments().to_vec(),
        serial,
        exercise: submission.exercise(),
        content: submission.content().write(),
        approved: submission.approvals().map(|said| fixed(shared, said)),
    })
}

/// The votes that a submission brings, under the staff list that this node goes by.
// spec: apr-10
fn fixed(shared: &Shared, said: &SubmittedApprovals) -> Fixed {
    let directory = shared.directory();
    let vote = |said: &SubmittedVote| Vote {
        staff: said.staff.clone(),
        role: said.role,
        at: said.at,
        signature: said.signature.get(),
    };
    let mut approved: Vec<Vote> = said.approved.as_slice().iter().map(vote).collect();
    approved.sort_by(|one, other| one.staff.cmp(&other.staff));
    let approvals = Approvals {
        list: directory.staff(&shared.me).map_or(0, |held| held.list().number),
        drafted: vote(&said.drafted),
        approved,
        break_glass: said.break_glass,
    };
    Fixed { salt: said.salt.bytes(), approvals }
}

/// Votes that no message carries: more than there may be, or one person's twice.
// spec: apr-3
fn refused_votes(error: BadForm) -> SubmitError {
    let remedy = "let each person vote once: the one who drafted it, and at most eight others";
    let refusal = Refusal::new(RefusalCode::BadApproval, "apr-3", error.to_string(), remedy);
    SubmitError::OutOfPlace(Box::new(refusal))
}

/// Why a message is not approved, as its author hears it.
fn refused(error: &NotApproved) -> SubmitError {
    let (code, rule, why) = (error.code(), error.rule(), error.to_string());
    SubmitError::OutOfPlace(Box::new(Refusal::new(code, rule, why, error.remedy())))
}

/// A procedure as it stands here.
fn book(shared: &Shared, procedure: &ProcedureId) -> Result<Arc<Book>, SubmitError> {
    shared.reader.book(procedure).map_err(|_| SubmitError::Stopping)
}

/// Opens a stored body: a received one with the sealing key, the node's own with the kept content key.
pub(crate) fn open(
    shared: &Shared,
    record: &MessageRecord,
    body: &Body,
) -> Result<Opened, Unopenable> {
    let header = header::read(&record.message).map_err(|_| Unopenable)?;
    let opened = match &body.own_key {
        Some(own_key) => open::open_own(&header, &body.sealed, own_key),
        None => open::open_kept(&header, &body.sealed, shared.opens.as_ref()),
    };
    opened.map_err(|_| Unopenable)
}
