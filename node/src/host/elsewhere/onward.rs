//! Who has what of a procedure from whoever it was sent to, under which decision; and whether what was said of it since went
//! on to them too.
//!
//! What passes something on names its originator in the open, so it is found again without a body. Kept in memory, and brought
//! up to date before each look, as the other indexes are: one entry for each such message.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::common::CommonFact;
use concord_protocol::procedure::control::ControlFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Messages that are read at a time.
const PAGE: usize = 256;

/// The messages that pass something on, by the decision that they name.
#[derive(Debug, Default)]
pub(crate) struct Register {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seen: Option<LeafIndex>,
    under: BTreeMap<MessageId, BTreeSet<(ProcedureId, Digest)>>,
}

/// One message that passes on what stands in a procedure. Source: spec orc-24.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// What is passed on.
    pub items: Vec<MessageId>,
    /// The decision of its originator.
    pub consent: MessageId,
    /// Who passes it on.
    pub by: AgencyId,
    /// To whom.
    pub to: Vec<AgencyId>,
    /// When, by their clock.
    pub at: Timestamp,
    /// The message by which they do.
    pub message: MessageId,
    /// Its procedure.
    pub procedure: ProcedureId,
    digest: Digest,
}

impl Register {
    fn caught_up(&self, shared: &Shared) -> Result<MutexGuard<'_, State>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        Ok(state)
    }
}

impl State {
    fn catch_up(&mut self, shared: &Shared) -> Result<(), ReadError> {
        loop {
            let page = shared.reader.messages_after(self.seen, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            for record in &page {
                self.look(shared, record)?;
            }
            self.seen = Some(last.leaf);
        }
    }

    /// Takes note of a message that passes something on.
    fn look(&mut self, shared: &Shared, record: &MessageRecord) -> Result<(), ReadError> {
        let Ok(header) = header::read(&record.message) else { return Ok(()) };
        if header.originator.is_none() {
            return Ok(());
        }
        let book = shared.reader.book(&header.procedure)?;
        let act = placed(&book).find(|act| act.digest == record.digest);
        let passed = act.and_then(|act| act.passed_on.as_ref());
        if let Some(consent) = passed.and_then(|passed| passed.consent) {
            let copies = self.under.entry(consent).or_default();
            copies.insert((header.procedure, record.digest));
        }
        Ok(())
    }
}

fn placed(book: &Book) -> impl Iterator<Item = &Act> {
    let beside = book.asides().values().chain(book.waiting().values());
    book.transcript().acts().chain(beside)
}

/// Every message here that passes on what stands in this procedure.
// spec: orc-24
pub(crate) fn of(shared: &Shared, book: &Book) -> Result<Vec<Onward>, ReadError> {
    let mut found = Vec::new();
    for decision in book.transcript().acts() {
        let Some(items) = items_of(book, decision) else { continue };
        let copies = shared.onward.caught_up(shared)?.under.get(&decision.id).cloned();
        for (procedure, digest) in copies.unwrap_or_default() {
            let copies = shared.reader.book(&procedure)?;
            let act = placed(&copies).find(|act| act.digest == digest);
            let is_of = |act: &&Act| {
                act.passed_on.as_ref().is_some_and(|passed| passed.originator == decision.author)
            };
            found
                .extend(act.filter(is_of).map(|act| Onward::of(act, (items, decision), procedure)));
        }
    }
    Ok(found)
}

impl Onward {
    fn of(act: &Act, (items, decision): (&[MessageId], &Act), procedure: ProcedureId) -> Self {
        Self {
            items: items.to_vec(),
            consent: decision.id,
            by: act.author.clone(),
            to: act.asked.iter().chain(&act.told).cloned().collect(),
            at: act.created,
            message: act.id,
            procedure,
            digest: act.digest,
        }
    }
}

/// What a decision of an originator is about; `None` for another message.
fn items_of<'b>(book: &'b Book, decision: &Act) -> Option<&'b [MessageId]> {
    let Fact::Control(ControlFact::TransferDecided { of, .. }) = &decision.fact else {
        return None;
    };
    let control = book.machine()?.common().control();
    control.transfer(of).map(|case| case.asked().items.as_slice())
}

/// What this agency passed on and did not correct or take back after its originator did: in the procedure of what was passed
/// on, and in the one of the copy.
// spec: orc-23
pub(super) fn alerts(
    shared: &Shared,
    (id, book): (&ProcedureId, &Book),
) -> Result<Vec<Alert>, ReadError> {
    let mut alerts = Vec::new();
    for copy in of(shared, book)?.iter().filter(|copy| copy.by == shared.me) {
        let lags = lags(shared, book, copy)?;
        alerts.extend(lags.into_iter().map(|lag| lag.alert(copy, copy.procedure)));
    }
    let own = book.transcript().acts().filter(|act| act.author == shared.me);
    for (act, consent) in own.filter_map(|act| Some((act, act.passed_on.as_ref()?.consent?))) {
        for original in people::procedures_of(shared, &consent)? {
            let there = shared.reader.book(&original)?;
            let decision = there.transcript().acts().find(|act| act.id == consent);
            let Some(decision) = decision else { continue };
            let Some(items) = items_of(&there, decision) else { continue };
            let copy = Onward::of(act, (items, decision), *id);
            let lags = lags(shared, &there, &copy)?;
            alerts.extend(lags.into_iter().map(|lag| lag.alert(&copy, original)));
        }
    }
    Ok(alerts)
}

/// A word of an originator that did not go on.
struct Lag {
    said: MessageId,
    by: AgencyId,
    is_recall: bool,
}

impl Lag {
    fn alert(self, copy: &Onward, procedure: ProcedureId) -> Alert {
        let by = self.by.as_str();
        let (what, send) =
            if self.is_recall { ("took back", "recall") } else { ("corrected", "correction") };
        let refusal = Refusal::safeguard(
            "orc-23",
            format!("{by} {what} what {} passes on, by {}", copy.message, self.said),
            format!(
                "send a `{send}` of {} in its procedure {}, to all who have it",
                copy.message, copy.procedure
            ),
        );
        Alert { refusal, message: Some(copy.message), procedure: Some(procedure) }
    }
}

/// What an originator said of what a copy passes on, and nobody said of the copy since.
fn lags(shared: &Shared, original: &Book, copy: &Onward) -> Result<Vec<Lag>, ReadError> {
    let copies = shared.reader.book(&copy.procedure)?;
    let mut lags = Vec::new();
    for said in original.transcript().acts() {
        let Some((targets, is_recall)) = changes(said) else { continue };
        if !targets.iter().any(|target| copy.items.contains(target)) {
            continue;
        }
        let since = leaf_of(shared, &said.digest)?;
        let mut went_on = false;
        for answer in copies.transcript().acts().filter(|act| act.author == copy.by) {
            let answers = changes(answer).is_some_and(|(targets, takes_back)| {
                targets.contains(&copy.message) && (takes_back || !is_recall)
            });
            went_on = went_on || (answers && leaf_of(shared, &answer.digest)? > since);
        }
        // What was passed on afterwards was passed on as it stood by then.
        if !went_on && leaf_of(shared, &copy.digest)? < since {
            lags.push(Lag { said: said.id, by: said.author.clone(), is_recall });
        }
    }
    Ok(lags)
}

/// Which messages a correction or a recall is of, and whether it takes them back.
fn changes(act: &Act) -> Option<(&[MessageId], bool)> {
    if let Fact::Common(CommonFact::Corrected { targets, .. }) = &act.fact {
        return Some((targets.as_slice(), false));
    }
    if let Fact::Control(ControlFact::Recalled { targets, .. }) = &act.fact {
        return Some((targets.as_slice(), true));
    }
    None
}

/// When it came here: what came later was said by somebody who could have known.
fn leaf_of(shared: &Shared, message: &Digest) -> Result<Option<LeafIndex>, ReadError> {
    Ok(shared.reader.message(message)?.map(|record| record.leaf))
}
