//! Whether somebody is looked for to be arrested whom a rescue protects.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::body::Body;
use concord_protocol::message::intelligence::notice::NoticeKind;
use concord_protocol::message::intelligence::validity::NoticeStanding;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::notice::Notice;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::board::Say;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// By which rule nobody is looked for whom a rescue protects, and what to do instead.
type Instead = (&'static str, &'static str);

const NO_NOTICE: Instead = (
    "res-43",
    "send no wanted notice while the rescue protects the person; `locate-or-identify` or `missing` looks for somebody who is \
     in danger",
);

const NO_ARREST: Instead = (
    "res-66",
    "ask for no arrest while the rescue protects the person; a `handover-request` stays possible, and the rescue says when \
     the person may be granted",
);

const NO_CONFIRMATION: Instead = (
    "res-66",
    "take the wanted notice back with a `withdrawal`, and answer that it is withdrawn: nobody is arrested on it while the \
     rescue protects the person",
);

const WITHDRAW: Instead = (
    "res-67",
    "whoever sent the wanted notice takes it back with a `withdrawal`; everybody else says so with a `notice-challenge`, and \
     arrests nobody on it",
);

/// Refuses to have somebody arrested whom a rescue protects.
// spec: res-43, res-66
pub(super) fn judge(shared: &Shared, submission: &Submission) -> Result<(), Objection> {
    let body = submission.body();
    let (marks, instead) = if let Body::Notice(notice) = body
        && notice.kind == NoticeKind::Wanted
    {
        (people::marks_in(shared, submission), NO_NOTICE)
    } else if let Body::ProvisionalArrestRequest(_) = body {
        (people::marks_in(shared, submission), NO_ARREST)
    } else if let Body::ValidityConfirmation(said) = body
        && said.standing == NoticeStanding::InForce
    {
        (marks_confirmed(shared, submission)?, NO_CONFIRMATION)
    } else {
        return Ok(());
    };
    match protected(shared, &marks, instead)?.into_iter().next() {
        Some(alert) => Err(alert.refusal.into()),
        None => Ok(()),
    }
}

/// The rescues of whomever a wanted notice looks for that is in force.
// spec: res-67
pub(super) fn alerts(
    shared: &Shared,
    book: &Book,
    now: Timestamp,
) -> Result<Vec<Alert>, ReadError> {
    let Some(Machine::Notice(folded)) = book.machine() else { return Ok(Vec::new()) };
    if folded.state.standing_at(now) != NoticeStanding::InForce {
        return Ok(Vec::new());
    }
    let Some(act) = wanted(book, &folded.state) else { return Ok(Vec::new()) };
    let marks = people::marks_of(shared, &[act.digest])?;
    let alerts = protected(shared, &marks, WITHDRAW)?.into_iter();
    Ok(alerts.map(|alert| Alert { message: Some(act.id), ..alert }).collect())
}

/// The marks of whomever the wanted notice looks for that is said to be in force. A notice of another kind has none here.
fn marks_confirmed(
    shared: &Shared,
    submission: &Submission,
) -> Result<BTreeSet<Digest>, ReadError> {
    let Some(procedure) = submission.procedure() else { return Ok(BTreeSet::new()) };
    let book = shared.reader.book(&procedure)?;
    let Some(Machine::Notice(folded)) = book.machine() else { return Ok(BTreeSet::new()) };
    let stands = wanted(&book, &folded.state).map(|act| act.digest);
    people::marks_of(shared, stands.as_slice())
}

/// The notice that stands, where it is a wanted notice.
fn wanted<'b>(book: &'b Book, notice: &Notice) -> Option<&'b Act> {
    let transcript = book.transcript();
    let act = transcript.act(transcript.place(&notice.published_in())?)?;
    act.fact.is_wanted_notice().then_some(act)
}

/// The rescues that protect somebody with one of these marks.
fn protected(
    shared: &Shared,
    marks: &BTreeSet<Digest>,
    (rule, remedy): Instead,
) -> Result<Vec<Alert>, ReadError> {
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let rescues = shared.board.seen(shared, Say::Custody)?;
    let same = rescues.iter().filter(|rescue| !rescue.marks.is_disjoint(marks));
    let alerts = same.map(|rescue| {
        let Alert { refusal, message, procedure } = people::alert(rescue, None);
        let refusal = Refusal { rule, remedy: remedy.to_owned(), ..refusal };
        Alert { refusal, message, procedure }
    });
    Ok(alerts.collect())
}
