//! Whether what rests on messages of others is marked no weaker than each of them.

use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::MessageId;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::derived;
use concord_protocol::procedure::elsewhere::derived::Basis;
use concord_protocol::procedure::elsewhere::derived::Derived;
use concord_protocol::procedure::exchange::fact::ExchangeFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::links;
use crate::host::elsewhere::links::Linking;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses to rest a message on one that is marked more strictly.
// spec: orc-19
pub(super) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let (procedure, purpose) = (submission.procedure(), submission.purpose());
    let linking = Linking { by: &shared.me, procedure, purpose, at: now };
    let handling = submission.handling_codes();
    let named = made_of(&Fact::of(submission.body()));
    for named in &named {
        if let Some(refusal) = weaker(shared, &linking, (named, &handling))? {
            return Err(refusal.into());
        }
    }
    if submission.content().words.compartment.is_some() {
        return Ok(());
    }
    for named in &named {
        if let Some(refusal) = let_out(shared, &linking, named)? {
            return Err(refusal.into());
        }
    }
    Ok(())
}

/// The messages of a procedure that are marked weaker than what they rest on, as far as this node can see.
// spec: orc-20
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let transcript = book.transcript();
    let mut alerts = Vec::new();
    for act in transcript.acts() {
        let named = made_of(&act.fact);
        if named.is_empty() {
            continue;
        }
        let Some(header) = header_of(shared.reader.message(&act.digest)?) else { continue };
        let (procedure, purpose) = (Some(header.procedure), header.purpose);
        let linking = Linking { by: &act.author, procedure, purpose, at: act.created };
        for named in named {
            if let Some(refusal) = weaker(shared, &linking, (&named, &header.handling))? {
                alerts.push(Alert { refusal, message: Some(act.id), procedure: None });
                break;
            }
        }
    }
    Ok(alerts)
}

/// The messages of which one is made. What a person asks about a message repeats nothing of it.
fn made_of(fact: &Fact) -> Vec<MessageId> {
    let asks_about = matches!(fact, Fact::Exchange(ExchangeFact::Rights(_)));
    if asks_about { Vec::new() } else { links::rests_on(fact) }
}

fn header_of(record: Option<MessageRecord>) -> Option<Header> {
    header::read(&record?.message).ok()
}

/// Why a message with this marking may not rest on one of another procedure.
fn weaker(
    shared: &Shared,
    linking: &Linking<'_>,
    (named, handling): (&MessageId, &HandlingCodes),
) -> Result<Option<Refusal>, ReadError> {
    let derived = Derived { by: linking.by, handling, at: linking.at };
    links::refused_by_all(links::rested_on(shared, linking, named)?, |header| {
        // What its originator granted is read where something needs a grant.
        if derived.judge(&basis(header)).is_ok() {
            return Ok(None);
        }
        let book = shared.reader.book(&header.procedure)?;
        let control = book.machine().map(|machine| machine.common().control());
        Ok(derived.judge(&Basis { control, ..basis(header) }).err())
    })
}

/// Why a message that names no compartment may not rest on one of another procedure.
fn let_out(
    shared: &Shared,
    linking: &Linking<'_>,
    named: &MessageId,
) -> Result<Option<Refusal>, ReadError> {
    links::refused_by_all(links::rested_on(shared, linking, named)?, |header| {
        let basis = basis(header);
        if basis.originator == linking.by {
            return Ok(None);
        }
        let records = shared.reader.messages_by_id(named)?.into_iter();
        let theirs = records.filter(|record| record.from == header.from.agency);
        let digests: Vec<_> = theirs.map(|record| record.digest).collect();
        let opened = people::opened(shared, &digests)?;
        let kept_apart = opened.iter().any(|opened| opened.words().compartment.is_some());
        Ok(kept_apart.then(|| derived::without_compartment(&basis)))
    })
}

fn basis(header: &Header) -> Basis<'_> {
    Basis {
        id: &header.id,
        originator: header.originator.as_ref().unwrap_or(&header.from.agency),
        handling: &header.handling,
        control: None,
    }
}
