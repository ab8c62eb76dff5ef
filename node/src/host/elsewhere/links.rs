//! Whether what a message rests on was sent for the same kind of purpose, and is held for the same case: linking two
//! cases is a use.

use std::collections::BTreeMap;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::batch::fact::BatchFact;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::control::passing::Purposed;
use concord_protocol::procedure::elsewhere::case::CaseUse;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Who rests something on messages of others, where, for what, and when.
#[derive(Clone, Copy)]
pub(super) struct Linking<'l> {
    pub(super) by: &'l AgencyId,
    pub(super) procedure: Option<ProcedureId>,
    pub(super) purpose: PurposeKind,
    pub(super) at: Timestamp,
}

/// Refuses to rest a message on what was sent for another kind of purpose, where its originator has not agreed.
// spec: orc-15
pub(super) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let (procedure, purpose) = (submission.procedure(), submission.purpose());
    let linking = Linking { by: &shared.me, procedure, purpose, at: now };
    let rests_on = rests_on(&Fact::of(submission.body()));
    for named in &rests_on {
        if let Some(refusal) = other_purpose(shared, &linking, named)? {
            return Err(Objection::OtherPurpose(Box::new(refusal)));
        }
    }
    let Some(case) = submission.content().words.case_ref.as_ref().map(act::case_of) else {
        return Ok(());
    };
    for named in &rests_on {
        if let Some(refusal) = other_case(shared, &linking, (named, &case))? {
            return Err(Objection::OtherCase(Box::new(refusal)));
        }
    }
    Ok(())
}

/// Why a message of another procedure may not be rested on in this case of the own agency. Other nodes cannot see for which
/// case the own one holds it.
// spec: orc-18
fn other_case(
    shared: &Shared,
    linking: &Linking<'_>,
    (named, case): (&MessageId, &Digest),
) -> Result<Option<Refusal>, ReadError> {
    let Linking { by, purpose, at, .. } = *linking;
    refused_by_all(rested_on(shared, linking, named)?, |header| {
        let book = shared.reader.book(&header.procedure)?;
        Ok(CaseUse { by, item: named, purpose, case, at }.judge(&book).err())
    })
}

/// The messages of a procedure that rest on what was sent for another kind of purpose, as far as this node can see.
// spec: orc-16
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let mut alerts = Vec::new();
    for act in transcript.acts() {
        let rests_on = rests_on(&act.fact);
        if rests_on.is_empty() {
            continue;
        }
        let Some((procedure, purpose)) = place_and_purpose(shared, act)? else { continue };
        let procedure = Some(procedure);
        let linking = Linking { by: &act.author, procedure, purpose, at: act.created };
        for named in rests_on {
            if let Some(refusal) = other_purpose(shared, &linking, &named)? {
                alerts.push(Alert { refusal, message: Some(act.id), procedure: None });
                break;
            }
        }
    }
    Ok(alerts)
}

fn place_and_purpose(
    shared: &Shared,
    act: &Act,
) -> Result<Option<(ProcedureId, PurposeKind)>, ReadError> {
    let Some(record) = shared.reader.message(&act.digest)? else { return Ok(None) };
    let header = header::read(&record.message).ok();
    Ok(header.map(|header| (header.procedure, header.purpose)))
}

/// Why a message of another procedure may not be rested on for this purpose.
fn other_purpose(
    shared: &Shared,
    linking: &Linking<'_>,
    named: &MessageId,
) -> Result<Option<Refusal>, ReadError> {
    refused_by_all(rested_on(shared, linking, named)?, |header| {
        if header.purpose == linking.purpose {
            return Ok(None);
        }
        let book = shared.reader.book(&header.procedure)?;
        let may = book.machine().is_some_and(|machine| {
            let control = machine.common().control();
            let wanted = Purposed { purpose: linking.purpose, case: None };
            control.may_use(linking.by, named, wanted, linking.at)
        });
        let purposes = (header.purpose, linking.purpose);
        Ok((!may).then(|| refusal(named, &header.from.agency, purposes)))
    })
}

/// The messages that are used where this is said. To carry out a decision is no other use, nor to say that its person arrived
/// under a certificate: which messages are meant there, and whether they bear it out, is judged by itself (bat-72, ho-77).
// spec: orc-15, orc-18
pub(super) fn rests_on(fact: &Fact) -> Vec<MessageId> {
    let carries_out = matches!(
        fact,
        Fact::Batch(BatchFact::Listed(_)) | Fact::Handover(HandoverFact::Arrived { .. })
    );
    if carries_out { Vec::new() } else { fact.names() }
}

/// Why no agency lets it be rested on what it sent. Whoever gives a message of its own the id of somebody else's holds nothing
/// up: of several agencies one has to let it, for all that it sent with that id.
pub(super) fn refused_by_all(
    headers: Vec<Header>,
    judge: impl Fn(&Header) -> Result<Option<Refusal>, ReadError>,
) -> Result<Option<Refusal>, ReadError> {
    let mut agencies: BTreeMap<AgencyId, Option<Refusal>> = BTreeMap::new();
    for header in headers {
        let refusal = judge(&header)?;
        let first = agencies.entry(header.from.agency).or_default();
        *first = first.take().or(refusal);
    }
    let refusals: Option<Vec<Refusal>> = agencies.into_values().collect();
    Ok(refusals.and_then(|refusals| refusals.into_iter().next()))
}

/// The messages of others and of other procedures that an id means; what is one's own is used for anything.
pub(super) fn rested_on(
    shared: &Shared,
    linking: &Linking<'_>,
    named: &MessageId,
) -> Result<Vec<Header>, ReadError> {
    let records = shared.reader.messages_by_id(named)?;
    let headers: Vec<Header> =
        records.iter().filter_map(|record| header::read(&record.message).ok()).collect();
    // Whoever gives a message of its own the id of another one blocks nothing: what is meant is one's own, or stands here.
    let meant = |header: &Header| {
        header.from.agency == *linking.by || Some(header.procedure) == linking.procedure
    };
    if headers.iter().any(meant) {
        return Ok(Vec::new());
    }
    Ok(headers)
}

fn refusal(
    named: &MessageId,
    from: &AgencyId,
    (sent, asked): (PurposeKind, PurposeKind),
) -> Refusal {
    let from = from.as_str();
    Refusal::safeguard(
        "orc-15",
        format!("it rests on {named}, which {from} sent for {sent}, and is itself for {asked}"),
        format!(
            "send it for {sent}, or ask {from} with an `onward-transfer-request` in the procedure of that message for {asked}, with your own agency among the recipients"
        ),
    )
}
