//! From a submission to a signed message, and from a stored body back to its content: pure work for the workers.

use concord_protocol::codec::value::Value;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Sender;
use concord_protocol::envelope::open;
use concord_protocol::envelope::open::Opened;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::envelope::seal::SealError;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;

use crate::clock;
use crate::entropy;
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
    let draft = draft(shared, submission, shared.serial, now)?;
    let seed = entropy::draw::<32>().map_err(|_| SubmitError::Stopping)?;
    let sealed =
        seal::seal(draft, recipients, shared.seals.as_ref(), &seed).map_err(
            |error| match error {
                SealError::BodyTooLong { len } => {
                    SubmitError::TooLarge { len, max: concord_protocol::limits::BODY_BYTES_MAX }
                }
                SealError::BadBody { faults } => SubmitError::NotToday { faults },
                SealError::OtherRecipients
                | SealError::BodyTooLarge(_)
                | SealError::HeaderTooLong
                | SealError::Rule(_)
                | SealError::Encrypt(_)
                | SealError::Encoding(_) => SubmitError::Stopping,
            },
        )?;
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
        None => (ProcedureId::new(now, name()?), Book::default()),
    };
    // spec: api-27
    let parents = match submission.parents() {
        [] => book.transcript().heads(),
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
    })
}

/// A procedure as it stands here.
fn book(shared: &Shared, procedure: &ProcedureId) -> Result<Book, SubmitError> {
    shared.reader.acts(procedure).map(Book::of).map_err(|_| SubmitError::Stopping)
}

/// Opens a stored body: a received one with the sealing key, the node's own with the kept content key.
pub(crate) fn open(
    shared: &Shared,
    record: &MessageRecord,
    body: &Body,
) -> Result<Value, Unopenable> {
    Ok(opened(shared, record, body)?.content().clone())
}

/// Opens a stored body for a court: the salt, then the content as it was sealed.
pub(crate) fn salted(
    shared: &Shared,
    record: &MessageRecord,
    body: &Body,
) -> Result<Vec<u8>, Unopenable> {
    let opened = opened(shared, record, body)?;
    Ok([opened.salt(), opened.bytes()].concat())
}

fn opened(shared: &Shared, record: &MessageRecord, body: &Body) -> Result<Opened, Unopenable> {
    let header = header::read(&record.message).map_err(|_| Unopenable)?;
    let opened = match &body.own_key {
        Some(own_key) => open::open_own(&header, &body.sealed, own_key),
        None => open::open_kept(&header, &body.sealed, shared.opens.as_ref()),
    };
    opened.map_err(|_| Unopenable)
}
